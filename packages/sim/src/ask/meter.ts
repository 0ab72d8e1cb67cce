import { profileAt } from "../model/control-peering.ts";
import type { Network } from "../model/network.ts";
import { isCrossRegion, type Peering } from "../model/peering.ts";
import type { Profile } from "../model/profile.ts";
import { fairShare } from "./fair-share.ts";
import { type Fate, type LanePath, lanePaths } from "./lane-paths.ts";
import { Offer } from "./offer.ts";
import { emptyColumns, type PeeringSeries, type Series } from "./series.ts";
import type { Traffic } from "./traffic.ts";

/**
 * Runs traffic over a network that changes: every packet that is offered is delivered, dropped by the cap of a peering,
 * lost for want of a way, or unknown, and nothing else. Counted in whole packets, so that the sums are exact (A13, A30).
 */

/** The network from this time on, in milliseconds since 1970. */
export interface Moment {
  readonly time: number;
  readonly network: Network;
}

/** Packets by what became of them; each column has an entry for every lane, or for every direction of a peering. */
export interface Tally {
  readonly offered: Float64Array;
  readonly delivered: Float64Array;
  /** By the cap of a peering. */
  readonly dropped: Float64Array;
  /** No way, or a filter that refuses them. */
  readonly unroutable: Float64Array;
  /** The input does not say enough. */
  readonly unknown: Float64Array;
}

export interface Metering {
  readonly traffic: Traffic;
  readonly series: Series;
  /** By lane: `2 f` for flow f, `2 f + 1` for its replies. */
  readonly flows: Tally;
  /** `2 p` for what peering p of the series carries outwards, `2 p + 1` for what comes in. */
  readonly peerings: Tally;
  /** Where every lane goes, from each moment on. */
  readonly ways: readonly Way[];
}

interface Way extends Moment {
  readonly paths: readonly LanePath[];
}

export interface MeterOptions {
  /** Hears how many of the steps that `stepsOf` counts are done. */
  readonly onStep?: (done: number) => void;
}

/** Returns how many steps a run has: its periods, and a look at every flow in every network. */
export function stepsOf({ flows, length, period }: Traffic, moments: number): number {
  return length / period + moments * flows.length;
}

/**
 * Meters the traffic. The first moment is the beginning of the run, later ones follow in order of time; a change in the
 * middle of a period counts from that very second (A12). O(flows · periods), and one answer for each flow and moment.
 */
export function meter(
  moments: readonly Moment[],
  traffic: Traffic,
  { onStep = () => {} }: MeterOptions = {},
): Metering {
  const begin = moments[0].time;
  const count = traffic.length / traffic.period;
  const spans = spansOf(moments, traffic.length);
  const series = { start: begin, period: traffic.period, count, peerings: seriesOf(spans, count) };
  const run = new Run(traffic, series);
  const ways: Way[] = [];
  let steps = 0;
  for (const { time, network, from, to } of spans) {
    const before = ways.at(-1);
    const isSame = before !== undefined && differInTimeOnly(before.network, network);
    const paths = isSame ? before.paths : lanePaths(network, traffic.flows, (done) => onStep(steps + done));
    steps += traffic.flows.length;
    ways.push({ time, network, paths });
    const state = run.enter(network, paths);
    for (let at = from; at < to; ) {
      const tick = Math.floor(at / traffic.period);
      const end = Math.min(to, (tick + 1) * traffic.period);
      run.slice(state, tick, at, end);
      at = end;
      onStep(steps + tick);
    }
    run.leave(state);
  }
  return { traffic, series, flows: run.flows, peerings: run.peerings, ways };
}

interface TimeSpan extends Moment {
  /** In seconds of the run. */
  readonly from: number;
  readonly to: number;
}

/** Returns the moments that last; of several at one time the last one counts, and none behind the end of the run. */
function spansOf(moments: readonly Moment[], length: number): TimeSpan[] {
  const begin = moments[0].time;
  return moments.flatMap((moment, m): TimeSpan[] => {
    const from = (moment.time - begin) / 1000;
    const to = m + 1 < moments.length ? (moments[m + 1].time - begin) / 1000 : length;
    return from < Math.min(to, length) ? [{ ...moment, from, to: Math.min(to, length) }] : [];
  });
}

/** Networks are values that share what did not change. */
function differInTimeOnly(a: Network, b: Network): boolean {
  const parts = Object.keys({ ...a, ...b }) as (keyof Network)[];
  return parts.every((part) => part === "now" || a[part] === b[part]);
}

/** Every peering that is there at some moment, in the order in which they come. */
function seriesOf(moments: readonly Moment[], count: number): PeeringSeries[] {
  const known = new Map<string, PeeringSeries>();
  for (const { network } of moments) {
    for (const peering of network.peerings.values()) {
      const before = known.get(peering.id);
      if (before !== undefined && peering.state !== "ACTIVE") continue;
      known.set(peering.id, {
        ...(before ?? { peering: peering.id, ...emptyColumns(count) }),
        ...factsOf(network, peering),
      });
    }
  }
  return [...known.values()];
}

type Facts = Pick<PeeringSeries, "requester" | "accepter" | "crossRegion" | "hasMetrics" | "cap" | "softCap">;

function factsOf(network: Network, peering: Peering): Facts {
  const profile = profileAt(network, peering.requester.vpc);
  const crossRegion = isCrossRegion(peering);
  return {
    requester: peering.requester.vpc,
    accepter: peering.accepter.vpc,
    crossRegion,
    hasMetrics: hasMetrics(profile, peering),
    cap: capOf(profile, peering) ?? null,
    softCap: crossRegion ? null : (profile.sameRegionSoftCap ?? null),
  };
}

/** Reports whether the cloud publishes figures of the peering (A30, D7). */
export function hasMetrics({ metrics }: Profile, peering: Pick<Peering, "requester" | "accepter">): boolean {
  return metrics === "all" || (metrics === "cross-region" && isCrossRegion(peering));
}

/** Returns the cap in Mbps. Inside a region there is none, whatever was written (A13, A19, B14). */
function capOf({ crossRegionCap }: Profile, peering: Peering): number | undefined {
  return crossRegionCap !== "none" && isCrossRegion(peering) ? peering.bandwidth : undefined;
}

/** A network as the slices see it. A link is a direction of a peering: `2 p` outwards, `2 p + 1` inwards. */
interface State {
  /** By peering: bytes per second in each direction; 0 for one that is not ACTIVE. */
  readonly speed: Float64Array;
  readonly isActive: Uint8Array;
  /** By lane. */
  readonly fates: readonly Fate[];
  /** Lanes of each link, ascending. */
  readonly lanes: readonly Int32Array[];
}

const BYTES_PER_MBIT = 125_000;

class Run {
  readonly flows: Tally;
  readonly peerings: Tally;
  readonly #series: Series;
  readonly #offer: Offer;
  readonly #size: Float64Array;
  /** By lane: packets since the network is as it is, and those of the last slice of a link that was short. */
  readonly #offered: Float64Array;
  readonly #dropped: Float64Array;
  readonly #passed: Float64Array;
  readonly #room: Int32Array;

  constructor(traffic: Traffic, series: Series) {
    const { flows } = traffic;
    const lanes = 2 * flows.length;
    this.flows = emptyTally(lanes);
    this.peerings = emptyTally(2 * series.peerings.length);
    this.#series = series;
    this.#offer = new Offer(traffic, series.start);
    this.#size = Float64Array.from({ length: lanes }, (_, lane) => flows[lane >> 1].packet);
    this.#offered = new Float64Array(lanes);
    this.#dropped = new Float64Array(lanes);
    this.#passed = new Float64Array(lanes);
    this.#room = new Int32Array(lanes);
  }

  enter(network: Network, paths: readonly LanePath[]): State {
    const { peerings } = this.#series;
    const place = new Map(peerings.map(({ peering }, p) => [peering, p]));
    const speed = new Float64Array(peerings.length);
    const isActive = new Uint8Array(peerings.length);
    for (const peering of network.peerings.values()) {
      if (peering.state !== "ACTIVE") continue;
      const p = place.get(peering.id)!;
      const cap = capOf(profileAt(network, peering.requester.vpc), peering);
      speed[p] = cap === undefined ? Number.POSITIVE_INFINITY : cap * BYTES_PER_MBIT;
      isActive[p] = 1;
    }
    const lanes: number[][] = peerings.flatMap(() => [[], []]);
    for (const [lane, { crossing }] of paths.entries()) {
      if (crossing === undefined) continue;
      lanes[2 * place.get(crossing.peering)! + (crossing.direction === "out" ? 0 : 1)].push(lane);
    }
    const fates = paths.map(({ fate }) => fate);
    return { speed, isActive, fates, lanes: lanes.map((some) => Int32Array.from(some)) };
  }

  /** Meters the seconds from `from` to before `to`, all of them inside one period. */
  slice({ speed, isActive, lanes }: State, tick: number, from: number, to: number): void {
    this.#offer.slice(from, to);
    const { packets } = this.#offer;
    const offered = this.#offered;
    for (let lane = 0; lane < packets.length; lane++) offered[lane] += packets[lane];
    for (const [p, one] of this.#series.peerings.entries()) {
      if (isActive[p] === 0) continue;
      const capacity = speed[p] * (to - from);
      one.active[tick] += to - from;
      one.capacity[tick] += capacity;
      const out = this.#carry(lanes[2 * p], capacity);
      one.outBytes[tick] += out.bytes;
      one.outPackets[tick] += out.packets;
      one.outDropped[tick] += out.dropped;
      const back = this.#carry(lanes[2 * p + 1], capacity);
      one.inBytes[tick] += back.bytes;
      one.inPackets[tick] += back.packets;
      one.inDropped[tick] += back.dropped;
    }
  }

  /** Takes what the link can; the rest is dropped. */
  #carry(
    lanes: Int32Array,
    capacity: number,
  ): { readonly bytes: number; readonly packets: number; readonly dropped: number } {
    const { packets } = this.#offer;
    const [size, passed, droppedBy] = [this.#size, this.#passed, this.#dropped];
    let [asked, offered] = [0, 0];
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[i];
      asked += packets[lane] * size[lane];
      offered += packets[lane];
    }
    if (asked <= capacity) return { bytes: asked, packets: offered, dropped: 0 };
    fairShare(capacity, { lanes, packets, size, passed, room: this.#room });
    let [bytes, taken] = [0, 0];
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[i];
      bytes += passed[lane] * size[lane];
      taken += passed[lane];
      droppedBy[lane] += packets[lane] - passed[lane];
    }
    return { bytes, packets: taken, dropped: offered - taken };
  }

  /** Books what has been counted since `enter`: what no cap dropped had one fate all the time. */
  leave({ fates, lanes }: State): void {
    for (const [link, crossing] of lanes.entries())
      for (const lane of crossing) this.#book(this.peerings, link, lane, fates[lane]);
    for (const [lane, fate] of fates.entries()) this.#book(this.flows, lane, lane, fate);
    this.#offered.fill(0);
    this.#dropped.fill(0);
  }

  #book(tally: Tally, row: number, lane: number, fate: Fate): void {
    tally.offered[row] += this.#offered[lane];
    tally.dropped[row] += this.#dropped[lane];
    tally[fate][row] += this.#offered[lane] - this.#dropped[lane];
  }
}

function emptyTally(count: number): Tally {
  const column = (): Float64Array => new Float64Array(count);
  return {
    offered: column(),
    delivered: column(),
    dropped: column(),
    unroutable: column(),
    unknown: column(),
  };
}
