import { execFile } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { median } from "../rounds.ts";
import type { Fabric } from "./fabric.ts";
import { scenarioStream } from "./scenario-stream.ts";

const run = promisify(execFile);

/** From a file of JSON to the answer for all pairs, with the start of Node. */
export interface WholeProcess {
  readonly bytes: number;
  readonly ms: number;
  readonly min: number;
  readonly max: number;
  /** Resident memory when the answer is there, and the most there was. Bytes. */
  readonly rss: number;
  readonly peak: number;
}

/** Answers in a process of its own, once for each round. Throws when an answer is not the right one. */
export async function wholeProcess(fabric: Fabric, right: number, rounds: number): Promise<WholeProcess> {
  const folder = mkdtempSync(join(tmpdir(), "twoway-reach-"));
  const file = join(folder, "fabric.json");
  try {
    const descriptor = openSync(file, "w");
    for (const piece of scenarioStream(fabric)) writeSync(descriptor, piece);
    closeSync(descriptor);
    const times: number[] = [];
    const memory: { rss: number; peak: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const { stdout } = await run(process.execPath, [join(import.meta.dirname, "answer-file.js"), file]);
      times.push(performance.now() - start);
      const { packets, rss, peak } = JSON.parse(stdout);
      if (packets !== right) throw new Error(`${packets} packets instead of ${right}`);
      memory.push({ rss, peak });
    }
    return {
      bytes: statSync(file).size,
      ms: median(times),
      min: Math.min(...times),
      max: Math.max(...times),
      rss: median(memory.map(({ rss }) => rss)),
      peak: median(memory.map(({ peak }) => peak)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
