import { type Address, type Address4, type Address6, type Family, Prefix } from "@twoway/core";
import { isUsable, type Span, type Subnet, subnetAt, usableSpans, type Vpc } from "../model/network.ts";

/** Addresses of one subnet, the n-th of its VPC. */
export interface SubnetSpan extends Span {
  readonly n: number;
}

/** Which addresses of a VPC's subnets a host can have, and which of them a packet can come to. All ascending. */
export interface VpcSpans {
  /** What a host can have (S16): a subnet means these. */
  readonly usable: readonly SubnetSpan[];
  /** What a packet comes to that is in the VPC: all of it, unless subnets overlap. */
  readonly inside: readonly SubnetSpan[];
  /** What a packet comes to that crosses a peering: what lies in the CIDRs that the peering carries (S8). */
  readonly carried: readonly SubnetSpan[];
  /** No two spans share an address. */
  readonly disjoint: boolean;
}

/** Returns the spans of one family. O(subnets log subnets), and their square where subnets overlap. */
export function spansOf(vpc: Vpc, family: Family): VpcSpans {
  const usable: SubnetSpan[] = [];
  let n = 0;
  let ordered = true;
  for (const subnet of vpc.subnets.values()) {
    for (const span of usableSpans(vpc, subnet, family)) {
      ordered &&= usable.length === 0 || usable[usable.length - 1].last < span.first;
      usable.push({ first: span.first, last: span.last, n });
    }
    n++;
  }
  if (!ordered) usable.sort(byPlace);
  const disjoint = ordered || usable.every((span, i) => i === 0 || usable[i - 1].last < span.first);
  const subnets = [...vpc.subnets.values()];
  // a block around another may also hold what only the other one's hosts have
  const inside =
    disjoint && !subnetsOverlap(subnets, family)
      ? usable
      : usable.flatMap((span) => cutTo(span, edgesOf(vpc, family), (at) => arrives(vpc, at))).sort(byPlace);
  const carries = carriedCidrs(vpc);
  const isCarried = subnets.every(({ cidrs }) =>
    cidrs.every((block) => block.family !== family || carries.some((cidr) => cidr.covers(block))),
  );
  const carried = isCarried
    ? inside
    : inside
        .flatMap((span) =>
          cutTo(
            span,
            carries.flatMap((cidr) => (cidr.family === family ? [cidr.address, after(cidr.last)] : [])),
            (at) => carries.some((cidr) => cidr.contains(at)),
          ),
        )
        .sort(byPlace);
  return { usable, inside, carried, disjoint };
}

function byPlace(a: SubnetSpan, b: SubnetSpan): number {
  return a.first < b.first ? -1 : a.first > b.first ? 1 : a.n - b.n;
}

/** Returns the CIDRs that a peering delivers into. */
export function carriedCidrs({ profile, cidrs, secondary }: Vpc): Vpc["cidrs"] {
  return profile.carriesSecondary ? [...cidrs, ...secondary] : cidrs;
}

/**
 * Returns the pieces of the span that `keep` chooses, where its answer can change at the edges only. An edge behind the
 * last address of the family is undefined.
 */
export function cutTo<S extends Span>(
  span: S,
  edges: readonly (Address | undefined)[],
  keep: (address: Address) => boolean,
): S[] {
  const inner = edges.filter((edge) => edge !== undefined && edge > span.first && edge <= span.last);
  const starts = [...new Set([span.first, ...(inner as Address[])])].sort((a, b) => (a < b ? -1 : 1));
  return starts.flatMap((first, i) => {
    const last = i + 1 < starts.length ? before(starts[i + 1]) : span.last;
    return keep(first) ? [{ ...span, first, last }] : [];
  });
}

/** Reports whether a packet for the address that is in the VPC comes to a host. */
function arrives(vpc: Vpc, address: Address): boolean {
  const subnet = subnetAt(vpc, address);
  return subnet !== undefined && isUsable(vpc, subnet, address);
}

/** Every address at which a subnet, or what is usable of one, begins, and those behind their ends. */
function edgesOf(vpc: Vpc, family: Family): (Address | undefined)[] {
  return [...vpc.subnets.values()].flatMap((subnet) => [
    ...subnet.cidrs
      .filter((cidr) => cidr.family === family)
      .flatMap((cidr) => [cidr.address, after(cidr.last)]),
    ...usableSpans(vpc, subnet, family).flatMap(({ first, last }) => [first, after(last)]),
  ]);
}

function subnetsOverlap(subnets: readonly Subnet[], family: Family): boolean {
  const blocks: Prefix[] = [];
  let ordered = true;
  for (const { cidrs } of subnets) {
    for (const block of cidrs) {
      if (block.family !== family) continue;
      ordered &&= blocks.length === 0 || blocks[blocks.length - 1].last < block.address;
      blocks.push(block);
    }
  }
  if (ordered) return false;
  blocks.sort(Prefix.compare);
  return blocks.some((block, i) => i > 0 && blocks[i - 1].overlaps(block));
}

/** Returns the next address; undefined behind the last one of the family. */
export function after(address: Address): Address | undefined {
  if (typeof address === "number") return address === 0xffffffff ? undefined : ((address + 1) as Address4);
  return BigInt.asUintN(128, address + 1n) === 0n ? undefined : ((address + 1n) as Address6);
}

/** Returns the address before one that is not the first of its family. */
export function before(address: Address): Address {
  return (typeof address === "number" ? address - 1 : address - 1n) as Address;
}
