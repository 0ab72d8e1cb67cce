import { type Issue, readScenario } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ask, issuesOf, say } from "./notation.ts";

const test = suite("strict and lenient");

const brief = ({ code, source, path }: Issue): string => `${code} ${source} ${path}`;

const VPCS =
  "vpc1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }, vpc2: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }";

// what the profile refuses | the rest of the file | the rule's code in the message | the path
for (const [what, text, code, path] of [
  [
    "a VPC out of range",
    "vpcs: { v: { cidr: 11.0.0.0/16 } }",
    "InvalidParameterValue.Malformed",
    "vpcs.v.cidr",
  ],
  [
    "a subnet outside its VPC",
    "vpcs: { v: { cidr: 10.0.0.0/16, subnets: { a: 10.9.0.0/24 } } }",
    "InvalidParameterValue.SubnetRange",
    "vpcs.v.subnets.a",
  ],
  [
    "subnets that overlap",
    "vpcs: { v: { cidr: 10.0.0.0/16, subnets: { a: 10.0.0.0/24, b: 10.0.0.0/25 } } }",
    "InvalidParameterValue.SubnetOverlap",
    "vpcs.v.subnets.b",
  ],
  [
    "a peering of overlapping VPCs",
    "vpcs: { v: { cidr: 10.0.0.0/16 }, w: { cidr: 10.0.0.0/20 } }\npeerings: { p: v - w }",
    "UnauthorizedOperation.VpcPeerCidrConflict",
    "peerings.p",
  ],
  [
    "a second peering of a pair",
    `vpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc2, q: vpc2 - vpc1 }`,
    "UnsupportedOperation.VpcPeerAlreadyExist",
    "peerings.q",
  ],
  [
    "a cap inside a region",
    `vpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc2 bandwidth 100 }`,
    "InvalidParameterValue.Combination",
    "peerings.p",
  ],
  [
    "a route inside the own CIDR",
    `vpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc2 }\nroutes: { vpc1: [10.1.2.0/24 -> p] }`,
    "InvalidParameterValue.VpcCidrConflict",
    "routes.vpc1.0",
  ],
  [
    "a route outside the peer",
    `vpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc2 }\nroutes: { vpc1: [0.0.0.0/0 -> p] }`,
    "InvalidParameterValue.CidrNotInPeerVpc",
    "routes.vpc1.0",
  ],
  [
    "a route to a request",
    `vpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc2 PENDING }\nroutes: { vpc1: [10.2.0.0/16 -> p] }`,
    "InvalidParameterValue.RouteNextHopInvalid",
    "routes.vpc1.0",
  ],
  [
    "a destination twice",
    `vpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc2 }\nroutes: { vpc1: [10.2.0.0/16 -> p, 10.2.0.0/16 -> p] }`,
    "InvalidParameterValue.Duplicate",
    "routes.vpc1.1",
  ],
] as const) {
  test(`${what} is an error when read strictly and a warning with the rule when read leniently (S4)`, () => {
    const issues = issuesOf(() => readScenario(text, "t.yaml"));
    assert.equal(
      issues.map(({ code, path }) => `${code} ${path}`),
      [`refused ${path}`],
    );
    assert.ok(issues[0].message.endsWith(`(${code})`), issues[0].message);
    const { warnings } = readScenario(`load: lenient\n${text}`, "t.yaml");
    assert.equal(
      warnings.map(({ code, path, message }) => `${code} ${path} ${message}`),
      [`refused ${path} ${issues[0].message}`],
    );
    const line = (source: string): number => Number(source.split(":")[1]);
    assert.is(line(warnings[0].source), line(issues[0].source) + 1);
  });
}

test("what nothing declares is an error, and read leniently a warning, never a repair", () => {
  const text = `vpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc9 }\nroutes: { vpc1: [10.2.0.0/16 -> gone] }`;
  assert.equal(issuesOf(() => readScenario(text, "t")).map(brief), [
    "missing-reference t:2:16 peerings.p",
    "missing-reference t:3:18 routes.vpc1.0",
  ]);
  const { scenario, warnings } = readScenario(`${text}\nload: lenient`, "t");
  assert.equal(warnings.filter(({ code }) => code === "missing-reference").map(brief), [
    "missing-reference t:2:16 peerings.p",
    "missing-reference t:3:18 routes.vpc1.0",
  ]);
  assert.is(say(ask(scenario.network, "vpc1/a", "vpc2/b")), "unreachable: route-blackhole / no-route");
});

test("a lenient network is judged as it stands (S4)", () => {
  const load = (routes: string, state = ""): string => {
    const text = `load: lenient\nvpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc2 ${state} }\nroutes: { ${routes} }`;
    return say(ask(readScenario(text, "t").scenario.network, "vpc1/a", "vpc2/b"));
  };
  assert.is(load("vpc1: [0.0.0.0/0 -> p], vpc2: [0.0.0.0/0 -> p]"), "two-way");
  assert.is(
    load("vpc1: [10.2.0.0/16 -> p], vpc2: [10.1.0.0/16 -> p]", "PENDING"),
    "unreachable: peering-not-active / peering-not-active",
  );
});

test("syntax, shapes and names are errors in both", () => {
  for (const text of [
    "vpcs: 5",
    "vpcs: { v: { cidr: 10.0.0.1/16 } }",
    "vpcs: { a b: { cidr: 10.0.0.0/16 } }",
    "vpcs: {}\nrutes: {}",
  ]) {
    const codes = (load: string): string[] =>
      issuesOf(() => readScenario(`${text}\nload: ${load}`, "t")).map(({ code }) => code);
    assert.equal(codes("lenient"), codes("strict"));
  }
});

test("a table that is `unknown` is known to exist, and its routes are not", () => {
  const { scenario } = readScenario(
    `vpcs: { ${VPCS} }\npeerings: { p: vpc1 - vpc2 }\nroutes: { vpc1: unknown, vpc2: [10.1.0.0/16 -> p] }`,
    "t",
  );
  assert.is(scenario.network.vpcs.get("vpc1")?.tables.get("vpc1/main")?.routes, undefined);
  assert.is(say(ask(scenario.network, "vpc1/a", "vpc2/b")), "unknown: no-route-table / -");
});

test("a file may spell out the local route, and it changes nothing", () => {
  const { scenario, warnings } = readScenario(
    `vpcs: { ${VPCS} }\nroutes: { vpc1: [10.1.0.0/16 -> local] }`,
    "t",
  );
  assert.is(scenario.network.vpcs.get("vpc1")?.tables.get("vpc1/main")?.routes?.size, 0);
  assert.equal(warnings, []);
});

test("the reader may be told other rules than those of the file (S1)", () => {
  const text = "profile: aws\nvpcs: { v: { cidr: 11.0.0.0/16, profile: aws } }";
  assert.is(readScenario(text, "t").scenario.network.profile, "aws");
  assert.is(issuesOf(() => readScenario(text, "t", { profile: "tencent" }))[0].code, "refused");
});

test.run();
