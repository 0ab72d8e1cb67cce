import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as LogFilesModule from "../src/jobs/log-files.ts";
import { ROOT, twoway } from "./command.ts";
import { hasRedis, startRedis } from "./redis.ts";

// Flow logs as files: what of them would break, in whatever format they are, in parts, and after an interruption.
const test = suite("replay");
const folder = mkdtempSync(join(tmpdir(), "twoway-replay-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const { checkLog, openLogs } = (await import(
  new URL("../jobs/log-files.js", import.meta.url).href
)) as typeof LogFilesModule;

const NETWORK = join(ROOT, "scenarios/replay-before-delete.yaml");
const LOG = "scenarios/replay-before-delete.log";
const DELETE = ["--do", "delete-peering bi-data"];

const inFolder = (name: string): string => join(folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(inFolder(name), content);
  return inFolder(name);
};
const lines = readFileSync(join(ROOT, LOG), "utf8").trimEnd().split("\n");
const rows = lines.map((line) => line.split(" "));

interface Answer {
  readonly records: number;
  readonly classes: Readonly<Record<string, { readonly records: number; readonly bytes: number }>>;
  readonly groups: readonly {
    readonly class: string;
    readonly disagrees?: string;
    readonly reason?: { readonly cause: string };
    readonly pairs: readonly { readonly from: string; readonly to: string; readonly records: number }[];
  }[];
  readonly malformed: { readonly count: number; readonly first: readonly { line: number; rule: string }[] };
}

/** Runs the command and returns its JSON. */
async function replayed(logs: readonly string[], more: readonly string[] = DELETE): Promise<Answer> {
  const { out, err } = await twoway(["replay", NETWORK, ...logs, ...more, "--format", "json"]);
  assert.is.not(out, "", err);
  return JSON.parse(out);
}

/** What is the same whatever format the records are in. */
function essence({ classes, groups }: Answer): string {
  return JSON.stringify([classes, groups.map(({ class: cls, reason, pairs }) => [cls, reason, pairs])]);
}

test("the log of the scenario: the nightly report breaks, and 1 says so; nothing else does, and 0 says so", async () => {
  const broken = await twoway(["replay", NETWORK, LOG, ...DELETE]);
  assert.is(broken.status, 1, broken.err);
  assert.match(broken.out, /13 records, 35572 packets, 52139056 bytes/);
  assert.match(broken.out, /4 {2}breaks/);
  assert.match(broken.out, /bi\/reports to data\/store {2}2\n/);
  assert.match(broken.out, /route bi\/main 10\.2\.0\.0\/16 -> bi-data \(100000000002, eu-west-1\)/);
  assert.match(broken.out, /10\.3\.1\.30 {2}4\n {4}no other in more than 0/);
  const intact = await twoway(["replay", NETWORK, LOG]);
  assert.is(intact.status, 0, intact.err);
  assert.match(intact.out, /10 {2}passes/);
});

test("a record that the network does not explain is a disagreement; 1 says so without any change", async () => {
  const log = write(
    "contradiction.log",
    `${lines[0]}\n${rows[2].map((word) => (word === "5432" ? "9999" : word)).join(" ")}\n${rows[2].join(" ").replace("ACCEPT", "REJECT")}\n`,
  );
  const { out, status } = await twoway(["replay", NETWORK, log]);
  assert.is(status, 1);
  assert.match(out, /ACCEPT, and the network as it is modelled does not let it get there/);
  assert.match(out, /filter-denied: a security group or network ACL refused it/);
  assert.match(out, /REJECT, and nothing in the network stops it/);
});

test("3 says that nothing is known to break and something cannot be decided", async () => {
  const log = write(
    "outside.log",
    `${lines[0]}\n${rows[1].join(" ").replaceAll("10.1.1.10", "192.168.7.7")}\n`,
  );
  const { status, out } = await twoway(["replay", NETWORK, log]);
  assert.is(status, 3, out);
});

test("two networks are compared as well as one and what --do makes of it", async () => {
  const after = write(
    "after.yaml",
    readFileSync(NETWORK, "utf8")
      .replace("  bi-data: bi - data\n", "")
      .replaceAll(/, 10\.3\.0\.0\/16 -> bi-data| 10\.2\.0\.0\/16 -> bi-data /g, ""),
  );
  const { classes, groups } = await replayed([LOG], ["--after", after]);
  assert.is(classes.breaks.records, 4);
  assert.equal(
    [...new Set(groups.filter(({ class: cls }) => cls === "breaks").map(({ reason }) => reason?.cause))],
    ["no-route"],
  );
  const both = await twoway(["replay", NETWORK, LOG, "--after", after, ...DELETE]);
  assert.is(both.status, 2);
});

const FORMATS: Readonly<Record<string, () => string | Uint8Array>> = {
  "text, compressed": () => gzipSync(lines.join("\n")),
  "text with CRLF and a mark at its beginning": () => `\uFEFF${lines.join("\r\n")}\r\n`,
  "CSV with names of other tools": () =>
    [
      "action,SRC_IP,dst-ip,Source_Port,dport,proto,packets,bytes,start,direction,tcp_flags,log_status,vpc,subnet,interface",
      ...rows.slice(1).map((row) => {
        const [
          ,
          vpc,
          subnet,
          eni,
          src,
          dst,
          sport,
          dport,
          proto,
          flags,
          packets,
          bytes,
          start,
          ,
          dir,
          act,
          status,
        ] = row;
        return [
          act,
          `"${src}"`,
          dst,
          sport,
          dport,
          proto === "6" ? "TCP" : proto,
          packets,
          bytes,
          start,
          dir,
          flags,
          status,
          vpc,
          subnet,
          eni,
        ].join(",");
      }),
    ].join("\n"),
  "JSON as Tencent Cloud's log service exports it": () =>
    rows
      .slice(1)
      .map((row) =>
        JSON.stringify({
          __SOURCE__: "x",
          content: Object.fromEntries(rows[0].map((name, i) => [name, row[i]])),
        }),
      )
      .join("\n"),
  "JSON with numbers": () =>
    rows
      .slice(1)
      .map((row) =>
        JSON.stringify(
          Object.fromEntries(
            rows[0].map((name, i) => [name, /^\d+$/.test(row[i]) ? Number(row[i]) : row[i]]),
          ),
        ),
      )
      .join("\n"),
  "Parquet, not compressed": () => parquet("UNCOMPRESSED", 100),
  "Parquet with snappy, in row groups of four": () => parquet("SNAPPY", 4),
  "Parquet with gzip, as AWS writes it": () => parquet("GZIP", 5),
  "Parquet with zstd": () => parquet("ZSTD", 5),
};

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => gzipSync(bytes),
  // a frame of one segment, its length in eight bytes, and blocks that are stored as they are (RFC 8878, 3.1.1)
  ZSTD: (bytes: Uint8Array) => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(bytes.length));
    const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0b1110_0000]), size];
    for (let at = 0; ; at += 1 << 17) {
      const block = bytes.subarray(at, at + (1 << 17));
      const isLast = at + block.length === bytes.length;
      const header = Buffer.alloc(3);
      header.writeUIntLE((block.length << 3) | (isLast ? 1 : 0), 0, 3);
      parts.push(header, Buffer.from(block));
      if (isLast) return new Uint8Array(Buffer.concat(parts));
    }
  },
};

function parquet(
  codec: "UNCOMPRESSED" | "SNAPPY" | keyof typeof COMPRESSORS,
  rowGroupSize: number,
): Uint8Array {
  const numbers = new Set([
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "tcp-flags",
  ]);
  const columnData = rows[0].map((name, i) => ({
    name: name.replaceAll("-", "_"),
    type: numbers.has(name) ? ("INT64" as const) : ("STRING" as const),
    nullable: true,
    data: rows
      .slice(1)
      .map((row) =>
        row[i] === "-" || row[i] === undefined ? null : numbers.has(name) ? BigInt(row[i]) : row[i],
      ),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, codec, rowGroupSize, compressors: COMPRESSORS }));
}

for (const [name, content] of Object.entries(FORMATS)) {
  test(`${name}: the same answer`, async () => {
    const expected = essence(await replayed([LOG]));
    assert.is(essence(await replayed([write("log", content())])), expected);
  });
}

test("a folder is read in the order of names, and the columns of a bare log are named on the command line", async () => {
  mkdirSync(inFolder("many/b"), { recursive: true });
  write("many/b/2.log", `${lines.slice(7).join("\n")}\n`);
  write("many/a.log", lines.slice(1, 7).join("\n"));
  write("many/empty.log", "");
  const bare = await twoway(["replay", NETWORK, inFolder("many"), ...DELETE]);
  assert.is(bare.status, 2);
  assert.match(bare.err, /--fields 'version account-id/);
  const out = inFolder("folder.csv");
  const named = await replayed(
    [inFolder("many")],
    [
      ...DELETE,
      "--fields",
      `\${version} ${lines[0].slice(8).replaceAll(/\S+/g, (word) => `\${${word}}`)}`,
      "--out",
      out,
    ],
  );
  assert.is(essence(named), essence(await replayed([LOG])));
  const order = readFileSync(out, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((row) => row.split(",")[0]);
  assert.equal([...new Set(order)], [inFolder("many/a.log"), inFolder("many/b/2.log")]);
});

test("the default format of AWS needs no names; what NAT gateways pass on is judged by the packet's own addresses", async () => {
  const log = write(
    "default.log",
    "2 100000000001 eni-db 10.1.1.10 10.2.1.10 40112 5432 6 1 40 1767243600 1767243660 ACCEPT OK\n2 1 eni-db - - - - - - - 1 2 - NODATA\n",
  );
  const plain = await replayed([log], []);
  assert.is(plain.classes.passes.records, 1);
  assert.is(plain.classes.skipped.records, 1);
  // as CloudWatch Logs exports it: the time of the event before each line
  const timed = readFileSync(log, "utf8").replace(/^2 /gm, "2026-01-01T00:01:07.000Z 2 ");
  const exported = await replayed([write("timed.log", timed)], []);
  assert.equal(exported.classes, plain.classes);
  const legs = write(
    "legs.log",
    "srcaddr dstaddr srcport dstport protocol pkt-srcaddr pkt-dstaddr action\n10.9.9.9 10.2.1.10 40112 5432 6 10.1.1.10 - ACCEPT\n",
  );
  assert.is((await replayed([legs], [])).groups[0].pairs[0].from, "shop/web");
});

test("a log that became another one, of the same length too, is no part of the run", async () => {
  const log = write("pinned.log", `${lines.join("\n")}\n`);
  const [pin] = await openLogs([log], undefined);
  checkLog(log, pin);
  const text = readFileSync(log, "utf8");
  write("pinned.log", text.replace("10.1.1.10", "10.1.1.11"));
  assert.throws(() => checkLog(log, pin), /this is not the log .* and others of them/);
  write("pinned.log", `${text}${lines[1]}\n`);
  assert.throws(() => checkLog(log, pin), /it has \d+ bytes here, and \d+ there/);
  rmSync(log);
  assert.throws(() => checkLog(log, pin), /there is no such file/);
});

test("lines that are none are counted and the first are told with their places; --strict makes them an error", async () => {
  const log = write(
    "bad.log",
    [
      lines[0],
      lines[1],
      "rubbish",
      `${lines[1]} more`,
      lines[1].replace("10.1.1.10", "10.1.1.300"),
      lines[1].replace("5432", "65536"),
      lines[1].replace("ACCEPT", "MAYBE"),
      lines[1].replace(" 18920 ", " 99999999999999999999 "),
      "\0\0\0",
      `5 shop ${"x".repeat(70_000)}`,
      lines[1].replace("10.2.1.10", "fd00::1"),
      lines[1].replace("1767243600", "999999999999999"),
      lines[2],
    ].join("\n"),
  );
  const { malformed, records } = await replayed([log]);
  assert.is(records, 2);
  assert.equal(
    malformed.first.map(({ line, rule }) => `${line} ${rule}`),
    [
      "3 there are 1 columns, and 17 are named",
      "4 there are more than 17 columns",
      '5 "10.1.1.300" is not an address',
      "6 a port is above 65535",
      "7 the action is ACCEPT or REJECT",
      "8 the number of bytes is above 4503599627370496",
      "9 there are 1 columns, and 17 are named",
      "10 a line is longer than 65536 bytes",
      "11 the addresses are of two families",
      "12 the start is above 253402300799999",
    ],
  );
  const strict = await twoway(["replay", NETWORK, log, "--strict"]);
  assert.is(strict.status, 2);
  assert.match(strict.err, /bad\.log:3 {2}there are 1 columns/);
  assert.match(strict.err, /10 lines passed over/);
});

const UNREADABLE: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ["nothing", "", /there is no flow log in it/],
  ["one word", "hello\n", /its first line has one word/],
  ["no destination", "srcaddr protocol\n1.2.3.4 6\n", /does not name its columns/],
  ["no protocol", "srcaddr dstaddr\n1.2.3.4 1.2.3.5\n", /no column of the log is the protocol/],
  ["a column twice", "srcaddr src dstaddr protocol\n", /2 columns of the log are the source/],
  ["only rubbish", `${lines[0]}\nrubbish\n`, /no record could be read/],
  [
    "compressed text that ends early",
    gzipSync(Buffer.from(lines.join("\n").repeat(2000))).subarray(0, 900),
    /damaged or ends early/,
  ],
  ["Parquet that ends early", parquetHead(), /the Parquet data is damaged/],
  ["JSON that is none", "{\n{\n", /no record could be read/],
];

function parquetHead(): Uint8Array {
  return parquet("SNAPPY", 4).subarray(0, 200);
}

for (const [name, content, message] of UNREADABLE) {
  test(`${name}: an error that says so, and 2`, async () => {
    const { status, err } = await twoway(["replay", NETWORK, write("unreadable", content)]);
    assert.is(status, 2, err);
    assert.match(err, message);
    assert.not.match(err, /fault of ours/);
  });
}

/** Many small files are many jobs. */
function manyLogs(name: string, count: number): string {
  mkdirSync(inFolder(name), { recursive: true });
  for (let i = 0; i < count; i++)
    write(
      `${name}/${String(i).padStart(4, "0")}.log`,
      [lines[0], ...lines.slice(1 + (i % 5)).flatMap((line) => Array.from({ length: 200 }, () => line))].join(
        "\n",
      ),
    );
  return inFolder(name);
}

test("the answer and the judged records are the same byte for byte with one thread and with three", async () => {
  const logs = manyLogs("threads", 12);
  const [one, three] = [inFolder("one.csv"), inFolder("three.csv")];
  const first = await twoway([
    "replay",
    NETWORK,
    logs,
    ...DELETE,
    "--format",
    "json",
    "--jobs",
    "1",
    "--out",
    one,
  ]);
  const second = await twoway([
    "replay",
    NETWORK,
    logs,
    ...DELETE,
    "--format",
    "json",
    "--jobs",
    "3",
    "--out",
    three,
  ]);
  assert.is(first.status, 1, first.err);
  assert.is(second.out, first.out);
  assert.is(readFileSync(three, "utf8"), readFileSync(one, "utf8"));
  const records = readFileSync(one, "utf8").trimEnd().split("\n").length - 1;
  assert.is(records, JSON.parse(first.out).records);
  assert.equal(
    readdirSync(folder).filter((name) => name.includes(".part-")),
    [],
  );
});

test("a run that is killed goes on where it was, and comes to the same", async () => {
  const logs = manyLogs("killed", 60);
  const [whole, state, out] = [inFolder("whole.csv"), inFolder("state.json"), inFolder("resumed.csv")];
  const args = ["replay", NETWORK, logs, ...DELETE, "--format", "json", "--jobs", "2"];
  const expected = await twoway([...args, "--out", whole]);
  const child = spawn(
    process.execPath,
    [join(ROOT, "packages/cli/bundle/twoway.js"), ...args, "--out", out, "--resume", state],
    { cwd: ROOT, stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  while (!existsSync(state) && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill("SIGKILL");
  await ended;
  const { done } = JSON.parse(readFileSync(state, "utf8"));
  assert.ok(done > 0 && done < 60, `${done} jobs were done`);
  assert.not.ok(existsSync(out), "a file of judged records is whole or not there");
  const other = await twoway([...args.slice(0, 3), "--jobs", "2", "--out", out, "--resume", state]);
  assert.is(other.status, 2);
  assert.match(other.err, /this is the state of another run/);
  const resumed = await twoway([...args, "--out", out, "--resume", state]);
  assert.is(resumed.out, expected.out, resumed.err);
  assert.is(readFileSync(out, "utf8"), readFileSync(whole, "utf8"));
  assert.not.ok(existsSync(state));
});

test("a state whose parts are gone, or that is none, is an error", async () => {
  const logs = manyLogs("gone", 3);
  const args = ["replay", NETWORK, logs, "--resume", write("none.json", "{")];
  assert.match((await twoway(args)).err, /this is not the state of a run/);
  appendFileSync(inFolder("none.json"), "}");
  assert.match((await twoway(args)).err, /this is the state of another run/);
});

if (hasRedis()) {
  test("the workers of a queue come to the same", async () => {
    const redis = await startRedis();
    const logs = manyLogs("queued", 8);
    const args = ["replay", NETWORK, logs, ...DELETE, "--format", "json"];
    const worker = spawn(
      process.execPath,
      [join(ROOT, "packages/cli/bundle/twoway.js"), "worker", "--queue", redis.url],
      { cwd: ROOT, stdio: "ignore" },
    );
    try {
      const [queued, here] = [
        await twoway([...args, "--queue", redis.url, "--out", inFolder("q.csv")]),
        await twoway([...args, "--out", inFolder("h.csv")]),
      ];
      assert.is(queued.out, here.out, queued.err);
      assert.is(readFileSync(inFolder("q.csv"), "utf8"), readFileSync(inFolder("h.csv"), "utf8"));
    } finally {
      worker.kill();
      await redis.stop();
    }
  });
} else console.log("\nskipped the workers of a queue: there is no redis-server");

test.run();
