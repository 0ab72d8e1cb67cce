import type { Network } from "../model/network.ts";
import { stateTo } from "../plane/far.ts";
import { Fates, TWO_WAY_SOME, VERDICT_BITS } from "../plane/fates.ts";
import { Gates, Stances } from "../plane/gates.ts";
import { AROUND, DOUBT, DOUBT_IN, TURN_IN } from "../plane/hop.ts";
import { type HostKind, hostKinds, type Places } from "../plane/host-kinds.ts";
import type { Spot } from "../plane/packet.ts";
import type { Part } from "../plane/part.ts";
import { type Reachability, slotFor } from "../plane/reachability.ts";
import { indexOf, type Segments, segmentsOf } from "../plane/segments.ts";
import { type Stretch, spanOf } from "../plane/stretches.ts";
import { DELIVERED, DROPPED, PARTIAL, UNKNOWN } from "../plane/verdict-table.ts";
import { BoxMaker } from "./boxes.ts";
import { Sum, sizeOf } from "./packets.ts";
import type { PairBoxes, PairResult } from "./pair-sets.ts";
import { askedAbout } from "./service.ts";

/**
 * Pairs of subnets whose packets take the ways that the arrays know, inside a VPC or over a peering, and meet filters there.
 * The two ends factor: what routes and the filters of one end do with a packet depends on the address at the other end
 * alone. So the addresses of either end fall into atoms, each with a stance of the gate at the other end and a way by the
 * table there. Every atom of one end meets every atom of the other, and what two of them come to is two fates by number,
 * mostly met before. Exact. Cost of a pair: a binary search in each gate, and a few look-ups for each two atoms.
 */
export class FilteredPairs {
  readonly #network: Network;
  readonly #compiled: Reachability;
  readonly #fates: Fates;
  /** By part, as all that follows. */
  readonly #gates: readonly Gates[];
  readonly #stances: Stances;
  readonly #kinds: readonly (readonly HostKind[] | undefined)[][];
  readonly #segments: readonly (Segments | undefined)[][];
  /** Atoms of both ends of the pair that is being judged. */
  readonly #far = new AtomSizes();
  readonly #near = new AtomSizes();

  constructor(network: Network, compiled: Reachability) {
    this.#network = network;
    this.#compiled = compiled;
    this.#fates = new Fates(askedAbout(network, { protocol: "any" }));
    this.#stances = new Stances();
    this.#gates = compiled.parts.map(({ axis }) => new Gates(network, axis, this.#fates, this.#stances));
    this.#kinds = compiled.parts.map(() => []);
    this.#segments = compiled.parts.map(() => []);
  }

  /** Reports whether a packet between the two may take a detour, given the states of their cells. O(log routes). */
  mayTurn(a: number, b: number, out: number, home: number): boolean {
    return this.#turns(a, b, out) || this.#turns(b, a, home);
  }

  #turns(from: number, to: number, state: number): boolean {
    const { layout, parts } = this.#compiled;
    const turn = TURN_IN - slotFor(layout, layout.subnetVpc[from], layout.subnetVpc[to]);
    return parts.some((part, p) => {
      if (((state >> part.shift) & UNKNOWN) === 0 || part.size[from] === 0) return false;
      const { starts, fates } = this.#segmentsOf(p, layout.subnetTable[from]);
      return this.#kindsOf(p, to).some(({ lo, hi }) => {
        for (let n = 0; n < lo.length; n++)
          for (let k = indexOf(starts, lo[n]); k < starts.length && starts[k] <= hi[n]; k++)
            if (fates[k] === AROUND || fates[k] === turn) return true;
        return false;
      });
    });
  }

  /**
   * Returns the verdicts of a pair without detours and of the pair the other way round, the latter shifted by BACK. Adds
   * to the sums how many combinations of addresses have a two-way service. `out` and `home` are the states of the two cells.
   */
  judge(a: number, b: number, out: number, home: number, forth: Sum, back: Sum): number {
    const { parts } = this.#compiled;
    let seen = 0;
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p];
      if (part.size[a] === 0 || part.size[b] === 0) continue;
      const [here, there] = [this.#kindsOf(p, a), this.#kindsOf(p, b)];
      for (let m = 0; m < here.length; m++) {
        for (let n = 0; n < there.length; n++) {
          const [x, y] = [here[m], there[n]];
          const far = this.#whole(p, x, y, (out >> part.shift) & 7);
          const near = this.#whole(p, y, x, (home >> part.shift) & 7);
          if (far >= 0 && near >= 0) {
            const trips = this.#trips(near, far);
            seen |= trips;
            const [some, other] = [trips & TWO_WAY_SOME, (trips >> BACK) & TWO_WAY_SOME];
            if ((some | other) === 0) continue;
            if (part.family === 4) {
              if (some !== 0) forth.addProduct(x.size, y.size);
              if (other !== 0) back.addProduct(x.size, y.size);
            } else {
              const both = countOf(part, x) * countOf(part, y);
              if (some !== 0) forth.add(both);
              if (other !== 0) back.add(both);
            }
            continue;
          }
          this.#cutAtoms(p, a, b, x, y, (out >> part.shift) & 7, this.#far);
          this.#cutAtoms(p, b, a, y, x, (home >> part.shift) & 7, this.#near);
          seen |= this.#meet(part, forth, back);
        }
      }
    }
    return CODES[seen & VERDICT_BITS] | (CODES[(seen >> BACK) & VERDICT_BITS] << BACK);
  }

  /** Cuts one end into atoms for `judge`, which needs their sizes alone. */
  #cutAtoms(
    p: number,
    from: number,
    to: number,
    sender: HostKind,
    receiver: HostKind,
    ways: number,
    into: AtomSizes,
  ): void {
    into.clear(this.#compiled.parts[p]);
    this.#cut(p, from, to, sender, receiver, receiver, ways === DELIVERED, into.add);
  }

  /** Lets every atom of the one end meet every atom of the other. */
  #meet(part: Part, forth: Sum, back: Sum): number {
    const { keys: far, sizes: farSizes, counts: farCounts } = this.#far;
    const { keys: near, sizes: nearSizes, counts: nearCounts } = this.#near;
    let seen = 0;
    for (let j = 0; j < far.length; j++) {
      for (let i = 0; i < near.length; i++) {
        const trips = this.#trips(near[i], far[j]);
        seen |= trips;
        const [some, other] = [trips & TWO_WAY_SOME, (trips >> BACK) & TWO_WAY_SOME];
        if (part.family === 4) {
          if (some !== 0) forth.addProduct(nearSizes[i], farSizes[j]);
          if (other !== 0) back.addProduct(nearSizes[i], farSizes[j]);
        } else {
          if (some !== 0) forth.add(nearCounts[i] * farCounts[j]);
          if (other !== 0) back.add(nearCounts[i] * farCounts[j]);
        }
      }
    }
    return seen;
  }

  /** Returns the verdict of one pair without detours, with its counterexample. */
  result(from: number, to: number): PairResult {
    const { layout } = this.#compiled;
    const packets = new Sum();
    const [out, home] = [
      stateTo(this.#compiled, layout.subnetTable[from], to),
      stateTo(this.#compiled, layout.subnetTable[to], from),
    ];
    const codes = this.judge(from, to, out, home, packets, new Sum());
    const code = codes & CODE_BITS;
    const spot = (part: Part, s: number, { lo }: Places): Spot => ({
      vpc: layout.vpcs[layout.subnetVpc[s]].id,
      subnet: layout.subnets[s].id,
      address: part.axis.firstAt(lo[0]),
    });
    for (const { part, near, far, trips } of this.#meetings(from, to)) {
      if ((trips & (1 << (code & ~PARTIAL))) === 0) continue;
      const worst = { from: spot(part, from, near), to: spot(part, to, far) };
      return { code, packets: packets.total(), worst };
    }
    return { code, packets: packets.total() };
  }

  /** Returns the sets of a pair without detours as boxes, of all addresses as people write them or of the usable ones. */
  boxes(from: number, to: number, addresses: "written" | "usable"): PairBoxes {
    const sets = { forward: new BoxMaker(), return: new BoxMaker(), twoWay: new BoxMaker() };
    for (const { part, near, far, there, back, nearWritten, farWritten } of this.#meetings(from, to)) {
      const [x, y] = addresses === "usable" ? [near, far] : [nearWritten, farWritten];
      const cell = {
        src: stretchesIn(x).map((stretch) => spanOf(part, stretch)),
        dst: stretchesIn(y).map((stretch) => spanOf(part, stretch)),
      };
      const delivered = this.#fates.delivered(there);
      const answered = this.#fates.answered(back);
      sets.forward.add(cell, delivered, []);
      sets.return.add(cell, answered, []);
      sets.twoWay.add(cell, delivered.intersect(answered), []);
    }
    return { forward: sets.forward.boxes(), return: sets.return.boxes(), twoWay: sets.twoWay.boxes() };
  }

  /** Forgets what the table said before an edit. */
  forget(t: number): void {
    for (const segments of this.#segments) segments[t] = undefined;
  }

  /** Iterates how the atoms of both ends meet, in the order in which `answer` looks at their first addresses. */
  *#meetings(from: number, to: number): Generator<Meeting, void, undefined> {
    for (const [p, part] of this.#compiled.parts.entries()) {
      if (part.size[from] === 0 || part.size[to] === 0) continue;
      for (const x of this.#kindsOf(p, from)) {
        for (const y of this.#kindsOf(p, to)) {
          const [atoms, written] = [y, y.written].map((places) => this.#atoms(p, from, to, x, y, places));
          const [others, othersWritten] = [x, x.written].map((places) =>
            this.#atoms(p, to, from, y, x, places),
          );
          for (const far of atoms) {
            for (const near of others) {
              yield {
                part,
                near,
                far,
                nearWritten: othersWritten.find(({ key }) => key === near.key)!,
                farWritten: written.find(({ key }) => key === far.key)!,
                there: this.#there(near.key, far.key),
                back: this.#back(near.key, far.key),
                trips: this.#trips(near.key, far.key),
              };
            }
          }
        }
      }
    }
  }

  #kindsOf(p: number, s: number): readonly HostKind[] {
    const kinds = this.#kinds[p][s];
    if (kinds !== undefined) return kinds;
    const { layout, parts } = this.#compiled;
    const vpc = layout.vpcs[layout.subnetVpc[s]];
    const found = hostKinds(this.#network, parts[p], this.#gates[p], vpc, layout.subnets[s]);
    this.#kinds[p][s] = found;
    return found;
  }

  /** Returns the key of the one atom that all receivers are for the sender; -1 when there are several, or nobody knows. */
  #whole(p: number, sender: HostKind, receiver: HostKind, ways: number): number {
    const way = ways === DELIVERED ? DELIVER : ways === DROPPED ? LOSE : -1;
    if (way < 0) return -1;
    const { starts, stances } = this.#gates[p].view(sender.gate, sender, receiver);
    const i = indexOf(starts, receiver.lo[0]);
    if (i + 1 < starts.length && starts[i + 1] <= receiver.hi[receiver.hi.length - 1]) return -1;
    return (stances[i] << 2) | way;
  }

  /** Returns the atoms that places of the receivers fall into, in the order of their first places. */
  #atoms(p: number, from: number, to: number, sender: HostKind, receiver: HostKind, places: Places): Atom[] {
    const atoms = new Map<number, Atom>();
    this.#cut(p, from, to, sender, receiver, places, false, (key, lo, hi) => {
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
  #cut(
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

  /** Returns what an atom of the near end and one of the far end come to, both ways round; see `Fates.trip`. */
  #trips(near: number, far: number): number {
    const forth = this.#fates.trip(this.#there(near, far), this.#back(near, far));
    const home = this.#fates.trip(this.#there(far, near), this.#back(far, near));
    return forth | (home << BACK);
  }

  /** The fate of packets from the near atom to the far one: of the near gate's stance out, and of the far one's in. */
  #there(near: number, far: number): number {
    const { out, into } = this.#stances;
    const way = far & 3;
    if (way === LOSE) return Fates.CLOSED;
    const left = out[far >> 2];
    if (way === DOUBTFUL) return this.#fates.doubt(left);
    const fate = this.#fates.meet(left, into[near >> 2]);
    return way === DELIVER ? fate : this.#fates.doubt(fate);
  }

  /** The fate of replies from the far atom to the near one. */
  #back(near: number, far: number): number {
    const { replyOut, replyInto } = this.#stances;
    const way = near & 3;
    if (way === LOSE) return Fates.CLOSED;
    const left = replyOut[near >> 2];
    if (way === DOUBTFUL) return this.#fates.doubt(left);
    const fate = this.#fates.meet(left, replyInto[far >> 2]);
    return way === DELIVER ? fate : this.#fates.doubt(fate);
  }
}

/** Addresses of one end of a pair: what the other end's gate and table say about them, by one number. */
interface Atom extends Places {
  /** 4 × stance + way. */
  readonly key: number;
  readonly lo: number[];
  readonly hi: number[];
}

/** An atom of either end, what the packets from the near one come to, and their replies. */
interface Meeting {
  readonly part: Part;
  readonly near: Atom;
  readonly far: Atom;
  /** The same with the addresses that the cloud keeps. */
  readonly nearWritten: Atom;
  readonly farWritten: Atom;
  readonly there: number;
  readonly back: number;
  readonly trips: number;
}

// what a table does with packets to an atom
const DELIVER = 0;
/** Nobody can follow them: out of the sender's filters, or before the receiver's if they come there. */
const DOUBTFUL = 1;
const DOUBTFUL_IN = 2;
const LOSE = 3;

/** How far the numbers of the way round are shifted. */
export const BACK = 8;
/** The bits of one verdict. */
export const CODE_BITS = 15;

/** The number of a verdict, by the bits of those that some packets have. */
const CODES = Uint8Array.from({ length: VERDICT_BITS + 1 }, (_, bits) => {
  const worst = bits === 0 ? 0 : 31 - Math.clz32(bits & -bits);
  return worst | ((bits & (bits - 1)) === 0 ? 0 : PARTIAL);
});

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
class AtomSizes {
  readonly keys: number[] = [];
  /** Of IPv4. */
  readonly sizes: number[] = [];
  /** Of IPv6, where a place stands for many. */
  readonly counts: bigint[] = [];
  #part: Part | undefined;

  clear(part: Part): void {
    this.#part = part;
    this.keys.length = 0;
    this.sizes.length = 0;
    this.counts.length = 0;
  }

  readonly add = (key: number, lo: number, hi: number): void => {
    const part = this.#part!;
    let n = this.keys.indexOf(key);
    if (n < 0) {
      n = this.keys.push(key) - 1;
      this.sizes.push(0);
      if (part.family === 6) this.counts.push(0n);
    }
    if (part.family === 4) this.sizes[n] += hi - lo + 1;
    else this.counts[n] += sizeOf(part, [[lo, hi]]);
  };
}

function stretchesIn({ lo, hi }: Places): Stretch[] {
  return Array.from(lo, (first, i) => [first, hi[i]]);
}

function countOf(part: Part, places: Places): bigint {
  return sizeOf(part, stretchesIn(places));
}
