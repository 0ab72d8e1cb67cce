import type { Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { act, after, ask, issuesOf, read, say, verdictOn } from "./notation.ts";

const test = suite("route rules");

const world = (profile: string, routes = ""): Network =>
  read(`
profile: ${profile}
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, secondary: 10.11.0.0/16, account: me, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: [10.2.0.0/16, "fd02::/64"], secondary: 10.12.0.0/16, subnets: { b: 10.2.1.0/24 } }
  vpc3: { cidr: 10.3.0.0/16 }
peerings: { p: vpc1 - vpc2, wait: vpc1 - vpc3 PENDING, dead: vpc1 - vpc3 DELETED, far: vpc2 - vpc3, x: vpc1 - elsewhere }
gateways: { nat1: nat vpc1, n2: nat vpc1, n3: nat vpc1, n4: nat vpc1, n5: nat vpc1, n6: nat vpc1, n7: nat vpc1, n8: nat vpc1,
            n9: nat vpc1, vpn1: vpn vpc1, igw1: internet vpc1, dc1: direct-connect vpc1, eni1: other vpc1, nat2: nat vpc2 }
routes: { vpc1: [${routes}], rt: { vpc: vpc1, routes: unknown } }`);

const OWN = "route-inside-own-cidr InvalidParameterValue.VpcCidrConflict";
const OUTSIDE = "route-outside-peer InvalidParameterValue.CidrNotInPeerVpc";
const HOP = "route-next-hop InvalidParameterValue.RouteNextHopInvalid";
const DUPLICATE = "route-duplicate InvalidParameterValue.Duplicate";
const AWS = "InvalidParameterValue";

// routes that are there | add-route vpc1 … | tencent | aws
for (const [there, route, tencent, aws] of [
  ["", "10.2.0.0/16 -> p", "applied", "applied"],
  ["", "10.2.1.0/24 -> p", "applied", "applied"], // A24: narrower is fine
  ["", "10.2.1.7/32 -> p", "applied", "applied"],
  ["", "fd02::/64 -> p", "applied", "applied"],
  ["", "10.0.0.0/8 -> nat1", "applied", "applied"], // a superset of the own CIDR is no part of it
  // inside the own CIDR: primary, secondary, and exactly it
  ["", "10.1.2.0/24 -> nat1", OWN, "applied"], // aws: an appliance may stand there
  ["", "10.1.2.0/24 -> eni1", OWN, "applied"],
  ["", "10.1.2.0/24 -> igw1", OWN, `route-inside-own-cidr ${AWS}`],
  ["", "10.1.2.0/24 -> p", OWN, `route-inside-own-cidr ${AWS}`],
  ["", "10.1.0.0/16 -> p", OWN, `route-inside-own-cidr ${AWS}`],
  ["", "10.11.3.0/24 -> p", OWN, `route-inside-own-cidr ${AWS}`],
  // outside the peer VPC: wider, beside, the default route, its secondary CIDR
  ["", "10.2.0.0/15 -> p", OUTSIDE, "applied"],
  ["", "10.3.0.0/16 -> p", OUTSIDE, "applied"],
  ["", "0.0.0.0/0 -> p", OUTSIDE, "applied"],
  ["", "fd03::/64 -> p", OUTSIDE, "applied"],
  ["", "10.12.0.0/16 -> p", OUTSIDE, "applied"],
  ["", "10.77.0.0/16 -> x", "applied", "applied"], // what stands behind is not known, so nothing can be compared
  // next hops
  ["", "10.9.0.0/16 -> gone", HOP, `route-next-hop ${AWS}`],
  ["", "10.9.0.0/16 -> blackhole", HOP, `route-next-hop ${AWS}`],
  ["", "10.9.0.0/16 -> nat2", HOP, `route-next-hop ${AWS}`], // the gateway of another VPC
  ["", "10.3.0.0/16 -> far", HOP, `route-next-hop ${AWS}`], // a peering of other VPCs
  ["", "10.3.0.0/16 -> wait", HOP, "applied"], // not ACTIVE: aws keeps a blackhole
  ["", "10.3.0.0/16 -> dead", HOP, `route-next-hop ${AWS}`],
  // the same destination twice
  ["10.2.0.0/16 -> p", "10.2.0.0/16 -> p", DUPLICATE, "route-duplicate RouteAlreadyExists"],
  ["10.2.0.0/16 -> p disabled", "10.2.0.0/16 -> p", DUPLICATE, "route-duplicate RouteAlreadyExists"],
  ["10.2.0.0/16 -> p", "10.2.1.0/24 -> p", "applied", "applied"],
  ["10.9.0.0/16 -> nat1", "10.9.0.0/16 -> n2", "applied", "route-duplicate RouteAlreadyExists"], // ECMP of NAT
  ["10.9.0.0/16 -> nat1", "10.9.0.0/16 -> vpn1", "applied", "route-duplicate RouteAlreadyExists"],
  ["10.9.0.0/16 -> nat1", "10.9.0.0/16 -> nat1", DUPLICATE, "route-duplicate RouteAlreadyExists"],
  ["10.9.0.0/16 -> nat1", "10.9.0.0/16 -> dc1", DUPLICATE, "route-duplicate RouteAlreadyExists"],
  ["10.9.0.0/16 -> nat1", "10.9.0.0/16 -> igw1", DUPLICATE, "route-duplicate RouteAlreadyExists"],
  ["10.2.0.0/16 -> nat1", "10.2.0.0/16 -> p", DUPLICATE, "route-duplicate RouteAlreadyExists"], // never a peering
] as const) {
  test(`with [${there}], add-route ${route} is ${tencent} in tencent and ${aws} in aws`, () => {
    assert.is(verdictOn(act(world("tencent", there), `add-route vpc1 ${route}`)), tencent);
    assert.is(verdictOn(act(world("tencent-2024", there), `add-route vpc1 ${route}`)), tencent);
    assert.is(verdictOn(act(world("aws", there), `add-route vpc1 ${route}`)), aws);
  });

  if (there !== "") continue;
  const [destination, target] = route.split(" -> ");
  test(`replace-route ${route} is ${tencent} in tencent and ${aws} in aws, like add-route`, () => {
    for (const [profile, ends] of [
      ["tencent", tencent],
      ["tencent-2024", tencent],
      ["aws", aws],
    ]) {
      // what stood there before leads to a gateway, or nowhere
      for (const old of ["n9", "nobody", "n9 disabled"]) {
        const before = world(profile, `${destination} -> ${old}`);
        const outcome = act(before, `replace-route vpc1 ${route}`);
        assert.is(verdictOn(outcome), ends, `${profile} ${old}`);
        if (outcome.kind === "refused") continue;
        assert.equal(routesOf(outcome.network), [
          { destination, target, enabled: old !== "n9 disabled", source: `(replace-route vpc1 ${route})` },
        ]);
        const { kind, message } = outcome.events[0];
        assert.is(kind, "route-replaced");
        assert.ok(message.includes(`-> ${old.split(" ")[0]}`) && message.includes(target), message);
      }
    }
  });
}

const routesOf = (network: Network, table = "vpc1/main"): object[] =>
  [...(network.vpcs.get("vpc1")?.tables.get(table)?.routes ?? [])].map(
    ({ destination, target, enabled, source }) => ({
      destination: `${destination}`,
      target,
      enabled,
      source,
    }),
  );

// what only a replacement can get wrong: routes that are there | replace-route … | how it ends
for (const [there, line, ends] of [
  ["10.2.0.0/16 -> p", "vpc1 10.2.0.0/16 -> p", "applied"], // by itself
  ["10.9.0.0/16 -> nat1", "vpc1 10.9.0.0/16 -> dc1", "applied"], // beside itself it could not be added
  ["10.2.0.0/16 -> nat1", "vpc1 10.2.0.0/16 -> p as me", "applied"],
  ["10.2.0.0/16 -> nat1", "vpc1 10.2.0.0/16 -> p as stranger", "wrong-owner ResourceNotFound"],
  ["", "vpc1 10.2.0.0/16 -> p", "not-found ResourceNotFound"],
  ["10.2.0.0/16 -> nat1", "vpc1 10.2.0.0/17 -> p", "not-found ResourceNotFound"], // inside it is not it
  ["10.2.0.0/16 -> nat1", "nosuch 10.2.0.0/16 -> p", "not-found ResourceNotFound"],
  ["10.2.0.0/16 -> nat1", "rt 10.2.0.0/16 -> p", "not-found ResourceNotFound"], // nobody has described it
  [
    "10.9.0.0/16 -> nat1, 10.9.0.0/16 -> n2",
    "vpc1 10.9.0.0/16 -> n3",
    "malformed InvalidParameterValue.Malformed", // which of the two?
  ],
] as const) {
  test(`with [${there}], replace-route ${line} is ${ends}`, () => {
    assert.is(verdictOn(act(world("tencent", there), `replace-route ${line}`)), ends);
  });
}

test("a replaced route leads where it says, and the others of its table stay", () => {
  const before = world("tencent", "10.2.0.0/16 -> nat1, 10.9.0.0/16 -> n2 disabled");
  assert.is(say(ask(before, "vpc1/a", "vpc2/b")), "unreachable: left-network / no-route");
  const later = after(before, "replace-route vpc1 10.2.0.0/16 -> p");
  assert.is(say(ask(later, "vpc1/a", "vpc2/b")), "forward-only: - / no-route");
  assert.equal(routesOf(later)[1], routesOf(before)[1]);
  assert.equal(routesOf(before).length, 2);
});

test("up to eight NAT gateways share a destination, and not nine", () => {
  const eight = ["nat1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"].map(
    (id) => `add-route vpc1 10.9.0.0/16 -> ${id}`,
  );
  const network = after(world("tencent"), ...eight);
  assert.is(verdictOn(act(network, "add-route vpc1 10.9.0.0/16 -> n9")), DUPLICATE);
  assert.is(
    verdictOn(act(after(network, "delete-route vpc1 10.9.0.0/16 -> n4"), "add-route vpc1 10.9.0.0/16 -> n9")),
    "applied",
  );
});

test("a route is edited by the owner of its VPC only", () => {
  const network = world("tencent", "10.2.0.0/16 -> p");
  for (const line of [
    "add-route vpc1 10.2.1.0/24 -> p",
    "delete-route vpc1 10.2.0.0/16",
    "disable-route vpc1 10.2.0.0/16",
    "enable-route vpc1 10.2.0.0/16",
  ]) {
    assert.is(verdictOn(act(network, `${line} as stranger`)), "wrong-owner ResourceNotFound");
    assert.is(verdictOn(act(network, `${line} as me`)), "applied");
  }
});

test("routes of a table that is not part of the input cannot be edited", () => {
  assert.is(verdictOn(act(world("tencent"), "add-route rt 10.2.0.0/16 -> p")), "not-found ResourceNotFound");
});

test("of several routes to one destination the action says which, or is refused", () => {
  const network = world("tencent", "10.9.0.0/16 -> nat1, 10.9.0.0/16 -> n2");
  const refused = act(network, "delete-route vpc1 10.9.0.0/16");
  assert.is(verdictOn(refused), "malformed InvalidParameterValue.Malformed");
  assert.ok(refused.kind === "refused" && refused.refusal.advice === "Say which: -> nat1 or -> n2.");
  const left = after(network, "delete-route vpc1 10.9.0.0/16 -> nat1")
    .vpcs.get("vpc1")
    ?.tables.get("vpc1/main")?.routes;
  assert.equal(
    [...(left ?? [])].map(({ target }) => target),
    ["n2"],
  );
  const missing = act(network, "delete-route vpc1 10.9.0.0/16 -> n3");
  assert.ok(missing.kind === "refused" && missing.refusal.advice === "There is 10.9.0.0/16 -> nat1, n2.");
});

test("a disabled route carries nothing until it is enabled again, and add and delete are inverse", () => {
  const both = "vpc1/a -> vpc2/b";
  const verdict = (network: Network): string =>
    say(ask(network, "vpc1/a", "vpc2/b"))
      .split(":")[1]
      .split("/")[0]
      .trim();
  let network = world("tencent", "10.2.0.0/16 -> p");
  assert.is(verdict(network), "-", both);
  network = after(network, "disable-route vpc1 10.2.0.0/16");
  assert.is(verdict(network), "route-disabled");
  network = after(network, "enable-route vpc1 10.2.0.0/16");
  assert.is(verdict(network), "-");
  network = after(network, "delete-route vpc1 10.2.0.0/16");
  assert.is(verdict(network), "no-route");
  network = after(network, "add-route vpc1 10.2.0.0/16 -> p");
  assert.is(verdict(network), "-");
});

// what a VPC and its subnets may be: profile | vpc | subnets | rule by which it is refused
const MASKS = "InvalidParameterValue.Malformed";
for (const [profile, cidr, subnets, refused] of [
  ["tencent", "10.1.0.0/16", "a: 10.1.0.0/16", undefined], // a subnet may be the whole VPC
  ["tencent", "10.0.0.0/12", "", MASKS],
  ["tencent-2024", "10.0.0.0/12", "", undefined],
  ["tencent-2024", "192.168.0.0/15", "", MASKS],
  ["tencent", "192.168.0.0/16", "", undefined],
  ["tencent", "172.16.0.0/16", "", undefined],
  ["tencent", "172.32.0.0/16", "", MASKS],
  ["tencent", "11.0.0.0/16", "", MASKS],
  ["aws", "11.0.0.0/16", "", undefined],
  ["tencent", "10.1.0.0/28", "", undefined],
  ["tencent", "10.1.0.0/29", "", MASKS],
  ["tencent", "10.1.0.0/16", "a: 10.1.0.0/29", "InvalidParameterValue.SubnetRange"],
  ["tencent", "10.1.0.0/16", "a: 10.2.0.0/24", "InvalidParameterValue.SubnetRange"],
  ["tencent", "10.1.0.0/16", "a: 10.0.0.0/15", "InvalidParameterValue.SubnetRange"],
  ["tencent", "10.1.0.0/20", "a: 10.1.0.0/18", "InvalidParameterValue.SubnetRange"], // around the VPC
  ["tencent", "10.1.0.0/16", "a: 10.1.1.0/24, b: 10.1.1.128/25", "InvalidParameterValue.SubnetOverlap"],
  ["aws", "10.1.0.0/16", "a: 10.1.1.0/24, b: 10.1.0.0/23", "InvalidSubnet.Conflict"],
  ["tencent", "10.1.0.0/16, secondary: 10.1.1.0/24", "", MASKS],
] as const) {
  test(`${profile}: a VPC ${cidr} with {${subnets}} is ${refused ?? "accepted"}`, () => {
    const text = `profile: ${profile}\nvpcs: { v: { cidr: ${cidr}, subnets: { ${subnets} } } }`;
    if (refused === undefined) return assert.ok(read(text));
    const issues = issuesOf(() => read(text));
    assert.equal(
      issues.map(({ code }) => code),
      ["refused"],
    );
    assert.ok(issues[0].message.endsWith(`(${refused})`), issues[0].message);
  });
}

test.run();
