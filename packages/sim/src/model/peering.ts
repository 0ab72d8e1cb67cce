/** The life of a peering (SPEC 1.4). A state changes by `TRANSITIONS` and by nothing else. */

export type PeeringState = "PENDING" | "ACTIVE" | "EXPIRED" | "REJECTED" | "DELETED" | "FAILED" | "ISOLATED";

export type PeeringEvent = "accept" | "reject" | "expire" | "enable" | "delete";

/** One end of a peering. The VPC need not be part of the network: then what happens behind it is unknown. */
export interface PeeringEnd {
  readonly vpc: string;
  readonly account: string;
  readonly region: string;
}

export interface Peering {
  readonly id: string;
  /** 1 to 60 characters, not unique (S9). */
  readonly name: string;
  readonly requester: PeeringEnd;
  readonly accepter: PeeringEnd;
  readonly state: PeeringState;
  /** When the request was made or renewed, in milliseconds since 1970; the 7-day timer runs from here. */
  readonly requested: number;
  /** Cap in Mbps; absent where none applies. */
  readonly bandwidth?: number;
  readonly source: string;
}

interface Transition {
  readonly from: readonly PeeringState[];
  readonly to: PeeringState;
  /** Who may cause it. The clock is nobody's account. */
  readonly by: "requester" | "accepter" | "either" | "clock";
}

export const TRANSITIONS: Readonly<Record<PeeringEvent, Transition>> = {
  accept: { from: ["PENDING"], to: "ACTIVE", by: "accepter" },
  reject: { from: ["PENDING"], to: "REJECTED", by: "accepter" },
  expire: { from: ["PENDING"], to: "EXPIRED", by: "clock" },
  enable: { from: ["EXPIRED"], to: "PENDING", by: "requester" },
  delete: {
    from: ["PENDING", "ACTIVE", "EXPIRED", "REJECTED", "FAILED", "ISOLATED"],
    to: "DELETED",
    by: "either",
  },
};

export const PEERING_STATES: readonly PeeringState[] = [
  "PENDING",
  "ACTIVE",
  "EXPIRED",
  "REJECTED",
  "DELETED",
  "FAILED",
  "ISOLATED",
];

/** Live peerings hold their place in quotas, in the overlap rules and in "one per pair" (S2). */
export function isLive(peering: Peering): boolean {
  return peering.state === "PENDING" || peering.state === "ACTIVE" || peering.state === "ISOLATED";
}

export function isCrossRegion(peering: Pick<Peering, "requester" | "accepter">): boolean {
  return peering.requester.region !== peering.accepter.region;
}

/** Returns the end of the peering that is not in the VPC; undefined when the VPC is no end of it. */
export function farEnd(peering: Peering, vpc: string): PeeringEnd | undefined {
  if (peering.requester.vpc === vpc) return peering.accepter;
  if (peering.accepter.vpc === vpc) return peering.requester;
  return undefined;
}

/** Reports whether the peering joins the two VPCs, in either order. */
export function joins(peering: Peering, a: string, b: string): boolean {
  return farEnd(peering, a)?.vpc === b;
}
