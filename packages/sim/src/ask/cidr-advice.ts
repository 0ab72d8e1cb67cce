import { Prefix, Trie } from "@twoway/core";
import { IPv4CidrRange } from "ip-num";
import { type Network, overlapOf, type Vpc } from "../model/network.ts";

/** Where to renumber to, when two VPCs can never be joined because their ranges overlap. */
export interface CidrAdvice {
  /** The VPC to renumber. */
  readonly vpc: string;
  /** The range it has now, and the one of the other VPC that it overlaps. */
  readonly range: string;
  readonly other: { readonly vpc: string; readonly range: string };
  /** Ranges of the same size that this cloud gives out and that no VPC of the network uses; may be empty. */
  readonly free: readonly string[];
}

/** How many ranges are proposed. */
const PROPOSED = 3;
/** A block is walked over by at most so many ranges. */
const MAX_STEPS = 100_000;

/**
 * Returns advice for the pair; undefined when their IPv4 ranges do not overlap. The second VPC is renumbered unless it
 * has more peerings than the first. The walk is by ip-num's ranges, one for each block in use, not by its pool, which
 * hands out ranges address by address. O(used ranges).
 */
export function cidrAdvice(network: Network, a: Vpc, b: Vpc): CidrAdvice | undefined {
  const ranges = overlapOf(a, b);
  if (a.id === b.id || ranges === undefined || ranges[0].family === 6) return undefined;
  const [mine, theirs] = ranges;
  const moveFirst = peeringsOf(network, a) < peeringsOf(network, b);
  const [vpc, range, stays, other] = moveFirst ? [a, mine, b, theirs] : [b, theirs, a, mine];
  return {
    vpc: vpc.id,
    range: `${range}`,
    other: { vpc: stays.id, range: `${other}` },
    free: freeRanges(network, vpc, range.bits),
  };
}

function peeringsOf(network: Network, vpc: Vpc): number {
  return [...network.peerings.values()].filter(
    ({ requester, accepter }) => requester.vpc === vpc.id || accepter.vpc === vpc.id,
  ).length;
}

function freeRanges(network: Network, { profile }: Vpc, bits: number): string[] {
  const used = new Trie();
  for (const { cidrs, secondary } of network.vpcs.values())
    for (const cidr of [...cidrs, ...secondary]) if (cidr.family === 4) used.insert(cidr, 1);
  const found: string[] = [];
  for (const { block, from, to } of privateBlocks(profile.vpcBlocks)) {
    if (bits < from || bits > to) continue;
    const whole = Prefix.parse(block);
    let next: Prefix | undefined = Prefix.from(whole.address, bits);
    for (let step = 0; step < MAX_STEPS && next !== undefined && whole.covers(next); step++) {
      const [around] = used.supernets(next);
      if (around === undefined && !used.overlaps(next)) {
        found.push(`${next}`);
        if (found.length === PROPOSED) return found;
      }
      next = slotBehind(around?.prefix ?? next, bits);
    }
  }
  return found;
}

/** A cloud that gives out anything is still asked for private space. */
function privateBlocks(
  blocks: readonly { readonly block: string; readonly from: number; readonly to: number }[],
): readonly { readonly block: string; readonly from: number; readonly to: number }[] {
  return blocks.flatMap(({ block, from, to }) =>
    block === "0.0.0.0/0"
      ? ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((own) => ({ block: own, from, to }))
      : [{ block, from, to }],
  );
}

/** Returns the first range of this length behind the block; undefined at the end of the address space. */
function slotBehind(block: Prefix, bits: number): Prefix | undefined {
  const range = IPv4CidrRange.fromCidr(`${block}`);
  if (!range.hasNextRange()) return undefined;
  const first = range.nextRange()?.getFirst();
  return first === undefined ? undefined : Prefix.parse(`${first}/${bits}`);
}
