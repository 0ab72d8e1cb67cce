import { FOLLOW, type HubWays } from "../plane/hub-ways.ts";
import type { Part } from "../plane/part.ts";
import { VERDICT_OF } from "../plane/verdict-table.ts";

/** Classes that are counted together; who is in a smaller one is counted pair by pair. */
const MOST = 64;

export interface HubCount {
  /** 1 for each subnet all of whose pairs with others of them are counted, but those of neighbours. */
  readonly settled: Uint8Array;
  readonly pairs: number;
  /** Two-way combinations of addresses. */
  readonly packets: bigint;
}

/** Subnets of one class that fare the same as destinations of every class. */
interface Group {
  readonly sender: number;
  readonly some: number;
  size: number;
}

/**
 * Counts the pairs that go by hubs, class by class instead of pair by pair. Adds their verdicts to the tally. `neighbours`
 * has the subnets of the own VPC and of those that share a peering with it, whose pairs are left out. O(subnets × classes
 * + pairs of neighbours), and O(groups²), of which there are few unless many tables differ.
 */
export function countByClass(
  hubs: HubWays,
  parts: readonly Part[],
  subnets: number,
  neighbours: (s: number) => Iterable<number>,
  tally: Float64Array,
): HubCount {
  const members = largest(hubs, subnets);
  const senders = [...members.keys()];
  const settled = new Uint8Array(subnets);
  const groups = new Map<string, Group>();
  for (const [sender, ones] of members) {
    for (const s of ones) {
      const ways = senders.map((other) => hubs.waysOf(other, s));
      if (ways.includes(FOLLOW)) continue;
      settled[s] = 1;
      const key = `${sender} ${ways.join()}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { sender, some: s, size: 1 });
      else group.size++;
    }
  }
  const code = (a: number, from: number, b: number, to: number): number =>
    VERDICT_OF[(hubs.waysOf(a, to) << 6) | hubs.waysOf(b, from)];
  let pairs = 0;
  for (const a of groups.values()) {
    for (const b of groups.values()) {
      const count = a.size * (a === b ? b.size - 1 : b.size);
      tally[code(a.sender, a.some, b.sender, b.some)] += count;
      pairs += count;
    }
  }
  let packets = packetsOf(hubs, parts, members, settled);
  for (let s = 0; s < subnets; s++) {
    if (settled[s] === 0) continue;
    const a = hubs.classOf(s);
    for (const d of neighbours(s)) {
      if (settled[d] === 0) continue;
      const b = hubs.classOf(d);
      for (const part of parts) packets -= hubs.delivered(a, d, part) * hubs.delivered(b, s, part);
      if (d === s) continue;
      tally[code(a, s, b, d)]--;
      pairs--;
    }
  }
  return { settled, pairs, packets };
}

/** Returns the subnets of the largest classes, by class. */
function largest(hubs: HubWays, subnets: number): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (let s = 0; s < subnets; s++) {
    if (!hubs.isOpen(s)) continue;
    const sender = hubs.classOf(s);
    const known = members.get(sender);
    if (known === undefined) members.set(sender, [s]);
    else known.push(s);
  }
  if (members.size <= MOST) return members;
  return new Map([...members].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST));
}

/** Returns the two-way combinations of all settled subnets, each with itself and its neighbours too. */
function packetsOf(
  hubs: HubWays,
  parts: readonly Part[],
  members: ReadonlyMap<number, readonly number[]>,
  settled: Uint8Array,
): bigint {
  let packets = 0n;
  for (const part of parts) {
    const come = (from: number, to: number): bigint =>
      members.get(to)!.reduce((sum, s) => sum + (settled[s] === 1 ? hubs.delivered(from, s, part) : 0n), 0n);
    for (const a of members.keys()) for (const b of members.keys()) packets += come(a, b) * come(b, a);
  }
  return packets;
}
