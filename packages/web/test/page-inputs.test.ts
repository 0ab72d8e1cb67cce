import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  answer,
  evaluatePolicies,
  type Imported,
  importNetworks,
  parseAction,
  resolveEndpoint,
  WhatIf,
} from "@twoway/sim";
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { browsing, painted } from "./chromium.ts";
import { AWS, type Dump, PLAN, TENCENT } from "./dumps.ts";
import { flips, hears, tab, textOf, trace, tryAction } from "./gestures.ts";
import { flipLines, newFolder, storyCalled } from "./networks.ts";

/** Folders, plans and files of clouds in a browser: dropped and chosen, read as the command line reads them. */

const test = browsing("inputs of the page in a browser");
const { browse } = test;

/** Writes a dump into a new folder, with what a folder holds beside it, and returns its path. */
function folderOf(dump: Dump): string {
  const folder = join(newFolder(), "production");
  const all = { ...dump, ".terraform/hidden.json": { Vpcs: 1 }, "old.tfstate.backup": { Vpcs: 1 } };
  for (const [path, value] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(value));
  }
  return folder;
}

/** The same read without a browser, by the paths that the browser has. */
function readDump(dump: Dump, folder: string): Imported {
  const files = Object.keys(dump)
    .sort()
    .map((path) => ({ name: `${basename(folder)}/${path}`, text: () => JSON.stringify(dump[path]) }));
  return importNetworks(files);
}

/** Drops a file or a folder of the disk on the page, as the window system does. */
async function dropPath(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, x: 600, y: 400, data });
}

/** Compares every pair of subnets, the regions and the warnings with what sim reads. */
async function showsWhatIsRead(page: Page, { network, warnings }: Imported): Promise<void> {
  const subnets = [...network.vpcs.values()].flatMap((vpc) => [...vpc.subnets.keys()]);
  for (const from of subnets)
    for (const to of subnets.filter((other) => other !== from)) {
      const ends = [from, to].map((end) => resolveEndpoint(network, end, ""));
      const { verdict } = answer(network, ends[0], ends[1], { protocol: "any" });
      await trace(page, from, to);
      await hears(page, ".hops li strong", from);
      await hears(page, ".outcome", verdict);
    }
  await page.getByRole("button", { name: "As a table" }).click();
  const rows = await page.$$eval(".twin table:first-of-type tbody tr", (found) =>
    found.map((row) => [...row.querySelectorAll("td")].slice(0, 2).map((cell) => cell.textContent)),
  );
  assert.equal(
    rows,
    [...network.vpcs.values()].map(({ id, region }) => [id, region]),
  );
  assert.is(await page.locator(".warnings").count(), warnings.length === 0 ? 0 : 1);
  if (warnings.length === 0) return;
  await page.getByText(`${warnings.length} warning`).click();
  const said = await textOf(page.locator(".warnings-list"));
  for (const { message } of warnings) assert.ok(said.includes(message), message);
}

browse("a folder of AWS answers is dropped, and read with its regions and its warnings", {}, async (page) => {
  const folder = folderOf(AWS);
  const read = readDump(AWS, folder);
  assert.ok(read.warnings.length > 0);
  await page.getByRole("button", { name: "Open files …" }).waitFor();
  await dropPath(page, folder);
  await painted(page, basename(folder));
  await showsWhatIsRead(page, read);
});

browse("a folder of Tencent Cloud's answers is chosen, and read with its warnings", {}, async (page) => {
  const folder = folderOf(TENCENT);
  const read = readDump(TENCENT, folder);
  assert.ok(read.warnings.length > 0);
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Open a folder …" }).click(),
  ]);
  await chooser.setFiles(folder);
  await painted(page, basename(folder));
  await showsWhatIsRead(page, read);
});

browse(
  "a scenario is chosen in the file picker, while another is open",
  { story: "quickstart" },
  async (page) => {
    const { name, text, title } = storyCalled("one-sided-route");
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Open …", exact: true }).click(),
    ]);
    await chooser.setFiles({ name, mimeType: "text/yaml", buffer: Buffer.from(text) });
    await painted(page, title);
    assert.match(await trace(page, "web", "db"), /forward-only/);
  },
);

browse("a plan opens as it will be; its pairs that flip, before and after are there", {}, async (page) => {
  const file = join(newFolder(), "plan.json");
  writeFileSync(file, JSON.stringify(PLAN));
  const { network, before } = importNetworks([{ name: file, text: () => JSON.stringify(PLAN) }]);
  const wanted = flipLines(before!, network);
  assert.ok(wanted.length > 0);
  await page.getByRole("button", { name: "Open files …" }).waitFor();
  await dropPath(page, file);
  await painted(page, "plan.json");
  await page.waitForSelector(".flips");
  assert.equal(await flips(page), wanted);
  await hears(page, "[aria-label='Pairs that changed']", "New: vpc-a/subnet-new");
  await hears(page, ".steps > .now", "Once the plan is applied");
  assert.match(await trace(page, "subnet-a1", "subnet-b1"), /two-way/);
  // changes are made to the plan, and what they flip is told beside it
  await tryAction(page, "delete-route rtb-b 10.1.0.0/16 -> pcx-ab");
  const session = new WhatIf(network);
  session.apply([parseAction("delete-route rtb-b 10.1.0.0/16 -> pcx-ab")]);
  assert.equal(await flips(page), flipLines(network, session.network));
  await page.getByRole("button", { name: "Undo" }).click();
  await tab(page, "Story");
  await page.getByRole("button", { name: "Before the plan is applied" }).click();
  await hears(page, ".player [role=status]", "0/1");
  await tab(page, "Trace");
  await hears(page, ".outcome", "forward-only");
  // a link holds the side that is looked at
  await page.waitForTimeout(200);
  await page.reload();
  await painted(page, "plan.json");
  await tab(page, "Story");
  await hears(page, ".steps > .now", "Before the plan is applied");
  await page.getByRole("button", { name: "Once the plan is applied" }).click();
  await hears(page, ".player [role=status]", "1/1");
  await tab(page, "Trace");
  await hears(page, ".outcome", "two-way");
});

browse(
  "policies that a what-if breaks turn red in the list with what sim says of them, and green by undo",
  { story: "isolation-policy" },
  async (page) => {
    const { network, policies } = storyCalled("isolation-policy").scenario;
    const session = new WhatIf(network);
    await tab(page, "What-if");
    await page.waitForSelector(".policies > li");
    assert.is(await page.locator(".policies > .holds").count(), policies.length);
    for (const line of ["add-route build 10.1.2.0/24 -> hub-prod", "delete-peering hub-dev"]) {
      await tryAction(page, line);
      session.apply([parseAction(line)]);
      const found = evaluatePolicies(session.network, policies);
      const broken = found.filter(({ result }) => result === "violated");
      assert.ok(broken.length > 0, line);
      for (const [i, { policy, result, violations }] of found.entries()) {
        const row = page.locator(".policies > li").nth(i);
        await page.waitForFunction(
          ([at, wanted]) => document.querySelectorAll(".policies > li")[at]?.classList.contains(wanted),
          [i, result] as const,
        );
        const text = await textOf(row);
        assert.ok(text.includes(policy.name) && text.includes(result), text);
        for (const { message } of violations.slice(0, 3)) assert.ok(text.includes(message), message);
      }
    }
    await page.getByRole("button", { name: "Clear" }).click();
    await page.waitForFunction(
      (count) => document.querySelectorAll(".policies > .holds").length === count,
      policies.length,
    );
  },
);

test.run();
