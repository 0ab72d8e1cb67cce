import { type Cause, type Hint, type RouteName, UNDECIDED_CAUSES } from "../model/cause.ts";
import type { Attachment, Hub, HubTable } from "../model/hub.ts";
import type { Component, Gateway, RouteTable, Subnet, Vpc } from "../model/network.ts";
import type { Peering } from "../model/peering.ts";
import type { Route } from "../model/routes.ts";
import type { Check } from "./filter.ts";
import type { Packet } from "./packet.ts";

/**
 * The nodes that hold a packet, and what each may do with it. A node looks at the packet and hands it on; none looks
 * ahead, and none looks back.
 */
export type Node =
  /** A sender, or a gateway that stands in the subnet, lets go of the packet: the subnet's table decides. */
  | {
      readonly kind: "subnet";
      readonly vpc: Vpc;
      readonly subnet: Subnet;
      readonly groups: readonly string[] | undefined;
      /** The packet comes out of a hub here: it was not sent in this VPC. */
      readonly isDoor?: boolean;
    }
  | { readonly kind: "route"; readonly at: Choice }
  | { readonly kind: "peering"; readonly peering: Peering; readonly into: Vpc }
  | { readonly kind: "gateway"; readonly gateway: Gateway; readonly at: Choice }
  /** The hub looks up what came by the attachment. */
  | { readonly kind: "hub"; readonly hub: Hub; readonly from: Attachment }
  | { readonly kind: "attachment"; readonly hub: Hub; readonly to: Attachment }
  /** From outside through a gateway into its VPC. */
  | { readonly kind: "entry"; readonly gateway: Gateway }
  | { readonly kind: "arrival"; readonly vpc: Vpc };

/** The route that a packet takes, and where it was when it took it. */
export interface Choice {
  readonly vpc: Vpc;
  readonly subnet: Subnet;
  readonly table: RouteTable;
  readonly route: Route;
}

/** What a node does with the packet: its hops, the filters it is subject to, and the next nodes or the end. */
export type HandOff = {
  readonly hops: readonly Hop[];
  readonly checks?: readonly Check[];
  /** The packet, where the node changed it. */
  readonly packet?: Packet;
} & (
  | {
      /** More than one for ECMP. */
      readonly next: readonly Node[];
    }
  | { readonly end: Ending }
);

/** A node on the way and, for a subnet or a hub, what its table decided. */
export interface Hop {
  readonly node: string;
  readonly kind: "subnet" | "peering" | "vpc" | "gateway" | "hub" | "internet";
  readonly table?: string;
  /** The route that won; null when nothing matched. */
  readonly route?: RouteName | null;
}

/** A trace delivers or has exactly one cause. */
export type Ending =
  | {
      readonly outcome: "delivered";
      readonly cause: null;
      /** Where the reply comes back to, when the packet has left the network. */
      readonly back?: Node;
      /** The gateway by which it left, when the input does not say whether a reply comes back by it. */
      readonly doubtful?: Gateway;
    }
  | {
      readonly outcome: "dropped" | "unknown";
      readonly cause: Cause;
      /** What decided. */
      readonly component: Component;
      readonly message: string;
      /** Where to look next; filled in for the traces that are shown. */
      readonly hints: readonly Hint[];
    };

export const DELIVERED: Ending = { outcome: "delivered", cause: null };
export const OUTSIDE: Hop = { node: "internet", kind: "internet" };

export type Stop = Exclude<Ending, { readonly cause: null }>;

export function stop(cause: Cause, component: Component, message: string): Stop {
  return {
    outcome: UNDECIDED_CAUSES.has(cause) ? "unknown" : "dropped",
    cause,
    component,
    message,
    hints: [],
  };
}

/** Returns a route as reports name it. */
export function nameOf(route: Route): RouteName {
  return { destination: `${route.destination}`, target: route.target, source: route.source };
}

export function spell(route: Route): string {
  return `${route.destination} -> ${route.target}`;
}

export function vpcHop(vpc: Vpc): Hop {
  return { node: vpc.id, kind: "vpc" };
}

export function gatewayHop(gateway: Gateway): Hop {
  return { node: gateway.id, kind: "gateway" };
}

export function vpcComponent({ id, account, region, source }: Vpc): Component {
  return { id, kind: "vpc", account, region, source };
}

export function subnetComponent({ account, region }: Vpc, { id, source }: Subnet): Component {
  return { id, kind: "subnet", account, region, source };
}

export function tableComponent({ account, region }: Vpc, { id, source }: RouteTable): Component {
  return { id, kind: "route-table", account, region, source };
}

export function routeComponent(
  { account, region }: Vpc | Hub,
  table: { readonly id: string },
  route: Route,
): Component {
  return { id: `${table.id} ${spell(route)}`, kind: "route", account, region, source: route.source };
}

export function peeringComponent({ id, requester, source }: Peering): Component {
  return { id, kind: "peering", account: requester.account, region: requester.region, source };
}

export function gatewayComponent({ id, source }: Gateway, vpc: Vpc | undefined): Component {
  if (vpc === undefined) return { id, kind: "gateway", source };
  return { id, kind: "gateway", account: vpc.account, region: vpc.region, source };
}

export function hubComponent({ id, account, region, source }: Hub): Component {
  return { id, kind: "hub", account, region, source };
}

export function attachmentComponent({ account, region }: Hub, { id, source }: Attachment): Component {
  return { id, kind: "attachment", account, region, source };
}

export function hubTableComponent({ account, region }: Hub, { id, source }: HubTable): Component {
  return { id, kind: "hub-table", account, region, source };
}
