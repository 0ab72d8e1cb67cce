// The main job, as `npm start` shows it: every scenario's expectations, then the two stories this project is for.

import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

const checked = twoway("check", "scenarios");
story("Two peerings do not make a path", "scenarios/non-transitive.yaml", "vpc2/b", "vpc3/c");
story("The reply that never comes back", "scenarios/one-sided-route.yaml", "web", "db");
console.log(
  "\nNext: twoway init writes a scenario to start from; npm run -s twoway -- --help lists the commands.",
);
process.exitCode = checked;

/** Runs the built command on this terminal; returns its exit status. */
function twoway(...args) {
  const { status } = spawnSync(process.execPath, [join(ROOT, "packages/cli/bundle/twoway.js"), ...args], {
    cwd: ROOT,
    stdio: "inherit",
  });
  return status ?? 70;
}

function story(title, file, from, to) {
  console.log(`\n${"-".repeat(80)}\n${title}\n$ twoway trace ${file} ${from} ${to}\n`);
  const status = twoway("trace", file, from, to, "--quiet");
  if (status !== 1) process.exitCode = 70;
}
