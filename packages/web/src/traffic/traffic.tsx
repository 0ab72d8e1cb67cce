import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { PeeringFigures, PeeringTraffic, TrafficView } from "../engine/traffic-view.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { LongTable } from "../parts/long-table.tsx";
import { TableToggle } from "../parts/table-toggle.tsx";
import type { ChartOptions } from "./chart.ts";
import { COLUMNS, countText, csvOf, percentText, rateText, rowOf, timeOf, topOf } from "./figures.ts";

export interface TrafficProps {
  readonly view: TrafficView;
  /** Of the peering that is looked at. */
  readonly figures: PeeringFigures | undefined;
  readonly onLook: (peering: string) => void;
}

/** What every peering carried and dropped, and one of them over time. */
export function Traffic({ view, figures, onLook }: TrafficProps): JSX.Element {
  const isTable = useSignal(false);
  return (
    <section class="traffic" aria-label="Traffic">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="traffic-list" aria-label="Peerings" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {["Peering", "Cap", "Peak out", "Peak in", "Dropped", "Alarms"].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.peerings.map((one) => (
              <Row key={one.peering} one={one} isShown={one.peering === figures?.peering} onLook={onLook} />
            ))}
          </tbody>
        </table>
      </section>
      {figures !== undefined && (
        <section class="traffic-one" aria-label={`Traffic of ${figures.peering}`}>
          <header class="row">
            <h2 class="mono">{figures.peering}</h2>
            <Ends one={view.peerings.find(({ peering }) => peering === figures.peering)} />
            <span class="push" />
            <CopyButton label="Copy as CSV" text={() => csvOf(view, figures)} />
            <TableToggle isTable={isTable} />
          </header>
          {isTable.value ? (
            <LongTable
              label={`Figures of ${figures.peering}`}
              columns={COLUMNS}
              count={view.count}
              rows={figures}
              row={(i) => rowOf(view, figures, i)}
            />
          ) : (
            <Charts view={view} figures={figures} />
          )}
        </section>
      )}
    </section>
  );
}

function Row({
  one,
  isShown,
  onLook,
}: {
  readonly one: PeeringTraffic;
  readonly isShown: boolean;
  readonly onLook: (peering: string) => void;
}): JSX.Element {
  const { peering, cap, softCap, peakOut, peakIn, dropped, offered, alarms } = one;
  const limit = cap === null ? (softCap === null ? "none" : `none, soft ${softCap} Mbps`) : `${cap} Mbps`;
  return (
    <tr class={isShown ? "shown" : ""}>
      <td>
        <button type="button" class="link mono" aria-pressed={isShown} onClick={() => onLook(peering)}>
          {peering}
        </button>
      </td>
      <td>{limit}</td>
      <td>{rateText(peakOut)}</td>
      <td>{rateText(peakIn)}</td>
      <td class={dropped > 0 ? "wrong" : ""}>
        {dropped === 0 ? "none" : `${countText(dropped)} (${percentText((100 * dropped) / offered)})`}
      </td>
      <td class={alarms > 0 ? "wrong" : ""}>{alarms === 0 ? "–" : countText(alarms)}</td>
    </tr>
  );
}

function Ends({ one }: { readonly one: PeeringTraffic | undefined }): JSX.Element | null {
  if (one === undefined) return null;
  return (
    <span class="dim">
      out is {one.requester} → {one.accepter}
      {one.hasMetrics ? "" : "; the cloud publishes no figures of it"}
    </span>
  );
}

function Charts({
  view,
  figures,
}: {
  readonly view: TrafficView;
  readonly figures: PeeringFigures;
}): JSX.Element {
  const charts = useMemo(() => chartsOf(view, figures), [view, figures]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="charts" aria-label="Charts" tabIndex={0}>
      {figures.alarms.some(({ spans }) => spans.length > 0) && <Alarms view={view} figures={figures} />}
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
): { readonly title: string; readonly options: ChartOptions }[] {
  const times = Float64Array.from({ length: view.count }, (_, i) => timeOf(view, i) / 1000);
  const end = timeOf(view, view.count);
  const shaded = alarms.flatMap(({ spans }) =>
    spans.map(({ from, to }) => ({ from: from / 1000, to: (to ?? end) / 1000 })),
  );
  const base = { times, period: view.period, shaded, group: peering };
  const highest = (...columns: Float64Array[]): number =>
    // nothing is higher than a figure that is none
    columns.reduce((top, column) => column.reduce((a, b) => Math.max(a, Number.isNaN(b) ? 0 : b), top), 0);
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
        ],
        top: topOf(highest(OutBandwidth, InBandwidth, capacity)),
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
              ],
              top: topOf(Math.max(100, highest(OutbandRate, InbandRate))),
              format: percentText,
            } as const,
          },
        ]
      : []),
    {
      title: "Packets dropped by the cap",
      options: {
        ...base,
        lines: [{ label: "Dropped", values: dropped, colour: "--unreachable", kind: "area" }],
        top: topOf(highest(dropped)),
        format: countText,
      },
    },
  ];
}
