import { type Network, tableOf, type Vpc } from "../model/network.ts";
import { beyond } from "./detour.ts";
import { nextHop } from "./forwarding.ts";
import type { Layout } from "./layout.ts";

/**
 * Next hops as numbers. A hop says what a route names: the own VPC, a port (one end of a peering), or an ECMP group; it
 * stays as it is when a peering changes its state. Its fate says what that comes to for a packet: it is delivered into
 * a slot, dropped, or cannot be followed.
 *
 *   hop    0 LOCAL · 1 + port · GROUP | index of the group · BY_TABLE + table · BY_HUB + hub · NO_WAY · NO_IDEA
 *   fate   slot ≥ 0 · DROP · DOUBT · DOUBT_IN - slot: cannot be followed if meant for the slot's VPC, dropped otherwise ·
 *          AT_HUB - hub: the hub decides (see `hub-ways.ts`) · AROUND: it may come there by a detour · TURN_IN - slot: so
 *          it may if meant for the slot's VPC, and is dropped otherwise · THROUGH - table: another table of the VPC
 *          decides (see `segments.ts`)
 */
export const LOCAL = 0;
const GROUP = 0x80000000;
/** A NAT gateway or a host that routes sends the packet on by this table of the same VPC. */
const BY_TABLE = 0xc0000000;
/** A hub: it sends the packet on by tables of its own. */
const BY_HUB = 0xe0000000;
/** A next hop that delivers nothing inside the network: dead, foreign, or a gateway to the outside. */
export const NO_WAY = 0xffffffff;
/** A next hop that exists, and that nobody can follow. */
export const NO_IDEA = 0xfffffffe;
/** No hop at all: the route is not there. */
export const ABSENT = 0xfffffffc;

export const DROP = -1;
export const DOUBT = -2;
export const DOUBT_IN = -3;
export const AT_HUB = -0x10000000;
export const TURN_IN = -0x20000000;
export const THROUGH = -0x40000000;
export const AROUND = -0x80000000;

/** Reports whether a packet with the fate may be meant for any VPC, as far as the arrays know. */
export function isDoubt(fate: number): boolean {
  return fate === DOUBT || isDetour(fate);
}

/** Reports whether the packet may come there by tables that are not of the VPC it starts in. */
export function isDetour(fate: number): boolean {
  return fate === AROUND || isAtHub(fate);
}

export function isAtHub(fate: number): boolean {
  return fate <= AT_HUB && fate > TURN_IN;
}

export function isTurn(fate: number): boolean {
  return fate <= TURN_IN && fate > THROUGH;
}

export function isThrough(fate: number): boolean {
  return fate <= THROUGH && fate > AROUND;
}

export class Hops {
  readonly #layout: Layout;
  /** Fate of each port. */
  readonly #ports: Int32Array;
  /** 1 for a peering that is ACTIVE. */
  readonly #open: Uint8Array;
  readonly #groups: (readonly number[])[] = [];
  readonly #groupIds = new Map<string, number>();
  /** The groups that a hop is a member of. */
  readonly #groupsOf = new Map<number, number[]>();

  constructor(network: Network, layout: Layout) {
    this.#layout = layout;
    this.#ports = new Int32Array(layout.portVpc.length).fill(DROP);
    this.#open = new Uint8Array(network.peerings.size);
    let p = 0;
    for (const { state } of network.peerings.values()) this.setActive(p++, state === "ACTIVE");
  }

  /** Returns the hop of each target that a route of the VPC may name. */
  hopOf(network: Network, vpc: Vpc, v: number, target: string): number {
    const p = this.#layout.peeringIndex.get(target);
    if (p !== undefined) {
      const { portVpc } = this.#layout;
      return portVpc[2 * p] === v ? 1 + 2 * p : portVpc[2 * p + 1] === v ? 2 + 2 * p : NO_WAY;
    }
    const hop = nextHop(network, vpc, target);
    if (hop.kind === "hub") return BY_HUB + this.#layout.hubIndex.get(hop.hub.id)!;
    if (hop.kind !== "gateway" || hop.gateway.vpc !== vpc.id) return NO_WAY;
    const way = beyond(network, vpc, hop.gateway);
    if (way !== "detour") return way === "drops" ? NO_WAY : NO_IDEA;
    const table = tableOf(vpc, vpc.subnets.get(hop.gateway.subnet ?? "")!);
    return BY_TABLE + this.#layout.tableIndex.get(table.id)!;
  }

  /** Returns the hop of several routes to one destination (S17): the hop they share, or a group. */
  group(hops: readonly number[]): number {
    const members = [...new Set(hops)].sort((a, b) => a - b);
    if (members.length === 1) return members[0];
    const key = members.join();
    let id = this.#groupIds.get(key);
    if (id === undefined) {
      id = this.#groups.push(members) - 1;
      this.#groupIds.set(key, id);
      for (const member of members) {
        const groups = this.#groupsOf.get(member);
        if (groups === undefined) this.#groupsOf.set(member, [GROUP + id]);
        else groups.push(GROUP + id);
      }
    }
    return GROUP + id;
  }

  /** Returns the hops of a group's members; of any other hop itself. */
  members(hop: number): readonly number[] {
    return isGroup(hop) ? this.#groups[hop - GROUP] : [hop];
  }

  /** Returns the fate of a packet that takes the hop out of the VPC. All members of a group must deliver (S17). */
  fate(hop: number, ownSlot: number): number {
    if (hop === LOCAL) return ownSlot;
    if (hop < GROUP) return this.#ports[hop - 1];
    if (hop === NO_WAY || hop === ABSENT) return DROP;
    if (hop === NO_IDEA) return DOUBT;
    if (hop >= BY_HUB) return AT_HUB - (hop - BY_HUB);
    if (hop >= BY_TABLE) return THROUGH - (hop - BY_TABLE);
    let slot = -1;
    let doubt = false;
    let around = false;
    for (const member of this.#groups[hop - GROUP]) {
      const fate = this.fate(member, ownSlot);
      if (fate === DROP || (fate >= 0 && slot >= 0 && fate !== slot)) return DROP;
      if (fate >= 0) slot = fate;
      else if (isDetour(fate) || isThrough(fate)) around = true;
      else doubt = true;
    }
    if (around) return AROUND;
    return slot < 0 ? DOUBT : doubt ? DOUBT_IN - slot : slot;
  }

  /** Reports whether the peering is open. */
  isOpen(peering: number): boolean {
    return this.#open[peering] === 1;
  }

  /** Only an ACTIVE peering carries packets. One that leads out of the network carries them nobody knows where. */
  setActive(peering: number, active: boolean): void {
    const { portSlot, portVpc } = this.#layout;
    this.#open[peering] = active ? 1 : 0;
    for (const port of [2 * peering, 2 * peering + 1]) {
      this.#ports[port] = !active || portVpc[port] < 0 ? DROP : portSlot[port] < 0 ? DOUBT : portSlot[port];
    }
  }

  /** Returns the hops that a change of the port changes: its own, and the groups that it is a member of. */
  through(port: number): number[] {
    return [1 + port, ...(this.#groupsOf.get(1 + port) ?? [])];
  }

  /** Returns what is left of the hop when the routes to the port are gone: ABSENT when nothing is. */
  without(hop: number, port: number): number {
    const rest = this.members(hop).filter((member) => member !== 1 + port);
    return rest.length === 0 ? ABSENT : this.group(rest);
  }
}

function isGroup(hop: number): boolean {
  return hop >= GROUP && hop < BY_TABLE;
}
