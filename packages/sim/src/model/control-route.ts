import type { Prefix } from "@twoway/core";
import type { Action } from "./action.ts";
import { editsClassic } from "./control-vpc.ts";
import {
  findTable,
  type Network,
  profileOf,
  type RouteTable,
  type Vpc,
  withRoutes,
  withVpc,
} from "./network.ts";
import { applied, type Event, notFound, type Outcome, refused, wrongOwner } from "./outcome.ts";
import type { Profile } from "./profile.ts";
import { refusesOneMore } from "./quota.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { type Route, Routes } from "./routes.ts";
import { refusesRoute } from "./rules.ts";

/** The route part of the control plane: add, replace, delete, enable, disable, and all of a table at once. */

type RouteAction = Extract<
  Action,
  {
    kind: "add-route" | "replace-route" | "delete-route" | "enable-route" | "disable-route" | "reset-routes";
  }
>;

export function editRoute(network: Network, action: RouteAction, source: string): Outcome {
  const found = findTable(network, action.table);
  if (found === undefined) return notFound(profileOf(network), "route table", action.table);
  const { vpc, table } = found;
  const { profile } = vpc;
  const closed = wrongOwner(profile, action, [vpc.account], `edit ${table.id}`) ?? editsClassic(vpc);
  if (closed !== undefined) return closed;
  const routes = table.routes;
  if (routes === undefined) {
    const message = `the routes of ${table.id} are not part of the input`;
    return refused(profile, "not-found", message, "Add the table's routes to the input.");
  }
  if (action.kind === "reset-routes") return resetRoutes(network, vpc, table, action, source);
  if (action.kind === "add-route") {
    const beside = routes.rowsOf(action.destination).map((row) => routes.at(row).target);
    const refusal =
      refusesRoute(network, vpc, table.id, action, beside) ??
      refusesOneMore(network, profile, "routes", table.id, routes.size);
    if (refusal !== undefined) return { kind: "refused", refusal };
    const { destination, target } = action;
    const next = withRoutes(vpc, table, routes.add({ destination, target, enabled: true, source }));
    return applied(withVpc(network, next), [
      { kind: "route-added", subject: table.id, message: `${table.id}: ${destination} -> ${target}` },
    ]);
  }
  // a replacement names the new target, and its route by the destination alone
  const old = action.kind === "replace-route" ? undefined : action.target;
  const route = pickRoute(profile, table, action.destination, old);
  if ("rule" in route) return { kind: "refused", refusal: route };
  const spelled = `${table.id}: ${route.destination} -> ${route.target}`;
  const edit = (next: Vpc, kind: Event["kind"], message: string): Outcome =>
    applied(withVpc(network, next), [{ kind, subject: table.id, message }]);
  switch (action.kind) {
    case "replace-route": {
      const { destination, target } = action;
      const others = rowsBeside(routes, route).map((row) => routes.at(row).target);
      const refusal = refusesRoute(network, vpc, table.id, action, others);
      if (refusal !== undefined) return { kind: "refused", refusal };
      const kept = routes.without(({ row }) => row === route.row);
      const next = kept.add({ destination, target, enabled: route.enabled, source });
      return edit(withRoutes(vpc, table, next), "route-replaced", `${spelled} leads to ${target} now`);
    }
    case "delete-route":
      return edit(
        withRoutes(
          vpc,
          table,
          routes.without(({ row }) => row === route.row),
        ),
        "route-deleted",
        `${spelled} deleted`,
      );
    case "enable-route": {
      // a route that was loaded or switched off may not be allowed any more
      const others = rowsBeside(routes, route).map((row) => routes.at(row).target);
      const refusal = refusesRoute(network, vpc, table.id, route, others);
      if (refusal !== undefined) return { kind: "refused", refusal };
      return edit(
        withRoutes(vpc, table, routes.withEnabled(route.row, true)),
        "route-enabled",
        `${spelled} enabled`,
      );
    }
    case "disable-route":
      return edit(
        withRoutes(vpc, table, routes.withEnabled(route.row, false)),
        "route-disabled",
        `${spelled} disabled`,
      );
    default:
      return action satisfies never;
  }
}

/**
 * Puts these routes in the place of all that the table has (ResetRoutes): each is judged beside those written before it,
 * and one that is refused refuses them all. O(routes log routes).
 */
function resetRoutes(
  network: Network,
  vpc: Vpc,
  table: RouteTable,
  action: Extract<Action, { kind: "reset-routes" }>,
  source: string,
): Outcome {
  const beside = new Map<string, string[]>();
  for (const [i, route] of action.routes.entries()) {
    const targets = beside.get(`${route.destination}`) ?? [];
    const refusal =
      refusesRoute(network, vpc, table.id, route, targets) ??
      refusesOneMore(network, vpc.profile, "routes", table.id, i);
    if (refusal !== undefined) return { kind: "refused", refusal };
    beside.set(`${route.destination}`, [...targets, route.target]);
  }
  const routes = Routes.from(action.routes.map((route) => ({ ...route, source })));
  const message = `${table.id} had ${table.routes!.size} routes and has ${routes.size} now`;
  return applied(withVpc(network, withRoutes(vpc, table, routes)), [
    { kind: "routes-reset", subject: table.id, message },
  ]);
}

/** Returns the enabled rows of the same destination, without the route itself. */
function rowsBeside(routes: Routes, route: Route): number[] {
  return routes.rowsOf(route.destination).filter((row) => row !== route.row && routes.enabled[row] === 1);
}

/** Returns the one route that the action means, or why there is none. */
function pickRoute(
  profile: Profile,
  table: RouteTable,
  destination: Prefix,
  target: string | undefined,
): Route | Refusal {
  const rows = table.routes!.rowsOf(destination).map((row) => table.routes!.at(row));
  const meant = rows.filter((route) => target === undefined || route.target === target);
  if (meant.length === 1) return meant[0];
  const wanted = target === undefined ? `${destination}` : `${destination} -> ${target}`;
  if (meant.length === 0) {
    const message = `${table.id} has no route ${wanted}`;
    const near =
      rows.length > 0 ? `There is ${destination} -> ${rows.map((route) => route.target).join(", ")}.` : "";
    return refuse(profile, "not-found", message, near || `Look at the routes of ${table.id}.`);
  }
  const message = `${table.id} has ${meant.length} routes ${wanted}`;
  return refuse(
    profile,
    "malformed",
    message,
    `Say which: ${meant.map((route) => `-> ${route.target}`).join(" or ")}.`,
  );
}
