// Runs every packages/*/test/*.test.ts (compiled by `tsc -b`), each file in a process of its own, and closes with
// one line `N passed, N failed`. uvu by itself passes silently when a pattern matches nothing or a file forgets
// `.run()`; here both fail, and so does a file that leaves a process behind. What the tests write lies in one folder,
// removed at the end. A test that needs a program prints `skipped …: there is no PROGRAM` where there is none, which fails
// too when TWOWAY_REQUIRE names the program: TWOWAY_REQUIRE=redis-server,chromium.
// Arguments narrow the run: `node scripts/test.js trie sim/` runs what contains either.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

const FILE_TIMEOUT_MS = 600_000;
const ROOT = join(import.meta.dirname, "..");

const scratch = mkdtempSync(join(tmpdir(), "twoway-test-"));
const running = new Set();
process.on("exit", () => {
  for (const pid of running) killGroup(pid);
  rmSync(scratch, { recursive: true, force: true });
});
const required = new Set((process.env.TWOWAY_REQUIRE ?? "").split(","));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const wanted = process.argv.slice(2);
const files = readdirSync(join(ROOT, "packages"))
  .map((pkg) => join("packages", pkg, "test"))
  .filter((dir) => existsSync(join(ROOT, dir)))
  .flatMap((dir) => readdirSync(join(ROOT, dir)).map((name) => join(dir, name)))
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();

const total = { passed: 0, failed: 0, skipped: 0 };
const queue = [...files];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) report(file, await run(file));
  }),
);
if (files.length === 0) {
  console.log(`no test file matches ${wanted.join(" ") || "packages/*/test/*.test.ts"}`);
  total.failed += 1;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Runs one compiled test file in a group of processes; resolves with its exit status and everything it printed. */
function run(file) {
  const compiled = file.replace(/test[/\\]([^/\\]+)\.ts$/, "dist/test/$1.js");
  return new Promise((resolve) => {
    const env = { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1", TMPDIR: scratch, TEMP: scratch };
    const child = spawn(process.execPath, ["--enable-source-maps", compiled], {
      cwd: ROOT,
      env,
      detached: true,
    });
    running.add(child.pid);
    const timer = setTimeout(() => killGroup(child.pid), FILE_TIMEOUT_MS);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("close", async (status, signal) => {
      clearTimeout(timer);
      if (!(await isGone(child.pid))) output += `left-behind processes of group ${child.pid}\n`;
      running.delete(child.pid);
      resolve({ status: status ?? signal, output });
    });
  });
}

function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {} // there is none any more
}

/** Gives the processes of a group a moment to end; false when it had to end them. */
async function isGone(pid) {
  for (let tries = 0; tries < 50; tries++) {
    try {
      process.kill(-pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  killGroup(pid);
  return false;
}

/** Adds a file's counts to the total and prints its line; prints its whole output when anything is wrong. */
function report(file, { status, output }) {
  const count = (label) =>
    [...output.matchAll(new RegExp(`^ +${label}: +(\\d+)`, "gm"))].reduce((sum, m) => sum + Number(m[1]), 0);
  const all = count("Total");
  const passed = count("Passed");
  const skipped = count("Skipped");
  let failed = all - passed; // the total leaves out what is skipped
  for (const [line, program] of output.matchAll(/^skipped .*: there is no (\S+)$/gm)) {
    if (!required.has(program)) continue;
    output += `TWOWAY_REQUIRE names ${program}: ${line}\n`;
    failed += 1;
  }
  if (all + skipped === 0) {
    output += `${file} ran no test: it registers none, or forgets .run()\n`;
    failed = 1;
  } else if (output.includes("\nleft-behind ")) {
    failed += 1;
  } else if (status !== 0 && failed === 0) {
    output += `${file} ended with status ${status}\n`;
    failed = 1;
  }
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  console.log(`${failed > 0 ? "FAIL" : "ok  "} ${String(passed).padStart(4)}  ${file}`);
  for (const line of output.split("\n")) {
    if (failed > 0 || /^(seed|skipped|note|positive)\b/.test(line)) console.log(`          ${line}`);
  }
}
