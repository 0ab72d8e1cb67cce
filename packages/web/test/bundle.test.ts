import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "./networks.ts";

/** What the page loads before anybody clicks, from the manifest of its build. */

const test = suite("bundle");
const PAGE = join(ROOT, "packages/web/dist/page");

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly isEntry?: boolean;
}

const manifest = JSON.parse(readFileSync(join(PAGE, "manifest.json"), "utf8")) as Readonly<
  Record<string, Chunk>
>;

/** The files of a chunk and of all that it imports at once. */
function filesOf(key: string, seen = new Set<string>()): Set<string> {
  const { file, css = [], imports = [] } = manifest[key];
  for (const name of [file, ...css]) seen.add(name);
  for (const next of imports) if (!seen.has(manifest[next].file)) filesOf(next, seen);
  return seen;
}

test("the first load, with the engine's worker, is below 250 kB gzipped; layout, stories and editor come later", () => {
  const [entry] = Object.keys(manifest).filter((key) => manifest[key].isEntry);
  const first = [...filesOf(entry), "assets/engine-worker.js", "index.html"];
  const sizes = first.map((file) => [file, gzipSync(readFileSync(join(PAGE, file))).length] as const);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(
    `\nnote first load ${Math.round(total / 1000)} kB gzipped: ${sizes.map(([f, n]) => `${f} ${n}`).join(", ")}`,
  );
  assert.ok(total < 250_000, `${total}`);
  const later = Object.keys(manifest).filter((key) => !first.includes(manifest[key].file));
  assert.ok(
    later.some((key) => key.includes("scenarios")),
    "the stories are a chunk of their own",
  );
  assert.ok(existsSync(join(PAGE, "assets/layout-worker.js")));
  for (const file of first)
    assert.not.match(readFileSync(join(PAGE, file), "utf8"), /org\.eclipse\.elk\.alg\.layered/);
});

test("nothing of the page asks for an address elsewhere, or makes code out of text", () => {
  for (const file of [
    ...filesOf(Object.keys(manifest).find((key) => manifest[key].isEntry)!),
    "index.html",
  ]) {
    const text = readFileSync(join(PAGE, file), "utf8");
    assert.not.match(text, /(src|href)="https?:/);
    assert.not.match(text, /\bnew Function\(|[^.\w]eval\(/, file);
  }
});

test.run();
