import type { Network } from "@twoway/sim";

/** The routes of a VPC, table by table, as plain data. */
export interface VpcDetail {
  readonly id: string;
  readonly tables: readonly TableDetail[];
}

export interface TableDetail {
  readonly id: string;
  readonly subnets: readonly string[];
  /** The first routes; `count` counts all. Undefined when they are not part of the input. */
  readonly routes: readonly RouteDetail[] | undefined;
  readonly count: number;
}

export interface RouteDetail {
  readonly destination: string;
  readonly target: string;
  readonly enabled: boolean;
  readonly source: string;
}

const MAX_ROUTES = 500;

/** A route that leads to a hub or a gateway, and the table that it stands in. */
export interface RouteTo extends RouteDetail {
  readonly table: string;
}

/** Returns the routes that lead to a target, wherever they stand; the first of them. O(routes of the network). */
export function routesTo(network: Network, target: string): RouteTo[] {
  const found: RouteTo[] = [];
  for (const vpc of network.vpcs.values())
    for (const table of vpc.tables.values())
      for (const route of table.routes ?? []) {
        if (route.target !== target) continue;
        if (found.length === MAX_ROUTES) return found;
        const { destination, enabled, source } = route;
        found.push({ table: table.id, destination: `${destination}`, target, enabled, source });
      }
  return found;
}

export function vpcDetail(network: Network, id: string): VpcDetail | undefined {
  const vpc = network.vpcs.get(id);
  if (vpc === undefined) return undefined;
  const tables = [...vpc.tables.values()].map((table): TableDetail => {
    const users = [...vpc.subnets.values()].filter(({ table: own }) => (own ?? vpc.mainTable) === table.id);
    const routes: RouteDetail[] = [];
    for (const { destination, target, enabled, source } of table.routes ?? []) {
      if (routes.length === MAX_ROUTES) break;
      routes.push({ destination: `${destination}`, target, enabled, source });
    }
    return {
      id: table.id,
      subnets: users.map((subnet) => subnet.id),
      routes: table.routes && routes,
      count: table.routes?.size ?? 0,
    };
  });
  return { id, tables };
}
