import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { type Columns, emptyColumns, readTextTable, sortColumns } from "@twoway/core";
import { drawFrom, seededTable } from "./seeded-table.ts";

// compiled, this file is packages/bench/dist/tables.js
const DATA = join(import.meta.dirname, "../../../../shared/data");
const FILES = { 4: join(DATA, "bgp-v4.txt.gz"), 6: join(DATA, "bgp-v6.txt.gz") };

export interface Table {
  readonly title: string;
  readonly columns: Columns;
}

/** Returns the full table, the real one where it is there, and others made from it: smaller, and one larger. */
export async function tables4(seed: number): Promise<Table[]> {
  let full: Table;
  if (existsSync(FILES[4])) {
    full = { title: "real BGP table", columns: await read(4) };
  } else {
    console.log(`there is no ${FILES[4]}: the full table is a seeded one with the lengths of a BGP table`);
    full = { title: "seeded table", columns: seededTable(900_000, seed) };
  }
  const samples = [1000, 10_000, 100_000].map((rows) => ({
    title: `${rows / 1000}k of it`,
    columns: sample(full.columns, rows),
  }));
  return [
    ...samples,
    full,
    { title: "1.25M, de-aggregated", columns: deaggregate(full.columns, 1_250_000, seed) },
  ];
}

/** Returns the real IPv6 table, or a seeded one where it is not there. */
export async function table6(seed: number): Promise<Table> {
  if (existsSync(FILES[6])) return { title: "real BGP table, IPv6", columns: await read(6) };
  console.log(`there is no ${FILES[6]}: the IPv6 table is a seeded one`);
  return { title: "seeded table, IPv6", columns: below2001(seededTable(160_000, seed)) };
}

/** Returns IPv4 prefixes as IPv6 ones inside 2001::/16. */
export function below2001({ words, bits, values }: Columns): Columns {
  const six = emptyColumns(6, bits.length);
  for (let row = 0; row < bits.length; row++) {
    six.words.set([0x20010000 | (words[row] >>> 16), words[row] << 16], 4 * row);
    six.bits[row] = bits[row] + 16;
  }
  six.values.set(values);
  return six;
}

/** Returns the prefixes of a file with 64 values, in turn: hardly any neighbours have the same one. */
async function read(family: 4 | 6): Promise<Columns> {
  const { trie } = await readTextTable(createReadStream(FILES[family]));
  const columns = trie.columns(family);
  for (let row = 0; row < columns.bits.length; row++) columns.values[row] = 1 + (row % 64);
  return columns;
}

/** Returns every n-th prefix of a table, `rows` in all. */
function sample(columns: Columns, rows: number): Columns {
  const some = emptyColumns(4, rows);
  const step = columns.bits.length / rows;
  for (let row = 0; row < rows; row++) copyRow(columns, Math.floor(row * step), some, row);
  return some;
}

/** Adds halves of random prefixes of /16 to /23 until there are `rows`; a half that is there already is drawn again. */
function deaggregate(columns: Columns, rows: number, seed: number): Columns {
  const draw = drawFrom(seed);
  const all = emptyColumns(4, rows);
  const seen = new Set<number>();
  const key = (row: number): number => all.words[row] * 64 + all.bits[row];
  let count = columns.bits.length;
  for (let row = 0; row < count; row++) {
    copyRow(columns, row, all, row);
    seen.add(key(row));
  }
  while (count < rows) {
    const from = draw(count);
    const bits = all.bits[from];
    if (bits < 16 || bits > 23) continue;
    all.words[count] = (all.words[from] | (draw(2) << (31 - bits))) >>> 0;
    all.bits[count] = bits + 1;
    all.values[count] = 1 + draw(64);
    if (seen.has(key(count))) continue;
    seen.add(key(count));
    count++;
  }
  return sortColumns(all);
}

function copyRow(from: Columns, row: number, to: Columns, at: number): void {
  to.words[at] = from.words[row];
  to.bits[at] = from.bits[row];
  to.values[at] = from.values[row];
}
