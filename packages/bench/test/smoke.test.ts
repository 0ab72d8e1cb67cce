import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("smoke");
// compiled, this file is packages/bench/dist/test/smoke.test.js
const MAIN = join(import.meta.dirname, "../main.js");
const TWOWAY = join(import.meta.dirname, "../../../cli/bundle/twoway.js");
const run = promisify(execFile);
const PEERS = ["mmdb-lib", "longest-prefix-match", "ip-router", "net.BlockList"];

test("the bench runs through, and everybody's checksum is right", async () => {
  const { stdout, stderr } = await run(process.execPath, [MAIN, "--smoke"]);
  assert.not.match(stderr, /REFUSED/);
  for (const name of [
    "Fib batch, typescript",
    "Fib batch, wasm",
    "Fib one by one",
    "Trie",
    "33 Maps",
    "linear scan",
  ]) {
    for (const kind of ["random", "matched", "zipf"]) {
      assert.ok(new RegExp(`${kind} +${name} +[0-9.e-]+ Mlps`).test(stdout), `${kind} ${name}`);
    }
  }
  for (const name of PEERS) {
    assert.ok(new RegExp(`zipf +${name} +[0-9.e-]+ Mlps`).test(stdout), name);
  }
  const [, six] = stdout.split("seeded table, IPv6");
  for (const name of [
    "Fib batch, typescript",
    "Fib batch, wasm",
    "Fib one by one",
    "Trie",
    "linear scan",
    ...PEERS,
  ]) {
    for (const kind of ["random", "matched", "zipf"]) {
      assert.ok(new RegExp(`${kind} +${name} +[0-9.e-]+ Mlps`).test(six), `IPv6 ${kind} ${name}`);
    }
  }
  assert.match(stdout, /zipf +(two-level|dxr) in C +[0-9.e-]+ Mlps|there is no C compiler/);
  assert.match(stdout, /in workers: one [0-9.]+ Mlps, two/);
});

test("the bench of reachability runs through, everybody in every family counts the right packets", async () => {
  const { stdout, stderr } = await run(process.execPath, [MAIN, "reach", "--smoke"]);
  assert.not.match(stderr, /REFUSED/);
  const [head, tables] = stdout.split("for the README of sim:");
  const parts = head.split("\n\n").filter((part) => part.includes(" VPCs: "));
  assert.equal(
    parts.map((part) => /^\S+(?=, 20 VPCs: )/.exec(part)?.[0]),
    ["hub", "mesh", "chain", "geometric", "enterprise", "aws125", "host32"],
  );
  for (const part of parts) {
    for (const name of ["engine", "Delta-net", "naive scan", "graphology BFS"]) {
      assert.ok(new RegExp(`^ +${name} +[0-9.,]+ ms`, "m").test(part), `${name} in ${part}`);
    }
  }
  assert.match(stdout, /C\+\+ port +[0-9.,]+ ms|there is no C\+\+ compiler/);
  assert.match(stdout, /dense hub, 20 VPCs: 1,560 pairs, [0-9,]+ two-way, counted in [0-9.,]+ ms/);
  assert.match(stdout, /JSON to answer +[0-9.,]+ ms/);
  for (const row of [
    /^\| mesh \| 5,909 \| 10,802 \| \d/m,
    /^\| 20 \| 139 \| 6,187 \| \d/m,
    /^Delta-net, at 20 VPCs .* \d/m,
  ]) {
    assert.match(tables, row);
  }
  for (const what of ["route edit", "peering edit", "all peerings", "all routes", "sweep"]) {
    assert.match(stdout, new RegExp(`^  ${what} +[0-9.,]+ (µs|ms)`, "m"));
  }
  assert.match(stdout, /extrapolated from [0-9.]+ % of the senders/);
  assert.match(stdout, /it answers less than the question/);
});

test("the bench of the meter runs through, and everybody counts the right packets", async () => {
  const { stdout, stderr } = await run(process.execPath, [MAIN, "meter", "--smoke"]);
  assert.not.match(stderr, /REFUSED/);
  assert.match(stdout, /over 120 peerings, of which [1-9]\d* drop packets/);
  for (const name of ["engine", "from JSON", "naive trace"])
    assert.match(stdout, new RegExp(`^ +${name} +[0-9.,]+ ms`, "m"), name);
});

test("a network that is written is one that the command line reads", async () => {
  const folder = mkdtempSync(join(tmpdir(), "twoway-fabric-"));
  const file = join(folder, "net.json");
  try {
    const { stdout } = await run(process.execPath, [MAIN, "fabric", "enterprise", "1000", file]);
    assert.match(stdout, /1000 VPCs, 7035 subnets, 318741 routes/);
    const read = await run(process.execPath, [TWOWAY, "validate", file]);
    assert.match(read.stdout, /^ok .* 1000 VPCs, 3406 peerings, /);
    assert.is(read.stderr, "");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an unknown argument is refused", async () => {
  await run(process.execPath, [MAIN, "--fast"]).then(
    () => assert.unreachable(),
    ({ code, stderr }: { code: number; stderr: string }) => {
      assert.is(code, 2);
      assert.match(stderr, /unknown argument --fast/);
    },
  );
  for (const wrong of [
    ["reach", "--fast"],
    ["meter", "--fast"],
    ["fabric", "rings", "10", "/tmp/x"],
    ["fabric", "hub", "0", "/tmp/x"],
    ["fabric", "hub", "10"],
  ]) {
    await run(process.execPath, [MAIN, ...wrong]).then(
      () => assert.unreachable(),
      ({ code }: { code: number }) => assert.is(code, 2),
    );
  }
});

test.run();
