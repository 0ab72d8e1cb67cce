// Checks the public packages as they would be published: publint and attw on the packed files, then an install of the
// tarballs into an empty folder, where each must run. Needs no network beyond what `npm install` of their dependencies takes.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgedNetwork } from "../packages/cli/dist/test/judged-network.js";

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "node_modules/.bin");
const PACKAGES = ["core", "sim", "cli"];

const folder = mkdtempSync(join(tmpdir(), "twoway-pack-"));
try {
  for (const name of PACKAGES) {
    const cwd = join(ROOT, "packages", name);
    // pnpm writes the real versions in the place of `workspace:` and `catalog:`
    run("npx", ["--yes", "--prefer-offline", "pnpm@12.21.0", "pack", "--pack-destination", folder], cwd);
  }
  const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  for (const tarball of tarballs) {
    run(join(BIN, "publint"), [join(folder, tarball), "--strict"], ROOT);
    // the command has no API to import
    if (/twoway-(core|sim)-/.test(tarball))
      run(join(BIN, "attw"), [join(folder, tarball), "--profile", "esm-only"], ROOT);
  }
  const clean = join(folder, "clean");
  execFileSync("mkdir", [clean]);
  writeFileSync(join(clean, "package.json"), '{ "private": true, "type": "module" }\n');
  run("npm", ["install", "--no-audit", "--no-fund", ...tarballs.map((file) => join(folder, file))], clean);
  writeFileSync(
    join(clean, "use.js"),
    `import { Prefix, Trie, parseAddress } from "@twoway/core";
import { readScenario, runScenario } from "@twoway/sim";
const trie = new Trie();
trie.insert(Prefix.parse("10.0.0.0/8"), 7);
if (trie.lookup(parseAddress("10.1.2.3")) !== 7) throw new Error("core does not answer");
const text = "vpcs: { a: { cidr: 10.1.0.0/16, subnets: { x: 10.1.1.0/24 } } }\\nsteps: [ { expect: x <-> x } ]\\n";
if (runScenario(readScenario(text, "x.yaml").scenario).passed !== 1) throw new Error("sim does not answer");
`,
  );
  run(process.execPath, ["use.js"], clean);
  run(join(clean, "node_modules/.bin/twoway"), ["init", "network.yaml"], clean);
  run(join(clean, "node_modules/.bin/twoway"), ["check", "network.yaml"], clean);
  // more than one job, so that worker threads are started from the installed files
  writeFileSync(join(clean, "judged.yaml"), judgedNetwork());
  run(join(clean, "node_modules/.bin/twoway"), ["sweep", "judged.yaml", "--jobs", "2", "--top", "1"], clean);
  console.log(`\n${tarballs.length} packages pack, install and run`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command, args, cwd) {
  console.log(`$ ${command.replace(`${BIN}/`, "")} ${args.join(" ").replaceAll(`${folder}/`, "")}`);
  execFileSync(command, args, { cwd, stdio: "inherit" });
}
