import type { FlowAnswer } from "./flow-judge.ts";
import { HeavyAddresses, type HeavyJson } from "./heavy-addresses.ts";

/**
 * What a replay adds up, as plain data: exact counts for each way in which records fare, a sample of each, and the
 * addresses that occur most. Tallies of the parts of an input, merged in their order, are the tally of the whole: every
 * figure is a sum, and which records are samples depends on where they stand in the input and on nothing else.
 */
export interface TallyJson {
  readonly version: 1;
  /** By key, ascending. */
  readonly groups: readonly GroupTally[];
  readonly heavy: Readonly<Record<HeavyKind, HeavyJson>>;
  /** Lines read of each file, blank and malformed ones included; rows count nothing here. */
  readonly lines: Readonly<Record<string, number>>;
  readonly malformed: MalformedLines;
}

/** Records of one class with one cause and one owner. */
export interface GroupTally {
  readonly verdict: Pick<FlowAnswer, "class" | "disagrees" | "reason">;
  /** Of each two subnets, by their names, ascending. */
  readonly pairs: readonly PairTally[];
  readonly samples: readonly FlowSample[];
}

/** Counts are decimal text: bytes of many records do not fit a number. */
export type PairTally = readonly [from: string, to: string, records: string, packets: string, bytes: string];

export interface FlowSample {
  /** Decides which records are kept: the lowest. */
  readonly rank: number;
  readonly file: string;
  readonly line: number;
  readonly position: number;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly port: number;
  readonly action: number;
  readonly start: number;
}

export interface MalformedLines {
  readonly count: number;
  /** The first ones. */
  readonly first: readonly MalformedLine[];
}

export interface MalformedLine {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly text: string;
}

/** Addresses are counted for what breaks, and for what contradicts the model. */
type HeavyKind = "breaks" | "disagrees";

export const SAMPLES = 3;
export const MAX_MALFORMED = 20;

export const NO_TALLY: TallyJson = {
  version: 1,
  groups: [],
  heavy: { breaks: new HeavyAddresses().toJson(), disagrees: new HeavyAddresses().toJson() },
  lines: {},
  malformed: { count: 0, first: [] },
};

/** Returns the same text for verdicts of one class with one cause and one owner, and no other. */
export function groupKey({ class: cls, disagrees, reason }: GroupTally["verdict"]): string {
  const { path, cause, component } = reason ?? {};
  const { kind, id, account, region, source } = component ?? {};
  return [cls, disagrees, path, cause, kind, id, account, region, source]
    .map((word) => word ?? "")
    .join("\t");
}

export function pairKey([from, to]: readonly [from: string, to: string, ...rest: unknown[]]): string {
  return `${from}\t${to}`;
}

/** Adds a tally of what comes next in the input. O(both). */
export function mergeTallies(first: TallyJson, next: TallyJson): TallyJson {
  const moved = <T extends { readonly file: string; readonly line: number }>(item: T): T => ({
    ...item,
    line: item.line + (first.lines[item.file] ?? 0),
  });
  const groups = new Map(first.groups.map((group) => [groupKey(group.verdict), group]));
  for (const { verdict, pairs, samples } of next.groups) {
    const key = groupKey(verdict);
    const known = groups.get(key);
    groups.set(key, {
      verdict,
      pairs: known === undefined ? pairs : mergePairs(known.pairs, pairs),
      samples: lowest([...(known?.samples ?? []), ...samples.map(moved)]),
    });
  }
  const lines: Record<string, number> = { ...first.lines };
  for (const [file, count] of Object.entries(next.lines)) lines[file] = (lines[file] ?? 0) + count;
  return {
    version: 1,
    groups: [...groups].sort(byKey).map(([, group]) => group),
    heavy: {
      breaks: mergeHeavy(first.heavy.breaks, next.heavy.breaks),
      disagrees: mergeHeavy(first.heavy.disagrees, next.heavy.disagrees),
    },
    lines,
    malformed: {
      count: first.malformed.count + next.malformed.count,
      first: [...first.malformed.first, ...next.malformed.first.map(moved)].slice(0, MAX_MALFORMED),
    },
  };
}

function mergePairs(first: readonly PairTally[], next: readonly PairTally[]): readonly PairTally[] {
  const pairs = new Map(first.map((pair) => [pairKey(pair), pair]));
  for (const pair of next) {
    const key = pairKey(pair);
    const known = pairs.get(key);
    pairs.set(key, known === undefined ? pair : sumOf(known, pair));
  }
  return [...pairs].sort(byKey).map(([, pair]) => pair);
}

/** Of two counts of one pair. */
export function sumOf([from, to, ...a]: PairTally, [, , ...b]: PairTally): PairTally {
  const [records, packets, bytes] = a.map((count, i) => `${BigInt(count) + BigInt(b[i])}`);
  return [from, to, records, packets, bytes];
}

/** Keeps the samples of lowest rank; of two of one rank the one that is first by its file and its place there. */
export function lowest(samples: readonly FlowSample[]): readonly FlowSample[] {
  return [...samples]
    .sort((a, b) => a.rank - b.rank || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.position - b.position))
    .slice(0, SAMPLES);
}

export function byKey<T>([a]: readonly [string, T], [b]: readonly [string, T]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mergeHeavy(first: HeavyJson, next: HeavyJson): HeavyJson {
  const both = new HeavyAddresses();
  both.addAll(first);
  both.addAll(next);
  return both.toJson();
}
