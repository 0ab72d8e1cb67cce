import { comparisonRows, PROFILE_NAMES, PROFILES, profileRows, quotaRows, renderProfiles } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("profiles");

test("every rule in which two profiles differ is a row that tells them apart (S1)", () => {
  const rows = profileRows();
  for (const [i, a] of PROFILE_NAMES.entries()) {
    for (const b of PROFILE_NAMES.slice(i + 1)) {
      const rules = Object.keys(PROFILES[a]).filter(
        (key) => !["name", "codes", "quotas", "otherQuotas"].includes(key),
      ) as (keyof typeof PROFILES.aws)[];
      const differing = rules.filter(
        (key) => JSON.stringify(PROFILES[a][key]) !== JSON.stringify(PROFILES[b][key]),
      );
      const told = rows.filter(({ values }) => values[a] !== values[b]);
      assert.is(told.length, differing.length, `${a} and ${b} differ in ${differing.join(", ")}`);
    }
  }
});

// the profile table of SPEC, decision S1
for (const [rule, tencent, tencent2024, aws] of [
  ["cross-region peering", "yes", "no", "yes"],
  ["peers of one VPC may overlap", "only if all are same-region", "no", "yes"],
  ["peering inside one account", "active at once", "active at once", "to be accepted"],
  ["a request expires after", "7 days", "7 days", "7 days"],
  ["an expired request can be enabled", "yes", "by API 2.0 only", "no"],
  ["peering of overlapping VPCs", "refused", "refused", "a FAILED peering"],
  ["route to a peering that is not ACTIVE", "refused", "refused", "accepted"],
  ["route outside the peer VPC", "refused", "refused", "accepted"],
  ["route inside the own CIDR", "refused", "refused", "to an appliance"],
  ["inside the own CIDR wins", "always the local route", "always the local route", "the longest prefix"],
  ["deleting a peering", "deletes its routes", "deletes its routes", "leaves blackholes"],
  ["secondary CIDRs over a peering", "no", "no", "yes"],
  ["cap of a cross-region peering", "required, 10 20 50 100 200 500 1000 Mbps", "required, any Mbps", "none"],
  ["deleting a VPC that has peerings", "refused", "refused", "deletes its peerings"], // S12
  ["bandwidth inside a region", "unlimited", "unlimited up to 5000 Mbps or so", "unlimited"], // D4, B14
  ["traffic metrics", "of cross-region peerings", "of every peering", "none"], // A30, D7
  ["cross-region traffic is paid by", "the requester", "the requester", "each side, what it sends"], // B5, D8
] as const) {
  test(`${rule}: ${tencent}; ${tencent2024}; ${aws} (S1)`, () => {
    const { values } = profileRows().find((row) => row.rule === rule)!;
    assert.equal(values, { tencent, "tencent-2024": tencent2024, aws });
  });
}

// SPEC, section 5
for (const [what, tencent, tencent2024, aws] of [
  ["VPCs of an account in a region", "5", "20", "5"],
  ["secondary CIDRs of a VPC", "5", "5", "4"],
  ["subnets of a VPC", "10", "100", "200"],
  ["route tables of a VPC", "10", "10", "200"],
  ["routes of a table", "50", "50", "50"],
  ["peerings of a VPC, at both ends", "10", "10", "50"],
  [
    "other things of a VPC (not enforced here)",
    "NAT gateways 3, network ACLs 50",
    "NAT gateways 3, network ACLs 50, HA virtual IPs 10, network detects 50",
    "internet gateways 1, network ACLs 200",
  ],
] as const) {
  test(`quota of ${what}: ${tencent}; ${tencent2024}; ${aws} (A14, B16)`, () => {
    const { values } = quotaRows().find(({ rule }) => rule === what)!;
    assert.equal(values, { tencent, "tencent-2024": tencent2024, aws });
  });
}

test("a peering inside a region stands beside one across regions, with who pays (B17, D2)", () => {
  const said = Object.fromEntries(comparisonRows().map(({ rule, values }) => [rule, values.tencent]));
  assert.equal(said, {
    exists: "yes / yes",
    bandwidth: "unlimited, cannot be set / a cap, to be set",
    "two peers of one VPC may overlap": "yes / no",
    "traffic metrics": "no / yes",
    "paid by": "nobody: free / the requester, for both directions",
  });
  const [exists] = comparisonRows();
  assert.equal(exists.values, { tencent: "yes / yes", "tencent-2024": "yes / no", aws: "yes / yes" });
});

test("everything is printed: rules, the comparison and the quotas (B16, B17)", () => {
  const text = renderProfiles();
  for (const { rule } of [...profileRows(), ...comparisonRows(), ...quotaRows()])
    assert.ok(text.includes(rule), rule);
});

test.run();
