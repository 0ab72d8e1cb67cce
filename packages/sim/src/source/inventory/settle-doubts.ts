import { grouped, type Inventory } from "./inventory.ts";
import type { RouteRecord, TableRecord } from "./records.ts";

/**
 * What is known to be one of several: a subnet's table, the table of a route, the filter of a rule. Where all of them say the same that holds,
 * and where they differ nobody knows, so only what the doubt decides is unknown.
 */
export function settleDoubts(inventory: Inventory): void {
  const { tables, looseRoutes, looseRules } = inventory;
  for (const { tables: ids, route } of inventory.looseRoutesOfOne) {
    const { destination } = route;
    for (const table of ids) {
      const isTaken = routesOf(inventory, table)?.some((other) => other.destination === destination);
      // a table has one route for each destination, so it is not the one
      if (isTaken !== true) looseRoutes.push({ table, route: { ...route, target: doubt(route) } });
    }
  }
  for (const { filters, egress, rule } of inventory.looseRulesOfOne) {
    const isNumbered = rule.number !== undefined;
    const unknown = `nobody knows whether ${rule.name} is one of its rules`;
    const doubtful = { ...rule, cidrs: [], prefixLists: [], groups: [], unknown };
    for (const filter of filters ?? (isNumbered ? inventory.acls : inventory.groups).keys())
      looseRules.push({ filter, egress, rule: doubtful });
  }
  for (const [id, ids] of inventory.tablesOfOne) {
    const [first] = ids.map((other) => tables.get(other));
    const all = ids.map((other) => routesOf(inventory, other));
    if (first === undefined || !all.every((routes) => routes !== undefined)) continue;
    tables.set(id, { ...first, id, main: undefined, routes: joined(id, all) });
  }
}

/** Returns what the table lists and what stands outside it; undefined when more may be there. */
function routesOf({ tables, looseRoutes }: Inventory, id: string): readonly RouteRecord[] | undefined {
  const table: TableRecord | undefined = tables.get(id);
  if (table?.routes === undefined || table.routesUnknown === true) return undefined;
  const loose = looseRoutes.filter((entry) => entry.table === id).map(({ route }) => route);
  const meant = new Set(loose.map(({ destination }) => destination));
  return [...table.routes.filter(({ destination }) => !meant.has(destination)), ...loose];
}

function joined(id: string, all: readonly (readonly RouteRecord[])[]): readonly RouteRecord[] {
  const text = (routes: readonly RouteRecord[]): string =>
    JSON.stringify(
      routes.map(({ target, enabled, dead }) => `${target.kind} ${target.id} ${enabled} ${dead}`).sort(),
    );
  const byTable = all.map((routes) => grouped(routes, ({ destination }) => destination));
  return [...grouped(all.flat(), ({ destination }) => destination)].flatMap(([destination, [any]]) => {
    const own = byTable.map((routes) => routes.get(destination) ?? []);
    const isSame = own.every((routes) => text(routes) === text(own[0]));
    return isSame ? own[0] : [{ ...any, target: { kind: "other", id } as const, enabled: true, dead: false }];
  });
}

function doubt({ place }: RouteRecord): RouteRecord["target"] {
  return {
    kind: "other",
    id: `${place.source.replace(/[^\p{L}\p{N}_.-]+/gu, ".")}.route_table_id`.replace(/\.{2,}/g, "."),
  };
}
