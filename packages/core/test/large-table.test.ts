import { address4, type Columns, emptyColumns, formatAddress, Prefix, sortColumns, Trie } from "@twoway/core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boundaries } from "./arbitraries.ts";
import { drawFrom, SEED } from "./seed.ts";

const test = suite("large table");
const JUMP_BYTES = 512 * 1024;
/** Lengths as in a BGP table, and enough short ones to matter to the jump table. */
const LENGTHS = [24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 18, 17, 16, 16, 15, 14, 12, 11, 32, 28];

/** Longest match with a Map per length. */
class PerLength {
  private readonly maps = Array.from({ length: 33 }, () => new Map<number, number>());

  insert(prefix: Prefix, value: number): void {
    this.maps[prefix.bits].set(Number(prefix.address), value);
  }

  delete(prefix: Prefix): void {
    this.maps[prefix.bits].delete(Number(prefix.address));
  }

  lookup(address: number): number {
    for (let bits = 32; bits >= 0; bits--) {
      const size = 2 ** (32 - bits);
      const value = this.maps[bits].get(Math.floor(address / size) * size);
      if (value !== undefined) return value;
    }
    return -1;
  }
}

function randomPrefix(draw: (below: number) => number): Prefix {
  return Prefix.from(address4(draw(2 ** 32)), LENGTHS[draw(LENGTHS.length)]);
}

function agree(trie: Trie, maps: PerLength, addresses: Iterable<number>): number {
  let hits = 0;
  for (const address of addresses) {
    const expected = maps.lookup(address);
    if (trie.lookup4(address) !== expected) {
      assert.is(trie.lookup4(address), expected, formatAddress(address4(address)));
    }
    if (expected >= 0) hits++;
  }
  return hits;
}

test("the jump table comes and goes with the size, and answers stay right", () => {
  const draw = drawFrom(SEED);
  const trie = new Trie();
  const maps = new PerLength();
  const prefixes = new Map<string, Prefix>();
  let value = 0;
  const insert = (prefix: Prefix): void => {
    prefixes.set(prefix.toString(), prefix);
    maps.insert(prefix, ++value);
    trie.insert(prefix, value);
  };
  const remove = (prefix: Prefix): void => {
    prefixes.delete(prefix.toString());
    maps.delete(prefix);
    assert.type(trie.delete(prefix), "number");
  };
  const probe = (): number => {
    const some = [...prefixes.values()].filter((_, i) => i % 16 === 0);
    const random = Array.from({ length: 20_000 }, () => draw(2 ** 32));
    return agree(trie, maps, [...some.flatMap(boundaries).map(Number), ...random]);
  };

  while (trie.size < 65_536) insert(randomPrefix(draw));
  trie.checkInvariants();
  const before = trie.bytes;
  while (trie.size < 65_537) insert(randomPrefix(draw));
  assert.is(trie.bytes - before, JUMP_BYTES);
  trie.checkInvariants();
  let hits = probe();

  // short prefixes and lone ones concern the table most
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < 400; i++) {
      const bits = i % 2 === 0 ? draw(17) : LENGTHS[draw(LENGTHS.length)];
      const prefix = Prefix.from(address4(draw(2 ** 32)), bits);
      if (prefixes.has(prefix.toString())) remove(prefix);
      else insert(prefix);
    }
    for (const prefix of [...prefixes.values()].filter((each) => each.bits < 17 && draw(8) === 0))
      remove(prefix);
    trie.checkInvariants();
    hits += probe();
  }

  const left = [...prefixes.values()];
  while (trie.size >= 32_768) {
    const [prefix] = left.splice(draw(left.length), 1);
    remove(prefix);
    if (trie.size === 50_000) {
      trie.checkInvariants();
      hits += probe();
    }
  }
  trie.checkInvariants();
  assert.is(trie.bytes % JUMP_BYTES, before % JUMP_BYTES);
  hits += probe();
  console.log(`\npositive ${hits}: addresses with a route around the jump table`);
  for (const prefix of left) remove(prefix);
  trie.checkInvariants();
  assert.is(trie.size, 0);
});

test("sorting columns is what sorting prefixes is, and the last of equals wins", () => {
  const draw = drawFrom(SEED + 1);
  const rows = 20_000;
  for (const family of [4, 6] as const) {
    const columns: Columns = emptyColumns(family, rows);
    const last = new Map<string, number>();
    const prefixes: Prefix[] = [];
    for (let row = 0; row < rows; row++) {
      // few bits, so that prefixes repeat
      const bits = 20 + draw(12);
      const word = ((draw(64) << 26) | (draw(4) << 10)) & (-1 << (32 - bits));
      columns.words[row * (family === 4 ? 1 : 4)] = word;
      columns.bits[row] = bits;
      columns.values[row] = row;
      const address = family === 4 ? address4(word >>> 0) : BigInt(word >>> 0) << 96n;
      const prefix = Prefix.from(address as Prefix["address"], bits);
      if (!last.has(prefix.toString())) prefixes.push(prefix);
      last.set(prefix.toString(), row);
    }
    const trie = Trie.fromColumns(sortColumns(columns));
    trie.checkInvariants();
    const expected = prefixes
      .sort(Prefix.compare)
      .map((prefix) => `${prefix} ${last.get(prefix.toString())}`);
    assert.ok(expected.length < rows);
    assert.equal(
      [...trie.entries()].map(({ prefix, value }) => `${prefix} ${value}`),
      expected,
    );
  }
});

test.run();
