// Bundles the command line into packages/cli/bundle: the command, the entry of its worker threads, the chunks they load on
// demand, and the built page, with the licences of everything that went in. The published package needs nothing else.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const OUT = join(ROOT, "packages/cli/bundle");

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: {
    twoway: "packages/cli/dist/main.js",
    "job-thread": "packages/cli/dist/jobs/job-thread.js", // beside the chunks: `threads.ts` looks for it there
  },
  outdir: OUT,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  metafile: true,
  // CommonJS dependencies ask for Node's own modules by `require`, which an ES module does not have
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
cpSync(join(ROOT, "packages/web/dist/page"), join(OUT, "page"), { recursive: true });
const inPage = JSON.parse(readFileSync(join(ROOT, "packages/web/dist/inputs.json"), "utf8"));
writeFileSync(join(OUT, "THIRD-PARTY-LICENSES.txt"), licences([...Object.keys(metafile.inputs), ...inPage]));

/** Returns the licence texts of the packages that the input files belong to, by name. */
function licences(inputs) {
  const packages = new Map();
  for (const input of inputs) {
    const [, dir, name] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input) ?? [];
    if (name === undefined || packages.has(name)) continue;
    const file = existsSync(join(ROOT, dir))
      ? readdirSync(join(ROOT, dir)).find((entry) => /^licen[cs]e/i.test(entry))
      : undefined;
    const { version, license } = JSON.parse(readFileSync(join(ROOT, dir, "package.json"), "utf8"));
    const text = file === undefined ? "" : `\n${readFileSync(join(ROOT, dir, file), "utf8").trim()}\n`;
    packages.set(name, `${name} ${version} (${license})\n${text}`);
  }
  return [...packages.keys()]
    .sort()
    .map((name) => packages.get(name))
    .join(`\n${"-".repeat(80)}\n\n`);
}
