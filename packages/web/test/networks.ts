import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, Opened } from "@twoway/web/engine/engine";

/** Inputs for the tests of the page. */

export const ROOT: string = join(import.meta.dirname, "../../../..");

export interface Story {
  readonly name: string;
  readonly text: string;
}

/** Every bundled scenario. */
export const STORIES: readonly Story[] = readdirSync(join(ROOT, "scenarios"))
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => ({ name, text: readFileSync(join(ROOT, "scenarios", name), "utf8") }));

/** Opens a text that is known to be right. */
export function openedBy(engine: Engine, { name, text }: Story): Extract<Opened, { kind: "opened" }> {
  const opened = engine.open([{ name, text }]);
  if (opened.kind === "failed") throw new Error(opened.problems.map(({ message }) => message).join("\n"));
  return opened;
}
