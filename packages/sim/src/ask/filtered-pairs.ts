import type { Network } from "../model/network.ts";
import { type Atom, AtomCutter, AtomSizes, DIRECTLY, type Leg } from "../plane/atoms.ts";
import { stateTo } from "../plane/far.ts";
import { Fates, TWO_WAY_SOME, VERDICT_BITS } from "../plane/fates.ts";
import { Stances } from "../plane/gates.ts";
import type { HostKind, Places } from "../plane/host-kinds.ts";
import {
  DELIVER,
  DELIVER_INSIDE,
  DOUBTFUL,
  type Lane,
  type Lanes,
  LOSE,
  NO_LANE,
  WAY_BITS,
} from "../plane/lanes.ts";
import type { Spot } from "../plane/packet.ts";
import type { Part } from "../plane/part.ts";
import type { Reachability } from "../plane/reachability.ts";
import { type Stretch, sizeOf, spanOf } from "../plane/stretches.ts";
import { PARTIAL } from "../plane/verdict-table.ts";
import { BoxMaker } from "./boxes.ts";
import { Sum } from "./packets.ts";
import type { PairBoxes, PairResult } from "./pair-sets.ts";
import { askedAbout } from "./service.ts";

/**
 * Pairs of subnets whose packets take the ways that the arrays know, inside a VPC, over a peering or by hubs, and may meet
 * filters there. The two ends factor: what routes and the filters of one end do with a packet depends on the address at the
 * other end alone. So the addresses of either end fall into atoms, each with a stance of the gate at the other end and a way
 * by the table there. Every atom of one end meets every atom of the other, and what two of them come to is two fates by
 * number, mostly met before. Exact. Cost of a pair: a binary search in each gate and table, and a few look-ups for each two
 * atoms.
 */
export class FilteredPairs {
  readonly #compiled: Reachability;
  readonly #fates: Fates;
  readonly #stances: Stances;
  readonly #lanes: Lanes;
  readonly #cutter: AtomCutter;
  /** The lanes of the pair that is being judged, and of its replies, for each part of the network. */
  readonly #forward: Lane[] = [];
  readonly #reply: Lane[] = [];
  /** Atoms of both ends of the pair that is being judged. */
  readonly #far = new AtomSizes();
  readonly #near = new AtomSizes();

  constructor(network: Network, compiled: Reachability, lanes: Lanes) {
    this.#compiled = compiled;
    this.#fates = new Fates(askedAbout(network, { protocol: "any" }));
    this.#stances = new Stances(this.#fates);
    this.#lanes = lanes;
    this.#cutter = new AtomCutter(network, compiled, lanes, this.#fates, this.#stances);
  }

  /**
   * Reports whether packets of the pair and their replies take ways that are known here, and notes their lanes. O(log routes)
   * for each kind of hosts.
   */
  knows(a: number, b: number, out: number, home: number): boolean {
    const { parts } = this.#compiled;
    for (let p = 0; p < parts.length; p++) {
      const { size } = parts[p];
      if (size[a] === 0 || size[b] === 0) continue;
      this.#forward[p] = this.#lanes.of(p, a, b, out, this.#cutter.kindsOf(p, b));
      this.#reply[p] = this.#lanes.of(p, b, a, home, this.#cutter.kindsOf(p, a));
      if (this.#forward[p] === NO_LANE || this.#reply[p] === NO_LANE) return false;
    }
    return true;
  }

  /**
   * Returns the verdicts of a pair and of the pair the other way round, the latter shifted by BACK; -1 when the ways are not
   * known here. Adds to the sums how many combinations of addresses have a two-way service, unless it is -1. `out` and `home`
   * are the states of the two cells.
   */
  judge(a: number, b: number, out: number, home: number, forth: Sum, back: Sum): number {
    if (!this.knows(a, b, out, home)) return -1;
    const { parts } = this.#compiled;
    let seen = 0;
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p];
      if (part.size[a] === 0 || part.size[b] === 0) continue;
      const [here, there] = [this.#cutter.kindsOf(p, a), this.#cutter.kindsOf(p, b)];
      const [forward, reply] = [this.#forward[p], this.#reply[p]];
      for (let m = 0; m < here.length; m++) {
        for (let n = 0; n < there.length; n++) {
          const [x, y] = [here[m], there[n]];
          const outward = legOf(p, a, b, x, y, (out >> part.shift) & 7, reply);
          const inward = legOf(p, b, a, y, x, (home >> part.shift) & 7, forward);
          const far = this.#cutter.whole(outward);
          const near = this.#cutter.whole(inward);
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
          this.#cutAtoms(outward, this.#far);
          this.#cutAtoms(inward, this.#near);
          seen |= this.#meet(part, forth, back);
        }
      }
    }
    return CODES[seen & VERDICT_BITS] | (CODES[(seen >> BACK) & VERDICT_BITS] << BACK);
  }

  /** Cuts one end into atoms for `judge`, which needs their sizes alone. */
  #cutAtoms(leg: Leg, into: AtomSizes): void {
    into.clear(this.#compiled.parts[leg.p]);
    this.#cutter.cut(leg, leg.receiver, into.add);
  }

  /** Lets every atom of the one end meet every atom of the other. */
  #meet(part: Part, forth: Sum, back: Sum): number {
    const { keys: far, sizes: farSizes, counts: farCounts } = this.#far;
    const { keys: near, sizes: nearSizes, counts: nearCounts } = this.#near;
    let seen = 0;
    for (let j = 0; j < this.#far.length; j++) {
      for (let i = 0; i < this.#near.length; i++) {
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

  /** Returns the states of the cells there and back. */
  #states(from: number, to: number): [number, number] {
    const { subnetTable } = this.#compiled.layout;
    return [stateTo(this.#compiled, subnetTable[from], to), stateTo(this.#compiled, subnetTable[to], from)];
  }

  /** Returns the verdict of one pair whose ways are known, with its counterexample. */
  result(from: number, to: number): PairResult {
    const { layout } = this.#compiled;
    const packets = new Sum();
    const [out, home] = this.#states(from, to);
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

  /**
   * Returns the sets of a pair whose ways are known as boxes: of all addresses as people write them, with the hubs that carry
   * the packets, or of the usable ones, whatever carries them.
   */
  boxes(from: number, to: number, addresses: "written" | "usable"): PairBoxes {
    const sets = { forward: new BoxMaker(), return: new BoxMaker(), twoWay: new BoxMaker() };
    const isUsable = addresses === "usable";
    const hubsOf = ({ passage }: Atom): readonly string[] =>
      isUsable || passage === DIRECTLY ? [] : this.#lanes.hubs.passage(passage).hubs;
    for (const { part, near, far, there, back, nearWritten, farWritten } of this.#meetings(from, to)) {
      const [x, y] = isUsable ? [near, far] : [nearWritten, farWritten];
      const [out, home] = [hubsOf(far), hubsOf(near)];
      const cell = {
        src: stretchesIn(x).map((stretch) => spanOf(part, stretch)),
        dst: stretchesIn(y).map((stretch) => spanOf(part, stretch)),
      };
      const delivered = this.#fates.delivered(there);
      const answered = this.#fates.answered(back);
      sets.forward.add(cell, delivered, out);
      sets.return.add(cell, answered, home);
      sets.twoWay.add(cell, delivered.intersect(answered), [...new Set([...out, ...home])]);
    }
    return { forward: sets.forward.boxes(), return: sets.return.boxes(), twoWay: sets.twoWay.boxes() };
  }

  /** Reports whether hubs have a say in a pair whose ways are known. */
  meetsHub(from: number, to: number): boolean {
    for (const { near, far } of this.#meetings(from, to))
      if (near.passage !== DIRECTLY || far.passage !== DIRECTLY) return true;
    return false;
  }

  /** Iterates how the atoms of both ends meet, in the order in which `answer` looks at their first addresses. */
  *#meetings(from: number, to: number): Generator<Meeting, void, undefined> {
    const [out, home] = this.#states(from, to);
    this.knows(from, to, out, home);
    const [forwards, replies] = [[...this.#forward], [...this.#reply]];
    for (const [p, part] of this.#compiled.parts.entries()) {
      if (part.size[from] === 0 || part.size[to] === 0) continue;
      const [forward, reply] = [forwards[p], replies[p]];
      for (const x of this.#cutter.kindsOf(p, from)) {
        for (const y of this.#cutter.kindsOf(p, to)) {
          const outward = legOf(p, from, to, x, y, SOME_WAY, reply);
          const inward = legOf(p, to, from, y, x, SOME_WAY, forward);
          const [atoms, written] = [y, y.written].map((places) => this.#cutter.atoms(outward, places));
          const [others, othersWritten] = [x, x.written].map((places) => this.#cutter.atoms(inward, places));
          for (const far of atoms) {
            for (const near of others) {
              yield {
                part,
                near,
                far,
                nearWritten: othersWritten.find((atom) => isSame(atom, near))!,
                farWritten: written.find((atom) => isSame(atom, far))!,
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

  /** Returns what an atom of the near end and one of the far end come to, both ways round; see `Fates.trip`. */
  #trips(near: number, far: number): number {
    const forth = this.#fates.trip(this.#there(near, far), this.#back(near, far));
    const home = this.#fates.trip(this.#there(far, near), this.#back(far, near));
    return forth | (home << BACK);
  }

  /** The fate of packets from the near atom to the far one: of the near gate's stance out, and of the far one's in. */
  #there(near: number, far: number): number {
    const { out, into, inside, entry } = this.#stances;
    const way = far & WAY;
    if (way === LOSE) return Fates.CLOSED;
    const left = out[far >> WAY_BITS];
    const at = near >> WAY_BITS;
    if (way === DOUBTFUL) return this.#fates.doubt(this.#fates.meet(left, entry[at]));
    if (way === DELIVER_INSIDE) return this.#fates.meet(left, inside[at]);
    const fate = this.#fates.meet(left, into[at]);
    return way === DELIVER ? fate : this.#fates.doubt(fate);
  }

  /** The fate of replies from the far atom to the near one. */
  #back(near: number, far: number): number {
    const { replyOut, replyInto, entry } = this.#stances;
    const way = near & WAY;
    if (way === LOSE) return Fates.CLOSED;
    const left = replyOut[near >> WAY_BITS];
    const at = far >> WAY_BITS;
    if (way === DOUBTFUL) return this.#fates.doubt(this.#fates.meet(left, entry[at]));
    // groups let replies pass unseen
    if (way === DELIVER_INSIDE) return this.#fates.meet(left, entry[at]);
    const fate = this.#fates.meet(left, replyInto[at]);
    return way === DELIVER ? fate : this.#fates.doubt(fate);
  }
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

const WAY = 2 ** WAY_BITS - 1;

/** How far the numbers of the way round are shifted. */
export const BACK = 8;
/** The bits of one verdict. */
export const CODE_BITS = 15;

/** Ways that are told address by address. */
const SOME_WAY = 0;

function legOf(
  p: number,
  from: number,
  to: number,
  sender: HostKind,
  receiver: HostKind,
  ways: number,
  home: Lane,
): Leg {
  return { p, from, to, sender, receiver, ways, home };
}

function isSame(a: Atom, b: Atom): boolean {
  return a.key === b.key && a.passage === b.passage;
}

/** The number of a verdict, by the bits of those that some packets have. */
const CODES = Uint8Array.from({ length: VERDICT_BITS + 1 }, (_, bits) => {
  const worst = bits === 0 ? 0 : 31 - Math.clz32(bits & -bits);
  return worst | ((bits & (bits - 1)) === 0 ? 0 : PARTIAL);
});

function stretchesIn({ lo, hi }: Places): Stretch[] {
  return Array.from(lo, (first, i) => [first, hi[i]]);
}

function countOf(part: Part, places: Places): bigint {
  return sizeOf(part, stretchesIn(places));
}
