import type { Prefix } from "@twoway/core";
import type { Routes } from "./routes.ts";

export const HUB_KINDS = ["transit-gateway", "ccn"] as const;
export const ATTACHMENT_KINDS = ["vpc", "peering", "vpn", "direct-connect", "other"] as const;

/** A router between VPCs: a transit gateway, or a cloud connect network (CCN). Unlike a peering it is transitive. */
export interface Hub {
  readonly id: string;
  readonly kind: (typeof HUB_KINDS)[number];
  readonly account: string;
  readonly region: string;
  readonly tables: ReadonlyMap<string, HubTable>;
  /** By id. The two ends of a peering between hubs may share one. */
  readonly attachments: ReadonlyMap<string, Attachment>;
  /** Security groups may name groups of VPCs behind this hub. Off unless given. */
  readonly groupReferences?: boolean;
  readonly source: string;
}

/** What hangs on a hub. */
export interface Attachment {
  readonly id: string;
  readonly kind: (typeof ATTACHMENT_KINDS)[number];
  /** Carries packets only when it is `available`; readers put the cloud's word for any other state. */
  readonly state: string;
  /** The hub table that looks up what arrives here; undefined when it is associated with none. */
  readonly table: string | undefined;
  /** For `vpc`. A VPC that is not part of the input makes what lies behind it unknown. */
  readonly vpc?: string;
  /**
   * For `vpc`: the subnets in which the hub stands. Their tables take on what the hub hands over, and senders of other
   * zones cannot reach the hub. Undefined when the input does not say.
   */
  readonly subnets?: readonly string[];
  /** For `vpc`: false where rules may not name groups across this attachment, whatever the hub allows. */
  readonly groupReferences?: boolean;
  /** For `peering`: the hub at the other end, and the attachment there. */
  readonly peer?: { readonly hub: string; readonly attachment: string };
  /** For `vpn` and `direct-connect`: what lies behind; undefined when the input does not say. */
  readonly advertises?: readonly Prefix[];
  readonly source: string;
}

/** A route table of a hub. Targets are ids of attachments, or `blackhole`. */
export interface HubTable {
  readonly id: string;
  /**
   * Static routes, and those propagated ones that the input lists itself. Undefined when the table exists but its routes
   * are not part of the input.
   */
  readonly routes: Routes | undefined;
  /** Attachments whose ranges appear here by themselves, behind any route of `routes` to the same destination. */
  readonly propagates?: readonly string[];
  readonly source: string;
}
