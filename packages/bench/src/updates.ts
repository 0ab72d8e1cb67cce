import { type Columns, Fib, type Prefix, prefixAt, Trie } from "@twoway/core";
import { Bench } from "tinybench";
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

/** Measures a table built from the columns: with `samples` random routes of it for the updates. */
export async function costs(columns: Columns, samples: number, seed: number): Promise<Costs[]> {
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
  const building = new Bench({ time: 0, iterations: 7, warmup: false });
  for (const name of names) building.add(name, builds[name]);
  await building.run();
  const result: Costs[] = [];
  for (const name of names) {
    const table = builds[name]();
    const bytes = table instanceof Fib ? table.bytes.compiled : table.bytes;
    churn(table, prefixes); // warms up
    const rounds = Array.from({ length: 5 }, () => millis(() => churn(table, prefixes)));
    const latencyUs = await latencies(table, prefixes);
    if (table.size !== rows) throw new Error(`there are ${table.size} prefixes instead of ${rows}`);
    result.push({
      name,
      buildMs: latencyOf(building, name).p50,
      bytesPerPrefix: bytes / rows,
      updateUs: (median(rounds) * 1000) / (2 * prefixes.length),
      latencyUs,
    });
  }
  return result;
}

function churn(table: Trie | Fib, prefixes: readonly Prefix[]): void {
  for (const prefix of prefixes) {
    const value = table.delete(prefix);
    if (value === undefined) throw new Error(`${prefix} is not in the table`);
    table.insert(prefix, value);
  }
}

/** One operation at a time, each on the next prefix; what puts the table back is outside the time. */
async function latencies(table: Trie | Fib, prefixes: readonly Prefix[]): Promise<Costs["latencyUs"]> {
  const bench = new Bench({ time: 0, iterations: prefixes.length, warmup: false });
  let next = 0;
  let prefix = prefixes[0];
  let value = 0;
  const take = (): void => {
    prefix = prefixes[next++ % prefixes.length];
    value = table.get(prefix) as number;
  };
  const putBack = (): void => {
    table.insert(prefix, value);
  };
  const takeOut = (): void => {
    take();
    table.delete(prefix);
  };
  bench
    .add("delete", () => void table.delete(prefix), { beforeEach: take, afterEach: putBack })
    .add("insert", putBack, { beforeEach: takeOut })
    .add("replace", () => void table.insert(prefix, value + 1), { beforeEach: take, afterEach: putBack });
  await bench.run();
  const spread = (name: string) => {
    const { p50, p99 } = latencyOf(bench, name);
    return { p50: p50 * 1000, p99: p99 * 1000 };
  };
  return { delete: spread("delete"), insert: spread("insert"), replace: spread("replace") };
}

/** Returns a task's milliseconds: the median and the 99th percentile. */
function latencyOf(bench: Bench, name: string): { readonly p50: number; readonly p99: number } {
  const result = bench.getTask(name)?.result;
  if (result?.state !== "completed") throw new Error(`${name} did not run: ${result?.state}`);
  return result.latency;
}

function millis(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
