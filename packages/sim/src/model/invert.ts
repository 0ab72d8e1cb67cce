import type { Prefix } from "@twoway/core";
import type { Action } from "./action.ts";
import { apply } from "./control.ts";
import { findTable, type Network, type Subnet } from "./network.ts";
import type { Route } from "./routes.ts";

/**
 * Returns the actions that take back what `action` would do to the network, in the order to apply them; undefined where
 * nothing can: time does not run backwards, and a peering that was created, answered or deleted leaves its trace, as
 * does what no action can make (a subnet with declared hosts, a table that nobody has described). Undefined too where
 * the action itself is refused, or the way back is: no route can be led to a dead next hop again.
 * Ask before the action is applied. What comes back is equal but for the places where it was written, and the order in
 * which subnets, tables and secondary CIDRs are listed.
 */
export function invert(network: Network, action: Action): readonly Action[] | undefined {
  const back = wayBack(network, action);
  if (back === undefined) return undefined;
  let next = network;
  for (const step of [action, ...back]) {
    const outcome = apply(next, step, "");
    if (outcome.kind === "refused") return undefined;
    next = outcome.network;
  }
  return back;
}

function wayBack(network: Network, action: Action): readonly Action[] | undefined {
  const { as } = action;
  switch (action.kind) {
    case "create-peering":
    case "accept-peering":
    case "reject-peering":
    case "enable-peering":
    case "delete-peering":
    case "dismiss-peering":
    case "delete-vpc":
    case "advance-clock":
      return undefined;
    case "isolate-peering":
      return [{ ...action, kind: "restore-peering" }];
    case "restore-peering":
      return [{ ...action, kind: "isolate-peering" }];
    case "modify-peering": {
      const peering = network.peerings.get(action.peering);
      if (peering === undefined) return undefined;
      // no action takes a cap away
      if (action.bandwidth !== undefined && peering.bandwidth === undefined) return undefined;
      const bandwidth = action.bandwidth === undefined ? undefined : peering.bandwidth;
      return [{ ...action, bandwidth, name: action.name === undefined ? undefined : peering.name }];
    }
    case "create-vpc":
      return [{ kind: "delete-vpc", vpc: action.vpc, as }];
    case "add-cidr":
      return [{ ...action, kind: "remove-cidr" }];
    case "remove-cidr":
      return [{ ...action, kind: "add-cidr" }];
    case "create-subnet":
      return [{ kind: "delete-subnet", vpc: action.vpc, subnet: action.subnet, as }];
    case "delete-subnet": {
      const { vpc, subnet } = action;
      const found = network.vpcs.get(vpc)?.subnets.get(subnet);
      if (found === undefined || !isPlain(found)) return undefined;
      const name = found.name === found.id ? {} : { name: found.name };
      const create: Action = { kind: "create-subnet", vpc, subnet, cidr: found.cidrs[0], ...name, as };
      if (found.table === undefined) return [create];
      return [create, { kind: "associate", vpc, subnet, table: found.table, as }];
    }
    case "create-table":
      return [{ kind: "delete-table", table: action.table, as }];
    case "delete-table": {
      const found = findTable(network, action.table);
      if (found?.table.routes === undefined) return undefined;
      const routes = [...found.table.routes].flatMap((route) => restore(action.table, route, as));
      return [{ kind: "create-table", table: action.table, vpc: found.vpc.id, as }, ...routes];
    }
    case "associate": {
      const vpc = network.vpcs.get(action.vpc);
      const subnet = vpc?.subnets.get(action.subnet);
      return vpc && subnet && [{ ...action, table: subnet.table ?? vpc.id }];
    }
    case "add-route":
      return [{ ...action, kind: "delete-route" }];
    case "replace-route": {
      const old = routeOf(network, action.table, action);
      return old && [{ ...action, target: old.target }];
    }
    case "delete-route": {
      const { table, destination } = action;
      const old = routeOf(network, table, action, action.target);
      if (old === undefined) return undefined;
      // what stands behind it among the routes of its destination goes and comes back behind it
      const behind = routesOf(network, table, destination).filter(({ row }) => row > old.row);
      const gone = behind.map(
        ({ target }): Action => ({ kind: "delete-route", table, destination, target, as }),
      );
      return [...gone, ...[old, ...behind].flatMap((route) => restore(table, route, as))];
    }
    case "reset-routes": {
      const routes = findTable(network, action.table)?.table.routes;
      const old = [...(routes ?? [])].map(({ destination, target, enabled }) => ({
        destination,
        target,
        enabled,
      }));
      return routes && [{ ...action, routes: old }];
    }
    case "enable-route":
      return routeOf(network, action.table, action, action.target)?.enabled
        ? []
        : [{ ...action, kind: "disable-route" }];
    case "disable-route":
      return routeOf(network, action.table, action, action.target)?.enabled
        ? [{ ...action, kind: "enable-route" }]
        : [];
    default:
      return action satisfies never;
  }
}

/** Reports whether an action can make such a subnet: of one block, without declared hosts. */
function isPlain({ cidrs, hosts }: Subnet): boolean {
  return cidrs.length === 1 && hosts === undefined;
}

/** Returns the actions that bring a route back as it was. */
function restore(table: string, { destination, target, enabled }: Route, as: string | undefined): Action[] {
  const add: Action = { kind: "add-route", table, destination, target, as };
  return enabled ? [add] : [add, { kind: "disable-route", table, destination, target, as }];
}

/** Returns the one route to the destination, or the one that leads to the target. */
function routeOf(
  network: Network,
  table: string,
  { destination }: Pick<Route, "destination">,
  target?: string,
): Route | undefined {
  const rows = routesOf(network, table, destination);
  return rows.find((route) => target === undefined || route.target === target);
}

/** Returns the routes of the table to the destination, in the order they were written. */
function routesOf(network: Network, table: string, destination: Prefix): Route[] {
  const routes = findTable(network, table)?.table.routes;
  return routes?.rowsOf(destination).map((row) => routes.at(row)) ?? [];
}
