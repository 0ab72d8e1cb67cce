import type { Hub } from "../model/hub.ts";
import type { Gateway, Network } from "../model/network.ts";

/** How much of the input the model speaks for, printed under every answer. */
export interface Coverage {
  readonly modelled: number;
  readonly of: number;
  /** What is there but cannot be evaluated; paths through it are `unknown`. */
  readonly unknown: readonly string[];
}

/** Counts VPCs, subnets, tables, peerings, gateways, hubs with what hangs on them, and filters. O(network). */
export function coverageOf(network: Network): Coverage {
  const unknown = new Set<string>();
  let of = network.vpcs.size + network.peerings.size + network.gateways.size;
  for (const { subnets, tables } of network.vpcs.values()) {
    of += subnets.size + tables.size;
    for (const { id, routes } of tables.values()) if (routes === undefined) unknown.add(id);
  }
  for (const gateway of network.gateways.values()) if (!isModelled(gateway)) unknown.add(gateway.id);
  const { hubs = new Map<string, Hub>(), groups, acls } = network;
  of += hubs.size + (groups?.size ?? 0) + (acls?.size ?? 0);
  for (const { tables, attachments } of hubs.values()) {
    of += tables.size + attachments.size;
    for (const { id, routes } of tables.values()) if (routes === undefined) unknown.add(id);
    for (const { id, kind, vpc, advertises } of attachments.values()) {
      const isKnown =
        kind === "vpc" ? network.vpcs.has(vpc ?? "") : kind === "peering" || advertises !== undefined;
      if (!isKnown) unknown.add(id);
    }
  }
  for (const { requester, accepter } of network.peerings.values()) {
    for (const { vpc } of [requester, accepter]) {
      if (network.vpcs.has(vpc) || unknown.has(vpc)) continue;
      unknown.add(vpc);
      of += 1;
    }
  }
  return { modelled: of - unknown.size, of, unknown: [...unknown].sort() };
}

/** Reports whether the input says what the gateway does with a packet. */
function isModelled({ kind, advertises, forwards }: Gateway): boolean {
  switch (kind) {
    case "internet":
    case "egress-only":
    case "nat":
      return true;
    case "instance":
      return forwards !== undefined;
    case "vpn":
    case "direct-connect":
    case "endpoint":
      return advertises !== undefined;
    case "other":
      return false;
    default:
      return kind satisfies never;
  }
}
