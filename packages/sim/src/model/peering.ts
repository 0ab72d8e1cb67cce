/** The life of a peering (SPEC 1.4). A state changes by `TRANSITIONS` and by nothing else. */

export type PeeringState = "PENDING" | "ACTIVE" | "EXPIRED" | "REJECTED" | "DELETED" | "FAILED" | "ISOLATED";

export type PeeringEvent = "accept" | "reject" | "expire" | "enable" | "delete" | "isolate" | "restore";

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
  /** Accounts that do not list it any more: who rejected, deleted or dismissed it (D5, S7). */
  readonly hidden?: readonly string[];
  readonly source: string;
}

interface Transition {
  readonly from: readonly PeeringState[];
  readonly to: PeeringState;
  /** Who may cause it. The clock is nobody's account, and the provider's is `PROVIDER`. */
  readonly by: "requester" | "accepter" | "either" | "clock" | "provider";
}

export const TRANSITIONS: Readonly<Record<PeeringEvent, Transition>> = {
  accept: { from: ["PENDING"], to: "ACTIVE", by: "accepter" },
  reject: { from: ["PENDING"], to: "REJECTED", by: "accepter" },
  expire: { from: ["PENDING"], to: "EXPIRED", by: "clock" },
  enable: { from: ["EXPIRED"], to: "PENDING", by: "requester" },
  isolate: { from: ["ACTIVE"], to: "ISOLATED", by: "provider" },
  restore: { from: ["ISOLATED"], to: "ACTIVE", by: "provider" },
  delete: {
    from: ["PENDING", "ACTIVE", "EXPIRED", "REJECTED", "FAILED", "ISOLATED"],
    to: "DELETED",
    by: "either",
  },
};

/** Who isolates and restores. An account of nobody's: no VPC belongs to it (B2). */
export const PROVIDER = "provider";

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

/** Reports whether the account is an end of the peering and still lists it (S7). */
export function isListedFor(peering: Peering, account: string): boolean {
  const isEnd = peering.requester.account === account || peering.accepter.account === account;
  return isEnd && !(peering.hidden ?? []).includes(account);
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
