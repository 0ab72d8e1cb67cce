import { formatAddress } from "@twoway/core";
import type { RouteName } from "../model/cause.ts";
import { type Network, ownersOf, owns, tableOf, type Vpc } from "../model/network.ts";
import type { Peering } from "../model/peering.ts";
import { arrive } from "./arrival.ts";
import { aclCheck, type Check, groupCheck } from "./filter.ts";
import { decide, nextHop } from "./forwarding.ts";
import { enter, takeGateway } from "./gateway.ts";
import { leaveHub, reachHub, switchAtHub } from "./hub.ts";
import { circle, MAX_STEPS, placeOf } from "./loop.ts";
import {
  type Choice,
  type Ending,
  gatewayComponent,
  type HandOff,
  type Hop,
  type Node,
  nameOf,
  OUTSIDE,
  peeringComponent,
  routeComponent,
  spell,
  stop,
  tableComponent,
  vpcComponent,
  vpcHop,
} from "./node.ts";
import { entrances, meetPublic } from "./outside.ts";
import { groupsAt, type Packet, packetFrom, publicOwner, replyTo, type Spot } from "./packet.ts";

/**
 * The way of one packet by routes alone: from node to node until it is delivered, dropped, or cannot be followed. The
 * filters on the way are noted, and not looked at: what they say depends on the service, and the way does not.
 */
export interface Path {
  readonly hops: readonly Hop[];
  readonly ending: Ending;
  readonly checks: readonly PassedCheck[];
  /** The packet as it is where the path ends. */
  readonly packet: Packet;
  /** The member of the last ECMP group that it took. */
  readonly member?: RouteName;
}

/** A check, and how many hops the packet had behind it by then. */
interface PassedCheck {
  readonly check: Check;
  readonly after: number;
}

/** Returns the way from one end to the other; several where routes share a destination (ECMP). Never empty. */
export function pathsTo(network: Network, from: Spot, to: Spot): Path[] {
  return send(network, packetFrom(from, to));
}

/**
 * Returns the way of the reply: from the intended destination, by its own lookups, with the header as it arrived, or
 * untranslated if it never did (S13). From outside, and from a public address, it comes back by the gateway that the packet
 * left by, which nobody knows of a packet that cannot be followed: it may have left with another address in its header.
 */
export function replyPaths(network: Network, forward: Path, from: Spot, to: Spot, arrived: boolean): Path[] {
  const { ending, packet } = forward;
  if (arrived && ending.outcome === "unknown" && to.vpc === undefined) {
    const message = `by which way ${formatAddress(to.address)} answers depends on ${ending.component.id}, and where it leads is not part of the input`;
    return [
      {
        hops: [OUTSIDE],
        ending: stop("unsupported-target", ending.component, message),
        checks: [],
        packet: replyTo(packet),
      },
    ];
  }
  if (!arrived || ending.cause !== null) return replyPath(network, from, to);
  const reply = replyTo(packet);
  if (ending.back !== undefined) return follow(network, ending.back, reply, [OUTSIDE]);
  if (ending.doubtful === undefined) return send(network, reply);
  const gateway = ending.doubtful;
  const message = `whether a reply comes back by ${gateway.id} depends on public addresses, which are not part of the input`;
  const hops: Hop[] = [OUTSIDE, { node: gateway.id, kind: "gateway" }];
  const component = gatewayComponent(gateway, undefined);
  return [{ hops, ending: stop("unsupported-target", component, message), checks: [], packet: reply }];
}

/** Returns the way of a reply that nothing has translated. */
export function replyPath(network: Network, from: Spot, to: Spot): Path[] {
  return send(network, replyTo(packetFrom(from, to)));
}

/** Lets the source of the packet send it. */
function send(network: Network, packet: Packet): Path[] {
  const { source } = packet;
  if (source.vpc === undefined) {
    const owner = publicOwner(network, source.address);
    if (owner?.kind === "host") return send(network, { ...packet, source: owner.spot });
    const met = meetPublic(network, packet);
    const nodes = "node" in met ? [met.node] : "ending" in met ? met.ending : entrances(network, packet);
    const sent = "node" in met ? met.packet : packet;
    if (!("length" in nodes)) return [{ hops: [OUTSIDE], ending: nodes, checks: [], packet: sent }];
    return nodes.flatMap((node) => follow(network, node, sent, [OUTSIDE]));
  }
  const vpc = network.vpcs.get(source.vpc)!;
  const subnet = source.subnet === undefined ? undefined : vpc.subnets.get(source.subnet);
  if (subnet === undefined) {
    const message = `${formatAddress(source.address)} lies in no subnet of ${vpc.id}`;
    const ending = stop("source-not-in-subnet", vpcComponent(vpc), message);
    return [{ hops: [vpcHop(vpc)], ending, checks: [], packet }];
  }
  if (vpc.classic && packet.destination.vpc !== vpc.id) {
    const text = formatAddress(source.address);
    const message = `${text} is in the classic network ${vpc.id}, and nothing there is joined to a VPC`;
    const ending = stop("classic-network", vpcComponent(vpc), message);
    return [{ hops: [vpcHop(vpc)], ending, checks: [], packet }];
  }
  return follow(network, { kind: "subnet", vpc, subnet, groups: groupsAt(network, source) }, packet, []);
}

function follow(network: Network, start: Node, packet: Packet, before: readonly Hop[]): Path[] {
  const paths: Path[] = [];
  let steps = 0;
  const go = (node: Node, so: Omit<Path, "ending">, been: ReadonlySet<string>): void => {
    const place = placeOf(node, so.packet);
    const handOff = step(network, node, so.packet);
    const hops = [...so.hops, ...handOff.hops];
    const added = handOff.checks ?? [];
    const checks =
      added.length === 0
        ? so.checks
        : [...so.checks, ...added.map((check) => ({ check, after: hops.length }))];
    const here = { ...so, hops, checks, packet: handOff.packet ?? so.packet };
    if ("end" in handOff) {
      paths.push({ ...here, ending: handOff.end });
      return;
    }
    if (been.has(place) || ++steps > MAX_STEPS) {
      paths.push({ ...here, ending: circle(network, node, been.has(place)) });
      return;
    }
    const beenHere = new Set(been).add(place);
    for (const next of handOff.next) {
      const isMember = handOff.next.length > 1 && next.kind === "route";
      go(next, isMember ? { ...here, member: nameOf(next.at.route) } : here, beenHere);
    }
  };
  go(start, { hops: before, checks: [], packet }, new Set());
  return paths;
}

function step(network: Network, node: Node, packet: Packet): HandOff {
  switch (node.kind) {
    case "subnet":
      return leaveSubnet(node, packet);
    case "route":
      return takeRoute(network, node.at, packet);
    case "peering":
      return cross(network, node.peering, node.into, packet);
    case "gateway":
      return takeGateway(network, node.gateway, node.at, packet);
    case "entry":
      return enter(network, node.gateway, packet);
    case "hub":
      return switchAtHub(network, node.hub, node.from, packet);
    case "attachment":
      return leaveHub(network, node.hub, node.to, packet);
    case "arrival":
      return arrive(network, node.vpc, packet);
    default:
      return node satisfies never;
  }
}

/** The subnet's own table decides; no other table of the VPC is ever asked. */
function leaveSubnet(
  { vpc, subnet, groups, isDoor }: Extract<Node, { readonly kind: "subnet" }>,
  before: Packet,
): HandOff {
  const { destination } = before;
  const packet: Packet = { ...before, zone: subnet.zone, last: subnet };
  const isInside = destination.vpc === vpc.id && destination.subnet === subnet.id;
  const checks = [
    ...groupCheck("egress", vpc, groups, packet),
    ...(isInside ? [] : aclCheck("egress", vpc, subnet, packet)),
  ];
  const table = tableOf(vpc, subnet);
  const text = formatAddress(destination.address);
  const hop = (route: Hop["route"]): Hop[] => [
    { node: subnet.id, kind: "subnet", table: table.id, route: route ?? null },
  ];
  const decision = decide(vpc, table, destination.address);
  switch (decision.kind) {
    case "routes": // each member of the group tells its own hop
      return {
        hops: [],
        checks,
        packet,
        next: decision.routes.map((route) => ({ kind: "route", at: { vpc, subnet, table, route } })),
      };
    case "local": {
      const { cidr } = decision;
      const hops = hop({ destination: `${cidr}`, target: "local", source: vpc.source });
      if (destination.vpc === vpc.id) return { hops, checks, packet, next: [{ kind: "arrival", vpc }] };
      const meant = destination.vpc === undefined ? ", meant outside the network," : ` of ${destination.vpc}`;
      if (isDoor === true) {
        const message = `${text}${meant} lies inside ${cidr}, the range of ${vpc.id}, into which a hub delivered it`;
        return { hops, end: stop("wrong-vpc", vpcComponent(vpc), message) };
      }
      const message = `${text}${meant} lies inside ${cidr}, ${vpc.id}'s own range, so it never leaves ${vpc.id}`;
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
      return { hops: hop(null), checks, end: stop("no-route-table", tableComponent(vpc, table), message) };
    }
    default:
      return decision satisfies never;
  }
}

/** Hands the packet to what the route leads to, if that can take it. */
function takeRoute(network: Network, at: Choice, packet: Packet): HandOff {
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
      if (packet.source.vpc !== vpc.id) {
        const message = `${peering.id} takes packets of ${vpc.id} only, and ${formatAddress(packet.source.address)} is not there`;
        return { hops: crossing, end: stop("edge-to-edge", component, message) };
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
    case "hub":
      return reachHub(target.hub, at, packet, hops);
    default:
      return target satisfies never;
  }
}

/**
 * A peering delivers into its far VPC: only that VPC's subnets are looked at, never its route tables. That is all there
 * is to "not transitive" (A4, B9); the causes below only say what was expected instead.
 */
function cross(network: Network, peering: Peering, into: Vpc, packet: Packet): HandOff {
  const { destination } = packet;
  const hops: Hop[] = [{ node: peering.id, kind: "peering" }, vpcHop(into)];
  const text = formatAddress(destination.address);
  if (owns(into, destination.address)) {
    if (destination.vpc !== into.id) {
      const message = `${peering.id} delivers ${text} into ${into.id}, which owns it too, and ${destination.vpc ?? "a place outside"} was meant`;
      return { hops, end: stop("wrong-vpc", vpcComponent(into), message) };
    }
    if (!into.profile.carriesSecondary && !into.cidrs.some((cidr) => cidr.contains(destination.address))) {
      const message = `${text} lies in a secondary CIDR of ${into.id}, and ${peering.id} carries ${into.cidrs.join(", ")} only`;
      return { hops, end: stop("secondary-cidr-not-carried", peeringComponent(peering), message) };
    }
    return { hops, packet: { ...packet, last: undefined }, next: [{ kind: "arrival", vpc: into }] };
  }
  const [owner] = ownersOf(network, destination.address);
  if (owner !== undefined) {
    const message = `${peering.id} delivers into ${into.id} only, and ${text} belongs to ${destination.vpc ?? owner.id}`;
    return { hops, end: stop("non-transitive", peeringComponent(peering), message) };
  }
  const message = `${peering.id} delivers into ${into.id} only, and ${text} lies behind one of its gateways at best`;
  return { hops, end: stop("edge-to-edge", peeringComponent(peering), message) };
}
