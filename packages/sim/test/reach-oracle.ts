import { type Address, address4, address6, familyOf } from "@twoway/core";
import {
  isUsable,
  type PlainNetwork,
  type PlainSpot,
  type PlainSubnet,
  type PlainVpc,
  walk,
} from "./reference.ts";

/**
 * All pairs of subnets the slow way: every stretch of usable addresses between two places where anything begins or ends,
 * one walk of the reference for each, and every stretch there with every stretch back. It shares `Prefix` with the
 * engine and no other code.
 */

export interface OraclePair {
  readonly verdict: string;
  readonly partial: boolean;
  /** Two-way combinations of addresses, and those whose packet, or whose reply, is delivered. */
  readonly packets: bigint;
  readonly forward: bigint;
  readonly back: bigint;
}

export interface OracleSubnet {
  readonly vpc: PlainVpc;
  readonly subnet: PlainSubnet;
}

interface Piece {
  readonly spot: PlainSpot;
  readonly addresses: bigint;
}

const RANK = ["unreachable", "return-only", "forward-only", "unknown", "two-way"];

export function subnetsOf({ vpcs }: PlainNetwork): OracleSubnet[] {
  return vpcs.flatMap((vpc) => vpc.subnets.map((subnet) => ({ vpc, subnet })));
}

/** Returns what pair [from][to] of `subnetsOf` comes to; the diagonal is undefined. */
export function oracle(net: PlainNetwork): (OraclePair | undefined)[][] {
  const subnets = subnetsOf(net);
  const edges = [elementary(net, 4), elementary(net, 6)];
  const pieces = subnets.map(({ vpc, subnet }) => piecesOf(vpc, subnet, edges));
  // the forward path depends on the destination alone, whoever of the subnet sends
  const fates = subnets.map((sender, s) =>
    pieces.map((list, d) => (s === d ? [] : fatesOf(net, sender, list))),
  );
  return subnets.map((_, s) =>
    subnets.map((_, d) => {
      if (s === d) return undefined;
      const seen = new Set<string>();
      let [packets, forward, back] = [0n, 0n, 0n];
      for (const there of fates[s][d]) {
        for (const home of fates[d][s]) {
          if (there.family !== home.family) continue;
          seen.add(verdictOf(there.outcome, home.outcome));
          const both = there.addresses * home.addresses;
          if (there.outcome === "delivered") forward += both;
          if (home.outcome === "delivered") back += both;
          if (there.outcome === "delivered" && home.outcome === "delivered") packets += both;
        }
      }
      // no packet can have both addresses
      const verdict = RANK.find((name) => seen.has(name)) ?? "unreachable";
      return { verdict, partial: seen.size > 1, packets, forward, back };
    }),
  );
}

interface Fate {
  readonly family: 4 | 6;
  readonly outcome: string;
  readonly addresses: bigint;
}

/** Returns how many addresses there are for each way in which the sender's packets to the pieces end. */
function fatesOf(net: PlainNetwork, { vpc, subnet }: OracleSubnet, pieces: readonly Piece[]): Fate[] {
  const sums = new Map<string, Fate>();
  for (const { spot, addresses } of pieces) {
    const { outcome } = walk(net, { vpc: vpc.id, subnet: subnet.id, address: spot.address }, spot);
    const family = familyOf(spot.address);
    const before = sums.get(`${family} ${outcome}`)?.addresses ?? 0n;
    sums.set(`${family} ${outcome}`, { family, outcome, addresses: before + addresses });
  }
  return [...sums.values()];
}

function verdictOf(there: string, home: string): string {
  if (there === "delivered" && home === "delivered") return "two-way";
  if (there !== "dropped" && home !== "dropped") return "unknown";
  return there === "delivered" ? "forward-only" : home === "delivered" ? "return-only" : "unreachable";
}

/** Returns the usable addresses of the subnet, cut at the edges. */
function piecesOf(vpc: PlainVpc, subnet: PlainSubnet, edges: readonly bigint[][]): Piece[] {
  return subnet.cidrs.flatMap(({ family, address, last }) => {
    const [first, end] = [BigInt(address), BigInt(last) + 1n];
    const starts = edges[family === 4 ? 0 : 1].filter((edge) => first <= edge && edge < end);
    return starts.flatMap((start, i) => {
      const at: Address = family === 4 ? address4(Number(start)) : address6(start);
      if (!isUsable(vpc, subnet, at)) return [];
      const spot = { vpc: vpc.id, subnet: subnet.id, address: at };
      return [{ spot, addresses: (starts[i + 1] ?? end) - start }];
    });
  });
}

/** Returns every address of the family at which something may begin or has just ended, ascending. */
function elementary({ vpcs }: PlainNetwork, family: 4 | 6): bigint[] {
  const edges = new Set<bigint>();
  for (const { cidrs, secondary, subnets, main, tables } of vpcs) {
    const routed = [main, ...tables].flatMap(({ routes }) => (routes === "unknown" ? [] : routes));
    const blocks = [
      ...cidrs,
      ...secondary,
      ...routed.map(({ prefix }) => prefix),
      ...subnets.flatMap((subnet) => subnet.cidrs),
    ];
    for (const block of blocks) {
      if (block.family !== family) continue;
      // clouds keep up to four addresses at the beginning of a subnet and one at its end
      for (let by = 0n; by <= 4n; by++) edges.add(BigInt(block.address) + by);
      edges.add(BigInt(block.last));
      edges.add(BigInt(block.last) + 1n);
    }
    for (const host of subnets.flatMap(({ hosts }) => hosts ?? [])) {
      if (familyOf(host) !== family) continue;
      edges.add(BigInt(host));
      edges.add(BigInt(host) + 1n);
    }
  }
  return [...edges].sort((a, b) => (a < b ? -1 : 1));
}
