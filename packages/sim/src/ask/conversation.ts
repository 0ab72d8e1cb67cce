import type { Cause } from "../model/cause.ts";
import { type Component, type Network, subnetAt } from "../model/network.ts";
import { hasPorts, Services } from "../model/services.ts";
import { aclCheck, admit, groupCheck } from "../plane/filter.ts";
import { groupsAt, type Packet, packetFrom, publicOwner, replyTo, type Spot } from "../plane/packet.ts";
import { type Path, pathsTo, replyPath } from "../plane/path.ts";
import { type Ways, waysBetween } from "../plane/round-trip.ts";
import { type Asked, repliesTo, showcase } from "../plane/service.ts";
import { type Outcome, partition, traceOf } from "../plane/trace.ts";
import { type Admit, keptAdmit } from "./crossing.ts";
import { kindName } from "./kinds.ts";

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
  readonly leaves: () => boolean;
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
 * Follows conversations in one network, as `roundTrip` does and without hints, for millions of records. Ways depend on the
 * kind of the sender and on the destination, so most are found once for many conversations; filters look at the ends that
 * are meant.
 */
export class Conversations {
  readonly #network: Network;
  readonly #spots = new Map<string, Spot>();
  readonly #kinds = new Map<Spot, Spot>();
  readonly #firsts = new Map<string, Spot>();
  readonly #there = new Map<Spot, Map<Spot, readonly Path[]>>();
  readonly #home = new Map<Spot, Map<Spot, readonly Path[]>>();
  #paths = 0;
  readonly #admit: Admit;

  constructor(network: Network) {
    this.#network = network;
    this.#admit = keptAdmit(network);
  }

  /** Follows both ways, for one service or for all types of ICMP. O(routers and filters on the way) at the most. */
  follow(source: Spot, target: Spot, asked: Asked): Conversation {
    const network = this.#network;
    const [from, to] = [this.#known(source), this.#known(target)];
    for (const { vpc } of [from, to]) {
      if (vpc === undefined || network.vpcs.has(vpc)) continue;
      const component: Component = { id: vpc, kind: "vpc", source: "" };
      const leg: Leg = {
        outcome: "dropped",
        stopped: { cause: "no-such-vpc", component },
        leaves: () => false,
      };
      return { forward: leg, back: leg };
    }
    const { ways, admitted } = this.#waysBetween(from, to);
    const replied = repliesTo(asked.services, asked.sourcePorts);
    const sent = partition(network, ways.forward, asked.services, admitted);
    const forward = legOf(network, [
      { paths: ways.forward, exact: () => pathsTo(network, from, to), fates: sent },
    ]);
    // a reply to what arrived, or may have, and one to what did not, may take ways of their own
    const replies = [
      { arrived: true, services: sent.delivered.union(sent.unknown) },
      { arrived: false, services: sent.dropped },
    ].flatMap(({ arrived, services }): Taken[] => {
      if (services.isEmpty) return [];
      const paths = ways.backs(arrived);
      const fates = partition(network, paths, repliesTo(services, asked.sourcePorts), admitted);
      return [{ paths, exact: () => waysBetween(network, from, to).backs(arrived), fates }];
    });
    const request = packetFrom(from, to);
    const arrived = forward.outcome !== "dropped";
    return {
      forward: { ...forward, leaves: () => isLetOut(network, request, asked.services) },
      back: {
        ...legOf(network, replies),
        leaves: () =>
          headersOfReplies(ways.forward, request, arrived).some(
            (packet) => packet === undefined || isLetOut(network, packet, replied),
          ),
      },
    };
  }

  #waysBetween(from: Spot, to: Spot): { readonly ways: Ways; readonly admitted: Admit } {
    const network = this.#network;
    const anyFrom = this.#firstOfKind(from);
    const forward = this.#kept(this.#there, anyFrom, to, () => pathsTo(network, anyFrom, to));
    // what comes back depends on how the packet left, and on who stands behind a public address that sent it
    if (
      from.vpc === undefined ||
      to.vpc === undefined ||
      forward.some(({ packet }) => packet.translations.length > 0)
    )
      return { ways: waysBetween(network, from, to), admitted: this.#admit };
    const anyTo = this.#firstOfKind(to);
    const back = this.#kept(this.#home, anyTo, from, () => replyPath(network, from, anyTo));
    const meant = (spot: Spot): Spot => (spot === anyFrom ? from : spot === anyTo ? to : spot);
    const admitted: Admit = (_, check, remote) => this.#admit(network, check, meant(remote));
    return { ways: { forward, backs: () => back }, admitted };
  }

  #kept(
    all: Map<Spot, Map<Spot, readonly Path[]>>,
    kind: Spot,
    end: Spot,
    find: () => readonly Path[],
  ): readonly Path[] {
    let some = all.get(kind);
    if (some === undefined) {
      some = new Map();
      all.set(kind, some);
    }
    let paths = some.get(end);
    if (paths === undefined) {
      if (++this.#paths > MAX_PATHS) {
        this.#paths = 0;
        this.#there.clear();
        this.#home.clear();
      }
      paths = find();
      some.set(end, paths);
    }
    return paths;
  }

  /** The same object for the same end. */
  #known(spot: Spot): Spot {
    const name = `${spot.vpc} ${typeof spot.address} ${spot.address}`;
    let known = this.#spots.get(name);
    if (known === undefined) {
      const vpc = this.#network.vpcs.get(spot.vpc ?? "");
      // the network may have other subnets than the one in which the end was looked up
      known = vpc === undefined ? spot : { ...spot, subnet: subnetAt(vpc, spot.address)?.id };
      this.#spots.set(name, known);
    }
    return known;
  }

  #firstOfKind(spot: Spot): Spot {
    let first = this.#kinds.get(spot);
    if (first === undefined) {
      const name = kindName(this.#network, spot, `${spot.address}`);
      first = this.#firsts.get(name) ?? spot;
      this.#firsts.set(name, first);
      this.#kinds.set(spot, first);
    }
    return first;
  }
}

const MAX_PATHS = 100_000;

/** Ways, and what becomes of the services that take them. */
interface Taken {
  /** Found with these ends, or with others of their kinds. */
  readonly paths: readonly Path[];
  readonly exact: () => readonly Path[];
  readonly fates: Readonly<Record<Outcome, Services>>;
}

/** One doubt leaves the whole in doubt, and so do services of which some arrive and some do not. */
function legOf(network: Network, taken: readonly Taken[]): Omit<Leg, "leaves"> {
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
