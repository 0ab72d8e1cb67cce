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
    return { name, addresses, texts: [] };
  });
}

/** Returns matched IPv6 addresses of four words each. */
export function matched6({ words, bits }: Columns, count: number, seed: number): Uint32Array {
  const draw = drawFrom(seed);
  const addresses = new Uint32Array(4 * count);
  for (let i = 0; i < count; i++) {
    const row = draw(bits.length);
    for (let k = 0; k < 4; k++) {
      const inside = bits[row] - 32 * k;
      const host = inside <= 0 ? -1 : inside >= 32 ? 0 : -1 >>> inside;
      addresses[4 * i + k] = words[4 * row + k] | (draw(2 ** 32) & host);
    }
  }
  return addresses;
}
