import { PROFILE_NAMES, PROFILES, type Profile, type ProfileName } from "../model/profile.ts";
import { PLAIN, type Style } from "./text.ts";

/** The rules of the clouds side by side, in words. */

export interface RuleRow {
  readonly rule: string;
  readonly values: Readonly<Record<ProfileName, string>>;
}

const yesNo = (yes: boolean): string => (yes ? "yes" : "no");

/** What each row says of a profile. Every key of a profile but its error codes has its place here. */
const ROWS: readonly (readonly [rule: string, value: (profile: Profile) => string])[] = [
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
  ["peerings per VPC", ({ peeringsPerVpc }) => `${peeringsPerVpc}`],
  [
    "deleting a peering",
    ({ deleteRoutes }) => (deleteRoutes === "cascade" ? "deletes its routes" : "leaves blackholes"),
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

export function profileRows(): RuleRow[] {
  return ROWS.map(([rule, value]) => ({
    rule,
    values: Object.fromEntries(
      PROFILE_NAMES.map((name) => [name, value(PROFILES[name])]),
    ) as RuleRow["values"],
  }));
}

/** A block of lines per rule: the rule, and what each profile says; profiles that agree share a line. */
export function renderProfiles(style: Style = PLAIN): string {
  return profileRows()
    .map(({ rule, values }) => {
      const shared = new Map<string, string[]>();
      for (const name of PROFILE_NAMES) shared.set(values[name], [...(shared.get(values[name]) ?? []), name]);
      if (shared.size === 1) return `${style.bold(rule)}: ${values.tencent}`;
      const lines = [...shared].map(([value, names]) => `  ${names.join(", ").padEnd(22)}${value}`);
      return [style.bold(rule), ...lines].join("\n");
    })
    .join("\n");
}
