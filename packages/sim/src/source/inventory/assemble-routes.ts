import { Prefix } from "@twoway/core";
import type { Gateway, Network, Vpc } from "../../model/network.ts";
import { Routes, type WrittenRoute } from "../../model/routes.ts";
import { refusesRoute } from "../../model/rules.ts";
import { describeGateway } from "./assemble-edges.ts";
import { grouped, type Inventory, sorted } from "./inventory.ts";
import { readCidr } from "./loose-text.ts";
import { placeText } from "./problems.ts";
import type { RouteRecord, TableRecord } from "./records.ts";

/** The routes of an import: lists inside tables and routes of their own joined, each with a next hop that is there or dead. */

/** Returns the network with the routes of every table, and with the gateways that only routes tell of. O(routes). */
export function readRoutes(inventory: Inventory, network: Network): Network {
  const loose = grouped(inventory.looseRoutes, ({ table }) => table);
  const reading: Reading = { inventory, network, gateways: new Map(network.gateways) };
  const vpcs = new Map(network.vpcs);
  const tableOwners = new Map<string, string>();
  for (const vpc of network.vpcs.values()) for (const id of vpc.tables.keys()) tableOwners.set(id, vpc.id);
  for (const [id, routes] of loose) {
    if (tableOwners.has(id)) continue;
    const message = `${id} is not part of the input, so nobody knows whose packets its routes decide`;
    inventory.problems.warning("missing-reference", message, routes[0].route.place);
    inventory.unmodelled.add(id);
  }
  for (const vpc of network.vpcs.values()) {
    const tables = new Map(vpc.tables);
    for (const table of vpc.tables.values()) {
      const record = inventory.tables.get(table.id);
      const own = loose.get(table.id)?.map(({ route }) => route);
      const routes = joinRoutes(inventory, table.id, record, own);
      const written = routes && writeRoutes(reading, vpc, table.id, routes);
      tables.set(table.id, {
        ...table,
        routes: written && Routes.from(written),
        source: record?.place.source ?? table.source,
      });
    }
    vpcs.set(vpc.id, { ...vpc, tables });
  }
  const gateways = new Map(sorted(reading.gateways.values()).map((gateway) => [gateway.id, gateway]));
  return { ...network, vpcs, gateways };
}

interface Reading {
  readonly inventory: Inventory;
  readonly network: Network;
  /** Grows by those that only a route tells of. */
  readonly gateways: Map<string, Gateway>;
}

/**
 * Returns the table's routes, each once. A table's own list shows separate routes too, as they were when it was read: where
 * the two differ the separate one is what is meant to be.
 */
function joinRoutes(
  inventory: Inventory,
  table: string,
  record: TableRecord | undefined,
  loose: readonly RouteRecord[] | undefined,
): readonly RouteRecord[] | undefined {
  const listed = record?.routes;
  if (listed === undefined && (loose === undefined || record?.routesUnknown === true)) return undefined;
  if (loose === undefined) return listed;
  const meant = new Map(loose.map((route) => [destinationKey(route), route]));
  const rest = (listed ?? []).filter((route) => {
    const other = meant.get(destinationKey(route));
    if (other === undefined) return true;
    if (other.target.id !== route.target.id) {
      const message = `${table} lists ${route.destination} -> ${route.target.id}, and a route of its own says ${other.target.id}; the latter is taken`;
      inventory.problems.warning("duplicate", message, other.place);
    }
    return false;
  });
  return [...rest, ...loose];
}

/** Two spellings of one destination are one destination. */
function destinationKey({ destination = "?" }: RouteRecord): string {
  try {
    return Prefix.parse(destination).toString();
  } catch {
    return destination;
  }
}

/** Returns the routes; undefined when one of them may lead anywhere, so that nothing can be said of the table. */
function writeRoutes(
  reading: Reading,
  vpc: Vpc,
  table: string,
  routes: readonly RouteRecord[],
): WrittenRoute[] | undefined {
  const { inventory, network } = reading;
  const { problems } = inventory;
  const written: (WrittenRoute & { readonly weakness: number })[] = [];
  const seen = new Map<string, string[]>(); // by destination and weakness: the targets so far
  const least = new Map<string, number>(); // by destination: the weakness of its strongest route
  for (const route of routes) {
    const cidrs = destinationsOf(inventory, route);
    if (cidrs === undefined) {
      const message = `the destination of a route of ${table} to ${route.target.id} is not known (${route.destination ?? "known after apply"}), so what ${table} decides is not known either`;
      problems.warning("missing-reference", message, route.place);
      return undefined;
    }
    for (const text of cidrs) {
      const destination = readCidr(problems, text, route.place);
      if (destination === undefined || isLocal(reading, vpc, destination, route)) continue;
      const target = targetOf(reading, vpc, route);
      const weakness = weaknessOf(route);
      const key = `${destination} ${weakness}`;
      const beside = seen.get(key) ?? [];
      least.set(`${destination}`, Math.min(least.get(`${destination}`) ?? weakness, weakness));
      if (beside.includes(target)) continue; // listed twice
      if (isKnown(reading, target))
        problems.refusal(
          refusesRoute(withGateways(network, reading), vpc, table, { destination, target }, beside),
          route.place,
        );
      else if (!route.dead && target !== "blackhole")
        problems.warning(
          "missing-reference",
          `there is no peering or gateway ${target}: packets that take ${destination} of ${table} are lost`,
          route.place,
        );
      seen.set(key, [...beside, target]);
      written.push({ destination, target, enabled: route.enabled, source: placeText(route.place), weakness });
    }
  }
  return written.flatMap(({ weakness, ...route }) =>
    least.get(`${route.destination}`) === weakness || !route.enabled ? route : [],
  );
}

/**
 * Of routes with one destination AWS takes the one that was written for it before one of a prefix list, and that before one
 * that a gateway brought along ("Route priority" of the VPC User Guide). Routes of the same kind share the destination.
 */
function weaknessOf({ destination, isPropagated }: RouteRecord): number {
  return isPropagated === true ? 2 : destination?.startsWith("pl-") === true ? 1 : 0;
}

function destinationsOf(
  inventory: Inventory,
  { destination, target }: RouteRecord,
): readonly string[] | undefined {
  if (destination === undefined) return undefined;
  if (!destination.startsWith("pl-") && !inventory.prefixLists.has(destination)) return [destination];
  return inventory.prefixLists.get(destination) ?? (target.kind === "endpoint" ? SERVICE_SPACE : undefined);
}

/**
 * Where the addresses of AWS's own services lie (https://ip-ranges.amazonaws.com/ip-ranges.json, by their first octet): what
 * may lead to an endpoint whose prefix list the input does not give. Nothing outside can, so it stays decided.
 */
const SERVICE_SPACE: readonly string[] = [
  3, 13, 15, 16, 18, 34, 35, 36, 43, 44, 46, 50, 51, 52, 54, 63, 64, 65, 71, 75, 98, 99, 104, 107, 108, 136,
  140, 150, 157, 159, 160, 161, 162, 172, 173, 174, 175, 176, 177, 178, 184, 185, 204, 205, 207, 208, 216,
  223,
]
  .map((octet) => (octet === 172 ? "172.96.0.0/11" : `${octet}.0.0.0/8`))
  .concat("2400:6500::/32", "2406:da00::/24", "2600:1f00::/24", "2a05:d000::/25");

/** Every table has the local route, and dumps spell it out. */
function isLocal(
  { inventory }: Reading,
  vpc: Vpc,
  destination: Prefix,
  { target, place }: RouteRecord,
): boolean {
  if (target.kind !== "local") return false;
  if (![...vpc.cidrs, ...vpc.secondary].some((cidr) => cidr.covers(destination))) {
    const message = `${destination} is local to ${vpc.id}, and is none of the CIDRs that the input gives it`;
    inventory.problems.warning("missing-reference", message, place);
  }
  return true;
}

/** Returns the id of the route's next hop, which is a dead one where the cloud says so. */
function targetOf(reading: Reading, vpc: Vpc, { target, dead, place }: RouteRecord): string {
  const { inventory, network, gateways } = reading;
  const { id, kind } = target;
  if (kind === "local" || kind === "blackhole") return "blackhole";
  if (kind === "peering") {
    // one that is not ACTIVE says so itself
    return dead && network.peerings.get(id)?.state === "ACTIVE" ? "blackhole" : id;
  }
  if (kind === "hub" && knowsAttachment(reading, vpc, id)) return dead ? "blackhole" : id;
  const known = gateways.get(id);
  if (dead) return known === undefined ? id : "blackhole";
  if (known !== undefined && known.vpc === vpc.id) return id;
  if (known === undefined && inventory.gateways.has(id)) return id; // described, and attached to nothing
  if (known !== undefined && kind !== "hub") return id;
  // a hub that nothing describes is a gateway of each VPC whose routes lead there
  const own = kind === "hub" ? `${id}.${vpc.id}` : id;
  if (!gateways.has(own)) {
    const gateway = {
      id: own,
      kind: kind === "hub" ? "other" : kind,
      vpc: vpc.id,
      source: place.source,
    } as const;
    gateways.set(own, describeGateway(inventory, gateway));
  }
  return own;
}

/** A hub that is only named, as the other end of a peering of hubs is, may have attachments that nobody lists. */
function knowsAttachment({ inventory, network }: Reading, vpc: Vpc, id: string): boolean {
  const hub = network.hubs?.get(id);
  return (
    hub !== undefined &&
    (inventory.hubs.has(id) || [...hub.attachments.values()].some((one) => one.vpc === vpc.id))
  );
}

function isKnown({ network, gateways }: Reading, target: string): boolean {
  return network.peerings.has(target) || gateways.has(target) || network.hubs?.has(target) === true;
}

function withGateways(network: Network, { gateways }: Reading): Network {
  return { ...network, gateways };
}
