import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { browsing } from "./chromium.ts";
import { flips, hears, tab } from "./gestures.ts";
import { expectedFlips, largeNetwork } from "./networks.ts";

/** How long a click on 1,000 VPCs takes to be seen, measured inside the page, and that what is seen is right. */

const test = browsing("what-ifs of 1,000 VPCs in a browser");
const { browse } = test;

const PEERINGS = 20;

/** Milliseconds from a click to the list in the document, and to the frame that shows it. */
interface Clicked {
  readonly listed: number;
  readonly painted: number;
}

/**
 * Clicks, waits for another number of changes in the list, and then for the frame with it: a message that is sent in a
 * frame's callback comes when the frame was laid out and painted.
 */
function clickTimed(page: Page, selector: string): Promise<Clicked> {
  return page.evaluate(
    (button) =>
      new Promise<Clicked>((resolve) => {
        const count = (): number => document.querySelectorAll(".changes > li").length;
        const before = count();
        const seen = new MutationObserver(() => {
          if (count() === before) return;
          seen.disconnect();
          const listed = performance.now() - begin;
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve({ listed, painted: performance.now() - begin });
            port2.postMessage(0);
          });
        });
        seen.observe(document.querySelector("#panel")!, { subtree: true, childList: true });
        const begin = performance.now();
        document.querySelector<HTMLElement>(button)!.click();
      }),
    selector,
  );
}

/** Unfolds the whole list of pairs and returns its rows. */
async function allFlips(page: Page): Promise<string[]> {
  const more = page.getByRole("button", { name: "Show more" });
  while ((await more.count()) > 0) {
    const before = await page.locator(".flips tbody tr").count();
    await more.click();
    await page.waitForFunction((rows) => document.querySelectorAll(".flips tbody tr").length > rows, before);
  }
  return flips(page);
}

let large: ReturnType<typeof largeNetwork>;

browse(
  "a click shows every flipped pair that sim says, taken back none, and done again the same",
  () => {
    large = largeNetwork(1000);
    return { serve: [large.file], patience: 60_000 };
  },
  async (page) => {
    const peerings = [...large.network.peerings.keys()];
    const chosen = Array.from({ length: PEERINGS }, (_, i) => peerings[(i * 97) % peerings.length]);
    const times: Record<"try" | "undo" | "redo", Clicked[]> = { try: [], undo: [], redo: [] };
    let flipped = 0;
    await page.waitForFunction(() => Number(document.querySelector("canvas")?.dataset.painted ?? 0) > 0);
    await tab(page, "What-if");
    for (const id of chosen) {
      const line = `delete-peering ${id}`;
      const wanted = expectedFlips(large.network, [line]);
      const count = `${wanted.length} ordered pair`;
      flipped += wanted.length;
      await page.getByLabel("Action", { exact: true }).first().fill(line);
      times.try.push(await clickTimed(page, "form.action button.primary"));
      await hears(page, "[aria-label='Pairs that changed'] h3", count);
      assert.equal(await allFlips(page), wanted, line);
      times.undo.push(await clickTimed(page, "[aria-label=Undo]"));
      assert.equal(await flips(page), []);
      times.redo.push(await clickTimed(page, "[aria-label=Redo]"));
      await hears(page, "[aria-label='Pairs that changed'] h3", count);
      assert.equal(await allFlips(page), wanted, line);
      await clickTimed(page, "[aria-label=Undo]");
    }
    console.log(`\npositive: ${flipped} pairs flipped by ${chosen.length} peerings`);
    assert.ok(flipped > chosen.length);
    const text = Object.entries(times).map(([name, clicks]) => `${name} ${summary(clicks)}`);
    console.log(`note a what-if on ${large.network.vpcs.size} VPCs, ms after the click: ${text.join("; ")}`);
  },
);

function summary(clicks: readonly Clicked[]): string {
  const part = (key: keyof Clicked): string => {
    const sorted = clicks.map((click) => click[key]).sort((a, b) => a - b);
    const at = (share: number): string => sorted[Math.ceil(share * sorted.length) - 1].toFixed(0);
    return `${key} ${at(0.5)} (median) ${at(0.95)} (p95)`;
  };
  return `${part("listed")}, ${part("painted")}`;
}

test.run();
