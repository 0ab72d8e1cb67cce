import { formatAddress, type Prefix } from "@twoway/core";
import type { Attachment, Hub, HubTable } from "../model/hub.ts";
import { type Network, owns, type Subnet, tableOf, type Vpc } from "../model/network.ts";
import { type Route, Routes, type WrittenRoute } from "../model/routes.ts";
import { aclCheck } from "./filter.ts";
import { routesAt } from "./forwarding.ts";
import {
  attachmentComponent,
  type Choice,
  type HandOff,
  type Hop,
  hubComponent,
  hubTableComponent,
  type Node,
  nameOf,
  OUTSIDE,
  routeComponent,
  stop,
  vpcHop,
} from "./node.ts";
import { advertises } from "./outside.ts";
import type { Packet } from "./packet.ts";

/**
 * Hubs route between VPCs: the table that is associated with the attachment a packet comes by says by which attachment
 * it leaves. Each direction does its own lookups, so two attachments may see each other one way only.
 */

/** From a VPC to the hub, by the attachment of the sender's VPC. */
export function reachHub(hub: Hub, at: Choice, packet: Packet, hops: readonly Hop[]): HandOff {
  const { vpc, subnet, table, route } = at;
  const crossing: Hop[] = [...hops, { node: hub.id, kind: "hub" }];
  const entrance = entranceOf(hub, vpc, subnet);
  if (entrance === undefined && hasUnnamed(hub)) {
    const message = `${table.id} sends it to ${hub.id} (${route.destination}), and nobody knows whether an attachment of ${hub.id} is that of ${vpc.id}`;
    return { hops: crossing, end: stop("unsupported-target", hubComponent(hub), message) };
  }
  if (entrance === undefined) {
    const message = `${table.id} sends it to ${hub.id} (${route.destination}), which has no attachment of ${vpc.id}`;
    return { hops: crossing, end: stop("hub-attachment", hubComponent(hub), message) };
  }
  const { attachment, door } = entrance;
  if (door === "none") {
    const message = `${attachment.id} has no subnet in ${subnet.zone}, the zone of ${subnet.id}`;
    return { hops: crossing, end: stop("hub-attachment", attachmentComponent(hub, attachment), message) };
  }
  const checks = door === undefined ? [] : aclCheck("ingress", vpc, door, packet);
  return { hops, checks, next: [{ kind: "hub", hub, from: attachment }] };
}

/** The way from a subnet to a hub. */
export interface Entrance {
  readonly attachment: Attachment;
  /**
   * The subnet in which the hub stands for the sender; its ACL looks at all that is sent there, from the subnet itself too.
   * Undefined when the input names none; "none" when all of them are in other zones.
   */
  readonly door: Subnet | "none" | undefined;
}

/** Returns how packets of a subnet come to the hub; undefined when the VPC has no attachment there. */
export function entranceOf(hub: Hub, vpc: Vpc, subnet: Subnet): Entrance | undefined {
  const attachment = attachmentOf(hub, vpc.id);
  if (attachment === undefined) return undefined;
  const near = subnetsOf(vpc, attachment);
  if (near === undefined) return { attachment, door: undefined };
  if (subnet.zone !== undefined && near.every(({ zone }) => zone !== undefined && zone !== subnet.zone))
    return { attachment, door: "none" };
  if (near.includes(subnet)) return { attachment, door: subnet };
  return { attachment, door: near.find(({ zone }) => zone === subnet.zone) ?? near[0] };
}

const attachments = new WeakMap<Hub, Map<string, Attachment>>();

/** Returns the first attachment of the VPC. O(attachments) once for each hub. */
function attachmentOf(hub: Hub, vpc: string): Attachment | undefined {
  let known = attachments.get(hub);
  if (known === undefined) {
    known = new Map();
    for (const one of hub.attachments.values())
      if (one.kind === "vpc" && one.vpc !== undefined && !known.has(one.vpc)) known.set(one.vpc, one);
    attachments.set(hub, known);
  }
  return known.get(vpc);
}

/** The associated table looks the destination up. */
export function switchAtHub(network: Network, hub: Hub, from: Attachment, packet: Packet): HandOff {
  const here = attachmentComponent(hub, from);
  const bare: Hop[] = [{ node: hub.id, kind: "hub" }];
  if (from.state !== "available")
    return { hops: bare, end: stop("hub-attachment", here, `${from.id} is ${from.state}`) };
  if (from.table === undefined) {
    const message = `${from.id} is associated with no table of ${hub.id}, so what arrives by it is dropped`;
    return { hops: bare, end: stop("hub-attachment", here, message) };
  }
  const table = hub.tables.get(from.table);
  const routes = table && routesOf(network, hub, table);
  if (table === undefined || routes === undefined) {
    const message = `the routes of ${from.table} are not part of the input`;
    const component = table === undefined ? here : hubTableComponent(hub, table);
    return { hops: bare, end: stop("no-route-table", component, message) };
  }
  const hop = (route: Route | undefined): Hop[] => [
    { node: hub.id, kind: "hub", table: table.id, route: route === undefined ? null : nameOf(route) },
  ];
  const matches = routesAt(routes, packet.destination.address);
  const silent = matches.some(({ target }) => ownsThere(network, hub, target, packet))
    ? undefined
    : (silentLine(hub, table) ??
      (packet.destination.vpc === undefined ? hiddenVpc(network, hub, table) : undefined));
  if (silent !== undefined) {
    const text = formatAddress(packet.destination.address);
    const message = `${silent.id} writes what it learns into ${table.id}, and whether ${text} is among that is not part of the input`;
    return { hops: bare, end: stop("no-route-table", hubTableComponent(hub, table), message) };
  }
  if (matches.length === 0) {
    const message = `${table.id} of ${hub.id} has no route to ${formatAddress(packet.destination.address)}`;
    return { hops: hop(undefined), end: stop("no-route", hubTableComponent(hub, table), message) };
  }
  // of several with one destination the dead one decides, as with ECMP in a VPC (S17)
  const dead = matches.find(({ target }) => !hub.attachments.has(target));
  if (dead !== undefined) {
    const why = dead.target === "blackhole" ? "drops it" : `sends it to ${dead.target}, which does not exist`;
    const message = `${table.id} ${why} (${dead.destination})`;
    return { hops: hop(dead), end: stop("route-blackhole", routeComponent(hub, table, dead), message) };
  }
  const next = matches.map(
    ({ target }): Node => ({ kind: "attachment", hub, to: hub.attachments.get(target)! }),
  );
  return { hops: hop(matches[0]), next };
}

/** Reports whether the hub has an attachment of a VPC that the input does not name. */
export function hasUnnamed(hub: Hub): boolean {
  return [...hub.attachments.values()].some(({ kind, vpc }) => kind === "vpc" && vpc === undefined);
}

/** Returns a line that propagates into the table what the input does not tell. */
export function silentLine(hub: Hub, { propagates = [] }: HubTable): Attachment | undefined {
  for (const id of propagates) {
    const line = hub.attachments.get(id);
    if (line === undefined || line.kind === "vpc" || line.kind === "peering") continue;
    if (line.advertises === undefined && line.state === "available") return line;
  }
  return undefined;
}

/** Returns an attachment that propagates the ranges of a VPC which is not part of the input: nobody else's are among them. */
function hiddenVpc(network: Network, hub: Hub, { propagates = [] }: HubTable): Attachment | undefined {
  return propagates
    .flatMap((id) => hub.attachments.get(id) ?? [])
    .find(({ kind, vpc, state }) => kind === "vpc" && !network.vpcs.has(vpc ?? "") && state === "available");
}

/** Reports whether the attachment leads to the VPC that the packet is meant for: no line is nearer to its range. */
function ownsThere(network: Network, hub: Hub, target: string, { destination }: Packet): boolean {
  const vpc = network.vpcs.get(hub.attachments.get(target)?.vpc ?? "");
  return vpc !== undefined && vpc.id === destination.vpc && owns(vpc, destination.address);
}

/** From the hub to what hangs on it. */
export function leaveHub(network: Network, hub: Hub, to: Attachment, packet: Packet): HandOff {
  const here = attachmentComponent(hub, to);
  const hops: Hop[] = [];
  if (to.state !== "available") return { hops, end: stop("hub-attachment", here, `${to.id} is ${to.state}`) };
  switch (to.kind) {
    case "vpc":
      return enterVpc(network, hub, to, packet);
    case "peering": {
      const far = network.hubs?.get(to.peer?.hub ?? "");
      const from = far?.attachments.get(to.peer?.attachment ?? "");
      if (far !== undefined && from !== undefined) return { hops, next: [{ kind: "hub", hub: far, from }] };
      const message = `${to.id} leads to ${to.peer?.hub ?? "a hub"}, which is not part of the input`;
      return { hops, end: stop("unsupported-target", here, message) };
    }
    case "vpn":
    case "direct-connect": {
      const text = formatAddress(packet.destination.address);
      if (to.advertises !== undefined && packet.destination.vpc !== undefined) {
        const message = `${hub.id} sends it out by ${to.id}, but ${text} is inside, in ${packet.destination.vpc}`;
        return { hops, end: stop("left-network", here, message) };
      }
      if (advertises(to, packet.destination.address)) {
        const back: Node = { kind: "hub", hub, from: to };
        return { hops: [OUTSIDE], end: { outcome: "delivered", cause: null, back } };
      }
      const message = `${hub.id} sends it out by ${to.id}, and whether ${text} lies behind is not part of the input`;
      return { hops, end: stop("unsupported-target", here, message) };
    }
    case "other": {
      const message = `${hub.id} sends it to ${to.id}, and what lies behind is not part of the input`;
      return { hops, end: stop("unsupported-target", here, message) };
    }
    default:
      return to.kind satisfies never;
  }
}

/** Reports whether filters behind the attachment see the groups of senders. */
export function showsGroups(hub: Hub, to: Attachment): boolean {
  return hub.groupReferences === true && to.groupReferences !== false;
}

/** Into an attached VPC, by the tables of the subnets in which the hub stands: they may lead on to a gateway. */
function enterVpc(network: Network, hub: Hub, to: Attachment, packet: Packet): HandOff {
  const vpc = network.vpcs.get(to.vpc ?? "");
  const here = attachmentComponent(hub, to);
  if (vpc === undefined) {
    const message = `${to.id} leads to ${to.vpc ?? "a VPC"}, which is not part of the input`;
    return { hops: [], end: stop("unsupported-target", here, message) };
  }
  const hops = [vpcHop(vpc)];
  const through: Packet = {
    ...packet,
    last: undefined,
    showsGroups: packet.showsGroups && showsGroups(hub, to),
  };
  const near = subnetsOf(vpc, to);
  if (near !== undefined) {
    const next = doorsFor(vpc, near, packet.zone).map(
      (subnet): Node => ({ kind: "subnet", vpc, subnet, groups: undefined, isDoor: true }),
    );
    return { hops, packet: through, next };
  }
  if (owns(vpc, packet.destination.address))
    return { hops, packet: through, next: [{ kind: "arrival", vpc }] };
  const message = `${hub.id} hands it to ${vpc.id}, and which of its tables takes it on is not part of the input`;
  return { hops, end: stop("unsupported-target", here, message) };
}

/** Returns the subnets in which the hub stands; undefined when the input does not say. */
export function subnetsOf(vpc: Vpc, { subnets }: Attachment): Subnet[] | undefined {
  const found = subnets?.flatMap((id) => vpc.subnets.get(id) ?? []);
  return found === undefined || found.length === 0 ? undefined : found;
}

/** Returns those of the subnets in which a hub stands that take on what comes from a zone: one of all that are alike. */
export function doorsFor(vpc: Vpc, near: readonly Subnet[], from: string | undefined): Subnet[] {
  const local = near.filter(({ zone }) => zone !== undefined && zone === from);
  const doors = new Map(
    (local.length > 0 ? local : near).map((door) => [`${tableOf(vpc, door).id} ${door.acl ?? ""}`, door]),
  );
  return [...doors.values()];
}

/** Returns the routes of the table with what its attachments propagate; undefined when they are not known. */
export function routesOf(network: Network, hub: Hub, table: HubTable): Routes | undefined {
  if (table.routes === undefined || table.propagates === undefined) return table.routes;
  let known = propagated.get(network);
  if (known === undefined) {
    known = new Map();
    propagated.set(network, known);
  }
  let routes = known.get(table);
  if (routes === undefined) {
    routes = withPropagated(network, hub, table.routes, table.propagates);
    known.set(table, routes);
  }
  return routes;
}

const propagated = new WeakMap<Network, Map<HubTable, Routes>>();

/** A route that is there already wins over a propagated one; of two propagated ones the first. */
function withPropagated(network: Network, hub: Hub, routes: Routes, from: readonly string[]): Routes {
  const written: WrittenRoute[] = [...routes].map(({ row: _, ...route }) => route);
  const taken = new Set(written.filter(({ enabled }) => enabled).map(({ destination }) => `${destination}`));
  for (const id of from) {
    const attachment = hub.attachments.get(id);
    if (attachment === undefined || attachment.state !== "available") continue;
    for (const destination of rangesOf(network, hub, attachment)) {
      if (taken.has(`${destination}`)) continue;
      taken.add(`${destination}`);
      written.push({ destination, target: id, enabled: true, source: attachment.source });
    }
  }
  return Routes.from(written);
}

/** A transit gateway learns the ranges of a VPC, a CCN those of its subnets; from a line both learn what it advertises. */
function rangesOf(network: Network, hub: Hub, { vpc: id, advertises = [] }: Attachment): readonly Prefix[] {
  const vpc = network.vpcs.get(id ?? "");
  if (vpc === undefined) return advertises;
  if (hub.kind === "transit-gateway") return [...vpc.cidrs, ...vpc.secondary];
  return [...vpc.subnets.values()].flatMap(({ cidrs }) => cidrs);
}
