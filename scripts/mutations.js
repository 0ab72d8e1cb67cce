// Breaks the code once for every row of packages/sim/coverage.json, runs the one test or scenario that the row names,
// and demands that it turns red: a test that stays green beside a broken rule covers nothing. Each worker mutates a copy
// of the built packages of its own; only the broken file is compiled again. `--write` brings COVERAGE.md up to date;
// arguments narrow the run to rows: `node scripts/mutations.js A14 S9`.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { coverageTable } from "./coverage-table.js";

const ROOT = join(import.meta.dirname, "..");
const TABLE = join(ROOT, "packages/sim/COVERAGE.md");
const TIMEOUT_MS = 120_000;

const { rows } = JSON.parse(readFileSync(join(ROOT, "packages/sim/coverage.json"), "utf8"));
if (process.argv.includes("--write")) writeFileSync(TABLE, coverageTable(rows));
else if (readFileSync(TABLE, "utf8") !== coverageTable(rows)) {
  console.log("COVERAGE.md is not what coverage.json says: node scripts/mutations.js --write");
  process.exitCode = 1;
}

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const queue = rows.filter(({ row }) => wanted.length === 0 || wanted.includes(row));
const survivors = [];
if (!process.argv.includes("--write")) {
  const total = queue.length;
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  for (const line of survivors) console.log(line);
  console.log(`${total - survivors.length} of ${total} breaks turn their test red`);
  if (survivors.length > 0 || total === 0) process.exitCode = 1;
}

/** Takes rows off the queue and breaks them in a copy of its own. */
async function work() {
  const copy = mkdtempSync(join(tmpdir(), "twoway-mutation-"));
  try {
    for (const name of ["core", "sim", "cli", "web"]) {
      mkdirSync(join(copy, "packages", name), { recursive: true });
      for (const part of ["package.json", "node_modules", "dist", ...(name === "cli" ? ["bundle"] : [])]) {
        const from = join(ROOT, "packages", name, part);
        cpSync(from, join(copy, "packages", name, part), { recursive: true, verbatimSymlinks: true });
      }
    }
    cpSync(join(ROOT, "scenarios"), join(copy, "scenarios"), { recursive: true });
    cpSync(join(ROOT, "scripts"), join(copy, "scripts"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      const problem = await survives(copy, row);
      if (problem !== undefined) survivors.push(`${row.row}: ${problem}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Returns why the break counts for nothing; undefined when the row's test sees it. */
async function survives(copy, { by, break: { file, find, put } }) {
  const source = readFileSync(join(ROOT, file), "utf8");
  const parts = source.split(find);
  if (parts.length !== 2)
    return `${JSON.stringify(find)} stands ${parts.length - 1} times in ${file}, not once`;
  const target = join(copy, file.replace("/src/", "/dist/").replace(/\.ts$/, ".js"));
  const built = readFileSync(target, "utf8");
  writeFileSync(target, compile(parts.join(put), file));
  const needsBundle = by.file?.startsWith("packages/cli/") ?? false;
  try {
    if (needsBundle) {
      const { status, output } = await run(copy, [join(copy, "scripts/bundle.js")]);
      if (status !== 0) return `the command cannot be bundled:\n${output.slice(0, 600)}`;
    }
    return by.scenario === undefined ? await testSurvives(copy, by) : await scenarioSurvives(copy, by);
  } finally {
    writeFileSync(target, built);
    if (needsBundle) await run(copy, [join(copy, "scripts/bundle.js")]);
  }
}

/** Compiles one file as the build does, without looking at types: a break may well be one that types forbid. */
function compile(source, file) {
  const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } };
  const { code } = transformSync(source, { loader: "ts", target: "es2023", sourcefile: file, tsconfigRaw });
  return code.replace(/(from |import\()"(\.[^"]*)\.ts"/g, '$1"$2.js"');
}

async function testSurvives(copy, { file, test }) {
  const compiled = file.replace(/test\/([^/]+)\.ts$/, "dist/test/$1.js");
  const { output } = await run(copy, [join(copy, compiled)]);
  const failed = [...output.matchAll(/^ +FAIL +(.*)$/gm)].map(([, name]) => name);
  if (failed.some((name) => name.includes(test))) return undefined;
  return failed.length > 0
    ? `other tests of ${file} fail, and ${JSON.stringify(test)} does not: ${failed[0].slice(0, 100)}`
    : `${JSON.stringify(test)} of ${file} stays green${/Total:/.test(output) ? "" : `: it did not run\n${output.slice(0, 600)}`}`;
}

async function scenarioSurvives(copy, { scenario }) {
  const sim = pathToFileURL(join(copy, "packages/sim/dist/index.js")).href;
  const file = join(copy, "scenarios", `${scenario}.yaml`);
  const play = `
    import { readFileSync } from "node:fs";
    const { readScenario, runScenario } = await import(${JSON.stringify(sim)});
    try {
      const { failed } = runScenario(readScenario(readFileSync(${JSON.stringify(file)}, "utf8"), "s").scenario);
      process.exitCode = failed > 0 ? 10 : 0;
    } catch (error) { console.log(error); process.exitCode = 10; }`;
  const { status, output } = await run(copy, ["--input-type=module", "-e", play]);
  if (status === 10) return undefined;
  return status === 0 ? `scenario ${scenario} still holds` : `scenario ${scenario} did not run: ${output}`;
}

function run(cwd, args) {
  return new Promise((resolve) => {
    const env = { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1" };
    const child = spawn(process.execPath, args, { cwd, env });
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("close", (status) => {
      clearTimeout(timer);
      resolve({ status, output });
    });
  });
}
