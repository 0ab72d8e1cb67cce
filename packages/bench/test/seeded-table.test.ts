import { createHash } from "node:crypto";
import { drawFrom, seededTable } from "@twoway/bench/seeded-table";
import { type Columns, Trie } from "@twoway/core";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("seeded table");
const fingerprint = ({ words, bits, values }: Columns): string =>
  createHash("sha256").update(words).update(bits).update(values).digest("hex").slice(0, 16);

test("the same seed gives the same table, on every machine and in every version", () => {
  assert.is(fingerprint(seededTable(5000, 1)), fingerprint(seededTable(5000, 1)));
  assert.is(fingerprint(seededTable(5000, 1)), "c38e49ee9f436ac2");
  assert.is.not(fingerprint(seededTable(5000, 1)), fingerprint(seededTable(5000, 2)));
});

test("a table has the rows asked for, sorted and canonical, most of them /24", () => {
  const columns = seededTable(5000, 1);
  assert.is(Trie.fromColumns(columns).size, 5000);
  const share = columns.bits.filter((bits) => bits === 24).length / 5000;
  assert.ok(share > 0.5 && share < 0.7, `${share}`);
});

test("draws stay below the bound", () => {
  const draw = drawFrom(7);
  for (let i = 0; i < 10_000; i++) {
    const below = 1 + (i % 100);
    const n = draw(below);
    assert.ok(Number.isInteger(n) && n >= 0 && n < below);
  }
});

test.run();
