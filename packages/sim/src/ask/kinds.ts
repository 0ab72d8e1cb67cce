import { type Address, familyOf } from "@twoway/core";
import { type Network, type Span, tableOf } from "../model/network.ts";
import { groupsAt, hostAt, type Spot } from "../plane/packet.ts";
import { type Endpoint, type EndpointSpan, spotAt } from "./endpoint.ts";
import { firstAbove, type Places } from "./places.ts";

/**
 * One kind of an end's addresses: what routes and filters know of a sender beside its address is the same for all of
 * them. `spots` has one address of each stretch between two places; those of one kind and one stretch fare the same.
 * `extents` has, for each of the spots, all addresses that it stands for.
 */
export interface Kind {
  readonly spots: readonly Spot[];
  readonly extents: readonly (readonly Span[])[];
}

/** Sorts the addresses of an end by kind, in the order in which they first occur. O(spans + places inside them). */
export function kindsOf(network: Network, { spans }: Endpoint, places: Places): Kind[] {
  const kinds = new Map<string, Map<number, { readonly spot: Spot; readonly extents: Span[] }>>();
  for (const span of spans) {
    for (const { spot, stretch, last } of stretchesOf(span, places[familyOf(span.first)])) {
      const name = kindName(network, spot, stretch);
      let known = kinds.get(name);
      if (known === undefined) {
        known = new Map();
        kinds.set(name, known);
      }
      const extent = { first: spot.address, last };
      const entry = known.get(stretch);
      if (entry === undefined) known.set(stretch, { spot, extents: [extent] });
      else entry.extents.push(extent);
    }
  }
  return [...kinds.values()].map((stretches) => ({
    spots: [...stretches.values()].map(({ spot }) => spot),
    extents: [...stretches.values()].map(({ extents }) => extents),
  }));
}

/**
 * What decides beside the address: the subnet's table, ACL and zone, the groups, and whether it has a public address. Of
 * somebody outside it is his stretch, or whatever stands for it.
 */
export function kindName(network: Network, spot: Spot, stretch: number | string): string {
  const vpc = network.vpcs.get(spot.vpc ?? "");
  const subnet = vpc?.subnets.get(spot.subnet ?? "");
  const family = familyOf(spot.address);
  // where somebody outside comes in depends on his address
  if (vpc === undefined) return `${family} outside ${stretch}`;
  if (subnet === undefined) return `${family} ${vpc.id}`;
  // ACLs and hubs ask whether two packets are in the same subnet
  const isSubnetSeen = (network.acls?.size ?? 0) + (network.hubs?.size ?? 0) > 0;
  const place = isSubnetSeen ? subnet.id : tableOf(vpc, subnet).id;
  const outer = hostAt(network, spot)?.public;
  const isPublic = outer === undefined ? "?" : outer.has(spot.address);
  return `${family} ${vpc.id}/${place} ${isPublic} ${groupsAt(network, spot)?.join(" ")}`;
}

interface Stretch {
  readonly spot: Spot;
  /** The last address of the span that lies before the next place. */
  readonly last: Address;
  /** How many places lie at or before it. */
  readonly stretch: number;
}

/** The first address of the span, and each place inside it. */
function stretchesOf(span: EndpointSpan, places: readonly Address[]): Stretch[] {
  const { first, last } = span;
  const stretches: Stretch[] = [];
  let from: Address = first;
  for (let i = firstAbove(places, first); ; i++) {
    const isLast = i >= places.length || places[i] > last;
    stretches.push({ spot: spotAt(span, from), last: isLast ? last : previous(places[i]), stretch: i });
    if (isLast) return stretches;
    from = places[i];
  }
}

function previous(address: Address): Address {
  return (typeof address === "number" ? address - 1 : address - 1n) as Address;
}
