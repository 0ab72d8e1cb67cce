import { Prefix } from "@twoway/core";
import type { Attachment, Hub } from "../model/hub.ts";
import { type Network, type Subnet, tableOf, type Vpc } from "../model/network.ts";
import { doorsFor, entranceOf, hasUnnamed, showsGroups, subnetsOf } from "./hub.ts";
import { DIVIDED, GONE, HubTables, NOT_KNOWN } from "./hub-tables.ts";
import type { Part } from "./part.ts";
import {
  type Door,
  FOLLOW,
  LOST,
  type Passage,
  PassageNumbers,
  type Trail,
  UNKNOWN_BEHIND,
} from "./passage.ts";
import type { Reachability } from "./reachability.ts";
import { indexOf } from "./segments.ts";

/**
 * What hubs make of packets. Once a packet is in a hub, what becomes of it depends on the table that takes it on, on the
 * zone it comes from, and on its destination: the first two by one number are its entry. Every hub table is cut into
 * stretches once; from an entry each subnet is walked to once, and what addresses of it come to is a passage by number.
 *
 * Says FOLLOW of whatever is not that simple: routes with several next hops, ways through another VPC, doors whose tables
 * lead on.
 */

/** The passages to the blocks of a subnet; neighbours differ. */
export interface Passages {
  /** The first place of each, ascending. What lies between two blocks means nothing. */
  readonly starts: readonly number[];
  readonly passages: readonly number[];
}

/** Entries by number; those into tables come behind. */
const NO_ENTRY = 0;
const UNKNOWN_ENTRY = 1;

interface Entry {
  readonly hub: Hub;
  readonly table: number;
  readonly zone: string | undefined;
  /** To each subnet, for each part of the network; made when first asked for. */
  readonly passages: (Passages | undefined)[][];
}

export class HubWays {
  readonly #network: Network;
  readonly #compiled: Reachability;
  readonly #hubs: readonly Hub[];
  /** For each subnet and hub 1 + its entry, 0 when nobody has asked, and the door on its way. */
  readonly #entryOf: Int32Array;
  readonly #doorOf: Int32Array;
  readonly #entries: (Entry | undefined)[] = [undefined, undefined];
  /** Doors on the way into a hub; their numbers begin with 1. */
  readonly #doors: Door[] = [];
  readonly #doorIndex = new Map<string, number>();
  readonly #tables: HubTables;
  readonly #numbers: PassageNumbers;
  /** Each passage to the whole of a subnet, by its number. */
  readonly #alone: Passages[] = [];
  /** The passages to the subnet that is being walked to. */
  readonly #walk = new Walk();

  constructor(network: Network, compiled: Reachability) {
    this.#network = network;
    this.#compiled = compiled;
    this.#tables = new HubTables(network, compiled.parts);
    this.#numbers = new PassageNumbers();
    this.#hubs = [...(network.hubs?.values() ?? [])];
    this.#entryOf = new Int32Array(compiled.layout.subnets.length * this.#hubs.length);
    this.#doorOf = new Int32Array(this.#entryOf.length);
  }

  /** Returns the entry of packets from the subnet into a hub. */
  entry(s: number, hub: number): number {
    const at = s * this.#hubs.length + hub;
    if (this.#entryOf[at] === 0) this.#enterFrom(s, hub, at);
    return this.#entryOf[at] - 1;
  }

  /** Returns the number of the door that packets from the subnet pass on their way into a hub; 0 for none. */
  doorOf(s: number, hub: number): number {
    const at = s * this.#hubs.length + hub;
    if (this.#entryOf[at] === 0) this.#enterFrom(s, hub, at);
    return this.#doorOf[at];
  }

  door(n: number): Door {
    return this.#doors[n - 1];
  }

  passage(n: number): Passage {
    return this.#numbers.at(n);
  }

  /** Returns the passages from the entry to the subnet; one that stands for all of it is one object. */
  passages(p: number, entry: number, to: number): Passages {
    const known = this.#entries[entry];
    if (known === undefined) return this.#always(entry === NO_ENTRY ? LOST : UNKNOWN_BEHIND);
    let passages = known.passages[p][to];
    if (passages === undefined) {
      this.#walkAll(p, known, to);
      const { starts, passages: found } = this.#walk;
      passages = found.length === 1 ? this.#always(found[0]) : { starts: [...starts], passages: [...found] };
      known.passages[p][to] = passages;
    }
    return passages;
  }

  #always(passage: number): Passages {
    this.#alone[passage] ??= { starts: [0], passages: [passage] };
    return this.#alone[passage];
  }

  #enterFrom(s: number, h: number, at: number): void {
    const { vpcs, subnets, subnetVpc } = this.#compiled.layout;
    const [vpc, subnet, hub] = [vpcs[subnetVpc[s]], subnets[s], this.#hubs[h]];
    const entrance = entranceOf(hub, vpc, subnet);
    this.#entryOf[at] = 1 + (entrance === undefined && hasUnnamed(hub) ? UNKNOWN_ENTRY : NO_ENTRY);
    if (entrance === undefined || entrance.door === "none") return;
    const { attachment, door } = entrance;
    const table = this.#tables.enter(hub, attachment);
    this.#entryOf[at] =
      1 + (table < 0 ? (table === GONE ? NO_ENTRY : UNKNOWN_ENTRY) : this.#entry(table, subnet.zone));
    if (door?.acl !== undefined) this.#doorOf[at] = this.#door({ vpc, acl: door.acl });
  }

  #entry(table: number, zone: string | undefined): number {
    const { hub, entries } = this.#tables.at(table);
    let entry = entries.get(zone);
    if (entry === undefined) {
      const { layout, parts } = this.#compiled;
      const passages = parts.map(() =>
        new Array<Passages | undefined>(layout.subnets.length).fill(undefined),
      );
      entry = this.#entries.push({ hub, table, zone, passages }) - 1;
      entries.set(zone, entry);
    }
    return entry;
  }

  #door(door: Door): number {
    const key = `${door.vpc.id} ${door.acl}`;
    let index = this.#doorIndex.get(key);
    if (index === undefined) {
      index = this.#doors.push(door);
      this.#doorIndex.set(key, index);
    }
    return index;
  }

  #walkAll(p: number, { hub, table, zone }: Entry, to: number): void {
    const { vpcs, subnets, subnetVpc } = this.#compiled.layout;
    const { axis } = this.#compiled.parts[p];
    const into = { vpc: vpcs[subnetVpc[to]], subnet: subnets[to] };
    const trail = this.#numbers.onward(this.#numbers.start, hub);
    this.#walk.clear();
    const { cidrs } = into.subnet;
    for (const { family, address, last } of cidrs.length > 1 ? [...cidrs].sort(Prefix.compare) : cidrs)
      if (family === axis.family)
        this.#lookUp(p, table, trail, zone, into, axis.first(address), axis.last(last), this.#walk);
  }

  /**
   * Walks the places through a table. Each table sends a place on in one way, so who comes to more tables than there are goes
   * in circles.
   */
  #lookUp(
    p: number,
    table: number,
    trail: Trail,
    zone: string | undefined,
    into: Target,
    lo: number,
    hi: number,
    walk: Walk,
  ): void {
    const known = this.#tables.at(table);
    const { routes, exits } = known;
    if (routes === undefined) {
      walk.add(lo, UNKNOWN_BEHIND);
      return;
    }
    const { starts, turns } = this.#tables.line(p, known, routes);
    for (let k = indexOf(starts, lo); k < starts.length && starts[k] <= hi; k++) {
      const first = Math.max(lo, starts[k]);
      const last = k + 1 < starts.length ? Math.min(hi, starts[k + 1] - 1) : hi;
      const turn = turns[k];
      // what leads to the VPC itself is nearer than anything that a silent line may bring
      const isHidden = known.isSilent && turn !== DIVIDED && exits[turn]?.vpc !== into.vpc.id;
      if (isHidden) walk.add(first, UNKNOWN_BEHIND);
      else if (turn < 0) walk.add(first, turn === GONE ? LOST : FOLLOW);
      else this.#leave(p, known.hub, exits[turn]!, trail, zone, into, first, last, walk);
    }
  }

  /** Out of the hub: what `leaveHub` does. */
  #leave(
    p: number,
    hub: Hub,
    attachment: Attachment,
    trail: Trail,
    zone: string | undefined,
    into: Target,
    lo: number,
    hi: number,
    walk: Walk,
  ): void {
    if (attachment.state !== "available") {
      walk.add(lo, LOST);
      return;
    }
    switch (attachment.kind) {
      case "vpc":
        walk.add(lo, this.#enterVpc(p, hub, attachment, trail, zone, into, lo, hi));
        return;
      case "peering": {
        const far = this.#network.hubs?.get(attachment.peer?.hub ?? "");
        const from = far?.attachments.get(attachment.peer?.attachment ?? "");
        const table = far === undefined || from === undefined ? NOT_KNOWN : this.#tables.enter(far, from);
        if (table < 0) walk.add(lo, table === GONE ? LOST : UNKNOWN_BEHIND);
        else if (trail.hubs.length > this.#tables.size) walk.add(lo, LOST);
        else this.#lookUp(p, table, this.#numbers.onward(trail, far!), zone, into, lo, hi, walk);
        return;
      }
      case "vpn":
      case "direct-connect": // it leaves the network, and was meant for somebody inside
        walk.add(lo, attachment.advertises === undefined ? UNKNOWN_BEHIND : LOST);
        return;
      case "other":
        walk.add(lo, UNKNOWN_BEHIND);
        return;
      default:
        attachment.kind satisfies never;
    }
  }

  /** Into an attached VPC: what `enterVpc` does. */
  #enterVpc(
    p: number,
    hub: Hub,
    attachment: Attachment,
    trail: Trail,
    zone: string | undefined,
    into: Target,
    lo: number,
    hi: number,
  ): number {
    const vpc = this.#network.vpcs.get(attachment.vpc ?? "");
    if (vpc === undefined) return UNKNOWN_BEHIND;
    const near = subnetsOf(vpc, attachment);
    if (vpc !== into.vpc) {
      const owned = ownedOf(this.#compiled.parts[p], vpc, lo, hi);
      // whoever has such an address there is not meant
      if (owned === "all" && (near === undefined || vpc.profile.ownCidr === "local")) return LOST;
      return near === undefined && owned === "nothing" ? UNKNOWN_BEHIND : FOLLOW;
    }
    const shows = showsGroups(hub, attachment);
    if (near === undefined) return this.#numbers.open(trail, shows);
    const found = doorsFor(vpc, near, zone);
    const ends = new Set(found.map((door) => throughDoor(vpc, door)));
    if (ends.size > 1 || ends.has("follow")) return FOLLOW;
    const doors = found.flatMap((door) =>
      door === into.subnet || door.acl === undefined ? [] : [{ vpc, acl: door.acl }],
    );
    const isInside = found.every((door) => door === into.subnet) && into.subnet.acl !== undefined;
    return ends.has("delivered") && doors.length === 0 && !isInside
      ? this.#numbers.open(trail, shows)
      : this.#numbers.number({
          way: ends.has("delivered") ? "delivered" : "unknown",
          hubs: trail.hubs,
          doors,
          isInside,
          showsGroups: shows,
        });
  }
}

interface Target {
  readonly vpc: Vpc;
  readonly subnet: Subnet;
}

/** Parts of a subnet as they are found, in the order of their places. */
class Walk implements Passages {
  readonly starts: number[] = [];
  readonly passages: number[] = [];

  clear(): void {
    this.starts.length = 0;
    this.passages.length = 0;
  }

  add(start: number, passage: number): void {
    if (this.passages.length > 0 && this.passages[this.passages.length - 1] === passage) return;
    this.starts.push(start);
    this.passages.push(passage);
  }
}

/** Returns how many of the places lie in the VPC's own ranges. */
function ownedOf(part: Part, { cidrs, secondary }: Vpc, lo: number, hi: number): "all" | "some" | "nothing" {
  let owned: "some" | "nothing" = "nothing";
  for (const { family, address, last } of [...cidrs, ...secondary]) {
    if (family !== part.family) continue;
    const [from, to] = [part.axis.first(address), part.axis.last(last)];
    if (from <= lo && hi <= to) return "all";
    if (from <= hi && lo <= to) owned = "some";
  }
  return owned;
}

/** What the table of the subnet in which the hub stands does with a packet for its own VPC. */
function throughDoor(vpc: Vpc, door: Subnet): "delivered" | "unknown" | "follow" {
  if (vpc.profile.ownCidr === "local") return "delivered";
  const { routes } = tableOf(vpc, door);
  if (routes === undefined) return "unknown";
  const own = [...vpc.cidrs, ...vpc.secondary];
  for (let row = 0; row < routes.size; row++)
    if (routes.enabled[row] === 1 && own.some((cidr) => cidr.covers(routes.destination(row))))
      return "follow";
  return "delivered";
}
