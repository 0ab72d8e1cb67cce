import type { Period } from "./traffic.ts";

/**
 * What a run measures, period by period, as the cloud's monitoring does (namespace QCE/PCX): plain numbers and typed
 * arrays, made to be drawn, written down, and watched by alarms.
 */

/** Figures of all peerings of a run. */
export interface Series {
  /** When the first period begins, in milliseconds since 1970. */
  readonly start: number;
  /** Seconds. */
  readonly period: number;
  /** How many periods there are. */
  readonly count: number;
  readonly peerings: readonly PeeringSeries[];
}

/**
 * What one peering carried. Every column has an entry for each period. Outwards is from the requester's VPC to the
 * accepter's, and each way has the whole capacity for itself.
 */
export interface PeeringSeries {
  readonly peering: string;
  readonly requester: string;
  readonly accepter: string;
  readonly crossRegion: boolean;
  /** The cloud publishes figures of it (A30); where it does not, these are the simulation's alone. */
  readonly hasMetrics: boolean;
  /** Mbps in each direction, when it was last ACTIVE; null where nothing limits it. */
  readonly cap: number | null;
  /** Mbps above which a peering without a cap may lose packets, which nothing here drops (D4); null for none. */
  readonly softCap: number | null;
  /** Seconds of each period in which it was ACTIVE. */
  readonly active: Float64Array;
  /** Bytes that the cap let through in each direction; 0 while it was not ACTIVE, Infinity where nothing limits it. */
  readonly capacity: Float64Array;
  /** What it took: bytes and packets. */
  readonly outBytes: Float64Array;
  readonly inBytes: Float64Array;
  readonly outPackets: Float64Array;
  readonly inPackets: Float64Array;
  /** Packets that it dropped because of its cap. */
  readonly outDropped: Float64Array;
  readonly inDropped: Float64Array;
}

/** Metrics by the names of QCE/PCX, each with its unit. */
export const METRICS = {
  InBandwidth: "bps",
  OutBandwidth: "bps",
  InPkg: "packets/s",
  OutPkg: "packets/s",
  PkgDrop: "%", // packets dropped because of the cap, of all that were offered to it, both ways
  InbandRate: "%", // of the cap
  OutbandRate: "%",
} as const;

export type Metric = keyof typeof METRICS;

export const METRIC_NAMES = Object.keys(METRICS) as readonly Metric[];

/** Returns a metric for every period; NaN where there is no figure: not ACTIVE, or a share of a cap that is none. */
export function metric({ period }: Series, one: PeeringSeries, name: Metric): Float64Array {
  return one.active.map((active, i) => (active === 0 ? Number.NaN : figure(one, i, period, name)));
}

function figure(one: PeeringSeries, i: number, period: number, name: Metric): number {
  switch (name) {
    case "InBandwidth":
      return (8 * one.inBytes[i]) / period;
    case "OutBandwidth":
      return (8 * one.outBytes[i]) / period;
    case "InPkg":
      return one.inPackets[i] / period;
    case "OutPkg":
      return one.outPackets[i] / period;
    case "PkgDrop": {
      const dropped = one.inDropped[i] + one.outDropped[i];
      return dropped === 0 ? 0 : (100 * dropped) / (dropped + one.inPackets[i] + one.outPackets[i]);
    }
    case "InbandRate":
      return rate(one.inBytes[i], one.capacity[i]);
    case "OutbandRate":
      return rate(one.outBytes[i], one.capacity[i]);
    default:
      return name satisfies never;
  }
}

function rate(bytes: number, capacity: number): number {
  return capacity === Number.POSITIVE_INFINITY ? Number.NaN : (100 * bytes) / capacity;
}

const COLUMNS = [
  "active",
  "capacity",
  "outBytes",
  "inBytes",
  "outPackets",
  "inPackets",
  "outDropped",
  "inDropped",
] as const satisfies readonly (keyof PeeringSeries)[];

/** Returns columns of zeros. */
export function emptyColumns(count: number): Pick<PeeringSeries, (typeof COLUMNS)[number]> {
  const column = (): Float64Array => new Float64Array(count);
  return {
    active: column(),
    capacity: column(),
    outBytes: column(),
    inBytes: column(),
    outPackets: column(),
    inPackets: column(),
    outDropped: column(),
    inDropped: column(),
  };
}

/**
 * Returns the same figures in longer periods, each a multiple of the series' own; the last one is left out unless it is
 * whole. Throws a RangeError for any other period.
 */
export function coarsen(series: Series, period: Period): Series {
  const factor = period / series.period;
  if (!Number.isInteger(factor) || factor < 1)
    throw new RangeError(`periods of ${series.period}s do not make up periods of ${period}s`);
  if (factor === 1) return series;
  const count = Math.floor(series.count / factor);
  const peerings = series.peerings.map((one) => {
    const columns = emptyColumns(count);
    for (const name of COLUMNS) {
      for (let i = 0; i < count * factor; i++) columns[name][Math.floor(i / factor)] += one[name][i];
    }
    return { ...one, ...columns };
  });
  return { ...series, period, count, peerings };
}
