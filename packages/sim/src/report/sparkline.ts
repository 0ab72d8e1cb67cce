/** A series as one line of text. */

const BARS = { unicode: "▁▂▃▄▅▆▇█", ascii: "_.:-=+*#" } as const;

export type Bars = keyof typeof BARS;

/** Longest line; longer series are drawn by the largest figure of each stretch, so that no peak is lost. */
const WIDTH = 60;

/**
 * Returns the series as bars against `full`: the lowest one is nothing at all, anything more shows, and the highest one
 * is `full` or above. A blank is a period without a figure.
 */
export function sparkline(values: Float64Array, full: number, bars: Bars): string {
  const marks = [...BARS[bars]];
  const width = Math.min(values.length, WIDTH);
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width);
    const to = Math.floor(((column + 1) * values.length) / width);
    const figures = values.subarray(from, to).filter((value) => !Number.isNaN(value));
    if (figures.length === 0) return " ";
    const value = Math.max(...figures);
    if (value === 0) return marks[0];
    const steps = marks.length - 1;
    return marks[Math.max(1, Math.min(steps, Math.floor((steps * value) / full)))];
  }).join("");
}
