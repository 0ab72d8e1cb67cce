import { familyOf } from "@twoway/core";
import { InputError } from "../model/issue.ts";
import type { Network } from "../model/network.ts";
import { admit, type Check, type Fates } from "../plane/filter.ts";
import type { Spot } from "../plane/packet.ts";
import { type Path, pathsTo, replyPath } from "../plane/path.ts";
import {
  RANK,
  type RoundTrip,
  roundTrip,
  sharesOf,
  type Verdict,
  type Ways,
  waysBetween,
} from "../plane/round-trip.ts";
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
  const seen = new Set<Verdict>();
  let worst: (Pair & { verdict: Verdict }) | undefined;
  for (const { pair, ways, admitted } of meetings(network, from, to)) {
    for (const { verdict } of sharesOf(network, ways, asked, admitted)) {
      seen.add(verdict);
      if (worst === undefined || RANK[verdict] < RANK[worst.verdict]) worst = { verdict, ...pair };
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

/** Two addresses that stand for all that fare like them, and what packets between them meet. */
interface Meeting {
  readonly pair: Pair;
  /** Found with these addresses, or with others of their kinds: `admitted` knows which are meant. */
  readonly ways: Ways;
  readonly admitted: Admit;
}

/** Yields one pair of addresses for each way in which any pair of the two ends may fare, or fail. */
export function* meetings(
  network: Network,
  from: Endpoint,
  to: Endpoint,
): Generator<Meeting, void, undefined> {
  const places = placesFor(network, [from, to]);
  const receivers = kindsOf(network, to, places);
  const admitted = keptAdmit(network);
  for (const sender of kindsOf(network, from, places)) {
    for (const receiver of receivers) {
      if (familyOf(sender.spots[0].address) !== familyOf(receiver.spots[0].address)) continue;
      yield* meetingsOf(network, sender, receiver, admitted);
    }
  }
}

function* meetingsOf(
  network: Network,
  sender: Kind,
  receiver: Kind,
  admitted: Admit,
): Generator<Meeting, void, undefined> {
  const seen = new Set<string>();
  const [anyFrom] = sender.spots;
  const [anyTo] = receiver.spots;
  const forwards = receiver.spots.map((to) => pathsTo(network, anyFrom, to));
  const isChanged = ({ packet }: Path): boolean => packet.translations.length > 0;
  if (anyTo.vpc === undefined || forwards.some((paths) => paths.some(isChanged))) {
    // what comes back depends on how the packet left
    for (const to of receiver.spots) {
      for (const from of sender.spots)
        yield { pair: { from, to }, ways: waysBetween(network, from, to), admitted };
    }
    return;
  }
  const backs = sender.spots.map((from) => replyPath(network, from, anyTo));
  for (const [j, to] of receiver.spots.entries()) {
    for (const [i, from] of sender.spots.entries()) {
      // the paths were found with other addresses of the same kinds; the filters look at these
      const meant = (spot: Spot): Spot => (spot === anyFrom ? from : spot === anyTo ? to : spot);
      const fates: Admit = (_, check, remote) => admitted(network, check, meant(remote));
      const key = [forwards[j], backs[i]].map((paths) => keyOf(network, paths, fates)).join(" / ");
      if (seen.has(key)) continue;
      seen.add(key);
      yield { pair: { from, to }, ways: { forward: forwards[j], backs: () => backs[i] }, admitted: fates };
    }
  }
}

/** What the verdicts and their causes depend on: how each path ends, and what each of its filters lets pass. */
function keyOf(network: Network, paths: readonly Path[], fates: Admit): string {
  return paths
    .map(({ ending, checks }) =>
      [
        ending.cause === null ? "" : `${ending.cause} ${ending.component.kind} ${ending.component.id}`,
        ...checks.map(({ check }) => `${check.filters} ${nameOf(fates(network, check, check.remote))}`),
      ].join(" "),
    )
    .join("; ");
}

type Admit = typeof admit;

/** Returns `admit` with a memory, for each filter and each address that it has looked at. */
function keptAdmit(network: Network): Admit {
  const known = new Map<string, Map<Spot, Fates>>();
  const places = new WeakMap<Check, Map<Spot, Fates>>();
  return (_, check, remote) => {
    let fates = places.get(check);
    if (fates === undefined) {
      const { kind, direction, filters, vpc, knowsGroups } = check;
      const name = `${kind} ${direction} ${vpc.id} ${knowsGroups} ${filters.join(" ")}`;
      fates = known.get(name) ?? new Map<Spot, Fates>();
      known.set(name, fates);
      places.set(check, fates);
    }
    let fate = fates.get(remote);
    if (fate === undefined) {
      fate = admit(network, check, remote);
      fates.set(remote, fate);
    }
    return fate;
  };
}

const names = new WeakMap<Fates, string>();

/** Returns the sets as text: the same for the same sets. */
function nameOf(fates: Fates): string {
  let name = names.get(fates);
  if (name === undefined) {
    name = `${fates.delivered.ranges.join()}|${fates.unknown.ranges.join()}`;
    names.set(fates, name);
  }
  return name;
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
