import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { ROOT } from "./networks.ts";

/** Debian's Chromium, and the command that serves the page, as people start both. */

const EXECUTABLE = process.env.TWOWAY_CHROMIUM ?? "/usr/bin/chromium";
const COMMAND = join(ROOT, "packages/cli/bundle/twoway.js");

/** Where there is no Chromium these tests are skipped; where `TWOWAY_REQUIRE` lists it, that is a failure. */
export const HAS_CHROMIUM: boolean = existsSync(EXECUTABLE);
const isRequired = (process.env.TWOWAY_REQUIRE ?? "").split(/[\s,]+/).includes("chromium");
if (!HAS_CHROMIUM && isRequired)
  throw new Error(`TWOWAY_REQUIRE lists chromium, and there is no ${EXECUTABLE}`);

export function launch(): Promise<Browser> {
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
export interface Watched {
  readonly page: Page;
  /** What the console said of errors and warnings, exceptions, and requests to elsewhere or in vain. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** Opens an empty page that may ask `origin` and nobody else; a context of its own, with no memory of others. */
export async function watched(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
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
export async function servePage(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [COMMAND, "serve", "--port", "0", ...args], { cwd: ROOT });
  children.add(child);
  child.stderr.resume(); // one line for each request
  const [line] = await Promise.race([once(child.stdout, "data"), once(child, "close").then(() => [""])]);
  const url = String(line).trim();
  if (url === "") throw new Error(`serve ${args.join(" ")} did not start`);
  return url;
}

export function stopServers(): void {
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
