import type { Network } from "../model/network.ts";
import type { Fates } from "./fates.ts";
import { Gates, type Stances } from "./gates.ts";
import { AROUND, DOUBT, DOUBT_IN, TURN_IN } from "./hop.ts";
import { type HostKind, hostKinds, type Places } from "./host-kinds.ts";
import type { Part } from "./part.ts";
import { type Reachability, slotFor } from "./reachability.ts";
import { indexOf, type Segments, segmentsOf } from "./segments.ts";
import { sizeOf } from "./stretches.ts";
import { DELIVERED, DROPPED, UNKNOWN } from "./verdict-table.ts";

/** Addresses of one end of a pair: what the other end's gate and table say about them, by one number. */
export interface Atom extends Places {
  /** 4 × stance + way. */
  readonly key: number;
  readonly lo: number[];
  readonly hi: number[];
}

// what a table does with packets to an atom
export const DELIVER = 0;
/** Nobody can follow them: out of the sender's filters, or before the receiver's if they come there. */
export const DOUBTFUL = 1;
const DOUBTFUL_IN = 2;
export const LOSE = 3;

/**
 * Cuts the addresses of one end of a pair into atoms: by the stance of the gate at the other end, and by what the table there
 * does with packets to them. Parts of the network are by number, as in `Reachability.parts`.
 */
export class AtomCutter {
  readonly #network: Network;
  readonly #compiled: Reachability;
  readonly #gates: readonly Gates[];
  readonly #kinds: readonly (readonly HostKind[] | undefined)[][];
  readonly #segments: readonly (Segments | undefined)[][];

  constructor(network: Network, compiled: Reachability, fates: Fates, stances: Stances) {
    this.#network = network;
    this.#compiled = compiled;
    this.#gates = compiled.parts.map(({ axis }) => new Gates(network, axis, fates, stances));
    this.#kinds = compiled.parts.map(() => []);
    this.#segments = compiled.parts.map(() => []);
  }

  /** Reports whether the table leads packets to some host by a detour, given the state of the cell. O(log routes). */
  turns(from: number, to: number, state: number): boolean {
    const { layout, parts } = this.#compiled;
    const turn = TURN_IN - slotFor(layout, layout.subnetVpc[from], layout.subnetVpc[to]);
    return parts.some((part, p) => {
      if (((state >> part.shift) & UNKNOWN) === 0 || part.size[from] === 0) return false;
      const { starts, fates } = this.#segmentsOf(p, layout.subnetTable[from]);
      return this.kindsOf(p, to).some(({ lo, hi }) => {
        for (let n = 0; n < lo.length; n++)
          for (let k = indexOf(starts, lo[n]); k < starts.length && starts[k] <= hi[n]; k++)
            if (fates[k] === AROUND || fates[k] === turn) return true;
        return false;
      });
    });
  }

  /** Returns the kinds of hosts of a subnet; made once. */
  kindsOf(p: number, s: number): readonly HostKind[] {
    const kinds = this.#kinds[p][s];
    if (kinds !== undefined) return kinds;
    const { layout, parts } = this.#compiled;
    const vpc = layout.vpcs[layout.subnetVpc[s]];
    const found = hostKinds(this.#network, parts[p], this.#gates[p], vpc, layout.subnets[s]);
    this.#kinds[p][s] = found;
    return found;
  }

  /** Returns the key of the one atom that all receivers are for the sender; -1 when there are several, or nobody knows. */
  whole(p: number, sender: HostKind, receiver: HostKind, ways: number): number {
    const way = ways === DELIVERED ? DELIVER : ways === DROPPED ? LOSE : -1;
    if (way < 0) return -1;
    const { starts, stances } = this.#gates[p].view(sender.gate, sender, receiver);
    const i = indexOf(starts, receiver.lo[0]);
    if (i + 1 < starts.length && starts[i + 1] <= receiver.hi[receiver.hi.length - 1]) return -1;
    return (stances[i] << 2) | way;
  }

  /** Returns the atoms that places of the receivers fall into, in the order of their first places. */
  atoms(p: number, from: number, to: number, sender: HostKind, receiver: HostKind, places: Places): Atom[] {
    const atoms = new Map<number, Atom>();
    this.cut(p, from, to, sender, receiver, places, false, (key, lo, hi) => {
      const atom = atoms.get(key);
      if (atom === undefined) atoms.set(key, { key, lo: [lo], hi: [hi] });
      else {
        atom.lo.push(lo);
        atom.hi.push(hi);
      }
    });
    return [...atoms.values()];
  }

  /**
   * Cuts places of the receivers wherever the sender's gate or table begins to say something else, and adds each piece with
   * what they say. `delivered`: it is known that the table delivers all of them. O(pieces).
   */
  cut(
    p: number,
    from: number,
    to: number,
    sender: HostKind,
    receiver: HostKind,
    places: Places,
    delivered: boolean,
    add: (key: number, lo: number, hi: number) => void,
  ): void {
    const { layout } = this.#compiled;
    const [v, w] = [layout.subnetVpc[from], layout.subnetVpc[to]];
    const slot = slotFor(layout, v, w);
    const { starts, stances } = this.#gates[p].view(sender.gate, sender, receiver);
    const table = delivered ? undefined : this.#segmentsOf(p, layout.subnetTable[from]);
    const carried = receiver.carried === "all" || v === w ? undefined : receiver.carried;
    for (let n = 0; n < places.lo.length; n++) {
      const last = places.hi[n];
      let at = places.lo[n];
      let i = indexOf(starts, at);
      let k = table === undefined ? 0 : indexOf(table.starts, at);
      while (at <= last) {
        let end = i + 1 < starts.length ? Math.min(last, starts[i + 1] - 1) : last;
        let way = DELIVER;
        if (table !== undefined) {
          if (k + 1 < table.starts.length) end = Math.min(end, table.starts[k + 1] - 1);
          way = wayOf(table.fates[k], slot);
        }
        if (carried === undefined || way === LOSE || way === DOUBTFUL || delivered)
          add((stances[i] << 2) | way, at, end);
        else addCarried(carried, stances[i] << 2, way, at, end, add);
        at = end + 1;
        if (i + 1 < starts.length && starts[i + 1] === at) i++;
        if (table !== undefined && k + 1 < table.starts.length && table.starts[k + 1] === at) k++;
      }
    }
  }

  #segmentsOf(p: number, t: number): Segments {
    let segments = this.#segments[p][t];
    if (segments === undefined) {
      segments = segmentsOf(this.#compiled, this.#compiled.parts[p], t);
      (this.#segments[p] as (Segments | undefined)[])[t] = segments;
    }
    return segments;
  }

  /** Forgets what the tables said before an edit. */
  forget(): void {
    for (const segments of this.#segments) segments.length = 0;
  }
}

/** What a fate of the table comes to for packets to the VPC of the slot; -1 when that is no neighbour. */
function wayOf(fate: number, slot: number): number {
  if (fate === DOUBT) return DOUBTFUL;
  if (slot < 0) return LOSE;
  return fate === slot ? DELIVER : fate === DOUBT_IN - slot ? DOUBTFUL_IN : LOSE;
}

/** Adds what a peering carries of a piece, and the rest as lost. */
function addCarried(
  carried: Places,
  stance: number,
  way: number,
  at: number,
  end: number,
  add: (key: number, lo: number, hi: number) => void,
): void {
  let next = at;
  for (let c = 0; c < carried.lo.length; c++) {
    const [lo, hi] = [Math.max(carried.lo[c], at), Math.min(carried.hi[c], end)];
    if (lo > hi) continue;
    if (next < lo) add(stance | LOSE, next, lo - 1);
    add(stance | way, lo, hi);
    next = hi + 1;
  }
  if (next <= end) add(stance | LOSE, next, end);
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
