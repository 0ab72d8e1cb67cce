import type { Network } from "../model/network.ts";

/** How much of the input the model speaks for, printed under every answer. */
export interface Coverage {
  readonly modelled: number;
  readonly of: number;
  /** What is there but cannot be evaluated; paths through it are `unknown`. */
  readonly unknown: readonly string[];
}

/** Counts VPCs, subnets, tables, peerings and gateways. O(network). */
export function coverageOf(network: Network): Coverage {
  const unknown = new Set<string>();
  let of = network.vpcs.size + network.peerings.size + network.gateways.size;
  for (const { subnets, tables } of network.vpcs.values()) {
    of += subnets.size + tables.size;
    for (const { id, routes } of tables.values()) if (routes === undefined) unknown.add(id);
  }
  for (const { id, kind } of network.gateways.values()) {
    if (kind !== "internet" && kind !== "nat") unknown.add(id);
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
