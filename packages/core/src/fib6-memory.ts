import { hostMask } from "./columns.ts";
import type { Allocate } from "./fib-memory.ts";

/**
 * The memory of a compiled IPv6 table: one buffer, so that WebAssembly can read it; first `values`, then `nodes`. It is
 * a tree of nodes that each take a few bits of the address: 16, 10, 6, 6, 5 and 5 down to bit 48, then 4 at a time down
 * to bit 128. Most branches soon hold few prefixes; those are a bucket, which finds the range of an address by halving.
 *
 *     values[id]            a result; values[0] is the default route's, or NONE
 *     nodes[0 .. 65535]     the root, an entry for each value of the first 16 bits
 *     nodes from 65536      nodes, buckets and tails, each of a multiple of 8 words; at the end SLACK words that buckets
 *                           may read in vain
 *
 *     bucket of n ranges    where the ranges after the first one begin, in order; a word that is not used;
 *                           then n times the id of the result. n is 4, 8 or 16; the last range stands often enough
 *
 *     tail + 0..3           the prefix       tail + 5   the id of the result outside the prefix
 *     tail + 4              its length       tail + 6   and inside
 *
 * What an entry is, its upper three bits say; the others are an id, or where something begins in `nodes`:
 *
 *     000   the id of a result: the longest match of every address below has it
 *     100   a node that takes the next bits
 *     010   a bucket; the lowest two bits are 0 for 4 ranges, 1 for 8, 2 for 16; with bit 2 (EARLY) bits 24 to 54 of the
 *           address cut its ranges, and otherwise bits 32 to 62: it hangs below bit 26, or else below 32 or later
 *     011   a tail: the trie has one prefix below the entry, too long for a bucket
 *
 * 31 bits cut a range, so that the sign of a difference compares them.
 */
export class Fib6Memory {
  readonly buffer: ArrayBufferLike;
  readonly values: Uint32Array;
  readonly nodes: Int32Array;

  private constructor(buffer: ArrayBufferLike, ids: number, words: number) {
    this.buffer = buffer;
    this.values = new Uint32Array(buffer, 0, ids);
    this.nodes = new Int32Array(buffer, 4 * ids, words);
  }

  /** Makes a memory of zeros, for `ids` results and `words` of nodes. */
  static make(ids: number, words: number, allocate: Allocate): Fib6Memory {
    return new Fib6Memory(allocate(4 * (ids + words)), ids, words);
  }

  /** Copies the table into a new memory, which has at least the room that is in use. */
  moved(ids: number, words: number, allocate: Allocate): Fib6Memory {
    const to = Fib6Memory.make(ids, words, allocate);
    to.values.set(this.values.subarray(0, ids));
    to.nodes.set(this.nodes.subarray(0, words));
    return to;
  }

  /** Returns the result for the address in `words` from `at` on, or NONE. */
  find(words: Uint32Array, at: number): number {
    return this.values[this.finish(this.nodes[words[at] >>> 16], 1, words, at)];
  }

  /** Returns the id for an address that an entry of the level before `level` was found for. */
  finish(entry: number, level: number, words: Uint32Array, at: number): number {
    const { nodes } = this;
    for (; entry < 0; level++) entry = nodes[(entry & PLACE) + digitOf(words, at, level)];
    if ((entry & BUCKET) === 0) return entry;
    const place = entry & PLACE;
    if ((entry & LONG) !== 0) return nodes[place + 6 + outside(nodes, place, words, at)];
    const count = 4 << (entry & SIZE);
    const cut = cutOf(words[at], words[at + 1], entry);
    let range = 0;
    while (range < count - 1 && nodes[place + range] <= cut) range++;
    return nodes[place + count + range];
  }

  /**
   * Answers many lookups: `out[i]` becomes the result for the address in `words[4 * i]` to `words[4 * i + 3]`, or NONE.
   * `out` is long enough. Allocates nothing.
   *
   * For some hundred addresses at a time, first their entries, then their buckets. No branch depends on data, but for
   * what hardly ever happens, so that many loads wait for memory together. Where a level, or the bucket, has nothing to
   * say any more, the root is read in vain: its place is 0.
   */
  findMany(words: Uint32Array, out: Uint32Array): void {
    const { nodes, values } = this;
    const count = words.length >>> 2;
    for (let from = 0; from < count; from += BATCH) {
      const to = Math.min(count, from + BATCH);
      for (let i = from; i < to; i++) {
        const a = words[4 * i];
        const b = words[4 * i + 1];
        let entry = nodes[a >>> 16];
        let deeper = entry >> 31;
        entry ^= (entry ^ nodes[(entry & deeper & PLACE) + ((a >>> 6) & 1023)]) & deeper;
        deeper = entry >> 31;
        entry ^= (entry ^ nodes[(entry & deeper & PLACE) + (a & 63)]) & deeper;
        deeper = entry >> 31;
        entry ^= (entry ^ nodes[(entry & deeper & PLACE) + (b >>> 26)]) & deeper;
        deeper = entry >> 31;
        entry ^= (entry ^ nodes[(entry & deeper & PLACE) + ((b >>> 21) & 31)]) & deeper;
        deeper = entry >> 31;
        entry ^= (entry ^ nodes[(entry & deeper & PLACE) + ((b >>> 16) & 31)]) & deeper;
        out[i] = entry;
      }
      for (let i = from; i < to; i++) {
        const entry = out[i] | 0;
        if ((entry & (NODE | LONG)) !== 0) {
          out[i] = values[this.finish(entry, 6, words, 4 * i)];
          continue;
        }
        const cut = cutOf(words[4 * i], words[4 * i + 1], entry);
        const bucket = (entry << 1) >> 31;
        const place = entry & bucket & PLACE;
        const size = 4 << (entry & SIZE & bucket);
        // 8, 4, 2 and 1 ranges further on, where the one there is in the bucket and begins at or before the address
        let range = place + (~((cut - nodes[place + 7]) >> 31) & (size >> 1) & 8);
        range += ~((cut - nodes[range + 3]) >> 31) & ((size >> 1) | (size >> 2)) & 4;
        range += ~((cut - nodes[range + 1]) >> 31) & 2;
        range += ~((cut - nodes[range]) >> 31) & 1;
        out[i] = values[entry ^ ((entry ^ nodes[range + size]) & bucket)];
      }
    }
  }
}

/** What an entry is, and where it points. */
export const NODE: number = 1 << 31;
export const BUCKET: number = 1 << 30;
export const LONG: number = 1 << 29;
export const PLACE = 0x1ffffff8;
export const EARLY = 4;
export const SIZE = 3;

export const ROOT_SIZE: number = 2 ** 16;
/** Ranges of the largest bucket, and of words behind the last place. */
export const RANGES = 16;
export const SLACK = 32;

/** What each level takes: the bits up to END, found in word WORD of the address as `(word >>> SHIFT) & MASK`. */
export const LEVELS = 26;
const STRIDE: Uint8Array = Uint8Array.from({ length: LEVELS }, (_, i) => [16, 10, 6, 6, 5, 5][i] ?? 4);
export const END: Uint8Array = STRIDE.map((_, i) => STRIDE.subarray(0, i + 1).reduce((sum, n) => sum + n));
export const WORD: Uint8Array = END.map((end) => (end - 1) >> 5);
export const SHIFT: Uint8Array = END.map((end) => -end & 31);
export const MASK: Uint16Array = Uint16Array.from(STRIDE, (stride) => 2 ** stride - 1);

/** Addresses whose entries are found before their buckets. */
const BATCH = 512;

/** Returns the bits of an address, whose first two words are `a` and `b`, that cut the ranges of an entry's bucket. */
function cutOf(a: number, b: number, entry: number): number {
  const early = (entry << 29) >> 31;
  return (((a << 24) & early) | (b >>> (early & 8))) >>> 1;
}

/** Returns the bits of an address that a level takes. */
export function digitOf(words: Uint32Array, at: number, level: number): number {
  return (words[at + WORD[level]] >>> SHIFT[level]) & MASK[level];
}

/** The masks of all lengths, four words each. */
const MASKS: Int32Array = Int32Array.from({ length: 129 * 4 }, (_, i) => ~hostMask(i >> 2, i & 3));

/** Returns -1 when an address is outside the prefix of a tail, and otherwise 0. */
function outside(nodes: Int32Array, tail: number, words: Uint32Array, at: number): number {
  const mask = nodes[tail + 4] << 2;
  let differ = 0;
  for (let i = 0; i < 4; i++) differ |= (words[at + i] ^ nodes[tail + i]) & MASKS[mask + i];
  return differ === 0 ? 0 : -1;
}
