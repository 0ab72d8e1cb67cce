import { address4, address6, type Family, Prefix, Trie } from "@twoway/core";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { anyTable, boundaries } from "./arbitraries.ts";
import { holds } from "./seed.ts";

const test = suite("address sets");
const setOf = (...texts: string[]): Trie =>
  Trie.from(texts.map((text) => ({ prefix: Prefix.parse(text), value: 7 })));
const show = (trie: Trie): string => [...trie.entries()].map(({ prefix }) => `${prefix}`).join(" ");

test("sets of prefixes, by example", () => {
  const a = setOf("10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32");
  assert.is(show(a.aggregate()), "10.0.0.0/8 2001:db8::/32");
  assert.is(show(a.union(setOf("11.0.0.0/8"))), "10.0.0.0/7 2001:db8::/32");
  assert.is(show(a.intersect(setOf("10.64.0.0/10", "::/0"))), "10.64.0.0/10 2001:db8::/32");
  assert.is(show(a.difference(setOf("10.128.0.0/9", "2001:db8:8000::/33"))), "10.0.0.0/9 2001:db8::/33");
  assert.is(
    show(setOf("0.0.0.0/0").difference(setOf("0.0.0.0/32")).intersect(setOf("0.0.0.0/30"))),
    "0.0.0.1/32 0.0.0.2/31",
  );
  assert.is(show(setOf("0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1").aggregate()), "0.0.0.0/0 ::/0");
  assert.is(show(setOf("::/128", "::1/128").aggregate()), "::/127");
  assert.is(show(new Trie().union(new Trie())), "");
  assert.equal(
    [...a.union(a).entries()].map(({ value }) => value),
    [0, 0],
  );
});

/** A universe of 64 addresses: the last six bits behind one fixed block, so that a bitmap says all. */
const SIZE = 64;
const base = { 4: 0x0a0001c0, 6: (0x20010db8n << 96n) | 0xffc0n };
const inside = (family: Family, offset: number, bits: number): Prefix =>
  family === 4
    ? Prefix.from(address4(base[4] + offset), 26 + bits)
    : Prefix.from(address6(base[6] + BigInt(offset)), 122 + bits);

const anySet = fc.array(fc.tuple(fc.nat(SIZE - 1), fc.integer({ min: 0, max: 6 })), { maxLength: 12 });

test("every operation equals a bitmap of a small universe, with the fewest prefixes", () => {
  const rules = {
    union: (a: boolean, b: boolean) => a || b,
    intersect: (a: boolean, b: boolean) => a && b,
    difference: (a: boolean, b: boolean) => a && !b,
  };
  for (const family of [4, 6] as const) {
    for (const [name, rule] of Object.entries(rules)) {
      holds(`IPv${family}: results of ${name} that are not empty`, fc.tuple(anySet, anySet), (sets) => {
        const [a, b] = sets.map((set) => {
          const trie = new Trie();
          const bitmap = new Array<boolean>(SIZE).fill(false);
          for (const [offset, bits] of set) {
            trie.insert(inside(family, offset, bits), 1);
            const size = 2 ** (6 - bits);
            bitmap.fill(true, offset - (offset % size), offset - (offset % size) + size);
          }
          return { trie, bitmap };
        });
        const result = a.trie[name as keyof typeof rules](b.trie);
        result.checkInvariants();
        const expected = a.bitmap.map((x, i) => rule(x, b.bitmap[i]));
        assert.is(
          show(result),
          blocks(expected, 0, SIZE)
            .map(([at, bits]) => `${inside(family, at, bits)}`)
            .join(" "),
        );
        return result.size > 0;
      });
    }
  }
});

/** The fewest blocks that are true throughout: the largest aligned ones. */
function blocks(bitmap: boolean[], at: number, size: number): [number, number][] {
  const part = bitmap.slice(at, at + size);
  if (part.every((x) => x)) return [[at, 6 - Math.log2(size)]];
  if (!part.includes(true)) return [];
  return [...blocks(bitmap, at, size / 2), ...blocks(bitmap, at + size / 2, size / 2)];
}

test("operations on whole tables agree with lookups at every boundary", () => {
  holds("pairs that share addresses", fc.tuple(anyTable, anyTable), ([left, right]) => {
    const without = (table: typeof left) => table.filter(({ prefix }) => prefix.bits > 2);
    const a = Trie.from(without(left));
    const b = Trie.from(without(right));
    const results = [a.union(b), a.intersect(b), a.difference(b), a.aggregate()];
    let shared = false;
    for (const address of [...left, ...right].flatMap(({ prefix }) => boundaries(prefix))) {
      const [inA, inB] = [a, b].map((trie) => trie.lookup(address) !== undefined);
      const answers = results.map((trie) => trie.lookup(address) !== undefined);
      assert.equal(answers, [inA || inB, inA && inB, inA && !inB, inA]);
      shared ||= inA && inB;
    }
    for (const result of results) assert.is(show(result.aggregate()), show(result));
    return shared;
  });
});

test.run();
