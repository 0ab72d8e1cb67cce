import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { figures } from "@twoway/bench/figures";
import { reachFigures, withFigures } from "@twoway/bench/reach/figures";
import { suite } from "uvu";
import * as assert from "uvu/assert";

// compiled, this file is packages/bench/dist/test/figures.test.js
const BENCH = join(import.meta.dirname, "../..");

const test = suite("figures");

test("the numbers in core's README are those of the run that it names", () => {
  const readme = readFileSync(join(BENCH, "../core/README.md"), "utf8");
  const [, name] = /results\/(\S+\.json)/.exec(readme) ?? [];
  assert.ok(readdirSync(join(BENCH, "results")).includes(name), `the README names ${name}`);
  const { results } = JSON.parse(readFileSync(join(BENCH, "results", name), "utf8"));
  assert.ok(readme.includes(figures(results)), figures(results));
});

test("the numbers in sim's README are those of the newest run of reach, and without a run there are none", () => {
  const readme = readFileSync(join(BENCH, "../sim/README.md"), "utf8");
  const newest = readdirSync(join(BENCH, "results"))
    .filter((name) => name.startsWith("reach-"))
    .map((name) => ({ name, ...JSON.parse(readFileSync(join(BENCH, "results", name), "utf8")) }))
    .sort((a, b) => (a.date < b.date ? 1 : -1))
    .at(0);
  if (newest === undefined) assert.match(readme, /<!-- begin reach figures -->\n<!-- end reach figures -->/);
  else assert.is(withFigures(readme, newest.name, reachFigures(newest.compared)), readme);
});

test("tables stand between the marks of a README, and a README without marks is refused", () => {
  const readme = "a\n<!-- begin reach figures -->\nold\n<!-- end reach figures -->\nb\n";
  assert.is(
    withFigures(readme, "reach-1.json", "| new |"),
    "a\n<!-- begin reach figures -->\nFrom `packages/bench/results/reach-1.json`:\n\n| new |\n<!-- end reach figures -->\nb\n",
  );
  assert.throws(() => withFigures("a", "reach-1.json", "x"), /has no/);
});

test.run();
