import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("browser");

const ENTRY = fileURLToPath(new URL("../index.js", import.meta.url));

const bundled = build({
  entryPoints: [ENTRY],
  bundle: true,
  platform: "browser",
  format: "iife",
  globalName: "twoway",
  target: "es2022",
  write: false,
  metafile: true,
  logLevel: "silent",
});

/** A scenario, asked in the VM: everything from the text to the report. */
const QUESTION = `
const { scenario, warnings } = twoway.readScenario(text, "web.yaml");
const report = twoway.runScenario(scenario);
const ends = ["vpc1/a", "vpc2/b"].map((end) => twoway.resolveEndpoint(report.network, end, ""));
const found = twoway.answer(report.network, ends[0], ends[1], { protocol: "any" });
let issue;
try { twoway.readScenario("vpcs: { v: { cidr: 10.0.0.1/16 } }", "bad.yaml"); } catch (error) { [issue] = error.issues; }
JSON.stringify({
  verdict: found.verdict,
  failed: report.failed,
  warnings: warnings.length,
  chain: twoway.peeringChain(report.network, "vpc1", "vpc3"),
  text: twoway.renderAnswer(report.network, found),
  json: twoway.answerJson(report.network, found).verdict,
  schema: twoway.scenarioJsonSchema().title,
  issue: issue.source + " " + issue.suggestion,
});`;

const TEXT = `
vpcs:
  vpc1: { cidr: [10.1.0.0/16, "fd01::/64"], subnets: { a: { cidr: [10.1.1.0/24, "fd01::/80"] } } }
  vpc2: { cidr: [10.2.0.0/16, "fd02::/64"], subnets: { b: { cidr: [10.2.1.0/24, "fd02::/80"] } } }
  vpc3: { cidr: 10.3.0.0/16 }
peerings: { p: vpc1 - vpc2, q: vpc2 - vpc3 }
routes: { vpc1: [10.2.0.0/16 -> p, "fd02::/64 -> p"], vpc2: [10.1.0.0/16 -> p] }
steps:
  - expect: vpc1/a -> vpc2/b
  - do: add-route vpc2 fd01::/64 -> p
    expect: vpc1/a <-> vpc2/b
`;

test("the whole of sim answers in a bare VM: no process, no Buffer, no TextDecoder, no URL", async () => {
  const [{ text: code }] = (await bundled).outputFiles;
  const context = createContext({ text: TEXT });
  for (const name of ["process", "Buffer", "TextDecoder", "URL", "setTimeout", "require", "window"])
    assert.is(runInContext(`typeof ${name}`, context), "undefined", name);
  runInContext(code, context);
  const said = JSON.parse(String(runInContext(QUESTION, context))) as Record<string, unknown>;
  assert.is(said.verdict, "two-way");
  assert.is(said.failed, 0);
  assert.is(said.warnings, 0);
  assert.equal(said.chain, ["vpc1", "p", "vpc2", "q", "vpc3"]);
  assert.match(String(said.text), "two-way: the packet arrives and the reply comes back");
  assert.is(said.json, "two-way");
  assert.is(said.schema, "twoway scenario, version 1");
  assert.is(said.issue, "bad.yaml:1:20 10.0.0.0/16");
});

test("the bundle takes in nothing of Node", async () => {
  const { metafile } = await bundled;
  const inputs = Object.keys(metafile.inputs);
  assert.ok(inputs.length > 20);
  assert.equal(
    inputs.filter((name) => /^node:|browser-external/.test(name)),
    [],
  );
  assert.equal(
    Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external)),
    [],
  );
});

test.run();
