import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import {
  type Address,
  type Columns,
  Fib,
  prefixAt,
  Ranges,
  readTextTable,
  Trie,
  writeWords,
} from "@twoway/core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boundaries } from "./arbitraries.ts";
import { scan } from "./linear-scan.ts";
import { drawFrom, SEED } from "./seed.ts";

const test = suite("real table");
// compiled, this file is packages/core/dist/test/real-table.test.js
const DATA = join(import.meta.dirname, "../../../../../shared/data");
const FILES = { 4: join(DATA, "bgp-v4.txt.gz"), 6: join(DATA, "bgp-v6.txt.gz") };

/** Registers a test that needs the tables, or says aloud that it is skipped. */
function withTables(name: string, run: () => Promise<void>): void {
  if (existsSync(FILES[4]) && existsSync(FILES[6])) {
    test(name, run);
    return;
  }
  console.log(`\nskipped ${name}: there is no ${DATA}`);
  test.skip(name, run);
}

/** Reads a table and gives every prefix a value of its own, spread over all 32 bits. */
async function load(family: 4 | 6): Promise<Columns> {
  const { trie } = await readTextTable(createReadStream(FILES[family]));
  const columns = trie.columns(family);
  for (let row = 0; row < columns.bits.length; row++) columns.values[row] = Math.imul(row + 1, 0x9e3779b1);
  return columns;
}

/** 20,000 random addresses, and the ends of every prefix with their neighbours, sorted. */
function addresses4(columns: Columns, last: Uint32Array): Uint32Array {
  const draw = drawFrom(SEED);
  const random = Uint32Array.from({ length: 20_000 }, () => draw(2 ** 32));
  const rows = columns.bits.length;
  const all = new Uint32Array(random.length + 4 * rows);
  all.set(random);
  for (let row = 0; row < rows; row++) {
    const lo = columns.words[row];
    const hi = last[row];
    all.set([lo, hi, lo === 0 ? lo : lo - 1, hi === 0xffffffff ? hi : hi + 1], random.length + 4 * row);
  }
  return all.sort();
}

withTables("lookups on the IPv4 table equal a scan, before and after 100,000 updates", async () => {
  const columns = await load(4);
  const rows = columns.bits.length;
  const last = columns.words.map((word, row) => word + (2 ** (32 - columns.bits[row]) - 1));
  const addresses = addresses4(columns, last);
  const trie = Trie.fromColumns(columns);
  assert.is(trie.size, rows);
  assert.ok(trie.bytes <= 22 * rows, `${trie.bytes / rows} bytes per prefix`);

  const expected = scan(columns.words, last, columns.bits, addresses);
  const compare = (): number => {
    let wrong = 0;
    addresses.forEach((address, i) => {
      if (trie.lookup4(address) !== (expected[i] < 0 ? -1 : columns.values[expected[i]])) wrong++;
    });
    return wrong;
  };
  assert.is(compare(), 0);
  console.log(
    `\npositive ${expected.filter((row) => row >= 0).length} of ${addresses.length}: IPv4 addresses with a route`,
  );

  const ranges = Ranges.from(columns);
  let wrong = 0;
  addresses.forEach((address, i) => {
    const index = ranges.find(address as Address);
    if ((index < 0 ? -1 : ranges.owner(index)) !== expected[i]) wrong++;
  });
  assert.is(wrong, 0);

  const draw = drawFrom(SEED + 1);
  const gone = new Set<number>();
  for (let i = 0; i < 50_000; i++) {
    const row = draw(rows);
    if (gone.has(row)) continue;
    gone.add(row);
    assert.is(trie.delete(prefixAt(columns, row)), columns.values[row]);
  }
  assert.is(trie.size, rows - gone.size);
  for (const row of gone) assert.is(trie.insert(prefixAt(columns, row), columns.values[row]), undefined);
  trie.checkInvariants();
  assert.is(compare(), 0);
});

withTables("lookups on the IPv6 table equal a scan", async () => {
  const columns = await load(6);
  const rows = columns.bits.length;
  const prefixes = Array.from({ length: rows }, (_, row) => prefixAt(columns, row));
  const near = prefixes.flatMap(boundaries);
  const draw = drawFrom(SEED);
  const random = Array.from({ length: 20_000 }, () => {
    const { address, bits } = prefixes[draw(rows)];
    return (BigInt(address) | (BigInt(draw(2 ** 32)) << BigInt(Math.max(0, 96 - bits)))) as Address;
  });
  const addresses = [...near, ...random].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const expected = scan(
    prefixes.map((prefix) => prefix.address),
    prefixes.map((prefix) => prefix.last),
    columns.bits,
    addresses,
  );
  const trie = Trie.fromColumns(columns);
  const ranges = Ranges.from(columns);
  addresses.forEach((address, i) => {
    const value = expected[i] < 0 ? undefined : columns.values[expected[i]];
    if (trie.lookup(address) !== value) assert.is(trie.lookup(address), value);
    const index = ranges.find(address);
    if ((index < 0 ? -1 : ranges.owner(index)) !== expected[i]) assert.unreachable(`ranges miss ${address}`);
  });
  const words = new Uint32Array(4 * addresses.length);
  for (let i = 0; i < addresses.length; i++) writeWords(addresses[i], words, 4 * i);
  const out = new Uint32Array(addresses.length);
  for (const batch of ["typescript", "wasm"] as const) {
    const fib = Fib.fromColumns([columns], { batch });
    assert.is(fib.usesKernel(6), batch === "wasm");
    const compare = (): number => {
      fib.lookupMany6(words, out);
      return out.filter((value, i) => value !== (expected[i] < 0 ? Fib.NONE : columns.values[expected[i]]))
        .length;
    };
    assert.is(compare(), 0);
    // every third prefix goes and comes back
    for (let row = 0; row < rows; row += 3) fib.delete(prefixes[row]);
    fib.checkInvariants();
    for (let row = 0; row < rows; row += 3) fib.insert(prefixes[row], columns.values[row]);
    fib.checkInvariants();
    assert.is(compare(), 0);
  }
  trie.checkInvariants();
  console.log(
    `\npositive ${expected.filter((row) => row >= 0).length} of ${addresses.length}: IPv6 addresses with a route`,
  );
});

withTables("a million prefixes are read well under 1.5 seconds", async () => {
  const start = performance.now();
  const { trie, lines } = await readTextTable(createReadStream(FILES[4]));
  const took = performance.now() - start;
  assert.is(trie.size, 901_899);
  assert.is(lines, 901_899);
  // the bound leaves room for a busy machine; `note` shows what it really took
  console.log(`\nnote read ${lines} lines in ${took.toFixed(0)} ms`);
  assert.ok(took < 6000);
});

test.run();
