import { type Address, writeWords } from "./address.ts";
import { checkRoom } from "./fib-batch.ts";
import type { Allocate } from "./fib-memory.ts";
import {
  BUCKET,
  digitOf,
  EARLY,
  END,
  Fib6Memory,
  LEVELS,
  LONG,
  MASK,
  NODE,
  PLACE,
  RANGES,
  ROOT_SIZE,
  SHIFT,
  SIZE,
  SLACK,
  WORD,
} from "./fib6-memory.ts";
import { allocatorFor, type Batch, Kernel6 } from "./kernel.ts";
import { addressWord, BRANCH, bitsOf, childSlot, LEAF, ROOT, valueSlot } from "./node-arena.ts";
import { MISS, type Radix } from "./radix.ts";
import { NONE, ResultIds } from "./result-ids.ts";

/**
 * Keeps the compiled form of an IPv6 trie (`fib6-memory.ts`) equal to it: `patch` paints what a changed prefix covers
 * from the trie again. What stands at an entry depends only on the prefixes below it and on the result above them:
 *
 *     an id     when every address has the same result
 *     a tail    for a prefix alone, where it is too long for a bucket
 *     a bucket  for up to 16 ranges that its bits can cut, on the levels that end with bit 26 to 48
 *     a node    for everything else, unless all its entries come to the same id
 *
 * A free node, bucket or tail begins with the next free one of its size, 0 at the end.
 */
export class Fib6 {
  memory: Fib6Memory;
  readonly radix: Radix;
  /** The WebAssembly form of `lookupMany`, where the memory is made for it. */
  kernel: Kernel6 | undefined;
  readonly ids: ResultIds = new ResultIds();
  /** First word of `nodes` that was never used, and the first free place of each size, under its `clz32`. */
  top: number = ROOT_SIZE;
  readonly free: Int32Array = new Int32Array(32);
  private readonly allocate: Allocate;

  /** Compiles a trie, which must from now on change together with this: `patch` follows each change. */
  constructor(radix: Radix, batch: Batch = "typescript") {
    this.radix = radix;
    this.allocate = allocatorFor(batch, radix.size);
    for (const ref of radix.routes(radix.words[ROOT])) {
      if (bitsOf(radix.words, ref) > 0) this.ids.take(radix.words[valueSlot(ref)] >>> 0);
    }
    const { values } = this.ids;
    // building grows this at most a few times, and then cuts it to size
    this.memory = Fib6Memory.make(
      values.length,
      ROOT_SIZE + 8 * radix.size + SLACK,
      (bytes) => new ArrayBuffer(bytes),
    );
    this.memory.values.set(values);
    this.paint(0, 0, 0, ROOT_SIZE, radix.words[ROOT], 0);
    this.setDefault();
    this.move(values.length, this.top + 8 * (this.top >>> 9) + SLACK);
  }

  get bytes(): number {
    return this.memory.buffer.byteLength + this.ids.bytes;
  }

  /** Returns the value of the longest match of the address in `words` from `at` on, or MISS. */
  lookup(words: Uint32Array, at: number): number {
    const value = this.memory.find(words, at);
    return value === NONE ? MISS : value;
  }

  /** Answers for addresses of four words each, the most significant first. */
  lookupMany(words: Uint32Array, out: Uint32Array): void {
    checkRoom(words.length >>> 2, out);
    if (this.kernel === undefined) this.memory.findMany(words, out);
    else this.kernel.findMany(words, out);
  }

  /** As `Fib4.patch`; costs O(entries that the prefix covers, and what is below them). */
  patch(address: Address, bits: number, before: number, after: number): void {
    if (before === after) return;
    if (bits === 0) {
      this.setDefault();
      return;
    }
    if (after !== MISS) this.takeId(after);
    writeWords(address, KEY, 0);
    let last = 0; // the level whose bits hold the end of the prefix
    while (END[last] < bits) last++;
    let level = 0;
    let node = 0;
    for (; level < last; level++) {
      PATH[level] = node;
      const entry = this.memory.nodes[node + digitOf(KEY, 0, level)];
      if (entry >= 0) break;
      node = entry & PLACE;
    }
    const whole = Math.min(bits, END[level]); // an entry without a node is painted as a whole
    const first = digitOf(KEY, 0, level);
    const ref = this.radix.within(address, whole);
    this.paint(level, node, first, first + (1 << (END[level] - whole)), ref, this.coverId());
    this.settle(address, level, node);
    if (before !== MISS) {
      const unused = this.ids.drop(before);
      if (unused !== 0) this.ids.release(unused);
    }
  }

  /** Goes up from a node that was painted as long as one is not needed any more. */
  private settle(address: Address, level: number, node: number): void {
    for (; level > 0; level--) {
      const up = level - 1;
      const ref = this.radix.within(address, END[up]);
      let entry = this.withoutNode(up, ref, this.coverId());
      if (entry < 0) entry = this.evenId(level, node);
      // above a level that has no buckets there may still be one that has
      if (entry < 0 && level <= LAST_BUCKET) return;
      if (entry >= 0) {
        this.dropEntry(up, node | NODE);
        this.memory.nodes[PATH[up] + digitOf(KEY, 0, up)] = entry;
      }
      node = PATH[up];
    }
  }

  private setDefault(): void {
    const { words } = this.radix;
    const root = words[ROOT];
    const there = root !== 0 && (root & 3) !== BRANCH && bitsOf(words, root) === 0;
    this.memory.values[0] = there ? words[valueSlot(root)] : NONE;
  }

  private takeId(value: number): void {
    const id = this.ids.take(value);
    if (id >= this.memory.values.length) this.move(this.ids.values.length, this.memory.nodes.length);
    this.memory.values[id] = value;
  }

  private idAt(ref: number): number {
    const { words } = this.radix;
    return bitsOf(words, ref) === 0 ? 0 : this.ids.idOf(words[valueSlot(ref)] >>> 0);
  }

  /** Returns the id of the route above what `within` was asked for. */
  private coverId(): number {
    return this.radix.cover === 0 ? 0 : this.idAt(this.radix.cover);
  }

  /**
   * Paints entries `lo` to `hi - 1` of a node from the trie's node `ref` down, which lies within them; `id` is the
   * result of the longest route above it. Whatever hung below those entries is given back first.
   */
  private paint(level: number, node: number, lo: number, hi: number, ref: number, id: number): void {
    for (let i = node + lo; i < node + hi; i++) {
      this.dropEntry(level, this.memory.nodes[i]);
      this.memory.nodes[i] = id;
    }
    if (ref !== 0) this.paintFrom(level, node, ref, id);
  }

  private paintFrom(level: number, node: number, ref: number, id: number): void {
    const { words } = this.radix;
    const bits = bitsOf(words, ref);
    const first = (addressWord(words, ref, WORD[level]) >>> SHIFT[level]) & MASK[level];
    if (bits >= END[level]) {
      const entry = this.makeEntry(level, ref, id); // may replace `nodes`, so it stands on a line of its own
      this.memory.nodes[node + first] = entry;
      return;
    }
    if ((ref & 3) !== BRANCH) {
      id = this.idAt(ref);
      this.memory.nodes.fill(id, node + first, node + first + (1 << (END[level] - bits)));
    }
    if ((ref & LEAF) !== 0) return;
    const child = childSlot(ref);
    const right = words[child + 1];
    if (words[child] !== 0) this.paintFrom(level, node, words[child], id);
    if (right !== 0) this.paintFrom(level, node, right, id);
  }

  /** Returns the entry for the trie's node `ref`, which is the topmost one below it. */
  private makeEntry(level: number, ref: number, id: number): number {
    const entry = this.withoutNode(level, ref, id);
    if (entry >= 0) return entry;
    const { words } = this.radix;
    const node = this.take(MASK[level + 1] + 1);
    if (bitsOf(words, ref) > END[level]) {
      this.memory.nodes.fill(id, node, node + MASK[level + 1] + 1);
      this.paintFrom(level + 1, node, ref, id);
    } else {
      // both children are longer, and below this one entry
      if ((ref & 3) !== BRANCH) id = this.idAt(ref);
      this.memory.nodes.fill(id, node, node + MASK[level + 1] + 1);
      const child = childSlot(ref);
      const right = words[child + 1];
      if (words[child] !== 0) this.paintFrom(level + 1, node, words[child], id);
      if (right !== 0) this.paintFrom(level + 1, node, right, id);
    }
    const same = this.evenId(level + 1, node);
    if (same < 0) return node | NODE;
    this.release(MASK[level + 1] + 1, node);
    return same;
  }

  /** Returns the entry for `ref`, which may be 0, or -1 where that has to be a node. */
  private withoutNode(level: number, ref: number, id: number): number {
    if (ref === 0) return id;
    const { words } = this.radix;
    if ((ref & LEAF) !== 0 && bitsOf(words, ref) === END[level]) return this.idAt(ref);
    if (level >= 1 && level <= LAST_BUCKET && this.cutRanges(level, ref, id)) {
      return ranges === 1 ? RESULT[0] : this.makeBucket(level);
    }
    if ((ref & LEAF) === 0) return -1;
    const inside = this.idAt(ref);
    return inside === id ? id : this.makeTail(ref, id, inside);
  }

  /** Fills FIRST and RESULT with what is below an entry; reports whether that fits a bucket. */
  private cutRanges(level: number, ref: number, id: number): boolean {
    cutEnd = level === 1 ? EARLY_END : LATE_END;
    const size = 2 ** (cutEnd - END[level]);
    FIRST[0] = this.cutOf(ref) & -size;
    RESULT[0] = id;
    ranges = 1;
    behind = FIRST[0] + size;
    return this.cutFrom(ref, id);
  }

  private cutFrom(ref: number, id: number): boolean {
    const { words } = this.radix;
    const bits = bitsOf(words, ref);
    if (bits > cutEnd) return false;
    const above = id;
    let first = 0;
    if ((ref & 3) !== BRANCH) {
      id = this.idAt(ref);
      first = this.cutOf(ref);
      if (!begin(first, id)) return false;
    }
    if ((ref & LEAF) === 0) {
      const child = childSlot(ref);
      if (words[child] !== 0 && !this.cutFrom(words[child], id)) return false;
      if (words[child + 1] !== 0 && !this.cutFrom(words[child + 1], id)) return false;
    }
    return (ref & 3) === BRANCH || begin(first + 2 ** (cutEnd - bits), above);
  }

  /** Returns the bits of a trie node's first address that cut ranges, up to `cutEnd`. */
  private cutOf(ref: number): number {
    const { words } = this.radix;
    const low = addressWord(words, ref, 1);
    return (cutEnd === LATE_END ? low : (addressWord(words, ref, 0) << 24) | (low >>> 8)) >>> 1;
  }

  private makeBucket(level: number): number {
    const size = ranges <= 4 ? 0 : ranges <= 8 ? 1 : 2;
    const count = 4 << size;
    const bucket = this.take(2 * count);
    const { nodes } = this.memory;
    for (let i = 0; i < count; i++) {
      nodes[bucket + i] = i + 1 < ranges ? FIRST[i + 1] : 0x7fffffff;
      nodes[bucket + count + i] = RESULT[Math.min(i, ranges - 1)];
    }
    return bucket | BUCKET | (level === 1 ? EARLY : 0) | size;
  }

  private makeTail(ref: number, outside: number, inside: number): number {
    const { words } = this.radix;
    const tail = this.take(TAIL_SIZE);
    const { nodes } = this.memory;
    for (let i = 0; i < 4; i++) nodes[tail + i] = addressWord(words, ref, i);
    nodes[tail + 4] = bitsOf(words, ref);
    nodes[tail + 5] = outside;
    nodes[tail + 6] = inside;
    return tail | BUCKET | LONG;
  }

  /** Returns the id that all entries of a node have, or -1. */
  private evenId(level: number, node: number): number {
    const { nodes } = this.memory;
    const first = nodes[node];
    if (first < 0) return -1;
    for (let i = node + MASK[level]; i > node; i--) if (nodes[i] !== first) return -1;
    return first;
  }

  /** Returns a place of a power of two of words, 8 or more. */
  private take(size: number): number {
    const { free } = this;
    const place = free[Math.clz32(size)];
    if (place !== 0) {
      free[Math.clz32(size)] = this.memory.nodes[place];
      return place;
    }
    const { length } = this.memory.nodes;
    const at = this.top;
    this.top += size;
    if (this.top + SLACK > length)
      this.move(this.memory.values.length, length + Math.max(ROOT_SIZE, length >>> 2));
    return at;
  }

  private release(size: number, place: number): void {
    this.memory.nodes[place] = this.free[Math.clz32(size)];
    this.free[Math.clz32(size)] = place;
  }

  /** Gives back what is below an entry. */
  private dropEntry(level: number, entry: number): void {
    const place = entry & PLACE;
    if (entry < 0) {
      const last = place + MASK[level + 1];
      for (let i = place; i <= last; i++) this.dropEntry(level + 1, this.memory.nodes[i]);
      this.release(MASK[level + 1] + 1, place);
    } else if ((entry & BUCKET) !== 0) {
      this.release((entry & LONG) === 0 ? 8 << (entry & SIZE) : TAIL_SIZE, place);
    }
  }

  private move(ids: number, words: number): void {
    this.memory = this.memory.moved(ids, words, this.allocate);
    this.kernel = Kernel6.over(this.memory);
  }
}

export const TAIL_SIZE = 8;
/** Buckets hang below levels 1 to 5, and are cut by the bits before these: below level 1 by earlier ones. */
const LAST_BUCKET = 5;
const EARLY_END = 55;
const LATE_END = 63;

// the prefix that is patched, and the node passed on each level; filled and read within one call of `patch`
const KEY = new Uint32Array(4);
const PATH = new Int32Array(LEVELS);

// the ranges below an entry, where they begin and what they have; where the entry's bits that cut end, and the first cut
// behind it. Filled and read within one call of `withoutNode`
const FIRST = new Float64Array(RANGES);
const RESULT = new Int32Array(RANGES);
let ranges = 0;
let cutEnd = 0;
let behind = 0;

/** Lets a range begin, in order; reports whether there was room. What begins where another did replaces it. */
function begin(first: number, id: number): boolean {
  if (first >= behind) return true;
  if (FIRST[ranges - 1] === first) {
    RESULT[ranges - 1] = id;
    if (ranges > 1 && RESULT[ranges - 2] === id) ranges--;
  } else if (RESULT[ranges - 1] !== id) {
    if (ranges === RANGES) return false;
    FIRST[ranges] = first;
    RESULT[ranges] = id;
    ranges++;
  }
  return true;
}
