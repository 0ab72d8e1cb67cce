import { type Family, formatAddress, parseAddress, readWords, writeWords } from "@twoway/core";

/**
 * Which addresses occur most often, in memory that does not grow with the input, and the same whatever order or parts
 * the input comes in: every cell is a plain sum, so sketches of parts are added.
 *
 * An address falls into one bucket of each row. A bucket counts how often anything fell into it, and for each bit how
 * often that bit was set; from these the address that makes up most of the bucket is read back. What does not have one of
 * its bits is somebody else, so the counts of the bits also bound how much of the bucket is its own: no guess, and no
 * probability.
 */
export class HeavyAddresses {
  readonly #rows: Readonly<Record<Family, Float64Array[]>> = { 4: [], 6: [] };
  /** Counts that are not in the rows yet: addresses come in runs, and a sum may be made later. */
  readonly #waiting = new Uint32Array(WAITING * 5);

  /** Counts the address at `words[at]` once. */
  add(family: Family, words: Uint32Array, at: number): void {
    const per = family === 4 ? 1 : 4;
    const slot = hashOf(words, at, per, 0) >>> (32 - WAITING_BITS);
    const waiting = this.#waiting;
    const from = 5 * slot;
    const held = waiting[from];
    if (held !== 0) {
      const isSame =
        (held & 1) === (family === 4 ? 0 : 1) &&
        waiting[from + 1] === words[at] &&
        (per === 1 ||
          (waiting[from + 2] === words[at + 1] &&
            waiting[from + 3] === words[at + 2] &&
            waiting[from + 4] === words[at + 3]));
      if (isSame && held < 0xfffffffe) {
        waiting[from] = held + 2;
        return;
      }
      this.#settle(from);
    }
    waiting[from] = family === 4 ? 2 : 3;
    for (let i = 0; i < per; i++) waiting[from + 1 + i] = words[at + i];
  }

  /** Adds the counts of another part of the input. */
  addAll(part: HeavyJson): void {
    for (const family of [4, 6] as const) {
      for (const [row, buckets] of part[`v${family}`].entries()) {
        const counts = this.#row(family, row);
        const size = 1 + WIDTH[family];
        for (const [bucket, total, what] of buckets) {
          const at = bucket * size;
          counts[at] += total;
          if (typeof what === "string") {
            const words = new Uint32Array(4);
            writeWords(parseAddress(what), words, 0);
            addBits(counts, at + 1, words, 0, WIDTH[family], total);
          } else for (const [i, count] of what.entries()) counts[at + 1 + i] += count;
        }
      }
    }
  }

  /** Returns the counts as plain data; a bucket of one address is written as that address. */
  toJson(): HeavyJson {
    this.#settleAll();
    const rows = (family: Family): Bucket[][] =>
      this.#rows[family].map((counts) => bucketsOf(counts, family));
    return { version: 1, v4: rows(4), v6: rows(6) };
  }

  /**
   * Returns the addresses that are known to occur, most often first, and how often one that is not among them may at
   * most. `least` and `most` bound the true count.
   */
  top(limit: number): HeavyList {
    this.#settleAll();
    const found = new Map<string, HeavyAddress>();
    let others = 0;
    for (const family of [4, 6] as const) {
      const rows = this.#rows[family];
      const bounds = rows.map((counts, row) => {
        let bound = 0;
        for (let bucket = 0; bucket < BUCKETS; bucket++) {
          const total = counts[bucket * (1 + WIDTH[family])];
          if (total === 0) continue;
          const words = mainAddress(counts, bucket, family);
          const own = shareOf(counts, bucket, words, family);
          const isTold = own.least > 0 && bucketOf(words, 0, family, row) === bucket;
          bound = Math.max(bound, isTold ? total - own.most : total);
          if (!isTold) continue;
          const shares = rows.map((other, i) => shareOf(other, bucketOf(words, 0, family, i), words, family));
          const text = formatAddress(readWords(family, words, 0));
          found.set(text, {
            address: text,
            least: Math.max(...shares.map(({ least }) => least)),
            most: Math.min(...shares.map(({ most }) => most)),
          });
        }
        return bound;
      });
      if (rows.length > 0) others = Math.max(others, Math.min(...bounds));
    }
    const all = [...found.values()].sort(
      (a, b) => b.least - a.least || b.most - a.most || (a.address < b.address ? -1 : 1),
    );
    const cut = all.slice(limit).reduce((most, address) => Math.max(most, address.most), 0);
    return { addresses: all.slice(0, limit), others: Math.max(others, cut) };
  }

  #settleAll(): void {
    for (let slot = 0; slot < WAITING; slot++) if (this.#waiting[5 * slot] !== 0) this.#settle(5 * slot);
  }

  #settle(from: number): void {
    const waiting = this.#waiting;
    const family = (waiting[from] & 1) === 0 ? 4 : 6;
    const count = waiting[from] >>> 1;
    const size = 1 + WIDTH[family];
    for (let row = 0; row < ROWS; row++) {
      const counts = this.#row(family, row);
      const at = bucketOf(waiting, from + 1, family, row) * size;
      counts[at] += count;
      addBits(counts, at + 1, waiting, from + 1, WIDTH[family], count);
    }
    waiting[from] = 0;
  }

  #row(family: Family, row: number): Float64Array {
    const rows = this.#rows[family];
    while (rows.length <= row) rows.push(new Float64Array(BUCKETS * (1 + WIDTH[family])));
    return rows[row];
  }
}

/** The true count lies between the two, both included. */
interface HeavyAddress {
  readonly address: string;
  readonly least: number;
  readonly most: number;
}

export interface HeavyList {
  readonly addresses: readonly HeavyAddress[];
  /** No other address occurs more often than this. */
  readonly others: number;
}

/** Bucket, how often anything fell into it, and the one address, or how often each bit was set. */
type Bucket = readonly [bucket: number, total: number, what: string | readonly number[]];

export interface HeavyJson {
  readonly version: 1;
  readonly v4: readonly (readonly Bucket[])[];
  readonly v6: readonly (readonly Bucket[])[];
}

const ROWS = 2;
const BUCKET_BITS = 9;
const BUCKETS = 1 << BUCKET_BITS;
const WAITING_BITS = 10;
const WAITING = 1 << WAITING_BITS;
const WIDTH: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };

function hashOf(words: Uint32Array, at: number, per: number, seed: number): number {
  let hash = Math.imul(seed + 1, 0x9e3779b1);
  for (let i = 0; i < per; i++) {
    hash = Math.imul(hash ^ words[at + i], 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function bucketOf(words: Uint32Array, at: number, family: Family, row: number): number {
  return hashOf(words, at, family === 4 ? 1 : 4, row + 1) >>> (32 - BUCKET_BITS);
}

function addBits(
  counts: Float64Array,
  at: number,
  words: Uint32Array,
  from: number,
  width: number,
  count: number,
): void {
  for (let i = 0; i < width; i++)
    if (((words[from + (i >>> 5)] << (i & 31)) & 0x80000000) !== 0) counts[at + i] += count;
}

/** The address of which each bit is that of most that fell into the bucket. */
function mainAddress(counts: Float64Array, bucket: number, family: Family): Uint32Array {
  const at = bucket * (1 + WIDTH[family]);
  const words = new Uint32Array(4);
  for (let i = 0; i < WIDTH[family]; i++)
    if (2 * counts[at + 1 + i] > counts[at]) words[i >>> 5] |= 0x80000000 >>> (i & 31);
  return words;
}

/** How much of the bucket can be, and must be, of this one address: everything that differs from it does so in some bit. */
function shareOf(
  counts: Float64Array,
  bucket: number,
  words: Uint32Array,
  family: Family,
): { readonly least: number; readonly most: number } {
  const at = bucket * (1 + WIDTH[family]);
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < WIDTH[family]; i++) {
    const isSet = ((words[i >>> 5] << (i & 31)) & 0x80000000) !== 0;
    const others = isSet ? counts[at] - counts[at + 1 + i] : counts[at + 1 + i];
    sum += others;
    if (others > largest) largest = others;
  }
  return { least: Math.max(0, counts[at] - sum), most: counts[at] - largest };
}

function bucketsOf(counts: Float64Array, family: Family): Bucket[] {
  const size = 1 + WIDTH[family];
  const buckets: Bucket[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const total = counts[bucket * size];
    if (total === 0) continue;
    const words = mainAddress(counts, bucket, family);
    const isAlone = shareOf(counts, bucket, words, family).least === total;
    const what = isAlone
      ? formatAddress(readWords(family, words, 0))
      : [...counts.subarray(bucket * size + 1, (bucket + 1) * size)];
    buckets.push([bucket, total, what]);
  }
  return buckets;
}
