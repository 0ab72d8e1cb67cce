import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("smoke");
// compiled, this file is packages/bench/dist/test/smoke.test.js
const MAIN = join(import.meta.dirname, "../main.js");
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

test("an unknown argument is refused", async () => {
  await run(process.execPath, [MAIN, "--fast"]).then(
    () => assert.unreachable(),
    ({ code, stderr }: { code: number; stderr: string }) => {
      assert.is(code, 2);
      assert.match(stderr, /unknown argument --fast/);
    },
  );
});

test.run();
