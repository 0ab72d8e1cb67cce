import { familyOf } from "@twoway/core";
import { isClosed, type Network, type Span, usableSpans } from "../model/network.ts";
import { Services } from "../model/services.ts";
import type { Spot } from "../plane/packet.ts";
import type { Path } from "../plane/path.ts";
import { sharesOf } from "../plane/round-trip.ts";
import { type Asked, answeredBy, repliesTo } from "../plane/service.ts";
import { before } from "../plane/spans.ts";
import { partition } from "../plane/trace.ts";
import { PARTIAL, VERDICTS } from "../plane/verdict-table.ts";
import { type Box, BoxMaker, blockSpans } from "./boxes.ts";
import { type Admit, type Crossing, crossings, keptAdmit } from "./crossing.ts";
import type { EndpointSpan } from "./endpoint.ts";
import { type Kind, kindsOf } from "./kinds.ts";
import { firstAbove, type Places, placesFor } from "./places.ts";
import { askedAbout } from "./service.ts";

/** A subnet by its names. */
export interface SubnetName {
  readonly vpc: string;
  readonly subnet: string;
}

/** What a pair of subnets comes to, by number: `code` as in `verdict-table`, and two-way combinations of addresses. */
export interface PairResult {
  readonly code: number;
  /** Combinations of a source and a destination address between which at least one service is two-way. */
  readonly packets: bigint;
  /** The first two addresses that have the verdict; absent when no packet can have both addresses. */
  readonly worst?: { readonly from: Spot; readonly to: Spot };
}

/** The exact sets of packets of a pair. */
export interface PairBoxes {
  readonly forward: readonly Box[];
  readonly return: readonly Box[];
  readonly twoWay: readonly Box[];
}

/** What becomes of every service on one crossing. */
interface Fare {
  /** Bit n for the n-th of VERDICTS. */
  readonly verdicts: number;
  readonly forward: Services;
  /** Services whose replies are delivered, whichever port of a client they go to. */
  readonly back: Services;
  readonly twoWay: Services;
}

/**
 * Pairs of subnets that filters, hubs or gateways have a say in, judged one by one with the parts of which `answer` is
 * made: kinds of senders and receivers, stretches of addresses, sets of services. Exact. Cost of a pair: a trace for each
 * kind of one end and each stretch of the other, and O(1) for each pair of stretches; what filters let pass is worked out
 * once for all pairs.
 */
export class PairJudge {
  readonly #network: Network;
  readonly #subnets: readonly SubnetName[];
  readonly #asked: Asked;
  readonly #ends = new Map<number, readonly Kind[]>();
  readonly #results = new Map<number, PairResult>();
  readonly #fares = new Map<string, Fare>();
  #places: Places | undefined;
  /** What filters say to the packets of one sender; another sender meets others. */
  #admitted: { readonly from: number; readonly admit: Admit } | undefined;

  constructor(network: Network, subnets: readonly SubnetName[]) {
    this.#network = network;
    this.#subnets = subnets;
    this.#asked = askedAbout(network, { protocol: "any" });
  }

  /** Returns the verdict of a pair; it is kept. */
  result(from: number, to: number): PairResult {
    const name = from * this.#subnets.length + to;
    let result = this.#results.get(name);
    if (result === undefined) {
      result = this.#judge(from, to);
      this.#results.set(name, result);
    }
    return result;
  }

  #judge(from: number, to: number): PairResult {
    let verdicts = 0;
    let packets = 0n;
    let worst: { readonly rank: number; readonly from: Spot; readonly to: Spot } | undefined;
    for (const { crossing, sender, receiver, fare } of this.#crossings(from, to)) {
      verdicts |= fare.verdicts;
      if (!fare.twoWay.isEmpty)
        packets += sizeOf(sender.extents[crossing.i]) * sizeOf(receiver.extents[crossing.j]);
      const rank = lowest(fare.verdicts);
      if (worst === undefined || rank < worst.rank) worst = { rank, from: crossing.from, to: crossing.to };
    }
    if (worst === undefined) return { code: 0, packets };
    const isMixed = (verdicts & (verdicts - 1)) !== 0;
    return {
      code: worst.rank | (isMixed ? PARTIAL : 0),
      packets,
      worst: { from: worst.from, to: worst.to },
    };
  }

  /**
   * Returns the sets of a pair as boxes: of all addresses as people write them, with the hubs that carry the packets, or
   * of the usable ones, whatever carries them.
   */
  boxes(from: number, to: number, addresses: "written" | "usable"): PairBoxes {
    const isWritten = addresses === "written";
    const write = (s: number, extents: readonly Span[]): readonly Span[] =>
      isWritten ? this.#written(s, extents) : extents;
    const carriers = (paths: readonly Path[]): readonly string[] => (isWritten ? hubsOf(paths) : []);
    const sets = { forward: new BoxMaker(), return: new BoxMaker(), twoWay: new BoxMaker() };
    for (const { crossing, sender, receiver, fare } of this.#crossings(from, to)) {
      const { i, j, ways } = crossing;
      const cell = { src: write(from, sender.extents[i]), dst: write(to, receiver.extents[j]) };
      const there = carriers(ways.forward);
      sets.forward.add(cell, fare.forward, there);
      if (fare.back.isEmpty) continue;
      // what arrived may have another way back than what did not
      const home = carriers(ways.backs(!fare.forward.isEmpty));
      sets.return.add(cell, fare.back, home);
      sets.twoWay.add(cell, fare.twoWay, [...new Set([...there, ...home])]);
    }
    return { forward: sets.forward.boxes(), return: sets.return.boxes(), twoWay: sets.twoWay.boxes() };
  }

  *#crossings(
    from: number,
    to: number,
  ): Generator<{ crossing: Crossing; sender: Kind; receiver: Kind; fare: Fare }, void, undefined> {
    const network = this.#network;
    if (this.#admitted?.from !== from) this.#admitted = { from, admit: keptAdmit(network) };
    for (const sender of this.#kinds(from)) {
      for (const receiver of this.#kinds(to)) {
        if (familyOf(sender.spots[0].address) !== familyOf(receiver.spots[0].address)) continue;
        for (const crossing of crossings(network, sender, receiver, this.#admitted.admit)) {
          let fare = this.#fares.get(crossing.key);
          if (fare === undefined) {
            fare = fareOf(network, crossing, this.#asked);
            this.#fares.set(crossing.key, fare);
          }
          yield { crossing, sender, receiver, fare };
        }
      }
    }
  }

  #kinds(s: number): readonly Kind[] {
    let kinds = this.#ends.get(s);
    if (kinds === undefined) {
      kinds = kindsOf(this.#network, { text: "", spans: this.#spans(s) }, this.#allPlaces());
      this.#ends.set(s, kinds);
    }
    return kinds;
  }

  #spans(s: number): EndpointSpan[] {
    const name = this.#subnets[s];
    const vpc = this.#network.vpcs.get(name.vpc)!;
    const subnet = vpc.subnets.get(name.subnet)!;
    return ([4, 6] as const).flatMap((family) =>
      usableSpans(vpc, subnet, family).map((span) => ({ ...span, ...name })),
    );
  }

  /** Every place at which the fate of any packet between two subnets may change. */
  #allPlaces(): Places {
    if (this.#places === undefined) {
      const spans = this.#subnets.flatMap((name): EndpointSpan[] => {
        const [cidr] = this.#network.vpcs.get(name.vpc)!.subnets.get(name.subnet)!.cidrs;
        return [{ ...name, first: cidr.address, last: cidr.last }];
      });
      this.#places = placesFor(this.#network, [{ text: "", spans }]);
    }
    return this.#places;
  }

  /**
   * Returns the extents as people read them: one that reaches the end of what hosts can have goes on through what the
   * cloud reserves, to the next place or the end of the block.
   */
  #written(s: number, extents: readonly Span[]): Span[] {
    const name = this.#subnets[s];
    const vpc = this.#network.vpcs.get(name.vpc)!;
    const subnet = vpc.subnets.get(name.subnet)!;
    if (isClosed(subnet)) return [...extents];
    return extents.map(({ first, last }) => {
      const family = familyOf(first);
      const block = blockSpans(vpc, subnet, family).find((span) => span.first <= first && last <= span.last)!;
      const usable = usableSpans(vpc, subnet, family).find(
        (span) => span.first <= first && last <= span.last,
      )!;
      const places = this.#allPlaces()[family];
      const at = firstAbove(places, first);
      const lowest = at > 0 && places[at - 1] > block.first ? places[at - 1] : block.first;
      const next = places[firstAbove(places, last)];
      const highest = next !== undefined && next <= block.last ? before(next) : block.last;
      return { first: first === usable.first ? lowest : first, last: last === usable.last ? highest : last };
    });
  }
}

/** Returns the boxes of usable addresses as text: the same for the same sets, in whatever network. */
export function throughText({ forward, return: back, twoWay }: PairBoxes): string {
  return [forward, back, twoWay]
    .map((boxes) =>
      boxes
        .map(({ src, dst, services }) => [src, dst, services].join(" "))
        .sort()
        .join("; "),
    )
    .join(" / ");
}

/** A packet between two sets of addresses that arrives, or may arrive, and the services that do. */
export interface Passage {
  readonly from: Spot;
  readonly to: Spot;
  readonly outcome: "delivered" | "unknown";
  readonly services: Services;
}

/** Iterates what gets from the ones to the others, one passage for all that fare the same: exact for every address. */
export function* passages(
  network: Network,
  senders: readonly EndpointSpan[],
  targets: readonly EndpointSpan[],
): Generator<Passage, void, undefined> {
  const ends = [senders, targets].map((spans) => ({ text: "", spans }));
  const places = placesFor(network, ends);
  const [from, to] = ends.map((end) => kindsOf(network, end, places));
  const admitted = keptAdmit(network);
  for (const sender of from) {
    for (const receiver of to) {
      if (familyOf(sender.spots[0].address) !== familyOf(receiver.spots[0].address)) continue;
      for (const { from, to, ways, admit } of crossings(network, sender, receiver, admitted)) {
        const fates = partition(network, ways.forward, Services.all, admit);
        for (const outcome of ["delivered", "unknown"] as const)
          if (!fates[outcome].isEmpty) yield { from, to, outcome, services: fates[outcome] };
      }
    }
  }
}

function sizeOf(extents: readonly Span[]): bigint {
  return extents.reduce((sum, { first, last }) => sum + BigInt(last) - BigInt(first) + 1n, 0n);
}

/** Returns the place of the lowest bit. */
function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function fareOf(network: Network, { ways, admit }: Crossing, asked: Asked): Fare {
  let verdicts = 0;
  for (const { verdict } of sharesOf(network, ways, asked, admit)) verdicts |= 1 << VERDICTS.indexOf(verdict);
  const there = partition(network, ways.forward, asked.services, admit);
  const answeredTo = (services: Services, arrived: boolean): Services => {
    if (services.isEmpty) return Services.none;
    const replies = repliesTo(services, asked.sourcePorts);
    const here = partition(network, ways.backs(arrived), replies, admit);
    return services.intersect(answeredBy(here.delivered, asked.sourcePorts));
  };
  const twoWay = answeredTo(there.delivered, true);
  const back = Services.union([twoWay, answeredTo(there.unknown, true), answeredTo(there.dropped, false)]);
  return { verdicts, forward: there.delivered, back, twoWay };
}

/** Returns the ids of the hubs on the paths, in the order in which they are met. */
function hubsOf(paths: readonly Path[]): string[] {
  return [
    ...new Set(paths.flatMap(({ hops }) => hops.flatMap(({ kind, node }) => (kind === "hub" ? [node] : [])))),
  ];
}
