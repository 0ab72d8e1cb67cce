import { Fib } from "@twoway/core";
import { type Contender, spell, type Traffic } from "./contenders.ts";

/** Somebody who runs a pass over a number of addresses and says how long it took and what came out. */
export interface Runner {
  readonly name: string;
  readonly count: number;
  readonly run: () =>
    | Promise<{ readonly ms: number; readonly checksum: number }>
    | { readonly ms: number; readonly checksum: number };
  /** The checksum of the right answers. */
  readonly right: number;
}

export interface Speed {
  readonly name: string;
  readonly queries: number;
  /** Million lookups per second: the median round, the slowest and the fastest. */
  readonly mlps: number;
  readonly min: number;
  readonly max: number;
}

/** Returns a number that depends on every answer and on their order. */
export function checksum(out: Uint32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (Math.imul(sum, 31) + out[i]) | 0;
  return sum >>> 0;
}

/**
 * Makes the runner of a contender. One that is too slow for all addresses gets as many of the first ones as fit in
 * `budgetMs`; the right checksum is then that of those.
 */
export function runner(
  contender: Contender,
  traffic: Traffic,
  expected: Uint32Array,
  budgetMs: number,
): Runner {
  const out = new Uint32Array(traffic.count);
  const pass = (count: number): number => {
    if (contender.takesText) spell(traffic, count);
    const start = performance.now();
    contender.answer(traffic, out, count);
    return performance.now() - start;
  };
  let count = Math.min(16, traffic.count);
  // the better of two, as the first pass of all may wait for the compiler
  const quick = (): boolean => Math.min(pass(count), pass(count)) < budgetMs / 4;
  while (count < traffic.count && quick()) count = Math.min(traffic.count, 4 * count);
  const right = contender.membership
    ? checksum(
        expected.map((value) => (value === Fib.NONE ? value : 0)),
        count,
      )
    : checksum(expected, count);
  return {
    name: contender.name,
    count,
    right,
    run: () => ({ ms: pass(count), checksum: checksum(out, count) }),
  };
}

/** Runs everybody in turn, round after round. Who answers wrong once has no time and stands in `refused`. */
export async function race(
  runners: readonly Runner[],
  rounds: number,
): Promise<{ readonly speeds: Speed[]; readonly refused: string[] }> {
  const times = new Map<Runner, number[]>(runners.map((each) => [each, []]));
  const refused = new Set<string>();
  for (let round = -1; round < rounds; round++) {
    for (const each of runners) {
      const { ms, checksum } = await each.run();
      if (checksum !== each.right) refused.add(each.name);
      if (round >= 0) times.get(each)?.push(ms); // the first round warms up
    }
  }
  const speeds = runners
    .filter(({ name }) => !refused.has(name))
    .map((each): Speed => {
      const mlps = (times.get(each) ?? []).map((ms) => each.count / ms / 1000);
      return {
        name: each.name,
        queries: each.count,
        mlps: median(mlps),
        min: Math.min(...mlps),
        max: Math.max(...mlps),
      };
    });
  return { speeds, refused: [...refused] };
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
