import { preflight, readScenario, runScenario } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("preflight");

const VPCS = `
  a: { region: gz, cidr: 10.1.0.0/16, subnets: { x: 10.1.1.0/24 } }
  b: { region: gz, cidr: 10.2.0.0/16, subnets: { y: 10.2.1.0/24 } }
  far: { region: sh, cidr: 10.3.0.0/16, subnets: { z: 10.3.1.0/24 } }
  twin: { region: gz, cidr: 10.2.0.0/16, subnets: { t: 10.2.1.0/24 } }
  other: { region: gz, account: them, cidr: 10.5.0.0/16, subnets: { o: 10.5.1.0/24 } }
  empty: { region: gz, cidr: 10.6.0.0/16 }
  six: { region: gz, cidr: [10.7.0.0/16, "fd07::/56"], subnets: { s: 10.7.1.0/24 } }
`;

// what the file says besides, who asks whom, the actions, and what they come to
for (const [extra, from, to, actions, verdict] of [
  [
    "",
    "a",
    "b",
    [
      "create-peering pcx-a-b a - b",
      "add-route a/main 10.2.0.0/16 -> pcx-a-b",
      "add-route b/main 10.1.0.0/16 -> pcx-a-b",
    ],
    "two-way",
  ],
  // A13: the cap is part of the request
  [
    "",
    "a",
    "far",
    [
      "create-peering pcx-a-far a - far bandwidth 10",
      "add-route a/main 10.3.0.0/16 -> pcx-a-far",
      "add-route far/main 10.1.0.0/16 -> pcx-a-far",
    ],
    "two-way",
  ],
  // A16: three steps across accounts
  [
    "",
    "a",
    "other",
    [
      "create-peering pcx-a-other a - other",
      "accept-peering pcx-a-other",
      "add-route a/main 10.5.0.0/16 -> pcx-a-other",
      "add-route other/main 10.1.0.0/16 -> pcx-a-other",
    ],
    "two-way",
  ],
  [
    "peerings: { p: a - b }",
    "b",
    "a",
    ["add-route b/main 10.1.0.0/16 -> p", "add-route a/main 10.2.0.0/16 -> p"],
    "two-way",
  ],
  [
    "peerings: { p: a - b }\nroutes: { a: [ 10.2.1.0/24 -> p ] }",
    "a",
    "b",
    ["add-route b/main 10.1.0.0/16 -> p"],
    "two-way",
  ],
  [
    "peerings: { p: a - b }\nroutes: { a: [ 10.2.0.0/16 -> p ], b: [ 10.1.0.0/16 -> p ] }",
    "a",
    "b",
    [],
    "two-way",
  ],
  [
    "gateways: { n: nat a }\nroutes: { a: [ 10.2.0.0/16 -> n ] }",
    "a",
    "b",
    [
      "create-peering pcx-a-b a - b",
      "replace-route a/main 10.2.0.0/16 -> pcx-a-b",
      "add-route b/main 10.1.0.0/16 -> pcx-a-b",
    ],
    "two-way",
  ],
  [
    "",
    "a",
    "empty",
    ["create-peering pcx-a-empty a - empty", "add-route a/main 10.6.0.0/16 -> pcx-a-empty"],
    undefined,
  ],
  // an IPv6 route is of no use to a VPC without IPv6
  [
    "",
    "a",
    "six",
    [
      "create-peering pcx-a-six a - six",
      "add-route a/main 10.7.0.0/16 -> pcx-a-six",
      "add-route six/main 10.1.0.0/16 -> pcx-a-six",
    ],
    "two-way",
  ],
] as const) {
  test(`${from} asks ${to}${extra === "" ? "" : ` with ${extra.replace("\n", ", ")}`}: ${actions.length} actions, ${verdict}`, () => {
    const { scenario } = readScenario(`vpcs:${VPCS}${extra}\n`, "t.yaml");
    const { vpcs } = scenario.network;
    const found = preflight(scenario.network, vpcs.get(from)!, vpcs.get(to)!);
    assert.is(found.refused, undefined);
    assert.equal(found.actions, actions);
    assert.is(found.verdict, verdict);
    if (actions.length === 0 || verdict === undefined) return;
    // the proposal is a scenario that holds
    const steps = `steps: [ { do: ${JSON.stringify(actions)} }, { expect: "${from}/* <-> ${to}/*" } ]`;
    assert.is(runScenario(readScenario(`vpcs:${VPCS}${extra}\n${steps}\n`, "t.yaml").scenario).failed, 0);
  });
}

for (const [extra, from, to, action, code] of [
  ["", "b", "twin", "create-peering pcx-b-twin b - twin", "UnauthorizedOperation.VpcPeerCidrConflict"], // A10
  [
    "profile: tencent-2024",
    "a",
    "far",
    "create-peering pcx-a-far a - far bandwidth 100",
    "UnsupportedOperation",
  ], // D1
  ["", "a", "a", "create-peering pcx-a-a a - a", "InvalidParameterValue.Combination"],
] as const) {
  test(`${from} asks ${to}: refused with ${code}, and nothing behind that is proposed`, () => {
    const { scenario } = readScenario(`${extra}\nvpcs:${VPCS}`, "t.yaml");
    const { vpcs } = scenario.network;
    const found = preflight(scenario.network, vpcs.get(from)!, vpcs.get(to)!);
    assert.equal(
      [found.refused?.action, found.refused?.refusal.code, found.actions, found.verdict],
      [action, code, [], undefined],
    );
  });
}

test.run();
