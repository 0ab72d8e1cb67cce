import type { Cause } from "../model/cause.ts";
import type { Component, Network } from "../model/network.ts";
import { hasPorts, Services } from "../model/services.ts";
import { aclCheck, admit, groupCheck } from "../plane/filter.ts";
import { groupsAt, type Packet, packetFrom, publicOwner, replyTo, type Spot } from "../plane/packet.ts";
import type { Path } from "../plane/path.ts";
import { waysBetween } from "../plane/round-trip.ts";
import { type Asked, repliesTo, showcase } from "../plane/service.ts";
import { type Outcome, partition, traceOf } from "../plane/trace.ts";

/** What a network does with one conversation: a packet from the end that asks, and the reply of the other one. */
export interface Conversation {
  readonly forward: Leg;
  readonly back: Leg;
}

/** One of the two ways. */
export interface Leg {
  readonly outcome: Outcome;
  /** What stops it, or leaves it in doubt; undefined when it delivers. */
  readonly stopped?: Stopped;
  /** Reports whether the filters of the sender itself let it out, or may: further on it is another's business. */
  readonly leaves: boolean;
}

export interface Stopped {
  readonly cause: ReplayCause;
  readonly component?: Component;
}

/** Causes of a trace, and what a flow record leaves open. */
export type ReplayCause =
  | Cause
  /** The VPC of one end is not part of this network. */
  | "no-such-vpc"
  /** The record has no ICMP type, and not all types fare the same. */
  | "icmp-type"
  /** The record does not say which end asked, and it makes a difference. */
  | "asker-unknown"
  /** Several VPCs have the address, and the record names none. */
  | "ambiguous-address"
  /** Neither end is in the network. */
  | "outside"
  /** It was recorded in a VPC that is not part of the network. */
  | "other-vpc"
  /** One end is a gateway's own address: the leg of a conversation that another record tells whole. */
  | "gateway-leg";

/**
 * Follows both ways as `roundTrip` does, for one service or for all types of ICMP; without hints, since millions of
 * records ask. O(routers and filters on the way).
 */
export function converse(network: Network, from: Spot, to: Spot, asked: Asked): Conversation {
  for (const { vpc } of [from, to]) {
    if (vpc === undefined || network.vpcs.has(vpc)) continue;
    const component: Component = { id: vpc, kind: "vpc", source: "" };
    const leg: Leg = { outcome: "dropped", stopped: { cause: "no-such-vpc", component }, leaves: false };
    return { forward: leg, back: leg };
  }
  const ways = waysBetween(network, from, to);
  const sent = partition(network, ways.forward, asked.services);
  const forward = legOf(network, [{ paths: ways.forward, fates: sent }]);
  // a reply to what arrived, or may have, and one to what did not, may take ways of their own
  const replies = [
    { paths: ways.backs(true), services: sent.delivered.union(sent.unknown) },
    { paths: ways.backs(false), services: sent.dropped },
  ].flatMap(({ paths, services }) =>
    services.isEmpty
      ? []
      : [{ paths, fates: partition(network, paths, repliesTo(services, asked.sourcePorts)) }],
  );
  const request = packetFrom(from, to);
  const back = legOf(network, replies);
  return {
    forward: { ...forward, leaves: isLetOut(network, request, asked.services) },
    back: {
      ...back,
      leaves: headersOfReplies(ways.forward, request, forward.outcome !== "dropped").some(
        (packet) =>
          packet === undefined || isLetOut(network, packet, repliesTo(asked.services, asked.sourcePorts)),
      ),
    },
  };
}

/** Ways, and what becomes of the services that take them. */
interface Taken {
  readonly paths: readonly Path[];
  readonly fates: Readonly<Record<Outcome, Services>>;
}

/** One doubt leaves the whole in doubt, and so do services of which some arrive and some do not. */
function legOf(network: Network, taken: readonly Taken[]): Omit<Leg, "leaves"> {
  const [doubtful, stopped, passed] = (["unknown", "dropped", "delivered"] as const).map((outcome) =>
    taken.find(({ fates }) => !fates[outcome].isEmpty),
  );
  if (doubtful !== undefined) return stoppedAt(network, doubtful.paths, doubtful.fates.unknown);
  if (stopped === undefined) return { outcome: "delivered" };
  const told = stoppedAt(network, stopped.paths, stopped.fates.dropped);
  if (passed === undefined) return told;
  return { outcome: "unknown", stopped: { ...told.stopped, cause: "icmp-type" } };
}

function stoppedAt(
  network: Network,
  paths: readonly Path[],
  services: Services,
): { readonly outcome: Outcome; readonly stopped: Stopped } {
  const trace = traceOf(network, paths, showcase(services));
  if (trace.cause === null) throw new RangeError("a packet that does not arrive has a cause");
  return { outcome: trace.outcome, stopped: { cause: trace.cause, component: trace.component } };
}

/** Returns the headers that the reply may have where it sets out; undefined for one from outside the network. */
function headersOfReplies(
  forward: readonly Path[],
  request: Packet,
  arrived: boolean,
): readonly (Packet | undefined)[] {
  if (!arrived) return [replyTo(request)];
  return forward.map(({ ending, packet }) => {
    if (ending.cause !== null) return replyTo(request);
    return ending.back === undefined && ending.doubtful === undefined ? replyTo(packet) : undefined;
  });
}

/** Reports whether the filters of the sender let some of the services out, or may; whatever its table does then. */
function isLetOut(network: Network, packet: Packet, services: Services): boolean {
  const owner = packet.source.vpc === undefined ? publicOwner(network, packet.source.address) : undefined;
  const source = owner?.kind === "host" ? owner.spot : packet.source;
  const vpc = network.vpcs.get(source.vpc ?? "");
  const subnet = vpc?.subnets.get(source.subnet ?? "");
  if (vpc === undefined || subnet === undefined) return true;
  const { destination } = packet;
  const isInside = destination.vpc === vpc.id && destination.subnet === subnet.id;
  const checks = [
    ...groupCheck("egress", vpc, groupsAt(network, source), packet),
    ...(isInside ? [] : aclCheck("egress", vpc, subnet, packet)),
  ];
  let left = services;
  for (const check of checks) {
    const { delivered, unknown } = admit(network, check, check.remote);
    left = left.intersect(delivered.union(unknown));
  }
  return !left.isEmpty;
}

/** Returns the service of a packet as a flow record tells it: without ports where there are none, and all types of ICMP. */
export function recordedService(protocol: number, sourcePort: number, port: number): Asked {
  const services = hasPorts(protocol) ? Services.of(protocol, port, port) : Services.of(protocol);
  return { services, sourcePorts: { first: sourcePort, last: sourcePort } };
}
