import { PROFILE_NAMES, PROFILES, profileRows } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("profiles");

test("every rule in which two profiles differ is a row that tells them apart (S1)", () => {
  const rows = profileRows();
  for (const [i, a] of PROFILE_NAMES.entries()) {
    for (const b of PROFILE_NAMES.slice(i + 1)) {
      const rules = Object.keys(PROFILES[a]).filter(
        (key) => key !== "name" && key !== "codes",
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
  ["peerings per VPC", "10", "10", "50"],
] as const) {
  test(`${rule}: ${tencent}; ${tencent2024}; ${aws} (S1)`, () => {
    const { values } = profileRows().find((row) => row.rule === rule)!;
    assert.equal(values, { tencent, "tencent-2024": tencent2024, aws });
  });
}

test.run();
