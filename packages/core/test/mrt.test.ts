import { gzipSync } from "node:zlib";
import { MrtError, type MrtTable, Prefix, parseAddress, readMrt, readTable } from "@twoway/core";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { anyAddress, anyTable } from "./arbitraries.ts";
import { MrtWriter } from "./mrt-writer.ts";
import { drawFrom, holdsAsync } from "./seed.ts";

const test = suite("mrt");
const p = Prefix.parse;
const a = parseAddress;

async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

const read = (bytes: Uint8Array): Promise<MrtTable> => readMrt(chunks(bytes));
const show = ({ trie, nextHops }: Pick<MrtTable, "trie" | "nextHops">): string[] =>
  [...trie.entries()].map(({ prefix, value }) => `${prefix} ${nextHops[value]}`.trim());

async function refusal(bytes: Uint8Array): Promise<MrtError> {
  try {
    await read(bytes);
  } catch (error) {
    assert.instance(error, MrtError);
    return error as MrtError;
  }
  return assert.unreachable("the bytes were accepted") as never;
}

const sample = (): MrtWriter =>
  new MrtWriter()
    .peers(5, "view")
    .rib(p("0.0.0.0/0"), [{ peer: 0, nextHop: a("192.0.2.1") }])
    .rib(p("10.0.0.0/8"), [
      { peer: 1, nextHop: a("192.0.2.2") },
      { peer: 2, nextHop: a("192.0.2.3") },
    ])
    .rib(p("10.1.2.3/32"), [{ peer: 4, nextHop: a("192.0.2.1") }], "add-path")
    .rib(p("10.128.0.0/9"), [{ peer: 3 }])
    .record(13, 3, [1, 2, 3]) // multicast
    .record(16, 4, [9]) // an update
    .rib(p("2001:db8::/32"), [{ peer: 4, nextHop: a("2001:db8:ffff::1") }])
    .rib(p("2001:db8::1/128"), [{ peer: 4, nextHop: a("2001:db8:ffff::2") }], "add-path")
    .rib(p("11.0.0.0/8"), []);
const SAMPLE = [
  "0.0.0.0/0 192.0.2.1",
  "10.0.0.0/8 192.0.2.2",
  "10.1.2.3/32 192.0.2.1",
  "10.128.0.0/9",
  "2001:db8::/32 2001:db8:ffff::1",
  "2001:db8::1/128 2001:db8:ffff::2",
];

test("a dump of both families, with and without path identifiers, plain and gzip", async () => {
  const bytes = sample().dump();
  for (const form of [bytes, new Uint8Array(gzipSync(bytes))]) {
    const table = await read(form);
    assert.equal(show(table), SAMPLE);
    assert.is(table.records, 10);
    assert.equal(table.nextHops.slice(0, 3), ["", "192.0.2.1", "192.0.2.2"]);
  }
});

test("chunks may end anywhere", async () => {
  const bytes = sample().dump();
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.equal(show(await readMrt(chunks(bytes.subarray(0, cut), bytes.subarray(cut)))), SAMPLE);
  }
  assert.equal(show(await readMrt(chunks(...Array.from(bytes, (byte) => Uint8Array.of(byte))))), SAMPLE);
});

test("the next hop of IPv6 stands in three forms, and the last of equal prefixes wins", async () => {
  const six = (n: number) => a(`2001:db8::${n}`);
  for (const form of [0, 1, 2]) {
    // the writer takes another form for each entry, and the reader the first entry
    const entries = Array.from({ length: form + 1 }, (_, i) => ({ peer: 0, nextHop: six(i + 1) }));
    const writer = new MrtWriter().peers(1).rib(p("::/0"), [entries[form]]);
    assert.equal(show(await read(writer.dump())), [`::/0 2001:db8::${form + 1}`]);
  }
  const attribute = (...bytes: number[]) =>
    new MrtWriter()
      .peers(1)
      .record(13, 4, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, bytes.length, ...bytes])
      .dump();
  const bytes = [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 5];
  for (const form of [
    [0x80, 14, 17, 16, ...bytes],
    [0x90, 14, 0, 21, 0, 2, 1, 16, ...bytes, 0],
    [0x80, 14, 33, 32, ...bytes, ...bytes.map(() => 9)],
  ]) {
    assert.equal(show(await read(attribute(...form))), ["::/0 2001:db8::5"]);
  }
  assert.equal((await refusal(attribute(0x80, 14, 6, 5, 1, 1, 1, 1, 1))).rule, "a next hop has 5 bytes");
  assert.equal(
    (await refusal(attribute(0x80, 14, 2, 16, 0))).rule,
    "a next hop is longer than its attribute",
  );
  const twice = new MrtWriter().peers(1);
  for (const n of [1, 2]) twice.rib(p("::/0"), [{ peer: 0, nextHop: six(n) }]);
  assert.equal(show(await read(twice.dump())), ["::/0 2001:db8::2"]);
});

test("bits behind the length of a prefix do not count", async () => {
  const body = [0, 0, 0, 0, 9, 10, 255, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
  assert.equal(show(await read(new MrtWriter().peers(1).record(13, 2, body).dump())), ["10.128.0.0/9"]);
});

test("what breaks a rule is named with its byte", async () => {
  const peers = new MrtWriter().peers(1).dump().length;
  const body = (bits: number, peer: number, ...more: number[]) => [
    0,
    0,
    0,
    0,
    bits,
    10,
    0,
    1,
    0,
    peer,
    0,
    0,
    0,
    0,
    0,
    0,
    ...more,
  ];
  for (const [writer, offset, rule] of [
    [new MrtWriter(), 0, "there is no peer index table"],
    [new MrtWriter().record(16, 4, [1]), 13, "there is no peer index table"],
    [new MrtWriter().rib(p("10.0.0.0/8"), []), 12, "a route stands before the peer index table"],
    [new MrtWriter().peers(1).record(13, 2, body(33, 0)), peers + 16, "the prefix length 33 is above 32"],
    [new MrtWriter().peers(1).record(13, 4, body(129, 0)), peers + 16, "the prefix length 129 is above 128"],
    [new MrtWriter().peers(1).record(13, 2, body(8, 1)), peers + 20, "there is no peer 1 among 1"],
    [new MrtWriter().peers(1).record(13, 2, body(8, 0, 7, 7)), peers + 28, "the record has 2 bytes too many"],
    [new MrtWriter().peers(1).record(13, 2, body(8, 0).slice(0, -1)), peers + 27, "the record ends early"],
  ] as const) {
    const error = await refusal(writer.dump());
    assert.is(error.rule, rule);
    assert.is(error.offset, offset, rule);
    assert.is(error.message, `byte ${offset}: ${rule}`);
  }
});

test("a record that claims to be huge is refused before it is waited for; a skipped one may be", async () => {
  const bytes = new MrtWriter().peers(1).record(13, 2, []).dump();
  bytes.set([0x7f, 0xff, 0xff, 0xff], bytes.length - 4);
  assert.match((await refusal(bytes)).message, /longer than 4194304 bytes/);
  const large = new MrtWriter().peers(1).dump();
  const unknown = new Uint8Array(5 * 2 ** 20 + 12);
  unknown.set([0, 0, 0, 0, 0, 13, 0, 6, 0, 0x50, 0, 0]);
  const { records } = await readMrt(chunks(large, unknown.subarray(0, 1000), unknown.subarray(1000)));
  assert.is(records, 2);
});

test("more prefixes than allowed are refused", async () => {
  const two = new MrtWriter().peers(1);
  for (const text of ["10.0.0.0/8", "11.0.0.0/8"]) two.rib(p(text), [{ peer: 0 }]);
  await readMrt(chunks(two.dump()), { maxPrefixes: 2 });
  try {
    await readMrt(chunks(two.dump()), { maxPrefixes: 1 });
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /more than 1 prefixes/);
  }
});

test("a dump cut at any byte is a shorter table or an MrtError", async () => {
  const bytes = sample().dump();
  let tables = 0;
  for (let length = 0; length < bytes.length; length++) {
    if (!(await refusedOrGood(bytes.subarray(0, length)))) tables++;
  }
  assert.is(tables, 9); // behind the peers and every record but the last
  const packed = new Uint8Array(gzipSync(bytes));
  for (let length = 2; length < packed.length; length++) {
    assert.match((await refusal(packed.subarray(0, length))).rule, /gzip data is damaged/);
  }
});

test("tables of any kind read back as they were written", async () => {
  const some = fc.tuple(anyTable, fc.array(anyAddress, { minLength: 1 }), fc.nat());
  await holdsAsync(
    "tables of both families",
    some,
    async ([table, hops, n]) => {
      const draw = drawFrom(n);
      const writer = new MrtWriter().peers(3);
      const expected = table.map(({ prefix }) => {
        const said = Array.from({ length: 1 + draw(3) }, () => ({
          peer: draw(3),
          nextHop: hops[draw(hops.length)],
        }));
        writer.rib(prefix, said, draw(2) === 0 ? "add-path" : "plain");
        return { prefix, hop: said[0].nextHop };
      });
      const bytes = writer.dump();
      const cut = draw(bytes.length + 1);
      const again = await readTable(chunks(bytes.subarray(0, cut), bytes.subarray(cut)));
      again.trie.checkInvariants();
      const found = [...again.trie.entries()].map(({ prefix, value }) => [
        `${prefix}`,
        again.nextHops[value],
      ]);
      assert.equal(
        found.map(([prefix, hop]) => `${prefix} ${a(hop)}`),
        expected.map(({ prefix, hop }) => `${prefix} ${hop}`),
      );
      return table[0]?.prefix.family === 4 && table.at(-1)?.prefix.family === 6;
    },
    100,
  );
});

test("damage is a table or an MrtError, and nothing else", async () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await holdsAsync(
    "damage that is refused",
    fc.tuple(damage, fc.boolean()),
    async ([edits, packed]) => {
      const bytes = packed ? new Uint8Array(gzipSync(sample().dump())) : sample().dump();
      for (const [at, byte] of edits)
        bytes[packed ? 2 + (at % (bytes.length - 2)) : at % bytes.length] = byte;
      return await refusedOrGood(bytes);
    },
    1500,
  );
  await holdsAsync(
    "garbage that is refused",
    fc.uint8Array({ maxLength: 200, size: "max" }),
    refusedOrGood,
    300,
  );
});

test("a reader of any table tells dumps from text, however little arrives at once", async () => {
  const dump = sample().dump();
  const text = new TextEncoder().encode("10.0.0.0/8 192.0.2.1\n");
  for (const [bytes, expected] of [
    [dump, SAMPLE],
    [text, ["10.0.0.0/8 192.0.2.1"]],
    [new Uint8Array(0), []],
  ] as const) {
    for (const form of [bytes, new Uint8Array(gzipSync(bytes))]) {
      assert.equal(
        show(await readTable(chunks(...Array.from(form, (byte) => Uint8Array.of(byte))))),
        expected,
      );
    }
  }
  for (const [bytes, rule] of [
    [dump.subarray(0, 60), /byte 60: the dump ends inside a record/],
    [new Uint8Array(gzipSync(text)).subarray(0, 11), /line 1: the gzip data is damaged/],
  ] as const) {
    await readTable(chunks(bytes)).then(
      () => assert.unreachable(),
      (error: unknown) => assert.match(String(error), rule),
    );
  }
});

/** Reports whether the bytes were refused; any other exception fails the test. */
async function refusedOrGood(bytes: Uint8Array): Promise<boolean> {
  try {
    const { trie } = await read(bytes);
    trie.checkInvariants();
    return false;
  } catch (error) {
    assert.instance(error, MrtError);
    return true;
  }
}

test.run();
