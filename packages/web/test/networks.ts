import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fabricOf } from "@twoway/bench/reach/fabric";
import { scenarioStream } from "@twoway/bench/reach/scenario-stream";
import { diff, type Network, parseAction, readScenario, type Scenario, WhatIf } from "@twoway/sim";
import { nameText } from "@twoway/web/engine/change-view";
import type { Engine, Opened } from "@twoway/web/engine/engine";
import * as assert from "uvu/assert";

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

/** Returns a bundled scenario by its file's name without `.yaml`, and its title. */
export function storyCalled(file: string): Story & { readonly title: string; readonly scenario: Scenario } {
  const found = STORIES.find(({ name }) => name === `${file}.yaml`);
  if (found === undefined) throw new Error(`there is no scenario ${file}`);
  const { scenario } = readScenario(found.text, found.name);
  return { ...found, title: scenario.name, scenario };
}

/** The pairs that the changes flip, each as a line of the page's table, from two networks compiled for it. */
export function expectedFlips(network: Network, lines: readonly string[]): string[] {
  const session = new WhatIf(network);
  for (const line of lines) assert.is(session.apply([parseAction(line)]).kind, "applied", line);
  return flipLines(network, session.network);
}

/** The pairs that fare otherwise in the second network, each as a line of the page's table. */
export function flipLines(network: Network, other: Network): string[] {
  return diff(network, other).pairs.map(({ from, to, before, after }) => {
    const verdicts = [before, after].map(({ verdict, partial }) => `${verdict}${partial ? " in part" : ""}`);
    return [nameText(from), nameText(to), ...verdicts].join(" ");
  });
}

/** A new folder for what a test writes. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "twoway-web-"));
}

/** Writes a generated network of so many VPCs into a file, and returns its path and what is in it. */
export function largeNetwork(vpcs: number): { readonly file: string; readonly network: Network } {
  const text = [...scenarioStream(fabricOf("enterprise", vpcs, 1))].map(String).join("");
  const file = join(newFolder(), `${vpcs}-vpcs.json`);
  writeFileSync(file, text);
  return { file, network: readScenario(text, file).scenario.network };
}
