import { statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { InputError } from "@twoway/sim";
import { unreadable, wrong } from "./input.ts";
import { type Look, reportError } from "./terminal.ts";

/** An answer that is given again whenever its input changes. */

/** How long a file must be still: editors write in several steps. */
const STILL_MS = 80;

/**
 * Runs now and after every change of the files or of anything in the folders, until a signal ends the process. What is wrong
 * with an input is shown, and waited out. A terminal is cleared before each run but the first; anything else gets an
 * empty line.
 */
export async function runOnChange(
  paths: readonly string[],
  look: Look,
  run: () => number | Promise<number>,
): Promise<never> {
  if (paths.includes("-"))
    throw wrong("bad-text", "--watch", "standard input is read once; a file can be watched");
  let changed: () => void = () => {};
  let isChanged = false;
  const note = (): void => {
    isChanged = true;
    changed();
  };
  for (const path of paths) follow(path, note);
  for (;;) {
    isChanged = false;
    try {
      await run();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      reportError(error, look);
    }
    if (!isChanged)
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    do {
      isChanged = false;
      await new Promise((resolve) => setTimeout(resolve, STILL_MS));
    } while (isChanged);
    process.stdout.write(process.stdout.isTTY ? "\u001b[2J\u001b[H" : "\n");
  }
}

/** A file is followed by its name: many editors put a new one in its place. */
function follow(path: string, note: () => void): void {
  try {
    if (statSync(path).isDirectory()) {
      watch(path, { recursive: true }, note);
      return;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  const name = basename(path);
  watch(dirname(path), (_, changed) => {
    if (changed === null || changed === name) note();
  });
}
