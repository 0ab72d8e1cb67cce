import type { Address, Prefix } from "@twoway/core";

/**
 * The slow twin of the data plane: plain objects and one linear scan per question, written from SPEC (Decisions, Causes)
 * and from nothing else. It shares `Prefix` with the simulator and no other code.
 */

export interface PlainRoute {
  readonly prefix: Prefix;
  readonly target: string;
  readonly enabled: boolean;
}

export interface PlainTable {
  readonly id: string;
  readonly routes: readonly PlainRoute[] | "unknown";
}

export interface PlainSubnet {
  readonly id: string;
  readonly cidrs: readonly Prefix[];
  /** Id of its table; undefined means the main one. */
  readonly table: string | undefined;
  readonly hosts: readonly Address[] | undefined;
}

export interface PlainVpc {
  readonly id: string;
  readonly profile: "tencent" | "aws";
  readonly cidrs: readonly Prefix[];
  readonly secondary: readonly Prefix[];
  readonly subnets: readonly PlainSubnet[];
  readonly main: PlainTable;
  readonly tables: readonly PlainTable[];
  /** A classic network: nothing leaves it. */
  readonly classic?: boolean;
}

export interface PlainPeering {
  readonly id: string;
  readonly ends: readonly [string, string];
  readonly state: string;
}

export interface PlainGateway {
  readonly id: string;
  readonly kind: string;
  readonly vpc: string;
}

export interface PlainNetwork {
  readonly vpcs: readonly PlainVpc[];
  readonly peerings: readonly PlainPeering[];
  readonly gateways: readonly PlainGateway[];
}

/** An end of a question; without a VPC it lies outside. */
export interface PlainSpot {
  readonly vpc: string | undefined;
  readonly subnet: string | undefined;
  readonly address: Address;
}

export interface Walk {
  readonly outcome: "delivered" | "dropped" | "unknown";
  readonly cause: string | null;
  /** Kinds of the gateways by which a packet that is delivered outside may have left. */
  readonly exits: readonly string[];
}

const delivered: Walk = { outcome: "delivered", cause: null, exits: [] };
const dropped = (cause: string): Walk => ({ outcome: "dropped", cause, exits: [] });
const unknown = (cause: string): Walk => ({ outcome: "unknown", cause, exits: [] });

/** Walks one packet. */
export function walk(net: PlainNetwork, from: PlainSpot, to: PlainSpot): Walk {
  if (from.vpc === undefined) return unknown("unsupported-target");
  const vpc = vpcOf(net, from.vpc)!;
  const subnet = vpc.subnets.find(({ id }) => id === from.subnet);
  if (subnet === undefined) return dropped("source-not-in-subnet");
  if (vpc.classic === true && to.vpc !== vpc.id) return dropped("classic-network");
  const { routes } =
    subnet.table === undefined ? vpc.main : vpc.tables.find(({ id }) => id === subnet.table)!;

  // the own range: always local, or, where the longest prefix decides, unless a route is at least as long
  const own = longest([...vpc.cidrs, ...vpc.secondary].filter((cidr) => cidr.contains(to.address)));
  const local = (): Walk => (to.vpc === vpc.id ? arrival(vpc, to) : dropped("local-wins"));
  if (own !== undefined && vpc.profile === "tencent") return local();
  if (routes === "unknown") return unknown("no-route-table");

  const covering = routes.filter(({ prefix }) => prefix.contains(to.address));
  const enabled = covering.filter((route) => route.enabled);
  const best = longest(enabled.map(({ prefix }) => prefix));
  if (own !== undefined && (best === undefined || best.bits < own.bits)) return local();
  if (best === undefined) return dropped(covering.length > 0 ? "route-disabled" : "no-route");

  // ECMP: every member, and the worst decides (S17)
  const members = enabled.filter(({ prefix }) => prefix.bits === best.bits);
  const walks = members.map(({ target }) => throughTarget(net, vpc, target, to));
  const first = (outcome: string): Walk | undefined => walks.find((walk) => walk.outcome === outcome);
  const worst = first("dropped") ?? first("unknown") ?? walks[0];
  return { ...worst, exits: walks.flatMap(({ exits }) => exits) };
}

/** What is private, shared, local or multicast is not on the internet. */
function onInternet(address: Address): boolean {
  if (typeof address === "bigint") return address >> 125n === 1n;
  const [a, b] = [Math.floor(address / 2 ** 24), Math.floor(address / 2 ** 16) % 256];
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if (a === 100) return b < 64 || b > 127;
  if (a === 172) return b < 16 || b > 31;
  return !(a === 169 && b === 254) && !(a === 192 && b === 168);
}

function throughTarget(net: PlainNetwork, vpc: PlainVpc, target: string, to: PlainSpot): Walk {
  const gateway = net.gateways.find(({ id }) => id === target);
  if (gateway !== undefined) {
    if (gateway.vpc !== vpc.id) return dropped("route-blackhole");
    if (gateway.kind !== "internet" && gateway.kind !== "nat") return unknown("unsupported-target");
    if (to.vpc !== undefined) return dropped("left-network");
    return onInternet(to.address) ? { ...delivered, exits: [gateway.kind] } : unknown("unsupported-target");
  }
  const peering = net.peerings.find(({ id }) => id === target);
  if (peering === undefined) return dropped("route-blackhole");
  const [a, b] = peering.ends;
  if (a !== vpc.id && b !== vpc.id) return dropped("peering-wrong-vpc");
  if (peering.state === "DELETED") return dropped("route-blackhole");
  if (peering.state !== "ACTIVE") return dropped("peering-not-active");
  const far = vpcOf(net, a === vpc.id ? b : a);
  if (far === undefined) return unknown("unsupported-target");
  const primary = far.cidrs.some((cidr) => cidr.contains(to.address));
  const secondary = far.secondary.some((cidr) => cidr.contains(to.address));
  if (!primary && !secondary) {
    const owned = net.vpcs.some((other) =>
      [...other.cidrs, ...other.secondary].some((cidr) => cidr.contains(to.address)),
    );
    return dropped(owned ? "non-transitive" : "edge-to-edge");
  }
  if (to.vpc !== far.id) return dropped("wrong-vpc");
  if (!primary && far.profile === "tencent") return dropped("secondary-cidr-not-carried");
  return arrival(far, to);
}

function arrival(vpc: PlainVpc, { address }: PlainSpot): Walk {
  const subnet = vpc.subnets.find(({ cidrs }) => cidrs.some((cidr) => cidr.contains(address)));
  if (subnet === undefined) return dropped("no-such-subnet");
  return isUsable(vpc, subnet, address) ? delivered : dropped("no-such-host");
}

/** What the cloud does not keep for itself; of that the declared hosts only, where hosts are declared. */
export function isUsable(vpc: PlainVpc, subnet: PlainSubnet, address: Address): boolean {
  if (subnet.hosts !== undefined && !subnet.hosts.some((host) => host === address)) return false;
  return subnet.cidrs.some((cidr) => {
    if (!cidr.contains(address)) return false;
    const v4 = cidr.family === 4;
    const [first, last] = vpc.profile === "aws" ? [4n, 1n] : v4 ? [2n, 1n] : [0n, 0n];
    const at = BigInt(address);
    return at >= BigInt(cidr.address) + first && at <= BigInt(cidr.last) - last;
  });
}

export type PlainVerdict = "two-way" | "forward-only" | "return-only" | "unreachable" | "unknown";

/** Walks both ways, always both (S13). */
export function bothWays(
  net: PlainNetwork,
  from: PlainSpot,
  to: PlainSpot,
): { readonly verdict: PlainVerdict; readonly forward: Walk; readonly back: Walk } {
  const forward = walk(net, from, to);
  let back = walk(net, to, from);
  if (to.vpc === undefined && forward.outcome === "delivered") {
    // a NAT session brings the reply back to its sender; what another gateway lets in is not part of the input
    const isSession = forward.exits.every((kind) => kind === "nat");
    back = isSession ? arrival(vpcOf(net, from.vpc!)!, from) : unknown("unsupported-target");
  }
  return { verdict: verdictOf(forward, back), forward, back };
}

/** S14: one proven drop decides; beside it, what cannot be followed counts as not delivered. */
function verdictOf(forward: Walk, back: Walk): PlainVerdict {
  const drop = forward.outcome === "dropped" || back.outcome === "dropped";
  const [there, here] = [forward.outcome === "delivered", back.outcome === "delivered"];
  if (there && here) return "two-way";
  if (!drop) return "unknown";
  return there ? "forward-only" : here ? "return-only" : "unreachable";
}

function vpcOf(net: PlainNetwork, id: string): PlainVpc | undefined {
  return net.vpcs.find((vpc) => vpc.id === id);
}

/** Returns the VPCs that own the address. */
export function ownersOf(net: PlainNetwork, address: Address): PlainVpc[] {
  return net.vpcs.filter((vpc) => [...vpc.cidrs, ...vpc.secondary].some((cidr) => cidr.contains(address)));
}

/** Returns where a packet to or from this address of the VPC stands. */
export function spotIn(vpc: PlainVpc, address: Address): PlainSpot {
  const subnet = vpc.subnets.find(({ cidrs }) => cidrs.some((cidr) => cidr.contains(address)));
  return { vpc: vpc.id, subnet: subnet?.id, address };
}

function longest(prefixes: readonly Prefix[]): Prefix | undefined {
  return prefixes.reduce<Prefix | undefined>(
    (best, prefix) => (best === undefined || prefix.bits > best.bits ? prefix : best),
    undefined,
  );
}
