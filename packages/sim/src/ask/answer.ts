import { familyOf } from "@twoway/core";
import { InputError } from "../model/issue.ts";
import type { Network } from "../model/network.ts";
import type { Spot } from "../plane/packet.ts";
import { RANK, type RoundTrip, roundTrip, sharesOf, type Verdict } from "../plane/round-trip.ts";
import type { Asked } from "../plane/service.ts";
import { type Admit, crossings, keptAdmit } from "./crossing.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Kind, kindsOf } from "./kinds.ts";
import { placesFor } from "./places.ts";
import { askedAbout, type Service } from "./service.ts";

/** The answer to "does a packet get from A to B, and does the reply get back?" for all addresses of both (S16). */
export interface Answer {
  readonly service: Service;
  /** The worst verdict of any pair of addresses and any service that was asked about. */
  readonly verdict: Verdict;
  /** Other pairs of addresses, or other services, fare better; the shown packet is the counterexample. */
  readonly partial: boolean;
  /** The first pair of addresses that has the verdict. */
  readonly shown: RoundTrip;
}

/**
 * Answers exactly, without trying every address and every port: what happens to a packet can change only where a route, a
 * rule, a CIDR or a gateway's range begins or ends, so one address of each stretch between two such places stands for
 * all of them. The way of a packet depends on the kind of the sender and on the destination; what the filters on it let
 * pass is a set of services for each address that they look at. The verdicts of all pairs are the product of the two.
 * Cost: a trace for each kind of one end and each stretch of the other, and O(1) for each pair of stretches. Throws an
 * InputError when the ends share no address family, or when there is no such service.
 */
export function answer(network: Network, from: Endpoint, to: Endpoint, service: Service): Answer {
  const asked = askedAbout(network, service);
  const places = placesFor(network, [from, to]);
  const receivers = kindsOf(network, to, places);
  const admitted = keptAdmit(network);
  const seen = new Set<Verdict>();
  let worst: (Pair & { verdict: Verdict }) | undefined;
  for (const sender of kindsOf(network, from, places)) {
    for (const receiver of receivers) {
      if (familyOf(sender.spots[0].address) !== familyOf(receiver.spots[0].address)) continue;
      for (const [verdict, pair] of verdictsBetween(network, sender, receiver, asked, admitted)) {
        seen.add(verdict);
        if (worst === undefined || RANK[verdict] < RANK[worst.verdict]) worst = { verdict, ...pair };
      }
    }
  }
  if (worst === undefined) throw noCommonFamily(from, to, "");
  return {
    service,
    verdict: worst.verdict,
    partial: seen.size > 1,
    shown: roundTrip(network, worst.from, worst.to, asked),
  };
}

interface Pair {
  readonly from: Spot;
  readonly to: Spot;
}

/** Returns every verdict between two kinds of addresses, each with the first pair that has it. */
function verdictsBetween(
  network: Network,
  sender: Kind,
  receiver: Kind,
  asked: Asked,
  admitted: Admit,
): Map<Verdict, Pair> {
  const verdicts = new Map<Verdict, Pair>();
  const seen = new Set<string>();
  for (const { from, to, ways, admit, key } of crossings(network, sender, receiver, admitted)) {
    if (seen.has(key)) continue;
    seen.add(key);
    for (const { verdict } of sharesOf(network, ways, asked, admit))
      if (!verdicts.has(verdict)) verdicts.set(verdict, { from, to });
  }
  return verdicts;
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
