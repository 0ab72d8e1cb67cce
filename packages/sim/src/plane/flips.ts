import { doubtStretches, farState, forgetStretches, waysOf } from "./far.ts";
import type { Part } from "./part.ts";
import { type Reachability, slotFor } from "./reachability.ts";
import { VERDICT_OF } from "./verdict-table.ts";

/** Which pairs of subnets an edit of the compiled arrays flips, read from the cells that it wrote. */

/**
 * A pair of subnets whose verdict is another one now; the numbers are those of `verdict-table`. An edit that is kept also
 * tells, with the same number twice, the pairs that keep their verdict while other packets get through; those maybe twice.
 */
export type FlipVisitor = (from: number, to: number, before: number, after: number) => void;

/** A cell is there of some pairs and back of the same pairs the other way round. */
export function visitFlips(reachability: Reachability, changed: readonly number[], visit: FlipVisitor): void {
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
export function visitShifts(reachability: Reachability, visit: FlipVisitor): void {
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

export function visitTouched({ trail, layout: { users, userAt } }: Reachability): void {
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
export function stretchesBefore(reachability: Reachability, tables: readonly number[]): Stretches {
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
export function visitFar(
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
