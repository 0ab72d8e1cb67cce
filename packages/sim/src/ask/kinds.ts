import { type Address, familyOf } from "@twoway/core";
import { type Network, tableOf } from "../model/network.ts";
import { groupsAt, hostAt, type Spot } from "../plane/packet.ts";
import type { Endpoint, EndpointSpan } from "./endpoint.ts";
import type { Places } from "./places.ts";
import { firstAbove, spotAt } from "./stretches.ts";

/**
 * One kind of an end's addresses: what routes and filters know of a sender beside its address is the same for all of
 * them. `spots` has one address of each stretch between two places; those of one kind and one stretch fare the same.
 */
export interface Kind {
  readonly spots: readonly Spot[];
}

/** Sorts the addresses of an end by kind, in the order in which they first occur. O(spans + places inside them). */
export function kindsOf(network: Network, { spans }: Endpoint, places: Places): Kind[] {
  const kinds = new Map<string, Map<number, Spot>>();
  for (const span of spans) {
    for (const { spot, stretch } of stretchesOf(span, places[familyOf(span.first)])) {
      const name = kindName(network, spot, stretch);
      let known = kinds.get(name);
      if (known === undefined) {
        known = new Map();
        kinds.set(name, known);
      }
      if (!known.has(stretch)) known.set(stretch, spot);
    }
  }
  return [...kinds.values()].map((stretches) => ({ spots: [...stretches.values()] }));
}

/** What decides beside the address: the subnet's table, ACL and zone, the groups, and whether it has a public address. */
function kindName(network: Network, spot: Spot, stretch: number): string {
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
  /** How many places lie at or before it. */
  readonly stretch: number;
}

/** The first address of the span, and each place inside it. */
function stretchesOf(span: EndpointSpan, places: readonly Address[]): Stretch[] {
  const { first, last } = span;
  const at = firstAbove(places, first);
  const stretches: Stretch[] = [{ spot: spotAt(span, first), stretch: at }];
  for (let i = at; i < places.length && places[i] <= last; i++)
    stretches.push({ spot: spotAt(span, places[i]), stretch: i + 1 });
  return stretches;
}
