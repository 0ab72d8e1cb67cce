import type { Prefix } from "@twoway/core";
import { type Network, tableOf, type Vpc } from "../model/network.ts";
import type { Routes } from "../model/routes.ts";

import { setActive, setHop, touching } from "../plane/edit.ts";
import type { FlipVisitor } from "../plane/flips.ts";
import { ABSENT, LOCAL } from "../plane/hop.ts";
import { subnetsOf } from "../plane/hub.ts";
import type { Part } from "../plane/part.ts";
import type { Reachability } from "../plane/reachability.ts";
import type { Reach } from "./reach.ts";

/**
 * From one network to the next as edits of the compiled arrays. Networks share what an action did not touch, so what
 * differs is found by identity.
 */

/** An edit with all it takes to make it, and to make it undone. */
export type Edit =
  | { readonly kind: "peering"; readonly peering: number; readonly active: boolean }
  | {
      readonly kind: "hop";
      readonly part: Part;
      readonly table: number;
      readonly lo: number;
      readonly hi: number;
      readonly hop: number;
    };

/**
 * Returns the edits that lead from `before`, of which `compiled` is made, to `after`; undefined when the arrays cannot
 * follow: VPCs, subnets, tables, gateways or ranges changed, a table where a hub stands, or a peering is new. O(VPCs + peerings + routes of the
 * tables that changed).
 */
export function editsBetween(compiled: Reachability, before: Network, after: Network): Edit[] | undefined {
  const { layout, hops } = compiled;
  if (before.gateways !== after.gateways || before.peerings.size !== after.peerings.size) return undefined;
  if (before.hubs !== after.hubs || before.acls !== after.acls || before.groups !== after.groups)
    return undefined;
  if (before.vpcs.size !== after.vpcs.size) return undefined;
  const edits: Edit[] = [];
  for (const [id, peering] of after.peerings) {
    const old = before.peerings.get(id);
    if (old === undefined) return undefined;
    const p = layout.peeringIndex.get(id)!;
    const active = peering.state === "ACTIVE";
    if (old !== peering && hops.isOpen(p) !== active) edits.push({ kind: "peering", peering: p, active });
  }
  for (const [id, vpc] of after.vpcs) {
    const old = before.vpcs.get(id);
    if (old === vpc) continue;
    if (old === undefined || !sameShape(old, vpc)) return undefined;
    for (const [name, { routes }] of vpc.tables) {
      const was = old.tables.get(name)?.routes;
      if (was === routes) continue;
      if (was === undefined || routes === undefined) return undefined;
      const t = layout.tableIndex.get(name)!;
      if (isAtDoor(compiled, before, t)) return undefined;
      for (const destination of changedDestinations(was, routes)) {
        const edit = hopEdit(compiled, after, vpc, t, routes, destination);
        if (edit === "full") return undefined;
        if (edit !== undefined) edits.push(edit);
      }
    }
  }
  return edits;
}

const doorTables = new WeakMap<Reachability, ReadonlySet<number>>();

/**
 * Reports whether the table takes on what a hub hands over: an edit of it concerns packets of whoever sends by the hub. O(1),
 * O(attachments) once.
 */
export function isAtDoor(compiled: Reachability, { hubs, vpcs }: Network, t: number): boolean {
  let doors = doorTables.get(compiled);
  if (doors === undefined) {
    const found = new Set<number>();
    for (const { attachments } of hubs?.values() ?? []) {
      for (const attachment of attachments.values()) {
        const vpc = vpcs.get(attachment.vpc ?? "");
        for (const door of (vpc && subnetsOf(vpc, attachment)) ?? [])
          found.add(compiled.layout.tableIndex.get(tableOf(vpc!, door).id)!);
      }
    }
    doors = found;
    doorTables.set(compiled, doors);
  }
  return doors.has(t);
}

/** Makes the edits; returns those that take them back. No two are about the same thing, so their order is free. */
export function makeEdits(compiled: Reachability, edits: readonly Edit[], visit: FlipVisitor): Edit[] {
  const undo: Edit[] = [];
  for (const edit of edits) {
    if (edit.kind === "peering") {
      undo.push({ ...edit, active: !edit.active });
      setActive(compiled, edit.peering, edit.active, visit);
    } else {
      const { part, table, lo, hi, hop } = edit;
      undo.push({ ...edit, hop: setHop(compiled, part, table, lo, hi, hop, visit) });
    }
  }
  return undo;
}

/**
 * Reports whether one of the edits opens or closes a peering in a network whose rules name groups: they may see the groups
 * of hosts behind it.
 */
export function opensGroups({ groups }: Network, edits: readonly Edit[]): boolean {
  if (!edits.some(({ kind }) => kind === "peering")) return false;
  return [...(groups?.values() ?? [])].some(({ ingress, egress }) =>
    [...ingress, ...egress].some(({ remote }) => remote.kind === "group"),
  );
}

/** An ordered pair of subnets that an edit touches. */
export interface Touched {
  readonly from: number;
  readonly to: number;
}

/**
 * Makes the edits, after which the network is `after`; returns what takes them back, and the pairs that they touch, in the
 * order of `from`, then `to`.
 */
export function editTouching(
  reach: Reach,
  edits: readonly Edit[],
  after: Network,
): { readonly undo: Edit[]; readonly touched: Touched[] } {
  const count = reach.subnets.length;
  const seen = new Set<number>();
  const touch = (from: number, to: number): void => {
    seen.add(from * count + to);
  };
  const undo = touching(reach.compiled, touch, () => makeEdits(reach.compiled, edits, () => {}));
  reach.settle(after);
  const touched = [...seen]
    .sort((a, b) => a - b)
    .map((pair) => ({ from: Math.floor(pair / count), to: pair % count }));
  return { undo, touched };
}

/** Reports whether the VPCs differ in nothing but the routes of their tables, as far as packets can tell. */
function sameShape(a: Vpc, b: Vpc): boolean {
  return (
    a.subnets === b.subnets &&
    a.cidrs === b.cidrs &&
    a.secondary === b.secondary &&
    a.profile === b.profile &&
    a.mainTable === b.mainTable &&
    a.tables.size === b.tables.size &&
    [...a.tables.keys()].every((id) => b.tables.has(id))
  );
}

/** Returns each destination of the rows between the first and the last in which the routes differ. */
function changedDestinations(a: Routes, b: Routes): Prefix[] {
  const alike = (i: number, j: number): boolean =>
    a.destination(i).equals(b.destination(j)) &&
    a.enabled[i] === b.enabled[j] &&
    a.targets[a.target[i]] === b.targets[b.target[j]];
  let first = 0;
  while (first < a.size && first < b.size && alike(first, first)) first++;
  let last = 0;
  while (last < a.size - first && last < b.size - first && alike(a.size - 1 - last, b.size - 1 - last))
    last++;
  const destinations = new Map<string, Prefix>();
  for (const routes of [a, b]) {
    for (let row = first; row < routes.size - last; row++) {
      const destination = routes.destination(row);
      destinations.set(`${destination}`, destination);
    }
  }
  return [...destinations.values()];
}

/** Returns the edit that gives a destination its hop; "full" when its place cannot be noted, undefined for none. */
function hopEdit(
  { layout, hops, parts }: Reachability,
  network: Network,
  vpc: Vpc,
  t: number,
  routes: Routes,
  destination: Prefix,
): Edit | "full" | undefined {
  const part = parts.find(({ family }) => family === destination.family);
  if (part === undefined) return undefined; // nobody has an address of this family
  const v = layout.tableVpc[t];
  const own = part.own[v];
  if (!part.axis.admit(destination.address, destination.last)) return "full";
  const lo = part.axis.first(destination.address);
  const hi = part.axis.last(destination.last);
  const isOwn = own.lo.some((from, i) => from === lo && own.hi[i] === hi);
  if (own.wins && own.lo.some((from, i) => from <= lo && hi <= own.hi[i])) return undefined;
  const rows = routes.rowsOf(destination).filter((row) => routes.enabled[row] === 1);
  const members = rows.map((row) => hops.hopOf(network, vpc, v, routes.targets[routes.target[row]]));
  const hop = members.length > 0 ? hops.group(members) : isOwn ? LOCAL : ABSENT;
  return { kind: "hop", part, table: t, lo, hi, hop };
}
