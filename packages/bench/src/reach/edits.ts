import { ABSENT, LOCAL, type Reach, setActive, setHop, sweep, tryDeletion, tryHop } from "@twoway/sim";
import { median } from "../rounds.ts";
import { drawFrom } from "../seeded-table.ts";
import { byTable, sum } from "./by-table.ts";
import { type Fabric, NAT } from "./fabric.ts";
import { peeringName, tableName } from "./scenario-stream.ts";

/** What single edits of the compiled arrays cost, each with the list of the pairs that it flips. Microseconds. */
export interface EditTimes {
  /** The mean of a removal and of putting it back, over all samples, in the median of rounds. */
  readonly mean: number;
  /** One by one; the clock's own time is in it. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly samples: number;
  /** Ordered pairs of subnets that the removals flipped. */
  readonly flips: number;
}

export interface Edits {
  readonly routes: EditTimes;
  readonly peerings: EditTimes;
  /** Every peering deleted and taken back, every route removed and put back: milliseconds. */
  readonly allPeeringsMs: number;
  readonly allRoutesMs: number;
  /** Both from the network, with the losses ranked and named: milliseconds. */
  readonly sweepMs: number;
}

/** An edit, and what takes it back. Each returns how many pairs it flipped. */
interface Edit {
  readonly make: () => number;
  readonly undo: () => number;
}

/**
 * Measures edits of the network, of which `reach` is compiled. Throws when the packets that are left after some of them
 * are not those of the bare arrays without the same routes or peerings, or when taking them back does not restore all.
 */
export function edits(fabric: Fabric, reach: Reach, samples: number, seed: number): Edits {
  const draw = drawFrom(seed);
  const routes = distinct(samples, fabric.routeLo.length, draw);
  const peerings = distinct(samples / 10, fabric.peerA.length, draw);
  const total = sum(byTable(fabric).packets);
  const routeEdits = routes.map((row) => routeEdit(fabric, reach, row));
  const peeringEdits = peerings.map((p) => peeringEdit(reach, p));
  check(reach, routeEdits, total, sum(byTable(withoutRoutes(fabric, new Set(routes))).packets));
  check(reach, peeringEdits, total, sum(byTable(withoutPeerings(fabric, new Set(peerings))).packets));
  const found = {
    routes: measure(routeEdits),
    peerings: measure(peeringEdits),
    allPeeringsMs: allPeerings(reach, fabric.peerA.length),
    allRoutesMs: allRoutes(reach, fabric.routeLo.length),
    sweepMs: wholeSweep(reach, fabric),
  };
  if (packetsOf(reach) !== total) throw new Error("the edits were not taken back");
  return found;
}

/** Returns the fabric without some of its routes. */
export function withoutRoutes(fabric: Fabric, rows: ReadonlySet<number>): Fabric {
  const keep = (_: unknown, row: number): boolean => !rows.has(row);
  const before = new Uint32Array(fabric.routeLo.length + 1); // rows that go, before each row
  for (let row = 0; row < fabric.routeLo.length; row++)
    before[row + 1] = before[row] + (rows.has(row) ? 1 : 0);
  return {
    ...fabric,
    tabOff: fabric.tabOff.map((row) => row - before[row]),
    routeLo: fabric.routeLo.filter(keep),
    routeBits: fabric.routeBits.filter(keep),
    routeTarget: fabric.routeTarget.filter(keep),
  };
}

/** Returns the fabric with some of its peerings dead: the routes to them stay and lead nowhere. */
export function withoutPeerings(fabric: Fabric, peerings: ReadonlySet<number>): Fabric {
  return {
    ...fabric,
    routeTarget: fabric.routeTarget.map((target) => (peerings.has(target) ? NAT : target)),
  };
}

function routeEdit(fabric: Fabric, { compiled }: Reach, row: number): Edit {
  const table = firstAbove(fabric.tabOff, row) - 1;
  const t = compiled.layout.tableIndex.get(tableName(fabric, table)) as number;
  const [part] = compiled.parts;
  const lo = fabric.routeLo[row];
  const hi = lo + 2 ** (32 - fabric.routeBits[row]) - 1;
  const flips = new Flips();
  let hop = ABSENT;
  return {
    make: () => {
      flips.clear();
      hop = setHop(compiled, part, t, lo, hi, ABSENT, flips.add);
      return flips.size;
    },
    undo: () => {
      flips.clear();
      setHop(compiled, part, t, lo, hi, hop, flips.add);
      return flips.size;
    },
  };
}

function peeringEdit({ compiled }: Reach, peering: number): Edit {
  const p = compiled.layout.peeringIndex.get(peeringName(peering)) as number;
  const flips = new Flips();
  const set = (active: boolean) => (): number => {
    flips.clear();
    setActive(compiled, p, active, flips.add);
    return flips.size;
  };
  return { make: set(false), undo: set(true) };
}

/** The list of pairs that an edit flips, with their verdicts. */
class Flips {
  readonly #list: number[] = [];

  readonly add = (from: number, to: number, before: number, after: number): void => {
    this.#list.push(from, to, before, after);
  };

  clear(): void {
    this.#list.length = 0;
  }

  get size(): number {
    return this.#list.length / 4;
  }
}

function check(reach: Reach, all: readonly Edit[], before: number, after: number): void {
  for (const edit of all) edit.make();
  const left = packetsOf(reach);
  for (const edit of all) edit.undo();
  if (left !== after) throw new Error(`${left} packets are left after edits, and not ${after}`);
  if (packetsOf(reach) !== before) throw new Error("edits were not taken back");
}

function measure(all: readonly Edit[]): EditTimes {
  const rounds: number[] = [];
  let flips = 0;
  for (let round = 0; round < 3; round++) {
    flips = 0;
    const start = performance.now();
    for (const edit of all) {
      flips += edit.make();
      edit.undo();
    }
    rounds.push(((performance.now() - start) * 1000) / (2 * all.length));
  }
  const single = new Float64Array(all.length);
  for (const [i, edit] of all.entries()) {
    const start = performance.now();
    edit.make();
    single[i] = (performance.now() - start) * 1000;
    edit.undo();
  }
  single.sort();
  const at = (share: number): number => single[Math.min(all.length - 1, Math.floor(share * all.length))];
  return { mean: median(rounds), p50: at(0.5), p99: at(0.99), p999: at(0.999), samples: all.length, flips };
}

/** Tries every single deletion of a peering, counting the pairs that it flips. */
function allPeerings({ compiled }: Reach, peerings: number): number {
  const start = performance.now();
  let flips = 0;
  for (let p = 0; p < peerings; p++) tryDeletion(compiled, p, () => flips++);
  return performance.now() - start;
}

/** Tries every single removal of a route, counting the pairs that it flips. */
function allRoutes({ compiled }: Reach, routes: number): number {
  const start = performance.now();
  let flips = 0;
  let tried = 0;
  for (const part of compiled.parts) {
    const { at, length, hop } = part.decisions;
    for (let t = 0; t < at.length; t++) {
      for (let row = at[t]; row < at[t] + length[t]; row++) {
        if (hop[row] === LOCAL) continue;
        tried++;
        tryHop(compiled, part, t, row, ABSENT, () => flips++);
      }
    }
  }
  if (tried !== routes) throw new Error(`${tried} routes were tried, and there are ${routes}`);
  return performance.now() - start;
}

function wholeSweep({ network }: Reach, { peerA, routeLo }: Fabric): number {
  const start = performance.now();
  const { tried } = sweep(network);
  const ms = performance.now() - start;
  if (tried.peerings !== peerA.length || tried.routes !== routeLo.length) {
    throw new Error(`the sweep tried ${tried.peerings} peerings and ${tried.routes} routes`);
  }
  return ms;
}

function packetsOf(reach: Reach): number {
  return Number(reach.count().packets);
}

function distinct(samples: number, below: number, draw: (below: number) => number): number[] {
  if (samples >= below) return Array.from({ length: below }, (_, i) => i);
  const chosen = new Set<number>();
  while (chosen.size < samples) chosen.add(draw(below));
  return [...chosen];
}

/** Returns the index of the first entry above the value. */
function firstAbove(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
