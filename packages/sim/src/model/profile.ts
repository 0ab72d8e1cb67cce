/**
 * The rules of a cloud as plain data (S1). Whoever needs a rule reads it here; nothing else asks which cloud it is.
 */

/** What stands at the edge of a VPC. `other` is a next hop that exists but is not modelled. */
export const GATEWAY_KINDS = [
  "internet",
  "egress-only", // lets IPv6 packets out and their replies back
  "nat",
  "vpn",
  "direct-connect",
  "endpoint", // leads to a service of the cloud by its public addresses
  "instance", // a host that routes: an interface, a virtual address
  "other",
] as const;

export type GatewayKind = (typeof GATEWAY_KINDS)[number];

export type ProfileName = "tencent" | "tencent-2024" | "aws";

/** What a control plane refuses. Each has the cloud's own error code in `Profile.codes`. */
export type Rule =
  | "not-found"
  | "already-exists"
  | "malformed"
  | "missing-bandwidth"
  | "bandwidth-not-allowed"
  | "bandwidth-step"
  | "cross-region-unavailable"
  | "same-vpc"
  | "endpoints-overlap"
  | "siblings-overlap"
  | "pair-exists"
  | "peering-quota"
  | "wrong-state"
  | "wrong-actor"
  | "route-inside-own-cidr"
  | "route-outside-peer"
  | "route-next-hop"
  | "route-duplicate"
  | "vpc-in-use"
  | "vpc-mismatch"
  | "subnet-in-use"
  | "table-in-use"
  | "vpc-range"
  | "subnet-range"
  | "subnet-overlap";

export interface Profile {
  readonly name: ProfileName;
  readonly crossRegion: boolean;
  /** Between which of a VPC's peerings the far CIDRs must not overlap (A11, D10, S3). */
  readonly siblingOverlap: "none" | "cross-region" | "all";
  /** A peering inside one account needs no acceptance (A20). */
  readonly sameAccountActive: boolean;
  readonly expiryDays: number;
  /** EXPIRED may go back to PENDING (A39, S6). */
  readonly enable: "always" | "api-2.0" | "never";
  /** What a create between overlapping VPCs leaves behind (A10, B11). */
  readonly endpointOverlap: "refuse" | "failed-object";
  readonly routeToInactivePeering: "refuse" | "accept";
  readonly routeOutsidePeer: "refuse" | "accept";
  /** A destination inside the own CIDR: never, or only to an appliance (a NAT gateway, an interface). */
  readonly routeInsideOwnCidr: "refuse" | "appliance";
  /** Next hops that may share one destination in a table; up to eight of them. */
  readonly ecmp: readonly GatewayKind[];
  /** Who decides inside the own CIDR: always the local route, or the longest prefix. */
  readonly ownCidr: "local" | "longest-prefix";
  readonly deleteRoutes: "cascade" | "blackhole";
  /** Peering carries packets to a secondary CIDR (S8). */
  readonly carriesSecondary: boolean;
  /** Cap of a cross-region peering in Mbps (S11): the only values allowed, any value, or no cap at all. */
  readonly crossRegionCap: "none" | "any" | readonly number[];
  readonly peeringsPerVpc: number;
  /** Blocks that an IPv4 VPC may be cut from, each with its shortest and longest mask. */
  readonly vpcBlocks: readonly { readonly block: string; readonly from: number; readonly to: number }[];
  readonly subnetMask: { readonly from: number; readonly to: number };
  /** Addresses of an IPv4 subnet that the cloud keeps for itself, counted from both ends. */
  readonly reserved4: { readonly first: number; readonly last: number };
  readonly reserved6: { readonly first: number; readonly last: number };
  /** A rule of a security group may deny, so the order of rules and groups matters. */
  readonly groupsDeny: boolean;
  /** Whose groups a rule may name, inside one region: those of the account, or of the own VPC and those joined to it. */
  readonly groupReferences: "account" | "joined";
  /** Source ports of those who ask, where nobody says which. */
  readonly ephemeralPorts: { readonly first: number; readonly last: number };
  /** The error code that this cloud's API gives for each rule. */
  readonly codes: Readonly<Record<Rule, string>>;
}

const tencentCodes: Readonly<Record<Rule, string>> = {
  "not-found": "ResourceNotFound",
  "already-exists": "InvalidParameterValue.Duplicate",
  malformed: "InvalidParameterValue.Malformed",
  "missing-bandwidth": "MissingParameter",
  "bandwidth-not-allowed": "InvalidParameterValue.Combination",
  "bandwidth-step": "InvalidParameterValue",
  "cross-region-unavailable": "UnsupportedOperation",
  "same-vpc": "InvalidParameterValue.Combination",
  "endpoints-overlap": "UnauthorizedOperation.VpcPeerCidrConflict",
  "siblings-overlap": "UnauthorizedOperation.VpcPeerCidrConflict",
  "pair-exists": "UnsupportedOperation.VpcPeerAlreadyExist",
  "peering-quota": "LimitExceeded.VpcPeerTotalLimitExceeded",
  "wrong-state": "UnsupportedOperation.VpcPeerInvalidStateChange",
  "wrong-actor": "UnsupportedOperation.VpcPeerPurviewError",
  "route-inside-own-cidr": "InvalidParameterValue.VpcCidrConflict",
  "route-outside-peer": "InvalidParameterValue.CidrNotInPeerVpc",
  "route-next-hop": "InvalidParameterValue.RouteNextHopInvalid",
  "route-duplicate": "InvalidParameterValue.Duplicate",
  "vpc-in-use": "ResourceInUse",
  "vpc-mismatch": "UnsupportedOperation.VpcMismatch",
  "subnet-in-use": "ResourceInUse",
  "table-in-use": "UnsupportedOperation.DelRouteWithSubnet",
  "vpc-range": "InvalidParameterValue.Malformed",
  "subnet-range": "InvalidParameterValue.SubnetRange",
  "subnet-overlap": "InvalidParameterValue.SubnetOverlap",
};

const tencent: Profile = {
  name: "tencent",
  crossRegion: true,
  siblingOverlap: "cross-region",
  sameAccountActive: true,
  expiryDays: 7,
  enable: "always",
  endpointOverlap: "refuse",
  routeToInactivePeering: "refuse",
  routeOutsidePeer: "refuse",
  routeInsideOwnCidr: "refuse",
  ecmp: ["nat", "vpn"],
  ownCidr: "local",
  deleteRoutes: "cascade",
  carriesSecondary: false,
  crossRegionCap: [10, 20, 50, 100, 200, 500, 1000],
  peeringsPerVpc: 10,
  vpcBlocks: [
    { block: "10.0.0.0/8", from: 16, to: 28 },
    { block: "172.16.0.0/12", from: 16, to: 28 },
    { block: "192.168.0.0/16", from: 16, to: 28 },
  ],
  subnetMask: { from: 16, to: 28 },
  reserved4: { first: 2, last: 1 },
  reserved6: { first: 0, last: 0 },
  groupsDeny: true,
  groupReferences: "account",
  ephemeralPorts: { first: 1024, last: 65535 },
  codes: tencentCodes,
};

const tencent2024: Profile = {
  ...tencent,
  name: "tencent-2024",
  crossRegion: false,
  siblingOverlap: "all",
  enable: "api-2.0",
  crossRegionCap: "any",
  vpcBlocks: [
    { block: "10.0.0.0/8", from: 12, to: 28 },
    { block: "172.16.0.0/12", from: 12, to: 28 },
    { block: "192.168.0.0/16", from: 16, to: 28 },
  ],
};

const aws: Profile = {
  name: "aws",
  crossRegion: true,
  siblingOverlap: "none",
  sameAccountActive: false,
  expiryDays: 7,
  enable: "never",
  endpointOverlap: "failed-object",
  routeToInactivePeering: "accept",
  routeOutsidePeer: "accept",
  routeInsideOwnCidr: "appliance",
  ecmp: [],
  ownCidr: "longest-prefix",
  deleteRoutes: "blackhole",
  carriesSecondary: true,
  crossRegionCap: "none",
  peeringsPerVpc: 50,
  vpcBlocks: [{ block: "0.0.0.0/0", from: 16, to: 28 }],
  subnetMask: { from: 16, to: 28 },
  reserved4: { first: 4, last: 1 },
  reserved6: { first: 4, last: 1 },
  groupsDeny: false,
  groupReferences: "joined",
  ephemeralPorts: { first: 1024, last: 65535 },
  codes: {
    "not-found": "InvalidVpcPeeringConnectionID.NotFound",
    "already-exists": "InvalidParameterValue",
    malformed: "InvalidParameterValue",
    "missing-bandwidth": "MissingParameter",
    "bandwidth-not-allowed": "InvalidParameterCombination",
    "bandwidth-step": "InvalidParameterValue",
    "cross-region-unavailable": "OperationNotPermitted",
    "same-vpc": "InvalidParameterValue",
    "endpoints-overlap": "InvalidParameterValue",
    "siblings-overlap": "InvalidParameterValue",
    "pair-exists": "VpcPeeringConnectionAlreadyExists",
    "peering-quota": "VpcPeeringConnectionsPerVpcLimitExceeded",
    "wrong-state": "InvalidStateTransition",
    "wrong-actor": "OperationNotPermitted",
    "route-inside-own-cidr": "InvalidParameterValue",
    "route-outside-peer": "InvalidParameterValue",
    "route-next-hop": "InvalidParameterValue",
    "route-duplicate": "RouteAlreadyExists",
    "vpc-in-use": "DependencyViolation",
    "vpc-mismatch": "InvalidParameterValue",
    "subnet-in-use": "DependencyViolation",
    "table-in-use": "DependencyViolation",
    "vpc-range": "InvalidVpc.Range",
    "subnet-range": "InvalidSubnet.Range",
    "subnet-overlap": "InvalidSubnet.Conflict",
  },
};

export const PROFILES: Readonly<Record<ProfileName, Profile>> = { tencent, "tencent-2024": tencent2024, aws };

export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];
