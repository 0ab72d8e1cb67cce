import { AROUND, DROP, type Hops, isThrough, THROUGH, TURN_IN } from "./hop.ts";
import type { Layout } from "./layout.ts";
import type { Part } from "./part.ts";
import { sweep } from "./sweep.ts";

/** What tables come to, stretch by stretch, without the nesting of their routes. */

/** A table as a line of addresses cut into segments, and the fate of each; neighbours differ. */
export interface Segments {
  /** The first place of each, ascending from 0; the last one goes on to the end. */
  readonly starts: Uint32Array;
  /** As in `hop.ts`, none of them THROUGH another table. */
  readonly fates: Int32Array;
}

interface Tables {
  readonly layout: Layout;
  readonly hops: Hops;
}

/** Returns the segments of a table. O(routes), and those of the tables where its detours lead. */
export function segmentsOf(tables: Tables, part: Part, t: number): Segments {
  return gather((visit) => forEachFate(tables, part, t, visit));
}

function gather(forEach: (visit: Visitor) => void): Segments {
  const starts: number[] = [];
  const fates: number[] = [];
  const add = (start: number, fate: number): void => {
    if (fates.length > 0 && fates[fates.length - 1] === fate) return;
    starts.push(start);
    fates.push(fate);
  };
  let next = 0;
  forEach((lo, hi, fate) => {
    if (lo > next) add(next, DROP);
    add(lo, fate);
    next = hi + 1;
  });
  if (next < 2 ** 32) add(next, DROP);
  return { starts: Uint32Array.from(starts), fates: Int32Array.from(fates) };
}

/** Calls `visit` for each stretch with one fate, in the order of addresses; no route decides about what is left out. */
export function forEachFate(tables: Tables, part: Part, t: number, visit: Visitor): void {
  const { layout, hops } = tables;
  const ownSlot = layout.ownSlot[layout.tableVpc[t]];
  sweep(part, t, (lo, hi, row) => {
    expand(tables, part, hops.fate(part.decisions.hop[row], ownSlot), lo, hi, visit);
  });
}

type Visitor = (lo: number, hi: number, fate: number) => void;

/**
 * Calls `visit` with the stretch, or, where a detour sends it on by another table of the VPC, with each part of it about
 * which that table says one thing: what is dropped there is lost, and what a peering takes from there is meant for its far
 * VPC or lost too.
 */
export function expand(
  tables: Tables,
  part: Part,
  fate: number,
  lo: number,
  hi: number,
  visit: Visitor,
): void {
  if (!isThrough(fate)) {
    visit(lo, hi, fate);
    return;
  }
  const { starts, fates } = onward(tables, part, THROUGH - fate);
  for (let k = indexOf(starts, lo); k < starts.length && starts[k] <= hi; k++) {
    const last = k + 1 < starts.length ? Math.min(hi, starts[k + 1] - 1) : hi;
    visit(Math.max(lo, starts[k]), last, fates[k]);
  }
}

const known = new WeakMap<Part, Map<number, Segments>>();

/** What the table makes of packets that a detour sends on by it; kept until it is forgotten. */
function onward({ layout, hops }: Tables, part: Part, t: number): Segments {
  let tables = known.get(part);
  if (tables === undefined) {
    tables = new Map();
    known.set(part, tables);
  }
  let segments = tables.get(t);
  if (segments === undefined) {
    const ownSlot = layout.ownSlot[layout.tableVpc[t]];
    segments = gather((visit) =>
      sweep(part, t, (lo, hi, row) => {
        const fate = hops.fate(part.decisions.hop[row], ownSlot);
        visit(lo, hi, fate === DROP ? DROP : fate >= 0 ? TURN_IN - fate : AROUND);
      }),
    );
    tables.set(t, segments);
  }
  return segments;
}

/** Returns the index of the last start that is not above the place. O(log starts). */
export function indexOf(starts: ArrayLike<number>, place: number): number {
  let low = 0;
  let high = starts.length;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] <= place) low = middle;
    else high = middle;
  }
  return low;
}
