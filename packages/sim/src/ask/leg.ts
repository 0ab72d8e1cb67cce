import type { Cause } from "../model/cause.ts";
import type { Component, Network } from "../model/network.ts";
import type { Services } from "../model/services.ts";
import { aclCheck, admit, groupCheck } from "../plane/filter.ts";
import { groupsAt, type Packet, publicOwner, replyTo } from "../plane/packet.ts";
import type { Path } from "../plane/path.ts";
import { showcase } from "../plane/service.ts";
import { type Outcome, traceOf } from "../plane/trace.ts";

/** One of the two ways. */
export interface Leg {
  readonly outcome: Outcome;
  /** What stops it, or leaves it in doubt; undefined when it delivers. */
  readonly stopped?: Stopped;
  /** Reports whether the filters of the sender itself let it out, or may: further on it is another's business. */
  readonly leaves: () => boolean;
}

export type LegOutcome = Omit<Leg, "leaves">;

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

/** Ways, and what becomes of the services that take them. */
export interface Taken {
  /** Found with these ends, or with others of their kinds. */
  readonly paths: readonly Path[];
  readonly exact: () => readonly Path[];
  readonly fates: Readonly<Record<Outcome, Services>>;
}

/** One doubt leaves the whole in doubt, and so do services of which some arrive and some do not. */
export function legOf(network: Network, taken: readonly Taken[]): LegOutcome {
  const [doubtful, stopped, passed] = (["unknown", "dropped", "delivered"] as const).map((outcome) =>
    taken.find(({ fates }) => !fates[outcome].isEmpty),
  );
  if (doubtful !== undefined) return stoppedAt(network, doubtful, doubtful.fates.unknown);
  if (stopped === undefined) return { outcome: "delivered" };
  const told = stoppedAt(network, stopped, stopped.fates.dropped);
  if (passed === undefined) return told;
  return { outcome: "unknown", stopped: { ...told.stopped, cause: "icmp-type" } };
}

/** Of filters it is told which rule decided, and that depends on the ends themselves. */
function stoppedAt(
  network: Network,
  { paths, exact }: Taken,
  services: Services,
): { readonly outcome: Outcome; readonly stopped: Stopped } {
  const isRouted = paths.every(({ checks }) => checks.length === 0);
  const trace = traceOf(network, isRouted ? paths : exact(), showcase(services));
  if (trace.cause === null) throw new RangeError("a packet that does not arrive has a cause");
  return { outcome: trace.outcome, stopped: { cause: trace.cause, component: trace.component } };
}

/** Returns the headers that the reply may have where it sets out; undefined for one from outside the network. */
export function headersOfReplies(
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
export function isLetOut(network: Network, packet: Packet, services: Services): boolean {
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
