import type { Network, Vpc } from "../model/network.ts";
import { farEnd } from "../model/peering.ts";
import { type PairVerdict, type Reach, reach, type SubnetName } from "./reach.ts";

/** What else a change does: pairs of subnets that fare better or worse behind it. */

export interface PairChange {
  readonly from: SubnetName;
  readonly to: SubnetName;
  readonly before: PairVerdict;
  readonly after: PairVerdict;
}

export interface SideEffects {
  readonly opens: readonly PairChange[];
  readonly breaks: readonly PairChange[];
  /** How many pairs of subnets were looked at, each once. */
  readonly compared: number;
  /** False when there are more pairs than `MAX_PAIRS`, and the lists may lack some. */
  readonly complete: boolean;
}

/** Pairs compared for one change. */
const MAX_PAIRS = 1_000_000;

/**
 * Compares the subnets of the VPCs that differ with those of their neighbours, before and after: nothing else can
 * change. Cost: O(network) to compile what is behind the change, and two table entries for each pair.
 */
export function sideEffects(reachBefore: Reach, after: Network): SideEffects {
  const before = reachBefore.network;
  const reachAfter = reach(after);
  const [places, newPlaces] = [placesOf(reachBefore), placesOf(reachAfter)];
  const changed = changedVpcs(before, after);
  const opens: PairChange[] = [];
  const breaks: PairChange[] = [];
  let compared = 0;
  let complete = true;
  const done = new Set<string>();
  for (const id of changed) {
    const neighbours = [id, ...neighboursOf(before, id), ...neighboursOf(after, id)];
    for (const other of new Set(neighbours)) {
      for (const [from, to] of subnetPairs(after, id, other)) {
        const ends = [nameOf(from), nameOf(to)];
        const key = [...ends].sort().join(" ");
        if (done.has(key)) continue;
        if (compared === MAX_PAIRS) {
          complete = false;
          break;
        }
        done.add(key);
        compared++;
        const [a, b] = ends.map((end) => places.get(end));
        if (a === undefined || b === undefined) continue;
        const was = reachBefore.verdict(a, b);
        const is = reachAfter.verdict(newPlaces.get(ends[0])!, newPlaces.get(ends[1])!);
        if (was.verdict === is.verdict && was.partial === is.partial) continue;
        const change = { from, to, before: was, after: is };
        const gain = score(change.after) - score(change.before);
        if (gain > 0) opens.push(change);
        if (gain < 0) breaks.push(change);
      }
    }
  }
  return { opens, breaks, compared, complete };
}

/** VPCs whose tables or subnets are others, and the ends of peerings that are. */
function changedVpcs(before: Network, after: Network): string[] {
  const vpcs = [...after.vpcs.values()].filter((vpc) => before.vpcs.get(vpc.id) !== vpc).map(({ id }) => id);
  const ends = [...after.peerings.values()]
    .filter((peering) => before.peerings.get(peering.id) !== peering)
    .flatMap(({ requester, accepter }) => [requester.vpc, accepter.vpc]);
  return [...new Set([...vpcs, ...ends])].filter((id) => after.vpcs.has(id));
}

/** Peering is not transitive, so only what a peering joins with the VPC can hear it. */
function neighboursOf(network: Network, vpc: string): string[] {
  return [...network.peerings.values()].flatMap((peering) => {
    const far = farEnd(peering, vpc)?.vpc;
    return far !== undefined && network.vpcs.has(far) ? [far] : [];
  });
}

function* subnetPairs(network: Network, a: string, b: string): Generator<[SubnetName, SubnetName]> {
  const names = (vpc: Vpc | undefined): SubnetName[] =>
    [...(vpc?.subnets.keys() ?? [])].map((subnet) => ({ vpc: vpc!.id, subnet }));
  for (const from of names(network.vpcs.get(a))) {
    for (const to of names(network.vpcs.get(b))) {
      if (from.vpc !== to.vpc || from.subnet !== to.subnet) yield [from, to];
    }
  }
}

function placesOf({ subnets }: Reach): Map<string, number> {
  return new Map(subnets.map((name, i) => [nameOf(name), i]));
}

function nameOf({ vpc, subnet }: SubnetName): string {
  return `${vpc}/${subnet}`;
}

/** How much gets through: one direction counts 2, both 4, a part of the addresses more than none. */
function score({ verdict, partial }: PairChange["before"]): number {
  const worst = { unreachable: 0, "return-only": 2, "forward-only": 2, unknown: 3, "two-way": 4 }[verdict];
  return partial ? worst + 1 : worst;
}
