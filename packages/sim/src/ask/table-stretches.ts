import { type Address, type Family, familyOf, type Prefix } from "@twoway/core";
import { type Network, type RouteTable, tableOf, usableSpans, type Vpc } from "../model/network.ts";
import { PRIVATE_SPACE } from "../model/private-space.ts";
import { nextHop } from "../plane/forwarding.ts";
import type { Spot } from "../plane/packet.ts";
import { after } from "../plane/spans.ts";
import { type EndpointSpan, spotAt } from "./endpoint.ts";
import { firstAbove } from "./places.ts";

/** The stretches of addresses that one route table tells apart. */

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
