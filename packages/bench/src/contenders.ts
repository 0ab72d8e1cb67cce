import { type Columns, Trie } from "@twoway/core";

/** Something that answers longest match: the value of an IPv4 address, or -1. */
export interface Contender {
  readonly name: string;
  readonly lookup: (address: number) => number;
  /** Memory of the structure, as measured or counted. */
  readonly bytes: number;
  /** Milliseconds to build it from sorted columns. */
  readonly buildMs: number;
}

export function trieContender(columns: Columns): Contender {
  const start = performance.now();
  const trie = Trie.fromColumns(columns);
  const buildMs = performance.now() - start;
  return { name: "Trie.lookup4", lookup: (address) => trie.lookup4(address), bytes: trie.bytes, buildMs };
}

/** A plain scan of the columns: nothing to build, nothing to get wrong. */
export function scanContender({ words, bits, values }: Columns): Contender {
  const lookup = (address: number): number => {
    let best = -1;
    let bestBits = -1;
    for (let row = 0; row < bits.length; row++) {
      const host = 32 - bits[row];
      // a shift by 32 does nothing, so /0 is a case of its own
      const inside = host === 32 || (address ^ words[row]) >>> host === 0;
      if (inside && bits[row] > bestBits) {
        bestBits = bits[row];
        best = values[row];
      }
    }
    return best;
  };
  const bytes = words.byteLength + bits.byteLength + values.byteLength;
  return { name: "linear scan", lookup, bytes, buildMs: 0 };
}

/** A Map per length, asked from the longest down; lengths without a prefix are left out. */
export function mapsContender({ words, bits, values }: Columns, heapUsed: () => number): Contender {
  const build = (): Map<number, number>[] => {
    const maps = Array.from({ length: 33 }, () => new Map<number, number>());
    for (let row = 0; row < bits.length; row++) maps[bits[row]].set(words[row], values[row]);
    return maps;
  };
  const start = performance.now();
  const maps = build();
  const buildMs = performance.now() - start;
  // small tables are counted many times over, so that what else happens on the heap does not matter
  const copies: Map<number, number>[][] = [];
  const before = heapUsed();
  for (let rows = 0; rows < 500_000; rows += bits.length) copies.push(build());
  const bytes = (heapUsed() - before) / copies.length;
  const used = maps.map((map, length) => ({ map, length })).filter(({ map }) => map.size > 0);
  const longestFirst = used
    .reverse()
    .map(({ map, length }) => ({ map, mask: length === 0 ? 0 : -1 << (32 - length) }));
  const lookup = (address: number): number => {
    for (const { map, mask } of longestFirst) {
      const value = map.get((address & mask) >>> 0);
      if (value !== undefined) return value;
    }
    return -1;
  };
  return { name: "Map per length", lookup, bytes, buildMs };
}
