import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { twoway } from "./command.ts";
import { SARIF } from "./sarif-schema.ts";

// The results of `check` in the formats of other tools, each read by that format's own reader.
const test = suite("report");
const folder = mkdtempSync(join(tmpdir(), "twoway-report-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const NETWORK = `vpcs:
  shop: { cidr: 10.1.0.0/16, subnets: { web: 10.1.1.0/24 } }
  data: { cidr: 10.2.0.0/16, subnets: { db: 10.2.1.0/24 } }
peerings: { p: shop - data }
gateways: { v: vpn data }
routes: { shop: [ 10.2.0.0/16 -> p ] }
`;
const MIXED = file(
  "mixed <1>.yaml",
  `${NETWORK}policies:
  - { name: "a <b> & \\x07 |", isolated: [ shop, data ] }
steps:
  - expect: [ web <-> db, "web -> db: no-route" ]
    violates: []
  - do: delete-route shop 10.2.0.0/16
    refused: NoSuch
`,
);
const GOOD = file("good.yaml", `${NETWORK}steps:\n  - expect: "web -> db: no-route"\n`);
const APART = file("apart.yaml", "policies: [ { name: apart, isolated: [ shop, data ] } ]\n");
const DATA_FIRST = file("data-first.yaml", "policies: [ { name: replies, isolated: [ db, [ shop ] ] } ]\n");

const attributes = { ignoreAttributes: false, attributeNamePrefix: "" };

test("junit: a suite for each file, a case for each line, and what failed with its place", async () => {
  const { out, status } = await twoway(["check", GOOD, MIXED, "--format", "junit"]);
  assert.is(status, 1);
  assert.is(XMLValidator.validate(out), true);
  const { testsuites } = new XMLParser({ ...attributes, isArray: (name) => name === "testcase" }).parse(out);
  assert.equal([testsuites.tests, testsuites.failures, testsuites.errors], ["6", "3", "0"]);
  const [good, mixed] = testsuites.testsuite;
  assert.equal([good.name, good.tests, good.failures], [GOOD, "1", "0"]);
  assert.is(mixed.name, MIXED);
  const failed = mixed.testcase.filter((one: { failure?: unknown }) => one.failure !== undefined);
  assert.equal(
    failed.map(({ name, failure }: { name: string; failure: { type: string } }) => [name, failure.type]),
    [
      ["web <-> db", "expectation"],
      ["a <b> & ? |", "policy"],
      ["delete-route shop 10.2.0.0/16", "action"],
    ],
  );
  assert.match(failed[0].failure["#text"], `${MIXED}:10:15`);
  assert.match(failed[0].failure["#text"], "data/main has no route to 10.1.1.2");
  assert.match(failed[0].failure.message, "found forward-only (delivered / no-route)");
});

test("junit: a policy that cannot be decided is no pass", async () => {
  const doubt = ["--do", "delete-route shop 10.2.0.0/16", "--do", "add-route data 0.0.0.0/0 -> v"];
  const net = file("net.yaml", NETWORK);
  const { out, status } = await twoway(["check", net, "--policy", DATA_FIRST, ...doubt, "--format", "junit"]);
  assert.is(status, 3);
  const { testsuites } = new XMLParser(attributes).parse(out);
  assert.equal([testsuites.tests, testsuites.failures, testsuites.errors], ["1", "0", "1"]);
});

test("sarif: what did not pass, by the standard's schema, with the place of what was checked and of what decided", async () => {
  const missing = join(folder, "missing.yaml");
  const { out, status } = await twoway([
    "check",
    GOOD,
    MIXED,
    missing,
    "--policy",
    APART,
    "--format",
    "sarif",
  ]);
  assert.is(status, 2);
  const log = JSON.parse(out);
  const validate = new Ajv2019({ formats: { "uri-reference": isReference, uri: /^https?:/ } }).compile(SARIF);
  const valid: boolean = validate(log);
  assert.ok(valid, JSON.stringify(validate.errors));
  const [{ results, tool }] = log.runs;
  assert.equal(
    results.map(({ ruleId }: { ruleId: string }) => ruleId),
    ["policy", "expectation", "policy", "policy", "action", "input"],
  );
  for (const { ruleId, ruleIndex } of results) assert.is(tool.driver.rules[ruleIndex].id, ruleId);
  const place = ({ physicalLocation: { artifactLocation, region } }: Place): string =>
    `${decodeURI(artifactLocation.uri)}:${region?.startLine}:${region?.startColumn}`;
  const [, expectation, policy] = results;
  assert.is(place(expectation.locations[0]), `${MIXED}:10:15`);
  assert.equal(expectation.relatedLocations.map(place), [`${MIXED}:3:3`]);
  assert.is(place(policy.locations[0]), `${MIXED}:8:41`);
  assert.equal(policy.relatedLocations.map(place), [`${MIXED}:6:19`]);
});

interface Place {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region?: { readonly startLine: number; readonly startColumn: number };
  };
}

function isReference(text: string): boolean {
  return !/[\s<>"{}|\\^`]/.test(text) && URL.canParse(text, "file:///");
}

test("sarif: a log that breaks the schema is found", () => {
  const validate = new Ajv2019({ formats: { "uri-reference": isReference, uri: /^https?:/ } }).compile(SARIF);
  const log = (region: object): object => ({
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "x" } },
        results: [
          {
            message: { text: "m" },
            locations: [{ physicalLocation: { artifactLocation: { uri: "a" }, region } }],
          },
        ],
      },
    ],
  });
  assert.ok(validate(log({ startLine: 1, startColumn: 1 })));
  assert.not(validate(log({ startLine: 0 })));
  assert.not(validate(log({ startColumn: 1 })));
  assert.not(validate({ version: "2.1.0" }));
});

test("markdown: counts for each file, and what did not pass with its detail", async () => {
  const { out } = await twoway(["check", GOOD, MIXED, "--format", "markdown"]);
  assert.match(out, "3 hold, 3 do not.");
  assert.match(out, /\| `[^`]*good\.yaml`\s+\|\s+1 \|\s+0 \|/);
  assert.match(out, /\| `[^`]*mixed <1>\.yaml`\s+\|\s+2 \|\s+3 \|/);
  assert.match(out, "### web <-> db\n");
  assert.match(out, "x data/main has no route to 10.1.1.2");
  assert.match((await twoway(["check", GOOD, "--format", "markdown"])).out, /^## twoway: everything holds\n/);
});

// what is asked, and the exit status
const STATUSES: readonly (readonly [args: readonly string[], status: number, out: RegExp, err: RegExp])[] = [
  [[GOOD], 0, /1 scenario: 1 hold, 0 do not/, /^$/],
  [[GOOD, "--policy", APART], 1, /FAIL {2}apart {2}violated[\s\S]*10\.2\.0\.0\/16 -> p/, /^$/],
  [
    [GOOD, "--policy", file("typo.yaml", "policies: [ { isolated: [ shop, dta ] } ]")],
    2,
    /^$/,
    /typo\.yaml:1:33 {2}missing-reference {2}"dta" selects no subnet[\s\S]*data/,
  ],
  [[GOOD, "--policy", join(folder, "none.yaml")], 2, /^$/, /no such file/],
];

for (const [args, status, out, err] of STATUSES) {
  test(`check ${args.map((arg) => arg.replace(folder, "")).join(" ")} ends with ${status}`, async () => {
    const ended = await twoway(["check", ...args]);
    assert.is(ended.status, status, ended.err);
    assert.match(ended.out, out);
    assert.match(ended.err, err);
  });
}

test.run();
