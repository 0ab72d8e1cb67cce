import { type Columns, Fib, type Prefix, prefixAt, Trie } from "@twoway/core";
import { median } from "./rounds.ts";
import { drawFrom } from "./seeded-table.ts";

/** What a table costs besides lookups, for the trie alone, with its compiled form, and with that in shared memory. */
export interface Costs {
  readonly name: "Trie" | "Fib" | "shared Fib";
  /** From sorted columns, the median of several builds. */
  readonly buildMs: number;
  readonly bytesPerPrefix: number;
  /** A deletion and an insertion of random routes of the table, per operation: the median of rounds in a row. */
  readonly updateUs: number;
  /** One by one; the clock's own time is in it. */
  readonly latencyUs: Readonly<
    Record<"delete" | "insert" | "replace", { readonly p50: number; readonly p99: number }>
  >;
}

export function costs(columns: Columns, samples: number, seed: number): Costs[] {
  const rows = columns.bits.length;
  const draw = drawFrom(seed);
  const prefixes = Array.from({ length: Math.min(rows, samples) }, () => prefixAt(columns, draw(rows)));
  const builds = {
    Trie: () => Trie.fromColumns(columns),
    Fib: () => Fib.fromColumns([columns], { batch: "typescript" }),
    "shared Fib": () => Fib.fromColumns([columns], { shared: true }),
  };
  // only IPv4 can be shared
  const names = ["Trie", "Fib", ...(columns.family === 4 ? (["shared Fib"] as const) : [])] as const;
  return names.map((name) => {
    const buildMs = median(Array.from({ length: 7 }, () => millis(builds[name])));
    const table = builds[name]();
    const bytes = table instanceof Fib ? table.bytes.compiled : table.bytes;
    const rounds = Array.from({ length: 5 }, () => millis(() => churn(table, prefixes)));
    const latencyUs = latencies(table, prefixes);
    if (table.size !== rows) throw new Error(`there are ${table.size} prefixes instead of ${rows}`);
    return {
      name,
      buildMs,
      bytesPerPrefix: bytes / rows,
      updateUs: (median(rounds) * 1000) / (2 * prefixes.length),
      latencyUs,
    };
  });
}

function churn(table: Trie | Fib, prefixes: readonly Prefix[]): void {
  for (const prefix of prefixes) {
    const value = table.delete(prefix);
    if (value === undefined) throw new Error(`${prefix} is not in the table`);
    table.insert(prefix, value);
  }
}

function latencies(table: Trie | Fib, prefixes: readonly Prefix[]): Costs["latencyUs"] {
  const times = {
    delete: new Float64Array(prefixes.length),
    insert: new Float64Array(prefixes.length),
    replace: new Float64Array(prefixes.length),
  };
  prefixes.forEach((prefix, i) => {
    const t0 = performance.now();
    const value = table.delete(prefix) ?? 0;
    const t1 = performance.now();
    table.insert(prefix, value + 1);
    const t2 = performance.now();
    table.insert(prefix, value);
    times.delete[i] = t1 - t0;
    times.insert[i] = t2 - t1;
    times.replace[i] = performance.now() - t2;
  });
  const spread = (each: Float64Array) => {
    each.sort();
    const at = (share: number): number => each[Math.floor(share * (each.length - 1))] * 1000;
    return { p50: at(0.5), p99: at(0.99) };
  };
  return { delete: spread(times.delete), insert: spread(times.insert), replace: spread(times.replace) };
}

function millis(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
