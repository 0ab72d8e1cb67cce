import type { Routes } from "../model/routes.ts";
import type { Axis } from "./axis.ts";
import { ABSENT, type Hops, LOCAL, NO_IDEA } from "./hop.ts";

/**
 * What the tables decide, one family of addresses: for each destination of an enabled route, and for each own range of
 * the table's VPC, the interval of places and the hop. A window of the columns per table, in the order of `Prefix.compare`:
 * by first place, what covers before what is covered. Two intervals are nested or apart, and the innermost decides; what
 * lies in none is dropped. Where the own range always wins nothing is kept inside it, which comes to the same.
 *
 *   lo hi   first and last place
 *   hop     as in `hop.ts`
 *   at, length, room   [table]   the window: where it begins, its rows, and how many it has room for
 */
export class Decisions {
  lo: Uint32Array;
  hi: Uint32Array;
  hop: Uint32Array;
  readonly at: Uint32Array;
  readonly length: Uint32Array;
  readonly room: Uint32Array;
  #end = 0;

  constructor(tables: number, rows: number) {
    this.lo = new Uint32Array(rows);
    this.hi = new Uint32Array(rows);
    this.hop = new Uint32Array(rows);
    this.at = new Uint32Array(tables);
    this.length = new Uint32Array(tables);
    this.room = new Uint32Array(tables);
  }

  /** Gives the table a new window of no rows behind all others. */
  #open(t: number, room: number): void {
    if (this.#end + room > this.lo.length) {
      const capacity = 2 * (this.#end + room);
      this.lo = longer(this.lo, capacity);
      this.hi = longer(this.hi, capacity);
      this.hop = longer(this.hop, capacity);
    }
    this.at[t] = this.#end;
    this.length[t] = 0;
    this.room[t] = room;
    this.#end += room;
  }

  /** Fills the window of a table from its enabled routes, given the hops of its targets, and the own ranges. O(routes). */
  compile(
    t: number,
    axis: Axis,
    routes: Routes,
    hops: Hops,
    hopsOf: readonly number[],
    own: OwnRanges,
  ): void {
    const { size4, size } = routes;
    const [begin, end] = axis.family === 4 ? [0, size4] : [size4, size];
    this.#open(t, end - begin + own.lo.length + SLACK);
    const { bits, target, enabled, address } = routes;
    const from = this.at[t];
    let row = from;
    let o = 0;
    let paintedTo = -1; // end of the last own range that nothing can be inside of
    for (let i = begin; i < end; i++) {
      if (enabled[i] === 0) continue;
      let lo: number;
      let hi: number;
      if (axis.family === 4) {
        lo = address[i];
        // shifts count modulo 32: the host bits of /32 are a case of their own
        hi = bits[i] === 32 ? lo : (lo | (0xffffffff >>> bits[i])) >>> 0;
      } else {
        const block = routes.destination(i);
        lo = axis.first(block.address);
        hi = axis.last(block.last);
      }
      while (o < own.lo.length && (own.lo[o] < lo || (own.lo[o] === lo && own.hi[o] >= hi))) {
        const equal = own.lo[o] === lo && own.hi[o] === hi;
        if (own.wins) {
          if (own.hi[o] > paintedTo) {
            this.#put(row++, own.lo[o], own.hi[o], LOCAL);
            paintedTo = own.hi[o];
          }
        } else if (!equal) this.#put(row++, own.lo[o], own.hi[o], LOCAL);
        o++;
      }
      if (lo <= paintedTo && hi <= paintedTo) continue;
      const hop = hopsOf[target[i]];
      const last = row - 1;
      if (last >= from && this.lo[last] === lo && this.hi[last] === hi) {
        this.hop[last] = hops.group([...hops.members(this.hop[last]), hop]);
      } else this.#put(row++, lo, hi, hop);
    }
    for (; o < own.lo.length; o++) {
      if (own.wins && own.hi[o] <= paintedTo) continue;
      this.#put(row++, own.lo[o], own.hi[o], LOCAL);
      paintedTo = own.hi[o];
    }
    this.length[t] = row - from;
  }

  /** Fills the window of a table whose routes are not part of the input: only an own range that wins is certain. */
  compileUnknown(t: number, own: OwnRanges): void {
    this.#open(t, 1 + own.lo.length);
    let row = this.at[t];
    this.#put(row++, 0, 0xffffffff, NO_IDEA);
    if (own.wins) for (let o = 0; o < own.lo.length; o++) this.#put(row++, own.lo[o], own.hi[o], LOCAL);
    this.length[t] = row - this.at[t];
  }

  #put(row: number, lo: number, hi: number, hop: number): void {
    this.lo[row] = lo;
    this.hi[row] = hi;
    this.hop[row] = hop;
  }

  /** Returns the first row of the table that does not stand before the interval: its own row, if it has one. */
  find(t: number, lo: number, hi: number): number {
    let low = this.at[t];
    let high = low + this.length[t];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.lo[middle] < lo || (this.lo[middle] === lo && this.hi[middle] > hi)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Returns the hop of exactly this interval, or ABSENT. */
  get(t: number, lo: number, hi: number): number {
    const row = this.find(t, lo, hi);
    return this.holds(t, row, lo, hi) ? this.hop[row] : ABSENT;
  }

  holds(t: number, row: number, lo: number, hi: number): boolean {
    return row < this.at[t] + this.length[t] && this.lo[row] === lo && this.hi[row] === hi;
  }

  /** Returns the innermost row before `row` that covers the interval, or -1. O(rows before it). */
  around(t: number, row: number, hi: number): number {
    for (let i = row - 1; i >= this.at[t]; i--) if (this.hi[i] >= hi) return i;
    return -1;
  }

  /** Sets the hop of exactly this interval; ABSENT takes it out. O(rows of the table). */
  set(t: number, lo: number, hi: number, hop: number): void {
    let row = this.find(t, lo, hi);
    if (this.holds(t, row, lo, hi)) {
      if (hop === ABSENT) {
        const end = this.at[t] + this.length[t]--;
        for (const column of [this.lo, this.hi, this.hop]) column.copyWithin(row, row + 1, end);
      } else this.hop[row] = hop;
      return;
    }
    if (hop === ABSENT) return;
    if (this.length[t] === this.room[t]) row = this.#move(t, row);
    const end = this.at[t] + this.length[t]++;
    for (const column of [this.lo, this.hi, this.hop]) column.copyWithin(row + 1, row, end);
    this.#put(row, lo, hi, hop);
  }

  /** Moves the window to where it can grow; returns where the row is now. */
  #move(t: number, row: number): number {
    const from = this.at[t];
    const rows = this.length[t];
    this.#open(t, 2 * rows + SLACK);
    for (const column of [this.lo, this.hi, this.hop]) column.copyWithin(this.at[t], from, from + rows);
    this.length[t] = rows;
    return row - from + this.at[t];
  }
}

/** The own ranges of a VPC in one family: places in the order of `Prefix.compare`. */
export interface OwnRanges {
  readonly lo: Uint32Array;
  readonly hi: Uint32Array;
  /** They win over every route, however long; otherwise the longest prefix does, and of two equal ones the route. */
  readonly wins: boolean;
}

const SLACK = 2;

function longer(array: Uint32Array, length: number): Uint32Array {
  const grown = new Uint32Array(length);
  grown.set(array);
  return grown;
}
