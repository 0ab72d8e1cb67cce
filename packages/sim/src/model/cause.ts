/**
 * Why a packet stopped. A trace that does not deliver has exactly one cause; the list is closed. Each row says what it
 * means, what to do, and what other tools call it, so that people can look it up in the words they know.
 */

export type Cause =
  | "source-not-in-subnet"
  | "classic-network"
  | "no-route-table"
  | "local-wins"
  | "route-disabled"
  | "no-route"
  | "unsupported-target"
  | "peering-wrong-vpc"
  | "peering-not-active"
  | "route-blackhole"
  | "wrong-vpc"
  | "non-transitive"
  | "edge-to-edge"
  | "secondary-cidr-not-carried"
  | "no-such-subnet"
  | "no-such-host"
  | "no-public-address"
  | "hub-attachment"
  | "filter-denied"
  | "left-network"
  | "loop";

/** Result of Tencent's network detect (NetDetectIpState.State). */
type NetDetect = -1 | -2 | -3 | -4;

export interface CauseRow {
  /** Half a sentence for a heading. */
  readonly title: string;
  /** What happened, for somebody who has not read the documentation of the cloud. */
  readonly meaning: string;
  /** What to look at or change. */
  readonly remedy: string;
  readonly tencent: NetDetect;
  /** AWS Reachability Analyzer. */
  readonly aws?: string;
  /** GCP Connectivity Tests. */
  readonly gcp?: string;
}

export const CAUSES: Readonly<Record<Cause, CauseRow>> = {
  "source-not-in-subnet": {
    title: "the sender's address is in no subnet",
    meaning:
      "A packet starts in a subnet, because the subnet names the route table. This address lies in no subnet of its VPC.",
    remedy: "Check the address, or create the subnet it should belong to.",
    tencent: -4,
    aws: "NO_SOURCE_OR_DESTINATION",
    gcp: "SOURCE_IP_ADDRESS_NOT_IN_SOURCE_NETWORK",
  },
  "classic-network": {
    title: "the sender is in the classic network",
    meaning: "Peering joins VPCs and nothing else. A server of the classic network is never part of one.",
    remedy: "Move the server into a VPC.",
    tencent: -4,
  },
  "no-route-table": {
    title: "the route table is not known",
    meaning:
      "The subnet's route table is not part of the input, so where the packet goes cannot be said. The verdict is unknown.",
    remedy: "Add the table to the input: describe the main route table, or manage it in Terraform.",
    tencent: -4,
    gcp: "ROUTE_CONFIG_NOT_FOUND",
  },
  "local-wins": {
    title: "the destination is inside the sender's own VPC range",
    meaning:
      "Every VPC has a local route for its own CIDR. The address that was meant belongs to another VPC, but it lies in the sender's own range, so the packet never leaves.",
    remedy:
      "The ranges overlap; no route can help. Renumber one side, or talk to an address outside the own range.",
    tencent: -4,
    aws: "HIGHER_PRIORITY_ROUTE",
  },
  "route-disabled": {
    title: "the route exists but is disabled",
    meaning: "The only route that covers the destination is switched off, and disabled routes are skipped.",
    remedy: "Enable the route.",
    tencent: -1,
    aws: "BAD_STATE_ROUTE",
  },
  "no-route": {
    title: "no route covers the destination",
    meaning: "The route table of the sender's subnet has no entry for this destination.",
    remedy: "Add a route to this table. A peering carries nothing until both sides have routes.",
    tencent: -1,
    aws: "NO_ROUTE_TO_DESTINATION",
    gcp: "NO_ROUTE",
  },
  "unsupported-target": {
    title: "the route leads to something that is not modelled",
    meaning:
      "What lies behind this next hop is not part of the input or not modelled. The verdict is unknown.",
    remedy: "Add the missing part to the input, or test this one path in the cloud.",
    tencent: -4,
    aws: "UNSUPPORTED_COMPONENT",
  },
  "peering-wrong-vpc": {
    title: "the route points to a peering of other VPCs",
    meaning: "The next hop is a peering that this VPC is no end of.",
    remedy: "Point the route to the peering that joins this VPC and the destination's.",
    tencent: -4,
    aws: "DISCONNECTED_VPCS",
  },
  "peering-not-active": {
    title: "the peering is not active",
    meaning:
      "The route is right, but the peering is waiting, expired, rejected, failed or isolated. Only an ACTIVE peering carries packets.",
    remedy: "Have it accepted, enabled again or restored, as its state asks.",
    tencent: -4,
    aws: "BAD_STATE",
  },
  "route-blackhole": {
    title: "the route's next hop is gone",
    meaning:
      "The target of the route was deleted, or the route is a blackhole on purpose. Dead routes still win.",
    remedy: "Delete the route, or point it to something that exists.",
    tencent: -4,
    aws: "BAD_STATE_ROUTE",
    gcp: "ROUTE_BLACKHOLE",
  },
  "wrong-vpc": {
    title: "delivered to another VPC that owns the same address",
    meaning:
      "Two VPCs use the same range. The route sent the packet through a peering to the one that was not meant.",
    remedy: "Use a longer prefix to the peering of the VPC that is meant, or renumber one of the two.",
    tencent: -4,
    gcp: "ROUTE_WRONG_NETWORK",
  },
  "non-transitive": {
    title: "peering is not transitive",
    meaning:
      "The packet crossed a peering, but its destination belongs to a third VPC. A peering delivers into its far VPC only; that VPC's route tables are never looked at.",
    remedy: "Give the two VPCs a peering of their own, with routes on both sides, or join them by a hub.",
    tencent: -4,
    aws: "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
  },
  "edge-to-edge": {
    title: "a peer cannot use the far VPC's gateways",
    meaning:
      "The packet crossed a peering, but its destination is in no VPC: it was meant to leave by a gateway of the far VPC. Peering does not reach through to gateways, NAT, VPN or direct connect.",
    remedy: "Give the sender's VPC a gateway of its own.",
    tencent: -4,
    aws: "NGW_REQUIRES_SOURCE_IN_VPC",
  },
  "secondary-cidr-not-carried": {
    title: "this cloud's peering does not carry secondary CIDRs",
    meaning:
      "The destination lies in a secondary CIDR of the far VPC, and peering here carries the primary one only.",
    remedy: "Use an address of the primary CIDR, or a hub (CCN) instead of the peering.",
    tencent: -4,
  },
  "no-such-subnet": {
    title: "the address is in the VPC but in no subnet",
    meaning: "The packet reached the right VPC, where no subnet holds its destination.",
    remedy: "Check the address, or create the subnet.",
    tencent: -4,
    aws: "NO_POSSIBLE_DESTINATION",
  },
  "no-such-host": {
    title: "nobody has this address",
    meaning:
      "The packet reached the right subnet, where the address is reserved by the cloud or belongs to no host.",
    remedy: "Check the address.",
    tencent: -4,
    gcp: "UNKNOWN_INTERNAL_ADDRESS",
  },
  "no-public-address": {
    title: "no public address, so no way to or from the internet",
    meaning:
      "An internet gateway puts a public address in the place of the private one. This sender or receiver has none, or its VPC has no internet gateway.",
    remedy: "Give it a public address, or let it use a NAT gateway that has one.",
    tencent: -4,
    aws: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
    gcp: "NO_EXTERNAL_ADDRESS",
  },
  "hub-attachment": {
    title: "the hub has no attachment that takes it",
    meaning:
      "The route leads to a hub, but the sender's VPC is not attached to it, its attachment is not available, the sender's zone has no attachment subnet, or no table of the hub is associated with the attachment.",
    remedy:
      "Attach the VPC, in every zone that has senders, and associate the attachment with a table of the hub.",
    tencent: -4,
    aws: "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION, TGW_ROUTE_AZ_RESTRICTION",
  },
  "filter-denied": {
    title: "a security group or network ACL refused it",
    meaning: "Routing delivers the packet, and a filter on the way drops it.",
    remedy: "Change the rule that is named, or add one in front of it.",
    tencent: -3,
    aws: "SUBNET_ACL_RESTRICTION, ENI_SG_RULES_MISMATCH",
    gcp: "FIREWALL_RULE",
  },
  "left-network": {
    title: "sent out of a gateway, but the destination is inside",
    meaning:
      "A gateway route, usually the default route, took the packet out of the network although its destination is one of the modelled VPCs.",
    remedy: "Add the longer route that should have won.",
    tencent: -4,
    gcp: "PRIVATE_TRAFFIC_TO_INTERNET",
  },
  loop: {
    title: "the packet goes round in a circle",
    meaning: "The hand-offs lead back to a place where the packet has been, with nothing changed.",
    remedy: "Break the circle: one of the routes named must point elsewhere.",
    tencent: -4,
    aws: "CYCLIC_PATH_DETECTED",
    gcp: "ROUTING_LOOP",
  },
};

export const CAUSE_NAMES = Object.keys(CAUSES) as readonly Cause[];

/** Causes that say "cannot be decided from this input"; their trace is `unknown`, not `dropped`. */
export const UNDECIDED_CAUSES: ReadonlySet<Cause> = new Set<Cause>(["no-route-table", "unsupported-target"]);

/** Where to look next. A hint never decides a verdict. */
export type Hint =
  /** A direct peering exists but carries nothing in its state. */
  | {
      readonly kind: "peering-state";
      readonly peering: string;
      readonly state: string;
      readonly message: string;
    }
  /** The route exists in a table that this subnet does not use. */
  | {
      readonly kind: "other-table";
      readonly table: string;
      readonly route: RouteName;
      readonly message: string;
    }
  /** VPCs and peerings in turn, from the sender's VPC to the receiver's. */
  | { readonly kind: "peering-chain"; readonly path: readonly string[]; readonly message: string }
  /** A longer prefix won over the route one would expect. */
  | {
      readonly kind: "route-shadowed";
      readonly winner: RouteName;
      readonly loser: RouteName;
      readonly message: string;
    }
  /** The two VPCs can never be peered, because these ranges overlap. */
  | { readonly kind: "overlap"; readonly ranges: readonly [string, string]; readonly message: string };

/** A route as reports and JSON name it. */
export interface RouteName {
  readonly destination: string;
  readonly target: string;
  readonly source: string;
}
