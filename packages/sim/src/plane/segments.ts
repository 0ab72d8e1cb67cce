import { DROP } from "./hop.ts";
import type { Part } from "./part.ts";
import { type Reachability, sweep } from "./reachability.ts";

/** A table without its nesting: the line of addresses cut into segments, and the fate of each; neighbours differ. */
export interface Segments {
  /** The first place of each, ascending from 0; the last one goes on to the end. */
  readonly starts: Uint32Array;
  /** As in `hop.ts`. */
  readonly fates: Int32Array;
}

/** Returns the segments of a table. O(routes). */
export function segmentsOf({ layout, hops }: Reachability, part: Part, t: number): Segments {
  const ownSlot = layout.ownSlot[layout.tableVpc[t]];
  const starts: number[] = [];
  const fates: number[] = [];
  const add = (start: number, fate: number): void => {
    if (fates.length > 0 && fates[fates.length - 1] === fate) return;
    starts.push(start);
    fates.push(fate);
  };
  let next = 0;
  sweep(part, t, (lo, hi, row) => {
    if (lo > next) add(next, DROP);
    add(lo, hops.fate(part.decisions.hop[row], ownSlot));
    next = hi + 1;
  });
  if (next < 2 ** 32) add(next, DROP);
  return { starts: Uint32Array.from(starts), fates: Int32Array.from(fates) };
}
