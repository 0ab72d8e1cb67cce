import { type Address, type Family, formatAddress, readWords } from "@twoway/core";
import type { FlowAnswer } from "./flow-judge.ts";
import type { FlowRecords } from "./flow-records.ts";
import { HeavyAddresses } from "./heavy-addresses.ts";
import {
  byKey,
  type FlowSample,
  type GroupTally,
  groupKey,
  lowest,
  type MalformedLines,
  type PairTally,
  pairKey,
  SAMPLES,
  sumOf,
  type TallyJson,
} from "./merge-tallies.ts";

/** Adds up what the records of one part of the input come to. */
export class FlowTally {
  /** Those of a `Replay`, which appends to them. */
  readonly #outcomes: readonly FlowAnswer[];
  readonly #file: string;
  readonly #salt: number;
  /** How many of the outcomes are known here. */
  #known = 0;
  /** Records, packets and bytes of each outcome; what has grown past `FULL` moves to `#carried`. */
  #counts = new Float64Array(3 * 64);
  readonly #carried = new Map<number, bigint>();
  /** Of each outcome its group, and which of `#heavy` its addresses are counted in. */
  #groupOf = new Int32Array(64);
  #heavyOf = new Uint8Array(64);
  readonly #groups: Group[] = [];
  readonly #groupIndices = new Map<string, number>();
  /** Of each group the rank below which a record is a sample: of equal ranks the first in the file is one. */
  #limits = new Float64Array(16);
  readonly #heavy = { breaks: new HeavyAddresses(), disagrees: new HeavyAddresses() };

  constructor(outcomes: readonly FlowAnswer[], file: string) {
    this.#outcomes = outcomes;
    this.#file = file;
    let salt = 0x811c9dc5;
    for (let i = 0; i < file.length; i++) salt = Math.imul(salt ^ file.charCodeAt(i), 0x01000193);
    this.#salt = salt;
  }

  /** Counts the rows of a batch, whose outcomes are in `found`. */
  add(records: FlowRecords, found: Int32Array): void {
    this.#learn();
    const { length, packets, bytes, position } = records;
    const counts = this.#counts;
    const groupOf = this.#groupOf;
    const heavyOf = this.#heavyOf;
    const limits = this.#limits;
    const salt = this.#salt;
    for (let row = 0; row < length; row++) {
      const outcome = found[row];
      const at = 3 * outcome;
      counts[at]++;
      counts[at + 1] += packets[row];
      counts[at + 2] += bytes[row];
      if (counts[at + 1] > FULL || counts[at + 2] > FULL) this.#carry(at);
      const group = groupOf[outcome];
      const rank = rankOf(position[row], salt);
      if (rank < limits[group]) this.#sample(records, row, group, rank);
      if (heavyOf[outcome] !== 0) this.#count(heavyOf[outcome], records, row);
    }
  }

  /** Returns the tally as plain data. */
  toJson(lines: number, malformed: MalformedLines): TallyJson {
    const groups = new Map<string, Map<string, PairTally>>();
    for (let i = 0; i < this.#known; i++) {
      const at = 3 * i;
      if (this.#counts[at] === 0) continue;
      const { from, to } = this.#outcomes[i];
      const [records, packets, bytes] = [0, 1, 2].map(
        (k) => `${BigInt(this.#counts[at + k]) + (this.#carried.get(at + k) ?? 0n)}`,
      );
      const pair: PairTally = [from, to, records, packets, bytes];
      const { key } = this.#groups[this.#groupOf[i]];
      const pairs = groups.get(key) ?? new Map<string, PairTally>();
      groups.set(key, pairs);
      const name = pairKey(pair);
      const known = pairs.get(name);
      pairs.set(name, known === undefined ? pair : sumOf(known, pair));
    }
    const all = [...groups].sort(byKey).map(([key, pairs]): GroupTally => {
      const { verdict, samples } = this.#groups[this.#groupIndices.get(key)!];
      return {
        verdict,
        pairs: [...pairs].sort(byKey).map(([, pair]) => pair),
        samples: lowest(samples.map((sample) => this.#told(sample))),
      };
    });
    return {
      version: 1,
      groups: all,
      heavy: { breaks: this.#heavy.breaks.toJson(), disagrees: this.#heavy.disagrees.toJson() },
      lines: lines === 0 ? {} : { [this.#file]: lines },
      malformed,
    };
  }

  /** Makes room for the outcomes that came up since. */
  #learn(): void {
    const outcomes = this.#outcomes;
    if (this.#known === outcomes.length) return;
    let room = this.#groupOf.length;
    while (room < outcomes.length) room *= 2;
    if (room > this.#groupOf.length) {
      this.#counts = longer(this.#counts, new Float64Array(3 * room));
      this.#groupOf = longer(this.#groupOf, new Int32Array(room));
      this.#heavyOf = longer(this.#heavyOf, new Uint8Array(room));
    }
    for (; this.#known < outcomes.length; this.#known++) {
      const { class: cls, disagrees, reason } = outcomes[this.#known];
      const verdict = {
        class: cls,
        ...(disagrees === undefined ? {} : { disagrees }),
        ...(reason === undefined ? {} : { reason }),
      };
      const key = groupKey(verdict);
      let group = this.#groupIndices.get(key);
      if (group === undefined) {
        group = this.#groups.push({ key, verdict, samples: [] }) - 1;
        this.#groupIndices.set(key, group);
        if (group === this.#limits.length)
          this.#limits = longer(this.#limits, new Float64Array(2 * this.#limits.length));
        this.#limits[group] = ANY_RANK;
      }
      this.#groupOf[this.#known] = group;
      this.#heavyOf[this.#known] = disagrees !== undefined ? DISAGREES : cls === "breaks" ? BREAKS : 0;
    }
  }

  #carry(at: number): void {
    for (const k of [at + 1, at + 2]) {
      this.#carried.set(k, (this.#carried.get(k) ?? 0n) + BigInt(this.#counts[k]));
      this.#counts[k] = 0;
    }
  }

  /** Keeps the row among the lowest ranks of its group, ascending. */
  #sample(records: FlowRecords, row: number, group: number, rank: number): void {
    const { samples } = this.#groups[group];
    const family = records.family[row] as Family;
    let place = samples.length;
    while (place > 0 && samples[place - 1].rank > rank) place--;
    samples.splice(place, 0, {
      rank,
      line: records.line[row],
      position: records.position[row],
      source: readWords(family, records.source, 4 * row),
      destination: readWords(family, records.destination, 4 * row),
      protocol: records.protocol[row],
      sourcePort: records.sourcePort[row],
      port: records.destinationPort[row],
      action: records.action[row],
      start: records.start[row],
    });
    if (samples.length > SAMPLES) samples.length = SAMPLES;
    if (samples.length === SAMPLES) this.#limits[group] = samples[SAMPLES - 1].rank;
  }

  #told({ source, destination, ...sample }: Kept): FlowSample {
    return {
      ...sample,
      file: this.#file,
      source: formatAddress(source),
      destination: formatAddress(destination),
    };
  }

  #count(kind: number, records: FlowRecords, row: number): void {
    const heavy = kind === BREAKS ? this.#heavy.breaks : this.#heavy.disagrees;
    const family = records.family[row] as Family;
    heavy.add(family, records.source, 4 * row);
    heavy.add(family, records.destination, 4 * row);
  }
}

interface Group extends Pick<GroupTally, "verdict"> {
  readonly key: string;
  readonly samples: Kept[];
}

type Kept = Omit<FlowSample, "file" | "source" | "destination"> & {
  readonly source: Address;
  readonly destination: Address;
};

const BREAKS = 1;
const DISAGREES = 2;
/** The sum of one that is not full and MAX_COUNT is still exact. */
const FULL = 2 ** 52;
const ANY_RANK = 2 ** 32;

/** Depends on where the record stands and on the file's name: the same whoever reads it. */
function rankOf(position: number, salt: number): number {
  let hash =
    Math.imul(position, 0x9e3779b1) ^ Math.imul(Math.floor(position / 0x100000000), 0x85ebca6b) ^ salt;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function longer<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
