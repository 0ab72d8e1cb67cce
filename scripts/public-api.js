// The public API of @twoway/core and @twoway/sim: every name that their index exports, with its declaration. What is
// committed in packages/*/public-api.txt must be what the build declares, so that a change of the API is seen in review;
// `node scripts/public-api.js --write` brings it up to date. Needs a build.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(import.meta.dirname, "..");
const UPDATE = "node scripts/public-api.js --write";

for (const name of ["core", "sim"]) {
  const file = join(ROOT, "packages", name, "public-api.txt");
  const now = await publicApi(name);
  if (process.argv.includes("--write")) {
    writeFileSync(file, now);
    continue;
  }
  const before = readFileSync(file, "utf8");
  if (now === before) continue;
  const [was, is] = [before, now].map((text) => new Set(text.split("\n\n")));
  console.log(`the API of @twoway/${name} is not what ${file} says; ${UPDATE}`);
  for (const one of was) if (!is.has(one)) console.log(one.replace(/^/gm, "- "));
  for (const one of is) if (!was.has(one)) console.log(one.replace(/^/gm, "+ "));
  process.exitCode = 1;
}

/** Returns the declarations of a package, by name. Throws when types and code disagree about what is exported. */
async function publicApi(name) {
  const dist = join(ROOT, "packages", name, "dist");
  const exported = exportsOf(join(dist, "index.d.ts"));
  const values = [...exported].filter(([, { isType }]) => !isType).map(([key]) => key);
  const real = Object.keys(await import(pathToFileURL(join(dist, "index.js"))));
  if (`${values.sort()}` !== `${real.sort()}`)
    throw new Error(`@twoway/${name} declares ${values}, and has ${real}`);
  const names = [...exported.keys()].sort();
  const head = `The public API of @twoway/${name}, made by \`${UPDATE}\`.`;
  return `${[head, ...names.map((key) => exported.get(key).text)].join("\n\n")}\n`;
}

/** Returns what a file of declarations exports: the text of each name, and whether it is a type alone. */
function exportsOf(file) {
  const found = new Map();
  for (const statement of statementsOf(file)) {
    const [, list, from] = /^export (?:type )?\{([^}]*)\} from "([^"]+)";/.exec(statement) ?? [];
    if (from !== undefined) {
      const inner = exportsOf(join(dirname(file), from.replace(/\.ts$/, ".d.ts")));
      for (const item of list.split(",").filter((text) => text.trim() !== "")) {
        const [, type, name, as] = /^\s*(type )?(\w+)(?: as (\w+))?\s*$/.exec(item);
        const { text, isType } = inner.get(name);
        found.set(as ?? name, {
          text,
          isType: isType || type !== undefined || statement.startsWith("export type"),
        });
      }
      continue;
    }
    const [, kind, name] =
      /^export (?:declare )?(?:abstract )?(const|let|function|class|interface|type|enum) (\w+)/.exec(
        statement,
      ) ?? [];
    if (name === undefined) continue;
    const before = found.get(name); // another signature of the same function
    const text = before === undefined ? statement : `${before.text}\n${statement}`;
    found.set(name, { text, isType: kind === "interface" || kind === "type" });
  }
  return found;
}

/** Returns the statements of a file that tsc wrote: each begins at the beginning of a line. Without comments. */
function statementsOf(file) {
  return readFileSync(file, "utf8")
    .replace(/^\s*\/\*[\s\S]*?\*\/\n/gm, "")
    .replace(/\s*\/\/.*$/gm, "")
    .replace(/^ +(private (?!constructor)|#private).*\n/gm, "")
    .split(/^(?=(?:export|import|declare|interface|type)\b)/m)
    .map((statement) => statement.trim());
}
