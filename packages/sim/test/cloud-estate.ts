/**
 * A cloud estate as plain data: what somebody built in AWS, before any tool has described it. Nothing here knows the
 * simulator; addresses are plain numbers, and their arithmetic is the three functions below.
 */

export interface Cidr {
  readonly base: number;
  readonly bits: number;
}

export function holds({ base, bits }: Cidr, address: number): boolean {
  const size = 2 ** (32 - bits);
  return address >= base && address < base + size;
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

export function cidrText({ base, bits }: Cidr): string {
  return `${addressText(base)}/${bits}`;
}

/** Makes a CIDR of `a.b.c.d/n`. */
export function cidr(text: string): Cidr {
  const [address, bits] = text.split("/");
  return {
    base: address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0),
    bits: Number(bits),
  };
}

export interface EstateRule {
  /** -1 for every protocol. */
  readonly protocol: number;
  /** Ports, or type and code of ICMP; -1 for all of them. */
  readonly from: number;
  readonly to: number;
  readonly cidrs: readonly Cidr[];
  readonly groups: readonly string[];
  readonly lists: readonly string[];
}

export interface EstateGroup {
  readonly id: string;
  readonly vpc: string;
  readonly ingress: readonly EstateRule[];
  readonly egress: readonly EstateRule[];
}

export interface EstateAclRule {
  readonly number: number;
  readonly allow: boolean;
  readonly egress: boolean;
  readonly protocol: number;
  readonly from: number;
  readonly to: number;
  readonly cidr: Cidr;
}

export interface EstateAcl {
  readonly id: string;
  readonly isDefault: boolean;
  readonly rules: readonly EstateAclRule[];
}

export type RouteKind =
  | "peering"
  | "internet"
  | "nat"
  | "hub"
  | "vpn"
  | "interface"
  | "instance"
  | "endpoint";

export interface EstateRoute {
  /** A CIDR, or the id of a prefix list. */
  readonly to: Cidr | string;
  readonly kind: RouteKind;
  readonly target: string;
  /** The target is gone, and the cloud says so. */
  readonly dead: boolean;
}

export interface EstateTable {
  readonly id: string;
  readonly routes: readonly EstateRoute[];
}

export interface EstateSubnet {
  readonly id: string;
  readonly cidr: Cidr;
  readonly zone: string;
  /** Absent: the main table. */
  readonly table: string | undefined;
  readonly acl: string;
}

export interface EstateNat {
  readonly id: string;
  readonly subnet: string;
  readonly address: number;
  /** None for a private NAT gateway. */
  readonly public: number | undefined;
  readonly isDeleted: boolean;
}

export interface EstateVpc {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** The primary one first. */
  readonly cidrs: readonly Cidr[];
  /** One that it had once, and that the cloud still lists. */
  readonly former: Cidr | undefined;
  readonly subnets: readonly EstateSubnet[];
  readonly main: string;
  readonly tables: readonly EstateTable[];
  readonly acls: readonly EstateAcl[];
  readonly groups: readonly EstateGroup[];
  readonly internet: string | undefined;
  /** A VPN gateway, with the static routes of its connection; nothing is known of what one without them learns. */
  readonly vpn: { readonly id: string; readonly routes: readonly Cidr[] | undefined } | undefined;
  readonly nats: readonly EstateNat[];
  /** A gateway endpoint, which takes the addresses of a prefix list. */
  readonly endpoint: string | undefined;
  readonly hosts: readonly EstateHost[];
}

/** An interface of an instance. */
export interface EstateHost {
  readonly id: string;
  readonly instance: string;
  readonly device: number;
  readonly subnet: string;
  /** The primary address first. */
  readonly addresses: readonly number[];
  /** The public address of the primary one. */
  readonly public: number | undefined;
  readonly groups: readonly string[];
  readonly checked: boolean;
}

export interface EstatePeering {
  readonly id: string;
  readonly requester: string;
  readonly accepter: string;
  /** In AWS's words. */
  readonly state: string;
}

export interface EstateAttachment {
  readonly id: string;
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly state: string;
  readonly table: string | undefined;
  readonly refers: boolean;
}

export interface EstateHub {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** Rules of groups see the groups of other VPCs through it. */
  readonly refers: boolean;
  readonly attachments: readonly EstateAttachment[];
  readonly tables: readonly {
    readonly id: string;
    readonly routes: { readonly to: Cidr; readonly via: string }[];
    readonly propagates: readonly string[];
  }[];
}

/** Two hubs joined; each has a table for what comes in by the other. */
export interface HubPeering {
  readonly id: string;
  readonly ends: readonly { readonly hub: string; readonly table: string | undefined }[];
  readonly state: string;
}

export interface Estate {
  readonly vpcs: readonly EstateVpc[];
  readonly peerings: readonly EstatePeering[];
  readonly hubs: readonly EstateHub[];
  readonly hubPeerings: readonly HubPeering[];
  readonly lists: readonly { readonly id: string; readonly cidrs: readonly Cidr[] }[];
  /** Accounts whose own descriptions are missing. */
  readonly hidden: readonly string[];
  /** Nobody described instances and interfaces: anybody may have any address. */
  readonly listsHosts: boolean;
}

/** The prefix list of the service that gateway endpoints lead to. */
export const SERVICE_LIST: string = "pl-service";
