import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newFolder, ROOT, storyCalled } from "./networks.ts";

/** Debian's Chromium, and the command that serves the page, as people start both. */

const EXECUTABLE = process.env.TWOWAY_CHROMIUM ?? "/usr/bin/chromium";
const COMMAND = join(ROOT, "packages/cli/bundle/twoway.js");

/** Where there is no Chromium these tests are skipped; where `TWOWAY_REQUIRE` lists it, that is a failure. */
const HAS_CHROMIUM = existsSync(EXECUTABLE);
const isRequired = (process.env.TWOWAY_REQUIRE ?? "").split(/[\s,]+/).includes("chromium");
if (!HAS_CHROMIUM && isRequired)
  throw new Error(`TWOWAY_REQUIRE lists chromium, and there is no ${EXECUTABLE}`);

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page whose every complaint and every request is noted. */
interface Watched {
  readonly page: Page;
  /** What the console said of errors and warnings, exceptions, and requests to elsewhere or in vain. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** How a test of a page begins. */
interface Setting extends BrowserContextOptions {
  /** A bundled scenario, by its file's name without `.yaml`, that is served and painted when the test begins. */
  readonly story?: string;
  /** Arguments of `twoway serve`; none unless given. Tests with the same arguments share a server. */
  readonly serve?: readonly string[];
  /** A page on disk in the place of a server. */
  readonly file?: string;
  /** Milliseconds after which a wait is in vain: 20,000 unless given. */
  readonly patience?: number;
}

/** Registers tests in a browser; skipped aloud where there is none. */
export interface Browsing {
  /** A test of a page of its own, opened at its address, which must give no cause for complaint. */
  readonly browse: (
    name: string,
    setting: Setting | (() => Setting),
    run: (page: Page) => Promise<void>,
  ) => void;
  /** Ends the file. */
  readonly run: () => void;
}

/** Makes a suite of pages, with a browser and the servers that they need. */
export function browsing(title: string): Browsing {
  const test = suite(title);
  const servers = new Map<string, Promise<string>>();
  let browser: Browser;
  if (!HAS_CHROMIUM)
    console.log(`\nskipped ${title}: there is no Chromium (TWOWAY_CHROMIUM names another place)`);
  test.before(async () => {
    if (HAS_CHROMIUM) browser = await launch();
  });
  test.after(async () => {
    stopServers();
    await browser?.close();
  });
  const addressOf = (args: readonly string[]): Promise<string> => {
    const key = args.join("\n");
    const known = servers.get(key) ?? servePage(...args);
    servers.set(key, known);
    return known;
  };
  const register = HAS_CHROMIUM ? test : test.skip;
  return {
    browse: (name, setting, run) =>
      register(name, async () => {
        const wanted = typeof setting === "function" ? setting() : setting;
        const { story, serve, file, patience = 20_000, ...options } = wanted;
        const args = serve ?? (story === undefined ? [] : [`scenarios/${story}.yaml`]);
        const url = file === undefined ? await addressOf(args) : pathToFileURL(file).href;
        const { page, complaints, close } = await watched(browser, url, options);
        page.setDefaultTimeout(patience);
        try {
          await page.goto(url);
          if (story !== undefined) await painted(page, storyCalled(story).title);
          await run(page);
          assert.equal(complaints, []);
        } finally {
          await close();
        }
      }),
    run: () => test.run(),
  };
}

/** Opens an empty page that may ask `origin` and nobody else; a context of its own, with no memory of others. */
async function watched(browser: Browser, origin: string, options: BrowserContextOptions): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error.stack)));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin))
      complaints.push(`foreign: ${request.url()}`);
  });
  return { page, complaints, close: () => context.close() };
}

const children = new Set<ChildProcess>();

/** Starts `twoway serve --port 0` and returns its address. */
async function servePage(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [COMMAND, "serve", "--port", "0", ...args], { cwd: ROOT });
  children.add(child);
  child.stderr.resume(); // one line for each request
  const [line] = await Promise.race([once(child.stdout, "data"), once(child, "close").then(() => [""])]);
  const url = String(line).trim();
  if (url === "") throw new Error(`serve ${args.join(" ")} did not start`);
  return url;
}

/** Writes the page with a bundled scenario into a file by `twoway serve --export`, and returns its path. */
export function exported(story: string): string {
  const file = join(newFolder(), "story.html");
  execFileSync(process.execPath, [COMMAND, "serve", `scenarios/${story}.yaml`, "--export", file], {
    cwd: ROOT,
    stdio: "ignore",
  });
  return file;
}

function stopServers(): void {
  for (const child of children) child.kill("SIGTERM");
}

/** Waits until the picture of the network with this name was painted. */
export async function painted(page: Page, name: string): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelector("h1")?.textContent === wanted, name);
  await page.waitForFunction(() => Number(document.querySelector("canvas")?.dataset.painted ?? 0) > 0);
}

/** What axe-core says of one rule; it puts itself into the window. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly unknown[];
}

/** Drops files on the page as the browser does. */
export async function drop(
  page: Page,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<void> {
  await page.evaluate((list) => {
    const transfer = new DataTransfer();
    for (const { name, text } of list) transfer.items.add(new File([text], name));
    document
      .querySelector(".page")
      ?.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
  }, files);
}

/** Returns what axe-core finds serious or critical on the page as it is. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id} ${JSON.stringify(nodes[0]).slice(0, 400)}`);
}
