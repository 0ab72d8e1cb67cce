import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";

/** One line on the machine and its load before a run. */
export function machine(seed: number): string {
  return `${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.version}, seed ${seed}, load ${loadavg()[0].toFixed(2)}`;
}

/** Writes what a run found into packages/bench/results, with where and when it was found; returns the file's name. */
export function record(kind: string, seed: number, load: number, found: object): string {
  const date = new Date().toISOString();
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: import.meta.dirname })
    .toString()
    .trim();
  const head = {
    date,
    commit,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
    seed,
    load,
    loadAfter: readLoad(),
  };
  const folder = join(import.meta.dirname, "../results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${kind}${date.slice(0, 10)}-${commit}.json`);
  writeFileSync(file, `${JSON.stringify({ ...head, ...found }, null, 2)}\n`);
  return file;
}

/** The load of the machine, where /proc tells it. */
function readLoad(): string {
  try {
    return readFileSync("/proc/loadavg", "utf8").trim();
  } catch {
    return loadavg().join(" ");
  }
}
