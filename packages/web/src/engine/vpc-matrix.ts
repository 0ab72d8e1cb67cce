import type { Network, PairVerdict, Reach } from "@twoway/sim";
import { cellOf, MAX_SIDE, type MatrixView, RANKED, rankOf, SELF } from "./matrix-view.ts";

/**
 * How many pairs of subnets are looked at for a matrix of VPCs, some seconds' worth: a pair costs some ten nanoseconds
 * where the arrays decide about all, and microseconds beside hubs and other detours.
 */
const MAX_PAIRS = { direct: 40_000_000, followed: 1_000_000 };

/**
 * The verdicts of all ordered pairs of VPCs: the worst of the pairs of their subnets, partial where another pair fares
 * better. A VPC with one subnet or none has no pairs of its own. Names are `region/VPC`. Empty where there are too many VPCs,
 * or too many pairs to look at. O(pairs that are not unreachable throughout), and O(VPCs²) bytes.
 */
export function vpcMatrix(reach: Reach, network: Network): MatrixView {
  const vpcs = [...network.vpcs.values()];
  const side = vpcs.length;
  const names = vpcs.map(({ id, region }) => ({ vpc: region, subnet: id }));
  const empty = { level: "vpcs", subnets: names, places: [], flips: new Map() } as const;
  if (side > MAX_SIDE) return { ...empty, cells: new Uint8Array(0) };
  const index = new Map(vpcs.map(({ id }, i) => [id, i]));
  const vpcOf = Uint32Array.from(reach.subnets, ({ vpc }) => index.get(vpc)!);
  const sizes = new Uint32Array(side);
  for (const v of vpcOf) sizes[v]++;
  // of the pairs that were listed: how many, the worst and the best, by rank
  const count = new Uint32Array(side * side);
  const worst = new Uint8Array(side * side).fill(255);
  const best = new Uint8Array(side * side);
  let left = reach.direct ? MAX_PAIRS.direct : MAX_PAIRS.followed;
  for (const pair of reach.pairs()) {
    if (left-- === 0) return { ...empty, cells: new Uint8Array(0) };
    const place = vpcOf[pair.from] * side + vpcOf[pair.to];
    count[place]++;
    const rank = rankOf(pair);
    if (rank < worst[place]) worst[place] = rank;
    if (rank > best[place]) best[place] = rank;
  }
  const cells = new Uint8Array(side * side);
  for (let a = 0; a < side; a++) {
    for (let b = 0; b < side; b++) {
      const place = a * side + b;
      const all = a === b ? sizes[a] * (sizes[a] - 1) : sizes[a] * sizes[b];
      if (all === 0) cells[place] = SELF;
      else cells[place] = cellOf(summary(count[place] < all ? 0 : worst[place], best[place]));
    }
  }
  return { ...empty, cells };
}

/** Ranks are twice the place of a verdict from the worst to the best, and one more where a part fares better. */
function summary(worst: number, best: number): PairVerdict {
  return { verdict: RANKED[worst >> 1], partial: best > worst || worst % 2 === 1 };
}
