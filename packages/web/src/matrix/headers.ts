import type { MatrixView } from "../engine/matrix-view.ts";
import type { Group } from "./grid.ts";

/** How much room the names take: VPCs outside, subnets inside. A name that has no room is 0. */
export interface Headers {
  readonly rowVpc: number;
  readonly rowSubnet: number;
  readonly columnVpc: number;
  readonly columnSubnet: number;
}

/** A letter of the headers' text, at most. */
const LETTER = 6.6;
/** A line of text needs so much. */
const LINE = 12;
const MAX = { rowVpc: 150, rowSubnet: 130, columnVpc: 90, columnSubnet: 80 };
/** The height of the line of VPCs while their names lie. */
export const LYING = 22;

/**
 * Returns how much room the names of rows and columns take: as much as the longest needs, and no more than the rest can
 * spare. Names of VPCs stand upright above the columns where one of them has no room to lie.
 */
export function headersOf(
  { subnets }: MatrixView,
  rows: readonly number[],
  columns: readonly Group[],
  shown: readonly number[],
  cell: number,
): Headers {
  const longest = (places: readonly number[], part: "vpc" | "subnet"): number =>
    places.reduce((length, i) => Math.max(length, subnets[i][part].length), 0) * LETTER;
  const hasNames = cell >= LINE;
  const lie = columns.every(({ vpc, start, end }) => vpc.length * LETTER + 8 <= (end - start) * cell);
  return {
    rowVpc: Math.min(longest(rows, "vpc") + 20, MAX.rowVpc),
    rowSubnet: hasNames ? Math.min(longest(rows, "subnet") + 14, MAX.rowSubnet) : 0,
    columnVpc: lie ? LYING : Math.min(longest(shown, "vpc") + 18, MAX.columnVpc),
    columnSubnet: hasNames ? Math.min(longest(shown, "subnet") + 16, MAX.columnSubnet) : 0,
  };
}
