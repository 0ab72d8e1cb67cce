import { type Address, type Family, familyOf, Prefix } from "@twoway/core";
import type { FilterRule } from "../model/filter.ts";
import type { Hub } from "../model/hub.ts";
import {
  type Gateway,
  type Network,
  type RouteTable,
  type Subnet,
  tableOf,
  usableSpans,
  type Vpc,
} from "../model/network.ts";
import { PRIVATE_SPACE } from "../model/private-space.ts";
import { routesOf } from "../plane/hub.ts";
import { after } from "../plane/spans.ts";
import type { Endpoint } from "./endpoint.ts";

/** Ascending, by family: every address at which the fate of a packet between two ends may change. */
export type Places = Readonly<Record<Family, readonly Address[]>>;

/**
 * Finds where anything begins or ends that a packet between the ends, or its reply, may meet: routes, rules, CIDRs, and
 * what gateways and hubs lead to. O(VPCs, and what the tables of the ends lead to).
 */
export function placesFor(network: Network, ends: readonly Endpoint[]): Places {
  const search = new Search(network);
  for (const space of PRIVATE_SPACE) search.block(space);
  for (const { cidrs, secondary } of network.vpcs.values())
    for (const cidr of [...cidrs, ...secondary]) search.block(cidr);
  for (const { vpc: id, subnet } of ends.flatMap(({ spans }) => spans)) {
    const vpc = network.vpcs.get(id ?? "");
    if (vpc === undefined) search.fromOutside();
    else if (subnet !== undefined) search.subnet(vpc, vpc.subnets.get(subnet)!);
  }
  return search.places();
}

/** What has been looked at, so that each thing is looked at once, and the places found there. */
class Search {
  readonly #network: Network;
  readonly #seen = new Set<unknown>();
  readonly #found = { 4: new Set<Address>(), 6: new Set<Address>() };

  constructor(network: Network) {
    this.#network = network;
  }

  places(): Places {
    const sorted = (family: Family): Address[] =>
      [...this.#found[family]].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return { 4: sorted(4), 6: sorted(6) };
  }

  block({ address, last }: Pick<Prefix, "address" | "last">): void {
    const found = this.#found[familyOf(address)];
    found.add(address);
    const next = after(last);
    if (next !== undefined) found.add(next);
  }

  /** Senders outside may come in by any gateway, and to any public address. */
  fromOutside(): void {
    if (this.#isKnown("outside")) return;
    for (const gateway of this.#network.gateways.values()) {
      for (const prefix of gateway.advertises ?? []) this.block(prefix);
      this.#ingress(gateway);
    }
    for (const hub of this.#network.hubs?.values() ?? []) this.#hub(hub);
    for (const vpc of this.#network.vpcs.values()) {
      for (const subnet of vpc.subnets.values()) {
        const outer = [...(subnet.hosts?.values() ?? [])].flatMap((host) => [
          ...(host.public?.values() ?? []),
        ]);
        for (const address of outer) this.block({ address, last: address });
        if (outer.length > 0) this.subnet(vpc, subnet);
      }
    }
    for (const gateway of this.#network.gateways.values())
      for (const address of gateway.public ?? []) this.block({ address, last: address });
  }

  /** A packet that leaves or reaches the subnet obeys its table, its ACL, and the groups of its hosts. */
  subnet(vpc: Vpc, subnet: Subnet): void {
    if (this.#isKnown(subnet)) return;
    this.#overlaps(vpc);
    this.#table(tableOf(vpc, subnet));
    if (subnet.acl !== undefined) this.#rules(this.#network.acls?.get(subnet.acl));
    this.#groups(subnet.groups);
    for (const { groups, addresses } of subnet.hosts?.values() ?? []) {
      this.#groups(groups);
      // the hosts of an open subnet stand in the middle of addresses that have no groups
      if (subnet.open === true) for (const address of addresses) this.block({ address, last: address });
    }
  }

  /** Where subnets of a VPC overlap, the first one has the address, its ACL decides, and it may declare its hosts. */
  #overlaps(vpc: Vpc): void {
    if (this.#isKnown(vpc)) return;
    const blocks = [...vpc.subnets.values()]
      .flatMap((subnet) => subnet.cidrs.map((cidr) => ({ cidr, subnet })))
      .sort((a, b) => Prefix.compare(a.cidr, b.cidr));
    let outer: (typeof blocks)[number] | undefined;
    for (const inner of blocks) {
      if (!outer?.cidr.overlaps(inner.cidr)) {
        outer = inner;
        continue;
      }
      for (const { cidr, subnet } of [outer, inner]) {
        this.block(cidr);
        if (subnet.acl !== undefined) this.#rules(this.#network.acls?.get(subnet.acl));
        for (const { first, last } of usableSpans(vpc, subnet, cidr.family))
          this.block({ address: first, last });
      }
    }
  }

  #table({ routes }: RouteTable): void {
    if (routes === undefined || this.#isKnown(routes)) return;
    for (let row = 0; row < routes.size; row++) this.block(routes.destination(row));
    for (const target of routes.targets) {
      const gateway = this.#network.gateways.get(target);
      const hub = this.#network.hubs?.get(target);
      if (hub !== undefined) this.#hub(hub);
      if (gateway === undefined) continue;
      for (const prefix of gateway.advertises ?? []) this.block(prefix);
      this.#ingress(gateway);
      this.#groups(gateway.groups);
      const vpc = this.#network.vpcs.get(gateway.vpc);
      const subnet = vpc?.subnets.get(gateway.subnet ?? "");
      if (vpc !== undefined && subnet !== undefined) this.subnet(vpc, subnet);
    }
  }

  /** The table that takes what comes in by the gateway. */
  #ingress({ vpc, ingress }: Gateway): void {
    const table = this.#network.vpcs.get(vpc)?.tables.get(ingress ?? "");
    if (table !== undefined) this.#table(table);
  }

  #hub(hub: Hub): void {
    if (this.#isKnown(hub)) return;
    for (const table of hub.tables.values())
      for (const { destination } of routesOf(this.#network, hub, table) ?? []) this.block(destination);
    for (const { advertises = [], vpc: id, subnets = [], peer } of hub.attachments.values()) {
      for (const prefix of advertises) this.block(prefix);
      const vpc = this.#network.vpcs.get(id ?? "");
      for (const name of subnets) {
        const subnet = vpc?.subnets.get(name);
        if (vpc !== undefined && subnet !== undefined) this.subnet(vpc, subnet);
      }
      const far = this.#network.hubs?.get(peer?.hub ?? "");
      if (far !== undefined) this.#hub(far);
    }
  }

  #groups(ids: readonly string[] = []): void {
    for (const id of ids) this.#rules(this.#network.groups?.get(id));
  }

  #rules(
    filter: { readonly ingress: readonly FilterRule[]; readonly egress: readonly FilterRule[] } | undefined,
  ): void {
    if (filter === undefined || this.#isKnown(filter)) return;
    for (const { remote } of [...filter.ingress, ...filter.egress])
      if (remote.kind === "cidrs") for (const cidr of remote.cidrs) this.block(cidr);
  }

  #isKnown(thing: unknown): boolean {
    if (this.#seen.has(thing)) return true;
    this.#seen.add(thing);
    return false;
  }
}

/** Returns the index of the first address above `address`, by binary search. */
export function firstAbove(sorted: readonly Address[], address: Address): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
