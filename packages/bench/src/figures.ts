import { markdown } from "./markdown.ts";
import type { Costs } from "./updates.ts";

/** What a run found, as far as the tables of core's README show it. */
export interface Found {
  readonly table: string;
  readonly costs: readonly Costs[];
  readonly traffic: Readonly<Record<string, readonly { readonly name: string; readonly mlps: number }[]>>;
}

/** Returns the Markdown tables of core's README: what a table costs, lookups per second, and those of IPv6 where the run has them all. */
export function figures(results: readonly Found[]): string {
  const real = find(results, "real BGP table");
  const six = find(results, "real BGP table, IPv6");
  const columns = [...real.costs, ...six.costs.map((cost) => ({ ...cost, name: `IPv6 ${cost.name}` }))];
  const spread = (name: keyof Costs["latencyUs"]) => (cost: Pick<Costs, "latencyUs">) =>
    `${cost.latencyUs[name].p50.toFixed(2)} / ${cost.latencyUs[name].p99.toFixed(2)}`;
  const costs = [
    ["", ...columns.map(({ name }) => name)],
    ["bytes per prefix (Fib: compiled form alone)", ...columns.map((cost) => cost.bytesPerPrefix.toFixed(1))],
    ["build from sorted columns, ms (Fib: with trie)", ...columns.map((cost) => cost.buildMs.toFixed(0))],
    ["update, µs, mean", ...columns.map((cost) => cost.updateUs.toFixed(2))],
    ["delete, µs, p50 / p99", ...columns.map(spread("delete"))],
    ["insert, µs, p50 / p99", ...columns.map(spread("insert"))],
    ["replace, µs, p50 / p99", ...columns.map(spread("replace"))],
  ];
  const kinds = [
    ["real: random", real, "random"],
    ["real: matched", real, "matched"],
    ["real: Zipf", real, "zipf"],
    ["1,000: matched", find(results, "1k of it"), "matched"],
    ["100k: matched", find(results, "100k of it"), "matched"],
    ["1.25M: matched", find(results, "1.25M, de-aggregated"), "matched"],
  ] as const;
  const tables = [costs, speeds("million lookups per second", kinds)];
  if (six.traffic.random !== undefined) {
    const kinds6 = [
      ["random", six, "random"],
      ["matched", six, "matched"],
      ["Zipf", six, "zipf"],
    ] as const;
    tables.push(speeds("IPv6, million lookups per second", kinds6));
  }
  return tables.map(markdown).join("\n\n");
}

/** Returns a row for everybody in the second column, and a column for each title. */
function speeds(title: string, kinds: readonly (readonly [string, Found, string])[]): string[][] {
  const [, [, { traffic }, kind]] = kinds;
  const rows = traffic[kind].map(({ name }) => [
    name,
    ...kinds.map(([, { traffic }, kind]) => {
      const speed = traffic[kind].find((each) => each.name === name);
      return speed === undefined ? "-" : figure(speed.mlps);
    }),
  ]);
  return [[title, ...kinds.map(([title]) => title)], ...rows];
}

function find(results: readonly Found[], table: string): Found {
  const found = results.find((result) => result.table === table);
  if (found === undefined) throw new RangeError(`the run has no ${table}`);
  return found;
}

/** Two figures that count, in plain decimals. */
function figure(mlps: number): string {
  if (mlps >= 10) return mlps.toFixed(0);
  const digits = Math.min(20, 1 - Math.floor(Math.log10(mlps)));
  return mlps.toFixed(digits);
}
