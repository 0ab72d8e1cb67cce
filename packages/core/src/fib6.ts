import { type Address, writeWords } from "./address.ts";
import { checkRoom } from "./fib-batch.ts";
import { addressWord, BRANCH, bitsOf, childSlot, LEAF, ROOT, valueSlot } from "./node-arena.ts";
import { MISS, type Radix } from "./radix.ts";
import { NONE, ResultIds, resized } from "./result-ids.ts";

/**
 * The compiled form of an IPv6 trie: a tree of nodes that each take a few bits of the address, 16, then 8, then 4 at a
 * time down to bit 128. Most nodes have one or two children, so wider ones would be lines of memory for nothing. All nodes are in one Int32Array, `nodes`.
 *
 *     0 .. 65535    the root, an entry for each value of the first 16 bits
 *     from 65536    nodes of 256 or 16 entries; a free one begins with the next free one of its size, 0 at the end
 *
 * An entry that is not negative is the id of a result, and the longest match of every address below it has that id.
 * A negative one is a node that takes the next bits, `entry & CHILD` being its first entry. Id 0 is the default
 * route's, whose value, NONE without one, is `values[0]`; so a change of the default route is one store.
 *
 * A node whose entries are all the same id is not kept: its parent has that id instead. The array grows by a quarter.
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
    const value = this.values[entry];
    return value === NONE ? MISS : value;
  }

  /**
   * Answers many lookups: `out[i]` becomes the result for the address in `words[4 * i]` to `words[4 * i + 3]`, or NONE.
   *
   * Level by level for some hundred addresses at a time, so that their loads wait for memory together. An address that
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
        const entry = nodes[words[4 * i] >>> 16];
        out[i] = entry;
        OPEN[open] = i;
        open += entry >>> 31;
      }
      for (let level = 1; open > 0; level++) {
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
    writeWords(address, KEY, 0);
    // walk to the node whose bits hold the end of the prefix, making what is missing
    let level = 0;
    let node = 0;
    while (END[level] < bits) {
      const slot = node + digitOf(KEY, level);
      PATH[level] = slot;
      level++;
      let entry = this.nodes[slot];
      if (entry >= 0) {
        const child = this.makeNode(level, entry);
        entry = child | NODE;
        this.nodes[slot] = entry;
      }
      node = entry & CHILD;
    }
    const first = digitOf(KEY, level);
    this.paint(level, node, first, first + (1 << (END[level] - bits)), ref, id);
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
      const entry = this.nodes[i];
      if (entry < 0) this.dropNode(level + 1, entry & CHILD);
      this.nodes[i] = id;
    }
    if (ref !== 0) this.paintFrom(level, node, ref, id);
  }

  private paintFrom(level: number, node: number, ref: number, id: number): void {
    const { words } = this.radix;
    const bits = bitsOf(words, ref);
    const word = WORD[level];
    const first = (addressWord(words, ref, word) >>> SHIFT[level]) & MASK[level];
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
    if (node !== 0) {
      if (size === 256) this.free256 = this.nodes[node];
      else this.free16 = this.nodes[node];
    } else {
      node = this.top;
      this.top += size;
      if (this.top > this.nodes.length) this.grow();
    }
    this.nodes.fill(id, node, node + size);
    return node;
  }

  private grow(): void {
    const nodes = new Int32Array(this.nodes.length + Math.max(ROOT_SIZE, this.nodes.length >>> 2));
    nodes.set(this.nodes);
    this.nodes = nodes;
  }

  /** Gives back a node and all below it. */
  private dropNode(level: number, node: number): void {
    for (let i = node; i <= node + MASK[level]; i++) {
      const entry = this.nodes[i];
      if (entry < 0) this.dropNode(level + 1, entry & CHILD);
    }
    this.release(level, node);
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
const CHILD = 0x7fffffff;

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

function digitOf(words: Uint32Array, level: number): number {
  return (words[WORD[level]] >>> SHIFT[level]) & MASK[level];
}
