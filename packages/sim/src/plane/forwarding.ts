import { type Address, type Prefix, Trie } from "@twoway/core";
import type { Hub } from "../model/hub.ts";
import type { Gateway, Network, RouteTable, Vpc } from "../model/network.ts";
import { farEnd, type Peering, type PeeringEnd } from "../model/peering.ts";
import type { Route, Routes } from "../model/routes.ts";

/**
 * What packets obey: the longest match of a table, and what its next hops are in the network as it stands. A table's
 * trie belongs to its routes, so networks that share a table share its trie.
 */

/** What the table says about one address. */
export type Decision =
  /** The VPC's own range decided. */
  | { readonly kind: "local"; readonly cidr: Prefix }
  /** The longest enabled match; several where the destination has several routes (ECMP), in the order written. */
  | { readonly kind: "routes"; readonly routes: readonly Route[] }
  /** Nothing enabled matches; the longest disabled match, if there is one. */
  | { readonly kind: "none"; readonly disabled: Route | undefined }
  /** The table's routes are not part of the input, and they would decide. */
  | { readonly kind: "unknown" };

/** Looks the address up in the table: one walk of its trie, O(address bits). */
export function decide(vpc: Vpc, table: RouteTable, address: Address): Decision {
  const cidr = ownCidr(vpc, address);
  if (cidr !== undefined && vpc.profile.ownCidr === "local") return { kind: "local", cidr };
  const { routes } = table;
  if (routes === undefined) return { kind: "unknown" };
  const match = trieOf(routes).lookupPrefix(address);
  if (match === undefined) {
    return cidr === undefined
      ? { kind: "none", disabled: disabledMatch(routes, address) }
      : { kind: "local", cidr };
  }
  // a route for exactly the own CIDR replaces the local one; anything shorter loses to it
  if (cidr !== undefined && match.prefix.bits < cidr.bits) return { kind: "local", cidr };
  return { kind: "routes", routes: membersAt(routes, match.value) };
}

/** What a route leads to, in this network and from this VPC. */
export type NextHop =
  | {
      readonly kind: "peering";
      readonly peering: Peering;
      readonly far: PeeringEnd;
      readonly vpc: Vpc | undefined;
    }
  | { readonly kind: "foreign-peering"; readonly peering: Peering }
  | { readonly kind: "gateway"; readonly gateway: Gateway }
  | { readonly kind: "hub"; readonly hub: Hub }
  | { readonly kind: "gone" };

export function nextHop(network: Network, vpc: Vpc, target: string): NextHop {
  const peering = network.peerings.get(target);
  if (peering !== undefined) {
    const far = farEnd(peering, vpc.id);
    if (far === undefined) return { kind: "foreign-peering", peering };
    // a deleted peering is remembered so that it can be named, but there is nothing left to cross
    if (peering.state === "DELETED") return { kind: "gone" };
    return { kind: "peering", peering, far, vpc: network.vpcs.get(far.vpc) };
  }
  const gateway = network.gateways.get(target);
  if (gateway !== undefined) return { kind: "gateway", gateway };
  const hub = network.hubs?.get(target);
  return hub === undefined ? { kind: "gone" } : { kind: "hub", hub };
}

/** Returns the longest enabled match of the routes; several rows where the destination has several. */
export function routesAt(routes: Routes, address: Address): Route[] {
  const match = trieOf(routes).lookupPrefix(address);
  return match === undefined ? [] : membersAt(routes, match.value);
}

/** Returns the longest of the VPC's CIDRs, primary and secondary, that holds the address. */
function ownCidr(vpc: Vpc, address: Address): Prefix | undefined {
  let longest: Prefix | undefined;
  for (const cidrs of [vpc.cidrs, vpc.secondary]) {
    for (const cidr of cidrs) {
      if (cidr.contains(address) && (longest === undefined || cidr.bits > longest.bits)) longest = cidr;
    }
  }
  return longest;
}

/** Returns every route of the table that covers the address, the longest first, disabled ones too. O(routes). */
export function covering(routes: Routes, address: Address): Route[] {
  return [...routes]
    .filter((route) => route.destination.contains(address))
    .sort((a, b) => b.destination.bits - a.destination.bits || a.row - b.row);
}

const tries = new WeakMap<Routes, Trie>();

/** The enabled routes: each destination with its first row. Rows of one destination lie together. */
function trieOf(routes: Routes): Trie {
  let trie = tries.get(routes);
  if (trie === undefined) {
    trie = new Trie();
    for (let row = routes.size - 1; row >= 0; row--) {
      if (routes.enabled[row] === 1) trie.insert(routes.destination(row), row);
    }
    tries.set(routes, trie);
  }
  return trie;
}

function membersAt(routes: Routes, first: number): Route[] {
  const members = [routes.at(first)];
  for (
    let row = first + 1;
    row < routes.size && routes.destination(row).equals(members[0].destination);
    row++
  ) {
    if (routes.enabled[row] === 1) members.push(routes.at(row));
  }
  return members;
}

/** Of an address that no enabled route covers. Most tables have no disabled one, and then there is nothing to look for. */
function disabledMatch(routes: Routes, address: Address): Route | undefined {
  return routes.enabled.includes(0) ? covering(routes, address)[0] : undefined;
}
