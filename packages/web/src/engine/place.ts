import type { Hop, Network } from "@twoway/sim";

/** Something in the picture that a packet passes. Ids are unique in their kind; a subnet's inside its VPC. */
export type Place =
  | { readonly kind: "subnet"; readonly vpc: string; readonly id: string }
  | { readonly kind: "vpc" | "peering" | "hub" | "gateway"; readonly id: string };

/** Returns where in the picture each hop is: hops name subnets by their ids alone, so the VPC is followed along the way. */
export function placesOf(
  network: Network,
  start: string | undefined,
  hops: readonly Hop[],
): (Place | undefined)[] {
  let vpc = start;
  return hops.map(({ node, kind }): Place | undefined => {
    switch (kind) {
      case "subnet":
        return vpc === undefined ? undefined : { kind, vpc, id: node };
      case "vpc":
        vpc = node;
        return { kind, id: node };
      case "gateway":
        vpc = network.gateways.get(node)?.vpc ?? vpc;
        return { kind, id: node };
      case "peering":
      case "hub":
        return { kind, id: node };
      case "internet":
        return undefined;
      default:
        return kind satisfies never;
    }
  });
}
