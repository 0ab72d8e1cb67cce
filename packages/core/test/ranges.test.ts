import {
  type Address,
  columnsOf,
  type Entry,
  Prefix,
  parseAddress,
  prefixAt,
  RangeArena,
  Ranges,
  Trie,
} from "@twoway/core";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { anyAddress, anyTable, boundaries } from "./arbitraries.ts";
import { lpmCases } from "./lpm-cases.ts";
import { holds } from "./seed.ts";

const test = suite("ranges");
const byOrder = (entries: readonly Entry[]): Entry[] =>
  [...entries].sort((x, y) => Prefix.compare(x.prefix, y.prefix));
const entries = (text: string): Entry[] =>
  byOrder(text.split(" ").map((part, value) => ({ prefix: Prefix.parse(part), value })));

/** Every range as `lo-hi owner`, the addresses as numbers. */
function show(ranges: Ranges): string[] {
  return Array.from(
    { length: ranges.length },
    (_, i) => `${ranges.lo(i)}-${ranges.hi(i)} ${ranges.owner(i)}`,
  );
}

lpmCases(test, (table) => {
  const families = [4, 6].map((family) => Ranges.from(columnsOf(family as 4 | 6, byOrder(table))));
  return (address) => {
    const ranges = families[typeof address === "number" ? 0 : 1];
    const index = ranges.find(address);
    return index < 0 ? undefined : ranges.value(index);
  };
});

const SWEEPS: readonly [string, string, string[]][] = [
  ["a lone prefix is one range", "0.0.0.8/30", ["8-11 0"]],
  [
    "a hole in the middle leaves two pieces of the outer prefix",
    "0.0.0.0/28 0.0.0.4/30",
    ["0-3 0", "4-7 1", "8-15 0"],
  ],
  ["a hole at the front leaves one", "0.0.0.0/28 0.0.0.0/30", ["0-3 1", "4-15 0"]],
  ["a hole at the end leaves one", "0.0.0.0/28 0.0.0.12/30", ["0-11 0", "12-15 1"]],
  ["a prefix whose inside is taken owns nothing", "0.0.0.0/31 0.0.0.0/32 0.0.0.1/32", ["0-0 1", "1-1 2"]],
  [
    "neighbours stay apart and a gap stays a gap",
    "0.0.0.0/31 0.0.0.2/31 0.0.0.8/31",
    ["0-1 0", "2-3 1", "8-9 2"],
  ],
  ["three levels that end together", "0.0.0.0/28 0.0.0.8/29 0.0.0.12/30", ["0-7 0", "8-11 1", "12-15 2"]],
  [
    "the end of the address space",
    "0.0.0.0/0 255.255.255.255/32",
    ["0-4294967294 0", "4294967295-4294967295 1"],
  ],
  [
    "the end of the IPv6 address space",
    "::/0 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
    [`0-${2n ** 128n - 2n} 0`, `${2n ** 128n - 1n}-${2n ** 128n - 1n} 1`],
  ],
  [
    "a carry over all four words",
    "::/0 ::/32",
    [`0-${2n ** 96n - 1n} 1`, `${2n ** 96n}-${2n ** 128n - 1n} 0`],
  ],
];
for (const [title, table, expected] of SWEEPS) {
  test(title, () => {
    const list = entries(table);
    assert.equal(show(Ranges.from(columnsOf(list[0].prefix.family, list))), expected);
  });
}

test("no prefixes are no ranges", () => {
  const ranges = Ranges.from(columnsOf(4, []));
  assert.is(ranges.length, 0);
  assert.is(ranges.find(parseAddress("10.0.0.1")), -1);
  assert.equal([...ranges.overlapping(parseAddress("0.0.0.0"), parseAddress("255.255.255.255"))], []);
});

test("a wrong call is refused", () => {
  const ranges = Ranges.from(columnsOf(4, entries("10.0.0.0/8")));
  assert.throws(() => ranges.lo(1), /index 1 is not in 0\.\.0/);
  assert.throws(() => ranges.find(parseAddress("::")), /the ranges are of IPv4/);
  assert.throws(
    () => [...ranges.overlapping(parseAddress("10.0.0.1"), parseAddress("10.0.0.0"))],
    /above the last/,
  );
  assert.throws(
    () => [...ranges.overlapping(parseAddress("10.0.0.1"), parseAddress("::"))],
    /different families/,
  );
  assert.throws(() => new RangeArena(6).add(columnsOf(4, [])), /IPv4 columns do not go into an IPv6 arena/);
});

test("tables share an arena as windows and answer as they would alone", () => {
  holds(
    "pairs of tables, both with IPv4 routes",
    fc.tuple(anyTable, anyTable, anyTable),
    (tables) => {
      for (const family of [4, 6] as const) {
        const arena = new RangeArena(family, 1);
        const windows = tables.map((table) => arena.add(columnsOf(family, table)));
        tables.forEach((table, i) => {
          assert.equal(show(windows[i]), show(Ranges.from(columnsOf(family, table))));
          for (const { prefix } of table.filter((entry) => entry.prefix.family === family)) {
            const index = windows[i].find(prefix.last);
            assert.ok(index >= 0 && windows[i].hi(index) >= prefix.last);
          }
        });
      }
      return tables.filter((table) => table.some(({ prefix }) => prefix.family === 4)).length > 1;
    },
    100,
  );
});

test("trie and ranges name the same owner for every boundary and for random addresses", () => {
  holds(
    "tables where some address has a route",
    fc.tuple(anyTable, fc.array(anyAddress)),
    ([table, more]) => {
      const trie = Trie.from(table);
      let routed = false;
      for (const family of [4, 6] as const) {
        const columns = columnsOf(family, table);
        const ranges = Ranges.from(columns);
        const addresses: Address[] = [...table.flatMap(({ prefix }) => boundaries(prefix)), ...more];
        for (const address of addresses.filter((x) => (typeof x === "number") === (family === 4))) {
          const index = ranges.find(address);
          const expected = trie.lookupPrefix(address);
          assert.is(
            index < 0 ? undefined : prefixAt(columns, ranges.owner(index)).toString(),
            expected?.prefix.toString(),
          );
          assert.is(index < 0 ? undefined : ranges.value(index), expected?.value);
          routed ||= index >= 0;
        }
      }
      return routed;
    },
  );
});

test("ranges are in order, disjoint, and inside their owner", () => {
  holds("tables with three ranges or more", anyTable, (table) => {
    let most = 0;
    for (const family of [4, 6] as const) {
      const columns = columnsOf(family, table);
      const ranges = Ranges.from(columns);
      most = Math.max(most, ranges.length);
      for (let i = 0; i < ranges.length; i++) {
        assert.ok(ranges.lo(i) <= ranges.hi(i));
        if (i > 0) assert.ok(ranges.hi(i - 1) < ranges.lo(i));
        const owner = prefixAt(columns, ranges.owner(i));
        assert.ok(owner.contains(ranges.lo(i)) && owner.contains(ranges.hi(i)));
      }
    }
    return most > 2;
  });
});

test("overlapping lists exactly the ranges that share an address", () => {
  holds(
    "queries that meet a range",
    fc.tuple(anyTable, anyAddress, anyAddress),
    ([table, x, y]) => {
      if (typeof x !== typeof y) return false;
      const [lo, hi] = x <= y ? [x, y] : [y, x];
      const ranges = Ranges.from(columnsOf(typeof x === "number" ? 4 : 6, table));
      const all = Array.from({ length: ranges.length }, (_, i) => i);
      const expected = all.filter((i) => ranges.lo(i) <= hi && lo <= ranges.hi(i));
      assert.equal([...ranges.overlapping(lo, hi)], expected);
      return expected.length > 0;
    },
    1000,
  );
});

test.run();
