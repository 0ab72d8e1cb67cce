import type { Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { act, after, issuesOf, read, verdictOn } from "./notation.ts";

const test = suite("create rules");

/** North and south VPCs of one account, one of another account, and some that overlap. */
const world = (profile: string, peerings = ""): Network =>
  read(`
profile: ${profile}
load: lenient
vpcs:
  n1: { cidr: 10.1.0.0/16, region: north }
  n2: { cidr: 10.2.0.0/16, region: north }
  n3: { cidr: 10.3.0.0/16, region: north, secondary: 10.2.128.0/24 }
  n2b: { cidr: 10.2.64.0/18, region: north }
  n1b: { cidr: 10.1.0.0/20, region: north }
  s2: { cidr: 10.2.0.0/16, region: south }
  s4: { cidr: 10.4.0.0/16, region: south }
  other: { cidr: 10.7.0.0/16, region: north, account: other }
peerings: { ${peerings} }
gateways: { nat1: nat n1 }`);

const CONFLICT = "UnauthorizedOperation.VpcPeerCidrConflict";

// profile | peerings that are there | create-peering … | how it ends
for (const [profile, there, line, ends] of [
  ["tencent", "", "p n1 - n2", "applied"],
  ["tencent", "", "p n1 - n1", "same-vpc InvalidParameterValue.Combination"],
  ["tencent", "p: n1 - n3", "p n1 - n2", "already-exists InvalidParameterValue.Duplicate"],
  ["tencent", "", "nat1 n1 - n2", "already-exists InvalidParameterValue.Duplicate"], // a route to it could mean either
  // A10, B11: the ends overlap, whichever contains the other; a secondary CIDR counts (S8)
  ["tencent", "", "p n1 - n1b", `endpoints-overlap ${CONFLICT}`],
  ["tencent", "", "p n1b - n1", `endpoints-overlap ${CONFLICT}`],
  ["tencent", "", "p n2 - n3", `endpoints-overlap ${CONFLICT}`],
  ["tencent-2024", "", "p n1 - n1b", `endpoints-overlap ${CONFLICT}`],
  // one live peering for a pair, in either direction (S2)
  ["tencent", "q: n1 - n2", "p n1 - n2", "pair-exists UnsupportedOperation.VpcPeerAlreadyExist"],
  ["tencent", "q: n2 - n1", "p n1 - n2", "pair-exists UnsupportedOperation.VpcPeerAlreadyExist"],
  ["tencent", "q: n1 - n2 PENDING", "p n1 - n2", "pair-exists UnsupportedOperation.VpcPeerAlreadyExist"],
  ["tencent", "q: n1 - n2 ISOLATED", "p n1 - n2", "pair-exists UnsupportedOperation.VpcPeerAlreadyExist"],
  ["tencent", "q: n1 - n2 EXPIRED", "p n1 - n2", "applied"],
  ["tencent", "q: n1 - n2 REJECTED", "p n1 - n2", "applied"],
  ["tencent", "q: n1 - n2 DELETED", "p n1 - n2", "applied"],
  ["tencent", "q: n1 - n2 FAILED", "p n1 - n2", "applied"],
  ["aws", "q: n1 - n2", "p n1 - n2", "pair-exists VpcPeeringConnectionAlreadyExists"],
  // bandwidth: A13, A19, S11
  ["tencent", "", "p n1 - n2 bandwidth 100", "bandwidth-not-allowed InvalidParameterValue.Combination"],
  ["tencent", "", "p n1 - s4", "missing-bandwidth MissingParameter"],
  ["tencent", "", "p n1 - s4 bandwidth 10", "applied"],
  ["tencent", "", "p n1 - s4 bandwidth 1000", "applied"],
  ["tencent", "", "p n1 - s4 bandwidth 11", "bandwidth-step InvalidParameterValue"],
  ["tencent", "", "p n1 - s4 bandwidth 2000", "bandwidth-step InvalidParameterValue"],
  ["aws", "", "p n1 - s4", "applied"],
  ["aws", "", "p n1 - s4 bandwidth 100", "bandwidth-not-allowed InvalidParameterCombination"],
  // cross-region peering was stopped in 2023 (B15, D1)
  ["tencent-2024", "", "p n1 - s4 bandwidth 100", "cross-region-unavailable UnsupportedOperation"],
  ["tencent-2024", "", "p n1 - n2", "applied"],
  // siblings of a VPC (A11, D10, S3), in the four mixes of regions: existing one, new one
  ["tencent", "q: n1 - n2", "p n1 - n2b", "applied"], // same, same
  ["tencent", "q: n1 - n2", "p n1 - s2 bandwidth 10", `siblings-overlap ${CONFLICT}`], // same, cross
  ["tencent", "q: n1 - s2 bandwidth 10", "p n1 - n2", `siblings-overlap ${CONFLICT}`], // cross, same
  ["tencent", "q: s4 - n2 bandwidth 10", "p s4 - n2b bandwidth 10", `siblings-overlap ${CONFLICT}`], // cross, cross
  ["tencent", "q: n1 - s2 bandwidth 10", "p n2 - n1", `siblings-overlap ${CONFLICT}`], // seen from the accepter
  ["tencent", "q: n1 - s2 bandwidth 10 PENDING", "p n1 - n2", `siblings-overlap ${CONFLICT}`], // a request reserves
  ["tencent", "q: n1 - s2 bandwidth 10 EXPIRED", "p n1 - n2", "applied"],
  ["tencent", "q: n1 - s2 bandwidth 10", "p n1 - n3", `siblings-overlap ${CONFLICT}`], // by its secondary CIDR
  ["tencent-2024", "q: n1 - n2", "p n1 - n2b", `siblings-overlap ${CONFLICT}`],
  ["aws", "q: n1 - n2", "p n1 - n2b", "applied"],
  ["aws", "q: n1 - s2", "p n1 - n2", "applied"],
] as const) {
  test(`${profile}, with {${there}}: create-peering ${line} is ${ends}`, () => {
    const outcome = act(world(profile, there), `create-peering ${line}`);
    assert.is(verdictOn(outcome), ends);
    if (outcome.kind === "refused") assert.not.ok("network" in outcome);
  });
}

test("inside one account a peering is active at once, and elsewhere it waits (A15, A16, A20)", () => {
  for (const [profile, to, state] of [
    ["tencent", "n2", "ACTIVE"],
    ["tencent", "other", "PENDING"],
    ["tencent-2024", "n2", "ACTIVE"],
    ["aws", "n2", "PENDING"],
    ["aws", "other", "PENDING"],
  ]) {
    const { peerings, now } = after(world(profile), `create-peering p n1 - ${to}`);
    assert.is(peerings.get("p")?.state, state, `${profile} ${to}`);
    assert.is(peerings.get("p")?.requested, now);
    assert.is(peerings.get("p")?.source, `(create-peering p n1 - ${to})`);
  }
});

test("a peering may join any mix of regions and accounts (A2)", () => {
  const network = read(`
vpcs:
  here: { cidr: 10.1.0.0/16, region: north, account: me }
  near: { cidr: 10.2.0.0/16, region: north, account: me }
  far: { cidr: 10.3.0.0/16, region: south, account: me }
  theirs: { cidr: 10.4.0.0/16, region: north, account: them }
  away: { cidr: 10.5.0.0/16, region: south, account: them }`);
  for (const [to, cap, state] of [
    ["near", "", "ACTIVE"],
    ["far", " bandwidth 10", "ACTIVE"],
    ["theirs", "", "PENDING"],
    ["away", " bandwidth 10", "PENDING"],
  ])
    assert.is(after(network, `create-peering p here - ${to}${cap}`).peerings.get("p")?.state, state, to);
});

test("only the requester's account may ask for a peering", () => {
  assert.is(
    verdictOn(act(world("tencent"), "create-peering p n1 - other as other")),
    "wrong-owner ResourceNotFound",
  );
  assert.is(verdictOn(act(world("tencent"), "create-peering p other - n1 as other")), "applied");
});

test("a create between overlapping VPCs leaves nothing in Tencent and a FAILED object in aws (A10)", () => {
  const outcome = act(world("aws"), "create-peering p n1 - n1b");
  assert.ok(outcome.kind === "applied");
  if (outcome.kind !== "applied") return;
  assert.is(outcome.network.peerings.get("p")?.state, "FAILED");
  assert.equal(
    outcome.events.map(({ kind }) => kind),
    ["peering-failed"],
  );
  assert.is(verdictOn(act(outcome.network, "accept-peering p")), "wrong-state InvalidStateTransition");
});

const QUOTAS = { tencent: 10, "tencent-2024": 10, aws: 50 } as const;
for (const [profile, quota] of Object.entries(QUOTAS)) {
  test(`${profile} allows ${quota} live peerings for a VPC, counted at both ends, PENDING too (A14)`, () => {
    const ids = Array.from({ length: quota + 2 }, (_, i) => i);
    const vpcs = ids.map((i) => `  v${i}: { cidr: 10.${i + 1}.0.0/16, account: a${i} }`).join("\n");
    const fan = (flip: number): string[] =>
      ids
        .slice(0, quota)
        .map((i) =>
          i % 2 === flip ? `create-peering p${i} hub - v${i}` : `create-peering p${i} v${i} - hub`,
        );
    let network = read(`profile: ${profile}\nvpcs:\n  hub: { cidr: 10.0.0.0/16, account: hub }\n${vpcs}`);
    network = after(network, ...fan(0));
    const code =
      profile === "aws"
        ? "VpcPeeringConnectionsPerVpcLimitExceeded"
        : "LimitExceeded.VpcPeerTotalLimitExceeded";
    for (const line of [`create-peering q hub - v${quota}`, `create-peering q v${quota} - hub`])
      assert.is(verdictOn(act(network, line)), `peering-quota ${code}`);
    // a place is free again as soon as one is rejected, deleted or expired
    for (const line of ["reject-peering p0", "delete-peering p1", "advance-clock 7d"])
      assert.is(verdictOn(act(after(network, line), `create-peering q hub - v${quota}`)), "applied", line);
  });
}

test("a strict file is judged by the create rules, each peering beside those before it (S2, S4)", () => {
  const issues = issuesOf(() =>
    read(
      "vpcs: { a: { cidr: 10.1.0.0/16 }, b: { cidr: 10.2.0.0/16 } }\npeerings: { p: a - b, q: b - a, r: a - b EXPIRED }",
    ),
  );
  assert.equal(
    issues.map(({ code, path }) => `${code} ${path}`),
    ["refused peerings.q"],
  );
  assert.match(issues[0].message, "UnsupportedOperation.VpcPeerAlreadyExist");
});

test.run();
