import type { Address, Family, Prefix } from "@twoway/core";
import type { NetworkAcl, SecurityGroup } from "./filter.ts";
import type { Hub } from "./hub.ts";
import type { Peering } from "./peering.ts";
import { type GatewayKind, PROFILES, type Profile, type ProfileName, type Quotas } from "./profile.ts";
import type { Routes } from "./routes.ts";

/**
 * A network as somebody wrote or described it. Immutable: an edit makes a new Network that shares every part it did
 * not touch. Everything knows its `source`.
 */
export interface Network {
  /** Profile of the VPCs that do not name their own. */
  readonly profile: ProfileName;
  /** The clock, in milliseconds since 1970. Nothing here reads another one. */
  readonly now: number;
  readonly vpcs: ReadonlyMap<string, Vpc>;
  readonly peerings: ReadonlyMap<string, Peering>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  /** What the input has, may carry traffic, and has no counterpart here, by name; sorted. */
  readonly unmodelled?: readonly string[];
  /** Transit gateways and CCNs. A route leads to a hub by the hub's id. */
  readonly hubs?: ReadonlyMap<string, Hub>;
  readonly groups?: ReadonlyMap<string, SecurityGroup>;
  readonly acls?: ReadonlyMap<string, NetworkAcl>;
  /** Quotas that the provider raised; those of a VPC's profile hold where nothing stands here. */
  readonly quotas?: Partial<Quotas>;
}

export interface Vpc {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly profile: Profile;
  /**
   * It is the classic network of an account in a region, not a VPC: its servers reach each other and nothing by a
   * peering or a route (B6), and no action edits it.
   */
  readonly classic?: true;
  /** Primary CIDRs: the IPv4 one first, then any IPv6 ones. */
  readonly cidrs: readonly Prefix[];
  /** Secondary (辅助) CIDRs: local like the primary ones, but not every cloud's peering carries them (S8). */
  readonly secondary: readonly Prefix[];
  /** By id, which is unique inside the VPC. */
  readonly subnets: ReadonlyMap<string, Subnet>;
  /** By id, which is unique in the network. */
  readonly tables: ReadonlyMap<string, RouteTable>;
  /** Id of the table of every subnet that names none. */
  readonly mainTable: string;
  /** What somebody marked it with, by key; its subnets have these too. */
  readonly tags?: ReadonlyMap<string, string>;
  readonly source: string;
}

export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly vpc: string;
  /** One IPv4 block, one IPv6 block, or both. */
  readonly cidrs: readonly Prefix[];
  /** Id of its route table; undefined means the main one. */
  readonly table: string | undefined;
  /** The hosts, where the input declares them: then nobody else has an address here, unless the subnet is `open`. */
  readonly hosts: ReadonlyMap<string, Host> | undefined;
  /** The input names some hosts, and does not claim that there are no others. */
  readonly open?: boolean;
  /** Availability zone, where the input says it. */
  readonly zone?: string;
  /** Id of its network ACL; undefined means that none filters. An id that nothing has makes what it decides unknown. */
  readonly acl?: string;
  /** Security groups of every host here that names none of its own; undefined means that none filters. */
  readonly groups?: readonly string[];
  readonly tags?: ReadonlyMap<string, string>;
  readonly source: string;
}

export interface Host {
  readonly name: string;
  readonly addresses: readonly Address[];
  /** Ids of its security groups, in the order in which they are tried; undefined means those of the subnet. */
  readonly groups?: readonly string[];
  /**
   * The public IPv4 address that the internet gateway puts in the place of each of its own. An address that is not in the
   * map has none; undefined when the input does not say.
   */
  readonly public?: ReadonlyMap<Address, Address>;
  readonly source: string;
}

export interface RouteTable {
  readonly id: string;
  readonly vpc: string;
  /** Undefined when the table exists but its routes are not part of the input. */
  readonly routes: Routes | undefined;
  readonly source: string;
}

export interface Gateway {
  readonly id: string;
  readonly kind: GatewayKind;
  readonly vpc: string;
  /** What lies behind a VPN, a direct connect or an endpoint; undefined when the input does not say. */
  readonly advertises?: readonly Prefix[];
  /** Nothing else lies behind than `advertises`: what it does not hold is dropped. Undefined: there may be more. */
  readonly leadsOnly?: boolean;
  /** The route table that takes what comes in by it; undefined: the VPC's own router does. */
  readonly ingress?: string;
  /** The subnet in which a NAT gateway or an instance stands: its table and its ACL decide how packets go on. */
  readonly subnet?: string;
  /** Its own private address there. */
  readonly address?: Address;
  /** Public addresses of a NAT gateway: an empty list for a private one; undefined when the input does not say. */
  readonly public?: readonly Address[];
  /** A gateway of kind `nat` or `other` has rules by which something comes in from the internet; they are not followed. */
  readonly letsIn?: boolean;
  /** Whether an instance passes on what is not meant for itself (source/destination check off); undefined: not known. */
  readonly forwards?: boolean;
  /** Security groups of an instance. */
  readonly groups?: readonly string[];
  readonly source: string;
}

/** What a report names: the thing that decided. */
export interface Component {
  readonly id: string;
  readonly kind:
    | "vpc"
    | "subnet"
    | "route-table"
    | "route"
    | "peering"
    | "gateway"
    | "hub"
    | "hub-table"
    | "attachment"
    | "security-group"
    | "network-acl"
    | "internet";
  readonly account?: string;
  readonly region?: string;
  readonly source: string;
}

export function profileOf(network: Network): Profile {
  return PROFILES[network.profile];
}

/** Returns the table that packets leaving the subnet obey. */
export function tableOf(vpc: Vpc, subnet: Subnet): RouteTable {
  return vpc.tables.get(subnet.table ?? vpc.mainTable)!;
}

/** Returns the VPC and the table with this id. The name of a VPC means its main table. O(VPCs). */
export function findTable(network: Network, id: string): { vpc: Vpc; table: RouteTable } | undefined {
  const named = network.vpcs.get(id);
  if (named !== undefined) return { vpc: named, table: named.tables.get(named.mainTable)! };
  for (const vpc of network.vpcs.values()) {
    const table = vpc.tables.get(id);
    if (table !== undefined) return { vpc, table };
  }
  return undefined;
}

/** Reports whether the address lies in a CIDR of the VPC, primary or secondary. */
export function owns(vpc: Vpc, address: Address): boolean {
  return (
    vpc.cidrs.some((cidr) => cidr.contains(address)) || vpc.secondary.some((cidr) => cidr.contains(address))
  );
}

/** Returns the VPCs that own the address. Several may: CIDRs of unrelated VPCs overlap. O(VPCs). */
export function ownersOf(network: Network, address: Address): Vpc[] {
  return [...network.vpcs.values()].filter((vpc) => owns(vpc, address));
}

export function subnetAt(vpc: Vpc, address: Address): Subnet | undefined {
  for (const subnet of vpc.subnets.values()) {
    if (subnet.cidrs.some((cidr) => cidr.contains(address))) return subnet;
  }
  return undefined;
}

/** Addresses from `first` to `last`, both included, of one family. */
export interface Span {
  readonly first: Address;
  readonly last: Address;
}

/** Reports whether the subnet declares all of its hosts, so that nobody else has an address in it. */
export function isClosed(subnet: Subnet): subnet is Subnet & { readonly hosts: ReadonlyMap<string, Host> } {
  return subnet.hosts !== undefined && subnet.open !== true;
}

/**
 * Returns the addresses of the subnet that a host can have, ascending (S16): those of the declared hosts, or the whole
 * block without what the cloud reserves.
 */
export function usableSpans(vpc: Vpc, subnet: Subnet, family: Family): Span[] {
  if (isClosed(subnet)) {
    return [...addressesOf(subnet.hosts)]
      .filter(
        (address) => (typeof address === "number") === (family === 4) && !isReserved(vpc, subnet, address),
      )
      .sort((a, b) => (a < b ? -1 : 1))
      .map((address) => ({ first: address, last: address }));
  }
  return subnet.cidrs.flatMap((cidr) => {
    const span = cidr.family === family ? unreserved(vpc, cidr) : undefined;
    return span === undefined ? [] : [span];
  });
}

/** Returns the block without what the cloud keeps for itself at both ends; undefined when nothing is left. */
function unreserved({ profile }: Vpc, { address, last }: Prefix): Span | undefined {
  const { reserved4, reserved6 } = profile;
  const span =
    typeof address === "number"
      ? {
          first: (address + reserved4.first) as Address,
          last: ((last as number) - reserved4.last) as Address,
        }
      : {
          first: (address + BigInt(reserved6.first)) as Address,
          last: ((last as bigint) - BigInt(reserved6.last)) as Address,
        };
  return span.first <= span.last ? span : undefined;
}

/** Reports whether the cloud keeps this address of the subnet for itself, whoever claims to have it (S16). */
export function isReserved(vpc: Vpc, subnet: Subnet, address: Address): boolean {
  const cidr = subnet.cidrs.find((block) => block.contains(address));
  const span = cidr && unreserved(vpc, cidr);
  return span === undefined || address < span.first || address > span.last;
}

/** Reports whether somebody can have the address in this subnet. */
export function isUsable(vpc: Vpc, subnet: Subnet, address: Address): boolean {
  if (isClosed(subnet) && !addressesOf(subnet.hosts).has(address)) return false;
  return !isReserved(vpc, subnet, address);
}

const hostAddresses = new WeakMap<ReadonlyMap<string, Host>, ReadonlySet<Address>>();

function addressesOf(hosts: ReadonlyMap<string, Host>): ReadonlySet<Address> {
  let addresses = hostAddresses.get(hosts);
  if (addresses === undefined) {
    addresses = new Set([...hosts.values()].flatMap((host) => host.addresses));
    hostAddresses.set(hosts, addresses);
  }
  return addresses;
}

/** Returns the first pair of CIDRs, primary or secondary, in which the VPCs overlap. */
export function overlapOf(a: Vpc, b: Vpc): readonly [Prefix, Prefix] | undefined {
  for (const mine of [...a.cidrs, ...a.secondary]) {
    for (const theirs of [...b.cidrs, ...b.secondary]) if (mine.overlaps(theirs)) return [mine, theirs];
  }
  return undefined;
}

/** Returns the network with one VPC put in the place of the one of the same id. O(VPCs), shares the rest. */
export function withVpc(network: Network, vpc: Vpc): Network {
  return { ...network, vpcs: new Map(network.vpcs).set(vpc.id, vpc) };
}

/** Returns the VPC with the routes of one table replaced. */
export function withRoutes(vpc: Vpc, table: RouteTable, routes: Routes): Vpc {
  return { ...vpc, tables: new Map(vpc.tables).set(table.id, { ...table, routes }) };
}

export function withPeering(network: Network, peering: Peering): Network {
  return { ...network, peerings: new Map(network.peerings).set(peering.id, peering) };
}
