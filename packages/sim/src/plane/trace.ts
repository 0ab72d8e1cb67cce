import { type Address, formatAddress } from "@twoway/core";
import { type Cause, type Hint, type RouteName, UNDECIDED_CAUSES } from "../model/cause.ts";
import {
  type Component,
  type Gateway,
  isReserved,
  isUsable,
  type Network,
  ownersOf,
  owns,
  type RouteTable,
  type Subnet,
  subnetAt,
  tableOf,
  type Vpc,
} from "../model/network.ts";
import type { Peering } from "../model/peering.ts";
import { isPrivate } from "../model/private-space.ts";
import type { Route } from "../model/routes.ts";
import { decide, nextHop } from "./forwarding.ts";

/**
 * One packet, one direction: from node to node until it is delivered, dropped, or cannot be followed. Each node looks
 * at the packet and hands it on; nothing looks ahead, and nothing looks back.
 */

/** Where a packet starts or is meant to end. Without a VPC it lies outside the network. */
export interface Spot {
  readonly address: Address;
  readonly vpc: string | undefined;
  /** Undefined when the address lies in no subnet of the VPC. */
  readonly subnet: string | undefined;
}

/** A node on the way and, for a subnet, what its table decided. */
export interface Hop {
  readonly node: string;
  readonly kind: "subnet" | "peering" | "vpc" | "gateway" | "internet";
  readonly table?: string;
  /** The route that won; null when nothing matched. */
  readonly route?: RouteName | null;
}

export type Trace = {
  readonly hops: readonly Hop[];
  /** The other members of an ECMP group, where the packet met one (S17). */
  readonly alternatives?: readonly Alternative[];
} & Ending;

/** A trace delivers or has exactly one cause. */
type Ending =
  | { readonly outcome: "delivered"; readonly cause: null }
  | {
      readonly outcome: "dropped" | "unknown";
      readonly cause: Cause;
      /** What decided. */
      readonly component: Component;
      readonly message: string;
      /** Where to look next; filled in for the traces that are shown. */
      readonly hints: readonly Hint[];
    };

interface Alternative {
  readonly route: RouteName;
  readonly outcome: Trace["outcome"];
  readonly cause: Cause | null;
}

/** A node that holds the packet. */
type Node =
  | { readonly kind: "subnet"; readonly vpc: Vpc; readonly subnet: Subnet }
  | { readonly kind: "route"; readonly at: Choice }
  | { readonly kind: "peering"; readonly peering: Peering; readonly into: Vpc }
  | { readonly kind: "gateway"; readonly gateway: Gateway; readonly at: Choice }
  | { readonly kind: "arrival"; readonly vpc: Vpc };

/** The route that a packet takes, and where it was when it took it. */
interface Choice {
  readonly vpc: Vpc;
  readonly subnet: Subnet;
  readonly table: RouteTable;
  readonly route: Route;
}

/** What a node does with the packet: its hops, and then the next nodes (more than one for ECMP) or the end. */
type HandOff =
  | { readonly hops: readonly Hop[]; readonly next: readonly Node[] }
  | { readonly hops: readonly Hop[]; readonly end: Ending };

/**
 * Follows the packet from its sender to its end. Hints are left empty: `roundTrip` adds them to what is shown.
 * Cost: one table lookup and a look at the far VPC's subnets.
 */
export function trace(network: Network, from: Spot, to: Spot): Trace {
  const text = formatAddress(from.address);
  if (from.vpc === undefined) {
    const message = `what ${text} sends from outside the network is not part of the input`;
    return { hops: [OUTSIDE], ...stop("unsupported-target", OUTSIDE_COMPONENT, message) };
  }
  const vpc = network.vpcs.get(from.vpc)!;
  const subnet = from.subnet === undefined ? undefined : vpc.subnets.get(from.subnet);
  if (subnet === undefined) {
    const message = `${text} lies in no subnet of ${vpc.id}`;
    return { hops: [vpcHop(vpc)], ...stop("source-not-in-subnet", vpcComponent(vpc), message) };
  }
  if (vpc.classic && to.vpc !== vpc.id) {
    const message = `${text} is in the classic network ${vpc.id}, and nothing there is joined to a VPC`;
    return { hops: [vpcHop(vpc)], ...stop("classic-network", vpcComponent(vpc), message) };
  }
  return follow(network, { kind: "subnet", vpc, subnet }, to, []);
}

export const OUTSIDE: Hop = { node: "internet", kind: "internet" };
const OUTSIDE_COMPONENT: Component = { id: "internet", kind: "internet", source: "" };

/** Hands the packet on until it ends. Of several next nodes the worst decides (S17). */
function follow(network: Network, node: Node, to: Spot, before: readonly Hop[]): Trace {
  const handOff = step(network, node, to);
  const hops = [...before, ...handOff.hops];
  if ("end" in handOff) return { hops, ...handOff.end };
  const { next } = handOff;
  const traces = next.map((node) => follow(network, node, to, hops));
  const worst = traces.reduce((a, b) => (SEVERITY[b.outcome] > SEVERITY[a.outcome] ? b : a));
  if (traces.length === 1) return worst;
  const alternatives = next.flatMap((node, i) => {
    if (node.kind !== "route" || traces[i] === worst) return [];
    const { outcome, cause } = traces[i];
    return [{ route: nameOf(node.at.route), outcome, cause }];
  });
  return { ...worst, alternatives };
}

const SEVERITY = { delivered: 0, unknown: 1, dropped: 2 };

function step(network: Network, node: Node, to: Spot): HandOff {
  switch (node.kind) {
    case "subnet":
      return leaveSubnet(node.vpc, node.subnet, to);
    case "route":
      return takeRoute(network, node.at);
    case "peering":
      return cross(network, node.peering, node.into, to);
    case "gateway":
      return leaveNetwork(node.gateway, node.at, to);
    case "arrival":
      return arrive(node.vpc, to);
    default:
      return node satisfies never;
  }
}

/** The subnet's own table decides; no other table is ever asked. */
function leaveSubnet(vpc: Vpc, subnet: Subnet, to: Spot): HandOff {
  const table = tableOf(vpc, subnet);
  const text = formatAddress(to.address);
  const hop = (route: RouteName | null): Hop[] => [
    { node: subnet.id, kind: "subnet", table: table.id, route },
  ];
  const decision = decide(vpc, table, to.address);
  switch (decision.kind) {
    case "routes": // each member of the group tells its own hop
      return {
        hops: [],
        next: decision.routes.map((route) => ({ kind: "route", at: { vpc, subnet, table, route } })),
      };
    case "local": {
      const { cidr } = decision;
      const hops = hop({ destination: `${cidr}`, target: "local", source: vpc.source });
      if (to.vpc === vpc.id) return { hops, next: [{ kind: "arrival", vpc }] };
      const message = `${text}${to.vpc === undefined ? ", meant outside the network," : ` of ${to.vpc}`} lies inside ${cidr}, ${vpc.id}'s own range, so it never leaves ${vpc.id}`;
      return { hops, end: stop("local-wins", vpcComponent(vpc), message) };
    }
    case "none": {
      const { disabled } = decision;
      if (disabled === undefined) {
        const message = `${table.id} has no route to ${text}`;
        return { hops: hop(null), end: stop("no-route", tableComponent(vpc, table), message) };
      }
      const message = `${table.id} covers ${text} by ${spell(disabled)} only, which is disabled`;
      return { hops: hop(null), end: stop("route-disabled", routeComponent(vpc, table, disabled), message) };
    }
    case "unknown": {
      const message = `the routes of ${table.id} are not part of the input`;
      return { hops: hop(null), end: stop("no-route-table", tableComponent(vpc, table), message) };
    }
    default:
      return decision satisfies never;
  }
}

/** Hands the packet to what the route leads to, if that can take it. */
function takeRoute(network: Network, at: Choice): HandOff {
  const { vpc, subnet, table, route } = at;
  const hops: Hop[] = [{ node: subnet.id, kind: "subnet", table: table.id, route: nameOf(route) }];
  const here = routeComponent(vpc, table, route);
  const target = nextHop(network, vpc, route.target);
  switch (target.kind) {
    case "gone": {
      const message = `${table.id} sends it to ${route.target} (${route.destination}), which does not exist`;
      return { hops, end: stop("route-blackhole", here, message) };
    }
    case "foreign-peering": {
      const { id, requester, accepter } = target.peering;
      const message = `${spell(route)}: ${id} joins ${requester.vpc} and ${accepter.vpc}, not ${vpc.id}`;
      return { hops, end: stop("peering-wrong-vpc", here, message) };
    }
    case "peering": {
      const { peering, far, vpc: into } = target;
      const crossing: Hop[] = [...hops, { node: peering.id, kind: "peering" }];
      const component = peeringComponent(peering);
      if (peering.state !== "ACTIVE") {
        const message = `${peering.id} is ${peering.state}, and only an ACTIVE peering carries packets`;
        return { hops: crossing, end: stop("peering-not-active", component, message) };
      }
      if (into === undefined) {
        const message = `${peering.id} leads to ${far.vpc}, which is not part of the input`;
        return { hops: crossing, end: stop("unsupported-target", component, message) };
      }
      return { hops, next: [{ kind: "peering", peering, into }] };
    }
    case "gateway": {
      const { gateway } = target;
      if (gateway.vpc === vpc.id) return { hops, next: [{ kind: "gateway", gateway, at }] };
      const message = `${spell(route)}: ${gateway.id} belongs to ${gateway.vpc}, and ${vpc.id} cannot use it`;
      return { hops, end: stop("route-blackhole", here, message) };
    }
    default:
      return target satisfies never;
  }
}

/**
 * A peering delivers into its far VPC: only that VPC's subnets are looked at, never its route tables. That is all there
 * is to "not transitive" (A4, B9); the causes below only say what was expected instead.
 */
function cross(network: Network, peering: Peering, into: Vpc, to: Spot): HandOff {
  const hops: Hop[] = [{ node: peering.id, kind: "peering" }, vpcHop(into)];
  const text = formatAddress(to.address);
  if (owns(into, to.address)) {
    if (to.vpc !== into.id) {
      const message = `${peering.id} delivers ${text} into ${into.id}, which owns it too, and ${to.vpc ?? "a place outside"} was meant`;
      return { hops, end: stop("wrong-vpc", vpcComponent(into), message) };
    }
    if (!into.profile.carriesSecondary && !into.cidrs.some((cidr) => cidr.contains(to.address))) {
      const message = `${text} lies in a secondary CIDR of ${into.id}, and ${peering.id} carries ${into.cidrs.join(", ")} only`;
      return { hops, end: stop("secondary-cidr-not-carried", peeringComponent(peering), message) };
    }
    return { hops, next: [{ kind: "arrival", vpc: into }] };
  }
  const [owner] = ownersOf(network, to.address);
  if (owner !== undefined) {
    const message = `${peering.id} delivers into ${into.id} only, and ${text} belongs to ${to.vpc ?? owner.id}`;
    return { hops, end: stop("non-transitive", peeringComponent(peering), message) };
  }
  const message = `${peering.id} delivers into ${into.id} only, and ${text} lies behind one of its gateways at best`;
  return { hops, end: stop("edge-to-edge", peeringComponent(peering), message) };
}

function leaveNetwork(gateway: Gateway, at: Choice, to: Spot): HandOff {
  const { vpc, table, route } = at;
  const hops: Hop[] = [{ node: gateway.id, kind: "gateway" }];
  const { account, region } = vpc;
  const component: Component = { id: gateway.id, kind: "gateway", account, region, source: gateway.source };
  if (gateway.kind !== "internet" && gateway.kind !== "nat") {
    const message = `${table.id} sends it to ${gateway.id}, and what lies behind is not part of the input`;
    return { hops, end: stop("unsupported-target", component, message) };
  }
  if (to.vpc === undefined) {
    if (!isPrivate(to.address))
      return { hops: [...hops, OUTSIDE], end: { outcome: "delivered", cause: null } };
    // somebody's network has it, and the internet does not lead there
    const message = `${table.id} sends it to ${gateway.id}, but ${formatAddress(to.address)} is not on the internet, and what has it is not part of the input`;
    return { hops, end: stop("unsupported-target", component, message) };
  }
  const message = `${spell(route)} of ${table.id} sends it out by ${gateway.id}, but ${formatAddress(to.address)} is inside, in ${to.vpc}`;
  return { hops, end: stop("left-network", component, message) };
}

/** The packet is in the VPC that was meant; somebody must have its address. */
function arrive(vpc: Vpc, to: Spot): HandOff {
  const text = formatAddress(to.address);
  const subnet = subnetAt(vpc, to.address);
  if (subnet === undefined) {
    return {
      hops: [],
      end: stop("no-such-subnet", vpcComponent(vpc), `no subnet of ${vpc.id} holds ${text}`),
    };
  }
  const hops: Hop[] = [{ node: subnet.id, kind: "subnet" }];
  if (isUsable(vpc, subnet, to.address)) return { hops, end: { outcome: "delivered", cause: null } };
  const message = isReserved(vpc, subnet, to.address)
    ? `${text} is reserved by the cloud: no host of ${subnet.id} can have it`
    : `no host of ${subnet.id} has ${text}`;
  return { hops, end: stop("no-such-host", subnetComponent(vpc, subnet), message) };
}

function stop(cause: Cause, component: Component, message: string): Ending {
  return {
    outcome: UNDECIDED_CAUSES.has(cause) ? "unknown" : "dropped",
    cause,
    component,
    message,
    hints: [],
  };
}

/** Returns a route as reports name it. */
export function nameOf(route: Route): RouteName {
  return { destination: `${route.destination}`, target: route.target, source: route.source };
}

function spell(route: Route): string {
  return `${route.destination} -> ${route.target}`;
}

function vpcHop(vpc: Vpc): Hop {
  return { node: vpc.id, kind: "vpc" };
}

function vpcComponent({ id, account, region, source }: Vpc): Component {
  return { id, kind: "vpc", account, region, source };
}

function subnetComponent({ account, region }: Vpc, { id, source }: Subnet): Component {
  return { id, kind: "subnet", account, region, source };
}

function tableComponent({ account, region }: Vpc, { id, source }: RouteTable): Component {
  return { id, kind: "route-table", account, region, source };
}

function routeComponent({ account, region }: Vpc, table: RouteTable, route: Route): Component {
  return { id: `${table.id} ${spell(route)}`, kind: "route", account, region, source: route.source };
}

function peeringComponent({ id, requester, source }: Peering): Component {
  return { id, kind: "peering", account: requester.account, region: requester.region, source };
}
