import { type Family, formatAddress, readWords } from "@twoway/core";
import type { FlowAnswer } from "./flow-judge.ts";
import type { FlowRecords } from "./flow-records.ts";
import { HeavyAddresses } from "./heavy-addresses.ts";
import {
  byKey,
  type FlowSample,
  groupKey,
  type HeavyKind,
  lowest,
  type MalformedLines,
  outcomeKey,
  SAMPLES,
  type TallyJson,
} from "./merge-tallies.ts";

/** Adds up what the records of one part of the input come to. */
export class FlowTally {
  /** Those of a `Replay`, which appends to them. */
  readonly #outcomes: readonly FlowAnswer[];
  readonly #file: string;
  /** Three counts for each outcome; what has grown past `FULL` moves to `#carried`. */
  #counts = new Float64Array(3 * 64);
  readonly #carried = new Map<number, bigint>();
  /** Of each outcome its group, and of each group the samples and the highest rank that is among them. */
  readonly #groupOf: number[] = [];
  readonly #groups: { readonly key: string; samples: readonly FlowSample[] }[] = [];
  readonly #groupIndices = new Map<string, number>();
  #limits = new Float64Array(16);
  readonly #heavy = { breaks: new HeavyAddresses(), disagrees: new HeavyAddresses() };
  /** Of each outcome the kind of address count that it belongs to. */
  readonly #kinds: (HeavyKind | undefined)[] = [];
  readonly #salt: number;

  constructor(outcomes: readonly FlowAnswer[], file: string) {
    this.#outcomes = outcomes;
    this.#file = file;
    let salt = 0x811c9dc5;
    for (let i = 0; i < file.length; i++) salt = Math.imul(salt ^ file.charCodeAt(i), 0x01000193);
    this.#salt = salt;
  }

  /** Counts the rows of a batch, whose outcomes are in `found`. */
  add(records: FlowRecords, found: Int32Array): void {
    const { length, packets, bytes, position } = records;
    this.#know();
    const counts = this.#counts;
    const groupOf = this.#groupOf;
    const limits = this.#limits;
    const kinds = this.#kinds;
    for (let row = 0; row < length; row++) {
      const outcome = found[row];
      const at = 3 * outcome;
      counts[at]++;
      counts[at + 1] += packets[row];
      counts[at + 2] += bytes[row];
      if (counts[at + 1] > FULL || counts[at + 2] > FULL) this.#carry(at);
      const rank = rankOf(position[row], this.#salt);
      if (rank <= limits[groupOf[outcome]]) this.#sample(records, row, groupOf[outcome], rank);
      const kind = kinds[outcome];
      if (kind !== undefined) this.#count(kind, records, row);
    }
  }

  /** Returns the tally as plain data. */
  toJson(lines: number, malformed: MalformedLines): TallyJson {
    const outcomes = this.#outcomes;
    const rows = outcomes.flatMap((outcome, i) => {
      const at = 3 * i;
      if (at >= this.#counts.length || this.#counts[at] === 0) return [];
      const [records, packets, bytes] = [0, 1, 2].map(
        (k) => `${BigInt(this.#counts[at + k]) + (this.#carried.get(at + k) ?? 0n)}`,
      );
      return [[outcomeKey(outcome), { outcome, records, packets, bytes }] as const];
    });
    const samples = this.#groups
      .filter((group) => group.samples.length > 0)
      .map((group) => [group.key, group.samples] as const);
    return {
      version: 1,
      outcomes: rows.sort(byKey).map(([, count]) => count),
      samples: Object.fromEntries(samples.sort(byKey)),
      heavy: { breaks: this.#heavy.breaks.toJson(), disagrees: this.#heavy.disagrees.toJson() },
      lines: lines === 0 ? {} : { [this.#file]: lines },
      malformed,
    };
  }

  /** Makes room for the outcomes that came up since. */
  #know(): void {
    const outcomes = this.#outcomes;
    for (let i = this.#groupOf.length; i < outcomes.length; i++) {
      const outcome = outcomes[i];
      const key = groupKey(outcome);
      let group = this.#groupIndices.get(key);
      if (group === undefined) {
        group = this.#groups.push({ key, samples: [] }) - 1;
        this.#groupIndices.set(key, group);
        if (group === this.#limits.length) this.#limits = doubled(this.#limits);
        this.#limits[group] = ANY_RANK;
      }
      this.#groupOf.push(group);
      this.#kinds.push(
        outcome.disagrees !== undefined ? "disagrees" : outcome.class === "breaks" ? "breaks" : undefined,
      );
    }
    while (this.#counts.length < 3 * outcomes.length) this.#counts = doubled(this.#counts);
  }

  #carry(at: number): void {
    for (const k of [at + 1, at + 2]) {
      this.#carried.set(k, (this.#carried.get(k) ?? 0n) + BigInt(this.#counts[k]));
      this.#counts[k] = 0;
    }
  }

  #sample(records: FlowRecords, row: number, g: number, rank: number): void {
    const group = this.#groups[g];
    const family = records.family[row] as Family;
    group.samples = lowest([
      ...group.samples,
      {
        rank,
        file: this.#file,
        line: records.line[row],
        position: records.position[row],
        source: formatAddress(readWords(family, records.source, 4 * row)),
        destination: formatAddress(readWords(family, records.destination, 4 * row)),
        protocol: records.protocol[row],
        sourcePort: records.sourcePort[row],
        port: records.destinationPort[row],
        action: records.action[row],
        start: records.start[row],
      },
    ]);
    if (group.samples.length === SAMPLES) this.#limits[g] = group.samples[SAMPLES - 1].rank;
  }

  #count(kind: HeavyKind, records: FlowRecords, row: number): void {
    const family = records.family[row] as Family;
    this.#heavy[kind].add(family, records.source, 4 * row);
    this.#heavy[kind].add(family, records.destination, 4 * row);
  }
}

/** The sum of one that is not full and MAX_COUNT is still exact. */
const FULL = 2 ** 52;
const ANY_RANK = 0xffffffff;

/** Depends on where the record stands and on the file's name: the same whoever reads it. */
function rankOf(position: number, salt: number): number {
  let hash =
    Math.imul(position, 0x9e3779b1) ^ Math.imul(Math.floor(position / 0x100000000), 0x85ebca6b) ^ salt;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function doubled(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(2 * array.length);
  longer.set(array);
  return longer;
}
