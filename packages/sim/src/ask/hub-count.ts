import { PairMemo } from "../model/pair-memo.ts";
import { AT_HUB, DOUBT, isAtHub, isDetour } from "../plane/hop.ts";
import type { Lanes } from "../plane/lanes.ts";
import type { Part } from "../plane/part.ts";
import type { Reachability } from "../plane/reachability.ts";
import { indexOf } from "../plane/segments.ts";
import { sizeOf } from "../plane/stretches.ts";
import { DELIVERED, DROPPED, UNKNOWN, VERDICT_OF } from "../plane/verdict-table.ts";
import { Sum } from "./packets.ts";

/**
 * Counts pairs that go by hubs class by class instead of pair by pair, where no filter has a say. Subnets whose tables leave
 * the same to the same entries of hubs, but for what concerns their own VPC and its neighbours, are one class of senders.
 */

/** Classes that are counted together; who is in a smaller one is counted pair by pair. */
const MOST = 64;
/** Packets have to be followed, or filters asked. No other bit stands beside it. */
const OTHERWISE = 64;

export interface HubCount {
  /** 1 for each subnet all of whose pairs with others of them are counted, but those of neighbours. */
  readonly settled: Uint8Array;
  readonly pairs: number;
  /** Two-way combinations of addresses. */
  readonly packets: bigint;
}

/** What a table leaves to others: 4 + an entry into a hub, or one of these. */
const TO_NOBODY = 0;
const TO_UNKNOWN = 1;
const TO_FOLLOW = 2;
const TO_HUB = 4;
/** In which ways that ends. */
const WAYS = [DROPPED, UNKNOWN, OTHERWISE];

interface Senders {
  /** For each part of the network. */
  readonly lines: readonly { readonly starts: readonly number[]; readonly turns: readonly number[] }[];
  readonly members: number[];
  /** In which ways packets to each subnet end, as in `verdict-table`, or OTHERWISE. */
  readonly ways: Uint8Array;
  /** How many addresses of each subnet they come to, for each part of the network: of IPv6 as bigint. */
  readonly come: readonly (Float64Array | bigint[])[];
}

/** Subnets of one class that fare the same as destinations of every class. */
interface Group {
  readonly senders: Senders;
  readonly some: number;
  size: number;
}

/**
 * Adds the verdicts of the pairs to the tally. Pairs of one VPC, and of those that share a peering, are left out, and so is
 * everything of the subnets that `special` marks. O(subnets × classes + pairs of neighbours), and O(groups²), of which there
 * are few unless many tables differ.
 */
export function countByClass(
  compiled: Reachability,
  lanes: Lanes,
  special: Uint8Array,
  tally: Float64Array,
): HubCount {
  const { layout, parts } = compiled;
  const count = layout.subnets.length;
  const { classes, classOf } = classify(compiled, lanes, special);
  const settled = new Uint8Array(count);
  const paths = new Sequences();
  const groups = new Map<number, Group>();
  for (const senders of classes) fillWays(compiled, lanes, classOf, senders);
  for (const [c, senders] of classes.entries()) {
    for (const s of senders.members) {
      let key = c;
      for (const { ways } of classes)
        key = ways[s] === OTHERWISE ? -1 : key < 0 ? key : paths.next(key, ways[s]);
      if (key < 0) continue;
      settled[s] = 1;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { senders, some: s, size: 1 });
      else group.size++;
    }
  }
  let pairs = 0;
  for (const a of groups.values()) {
    for (const b of groups.values()) {
      const size = a.size * (a === b ? b.size - 1 : b.size);
      tally[VERDICT_OF[(a.senders.ways[b.some] << 6) | b.senders.ways[a.some]]] += size;
      pairs += size;
    }
  }
  const near = new Sum();
  const { slotAt, slotVpc, subnetAt, subnetVpc } = layout;
  for (let s = 0; s < count; s++) {
    if (settled[s] === 0) continue;
    const a = classes[classOf[s]];
    const v = subnetVpc[s];
    for (let slot = slotAt[v]; slot < slotAt[v + 1]; slot++) {
      for (let d = subnetAt[slotVpc[slot]]; d < subnetAt[slotVpc[slot] + 1]; d++) {
        if (settled[d] === 0) continue;
        const b = classes[classOf[d]];
        for (let p = 0; p < parts.length; p++) addProduct(near, a.come[p][d], b.come[p][s]);
        if (d === s) continue;
        tally[VERDICT_OF[(a.ways[d] << 6) | b.ways[s]]]--;
        pairs--;
      }
    }
  }
  return { settled, pairs, packets: packetsOf(parts, classes, settled) - near.total() };
}

/** Returns the largest classes, and of each subnet in one of them its index there; -1 of the others. */
function classify(
  compiled: Reachability,
  lanes: Lanes,
  special: Uint8Array,
): { readonly classes: readonly Senders[]; readonly classOf: Int32Array } {
  const { layout, parts } = compiled;
  const count = layout.subnets.length;
  const alone = aloneOf(compiled);
  const words = new Sequences();
  const classes = new Map<number, Senders>();
  for (let s = 0; s < count; s++) {
    if (special[s] !== 0 || alone[layout.subnetVpc[s]] === 0) continue;
    let key = 0;
    const lines = parts.map((_, p) => lineOf(lanes, p, s, layout.ownSlot[layout.subnetVpc[s]]));
    if (lines.includes(undefined)) continue;
    for (const line of lines) {
      const { starts, turns } = line!;
      for (let i = 0; i < starts.length; i++)
        key = words.next(words.next(words.next(key, starts[i] >>> 16), starts[i] & 0xffff), turns[i]);
      key = words.next(key, 0x7fffffff);
    }
    const known = classes.get(key);
    if (known !== undefined) known.members.push(s);
    else {
      const come = parts.map(({ family }) =>
        family === 4 ? new Float64Array(count) : new Array<bigint>(count).fill(0n),
      );
      classes.set(key, {
        lines: lines as Senders["lines"],
        members: [s],
        ways: new Uint8Array(count),
        come,
      });
    }
  }
  const largest = [...classes.values()].sort((a, b) => b.members.length - a.members.length).slice(0, MOST);
  const classOf = new Int32Array(count).fill(-1);
  for (const [c, { members }] of largest.entries()) for (const s of members) classOf[s] = c;
  return { classes: largest, classOf };
}

/** Returns what the table of the subnet leaves to others; undefined when a door has a say. Its own VPC reads as what is before. */
function lineOf(
  lanes: Lanes,
  p: number,
  s: number,
  ownSlot: number,
): { readonly starts: number[]; readonly turns: number[] } | undefined {
  const starts: number[] = [];
  const turns: number[] = [];
  const segments = lanes.segments(p, s);
  for (let k = 0; k < segments.starts.length; k++) {
    const fate = segments.fates[k];
    if (fate === ownSlot && k > 0) continue;
    let turn = TO_NOBODY;
    if (isAtHub(fate)) {
      if (lanes.hubs.doorOf(s, AT_HUB - fate) !== 0) return undefined;
      turn = TO_HUB + lanes.hubs.entry(s, AT_HUB - fate);
    } else if (fate === DOUBT) turn = TO_UNKNOWN;
    else if (isDetour(fate)) turn = TO_FOLLOW;
    if (turns.length > 0 && turns[turns.length - 1] === turn) continue;
    starts.push(segments.starts[k]);
    turns.push(turn);
  }
  return { starts, turns };
}

/** Works out what becomes of the packets of a class to every subnet that is in one. */
function fillWays(
  { layout, parts }: Reachability,
  lanes: Lanes,
  classOf: Int32Array,
  senders: Senders,
): void {
  const { ways } = senders;
  for (let p = 0; p < parts.length; p++) {
    const part = parts[p];
    const { usable, spanLo, spanHi, spanSubnet, shift } = part;
    const { starts, turns } = senders.lines[p];
    for (let v = 0; v < layout.vpcs.length; v++) {
      for (let i = usable[2 * v]; i < usable[2 * v + 1]; i++) {
        const to = layout.subnetAt[v] + spanSubnet[i];
        if (classOf[to] < 0) continue;
        for (let k = indexOf(starts, spanLo[i]); k < starts.length && starts[k] <= spanHi[i]; k++) {
          const lo = Math.max(starts[k], spanLo[i]);
          const hi = k + 1 < starts.length ? Math.min(spanHi[i], starts[k + 1] - 1) : spanHi[i];
          const turn = turns[k];
          const way =
            turn < TO_HUB ? WAYS[turn] : wayByHub(part, p, lanes, turn - TO_HUB, to, lo, hi, senders);
          ways[to] = ((ways[to] | way) & OTHERWISE) !== 0 ? OTHERWISE : ways[to] | (way << shift);
        }
      }
    }
  }
}

function wayByHub(
  part: Part,
  p: number,
  { hubs }: Lanes,
  entry: number,
  to: number,
  lo: number,
  hi: number,
  { come }: Senders,
): number {
  const { starts, passages } = hubs.passages(p, entry, to);
  const count = passages.length;
  let ways = 0;
  for (let h = count === 1 ? 0 : indexOf(starts, lo); h < count; h++) {
    const first = h === 0 ? lo : Math.max(lo, starts[h]);
    if (first > hi) break;
    const last = h + 1 < count ? Math.min(hi, starts[h + 1] - 1) : hi;
    const { way, doors } = hubs.passage(passages[h]);
    if (way === "follow" || doors.length > 0) return OTHERWISE;
    ways |= way === "delivered" ? DELIVERED : way === "unknown" ? UNKNOWN : DROPPED;
    if (way !== "delivered") continue;
    const there = come[p];
    if (part.family === 4) (there as Float64Array)[to] += last - first + 1;
    else (there as bigint[])[to] += sizeOf(part, [[first, last]]);
  }
  return ways;
}

/** Returns the two-way combinations of all settled subnets, each with itself and its neighbours too. */
function packetsOf(parts: readonly Part[], classes: readonly Senders[], settled: Uint8Array): bigint {
  let packets = 0n;
  for (const p of parts.keys()) {
    const sums = classes.map(({ come }) =>
      classes.map(({ members }) => {
        const sum = new Sum();
        for (const s of members) if (settled[s] === 1) addProduct(sum, come[p][s], 1);
        return sum.total();
      }),
    );
    for (const a of classes.keys()) for (const b of classes.keys()) packets += sums[a][b] * sums[b][a];
  }
  return packets;
}

/** Adds the product of two numbers of addresses of one family. */
function addProduct(sum: Sum, a: number | bigint, b: number | bigint): void {
  if (typeof a === "number" && typeof b === "number") sum.addProduct(a, b);
  else sum.add(BigInt(a) * BigInt(b));
}

/** Sequences of numbers by number: two that are equal end in the same one. */
class Sequences {
  readonly #memo = new PairMemo();
  /** Above whatever a sequence begins with. */
  #next = MOST;

  next(sequence: number, n: number): number {
    let longer = this.#memo.get(sequence, n);
    if (longer < 0) {
      longer = this.#next++;
      this.#memo.add(sequence, n, longer);
    }
    return longer;
  }
}

/** Returns for each VPC whether its ranges overlap those of no other. O(ranges log ranges). */
function aloneOf({ layout, parts }: Reachability): Uint8Array {
  const alone = new Uint8Array(layout.vpcs.length).fill(1);
  for (const { own } of parts) {
    const [first, last, owner]: number[][] = [[], [], []];
    for (let v = 0; v < own.length; v++) {
      for (let i = 0; i < own[v].lo.length; i++) {
        first.push(own[v].lo[i]);
        last.push(own[v].hi[i]);
        owner.push(v);
      }
    }
    // ranges are blocks: one that begins inside another lies inside it
    const sorted = Float64Array.from(first, (lo, i) => lo * ORDINALS + i).sort();
    let widest = -1;
    for (const key of sorted) {
      const i = key % ORDINALS;
      if (widest >= 0 && first[i] <= last[widest] && owner[i] !== owner[widest])
        alone[owner[i]] = alone[owner[widest]] = 0;
      if (widest < 0 || last[i] > last[widest]) widest = i;
    }
  }
  return alone;
}

/** More ranges than there are; with a place it fits the 53 bits of a number. */
const ORDINALS = 2 ** 21;
