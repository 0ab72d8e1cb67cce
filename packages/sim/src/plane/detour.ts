import { type Gateway, type Network, type Subnet, tableOf, type Vpc } from "../model/network.ts";

/**
 * What the compiled arrays cannot decide alone. They know the tables of the two ends, peerings, and next hops that nobody
 * can follow. Filters look at services, and a hub, a NAT gateway or a host that routes sends a packet on by a table of its
 * own. A network without these is plain; in any other, pairs that they may concern are judged one by one.
 */

/**
 * Reports whether the compiled arrays decide about every pair. Kept for each VPC, so that the next network of a series is
 * O(VPCs + gateways).
 */
export function isPlain(network: Network): boolean {
  if ((network.hubs?.size ?? 0) > 0) return false;
  for (const vpc of network.vpcs.values()) if (hasFilters(vpc)) return false;
  return isDirect(network);
}

/** Reports whether packets leave a VPC by its own tables or not at all, whatever hubs and filters make of them. */
export function isDirect(network: Network): boolean {
  for (const vpc of network.vpcs.values()) if (vpc.classic) return false;
  for (const gateway of network.gateways.values()) {
    const vpc = network.vpcs.get(gateway.vpc);
    if (vpc !== undefined && beyond(network, vpc, gateway) === "detour") return false;
  }
  return true;
}

/** Reports whether packets of the subnet's hosts meet a security group or a network ACL. */
export function isFiltered({ acl, groups, hosts }: Subnet): boolean {
  if (acl !== undefined || (groups?.length ?? 0) > 0) return true;
  for (const host of hosts?.values() ?? []) if ((host.groups?.length ?? 0) > 0) return true;
  return false;
}

const filtered = new WeakMap<Vpc["subnets"], boolean>();

function hasFilters({ subnets }: Vpc): boolean {
  let known = filtered.get(subnets);
  if (known === undefined) {
    known = [...subnets.values()].some(isFiltered);
    filtered.set(subnets, known);
  }
  return known;
}

/**
 * What a gateway does with a packet from its own VPC for an address inside: drops it, nobody knows, or sends it on by
 * another table, so that it may come there yet.
 */
export type Beyond = "drops" | "unknown" | "detour";

export function beyond(network: Network, vpc: Vpc, gateway: Gateway): Beyond {
  switch (gateway.kind) {
    case "internet":
    case "egress-only":
      return "drops";
    case "vpn":
    case "direct-connect":
    case "endpoint":
      return gateway.advertises === undefined ? "unknown" : "drops";
    case "other":
      return "unknown";
    case "nat":
      return standing(vpc, gateway) === undefined ? "drops" : sentOn(network, vpc, gateway);
    case "instance":
      if (gateway.forwards === undefined || standing(vpc, gateway) === undefined) return "unknown";
      return gateway.forwards ? sentOn(network, vpc, gateway) : "drops";
    default:
      return gateway.kind satisfies never;
  }
}

function standing(vpc: Vpc, { subnet }: Gateway): Subnet | undefined {
  return vpc.subnets.get(subnet ?? "");
}

const known = new WeakMap<
  Vpc,
  { readonly gateways: Network["gateways"]; readonly ways: Map<string, Beyond> }
>();

function sentOn(network: Network, vpc: Vpc, gateway: Gateway): Beyond {
  let kept = known.get(vpc);
  if (kept?.gateways !== network.gateways) {
    kept = { gateways: network.gateways, ways: new Map() };
    known.set(vpc, kept);
  }
  let way = kept.ways.get(gateway.id);
  if (way === undefined) {
    way = leadsOutOnly(network, vpc, gateway) && !isInsideHop(vpc, gateway) ? "drops" : "detour";
    kept.ways.set(gateway.id, way);
  }
  return way;
}

/** Reports whether the table where the gateway stands has nothing but ways out, as that of a public subnet. */
function leadsOutOnly(network: Network, vpc: Vpc, gateway: Gateway): boolean {
  const { routes } = tableOf(vpc, standing(vpc, gateway)!);
  if (routes === undefined) return false;
  return routes.targets.every((target) => {
    const next = network.gateways.get(target);
    if (next === undefined) return false;
    if (next.kind === "internet" || next.kind === "egress-only") return true;
    return next.kind === "nat" && standing(vpc, next) === undefined;
  });
}

/** Reports whether a route leads to the gateway for a part of the VPC's own ranges; it would deliver there. */
function isInsideHop({ tables, cidrs, secondary }: Vpc, gateway: Gateway): boolean {
  const own = [...cidrs, ...secondary];
  for (const { routes } of tables.values()) {
    const target = routes?.targets.indexOf(gateway.id) ?? -1;
    if (routes === undefined || target < 0) continue;
    for (let row = 0; row < routes.size; row++) {
      if (routes.target[row] !== target) continue;
      const destination = routes.destination(row);
      if (own.some((cidr) => cidr.covers(destination))) return true;
    }
  }
  return false;
}
