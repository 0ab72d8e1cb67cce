import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("readme");
// compiled, this file is packages/core/dist/test/readme.test.js
const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");

/** Matches `expression; // value`, where the value is JSON or undefined. */
const CLAIM = /^(.+); \/\/ (undefined|".*"|\d+)$/gm;

test("every block of the README runs and says the truth", async () => {
  const blocks = [...README.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.ok(blocks.length >= 2);
  // inside the package, so that its own name resolves
  const folder = mkdtempSync(join(import.meta.dirname, "readme-"));
  try {
    for (const [i, block] of blocks.entries()) {
      let claims = 0;
      const checked = block.replace(CLAIM, (_, expression: string, value: string) => {
        claims++;
        return `if ((${expression}) !== ${value}) throw new Error(${JSON.stringify(`${expression} is not ${value}`)} + ", but " + (${expression}));`;
      });
      assert.ok(claims > 0);
      const { code } = await transform(checked, { loader: "ts", format: "esm" });
      const file = join(folder, `block-${i}.js`);
      writeFileSync(file, code);
      await import(pathToFileURL(file).href);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
