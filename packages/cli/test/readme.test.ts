import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
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
  const [block] = blocks(texts.get("README.md")!, "yaml").filter((text) => text.startsWith("name:"));
  const { scenario, warnings } = readScenario(block, "README.md");
  const report = runScenario(scenario);
  assert.equal(warnings, []);
  assert.is(report.passed, 3);
  assert.is(report.failed, 0);
});

test("the job in the README runs as it is written: it passes a plan, and stops one that violates a policy", () => {
  const [job] = blocks(texts.get("README.md")!, "yaml").filter((text) => text.startsWith("on:"));
  const runs = [...job.matchAll(/^ {6}- run: (.+)$/gm)].map(([, command]) => command);
  assert.ok(runs.filter((command) => command.startsWith("twoway ")).length === 2);
  const folder = join(ROOT, "packages/cli/dist/job");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tool = (name: string, script: string): void =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  tool("twoway", `exec '${process.execPath}' '${join(ROOT, "packages/cli/bundle/twoway.js")}' "$@"`);
  tool("terraform", '[ "$1" != show ] || cat will-be.json');
  const resource = (type: string, name: string, values: object): object => ({
    address: `${type}.${name}`,
    mode: "managed",
    type,
    name,
    values,
  });
  const network = (home: string): object => ({
    root_module: {
      resources: [
        ...["1", "2"].flatMap((id) => [
          resource("aws_vpc", `vpc${id}`, {
            id: `vpc-${id}`,
            cidr_block: `10.${id}.0.0/16`,
            main_route_table_id: `rtb-${id}`,
          }),
          resource("aws_default_route_table", `table${id}`, {
            id: `rtb-${id}`,
            default_route_table_id: `rtb-${id}`,
            vpc_id: `vpc-${id}`,
            route: [],
          }),
        ]),
        resource("aws_subnet", "web", { id: "subnet-web", vpc_id: "vpc-1", cidr_block: "10.1.1.0/24" }),
        resource("aws_subnet", "db", {
          id: "subnet-db",
          vpc_id: `vpc-${home}`,
          cidr_block: `10.${home}.2.0/24`,
        }),
      ],
    },
  });
  const plan = (home: string): object => ({
    format_version: "1.2",
    prior_state: { format_version: "1.0", values: network("1") },
    planned_values: network(home),
    configuration: {},
  });
  writeFileSync(
    join(folder, "rules.yaml"),
    "policies: [ { reachable: { from: subnet-web, to: subnet-db } } ]\n",
  );
  const endOf = (home: string): { status: number | null; ran: number; summary: string } => {
    const summary = join(folder, `summary-${home}`);
    writeFileSync(join(folder, "will-be.json"), JSON.stringify(plan(home)));
    writeFileSync(summary, "");
    const env = {
      ...process.env,
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      GITHUB_STEP_SUMMARY: summary,
    };
    let [status, ran]: [number | null, number] = [0, 0];
    for (const command of runs) {
      // as GitHub runs a step
      ({ status } = spawnSync("bash", ["-e", "-c", command], { cwd: folder, env }));
      if (status !== 0) break;
      ran++;
    }
    return { status, ran, summary: readFileSync(summary, "utf8") };
  };
  const [good, bad] = [endOf("1"), endOf("2")];
  assert.is(good.status, 0);
  assert.is(good.ran, runs.length);
  assert.match(good.summary, /0 ordered pairs|no pair/i);
  assert.is(bad.status, 1);
  assert.is(bad.ran, runs.length - 1, "the policies stop it, and not the pairs that change");
  assert.match(bad.summary, /reachable: subnet-web to subnet-db/);
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
