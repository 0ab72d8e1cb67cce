import { isDoubt } from "./hop.ts";
import type { Part } from "./part.ts";
import { type Reachability, slotFor } from "./reachability.ts";
import { forEachFate } from "./segments.ts";
import { DROPPED, UNKNOWN } from "./verdict-table.ts";

/**
 * Pairs of subnets whose VPCs are no neighbours. Nothing is delivered between them; a packet may only be sent where it
 * cannot be followed. Such pairs can be as many as the square of the subnets, so nothing of them is kept but, for each
 * table with such a next hop, the stretches that lead there.
 */

const known = new WeakMap<Part, Map<number, Float64Array>>();

/** Returns the stretches of the table that cannot be followed: first and last place in turn, ascending, none adjacent. */
export function doubtStretches(reachability: Reachability, part: Part, t: number): Float64Array {
  let tables = known.get(part);
  if (tables === undefined) {
    tables = new Map();
    known.set(part, tables);
  }
  let stretches = tables.get(t);
  if (stretches === undefined) {
    const found: number[] = [];
    forEachFate(reachability, part, t, (lo, hi, fate) => {
      if (!isDoubt(fate)) return;
      if (found.length > 0 && found[found.length - 1] === lo - 1) found[found.length - 1] = hi;
      else found.push(lo, hi);
    });
    stretches = Float64Array.from(found);
    tables.set(t, stretches);
  }
  return stretches;
}

/** Forgets what is known of a table that changed. */
export function forgetStretches(part: Part, t: number): void {
  known.get(part)?.delete(t);
}

/** Returns in which ways packets from the table to the subnet end, whoever's it is; numbers as in `verdict-table`. */
export function stateTo(reachability: Reachability, t: number, subnet: number): number {
  const { layout, state } = reachability;
  const w = layout.subnetVpc[subnet];
  const slot = slotFor(layout, layout.tableVpc[t], w);
  if (slot >= 0) return state[layout.cellAt[t] + layout.slotBase[slot] + subnet - layout.subnetAt[w]];
  return farState(reachability, t, subnet);
}

/** Returns the same for a subnet of a VPC that is no neighbour. */
export function farState(reachability: Reachability, t: number, subnet: number): number {
  let state = 0;
  for (const part of reachability.parts) {
    if (part.size[subnet] === 0) continue;
    const stretches = reachability.doubts[t] === 0 ? NONE : doubtStretches(reachability, part, t);
    state |= waysOf(reachability, part, stretches, subnet) << part.shift;
  }
  return state;
}

const NONE = new Float64Array();

/** Returns the bits of one family for a subnet, given the stretches that cannot be followed. */
export function waysOf(
  { layout }: Reachability,
  part: Part,
  stretches: Float64Array,
  subnet: number,
): number {
  const { spanLo, spanHi, spanSubnet, usable, size } = part;
  const w = layout.subnetVpc[subnet];
  const n = subnet - layout.subnetAt[w];
  let doubt = 0;
  for (let i = usable[2 * w]; i < usable[2 * w + 1]; i++) {
    if (spanSubnet[i] === n) doubt += common(stretches, spanLo[i], spanHi[i]);
  }
  return (doubt > 0 ? UNKNOWN : 0) | (doubt < size[subnet] ? DROPPED : 0);
}

/** Returns how many places of the span the stretches hold. */
function common(stretches: Float64Array, lo: number, hi: number): number {
  let low = 0;
  let high = stretches.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stretches[2 * middle + 1] < lo) low = middle + 1;
    else high = middle;
  }
  let places = 0;
  for (let i = 2 * low; i < stretches.length && stretches[i] <= hi; i += 2) {
    places += Math.min(hi, stretches[i + 1]) - Math.max(lo, stretches[i]) + 1;
  }
  return places;
}

/** Whether the stretches hold all, nothing or some of the addresses of a VPC's subnets. */
export type Extent = "all" | "nothing" | "some";

/** Returns how much of the VPC's addresses the stretches hold, looking at its ends only: "some" may be any amount. */
export function extentOf(part: Part, stretches: Float64Array, w: number): Extent {
  const { spanLo, spanHi, usable, disjoint } = part;
  const [begin, end] = [usable[2 * w], usable[2 * w + 1]];
  if (begin === end || stretches.length === 0) return "nothing";
  if (disjoint[w] === 0) return "some";
  const [lo, hi] = [spanLo[begin], spanHi[end - 1]];
  const places = common(stretches, lo, hi);
  return places === 0 ? "nothing" : places === hi - lo + 1 ? "all" : "some";
}
