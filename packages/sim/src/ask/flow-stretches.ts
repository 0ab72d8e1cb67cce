import { type Address, Fib, familyOf, Prefix, readWords, Trie, writeWords } from "@twoway/core";
import { type Network, usableSpans } from "../model/network.ts";
import { hasPorts, hasTypes, portOf, protocolOf, type Services } from "../model/services.ts";
import { TRANSLATED } from "../plane/filter.ts";
import { after } from "../plane/spans.ts";
import type { EndpointSpan } from "./endpoint.ts";
import { placesFor } from "./places.ts";

/**
 * All addresses of both families cut into stretches: between two boundaries nothing in any of the networks begins or
 * ends, so packets of all addresses of a stretch fare the same, and its first address stands for it. Stretches of IPv4
 * come first, each family in address order.
 *
 *   starts4    first address of each stretch; the first of all is 0
 *   table4     the stretch of every address, as the value of the blocks that make it up
 *   starts6    four words each
 */
export class Stretches {
  readonly #starts4: Uint32Array;
  readonly #table4: Fib;
  readonly #starts6: Uint32Array;
  /** Number of stretches of both families. */
  readonly length: number;

  constructor(networks: readonly Network[]) {
    const found = { 4: new Set<Address>(), 6: new Set<Address>() };
    for (const network of networks) collect(network, (address) => found[familyOf(address)].add(address));
    const starts4 = Uint32Array.from([0, ...(found[4] as Set<number>)]).sort();
    this.#starts4 = starts4.filter((start, i) => i === 0 || start !== starts4[i - 1]);
    const starts6 = [...new Set([0n, ...(found[6] as Set<bigint>)])].sort((a, b) => (a < b ? -1 : 1));
    this.#starts6 = new Uint32Array(4 * starts6.length);
    for (const [i, start] of starts6.entries()) writeWords(start as Address, this.#starts6, 4 * i);
    const trie = new Trie();
    for (const [stretch, start] of this.#starts4.entries()) {
      const end = stretch + 1 < this.#starts4.length ? this.#starts4[stretch + 1] : 2 ** 32;
      for (let at = start; at < end; ) {
        const bits = blockAt(at, end);
        trie.insert(Prefix.from(at as Address, bits), stretch);
        at += 2 ** (32 - bits);
      }
    }
    this.#table4 = Fib.from(trie, { batch: "typescript" });
    this.length = this.#starts4.length + starts6.length;
  }

  /** Returns the stretch of an IPv4 address: two loads. */
  find4(address: number): number {
    return this.#table4.lookup4(address);
  }

  /** Returns the stretch of the IPv6 address that stands at `words[at]`. O(log stretches). */
  find6(words: Uint32Array, at: number): number {
    const starts = this.#starts6;
    let low = 0;
    let high = starts.length / 4 - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      let i = 0;
      while (i < 3 && starts[4 * middle + i] === words[at + i]) i++;
      if (starts[4 * middle + i] <= words[at + i]) low = middle;
      else high = middle - 1;
    }
    return this.#starts4.length + low;
  }

  /** Returns the first address of a stretch. */
  first(stretch: number): Address {
    const n4 = this.#starts4.length;
    return stretch < n4
      ? (this.#starts4[stretch] as Address)
      : readWords(6, this.#starts6, 4 * (stretch - n4));
  }
}

/** Returns the length of the largest block that begins at the address and ends before `end`. */
function blockAt(address: number, end: number): number {
  let bits = 32;
  for (let size = 2; bits > 0 && address % size === 0 && address + size <= end; size *= 2) bits--;
  return bits;
}

/** Gives every address at which something begins, and those behind an end. */
function collect(network: Network, add: (address: Address) => void): void {
  const span = (first: Address, last: Address): void => {
    add(first);
    const next = after(last);
    if (next !== undefined) add(next);
  };
  const spans: EndpointSpan[] = [];
  for (const vpc of network.vpcs.values()) {
    for (const subnet of vpc.subnets.values()) {
      for (const { address, last } of subnet.cidrs) {
        span(address, last);
        spans.push({ vpc: vpc.id, subnet: subnet.id, first: address, last });
      }
      for (const { addresses } of subnet.hosts?.values() ?? [])
        for (const address of addresses) span(address, address);
      for (const family of [4, 6] as const)
        for (const { first, last } of usableSpans(vpc, subnet, family)) span(first, last);
    }
  }
  for (const { address } of network.gateways.values()) if (address !== undefined) span(address, address);
  const outside = { vpc: undefined, subnet: undefined, first: 0 as Address, last: 0 as Address };
  const places = placesFor(network, [{ text: "", spans: [outside, ...spans] }]);
  for (const family of [4, 6] as const) for (const address of places[family]) add(address);
}

/**
 * Services cut into classes: two records whose protocols are of one class, and whose ports are, pass the same filters of
 * every network. A protocol that only rules for all protocols mean is of the class of all such.
 */
export class ServiceClasses {
  /** For each protocol the one that stands for its class. */
  readonly protocols: Uint8Array = new Uint8Array(256);
  readonly #ports: ({ readonly of: Uint16Array; readonly firsts: readonly number[] } | undefined)[] = [];
  /** For each protocol the class of each port; undefined where ports make no difference. */
  readonly tables: readonly (Uint16Array | undefined)[];

  constructor(networks: readonly Network[]) {
    const cuts = new Map<number, Set<number>>();
    for (const services of networks.flatMap((network) => [...setsThatDecide(network)])) {
      for (let i = 0; i < services.ranges.length; i += 2) {
        // where a range begins, and where what is behind it does
        for (const point of [services.ranges[i], services.ranges[i + 1] + 1]) {
          const ports = cuts.get(protocolOf(point)) ?? new Set([0]);
          cuts.set(protocolOf(point), ports.add(portOf(point)));
        }
      }
    }
    const stands = new Map<boolean, number>();
    for (let protocol = 0; protocol < 256; protocol++) {
      const ports = cuts.get(protocol) ?? new Set([0]);
      // what answers what differs between the two kinds of ICMP, and ports between what has them and what has none
      const isOwn = cuts.has(protocol) || hasTypes(protocol);
      if (!isOwn && !stands.has(hasPorts(protocol))) stands.set(hasPorts(protocol), protocol);
      this.protocols[protocol] = isOwn ? protocol : stands.get(hasPorts(protocol))!;
      if (!hasPorts(protocol) || ports.size === 1) continue;
      const firsts = [...ports].sort((a, b) => a - b);
      const of = new Uint16Array(65536);
      for (const [i, first] of firsts.entries()) of.fill(i, first);
      this.#ports[protocol] = { of, firsts };
    }
    this.tables = Array.from({ length: 256 }, (_, protocol) => this.#ports[protocol]?.of);
  }

  /** Returns the lowest port that fares as this one does. */
  first(protocol: number, port: number): number {
    const classes = this.#ports[protocol];
    return classes === undefined ? 0 : classes.firsts[classes.of[port]];
  }
}

/** The sets of services that something on the way of a packet lets pass or refuses. */
function* setsThatDecide({ groups, acls, gateways }: Network): Generator<Services, void, undefined> {
  for (const { ingress, egress } of [...(groups?.values() ?? []), ...(acls?.values() ?? [])])
    for (const { services } of [...ingress, ...egress]) yield services;
  if ([...gateways.values()].some(({ kind }) => kind === "nat")) yield TRANSLATED;
}
