import {
  hasPorts,
  hasTypes,
  ICMP,
  ICMPV6,
  pointOf,
  portOf,
  protocolName,
  protocolOf,
  Services,
  TCP,
  UDP,
} from "../model/services.ts";

/** Which services a packet and its reply have: the reply swaps the ports. */

/** What is asked about: the services of the packet, and the ports from which those are asked that have ports. */
export interface Asked {
  readonly services: Services;
  readonly sourcePorts: { readonly first: number; readonly last: number };
}

/** One packet of what is asked about. */
export interface Sample {
  readonly protocol: string;
  readonly port?: number;
  readonly sourcePort?: number;
}

/** Types of ICMP messages that answer each other. */
const PAIRS: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  [ICMP]: [
    [8, 0],
    [13, 14],
    [15, 16],
    [17, 18],
  ],
  [ICMPV6]: [[128, 129]],
};

/**
 * Returns the services of the replies: to the source port for protocols with ports, the answering type for ICMP, and
 * the same protocol for the rest.
 */
export function repliesTo(services: Services, { first, last }: Asked["sourcePorts"]): Services {
  const parts: Services[] = [];
  for (const protocol of protocolsOf(services)) {
    if (hasPorts(protocol)) parts.push(Services.of(protocol, first, last));
    else if (hasTypes(protocol)) parts.push(answered(services.intersect(Services.of(protocol)), protocol));
    else parts.push(services.intersect(Services.of(protocol)));
  }
  return Services.union(parts);
}

/**
 * Returns the services all of whose replies lie in the set, whichever of the source ports they are asked from. For one
 * of them it is the inverse of `repliesTo`.
 */
export function answeredBy(replies: Services, { first, last }: Asked["sourcePorts"]): Services {
  if (replies.isAll) return replies;
  const parts: Services[] = [];
  for (const protocol of protocolsOf(replies)) {
    const own = replies.intersect(Services.of(protocol));
    if (hasPorts(protocol)) {
      if (Services.of(protocol, first, last).subtract(own).isEmpty) parts.push(Services.of(protocol));
    } else parts.push(hasTypes(protocol) ? answered(own, protocol) : own);
  }
  return Services.union(parts);
}

/** What `compareReplies` says, as bits. */
export const SOME_ANSWERED = 1;
export const SOME_REFUSED = 2;
/** One of the services is answered whichever of the source ports it is asked from. */
export const ONE_ANSWERED = 4;

/**
 * Compares the replies to the services with those that get through: whether some of them do, whether some do not, and
 * whether all replies to some service do. It says of `repliesTo` and `answeredBy` whether they are empty, and makes no set
 * for it. O(log ranges) for the protocols with ports, O(ranges) for the others.
 */
export function compareReplies(
  services: Services,
  passed: Services,
  { first, last }: Asked["sourcePorts"],
): number {
  let found = 0;
  for (const protocol of PORTED) {
    if (!services.meets(pointOf(protocol, 0), pointOf(protocol, 65535))) continue;
    const [from, to] = [pointOf(protocol, first), pointOf(protocol, last)];
    if (passed.covers(from, to)) found |= SOME_ANSWERED | ONE_ANSWERED;
    else found |= passed.meets(from, to) ? SOME_ANSWERED | SOME_REFUSED : SOME_REFUSED;
  }
  for (const protocol of TYPED) {
    const [from, to] = [pointOf(protocol, 0), pointOf(protocol, 65535)];
    if (!services.meets(from, to)) continue;
    if (passed.covers(from, to)) found |= SOME_ANSWERED | ONE_ANSWERED;
    else if (!passed.meets(from, to)) found |= SOME_REFUSED;
    else {
      const replies = answered(services.intersect(Services.of(protocol)), protocol);
      if (!replies.intersect(passed).isEmpty) found |= SOME_ANSWERED | ONE_ANSWERED;
      if (!replies.subtract(passed).isEmpty) found |= SOME_REFUSED;
    }
  }
  const { ranges } = services;
  for (let i = 0; i < ranges.length; i += 2) {
    for (let at = 0; at < OTHERS.length && OTHERS[at] <= ranges[i + 1]; at += 2) {
      const [from, to] = [Math.max(ranges[i], OTHERS[at]), Math.min(ranges[i + 1], OTHERS[at + 1])];
      if (from > to) continue;
      if (passed.meets(from, to)) found |= SOME_ANSWERED | ONE_ANSWERED;
      if (!passed.covers(from, to)) found |= SOME_REFUSED;
    }
  }
  return found;
}

const PORTED = Array.from({ length: 256 }, (_, protocol) => protocol).filter(hasPorts);
const TYPED = [ICMP, ICMPV6];
/** Ranges of the protocols that have neither ports nor types: a packet is answered by one of its own kind. */
const OTHERS = Services.all.subtract(
  Services.union([...PORTED, ...TYPED].map((protocol) => Services.of(protocol))),
).ranges;

/** Swaps the types that answer each other; other types stay. It is its own inverse. */
function answered(types: Services, protocol: number): Services {
  const pairs = PAIRS[protocol].flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
  const moved = pairs.map(([from, to]) => {
    const { ranges } = types.intersect(typeOf(protocol, from));
    const shift = 256 * (to - from);
    return Services.union(
      Array.from({ length: ranges.length / 2 }, (_, i) =>
        Services.of(protocol, portOf(ranges[2 * i]) + shift, portOf(ranges[2 * i + 1]) + shift),
      ),
    );
  });
  const kept = types.subtract(Services.union(pairs.map(([from]) => typeOf(protocol, from))));
  return Services.union([kept, ...moved]);
}

function typeOf(protocol: number, type: number): Services {
  return Services.of(protocol, 256 * type, 256 * type + 255);
}

function* protocolsOf({ ranges }: Services): Generator<number> {
  let next = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    for (let p = Math.max(next, protocolOf(ranges[i])); p <= protocolOf(ranges[i + 1]); p++) yield p;
    next = protocolOf(ranges[i + 1]) + 1;
  }
}

/** Returns the one of these services that has this reply. */
export function requestOf(services: Services, reply: number): number {
  const protocol = protocolOf(reply);
  const own = services.intersect(Services.of(protocol));
  return hasTypes(protocol)
    ? showcase(own.intersect(answered(Services.of(protocol, portOf(reply), portOf(reply)), protocol)))
    : showcase(own);
}

const FAMILIAR: readonly Services[] = [
  Services.of(TCP, 1),
  Services.of(UDP, 1),
  Services.of(ICMP, 256 * 8, 256 * 8),
  Services.all,
];

/** Returns a point of the set, one that people know where there is one. The set is not empty. */
export function showcase(services: Services): number {
  for (const some of FAMILIAR) {
    const { first } = services.intersect(some);
    if (first !== undefined) return first;
  }
  throw new RangeError("an empty set of services has nothing to show");
}

/** Returns a point as people write it: `tcp/443`, `icmp/8`, `proto/47`. */
export function describeService(point: number): string {
  const protocol = protocolOf(point);
  const [whole] = Services.of(protocol).format();
  if (hasPorts(protocol)) return `${whole}/${portOf(point)}`;
  return hasTypes(protocol) ? `${whole}/${portOf(point) >> 8}` : whole;
}

/** Returns the packet of this service whose reply is this one. */
export function sampleOf(point: number, reply: number): Sample {
  const protocol = protocolOf(point);
  const name = protocolName(protocol);
  if (hasPorts(protocol)) return { protocol: name, port: portOf(point), sourcePort: portOf(reply) };
  return hasTypes(protocol) ? { protocol: name, port: portOf(point) >> 8 } : { protocol: name };
}
