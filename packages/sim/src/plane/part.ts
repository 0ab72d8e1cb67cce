import { type Address, type Family, Prefix } from "@twoway/core";
import type { Network, Vpc } from "../model/network.ts";
import { Routes } from "../model/routes.ts";
import { AXIS4, type Axis, axis6 } from "./axis.ts";
import { Decisions, type OwnRanges } from "./decisions.ts";
import type { Hops } from "./hop.ts";
import type { Layout } from "./layout.ts";
import { type SubnetSpan, spansOf } from "./spans.ts";

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
export function compilePart(
  network: Network,
  layout: Layout,
  hops: Hops,
  codes: readonly Uint32Array[],
  family: Family,
): Part | undefined {
  const { vpcs, subnets, tables, tableVpc, subnetAt, cells } = layout;
  const lists = vpcs.map((vpc) => spansOf(vpc, family));
  if (lists.every(({ usable }) => usable.length === 0)) return undefined;
  const axis =
    family === 4
      ? AXIS4
      : axis6(
          intervalsOf(
            network,
            lists.map(({ usable, inside, carried }) => [usable, inside, carried]),
          ),
        );
  const own = vpcs.map((vpc) => ownRanges(vpc, axis));
  let rows = 0;
  for (const { routes } of tables)
    rows += 4 + (routes === undefined ? 0 : family === 4 ? routes.size4 : routes.size - routes.size4);
  const decisions = new Decisions(tables.length, rows + (rows >> 3));
  for (let t = 0; t < tables.length; t++) {
    const { routes } = tables[t];
    if (routes === undefined) decisions.compileUnknown(t, own[tableVpc[t]]);
    else decisions.compile(t, axis, routes, hops, codes[t], own[tableVpc[t]]);
  }

  const spans: SubnetSpan[] = [];
  const size = new Float64Array(subnets.length);
  const usable = new Uint32Array(2 * vpcs.length);
  const inside = new Uint32Array(2 * vpcs.length);
  const carried = new Uint32Array(2 * vpcs.length);
  const disjoint = new Uint8Array(vpcs.length);
  for (const [v, list] of lists.entries()) {
    disjoint[v] = list.disjoint ? 1 : 0;
    place(spans, usable, v, list.usable);
    if (list.inside === list.usable) copyWindow(inside, usable, v);
    else place(spans, inside, v, list.inside);
    if (list.carried === list.inside) copyWindow(carried, inside, v);
    else place(spans, carried, v, list.carried);
    for (const { first, last, n } of list.usable) {
      size[subnetAt[v] + n] += axis.last(last) - axis.first(first) + 1;
    }
  }
  return {
    family,
    shift: family === 4 ? 0 : 3,
    axis,
    decisions,
    own,
    spanLo: Uint32Array.from(spans, ({ first }) => axis.first(first)),
    spanHi: Uint32Array.from(spans, ({ last }) => axis.last(last)),
    spanSubnet: Uint32Array.from(spans, ({ n }) => n),
    usable,
    inside,
    carried,
    disjoint,
    size,
    delivered: new Float64Array(cells),
    doubtful: undefined,
  };
}

function place(spans: SubnetSpan[], window: Uint32Array, v: number, list: readonly SubnetSpan[]): void {
  window[2 * v] = spans.length;
  for (const span of list) spans.push(span);
  window[2 * v + 1] = spans.length;
}

function copyWindow(to: Uint32Array, from: Uint32Array, v: number): void {
  to[2 * v] = from[2 * v];
  to[2 * v + 1] = from[2 * v + 1];
}

function ownRanges({ cidrs, secondary, profile }: Vpc, axis: Axis): OwnRanges {
  const blocks = new Map<string, Prefix>();
  for (const cidr of [...cidrs, ...secondary]) if (cidr.family === axis.family) blocks.set(`${cidr}`, cidr);
  const sorted = [...blocks.values()].sort(Prefix.compare);
  return {
    lo: Uint32Array.from(sorted, ({ address }) => axis.first(address)),
    hi: Uint32Array.from(sorted, ({ last }) => axis.last(last)),
    wins: profile.ownCidr === "local",
  };
}

/** Everything that begins or ends somewhere in IPv6. */
function* intervalsOf(
  { vpcs }: Network,
  lists: readonly (readonly (readonly SubnetSpan[])[])[],
): Generator<readonly [Address, Address]> {
  for (const list of lists.flat()) for (const { first, last } of list) yield [first, last];
  for (const { cidrs, secondary, tables } of vpcs.values()) {
    for (const { family, address, last } of [...cidrs, ...secondary]) if (family === 6) yield [address, last];
    for (const { routes = Routes.none } of tables.values()) {
      for (let row = routes.size4; row < routes.size; row++) {
        const { address, last } = routes.destination(row);
        yield [address, last];
      }
    }
  }
}
