import type { Network } from "../model/network.ts";
import type { Fates } from "./fates.ts";
import { Gates, type Stances, type View } from "./gates.ts";
import { AT_HUB, isAtHub } from "./hop.ts";
import { type HostKind, hostKinds, type Places } from "./host-kinds.ts";
import {
  DELIVER,
  DOUBTFUL,
  doorOf,
  type Lane,
  type Lanes,
  LOSE,
  showsGroups,
  WAY_BITS,
  wayOf,
} from "./lanes.ts";
import type { Part } from "./part.ts";
import type { Door } from "./passage.ts";
import type { Reachability } from "./reachability.ts";
import { indexOf } from "./segments.ts";
import { sizeOf } from "./stretches.ts";
import { DELIVERED, DROPPED } from "./verdict-table.ts";

/** Addresses of one end of a pair: what the other end's gate and table say about them, by one number. */
export interface Atom extends Places {
  /** The way as `lanes` numbers it, and the stance above it. */
  readonly key: number;
  /** The passage through hubs; DIRECTLY where these have no say. */
  readonly passage: number;
  readonly lo: number[];
  readonly hi: number[];
}

export const DIRECTLY = -1;

/** Packets of some hosts to some others, in one part of the network. */
export interface Leg {
  readonly p: number;
  readonly from: number;
  readonly to: number;
  readonly sender: HostKind;
  readonly receiver: HostKind;
  /** In which ways packets of the one subnet to the other end by the routes, as in `verdict-table`. */
  readonly ways: number;
  /** The lane of packets from the receivers to the senders. */
  readonly home: Lane;
}

type Add = (key: number, lo: number, hi: number, passage: number) => void;

/**
 * Cuts the addresses of one end of a pair into atoms: by the stance of the gate at the other end, and by what the table there
 * does with packets to them. Where packets go by hubs, the doors that they pass there have a say in the stance.
 */
export class AtomCutter {
  readonly #network: Network;
  readonly #compiled: Reachability;
  readonly #lanes: Lanes;
  readonly #stances: Stances;
  readonly #gates: readonly Gates[];
  readonly #kinds: readonly (readonly HostKind[] | undefined)[][];
  /** What doors say: by the number of one that leads into a hub, and by the passage whose last ones lead out. */
  readonly #entries: (View | undefined)[][];
  readonly #exits: (readonly View[])[][];

  constructor(network: Network, compiled: Reachability, lanes: Lanes, fates: Fates, stances: Stances) {
    this.#network = network;
    this.#compiled = compiled;
    this.#lanes = lanes;
    this.#stances = stances;
    this.#gates = compiled.parts.map(({ axis }) => new Gates(network, axis, fates, stances));
    this.#kinds = compiled.parts.map(() => []);
    this.#entries = compiled.parts.map(() => []);
    this.#exits = compiled.parts.map(() => []);
  }

  /** Returns the kinds of hosts of a subnet; made once. */
  kindsOf(p: number, s: number): readonly HostKind[] {
    const kinds = this.#kinds[p][s];
    if (kinds !== undefined) return kinds;
    const { layout, parts } = this.#compiled;
    const vpc = layout.vpcs[layout.subnetVpc[s]];
    const found = hostKinds(this.#network, parts[p], this.#gates[p], vpc, layout.subnets[s]);
    (this.#kinds[p] as (readonly HostKind[])[])[s] = found;
    return found;
  }

  /** Returns the key of the one atom that all receivers are; -1 when there may be several. */
  whole({ p, from, to, sender, receiver, ways, home }: Leg): number {
    const { starts, stances } = this.#gates[p].view(sender.gate, sender, receiver, showsGroups(home));
    const [lo, hi] = [receiver.lo[0], receiver.hi[receiver.hi.length - 1]];
    const i = only(starts, lo, hi);
    if (i < 0) return -1;
    let stance = stances[i];
    let way = ways === DELIVERED ? DELIVER : LOSE;
    if (ways !== DELIVERED && ways !== DROPPED) {
      const table = this.#lanes.segments(p, from);
      const k = only(table.starts, lo, hi);
      if (k < 0 || !isAtHub(table.fates[k])) return -1;
      const { passages } = this.#lanes.passages(p, from, to, AT_HUB - table.fates[k]);
      if (passages.length > 1) return -1;
      way = this.#lanes.wayThrough(passages[0]);
      for (const exit of this.#exitsOf(p, passages[0])) {
        const e = only(exit.starts, lo, hi);
        if (e < 0) return -1;
        stance = this.#leaving(stance, exit, e);
      }
    }
    const entry = this.#entryOf(p, home);
    if (entry === undefined) return (stance << WAY_BITS) | way;
    const e = only(entry.starts, lo, hi);
    return e < 0 ? -1 : (this.#entering(stance, entry, e) << WAY_BITS) | way;
  }

  /** Returns the atoms that places of the receivers fall into, in the order of their first places. */
  atoms(leg: Leg, places: Places): Atom[] {
    const atoms = new Map<string, Atom>();
    this.cut(leg, places, (key, lo, hi, passage) => {
      const name = `${key} ${passage}`;
      const atom = atoms.get(name);
      if (atom === undefined) atoms.set(name, { key, passage, lo: [lo], hi: [hi] });
      else {
        atom.lo.push(lo);
        atom.hi.push(hi);
      }
    });
    return [...atoms.values()];
  }

  /**
   * Cuts places of the receivers wherever the sender's gate or table, a hub or a door begins to say something else, and adds
   * each piece with what they say. O(pieces).
   */
  cut({ p, from, to, sender, receiver, ways, home }: Leg, places: Places, add: Add): void {
    const { starts, stances } = this.#gates[p].view(sender.gate, sender, receiver, showsGroups(home));
    const slot = this.#lanes.slot(from, to);
    const isDelivered = ways === DELIVERED;
    const table = isDelivered ? undefined : this.#lanes.segments(p, from);
    const { layout } = this.#compiled;
    const carried =
      receiver.carried === "all" || layout.subnetVpc[from] === layout.subnetVpc[to]
        ? undefined
        : receiver.carried;
    const entry = this.#entryOf(p, home);
    for (let n = 0; n < places.lo.length; n++) {
      const last = places.hi[n];
      let at = places.lo[n];
      let i = indexOf(starts, at);
      let k = table === undefined ? 0 : indexOf(table.starts, at);
      while (at <= last) {
        let end = i + 1 < starts.length ? Math.min(last, starts[i + 1] - 1) : last;
        let stance = stances[i];
        let way = DELIVER;
        let passage = DIRECTLY;
        if (entry !== undefined) {
          const e = indexOf(entry.starts, at);
          end = endOf(entry.starts, e, end);
          stance = this.#entering(stance, entry, e);
        }
        if (table !== undefined) {
          end = endOf(table.starts, k, end);
          const fate = table.fates[k];
          if (isAtHub(fate)) {
            const behind = this.#lanes.passages(p, from, to, AT_HUB - fate);
            const h = indexOf(behind.starts, at);
            end = endOf(behind.starts, h, end);
            passage = behind.passages[h];
            way = this.#lanes.wayThrough(passage);
            for (const exit of this.#exitsOf(p, passage)) {
              const e = indexOf(exit.starts, at);
              end = endOf(exit.starts, e, end);
              stance = this.#leaving(stance, exit, e);
            }
          } else way = wayOf(fate, slot);
        }
        if (carried === undefined || passage !== DIRECTLY || way === LOSE || way === DOUBTFUL || isDelivered)
          add((stance << WAY_BITS) | way, at, end, passage);
        else addCarried(carried, stance << WAY_BITS, way, at, end, add);
        at = end + 1;
        if (i + 1 < starts.length && starts[i + 1] === at) i++;
        if (table !== undefined && k + 1 < table.starts.length && table.starts[k + 1] === at) k++;
      }
    }
  }

  #entryOf(p: number, lane: Lane): View | undefined {
    const n = doorOf(lane);
    if (n === 0) return undefined;
    this.#entries[p][n] ??= this.#viewFrom(p, this.#lanes.hubs.door(n));
    return this.#entries[p][n];
  }

  #exitsOf(p: number, passage: number): readonly View[] {
    this.#exits[p][passage] ??= this.#lanes.hubs
      .passage(passage)
      .doors.map((door) => this.#viewFrom(p, door));
    return this.#exits[p][passage];
  }

  #viewFrom(p: number, { vpc, acl }: Door): View {
    const nobody = { vpc, groups: undefined };
    return this.#gates[p].view(this.#gates[p].of(nobody, acl), nobody, nobody, false);
  }

  #entering(stance: number, door: View, e: number): number {
    return this.#stances.entering(stance, this.#stances.into[door.stances[e]]);
  }

  #leaving(stance: number, door: View, e: number): number {
    return this.#stances.leaving(stance, this.#stances.out[door.stances[e]]);
  }
}

/** Returns the index of the stretch that holds all from the one place to the other; -1 when several do. */
function only(starts: ArrayLike<number>, lo: number, hi: number): number {
  const i = indexOf(starts, lo);
  return i + 1 < starts.length && starts[i + 1] <= hi ? -1 : i;
}

/** Returns the last place of the stretch, but none above `end`. */
function endOf(starts: ArrayLike<number>, i: number, end: number): number {
  return i + 1 < starts.length ? Math.min(end, starts[i + 1] - 1) : end;
}

/** Adds what a peering carries of a piece, and the rest as lost. */
function addCarried(carried: Places, stance: number, way: number, at: number, end: number, add: Add): void {
  let next = at;
  for (let c = 0; c < carried.lo.length; c++) {
    const [lo, hi] = [Math.max(carried.lo[c], at), Math.min(carried.hi[c], end)];
    if (lo > hi) continue;
    if (next < lo) add(stance | LOSE, next, lo - 1, DIRECTLY);
    add(stance | way, lo, hi, DIRECTLY);
    next = hi + 1;
  }
  if (next <= end) add(stance | LOSE, next, end, DIRECTLY);
}

/** Atoms by key with how many addresses they have; used again for every pair. */
export class AtomSizes {
  readonly keys: number[] = [];
  /** Of IPv4. */
  readonly sizes: number[] = [];
  /** Of IPv6, where a place stands for many. */
  readonly counts: bigint[] = [];
  /** How many there are; what stands behind them is of pairs before. */
  length = 0;
  #part: Part | undefined;

  clear(part: Part): void {
    this.#part = part;
    this.length = 0;
  }

  readonly add = (key: number, lo: number, hi: number): void => {
    const part = this.#part!;
    let n = 0;
    while (n < this.length && this.keys[n] !== key) n++;
    if (n === this.length) {
      this.length++;
      this.keys[n] = key;
      this.sizes[n] = 0;
      this.counts[n] = 0n;
    }
    if (part.family === 4) this.sizes[n] += hi - lo + 1;
    else this.counts[n] += sizeOf(part, [[lo, hi]]);
  };
}
