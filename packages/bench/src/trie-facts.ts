import { type Columns, type Prefix, prefixAt, Trie } from "@twoway/core";
import { drawFrom } from "./seeded-table.ts";

/** What a trie costs besides lookups. */
export interface TrieFacts {
  readonly bytesPerPrefix: number;
  /** Milliseconds to build it from sorted columns, the median of seven. */
  readonly buildMs: number;
  /** Microseconds per insertion or deletion of random routes of the table, the median of five rounds. */
  readonly updateUs: number;
}

export function trieFacts(columns: Columns, seed: number): TrieFacts {
  const rows = columns.bits.length;
  const trie = Trie.fromColumns(columns);
  const bytesPerPrefix = trie.bytes / rows;
  const builds = Array.from({ length: 7 }, () => millis(() => Trie.fromColumns(columns)));

  const draw = drawFrom(seed);
  const prefixes: Prefix[] = Array.from({ length: Math.min(rows, 200_000) }, () =>
    prefixAt(columns, draw(rows)),
  );
  const rounds = Array.from({ length: 5 }, () =>
    millis(() => {
      for (const prefix of prefixes) {
        const value = trie.delete(prefix);
        if (value === undefined) throw new Error(`${prefix} is not in the trie`);
        trie.insert(prefix, value);
      }
    }),
  );
  if (trie.size !== rows) throw new Error(`the trie holds ${trie.size} prefixes instead of ${rows}`);
  return {
    bytesPerPrefix,
    buildMs: median(builds),
    updateUs: (median(rounds) * 1000) / (2 * prefixes.length),
  };
}

function millis(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1];
}
