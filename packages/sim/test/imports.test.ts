import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("architecture");

const PACKAGES = fileURLToPath(new URL("../../../", import.meta.url));

/** Rooms of sim, in the order in which data goes down the page; index stands behind them all. */
const ROOMS = ["model", "plane", "ask", "source", "run", "report", "index"];

function sourcesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import and re-export of the file; relative ones as the path of the file they mean. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const found = [
    ...text.matchAll(/^(?:import|export)\s+(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm),
    ...text.matchAll(/\bimport\(\s*"([^"]+)"/g),
  ];
  return found.map(([, to]) => ({ from: file, to: to.startsWith(".") ? join(dirname(file), to) : to }));
}

const SRC = {
  core: join(PACKAGES, "core/src"),
  sim: join(PACKAGES, "sim/src"),
  cli: join(PACKAGES, "cli/src"),
  bench: join(PACKAGES, "bench/src"),
  web: join(PACKAGES, "web/src"),
};
const files = Object.values(SRC).flatMap(sourcesOf);
const imports = files.flatMap(importsOf);
const show = (file: string): string => relative(PACKAGES, file);

const roomOf = (file: string): string => relative(SRC.sim, file).split(/[/\\.]/)[0];

test("the sources are where this test looks for them", () => {
  assert.ok(sourcesOf(SRC.sim).length >= 20 && sourcesOf(SRC.core).length >= 5);
  assert.ok(imports.length > 100);
  assert.equal([...new Set(sourcesOf(SRC.sim).map(roomOf))].sort(), [...ROOMS].sort());
});

test("inside sim a file imports from its own room and from rooms that stand earlier, and from nothing else", () => {
  const wrong = imports
    .filter(({ from, to }) => from.startsWith(SRC.sim) && to.startsWith(SRC.sim))
    .filter(({ from, to }) => ROOMS.indexOf(roomOf(to)) > ROOMS.indexOf(roomOf(from)))
    .map(({ from, to }) => `${show(from)} imports ${show(to)}`);
  assert.equal(wrong, []);
});

test("no file imports itself by way of others", () => {
  const later = new Map<string, string[]>();
  for (const { from, to } of imports) later.set(from, [...(later.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].map(show).join(" -> "));
    if (done.has(file) || path.includes(file)) return;
    for (const next of later.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.equal(cycles, []);
});

test("nobody imports an index, and packages meet at their front doors", () => {
  const wrong = imports.filter(({ from, to }) =>
    to.startsWith("@twoway/")
      ? !["@twoway/core", "@twoway/sim", "@twoway/core/package.json", "@twoway/sim/package.json"].includes(to)
      : /[/\\]index\.ts$/.test(to) ||
        (to.startsWith(PACKAGES) &&
          relative(PACKAGES, to).split(/[/\\]/)[0] !== relative(PACKAGES, from).split(/[/\\]/)[0]),
  );
  assert.equal(
    wrong.map(({ from, to }) => `${show(from)} imports ${show(to)}`),
    [],
  );
});

test("core knows no other package, sim knows core, and the command line takes the page as files only", () => {
  const of = (folder: string): string[] => [
    ...new Set(
      imports
        .filter(({ from, to }) => from.startsWith(folder) && to.startsWith("@twoway/"))
        .map(({ to }) => to),
    ),
  ];
  assert.equal(of(SRC.core), []);
  assert.equal(of(SRC.sim), ["@twoway/core"]);
  for (const folder of [SRC.cli, SRC.web]) assert.equal(of(folder).sort(), ["@twoway/core", "@twoway/sim"]);
});

test("no file is named for being of use to others", () => {
  const names = /^(utils?|common|types|constants|helpers?|misc|shared)\.tsx?$/;
  assert.equal(files.filter((file) => names.test(file.split(/[/\\]/).pop() ?? "")).map(show), []);
});

test("only the graph of a network is a graphology graph, what Gephi is given, and what the bench compares with", () => {
  const users = imports.filter(({ to }) => to.startsWith("graphology")).map(({ from }) => show(from));
  const graph = join("sim", "src", "model", "graph.ts");
  const gexf = join("cli", "src", "report", "gexf.ts");
  assert.equal([...new Set(users)].sort(), [join("bench", "src", "reach", "breadth-first.ts"), gexf, graph]);
});

test("core and sim ask nothing of Node and nothing of the machine", () => {
  for (const file of [...sourcesOf(SRC.core), ...sourcesOf(SRC.sim)]) {
    for (const { to } of importsOf(file)) assert.not.match(to, /^node:/, show(file));
    const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    // no process or Buffer, no hidden clock, no hidden randomness, and nothing that depends on the locale
    assert.not.match(code, /\b(process|Buffer|__dirname|require)\b\s*[.(]/, show(file));
    assert.not.match(
      code,
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\.localeCompare\b|\.toLocale/,
      show(file),
    );
    assert.not.match(code, /\bconsole\./, show(file));
  }
});

test("every test file ends with .run()", () => {
  const tests = readdirSync(PACKAGES)
    .flatMap((name) => sourcesOf(join(PACKAGES, name, "test")))
    .filter((file) => file.endsWith(".test.ts"));
  assert.ok(tests.length >= 15);
  for (const file of tests) {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    assert.match(lines[lines.length - 1], /^\w+\.run\(\);$/, show(file));
  }
});

test.run();
