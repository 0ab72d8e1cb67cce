// Runs every packages/*/test/*.test.ts (compiled by `tsc -b`), each file in a process of its own, and closes with
// one line `N passed, N failed`. uvu by itself passes silently when a pattern matches nothing or a file forgets
// `.run()`; here both fail. What the tests write lies in one folder, removed at the end.
// Arguments narrow the run: `node scripts/test.js trie sim/` runs what contains either.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

const FILE_TIMEOUT_MS = 600_000;
const ROOT = join(import.meta.dirname, "..");

const scratch = mkdtempSync(join(tmpdir(), "twoway-test-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
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

/** Runs one compiled test file; resolves with its exit status and everything it printed. */
function run(file) {
  const compiled = file.replace(/test[/\\]([^/\\]+)\.ts$/, "dist/test/$1.js");
  return new Promise((resolve) => {
    const env = { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1", TMPDIR: scratch, TEMP: scratch };
    const child = spawn(process.execPath, ["--enable-source-maps", compiled], { cwd: ROOT, env });
    const timer = setTimeout(() => child.kill("SIGKILL"), FILE_TIMEOUT_MS);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      resolve({ status: status ?? signal, output });
    });
  });
}

/** Adds a file's counts to the total and prints its line; prints its whole output when anything is wrong. */
function report(file, { status, output }) {
  const count = (label) =>
    [...output.matchAll(new RegExp(`^ +${label}: +(\\d+)`, "gm"))].reduce((sum, m) => sum + Number(m[1]), 0);
  const all = count("Total");
  const passed = count("Passed");
  const skipped = count("Skipped");
  let failed = all - passed; // the total leaves out what is skipped
  if (all + skipped === 0) {
    output += `${file} ran no test: it registers none, or forgets .run()\n`;
    failed = 1;
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
