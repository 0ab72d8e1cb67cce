import type { Address } from "@twoway/core";
import type { RouteName } from "../model/cause.ts";
import { type Network, type RouteTable, type Subnet, tableOf, type Vpc } from "../model/network.ts";
import type { Route } from "../model/routes.ts";
import { covering, decide, nextHop } from "../plane/forwarding.ts";
import { nameOf } from "../plane/trace.ts";

/** Which route of a subnet's table takes an address, and why the others do not: `ip route get` for a VPC. */
export interface RouteChoice {
  readonly table: RouteTable;
  /** `local` when the VPC's own range decides, `unknown` when the table's routes are not part of the input. */
  readonly kind: "local" | "routes" | "none" | "unknown";
  /** The routes that win: one, or the members of an ECMP group. For `local` the own CIDR stands for the route. */
  readonly winners: readonly Winner[];
  readonly losers: readonly { readonly route: Route; readonly reason: string }[];
}

/** A route that wins, and in a few words what it leads to. */
export interface Winner extends RouteName {
  readonly note: string;
}

/** Returns what the table decides for the address, with every route that covers it. O(routes of the table). */
export function chooseRoute(network: Network, vpc: Vpc, subnet: Subnet, address: Address): RouteChoice {
  const table = tableOf(vpc, subnet);
  const decision = decide(vpc, table, address);
  const covers = table.routes === undefined ? [] : covering(table.routes, address);
  switch (decision.kind) {
    case "unknown":
      return { table, kind: "unknown", winners: [], losers: [] };
    case "none":
      return {
        table,
        kind: "none",
        winners: [],
        losers: covers.map((route) => ({ route, reason: "disabled" })),
      };
    case "local": {
      const winner = {
        destination: `${decision.cidr}`,
        target: "local",
        source: vpc.source,
        note: "the VPC's own range",
      };
      const always =
        vpc.profile.ownCidr === "local"
          ? "the own range always wins"
          : `shorter than ${decision.cidr} (local)`;
      const losers = covers.map((route) => ({ route, reason: route.enabled ? always : "disabled" }));
      return { table, kind: "local", winners: [winner], losers };
    }
    case "routes": {
      const rows = new Set(decision.routes.map(({ row }) => row));
      const [{ destination }] = decision.routes;
      const winners = decision.routes.map((route) => ({
        ...nameOf(route),
        note: describeTarget(network, vpc, route.target),
      }));
      const losers = covers
        .filter(({ row }) => !rows.has(row))
        .map((route) => ({ route, reason: route.enabled ? `shorter than ${destination}` : "disabled" }));
      return { table, kind: "routes", winners, losers };
    }
    default:
      return decision satisfies never;
  }
}

/** Says in a few words whether the next hop can take a packet. */
function describeTarget(network: Network, vpc: Vpc, target: string): string {
  const hop = nextHop(network, vpc, target);
  switch (hop.kind) {
    case "peering":
      return `peering to ${hop.far.vpc}, ${hop.peering.state}`;
    case "foreign-peering":
      return `a peering of ${hop.peering.requester.vpc} and ${hop.peering.accepter.vpc}, not of ${vpc.id}`;
    case "gateway":
      return `${hop.gateway.kind} gateway`;
    case "hub":
      return `hub, ${hop.hub.kind}`;
    case "gone":
      return "does not exist";
    default:
      return hop satisfies never;
  }
}
