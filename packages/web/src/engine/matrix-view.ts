import type { Change, PairVerdict, Reach, SubnetName, Verdict } from "@twoway/sim";
import { nameText } from "./change-view.ts";

/** The verdicts of all ordered pairs of subnets, as one array that moves to the page without being copied. */
export interface MatrixView {
  /** In the order of the network, so that those of a VPC stand together. */
  readonly subnets: readonly SubnetName[];
  /** `cells[from * subnets.length + to]`, read by `verdictOf`. Empty where there are too many subnets. */
  readonly cells: Uint8Array<ArrayBuffer>;
  /** The pairs that changes or a plan flipped: the place of each in `cells`, and the cell that it was. */
  readonly flips: ReadonlyMap<number, number>;
}

/** The array has the square of it in bytes: 25 MB. */
export const MAX_SIDE = 5000;

/** A cell is an index of this, and `PARTIAL` where other addresses fare better; `SELF` on the diagonal. */
const ORDER: readonly Verdict[] = ["unreachable", "return-only", "forward-only", "unknown", "two-way"];
const PARTIAL = 8;
export const SELF = 16;

/** Returns what a cell says; undefined on the diagonal, where no pair is. */
export function verdictOf(cell: number): PairVerdict | undefined {
  if (cell === SELF) return undefined;
  return { verdict: ORDER[cell & ~PARTIAL], partial: (cell & PARTIAL) !== 0 };
}

export function cellOf({ verdict, partial }: PairVerdict): number {
  return ORDER.indexOf(verdict) | (partial ? PARTIAL : 0);
}

/** O(subnets²) bytes, and the pairs that are not unreachable throughout. */
export function matrixView(reach: Reach, { pairs }: Pick<Change, "pairs">): MatrixView {
  const { subnets } = reach;
  const side = subnets.length;
  if (side > MAX_SIDE) return { subnets, cells: new Uint8Array(0), flips: new Map() };
  const cells = new Uint8Array(side * side);
  for (let i = 0; i < side; i++) cells[i * side + i] = SELF;
  for (const pair of reach.pairs()) cells[pair.from * side + pair.to] = cellOf(pair);
  const places = new Map(subnets.map((name, i) => [nameText(name), i]));
  const flips = new Map<number, number>();
  for (const { from, to, before } of pairs) {
    const [row, column] = [places.get(nameText(from)), places.get(nameText(to))];
    if (row !== undefined && column !== undefined) flips.set(row * side + column, cellOf(before));
  }
  return { subnets, cells, flips };
}
