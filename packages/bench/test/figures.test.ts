import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { figures } from "@twoway/bench/figures";
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

test.run();
