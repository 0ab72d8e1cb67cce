import { apply } from "../model/control.ts";
import type { Network } from "../model/network.ts";
import type { LossRange } from "./loss-range.ts";
import type { Reach } from "./reach.ts";
import { type Edit, editsBetween, editTouching, makeEdits, opensGroups, type Touched } from "./transition.ts";

/** Losses beside filters: each is made, the pairs that it touches are judged after and before, and it is taken back. */

/** Ordered pairs that are two-way before and not after, and the other way round. */
interface Flips {
  readonly broken: number;
  readonly opened: number;
}

/** Tries each deletion of the range; `anew` counts what the arrays cannot follow. */
export function filteredPeeringLosses(
  reach: Reach,
  { from, to }: LossRange,
  onTried: (losses: number) => void,
  anew: (after: Network) => Flips,
): { readonly losses: (Flips & { readonly peering: string })[]; readonly tried: number } {
  const { network, compiled } = reach;
  const losses: (Flips & { readonly peering: string })[] = [];
  let number = 0;
  let tried = 0;
  for (const [id, { state }] of network.peerings) {
    if (state === "DELETED") continue;
    const here = number++;
    if (here < from || here >= to) continue;
    onTried(++tried);
    const outcome = apply(network, { kind: "delete-peering", peering: id, as: undefined }, "");
    if (outcome.kind === "refused") continue;
    const edits = editsBetween(compiled, network, outcome.network);
    const isFollowed = edits !== undefined && !opensGroups(network, edits);
    const loss = isFollowed ? flipsBy(reach, edits, outcome.network) : anew(outcome.network);
    if (loss.broken > 0) losses.push({ peering: id, ...loss });
  }
  return { losses, tried };
}

/** Makes the edits, after which the network is `after`, counts what they flip, and takes them back. */
export function flipsBy(reach: Reach, edits: readonly Edit[], after: Network): Flips {
  const before = reach.network;
  const { undo, touched } = editTouching(reach, edits, after);
  const isTwoWay = ({ from, to }: Touched): boolean => reach.verdict(from, to).verdict === "two-way";
  const now = touched.map(isTwoWay);
  makeEdits(reach.compiled, undo, () => {});
  reach.settle(before);
  let [broken, opened] = [0, 0];
  for (const [i, pair] of touched.entries()) {
    const was = isTwoWay(pair);
    if (was && !now[i]) broken++;
    if (!was && now[i]) opened++;
  }
  return { broken, opened };
}
