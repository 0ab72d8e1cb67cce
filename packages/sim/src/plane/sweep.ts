import type { Part } from "./part.ts";

/**
 * Goes over the table in the order of addresses and calls `visit` for each stretch that one row decides. A sweep with
 * the open rows on a stack, each inside the one below it: O(rows).
 */
export function sweep(
  { decisions: { lo, hi, at, length } }: Part,
  t: number,
  visit: (lo: number, hi: number, row: number) => void,
): void {
  const open = OPEN[level] ?? new Uint32Array(MOST);
  OPEN[level++] = open;
  const end = at[t] + length[t];
  let depth = 0;
  let cursor = 0;
  for (let row = at[t]; row < end; row++) {
    const from = lo[row];
    while (depth > 0 && hi[open[depth - 1]] < from) {
      const top = open[--depth];
      if (cursor <= hi[top]) visit(cursor, hi[top], top);
      cursor = hi[top] + 1;
    }
    if (depth > 0 && cursor < from) visit(cursor, from - 1, open[depth - 1]);
    cursor = from;
    open[depth++] = row;
  }
  while (depth > 0) {
    const top = open[--depth];
    if (cursor <= hi[top]) visit(cursor, hi[top], top);
    cursor = hi[top] + 1;
  }
  level--;
}

/** At most one open row for each prefix length, and the own range beside an unknown table. */
const MOST = 140;
/** Scratch of the sweeps that are under way: `visit` may sweep too. */
const OPEN: Uint32Array[] = [];
let level = 0;
