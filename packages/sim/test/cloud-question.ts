import { answer, type Network, resolveEndpoint } from "@twoway/sim";
import { addressText, cidr, type Estate } from "./cloud-generate.ts";
import type { Asked, CloudWalk, Fate, Place, Walked } from "./cloud-walk.ts";

/** Questions about an estate, asked of the walk through it and of a network that was read from a description of it. */

export interface Question extends Asked {
  readonly from: Place;
  readonly to: Place;
}

/** Returns random questions; none about an estate in which nobody can send. */
export function questionsOf(estate: Estate, count: number, random: () => number): Question[] {
  const one = <T>(items: readonly T[]): T => items[random() % items.length];
  const senders = sendersOf(estate);
  if (senders.length === 0) return [];
  const others = othersOf(estate);
  const drawn = Array.from({ length: count }, (_, n) => {
    const protocol = one([6, 6, 17, 1]);
    const port = one(protocol === 1 ? [8, 0, 13] : [443, 22, 5000]);
    const ends = [one(senders), one(n % 4 === 0 ? others : senders)];
    // an address that nobody has sends nothing
    const [from, to] = n % 16 === 0 && ends[1].vpc === undefined ? [ends[1], ends[0]] : ends;
    return { from, to, protocol, port, sourcePort: one([40000, 2000]) };
  });
  // what somebody sends to himself goes nowhere
  return drawn.filter(({ from, to }) => from.vpc !== to.vpc || from.address !== to.address);
}

/** Addresses inside that somebody has, or may have. */
function sendersOf({ vpcs, hidden, listsHosts }: Estate): Place[] {
  return vpcs
    .filter(({ account }) => !hidden.includes(account))
    .flatMap(({ id, subnets, hosts }) =>
      listsHosts
        ? hosts.flatMap(({ addresses }) => addresses.map((address) => ({ vpc: id, address })))
        : subnets.map(({ cidr }) => ({ vpc: id, address: cidr.base + 20 })),
    );
}

/** Addresses in no subnet, of the cloud itself, of nobody, outside, and public ones. */
function othersOf({ vpcs, hidden, listsHosts }: Estate): Place[] {
  const shown = vpcs.filter(({ account }) => !hidden.includes(account));
  const inside = shown.flatMap(({ id, cidrs, subnets }) => [
    { vpc: id, address: cidrs[0].base + 256 * 9 + 5 },
    { vpc: id, address: subnets[0].cidr.base + 2 },
    { vpc: id, address: subnets[0].cidr.base + 200 },
  ]);
  const outside = ["8.8.8.8/32", "52.216.0.9/32", "10.250.0.5/32", "172.20.0.5/32"].map(
    (text) => cidr(text).base,
  );
  const publics = listsHosts ? shown.flatMap(({ hosts }) => hosts.flatMap((host) => host.public ?? [])) : [];
  return [...inside, ...[...outside, ...publics.slice(0, 2)].map((address) => ({ vpc: undefined, address }))];
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [6, "tcp"],
  [17, "udp"],
  [1, "icmp"],
]);

export interface Compared {
  readonly walked: Walked;
  /** What the walk says, and what the network's trace says to the same depth: equal, or one of them is wrong. */
  readonly expected: string;
  readonly found: string;
}

export function compare(network: Network, walk: CloudWalk, { from, to, ...asked }: Question): Compared {
  const walked = walk.walk(from, to, asked);
  const [source, destination] = [from, to].map((place) =>
    resolveEndpoint(network, textOf(place), "question"),
  );
  const { protocol, ...ports } = asked;
  const { verdict, shown } = answer(network, source, destination, {
    protocol: NAMES.get(protocol)!,
    ...ports,
  });
  const fates = [shown.forward, shown.return].map((trace, k): Fate => {
    const want = [walked.forward, walked.back][k];
    if (trace.cause === null) return { outcome: trace.outcome };
    // what the walk leaves open is left open here
    return {
      outcome: trace.outcome,
      ...(want.cause === undefined && trace.outcome === "unknown"
        ? {}
        : { cause: want.cause === "" ? "" : trace.cause }),
      ...(want.by === undefined ? {} : { by: nameOf(trace.component.id) }),
    };
  });
  const expected = say(walked.verdict, [walked.forward, walked.back]);
  const isOpen = walked.verdict === "unknown" && verdict === "unknown";
  return { walked, expected, found: isOpen ? expected : say(verdict, fates) };
}

export function questionText({ from, to, ...asked }: Question): string {
  return `${textOf(from)} to ${textOf(to)} ${JSON.stringify(asked)}`;
}

function textOf({ vpc, address }: Place): string {
  return (vpc === undefined ? "" : `${vpc}:`) + addressText(address);
}

function say(verdict: string, fates: readonly Fate[]): string {
  return [
    verdict,
    ...fates.map(({ outcome, cause, by }) => [outcome, cause, by].filter(Boolean).join(" ")),
  ].join(" | ");
}

/** What decided, as far as every input can name it: a route by its table and destination, an ACL's last rule by the ACL. */
function nameOf(id: string): string {
  return id.replace(/ -> .*$/, "").replace(/ rule \*$/, "");
}
