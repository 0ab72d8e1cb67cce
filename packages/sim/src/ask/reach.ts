import type { Network } from "../model/network.ts";
import { isDirect, isFiltered, isPlain } from "../plane/detour.ts";
import { Distant } from "../plane/distant.ts";
import { stateTo } from "../plane/far.ts";
import { HubWays } from "../plane/hub-ways.ts";
import { Lanes } from "../plane/lanes.ts";
import { compile, type Reachability, slotFor } from "../plane/reachability.ts";
import type { Verdict } from "../plane/round-trip.ts";
import type { Spot } from "../plane/trace.ts";
import { DELIVERED, PARTIAL, TWO_WAY, UNKNOWN, VERDICT_OF, VERDICTS } from "../plane/verdict-table.ts";
import { setsByArrays } from "./array-sets.ts";
import type { Box } from "./boxes.ts";
import { countFar } from "./far-count.ts";
import { BACK, CODE_BITS, FilteredPairs } from "./filtered-pairs.ts";
import { countByClass } from "./hub-count.ts";
import { PacketCount, Sum } from "./packets.ts";
import { PairJudge, type PairResult, type SubnetName, throughText } from "./pair-sets.ts";

/** What all packets from one subnet to another and their replies come to (S16): the worst, and whether others differ. */
export interface PairVerdict {
  readonly verdict: Verdict;
  readonly partial: boolean;
}

/** An ordered pair of subnets, as indices of `Reach.subnets`. */
export interface Pair extends PairVerdict {
  readonly from: number;
  readonly to: number;
}

/** A pair with the exact sets of packets. All three lists hold sources of `from` and destinations of `to`. */
export interface PairSets extends PairVerdict {
  /** Packets that are delivered. */
  readonly forward: readonly Box[];
  /** Packets whose reply is delivered, whether or not they are themselves. */
  readonly return: readonly Box[];
  readonly twoWay: readonly Box[];
  /** The first two addresses that have the verdict; absent when it is two-way, or no packet can have both addresses. */
  readonly counterexample?: { readonly from: Spot; readonly to: Spot };
}

export interface ReachCount {
  /** Ordered pairs of different subnets: the sum of the next five. */
  readonly pairs: number;
  readonly twoWay: number;
  readonly forwardOnly: number;
  readonly returnOnly: number;
  readonly unreachable: number;
  readonly unknown: number;
  /** How many of them are partial. */
  readonly partial: number;
  /** Combinations of a source and a destination address between which at least one service is two-way. */
  readonly packets: bigint;
}

/**
 * Which subnets reach which, and get their replies back: all pairs, exact, both families. A subnet stands for its usable
 * addresses, and the verdict of a pair is the one that `answer` gives for the two subnets.
 */
export class Reach {
  /** What it was compiled from; a `WhatIf` moves it on. */
  network: Network;
  /** In the order of the network. */
  readonly subnets: readonly SubnetName[];
  /** The compiled network. Who edits it must undo the edit. */
  readonly compiled: Reachability;
  /** The arrays of `compiled` decide about every pair: no filter, hub or other detour has a say. */
  readonly plain: boolean;
  /** Nothing but filters and hubs has a say beside the arrays. */
  readonly direct: boolean;
  /** Packets of some pairs may have to be followed one by one. */
  readonly mayFollow: boolean;
  /** Decide about the pairs that the arrays cannot decide alone; absent in a plain network. */
  #judges:
    | { readonly lanes: Lanes; readonly filters: FilteredPairs; readonly packets: PairJudge }
    | undefined;
  /** Subnets whose packets meet a filter: 1; those of VPCs that the arrays do not describe in full: 2. */
  readonly #filtered: Uint8Array;

  constructor(network: Network) {
    this.network = network;
    this.compiled = compile(network);
    const { layout } = this.compiled;
    this.subnets = layout.subnets.map(({ vpc, id }) => ({ vpc, subnet: id }));
    this.plain = isPlain(network);
    this.direct = isDirect(network);
    this.#filtered = new Uint8Array(this.subnets.length);
    this.mayFollow = false;
    if (this.plain) return;
    const lanes = new Lanes(this.compiled, new HubWays(network, this.compiled));
    this.#judges = {
      lanes,
      filters: new FilteredPairs(network, this.compiled, lanes),
      packets: new PairJudge(network, this.subnets),
    };
    for (const [s, subnet] of layout.subnets.entries()) {
      const v = layout.subnetVpc[s];
      this.#filtered[s] = isOdd(this.compiled, v) ? 2 : isFiltered(subnet) ? 1 : 0;
    }
    this.mayFollow = !this.direct || (network.hubs?.size ?? 0) > 0 || this.#filtered.includes(2);
  }

  /** Says that the arrays were edited and are those of this network now, which has the same filters. */
  settle(network: Network): void {
    this.network = network;
    if (this.#judges === undefined) return;
    const { lanes, filters } = this.#judges;
    lanes.forget();
    this.#judges = { lanes, filters, packets: new PairJudge(network, this.subnets) };
  }

  /**
   * Returns what decides about a pair: the arrays alone, filters on ways that they know, the tables of hubs and the filters
   * on those ways, or packets that are followed.
   */
  decidedBy(from: number, to: number): "arrays" | "filters" | "hubs" | "packets" {
    const [out, home] = this.#states(from, to);
    if (!this.#isJudged(from, to, out, home)) return "arrays";
    if (this.#isFollowed(from, to, out, home)) return "packets";
    return this.#judges!.filters.meetsHub(from, to) ? "hubs" : "filters";
  }

  /**
   * Counts all pairs. O(pairs of subnets of neighbours), and O(pairs of VPCs) among those that send what cannot be
   * followed.
   */
  count(): ReachCount {
    const { layout, state, parts } = this.compiled;
    const { subnetAt, slotAt, slotVpc, slotBase, slotMirror, subnetTable, cellAt } = layout;
    const tally = new Float64Array(16);
    const sum = new Sum();
    const packets = new PacketCount(this.compiled, sum);
    let near = 0;
    for (let v = 0; v < layout.vpcs.length; v++) {
      for (let slot = slotAt[v]; slot < slotAt[v + 1]; slot++) {
        const w = slotVpc[slot];
        if (w < v) continue;
        for (let s = subnetAt[v]; s < subnetAt[v + 1]; s++) {
          const there = cellAt[subnetTable[s]] + slotBase[slot] - subnetAt[w];
          const back = slotBase[slotMirror[slot]] + s - subnetAt[v];
          for (let d = w === v ? s + 1 : subnetAt[w]; d < subnetAt[w + 1]; d++) {
            const cell = cellAt[subnetTable[d]] + back;
            const out = state[there + d];
            const home = state[cell];
            near += 2;
            if (this.#isJudged(s, d, out, home)) {
              this.#countJudged(tally, s, d, out, home, sum);
              continue;
            }
            tally[VERDICT_OF[(out << 6) | home]]++;
            tally[VERDICT_OF[(home << 6) | out]]++;
            if ((out & home & BOTH_DELIVERED) !== 0) {
              packets.add(there + d, subnetTable[s], d, cell, subnetTable[d], s);
            }
          }
        }
      }
    }
    const far =
      parts.length === 0
        ? 0
        : this.plain
          ? countFar(this.compiled, tally, (from, to) => this.#code(from, to))
          : this.#countFarJudged(tally, sum);
    return this.#summary(tally, near + far, sum.total());
  }

  /** Counts both pairs of the two subnets by what filters or packets say. */
  #countJudged(tally: Float64Array, a: number, b: number, out: number, home: number, sum: Sum): void {
    const { filters, packets } = this.#judges!;
    const codes = this.#isOdd(a, b) ? -1 : filters.judge(a, b, out, home, sum, sum);
    if (codes >= 0) {
      tally[codes & CODE_BITS]++;
      tally[codes >> BACK]++;
      return;
    }
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      const result = packets.result(from, to);
      tally[result.code]++;
      sum.add(result.packets);
    }
  }

  /** Counts the pairs whose VPCs are no neighbours, in a network that is not plain; returns how many. */
  #countFarJudged(tally: Float64Array, sum: Sum): number {
    const { layout } = this.compiled;
    const { subnetVpc, subnetTable } = layout;
    let counted = 0;
    let settled: Uint8Array = new Uint8Array(subnetTable.length);
    if ((this.network.hubs?.size ?? 0) > 0) {
      const byClass = countByClass(this.compiled, this.#judges!.lanes, this.#filtered, tally);
      sum.add(byClass.packets);
      counted = byClass.pairs;
      settled = byClass.settled;
      if (!settled.includes(0)) return counted;
    }
    const distant = new Distant(this.compiled);
    for (let a = 0; a < subnetTable.length; a++) {
      if (settled[a] === 1) continue;
      for (const b of distant.of(a)) {
        // each two are seen from both sides, unless nothing comes of them
        if ((b <= a && settled[b] === 0) || slotFor(layout, subnetVpc[a], subnetVpc[b]) >= 0) continue;
        const [out, home] = this.#states(a, b);
        counted += 2;
        if (this.#isJudged(a, b, out, home)) this.#countJudged(tally, a, b, out, home, sum);
        else {
          tally[VERDICT_OF[(out << 6) | home]]++;
          tally[VERDICT_OF[(home << 6) | out]]++;
        }
      }
    }
    return counted;
  }

  #summary(tally: Float64Array, counted: number, packets: bigint): ReachCount {
    const pairs = this.subnets.length * Math.max(this.subnets.length - 1, 0);
    tally[0] += pairs - counted;
    const sum = (rank: number): number => tally[rank] + tally[rank | PARTIAL];
    return {
      pairs,
      twoWay: sum(TWO_WAY),
      forwardOnly: sum(2),
      returnOnly: sum(1),
      unreachable: sum(0),
      unknown: sum(3),
      partial: tally.slice(PARTIAL).reduce((a, b) => a + b, 0),
      packets,
    };
  }

  /**
   * Iterates the pairs in the order of `from`, then `to`, both of them some of the subnets or all. Without `all` the
   * pairs are left out that are unreachable from any address to any. Cost: the pairs of neighbours, and of those subnets
   * that send what cannot be followed.
   */
  *pairs(options: PairsOptions = {}): Generator<Pair, void, undefined> {
    const distant = this.compiled.doubts.includes(1) ? new Distant(this.compiled) : undefined;
    const wanted = options.to === undefined ? undefined : new Set(options.to);
    const everybody = this.subnets.keys();
    const from = options.from === undefined ? everybody : [...new Set(options.from)].sort((a, b) => a - b);
    for (const s of from) {
      for (const d of options.all === true ? this.subnets.keys() : this.#worthALook(s, distant)) {
        if (d === s || wanted?.has(d) === false) continue;
        const code = this.#code(s, d);
        if (code === 0 && options.all !== true) continue;
        yield { from: s, to: d, verdict: VERDICTS[code & ~PARTIAL], partial: code >= PARTIAL };
      }
    }
  }

  /** Returns the subnets that may be anything but unreachable from this one, and all their neighbours; ascending. */
  #worthALook(s: number, distant: Distant | undefined): Iterable<number> {
    const far = distant?.of(s) ?? [];
    return far.length === 0
      ? this.neighbours(s)
      : new Uint32Array(new Set([...far, ...this.neighbours(s)])).sort();
  }

  /** Iterates the subnets of the subnet's own VPC and of its neighbours, ascending. */
  *neighbours(s: number): Generator<number, void, undefined> {
    const { slotAt, slotVpc, subnetAt, subnetVpc } = this.compiled.layout;
    const v = subnetVpc[s];
    for (let slot = slotAt[v]; slot < slotAt[v + 1]; slot++) {
      const w = slotVpc[slot];
      for (let d = subnetAt[w]; d < subnetAt[w + 1]; d++) yield d;
    }
  }

  /** Returns the verdict of a pair. O(log neighbours) where their VPCs are neighbours or the same. */
  verdict(from: number, to: number): PairVerdict {
    const code = this.#code(from, to);
    return { verdict: VERDICTS[code & ~PARTIAL], partial: code >= PARTIAL };
  }

  #code(from: number, to: number): number {
    const [out, home] = this.#states(from, to);
    if (!this.#isJudged(from, to, out, home)) return VERDICT_OF[(out << 6) | home];
    const { filters, packets } = this.#judges!;
    const codes = this.#isOdd(from, to) ? -1 : filters.judge(from, to, out, home, new Sum(), new Sum());
    return codes < 0 ? packets.result(from, to).code : codes & CODE_BITS;
  }

  /** Returns in which ways packets of the pair end by the routes, and in which their replies do. */
  #states(from: number, to: number): [number, number] {
    const { subnetTable } = this.compiled.layout;
    return [stateTo(this.compiled, subnetTable[from], to), stateTo(this.compiled, subnetTable[to], from)];
  }

  /**
   * Reports whether the arrays cannot decide about the pair: filters stand before an end and routes let something by, or
   * a next hop cannot be followed. What routes drop for sure nothing brings back.
   */
  #isJudged(from: number, to: number, out: number, home: number): boolean {
    if (this.plain) return false;
    const ways = out | home;
    if ((ways & BOTH_UNKNOWN) !== 0) return true;
    return (ways & BOTH_DELIVERED) !== 0 && (this.#filtered[from] | this.#filtered[to]) !== 0;
  }

  /** Reports whether packets of a judged pair have to be followed one by one. */
  #isFollowed(from: number, to: number, out: number, home: number): boolean {
    return this.#isOdd(from, to) || !this.#judges!.filters.knows(from, to, out, home);
  }

  #isOdd(from: number, to: number): boolean {
    return ((this.#filtered[from] | this.#filtered[to]) & 2) !== 0;
  }

  /** Reports whether a packet from the one subnet may come to the other; false is certain. */
  mayPass(from: number, to: number): boolean {
    const state = stateTo(this.compiled, this.compiled.layout.subnetTable[from], to);
    return (state & (BOTH_DELIVERED | BOTH_UNKNOWN)) !== 0;
  }

  /**
   * Returns the verdict with its sets and the counterexample. O(routes of both tables + subnets of both VPCs). Throws a
   * RangeError when an index is not one of a subnet, or both are the same.
   */
  pair(from: number, to: number): PairSets {
    for (const index of [from, to]) {
      if (this.subnets[index] === undefined) throw new RangeError(`there is no subnet ${index}`);
    }
    if (from === to) throw new RangeError(`subnet ${from} is both ends of the pair`);
    const [out, home] = this.#states(from, to);
    if (this.#isJudged(from, to, out, home)) {
      const { filters, packets } = this.#judges!;
      const isFollowed = this.#isFollowed(from, to, out, home);
      const judge = isFollowed ? packets : filters;
      const { worst, code }: PairResult = judge.result(from, to);
      const boxes = judge.boxes(from, to, "written");
      const counterexample = worst === undefined || code === TWO_WAY ? {} : { counterexample: worst };
      return { ...this.verdict(from, to), ...boxes, ...counterexample };
    }
    return { ...this.verdict(from, to), ...setsByArrays(this.compiled, from, to) };
  }

  /** Returns the sets of a pair by usable addresses, as text to be compared with the same pair of another network. */
  through(from: number, to: number): string {
    const { network, compiled, subnets } = this;
    const { filters, packets } = this.#judges ?? {
      filters: new FilteredPairs(network, compiled, new Lanes(compiled, new HubWays(network, compiled))),
      packets: new PairJudge(network, subnets),
    };
    const [out, home] = this.#states(from, to);
    const isFollowed =
      isOdd(this.compiled, this.compiled.layout.subnetVpc[from]) ||
      isOdd(this.compiled, this.compiled.layout.subnetVpc[to]) ||
      !filters.knows(from, to, out, home);
    return throughText((isFollowed ? packets : filters).boxes(from, to, "usable"));
  }
}

export interface PairsOptions {
  /** Indices of subnets; all of them when absent. */
  readonly from?: Iterable<number>;
  readonly to?: Iterable<number>;
  /** Also the pairs that are unreachable throughout. */
  readonly all?: boolean;
}

/** Compiles the network. O(routes + cells), see `Reachability`. */
export function reach(network: Network): Reach {
  return new Reach(network);
}

/** The bits of "some are delivered" in both families. */
const BOTH_DELIVERED = DELIVERED | (DELIVERED << 3);
const BOTH_UNKNOWN = UNKNOWN | (UNKNOWN << 3);

/** Reports whether who receives a packet is more than the arrays know: in a classic network, or where subnets overlap. */
function isOdd({ layout, parts }: Reachability, v: number): boolean {
  return (
    layout.vpcs[v].classic === true ||
    parts.some(({ disjoint, usable, inside }) => disjoint[v] === 0 || usable[2 * v] !== inside[2 * v])
  );
}
