import { doubtStretches, farState, forgetStretches, waysOf } from "./far.ts";
import { ABSENT, isDoubt, NO_WAY } from "./hop.ts";
import type { Part } from "./part.ts";
import { type Reachability, slotFor, spread, stateOf } from "./reachability.ts";
import { VERDICT_OF } from "./verdict-table.ts";

/**
 * Edits of a compiled network, and which pairs they flip. An edit takes the stretches that it concerns away from their
 * cells and adds them to others; only pairs of a cell whose state is another one now can have changed. The cost follows
 * the edit: one window of one table, or the routes of two VPCs to one peering. An edit is kept, or tried and taken back.
 */

/**
 * A pair of subnets whose verdict is another one now; the numbers are those of `verdict-table`. An edit that is kept also
 * tells, with the same number twice, the pairs that keep their verdict while other packets get through; those maybe twice.
 */
export type FlipVisitor = (from: number, to: number, before: number, after: number) => void;

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

/** A cell is there of some pairs and back of the same pairs the other way round. */
function visitFlips(reachability: Reachability, changed: readonly number[], visit: FlipVisitor): void {
  const { state, before, trail, layout } = reachability;
  const { users, userAt } = layout;
  for (const i of changed) {
    const t = trail.table[i];
    const d = trail.subnet[i];
    const [was, is] = [before[trail.cell[i]], state[trail.cell[i]]];
    const back = backOf(reachability, i);
    for (let u = userAt[t]; u < userAt[t + 1]; u++) {
      const s = users[u];
      if (s === d) continue;
      const [wasBack, isBack] = [before[back + s], state[back + s]];
      // a pair of which both cells changed is visited once, at the cell of its first subnet
      if (wasBack !== isBack && s > d) continue;
      emit(visit, s, d, (was << 6) | wasBack, (is << 6) | isBack);
      emit(visit, d, s, (wasBack << 6) | was, (isBack << 6) | is);
    }
  }
}

/** Visits the pairs that keep their verdict while one of their cells delivers other addresses than before. */
function visitShifts(reachability: Reachability, visit: FlipVisitor): void {
  const { state, before, trail, layout, parts } = reachability;
  const { users, userAt } = layout;
  for (let i = 0; i < trail.cell.length; i++) {
    const part = parts.find(({ delivered }) => delivered === trail.column[i]);
    if (part === undefined) continue;
    const t = trail.table[i];
    const d = trail.subnet[i];
    const [was, is] = [before[trail.cell[i]], state[trail.cell[i]]];
    const back = backOf(reachability, i);
    for (let u = userAt[t]; u < userAt[t + 1]; u++) {
      const s = users[u];
      if (s === d || part.size[s] === 0) continue; // nobody there can send them
      const there = VERDICT_OF[(is << 6) | state[back + s]];
      const home = VERDICT_OF[(state[back + s] << 6) | is];
      if (VERDICT_OF[(was << 6) | before[back + s]] === there) visit(s, d, there, there);
      if (VERDICT_OF[(before[back + s] << 6) | was] === home) visit(d, s, home, home);
    }
  }
}

function visitTouched({ trail, layout: { users, userAt } }: Reachability): void {
  const { touch } = trail;
  if (touch === undefined) return;
  for (let i = 0; i < trail.cell.length; i++) {
    const d = trail.subnet[i];
    for (let u = userAt[trail.table[i]]; u < userAt[trail.table[i] + 1]; u++) {
      if (users[u] === d) continue;
      touch(users[u], d);
      touch(d, users[u]);
    }
  }
}

/** Returns where the cells lie that are the way back of a cell in the trail: add the sender's subnet. */
function backOf({ layout, trail }: Reachability, i: number): number {
  const { subnetAt, subnetTable, tableVpc, cellAt, slotBase, slotMirror } = layout;
  const table = subnetTable[trail.subnet[i]];
  return cellAt[table] + slotBase[slotMirror[trail.slot[i]]] - subnetAt[tableVpc[trail.table[i]]];
}

function emit(visit: FlipVisitor, from: number, to: number, was: number, is: number): void {
  if (VERDICT_OF[was] !== VERDICT_OF[is]) visit(from, to, VERDICT_OF[was], VERDICT_OF[is]);
}

type Stretches = Map<number, readonly Float64Array[]>;

/** Notes what of the tables cannot be followed, before that changes. */
function stretchesBefore(reachability: Reachability, tables: readonly number[]): Stretches {
  return new Map(
    tables.map((t) => [t, reachability.parts.map((part) => doubtStretches(reachability, part, t))]),
  );
}

/** The places that an edit is about. */
interface Window {
  readonly part: Part;
  readonly lo: number;
  readonly hi: number;
}

/**
 * Visits the pairs whose VPCs are no neighbours and that flip because of what cannot be followed now, and touches those that
 * hubs may carry, with addresses in the window if there is one. O(subnets).
 */
function visitFar(
  reachability: Reachability,
  stretches: Stretches,
  window: Window | undefined,
  visit: FlipVisitor,
): void {
  const { layout, parts, doubts, trail } = reachability;
  const { tableVpc, subnetVpc, subnetTable, users, userAt } = layout;
  for (const [t, old] of stretches) {
    for (const part of parts) forgetStretches(part, t);
    for (let d = 0; d < subnetTable.length; d++) {
      const u = subnetTable[d];
      if (slotFor(layout, tableVpc[t], subnetVpc[d]) >= 0) continue;
      if (trail.touch !== undefined && (window === undefined || isInside(reachability, window, d))) {
        for (let i = userAt[t]; i < userAt[t + 1]; i++) {
          trail.touch(users[i], d);
          trail.touch(d, users[i]);
        }
      }
      if (doubts[u] === 0) continue;
      let was = 0;
      for (const [i, part] of parts.entries()) {
        if (part.size[d] > 0) was |= waysOf(reachability, part, old[i], d) << part.shift;
      }
      const is = farState(reachability, t, d);
      if (was === is) continue;
      for (let i = userAt[t]; i < userAt[t + 1]; i++) {
        const back = farState(reachability, u, users[i]);
        emit(visit, users[i], d, (was << 6) | back, (is << 6) | back);
        emit(visit, d, users[i], (back << 6) | was, (back << 6) | is);
      }
    }
  }
}

/** Reports whether some usable address of the subnet lies in the window. O(spans of its VPC). */
function isInside({ layout }: Reachability, { part, lo, hi }: Window, subnet: number): boolean {
  const { spanLo, spanHi, spanSubnet, usable } = part;
  const w = layout.subnetVpc[subnet];
  for (let i = usable[2 * w]; i < usable[2 * w + 1]; i++)
    if (spanSubnet[i] === subnet - layout.subnetAt[w] && spanLo[i] <= hi && lo <= spanHi[i]) return true;
  return false;
}
