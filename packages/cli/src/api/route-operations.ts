import type { Action, Network, Route, RouteTable, Vpc } from "@twoway/sim";
import * as z from "zod";
import { ApiError, missing, notFound } from "./error.ts";
import {
  displayName,
  doing,
  id,
  looking,
  type Operation,
  operation,
  type Plan,
  type Scope,
} from "./operation.ts";
import { idList, page, pageShape, select } from "./page.ts";
import { nextHopType, routeIds, routeRecord, tableName, tableRecord } from "./records.ts";
import { subnetOf, tableOf, vpcOf, vpcsOf } from "./scope.ts";
import { readCidr } from "./vpc-operations.ts";

/** Route tables, which subnet uses which, and routes. */

const ignored = z.unknown().optional();
const routeShape = z.strictObject({
  DestinationCidrBlock: z.string().optional(),
  DestinationIpv6CidrBlock: z.string().optional(),
  GatewayType: id.optional(),
  GatewayId: id.optional(),
  RouteId: z.number().int().optional(),
  RouteItemId: id.optional(),
  Enabled: z.boolean().optional(),
  RouteDescription: ignored,
  RouteType: ignored,
  RouteTableId: ignored,
  PublishedToVbc: ignored,
  CreatedTime: ignored,
  CdcId: ignored,
});
type RouteInput = z.infer<typeof routeShape>;

const changing = z.strictObject({ RouteTableId: id, Routes: z.array(routeShape).min(1).max(100) });
const switching = z.strictObject({
  RouteTableId: id,
  RouteIds: z.array(z.number().int()).max(100).optional(),
  RouteItemIds: idList.optional(),
});

export const routeOperations: Readonly<Record<string, Operation>> = {
  CreateRouteTable: operation(
    z.strictObject({ VpcId: id, RouteTableName: displayName, Tags: ignored }),
    (scope, { VpcId }) => {
      const { id: vpc } = vpcOf(scope, VpcId);
      const table = scope.newId("rtb");
      return {
        actions: [{ kind: "create-table", table, vpc, as: scope.account }],
        reply: (after) => ({ RouteTable: recordOf(after, vpc, table) }),
      };
    },
  ),

  DeleteRouteTable: operation(z.strictObject({ RouteTableId: id }), (scope, { RouteTableId }) =>
    doing({ kind: "delete-table", table: tableOf(scope, RouteTableId).table.id, as: scope.account }),
  ),

  DescribeRouteTables: operation(
    z.strictObject({
      ...pageShape,
      RouteTableIds: idList.optional(),
      NeedRouterInfo: z.boolean().optional(),
    }),
    (scope, { RouteTableIds, Filters, NeedRouterInfo = true, ...paging }) => {
      const { network } = scope;
      const all = vpcsOf(scope).flatMap((vpc) => [...vpc.tables.values()].map((table) => ({ vpc, table })));
      const found = select(all, { ids: RouteTableIds, filters: Filters }, ({ table }) => table.id, {
        "route-table-id": ({ table }, value) => table.id === value,
        "route-table-name": ({ vpc, table }, value) => tableName(vpc, table) === value,
        "vpc-id": ({ vpc }, value) => vpc.id === value,
        "association.main": ({ vpc, table }, value) => String(table.id === vpc.mainTable) === value,
        "next-hop-type": ({ table }, value) =>
          value === "LOCAL" ||
          [...(table.routes ?? [])].some((route) => nextHopType(network, route.target) === value),
      });
      const RouteTableSet = page(found, paging).map(({ vpc, table }) => ({
        ...tableRecord(network, vpc, table),
        ...(NeedRouterInfo ? {} : { RouteSet: [] }),
      }));
      return looking({ TotalCount: found.length, RouteTableSet });
    },
  ),

  ReplaceRouteTableAssociation: operation(
    z.strictObject({ SubnetId: id, RouteTableId: id }),
    (scope, { SubnetId, RouteTableId }) => {
      const { vpc, subnet } = subnetOf(scope, SubnetId);
      const { table } = tableOf(scope, RouteTableId);
      return doing({
        kind: "associate",
        vpc: vpc.id,
        subnet: subnet.id,
        table: table.id,
        as: scope.account,
      });
    },
  ),

  CreateRoutes: operation(changing, (scope, { RouteTableId, Routes }) => {
    const { vpc, table } = tableOf(scope, RouteTableId);
    return {
      actions: Routes.flatMap((input): Action[] => {
        const route = { table: table.id, ...draftOf(scope.network, vpc, input), as: scope.account };
        const add: Action = { kind: "add-route", ...route };
        return input.Enabled === false ? [add, { kind: "disable-route", ...route }] : [add];
      }),
      reply: (after) => ({
        TotalCount: Routes.length,
        RouteTableSet: [recordOf(after, vpc.id, table.id)],
      }),
    };
  }),

  DeleteRoutes: operation(changing, (scope, { RouteTableId, Routes }) => {
    const { vpc, table } = tableOf(scope, RouteTableId);
    const meant = Routes.map((input) => pick(scope.network, vpc, table, input));
    const gone = meant.map((route) => routeRecord(scope.network, table, route));
    return {
      actions: meant.map((route) => onRoute("delete-route", table, route, scope)),
      reply: () => ({ RouteSet: gone }),
    };
  }),

  ReplaceRoutes: operation(changing, (scope, { RouteTableId, Routes }) => {
    const { vpc, table } = tableOf(scope, RouteTableId);
    const pairs = Routes.map((input) => {
      if (input.RouteId === undefined && input.RouteItemId === undefined) throw missing("RouteId");
      return { old: pickById(table, input), next: draftOf(scope.network, vpc, input) };
    });
    const OldRouteSet = pairs.map(({ old }) => routeRecord(scope.network, table, old));
    const actions = pairs.flatMap(({ old, next }): Action[] => {
      const route = { table: table.id, ...next, as: scope.account };
      const alone = table.routes!.rowsOf(old.destination).length === 1;
      if (alone && old.destination.equals(next.destination)) return [{ kind: "replace-route", ...route }];
      const moved: Action[] = [onRoute("delete-route", table, old, scope), { kind: "add-route", ...route }];
      return old.enabled ? moved : [...moved, { kind: "disable-route", ...route }];
    });
    return {
      actions,
      reply: (after) => {
        const changed = after.vpcs.get(vpc.id)!.tables.get(table.id)!;
        const NewRouteSet = pairs.map(({ next }) => {
          const rows = changed.routes!.rowsOf(next.destination).map((row) => changed.routes!.at(row));
          return routeRecord(after, changed, rows.find(({ target }) => target === next.target)!);
        });
        return { OldRouteSet, NewRouteSet };
      },
    };
  }),

  /** The table has these routes and no others, none where none are given; its name is not kept. */
  ResetRoutes: operation(
    z.strictObject({ RouteTableId: id, RouteTableName: displayName, Routes: z.array(routeShape).max(100) }),
    (scope, { RouteTableId, Routes }) => {
      const { vpc, table } = tableOf(scope, RouteTableId);
      const routes = Routes.map((input) => ({
        ...draftOf(scope.network, vpc, input),
        enabled: input.Enabled !== false,
      }));
      return doing({ kind: "reset-routes", table: table.id, routes, as: scope.account });
    },
  ),

  EnableRoutes: operation(switching, (scope, params) => switchRoutes(scope, "enable-route", params)),
  DisableRoutes: operation(switching, (scope, params) => switchRoutes(scope, "disable-route", params)),
};

function switchRoutes(
  scope: Scope,
  kind: "enable-route" | "disable-route",
  { RouteTableId, RouteIds, RouteItemIds }: z.infer<typeof switching>,
): Plan {
  if (RouteIds !== undefined && RouteItemIds !== undefined) {
    throw new ApiError("InvalidParameter.Coexist", "give RouteIds or RouteItemIds, not both");
  }
  if (RouteIds === undefined && RouteItemIds === undefined) throw missing("RouteIds");
  const { table } = tableOf(scope, RouteTableId);
  const wanted: readonly RouteInput[] = [
    ...(RouteIds ?? []).map((RouteId) => ({ RouteId })),
    ...(RouteItemIds ?? []).map((RouteItemId) => ({ RouteItemId })),
  ];
  return doing(...wanted.map((input) => onRoute(kind, table, pickById(table, input), scope)));
}

function onRoute(
  kind: "delete-route" | "enable-route" | "disable-route",
  table: RouteTable,
  { destination, target }: Route,
  { account }: Scope,
): Action {
  return { kind, table: table.id, destination, target, as: account };
}

function recordOf(network: Network, vpc: string, table: string): object {
  const owner = network.vpcs.get(vpc)!;
  return tableRecord(network, owner, owner.tables.get(table)!);
}

/** Returns where a route is to lead, as the control plane says it. */
function draftOf(network: Network, vpc: Vpc, input: RouteInput): Pick<Route, "destination" | "target"> {
  const { DestinationCidrBlock: v4, DestinationIpv6CidrBlock: v6, GatewayType, GatewayId } = input;
  if (!v4 && !v6) throw missing("Routes.DestinationCidrBlock");
  if (GatewayType === undefined) throw missing("Routes.GatewayType");
  if (GatewayId === undefined) throw missing("Routes.GatewayId");
  const destination = v4
    ? readCidr("DestinationCidrBlock", v4)
    : readCidr("DestinationIpv6CidrBlock", v6 as string);
  const target =
    GatewayType === "EIP"
      ? [...network.gateways.values()].find(({ kind, vpc: owner }) => kind === "internet" && owner === vpc.id)
          ?.id
      : GatewayId;
  // what does not exist at all is the control plane's to refuse
  const known =
    target !== undefined &&
    (network.peerings.has(target) || network.gateways.has(target) || network.hubs?.has(target));
  if (target === undefined || (known && nextHopType(network, target) !== GatewayType)) {
    throw new ApiError(
      "InvalidParameterValue.RouteNextHopInvalid",
      `${vpc.id} has no next hop ${GatewayId} of the type ${GatewayType}`,
    );
  }
  return { destination, target };
}

/** Returns the route that is meant: by its id, or by its destination and next hop. */
function pick(network: Network, vpc: Vpc, table: RouteTable, input: RouteInput): Route {
  if (input.RouteId !== undefined || input.RouteItemId !== undefined) return pickById(table, input);
  const { destination, target } = draftOf(network, vpc, input);
  const rows = table.routes?.rowsOf(destination).map((row) => table.routes!.at(row)) ?? [];
  const found = rows.find((route) => route.target === target);
  if (found === undefined) throw notFound("route", `${destination} -> ${target}`);
  return found;
}

function pickById(table: RouteTable, { RouteId, RouteItemId }: RouteInput): Route {
  for (const route of table.routes ?? []) {
    const ids = routeIds(table, route);
    if (RouteId === undefined ? ids.RouteItemId === RouteItemId : ids.RouteId === RouteId) return route;
  }
  throw notFound("route", String(RouteId ?? RouteItemId));
}
