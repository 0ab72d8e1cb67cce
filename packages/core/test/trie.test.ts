import { type Entry, Prefix, parseAddress, Trie } from "@twoway/core";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  anyAddress,
  anyPrefix,
  anyPrefix4,
  anyPrefix6,
  anyTable,
  anyValue,
  boundaries,
} from "./arbitraries.ts";
import { lpmCases } from "./lpm-cases.ts";
import { Reference } from "./reference.ts";
import { holds } from "./seed.ts";

const test = suite("trie");
const p = (text: string): Prefix => Prefix.parse(text);
const a = parseAddress;
const names = (entries: Iterable<Entry>): string =>
  [...entries].map(({ prefix }) => prefix.toString()).join(" ");
const show = (entries: Iterable<Entry>): string[] =>
  [...entries].map(({ prefix, value }) => `${prefix} ${value}`);

function trieOf(entries: Iterable<Entry>): Trie {
  const trie = new Trie();
  for (const { prefix, value } of entries) trie.insert(prefix, value);
  return trie;
}

function referenceOf(entries: Iterable<Entry>): Reference {
  const reference = new Reference();
  for (const { prefix, value } of entries) reference.insert(prefix, value);
  return reference;
}

lpmCases(test, (entries) => {
  const trie = trieOf(entries);
  return (address) => trie.lookup(address);
});

lpmCases(test, (entries) => {
  const trie = Trie.from([...entries].sort((x, y) => Prefix.compare(x.prefix, y.prefix)));
  return (address) => trie.lookupPrefix(address)?.value;
});

test("an insertion returns what it replaced, a deletion what it deleted", () => {
  const trie = new Trie();
  assert.is(trie.insert(p("10.0.0.0/8"), 0), undefined);
  assert.is(trie.insert(p("10.0.0.0/8"), 7), 0);
  assert.is(trie.size, 1);
  assert.is(trie.delete(p("10.0.0.0/9")), undefined);
  assert.is(trie.delete(p("10.0.0.0/8")), 7);
  assert.is(trie.delete(p("10.0.0.0/8")), undefined);
  assert.is(trie.size, 0);
});

test("get is exact and lookup is not", () => {
  const trie = trieOf([{ prefix: p("10.0.0.0/8"), value: 1 }]);
  assert.is(trie.get(p("10.0.0.0/8")), 1);
  assert.is(trie.get(p("10.0.0.0/16")), undefined);
  assert.is(trie.get(p("0.0.0.0/0")), undefined);
  assert.is(trie.lookup(a("10.9.9.9")), 1);
});

test("values from 0 to 2^32 - 1 come back exactly", () => {
  for (const value of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
    for (const text of [
      "0.0.0.0/0",
      "10.0.0.0/8",
      "10.0.0.1/32",
      "::/0",
      "2001:db8::/48",
      "2001:db8::1/128",
    ]) {
      const trie = trieOf([{ prefix: p(text), value }]);
      assert.is(trie.get(p(text)), value);
      assert.is(trie.lookup(p(text).address), value);
      assert.is(trie.lookupPrefix(p(text).last)?.value, value);
      assert.is(trie.delete(p(text)), value);
    }
  }
});

test("a value that is not an unsigned 32-bit integer is refused", () => {
  const trie = new Trie();
  for (const value of [-1, 2 ** 32, 1.5, Number.NaN]) {
    assert.throws(() => trie.insert(p("10.0.0.0/8"), value), /RangeError|is not an unsigned 32-bit integer/);
    assert.throws(() => Trie.from([{ prefix: p("10.0.0.0/8"), value }]), /is not an unsigned 32-bit integer/);
  }
  assert.is(trie.size, 0);
});

test("lookup4 returns -1 where nothing matches, also on an empty trie, and takes signed numbers", () => {
  const trie = new Trie();
  assert.is(trie.lookup4(0), -1);
  trie.insert(p("255.0.0.0/8"), 0xffffffff);
  assert.is(trie.lookup4(0xff000001), 0xffffffff);
  assert.is(trie.lookup4(0xff000001 | 0), 0xffffffff);
  assert.is(trie.lookup4(0), -1);
  assert.is(trie.lookup4(0xfe000000), -1);
});

test("subnets and supernets include the prefix itself and are ordered", () => {
  const trie = trieOf(
    ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16", "11.0.0.0/8", "0.0.0.0/0", "::/0"].map(
      (text, value) => ({ prefix: p(text), value }),
    ),
  );
  assert.is(names(trie.subnets(p("10.0.0.0/8"))), "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 10.2.0.0/16");
  assert.is(
    names(trie.subnets(p("10.0.0.0/7"))),
    "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 10.2.0.0/16 11.0.0.0/8",
  );
  assert.is(names(trie.subnets(p("10.1.2.128/25"))), "");
  assert.is(names(trie.supernets(p("10.1.2.128/25"))), "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16 10.1.2.0/24");
  assert.is(names(trie.supernets(p("10.1.0.0/16"))), "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16");
  assert.is(names(trie.supernets(p("2001:db8::/32"))), "::/0");
  assert.is(
    names(trie.entries()),
    "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 10.2.0.0/16 11.0.0.0/8 ::/0",
  );
});

test("a trie that changes under an iteration is noticed", () => {
  const trie = trieOf([
    { prefix: p("10.0.0.0/8"), value: 1 },
    { prefix: p("11.0.0.0/8"), value: 2 },
  ]);
  for (const iterate of [() => trie.entries(), () => trie.subnets(p("0.0.0.0/0"))]) {
    const walk = iterate();
    walk.next();
    trie.delete(p("11.0.0.0/8"));
    assert.throws(() => walk.next(), /changed while it was iterated/);
    trie.insert(p("11.0.0.0/8"), 2);
  }
});

test("a bulk build refuses what is not sorted", () => {
  const entry = (text: string): Entry => ({ prefix: p(text), value: 0 });
  assert.throws(
    () => Trie.from([entry("11.0.0.0/8"), entry("10.0.0.0/8")]),
    /row 1: 10\.0\.0\.0\/8 does not stand after 11\.0\.0\.0\/8/,
  );
  assert.throws(() => Trie.from([entry("10.0.0.0/9"), entry("10.0.0.0/8")]), /does not stand after/);
  assert.throws(() => Trie.from([entry("10.0.0.0/8"), entry("10.0.0.0/8")]), /does not stand after/);
  assert.throws(() => Trie.from([entry("2001:db8::1/128"), entry("2001:db8::/128")]), /does not stand after/);
  assert.throws(
    () => Trie.from([entry("::/0"), entry("10.0.0.0/8")]),
    /entry 1: 10\.0\.0\.0\/8 stands after an IPv6 prefix/,
  );
});

test("raw columns are checked row by row", () => {
  const build = (words: number[], bits: number[], family: 4 | 6 = 4) =>
    Trie.fromColumns({
      family,
      words: Uint32Array.from(words),
      bits: Uint8Array.from(bits),
      values: new Uint32Array(bits.length),
    });
  assert.is(build([0x0a000000], [8]).size, 1);
  assert.is(build([], []).size, 0);
  assert.throws(() => build([0x0a000001], [8]), /row 0: host bits are set; did you mean 10\.0\.0\.0\/8\?/);
  assert.throws(() => build([0, 1], [0]), /columns differ in length/);
  assert.throws(() => build([0], [33]), /row 0: prefix length 33 is above 32/);
  assert.throws(() => build([0, 0, 1, 0], [64], 6), /row 0: host bits are set/);
  assert.throws(() => build([0, 0, 0, 0], [129], 6), /above 128/);
  const columns = trieOf([{ prefix: p("10.0.0.0/8"), value: 1 }]).columns(4);
  assert.throws(() => Trie.fromColumns(columns, columns), /two tables of IPv4/);
});

test("an empty trie and one of ten routes are small", () => {
  assert.is(new Trie().bytes, 0);
  const trie = new Trie();
  for (let i = 0; i < 10; i++) trie.insert(Prefix.parse(`10.${i}.0.0/16`), i);
  assert.ok(trie.bytes <= 256, `${trie.bytes} bytes`);
  assert.ok(Trie.from(trie.entries()).bytes <= 256);
});

test("an empty trie takes less than 1 KB of heap", () => {
  const tries: Trie[] = [];
  const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const before = used();
  for (let i = 0; i < 20_000; i++) tries.push(new Trie());
  const each = (used() - before) / tries.length;
  assert.ok(each < 1024, `${each} bytes`);
});

test("random insertions and deletions leave the same table as the reference", () => {
  const operation = fc.record({
    at: fc.nat(),
    value: anyValue,
    kind: fc.constantFrom("insert", "insert", "delete"),
  });
  for (const [family, prefix] of [
    ["IPv4", anyPrefix4],
    ["IPv6", anyPrefix6],
    ["both families", anyPrefix],
  ] as const) {
    holds(
      `${family}: deletions that found something`,
      fc.tuple(
        fc.array(prefix, { minLength: 1, maxLength: 20, size: "max" }),
        fc.array(operation, { maxLength: 60, size: "max" }),
      ),
      ([pool, operations]) => {
        const trie = new Trie();
        const reference = new Reference();
        const all = [...pool, p("0.0.0.0/0"), p("10.0.0.0/32"), p("::/0"), p("2001:db8::/128")];
        let deleted = false;
        for (const { at, value, kind } of operations) {
          const chosen = all[at % all.length];
          if (kind === "insert") {
            assert.is(trie.insert(chosen, value), reference.insert(chosen, value));
          } else {
            const expected = reference.delete(chosen);
            assert.is(trie.delete(chosen), expected);
            deleted ||= expected !== undefined;
          }
          trie.checkInvariants();
          assert.is(trie.size, reference.size);
        }
        assert.equal(show(trie.entries()), show(reference.entries()));
        for (const chosen of all) {
          assert.is(trie.get(chosen), reference.get(chosen));
          for (const address of boundaries(chosen))
            assert.is(trie.lookup(address), reference.lookup(address));
        }
        return deleted;
      },
    );
  }
});

test("deleting everything in any order leaves nothing behind", () => {
  holds(
    "tables with nested prefixes",
    fc.tuple(anyTable, fc.array(fc.nat(), { minLength: 60, maxLength: 60 })),
    ([table, picks]) => {
      const trie = trieOf(table);
      const left = [...table];
      while (left.length > 0) {
        const [entry] = left.splice(picks[left.length] % left.length, 1);
        assert.is(trie.delete(entry.prefix), entry.value);
        trie.checkInvariants();
        assert.equal(show(trie.entries()), show(left));
      }
      return table.some((x) => table.some((y) => x !== y && x.prefix.covers(y.prefix)));
    },
    100,
  );
});

test("lookup and lookupPrefix equal the reference", () => {
  holds(
    "addresses with a route",
    fc.tuple(anyTable, anyAddress),
    ([table, address]) => {
      const trie = trieOf(table);
      const reference = referenceOf(table);
      const expected = reference.lookupPrefix(address);
      assert.is(trie.lookup(address), expected?.value);
      assert.is(trie.lookupPrefix(address)?.value, expected?.value);
      assert.is(trie.lookupPrefix(address)?.prefix.toString(), expected?.prefix.toString());
      if (typeof address === "number") assert.is(trie.lookup4(address), expected?.value ?? -1);
      return expected !== undefined;
    },
    1000,
  );
});

test("subnets equal the reference", () => {
  holds("prefixes with something inside", fc.tuple(anyTable, anyPrefix), ([table, prefix]) => {
    const expected = show(referenceOf(table).subnets(prefix));
    assert.equal(show(trieOf(table).subnets(prefix)), expected);
    return expected.length > 0;
  });
});

test("supernets equal the reference", () => {
  holds("prefixes with something around", fc.tuple(anyTable, anyPrefix), ([table, prefix]) => {
    const expected = show(referenceOf(table).supernets(prefix));
    assert.equal(show(trieOf(table).supernets(prefix)), expected);
    return expected.length > 0;
  });
});

test("overlaps equals the reference", () => {
  const withoutDefaults = anyTable.map((table) => table.filter(({ prefix }) => prefix.bits > 4));
  holds("prefixes that overlap", fc.tuple(withoutDefaults, anyPrefix), ([table, prefix]) => {
    const expected = referenceOf(table).overlaps(prefix);
    assert.is(trieOf(table).overlaps(prefix), expected);
    return expected;
  });
});

test("a bulk build equals insertions, and stays good under updates", () => {
  holds(
    "tables of both families",
    fc.tuple(anyTable, fc.array(fc.tuple(anyPrefix, anyValue), { maxLength: 10 })),
    ([table, more]) => {
      const built = Trie.from(table);
      built.checkInvariants();
      assert.equal(show(built.entries()), show(table));
      assert.is(built.size, table.length);
      const inserted = trieOf(table);
      for (const [prefix, value] of more) {
        assert.is(built.insert(prefix, value), inserted.insert(prefix, value));
        built.checkInvariants();
      }
      for (const { prefix } of table) assert.is(built.delete(prefix), inserted.delete(prefix));
      built.checkInvariants();
      assert.equal(show(built.entries()), show(inserted.entries()));
      return (
        table.some(({ prefix }) => prefix.family === 4) && table.some(({ prefix }) => prefix.family === 6)
      );
    },
  );
});

test("columns hold the entries, and build the same trie again", () => {
  holds("tables that are not empty", anyTable, (table) => {
    const trie = trieOf(table);
    const again = Trie.fromColumns(trie.columns(4), trie.columns(6));
    again.checkInvariants();
    assert.equal(show(again.entries()), show(table));
    return table.length > 0;
  });
});

test.run();
