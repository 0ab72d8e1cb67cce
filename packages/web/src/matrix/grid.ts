import type { SubnetName } from "@twoway/sim";
import { cellOf, type MatrixView, SELF } from "../engine/matrix-view.ts";
import type { Window } from "../parts/long-list.ts";

/** Which part of a matrix is looked at: pure arithmetic of rows, columns and windows, without a screen. */

/** Some of the subnets of one VPC that stand side by side. */
export interface Group {
  readonly vpc: string;
  /** Places in the list that is shown, the end not included. */
  readonly start: number;
  readonly end: number;
}

/** Returns the indices of the subnets whose `vpc/subnet` holds every word of the text, in their order. */
export function matching(subnets: readonly SubnetName[], text: string): number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found: number[] = [];
  for (const [i, { vpc, subnet }] of subnets.entries()) {
    const name = `${vpc}/${subnet}`.toLowerCase();
    if (words.every((word) => name.includes(word))) found.push(i);
  }
  return found;
}

/** Returns the groups of a list of subnets; those of one VPC stand together in it. */
export function groupsOf(subnets: readonly SubnetName[], shown: readonly number[]): Group[] {
  const groups: { vpc: string; start: number; end: number }[] = [];
  for (const [place, i] of shown.entries()) {
    const { vpc } = subnets[i];
    const last = groups.at(-1);
    if (last?.vpc === vpc) last.end = place + 1;
    else groups.push({ vpc, start: place, end: place + 1 });
  }
  return groups;
}

/** Returns the groups that a window shows something of. */
export function groupsIn(groups: readonly Group[], { first, end }: Window): Group[] {
  return groups.filter((group) => group.end > first && group.start < end);
}

/** Returns the scroll position nearest to `scroll` at which the line is seen whole. */
export function scrollTo(line: number, scroll: number, extent: number, size: number): number {
  const top = line * size;
  if (top < scroll) return top;
  return top + size > scroll + extent ? top + size - extent : scroll;
}

/** Returns how many pairs have each verdict, by `cellOf`. O(rows × columns). */
export function countCells(
  { subnets, cells }: MatrixView,
  rows: readonly number[],
  columns: readonly number[],
): Uint32Array {
  const counts = new Uint32Array(SELF + 1);
  for (const row of rows) {
    const base = row * subnets.length;
    for (const column of columns) counts[cells[base + column]]++;
  }
  return counts;
}

/** Returns how many of the pairs flipped. O(flips + rows + columns). */
export function countFlips(
  { subnets, flips }: MatrixView,
  rows: readonly number[],
  columns: readonly number[],
): number {
  const [down, across] = [new Set(rows), new Set(columns)];
  const isShown = (place: number): boolean =>
    down.has(Math.floor(place / subnets.length)) && across.has(place % subnets.length);
  return [...flips.keys()].filter(isShown).length;
}

/** Returns the pairs whose cell is wanted, as `from * side + to`, in order; of `flips` alone where they are given. O(rows × columns). */
export function pairsOf(
  { subnets, cells }: MatrixView,
  rows: readonly number[],
  columns: readonly number[],
  isWanted: (cell: number) => boolean,
  flips?: MatrixView["flips"],
): Uint32Array {
  const wanted = Uint8Array.from({ length: SELF }, (_, cell) => (isWanted(cell) ? 1 : 0));
  const pairs = new Uint32Array(rows.length * columns.length);
  let count = 0;
  for (const row of rows) {
    const base = row * subnets.length;
    for (const column of columns) {
      const place = base + column;
      if (wanted[cells[place]] === 1 && (flips === undefined || flips.has(place))) pairs[count++] = place;
    }
  }
  return pairs.slice(0, count);
}

/** The verdicts in the order in which a legend lists them. */
export const LEGEND = ["two-way", "forward-only", "return-only", "unreachable", "unknown"] as const;

/** Returns how many pairs have the verdict, and how many of them only in part. */
export function countOf(
  counts: Uint32Array,
  verdict: (typeof LEGEND)[number],
): { readonly all: number; readonly partial: number } {
  const partial = counts[cellOf({ verdict, partial: true })];
  return { all: counts[cellOf({ verdict, partial: false })] + partial, partial };
}
