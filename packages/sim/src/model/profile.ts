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
  | "vpc-quota"
  | "cidr-quota"
  | "subnet-quota"
  | "table-quota"
  | "route-quota"
  | "peering-quota"
  | "wrong-state"
  | "wrong-actor"
  | "wrong-owner"
  | "classic-network"
  | "route-inside-own-cidr"
  | "route-outside-peer"
  | "route-next-hop"
  | "route-duplicate"
  | "vpc-in-use"
  | "vpc-mismatch"
  | "subnet-in-use"
  | "table-in-use"
  | "main-table"
  | "cidr-is-route"
  | "vpc-range"
  | "subnet-range"
  | "subnet-overlap";

/** How many of a thing there may be (A14; SPEC section 5). An account may have had any of them raised. */
export interface Quotas {
  /** Of one account in one region. */
  readonly vpcs: number;
  /** Secondary CIDRs of a VPC. */
  readonly cidrs: number;
  /** Of a VPC. */
  readonly subnets: number;
  /** Route tables of a VPC, the main one included. */
  readonly tables: number;
  /** Of a route table. The local route does not count. */
  readonly routes: number;
  /** Live peerings of a VPC, counted at both of its ends. */
  readonly peerings: number;
}

export const QUOTA_NAMES = [
  "vpcs",
  "cidrs",
  "subnets",
  "tables",
  "routes",
  "peerings",
] as const satisfies readonly (keyof Quotas)[];

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
  /** A VPC that has live peerings cannot be deleted, or takes them with it (S12). */
  readonly deletePeeredVpc: "refuse" | "cascade";
  /**
   * Which routes keep the VPC from gaining a secondary CIDR (SPEC 3.1): one to exactly this block, or one to any part of
   * it as well. Other routes that it covers stay, and the local route wins over them.
   */
  readonly cidrOverRoutes: "refuse-same" | "refuse-covered";
  /** Peering carries packets to a secondary CIDR (S8). */
  readonly carriesSecondary: boolean;
  /** Cap of a cross-region peering in Mbps (S11): the only values allowed, any value, or no cap at all. */
  readonly crossRegionCap: "none" | "any" | readonly number[];
  /** Above this many Mbps a same-region peering may lose packets; undefined where nothing limits it (D4, B14). */
  readonly sameRegionSoftCap: number | undefined;
  /** Which peerings have traffic metrics (A30, D7). */
  readonly metrics: "none" | "cross-region" | "all";
  /** Whom the cloud sends the bill of a peering's cross-region traffic; inside a region it is free (B5, D8). */
  readonly crossRegionPayer: "requester" | "each-side";
  readonly quotas: Quotas;
  /** Quotas of what no action makes, per VPC (B16): printed, and never enforced. */
  readonly otherQuotas: Readonly<Record<string, number>>;
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
  "vpc-quota": "LimitExceeded",
  "cidr-quota": "LimitExceeded",
  "subnet-quota": "LimitExceeded",
  "table-quota": "LimitExceeded",
  "route-quota": "LimitExceeded",
  "peering-quota": "LimitExceeded.VpcPeerTotalLimitExceeded",
  "wrong-state": "UnsupportedOperation.VpcPeerInvalidStateChange",
  "wrong-actor": "UnsupportedOperation.VpcPeerPurviewError",
  "wrong-owner": "ResourceNotFound",
  "classic-network": "UnsupportedOperation",
  "route-inside-own-cidr": "InvalidParameterValue.VpcCidrConflict",
  "route-outside-peer": "InvalidParameterValue.CidrNotInPeerVpc",
  "route-next-hop": "InvalidParameterValue.RouteNextHopInvalid",
  "route-duplicate": "InvalidParameterValue.Duplicate",
  "vpc-in-use": "ResourceInUse",
  "vpc-mismatch": "UnsupportedOperation.VpcMismatch",
  "subnet-in-use": "ResourceInUse",
  "table-in-use": "UnsupportedOperation.DelRouteWithSubnet",
  "main-table": "UnsupportedOperation.NotSupportDeleteDefaultRouteTable",
  "cidr-is-route": "InvalidParameterValue.VpcCidrOverlapRoute",
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
  deletePeeredVpc: "refuse",
  cidrOverRoutes: "refuse-same",
  carriesSecondary: false,
  crossRegionCap: [10, 20, 50, 100, 200, 500, 1000],
  sameRegionSoftCap: undefined,
  metrics: "cross-region",
  crossRegionPayer: "requester",
  quotas: { vpcs: 5, cidrs: 5, subnets: 10, tables: 10, routes: 50, peerings: 10 },
  otherQuotas: { "NAT gateways": 3, "network ACLs": 50 },
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
  sameRegionSoftCap: 5000,
  metrics: "all",
  quotas: { vpcs: 20, cidrs: 5, subnets: 100, tables: 10, routes: 50, peerings: 10 },
  otherQuotas: { "NAT gateways": 3, "network ACLs": 50, "HA virtual IPs": 10, "network detects": 50 },
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
  deletePeeredVpc: "cascade",
  cidrOverRoutes: "refuse-covered",
  carriesSecondary: true,
  crossRegionCap: "none",
  sameRegionSoftCap: undefined,
  metrics: "none",
  crossRegionPayer: "each-side",
  quotas: { vpcs: 5, cidrs: 4, subnets: 200, tables: 200, routes: 50, peerings: 50 },
  otherQuotas: { "internet gateways": 1, "network ACLs": 200 },
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
    "vpc-quota": "VpcLimitExceeded",
    "cidr-quota": "CidrLimitExceeded",
    "subnet-quota": "SubnetLimitExceeded",
    "table-quota": "RouteTableLimitExceeded",
    "route-quota": "RouteLimitExceeded",
    "peering-quota": "VpcPeeringConnectionsPerVpcLimitExceeded",
    "wrong-state": "InvalidStateTransition",
    "wrong-actor": "OperationNotPermitted",
    "wrong-owner": "InvalidVpcID.NotFound",
    "classic-network": "OperationNotPermitted",
    "route-inside-own-cidr": "InvalidParameterValue",
    "route-outside-peer": "InvalidParameterValue",
    "route-next-hop": "InvalidParameterValue",
    "route-duplicate": "RouteAlreadyExists",
    "vpc-in-use": "DependencyViolation",
    "vpc-mismatch": "InvalidParameterValue",
    "subnet-in-use": "DependencyViolation",
    "table-in-use": "DependencyViolation",
    "main-table": "DependencyViolation",
    "cidr-is-route": "InvalidVpc.Range",
    "vpc-range": "InvalidVpc.Range",
    "subnet-range": "InvalidSubnet.Range",
    "subnet-overlap": "InvalidSubnet.Conflict",
  },
};

export const PROFILES: Readonly<Record<ProfileName, Profile>> = { tencent, "tencent-2024": tencent2024, aws };

export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];
