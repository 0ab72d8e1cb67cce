import { Worker } from "node:worker_threads";
import {
  type Address,
  address4,
  address6,
  type Entry,
  type Family,
  Fib,
  type FibOptions,
  FibView,
  formatAddress,
  Prefix,
  parseAddress,
  Trie,
  widthOf,
  writeWords,
} from "@twoway/core";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { anyPrefix, anyPrefix4, anyPrefix6, anyTable, anyValue, boundaries } from "./arbitraries.ts";
import { scan } from "./linear-scan.ts";
import { lpmCases } from "./lpm-cases.ts";
import { Reference } from "./reference.ts";
import { drawFrom, holds, SEED } from "./seed.ts";

const test = suite("fib");
const p = Prefix.parse;
const fibOf = (entries: readonly Entry[]): Fib => {
  const fib = Fib.from(new Trie());
  for (const { prefix, value } of entries) fib.insert(prefix, value);
  return fib;
};
const anyResult = anyValue.filter((value) => value !== Fib.NONE);

/** Asks one by one and many at once; throws when they differ. Returns -1 where no prefix covers. */
function lookupAll(fib: Fib, family: Family, addresses: ArrayLike<number | bigint>): number[] {
  const per = family === 4 ? 1 : 4;
  const words = new Uint32Array(per * addresses.length);
  for (let i = 0; i < addresses.length; i++) writeWords(addresses[i] as Address, words, per * i);
  const out = new Uint32Array(addresses.length);
  if (family === 4)
    fib.lookupMany(words, out); // by the kernel where there is one, which "alone" never is
  else fib.lookupMany6(words, out);
  return Array.from(out, (value, i) => {
    const alone = fib.lookup(addresses[i] as Address);
    if (alone !== (value === Fib.NONE ? undefined : value)) {
      assert.unreachable(`${formatAddress(addresses[i] as Address)}: ${value} of many, ${alone} alone`);
    }
    return alone ?? -1;
  });
}

lpmCases(test, (entries) => {
  const fib = Fib.from(Trie.from([...entries].sort((a, b) => Prefix.compare(a.prefix, b.prefix))));
  return (address) => fib.lookup(address);
});
lpmCases(test, (entries) => {
  const fib = fibOf(entries);
  return (address) => {
    const [value] = lookupAll(fib, typeof address === "number" ? 4 : 6, [address]);
    return value < 0 ? undefined : value;
  };
});

test("a table without prefixes answers nothing, of one address and of many", () => {
  const fib = Fib.from(new Trie());
  assert.is(fib.size, 0);
  assert.equal(fib.bytes, { trie: 0, compiled: 0 });
  assert.is(fib.lookup4(0), -1);
  assert.equal(lookupAll(fib, 4, [0, 0xffffffff]), [-1, -1]);
  assert.equal(lookupAll(fib, 6, [0n, 1n]), [-1, -1]);
});

test("the value that means no route is refused", () => {
  const trie = Trie.from([{ prefix: p("10.0.0.0/8"), value: Fib.NONE }]);
  assert.throws(() => Fib.from(trie), /value 4294967295 means that there is no route/);
  assert.throws(() => Fib.fromColumns([trie.columns(4)]), /means that there is no route/);
  const fib = Fib.from(new Trie());
  for (const value of [Fib.NONE, -1, 1.5]) assert.throws(() => fib.insert(p("::/0"), value), /value/);
  assert.is(fib.size, 0);
});

test("results need room for every address", () => {
  for (const fib of [Fib.from(new Trie()), fibOf([{ prefix: p("10.0.0.0/8"), value: 1 }])]) {
    assert.throws(
      () => fib.lookupMany(new Uint32Array(5), new Uint32Array(4)),
      /5 addresses, but room for 4/,
    );
  }
  for (const fib of [Fib.from(new Trie()), fibOf([{ prefix: p("::/8"), value: 1 }])]) {
    assert.throws(
      () => fib.lookupMany6(new Uint32Array(20), new Uint32Array(4)),
      /5 addresses, but room for 4/,
    );
    assert.throws(() => fib.lookupMany6(new Uint32Array(5), new Uint32Array(4)), /5 words are not four/);
  }
});

test("a Fib does not follow the trie it was made from, nor the trie the Fib", () => {
  const trie = Trie.from([{ prefix: p("10.0.0.0/8"), value: 1 }]);
  const fib = Fib.from(trie);
  trie.insert(p("10.0.0.0/8"), 2);
  fib.insert(p("11.0.0.0/8"), 3);
  assert.is(fib.lookup4(0x0a000000), 1);
  assert.is(trie.lookup4(0x0b000000), -1);
  assert.is(fib.get(p("11.0.0.0/8")), 3);
  assert.equal(
    [...fib.entries()].map(({ value }) => value),
    [1, 3],
  );
  assert.is(`${fib.lookupPrefix(parseAddress("11.1.1.1"))?.prefix}`, "11.0.0.0/8");
});

test("a default route comes, changes and goes, also where longer prefixes were deleted", () => {
  for (const [all, part, address] of [
    ["0.0.0.0/0", "10.0.0.0/30", "10.0.0.1"],
    ["::/0", "2001:db8::/126", "2001:db8::1"],
  ]) {
    const fib = fibOf([{ prefix: p(part), value: 7 }]);
    const lookup = (): number | undefined => fib.lookup(parseAddress(address));
    fib.insert(p(all), 1);
    assert.is(lookup(), 7);
    assert.is(fib.delete(p(part)), 7);
    assert.is(lookup(), 1);
    assert.is(fib.insert(p(all), 2), 1);
    assert.is(lookup(), 2);
    fib.delete(p(all));
    assert.is(lookup(), undefined);
    fib.checkInvariants();
  }
});

test("random insertions, replacements and deletions leave what the reference says", () => {
  const operation = fc.record({
    at: fc.nat(),
    value: fc.oneof(anyResult, fc.integer({ min: 0, max: 2 })),
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
        fc.array(operation, { maxLength: 40, size: "max" }),
        fc.nat(),
      ),
      ([pool, operations, middle]) => {
        const fib = Fib.from(new Trie());
        const reference = new Reference();
        const all = [...pool, p("0.0.0.0/0"), p("10.0.0.0/32"), p("::/0"), p("2001:db8::/128")];
        let deleted = false;
        operations.forEach(({ at, value, kind }, i) => {
          const chosen = all[at % all.length];
          if (kind === "insert") {
            assert.is(fib.insert(chosen, value), reference.insert(chosen, value));
          } else {
            const expected = reference.delete(chosen);
            assert.is(fib.delete(chosen), expected);
            deleted ||= expected !== undefined;
          }
          assert.is(fib.size, reference.size);
          for (const address of boundaries(chosen)) assert.is(fib.lookup(address), reference.lookup(address));
          if (i === middle % operations.length) fib.checkInvariants();
        });
        fib.checkInvariants();
        const addresses = all.flatMap(boundaries);
        for (const family of [4, 6] as const) {
          const some = addresses.filter((address) => (typeof address === "number") === (family === 4));
          assert.equal(
            lookupAll(fib, family, some),
            some.map((address) => reference.lookup(address) ?? -1),
          );
        }
        return deleted;
      },
      80,
    );
  }
});

test("a compiled table equals the reference", () => {
  const table = anyTable.map((entries) => entries.filter(({ value }) => value !== Fib.NONE));
  holds(
    "tables of both families",
    table,
    (entries) => {
      const trie = Trie.from(entries);
      const fib = Fib.fromColumns([trie.columns(4), trie.columns(6)]);
      const reference = new Reference();
      for (const { prefix, value } of entries) reference.insert(prefix, value);
      for (const address of entries.flatMap(({ prefix }) => boundaries(prefix))) {
        assert.is(fib.lookup(address), reference.lookup(address));
      }
      return trie.columns(4).bits.length > 0 && trie.columns(6).bits.length > 0;
    },
    100,
  );
});

/** Every length alike, all over the address space but close enough to nest. */
function randomPrefix(family: Family, draw: (below: number) => number): Prefix {
  const bits = draw(widthOf(family) + 1);
  if (family === 4) return Prefix.from(address4(((draw(64) << 26) | draw(2 ** 26)) >>> 0), bits);
  let address = BigInt(0x20000000 + draw(64) * 2 ** 22 + draw(4));
  for (let i = 0; i < 3; i++) address = (address << 32n) | BigInt(draw(4) === 0 ? draw(2 ** 32) : draw(16));
  return Prefix.from(address6(address), bits);
}

for (const [family, batch] of [
  [4, "wasm"],
  [6, "wasm"],
  [6, "typescript"],
] as const) {
  test(`IPv${family}, ${batch}: every length, 100,000 addresses, before and after 100,000 updates`, () => {
    const draw = drawFrom(SEED + family);
    const table = new Map<string, Entry>();
    while (table.size < 30_000) {
      const prefix = randomPrefix(family, draw);
      table.set(`${prefix}`, { prefix, value: draw(200) });
    }
    const sorted = (): Entry[] => [...table.values()].sort((a, b) => Prefix.compare(a.prefix, b.prefix));
    const fib = Fib.from(Trie.from(sorted()), { batch });
    assert.is(fib.usesKernel(family), batch === "wasm");
    const check = (): number => {
      const entries = sorted();
      const random = Array.from({ length: 20_000 }, () => randomPrefix(family, draw).last);
      const addresses = [...random, ...entries.flatMap(({ prefix }) => boundaries(prefix))];
      addresses.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      assert.ok(addresses.length >= 100_000);
      const winner = scan(
        entries.map(({ prefix }) => prefix.address),
        entries.map(({ prefix }) => prefix.last),
        Uint8Array.from(entries, ({ prefix }) => prefix.bits),
        addresses,
      );
      const answers = lookupAll(fib, family, addresses);
      answers.forEach((answer, i) => {
        const expected = winner[i] < 0 ? -1 : entries[winner[i]].value;
        if (answer !== expected) assert.is(answer, expected, formatAddress(addresses[i]));
      });
      fib.checkInvariants();
      return winner.filter((row) => row >= 0).length;
    };
    let positive = check();
    const pool = [...table.values()].map(({ prefix }) => prefix);
    for (let i = 0; i < 100_000; i++) {
      let prefix = i % 4 === 0 ? randomPrefix(family, draw) : pool[draw(pool.length)];
      // a short prefix repaints much, so most of them stay as they are
      while (prefix.bits < (family === 4 ? 14 : 20) && draw(64) > 0) prefix = pool[draw(pool.length)];
      const before = table.get(`${prefix}`)?.value;
      if (draw(2) === 0) {
        assert.is(fib.delete(prefix), before);
        table.delete(`${prefix}`);
      } else {
        const value = draw(3) === 0 ? draw(250) : draw(2 ** 20);
        assert.is(fib.insert(prefix, value), before);
        table.set(`${prefix}`, { prefix, value });
      }
    }
    positive += check();
    console.log(`\npositive ${positive}: IPv${family} addresses with a route, ${batch}`);
  });
}

for (const batch of ["typescript", "wasm"] as const) {
  test(`leaves widen as results multiply, and answers stay right: ${batch}`, () => widen(batch));
}

function widen(batch: "typescript" | "wasm"): void {
  const draw = drawFrom(SEED);
  const fib = Fib.from(new Trie(), { batch });
  const values = new Map<number, number>();
  const addresses = (): Uint32Array => Uint32Array.from(values.keys());
  const check = (): void => {
    const asked = addresses();
    assert.equal(
      lookupAll(fib, 4, asked),
      Array.from(asked, (address) => values.get(address) ?? -1),
    );
    fib.checkInvariants();
  };
  // host routes first, so that escapes are there to be widened
  for (const size of [100, 254, 255, 256, 1000, 65_534, 65_535, 65_536, 70_000]) {
    while (values.size < size) {
      const address = draw(2) === 0 ? 0x0a000000 + draw(2 ** 12) : draw(2 ** 32);
      const value = values.size * 3 + 0x7fffff00;
      if (values.has(address)) continue;
      values.set(address, value);
      fib.insert(Prefix.from(address4(address), 32), value);
    }
    check();
  }
  const wide = fib.bytes.compiled;
  for (const address of addresses()) {
    fib.delete(Prefix.from(address4(address), 32));
    const value = draw(2 ** 30); // a new result nearly every time, in the place of one that went
    fib.insert(Prefix.from(address4(address), 32), value);
    values.set(address, value);
  }
  check();
  assert.is(fib.bytes.compiled, wide); // ids, blocks and tables were used again
  assert.is(fib.usesKernel(4), batch === "wasm");
}

test("the kernel is used for large tables, and for others when it is asked for", () => {
  const columns = (family: Family, rows: number) => {
    const trie = new Trie();
    for (let i = 0; i < rows; i++) {
      const address = family === 4 ? address4(i * 2 ** 8) : address6(BigInt(i) << 80n);
      trie.insert(Prefix.from(address, family === 4 ? 24 : 48), i);
    }
    return [trie.columns(family)];
  };
  for (const family of [4, 6] as const) {
    const uses = (rows: number, options: FibOptions): boolean =>
      Fib.fromColumns(columns(family, rows), options).usesKernel(family);
    assert.is(uses(65_535, {}), false);
    assert.is(uses(65_536, {}), true);
    assert.is(uses(65_536, { batch: "typescript" }), false);
    assert.is(uses(1, { batch: "wasm" }), true);
  }
  assert.is(Fib.from(new Trie(), { batch: "wasm" }).usesKernel(6), false); // there is nothing to look up in
});

test("where WebAssembly cannot be had, TypeScript answers", () => {
  const host = (globalThis as unknown as { readonly WebAssembly: object }).WebAssembly;
  const memory: unknown = Reflect.get(host, "Memory");
  try {
    Object.defineProperty(host, "Memory", { value: undefined, configurable: true });
    const fib = Fib.from(new Trie(), { batch: "wasm" });
    fib.insert(p("10.0.0.0/8"), 1);
    fib.insert(p("2001:db8::/32"), 2);
    assert.is(fib.usesKernel(4) || fib.usesKernel(6), false);
    assert.equal(lookupAll(fib, 4, [0x0a000000, 0x0b000000]), [1, -1]);
    assert.equal(lookupAll(fib, 6, [0x20010db8n << 96n, 0n]), [2, -1]);
  } finally {
    Object.defineProperty(host, "Memory", { value: memory, configurable: true });
  }
});

test("a view of a copy answers as the table did, in another thread too", async () => {
  const draw = drawFrom(SEED);
  const fib = Fib.from(new Trie());
  assert.is(new FibView(fib.copy4()).lookup4(0), -1);
  for (let i = 0; i < 2000; i++) fib.insert(randomPrefix(4, draw), draw(300));
  const addresses = Uint32Array.from({ length: 20_000 }, () => Number(randomPrefix(4, draw).last));
  const expected = new Uint32Array(addresses.length);
  fib.lookupMany(addresses, expected);
  const buffer = fib.copy4((bytes) => new SharedArrayBuffer(bytes));
  for (const address of addresses.subarray(0, 100)) fib.insert(Prefix.from(address4(address), 32), 1000);
  assert.is(fib.lookup4(addresses[0]), 1000); // which the copy does not see
  const view = new FibView(buffer);
  assert.equal(
    Array.from(addresses, (address) => view.lookup4(address) >>> 0),
    Array.from(expected),
  );
  const worker = new Worker(
    `const { workerData: { core, buffer, addresses }, parentPort } = require("node:worker_threads");
    import(core).then(({ FibView }) => {
      const out = new Uint32Array(addresses.length);
      new FibView(buffer).lookupMany(addresses, out);
      parentPort.postMessage(out);
    });`,
    { eval: true, workerData: { core: import.meta.resolve("@twoway/core"), buffer, addresses } },
  );
  const out = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  assert.equal(out, expected);
});

test("an IPv6 table takes no more memory however often its prefixes change", () => {
  const fib = Fib.from(new Trie());
  const prefixes = [32, 40, 48, 56, 64, 96, 128].flatMap((bits) =>
    Array.from({ length: 20 }, (_, i) => Prefix.from(address6((0x20010db8n + BigInt(i)) << 96n), bits)),
  );
  const round = (first: number): void => {
    prefixes.forEach((prefix, i) => {
      if (i % 2 === 0) fib.delete(prefix);
      fib.insert(prefix, first + i); // a new result every time, in the place of one that went
      assert.is(fib.lookup(prefix.last), first + i);
    });
  };
  for (const first of [0, 1000]) round(first);
  const { compiled } = fib.bytes;
  for (let first = 2000; first < 100_000; first += 1000) round(first);
  assert.is(fib.bytes.compiled, compiled);
  fib.checkInvariants();
});

test("an IPv6 bucket comes back, however far above, when the long prefix goes that stood in its way", () => {
  const fib = fibOf([
    { prefix: p("2001:db8::/60"), value: 1 },
    { prefix: p("2001:db8:0:20::/60"), value: 2 },
  ]);
  fib.insert(p("2001:db8:0:10:0:1::/96"), 3);
  fib.checkInvariants();
  fib.delete(p("2001:db8:0:10:0:1::/96"));
  fib.checkInvariants(); // which compares the shape with that of a table compiled anew
  const asked = ["2001:db8:0:f::", "2001:db8:0:10:0:1::", "2001:db8:0:20::"].map(parseAddress);
  assert.equal(lookupAll(fib, 6, asked as bigint[]), [1, -1, 2]);
});

test("an IPv6 node goes when what is left in it has one result", () => {
  const fib = fibOf([
    { prefix: p("2001:db8::/48"), value: 1 },
    { prefix: p("2001:db8::1:0/112"), value: 1 },
    { prefix: p("2001:db8::2:0/112"), value: 1 },
    { prefix: p("2001:db8::3:0/112"), value: 2 },
  ]);
  fib.checkInvariants();
  fib.delete(p("2001:db8::3:0/112"));
  fib.checkInvariants();
  assert.equal(lookupAll(fib, 6, [parseAddress("2001:db8::3:0") as bigint, 0n]), [1, -1]);
});

test("an IPv6 node stays where one of its entries differs, whichever it is", () => {
  for (let entry = 0n; entry < 16n; entry++) {
    const first = (0x20010db8n << 96n) + (entry << 60n);
    const halves = [first, first + (1n << 59n)].map((address) => Prefix.from(address6(address), 69));
    const fib = fibOf(halves.map((prefix) => ({ prefix, value: 2 })));
    fib.checkInvariants();
    assert.equal(lookupAll(fib, 6, [first, first + (1n << 60n)]), [2, -1]);
  }
});

test("an IPv6 bucket ends with the last address of its block, and the next block is another", () => {
  for (const batch of ["typescript", "wasm"] as const) {
    const fib = Fib.from(new Trie(), { batch });
    const reference = new Reference();
    const prefixes = [
      "2001:dbf:ffff:fffe::/63",
      "2001:dbf:ffff:fffc::/63",
      "2001:dbf:fe00::/39",
      "2001:dbf:ff80::/48",
    ];
    prefixes.map(p).forEach((prefix, i) => {
      fib.insert(prefix, i);
      reference.insert(prefix, i);
      const asked = prefixes.map(p).flatMap(boundaries);
      assert.equal(
        lookupAll(fib, 6, asked as bigint[]),
        asked.map((address) => reference.lookup(address) ?? -1),
      );
      fib.checkInvariants();
    });
  }
});

test("what is below an entry of an IPv6 table takes the smallest form it fits", () => {
  const words = (...entries: readonly (readonly [string, number])[]): number => {
    const sorted = entries.map(([text, value]) => ({ prefix: p(text), value }));
    sorted.sort((a, b) => Prefix.compare(a.prefix, b.prefix));
    return Fib.from(Trie.from(sorted)).bytes.compiled / 4;
  };
  const run = (count: number, bits: number): (readonly [string, number])[] =>
    Array.from({ length: count }, (_, i) => [
      `${Prefix.from(address6((0x20010db8n << 96n) + (BigInt(i) << BigInt(128 - bits))), bits)}`,
      1 + (i % 2),
    ]);
  const root = words(["2001::/16", 1]);
  const node = 1024 + 2 * 8; // of the ten bits below the root, with 8 words to spare for every 512
  assert.is(words(...run(1, 48)), root + 8); // a tail
  // with what is before and behind them, prefixes side by side are two ranges more
  assert.equal(
    [2, 3, 6, 7, 14].map((count) => words(...run(count, 48)) - root - node),
    [8, 16, 16, 32, 32],
  );
  assert.ok(words(...run(15, 48)) > words(...run(14, 48)) + 32);
  // side by side with the same result they are one range
  assert.is(words(...run(40, 48).map(([text]) => [text, 1] as const)), root + node + 8);
  // buckets reach to bit 55 below bit 26, and to bit 63 below that
  assert.is(words(...run(2, 55)), root + node + 8);
  assert.is(words(...run(2, 56)), root + node + 64 + 8);
  assert.is(words(...run(2, 63)), root + node + 64 + 8);
  assert.ok(words(...run(2, 64)) > words(...run(2, 63)));
  // the last level with buckets ends with bit 48; the first /48 behind the run is cut once more
  const long = [...run(20, 48), ["2001:db8:14::/50", 3], ["2001:db8:14:4000::/50", 4]] as const;
  assert.is(words(...long) - words(...run(20, 48)), 8);
  // what says the same as the prefix around it is not there
  for (const inside of ["2001:db8::/48", "2001:db8::/64", "2001:db8::1/128"]) {
    assert.is(words(["2001::/16", 1], [inside, 1]), root + node, inside); // a node was made, and is free
  }
});

for (const batch of ["typescript", "wasm"] as const) {
  test(`any number of addresses is answered: ${batch}`, () => {
    const fib = Fib.from(Trie.from([{ prefix: p("0.0.0.0/1"), value: 1 }]), { batch });
    fib.insert(p("::/1"), 1);
    for (const count of [0, 1, 3, 4, 5, 511, 512, 513, 1023, 1024, 1025, 2049, 4095, 4096, 4097, 8193]) {
      const addresses = Array.from({ length: count }, (_, i) => (i * 0x9e3779b1) >>> 0);
      const expected = addresses.map((address) => (address < 2 ** 31 ? 1 : -1));
      assert.equal(lookupAll(fib, 4, addresses), expected);
      assert.equal(
        lookupAll(
          fib,
          6,
          addresses.map((address) => BigInt(address) << 96n),
        ),
        expected,
      );
    }
  });

  // a bucket below bit 26 holds what bits 24 to 54 cut, a later one what bits 32 to 62 cut, and neither more than 16 ranges
  test(`IPv6 prefixes about the limits of a bucket, alone and many, come and go: ${batch}`, () => {
    for (const bits of [
      16, 24, 25, 26, 27, 32, 38, 43, 48, 49, 52, 54, 55, 56, 62, 63, 64, 65, 96, 127, 128,
    ]) {
      for (const many of [1, 4, 5, 8, 17, 40]) {
        const fib = Fib.from(new Trie(), { batch });
        const reference = new Reference();
        const prefixes = Array.from({ length: many }, (_, i) =>
          Prefix.from(address6((0x20010db8n << 96n) + (BigInt(3 * i) << BigInt(128 - bits))), bits),
        );
        const asked = prefixes.flatMap(boundaries).filter((address) => typeof address === "bigint");
        const check = (): void => {
          assert.equal(
            lookupAll(fib, 6, asked),
            asked.map((address) => reference.lookup(address) ?? -1),
          );
          fib.checkInvariants();
        };
        prefixes.forEach((prefix, i) => {
          fib.insert(prefix, i % 5);
          reference.insert(prefix, i % 5);
        });
        check();
        for (const prefix of prefixes.slice(1)) {
          fib.delete(prefix);
          reference.delete(prefix);
          if (prefix === prefixes[many >> 1]) check();
        }
        check();
      }
    }
  });
}

test.run();
