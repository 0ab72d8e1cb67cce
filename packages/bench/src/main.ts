import { createReadStream, existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Columns, emptyColumns, readTextTable } from "@twoway/core";
import { Bench } from "tinybench";
import { type Contender, mapsContender, scanContender, trieContender } from "./contenders.ts";
import { drawFrom, seededTable } from "./seeded-table.ts";
import { trieFacts } from "./trie-facts.ts";

// Lookups per second of the trie beside a linear scan and a Map per length, in a small and a large table, for addresses
// with a route and without. Every contender must give the scan's answers before it is timed.
// `--smoke` runs a short round on seeded tables.

const SEED = 20_260_101;
const DATA = join(import.meta.dirname, "../../../../shared/data");
const REAL_TABLE = join(DATA, "bgp-v4.txt.gz");
const REAL_TABLE_6 = join(DATA, "bgp-v6.txt.gz");
/** Table entries that a scan may look at per round; it gets as many addresses as that allows. */
const SCAN_BUDGET = 50_000_000;

/** Takes every answer, so that no loop can be left out. */
let sink = 0;

const smoke = process.argv.includes("--smoke");
const unknown = process.argv.slice(2).filter((argument) => argument !== "--smoke");
if (unknown.length > 0) {
  console.error(`unknown argument ${unknown.join(" ")}; there is only --smoke`);
  process.exit(2);
}

console.log(`${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.version}, seed ${SEED}`);
const large = await largeTable();
printFacts(`${large.title}, IPv4`, large.columns);
if (!smoke && existsSync(REAL_TABLE_6)) printFacts("real BGP table, IPv6", await read(REAL_TABLE_6, 6));

const refused = [
  ...(await compare("small table", sample(large.columns, 1000))),
  ...(await compare(large.title, large.columns)),
];
for (const name of refused) console.error(`REFUSED ${name}: its checksum differs, so it has no time`);
process.exitCode = refused.length > 0 ? 1 : 0;

/** Returns the real table when it is there, and otherwise a seeded one. */
async function largeTable(): Promise<{ readonly title: string; readonly columns: Columns }> {
  if (smoke) return { title: "seeded table", columns: seededTable(20_000, SEED) };
  if (!existsSync(REAL_TABLE)) {
    console.log(`there is no ${REAL_TABLE}: the large table is a seeded one with the lengths of a BGP table`);
    return { title: "seeded table", columns: seededTable(900_000, SEED) };
  }
  return { title: "real BGP table", columns: await read(REAL_TABLE, 4) };
}

/** Returns the prefixes of a file with 64 values, and prints how long reading took. */
async function read(file: string, family: 4 | 6): Promise<Columns> {
  const start = performance.now();
  const { trie } = await readTextTable(createReadStream(file));
  console.log(`read ${file}, sorted and built in ${(performance.now() - start).toFixed(0)} ms`);
  const columns = trie.columns(family);
  for (let row = 0; row < columns.bits.length; row++) columns.values[row] = 1 + (row % 64);
  return columns;
}

function printFacts(title: string, columns: Columns): void {
  const { bytesPerPrefix, buildMs, updateUs } = trieFacts(columns, SEED);
  const facts = `${bytesPerPrefix.toFixed(2)} bytes per prefix, built in ${buildMs.toFixed(1)} ms, ${updateUs.toFixed(2)} µs per update`;
  console.log(`Trie of the ${title} (${columns.bits.length.toLocaleString("en")} prefixes): ${facts}`);
}

/** Prints a table of results; returns the names of the contenders that answered wrong. */
async function compare(title: string, columns: Columns): Promise<string[]> {
  const rows = columns.bits.length;
  console.log(`\n${title}: ${rows.toLocaleString("en")} prefixes`);
  const contenders = [trieContender(columns), mapsContender(columns, heapUsed), scanContender(columns)];
  for (const { name, bytes, buildMs } of contenders) {
    console.log(
      `  ${name.padEnd(16)} ${(bytes / rows).toFixed(1)} bytes per prefix, built in ${buildMs.toFixed(1)} ms`,
    );
  }
  const [trie, maps, scan] = contenders;
  const refused: string[] = [];
  for (const [traffic, addresses] of Object.entries(queries(columns, maps))) {
    const few = addresses.subarray(
      0,
      Math.max(1, Math.min(addresses.length, Math.floor(SCAN_BUDGET / rows))),
    );
    const right = checksum(scan, few);
    const agreed = checksum(maps, addresses);
    const good = contenders.filter((contender) => {
      if (
        checksum(contender, few) === right &&
        (contender === scan || checksum(contender, addresses) === agreed)
      )
        return true;
      refused.push(`${contender.name}, ${title}, ${traffic}`);
      return false;
    });
    const speed = await time(good, (contender) => (contender === scan ? few : addresses));
    const own = speed.get(trie);
    for (const [{ name }, mlps] of speed) {
      const ratio = own === undefined ? "" : `trie / this ${(own / mlps).toFixed(2)}`;
      console.log(`  ${traffic.padEnd(7)} ${name.padEnd(16)} ${mlps.toFixed(4).padStart(9)} Mlps   ${ratio}`);
    }
  }
  return refused;
}

/** Returns million lookups per second, from the median round of each contender. */
async function time(
  contenders: readonly Contender[],
  addressesOf: (contender: Contender) => Uint32Array,
): Promise<Map<Contender, number>> {
  const bench = new Bench({
    time: smoke ? 100 : 1000,
    warmupTime: smoke ? 50 : 250,
    iterations: 4,
    warmupIterations: 1,
    throws: true,
  });
  for (const contender of contenders) {
    const addresses = addressesOf(contender);
    bench.add(contender.name, () => {
      sink = (sink + checksum(contender, addresses)) | 0;
    });
  }
  await bench.run();
  return new Map(
    contenders.map((contender) => {
      const result = bench.getTask(contender.name)?.result;
      if (result === undefined || !("latency" in result)) throw new Error(`${contender.name} was not timed`);
      return [contender, addressesOf(contender).length / result.latency.p50 / 1000];
    }),
  );
}

/** Returns a number that depends on every answer and on their order. */
function checksum({ lookup }: Contender, addresses: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < addresses.length; i++) sum = (Math.imul(sum, 31) + lookup(addresses[i])) | 0;
  return sum;
}

/** Addresses with a route (a random prefix, random host bits) and addresses without, too many to stay in a cache. */
function queries(
  { words, bits }: Columns,
  oracle: Contender,
): { readonly hits: Uint32Array; readonly misses: Uint32Array } {
  const draw = drawFrom(SEED + 1);
  const count = smoke ? 2 ** 16 : 2 ** 20;
  const hits = Uint32Array.from({ length: count }, () => {
    const row = draw(bits.length);
    return words[row] + draw(2 ** (32 - bits[row]));
  });
  const misses = new Uint32Array(count);
  for (let i = 0; i < count; ) {
    const address = draw(2 ** 32);
    if (oracle.lookup(address) < 0) misses[i++] = address;
  }
  return { hits, misses };
}

/** Returns every n-th prefix of a table, `rows` in all. */
function sample(columns: Columns, rows: number): Columns {
  const some = emptyColumns(4, rows);
  const step = columns.bits.length / rows;
  for (let row = 0; row < rows; row++) {
    const from = Math.floor(row * step);
    some.words[row] = columns.words[from];
    some.bits[row] = columns.bits[from];
    some.values[row] = columns.values[from];
  }
  return some;
}

/** Returns the bytes of live objects, after a collection. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  for (let i = 0; i < 3; i++) if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}
