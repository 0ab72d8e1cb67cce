import { type Columns, emptyColumns, sortColumns } from "@twoway/core";

/** How many prefixes of each length a full IPv4 BGP table of January 2024 held, by length. */
const HISTOGRAM: readonly (readonly [bits: number, count: number])[] = [
  [8, 16],
  [9, 13],
  [10, 38],
  [11, 103],
  [12, 299],
  [13, 581],
  [14, 1203],
  [15, 2100],
  [16, 13490],
  [17, 8235],
  [18, 13798],
  [19, 24870],
  [20, 42611],
  [21, 50750],
  [22, 108623],
  [23, 96510],
  [24, 537698],
  [25, 15],
  [26, 15],
  [27, 15],
  [28, 10],
  [29, 10],
  [30, 10],
  [32, 886],
];
const TOTAL = HISTOGRAM.reduce((sum, [, count]) => sum + count, 0);

/** Returns a function that draws integers from 0 to `below - 1`, the same ones for the same seed (mulberry32). */
export function drawFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/**
 * Returns `rows` different IPv4 prefixes in 1.0.0.0 to 223.255.255.255, sorted, with the lengths of a BGP table and 64
 * values. Half of them lie near an earlier one, so that prefixes nest as they do in real tables. The same seed gives the
 * same table on every machine.
 */
export function seededTable(rows: number, seed: number): Columns {
  const draw = drawFrom(seed);
  const columns = emptyColumns(4, rows);
  const seen = new Set<number>();
  for (let row = 0; row < rows; ) {
    const bits = drawLength(draw);
    const near = row > 0 && draw(2) === 0;
    const address = near
      ? (columns.words[draw(row)] & 0xfff00000) | draw(2 ** 20)
      : (1 + draw(223)) * 2 ** 24 + draw(2 ** 24);
    const word = (address & (-1 << (32 - bits))) >>> 0; // no length is 0, where this shift would do nothing;
    if (seen.has(word * 64 + bits)) continue;
    seen.add(word * 64 + bits);
    columns.words[row] = word;
    columns.bits[row] = bits;
    columns.values[row] = 1 + draw(64);
    row++;
  }
  return sortColumns(columns);
}

function drawLength(draw: (below: number) => number): number {
  let left = draw(TOTAL);
  for (const [bits, count] of HISTOGRAM) {
    if (left < count) return bits;
    left -= count;
  }
  return 24;
}
