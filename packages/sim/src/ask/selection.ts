import { familyOf, ParseError, Prefix } from "@twoway/core";
import { nearest } from "../model/issue.ts";
import { type Network, type Subnet, usableSpans, type Vpc } from "../model/network.ts";
import { cut, type EndpointSpan } from "./endpoint.ts";

/**
 * Sets of addresses by what people call them: `prod-*` (VPCs and subnets of that name or id), `prod/*` and `prod-?/db`
 * (subnets of VPCs), `tag:env=prod` or `tag:env` (a subnet has its VPC's tags), `10.1.0.0/16`.
 */
export interface Selector {
  /** As it was written. */
  readonly text: string;
  readonly matches: (vpc: Vpc, subnet: Subnet) => boolean;
  /** The part of a subnet that is meant; undefined means all of it. */
  readonly within: Prefix | undefined;
}

/** Reads a selector. Throws a ParseError. */
export function parseSelector(text: string): Selector {
  if (text.startsWith("tag:")) return tagSelector(text);
  if (/^[\d.]+(\/\d*)?$/.test(text) || /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(\/\d*)?$/.test(text)) {
    const within = Prefix.parse(text);
    return { text, within, matches: (_, { cidrs }) => cidrs.some((cidr) => cidr.overlaps(within)) };
  }
  const parts = text.split("/");
  const empty = parts.indexOf("");
  if (empty >= 0 || parts.length > 2)
    throw new ParseError(text, "a set is written VPC, SUBNET, VPC/SUBNET, tag:KEY=VALUE or as a CIDR", 0);
  const odd = /[^\p{L}\p{N}_.*?/-]/u.exec(text);
  if (odd !== null)
    throw new ParseError(
      text,
      "a name is made of letters, digits, `_`, `-` and `.`, with `*` and `?`",
      odd.index,
    );
  const [first, second] = parts;
  const named = (glob: string, { id, name }: { readonly id: string; readonly name: string }): boolean =>
    follows(glob, id) || follows(glob, name);
  const matches = (vpc: Vpc, subnet: Subnet): boolean =>
    second === undefined
      ? named(first, vpc) || named(first, subnet)
      : named(first, vpc) && named(second, subnet);
  return { text, within: undefined, matches };
}

function tagSelector(text: string): Selector {
  const [, key, value] = /^tag:([^=\s]+)(?:=(.*))?$/su.exec(text) ?? [];
  if (key === undefined)
    throw new ParseError(text, "a tag is written tag:KEY or tag:KEY=VALUE", 4, "tag:env=prod");
  const matches = (vpc: Vpc, subnet: Subnet): boolean => {
    const found = subnet.tags?.get(key) ?? vpc.tags?.get(key);
    return found !== undefined && (value === undefined || follows(value, found));
  };
  return { text, within: undefined, matches };
}

/**
 * Reports whether the text follows the pattern, in which `*` is any text and `?` one character. Only the last `*` is ever
 * tried again, so a hostile pattern costs O(text × pattern), where a regular expression would never end.
 */
function follows(pattern: string, text: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let t = 0; t < text.length; ) {
    if (pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Returns the addresses that any of the selectors means, by subnet, in the order of the network. O(subnets). */
export function select(network: Network, selectors: readonly Selector[]): EndpointSpan[] {
  const found: EndpointSpan[] = [];
  for (const vpc of network.vpcs.values()) {
    for (const subnet of vpc.subnets.values()) {
      const meant = selectors.filter(({ matches }) => matches(vpc, subnet));
      if (meant.length === 0) continue;
      const whole = meant.some(({ within }) => within === undefined);
      for (const span of [...usableSpans(vpc, subnet, 4), ...usableSpans(vpc, subnet, 6)]) {
        const all = { vpc: vpc.id, subnet: subnet.id, ...span };
        if (whole) found.push(all);
        else found.push(...disjoint(meant.flatMap(({ within }) => inside(all, within!))));
      }
    }
  }
  return found;
}

function inside(span: EndpointSpan, { family, address, last }: Prefix): EndpointSpan[] {
  return familyOf(span.first) === family ? cut(span, { first: address, last }) : [];
}

/** Blocks lie in one another or apart, so what is left is the widest ones. */
function disjoint(spans: readonly EndpointSpan[]): EndpointSpan[] {
  const sorted = [...spans].sort((a, b) =>
    a.first < b.first ? -1 : a.first > b.first ? 1 : a.last > b.last ? -1 : 1,
  );
  return sorted.filter(
    (span, i) => !sorted.slice(0, i).some(({ first, last }) => first <= span.first && span.last <= last),
  );
}

/** Returns what might have been meant by a selector that selects nothing. */
export function nearestSelector(network: Network, { text }: Selector): string | undefined {
  const known = new Set<string>();
  for (const vpc of network.vpcs.values()) {
    known.add(vpc.id).add(`${vpc.id}/*`);
    for (const subnet of vpc.subnets.values()) {
      known.add(subnet.id).add(`${vpc.id}/${subnet.id}`);
      for (const [key, value] of [...(vpc.tags ?? []), ...(subnet.tags ?? [])])
        known.add(`tag:${key}=${value}`);
    }
  }
  return nearest(text, known);
}
