import type { Columns } from "@twoway/core";
import type { Traffic } from "./contenders.ts";
import { drawFrom } from "./seeded-table.ts";

/** Different addresses among Zipf traffic. */
const FLOWS = 262_144;

/**
 * Returns three kinds of addresses: uniform over the whole space; matched, a random address of a random prefix; and
 * Zipf, matched flows of which the n-th comes with a frequency of 1/n.
 */
export function traffic4({ words, bits }: Columns, count: number, seed: number): Traffic[] {
  const draw = drawFrom(seed);
  const matched = (): number => {
    const row = draw(bits.length);
    return words[row] + draw(2 ** (32 - bits[row]));
  };
  const flows = Uint32Array.from({ length: FLOWS }, matched);
  const kinds = {
    random: () => draw(2 ** 32),
    matched,
    // the inverse of the distribution function of 1/n, nearly
    zipf: () => flows[Math.floor(FLOWS ** (draw(2 ** 30) / 2 ** 30)) - 1],
  };
  return Object.entries(kinds).map(([name, next]) => {
    const addresses = new Uint32Array(count);
    for (let i = 0; i < count; i++) addresses[i] = next();
    return { name, family: 4, count, addresses, texts: [] };
  });
}

/** As `traffic4`, but uniform over 2000::/3, where all the prefixes are. */
export function traffic6({ words, bits }: Columns, count: number, seed: number): Traffic[] {
  const draw = drawFrom(seed);
  const matched = (to: Uint32Array, at: number): void => {
    const row = draw(bits.length);
    for (let k = 0; k < 4; k++) {
      const inside = bits[row] - 32 * k;
      const host = inside <= 0 ? -1 : inside >= 32 ? 0 : -1 >>> inside;
      to[at + k] = words[4 * row + k] | (draw(2 ** 32) & host);
    }
  };
  const flows = new Uint32Array(4 * FLOWS);
  for (let flow = 0; flow < FLOWS; flow++) matched(flows, 4 * flow);
  const kinds = {
    random: (to: Uint32Array, at: number) => {
      for (let k = 0; k < 4; k++) to[at + k] = draw(2 ** 32);
      to[at] = 0x20000000 | (to[at] >>> 3);
    },
    matched,
    zipf: (to: Uint32Array, at: number) => {
      const flow = Math.floor(FLOWS ** (draw(2 ** 30) / 2 ** 30)) - 1;
      to.set(flows.subarray(4 * flow, 4 * flow + 4), at);
    },
  };
  return Object.entries(kinds).map(([name, next]) => {
    const addresses = new Uint32Array(4 * count);
    for (let i = 0; i < count; i++) next(addresses, 4 * i);
    return { name, family: 6, count, addresses, texts: [] };
  });
}
