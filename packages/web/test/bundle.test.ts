import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "./networks.ts";

/** What the page loads before anybody clicks, from the manifests of its two builds: the page and its engine. */

const test = suite("bundle");
const PAGE = join(ROOT, "packages/web/dist/page");

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
  readonly isEntry?: boolean;
}

type Manifest = Readonly<Record<string, Chunk>>;

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(PAGE, name), "utf8")) as Manifest;
}

/** The files of the entry and of all that it imports at once. */
function firstOf(manifest: Manifest): string[] {
  const seen = new Set<string>();
  const visit = ({ file, css = [], imports = [] }: Chunk): void => {
    if (seen.has(file)) return;
    for (const name of [file, ...css]) seen.add(name);
    for (const next of imports) visit(manifest[next]);
  };
  for (const chunk of Object.values(manifest)) if (chunk.isEntry) visit(chunk);
  return [...seen];
}

const page = manifestOf("manifest.json");
const engine = manifestOf("assets/engine.json");
const first = [...firstOf(page), ...firstOf(engine).map((file) => `assets/${file}`), "index.html"];

test("the first load, with the engine, is below 250 kB gzipped; layout, stories, imports and repairs come later", () => {
  const sizes = first.map((file) => [file, gzipSync(readFileSync(join(PAGE, file))).length] as const);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  const parts = sizes.map(([file, size]) => `${file} ${size}`).join(", ");
  console.log(`\nnote first load ${Math.round(total / 1000)} kB gzipped: ${parts}`);
  assert.ok(first.includes("assets/engine-worker.js") && first.length >= 4);
  assert.ok(total < 250_000, `${total}`);
  for (const [manifest, part] of [
    [page, "scenarios"],
    [engine, "importer"],
    [engine, "fixes-view"],
  ] as const) {
    const [, chunk] = Object.entries(manifest).find(([key]) => key.includes(part)) ?? [];
    assert.ok(chunk !== undefined && !first.some((file) => file.endsWith(chunk.file)), `${part} comes later`);
  }
  assert.ok(existsSync(join(PAGE, "assets/layout-worker.js")));
  for (const file of first)
    assert.not.match(readFileSync(join(PAGE, file), "utf8"), /org\.eclipse\.elk\.alg\.layered/);
});

test("nothing of the first load names an address elsewhere, or makes code out of text", () => {
  for (const file of first) {
    const text = readFileSync(join(PAGE, file), "utf8");
    assert.not.match(text, /(src|href)="https?:/);
    assert.not.match(text, /\bnew Function\(|[^.\w]eval\(/, file);
  }
});

test.run();
