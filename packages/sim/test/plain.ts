import type { Network, RouteTable } from "@twoway/sim";
import type { PlainNetwork, PlainTable } from "./reference.ts";

/** Returns a network as the plain objects of the reference. */
export function plainOf({ vpcs, peerings, gateways }: Network): PlainNetwork {
  const tableOf = ({ id, routes }: RouteTable): PlainTable => {
    if (routes === undefined) return { id, routes: "unknown" };
    const plain = [...routes].map(({ destination: prefix, target, enabled }) => ({
      prefix,
      target,
      enabled,
    }));
    return { id, routes: plain };
  };
  return {
    vpcs: [...vpcs.values()].map((vpc) => ({
      id: vpc.id,
      profile: vpc.profile.name === "aws" ? "aws" : "tencent",
      cidrs: vpc.cidrs,
      secondary: vpc.secondary,
      subnets: [...vpc.subnets.values()].map(({ id, cidrs, table, hosts }) => ({
        id,
        cidrs,
        table,
        hosts: hosts && [...hosts.values()].flatMap(({ addresses }) => addresses),
      })),
      main: tableOf(vpc.tables.get(vpc.mainTable)!),
      tables: [...vpc.tables.values()].map(tableOf),
    })),
    peerings: [...peerings.values()].map(({ id, requester, accepter, state }) => ({
      id,
      ends: [requester.vpc, accepter.vpc],
      state,
    })),
    gateways: [...gateways.values()],
  };
}
