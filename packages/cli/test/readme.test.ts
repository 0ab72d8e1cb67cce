import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readScenario, runScenario } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, twoway } from "./command.ts";

// What the documents show is run: commands with their output, scenarios, and library code (compiled with types).
const test = suite("readme");

const DOCUMENTS = ["README.md", "packages/sim/README.md"];
const texts = new Map(DOCUMENTS.map((name) => [name, readFileSync(join(ROOT, name), "utf8")]));

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, block]) => block,
  );
}

test("every command in the README prints what the README shows", async () => {
  const shown = blocks(texts.get("README.md")!, "console");
  assert.ok(shown.length >= 2);
  for (const block of shown) {
    const [command, ...output] = block.split("\n");
    const words = [...command.replace(/^\$ twoway /, "").matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, word]) => quoted ?? word,
    );
    const { out, err } = await twoway(words);
    assert.is(err, "");
    assert.is(out, output.join("\n"));
  }
});

test("the scenario in the README reads and holds", () => {
  const [block] = blocks(texts.get("README.md")!, "yaml");
  const { scenario, warnings } = readScenario(block, "README.md");
  const report = runScenario(scenario);
  assert.equal(warnings, []);
  assert.is(report.passed, 3);
  assert.is(report.failed, 0);
});

test("the README counts the scenarios that there are", () => {
  const [, count] = /and (\d+) such stories/.exec(texts.get("README.md")!)!;
  const listed = [
    ...readFileSync(join(ROOT, "scenarios/README.md"), "utf8").matchAll(/^\| \[[^\]]+\]\(([^)]+\.yaml)\)/gm),
  ];
  assert.is(Number(count), listed.length);
});

test("library code in the documents compiles strictly, runs, and gives the values behind its comments", async () => {
  const folder = join(ROOT, "packages/cli/dist/readme");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const names: string[] = [];
  let claims = 0;
  for (const [document, text] of texts) {
    for (const [i, block] of blocks(text, "ts").entries()) {
      const checked = block.replace(/^(.+); \/\/ (".*"|\d+)$/gm, (_, expression: string, value: string) => {
        claims++;
        return `if ((${expression} as unknown) !== ${value}) throw new Error(${JSON.stringify(`${document}: ${expression} is not ${value}`)});`;
      });
      const name = `${document.replaceAll(/\W/g, "-")}-${i}`;
      names.push(name);
      writeFileSync(join(folder, `${name}.ts`), checked);
    }
  }
  assert.ok(names.length >= 2 && claims >= 4);
  const options = [
    "--ignoreConfig",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--types",
    "node",
  ];
  const files = names.map((name) => join(folder, `${name}.ts`));
  execFileSync(join(ROOT, "node_modules/.bin/tsc"), [...options, "--outDir", folder, ...files], {
    stdio: "inherit",
  });
  for (const name of names) await import(pathToFileURL(join(folder, `${name}.js`)).href);
});

test.run();
