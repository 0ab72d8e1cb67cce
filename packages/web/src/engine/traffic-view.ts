import {
  type AlarmHistory,
  formatRate,
  METRIC_NAMES,
  METRICS,
  type Metered,
  type Metric,
  metric,
  type Network,
  type Series,
  type Step,
} from "@twoway/sim";

/** What became of a story's traffic, peering by peering: what `twoway meter` prints. */
export interface TrafficView {
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Seconds of a period, and how many there are. */
  readonly period: number;
  readonly count: number;
  readonly peerings: readonly PeeringTraffic[];
  /** Packets of all flows and their replies. */
  readonly totals: Totals;
  /** When steps of the story were played, and changes were tried, in order of time. */
  readonly marks: readonly Mark[];
}

/** Packets by what became of them. */
export interface Totals {
  readonly offered: number;
  readonly delivered: number;
  /** By the cap of a peering. */
  readonly dropped: number;
  /** No way, or a filter that refuses them. */
  readonly unroutable: number;
  /** The input does not say enough. */
  readonly unknown: number;
}

export interface Mark {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The number of the step, or `what-if`. */
  readonly label: string;
  readonly note: string;
}

/** The traffic as it is with the changes that were tried, and without them where there are any. */
export interface Compared<T> {
  readonly now: T;
  readonly before?: T;
}

/** A peering at a glance. */
export interface PeeringTraffic {
  readonly peering: string;
  readonly requester: string;
  readonly accepter: string;
  /** Mbps in each direction; null where nothing limits it. */
  readonly cap: number | null;
  /** Mbps above which it may lose packets that nothing here drops; null for none. */
  readonly softCap: number | null;
  /** The cloud publishes figures of it. */
  readonly hasMetrics: boolean;
  /** The highest figures of any period, in bits per second; NaN when it was never ACTIVE. */
  readonly peakOut: number;
  readonly peakIn: number;
  /** Packets that its cap dropped, and all that were offered to it. */
  readonly dropped: number;
  readonly offered: number;
  /** How often somebody was told of a new alarm. */
  readonly alarms: number;
}

/** All figures of one peering, an entry for each period; NaN where there is none. */
export interface PeeringFigures {
  readonly peering: string;
  readonly figures: Readonly<Record<Metric, Float64Array>>;
  /** Packets that the cap dropped in each period, both ways. */
  readonly dropped: Float64Array;
  /** The cap in each period, bits per second; NaN where nothing limits it, or it was not ACTIVE. */
  readonly capacity: Float64Array;
  readonly alarms: readonly AlarmView[];
}

export interface AlarmView {
  readonly name: string;
  /** `PkgDrop > 1 %`. */
  readonly condition: string;
  /** When it was in alarm: milliseconds since 1970, the end undefined when it still is. */
  readonly spans: readonly { readonly from: number; readonly to: number | undefined }[];
}

export function trafficView({ metering, alarms }: Metered, marks: readonly Mark[] = []): TrafficView {
  const { series } = metering;
  const peerings = series.peerings.map((one): PeeringTraffic => {
    const { peering, requester, accepter, cap, softCap, hasMetrics } = one;
    const dropped = sum(one.outDropped) + sum(one.inDropped);
    return {
      peering,
      requester,
      accepter,
      cap,
      softCap,
      hasMetrics,
      peakOut: highest(metric(series, one, "OutBandwidth")),
      peakIn: highest(metric(series, one, "InBandwidth")),
      dropped,
      offered: dropped + sum(one.outPackets) + sum(one.inPackets),
      alarms: alarms
        .filter((history) => history.peering === peering)
        .reduce((count, { changes }) => count + changes.filter(({ to }) => to === "ALARM").length, 0),
    };
  });
  const { start, period, count } = series;
  const { offered, delivered, dropped, unroutable, unknown } = metering.flows;
  return {
    start,
    period,
    count,
    peerings,
    totals: {
      offered: sum(offered),
      delivered: sum(delivered),
      dropped: sum(dropped),
      unroutable: sum(unroutable),
      unknown: sum(unknown),
    },
    marks: marks.filter(({ time }) => time >= start && time <= start + count * period * 1000),
  };
}

/** Returns when the steps of a story were played; `networks` begins with that before the first of them. */
export function stepMarks(steps: readonly Step[], networks: readonly Network[]): Mark[] {
  return steps.map(({ note }, i) => ({ time: networks[i + 1].now, label: `${i + 1}`, note }));
}

/** Returns the figures of a peering; undefined when it is not part of the run. O(periods). */
export function figuresOf({ metering, alarms }: Metered, peering: string): PeeringFigures | undefined {
  const { series } = metering;
  const one = series.peerings.find((other) => other.peering === peering);
  if (one === undefined) return undefined;
  const figures = Object.fromEntries(METRIC_NAMES.map((name) => [name, metric(series, one, name)]));
  return {
    peering,
    figures: figures as Record<Metric, Float64Array>,
    dropped: one.outDropped.map((count, i) => count + one.inDropped[i]),
    capacity: one.capacity.map((bytes, i) =>
      one.active[i] > 0 && Number.isFinite(bytes) ? (8 * bytes) / series.period : Number.NaN,
    ),
    alarms: alarms
      .filter((history) => history.peering === peering)
      .map((history) => alarmView(history, series)),
  };
}

function alarmView({ alarm, changes }: AlarmHistory, { start, period, count }: Series): AlarmView {
  const spans: { from: number; to: number | undefined }[] = [];
  const end = start + count * period * 1000;
  for (const { time, to } of changes) {
    if (to === "ALARM") spans.push({ from: time, to: undefined });
    else spans[spans.length - 1] = { from: spans[spans.length - 1].from, to: Math.min(time, end) };
  }
  const { name, metric, comparison, threshold } = alarm;
  const unit = METRICS[metric];
  const limit = unit === "bps" ? formatRate(threshold) : `${threshold} ${unit}`;
  return { name, condition: `${metric} ${comparison} ${limit}`, spans };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function highest(values: Float64Array): number {
  let found = Number.NaN;
  for (const value of values) if (!(value <= found) && !Number.isNaN(value)) found = value;
  return found;
}
