import type { PeeringFigures, TrafficView } from "../engine/traffic-view.ts";

/** Figures as people read them, free of locale and time zone. */

const UNITS = [
  [1e9, "Gbps"],
  [1e6, "Mbps"],
  [1e3, "kbps"],
] as const;

/** Returns bits per second with three digits: `12.5 Mbps`. Nothing is `–`. */
export function rateText(rate: number): string {
  if (Number.isNaN(rate)) return "–";
  // what rounds to a thousand of a unit is one of the next
  const [scale, unit] = UNITS.find(([size]) => rate >= size * 0.9995) ?? [1, "bps"];
  return `${numberText(rate / scale)} ${unit}`;
}

export function percentText(share: number): string {
  return Number.isNaN(share) ? "–" : `${numberText(share)} %`;
}

/** Returns a number with three digits that count, and no zeros behind the last. */
export function numberText(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

/** Returns a count with its thousands apart. */
export function countText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Returns a time of the run, in UTC: `01-31 14:05`, with seconds where the periods are shorter than a minute. */
export function timeText(time: number, period: number): string {
  return new Date(time)
    .toISOString()
    .slice(5, period < 60 ? 19 : 16)
    .replace("T", " ");
}

/** The columns of the table and of the CSV. */
export const COLUMNS = [
  "Time (UTC)",
  "Out",
  "In",
  "Out of cap",
  "In of cap",
  "Dropped",
  "Drop rate",
  "Alarms",
] as const;

/** Returns the figures of a period in the order of the columns. */
export function rowOf(view: TrafficView, figures: PeeringFigures, i: number): string[] {
  const { OutBandwidth, InBandwidth, OutbandRate, InbandRate, PkgDrop } = figures.figures;
  return [
    timeText(timeOf(view, i), view.period),
    rateText(OutBandwidth[i]),
    rateText(InBandwidth[i]),
    percentText(OutbandRate[i]),
    percentText(InbandRate[i]),
    countText(figures.dropped[i]),
    percentText(PkgDrop[i]),
    alarmsAt(view, figures, i).join(", "),
  ];
}

/** Returns the beginning of a period, in milliseconds since 1970. */
export function timeOf({ start, period }: TrafficView, i: number): number {
  return start + i * period * 1000;
}

/** Returns the names of the alarms that are on at the end of a period: nobody can know earlier. */
export function alarmsAt(view: TrafficView, { alarms }: PeeringFigures, i: number): string[] {
  const end = timeOf(view, i + 1);
  return alarms
    .filter(({ spans }) => spans.some(({ from, to }) => from <= end && (to === undefined || end < to)))
    .map(({ name }) => name);
}

/** Returns all figures as CSV (RFC 4180), numbers in bits per second, packets and percent; nothing where there is none. */
export function csvOf(view: TrafficView, figures: PeeringFigures): string {
  const { OutBandwidth, InBandwidth, OutbandRate, InbandRate, PkgDrop } = figures.figures;
  const head = "time,out_bps,in_bps,out_of_cap_percent,in_of_cap_percent,dropped_packets,drop_percent,alarms";
  const number = (value: number): string => (Number.isNaN(value) ? "" : `${value}`);
  const rows = Array.from({ length: view.count }, (_, i) =>
    [
      new Date(timeOf(view, i)).toISOString().replace(".000Z", "Z"),
      ...[OutBandwidth, InBandwidth, OutbandRate, InbandRate, figures.dropped, PkgDrop].map((column) =>
        number(column[i]),
      ),
      quoted(alarmsAt(view, figures, i).join(" ")),
    ].join(","),
  );
  return `${[head, ...rows].join("\r\n")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The top of a scale: a round number that what is drawn does not reach, so that the highest line is not the frame. */
export function topOf(highest: number): number {
  if (!(highest > 0)) return 1;
  const step = 10 ** Math.floor(Math.log10(highest)) / 5;
  return Math.ceil((highest * 1.04) / step) * step;
}
