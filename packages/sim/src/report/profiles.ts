import { PROFILE_NAMES, PROFILES, type Profile, type ProfileName } from "../model/profile.ts";
import { PLAIN, type Style } from "./text.ts";

/** The rules of the clouds side by side, in words. */

export interface RuleRow {
  readonly rule: string;
  readonly values: Readonly<Record<ProfileName, string>>;
}

const yesNo = (yes: boolean): string => (yes ? "yes" : "no");

type Rows = readonly (readonly [rule: string, value: (profile: Profile) => string])[];

/** What each row says of a profile. Every key of a profile but its error codes and quotas has its place here. */
const ROWS: Rows = [
  ["cross-region peering", ({ crossRegion }) => yesNo(crossRegion)],
  [
    "cap of a cross-region peering",
    ({ crossRegionCap: cap }) =>
      cap === "none" ? "none" : `required, ${cap === "any" ? "any Mbps" : `${cap.join(" ")} Mbps`}`,
  ],
  [
    "peers of one VPC may overlap",
    ({ siblingOverlap }) =>
      ({ none: "yes", "cross-region": "only if all are same-region", all: "no" })[siblingOverlap],
  ],
  [
    "peering of overlapping VPCs",
    ({ endpointOverlap }) => (endpointOverlap === "refuse" ? "refused" : "a FAILED peering"),
  ],
  [
    "peering inside one account",
    ({ sameAccountActive }) => (sameAccountActive ? "active at once" : "to be accepted"),
  ],
  ["a request expires after", ({ expiryDays }) => `${expiryDays} days`],
  [
    "an expired request can be enabled",
    ({ enable }) => ({ always: "yes", "api-2.0": "by API 2.0 only", never: "no" })[enable],
  ],
  [
    "deleting a peering",
    ({ deleteRoutes }) => (deleteRoutes === "cascade" ? "deletes its routes" : "leaves blackholes"),
  ],
  [
    "deleting a VPC that has peerings",
    ({ deletePeeredVpc }) => (deletePeeredVpc === "refuse" ? "refused" : "deletes its peerings"),
  ],
  [
    "a secondary CIDR is refused where",
    ({ cidrOverRoutes }) =>
      cidrOverRoutes === "refuse-same" ? "a route leads to the same block" : "a route leads into the block",
  ],
  [
    "bandwidth inside a region",
    ({ sameRegionSoftCap: cap }) => (cap === undefined ? "unlimited" : `unlimited up to ${cap} Mbps or so`),
  ],
  [
    "traffic metrics",
    ({ metrics }) =>
      ({ none: "none", "cross-region": "of cross-region peerings", all: "of every peering" })[metrics],
  ],
  [
    "cross-region traffic is paid by",
    ({ crossRegionPayer: payer }) => (payer === "requester" ? "the requester" : "each side, what it sends"),
  ],
  ["secondary CIDRs over a peering", ({ carriesSecondary }) => yesNo(carriesSecondary)],
  [
    "route to a peering that is not ACTIVE",
    ({ routeToInactivePeering }) => (routeToInactivePeering === "refuse" ? "refused" : "accepted"),
  ],
  [
    "route outside the peer VPC",
    ({ routeOutsidePeer }) => (routeOutsidePeer === "refuse" ? "refused" : "accepted"),
  ],
  [
    "route inside the own CIDR",
    ({ routeInsideOwnCidr }) => (routeInsideOwnCidr === "refuse" ? "refused" : "to an appliance"),
  ],
  [
    "inside the own CIDR wins",
    ({ ownCidr }) => (ownCidr === "local" ? "always the local route" : "the longest prefix"),
  ],
  [
    "several routes to one destination",
    ({ ecmp }) => (ecmp.length === 0 ? "no" : `between ${ecmp.join(", ")}`),
  ],
  [
    "VPCs are cut from",
    ({ vpcBlocks }) => vpcBlocks.map(({ block, from, to }) => `${block} (/${from}-/${to})`).join(" "),
  ],
  ["subnet mask", ({ subnetMask: { from, to } }) => `/${from}-/${to}`],
  ["reserved in an IPv4 subnet", ({ reserved4: { first, last } }) => `first ${first}, last ${last}`],
  [
    "rules of a security group",
    ({ groupsDeny }) => (groupsDeny ? "allow or deny, the first match decides" : "allow only, in any order"),
  ],
  [
    "a rule may name groups of",
    ({ groupReferences }) =>
      groupReferences === "account" ? "the account, same region" : "joined VPCs, same region",
  ],
  ["source ports of those who ask", ({ ephemeralPorts: { first, last } }) => `${first}-${last}`],
  [
    "reserved in an IPv6 subnet",
    ({ reserved6: { first, last } }) => (first + last === 0 ? "none" : `first ${first}, last ${last}`),
  ],
];

/** One kind of peering beside the other (B17): what each profile says of both. */
const COMPARISON: readonly (readonly [
  what: string,
  value: (profile: Profile) => readonly [string, string],
])[] = [
  ["exists", ({ crossRegion }) => ["yes", yesNo(crossRegion)]],
  [
    "bandwidth",
    ({ sameRegionSoftCap: soft, crossRegionCap: cap }) => [
      soft === undefined ? "unlimited, cannot be set" : `cannot be set, ${soft} Mbps at most`,
      cap === "none" ? "unlimited, cannot be set" : "a cap, to be set",
    ],
  ],
  [
    "two peers of one VPC may overlap",
    ({ siblingOverlap }) => [yesNo(siblingOverlap !== "all"), yesNo(siblingOverlap === "none")],
  ],
  ["traffic metrics", ({ metrics }) => [yesNo(metrics === "all"), yesNo(metrics !== "none")]],
  [
    "paid by",
    ({ crossRegionPayer: payer }) => [
      "nobody: free",
      payer === "requester" ? "the requester, for both directions" : "each side, for what it sends",
    ],
  ],
];

/** Quotas by what they count (A14, B16). Those that nothing enforces stand at the end. */
const QUOTAS: Rows = [
  ["VPCs of an account in a region", ({ quotas }) => `${quotas.vpcs}`],
  ["secondary CIDRs of a VPC", ({ quotas }) => `${quotas.cidrs}`],
  ["subnets of a VPC", ({ quotas }) => `${quotas.subnets}`],
  ["route tables of a VPC", ({ quotas }) => `${quotas.tables}`],
  ["routes of a table", ({ quotas }) => `${quotas.routes}`],
  ["peerings of a VPC, at both ends", ({ quotas }) => `${quotas.peerings}`],
  [
    "other things of a VPC (not enforced here)",
    ({ otherQuotas }) =>
      Object.entries(otherQuotas)
        .map(([what, quota]) => `${what} ${quota}`)
        .join(", "),
  ],
];

export function profileRows(): RuleRow[] {
  return rowsOf(ROWS);
}

export function quotaRows(): RuleRow[] {
  return rowsOf(QUOTAS);
}

/** A peering inside a region beside one across regions: `same / cross` (B17). */
export function comparisonRows(): RuleRow[] {
  return rowsOf(COMPARISON.map(([what, value]) => [what, (profile) => value(profile).join(" / ")]));
}

function rowsOf(rows: Rows): RuleRow[] {
  return rows.map(([rule, value]) => ({
    rule,
    values: Object.fromEntries(
      PROFILE_NAMES.map((name) => [name, value(PROFILES[name])]),
    ) as RuleRow["values"],
  }));
}

/**
 * A block of lines per rule: the rule, and what each profile says; profiles that agree share a line. Then a peering
 * inside a region beside one across regions, and the quotas.
 */
export function renderProfiles(style: Style = PLAIN): string {
  return [
    renderRows(profileRows(), style),
    "",
    style.bold("same-region peering / cross-region peering"),
    renderRows(comparisonRows(), style),
    "",
    style.bold("quotas"),
    renderRows(quotaRows(), style),
  ].join("\n");
}

function renderRows(rows: readonly RuleRow[], style: Style): string {
  return rows
    .map(({ rule, values }) => {
      const shared = new Map<string, string[]>();
      for (const name of PROFILE_NAMES) shared.set(values[name], [...(shared.get(values[name]) ?? []), name]);
      if (shared.size === 1) return `${style.bold(rule)}: ${values.tencent}`;
      const lines = [...shared].map(([value, names]) => `  ${names.join(", ").padEnd(22)}${value}`);
      return [style.bold(rule), ...lines].join("\n");
    })
    .join("\n");
}
