import { type Family, Prefix } from "@twoway/core";
import type { Attachment, Hub, HubTable } from "../model/hub.ts";
import { type Network, type Span, type Subnet, tableOf, usableSpans, type Vpc } from "../model/network.ts";
import { Routes } from "../model/routes.ts";
import { beyond } from "./detour.ts";
import { nextHop } from "./forwarding.ts";
import { hasUnnamed, routesOf, silentLine, subnetsOf } from "./hub.ts";
import { type Line, lineOf, rowsOf, stretchAt } from "./line.ts";
import type { Part } from "./part.ts";
import { type Reachability, slotFor } from "./reachability.ts";
import { before } from "./spans.ts";
import { DELIVERED, DROPPED, UNKNOWN } from "./verdict-table.ts";

/**
 * What hubs make of packets between VPCs that are no neighbours, where no filter has a say. A sender is known by what its
 * table leaves to hubs, by the hub tables that take it on, and by its zone: all that have these in common are one class,
 * and what becomes of their packets depends on the class and the destination alone. Every table is cut into stretches
 * once; a packet walks from stretch to stretch, and addresses that lie in the same ones all the way fare the same.
 *
 * Says FOLLOW of whatever is not that simple: routes with several next hops, ways through another VPC, gateways that send
 * on, ACLs where the hub stands, ranges that other VPCs have too.
 */

/** The ways are not known here; packets have to be followed. No other bit stands beside it. */
export const FOLLOW = 64;
/** A turn that leads on: TABLE + index of a hub table, ATTACHMENT + index of an attachment by which it leaves the hub. */
const TABLE = 0x1000000;
const ATTACHMENT = 0x2000000;

type Lines = Readonly<Record<Family, Line>>;

interface SenderClass {
  /** Without routes inside the sender's own range: nobody looks them up for somebody else. */
  readonly lines: Lines;
  readonly zone: string | undefined;
  /** What becomes of packets for each subnet; NEW where nobody has asked. */
  readonly ways: Uint8Array;
}

interface KnownTable {
  /** Undefined when the routes are not part of the input. */
  readonly lines: Lines | undefined;
  /** Some line writes into the table what the input does not tell. */
  readonly isSilent: boolean;
}

const NEW = 255;

export class HubWays {
  readonly #network: Network;
  readonly #compiled: Reachability;
  /** 0 for subnets that meet no filter and whose VPC the arrays describe in full. */
  readonly #special: Uint8Array;
  /** For each VPC: 1 when nobody else has any of its addresses. Made when first asked for. */
  #alone: Uint8Array | undefined;
  readonly #classOf: Int32Array;
  readonly #classes: SenderClass[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #byTable = new Map<string, number>();
  readonly #tables: { readonly hub: Hub; readonly table: HubTable; known?: KnownTable }[] = [];
  readonly #tableIndex = new Map<HubTable, number>();
  readonly #attachments: { readonly hub: Hub; readonly attachment: Attachment }[] = [];
  readonly #attachmentIndex = new Map<Attachment, number>();
  readonly #ofVpc = new Map<Hub, Map<string, Attachment>>();

  constructor(network: Network, compiled: Reachability, special: Uint8Array) {
    this.#network = network;
    this.#compiled = compiled;
    this.#special = special;
    this.#classOf = new Int32Array(compiled.layout.subnets.length).fill(-1);
  }

  /**
   * Returns the ways in which packets of the one subnet to the other end, numbers as in `verdict-table`, or FOLLOW. A few
   * binary searches when first asked for, O(log neighbours) from then on.
   */
  ways(from: number, to: number): number {
    const { layout } = this.#compiled;
    if (!this.isOpen(from) || !this.isOpen(to)) return FOLLOW;
    if (slotFor(layout, layout.subnetVpc[from], layout.subnetVpc[to]) >= 0) return FOLLOW;
    return this.waysOf(this.classOf(from), to);
  }

  /** Reports whether the subnet may be an end of a pair that is decided here. */
  isOpen(s: number): boolean {
    this.#alone ??= aloneOf(this.#compiled.layout.vpcs);
    return this.#special[s] === 0 && this.#alone[this.#compiled.layout.subnetVpc[s]] === 1;
  }

  /** Returns the class of a sender, a number from 0. */
  classOf(s: number): number {
    let known = this.#classOf[s];
    if (known >= 0) return known;
    const { subnets, subnetTable } = this.#compiled.layout;
    const name = `${subnetTable[s]} ${subnets[s].zone ?? ""}`;
    known = this.#byTable.get(name) ?? this.#classify(s);
    this.#byTable.set(name, known);
    this.#classOf[s] = known;
    return known;
  }

  /** Returns the ways of packets from an open subnet of the class to an open one whose VPC is no neighbour; kept. */
  waysOf(sender: number, to: number): number {
    const { ways } = this.#classes[sender];
    if (ways[to] === NEW) ways[to] = this.#walkAll(this.#classes[sender], to);
    return ways[to];
  }

  /** Returns how many addresses of the subnet the packets come to. Everything about `waysOf` holds. */
  delivered(sender: number, to: number, part: Part): bigint {
    const ways = (this.waysOf(sender, to) >> part.shift) & 7;
    if ((ways & DELIVERED) === 0) return 0n;
    if (ways === DELIVERED && part.family === 4) return BigInt(part.size[to]);
    const { vpc, subnet } = this.#end(to);
    const { lines, zone } = this.#classes[sender];
    let count = 0n;
    for (const span of usableSpans(vpc, subnet, part.family))
      this.#walk(lines, vpc, zone, span, part.family, (addresses) => {
        count += addresses;
      });
    return count;
  }

  /** Returns the two-way combinations of addresses of a pair whose `ways` are known both ways round. */
  packets(a: number, b: number): bigint {
    let packets = 0n;
    for (const part of this.#compiled.parts) {
      const there = this.delivered(this.classOf(a), b, part);
      if (there > 0n) packets += there * this.delivered(this.classOf(b), a, part);
    }
    return packets;
  }

  #end(s: number): { vpc: Vpc; subnet: Subnet } {
    const { vpcs, subnets, subnetVpc } = this.#compiled.layout;
    return { vpc: vpcs[subnetVpc[s]], subnet: subnets[s] };
  }

  #walkAll({ lines, zone }: SenderClass, to: number): number {
    const { vpc, subnet } = this.#end(to);
    let ways = 0;
    for (const { family, shift } of this.#compiled.parts)
      for (const span of usableSpans(vpc, subnet, family)) {
        const some = this.#walk(lines, vpc, zone, span, family, undefined);
        if ((some & FOLLOW) !== 0) return FOLLOW;
        ways |= some << shift;
      }
    return ways;
  }

  #classify(s: number): number {
    const { vpc, subnet } = this.#end(s);
    const { zone } = subnet;
    const { routes: written } = tableOf(vpc, subnet);
    const routes = written ?? Routes.none;
    const own = [...vpc.cidrs, ...vpc.secondary];
    const turns = routes.targets.map((target) => this.#turnAt(vpc, subnet, target));
    const nothing = written === undefined ? UNKNOWN : DROPPED;
    const rows = outward(routes, own);
    let key = `${zone ?? ""} ${nothing}`;
    for (const row of rows)
      key += ` ${row < routes.size4 ? routes.address[row] : routes.destination(row)}/${routes.bits[row]} ${turns[routes.target[row]]}`;
    let known = this.#byKey.get(key);
    if (known === undefined) {
      const out = rowsOf(routes, rows, turns, (a, b) => (a === b ? a : FOLLOW));
      const lines = { 4: lineOf(out, 4, nothing), 6: lineOf(out, 6, nothing) };
      const ways = new Uint8Array(this.#classOf.length).fill(NEW);
      known = this.#classes.push({ lines, zone, ways }) - 1;
      this.#byKey.set(key, known);
    }
    return known;
  }

  /** What a route of the VPC does with a packet for a VPC that is no neighbour. */
  #turnAt(vpc: Vpc, subnet: Subnet, target: string): number {
    const hop = nextHop(this.#network, vpc, target);
    switch (hop.kind) {
      case "gone":
      case "foreign-peering":
        return DROPPED;
      case "peering": // not transitive
        return hop.peering.state === "ACTIVE" && hop.vpc === undefined ? UNKNOWN : DROPPED;
      case "gateway": {
        if (hop.gateway.vpc !== vpc.id) return DROPPED;
        const way = beyond(this.#network, vpc, hop.gateway);
        return way === "drops" ? DROPPED : way === "unknown" ? UNKNOWN : FOLLOW;
      }
      case "hub":
        return this.#reach(hop.hub, vpc, subnet);
      default:
        return hop satisfies never;
    }
  }

  /** From the VPC to its hub: what `reachHub` does. */
  #reach(hub: Hub, vpc: Vpc, { zone }: Subnet): number {
    const attachment = this.#attachmentOf(hub, vpc.id);
    if (attachment === undefined) return hasUnnamed(hub) ? UNKNOWN : DROPPED;
    const near = subnetsOf(vpc, attachment);
    if (zone !== undefined && near?.every((door) => door.zone !== undefined && door.zone !== zone))
      return DROPPED;
    if (near?.some(({ acl }) => acl !== undefined)) return FOLLOW;
    return this.#enter(hub, attachment);
  }

  #attachmentOf(hub: Hub, vpc: string): Attachment | undefined {
    let known = this.#ofVpc.get(hub);
    if (known === undefined) {
      known = new Map();
      for (const one of hub.attachments.values())
        if (one.kind === "vpc" && one.vpc !== undefined && !known.has(one.vpc)) known.set(one.vpc, one);
      this.#ofVpc.set(hub, known);
    }
    return known.get(vpc);
  }

  /** Into the hub by the attachment: what `switchAtHub` does before it looks anything up. */
  #enter(hub: Hub, { state, table: id }: Attachment): number {
    if (state !== "available" || id === undefined) return DROPPED;
    const table = hub.tables.get(id);
    if (table === undefined) return UNKNOWN;
    let index = this.#tableIndex.get(table);
    if (index === undefined) {
      index = this.#tables.push({ hub, table }) - 1;
      this.#tableIndex.set(table, index);
    }
    return TABLE + index;
  }

  /** The table of a hub as lines. O(routes) once. */
  #tableAt(index: number): KnownTable {
    const entry = this.#tables[index];
    if (entry.known === undefined) {
      const { hub, table } = entry;
      const routes = routesOf(this.#network, hub, table);
      const isSilent = silentLine(this.#network, hub, table) !== undefined;
      const turns = routes?.targets.map((target) => this.#exit(hub, target)) ?? [];
      // a dead next hop decides before the others, unless nobody knows what else is in the table
      const join = (a: number, b: number): number =>
        a === b ? a : !isSilent && (a === DROPPED || b === DROPPED) ? DROPPED : FOLLOW;
      const rows = routes && rowsOf(routes, outward(routes, []), turns, join);
      const lines = rows && { 4: lineOf(rows, 4, DROPPED), 6: lineOf(rows, 6, DROPPED) };
      entry.known = { lines, isSilent };
    }
    return entry.known;
  }

  #exit(hub: Hub, target: string): number {
    const attachment = hub.attachments.get(target);
    if (attachment === undefined) return DROPPED;
    let index = this.#attachmentIndex.get(attachment);
    if (index === undefined) {
      index = this.#attachments.push({ hub, attachment }) - 1;
      this.#attachmentIndex.set(attachment, index);
    }
    return ATTACHMENT + index;
  }

  /**
   * Walks the addresses of a subnet of `into` through the tables; tells `count` how many are delivered. Each table sends
   * an address on in one way, so who comes to more tables than there are goes in circles.
   */
  #walk(
    lines: Lines,
    into: Vpc,
    zone: string | undefined,
    span: Span,
    family: Family,
    count: ((addresses: bigint) => void) | undefined,
  ): number {
    const over = (line: Line, isSilent: boolean, { first, last }: Span, been: number): number => {
      let ways = 0;
      for (let k = stretchAt(line, first); k < line.starts.length && line.starts[k] <= last; k++) {
        const from = line.starts[k] > first ? line.starts[k] : first;
        const next = line.starts[k + 1];
        const to = next === undefined || next > last ? last : before(next);
        const turn = line.turns[k];
        // what leads to the VPC itself is nearer than anything that a silent line may bring
        const isHidden = isSilent && turn !== FOLLOW && !this.#leadsTo(turn, into);
        ways |= isHidden ? UNKNOWN : onward(turn, { first: from, last: to }, been);
      }
      return ways;
    };
    const onward = (turn: number, part: Span, been: number): number => {
      if (turn < TABLE) {
        if (turn === DELIVERED) count?.(sizeOf(part.first, part.last));
        return turn;
      }
      if (turn >= ATTACHMENT) return onward(this.#leave(turn - ATTACHMENT, into, zone), part, been);
      if (been > this.#tables.length) return DROPPED;
      const { lines: there, isSilent } = this.#tableAt(turn - TABLE);
      return there === undefined ? UNKNOWN : over(there[family], isSilent, part, been + 1);
    };
    return over(lines[family], false, span, 0);
  }

  #leadsTo(turn: number, vpc: Vpc): boolean {
    return turn >= ATTACHMENT && this.#attachments[turn - ATTACHMENT].attachment.vpc === vpc.id;
  }

  /** Out of the hub with a packet for `into`, where nobody else has its address: what `leaveHub` does. */
  #leave(index: number, into: Vpc, zone: string | undefined): number {
    const { attachment } = this.#attachments[index];
    if (attachment.state !== "available") return DROPPED;
    switch (attachment.kind) {
      case "vpc":
        return this.#intoVpc(attachment, into, zone);
      case "peering": {
        const far = this.#network.hubs?.get(attachment.peer?.hub ?? "");
        const from = far?.attachments.get(attachment.peer?.attachment ?? "");
        return far === undefined || from === undefined ? UNKNOWN : this.#enter(far, from);
      }
      case "vpn":
      case "direct-connect": // it leaves the network, and was meant for somebody inside
        return attachment.advertises === undefined ? UNKNOWN : DROPPED;
      case "other":
        return UNKNOWN;
      default:
        return attachment.kind satisfies never;
    }
  }

  #intoVpc(attachment: Attachment, into: Vpc, zone: string | undefined): number {
    const vpc = this.#network.vpcs.get(attachment.vpc ?? "");
    if (vpc === undefined) return UNKNOWN;
    const near = subnetsOf(vpc, attachment);
    if (near === undefined) return vpc === into ? DELIVERED : UNKNOWN;
    if (vpc !== into) return FOLLOW;
    const local = near.filter((door) => door.zone !== undefined && door.zone === zone);
    const ends = new Set((local.length > 0 ? local : near).map((door) => throughDoor(vpc, door)));
    const [end] = ends;
    return ends.size === 1 ? end : FOLLOW;
  }
}

/** Returns the enabled rows that are not inside the own ranges: they may decide about addresses of others. */
function outward(routes: Routes, own: readonly Prefix[]): number[] {
  const shortest = Math.min(...own.map(({ bits }) => bits));
  const rows: number[] = [];
  for (let row = 0; row < routes.size; row++) {
    if (routes.enabled[row] === 0) continue;
    const isInside = routes.bits[row] >= shortest && own.some((cidr) => cidr.covers(routes.destination(row)));
    if (!isInside) rows.push(row);
  }
  return rows;
}

/** What the table of the subnet in which the hub stands does with a packet for its own VPC. */
function throughDoor(vpc: Vpc, door: Subnet): number {
  if (door.acl !== undefined) return FOLLOW;
  if (vpc.profile.ownCidr === "local") return DELIVERED;
  const { routes } = tableOf(vpc, door);
  if (routes === undefined) return UNKNOWN;
  const own = [...vpc.cidrs, ...vpc.secondary];
  for (let row = 0; row < routes.size; row++)
    if (routes.enabled[row] === 1 && own.some((cidr) => cidr.covers(routes.destination(row)))) return FOLLOW;
  return DELIVERED;
}

/** Returns for each VPC whether its ranges overlap those of no other. O(ranges log ranges). */
function aloneOf(vpcs: readonly Vpc[]): Uint8Array {
  const alone = new Uint8Array(vpcs.length).fill(1);
  const ranges = vpcs
    .flatMap(({ cidrs, secondary }, v) => [...cidrs, ...secondary].map((cidr) => ({ cidr, v })))
    .sort((a, b) => Prefix.compare(a.cidr, b.cidr));
  const open: typeof ranges = [];
  for (const range of ranges) {
    while (open.length > 0 && !open[open.length - 1].cidr.covers(range.cidr)) open.pop();
    // those around the innermost one are marked already, or of the same VPC
    const around = open.at(-1);
    if (around !== undefined && around.v !== range.v) alone[around.v] = alone[range.v] = 0;
    open.push(range);
  }
  return alone;
}

function sizeOf(first: Span["first"], last: Span["last"]): bigint {
  return BigInt(last) - BigInt(first) + 1n;
}
