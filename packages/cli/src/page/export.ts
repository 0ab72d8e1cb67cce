import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { unreadable } from "../input.ts";
import { singlePage } from "./files.ts";
import type { PageInput } from "./input.ts";

const PLACE = "<!--network-->";

/**
 * Writes the page with a network as one file that works from disk. Whoever opens it in the meantime sees the old file or
 * the new one, never a part. Throws an InputError when the file cannot be written.
 */
export function exportPage(file: string, input: PageInput): void {
  const aside = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(aside, singleFile(input), { flag: "wx" });
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw unreadable(file, error);
  }
}

/** Returns the page with the network in it, as data that no browser runs. */
function singleFile(input: PageInput): string {
  // `<` inside JSON stands in strings only, and is written so that no text can end the block
  const json = JSON.stringify(input).replaceAll("<", "\\u003c");
  const [before, after] = split(singlePage());
  return `${before}<script type="application/json" id="network">${json}</script>${after}`;
}

function split(page: string): [string, string] {
  const at = page.indexOf(PLACE);
  if (at < 0) throw new Error("the page has no place for a network");
  return [page.slice(0, at), page.slice(at + PLACE.length)];
}
