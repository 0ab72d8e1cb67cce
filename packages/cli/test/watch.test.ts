import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, twoway } from "./command.ts";

// `--watch`: the answer again after every change of the input.
const test = suite("watch");
const folder = mkdtempSync(join(tmpdir(), "twoway-watch-"));
const children = new Set<ChildProcessWithoutNullStreams>();
test.after(async () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const net = (routes: string): string => `
vpcs: { one: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }, two: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } } }
peerings: { pcx: one - two }
routes: { ${routes} }
steps: [ { expect: a <-> b } ]
`;
const BROKEN = net("one: [ 10.2.0.0/16 -> pcx ]");
const WHOLE = net("one: [ 10.2.0.0/16 -> pcx ], two: [ 10.1.0.0/16 -> pcx ]");

interface Watching {
  readonly out: () => string;
  /** Waits for a text after what was there before, on either stream. */
  readonly next: (text: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

function watching(args: readonly string[]): Watching {
  const child = spawn(process.execPath, [join(ROOT, "packages/cli/bundle/twoway.js"), ...args, "--watch"]);
  children.add(child);
  let out = "";
  let all = "";
  let seen = 0;
  child.stdout.on("data", (chunk) => {
    out += chunk;
    all += chunk;
  });
  child.stderr.on("data", (chunk) => {
    all += chunk;
  });
  const closed = once(child, "close").then(() => children.delete(child));
  return {
    out: () => out,
    next: async (text) => {
      for (let tries = 0; tries < 600; tries++) {
        const at = all.indexOf(text, seen);
        if (at >= 0) {
          seen = at + text.length;
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`waited for ${text} after ${all.slice(seen)}`);
    },
    stop: async () => {
      child.kill("SIGTERM");
      await closed;
    },
  };
}

test("trace answers again when the file is written, replaced, spoiled and mended", async () => {
  const file = join(folder, "trace.yaml");
  writeFileSync(file, BROKEN);
  const { next, out, stop } = watching(["trace", file, "a", "b"]);
  await next("forward-only: ");
  writeFileSync(file, WHOLE);
  await next("two-way: ");
  // as many editors do it
  writeFileSync(join(folder, "trace.yaml.new"), BROKEN);
  renameSync(join(folder, "trace.yaml.new"), file);
  await next("forward-only: ");
  writeFileSync(file, "vpcs: [");
  await next("syntax");
  rmSync(file);
  await next("there is no such file");
  writeFileSync(file, WHOLE);
  await next("two-way: ");
  await stop();
  assert.not.match(out(), "\u001b"); // no terminal, nothing to clear
});

test("matrix and check do so too, check for a folder and for a file of policies", async () => {
  const scenarios = join(folder, "scenarios");
  mkdirSync(join(scenarios, "deep"), { recursive: true });
  const file = join(scenarios, "deep", "net.yaml");
  const policy = join(folder, "policy.yaml");
  writeFileSync(file, BROKEN);
  writeFileSync(policy, "policies: [ { isolated: [ a, b ] } ]\n");
  const matrix = watching(["matrix", file]);
  const check = watching(["check", scenarios, "--policy", policy]);
  await matrix.next("1 forward-only");
  await check.next("0 hold, 2 do not");
  writeFileSync(file, WHOLE);
  await matrix.next("2 two-way");
  await check.next("1 hold, 1 do not");
  writeFileSync(policy, "policies: [ { reachable: { from: a, to: b } } ]\n");
  await check.next("2 hold, 0 do not");
  await Promise.all([matrix.stop(), check.stop()]);
});

for (const [args, message] of [
  [["trace", "-", "a", "b"], "standard input is read once"],
  [["matrix", "nowhere.yaml"], "there is no such file"],
] as const) {
  test(`${args.join(" ")} --watch is wrong usage`, async () => {
    const { status, err } = await twoway([...args, "--watch"]);
    assert.is(status, 2);
    assert.match(err, message);
  });
}

test.run();
