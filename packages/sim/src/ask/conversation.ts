import { type Component, type Network, subnetAt } from "../model/network.ts";
import { hasPorts, Services } from "../model/services.ts";
import { packetFrom, replyTo, type Spot } from "../plane/packet.ts";
import { type Path, pathsTo, replyPath } from "../plane/path.ts";
import { type Ways, waysBetween } from "../plane/round-trip.ts";
import { type Asked, repliesTo } from "../plane/service.ts";
import { partition } from "../plane/trace.ts";
import { type Admit, keptAdmit } from "./crossing.ts";
import { kindName } from "./kinds.ts";
import { headersOfReplies, isLetOut, type Leg, type LegOutcome, legOf, type Taken } from "./leg.ts";

/** The protocol and ports of the packet that asks; the ports are left unread where the protocol has none. */
export interface RecordedService {
  readonly protocol: number;
  readonly sourcePort: number;
  readonly port: number;
}

/** What a network does with one conversation: a packet from the end that asks, and the reply of the other one. */
export interface Conversation {
  readonly forward: Leg;
  readonly back: Leg;
}

/**
 * Follows conversations in one network, as `roundTrip` does and without hints, for millions of records. Ways depend on the
 * kind of the sender and on the destination, so most are found once for many conversations; filters look at the ends that
 * are meant.
 */
export class Conversations {
  readonly #network: Network;
  readonly #spots = new Map<Spot, Spot>();
  readonly #kinds = new Map<Spot, Spot>();
  readonly #firsts = new Map<string, Spot>();
  readonly #there = new Map<Spot, Map<Spot, Way>>();
  readonly #home = new Map<Spot, Map<Spot, Way>>();
  /** What routes alone decide comes to a few legs. */
  readonly #legs = new Map<string, LegOutcome>();
  #kept = 0;
  /** Those that filters had a say in, by their ends and service: to follow one again costs more than to keep it. */
  readonly #followed = new Map<Spot, Map<Spot, Map<number, Conversation>>>();
  #asked = 0;
  readonly #admit: Admit;

  constructor(network: Network) {
    this.#network = network;
    this.#admit = keptAdmit(network);
  }

  /**
   * Follows both ways of a conversation. Spots are known again by identity. A few lookups where routes alone decide, or
   * where it was followed before; else O(routers and filters on the way).
   */
  follow(source: Spot, target: Spot, service: RecordedService): Conversation {
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
    const [there, home] = this.#waysBetween(from, to);
    if (there.kind === "routed" && home.kind === "routed") {
      return {
        forward: {
          ...there.leg,
          leaves: () => isLetOut(network, packetFrom(from, to), askedOf(service).services),
        },
        back: {
          ...home.leg,
          leaves: () => isLetOut(network, replyTo(packetFrom(from, to)), repliesOf(askedOf(service))),
        },
      };
    }
    const known = this.#followedBetween(from, to);
    const { protocol, sourcePort, port } = service;
    const name = (protocol * 2 ** 16 + sourcePort) * 2 ** 16 + port;
    let conversation = known.get(name);
    if (conversation === undefined) {
      conversation =
        there.kind === "changed" || home.kind === "changed"
          ? this.#followChanged(from, to, askedOf(service))
          : this.#followFiltered(from, to, there, home, askedOf(service));
      known.set(name, conversation);
    }
    return conversation;
  }

  /** What comes back depends on how the packet left, and on who stands behind a public address that sent it. */
  #waysBetween(from: Spot, to: Spot): readonly [there: Way, home: Way] {
    if (from.vpc === undefined || to.vpc === undefined) return [CHANGED, CHANGED];
    const network = this.#network;
    const [anyFrom, anyTo] = [this.#firstOfKind(from), this.#firstOfKind(to)];
    const there = this.#wayOf(this.#there, anyFrom, to, () => pathsTo(network, anyFrom, to));
    if (there.kind === "changed") return [CHANGED, CHANGED];
    return [there, this.#wayOf(this.#home, anyTo, from, () => replyPath(network, from, anyTo))];
  }

  #followedBetween(from: Spot, to: Spot): Map<number, Conversation> {
    if (++this.#asked > MAX_ASKED) {
      this.#asked = 0;
      this.#followed.clear();
    }
    let some = this.#followed.get(from);
    if (some === undefined) {
      some = new Map();
      this.#followed.set(from, some);
    }
    let known = some.get(to);
    if (known === undefined) {
      known = new Map();
      some.set(to, known);
    }
    return known;
  }

  #followFiltered(from: Spot, to: Spot, there: KeptWay, home: KeptWay, asked: Asked): Conversation {
    const network = this.#network;
    const [anyFrom, anyTo] = [this.#firstOfKind(from), this.#firstOfKind(to)];
    const meant = (spot: Spot): Spot => (spot === anyFrom ? from : spot === anyTo ? to : spot);
    const admitted: Admit = (_, check, remote) => this.#admit(network, check, meant(remote));
    const exactly = waysOf(network, from, to);
    const sent = fatesOn(network, there, asked.services, admitted);
    const forward =
      there.kind === "routed"
        ? there.leg
        : legOf(network, [{ paths: there.paths, exact: () => exactly().forward, fates: sent }]);
    const back =
      home.kind === "routed"
        ? home.leg
        : legOf(
            network,
            answersTo(sent).map(({ arrived, services }) => ({
              paths: home.paths,
              exact: () => exactly().backs(arrived),
              fates: partition(network, home.paths, repliesTo(services, asked.sourcePorts), admitted),
            })),
          );
    const request = packetFrom(from, to);
    return {
      forward: { ...forward, leaves: () => isLetOut(network, request, asked.services) },
      back: { ...back, leaves: () => isLetOut(network, replyTo(request), repliesOf(asked)) },
    };
  }

  #followChanged(from: Spot, to: Spot, asked: Asked): Conversation {
    const network = this.#network;
    const ways = waysBetween(network, from, to);
    const sent = partition(network, ways.forward, asked.services, this.#admit);
    const forward = legOf(network, [{ paths: ways.forward, exact: () => ways.forward, fates: sent }]);
    const replies = answersTo(sent).map(({ arrived, services }): Taken => {
      const paths = ways.backs(arrived);
      const fates = partition(network, paths, repliesTo(services, asked.sourcePorts), this.#admit);
      return { paths, exact: () => paths, fates };
    });
    const request = packetFrom(from, to);
    const arrived = forward.outcome !== "dropped";
    return {
      forward: { ...forward, leaves: () => isLetOut(network, request, asked.services) },
      back: {
        ...legOf(network, replies),
        leaves: () =>
          headersOfReplies(ways.forward, request, arrived).some(
            (packet) => packet === undefined || isLetOut(network, packet, repliesOf(asked)),
          ),
      },
    };
  }

  #wayOf(all: Map<Spot, Map<Spot, Way>>, kind: Spot, end: Spot, find: () => readonly Path[]): Way {
    let some = all.get(kind);
    if (some === undefined) {
      some = new Map();
      all.set(kind, some);
    }
    let way = some.get(end);
    if (way === undefined) {
      way = this.#summary(find());
      this.#kept += way.kind === "filtered" ? HOPS_KEPT : 1;
      if (this.#kept > MAX_KEPT) {
        this.#kept = 0;
        this.#there.clear();
        this.#home.clear();
      }
      some.set(end, way);
    }
    return way;
  }

  #summary(paths: readonly Path[]): Way {
    const isChanged = paths.some(
      ({ ending, packet }) =>
        packet.translations.length > 0 ||
        (ending.cause === null && (ending.back !== undefined || ending.doubtful !== undefined)),
    );
    if (isChanged) return CHANGED;
    if (paths.some(({ checks }) => checks.length > 0)) return { kind: "filtered", paths };
    const { all } = Services;
    const found = legOf(this.#network, [
      { paths, exact: () => paths, fates: partition(this.#network, paths, all) },
    ]);
    const name = JSON.stringify(found);
    const leg = this.#legs.get(name) ?? found;
    this.#legs.set(name, leg);
    return { kind: "routed", leg };
  }

  /** The same object for the same end, in a subnet of this network: it may have others than the one that was asked. */
  #known(spot: Spot): Spot {
    let known = this.#spots.get(spot);
    if (known === undefined) {
      const vpc = this.#network.vpcs.get(spot.vpc ?? "");
      known = vpc === undefined ? spot : { ...spot, subnet: subnetAt(vpc, spot.address)?.id };
      this.#spots.set(spot, known);
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

/** How many ways are kept that routes alone decide, a hundred bytes each; one with its hops takes the place of several. */
const MAX_KEPT = 1 << 21;
const HOPS_KEPT = 16;
/** How often conversations with filters are asked for before what is kept of them is forgotten. */
const MAX_ASKED = 1 << 18;

/** What is kept of a way between two kinds of ends. */
type Way =
  /** No filter is on it: all services fare the same, and its hops are not kept. */
  | { readonly kind: "routed"; readonly leg: LegOutcome }
  | { readonly kind: "filtered"; readonly paths: readonly Path[] }
  /** The reply depends on how the packet left, so the two ends have to be followed themselves. */
  | { readonly kind: "changed" };

type KeptWay = Exclude<Way, { readonly kind: "changed" }>;

const CHANGED: Way = { kind: "changed" };

/** Returns the ways between the ends themselves, found when they are asked for. */
function waysOf(network: Network, from: Spot, to: Spot): () => Ways {
  let ways: Ways | undefined;
  return () => {
    ways ??= waysBetween(network, from, to);
    return ways;
  };
}

function fatesOn(network: Network, way: KeptWay, services: Services, admitted: Admit): Taken["fates"] {
  if (way.kind === "filtered") return partition(network, way.paths, services, admitted);
  const { none } = Services;
  return { delivered: none, unknown: none, dropped: none, [way.leg.outcome]: services };
}

/** A reply to what arrived, or may have, and one to what did not: they may take ways of their own. */
function answersTo({ delivered, unknown, dropped }: Taken["fates"]): {
  readonly arrived: boolean;
  readonly services: Services;
}[] {
  return [
    { arrived: true, services: delivered.union(unknown) },
    { arrived: false, services: dropped },
  ].filter(({ services }) => !services.isEmpty);
}

/** Returns what is asked by a packet as a flow record tells it: without ports where there are none, and all types of ICMP. */
function askedOf({ protocol, sourcePort, port }: RecordedService): Asked {
  const services = hasPorts(protocol) ? Services.of(protocol, port, port) : Services.of(protocol);
  return { services, sourcePorts: { first: sourcePort, last: sourcePort } };
}

function repliesOf({ services, sourcePorts }: Asked): Services {
  return repliesTo(services, sourcePorts);
}
