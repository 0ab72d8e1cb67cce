import type { Routes } from "../model/routes.ts";
import type { Axis } from "./axis.ts";

/** A table of a hub as a line of places, cut into stretches without the nesting of its routes. */
export interface Line {
  /** The first place of each stretch, ascending from 0; the last one goes on to the end. */
  readonly starts: ArrayLike<number>;
  /** What the table does with a packet for each of them, as who made the line numbers it. */
  readonly turns: ArrayLike<number>;
}

/**
 * Cuts the enabled routes of one family into stretches; the longest destination decides, and `nothing` where there is none.
 * `turns` has what each target comes to, and `join` says what two routes to one destination come to (S17). O(routes).
 */
export function lineOf(
  routes: Routes,
  axis: Axis,
  turns: readonly number[],
  nothing: number,
  join: (a: number, b: number) => number,
): Line {
  const starts: number[] = [0];
  const found: number[] = [nothing];
  const put = (start: number, turn: number): void => {
    if (starts[starts.length - 1] === start) found[found.length - 1] = turn;
    else {
      starts.push(start);
      found.push(turn);
    }
  };
  const open: { readonly last: number; readonly turn: number }[] = [];
  const close = (): void => {
    const next = open.pop()!.last + 1;
    if (next < 2 ** 32) put(next, open.at(-1)?.turn ?? nothing);
  };
  const [begin, end] = axis.family === 4 ? [0, routes.size4] : [routes.size4, routes.size];
  let turn = nothing;
  let [first, last] = [-1, -1];
  const add = (): void => {
    if (first < 0) return;
    while (open.length > 0 && open[open.length - 1].last < first) close();
    put(first, turn);
    open.push({ last, turn });
  };
  for (let row = begin; row < end; row++) {
    if (routes.enabled[row] === 0) continue;
    const here = turns[routes.target[row]];
    const [lo, hi] = endsOf(routes, row, axis);
    if (lo === first && hi === last) {
      turn = join(turn, here);
      continue;
    }
    add();
    [first, last, turn] = [lo, hi, here];
  }
  add();
  while (open.length > 0) close();
  return { starts: Uint32Array.from(starts), turns: Int32Array.from(found) };
}

function endsOf(routes: Routes, row: number, axis: Axis): readonly [number, number] {
  if (axis.family === 4) {
    const address = routes.address[row];
    return [address, address + 2 ** (32 - routes.bits[row]) - 1];
  }
  const { address, last } = routes.destination(row);
  return [axis.first(address), axis.last(last)];
}
