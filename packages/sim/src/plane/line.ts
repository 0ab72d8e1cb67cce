import { type Address, address4, address6, type Family, type Prefix } from "@twoway/core";
import type { Routes } from "../model/routes.ts";
import { after } from "./spans.ts";

/** A table of either kind as a line of addresses, cut into stretches without the nesting of its routes. */
export interface Line {
  /** The first address of each stretch, ascending from the first of the family; the last one goes on to the end. */
  readonly starts: readonly Address[];
  /** What the table does with a packet for each of them, as who made the line numbers it. */
  readonly turns: readonly number[];
}

/** A destination, and what the table does with packets for it. */
export interface Row {
  readonly destination: Prefix;
  readonly turn: number;
}

/**
 * Returns the destinations of these rows of a table, in its order and each once: `turns` has what each target comes to,
 * and `join` says what two routes to one destination come to (S17).
 */
export function rowsOf(
  routes: Routes,
  picked: readonly number[],
  turns: readonly number[],
  join: (a: number, b: number) => number,
): Row[] {
  const rows: Row[] = [];
  for (const i of picked) {
    const destination = routes.destination(i);
    const turn = turns[routes.target[i]];
    const last = rows.at(-1);
    if (last?.destination.equals(destination)) {
      rows[rows.length - 1] = { destination, turn: join(last.turn, turn) };
    } else rows.push({ destination, turn });
  }
  return rows;
}

/** Cuts the rows of one family into stretches; the longest destination decides, and `nothing` where there is none. */
export function lineOf(rows: readonly Row[], family: Family, nothing: number): Line {
  const starts: Address[] = [family === 4 ? address4(0) : address6(0n)];
  const turns = [nothing];
  const put = (start: Address, turn: number): void => {
    if (starts[starts.length - 1] === start) turns[turns.length - 1] = turn;
    else {
      starts.push(start);
      turns.push(turn);
    }
  };
  const open: Row[] = [];
  const close = (): void => {
    const next = after(open.pop()!.destination.last);
    if (next !== undefined) put(next, open.at(-1)?.turn ?? nothing);
  };
  for (const row of rows) {
    if (row.destination.family !== family) continue;
    while (open.length > 0 && open[open.length - 1].destination.last < row.destination.address) close();
    put(row.destination.address, row.turn);
    open.push(row);
  }
  while (open.length > 0) close();
  return { starts, turns };
}

/** Returns the index of the stretch that holds the address. O(log stretches). */
export function stretchAt({ starts }: Line, address: Address): number {
  let low = 0;
  let high = starts.length;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] <= address) low = middle;
    else high = middle;
  }
  return low;
}
