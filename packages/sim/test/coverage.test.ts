import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

// Every row of the specification has its line in COVERAGE.md. Whether a cited test really turns red when its row is
// broken is what `scripts/mutations.js` finds out.

const test = suite("coverage");

const ROOT = join(import.meta.dirname, "../../../../");

interface Row {
  readonly row: string;
  readonly says: string;
  readonly by: { readonly file?: string; readonly test?: string; readonly scenario?: string };
  readonly break: { readonly file: string; readonly find: string; readonly put: string };
}

const text = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const { rows }: { rows: readonly Row[] } = JSON.parse(text("packages/sim/coverage.json"));

test("every row of the specification is there once, in its order", () => {
  const numbered = (letter: string, last: number) =>
    Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);
  assert.equal(
    rows.map(({ row }) => row),
    [...numbered("A", 41), ...numbered("B", 17), ...numbered("D", 11), ...numbered("S", 17)],
  );
});

test("what a row names exists: the test by its title, the scenario, and the code that its break replaces", () => {
  for (const { row, by, break: broken } of rows) {
    if (by.scenario !== undefined) assert.ok(existsSync(join(ROOT, `scenarios/${by.scenario}.yaml`)), row);
    else assert.ok(text(by.file!).includes(by.test!), `${row}: ${by.test} in ${by.file}`);
    assert.is(text(broken.file).split(broken.find).length, 2, `${row}: ${broken.find} in ${broken.file}`);
    assert.is.not(broken.find, broken.put, row);
  }
});

test("COVERAGE.md has a line for each row", () => {
  const lines = text("packages/sim/COVERAGE.md").match(/^\| [ABDS]\d+ \|/gm);
  assert.equal(
    lines,
    rows.map(({ row }) => `| ${row} |`),
  );
});

test.run();
