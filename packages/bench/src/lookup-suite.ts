import { loadavg } from "node:os";
import { type Columns, Fib, Ranges, readWords, Trie } from "@twoway/core";
import { type Contender, maps, ours, packages, scan, type Traffic } from "./contenders.ts";
import { figures } from "./figures.ts";
import { Native } from "./native.ts";
import { machine, record } from "./record.ts";
import { checksum, type Runner, race, runner, type Speed } from "./rounds.ts";
import { seededTable } from "./seeded-table.ts";
import { below2001, type Table, table6, tables4 } from "./tables.ts";
import { traffic4, traffic6 } from "./traffic.ts";
import { type Costs, costs } from "./updates.ts";
import { workers } from "./workers.ts";

// Lookups per second of core beside everybody else, in tables of every size, for every kind of traffic; and what building,
// memory and updates cost. Prints a table and writes packages/bench/results. Nobody has a time whose checksum over all
// answers is not the right one. `--smoke` runs a short round on a small seeded table and writes nothing.

const SEED = 20_260_101;
const smoke = process.argv.includes("--smoke");
const unknown = process.argv.slice(2).filter((argument) => argument !== "--smoke");
if (unknown.length > 0) {
  console.error(`unknown argument ${unknown.join(" ")}; there is only --smoke`);
  process.exit(2);
}
const ROUNDS = smoke ? 2 : 4;
const ADDRESSES = smoke ? 2 ** 16 : 2 ** 24;
/** What a pass of a slow contender may take: with all rounds, two seconds. */
const BUDGET_MS = smoke ? 10 : 400;

interface Result {
  readonly table: string;
  readonly prefixes: number;
  readonly costs: readonly Costs[];
  readonly builds: Readonly<Record<string, { readonly buildMs?: number; readonly bytes?: number }>>;
  readonly traffic: Readonly<Record<string, readonly Speed[]>>;
  readonly workers?: { readonly one: number; readonly two: number };
}

const refused: string[] = [];
const results: Result[] = [];
const load = loadavg()[0];
console.log(machine(SEED));

const tables: Table[] = smoke
  ? [{ title: "seeded table", columns: seededTable(5000, SEED) }]
  : await tables4(SEED);
for (const table of tables) results.push(await compare(table));
results.push(
  await compare6(
    smoke ? { title: "seeded table, IPv6", columns: below2001(seededTable(5000, SEED)) } : await table6(SEED),
  ),
);
if (!smoke) save();
for (const name of refused) console.error(`REFUSED ${name}: its checksum differs, so it has no time`);
process.exitCode = refused.length > 0 ? 1 : 0;

async function compare({ title, columns }: Table): Promise<Result> {
  const prefixes = columns.bits.length;
  console.log(`\n${title}: ${prefixes.toLocaleString("en")} prefixes`);
  const spent = await costs(columns, smoke ? 2000 : 100_000, SEED);
  for (const each of spent) printCosts(each);
  const trie = Trie.fromColumns(columns);
  const own = ours(columns, trie);
  const contenders = [...own, maps(columns), scan(columns), ...packages(columns)];
  printContenders(contenders, prefixes);
  const kinds = traffic4(columns, ADDRESSES, SEED + 1);
  const fib = Fib.fromColumns([columns], { batch: "typescript" });
  const native = await startNative(columns, fib, kinds);
  const traffic: Record<string, Speed[]> = {};
  let rightMatched = 0;
  for (const [query, kind] of kinds.entries()) {
    const expected = new Uint32Array(ADDRESSES);
    for (let i = 0; i < ADDRESSES; i++) expected[i] = trie.lookup4(kind.addresses[i]);
    const right = checksum(expected, ADDRESSES);
    if (kind.name === "matched") rightMatched = right;
    const runners: Runner[] = contenders.map((each) => runner(each, kind, expected, BUDGET_MS));
    for (const name of native === undefined ? [] : (["two-level", "dxr"] as const)) {
      const run = () => (native as Native).run(name, query);
      runners.push({ name: `${name} in C`, count: ADDRESSES, right, run });
    }
    const outcome = await race(runners, ROUNDS);
    refused.push(...outcome.refused.map((name) => `${name}, ${title}, ${kind.name}`));
    traffic[kind.name] = outcome.speeds;
    printSpeeds(kind.name, outcome.speeds);
  }
  await native?.stop();
  const threads = await workers(fib, kinds[1].addresses, rightMatched, ROUNDS, smoke ? 20 : 1000);
  console.log(
    `  matched, Fib batch in workers: one ${threads.one.toFixed(1)} Mlps, two ${threads.two.toFixed(1)} Mlps, ratio ${(threads.two / threads.one).toFixed(2)}`,
  );
  return { table: title, prefixes, costs: spent, builds: buildsOf(contenders), traffic, workers: threads };
}

async function startNative(
  columns: Columns,
  fib: Fib,
  kinds: readonly Traffic[],
): Promise<Native | undefined> {
  const queries = kinds.map(({ addresses }) => addresses);
  const native = await Native.start(fib.copy4(), Ranges.from(columns), queries);
  if (native === undefined) console.log("  there is no C compiler (gcc): the rows in C are skipped");
  else
    console.log(
      `  ${"dxr in C".padEnd(24)} ${(native.dxrBytes / columns.bits.length).toFixed(1)} bytes per prefix`,
    );
  return native;
}

/** IPv6: as `compare`, without those that know IPv4 alone. */
async function compare6({ title, columns }: Table): Promise<Result> {
  const prefixes = columns.bits.length;
  console.log(`\n${title}: ${prefixes.toLocaleString("en")} prefixes`);
  const spent = await costs(columns, smoke ? 2000 : 50_000, SEED);
  for (const each of spent) printCosts(each);
  const trie = Trie.fromColumns(columns);
  const contenders = [...ours(columns, trie), scan(columns), ...packages(columns)];
  printContenders(contenders, prefixes);
  const traffic: Record<string, Speed[]> = {};
  for (const kind of traffic6(columns, ADDRESSES / 4, SEED)) {
    const expected = new Uint32Array(kind.count);
    for (let i = 0; i < kind.count; i++) {
      expected[i] = trie.lookup(readWords(6, kind.addresses, 4 * i)) ?? Fib.NONE;
    }
    const runners = contenders.map((each) => runner(each, kind, expected, BUDGET_MS));
    const outcome = await race(runners, ROUNDS);
    refused.push(...outcome.refused.map((name) => `${name}, ${title}, ${kind.name}`));
    traffic[kind.name] = outcome.speeds;
    printSpeeds(kind.name, outcome.speeds);
  }
  return { table: title, prefixes, costs: spent, builds: buildsOf(contenders), traffic };
}

function buildsOf(contenders: readonly Contender[]): Result["builds"] {
  return Object.fromEntries(
    contenders.map(({ name, buildMs, bytes }) => [
      name,
      { ...(buildMs === undefined ? {} : { buildMs }), ...(bytes === undefined ? {} : { bytes }) },
    ]),
  );
}

function printContenders(contenders: readonly Contender[], prefixes: number): void {
  for (const { name, bytes, buildMs } of contenders) {
    const facts = [
      bytes === undefined ? [] : [`${(bytes / prefixes).toFixed(1)} bytes per prefix`],
      buildMs === undefined ? [] : [`built in ${buildMs.toFixed(1)} ms`],
    ].flat();
    if (facts.length > 0) console.log(`  ${name.padEnd(24)} ${facts.join(", ")}`);
  }
}

function printCosts({ name, buildMs, bytesPerPrefix, updateUs, latencyUs }: Costs): void {
  const latency = Object.entries(latencyUs)
    .map(([operation, { p50, p99 }]) => `${operation} p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)}`)
    .join(", ");
  const memory = `${bytesPerPrefix.toFixed(2)} bytes per prefix`;
  const built = `built in ${buildMs.toFixed(1)} ms${name === "Trie" ? "" : " with its trie"}`;
  console.log(
    `  ${name.padEnd(10)} ${memory}, ${built}, ${updateUs.toFixed(2)} µs per update; µs: ${latency}`,
  );
}

function printSpeeds(kind: string, speeds: readonly Speed[]): void {
  const first = speeds.find(({ name }) => name === "Fib batch, typescript");
  for (const { name, mlps, min, max, queries } of speeds) {
    const ratio = first === undefined ? "" : `Fib / this ${(first.mlps / mlps).toFixed(2)}`;
    const some = queries < ADDRESSES / 4 ? `, the first ${queries.toLocaleString("en")} addresses` : "";
    const spread = `[${min.toPrecision(3)} … ${max.toPrecision(3)}]`;
    console.log(
      `  ${kind.padEnd(8)} ${name.padEnd(24)} ${mlps.toPrecision(3).padStart(8)} Mlps ${spread.padEnd(20)} ${ratio}${some}`,
    );
  }
}

function save(): void {
  const file = record("", SEED, load, { rounds: ROUNDS, results });
  // the README shows the real tables, which are not there everywhere
  const real = results.filter(({ table }) => table.startsWith("real BGP table"));
  if (real.length === 2) console.log(`\nfor the README of core:\n\n${figures(results)}`);
  console.log(`\nwritten to ${file}`);
}
