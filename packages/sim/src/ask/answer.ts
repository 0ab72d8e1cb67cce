import { type Address, type Address4, type Address6, type Family, familyOf, type Prefix } from "@twoway/core";
import { InputError } from "../model/issue.ts";
import { type Network, type RouteTable, tableOf, usableSpans, type Vpc } from "../model/network.ts";
import { PRIVATE_SPACE } from "../model/private-space.ts";
import { nextHop } from "../plane/forwarding.ts";
import { type RoundTrip, returnTrace, roundTrip, type Verdict, verdictOf } from "../plane/round-trip.ts";
import { type Spot, type Trace, trace } from "../plane/trace.ts";
import type { Endpoint, EndpointSpan } from "./endpoint.ts";

/** What the packet carries. Without filters it decides nothing, and the answer says for what it was asked. */
export interface Service {
  readonly protocol: string;
  readonly port?: number;
}

/** The answer to "does a packet get from A to B, and does the reply get back?" for all addresses of both (S16). */
export interface Answer {
  readonly service: Service;
  /** The worst verdict of any pair of addresses. */
  readonly verdict: Verdict;
  /** Other pairs of addresses fare better; the shown pair is the counterexample. */
  readonly partial: boolean;
  /** The first pair of addresses that has the verdict. */
  readonly shown: RoundTrip;
}

/**
 * Answers exactly, without trying every address: what happens to a packet can change only where a route, a CIDR or a
 * subnet begins or ends, so one address of each stretch between two such places stands for all of them. What the
 * forward path decides depends on the destination and the sender's table alone, and the return path the other way
 * round, so the verdicts of all pairs are the product of the two, and one address per outcome is enough of each.
 * Cost: O(pairs of tables × stretches × subnets of a VPC). Throws an InputError when the ends share no address family.
 */
export function answer(network: Network, from: Endpoint, to: Endpoint, service: Service): Answer {
  const stretches = stretchFinder(network);
  const seen = new Set<Verdict>();
  let worst: { verdict: Verdict; from: Spot; to: Spot } | undefined;
  const consider = (source: Spot, destination: Spot, forward: Outcome, back: Outcome): void => {
    const verdict = verdictOf(forward, back);
    seen.add(verdict);
    if (worst === undefined || RANK[verdict] < RANK[worst.verdict]) {
      worst = { verdict, from: source, to: destination };
    }
  };
  /** Returns the first address of the spans for each way in which the sender's packets to them end. */
  const outcomes = (sender: Spot, spans: readonly EndpointSpan[]): Map<Outcome, Spot> => {
    const first = new Map<Outcome, Spot>();
    for (const span of spans) {
      for (const spot of stretches(sender, span)) {
        const { outcome } = trace(network, sender, spot);
        if (!first.has(outcome)) first.set(outcome, spot);
      }
    }
    return first;
  };
  const destinationGroups = byTable(network, to.spans);
  for (const sources of byTable(network, from.spans)) {
    for (const destinations of destinationGroups) {
      if (familyOf(sources[0].first) !== familyOf(destinations[0].first)) continue;
      const sender = spotAt(sources[0], sources[0].first);
      const replier = spotAt(destinations[0], destinations[0].first);
      if (replier.vpc === undefined) {
        // what comes back from outside depends on how the packet left
        for (const spot of destinations.flatMap((span) => stretches(sender, span))) {
          const forward = trace(network, sender, spot);
          consider(sender, spot, forward.outcome, returnTrace(network, sender, spot, forward).outcome);
        }
        continue;
      }
      const backs = outcomes(replier, sources);
      for (const [forward, destination] of outcomes(sender, destinations)) {
        for (const [back, source] of backs) consider(source, destination, forward, back);
      }
    }
  }
  if (worst === undefined) throw noCommonFamily(from, to, "");
  return {
    service,
    verdict: worst.verdict,
    partial: seen.size > 1,
    shown: roundTrip(network, worst.from, worst.to),
  };
}

type Outcome = Trace["outcome"];

/** Returns the spans that share their route table and their family, in the order of their first. */
export function byTable(network: Network, spans: readonly EndpointSpan[]): EndpointSpan[][] {
  const groups = new Map<string, EndpointSpan[]>();
  for (const span of spans) {
    const vpc = network.vpcs.get(span.vpc ?? "");
    const subnet = vpc?.subnets.get(span.subnet ?? "");
    const table = vpc && subnet && tableOf(vpc, subnet).id;
    const key = `${familyOf(span.first)} ${span.vpc ?? ""} ${table ?? ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [span]);
    else group.push(span);
  }
  return [...groups.values()];
}

/** From the worst to the best (S14, S16): a proven fault decides before a doubt does. */
const RANK: Readonly<Record<Verdict, number>> = {
  unreachable: 0,
  "return-only": 1,
  "forward-only": 2,
  unknown: 3,
  "two-way": 4,
};

/** Returns a function that gives one address for each stretch of a span in which a sender's packets fare the same. */
export function stretchFinder(network: Network): (sender: Spot, span: EndpointSpan) => Spot[] {
  const known = new Map<string, Address[]>();
  return (sender, span) => {
    const vpc = network.vpcs.get(sender.vpc ?? "");
    const subnet = vpc?.subnets.get(sender.subnet ?? "");
    if (vpc === undefined || subnet === undefined) return [spotAt(span, span.first)];
    const table = tableOf(vpc, subnet);
    const family = familyOf(span.first);
    const key = `${table.id} ${family}`;
    let places = known.get(key);
    if (places === undefined) {
      places = boundaries(network, vpc, table, family);
      known.set(key, places);
    }
    const starts = [span.first];
    for (let i = firstAbove(places, span.first); i < places.length && places[i] <= span.last; i++)
      starts.push(places[i]);
    return starts.map((address) => spotAt(span, address));
  };
}

/** Returns the address of a span as a place where packets start or end. */
export function spotAt({ vpc, subnet }: EndpointSpan, address: Address): Spot {
  return { vpc, subnet, address };
}

/** Returns, ascending, every address at which the fate of a packet from this table may change. */
function boundaries(network: Network, vpc: Vpc, table: RouteTable, family: Family): Address[] {
  const places = new Set<Address>();
  const span = (first: Address, last: Address): void => {
    if (familyOf(first) !== family) return;
    places.add(first);
    const next = after(last);
    if (next !== undefined) places.add(next);
  };
  const block = (prefix: Prefix): void => span(prefix.address, prefix.last);
  const reachable = new Set([vpc]);
  for (const { destination, target } of table.routes ?? []) {
    block(destination);
    const hop = nextHop(network, vpc, target);
    if (hop.kind === "peering" && hop.vpc !== undefined) reachable.add(hop.vpc);
  }
  for (const space of PRIVATE_SPACE) block(space);
  for (const { cidrs, secondary } of network.vpcs.values())
    for (const cidr of [...cidrs, ...secondary]) block(cidr);
  for (const far of reachable) {
    for (const subnet of far.subnets.values()) {
      for (const cidr of subnet.cidrs) block(cidr);
      for (const { first, last } of usableSpans(far, subnet, family)) span(first, last);
    }
  }
  return [...places].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Returns the next address; undefined behind the last one of the family. */
function after(address: Address): Address | undefined {
  if (typeof address === "number") return address === 0xffffffff ? undefined : ((address + 1) as Address4);
  return BigInt.asUintN(128, address + 1n) === 0n ? undefined : ((address + 1n) as Address6);
}

/** Returns the index of the first address above `address`, by binary search. */
function firstAbove(sorted: readonly Address[], address: Address): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Throws an InputError when no packet can have an address of each end; `source` is where the question stands. */
export function checkFamilies(from: Endpoint, to: Endpoint, source: string): void {
  const families = new Set(from.spans.map(({ first }) => familyOf(first)));
  if (!to.spans.some(({ first }) => families.has(familyOf(first)))) throw noCommonFamily(from, to, source);
}

function noCommonFamily(from: Endpoint, to: Endpoint, source: string): InputError {
  const families = (end: Endpoint): string =>
    [...new Set(end.spans.map(({ first }) => `IPv${familyOf(first)}`))].join(" and ");
  const message = `${from.text} has ${families(from)} and ${to.text} has ${families(to)}: no packet can have both addresses`;
  return new InputError([{ code: "bad-address", message, source, path: "" }]);
}
