import { type Address, type Family, familyOf, readWords, wordsPer, writeWords } from "./address.ts";
import { type Columns, checkSorted, hostMask } from "./columns.ts";

/**
 * Memory that many `Ranges` share: columns with a row per range, appended to and never changed. Each of thousands of
 * small tables is then a window of two numbers instead of four arrays. The arrays double when they are full, so read
 * them from the arena again after an `add`.
 *
 *     lo, hi   first and last address: one word per row for IPv4, four for IPv6, the most significant first
 *     value    the value of the prefix that decides
 *     owner    that prefix, as its row in the columns given to `add`
 */
export class RangeArena {
  readonly family: Family;
  lo: Uint32Array;
  hi: Uint32Array;
  value: Uint32Array;
  owner: Uint32Array;
  /** Number of rows in use. */
  length = 0;

  constructor(family: Family, capacity = 16) {
    const words = capacity * wordsPer(family);
    this.family = family;
    this.lo = new Uint32Array(words);
    this.hi = new Uint32Array(words);
    this.value = new Uint32Array(capacity);
    this.owner = new Uint32Array(capacity);
  }

  /**
   * Flattens sorted columns and appends the ranges, at most two per prefix. One sweep with a stack, O(rows). Throws a
   * RangeError for columns of the other family or not sorted.
   */
  add(columns: Columns): Ranges {
    if (columns.family !== this.family) {
      throw new RangeError(`IPv${columns.family} columns do not go into an IPv${this.family} arena`);
    }
    checkSorted(columns);
    const offset = this.length;
    this.reserve(offset + 2 * columns.bits.length);
    this.sweep(columns);
    return new Ranges(this, offset, this.length - offset);
  }

  /**
   * Goes over the prefixes in address order with the open ones on a stack, each inside the one below it. `lo` of the
   * row at `length` is the cursor: the first address of the innermost open prefix that no range holds yet.
   */
  private sweep(columns: Columns): void {
    const { words, bits } = columns;
    const per = wordsPer(this.family);
    const open = new Uint32Array(32 * per + 1);
    let depth = 0;
    for (let row = 0; row < bits.length; row++) {
      const at = row * per;
      while (depth > 0 && !covers(columns, open[depth - 1], row)) depth = this.closeTop(columns, open, depth);
      if (depth > 0 && !equal(this.lo, this.length * per, words, at, per)) {
        writeBefore(words, at, this.hi, this.length * per, per);
        this.append(columns, open[depth - 1]);
      }
      for (let i = 0; i < per; i++) this.lo[this.length * per + i] = words[at + i];
      open[depth++] = row;
    }
    while (depth > 0) depth = this.closeTop(columns, open, depth);
  }

  /** Ends the innermost open prefix and returns how many are left open; ends all those that end at the same address. */
  private closeTop(columns: Columns, open: Uint32Array, depth: number): number {
    const per = wordsPer(this.family);
    const row = open[depth - 1];
    for (let i = 0; i < per; i++) this.hi[this.length * per + i] = lastWord(columns, row, i);
    this.append(columns, row);
    const last = (this.length - 1) * per;
    depth--;
    while (depth > 0 && endsAt(columns, open[depth - 1], this.hi, last)) depth--;
    // where nothing is left open the next prefix sets the cursor
    if (depth > 0) writeAfter(this.hi, last, this.lo, last + per, per);
    return depth;
  }

  /** Completes the row whose `lo` and `hi` are written. */
  private append(columns: Columns, row: number): void {
    this.value[this.length] = columns.values[row];
    this.owner[this.length] = row;
    this.length++;
  }

  /** Gives spare room back. */
  trim(): void {
    this.resize(this.length);
  }

  private reserve(rows: number): void {
    let capacity = this.value.length;
    if (rows < capacity) return; // one row is left over for the cursor
    while (capacity <= rows) capacity = 2 * capacity + 1;
    this.resize(capacity);
  }

  private resize(rows: number): void {
    const per = wordsPer(this.family);
    this.lo = resized(this.lo, rows * per);
    this.hi = resized(this.hi, rows * per);
    this.value = resized(this.value, rows);
    this.owner = resized(this.owner, rows);
  }
}

/**
 * The prefixes of one family flattened into disjoint ranges in address order, each with its value and its owner, the
 * prefix that longest match would choose for every address of the range. Addresses without a route lie in no range. A
 * prefix with a more specific one inside it owns a range on either side of that hole; such pieces, and neighbours with
 * the same value, stay apart. Indices run from 0 to `length - 1`, whatever the offset in the arena.
 */
export class Ranges {
  readonly arena: RangeArena;
  /** First row of the window in the arena. */
  readonly offset: number;
  readonly length: number;

  constructor(arena: RangeArena, offset: number, length: number) {
    this.arena = arena;
    this.offset = offset;
    this.length = length;
  }

  /** Makes ranges in an arena of their own, as `RangeArena.add` does. */
  static from(columns: Columns): Ranges {
    const arena = new RangeArena(columns.family, 2 * columns.bits.length + 1);
    const ranges = arena.add(columns);
    arena.trim();
    return ranges;
  }

  get family(): Family {
    return this.arena.family;
  }

  lo(index: number): Address {
    return readWords(this.family, this.arena.lo, this.row(index) * wordsPer(this.family));
  }

  hi(index: number): Address {
    return readWords(this.family, this.arena.hi, this.row(index) * wordsPer(this.family));
  }

  value(index: number): number {
    return this.arena.value[this.row(index)];
  }

  /** Returns the row of the prefix that decides, in the columns that the ranges were made from. */
  owner(index: number): number {
    return this.arena.owner[this.row(index)];
  }

  /** Returns the index of the range that holds the address, or -1. O(log length). */
  find(address: Address): number {
    const index = this.lastFrom(address);
    return index >= 0 && this.reaches(index) ? index : -1;
  }

  /** Iterates the indices of the ranges that share an address with `lo`..`hi`, both included, in address order. */
  *overlapping(lo: Address, hi: Address): Generator<number, void, undefined> {
    if (familyOf(lo) !== familyOf(hi)) throw new RangeError("the ends are of different families");
    if (lo > hi) throw new RangeError("the first address is above the last");
    let first = this.lastFrom(lo);
    if (first < 0 || !this.reaches(first)) first++;
    const last = this.lastFrom(hi);
    for (let i = first; i <= last; i++) yield i;
  }

  private row(index: number): number {
    if (!(index >= 0 && index < this.length)) {
      throw new RangeError(`index ${index} is not in 0..${this.length - 1}`);
    }
    return this.offset + index;
  }

  /** Returns the last index whose range begins at or before the address, or -1, and leaves the address in KEY. */
  private lastFrom(address: Address): number {
    if (familyOf(address) !== this.family) throw new RangeError(`the ranges are of IPv${this.family}`);
    writeWords(address, KEY, 0);
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compareKey(this.arena.lo, middle) < 0) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }

  /** Reports whether the range ends at or after KEY. */
  private reaches(index: number): boolean {
    return this.compareKey(this.arena.hi, index) <= 0;
  }

  /** Compares KEY with an address of the window. */
  private compareKey(column: Uint32Array, index: number): number {
    const per = wordsPer(this.family);
    const at = (this.offset + index) * per;
    for (let i = 0; i < per; i++) {
      if (KEY[i] !== column[at + i]) return KEY[i] < column[at + i] ? -1 : 1;
    }
    return 0;
  }
}

/** The words of the address asked for, within one call. */
const KEY = new Uint32Array(4);

function resized(array: Uint32Array, length: number): Uint32Array {
  if (length <= array.length) return array.slice(0, length);
  const longer = new Uint32Array(length);
  longer.set(array);
  return longer;
}

/** Reports whether prefix `outer` covers a later prefix of the sorted columns. */
function covers(columns: Columns, outer: number, inner: number): boolean {
  const per = wordsPer(columns.family);
  for (let i = 0; i < per; i++) {
    const differ = columns.words[outer * per + i] ^ columns.words[inner * per + i];
    if ((differ & ~hostMask(columns.bits[outer], i)) !== 0) return false;
  }
  return true;
}

/** Returns word `i` of the last address of a row. Signed. */
function lastWord(columns: Columns, row: number, i: number): number {
  return columns.words[row * wordsPer(columns.family) + i] | hostMask(columns.bits[row], i);
}

function endsAt(columns: Columns, row: number, address: Uint32Array, at: number): boolean {
  for (let i = 0; i < wordsPer(columns.family); i++) {
    if (lastWord(columns, row, i) >>> 0 !== address[at + i]) return false;
  }
  return true;
}

function equal(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number, per: number): boolean {
  for (let i = 0; i < per; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

/** Writes the address after `from`, which must not be the very last one. */
function writeAfter(from: Uint32Array, fromAt: number, to: Uint32Array, toAt: number, per: number): void {
  let carry = 1;
  for (let i = per - 1; i >= 0; i--) {
    to[toAt + i] = from[fromAt + i] + carry;
    if (to[toAt + i] !== 0) carry = 0;
  }
}

/** Writes the address before `from`, which must not be 0. */
function writeBefore(from: Uint32Array, fromAt: number, to: Uint32Array, toAt: number, per: number): void {
  let borrow = 1;
  for (let i = per - 1; i >= 0; i--) {
    const word = from[fromAt + i];
    to[toAt + i] = word - borrow;
    if (word !== 0) borrow = 0;
  }
}
