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
  readonly outcomes: readonly OutcomeCount[];
  /** By the key of a group, see `groupKey`. */
  readonly samples: Readonly<Record<string, readonly FlowSample[]>>;
  readonly heavy: Readonly<Record<HeavyKind, HeavyJson>>;
  /** Lines read of each file, blank and malformed ones included; rows count nothing here. */
  readonly lines: Readonly<Record<string, number>>;
  readonly malformed: MalformedLines;
}

/** Counts are decimal text: bytes of many records do not fit a number. */
export interface OutcomeCount {
  readonly outcome: FlowAnswer;
  readonly records: string;
  readonly packets: string;
  readonly bytes: string;
}

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
export type HeavyKind = "breaks" | "disagrees";

export const SAMPLES = 3;
export const MAX_MALFORMED = 20;

export const NO_TALLY: TallyJson = {
  version: 1,
  outcomes: [],
  samples: {},
  heavy: { breaks: new HeavyAddresses().toJson(), disagrees: new HeavyAddresses().toJson() },
  lines: {},
  malformed: { count: 0, first: [] },
};

/** Returns the same text for the same outcome. */
export function outcomeKey(outcome: FlowAnswer): string {
  const { from, to, role, before, after } = outcome;
  return [groupKey(outcome), from, to, role ?? "", before ?? "", after ?? ""].join("\t");
}

/** Returns the same text for outcomes of one class with one cause and one owner, and no other. */
export function groupKey({ class: cls, disagrees, reason }: FlowAnswer): string {
  const { path, cause, component } = reason ?? {};
  const { kind, id, account, region, source } = component ?? {};
  return [cls, disagrees, path, cause, kind, id, account, region, source]
    .map((word) => word ?? "")
    .join("\t");
}

/** Adds a tally of what comes next in the input. O(both). */
export function mergeTallies(first: TallyJson, next: TallyJson): TallyJson {
  const outcomes = new Map(first.outcomes.map((count) => [outcomeKey(count.outcome), count]));
  for (const count of next.outcomes) {
    const key = outcomeKey(count.outcome);
    const known = outcomes.get(key);
    outcomes.set(
      key,
      known === undefined
        ? count
        : {
            outcome: known.outcome,
            records: sum(known.records, count.records),
            packets: sum(known.packets, count.packets),
            bytes: sum(known.bytes, count.bytes),
          },
    );
  }
  const moved = <T extends { readonly file: string; readonly line: number }>(item: T): T => ({
    ...item,
    line: item.line + (first.lines[item.file] ?? 0),
  });
  const samples: Record<string, readonly FlowSample[]> = { ...first.samples };
  for (const [key, list] of Object.entries(next.samples))
    samples[key] = lowest([...(samples[key] ?? []), ...list.map(moved)]);
  const lines: Record<string, number> = { ...first.lines };
  for (const [file, count] of Object.entries(next.lines)) lines[file] = (lines[file] ?? 0) + count;
  return {
    version: 1,
    outcomes: [...outcomes].sort(byKey).map(([, count]) => count),
    samples: Object.fromEntries(Object.entries(samples).sort(byKey)),
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

/** Keeps the samples of lowest rank; where two are the same, what comes first in the input. */
export function lowest(samples: readonly FlowSample[]): readonly FlowSample[] {
  return [...samples]
    .sort((a, b) => a.rank - b.rank || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.position - b.position))
    .slice(0, SAMPLES);
}

export function byKey<T>([a]: readonly [string, T], [b]: readonly [string, T]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sum(a: string, b: string): string {
  return `${BigInt(a) + BigInt(b)}`;
}

function mergeHeavy(first: HeavyJson, next: HeavyJson): HeavyJson {
  const both = new HeavyAddresses();
  both.addAll(first);
  both.addAll(next);
  return both.toJson();
}
