import type { Metric } from "@twoway/sim";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { PeeringFigures, TrafficView } from "../engine/traffic-view.ts";
import type { ChartLine, ChartOptions } from "./chart.ts";
import { countText, percentText, rateText, timeOf, timeText, topOf } from "./figures.ts";

/** One peering over time, as it is and as it was before the changes; what happened when stands above in words. */
export function Charts({
  view,
  figures,
  before,
}: {
  readonly view: TrafficView;
  readonly figures: PeeringFigures;
  readonly before: PeeringFigures | undefined;
}): JSX.Element {
  const charts = useMemo(() => chartsOf(view, figures, before), [view, figures, before]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="charts" aria-label="Charts" tabIndex={0}>
      {figures.alarms.some(({ spans }) => spans.length > 0) && <Alarms view={view} figures={figures} />}
      {view.marks.length > 0 && <Marks view={view} />}
      {charts.map(({ title, options }) => (
        <figure key={title}>
          <figcaption>{title}</figcaption>
          <ChartBox options={options} />
        </figure>
      ))}
    </section>
  );
}

/** The alarms in words; the charts shade the same times. */
function Alarms({
  view,
  figures,
}: {
  readonly view: TrafficView;
  readonly figures: PeeringFigures;
}): JSX.Element {
  const clock = (time: number): string => new Date(time).toISOString().slice(11, 16);
  return (
    <ul class="alarms" aria-label="Alarms">
      {figures.alarms.flatMap(({ name, condition, spans }) =>
        spans.map(({ from, to }) => (
          <li key={`${name} ${from}`}>
            <span class="tick bad" aria-hidden="true" />
            <strong>{name}</strong> {condition} from {clock(from)}
            {to === undefined ? " to the end" : ` to ${clock(to)}`}
          </li>
        )),
      )}
      <li class="dim">{view.period} s periods, UTC</li>
    </ul>
  );
}

/** When the steps of the story were played; the charts have a line at the same times. */
function Marks({ view }: { readonly view: TrafficView }): JSX.Element {
  return (
    <ol class="marks" aria-label="Steps">
      {view.marks.map(({ time, label, note }) => (
        <li key={label} title={note}>
          <span class="mark">{label}</span> {timeText(time, view.period).slice(6)}
        </li>
      ))}
    </ol>
  );
}

/** Draws with a library of its own chunk. */
function ChartBox({ options }: { readonly options: ChartOptions }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let close: (() => void) | undefined;
    let isGone = false;
    void import("./chart.ts").then(({ createChart }) => {
      if (!isGone && host.current !== null) close = createChart(host.current, options).close;
    });
    return () => {
      isGone = true;
      close?.();
    };
  }, [options]);
  return <div class="chart" ref={host} />;
}

function chartsOf(
  view: TrafficView,
  { peering, figures, capacity, dropped, alarms }: PeeringFigures,
  before: PeeringFigures | undefined,
): { readonly title: string; readonly options: ChartOptions }[] {
  const times = Float64Array.from({ length: view.count }, (_, i) => timeOf(view, i) / 1000);
  const end = timeOf(view, view.count);
  const shaded = alarms.flatMap(({ spans }) =>
    spans.map(({ from, to }) => ({ from: from / 1000, to: (to ?? end) / 1000 })),
  );
  const marks = view.marks.map(({ time, label }) => ({ time: time / 1000, label }));
  const base = { times, period: view.period, shaded, marks, group: peering };
  /** A line of the same kind before the changes. */
  const was = (label: string, values: Float64Array | undefined): ChartLine[] =>
    values === undefined ? [] : [{ label: `${label} before`, values, colour: "--dim", kind: "dashed" }];
  const former = before?.figures;
  const highest = (...columns: Float64Array[]): number =>
    // nothing is higher than a figure that is none
    columns.reduce((top, column) => column.reduce((a, b) => Math.max(a, Number.isNaN(b) ? 0 : b), top), 0);
  const columns = (...names: readonly Metric[]): Float64Array[] =>
    former === undefined ? [] : names.map((name) => former[name]);
  const hasCap = capacity.some((rate) => !Number.isNaN(rate));
  const cap = { label: "Cap", values: capacity, colour: "--unreachable", kind: "dashed" } as const;
  const { OutBandwidth, InBandwidth, OutbandRate, InbandRate } = figures;
  return [
    {
      title: "Bandwidth",
      options: {
        ...base,
        lines: [
          { label: "Out", values: OutBandwidth, colour: "--accent", kind: "area" },
          { label: "In", values: InBandwidth, colour: "--return-only", kind: "line" },
          ...(hasCap ? [cap] : []),
          ...was("Out", former?.OutBandwidth),
          ...was("In", former?.InBandwidth),
        ],
        top: topOf(highest(OutBandwidth, InBandwidth, capacity, ...columns("OutBandwidth", "InBandwidth"))),
        format: rateText,
      },
    },
    ...(hasCap
      ? [
          {
            title: "Share of the cap",
            options: {
              ...base,
              lines: [
                { label: "Out", values: OutbandRate, colour: "--accent", kind: "area" },
                { label: "In", values: InbandRate, colour: "--return-only", kind: "line" },
                ...was("Out", former?.OutbandRate),
                ...was("In", former?.InbandRate),
              ],
              top: topOf(
                Math.max(100, highest(OutbandRate, InbandRate, ...columns("OutbandRate", "InbandRate"))),
              ),
              format: percentText,
            } as const,
          },
        ]
      : []),
    {
      title: "Packets dropped by the cap",
      options: {
        ...base,
        lines: [
          { label: "Dropped", values: dropped, colour: "--unreachable", kind: "area" },
          ...was("Dropped", before?.dropped),
        ],
        top: topOf(highest(dropped, ...(before === undefined ? [] : [before.dropped]))),
        format: countText,
      },
    },
  ];
}
