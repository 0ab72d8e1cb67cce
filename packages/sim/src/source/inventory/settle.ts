import { Services } from "../../model/services.ts";
import type { Inventory } from "./inventory.ts";
import type { Place } from "./problems.ts";
import type { FilterRecord, RouteRecord, TableRecord } from "./records.ts";
import { settleAddresses } from "./settle-addresses.ts";
import { settleDoubts } from "./settle-doubts.ts";
import { settleHubs } from "./settle-hubs.ts";
import { settlePublicAccess } from "./settle-public-access.ts";

/**
 * Puts in their place the records that tell something of others: CIDRs added later, routes that gateways bring along, owners
 * of interfaces. Formats list them in any order, so it is done once everything is read.
 */
export function settle(inventory: Inventory): void {
  for (const { count, total, place } of inventory.counts.values()) {
    if (count >= total) continue;
    const message = `these are ${count} of ${total}: pages are missing`;
    inventory.problems.warning("missing-reference", message, place);
  }
  settleTemplates(inventory);
  settleDefaults(inventory);
  settleVpcs(inventory);
  settlePeerings(inventory);
  settleHosts(inventory);
  settleRoutes(inventory);
  settleDoubts(inventory);
  settleEndpoints(inventory);
  settlePublicAccess(inventory);
  settleHubs(inventory);
  settleAddresses(inventory);
}

/** A group of templates is what its members are, as far as all of them are known. */
function settleTemplates({ templateGroups, prefixLists, serviceTemplates }: Inventory): void {
  for (const [id, members] of templateGroups) {
    const cidrs = members.map((member) => prefixLists.get(member));
    if (cidrs.every((listed) => listed !== undefined)) prefixLists.set(id, cidrs.flat());
    const services = members.map((member) => serviceTemplates.get(member));
    if (services.every((listed) => listed !== undefined)) serviceTemplates.set(id, Services.union(services));
  }
}

/** A gateway endpoint leads to what the prefix lists of its routes hold, and nowhere else. */
function settleEndpoints(inventory: Inventory): void {
  const { tables, looseRoutes, prefixLists, advertised, leadsOnly } = inventory;
  const lists = new Map<string, Set<string>>();
  const note = ({ destination, target }: RouteRecord): void => {
    if (target.kind !== "endpoint" || destination === undefined) return;
    const known = lists.get(target.id) ?? new Set<string>();
    lists.set(target.id, known.add(destination));
  };
  for (const { routes } of tables.values()) for (const route of routes ?? []) note(route);
  for (const { route } of looseRoutes) note(route);
  for (const [endpoint, names] of lists) {
    const cidrs = [...names].map((name) => prefixLists.get(name));
    if (!cidrs.every((listed) => listed !== undefined)) continue;
    advertised.set(endpoint, cidrs.flat());
    leadsOnly.add(endpoint);
  }
}

/** A new VPC comes with a table, a group and an ACL; what adopts one of them says what it is like. */
function settleDefaults({ defaults, defaultAcls, tables, groups, acls }: Inventory): void {
  for (const [vpc, { group, newTable, place }] of defaults) {
    if (newTable === undefined) continue;
    const table = tables.get(newTable);
    tables.set(newTable, {
      ...(table ?? { id: newTable, profile: "aws", routes: [], place }),
      vpc,
      main: true,
    });
    const known = groups.get(group);
    if (known === undefined) groups.set(group, defaultGroup(group, vpc, place));
    else if (known.vpc === undefined) groups.set(group, { ...known, vpc });
  }
  for (const [id, vpc] of defaultAcls) {
    const acl = acls.get(id);
    if (acl !== undefined && acl.vpc === undefined) acls.set(id, { ...acl, vpc });
  }
}

/** Returns the group as AWS makes it: in from its own members, out to everywhere. */
function defaultGroup(id: string, vpc: string, place: Place): FilterRecord {
  const rule = { action: "allow", prefixLists: [], services: Services.all, place } as const;
  return {
    id,
    name: "default",
    vpc,
    account: undefined,
    region: undefined,
    ingress: [{ ...rule, name: "ingress rule 1", cidrs: [], groups: [id] }],
    egress: [{ ...rule, name: "egress rule 1", cidrs: ["0.0.0.0/0", "::/0"], groups: [] }],
    place,
  };
}

function settleVpcs({ vpcs, secondary, mains }: Inventory): void {
  for (const { vpc, cidr } of secondary) {
    const known = vpcs.get(vpc);
    if (known !== undefined && !known.secondary.includes(cidr) && !known.cidrs.includes(cidr))
      vpcs.set(vpc, { ...known, secondary: [...known.secondary, cidr] });
  }
  for (const [vpc, table] of mains) {
    const known = vpcs.get(vpc);
    if (known !== undefined) vpcs.set(vpc, { ...known, mainTable: table });
  }
}

function settlePeerings({ peerings, vpcs, stateless, decisions }: Inventory): void {
  for (const [id, peering] of peerings) {
    const decided = decisions.get(id);
    const { requester, accepter } = peering;
    const isOurs = vpcs.has(requester.vpc ?? "") && vpcs.has(accepter.vpc ?? "");
    if (stateless.has(id) && (decided !== undefined || isOurs))
      peerings.set(id, { ...peering, state: decided ?? "ACTIVE" });
  }
}

function settleHosts(inventory: Inventory): void {
  const { hosts, instances, interfaceOwners, groupAttachments, subnets, defaults } = inventory;
  const described = new Set([...hosts.values()].map(({ instance }) => instance));
  for (const [id, host] of instances) if (!described.has(id)) hosts.set(id, host);
  for (const [id, host] of hosts) {
    if (host.hasDefaultGroup !== true || host.groups !== undefined) continue;
    const vpc = subnets.get(host.subnet ?? "")?.vpc;
    const group = defaults.get(vpc ?? "")?.group ?? `${vpc ?? id}.default_security_group_id`;
    hosts.set(id, { ...host, groups: [group] });
  }
  for (const [id, { instance, primary }] of interfaceOwners) {
    const host = hosts.get(id);
    if (host !== undefined) hosts.set(id, { ...host, instance, primary });
  }
  for (const { host: id, group } of groupAttachments) {
    const host = hosts.get(id);
    if (host !== undefined && !host.groups?.includes(group))
      hosts.set(id, { ...host, groups: [...(host.groups ?? []), group] });
  }
}

function settleRoutes(inventory: Inventory): void {
  const { connections, advertised, endpointRoutes, endpointLists, looseRoutes, propagations, tables } =
    inventory;
  for (const { item, enabled } of inventory.routeSwitches) {
    const at = inventory.routeItems.get(item);
    if (at !== undefined)
      looseRoutes[at] = { ...looseRoutes[at], route: { ...looseRoutes[at].route, enabled } };
  }
  for (const { connection, gateway } of connections)
    inventory.advertise(gateway, advertised.get(connection) ?? []);
  for (const id of inventory.staticLines) if (!inventory.learningLines.has(id)) inventory.leadsOnly.add(id);
  for (const { table, endpoint, place } of endpointRoutes) {
    const target = { kind: "endpoint", id: endpoint } as const;
    const destination = endpointLists.get(endpoint) ?? `pl-of-${endpoint}`;
    if (listsTarget(tables.get(table), endpoint)) continue;
    looseRoutes.push({ table, route: { destination, target, enabled: true, dead: false, place } });
  }
  for (const { table, gateway, place } of propagations) {
    const target = { kind: "vpn", id: gateway } as const;
    const known = tables.get(table);
    if (listsTarget(known, gateway)) continue;
    // what a VPN learns is not in the input unless it is static: it may take whatever no route of the table takes
    for (const destination of advertised.get(gateway) ?? PRIVATE_AND_REST) {
      const isTaken = [
        ...(known?.routes ?? []),
        ...looseRoutes.filter((loose) => loose.table === table).map(({ route }) => route),
      ].some((route) => route.destination === destination);
      if (!isTaken)
        looseRoutes.push({ table, route: { destination, target, enabled: true, dead: false, place } });
    }
  }
}

function listsTarget(table: TableRecord | undefined, id: string): boolean {
  return table?.routes?.some(({ target }) => target.id === id) ?? false;
}

/** A default route for another gateway does not say that the private ranges take it too. */
const PRIVATE_AND_REST: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "0.0.0.0/0",
  "::/0",
];
