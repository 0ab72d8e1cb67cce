/**
 * The memory of one family's trie: everything is in one Int32Array, `words`.
 *
 *     word 0      reference of the topmost node
 *     word 1      number of prefixes
 *     word 2-7    free lists: first free block of 2, 3 .. 7 words, 0 when there is none
 *     word 8      first word that was never used
 *     word 9-     blocks: nodes, and free blocks whose first word is the next free block of that size
 *
 * A node stands for a prefix. It begins with as many words of the address as its length needs, that is
 * `(bits >> 5) + 1`, and the last of them is closed by a mark: the bit behind the prefix is 1, everything after it 0.
 *
 *     10.0.0.0/8 = 00001010 10000000 00000000 00000000
 *                           ^ mark
 *
 * With `key` the marked word, `low = key ^ (key - 1)` has ones from the mark down, so `~low` is the mask of the
 * prefix, `key & low` the bit that chooses a child, and `clz32(low)` the length within the word. At length 0 the mark
 * is the sign bit, `low` is all ones and the mask 0, so /0 needs no case of its own. A host prefix (/32, /128) has no
 * bit left for a mark; it is a kind of its own, with the address in full.
 *
 * Four kinds of node, by what follows the key:
 *
 *     BRANCH  left, right                no value, two children
 *     ROUTE   left, right, value         one or two children, the missing one is 0
 *     LEAF    value
 *     HOST    value
 *
 * A reference is `block << 4 | (key words - 1) << 2 | kind`, and 0 is no node. An IPv4 node therefore takes 8, 12 or
 * 16 bytes. The array doubles when it is full; 28 bits of block index end at 2^28 words (1 GiB).
 */

export const ROOT = 0;
export const COUNT = 1;
export const TOP = 8;
export const HEADER = 9;

export const BRANCH = 0;
export const ROUTE = 1;
export const LEAF = 2;
export const HOST = 3;

const MAX_WORDS = 2 ** 28;

export class NodeArena {
  words: Int32Array = new Int32Array(16);

  constructor() {
    this.words[TOP] = HEADER;
  }

  /** Makes a node of the first `bits` bits of `key`; what follows its key words is for the caller to write. */
  makeNode(kind: number, key: ArrayLike<number>, keyAt: number, bits: number): number {
    const last = kind === HOST ? (bits >> 5) - 1 : bits >> 5;
    const at = this.alloc(blockSize(kind, last));
    const words = this.words;
    for (let i = 0; i < last; i++) words[at + i] = key[keyAt + i];
    if (kind === HOST) {
      words[at + last] = key[keyAt + last];
    } else {
      const mark = 1 << (31 - (bits & 31));
      words[at + last] = (key[keyAt + last] & -mark) | mark;
    }
    return (at << 4) | (last << 2) | kind;
  }

  /** Makes a node of another kind with the key of `ref`, whose own block stays as it is. */
  copyAs(kind: number, ref: number): number {
    const last = (ref >>> 2) & 3;
    const at = this.alloc(blockSize(kind, last));
    this.words.copyWithin(at, ref >>> 4, (ref >>> 4) + last + 1);
    return (at << 4) | (last << 2) | kind;
  }

  /** Gives the block of a node back. Its first word is overwritten. */
  release(ref: number): void {
    const size = blockSize(ref & 3, (ref >>> 2) & 3);
    this.words[ref >>> 4] = this.words[size];
    this.words[size] = ref >>> 4;
  }

  /** Makes room for `wanted` words in all, by doubling. */
  reserve(wanted: number): void {
    if (wanted <= this.words.length) return;
    if (wanted > MAX_WORDS) throw new RangeError(`a trie of one family ends at ${MAX_WORDS} words`);
    let capacity = this.words.length;
    while (capacity < wanted) capacity *= 2;
    const words = new Int32Array(capacity);
    words.set(this.words);
    this.words = words;
  }

  private alloc(size: number): number {
    const free = this.words[size];
    if (free !== 0) {
      this.words[size] = this.words[free];
      return free;
    }
    const at = this.words[TOP];
    this.reserve(at + size);
    this.words[TOP] = at + size;
    return at;
  }
}

/** Returns the number of words of a node with `last + 1` key words. */
export function blockSize(kind: number, last: number): number {
  return last + (kind === BRANCH ? 3 : kind === ROUTE ? 4 : 2);
}

/** Returns the word where the left child of a BRANCH or ROUTE stands; the right one follows. */
export function childSlot(ref: number): number {
  return (ref >>> 4) + ((ref >>> 2) & 3) + 1;
}

/** Returns the word where the value of a ROUTE, LEAF or HOST stands. */
export function valueSlot(ref: number): number {
  return (ref >>> 4) + ((ref >>> 2) & 3) + ((ref & 3) === ROUTE ? 3 : 1);
}

/** Returns the prefix length of a node. */
export function bitsOf(words: Int32Array, ref: number): number {
  const last = (ref >>> 2) & 3;
  if ((ref & 3) === HOST) return 32 * (last + 1);
  const key = words[(ref >>> 4) + last];
  return 32 * last + Math.clz32(key ^ (key - 1));
}

/** Returns word `i` of the first address of a node's prefix: the mark is cut, and words beyond the key are 0. Signed. */
export function addressWord(words: Int32Array, ref: number, i: number): number {
  const last = (ref >>> 2) & 3;
  if (i > last) return 0;
  const key = words[(ref >>> 4) + i];
  return i < last || (ref & 3) === HOST ? key : key & (key - 1);
}
