import type { Inventory } from "./inventory.ts";
import type { HubRouteRecord } from "./records.ts";

/** Joins hubs with what Terraform keeps in resources of its own: default tables, associations, propagations, routes. */
export function settleHubs(inventory: Inventory): void {
  const { attachments, hubDefaults, hubMembers, hubAssociations, hubPropagations, hubRoutes } = inventory;
  const associated = new Map<string, string[]>();
  for (const { attachment, table } of hubAssociations)
    associated.set(attachment, [...(associated.get(attachment) ?? []), table]);
  const propagated = new Map<string, Set<string>>();
  const propagate = (table: string, attachment: string): void => {
    propagated.set(table, (propagated.get(table) ?? new Set()).add(attachment));
  };
  for (const { attachment, table } of hubPropagations) propagate(table, attachment);
  for (const { hub, attachment, associates, propagates } of hubMembers) {
    const defaults = hubDefaults.get(hub);
    if (defaults === undefined) continue;
    if (associates && defaults.association !== undefined && !associated.has(attachment))
      associated.set(attachment, [defaults.association]);
    if (propagates && defaults.propagation !== undefined) propagate(defaults.propagation, attachment);
  }
  for (const [key, record] of attachments) {
    // one peering attachment hangs on two hubs, each of which associates it with a table of its own
    const table = associated
      .get(record.id)
      ?.findLast((id) => record.kind !== "peering" || tableHub(inventory, id) === record.hub);
    if (table !== undefined) attachments.set(key, { ...record, table });
  }
  for (const [hub, { association, propagation }] of hubDefaults)
    for (const id of [association, propagation]) if (id !== undefined) addParts(inventory, id, hub, [], []);
  for (const [table, ids] of propagated) addParts(inventory, table, undefined, undefined, [...ids]);
  addUnlisted(inventory);
  const routes = new Map<string, HubRouteRecord[]>();
  for (const { table, route } of hubRoutes) routes.set(table, [...(routes.get(table) ?? []), route]);
  for (const [table, listed] of routes) addParts(inventory, table, undefined, listed, undefined);
  if (inventory.listsHubRoutes) writeCcnRoutes(inventory);
  settleCcns(inventory);
  // Terraform lists routes one by one, so a table of its own without any has none
  if (inventory.listsHubRoutes)
    for (const record of inventory.hubTables.values()) addParts(inventory, record.id, undefined, [], []);
}

/**
 * A hub is often shared, and what hangs on it belongs to others: an attachment that only routes and propagations name is there
 * all the same, and where it leads is unknown; unless the plan takes it away.
 */
function addUnlisted(inventory: Inventory): void {
  const known = new Set([...inventory.attachments.values()].map(({ id }) => id));
  const propagations = inventory.listsHubRoutes ? inventory.hubPropagations : [];
  const named = [
    ...[...inventory.hubTables.values()].flatMap(({ id: table, routes }) =>
      (routes ?? []).map(({ target: id, place }) => ({ table, id, place })),
    ),
    ...inventory.hubRoutes.map(({ table, route }) => ({ table, id: route.target, place: route.place })),
    ...propagations.map(({ table, attachment: id }) => ({
      table,
      id,
      place: inventory.hubTables.get(table)?.place ?? { source: table, path: "" },
    })),
  ];
  for (const { table, id, place } of named) {
    const hub = tableHub(inventory, table);
    if (id === "blackhole" || known.has(id) || inventory.removed.has(id) || hub === undefined) continue;
    const nothing = {
      state: undefined,
      table: undefined,
      vpc: undefined,
      subnets: undefined,
      peer: undefined,
    };
    inventory.addAttachment(`${hub} ${id}`, { id, hub, kind: "other", ...nothing, place });
  }
}

/**
 * A CCN writes the subnets of its members into the tables of all of them. The cloud's answers show these routes, and
 * Terraform does not. A route that is there already wins over one of the same destination (SPEC 3.1).
 */
function writeCcnRoutes({ hubs, attachments, tables, vpcs, subnets, looseRoutes }: Inventory): void {
  const taken = new Set(looseRoutes.map(({ table, route }) => `${table} ${route.destination}`));
  const known = new Set([...tables.keys(), ...looseRoutes.map(({ table }) => table)]);
  for (const { id, kind } of hubs.values()) {
    if (kind !== "ccn") continue;
    const members = [...attachments.values()].filter(({ hub, vpc }) => hub === id && vpc !== undefined);
    for (const { vpc, state } of members) {
      if (state !== "available") continue;
      const own = [...tables.values()].filter((table) => table.vpc === vpc).map((table) => table.id);
      const main = vpcs.get(vpc ?? "")?.mainTable;
      for (const table of new Set(main !== undefined && known.has(main) ? [...own, main] : own)) {
        for (const { vpc: owner, cidrs, place } of subnets.values()) {
          if (owner === vpc || !members.some((member) => member.vpc === owner)) continue;
          for (const destination of cidrs) {
            if (taken.has(`${table} ${destination}`)) continue;
            taken.add(`${table} ${destination}`);
            const route = {
              destination,
              target: { kind: "hub", id },
              enabled: true,
              dead: false,
              place,
            } as const;
            looseRoutes.push({ table, route });
          }
        }
      }
    }
  }
}

/**
 * Gives CCNs the routes that the input lists in the place of those that their members bring along. Of a CCN with several
 * tables of its own nobody knows which routes stand in which.
 */
function settleCcns({ attachments, ccnRoutes, ccnTables, hubTables, problems }: Inventory): void {
  const listed = new Map<string, HubRouteRecord[]>();
  for (const { hub, instance, destination, enabled, place } of ccnRoutes) {
    const members = [...attachments.values()].filter(
      (member) => member.id === `${member.hub}.${instance}` && (hub === undefined || member.hub === hub),
    );
    const [member, ...others] = members;
    if (member?.hub === undefined || others.length > 0) {
      const message = `nothing says which CCN the route ${destination} to ${instance} belongs to; put its id into the name of the file`;
      problems.warning("missing-reference", message, place);
      continue;
    }
    const routes = listed.get(member.hub) ?? [];
    listed.set(member.hub, routes);
    if (enabled) routes.push({ destination, target: member.id, place });
  }
  for (const [hub, routes] of listed) {
    const table = hubTables.get(`${hub}.routes`);
    if (table !== undefined) hubTables.set(table.id, { ...table, routes, propagates: [] });
  }
  for (const [hub, names] of ccnTables) {
    const table = hubTables.get(`${hub}.routes`);
    if (table === undefined || names.size < 2) continue;
    hubTables.set(table.id, { ...table, routes: undefined });
    const message = `the members of ${hub} use ${names.size} route tables of it, and which routes stand in which is not part of the input`;
    problems.warning("missing-reference", message, table.place);
  }
}

function tableHub({ hubTables }: Inventory, id: string): string | undefined {
  return hubTables.get(id)?.hub;
}

function addParts(
  inventory: Inventory,
  id: string,
  hub: string | undefined,
  routes: readonly HubRouteRecord[] | undefined,
  propagates: readonly string[] | undefined,
): void {
  const known = inventory.hubTables.get(id);
  inventory.hubTables.set(id, {
    ...known,
    id,
    hub: known?.hub ?? hub,
    // beside routes that nothing lists, some of them do not make a table
    routes:
      routes === undefined || (known?.routes === undefined && !inventory.listsHubRoutes)
        ? known?.routes
        : [...(known?.routes ?? []), ...routes],
    propagates: propagates === undefined ? known?.propagates : [...(known?.propagates ?? []), ...propagates],
    place: known?.place ?? { source: id, path: "" },
  });
}
