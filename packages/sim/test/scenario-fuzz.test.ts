import { readdirSync, readFileSync } from "node:fs";
import { InputError, readScenario, runScenario } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { issuesOf } from "./notation.ts";

const test = suite("scenario file from anybody");

const FOLDER = new URL("../../../../scenarios/", import.meta.url);
const texts = readdirSync(FOLDER)
  .filter((name) => /\.(ya?ml|json)$/.test(name))
  .map((name) => readFileSync(new URL(name, FOLDER), "utf8"));

/** One of everything, so that cuts and mutations meet every reader. */
const RICH = `name: "everything"  # a comment
profile: aws
load: lenient
now: 2026-01-01
vpcs:
  vpc1: &v { region: n, account: 1, cidr: [10.1.0.0/16, "fd01::/64"], secondary: 10.11.0.0/16, subnets: { a: 10.1.1.0/24, k: 10.11.0.0/28 } }
  vpc2:
    cidr: 10.2.0.0/16
    subnets:
      b: { cidr: 10.2.1.0/24, name: back, hosts: { h: 10.2.1.5, i: [10.2.1.6] }, note: 'text' }
peerings:
  p: vpc1 - vpc2 bandwidth 100 PENDING
  q: { requester: vpc1, accepter: elsewhere, state: ACTIVE, requested: 2025-12-31, name: q }
gateways: { nat1: nat vpc1, g: { kind: vpn, vpc: vpc2 } }
routes:
  vpc1: [10.2.0.0/16 -> p, { destination: 0.0.0.0/0, target: nat1, enabled: false }]
  rt: { subnets: [vpc1/a], routes: [10.2.0.0/16 -> q disabled, 10.9.0.0/16 -> gone] }
  vpc2: unknown
steps:
  - note: first
    expect: vpc1/a ?? vpc2/b
  - after: 1d
    as: x
    do: [delete-peering p, add-route vpc1 10.3.0.0/16 -> q]
    refused: OperationNotPermitted
  - expect:
      - vpc1/a -x- h: no-route
`;

/** Reads and, if it can be read, plays the text. Only an InputError may come out, with places and sentences. */
function claim(text: string): "read" | "refused" {
  try {
    const { scenario, warnings } = readScenario(text, "x.yaml");
    for (const { source, message } of warnings) assert.ok(source.startsWith("x.yaml") && message !== "");
    runScenario(scenario);
    return "read";
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    assert.ok(error.issues.length > 0);
    for (const { source, message } of error.issues) {
      assert.match(source, /^x\.yaml(:\d+:\d+)?$/);
      assert.ok(message !== "" && !/undefined|\[object|call stack/.test(message), message);
    }
    return "refused";
  }
}

test("every scenario of the repository, and one of everything, is read and played", () => {
  assert.ok(texts.length > 0);
  for (const text of [...texts, RICH]) assert.is(claim(text), "read");
});

test("a scenario cut off at any character is a scenario or an InputError", () => {
  const tally = new Tally();
  for (const text of [RICH, texts[0]])
    for (let end = 0; end < text.length; end++) tally.add(claim(text.slice(0, end)));
  tally.print("cuts", ["read", "refused"]);
});

const SEEDS = [RICH, RICH, ...texts];
const mutated: fc.Arbitrary<string> = fc.gen().map((g) => {
  const below = (max: number): number => g(fc.nat, { max: max - 1 });
  let text = SEEDS[below(SEEDS.length)];
  for (let n = 1 + below(4); n > 0; n--) {
    const at = below(text.length + 1);
    const piece = g(
      fc.constantFrom,
      "",
      "",
      "\n",
      ":",
      "[",
      "]",
      "{",
      "}",
      "-",
      "&v ",
      "*v",
      "!!",
      "|",
      "'",
      '"',
      "#",
      "\t",
      "\0",
      "__proto__",
      "null",
      "~",
      "0",
      "/33",
      "vpc1",
      "é",
      "\ud800",
      "<<: *v",
      "? ",
      "- - ",
      "%",
    );
    const other = below(text.length + 1);
    switch (below(4)) {
      case 0: // overwrite
        text = text.slice(0, at) + piece + text.slice(at + 1 + below(8));
        break;
      case 1: // insert
        text = text.slice(0, at) + piece + text.slice(at);
        break;
      case 2: // copy a stretch elsewhere
        text = text.slice(0, at) + text.slice(other, other + below(60)) + text.slice(at);
        break;
      default: // drop a stretch
        text = text.slice(0, at) + text.slice(at + below(40));
    }
  }
  return text;
});

test("a scenario with random damage is a scenario or an InputError", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(mutated, (text) => tally.add(claim(text))),
    seeded(3000),
  );
  tally.print("mutations", ["read", "refused"]);
});

test("random structure in the place of any section is a scenario or an InputError", () => {
  const tally = new Tally();
  const section = fc.constantFrom(
    "vpcs",
    "peerings",
    "gateways",
    "routes",
    "steps",
    "now",
    "profile",
    "load",
    "name",
    "version",
    "__proto__",
    "constructor",
  );
  fc.assert(
    fc.property(fc.dictionary(section, fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true }), (value) => {
      tally.add(claim(JSON.stringify({ vpcs: { v: { cidr: "10.0.0.0/16" } }, ...value })));
    }),
    seeded(1000),
  );
  tally.print("structures", ["refused"]);
});

test("Object.prototype is as it was, whatever was read", () => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  const big = " ".repeat(17 * 1024 * 1024);
  for (const text of [
    '{ "__proto__": { "polluted": 1 }, "vpcs": {} }',
    '{ "vpcs": { "__proto__": { "cidr": "10.0.0.0/16", "polluted": 1 } } }',
    `{ "vpcs": { "__proto__": { "cidr": "10.0.0.0/16", "subnets": { "__proto__": "10.0.0.0/24" } } }${big}}`,
    "vpcs: { constructor: { cidr: 10.0.0.0/16, subnets: { prototype: 10.0.1.0/24, hasOwnProperty: 10.0.2.0/24 } } }",
    "? __proto__\n: { polluted: 1 }\nvpcs: {}",
    '"\\u005f_proto__": { polluted: 1 }\nvpcs: {}',
  ])
    claim(text);
  assert.is(({} as Record<string, unknown>).polluted, undefined);
  assert.equal(Object.getOwnPropertyNames(Object.prototype).sort(), before);
});

// bombs: what they are | the text | code; every one ends in an InputError of this one issue
const deep = (line: (depth: number) => string, depth: number): string =>
  Array.from({ length: depth }, (_, i) => line(i)).join("");
for (const [what, text, code] of [
  [
    "aliases of aliases of aliases",
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`,
    "too-large",
  ],
  ["100,000 brackets", "[".repeat(100_000), "too-large"],
  ["201 brackets", `vpcs: ${"[".repeat(201)}${"]".repeat(201)}`, "too-large"],
  ["100,000 braces", "{a: ".repeat(100_000), "too-large"],
  [
    "brackets behind what looks like a comment",
    `x: [" #", ${"[".repeat(20_000)}${"]".repeat(20_000)}]`,
    "too-large",
  ],
  ["100,000 dashes", "- ".repeat(100_000), "too-large"],
  ["maps in maps by indentation", deep((i) => `${" ".repeat(i)}a:\n`, 3000), "too-large"],
  ["lists in lists by indentation", deep((i) => `${" ".repeat(i)}-\n`, 3000), "too-large"],
  ["17 MiB of YAML", `vpcs:\n${"  v: { cidr: 10.0.0.0/16 }\n".repeat(660_000)}`, "too-large"],
  ["17 MiB of broken JSON", `{ "vpcs": {}${" ".repeat(17 * 1024 * 1024)}`, "syntax"],
] as const) {
  test(`${what} are one issue: ${code}`, () => {
    const issues = issuesOf(() => readScenario(text, "x.yaml"));
    assert.equal(
      issues.map((issue) => issue.code),
      [code],
    );
  });
}

test("64 brackets are not too deep, and JSON of 17 MiB is not too large", () => {
  assert.is(
    issuesOf(() => readScenario(`vpcs: ${"[".repeat(64)}${"]".repeat(64)}`, "x"))[0].code,
    "wrong-type",
  );
  assert.is(claim(`{ "vpcs": {}${" ".repeat(17 * 1024 * 1024)}}`), "read");
});

test.run();
