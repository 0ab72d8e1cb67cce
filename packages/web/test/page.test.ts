import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fabricOf } from "@twoway/bench/reach/fabric";
import { scenarioStream } from "@twoway/bench/reach/scenario-stream";
import { answer, diff, parseAction, readScenario, resolveEndpoint, WhatIf } from "@twoway/sim";
import { nameText } from "@twoway/web/engine/change-view";
import { encodeLink } from "@twoway/web/state/link";
import type { Browser, Locator, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  drop,
  HAS_CHROMIUM,
  launch,
  painted,
  seriousFaults,
  servePage,
  stopServers,
  watched,
} from "./chromium.ts";
import { ROOT, STORIES, type Story } from "./networks.ts";

/** The page in a browser, as `twoway serve` serves it and as `--export` writes it. */

const test = suite("page in a browser");
const FOLDER = mkdtempSync(join(tmpdir(), "twoway-web-"));

let browser: Browser;
let url: string;
if (!HAS_CHROMIUM)
  console.log("\nskipped the page in a browser: there is no Chromium (TWOWAY_CHROMIUM names another place)");
/** A test for which there must be a browser. */
const needsBrowser = HAS_CHROMIUM ? test : test.skip;

test.before(async () => {
  if (!HAS_CHROMIUM) return;
  browser = await launch();
  url = await servePage();
});
test.after(async () => {
  stopServers();
  await browser?.close();
});

/** Registers a test of a page of its own, which must give no cause for complaint. */
function browse(
  name: string,
  run: (page: Page) => Promise<void>,
  options: Parameters<typeof watched>[2] = {},
): void {
  needsBrowser(name, async () => {
    const { page, complaints, close } = await watched(browser, url, options);
    try {
      await run(page);
      assert.equal(complaints, []);
    } finally {
      await close();
    }
  });
}

function story(file: string): Story & { readonly title: string } {
  const found = STORIES.find(({ name }) => name === `${file}.yaml`);
  if (found === undefined) throw new Error(`there is no scenario ${file}`);
  return { ...found, title: readScenario(found.text, found.name).scenario.name };
}

/** Opens a bundled scenario by the list of stories. */
async function open(page: Page, file: string): Promise<void> {
  const { title } = story(file);
  await page.goto(url);
  await page.getByRole("button", { name: title, exact: true }).click();
  await painted(page, title);
}

async function trace(page: Page, from: string, to: string): Promise<string> {
  await page.getByLabel("From", { exact: true }).first().fill(from);
  await page.getByLabel("To", { exact: true }).first().fill(to);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".outcome, .problems");
  return textOf(page.locator(".outcome .verdict, .problems").first());
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}

async function tryAction(page: Page, line: string): Promise<void> {
  await page.getByRole("tab", { name: "What-if" }).click();
  await page.getByLabel("Action", { exact: true }).first().fill(line);
  await page.keyboard.press("Enter");
  await page.waitForFunction((wanted) => {
    const lines = [...document.querySelectorAll(".changes > li > code")].map((code) => code.textContent);
    return lines.at(-1) === wanted;
  }, line);
}

/** The rows of the table of pairs that changed, as text. */
function flips(page: Page): Promise<string[]> {
  return page.$$eval(".flips tbody tr", (rows) =>
    rows.map((row) =>
      [...row.querySelectorAll("td")]
        .map((cell) => (cell.textContent ?? "").replace(/^[⇄→←✕?]/, ""))
        .join(" "),
    ),
  );
}

/** The same from two networks that were compiled for it. */
function expectedFlips({ text, name }: Story, lines: readonly string[]): string[] {
  const { network } = readScenario(text, name).scenario;
  const session = new WhatIf(network);
  for (const line of lines) assert.is(session.apply([parseAction(line)]).kind, "applied", line);
  return diff(network, session.network).pairs.map(({ from, to, before, after }) => {
    const verdicts = [before, after].map(({ verdict, partial }) => `${verdict}${partial ? " in part" : ""}`);
    return [nameText(from), nameText(to), ...verdicts].join(" ");
  });
}

browse("every bundled scenario opens from the list and is painted", async (page) => {
  await page.goto(url);
  for (const { name, text } of STORIES) {
    const title = readScenario(text, name).scenario.name;
    await page.getByRole("button", { name: title, exact: true }).click();
    await painted(page, title);
    await page.getByRole("button", { name: "twoway: to the start" }).click();
  }
});

browse(
  "a trace shows both paths with the verdict, the cause and the source place that sim gives",
  async (page) => {
    await open(page, "one-sided-route");
    assert.match(await trace(page, "web", "db"), /forward-only/);
    const { network } = readScenario(story("one-sided-route").text, "one-sided-route.yaml").scenario;
    const ends = ["web", "db"].map((end) => resolveEndpoint(network, end, ""));
    const { forward, return: back } = answer(network, ends[0], ends[1], { protocol: "any" }).shown;
    const hops = await page.$$eval(".hops li strong", (nodes) => nodes.map((node) => node.textContent));
    assert.equal(
      hops,
      [...forward.hops, ...back.hops].map(({ node }) => node),
    );
    const text = await textOf(page.locator(".trace"));
    assert.ok(text.includes(forward.hops[0].route?.source ?? "-"), "the source of the deciding route");
    assert.ok(back.cause !== null && text.includes(back.message) && text.includes(back.cause));
  },
);

browse("a proposed fix is tried with one click, and the pair is two-way then", async (page) => {
  await open(page, "one-sided-route");
  await trace(page, "web", "db");
  await page.getByRole("button", { name: "Try it" }).first().click();
  await page.waitForSelector(".outcome.two-way");
  assert.match(await textOf(page.locator(".outcome")), /two-way/);
});

browse(
  "a change flips exactly the pairs that sim says, undo brings them back, redo takes them again",
  async (page) => {
    await open(page, "blast-radius");
    const lines = ["delete-peering shared-mail", "delete-peering shared-bank"];
    for (const [i, line] of lines.entries()) {
      await tryAction(page, line);
      const wanted = expectedFlips(story("blast-radius"), lines.slice(0, i + 1));
      assert.ok(wanted.length > 0);
      assert.equal(await flips(page), wanted);
    }
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".changes > li").length === 1);
    assert.equal(await flips(page), expectedFlips(story("blast-radius"), lines.slice(0, 1)));
    await page.keyboard.press("Control+z");
    await page.waitForFunction(() => document.querySelectorAll(".changes > li").length === 0);
    assert.equal(await flips(page), []);
    await page.keyboard.press("Control+Shift+z");
    await page.waitForSelector(".flips");
    assert.equal(await flips(page), expectedFlips(story("blast-radius"), lines.slice(0, 1)));
  },
);

browse("what the cloud refuses is told with its code and its advice, and changes nothing", async (page) => {
  await open(page, "non-transitive");
  await page.getByRole("tab", { name: "What-if" }).click();
  await page.getByLabel("Action", { exact: true }).first().fill("accept-peering pcx-12");
  await page.keyboard.press("Enter");
  const alert = page.getByRole("alert");
  await alert.waitFor();
  const { network } = readScenario(story("non-transitive").text, "x").scenario;
  const tried = new WhatIf(network).apply([parseAction("accept-peering pcx-12")]);
  assert.is(tried.kind, "refused");
  if (tried.kind === "refused") assert.ok((await textOf(alert)).includes(tried.refusal.code));
  assert.is(await page.locator(".changes > li").count(), 0);
});

browse("a link is the what-if: opened elsewhere it shows the same changes, ends and pairs", async (page) => {
  const line = "delete-peering shared-mail";
  const link = await encodeLink({
    source: { kind: "scenario", name: "blast-radius.yaml" },
    changes: [line],
    from: "shared/login",
    to: "mail/relay",
    protocol: "tcp",
    port: "443",
    panel: "what-if",
  });
  await page.goto(`${url}/#${link}`);
  await page.waitForSelector(".flips");
  assert.equal(await flips(page), expectedFlips(story("blast-radius"), [line]));
  await page.getByRole("tab", { name: "Trace" }).click();
  await page.waitForSelector(".outcome.unreachable");
  assert.is(await page.getByLabel("Port").inputValue(), "443");
  // the address follows what is tried
  await tryAction(page, "delete-peering shared-bank");
  await page.waitForFunction((before) => location.hash.slice(1) !== before, link);
  const copy = await page.context().newPage();
  await copy.goto(page.url());
  await copy.waitForFunction(() => document.querySelectorAll(".changes > li").length === 2);
});

browse("a damaged link says so and leaves the page usable", async (page) => {
  await page.goto(`${url}/#1.AAAA`);
  await page.getByText("This link is damaged").waitFor();
  await page.getByRole("button", { name: story("quickstart").title, exact: true }).waitFor();
});

browse(
  "a malformed file that is dropped shows its fault with line and column, and what was open stays",
  async (page) => {
    await open(page, "quickstart");
    await drop(page, [
      { name: "bad.yaml", text: "vpcs:\n  a: { cidr: 10.0.0.1/16 }\n  b: { cidr: 10.1.0.0/33 }\n" },
    ]);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    const text = await textOf(alert);
    assert.match(text, /bad\.yaml:2:14/);
    assert.match(text, /bad\.yaml:3:23/);
    assert.match(text, /a: \{ cidr: 10\.0\.0\.1\/16 \}/);
    assert.is(await textOf(page.locator("h1")), story("quickstart").title);
    await drop(page, [
      {
        name: "good.yaml",
        text: "name: Dropped\nvpcs: { a: { cidr: 10.0.0.0/16, subnets: { x: 10.0.1.0/24 } } }\n",
      },
    ]);
    await painted(page, "Dropped");
    assert.is(await page.getByRole("alert").count(), 0);
  },
);

browse(
  "the keyboard steps through the picture, and the table twin has everything that is drawn",
  async (page) => {
    await open(page, "two-places-three-centres");
    await page.locator("canvas").focus();
    await page.keyboard.press("n");
    await page.locator(".inspector").waitFor();
    const first = await textOf(page.locator(".inspector h2"));
    await page.keyboard.press("n");
    assert.is.not(await textOf(page.locator(".inspector h2")), first);
    await page.keyboard.press("Escape");
    assert.is(await page.locator(".inspector").count(), 0);
    await page.getByRole("button", { name: "As a table" }).click();
    const text = await textOf(page.locator(".twin"));
    const { network } = readScenario(story("two-places-three-centres").text, "x").scenario;
    for (const { id, subnets } of network.vpcs.values())
      for (const name of [id, ...subnets.keys()]) assert.ok(text.includes(name), name);
    for (const id of network.peerings.keys()) assert.ok(text.includes(id), id);
  },
);

browse("a click on a peering in the picture offers what its state allows, and does it", async (page) => {
  await open(page, "one-sided-route");
  const box = (await page.locator("canvas").boundingBox())!;
  // two VPCs side by side: the line between them crosses the middle
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator(".inspector", { hasText: "shop-to-data" }).waitFor();
  await page.locator(".inspector").getByRole("button", { name: "Delete" }).click();
  await page.waitForFunction(
    () => document.querySelector(".changes code")?.textContent === "delete-peering shop-to-data",
  );
});

browse(
  "readers who want no motion see the packet where it ends, at once",
  async (page) => {
    await open(page, "one-sided-route");
    await trace(page, "web", "db");
    assert.is(await page.locator("canvas[data-moving]").count(), 0);
  },
  { reducedMotion: "reduce" },
);

for (const colorScheme of ["light", "dark"] as const) {
  browse(
    `axe-core finds nothing serious in the ${colorScheme} theme`,
    async (page) => {
      const check = async (where: string): Promise<void> =>
        assert.equal(await seriousFaults(page), [], where);
      await page.goto(url);
      await page.getByRole("button", { name: story("quickstart").title, exact: true }).waitFor();
      await check("start");
      await open(page, "blast-radius");
      await trace(page, "login", "relay");
      await check("trace");
      await tryAction(page, "delete-peering shared-mail");
      await page.waitForSelector(".flips");
      await check("what-if");
      await page.getByRole("button", { name: "As a table" }).click();
      await page.getByRole("button", { name: "shared-shop" }).click();
      await check("table");
    },
    { colorScheme },
  );
}

browse(
  "on a phone's width everything can be read without scrolling sideways",
  async (page) => {
    await open(page, "blast-radius");
    await trace(page, "login", "relay");
    const [wide, screen] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      window.innerWidth,
    ]);
    assert.ok(wide <= screen, `${wide} on ${screen}`);
  },
  { viewport: { width: 390, height: 844 } },
);

needsBrowser(
  "the exported file works from disk: it traces, tries changes, and asks nobody for anything",
  async () => {
    const file = join(FOLDER, "story.html");
    const args = [
      "packages/cli/bundle/twoway.js",
      "serve",
      "scenarios/one-sided-route.yaml",
      "--export",
      file,
    ];
    execFileSync(process.execPath, args, { cwd: ROOT, stdio: "ignore" });
    const address = pathToFileURL(file).href;
    const { page, complaints, close } = await watched(browser, address);
    await page.goto(address);
    await painted(page, story("one-sided-route").title);
    assert.match(await trace(page, "web", "db"), /forward-only/);
    await tryAction(page, "delete-peering shop-to-data");
    assert.equal(await flips(page), expectedFlips(story("one-sided-route"), ["delete-peering shop-to-data"]));
    assert.equal(complaints, []);
    await close();
  },
);

browse("2,000 VPCs open folded, unfold, pan, and answer a click", async (page) => {
  const file = join(FOLDER, "large.json");
  writeFileSync(file, [...scenarioStream(fabricOf("enterprise", 2000, 1))].map(String).join(""));
  const large = await servePage(file);
  const { page: own, complaints, close } = await watched(browser, large);
  own.setDefaultTimeout(60_000);
  const begin = performance.now();
  await own.goto(large);
  await own.waitForFunction(() => Number(document.querySelector("canvas")?.dataset.painted ?? 0) > 0);
  const first = performance.now() - begin;
  await own.getByRole("button", { name: "Unfold all groups" }).click();
  await own.getByRole("button", { name: "Fold all groups" }).waitFor();
  await own.waitForTimeout(500);
  const frames = await own.evaluate(async () => {
    const canvas = document.querySelector("canvas")!;
    canvas.focus();
    const times: number[] = [];
    let last = performance.now();
    for (let i = 0; i < 40; i++) {
      canvas.dispatchEvent(
        new KeyboardEvent("keydown", { key: i % 2 ? "ArrowLeft" : "ArrowDown", bubbles: true }),
      );
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      times.push(performance.now() - last);
      last = performance.now();
    }
    return times.sort((a, b) => a - b);
  });
  const { network } = readScenario(readFileSync(file, "utf8"), "large").scenario;
  const [peering] = network.peerings.keys();
  const clicked = performance.now();
  await tryAction(own, `delete-peering ${peering}`);
  await own.waitForSelector(".flips");
  const took = performance.now() - clicked;
  const session = new WhatIf(network);
  const tried = session.apply([parseAction(`delete-peering ${peering}`)]);
  assert.is(tried.kind, "applied");
  if (tried.kind === "applied")
    assert.match(
      await textOf(own.locator(".panel")),
      new RegExp(`${tried.change.pairs.length} ordered pairs`),
    );
  assert.equal(complaints, []);
  await close();
  console.log(
    `\nnote 2,000 VPCs: first picture ${Math.round(first)} ms, two frames while panning ${Math.round(frames[20])} ms (median), ` +
      `a change typed and shown ${Math.round(took)} ms`,
  );
  await page.goto("about:blank");
});

test.run();
