import { type Address, type Family, familyOf, Prefix, Trie } from "@twoway/core";
import {
  isClosed,
  isUsable,
  type Span,
  type Subnet,
  subnetAt,
  usableSpans,
  type Vpc,
} from "../model/network.ts";
import type { Services } from "../model/services.ts";
import { after, carriedCidrs, cutTo } from "../plane/spans.ts";

/**
 * Sets of packets between two subnets, as boxes: every source of `src` to every destination of `dst`, over every one of
 * the services. The sources are always addresses of the subnet asked about first, also in the set of replies.
 */
export interface Box {
  /** The fewest blocks, ascending, of one family. */
  readonly src: readonly Prefix[];
  readonly dst: readonly Prefix[];
  /** "all", or `tcp/443`, `udp/1000-2000`, where filters decide. */
  readonly services: "all" | readonly string[];
  /** Ids of the hubs that carry the packets; absent for a direct way. */
  readonly transit?: readonly string[];
}

/**
 * Returns the addresses that a subnet is written with: its declared hosts where there are no others, or the whole block
 * with what the cloud keeps for itself at both ends, so that a subnet reads as its CIDR.
 */
export function blockSpans(vpc: Vpc, subnet: Subnet, family: Family): readonly Span[] {
  if (isClosed(subnet)) return usableSpans(vpc, subnet, family);
  return subnet.cidrs
    .filter((cidr) => cidr.family === family)
    .map(({ address, last }) => ({ first: address, last }));
}

/** Returns what of the spans a packet comes to, inside the VPC or over a peering: see `spans.ts`. */
export function arrivable(
  vpc: Vpc,
  subnet: Subnet,
  spans: readonly Span[],
  way: "inside" | "peering",
): readonly Span[] {
  const blocks = [...vpc.subnets.values()].flatMap(({ cidrs }) => cidrs);
  const carried = way === "peering" ? carriedCidrs(vpc) : undefined;
  const edges = [...blocks, ...(carried ?? [])].flatMap(({ address, last }) => [address, after(last)]);
  return spans.flatMap((span) =>
    cutTo(
      span,
      edges.filter((edge) => edge !== undefined && familyOf(edge) === familyOf(span.first)),
      (at) => {
        const holder = subnetAt(vpc, at)!;
        return (
          (holder === subnet || isUsable(vpc, holder, at)) &&
          (carried === undefined || carried.some((cidr) => cidr.contains(at)))
        );
      },
    ),
  );
}

/** Returns what two lists of spans have in common. */
export function intersect(a: readonly Span[], b: readonly Span[]): Span[] {
  const both: Span[] = [];
  for (const x of a) {
    for (const { first, last } of b) {
      if (x.first > last || first > x.last) continue;
      const [, from] = [x.first, first].sort(ascending);
      const [to] = [x.last, last].sort(ascending);
      both.push({ first: from, last: to });
    }
  }
  return both;
}

function ascending(a: Address, b: Address): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the fewest blocks that hold exactly the addresses of the spans, ascending. */
export function blocksOf(spans: readonly Span[]): readonly Prefix[] {
  const set = new Trie();
  for (const { first, last } of spans) {
    const width = familyOf(first) === 4 ? 32 : 128;
    for (let at: Address | undefined = first; at !== undefined && at <= last; ) {
      // the largest block that begins here and does not reach behind the span
      let bits = width;
      while (bits > 0) {
        const wider = Prefix.from(at, bits - 1);
        if (wider.address !== at || wider.last > last) break;
        bits--;
      }
      const block = Prefix.from(at, bits);
      set.insert(block, 0);
      at = after(block.last);
    }
  }
  return [...set.aggregate().entries()].map(({ prefix }) => prefix);
}

interface Cell {
  readonly src: readonly Span[];
  readonly dst: readonly Span[];
}

/** Puts what gets from some sources to some destinations together to boxes: those that share their services, then sources that share their destinations. */
export class BoxMaker {
  readonly #sets = new Map<
    string,
    { box: Omit<Box, "src" | "dst">; rows: Map<string, Span[][]>; src: Map<string, Span[]> }
  >();

  add({ src, dst }: Cell, services: Services, hubs: readonly string[]): void {
    if (services.isEmpty) return;
    const family: Family = familyOf(src[0].first);
    const words = services.isAll ? ("all" as const) : services.format();
    const key = `${family} ${services.ranges.join()} ${hubs.join()}`;
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = {
        box: { services: words, ...(hubs.length === 0 ? {} : { transit: hubs }) },
        rows: new Map(),
        src: new Map(),
      };
      this.#sets.set(key, set);
    }
    const name = textOf(src);
    set.src.set(name, [...src]);
    const row = set.rows.get(name) ?? [];
    row.push([...dst]);
    set.rows.set(name, row);
  }

  boxes(): Box[] {
    return [...this.#sets.values()].flatMap(({ box, rows, src }) => {
      const groups = new Map<string, { src: Span[]; dst: Span[] }>();
      for (const [name, row] of rows) {
        const dst = row.flat();
        const key = blocksOf(dst).join(" ");
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { src: [...src.get(name)!], dst });
        else group.src.push(...src.get(name)!);
      }
      return [...groups.values()].map(({ src, dst }) => ({ src: blocksOf(src), dst: blocksOf(dst), ...box }));
    });
  }
}

function textOf(spans: readonly Span[]): string {
  return spans.map(({ first, last }) => `${first}-${last}`).join();
}
