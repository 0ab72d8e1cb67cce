import { notifications } from "../ask/alarm.ts";
import { bills, type PriceList, priceOf } from "../ask/billing.ts";
import type { Tally } from "../ask/meter.ts";
import { METRIC_NAMES, metric, type Series } from "../ask/series.ts";
import { formatPattern } from "../ask/traffic.ts";
import { formatTime } from "../model/clock.ts";
import type { Metered } from "../run.ts";
import { money } from "./meter.ts";

/** Metered traffic as other programs read it. */

/** What `meter --format json` prints: counts in packets, series by the names of QCE/PCX; null where there is no figure. */
export function meterJson(name: string, { metering, alarms }: Metered, prices?: PriceList): object {
  const { traffic, series, flows, peerings, ways } = metering;
  const causes = (lane: number): string[] => [
    ...new Set(ways.map(({ paths }) => paths[lane].cause).filter((cause) => cause !== undefined)),
  ];
  return {
    version: 1,
    name,
    profile: ways[0].network.profile,
    start: formatTime(series.start),
    period: series.period,
    seconds: traffic.length,
    seed: traffic.seed,
    peerings: series.peerings.map((one, p) => ({
      id: one.peering,
      requester: one.requester,
      accepter: one.accepter,
      kind: one.crossRegion ? "cross-region" : "same-region",
      cap: one.cap,
      softCap: one.softCap,
      hasMetrics: one.hasMetrics,
      out: tallyJson(peerings, 2 * p),
      in: tallyJson(peerings, 2 * p + 1),
      series: Object.fromEntries(
        METRIC_NAMES.map((metricName) => [metricName, Array.from(metric(series, one, metricName), rounded)]),
      ),
    })),
    flows: traffic.flows.map((flow, f) => ({
      id: flow.id,
      name: flow.name,
      from: flow.from,
      to: flow.to,
      ...flow.service,
      rate: flow.rate,
      reply: flow.reply,
      packet: flow.packet,
      pattern: formatPattern(flow.pattern),
      forward: { ...tallyJson(flows, 2 * f), causes: causes(2 * f) },
      return: { ...tallyJson(flows, 2 * f + 1), causes: causes(2 * f + 1) },
      partial: ways.some(({ paths }) => paths[2 * f].partial),
    })),
    alarms: alarms.map(({ alarm, peering, changes }) => ({
      alarm: alarm.name,
      peering,
      state: changes.at(-1)?.to ?? "OK",
      changes: changes.map(({ time, to, value }) => ({
        at: formatTime(time),
        to,
        value: rounded(value ?? Number.NaN),
      })),
    })),
    notifications: notifications(alarms).map(({ time, alarm, peering, to, receivers, message }) => ({
      at: formatTime(time),
      alarm,
      peering,
      to,
      receivers,
      message,
    })),
    bills: bills(
      ways.map(({ network }) => network),
      series,
    ).map(({ peering, payers, days, months }) => ({
      peering,
      payers,
      days: days.map((day) => ({ ...day, ...priceJson(day.peak, prices?.dailyPeak) })),
      months: months.map((month) => ({ ...month, ...priceJson(month.bps, prices?.monthly95) })),
    })),
    currency: prices?.currency ?? null,
  };
}

function tallyJson({ offered, delivered, dropped, unroutable, unknown }: Tally, row: number): object {
  return {
    offered: offered[row],
    delivered: delivered[row],
    dropped: dropped[row],
    unroutable: unroutable[row],
    unknown: unknown[row],
  };
}

function priceJson(bps: number, brackets: PriceList["dailyPeak"]): object {
  return brackets === undefined ? {} : { price: money(priceOf(bps, brackets)) };
}

function rounded(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 1000) / 1000;
}

/** Yields the series as CSV, a line for each period and peering; empty where there is no figure. */
export function* seriesCsv(series: Series): Generator<string, void, undefined> {
  yield `time,peering,${METRIC_NAMES.join(",")}\n`;
  const columns = series.peerings.map((one) => METRIC_NAMES.map((name) => metric(series, one, name)));
  for (let i = 0; i < series.count; i++) {
    const time = formatTime(series.start + i * series.period * 1000);
    for (const [p, { peering }] of series.peerings.entries()) {
      const figures = columns[p].map((column) => rounded(column[i]) ?? "");
      yield `${time},${peering},${figures.join(",")}\n`;
    }
  }
}
