import type { Locator, Page } from "playwright-core";
import { painted } from "./chromium.ts";
import { storyCalled } from "./networks.ts";

/** What people do on the page, and what they read there. */

/** Opens a bundled scenario by the list of stories. */
export async function openStory(page: Page, file: string): Promise<void> {
  const { title } = storyCalled(file);
  await page.getByRole("button", { name: title, exact: true }).click();
  await painted(page, title);
}

export async function tab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name, exact: true }).click();
}

/** Follows a packet, and returns what the page says of it first. */
export async function trace(page: Page, from: string, to: string): Promise<string> {
  await tab(page, "Trace");
  await page.getByLabel("From", { exact: true }).first().fill(from);
  await page.getByLabel("To", { exact: true }).first().fill(to);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#panel .outcome, #panel .problems");
  return textOf(page.locator("#panel .outcome .verdict, #panel .problems").first());
}

export async function tryAction(page: Page, line: string): Promise<void> {
  await tab(page, "What-if");
  await page.getByLabel("Action", { exact: true }).first().fill(line);
  await page.keyboard.press("Enter");
  await page.waitForFunction((wanted) => {
    const lines = [...document.querySelectorAll(".changes > li > code")].map((code) => code.textContent);
    return lines.at(-1) === wanted;
  }, line);
}

/** The rows of the table of pairs that changed, as text. */
export function flips(page: Page): Promise<string[]> {
  return page.$$eval(".flips tbody tr", (rows) =>
    rows.map((row) =>
      [...row.querySelectorAll("td")]
        .map((cell) => (cell.textContent ?? "").replace(/^[⇄→←✕?]/, ""))
        .join(" "),
    ),
  );
}

export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}

/** Waits until the first element that the selector finds says something. */
export async function hears(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(
    ([where, what]) => document.querySelector(where)?.textContent?.includes(what) === true,
    [selector, text] as const,
  );
}
