import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { timeText } from "./figures.ts";

/** One picture of figures over time. */
export interface ChartOptions {
  /** Seconds since 1970, one for each period. */
  readonly times: Float64Array;
  readonly period: number;
  readonly lines: readonly ChartLine[];
  readonly top: number;
  readonly format: (value: number) => string;
  /** Times between which it is shaded, seconds since 1970. */
  readonly shaded: readonly { readonly from: number; readonly to: number }[];
  /** Times with a line and a word, seconds since 1970. */
  readonly marks: readonly { readonly time: number; readonly label: string }[];
  /** Charts with the same group show the same time under the pointer. */
  readonly group: string;
}

export interface ChartLine {
  readonly label: string;
  readonly values: Float64Array;
  /** A custom property of the page's style. */
  readonly colour: string;
  readonly kind: "area" | "line" | "dashed";
}

export interface Chart {
  readonly close: () => void;
}

const stepped = uPlot.paths.stepped?.({ align: 1 }) ?? (() => null);
const HEIGHT = 136;

/** Draws a chart into an element; it follows the element's width and the page's theme. */
export function createChart(host: HTMLElement, options: ChartOptions): Chart {
  let plot = draw(host, options);
  const redraw = (): void => {
    plot.destroy();
    plot = draw(host, options);
  };
  const size = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: HEIGHT }));
  size.observe(host);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", redraw);
  return {
    close: () => {
      size.disconnect();
      scheme.removeEventListener("change", redraw);
      plot.destroy();
    },
  };
}

function draw(host: HTMLElement, options: ChartOptions): uPlot {
  const { times, period, lines, top, format, shaded, marks, group } = options;
  const style = getComputedStyle(host);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--dim"),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const shade = (plot: uPlot): void => {
    plot.ctx.fillStyle = colour("--bad-soft");
    for (const { from, to } of shaded) {
      const [left, right] = [from, to].map((time) => plot.valToPos(time, "x", true));
      plot.ctx.fillRect(left, plot.bbox.top, Math.max(right - left, 2), plot.bbox.height);
      plot.ctx.save();
      plot.ctx.fillStyle = colour("--unreachable");
      plot.ctx.fillRect(left, plot.bbox.top, Math.max(right - left, 2), 3 * devicePixelRatio);
      plot.ctx.restore();
    }
  };
  const mark = ({ ctx, bbox, valToPos }: uPlot): void => {
    ctx.save();
    ctx.font = `${11 * devicePixelRatio}px ${style.fontFamily}`;
    ctx.fillStyle = ctx.strokeStyle = colour("--dim");
    ctx.textAlign = "left"; // the axes leave theirs
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    // what happened at one time shares a line
    const labels = new Map<number, string>();
    for (const { time, label } of marks) {
      const known = labels.get(time);
      labels.set(time, known === undefined ? label : `${known}, ${label}`);
    }
    // a word that would stand on the one before stands below it
    let [end, line] = [Number.NEGATIVE_INFINITY, 0];
    for (const [time, label] of labels) {
      const x = Math.round(valToPos(time, "x", true));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const width = ctx.measureText(label).width + 8 * devicePixelRatio;
      const isLast = x + width > bbox.left + bbox.width;
      const begin = isLast ? x - width : x;
      line = begin < end ? line + 1 : 0;
      end = begin + width;
      ctx.fillText(label, begin + 4 * devicePixelRatio, bbox.top + 12 * (line + 1) * devicePixelRatio);
    }
    ctx.restore();
  };
  return new uPlot(
    {
      width: host.clientWidth,
      height: HEIGHT,
      padding: [10, 20, 0, 0],
      // times are those of the network's own clock
      tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC"),
      cursor: { sync: { key: group }, y: false, points: { size: 6 } },
      legend: { live: true },
      scales: { y: { range: [0, top] } },
      axes: [
        {
          ...axis,
          size: 24,
          gap: 4,
          values: (_, splits) => splits.map((time) => timeText(time * 1000, period).slice(6)),
        },
        { ...axis, size: 74, values: (_, splits) => splits.map(format) },
      ],
      series: [
        { label: "UTC", value: (_, time) => (time === null ? "–" : timeText(time * 1000, period)) },
        ...lines.map(
          ({ label, colour: name, kind }): uPlot.Series => ({
            label,
            stroke: colour(name),
            width: kind === "dashed" ? 1.25 : 1.75,
            points: { show: false },
            paths: stepped,
            value: (_, value) => (value === null || Number.isNaN(value) ? "–" : format(value)),
            ...(kind === "dashed" ? { dash: [5, 4] } : {}),
            ...(kind === "area" ? { fill: `color-mix(in srgb, ${colour(name)} 14%, transparent)` } : {}),
          }),
        ),
      ],
      hooks: { drawClear: [shade], draw: [mark] },
    },
    dataOf(times, period, lines),
    host,
  );
}

/** A figure holds for its whole period, and the last one too: so there is a point behind it. */
function dataOf(times: Float64Array, period: number, lines: readonly ChartLine[]): uPlot.AlignedData {
  const end = (times.at(-1) ?? 0) + period;
  return [
    [...times, end],
    ...lines.map(({ values }) =>
      // gaps are null to the library, and NaN to us
      [...values, values.at(-1) ?? Number.NaN].map((value) => (Number.isNaN(value) ? null : value)),
    ),
  ];
}
