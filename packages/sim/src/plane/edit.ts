import {
  type FlipVisitor,
  stretchesBefore,
  visitFar,
  visitFlips,
  visitShifts,
  visitTouched,
} from "./flips.ts";
import { ABSENT, isDoubt, NO_WAY } from "./hop.ts";
import type { Part } from "./part.ts";
import { type Reachability, spread, stateOf } from "./reachability.ts";

/**
 * Edits of a compiled network, and which pairs they flip. An edit takes the stretches that it concerns away from their
 * cells and adds them to others; only pairs of a cell whose state is another one now can have changed. The cost follows
 * the edit: one window of one table, or the routes of two VPCs to one peering. An edit is kept, or tried and taken back.
 */

/**
 * Calls `edit` and tells `touch` of every pair of subnets of which it wrote a cell, or may have: where services count, what
 * they come to may be something else now though the arrays say the same. A pair may be told more than once.
 */
export function touching<T>(
  { trail }: Reachability,
  touch: (from: number, to: number) => void,
  edit: () => T,
): T {
  trail.touch = touch;
  try {
    return edit();
  } finally {
    trail.touch = undefined;
  }
}

/** What the route of exactly this destination leads to now; ABSENT for no route. Returns the hop it had. */
export function setHop(
  reachability: Reachability,
  part: Part,
  t: number,
  lo: number,
  hi: number,
  hop: number,
  visit: FlipVisitor,
): number {
  const { decisions } = part;
  begin(reachability);
  const row = decisions.find(t, lo, hi);
  const held = decisions.holds(t, row, lo, hi);
  const around = decisions.around(t, row, hi);
  const outer = around < 0 ? ABSENT : decisions.hop[around];
  const old = held ? decisions.hop[row] : ABSENT;
  const ownSlot = reachability.layout.ownSlot[reachability.layout.tableVpc[t]];
  const from = reachability.hops.fate(old === ABSENT ? outer : old, ownSlot);
  const to = reachability.hops.fate(hop === ABSENT ? outer : hop, ownSlot);
  const far = isDoubt(from) || isDoubt(to) ? stretchesBefore(reachability, [t]) : undefined;
  move(reachability, part, t, held ? row + 1 : row, lo, hi, from, to);
  decisions.set(t, lo, hi, hop);
  keep(reachability, visit);
  if (far !== undefined) visitFar(reachability, far, { part, lo, hi }, visit);
  return old;
}

/** Opens or closes a peering: only an ACTIVE one carries packets. The routes to it stay. */
export function setActive(
  reachability: Reachability,
  peering: number,
  active: boolean,
  visit: FlipVisitor,
): void {
  const { layout, hops, parts } = reachability;
  const ports = [2 * peering, 2 * peering + 1].filter((port) => layout.portVpc[port] >= 0);
  begin(reachability);
  const tables = ports.flatMap((port) => tablesOf(reachability, layout.portVpc[port]));
  const leadsOut = ports.some((port) => layout.portSlot[port] < 0);
  // a dead member of a group stops what another one leads to a hub
  const isBesideHub = layout.hubIndex.size > 0 && ports.some((port) => hops.through(port).length > 1);
  const far = leadsOut || isBesideHub ? stretchesBefore(reachability, tables) : undefined;
  const changing = ports.map((port) => {
    const ownSlot = layout.ownSlot[layout.portVpc[port]];
    return {
      port,
      ownSlot,
      fates: hops.through(port).map((hop) => ({ hop, from: hops.fate(hop, ownSlot) })),
    };
  });
  hops.setActive(peering, active);
  for (const { port, ownSlot, fates } of changing) {
    for (const t of tablesOf(reachability, layout.portVpc[port])) {
      for (const part of parts) {
        for (const { hop, from } of fates) {
          const to = hops.fate(hop, ownSlot);
          if (from === to) continue;
          const { decisions } = part;
          const end = decisions.at[t] + decisions.length[t];
          for (let row = decisions.at[t]; row < end; row++) {
            if (decisions.hop[row] !== hop) continue;
            move(reachability, part, t, row + 1, decisions.lo[row], decisions.hi[row], from, to);
          }
        }
      }
    }
  }
  keep(reachability, visit);
  if (far !== undefined) visitFar(reachability, far, undefined, visit);
}

/** Finds the pairs of neighbours that would flip if the row of a table led to `hop`, or were not there (ABSENT). */
export function tryHop(
  reachability: Reachability,
  part: Part,
  t: number,
  row: number,
  hop: number,
  visit: FlipVisitor,
): void {
  const { hops, layout } = reachability;
  const { decisions } = part;
  const ownSlot = layout.ownSlot[layout.tableVpc[t]];
  const around = hop === ABSENT ? decisions.around(t, row, decisions.hi[row]) : -1;
  const from = hops.fate(decisions.hop[row], ownSlot);
  const to = hops.fate(around < 0 ? hop : decisions.hop[around], ownSlot);
  if (from === to) return;
  begin(reachability);
  move(reachability, part, t, row + 1, decisions.lo[row], decisions.hi[row], from, to);
  takeBack(reachability, visit);
}

/**
 * Finds the pairs of neighbours that would flip if the peering were deleted: the routes to it go with it, or stay and
 * lead nowhere, by the profile of each side.
 */
export function tryDeletion(reachability: Reachability, peering: number, visit: FlipVisitor): void {
  const { layout, hops, parts } = reachability;
  begin(reachability);
  for (const port of [2 * peering, 2 * peering + 1]) {
    const v = layout.portVpc[port];
    if (v < 0) continue;
    const cascade = layout.vpcs[v].profile.deleteRoutes === "cascade";
    const rests = new Map(hops.through(port).map((hop) => [hop, cascade ? hops.without(hop, port) : NO_WAY]));
    for (let t = layout.tableAt[v]; t < layout.tableAt[v + 1]; t++) {
      for (const part of parts) dropRows(reachability, part, t, rests);
    }
  }
  takeBack(reachability, visit);
}

/**
 * Moves what every row with one of the hops decides to what is left of the hop, or to the next row around it when nothing
 * is. One sweep with the open rows on a stack: O(rows).
 */
function dropRows(
  reachability: Reachability,
  part: Part,
  t: number,
  rests: ReadonlyMap<number, number>,
): void {
  const { layout, hops } = reachability;
  const { hop, lo, hi, at, length } = part.decisions;
  const ownSlot = layout.ownSlot[layout.tableVpc[t]];
  let depth = 0;
  for (let row = at[t]; row < at[t] + length[t]; row++) {
    while (depth > 0 && OPEN_HI[depth - 1] < lo[row]) depth--;
    let left = hop[row];
    const rest = rests.get(left);
    if (rest !== undefined) {
      left = rest === ABSENT && depth > 0 ? OPEN_HOP[depth - 1] : rest;
      move(
        reachability,
        part,
        t,
        row + 1,
        lo[row],
        hi[row],
        hops.fate(hop[row], ownSlot),
        hops.fate(left, ownSlot),
      );
    }
    OPEN_HI[depth] = hi[row];
    OPEN_HOP[depth++] = left;
  }
}

// at most one open row for each prefix length, and the own range beside an unknown table
const OPEN_HI = new Uint32Array(140);
const OPEN_HOP = new Uint32Array(140);

function tablesOf({ layout: { tableAt } }: Reachability, v: number): number[] {
  return Array.from({ length: tableAt[v + 1] - tableAt[v] }, (_, i) => tableAt[v] + i);
}

/**
 * Moves what an interval decides from one fate to another: the interval without those inside it, which begin with row
 * `inner`. O(rows inside).
 */
function move(
  reachability: Reachability,
  part: Part,
  t: number,
  inner: number,
  lo: number,
  hi: number,
  from: number,
  to: number,
): void {
  if (from === to) return;
  const { decisions } = part;
  const end = decisions.at[t] + decisions.length[t];
  let cursor = lo;
  let row = inner;
  while (row < end && decisions.lo[row] <= hi) {
    if (decisions.lo[row] > cursor)
      moveStretch(reachability, part, t, from, to, cursor, decisions.lo[row] - 1);
    const last = decisions.hi[row];
    cursor = last + 1;
    do row++;
    while (row < end && decisions.lo[row] <= last);
  }
  if (cursor <= hi) moveStretch(reachability, part, t, from, to, cursor, hi);
}

function moveStretch(
  reachability: Reachability,
  part: Part,
  t: number,
  from: number,
  to: number,
  lo: number,
  hi: number,
): void {
  spread(reachability, part, t, from, lo, hi, -1);
  spread(reachability, part, t, to, lo, hi, 1);
}

function begin({ trail }: Reachability): void {
  trail.on = true;
  trail.cell.length = 0;
  trail.table.length = 0;
  trail.slot.length = 0;
  trail.subnet.length = 0;
  trail.column.length = 0;
  trail.old.length = 0;
}

/** Ends the edit and lets it stand. */
function keep(reachability: Reachability, visit: FlipVisitor): void {
  const { state, before, trail } = reachability;
  const changed = settle(reachability);
  visitFlips(reachability, changed, visit);
  visitShifts(reachability, visit);
  visitTouched(reachability);
  for (const i of changed) before[trail.cell[i]] = state[trail.cell[i]];
}

/** Ends the edit and leaves everything as it was before. */
function takeBack(reachability: Reachability, visit: FlipVisitor): void {
  const { state, before, trail } = reachability;
  const changed = settle(reachability);
  visitFlips(reachability, changed, visit);
  for (const i of changed) state[trail.cell[i]] = before[trail.cell[i]];
  for (let i = trail.cell.length - 1; i >= 0; i--) trail.column[i][trail.cell[i]] = trail.old[i];
}

/** Computes the state of the cells that were written; returns, of each that has another one now, one place in the trail. */
function settle(reachability: Reachability): number[] {
  const { state, trail } = reachability;
  trail.on = false;
  const changed: number[] = [];
  for (let i = 0; i < trail.cell.length; i++) {
    const now = stateOf(reachability, trail.cell[i], trail.subnet[i]);
    if (now === state[trail.cell[i]]) continue;
    state[trail.cell[i]] = now;
    changed.push(i);
  }
  return changed;
}
