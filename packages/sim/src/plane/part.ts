import { type Address, type Family, Prefix } from "@twoway/core";
import type { Network, Vpc } from "../model/network.ts";
import { Routes } from "../model/routes.ts";
import { AXIS4, type Axis, axis6 } from "./axis.ts";
import { Decisions, type OwnRanges } from "./decisions.ts";
import type { Hops } from "./hop.ts";
import type { Layout } from "./layout.ts";
import { type SubnetSpan, spansOf, type VpcSpans } from "./spans.ts";

/**
 * One address family of a compiled network. IPv4 and IPv6 are two parts that share the layout and never meet.
 *
 *   spanLo spanHi spanSubnet   addresses of the subnets of all VPCs, as places, and the subnet's index in its VPC
 *   usable inside carried      [2 vpc]  where the list of the VPC begins in these columns, and [2 vpc + 1] where it ends;
 *                              what the lists are is said in `spans.ts`; equal ones are one
 *   disjoint                   [vpc]    1 when its spans do not overlap, so that they can be searched
 *   size                       [subnet] places of its usable addresses; 0 where it has none of this family
 */
export interface Part {
  readonly family: Family;
  /** How far the bits of this family are shifted in the numbers of `verdict-table`. */
  readonly shift: 0 | 3;
  readonly axis: Axis;
  readonly decisions: Decisions;
  readonly own: readonly OwnRanges[];
  readonly spanLo: Uint32Array;
  readonly spanHi: Uint32Array;
  readonly spanSubnet: Uint32Array;
  readonly usable: Uint32Array;
  readonly inside: Uint32Array;
  readonly carried: Uint32Array;
  readonly disjoint: Uint8Array;
  readonly size: Float64Array;
  /** Places that are delivered, for each cell of the layout. */
  readonly delivered: Float64Array;
  /** Places that cannot be followed, for each cell; made when the first table has some. */
  doubtful: Float64Array | undefined;
}

/** Compiles one family; undefined when no subnet has an address of it. */
export function compilePart(network: Network, layout: Layout, hops: Hops, family: Family): Part | undefined {
  const { vpcs, subnets, tables, tableVpc, subnetAt, cells } = layout;
  if (!subnets.some(({ cidrs }) => cidrs.some((cidr) => cidr.family === family))) return undefined;
  const lists = vpcs.map((vpc) => spansOf(vpc, family));
  if (lists.every(({ usable }) => usable.length === 0)) return undefined;
  const axis = family === 4 ? AXIS4 : axis6(intervalsOf(network, lists));
  const own = vpcs.map((vpc) => ownRanges(vpc, axis));
  let rows = 0;
  for (const { routes } of tables)
    rows += 4 + (routes === undefined ? 0 : family === 4 ? routes.size4 : routes.size - routes.size4);
  const decisions = new Decisions(tables.length, rows + (rows >> 3));
  const hopsOf: number[] = []; // of the targets of one table
  for (let t = 0; t < tables.length; t++) {
    const { routes } = tables[t];
    const v = tableVpc[t];
    if (routes === undefined) {
      decisions.compileUnknown(t, own[v]);
      continue;
    }
    const { targets } = routes;
    for (let i = 0; i < targets.length; i++) hopsOf[i] = hops.hopOf(network, vpcs[v], v, targets[i]);
    decisions.compile(t, axis, routes, hops, hopsOf, own[v]);
  }

  let count = 0;
  for (const { usable, inside, carried } of lists) {
    count += usable.length;
    if (inside !== usable) count += inside.length;
    if (carried !== inside) count += carried.length;
  }
  const spans = new SpanColumns(axis, count);
  const size = new Float64Array(subnets.length);
  const usable = new Uint32Array(2 * vpcs.length);
  const inside = new Uint32Array(2 * vpcs.length);
  const carried = new Uint32Array(2 * vpcs.length);
  const disjoint = new Uint8Array(vpcs.length);
  for (const [v, list] of lists.entries()) {
    disjoint[v] = list.disjoint ? 1 : 0;
    spans.add(list.usable, usable, v);
    for (let i = usable[2 * v]; i < spans.length; i++) {
      size[subnetAt[v] + spans.subnet[i]] += spans.hi[i] - spans.lo[i] + 1;
    }
    if (list.inside === list.usable) inside.set(usable.subarray(2 * v, 2 * v + 2), 2 * v);
    else spans.add(list.inside, inside, v);
    if (list.carried === list.inside) carried.set(inside.subarray(2 * v, 2 * v + 2), 2 * v);
    else spans.add(list.carried, carried, v);
  }
  return {
    family,
    shift: family === 4 ? 0 : 3,
    axis,
    decisions,
    own,
    spanLo: spans.lo,
    spanHi: spans.hi,
    spanSubnet: spans.subnet,
    usable,
    inside,
    carried,
    disjoint,
    size,
    delivered: new Float64Array(cells),
    doubtful: undefined,
  };
}

class SpanColumns {
  readonly lo: Uint32Array;
  readonly hi: Uint32Array;
  readonly subnet: Uint32Array;
  length = 0;
  readonly #axis: Axis;

  constructor(axis: Axis, count: number) {
    this.lo = new Uint32Array(count);
    this.hi = new Uint32Array(count);
    this.subnet = new Uint32Array(count);
    this.#axis = axis;
  }

  /** Adds the spans of a VPC and notes in `window` where they begin and end. */
  add(spans: readonly SubnetSpan[], window: Uint32Array, v: number): void {
    window[2 * v] = this.length;
    for (const { first, last, n } of spans) {
      this.lo[this.length] = this.#axis.first(first);
      this.hi[this.length] = this.#axis.last(last);
      this.subnet[this.length++] = n;
    }
    window[2 * v + 1] = this.length;
  }
}

function ownRanges({ cidrs, secondary, profile }: Vpc, axis: Axis): OwnRanges {
  const sorted = [...cidrs, ...secondary]
    .filter(({ family }) => family === axis.family)
    .sort(Prefix.compare)
    .filter((cidr, i, all) => i === 0 || !cidr.equals(all[i - 1]));
  return {
    lo: Uint32Array.from(sorted, ({ address }) => axis.first(address)),
    hi: Uint32Array.from(sorted, ({ last }) => axis.last(last)),
    wins: profile.ownCidr === "local",
  };
}

/** Everything that begins or ends somewhere in IPv6. */
function* intervalsOf(
  { vpcs, acls, groups, hubs }: Network,
  lists: readonly VpcSpans[],
): Generator<readonly [Address, Address]> {
  for (const { usable, inside, carried } of lists) {
    for (const { first, last } of [...usable, ...inside, ...carried]) yield [first, last];
  }
  for (const { cidrs, secondary, tables } of vpcs.values()) {
    for (const { family, address, last } of [...cidrs, ...secondary]) if (family === 6) yield [address, last];
    for (const { routes = Routes.none } of tables.values()) {
      for (let row = routes.size4; row < routes.size; row++) {
        const { address, last } = routes.destination(row);
        yield [address, last];
      }
    }
  }
  for (const { subnets } of vpcs.values()) {
    for (const { cidrs, hosts, open } of subnets.values()) {
      for (const { family, address, last } of cidrs) if (family === 6) yield [address, last];
      // those of a subnet that declares all of its hosts are spans of their own
      if (open !== true) continue;
      for (const { addresses } of hosts?.values() ?? [])
        for (const address of addresses) if (typeof address === "bigint") yield [address, address];
    }
  }
  for (const { tables, attachments } of hubs?.values() ?? []) {
    for (const { routes = Routes.none } of tables.values()) {
      for (let row = routes.size4; row < routes.size; row++) {
        const { address, last } = routes.destination(row);
        yield [address, last];
      }
    }
    for (const { advertises = [] } of attachments.values())
      for (const { family, address, last } of advertises) if (family === 6) yield [address, last];
  }
  for (const { ingress, egress } of [...(acls?.values() ?? []), ...(groups?.values() ?? [])]) {
    for (const { remote } of [...ingress, ...egress]) {
      if (remote.kind !== "cidrs") continue;
      for (const { family, address, last } of remote.cidrs) if (family === 6) yield [address, last];
    }
  }
}
