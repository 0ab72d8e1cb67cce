import { figureText, notifications } from "../ask/alarm.ts";
import { type Bill, bills, type PriceList, priceOf } from "../ask/billing.ts";
import type { Metering } from "../ask/meter.ts";
import { type Metric, metric, type PeeringSeries, type Series } from "../ask/series.ts";
import { formatRate } from "../ask/traffic.ts";
import { formatDuration, formatTime } from "../model/clock.ts";
import type { Metered } from "../run.ts";
import { type Bars, sparkline } from "./sparkline.ts";
import { PLAIN, type Style } from "./text.ts";

/** Metered traffic as people read it in a terminal: every line of bars has its figures beside it. */

export interface MeterView {
  readonly style?: Style;
  readonly bars?: Bars;
  readonly prices?: PriceList;
}

/** Peerings, flows that lose packets, alarms and the bill. */
export function renderMeter(
  name: string,
  { metering, alarms }: Metered,
  { style = PLAIN, bars = "unicode", prices }: MeterView = {},
): string {
  const { series, traffic } = metering;
  const length = formatDuration(traffic.length * 1000);
  const head = `${formatTime(series.start)} and ${length} on, by ${series.period}s, seed ${traffic.seed}`;
  const used = series.peerings.filter((_, p) => offeredTo(metering, p) > 0);
  const idle = series.peerings.length - used.length;
  const told = notifications(alarms);
  return [
    `${style.bold(name)}  ${style.dim(head)}`,
    ...used.flatMap((one) => ["", ...peeringLines(metering, one, bars, style)]),
    ...(idle === 0 ? [] : ["", style.dim(`${idle} ${idle === 1 ? "peering" : "peerings"} carried nothing`)]),
    "",
    ...flowLines(metering, style),
    ...(alarms.length === 0 ? [] : ["", style.bold("alarms")]),
    ...(alarms.length > 0 && told.length === 0 ? ["  no change: all OK"] : []),
    ...told.map(({ message, to, receivers }) => {
      const whom = receivers.length === 0 ? "" : style.dim(`  to ${receivers.join(", ")}`);
      return `  ${(to === "ALARM" ? style.bad : style.good)(message)}${whom}`;
    }),
    ...billLines(metering, prices, style),
  ].join("\n");
}

function offeredTo({ peerings }: Metering, p: number): number {
  return peerings.offered[2 * p] + peerings.offered[2 * p + 1];
}

function peeringLines(metering: Metering, one: PeeringSeries, bars: Bars, style: Style): string[] {
  const { series } = metering;
  const { peering, requester, accepter, cap, crossRegion, hasMetrics, softCap } = one;
  const kind = crossRegion ? "cross-region" : "same-region";
  const limit = cap === null ? "no cap" : `cap ${capsOf(metering, peering).join(", then ")} Mbps each way`;
  const silence = hasMetrics ? "" : ", and the cloud publishes no figures of it";
  const lines = [`${style.bold(peering)}  ${requester} - ${accepter}, ${kind}, ${limit}${silence}`];
  const draw = (name: Metric, full: number): void => {
    const values = metric(series, one, name);
    lines.push(`  ${name.padEnd(12)}  ${sparkline(values, full, bars)}  ${summary(series, name, values)}`);
  };
  const rates = [metric(series, one, "OutBandwidth"), metric(series, one, "InBandwidth")];
  const full = cap === null ? Math.max(...rates.map(largest)) : cap * 1e6;
  draw("OutBandwidth", full);
  draw("InBandwidth", full);
  if (cap !== null) draw("PkgDrop", Math.max(1, largest(metric(series, one, "PkgDrop"))));
  if (softCap !== null) {
    const above = rates[0].filter((rate, i) => Math.max(rate, rates[1][i]) > softCap * 1e6).length;
    const time = formatDuration(above * series.period * 1000);
    if (above > 0)
      lines.push(
        style.doubt(
          `  above ${softCap} Mbps for ${time}, where packets may be lost that none of these figures has`,
        ),
      );
  }
  return lines;
}

/** The caps that the peering has had, in Mbps. */
function capsOf({ ways }: Metering, id: string): number[] {
  const caps = ways.flatMap(({ network: { peerings } }) => {
    const peering = peerings.get(id);
    return peering?.state === "ACTIVE" && peering.bandwidth !== undefined ? [peering.bandwidth] : [];
  });
  return caps.filter((cap, i) => cap !== caps[i - 1]);
}

/** A period without a figure counts for nothing. */
function largest(values: Float64Array): number {
  return values.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, value)), 0);
}

/** The bars in words: the peak and when it was, and the mean of the periods that have a figure. */
function summary({ start, period }: Series, name: Metric, values: Float64Array): string {
  const figures = values.filter((value) => !Number.isNaN(value));
  if (figures.length === 0) return "no figure";
  const peak = largest(values);
  if (peak === 0) return "none";
  const text = (value: number): string =>
    name.endsWith("Bandwidth")
      ? formatRate(Math.round(value / 1000) * 1000)
      : figureText({ metric: name }, value);
  const at = formatTime(start + values.indexOf(peak) * period * 1000);
  const mean = figures.reduce((a, b) => a + b, 0) / figures.length;
  return `peak ${text(peak)} at ${at}, mean ${text(mean)}`;
}

/** How many of the kinds of flows that lose packets are listed. */
const SHOWN = 10;

const FATES = ["offered", "delivered", "dropped", "unroutable", "unknown"] as const;

/** What became of the packets, or of the replies, of all flows of one name. */
interface Kind {
  readonly name: string;
  lanes: number;
  readonly counts: Record<(typeof FATES)[number], number>;
  readonly causes: Set<string>;
}

function flowLines(metering: Metering, style: Style): string[] {
  const { traffic, flows, ways } = metering;
  const kinds = kindsOf(metering);
  const total = FATES.map((fate) => flows[fate].reduce((a, b) => a + b, 0));
  const [offered, , dropped, unroutable, unknown] = total;
  const lostBy = ({ counts }: Kind): number => counts.dropped + counts.unroutable + counts.unknown;
  const losing = kinds.filter((kind) => lostBy(kind) > 0).sort((a, b) => lostBy(b) - lostBy(a));
  const rows = [
    ["packets", ...FATES, ""],
    [`${traffic.flows.length} flows`, ...total.map(String), ""],
    ...losing
      .slice(0, SHOWN)
      .map(({ name, lanes, counts, causes }) => [
        lanes === 1 ? name : `${name}, ${lanes} flows`,
        ...FATES.map((fate) => String(counts[fate])),
        [...causes].join(", "),
      ]),
  ];
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row, r) => {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(i > FATES.length ? 0 : widths[i]),
    );
    const line = cells.join("  ").trimEnd();
    return r === 0 ? style.dim(line) : line;
  });
  if (losing.length > SHOWN) lines.push(style.dim(`${losing.length - SHOWN} more lose packets`));
  const lost = dropped + unroutable;
  if (lost > 0)
    lines.push(
      style.bad(
        `${share(lost, offered)} of the packets are lost: ${dropped} by caps, ${unroutable} for want of a way`,
      ),
    );
  if (unknown > 0)
    lines.push(
      style.doubt(
        `${share(unknown, offered)} of the packets are unknown: the input does not say where they go, so peerings may carry more than this`,
      ),
    );
  if (lost + unknown === 0) lines.push(style.good("every packet is delivered"));
  const partial = traffic.flows.filter((_, f) => ways.some(({ paths }) => paths[2 * f].partial)).length;
  if (partial > 0)
    lines.push(
      style.dim(
        `${partial} flows have ends of which some addresses fare better; the worst pair decided (S16)`,
      ),
    );
  return lines;
}

/** Packets and replies apart, in the order of the flows. */
function kindsOf({ traffic, flows, ways }: Metering): Kind[] {
  const kinds = new Map<string, Kind>();
  for (let lane = 0; lane < flows.offered.length; lane++) {
    const flow = traffic.flows[lane >> 1];
    const name = lane % 2 === 0 ? flow.name : `${flow.name}, replies`;
    let kind = kinds.get(name);
    if (kind === undefined) {
      const counts = { offered: 0, delivered: 0, dropped: 0, unroutable: 0, unknown: 0 };
      kind = { name, lanes: 0, counts, causes: new Set() };
      kinds.set(name, kind);
    }
    kind.lanes++;
    for (const fate of FATES) kind.counts[fate] += flows[fate][lane];
    for (const { paths } of ways) {
      const { cause } = paths[lane];
      if (cause !== undefined) kind.causes.add(cause);
    }
  }
  return [...kinds.values()];
}

function share(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100_000) / 1000}%`;
}

/** Figures that a bill is made of; with a price list what they come to. */
function billLines({ ways, series }: Metering, prices: PriceList | undefined, style: Style): string[] {
  const found = bills(
    ways.map(({ network }) => network),
    series,
  );
  const rows = found.flatMap((bill) => billRows(bill, prices));
  if (rows.length === 0) return [];
  const note =
    prices === undefined
      ? "no prices: `--prices FILE` adds yours"
      : `prices in ${prices.currency}, from your list; taxes, discounts and what is not simulated are not in it`;
  return ["", style.bold("what is billed"), ...rows.map((row) => `  ${row}`), style.dim(`  ${note}`)];
}

function billRows({ peering, payers, days, months }: Bill, prices: PriceList | undefined): string[] {
  const price = (bps: number, brackets: PriceList["dailyPeak"]): string =>
    prices === undefined || brackets === undefined
      ? ""
      : `: ${money(priceOf(bps, brackets))} ${prices.currency}`;
  const top = days.reduce<Bill["days"][number] | undefined>(
    (a, b) => (a && a.peak >= b.peak ? a : b),
    undefined,
  );
  if (top === undefined) return [];
  const sum = prices?.dailyPeak && days.reduce((all, { peak }) => all + priceOf(peak, prices.dailyPeak!), 0n);
  const whole =
    sum === undefined
      ? ""
      : `; ${days.length} ${days.length === 1 ? "day" : "days"}: ${money(sum)} ${prices!.currency}`;
  return [
    `${peering} is paid by ${payers.join(" and ")}`,
    `  daily peak, at most ${formatRate(top.peak)} on ${top.day}${price(top.peak, prices?.dailyPeak)}${whole}`,
    ...months.map(
      ({ month, bps, samples, of }) =>
        `  95th percentile of ${month} ${formatRate(bps)}${price(bps, prices?.monthly95)}, from ${samples} of ${of} samples`,
    ),
  ];
}

/** Hundredths as a decimal. */
export function money(hundredths: bigint): string {
  const digits = String(hundredths).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
