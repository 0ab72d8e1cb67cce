import type { Change, PairVerdict, Reach, SubnetName, Verdict } from "@twoway/sim";
import { nameText } from "./change-view.ts";

/** The verdicts of all ordered pairs of subnets, as one array that moves to the page without being copied. */
export interface MatrixView {
  /** What a row is: a subnet, or a whole VPC where there are too many subnets. */
  readonly level: "subnets" | "vpcs";
  /** In the order of the network, so that those of a VPC stand together; of VPCs their regions and ids. */
  readonly subnets: readonly SubnetName[];
  /** The place of each in `Reach.subnets`; none of VPCs. */
  readonly places: readonly number[];
  /** `cells[from * subnets.length + to]`, read by `verdictOf`. Empty where there are too many subnets. */
  readonly cells: Uint8Array<ArrayBuffer>;
  /** The pairs that changes or a plan flipped: the place of each in `cells`, and the cell that it was. */
  readonly flips: ReadonlyMap<number, number>;
}

/** Above so many subnets a matrix is one of VPCs: the array has the square of it in bytes, 25 MB. */
export const MAX_SIDE = 5000;

/** A cell is an index of this, and `PARTIAL` where other addresses fare better; `SELF` on the diagonal. */
const ORDER: readonly Verdict[] = ["unreachable", "return-only", "forward-only", "unknown", "two-way"];
const PARTIAL = 8;
export const SELF = 16;

/** Verdicts from the worst to the best, in the order in which a set of pairs takes the worst of them. */
export const RANKED: readonly Verdict[] = ORDER;

/** Returns twice the place of the verdict from the worst to the best, and one more where a part fares better. */
export function rankOf({ verdict, partial }: PairVerdict): number {
  return 2 * ORDER.indexOf(verdict) + (partial ? 1 : 0);
}

/** Returns what a cell says; undefined on the diagonal, where no pair is. */
export function verdictOf(cell: number): PairVerdict | undefined {
  if (cell === SELF) return undefined;
  return { verdict: ORDER[cell & ~PARTIAL], partial: (cell & PARTIAL) !== 0 };
}

export function cellOf({ verdict, partial }: PairVerdict): number {
  return ORDER.indexOf(verdict) | (partial ? PARTIAL : 0);
}

/**
 * The verdicts of all subnets, or of those of some VPCs. O(subnets²) bytes, and the pairs that are not unreachable
 * throughout; at most `MAX_SIDE` subnets.
 */
export function matrixView(
  reach: Reach,
  { pairs }: Pick<Change, "pairs">,
  vpcs?: readonly string[],
): MatrixView {
  const places = [...reach.subnets.keys()].filter((i) => vpcs?.includes(reach.subnets[i].vpc) ?? true);
  const subnets = places.map((i) => reach.subnets[i]);
  const side = subnets.length;
  const rows = new Uint32Array(reach.subnets.length);
  for (const [row, place] of places.entries()) rows[place] = row;
  const cells = new Uint8Array(side * side);
  for (let i = 0; i < side; i++) cells[i * side + i] = SELF;
  for (const pair of reach.pairs(vpcs === undefined ? {} : { from: places, to: places }))
    cells[rows[pair.from] * side + rows[pair.to]] = cellOf(pair);
  const named = new Map(subnets.map((name, i) => [nameText(name), i]));
  const flips = new Map<number, number>();
  for (const { from, to, before } of pairs) {
    const [row, column] = [named.get(nameText(from)), named.get(nameText(to))];
    if (row !== undefined && column !== undefined) flips.set(row * side + column, cellOf(before));
  }
  return { level: "subnets", subnets, places, cells, flips };
}
