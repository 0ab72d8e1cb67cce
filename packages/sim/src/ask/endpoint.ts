import { type Address, type Family, familyOf, ParseError, Prefix, parseAddress } from "@twoway/core";
import { InputError, type Issue, nearest } from "../model/issue.ts";
import {
  type Host,
  type Network,
  owns,
  type Span,
  type Subnet,
  subnetAt,
  usableSpans,
  type Vpc,
} from "../model/network.ts";
import type { Spot } from "../plane/packet.ts";

/**
 * What people call the two ends of a question: a VPC, a subnet, a host, an address, a CIDR, or `internet`. An endpoint
 * of more than one address means all of its usable addresses (S16).
 */
export interface Endpoint {
  /** As it was written. */
  readonly text: string;
  /** Ascending inside a subnet, subnets in the order of the network; never empty. */
  readonly spans: readonly EndpointSpan[];
}

/** Addresses that share their subnet, or their lack of one. */
export interface EndpointSpan extends Span {
  readonly vpc: string | undefined;
  readonly subnet: string | undefined;
}

/**
 * Returns the endpoint that the text names. Throws an InputError when nothing has the name (with the nearest one that
 * exists) or when several things have it (with all of them). `source` is where the text stands, for the message.
 */
export function resolveEndpoint(network: Network, text: string, source: string): Endpoint {
  const fail = (code: Issue["code"], message: string, suggestion?: string): never => {
    throw new InputError([
      { code, message, source, path: "", ...(suggestion === undefined ? {} : { suggestion }) },
    ]);
  };
  const spans =
    text === "internet"
      ? internetSpans(network)
      : (literalSpans(network, text, fail) ?? namedSpans(network, text, fail));
  if (spans.length === 0) fail("missing-reference", `${text} has no address that a host could have`);
  return { text, spans };
}

type Fail = (code: Issue["code"], message: string, suggestion?: string) => never;

/** Reads an address or a CIDR, on its own or behind `vpc1:`; undefined when the text is neither. */
function literalSpans(network: Network, text: string, fail: Fail): EndpointSpan[] | undefined {
  // a VPC may be called `db`, and `db:2001:db8::1` reads as an IPv6 address too: the VPC is meant if it owns the rest
  const [name] = text.split(":", 1);
  const literal = name === text ? undefined : parseLiteral(text.slice(name.length + 1));
  const byId = network.vpcs.get(name);
  const named = byId ? [byId] : [...network.vpcs.values()].filter((vpc) => vpc.name === name);
  const isOwned = named.some((vpc) =>
    [...vpc.cidrs, ...vpc.secondary].some((cidr) => literal?.block.overlaps(cidr)),
  );
  const plain = isOwned ? undefined : parseLiteral(text);
  if (plain !== undefined) return blockSpans(plain, [...network.vpcs.values()], text, fail);
  if (literal !== undefined && name !== "") {
    const ids = named.map(({ id }) => `${id}:${text.slice(name.length + 1)}`).sort();
    if (ids.length > 1) return fail("ambiguous", `${text} could be ${ids.join(" or ")}`);
    if (ids.length === 0)
      return fail("missing-reference", `there is no VPC ${name}`, nearest(name, network.vpcs.keys()));
    const spans = blockSpans(literal, named, text, fail);
    if (spans.some((span) => span.vpc === undefined))
      fail("bad-address", `${text.slice(name.length + 1)} lies outside ${named[0].id}`);
    return spans;
  }
  // digits and dots, or several colons, were meant as an address: say what is wrong with it
  if (/^\d*\.[\d.]*(\/\d*)?$/.test(text) || /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:./]*$/.test(text)) {
    try {
      text.includes("/") ? Prefix.parse(text) : parseAddress(text);
    } catch (error) {
      if (error instanceof ParseError)
        return fail(text.includes("/") ? "bad-prefix" : "bad-address", error.message, error.suggestion);
    }
  }
  return undefined;
}

/** A single address is the block of its full length, but stands for itself even where no host could have it. */
type Literal = { readonly block: Prefix; readonly single: boolean };

function parseLiteral(text: string): Literal | undefined {
  try {
    if (text.includes("/")) return { block: Prefix.parse(text), single: false };
    const address = parseAddress(text);
    return { block: Prefix.from(address, familyOf(address) === 4 ? 32 : 128), single: true };
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

/**
 * A block means its usable addresses inside the network; one that touches no VPC lies outside. A single address, and a
 * block without a subnet, stand for themselves.
 */
function blockSpans(
  { block, single }: Literal,
  vpcs: readonly Vpc[],
  text: string,
  fail: Fail,
): EndpointSpan[] {
  const touched = single
    ? ownersThatCount(vpcs, block.address)
    : vpcs.filter((vpc) => [...vpc.cidrs, ...vpc.secondary].some((cidr) => cidr.overlaps(block)));
  const clash = single ? (touched.length > 1 ? touched : []) : overlapping(touched, block);
  if (clash.length > 0) {
    const candidates = clash
      .map((vpc) => `${vpc.id}:${text}`)
      .sort()
      .join(", ");
    fail("ambiguous", `${text} belongs to several VPCs: ${candidates}`);
  }
  const whole = { first: block.address, last: block.last };
  if (touched.length === 0) return [{ vpc: undefined, subnet: undefined, ...whole }];
  if (single) {
    const [vpc] = touched;
    return [{ vpc: vpc.id, subnet: subnetAt(vpc, block.address)?.id, ...whole }];
  }
  const spans = touched.flatMap((vpc) => vpcSpans(vpc, block.family)).flatMap((span) => cut(span, whole));
  if (spans.length > 0) return spans;
  return touched.flatMap((vpc) =>
    [...vpc.cidrs, ...vpc.secondary]
      .filter((cidr) => cidr.overlaps(block))
      .flatMap((cidr) =>
        cut({ vpc: vpc.id, subnet: undefined, first: cidr.address, last: cidr.last }, whole),
      ),
  );
}

/** Of several VPCs that own an address, one alone may have a subnet around it: then nobody else can have the address. */
function ownersThatCount(vpcs: readonly Vpc[], address: Address): readonly Vpc[] {
  const owners = vpcs.filter((vpc) => owns(vpc, address));
  const placed = owners.filter((vpc) => subnetAt(vpc, address) !== undefined);
  return placed.length === 1 ? placed : owners;
}

/** Returns the VPCs of which two share addresses inside the block. */
function overlapping(vpcs: readonly Vpc[], block: Prefix): Vpc[] {
  const inside = (vpc: Vpc): Prefix[] =>
    [...vpc.cidrs, ...vpc.secondary].filter((cidr) => cidr.overlaps(block));
  return vpcs.filter((vpc) =>
    vpcs.some(
      (other) =>
        other !== vpc && inside(vpc).some((cidr) => inside(other).some((theirs) => cidr.overlaps(theirs))),
    ),
  );
}

/** Returns the part of the span between two addresses of its family. */
export function cut(span: EndpointSpan, { first, last }: Span): EndpointSpan[] {
  const from = span.first > first ? span.first : first;
  const to = span.last < last ? span.last : last;
  return from <= to ? [{ ...span, first: from, last: to }] : [];
}

/** Returns the spans of the VPC, subnet or host that has this name or id; ids win over names. */
function namedSpans(network: Network, text: string, fail: Fail): EndpointSpan[] {
  const parts = text.split("/");
  const all = [...candidates(network, parts)];
  const byId = all.filter(({ exact }) => exact);
  const found = byId.length > 0 ? byId : all;
  if (found.length === 1) return found[0].spans();
  if (found.length > 1) {
    return fail(
      "ambiguous",
      `${text} could be ${found
        .map(({ path }) => path)
        .sort()
        .join(" or ")}`,
    );
  }
  const known = new Set<string>();
  for (const vpc of network.vpcs.values()) {
    known.add(vpc.id);
    for (const subnet of vpc.subnets.values()) {
      known.add(parts.length > 1 ? `${vpc.id}/${subnet.id}` : subnet.id);
      for (const host of subnet.hosts?.keys() ?? []) known.add(parts.length > 1 ? `${vpc.id}/${host}` : host);
    }
  }
  return fail(
    "missing-reference",
    `there is no VPC, subnet, host or address ${JSON.stringify(text)}`,
    nearest(text, known),
  );
}

interface Candidate {
  /** How to write it so that nothing else is meant. */
  readonly path: string;
  /** The id was given, not a name that others may share. */
  readonly exact: boolean;
  readonly spans: () => EndpointSpan[];
}

/** What an import read keeps the name that it has there: a Terraform address, the id of an interface. */
function* candidates(network: Network, parts: readonly string[]): Generator<Candidate> {
  const last = parts[parts.length - 1];
  const whole = parts.join("/");
  if (parts.length > 3) return;
  for (const vpc of network.vpcs.values()) {
    if (parts.length === 1 || (parts.length === 2 && last === "*")) {
      if (parts[0] === vpc.id || parts[0] === vpc.name || whole === vpc.source) {
        yield {
          path: `${vpc.id}/*`,
          exact: parts[0] === vpc.id || whole === vpc.source,
          spans: () => [...vpcSpans(vpc, 4), ...vpcSpans(vpc, 6)],
        };
      }
    }
    if (parts.length > 1 && parts[0] !== vpc.id && parts[0] !== vpc.name) continue;
    for (const subnet of vpc.subnets.values()) {
      if (parts.length < 3 && (last === subnet.id || last === subnet.name || last === subnet.source)) {
        const spans = (): EndpointSpan[] => [...subnetSpans(vpc, subnet, 4), ...subnetSpans(vpc, subnet, 6)];
        yield { path: `${vpc.id}/${subnet.id}`, exact: last !== subnet.name || last === subnet.id, spans };
      }
      if (parts.length === 3 && parts[1] !== subnet.id && parts[1] !== subnet.name) continue;
      for (const [id, host] of subnet.hosts ?? []) {
        if (last !== id && last !== host.name && last !== host.source) continue;
        yield {
          path: `${vpc.id}/${subnet.id}/${id}`,
          exact: last !== host.name || last === id,
          spans: () => hostSpans(vpc, subnet, host),
        };
      }
    }
  }
}

function vpcSpans(vpc: Vpc, family: Family): EndpointSpan[] {
  return [...vpc.subnets.values()].flatMap((subnet) => subnetSpans(vpc, subnet, family));
}

function subnetSpans(vpc: Vpc, subnet: Subnet, family: Family): EndpointSpan[] {
  return usableSpans(vpc, subnet, family).map((span) => ({ vpc: vpc.id, subnet: subnet.id, ...span }));
}

function hostSpans(vpc: Vpc, subnet: Subnet, host: Host): EndpointSpan[] {
  return host.addresses.map((address) => ({ vpc: vpc.id, subnet: subnet.id, first: address, last: address }));
}

/** The public addresses that no VPC has for itself. */
function internetSpans(network: Network): EndpointSpan[] {
  let spans: EndpointSpan[] = [...INTERNET];
  for (const { cidrs, secondary } of network.vpcs.values()) {
    for (const cidr of [...cidrs, ...secondary]) spans = spans.flatMap((span) => cutOut(span, cidr));
  }
  return spans;
}

/** Returns what is left of the span, before and behind the block. */
function cutOut(span: EndpointSpan, block: Prefix): EndpointSpan[] {
  const { address, last } = block;
  if (familyOf(span.first) !== block.family || last < span.first || span.last < address) return [span];
  const before = address > span.first ? [{ ...span, last: moved(address, -1) }] : [];
  const behind = last < span.last ? [{ ...span, first: moved(last, 1) }] : [];
  return [...before, ...behind];
}

function moved(address: Address, by: number): Address {
  return (typeof address === "number" ? address + by : address + BigInt(by)) as Address;
}

/** Global unicast space: IPv4 without what IANA sets aside for other uses, and 2000::/3. */
const INTERNET: readonly EndpointSpan[] = [
  ["1.0.0.0", "9.255.255.255"],
  ["11.0.0.0", "100.63.255.255"],
  ["100.128.0.0", "126.255.255.255"],
  ["128.0.0.0", "169.253.255.255"],
  ["169.255.0.0", "172.15.255.255"],
  ["172.32.0.0", "191.255.255.255"],
  ["192.0.1.0", "192.0.1.255"],
  ["192.0.3.0", "192.167.255.255"],
  ["192.169.0.0", "198.17.255.255"],
  ["198.20.0.0", "198.51.99.255"],
  ["198.51.101.0", "203.0.112.255"],
  ["203.0.114.0", "223.255.255.255"],
  ["2000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
].map(([first, last]) => ({
  vpc: undefined,
  subnet: undefined,
  first: parseAddress(first),
  last: parseAddress(last),
}));

/** Returns the address of a span as a place where packets start or end. */
export function spotAt({ vpc, subnet }: EndpointSpan, address: Address): Spot {
  return { vpc, subnet, address };
}
