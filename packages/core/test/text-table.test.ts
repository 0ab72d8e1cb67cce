import { gzipSync } from "node:zlib";
import { Prefix, parseAddress, readTextTable, type TextTable, TextTableError } from "@twoway/core";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { anyTable } from "./arbitraries.ts";
import { drawFrom, holdsAsync, SEED } from "./seed.ts";

const test = suite("text table");
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

const read = (text: string): Promise<TextTable> => readTextTable(chunks(encode(text)));

/** Each entry as `prefix hop`, in address order. */
const show = ({ trie, nextHops }: TextTable): string[] =>
  [...trie.entries()].map(({ prefix, value }) => `${prefix} ${nextHops[value]}`.trim());

/** Returns the error that reading ends with; fails when there is none or it is of another class. */
async function refusal(source: AsyncIterable<Uint8Array>): Promise<TextTableError> {
  try {
    await readTextTable(source);
  } catch (error) {
    assert.instance(error, TextTableError);
    return error as TextTableError;
  }
  return assert.unreachable("the text was accepted") as never;
}

const ACCEPTED: readonly [string, string, string[]][] = [
  [
    "the second of two equal lines in sorted text",
    "10.0.0.0/8 a\n10.0.0.0/8 b\n11.0.0.0/8 c\n",
    ["10.0.0.0/8 b", "11.0.0.0/8 c"],
  ],
  // their FNV-1a hashes are equal
  [
    "next hops with the same hash",
    "10.0.0.0/8 costarring\n11.0.0.0/8 liquid\n",
    ["10.0.0.0/8 costarring", "11.0.0.0/8 liquid"],
  ],
  ["nothing at all", "", []],
  ["one line without an end", "10.0.0.0/8", ["10.0.0.0/8"]],
  ["CRLF and LF", "10.0.0.0/8\r\n11.0.0.0/8\n", ["10.0.0.0/8", "11.0.0.0/8"]],
  [
    "blank lines and comments",
    "# table\n\n  \t\n10.0.0.0/8 # core\n10.1.0.0/16#edge\n",
    ["10.0.0.0/8", "10.1.0.0/16"],
  ],
  [
    "a next hop behind a space, tab or comma",
    "10.0.0.0/8 a\n11.0.0.0/8\tb\n12.0.0.0/8,c\n13.0.0.0/8 , d\n",
    ["10.0.0.0/8 a", "11.0.0.0/8 b", "12.0.0.0/8 c", "13.0.0.0/8 d"],
  ],
  [
    "lines with and without a next hop",
    "10.0.0.0/8 192.0.2.1\n11.0.0.0/8\n",
    ["10.0.0.0/8 192.0.2.1", "11.0.0.0/8"],
  ],
  [
    "both families, in any order",
    "::/0\n2001:db8::/32\n11.0.0.0/8\n10.0.0.0/8\n",
    ["10.0.0.0/8", "11.0.0.0/8", "::/0", "2001:db8::/32"],
  ],
  [
    "the last of two lines with the same prefix",
    "10.0.0.0/8 a\n9.0.0.0/8 b\n10.0.0.0/8 c\n",
    ["9.0.0.0/8 b", "10.0.0.0/8 c"],
  ],
  [
    "rarer IPv6 spellings",
    "2001:0DB8:0:0:0:0:0:0/32\n::ffff:10.0.0.0/104\n1:2:3:4:5:6:7::/112\n::1/128\n",
    ["::1/128", "::ffff:10.0.0.0/104", "1:2:3:4:5:6:7:0/112", "2001:db8::/32"],
  ],
  ["a byte order mark", "\ufeff10.0.0.0/8\n", ["10.0.0.0/8"]],
  [
    "both default routes and both kinds of host",
    "0.0.0.0/0\n255.255.255.255/32\n::/0\n::/128\n",
    ["0.0.0.0/0", "255.255.255.255/32", "::/0", "::/128"],
  ],
];
for (const [title, text, expected] of ACCEPTED) {
  test(`reads ${title}`, async () => {
    assert.equal(show(await read(text)), expected);
  });
}

const REFUSED: readonly [string, number, RegExp, string?][] = [
  [
    "10.0.0.0/8\n10.0.0.1/24\n",
    2,
    /^line 2: "10\.0\.0\.1\/24": host bits are set; did you mean 10\.0\.0\.0\/24\?$/,
    "10.0.0.0/24",
  ],
  ["2001:db8::1/64", 1, /host bits are set/, "2001:db8::/64"],
  ["\n\n10.0.0.1\n", 3, /^line 3: "10\.0\.0\.1": a length is missing/, "10.0.0.1/32"],
  ["10.0.0.0/33", 1, /the length is above 32/],
  ["::/129", 1, /the length is above 128/],
  ["10.0.0.256/32", 1, /octet is above 255/],
  ["010.0.0.0/8", 1, /octet has a leading zero/],
  ["10.0.0.0/08", 1, /the length is not a plain number/],
  ["10.0.0.0/", 1, /a length is missing/],
  ["10.0.0/24", 1, /four octets, not fewer/],
  ["1:2:3:4:5:6:7:8:9/64", 1, /eight groups, not more/],
  ["1:::/64", 1, /./],
  ["12345::/64", 1, /more than four digits/],
  ["1:2:3:4:5:6:7:8::/64", 1, /./],
  ["1:2:3:4:5:6:7:8::/128", 1, /stands for at least one group/],
  ["1::2:3:4:5:6:7:8/128", 1, /stands for at least one group/],
  [",a", 1, /a prefix is missing/],
  ["10.0.0.0/8 a b", 1, /^line 1: "10\.0\.0\.0\/8 a b": a line has at most two columns$/],
  ["10.0.0.0/8,,a", 1, /at most two columns/],
  ["10.0.0.0/8 \x07", 1, /control characters/],
  ["hello\n", 1, /does not belong in an IPv4 address/],
  [`# ok\n#${"x".repeat(5000)}\n`, 2, /^line 2: a line is longer than 4096 bytes$/],
  ["x".repeat(100), 1, /^line 1: "x{77}\.\.\.": /],
];
for (const [text, line, message, suggestion] of REFUSED) {
  test(`refuses ${JSON.stringify(text.slice(0, 40))}`, async () => {
    const error = await refusal(chunks(encode(text)));
    assert.is(error.line, line);
    assert.match(error.message, message);
    assert.is(error.suggestion, suggestion);
    assert.ok(error.message.includes(error.rule));
  });
}

test("a next hop that is not UTF-8 is refused", async () => {
  const error = await refusal(chunks(encode("10.0.0.0/8 "), new Uint8Array([0xff, 0xfe])));
  assert.match(error.message, /the next hop is not UTF-8 text/);
});

test("a line that goes on and on is refused before it is kept", async () => {
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    yield encode("10.0.0.0/8\n");
    for (;;) yield encode("1".repeat(1500));
  };
  assert.match((await refusal(endless())).message, /^line 2: a line is longer than 4096 bytes$/);
  assert.match(
    (await refusal(chunks(new Uint8Array(4097)))).message,
    /^line 1: a line is longer than 4096 bytes$/,
  );
});

test("too many prefixes are refused with the line", async () => {
  const text = encode("10.0.0.0/8\n11.0.0.0/8\n12.0.0.0/8\n");
  assert.is((await readTextTable(chunks(text), { maxPrefixes: 3 })).trie.size, 3);
  await readTextTable(chunks(text), { maxPrefixes: 2 }).then(
    () => assert.unreachable("the table was accepted"),
    (error: TextTableError) => assert.match(error.message, /^line 3: .*more than 2 prefixes/),
  );
});

test("values are indices of next hops, in the order of first use", async () => {
  const { trie, nextHops, lines } = await read("10.0.0.0/8 b\n11.0.0.0/8 a\n12.0.0.0/8 b\n13.0.0.0/8\n");
  assert.equal(nextHops, ["", "b", "a"]);
  assert.is(trie.lookup(parseAddress("12.0.0.1")), 1);
  assert.is(trie.get(Prefix.parse("11.0.0.0/8")), 2);
  assert.is(trie.get(Prefix.parse("13.0.0.0/8")), 0);
  assert.is(lines, 4);
});

const SAMPLE =
  "# sample\r\n10.0.0.0/8 one\r\n\r\n10.1.0.0/16,two\n2001:db8::/32\tone\n::ffff:10.0.0.0/104\n9.0.0.0/8";
const SAMPLE_SHOWN = [
  "9.0.0.0/8",
  "10.0.0.0/8 one",
  "10.1.0.0/16 two",
  "::ffff:10.0.0.0/104",
  "2001:db8::/32 one",
];

for (const [title, bytes] of [
  ["plain", encode(SAMPLE)],
  ["gzip", new Uint8Array(gzipSync(SAMPLE))],
] as const) {
  test(`${title} bytes may be cut anywhere`, async () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.equal(
        show(await readTextTable(chunks(bytes.subarray(0, cut), bytes.subarray(cut)))),
        SAMPLE_SHOWN,
      );
    }
    const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
    assert.equal(show(await readTextTable(chunks(...single))), SAMPLE_SHOWN);
  });

  test(`${title} bytes may come from a web stream`, async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    });
    assert.equal(show(await readTextTable(stream)), SAMPLE_SHOWN);
  });

  test(`an error of the source comes out unchanged from ${title} bytes`, async () => {
    const failure = new Error("connection lost");
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 20);
      throw failure;
    };
    await readTextTable(source()).then(
      () => assert.unreachable("the error was swallowed"),
      (error: unknown) => assert.is(error, failure),
    );
  });

  test(`a source is closed when its ${title} text is refused early`, async () => {
    let closed = false;
    const bad = encode("nonsense\n");
    const first = title === "gzip" ? new Uint8Array(gzipSync(bad)) : bad;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield first;
        for (;;) yield new Uint8Array(1000);
      } finally {
        closed = true;
      }
    };
    assert.is((await refusal(source())).line, 1);
    assert.ok(closed);
  });
}

test("gzip that ends early is refused at every length", async () => {
  const bytes = new Uint8Array(gzipSync(SAMPLE));
  for (let length = 2; length < bytes.length; length++) {
    const error = await refusal(chunks(bytes.subarray(0, length)));
    assert.is(error.rule, "the gzip data is damaged or ends early", `${length} bytes`);
  }
});

test("a source of strings is a TypeError", async () => {
  const strings = async function* (): AsyncGenerator<string> {
    yield "10.0.0.0/8\n";
  };
  await readTextTable(strings() as unknown as AsyncIterable<Uint8Array>).then(
    () => assert.unreachable("strings were accepted"),
    (error: unknown) => assert.instance(error, TypeError),
  );
});

test("what a table prints reads back, shuffled, cut and compressed or not", async () => {
  await holdsAsync(
    "tables with a prefix of each family",
    fc.tuple(anyTable, fc.nat(), fc.boolean()),
    async ([table, n, packed]) => {
      const draw = drawFrom(n);
      const lines = table.map(({ prefix, value }) => `${prefix} hop-${value}`);
      for (let i = lines.length - 1; i > 0; i--) {
        const j = draw(i + 1);
        [lines[i], lines[j]] = [lines[j], lines[i]];
      }
      const plain = encode(lines.map((line) => `${line}\n`).join(""));
      const bytes = packed ? new Uint8Array(gzipSync(plain)) : plain;
      const cut = draw(bytes.length + 1);
      const again = await readTextTable(chunks(bytes.subarray(0, cut), bytes.subarray(cut)));
      again.trie.checkInvariants();
      assert.equal(
        show(again),
        table.map(({ prefix, value }) => `${prefix} hop-${value}`),
      );
      return table[0]?.prefix.family === 4 && table.at(-1)?.prefix.family === 6;
    },
    150,
  );
});

test("damaged text is a table or a TextTableError, and nothing else", async () => {
  const alphabet = encode("0123456789abcdef.:/,# \t\r\n\x00\xff\x1f\x8b");
  const anyByte = fc.oneof(fc.constantFrom(...alphabet), fc.integer({ min: 0, max: 255 }));
  const damage = fc.array(fc.tuple(fc.nat(), anyByte), { minLength: 1, maxLength: 4 });
  await holdsAsync(
    "damage that is refused",
    fc.tuple(damage, fc.boolean()),
    async ([edits, packed]) => {
      const bytes = packed ? new Uint8Array(gzipSync(SAMPLE)) : encode(SAMPLE);
      for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
      return await refusedOrGood(bytes);
    },
    1000,
  );
});

test("garbage is a table or a TextTableError, and nothing else", async () => {
  await holdsAsync(
    "garbage that is refused",
    fc.uint8Array({ maxLength: 300, size: "max" }),
    refusedOrGood,
    500,
  );
  await holdsAsync(
    "garbage behind a gzip header",
    fc
      .uint8Array({ maxLength: 100 })
      .map((tail) => Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, ...tail)),
    refusedOrGood,
    300,
  );
});

/** Reports whether the bytes were refused; any other exception fails the test. */
async function refusedOrGood(bytes: Uint8Array): Promise<boolean> {
  const draw = drawFrom(SEED + bytes.length);
  const cut = draw(bytes.length + 1);
  try {
    const { trie } = await readTextTable(chunks(bytes.subarray(0, cut), bytes.subarray(cut)));
    trie.checkInvariants();
    return false;
  } catch (error) {
    assert.instance(error, TextTableError);
    return true;
  }
}

test.run();
