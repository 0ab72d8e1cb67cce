import { type Address, writeWords } from "./address.ts";
import { hostMask } from "./columns.ts";
import { checkRoom } from "./fib-batch.ts";
import { addressWord, BRANCH, bitsOf, childSlot, LEAF, ROOT, valueSlot } from "./node-arena.ts";
import { MISS, type Radix } from "./radix.ts";
import { NONE, ResultIds, resized } from "./result-ids.ts";

/**
 * The compiled form of an IPv6 trie: a tree of nodes that each take a few bits of the address, 16, then 8, then 4 at a
 * time down to bit 128. Most branches soon hold one prefix alone; that is a tail, which compares the rest of the address
 * at once. Everything is in one Int32Array, `nodes`.
 *
 *     0 .. 65535    the root, an entry for each value of the first 16 bits
 *     from 65536    nodes of 256 or 16 entries, and tails of 8; a free one begins with the next free one of its size
 *
 *     tail + 0..3   the prefix       tail + 5   the id of the result outside the prefix
 *     tail + 4      its length       tail + 6   and inside
 *
 * What an entry is, its upper two bits say:
 *
 *     00   the id of a result: the longest match of every address below has it
 *     10   a node that takes the next bits; `entry & CHILD` is where it begins
 *     01   a tail: the trie has one prefix below the entry, which is longer than what led here
 *
 * Id 0 is the default route's, whose value, NONE without one, is `values[0]`; so a change of the default route is one
 * store. A node whose entries all have the same id is not kept, nor is a tail with the same id inside and outside: the
 * entry has that id instead. The array grows by a quarter.
 */
export class Fib6 {
  readonly radix: Radix;
  nodes: Int32Array = new Int32Array(2 * ROOT_SIZE);
  values: Uint32Array = new Uint32Array(16);
  readonly ids: ResultIds = new ResultIds();
  /** First entry that was never used, and the first free node of each size. */
  top: number = ROOT_SIZE;
  free256 = 0;
  free16 = 0;
  freeTail = 0;

  /** Compiles a trie, which must from now on change together with this: `patch` follows each change. */
  constructor(radix: Radix) {
    this.radix = radix;
    for (const ref of radix.routes(radix.words[ROOT])) {
      if (bitsOf(radix.words, ref) > 0) this.ids.take(radix.words[valueSlot(ref)] >>> 0);
    }
    this.values = this.ids.values.slice();
    const { words } = radix;
    this.paint(0, 0, 0, ROOT_SIZE, words[ROOT], 0);
    this.setDefault();
    this.nodes = this.nodes.slice(0, this.top + (this.top >>> 6));
  }

  get bytes(): number {
    return this.nodes.byteLength + this.values.byteLength + this.ids.bytes;
  }

  /** Returns the value of the longest match of the address in `words` from `at` on, or MISS. */
  lookup(words: Uint32Array, at: number): number {
    const { nodes } = this;
    let entry = nodes[words[at] >>> 16];
    for (let level = 1; entry < 0; level++) {
      const digit = (words[at + WORD[level]] >>> SHIFT[level]) & MASK[level];
      entry = nodes[(entry & CHILD) + digit];
    }
    if ((entry & TAIL) !== 0) entry = endOf(nodes, entry & CHILD, words, at);
    const value = this.values[entry];
    return value === NONE ? MISS : value;
  }

  /**
   * Answers many lookups: `out[i]` becomes the result for the address in `words[4 * i]` to `words[4 * i + 3]`, or NONE.
   *
   * Level by level, but for the first two, for some hundred addresses at a time, so that their loads wait for memory together. An address that
   * is answered leaves the list without a branch: the list's end moves on by the sign bit of the entry.
   */
  lookupMany(words: Uint32Array, out: Uint32Array): void {
    const count = words.length >>> 2;
    if (4 * count !== words.length) throw new RangeError(`${words.length} words are not four per address`);
    checkRoom(count, out);
    const { nodes, values } = this;
    for (let from = 0; from < count; from += BATCH) {
      const to = Math.min(count, from + BATCH);
      let open = 0;
      for (let i = from; i < to; i++) {
        const word = words[4 * i];
        const entry = nodes[word >>> 16];
        // two levels at once: where the root has no node, this reads an entry of the root in vain
        const next = nodes[(entry & (entry >> 31) & CHILD) + ((word >>> 8) & 255)];
        const reached = entry < 0 ? next : entry;
        out[i] = reached;
        OPEN[open] = i;
        open += reached >>> 31;
      }
      for (let level = 2; open > 0; level++) {
        const word = WORD[level];
        const shift = SHIFT[level];
        const mask = MASK[level];
        const end = open;
        open = 0;
        for (let k = 0; k < end; k++) {
          const i = OPEN[k];
          const entry = nodes[(out[i] & CHILD) + ((words[4 * i + word] >>> shift) & mask)];
          out[i] = entry;
          OPEN[open] = i;
          open += entry >>> 31;
        }
      }
      let tails = 0;
      for (let i = from; i < to; i++) {
        OPEN[tails] = i;
        tails += (out[i] >>> 30) & 1;
      }
      for (let k = 0; k < tails; k++) {
        const i = OPEN[k];
        out[i] = endOf(nodes, out[i] & CHILD, words, 4 * i);
      }
      for (let i = from; i < to; i++) out[i] = values[out[i]];
    }
  }

  /** As `Fib4.patch`; costs O(entries that the prefix covers, and what is below them). */
  patch(address: Address, bits: number, before: number, after: number): void {
    if (before === after) return;
    if (bits === 0) {
      this.setDefault();
      return;
    }
    if (after !== MISS) this.takeId(after);
    const { radix } = this;
    const ref = radix.within(address, bits);
    const id = radix.cover === 0 ? 0 : this.idAt(radix.cover);
    let last = 0; // the level whose bits hold the end of the prefix
    while (END[last] < bits) last++;
    let stop = last;
    if (radix.beside === 0 || (radix.beside & LEAF) !== 0) {
      // one prefix is left here, or none: from the node above it down that is one entry
      for (stop = 0; END[stop] <= radix.above; ) stop++;
    }
    writeWords(address, KEY, 0);
    let level = 0;
    let node = 0;
    for (; level < stop; level++) {
      const slot = node + digitOf(KEY, level);
      PATH[level] = slot;
      const entry = this.nodes[slot];
      if (entry >= 0) break; // what was here is no longer all there is
      node = entry & CHILD;
    }
    const first = digitOf(KEY, level);
    if (level === last) {
      this.paint(level, node, first, first + (1 << (END[level] - bits)), ref, id);
    } else {
      const top = radix.within(address, END[level]);
      this.paint(level, node, first, first + 1, top, radix.cover === 0 ? 0 : this.idAt(radix.cover));
    }
    for (; level > 0; level--) {
      const same = this.evenId(level, node);
      if (same < 0) break;
      this.release(level, node);
      this.nodes[PATH[level - 1]] = same;
      node = level === 1 ? 0 : this.nodes[PATH[level - 2]] & CHILD;
    }
    if (before !== MISS) {
      const unused = this.ids.drop(before);
      if (unused !== 0) this.ids.release(unused);
    }
  }

  private setDefault(): void {
    const { words } = this.radix;
    const root = words[ROOT];
    const there = root !== 0 && (root & 3) !== BRANCH && bitsOf(words, root) === 0;
    this.values[0] = there ? words[valueSlot(root)] : NONE;
  }

  private takeId(value: number): void {
    const id = this.ids.take(value);
    if (id >= this.values.length) this.values = resized(this.values, this.ids.values.length);
    this.values[id] = value;
  }

  private idAt(ref: number): number {
    const { words } = this.radix;
    return bitsOf(words, ref) === 0 ? 0 : this.ids.idOf(words[valueSlot(ref)] >>> 0);
  }

  /**
   * Paints entries `lo` to `hi - 1` of a node from the trie's node `ref` down, which lies within them; `id` is the
   * result of the longest route above it. Whatever hung below those entries is given back first.
   */
  private paint(level: number, node: number, lo: number, hi: number, ref: number, id: number): void {
    for (let i = node + lo; i < node + hi; i++) {
      this.dropEntry(level, this.nodes[i]);
      this.nodes[i] = id;
    }
    if (ref !== 0) this.paintFrom(level, node, ref, id);
  }

  private paintFrom(level: number, node: number, ref: number, id: number): void {
    const { words } = this.radix;
    const bits = bitsOf(words, ref);
    const word = WORD[level];
    const first = (addressWord(words, ref, word) >>> SHIFT[level]) & MASK[level];
    if (bits > END[level] && (ref & LEAF) !== 0) {
      const inside = this.idAt(ref);
      const entry = inside === id ? id : this.makeTail(ref, id, inside) | TAIL;
      this.nodes[node + first] = entry;
      return;
    }
    if (bits > END[level]) {
      const child = this.makeNode(level + 1, id); // may replace `nodes`, so it stands on a line of its own
      this.paintFrom(level + 1, child, ref, id);
      const same = this.evenId(level + 1, child);
      if (same >= 0) this.release(level + 1, child);
      this.nodes[node + first] = same >= 0 ? same : child | NODE;
      return;
    }
    if ((ref & 3) !== BRANCH) {
      id = this.idAt(ref);
      this.nodes.fill(id, node + first, node + first + (1 << (END[level] - bits)));
    }
    if ((ref & LEAF) !== 0) return;
    const child = childSlot(ref);
    const left = words[child];
    const right = words[child + 1];
    if (bits === END[level]) {
      // both children are longer, and below one entry
      this.paintBelow(level, node + first, left, right, id);
      return;
    }
    if (left !== 0) this.paintFrom(level, node, left, id);
    if (right !== 0) this.paintFrom(level, node, right, id);
  }

  /** Makes the node below an entry from the two children of a trie's node that ends where the level ends. */
  private paintBelow(level: number, entry: number, left: number, right: number, id: number): void {
    const child = this.makeNode(level + 1, id);
    if (left !== 0) this.paintFrom(level + 1, child, left, id);
    if (right !== 0) this.paintFrom(level + 1, child, right, id);
    const same = this.evenId(level + 1, child);
    if (same >= 0) this.release(level + 1, child);
    this.nodes[entry] = same >= 0 ? same : child | NODE;
  }

  /** Returns the id that all entries of a node have, or -1. */
  private evenId(level: number, node: number): number {
    const { nodes } = this;
    const first = nodes[node];
    if (first < 0) return -1;
    for (let i = node + MASK[level]; i > node; i--) if (nodes[i] !== first) return -1;
    return first;
  }

  private makeNode(level: number, id: number): number {
    const size = MASK[level] + 1;
    let node = size === 256 ? this.free256 : this.free16;
    if (node === 0) node = this.alloc(size);
    else if (size === 256) this.free256 = this.nodes[node];
    else this.free16 = this.nodes[node];
    this.nodes.fill(id, node, node + size);
    return node;
  }

  private makeTail(ref: number, outside: number, inside: number): number {
    const { words } = this.radix;
    let tail = this.freeTail;
    if (tail === 0) tail = this.alloc(TAIL_SIZE);
    else this.freeTail = this.nodes[tail];
    for (let i = 0; i < 4; i++) this.nodes[tail + i] = addressWord(words, ref, i);
    this.nodes[tail + 4] = bitsOf(words, ref);
    this.nodes[tail + 5] = outside;
    this.nodes[tail + 6] = inside;
    return tail;
  }

  private alloc(size: number): number {
    const at = this.top;
    this.top += size;
    if (this.top > this.nodes.length) this.grow();
    return at;
  }

  private grow(): void {
    const nodes = new Int32Array(this.nodes.length + Math.max(ROOT_SIZE, this.nodes.length >>> 2));
    nodes.set(this.nodes);
    this.nodes = nodes;
  }

  /** Gives back what is below an entry. */
  private dropEntry(level: number, entry: number): void {
    const at = entry & CHILD;
    if (entry < 0) {
      for (let i = at; i <= at + MASK[level + 1]; i++) this.dropEntry(level + 1, this.nodes[i]);
      this.release(level + 1, at);
    } else if ((entry & TAIL) !== 0) {
      this.nodes[at] = this.freeTail;
      this.freeTail = at;
    }
  }

  private release(level: number, node: number): void {
    if (MASK[level] === 255) {
      this.nodes[node] = this.free256;
      this.free256 = node;
    } else {
      this.nodes[node] = this.free16;
      this.free16 = node;
    }
  }
}

const ROOT_SIZE = 2 ** 16;
const NODE = 1 << 31;
const TAIL = 1 << 30;
const CHILD = 0x3fffffff;
const TAIL_SIZE = 8;

/** What each level takes: the bits up to END, found in word WORD of the address as `(word >>> SHIFT) & MASK`. */
const LEVELS = 28;
const END = Uint8Array.from({ length: LEVELS }, (_, i) => (i === 0 ? 16 : 20 + 4 * i));
const WORD: Uint8Array = END.map((end) => (end - 1) >> 5);
const SHIFT: Uint8Array = END.map((end) => -end & 31);
const MASK = Uint16Array.from({ length: LEVELS }, (_, i) => (i === 0 ? 0xffff : i === 1 ? 0xff : 0xf));

/** Addresses that go down the levels together; OPEN is their list, filled and read within one call. */
const BATCH = 256;
const OPEN = new Int32Array(BATCH + 1);

// the prefix that is patched, and the entry passed on each level; filled and read within one call of `patch`
const KEY = new Uint32Array(4);
const PATH = new Int32Array(LEVELS);

/** The masks of all lengths, four words each. */
const MASKS: Int32Array = Int32Array.from({ length: 129 * 4 }, (_, i) => ~hostMask(i >> 2, i & 3));

/** Returns the id that a tail has for the address in `words` from `at` on. Without a branch, as either is likely. */
function endOf(nodes: Int32Array, tail: number, words: Uint32Array, at: number): number {
  const mask = nodes[tail + 4] << 2;
  let differ =
    ((words[at] ^ nodes[tail]) & MASKS[mask]) | ((words[at + 1] ^ nodes[tail + 1]) & MASKS[mask + 1]);
  if (mask > 64 << 2) {
    // hardly ever, so this branch costs nothing
    differ |= (words[at + 2] ^ nodes[tail + 2]) & MASKS[mask + 2];
    differ |= (words[at + 3] ^ nodes[tail + 3]) & MASKS[mask + 3];
  }
  return nodes[tail + 6 + ((differ | -differ) >> 31)];
}

function digitOf(words: Uint32Array, level: number): number {
  return (words[WORD[level]] >>> SHIFT[level]) & MASK[level];
}
