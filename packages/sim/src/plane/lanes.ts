import { AROUND, AT_HUB, DOUBT, DOUBT_IN, isAtHub, TURN_IN } from "./hop.ts";
import type { Places } from "./host-kinds.ts";
import type { HubWays, Passages } from "./hub-ways.ts";
import { FOLLOW, LOST } from "./passage.ts";
import { type Reachability, slotFor } from "./reachability.ts";
import { indexOf, type Segments, segmentsOf } from "./segments.ts";
import { UNKNOWN } from "./verdict-table.ts";

// what a table, and the hub that it leads to, do with packets to an address
export const DELIVER = 0;
/** Nobody can follow them: out of the sender's filters, or before the receiver's if they come there. */
export const DOUBTFUL = 1;
const DOUBTFUL_IN = 2;
export const LOSE = 3;
/** Delivered, and the receiver's own ACL has no say. */
export const DELIVER_INSIDE = 4;
/** Of a way. */
export const WAY_BITS = 3;

/**
 * On the way of packets from one subnet to another, the filters that look at where packets come from: 4 × the door by which
 * they enter a hub, 0 for none, and whether filters behind see the groups of the sender.
 */
export type Lane = number;
const SHOWS = 1;
const HIDES = 2;
const DIRECT: Lane = SHOWS;
/** Nobody knows one; packets have to be followed. */
export const NO_LANE: Lane = -1;
/** All are lost before. */
const LOST_LANE: Lane = -2;

export function doorOf(lane: Lane): number {
  return lane >> 2;
}

export function showsGroups(lane: Lane): boolean {
  return (lane & 3) !== HIDES;
}

/** What the tables of VPCs, and those of hubs behind them, do with packets of one subnet to another. */
export class Lanes {
  readonly hubs: HubWays;
  readonly #compiled: Reachability;
  readonly #segments: (Segments | undefined)[][];

  constructor(compiled: Reachability, hubs: HubWays) {
    this.#compiled = compiled;
    this.hubs = hubs;
    this.#segments = compiled.parts.map(() => []);
  }

  /** Returns the lane of packets to places of the other subnet, given the state of the cell. O(log routes) for each span. */
  of(p: number, from: number, to: number, state: number, kinds: readonly Places[]): Lane {
    const { shift } = this.#compiled.parts[p];
    if (((state >> shift) & UNKNOWN) === 0) return DIRECT;
    const slot = this.slot(from, to);
    const { starts, fates } = this.segments(p, from);
    let lane = LOST_LANE;
    for (const { lo, hi } of kinds) {
      for (let n = 0; n < lo.length; n++) {
        for (let k = indexOf(starts, lo[n]); k < starts.length && starts[k] <= hi[n]; k++) {
          const fate = fates[k];
          if (fate === AROUND || (slot >= 0 && fate === TURN_IN - slot)) return NO_LANE;
          lane = isAtHub(fate)
            ? this.#byHub(p, from, to, AT_HUB - fate, lane)
            : joined(lane, laneOf(wayOf(fate, slot)));
          if (lane === NO_LANE) return NO_LANE;
        }
      }
    }
    return lane === LOST_LANE ? DIRECT : lane;
  }

  #byHub(p: number, from: number, to: number, hub: number, before: Lane): Lane {
    const door = this.hubs.doorOf(from, hub);
    const { passages } = this.passages(p, from, to, hub);
    let lane = before;
    for (let i = 0; i < passages.length; i++) lane = joined(lane, this.#behind(passages[i], door));
    return lane;
  }

  #behind(passage: number, door: number): Lane {
    if (passage === FOLLOW) return NO_LANE;
    if (passage === LOST) return LOST_LANE;
    const { way, showsGroups } = this.hubs.passage(passage);
    return 4 * door + (way === "unknown" ? 0 : showsGroups ? SHOWS : HIDES);
  }

  /** Returns the passages of packets that take the hub. */
  passages(p: number, from: number, to: number, hub: number): Passages {
    return this.hubs.passages(p, this.hubs.entry(from, hub), to);
  }

  /** Returns what the passage does with packets. */
  wayThrough(passage: number): number {
    const { way, isInside } = this.hubs.passage(passage);
    if (way === "delivered") return isInside ? DELIVER_INSIDE : DELIVER;
    return way === "unknown" ? DOUBTFUL : LOSE;
  }

  /** Returns the slot of the one subnet's VPC for that of the other; -1 where they are no neighbours. */
  slot(from: number, to: number): number {
    const { layout } = this.#compiled;
    return slotFor(layout, layout.subnetVpc[from], layout.subnetVpc[to]);
  }

  /** The table of a subnet; made once. */
  segments(p: number, from: number): Segments {
    const t = this.#compiled.layout.subnetTable[from];
    let segments = this.#segments[p][t];
    if (segments === undefined) {
      segments = segmentsOf(this.#compiled, this.#compiled.parts[p], t);
      this.#segments[p][t] = segments;
    }
    return segments;
  }

  /** Forgets what the tables said before an edit. */
  forget(): void {
    for (const segments of this.#segments) segments.length = 0;
  }
}

/** What a fate of the table comes to for packets to the VPC of the slot; -1 when that is no neighbour. */
export function wayOf(fate: number, slot: number): number {
  if (fate === DOUBT) return DOUBTFUL;
  if (slot < 0) return LOSE;
  return fate === slot ? DELIVER : fate === DOUBT_IN - slot ? DOUBTFUL_IN : LOSE;
}

function laneOf(way: number): Lane {
  return way === LOSE ? LOST_LANE : way === DOUBTFUL ? 0 : DIRECT;
}

/** The lane of packets of which some take the one and some the other. */
function joined(a: Lane, b: Lane): Lane {
  if (a === b || b === LOST_LANE || a === NO_LANE) return a;
  if (a === LOST_LANE || b === NO_LANE) return b;
  if (doorOf(a) !== doorOf(b)) return NO_LANE;
  // what cannot be followed meets nobody who would look at groups
  return (a & 3) === 0 ? b : (b & 3) === 0 ? a : NO_LANE;
}
