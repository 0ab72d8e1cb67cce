import { type Family, Prefix } from "@twoway/core";
import type { Gateway, Network, Subnet, Vpc } from "./network.ts";
import { overlapOf } from "./network.ts";
import { farEnd, isCrossRegion, isLive, joins, type Peering } from "./peering.ts";
import type { Profile } from "./profile.ts";
import { refusesOneMore } from "./quota.ts";
import { type Refusal, refuse } from "./refusal.ts";

/**
 * What a cloud's control plane refuses to create. Pure questions about a network: `control` asks them before an action
 * and a strict reader before it accepts a file (S4). Each returns the first rule that is broken, or undefined.
 */

/** Asks whether the VPC's own CIDRs are ones this cloud gives out. */
export function refusesVpc(vpc: Vpc): Refusal | undefined {
  const { profile } = vpc;
  for (const cidr of [...vpc.cidrs, ...vpc.secondary]) {
    // a classic network was never cut from anything
    if (cidr.family === 6 || vpc.classic) continue;
    const block = profile.vpcBlocks.find((allowed) => Prefix.parse(allowed.block).covers(cidr));
    if (block !== undefined && cidr.bits >= block.from && cidr.bits <= block.to) continue;
    const allowed = profile.vpcBlocks.map(
      ({ block, from, to }) => `${block} with a mask of ${from} to ${to}`,
    );
    return refuse(
      profile,
      "vpc-range",
      `${vpc.id} cannot have ${cidr}: ${profile.name} cuts VPCs from ${allowed.join(", ")}`,
      "Choose a block inside these ranges.",
    );
  }
  const all = [...vpc.cidrs, ...vpc.secondary];
  for (const [i, cidr] of all.entries()) {
    const other = all.slice(i + 1).find((later) => later.overlaps(cidr));
    if (other === undefined) continue;
    const message = `${vpc.id} has both ${cidr} and ${other}, which overlap`;
    return refuse(profile, "vpc-range", message, "Choose disjoint CIDRs.");
  }
  return undefined;
}

/**
 * Asks whether the subnet fits into its VPC. `clash` finds a subnet that is there already and shares addresses with a
 * block, with the block it shares.
 */
export function refusesSubnet(
  vpc: Vpc,
  subnet: Subnet,
  clash: (cidr: Prefix) => { readonly id: string; readonly cidr: Prefix } | undefined,
): Refusal | undefined {
  const { profile } = vpc;
  const { from, to } = profile.subnetMask;
  for (const cidr of subnet.cidrs) {
    if (![...vpc.cidrs, ...vpc.secondary].some((own) => own.covers(cidr))) {
      const own = [...vpc.cidrs, ...vpc.secondary].join(", ");
      const message = `subnet ${subnet.id} (${cidr}) does not lie inside ${vpc.id} (${own})`;
      return refuse(profile, "subnet-range", message, "Choose a block inside the VPC.");
    }
    if (cidr.family === 4 && (cidr.bits < from || cidr.bits > to)) {
      const message = `subnet ${subnet.id} (${cidr}) has a mask outside ${from} to ${to}`;
      return refuse(profile, "subnet-range", message, `Choose a mask of ${from} to ${to}.`);
    }
    const other = clash(cidr);
    if (other === undefined) continue;
    const message = `subnet ${subnet.id} (${cidr}) overlaps subnet ${other.id} (${other.cidr})`;
    return refuse(profile, "subnet-overlap", message, "Choose a block that no subnet uses.");
  }
  return undefined;
}

/**
 * Asks whether a route stands in the way of a new secondary CIDR (SPEC 3.1). A route that covers the block is none: the
 * local route wins over it inside, as it does over every default route.
 */
export function refusesCidrOverRoutes(vpc: Vpc, cidr: Prefix): Refusal | undefined {
  const { cidrOverRoutes } = vpc.profile;
  for (const table of vpc.tables.values()) {
    const route = [...(table.routes ?? [])].find(({ destination }) =>
      cidrOverRoutes === "refuse-same" ? cidr.equals(destination) : cidr.covers(destination),
    );
    if (route === undefined) continue;
    const message = `${vpc.id} cannot have ${cidr} while ${table.id} has ${route.destination} -> ${route.target}`;
    return refuse(vpc.profile, "cidr-is-route", message, "Delete that route first, or choose another block.");
  }
  return undefined;
}

/** What is asked for when a peering is to be made, renewed or read from a file. */
export type PeeringDraft = Pick<Peering, "id" | "requester" | "accepter" | "bandwidth">;

/**
 * Asks whether the peering may take its place among the live ones: at create, at enable, and when a file is read (S2).
 * `beside` are the live peerings that touch one of its VPCs, without itself. What stands behind an end that is not part
 * of the network cannot be compared, and is let pass.
 */
export function refusesPeering(
  network: Network,
  profile: Profile,
  draft: PeeringDraft,
  beside: readonly Peering[],
): Refusal | undefined {
  const { requester, accepter } = draft;
  if (requester.vpc === accepter.vpc) {
    const message = `${requester.vpc} cannot be peered with itself`;
    return refuse(profile, "same-vpc", message, "Name two different VPCs.");
  }
  return (
    refusesClassic(network, profile, draft) ??
    refusesBandwidth(network, profile, draft) ??
    refusesEndpoints(network, profile, draft) ??
    refusesPair(profile, draft, beside) ??
    refusesSiblings(network, profile, draft, beside) ??
    refusesQuota(network, profile, draft, beside)
  );
}

/** Asks whether a CIDR that one of the VPCs gained brings the peering into an overlap (S2). */
export function refusesOverlap(
  network: Network,
  profile: Profile,
  draft: PeeringDraft,
  beside: readonly Peering[],
): Refusal | undefined {
  return refusesEndpoints(network, profile, draft) ?? refusesSiblings(network, profile, draft, beside);
}

/** B6, D6: peering joins VPCs and nothing else. */
function refusesClassic(network: Network, profile: Profile, draft: PeeringDraft): Refusal | undefined {
  const ends = [draft.requester, draft.accepter].map(({ vpc }) => network.vpcs.get(vpc));
  const classic = ends.find((end) => end?.classic);
  if (classic === undefined) return undefined;
  const message = `${classic.id} is a classic network, and peering joins VPCs only`;
  return refuse(profile, "classic-network", message, "Move its servers into a VPC, and peer that one.");
}

/** A13, A19, S11; and D1: some profiles have no cross-region peering at all. */
export function refusesBandwidth(
  network: Network,
  profile: Profile,
  draft: PeeringDraft,
): Refusal | undefined {
  const { bandwidth, requester, accepter } = draft;
  if (!network.vpcs.has(requester.vpc) || !network.vpcs.has(accepter.vpc)) return undefined;
  const regions = `${requester.region} and ${accepter.region}`;
  const cap = profile.crossRegionCap;
  if (!isCrossRegion(draft)) {
    if (bandwidth === undefined) return undefined;
    const message = `${draft.id} stays inside ${requester.region}, where bandwidth is unlimited and cannot be set`;
    return refuse(profile, "bandwidth-not-allowed", message, "Leave the bandwidth out.");
  }
  if (!profile.crossRegion) {
    const message = `${draft.id} would join ${regions}, and ${profile.name} has no cross-region peering`;
    return refuse(profile, "cross-region-unavailable", message, "Join the VPCs by a hub (CCN).");
  }
  if (cap === "none") {
    if (bandwidth === undefined) return undefined;
    const message = `${profile.name} sets no cap on a peering, so ${draft.id} cannot have a bandwidth`;
    return refuse(profile, "bandwidth-not-allowed", message, "Leave the bandwidth out.");
  }
  if (bandwidth === undefined) {
    const message = `${draft.id} joins ${regions}, and a cross-region peering needs a bandwidth cap`;
    return refuse(profile, "missing-bandwidth", message, `Add one in Mbps${stepsOf(cap)}.`);
  }
  if (cap !== "any" && !cap.includes(bandwidth)) {
    const message = `${bandwidth} Mbps is not a cap that ${profile.name} offers`;
    return refuse(profile, "bandwidth-step", message, `Choose a cap in Mbps${stepsOf(cap)}.`);
  }
  return undefined;
}

function stepsOf(cap: "any" | readonly number[]): string {
  return cap === "any" ? "" : `: ${cap.join(", ")}`;
}

/** A10, B11. Secondary CIDRs count (S8). */
function refusesEndpoints(network: Network, profile: Profile, draft: PeeringDraft): Refusal | undefined {
  const a = network.vpcs.get(draft.requester.vpc);
  const b = network.vpcs.get(draft.accepter.vpc);
  const overlap = a && b && overlapOf(a, b);
  if (!overlap) return undefined;
  const message = `${a.id} (${overlap[0]}) and ${b.id} (${overlap[1]}) overlap, and overlapping VPCs cannot be peered`;
  return refuse(profile, "endpoints-overlap", message, "Renumber one of the two VPCs.");
}

function refusesPair(profile: Profile, draft: PeeringDraft, beside: readonly Peering[]): Refusal | undefined {
  const { requester, accepter } = draft;
  const twin = beside.find((peering) => joins(peering, requester.vpc, accepter.vpc));
  if (twin === undefined) return undefined;
  const message = `${requester.vpc} and ${accepter.vpc} are joined already by ${twin.id} (${twin.state})`;
  return refuse(
    profile,
    "pair-exists",
    message,
    `Add routes over ${twin.id}; one peering carries all of them.`,
  );
}

/**
 * A11, D10, S3: what two peers of one VPC must not share. Both ends are checked, each by its own cloud's rule (S1); the
 * code is that of the cloud that is asked.
 */
function refusesSiblings(
  network: Network,
  profile: Profile,
  draft: PeeringDraft,
  beside: readonly Peering[],
): Refusal | undefined {
  for (const [near, far] of [
    [draft.requester, draft.accepter],
    [draft.accepter, draft.requester],
  ]) {
    const { siblingOverlap } = network.vpcs.get(near.vpc)?.profile ?? profile;
    if (siblingOverlap === "none") continue;
    const peer = network.vpcs.get(far.vpc);
    for (const sibling of beside) {
      const other = network.vpcs.get(farEnd(sibling, near.vpc)?.vpc ?? "");
      if (peer === undefined || other === undefined || other.id === peer.id) continue;
      const counts = siblingOverlap === "all" || isCrossRegion(draft) || isCrossRegion(sibling);
      const overlap = counts && overlapOf(peer, other);
      if (!overlap) continue;
      const message = `${near.vpc} would have two peers that overlap: ${peer.id} (${overlap[0]}) and ${other.id} (${overlap[1]}, by ${sibling.id})`;
      return refuse(
        profile,
        "siblings-overlap",
        message,
        `Renumber one of them, or delete ${sibling.id} first.`,
      );
    }
  }
  return undefined;
}

/** A14: counted at both ends, PENDING included, each by its own cloud's quota (S1). */
function refusesQuota(
  network: Network,
  profile: Profile,
  draft: PeeringDraft,
  beside: readonly Peering[],
): Refusal | undefined {
  for (const { vpc } of [draft.requester, draft.accepter]) {
    const used = beside.filter((peering) => farEnd(peering, vpc) !== undefined).length;
    const refusal = refusesOneMore(network, network.vpcs.get(vpc)?.profile ?? profile, "peerings", vpc, used);
    if (refusal !== undefined) return { ...refusal, code: profile.codes[refusal.rule] };
  }
  return undefined;
}

/** Returns the live peerings that touch one of the draft's VPCs, without itself. O(peerings). */
export function peeringsBeside(network: Network, draft: PeeringDraft): Peering[] {
  const { requester, accepter } = draft;
  return [...network.peerings.values()].filter(
    (peering) =>
      peering.id !== draft.id &&
      isLive(peering) &&
      (farEnd(peering, requester.vpc) !== undefined || farEnd(peering, accepter.vpc) !== undefined),
  );
}

/** A route as it is asked for. */
export interface RouteDraft {
  readonly destination: Prefix;
  readonly target: string;
}

/**
 * Asks whether the table may have the route. `beside` are the targets of the routes that the table has to the same
 * destination already.
 */
export function refusesRoute(
  network: Network,
  vpc: Vpc,
  table: string,
  route: RouteDraft,
  beside: readonly string[],
): Refusal | undefined {
  const peering = network.peerings.get(route.target);
  const gateway = network.gateways.get(route.target);
  return (
    refusesOwnCidr(vpc, table, route, gateway) ??
    (peering === undefined
      ? refusesNextHop(network, vpc, route.target, gateway)
      : refusesPeeringHop(network, vpc, route, peering)) ??
    refusesDuplicate(network, vpc, table, route, beside)
  );
}

function refusesOwnCidr(
  vpc: Vpc,
  table: string,
  route: RouteDraft,
  gateway: Gateway | undefined,
): Refusal | undefined {
  const own = [...vpc.cidrs, ...vpc.secondary].find((cidr) => cidr.covers(route.destination));
  if (own === undefined) return undefined;
  const appliance = gateway !== undefined && ["nat", "instance", "other"].includes(gateway.kind);
  if (appliance && vpc.profile.routeInsideOwnCidr === "appliance") return undefined;
  const message = `${route.destination} lies inside ${own}, ${vpc.id}'s own range, so ${table} cannot send it elsewhere`;
  return refuse(vpc.profile, "route-inside-own-cidr", message, "Route a destination outside the own VPC.");
}

/**
 * Returns the blocks inside which a route of the VPC may lead to the target, as far as the target decides it; undefined
 * where no route may, or nothing has this id. What lies inside the VPC's own range is another matter.
 */
export function allowedDestinations(
  network: Network,
  vpc: Vpc,
  target: string,
): readonly Prefix[] | undefined {
  const peering = network.peerings.get(target);
  if (peering === undefined) {
    const gateway = network.gateways.get(target);
    return refusesNextHop(network, vpc, target, gateway) === undefined ? EVERYWHERE : undefined;
  }
  if (refusesPeeringTarget(vpc, peering) !== undefined) return undefined;
  return carriedTo(network, vpc, peering)?.carried ?? EVERYWHERE;
}

const EVERYWHERE = [Prefix.parse("0.0.0.0/0"), Prefix.parse("::/0")];

function refusesNextHop(
  network: Network,
  vpc: Vpc,
  target: string,
  gateway: Gateway | undefined,
): Refusal | undefined {
  if (gateway?.vpc === vpc.id) return undefined;
  const hub = network.hubs?.get(target);
  if (hub !== undefined) {
    if ([...hub.attachments.values()].some((attachment) => attachment.vpc === vpc.id)) return undefined;
    const message = `${hub.id} has no attachment of ${vpc.id}`;
    return refuse(vpc.profile, "route-next-hop", message, `Attach ${vpc.id} to ${hub.id} first.`);
  }
  const message =
    gateway === undefined
      ? `${target} does not exist`
      : `${target} belongs to ${gateway.vpc}, not to ${vpc.id}`;
  return refuse(vpc.profile, "route-next-hop", message, "Route to a peering or gateway of this VPC.");
}

function refusesPeeringHop(
  network: Network,
  vpc: Vpc,
  route: RouteDraft,
  peering: Peering,
): Refusal | undefined {
  const refusal = refusesPeeringTarget(vpc, peering);
  if (refusal !== undefined) return refusal;
  const carries = carriedTo(network, vpc, peering);
  if (carries === undefined || carries.carried.some((cidr) => cidr.covers(route.destination)))
    return undefined;
  const { peer, carried } = carries;
  const range = ofFamily(carried, route.destination.family);
  const message = `${route.destination} does not lie inside ${peer.id}${range}, and ${peering.id} leads nowhere else`;
  return refuse(vpc.profile, "route-outside-peer", message, `Route a destination inside ${peer.id}.`);
}

/** Asks whether any route of the VPC may lead over the peering. */
function refusesPeeringTarget({ id, profile }: Vpc, peering: Peering): Refusal | undefined {
  if (farEnd(peering, id) === undefined) {
    const message = `${peering.id} joins ${peering.requester.vpc} and ${peering.accepter.vpc}, not ${id}`;
    return refuse(profile, "route-next-hop", message, "Route to a peering of this VPC.");
  }
  if (
    peering.state === "DELETED" ||
    (peering.state !== "ACTIVE" && profile.routeToInactivePeering === "refuse")
  ) {
    const message = `${peering.id} is ${peering.state}, and routes lead to an ACTIVE peering only`;
    return refuse(profile, "route-next-hop", message, "Have the peering accepted first.");
  }
  return undefined;
}

/** Returns the peer of the VPC and the blocks that a route to it must lie inside; undefined where it may lie anywhere. */
function carriedTo(
  network: Network,
  { id, profile }: Vpc,
  peering: Peering,
): { readonly peer: Vpc; readonly carried: readonly Prefix[] } | undefined {
  const peer = network.vpcs.get(farEnd(peering, id)?.vpc ?? "");
  if (peer === undefined || profile.routeOutsidePeer === "accept") return undefined;
  return { peer, carried: profile.carriesSecondary ? [...peer.cidrs, ...peer.secondary] : peer.cidrs };
}

function ofFamily(cidrs: readonly Prefix[], family: Family): string {
  const own = cidrs.filter((cidr) => cidr.family === family);
  return own.length === 0 ? "" : ` (${own.join(", ")})`;
}

function refusesDuplicate(
  network: Network,
  vpc: Vpc,
  table: string,
  route: RouteDraft,
  beside: readonly string[],
): Refusal | undefined {
  if (beside.length === 0) return undefined;
  const shares = (target: string): boolean => {
    const kind = network.gateways.get(target)?.kind;
    return kind !== undefined && vpc.profile.ecmp.includes(kind);
  };
  if (beside.length < MAX_ECMP && !beside.includes(route.target) && [...beside, route.target].every(shares)) {
    return undefined;
  }
  const targets = beside.slice(0, MAX_ECMP).join(", ");
  const message = `${table} has a route to ${route.destination} already (-> ${targets})`;
  return refuse(vpc.profile, "route-duplicate", message, "Delete that route first.");
}

/** How many next hops may share one destination, in the clouds that allow it at all. */
const MAX_ECMP = 8;
