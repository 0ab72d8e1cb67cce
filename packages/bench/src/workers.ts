import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Fib } from "@twoway/core";
import { median } from "./rounds.ts";

interface Answer {
  readonly mlps: number;
  readonly checksum: number;
}

/** Returns million lookups per second of one worker and of two together, over one copy of the table, in turn. */
export async function workers(
  fib: Fib,
  addresses: Uint32Array,
  right: number,
  rounds: number,
  ms: number,
): Promise<{ readonly one: number; readonly two: number }> {
  const table = fib.copy4((bytes) => new SharedArrayBuffer(bytes));
  const shared = new Uint32Array(new SharedArrayBuffer(addresses.byteLength));
  shared.set(addresses);
  const file = join(import.meta.dirname, "lookup-worker.js");
  const pool = [0, 1].map(() => new Worker(file, { workerData: { table, addresses: shared.buffer } }));
  const ask = (worker: Worker): Promise<Answer> =>
    new Promise((resolve, reject) => {
      worker.once("message", resolve).once("error", reject);
      worker.postMessage(ms);
    });
  const speed = async (some: readonly Worker[]): Promise<number> => {
    const answers = await Promise.all(some.map(ask));
    if (answers.some(({ checksum }) => checksum !== right)) throw new Error("a worker answered wrong");
    return answers.reduce((sum, { mlps }) => sum + mlps, 0);
  };
  try {
    const one: number[] = [];
    const two: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const alone = await speed(pool.slice(0, 1));
      const both = await speed(pool);
      if (round < 0) continue;
      one.push(alone);
      two.push(both);
    }
    return { one: median(one), two: median(two) };
  } finally {
    await Promise.all(pool.map((worker) => worker.terminate()));
  }
}
