import type { Network } from "../model/network.ts";
import { DOUBT_IN, DROP, Hops, isDoubt, isThrough, isTurn, TURN_IN } from "./hop.ts";
import { type Layout, layOut } from "./layout.ts";
import { compilePart, type Part } from "./part.ts";
import { expand } from "./segments.ts";
import { DELIVERED, DROPPED, UNKNOWN } from "./verdict-table.ts";

/**
 * A network compiled for questions about all pairs of subnets. What the packets from a table to a subnet come to depends
 * on the table and the destination alone, and a packet that crosses a peering ends in the far VPC, so one cell for each
 * table and each subnet of its own VPC and of the neighbours holds all there is; the verdict of a pair is made of two
 * cells, the one there and the one back. Destinations are cells of a VPC, never addresses alone: ranges of unrelated
 * VPCs may overlap. Only what cannot be followed may be meant for any VPC; such pairs are computed when asked for.
 *
 * `state` has the ways in which the packets of a cell end, as `verdict-table` numbers them. Memory: 12 bytes per route,
 * 10 (with IPv6 18) per cell. Compiling is O(routes + cells), and a binary search for each stretch between two routes.
 */
export interface Reachability {
  readonly layout: Layout;
  readonly hops: Hops;
  readonly parts: readonly Part[];
  readonly state: Uint8Array;
  /** State before the edit that is being made; elsewhere the same as `state`. */
  readonly before: Uint8Array;
  /** Tables that have a next hop which cannot be followed: 1. */
  readonly doubts: Uint8Array;
  readonly trail: Trail;
}

/** The cells that an edit wrote, in order, with what was in them. */
interface Trail {
  on: boolean;
  /** Is told the pairs of the cells. */
  touch: ((from: number, to: number) => void) | undefined;
  readonly cell: number[];
  readonly table: number[];
  readonly slot: number[];
  readonly subnet: number[];
  /** The column that was written. */
  readonly column: Float64Array[];
  readonly old: number[];
}

export function compile(network: Network): Reachability {
  const layout = layOut(network);
  const { tables, cells } = layout;
  const hops = new Hops(network, layout);
  const parts = ([4, 6] as const).flatMap((family) => compilePart(network, layout, hops, family) ?? []);
  const reachability: Reachability = {
    layout,
    hops,
    parts,
    state: new Uint8Array(cells),
    before: new Uint8Array(cells),
    doubts: new Uint8Array(tables.length),
    trail: { on: false, touch: undefined, cell: [], table: [], slot: [], subnet: [], column: [], old: [] },
  };
  for (const part of parts) for (let t = 0; t < tables.length; t++) fill(reachability, part, t);
  for (let t = 0; t < tables.length; t++) settleTable(reachability, t);
  reachability.before.set(reachability.state);
  return reachability;
}

/**
 * Adds to the cells of a table what all its intervals come to. A sweep over the rows with the open ones on a stack, each
 * inside the one below it; a row whose fate is that of the row around it changes nothing. O(rows).
 */
function fill(reachability: Reachability, part: Part, t: number): void {
  const { layout, hops } = reachability;
  const { lo, hi, hop, at, length } = part.decisions;
  const ownSlot = layout.ownSlot[layout.tableVpc[t]];
  const end = at[t] + length[t];
  let depth = 0;
  let cursor = 0; // behind the last stretch that was added
  for (let row = at[t]; row < end; row++) {
    const from = lo[row];
    while (depth > 0 && OPEN_HI[depth - 1] < from) {
      const last = OPEN_HI[--depth];
      if (cursor <= last) spread(reachability, part, t, OPEN_FATE[depth], cursor, last, 1);
      cursor = last + 1;
    }
    const fate = hops.fate(hop[row], ownSlot);
    if (depth > 0) {
      if (OPEN_FATE[depth - 1] === fate) continue;
      if (cursor < from) spread(reachability, part, t, OPEN_FATE[depth - 1], cursor, from - 1, 1);
    }
    cursor = from;
    OPEN_HI[depth] = hi[row];
    OPEN_FATE[depth++] = fate;
  }
  while (depth > 0) {
    const last = OPEN_HI[--depth];
    if (cursor <= last) spread(reachability, part, t, OPEN_FATE[depth], cursor, last, 1);
    cursor = last + 1;
  }
}

// at most one open row for each prefix length, and the own range beside an unknown table
const OPEN_HI = new Uint32Array(140);
const OPEN_FATE = new Int32Array(140);

/**
 * Adds the stretch to the cells of table `t` that its fate concerns, or with `sign` -1 takes it away. DROP concerns none.
 */
export function spread(
  reachability: Reachability,
  part: Part,
  t: number,
  fate: number,
  lo: number,
  hi: number,
  sign: 1 | -1,
): void {
  const { layout, doubts } = reachability;
  const v = layout.tableVpc[t];
  if (isThrough(fate)) {
    expand(reachability, part, fate, lo, hi, (from, to, what) => {
      spread(reachability, part, t, what, from, to, sign);
    });
  } else if (fate >= 0) {
    const list = fate === layout.ownSlot[v] ? part.inside : part.carried;
    cover(reachability, part, t, fate, list, part.delivered, lo, hi, sign);
  } else if (fate !== DROP) {
    part.doubtful ??= new Float64Array(layout.cells);
    doubts[t] = 1;
    if (isDoubt(fate)) {
      for (let slot = layout.slotAt[v]; slot < layout.slotAt[v + 1]; slot++) {
        cover(reachability, part, t, slot, part.usable, part.doubtful, lo, hi, sign);
      }
    } else if (isTurn(fate)) {
      cover(reachability, part, t, TURN_IN - fate, part.usable, part.doubtful, lo, hi, sign);
    } else cover(reachability, part, t, DOUBT_IN - fate, part.carried, part.doubtful, lo, hi, sign);
  }
}

/** Adds what the stretch has in common with the spans of one slot's VPC. */
function cover(
  { layout, trail }: Reachability,
  { spanLo, spanHi, spanSubnet, disjoint }: Part,
  t: number,
  slot: number,
  list: Uint32Array,
  column: Float64Array,
  lo: number,
  hi: number,
  sign: 1 | -1,
): void {
  const w = layout.slotVpc[slot];
  const end = list[2 * w + 1];
  let i = list[2 * w];
  if (disjoint[w] === 1) i = firstReaching(spanHi, i, end, lo);
  const base = layout.cellAt[t] + layout.slotBase[slot];
  for (; i < end && spanLo[i] <= hi; i++) {
    if (spanHi[i] < lo) continue;
    const n = spanSubnet[i];
    const cell = base + n;
    const length = Math.min(hi, spanHi[i]) - Math.max(lo, spanLo[i]) + 1;
    if (trail.on) {
      trail.cell.push(cell);
      trail.table.push(t);
      trail.slot.push(slot);
      trail.subnet.push(layout.subnetAt[w] + n);
      trail.column.push(column);
      trail.old.push(column[cell]);
    }
    column[cell] += sign * length;
  }
}

/** Returns the first of the disjoint spans that ends at or behind the place. */
function firstReaching(spanHi: Uint32Array, low: number, high: number, place: number): number {
  while (high - low > 4) {
    const middle = (low + high) >>> 1;
    if (spanHi[middle] < place) low = middle + 1;
    else high = middle;
  }
  while (low < high && spanHi[low] < place) low++;
  return low;
}

/** Computes the state of every cell of a table. */
function settleTable(reachability: Reachability, t: number): void {
  const { layout, state } = reachability;
  const v = layout.tableVpc[t];
  for (let slot = layout.slotAt[v]; slot < layout.slotAt[v + 1]; slot++) {
    const w = layout.slotVpc[slot];
    let cell = layout.cellAt[t] + layout.slotBase[slot];
    for (let s = layout.subnetAt[w]; s < layout.subnetAt[w + 1]; s++, cell++) {
      state[cell] = stateOf(reachability, cell, s);
    }
  }
}

/** Returns in which ways the packets of the cell end; `subnet` is the one it is for. */
export function stateOf({ parts }: Reachability, cell: number, subnet: number): number {
  let state = 0;
  for (const { size, delivered, doubtful, shift } of parts) {
    if (size[subnet] === 0) continue;
    const doubt = doubtful === undefined ? 0 : doubtful[cell];
    const ways =
      (delivered[cell] > 0 ? DELIVERED : 0) |
      (doubt > 0 ? UNKNOWN : 0) |
      (delivered[cell] + doubt < size[subnet] ? DROPPED : 0);
    state |= ways << shift;
  }
  return state;
}

/** Returns the slot of VPC `v` for VPC `w`, or -1: they are no neighbours. O(log neighbours). */
export function slotFor({ slotAt, slotVpc }: Layout, v: number, w: number): number {
  let low = slotAt[v];
  let high = slotAt[v + 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (slotVpc[middle] < w) low = middle + 1;
    else high = middle;
  }
  return low < slotAt[v + 1] && slotVpc[low] === w ? low : -1;
}
