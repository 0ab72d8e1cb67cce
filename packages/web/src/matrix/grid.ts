import type { SubnetName } from "@twoway/sim";
import { cellOf, type MatrixView, SELF } from "../engine/matrix-view.ts";

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

/** The lines that are seen at least in part, the end not included. */
export interface Window {
  readonly first: number;
  readonly end: number;
}

/** Returns which of `count` lines of one size are seen through an opening of `extent` that begins at `scroll`. */
export function windowOf(scroll: number, extent: number, size: number, count: number): Window {
  const first = Math.min(Math.max(Math.floor(scroll / size), 0), count);
  const end = Math.min(Math.max(Math.ceil((scroll + extent) / size), first), count);
  return { first, end };
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

/** Returns the pairs whose cell is wanted, as `from * side + to`, in order. O(rows × columns). */
export function pairsOf(
  { subnets, cells }: MatrixView,
  rows: readonly number[],
  columns: readonly number[],
  isWanted: (cell: number) => boolean,
): Uint32Array {
  const wanted = Uint8Array.from({ length: SELF }, (_, cell) => (isWanted(cell) ? 1 : 0));
  const pairs = new Uint32Array(rows.length * columns.length);
  let count = 0;
  for (const row of rows) {
    const base = row * subnets.length;
    for (const column of columns) if (wanted[cells[base + column]] === 1) pairs[count++] = base + column;
  }
  return pairs.slice(0, count);
}

/** Browsers draw nothing beyond some ten million pixels. */
const MAX_HEIGHT = 8_000_000;

/** A list of lines of one size that may be longer than a browser can scroll. */
export interface LongList {
  readonly count: number;
  readonly size: number;
  /** Of the opening. */
  readonly extent: number;
}

/** Returns the height to be scrolled: all lines, or as much as browsers can. */
export function heightOf({ count, size }: LongList): number {
  return Math.min(count * size, MAX_HEIGHT);
}

/** Returns the lines that are seen, and how far above the opening the first of them begins. */
export function linesAt(list: LongList, scroll: number): Window & { readonly above: number } {
  const { count, size, extent } = list;
  const height = heightOf(list);
  // where the height is cut, a pixel stands for more than a pixel
  const room = Math.max(height - extent, 1);
  const real = height === count * size ? scroll : (scroll / room) * (count * size - extent);
  const window = windowOf(real, extent, size, count);
  return { ...window, above: real - window.first * size };
}

/** Returns the scroll position at which the line stands first. */
export function scrollToLine(list: LongList, line: number): number {
  const { count, size, extent } = list;
  const height = heightOf(list);
  if (height === count * size) return line * size;
  return ((line * size) / (count * size - extent)) * Math.max(height - extent, 1);
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
