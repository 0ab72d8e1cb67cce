import type { Issue } from "@twoway/sim";
import { readScenario } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { issuesOf, read } from "./notation.ts";

const test = suite("scenario file");

const brief = ({ code, source, suggestion }: Issue): string =>
  `${code} ${source.replace("t.yaml:", "")}${suggestion === undefined ? "" : ` => ${suggestion}`}`;

const found = (text: string): string[] => issuesOf(() => read(text)).map(brief);

/** Two sound VPCs, on lines 1 to 3; what a row adds begins on line 4. */
const SOUND = `vpcs:
  vpc1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
`;

// what is wrong | the text | every issue: code line:column => suggestion. No row has more issues than faults.
for (const [what, text, ...issues] of [
  // documents
  ["an empty file", "", "wrong-type 1:1"],
  ["a file of blanks and comments", "# nothing\n\n", "wrong-type 1:1"],
  ["a scalar", "hello", "wrong-type 1:1"],
  ["a list", "- a\n- b\n", "wrong-type 1:1"],
  ["two documents", "vpcs: {}\n---\nvpcs: {}\n", "syntax 2:1"],
  ["a bracket that stays open", "vpcs: { vpc1: [\n", "syntax 2:1", "syntax 2:1"],
  ["a tab as indentation", "vpcs:\n\tvpc1: 1\n", "syntax 2:1"],
  ["a key that stands twice", `${SOUND}name: x\nname: y\n`, "duplicate 5:1"],
  [
    "a subnet that stands twice",
    "vpcs:\n  v: { cidr: 10.0.0.0/16, subnets: { a: 10.0.0.0/24, a: 10.0.1.0/24 } }\n",
    "duplicate 2:54",
  ],
  [
    "a key that stands twice, and what else is wrong",
    `${SOUND}name: x\nname: y\nrutes: {}\npeerings: { p: vpc1 - vpc9 }\nsteps: [{ do: frobnicate }]\n`,
    "duplicate 5:1",
    "unknown-key 6:1 => routes",
    "missing-reference 7:16 => vpc1",
    "bad-text 8:15 => add-route TABLE DESTINATION -> TARGET",
  ],
  ["an alias without an anchor", "name: *nobody\nvpcs: {}\n", "syntax 1:7"],
  ["a map as a key", "vpcs: { ? { a: 1 } : 2 }", "syntax 1:11"],
  // keys and kinds of values, at each level
  ["no VPCs", "name: x\n", "missing-key 1:1"],
  ["an unknown key of the file", `${SOUND}rutes: {}\n`, "unknown-key 4:1 => routes"],
  ["a key nobody means", `${SOUND}zzzzzz: {}\n`, "unknown-key 4:1"],
  [
    "an unknown key of a VPC",
    "vpcs:\n  v: { cdr: 10.0.0.0/16, cidr: 10.0.0.0/16 }\n",
    "unknown-key 2:8 => cidr",
  ],
  [
    "an unknown key of a subnet",
    "vpcs:\n  v: { cidr: 10.0.0.0/16, subnets: { a: { cidr: 10.0.0.0/24, host: {} } } }\n",
    "unknown-key 2:62 => hosts",
  ],
  ["a VPC without a CIDR", "vpcs:\n  v: { region: x }\n", "missing-key 2:6"],
  ["a VPC that is text", "vpcs:\n  v: 10.0.0.0/16\n", "wrong-type 2:6"],
  ["VPCs in a list", "vpcs: [a, b]\n", "wrong-type 1:7"],
  ["a CIDR that is a number", "vpcs:\n  v: { cidr: 10 }\n", "wrong-type 2:14"],
  ["an empty list of CIDRs", "vpcs:\n  v: { cidr: [] }\n", "wrong-type 2:14"],
  [
    "a state that is none",
    `${SOUND}peerings:\n  p: { requester: vpc1, accepter: vpc2, state: Active }\n`,
    "wrong-type 5:48",
  ],
  [
    "a bandwidth below one",
    `${SOUND}peerings:\n  p: { requester: vpc1, accepter: vpc2, bandwidth: 0 }\n`,
    "wrong-type 5:52",
  ],
  [
    "a name of 61 characters (S9)",
    `${SOUND}peerings:\n  p: { requester: vpc1, accepter: vpc2, name: ${"x".repeat(61)} }\n`,
    "wrong-type 5:47",
  ],
  ["a profile that is none", `${SOUND}profile: azure\n`, "wrong-type 4:10"],
  ["a version to come", `${SOUND}version: 2\n`, "wrong-type 4:10"],
  ["steps that are a map", `${SOUND}steps: { do: x }\n`, "wrong-type 4:8"],
  ["an unknown key of a step", `${SOUND}steps:\n  - { doo: delete-peering p }\n`, "unknown-key 5:7 => do"],
  ["routes that are a number", `${SOUND}routes: { vpc1: 5 }\n`, "wrong-type 4:17"],
  [
    "a route without a target",
    `${SOUND}routes: { vpc1: [{ destination: 10.2.0.0/16 }] }\n`,
    "missing-key 4:18",
  ],
  // names
  ["a name with a blank", "vpcs:\n  a b: { cidr: 10.0.0.0/16 }\n", "bad-name 2:3"],
  ["a name like an address", "vpcs:\n  10.0.0.1: { cidr: 10.0.0.0/16 }\n", "bad-name 2:3"],
  ["a name that means something else", "vpcs:\n  internet: { cidr: 10.0.0.0/16 }\n", "bad-name 2:3"],
  [
    "__proto__ at three levels",
    `__proto__: { x: 1 }\nvpcs:\n  __proto__: { cidr: 10.0.0.0/16 }\n  v: { cidr: 10.0.0.0/16, subnets: { "__proto__": 10.0.0.0/24 } }\n`,
    "bad-name 1:1",
    "bad-name 3:3",
    "bad-name 4:38",
  ],
  // addresses and texts
  [
    "host bits in a VPC (S10)",
    "vpcs:\n  v: { cidr: 10.0.0.1/16, subnets: { a: 10.0.1.0/24 } }\n",
    "bad-prefix 2:14 => 10.0.0.0/16",
  ],
  [
    "host bits in a subnet (S10)",
    "vpcs:\n  v: { cidr: 10.0.0.0/16, subnets: { a: 10.0.1.1/24 } }\n",
    "bad-prefix 2:41 => 10.0.1.0/24",
  ],
  ["an octet above 255", "vpcs:\n  v: { cidr: 10.0.256.0/16 }\n", "bad-text 2:21"],
  [
    "a host outside its subnet",
    "vpcs:\n  v: { cidr: 10.0.0.0/16, subnets: { a: { cidr: 10.0.1.0/24, hosts: { h: 10.0.2.5 } } } }\n",
    "bad-address 2:74",
  ],
  [
    "two hosts of one address",
    "vpcs:\n  v: { cidr: 10.0.0.0/16, subnets: { a: { cidr: 10.0.1.0/24, hosts: { h: 10.0.1.5, i: [10.0.1.6, 10.0.1.5] } } } }\n",
    "duplicate 2:98",
  ],
  ["a time that is none", `${SOUND}now: yesterday\n`, "bad-text 4:6 => 2026-01-01T00:00:00Z"],
  [
    "a peering without its second end",
    `${SOUND}peerings:\n  p: vpc1 -\n`,
    "bad-text 5:12 => VPC - VPC [bandwidth MBPS] [STATE]",
  ],
  ["a gateway of no kind", `${SOUND}gateways: { g: natt vpc1 }\n`, "bad-text 4:16 => nat"],
  [
    "a route without an arrow",
    `${SOUND}peerings: { p: vpc1 - vpc2 }\nroutes: { vpc1: [10.2.0.0/16 p] }\n`,
    "bad-text 5:30 => DESTINATION -> TARGET [disabled]",
  ],
  ["an action that is none", `${SOUND}steps:\n  - do: delete-peerin p\n`, "bad-text 5:9 => delete-peering"],
  [
    "an expectation without an arrow",
    `${SOUND}steps:\n  - expect: [vpc1 vpc2]\n`,
    "bad-text 5:14 => A <-> B, A -> B: CAUSE, A <- B: CAUSE, A -x- B: CAUSE / CAUSE or A ?? B; a service may follow B: tcp/443",
  ],
  ["a duration without a unit", `${SOUND}steps:\n  - after: "7"\n`, "bad-text 5:14 => 7d"],
  ["a step that is refused without doing anything", `${SOUND}steps:\n  - refused: X\n`, "missing-key 5:14"],
  // references
  [
    "a route to a peering that is not there",
    `${SOUND}peerings: { pcx-12: vpc1 - vpc2 }\nroutes: { vpc1: [10.2.0.0/16 -> pcx-21] }\n`,
    "missing-reference 5:18 => pcx-12",
  ],
  [
    "a peering of a VPC that is not there",
    `${SOUND}peerings: { p: vpc1 - vpc22 }\n`,
    "missing-reference 4:16 => vpc2",
  ],
  [
    "a gateway of a VPC that is not there",
    `${SOUND}gateways: { g: nat vpc3 }\n`,
    "missing-reference 4:16 => vpc1",
  ],
  ["routes of nobody", `${SOUND}routes: { vpc11: [] }\n`, "missing-reference 4:11 => vpc1"],
  [
    "a table of a subnet that is not there",
    `${SOUND}routes: { rt: { subnets: [vpc1/aa], routes: [] } }\n`,
    "missing-reference 4:27 => a",
  ],
  [
    "a table of a subnet with a path too long",
    `${SOUND}routes: { rt: { subnets: [vpc1/a/b], routes: [] } }\n`,
    "missing-reference 4:27",
  ],
  [
    "a table of two VPCs",
    `${SOUND}routes: { rt: { subnets: [vpc1/a, vpc2/b], routes: [] } }\n`,
    "bad-text 4:35",
  ],
  [
    "a subnet of two tables",
    `${SOUND}routes: { r1: { subnets: [vpc1/a] }, r2: { subnets: [vpc1/a] } }\n`,
    "duplicate 4:54",
  ],
  [
    "an id of a peering and a gateway",
    `${SOUND}peerings: { p: vpc1 - vpc2 }\ngateways: { p: nat vpc1 }\n`,
    "duplicate 4:13",
  ],
  [
    "an expectation about nobody",
    `${SOUND}steps:\n  - expect: [vpc1/a <-> vpc2/bb]\n`,
    "missing-reference 5:14 => vpc2/b",
  ],
  [
    "ends without a common family",
    `vpcs: { a: { cidr: 10.1.0.0/16, subnets: { x: 10.1.1.0/24 } }, b: { cidr: "fd00::/64", subnets: { y: "fd00::/80" } } }\nsteps:\n  - expect: a <-> b\n`,
    "bad-address 3:13",
  ],
  // what the profile refuses (S4)
  [
    "a subnet outside its VPC",
    "vpcs:\n  v: { cidr: 10.0.0.0/16, subnets: { a: 10.9.0.0/24 } }\n",
    "refused 2:41 => Choose a block inside the VPC",
  ],
  ["a peering of a VPC with itself", `${SOUND}peerings: { p: vpc1 - vpc1 }\n`, "refused 4:16"],
  [
    "a route outside the peer",
    `${SOUND}peerings: { p: vpc1 - vpc2 }\nroutes: { vpc1: [10.3.0.0/16 -> p] }\n`,
    "refused 5:18 => Route a destination inside vpc2",
  ],
] as const) {
  test(`${what} is reported at its place, and alone`, () => {
    assert.equal(found(text), issues);
  });
}

test("several faults of several kinds are reported together, each once, in the order of the reading", () => {
  const issues = issuesOf(() =>
    read(`nmae: x
vpcs:
  vpc1: { cidr: 10.1.0.1/16, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, subnets: { b: 10.9.1.0/24, "b b": 10.2.2.0/24 } }
  vpc3: { region: north, subnets: { c: 10.3.1.0/24 } }
  vpc4: { cidr: 10.4.0.0/16, subnets: { d: 10.4.1.0/24 } }
peerings: { p12: vpc1 - vpc2, p13: vpc1 - vpc3, p24: vpc2 - vpc4, p29: vpc2 - vpc9 }
gateways: { g: nat vpc3 }
routes:
  vpc1: [10.2.0.0/16 -> p12]
  vpc2: [10.1.0.0/16 -> p12, 10.4.0.0/16 -> p24, 10.4.0.0/15 -> p29, 10.4.0.0 -> p24]
  vpc3: [10.1.0.0/16 -> p13]
  vpc4: [10.3.0.0/16 -> p24]
steps:
  - do: acept-peering p24
    expect: [vpc1/a <-> vpc3/c, vpc4/d <-> vpc4/dd, a <-> c, vpc4 <-> vpc2]
`),
  );
  assert.equal(
    issues.map(({ code, path }) => `${code} ${path}`),
    [
      "missing-key vpcs.vpc3.cidr",
      "unknown-key nmae",
      "bad-prefix vpcs.vpc1.cidr",
      "refused vpcs.vpc2.subnets.b",
      "bad-name vpcs.vpc2.subnets.b b",
      "missing-reference peerings.p29",
      "bad-text routes.vpc2.3",
      "refused routes.vpc4.0",
      "bad-text steps.0.do",
      "missing-reference steps.0.expect.1",
    ],
  );
});

test("an issue says what was read, the rule, and where, and the error says all of it", () => {
  const text = "vpcs:\n  v: { cidr: 10.0.0.1/16 }\nbogus: 1\n";
  const issues = issuesOf(() => read(text));
  assert.equal(
    issues.find(({ code }) => code === "bad-prefix"),
    {
      code: "bad-prefix",
      message: '"10.0.0.1/16": host bits are set',
      source: "t.yaml:2:14",
      path: "vpcs.v.cidr",
      suggestion: "10.0.0.0/16",
    },
  );
  assert.throws(
    () => read(text),
    (error: Error) => error.name === "InputError" && error.message.includes("t.yaml:3:1: "),
  );
});

test("a file begins with a byte order mark or ends its lines the Windows way, and places stay true", () => {
  const text = `${SOUND}bogus: 1\n`;
  assert.equal(found(text), ["unknown-key 4:1"]);
  assert.equal(found(`\uFEFF${text}`), ["unknown-key 4:1"]);
  assert.equal(found(text.replaceAll("\n", "\r\n")), ["unknown-key 4:1"]);
});

test("an account id keeps its leading zero and every digit, quoted or not", () => {
  const accounts = ["012345678901", "12345678901234567890123", "100001", "0x1F", "abc"];
  const text = `vpcs:\n${accounts.map((id, i) => `  v${i}: { account: ${id}, cidr: 10.${i}.0.0/16 }\n`).join("")}`;
  const read = [...readScenario(text, "t.yaml").scenario.network.vpcs.values()].map(({ account }) => account);
  assert.equal(read, ["012345678901", "12345678901234567890123", "100001", "31", "abc"]);
});

test("a request that is out of time when the file begins has expired, whatever is asked first (A8, S6)", () => {
  const state = (requested: string): string | undefined =>
    read(
      `now: 2026-01-08\n${SOUND}peerings:\n  p: { requester: vpc1, accepter: vpc2, state: PENDING, requested: "${requested}" }\n`,
    ).peerings.get("p")?.state;
  assert.is(state("2026-01-01T00:00:00Z"), "EXPIRED");
  assert.is(state("2026-01-01T00:00:01Z"), "PENDING");
});

test("two expectations in one map are told apart, not taken for one with a strange cause", () => {
  const text = `${SOUND}steps:\n  - expect:\n      vpc1 -> vpc2: no-route\n      vpc2 -> vpc1: no-route\n`;
  assert.equal(found(text), ["bad-text 6:7"]);
});

test("brackets inside texts are no nesting", () => {
  const notes = Array.from({ length: 100 }, (_, i) => `  - note: minutes in [0, ${i})\n    as: "[1"\n`);
  assert.equal(readScenario(`${SOUND}steps:\n${notes.join("")}`, "t.yaml").scenario.steps.length, 100);
  const quoted = [`"${"[, ".repeat(300)}"`, `'${"it''s, [".repeat(300)}'`, `"${'\\", ['.repeat(300)}"`];
  for (const name of quoted) {
    const text = `${SOUND}steps: [{ note: ${name} }]`;
    assert.equal(readScenario(text, "t.yaml").scenario.steps.length, 1, name.slice(0, 9));
  }
  // neither do they hide what is nesting: closing brackets, comments and apostrophes
  assert.equal(found(`${SOUND}name: ${"[".repeat(201)}`), ["too-large 4:207"]);
  assert.equal(found(`${SOUND}name: ${'["]", '.repeat(201)}`), ["too-large 4:1207"]);
  assert.equal(found(`${SOUND}name: ["a # b", ${"[".repeat(200)}`), ["too-large 4:216"]);
  assert.equal(found(`${SOUND}name: it's\nx: ${"[".repeat(201)} isn't`), ["too-large 5:204"]);
  assert.equal(found(`${SOUND}name: "open\nx: ${"[".repeat(201)}`), ["too-large 5:204"]);
  assert.equal(found(`${SOUND}name: ${"[ &a ".repeat(5000)}`)[0].split(" ")[0], "too-large");
});

test("JSON is read as the same scenario, with places", () => {
  const json = `{ "name": "x", "vpcs": { "v": { "cidr": "10.0.0.0/16", "subnets": { "a": "10.0.1.0/24" } } },\n  "steps": [{ "expect": ["v/a <-> v/a"] }] }`;
  const yaml =
    "name: x\nvpcs: { v: { cidr: 10.0.0.0/16, subnets: { a: 10.0.1.0/24 } } }\nsteps:\n  - expect: v/a <-> v/a\n";
  const shape = (text: string): string => {
    const { network, name, steps } = readScenario(text, "t.yaml").scenario;
    return JSON.stringify([
      name,
      [...network.vpcs.keys()],
      steps.map(({ expectations }) => expectations.map(({ text }) => text)),
    ]);
  };
  assert.is(shape(json), shape(yaml));
  assert.equal(found(json.replace('"steps"', '"stepz"')), ["unknown-key 2:4 => steps"]);
});

test.run();
