import { median } from "../rounds.ts";

/** Somebody who answers the question, or part of it, once. */
export interface Entrant {
  readonly name: string;
  /** The checksum of the right answer: two-way packets, unless `answers` says otherwise. */
  readonly right: number;
  /** The part of the whole that a pass does: 1, or the share of the senders that fits in the time. */
  readonly share: number;
  /** What is answered, where it is less than all the others answer. */
  readonly answers?: string;
  readonly run: () => Pass | Promise<Pass>;
}

export interface Pass {
  readonly ms: number;
  readonly checksum: number;
}

export interface Time {
  readonly name: string;
  /** Milliseconds for the whole: the median round, the fastest and the slowest. Extrapolated where `share` is below 1. */
  readonly ms: number;
  readonly min: number;
  readonly max: number;
  readonly share: number;
  readonly checksum: number;
  readonly answers?: string;
}

/** Runs everybody in turn, round after round. Who is wrong once has no time and stands in `refused`. */
export async function contest(
  entrants: readonly Entrant[],
  rounds: number,
): Promise<{ readonly times: Time[]; readonly refused: string[] }> {
  const passes = new Map<Entrant, number[]>(entrants.map((each) => [each, []]));
  const refused = new Set<string>();
  for (let round = -1; round < rounds; round++) {
    for (const each of entrants) {
      const { ms, checksum } = await each.run();
      if (checksum !== each.right) refused.add(each.name);
      if (round >= 0) passes.get(each)?.push(ms / each.share); // the first round warms up
    }
  }
  const times = entrants
    .filter(({ name }) => !refused.has(name))
    .map((each): Time => {
      const all = passes.get(each) ?? [];
      const { name, share, right: checksum, answers } = each;
      const spread = { ms: median(all), min: Math.min(...all), max: Math.max(...all) };
      return { name, ...spread, share, checksum, ...(answers === undefined ? {} : { answers }) };
    });
  return { times, refused: [...refused] };
}

/** Runs the work and returns its milliseconds with its checksum. */
export function timed(work: () => number): Pass {
  const start = performance.now();
  const checksum = work();
  return { ms: performance.now() - start, checksum };
}

/**
 * Makes an entrant that is asked sender by sender: for all of them, or for as many as fit in the time, taken from
 * everywhere by a fixed stride. `right` is what each sender's answer has to be.
 */
export function bySender(
  name: string,
  right: ArrayLike<number>,
  budgetMs: number,
  answer: (sender: number) => number,
  answers?: string,
): Entrant {
  const senders = right.length;
  // a prime, so that nobody comes twice; who is asked for everybody asks in order
  const at = (i: number): number => (count === senders ? i : (i * STRIDE) % senders);
  let count = Math.min(4, senders);
  const pass = (): Pass =>
    timed(() => {
      let checksum = 0;
      for (let i = 0; i < count; i++) checksum += answer(at(i));
      return checksum;
    });
  while (count < senders && pass().ms < budgetMs / 4) count = Math.min(senders, 2 * count);
  let expected = 0;
  for (let i = 0; i < count; i++) expected += right[at(i)];
  const entrant = { name, right: expected, share: count / senders, run: pass };
  return answers === undefined ? entrant : { ...entrant, answers };
}

const STRIDE = 1_000_003;
