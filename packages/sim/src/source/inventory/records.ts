import type { Attachment } from "../../model/hub.ts";
import type { PeeringState } from "../../model/peering.ts";
import type { GatewayKind, ProfileName } from "../../model/profile.ts";
import type { Services } from "../../model/services.ts";
import type { Place } from "./problems.ts";

/** Records of an import, in the words of the model, with ids and CIDRs still text and each with its place. */

export interface Entity {
  readonly id: string;
  readonly place: Place;
}

export interface VpcRecord extends Entity {
  readonly name: string | undefined;
  readonly profile: ProfileName;
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly cidrs: readonly string[];
  readonly secondary: readonly string[];
  readonly mainTable: string | undefined;
}

export interface SubnetRecord extends Entity {
  readonly name: string | undefined;
  readonly profile: ProfileName;
  readonly vpc: string | undefined;
  readonly cidrs: readonly string[];
  /** Its route table, where the subnet itself names one. */
  readonly table: string | undefined;
  readonly acl: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly zone: string | undefined;
}

export interface TableRecord extends Entity {
  readonly profile: ProfileName;
  readonly vpc: string | undefined;
  readonly main: boolean | undefined;
  /** Undefined when the table is known to exist and its routes are not. */
  readonly routes: readonly RouteRecord[] | undefined;
  /** More routes may be there than anything lists. */
  readonly routesUnknown?: boolean;
}

export interface RouteRecord {
  /** A CIDR, or `pl-…`; undefined while nobody knows it. */
  readonly destination: string | undefined;
  readonly target: TargetRecord;
  readonly enabled: boolean;
  /** The cloud itself calls the route dead. */
  readonly dead: boolean;
  /** A gateway brought it along: any other route of its destination wins over it. */
  readonly isPropagated?: boolean;
  readonly place: Place;
}

/** What a route leads to, as the route says it: enough to make a gateway that nothing else describes. */
export interface TargetRecord {
  readonly kind: "local" | "blackhole" | "peering" | "hub" | GatewayKind;
  readonly id: string;
}

export interface PeeringRecord extends Entity {
  readonly name: string | undefined;
  readonly profile: ProfileName;
  readonly requester: EndRecord;
  readonly accepter: EndRecord;
  readonly state: PeeringState;
  readonly bandwidth: number | undefined;
  /** When the request was made, in milliseconds since 1970. */
  readonly requested: number | undefined;
}

export interface EndRecord {
  readonly vpc: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
}

export interface GatewayRecord extends Entity {
  readonly kind: GatewayKind;
  /** Undefined while it is attached to none. */
  readonly vpc: string | undefined;
  readonly subnet?: string | undefined;
  readonly address?: string | undefined;
  readonly public?: readonly string[] | undefined;
}

/** An interface, or a host of which no interface is known. */
export interface HostRecord extends Entity {
  readonly name: string | undefined;
  /** The instance it belongs to. */
  readonly instance: string | undefined;
  /** It is the instance's first one. */
  readonly primary: boolean;
  readonly subnet: string | undefined;
  readonly addresses: readonly string[];
  /** In the order in which they are tried; undefined when the input does not say, or when none ever filters here. */
  readonly groups: readonly string[] | undefined;
  /** Nobody gives it groups, so it has its VPC's default one. */
  readonly hasDefaultGroup?: boolean;
  /** Pairs of a private address and the public one in its place; undefined when the input does not say. */
  readonly public: readonly (readonly [string, string])[] | undefined;
  /** Source/destination check is off. */
  readonly forwards: boolean | undefined;
  /** It stands in a list of all interfaces, not only among what an instance tells of itself. */
  readonly isListed?: boolean;
}

/** A security group or a network ACL. */
export interface FilterRecord extends Entity {
  readonly name: string | undefined;
  readonly vpc: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Undefined when the input does not list them. */
  readonly ingress: readonly RuleRecord[] | undefined;
  readonly egress: readonly RuleRecord[] | undefined;
  /** The ACL of every subnet of its VPC that is associated with none. */
  readonly isDefault?: boolean;
}

export interface RuleRecord {
  readonly name: string;
  /** Where rules are numbered: the lowest is tried first. */
  readonly number?: number;
  readonly action: "allow" | "deny";
  /** CIDRs, `pl-…` or `sg-…`, each by its own kind; none of them means that the input does not say. */
  readonly cidrs: readonly string[];
  readonly prefixLists: readonly string[];
  readonly groups: readonly string[];
  /** Why the far end is not known, where it is not. */
  readonly unknown?: string;
  readonly services: Services;
  /** Id of a template that lists the services instead. */
  readonly template?: string;
  readonly place: Place;
}

export interface HubRecord extends Entity {
  readonly kind: "transit-gateway" | "ccn";
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly groupReferences: boolean | undefined;
}

export interface AttachmentRecord extends Entity {
  /** Undefined while only a table tells of it. */
  readonly hub: string | undefined;
  readonly kind: Attachment["kind"] | undefined;
  readonly state: string | undefined;
  /** The hub table that it is associated with. */
  readonly table: string | undefined;
  /** The input says with which table it is associated, be it none. */
  readonly associationKnown?: boolean;
  readonly vpc: string | undefined;
  readonly subnets: readonly string[] | undefined;
  /** Rules may name groups across it; true unless it is said. */
  readonly groupReferences?: boolean;
  /** The hub at the other end of a peering. */
  readonly peer: string | undefined;
}

export interface HubTableRecord extends Entity {
  readonly hub: string | undefined;
  readonly routes: readonly HubRouteRecord[] | undefined;
  /** Ids of attachments. */
  readonly propagates: readonly string[] | undefined;
  /** What attachments bring along is among the routes, all of it. */
  readonly listsPropagated?: boolean;
}

export interface HubRouteRecord {
  readonly destination: string;
  /** Id of an attachment, or `blackhole`. */
  readonly target: string;
  readonly place: Place;
}

/** What an account blocks in a region; undefined names mean wherever the records are. */
export interface PublicAccessBlock {
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Nothing passes, in neither direction; otherwise what begins inside does. */
  readonly all: boolean;
  readonly place: Place;
}

export interface CcnRouteRecord {
  readonly hub: string | undefined;
  /** Id of the member that it leads to. */
  readonly instance: string;
  readonly destination: string;
  readonly enabled: boolean;
  readonly place: Place;
}
