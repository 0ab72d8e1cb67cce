import type { Address } from "@twoway/core";
import { type Gateway, type Host, type Network, type Subnet, subnetAt } from "../model/network.ts";

/** A packet on its way, and the places at which packets start and end. */

/** Where a packet starts or is meant to end. Without a VPC it lies outside the network. */
export interface Spot {
  readonly address: Address;
  readonly vpc: string | undefined;
  /** Undefined when the address lies in no subnet of the VPC. */
  readonly subnet: string | undefined;
}

export interface Packet {
  /** The header as it stands: where it says that it comes from, and where it is to go. */
  readonly source: Spot;
  readonly destination: Spot;
  /** Stateful filters let a reply pass. */
  readonly isReply: boolean;
  /** What gateways wrote into the source, the last one behind; a reply undoes it. */
  readonly translations: readonly Translation[];
  /** The subnet that it has just left, as long as nothing but the VPC's own router lies between. */
  readonly last?: Subnet | undefined;
  /** Zone of the subnet that it left last; a hub hands it on in the same zone where it can. */
  readonly zone?: string | undefined;
  /** Filters still see which security groups the sender has: no hub and no other host has handled it. */
  readonly showsGroups: boolean;
  /** A host that routes has passed it on, and may have written into its header. */
  readonly routedBy?: Gateway;
}

interface Translation {
  readonly gateway: Gateway;
  readonly original: Spot;
  /** What stands in the header instead. */
  readonly written: Spot;
}

export function packetFrom(source: Spot, destination: Spot): Packet {
  return { source, destination, isReply: false, translations: [], showsGroups: true };
}

/** Returns the reply to a packet that has this header where it ends. */
export function replyTo({ source, destination, translations }: Packet): Packet {
  return { source: destination, destination: source, isReply: true, translations, showsGroups: true };
}

/** Returns the host that has the address; undefined where the subnet does not declare its hosts. */
export function hostAt(network: Network, spot: Spot): Host | undefined {
  const hosts = network.vpcs.get(spot.vpc ?? "")?.subnets.get(spot.subnet ?? "")?.hosts;
  if (hosts === undefined) return undefined;
  let index = hostsByAddress.get(hosts);
  if (index === undefined) {
    index = new Map([...hosts.values()].flatMap((host) => host.addresses.map((at) => [at, host] as const)));
    hostsByAddress.set(hosts, index);
  }
  return index.get(spot.address);
}

const hostsByAddress = new WeakMap<ReadonlyMap<string, Host>, ReadonlyMap<Address, Host>>();

/** Returns the security groups of whoever has the address; undefined when the input names none. */
export function groupsAt(network: Network, spot: Spot): readonly string[] | undefined {
  return (
    hostAt(network, spot)?.groups ?? network.vpcs.get(spot.vpc ?? "")?.subnets.get(spot.subnet ?? "")?.groups
  );
}

/** Who answers to a public address: a host, or a NAT gateway on behalf of those behind it. */
export type PublicOwner =
  | { readonly kind: "host"; readonly spot: Spot }
  | { readonly kind: "nat"; readonly gateway: Gateway };

/** Returns the owner of a public address, if it is part of the input. O(hosts) once per network. */
export function publicOwner(network: Network, address: Address): PublicOwner | undefined {
  let owners = publicOwners.get(network);
  if (owners === undefined) {
    owners = new Map<Address, PublicOwner>();
    for (const vpc of network.vpcs.values()) {
      for (const subnet of vpc.subnets.values()) {
        for (const host of subnet.hosts?.values() ?? []) {
          for (const [own, outer] of host.public ?? []) {
            const spot = { vpc: vpc.id, subnet: subnetAt(vpc, own)?.id, address: own };
            owners.set(outer, { kind: "host", spot });
          }
        }
      }
    }
    for (const gateway of network.gateways.values())
      for (const outer of gateway.public ?? []) owners.set(outer, { kind: "nat", gateway });
    publicOwners.set(network, owners);
  }
  return owners.get(address);
}

const publicOwners = new WeakMap<Network, Map<Address, PublicOwner>>();
