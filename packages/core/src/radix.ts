import { type Address, type Family, readWords, widthOf, writeWords } from "./address.ts";
import { JUMP_ABOVE, JUMP_BELOW, JUMP_BITS, makeJump, repaint } from "./jump-table.ts";
import {
  addressWord,
  BRANCH,
  bitsOf,
  COUNT,
  childSlot,
  HOST,
  LEAF,
  NodeArena,
  ROOT,
  ROUTE,
  TOP,
  valueSlot,
} from "./node-arena.ts";
import { Prefix } from "./prefix.ts";

/** What the methods below return when nothing matches; values are never negative. */
export const MISS = -1;

/** The address words of the prefix or address asked for. Each public method fills it anew and is done with it on return. */
const KEY = new Int32Array(4);

/**
 * The path-compressed binary trie of one family; `node-arena.ts` shows its memory. One class serves both families,
 * since the words of a node say how long its key is: an IPv4 node has one key word, and every loop over the others ends
 * at once. A walk costs one step per branching bit on the way, at most the width of an address.
 */
export class Radix extends NodeArena {
  readonly family: Family;
  /** The jump table, on large tries only. */
  jump: Int32Array | undefined;
  /** Counts insertions and deletions, so that a walk notices when the trie changes under it. */
  changes = 0;
  /** Set by `within`. */
  cover = 0;
  above = -1;
  beside = 0;
  /** Set by `seek`: the slot that refers to the parent of the node found, or -1 when there is none. */
  private up = -1;
  /** Set by `seek`: it began in the jump table and ended where no change can concern the table. */
  private deep = false;

  constructor(family: Family) {
    super();
    this.family = family;
  }

  get size(): number {
    return this.words[COUNT];
  }

  get bytes(): number {
    return this.words.byteLength + (this.jump?.byteLength ?? 0);
  }

  clone(): Radix {
    const copy = new Radix(this.family);
    copy.words = this.words.slice(0, this.words[TOP]);
    copy.jump = this.jump?.slice();
    return copy;
  }

  /** Returns the value of the longest match in an IPv4 trie, or MISS. Only the low 32 bits of `address` count. */
  lookup4(address: number): number {
    const words = this.words;
    let ref = words[ROOT];
    let best = 0;
    if (this.jump !== undefined) {
      const chunk = (address >>> 16) << 1;
      ref = this.jump[chunk];
      best = this.jump[chunk + 1];
    }
    // every reference has key words - 1 = 0, which is what makes this quicker than `longest`
    while (ref !== 0) {
      const at = ref >>> 4;
      const key = words[at];
      if ((ref & 3) === HOST) {
        if (key === (address | 0)) best = ref;
        break;
      }
      const low = key ^ (key - 1);
      if (((address ^ key) & ~low) !== 0) break;
      if ((ref & 3) !== BRANCH) {
        best = ref;
        if ((ref & 3) === LEAF) break;
      }
      ref = words[at + 1 + ((address & key & low) !== 0 ? 1 : 0)];
    }
    return best === 0 ? MISS : words[(best >>> 4) + ((best & LEAF) !== 0 ? 1 : 3)] >>> 0;
  }

  /** Returns the value of the longest match, or MISS. */
  lookup(address: Address): number {
    if (typeof address === "number") return this.lookup4(address);
    const ref = this.longest(address);
    return ref === 0 ? MISS : this.valueAt(ref);
  }

  /** Returns the node of the longest match, or 0. */
  longest(address: Address): number {
    writeWords(address, KEY, 0);
    const words = this.words;
    let ref = words[ROOT];
    let best = 0;
    if (this.jump !== undefined) {
      const chunk = (KEY[0] >>> 16) << 1;
      ref = this.jump[chunk];
      best = this.jump[chunk + 1];
    }
    while (ref !== 0) {
      const bits = bitsOf(words, ref);
      if (common(words, ref, bits) < bits) break;
      if ((ref & 3) !== BRANCH) best = ref;
      if ((ref & LEAF) !== 0) break;
      ref = words[childSlot(ref) + keyBit(bits)];
    }
    return best;
  }

  /** Returns the value of exactly this prefix, or MISS. */
  get(address: Address, bits: number): number {
    writeWords(address, KEY, 0);
    const ref = this.words[this.seek(bits)];
    return this.isRoute(ref, bits) ? this.valueAt(ref) : MISS;
  }

  /** Returns the value that was replaced, or MISS. The address must be canonical. */
  insert(address: Address, bits: number, value: number): number {
    writeWords(address, KEY, 0);
    const slot = this.seek(bits);
    const ref = this.words[slot];
    if (this.isRoute(ref, bits)) {
      const replaced = this.valueAt(ref);
      this.words[valueSlot(ref)] = value;
      return replaced;
    }
    let touched = bits; // length of the shortest prefix whose node is new or has moved
    if (ref === 0) {
      const leaf = this.makeLeaf(bits, value); // may replace `words`, so it stands on a line of its own
      this.words[slot] = leaf;
    } else {
      const nodeBits = bitsOf(this.words, ref);
      const shared = common(this.words, ref, Math.min(bits, nodeBits));
      touched = shared;
      if (shared < bits && shared < nodeBits) {
        const leaf = this.makeLeaf(bits, value);
        const branch = this.makeNode(BRANCH, KEY, 0, shared);
        this.adopt(branch, ref, leaf, keyBit(shared));
        this.words[slot] = branch;
      } else if (shared < nodeBits) {
        // the node lies inside the prefix
        const route = this.makeNode(ROUTE, KEY, 0, bits);
        this.adopt(route, 0, ref, bitAt(this.words, ref, bits));
        this.words[valueSlot(route)] = value;
        this.words[slot] = route;
      } else if (nodeBits < bits) {
        // a leaf that covers the prefix
        const leaf = this.makeLeaf(bits, value);
        const route = this.copyAs(ROUTE, ref);
        this.adopt(route, 0, leaf, keyBit(nodeBits));
        this.words[valueSlot(route)] = this.words[valueSlot(ref)];
        this.words[slot] = route;
        this.release(ref);
      } else {
        // a branch gets a value
        const route = this.copyAs(ROUTE, ref);
        this.adopt(route, this.words[childSlot(ref)], this.words[childSlot(ref) + 1], 1);
        this.words[valueSlot(route)] = value;
        this.words[slot] = route;
        this.release(ref);
      }
    }
    this.changed(1, touched);
    return MISS;
  }

  /** Returns the value that was deleted, or MISS. */
  delete(address: Address, bits: number): number {
    writeWords(address, KEY, 0);
    const slot = this.seek(bits);
    const ref = this.words[slot];
    if (!this.isRoute(ref, bits)) return MISS;
    const value = this.valueAt(ref);
    let touched = bits;
    if ((ref & 3) === ROUTE) {
      const left = this.words[childSlot(ref)];
      const right = this.words[childSlot(ref) + 1];
      if (left !== 0 && right !== 0) {
        const branch = this.copyAs(BRANCH, ref);
        this.adopt(branch, left, right, 1);
        this.words[slot] = branch;
      } else {
        this.words[slot] = left === 0 ? right : left;
      }
    } else {
      this.words[slot] = 0;
      if (slot !== ROOT) touched = this.settle(this.up, slot);
    }
    this.release(ref);
    this.changed(-1, touched);
    return value;
  }

  /** Returns the topmost node at or below the prefix, or 0. */
  topWithin(address: Address, bits: number): number {
    writeWords(address, KEY, 0);
    const ref = this.words[this.seek(bits)];
    if (ref === 0 || bitsOf(this.words, ref) < bits) return 0;
    return common(this.words, ref, bits) === bits ? ref : 0;
  }

  /** Returns the nodes with a value that cover the prefix, the shortest first. */
  covering(address: Address, bits: number): number[] {
    writeWords(address, KEY, 0);
    const words = this.words;
    const found: number[] = [];
    let ref = words[ROOT];
    while (ref !== 0) {
      const nodeBits = bitsOf(words, ref);
      if (nodeBits > bits || common(words, ref, nodeBits) < nodeBits) break;
      if ((ref & 3) !== BRANCH) found.push(ref);
      if (nodeBits === bits || (ref & LEAF) !== 0) break;
      ref = words[childSlot(ref) + keyBit(nodeBits)];
    }
    return found;
  }

  /**
   * Returns the topmost node at or below the prefix, or 0. Leaves in `cover` the longest route that is shorter than the
   * prefix and covers it, or 0; in `above` the length of the longest node with children that does, or -1 (which it may
   * also be where that is below 16); and in `beside` what is next on the way, at, below or beside the prefix, or 0.
   */
  within(address: Address, bits: number): number {
    writeWords(address, KEY, 0);
    const words = this.words;
    let ref = words[ROOT];
    let best = 0;
    let above = -1;
    if (this.jump !== undefined && bits >= JUMP_BITS) {
      const chunk = (KEY[0] >>> 16) << 1;
      ref = this.jump[chunk];
      best = this.jump[chunk + 1];
    }
    while (ref !== 0) {
      const nodeBits = bitsOf(words, ref);
      const shared = Math.min(nodeBits, bits);
      const inside = common(words, ref, shared) === shared;
      if (nodeBits >= bits || !inside) {
        this.beside = ref;
        this.above = above;
        this.cover = best;
        return inside ? ref : 0;
      }
      if ((ref & 3) !== BRANCH) best = ref;
      if ((ref & LEAF) !== 0) break;
      above = nodeBits;
      ref = words[childSlot(ref) + keyBit(nodeBits)];
    }
    this.beside = 0;
    this.above = above;
    this.cover = best;
    return 0;
  }

  /** Iterates the nodes with a value at or below `top` in address order. Throws an Error when the trie changes meanwhile. */
  *routes(top: number): Generator<number, void, undefined> {
    const { changes, words } = this;
    const open = [top];
    for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
      if (ref === 0) continue;
      if ((ref & LEAF) === 0) open.push(words[childSlot(ref) + 1], words[childSlot(ref)]);
      if ((ref & 3) === BRANCH) continue;
      yield ref;
      if (this.changes !== changes) throw new Error("the trie changed while it was iterated");
    }
  }

  valueAt(ref: number): number {
    return this.words[valueSlot(ref)] >>> 0;
  }

  prefixOf(ref: number): Prefix {
    for (let i = 0; i < 4; i++) KEY[i] = addressWord(this.words, ref, i);
    return Prefix.from(readWords(this.family, KEY, 0), bitsOf(this.words, ref));
  }

  /**
   * Returns the slot (a word that holds a reference) where the node of the first `bits` bits of KEY is or would be:
   * the walk ends at the first node that does not lie strictly above it.
   */
  private seek(bits: number): number {
    if (this.jump !== undefined && bits >= JUMP_BITS) {
      const slot = this.descend(this.jump[(KEY[0] >>> 16) << 1], -1, bits);
      // two steps below the top of a chunk, neither the top nor anything above it has to change
      this.deep = this.up >= 0;
      if (this.deep) return slot;
    }
    this.deep = false;
    return this.descend(this.words[ROOT], ROOT, bits);
  }

  private descend(ref: number, slot: number, bits: number): number {
    const words = this.words;
    let up = -1;
    while (ref !== 0 && (ref & LEAF) === 0) {
      const at = ref >>> 4;
      const last = (ref >>> 2) & 3;
      let i = 0;
      while (i < last && words[at + i] === KEY[i]) i++;
      if (i < last) break;
      const key = words[at + last];
      const low = key ^ (key - 1);
      if (((KEY[last] ^ key) & ~low) !== 0 || 32 * last + Math.clz32(low) >= bits) break;
      up = slot;
      slot = at + last + 1 + ((KEY[last] & key & low) !== 0 ? 1 : 0);
      ref = words[slot];
    }
    this.up = up;
    return slot;
  }

  /** Reports whether the node that `seek` found is the prefix itself, with a value. */
  private isRoute(ref: number, bits: number): boolean {
    if (ref === 0 || (ref & 3) === BRANCH || bitsOf(this.words, ref) !== bits) return false;
    return common(this.words, ref, bits) === bits;
  }

  private makeLeaf(bits: number, value: number): number {
    const leaf = this.makeNode(bits === widthOf(this.family) ? HOST : LEAF, KEY, 0, bits);
    this.words[valueSlot(leaf)] = value;
    return leaf;
  }

  /** Writes both children; `side` is the one of `child`. */
  private adopt(ref: number, sibling: number, child: number, side: number): void {
    const slot = childSlot(ref);
    this.words[slot + side] = child;
    this.words[slot + 1 - side] = sibling;
  }

  /**
   * Puts the parent in order after its child in `emptied` went: a branch gives way to the other child, a route without
   * children becomes a leaf. `up` is the slot that refers to the parent. Returns the parent's length.
   */
  private settle(up: number, emptied: number): number {
    const parent = this.words[up];
    const bits = bitsOf(this.words, parent);
    const left = childSlot(parent);
    const other = this.words[emptied === left ? left + 1 : left];
    if ((parent & 3) === BRANCH) {
      this.words[up] = other;
      this.release(parent);
    } else if (other === 0) {
      const leaf = this.copyAs(LEAF, parent);
      this.words[valueSlot(leaf)] = this.words[valueSlot(parent)];
      this.words[up] = leaf;
      this.release(parent);
    }
    return bits;
  }

  /** Counts a prefix in or out and brings the jump table up to date; `touched` is the shortest length concerned. */
  private changed(by: 1 | -1, touched: number): void {
    this.changes++;
    this.words[COUNT] += by;
    const size = this.words[COUNT];
    if (this.jump === undefined) {
      if (size > JUMP_ABOVE) this.jump = makeJump(this.words, this.words[ROOT]);
    } else if (size < JUMP_BELOW) {
      this.jump = undefined;
    } else if (!this.deep) {
      repaint(this.words, this.jump, this.words[ROOT], KEY[0], touched);
    }
  }
}

/** Returns on how many leading bits a node and KEY agree, at most `limit`, which is not above the node's length. */
function common(words: Int32Array, ref: number, limit: number): number {
  const at = ref >>> 4;
  const last = (ref >>> 2) & 3;
  for (let i = 0; i <= last; i++) {
    const differ = words[at + i] ^ KEY[i];
    // the mark may differ too, but it stands behind the limit
    if (differ !== 0) return Math.min(limit, 32 * i + Math.clz32(differ));
  }
  return limit;
}

/** Returns bit `n` of KEY, counted from the front. */
function keyBit(n: number): number {
  return (KEY[n >> 5] >>> (31 - (n & 31))) & 1;
}

function bitAt(words: Int32Array, ref: number, n: number): number {
  return (addressWord(words, ref, n >> 5) >>> (31 - (n & 31))) & 1;
}
