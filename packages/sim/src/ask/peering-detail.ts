import { profileAt } from "../model/control-peering.ts";
import type { Network, RouteTable, Subnet, Vpc } from "../model/network.ts";
import { tableOf } from "../model/network.ts";
import { isCrossRegion, isListedFor, type Peering } from "../model/peering.ts";
import type { Route } from "../model/routes.ts";

/** What an account sees of its peerings: which it lists, and which routes lead over one (A28, A41, D5). */

/** A route whose next hop is the peering, with its table and the subnets that obey it. */
export interface RelatedRoute {
  readonly vpc: Vpc;
  readonly table: RouteTable;
  readonly subnets: readonly Subnet[];
  readonly route: Route;
}

/** Returns the routes of both VPCs that lead over the peering, the requester's first, disabled ones too (A28). */
export function relatedRoutes(network: Network, peering: Peering): RelatedRoute[] {
  return [peering.requester, peering.accepter].flatMap((end) => {
    const vpc = network.vpcs.get(end.vpc);
    if (vpc === undefined) return [];
    return [...vpc.tables.values()].flatMap((table) => {
      const subnets = [...vpc.subnets.values()].filter((subnet) => tableOf(vpc, subnet) === table);
      return [...(table.routes ?? [])]
        .filter((route) => route.target === peering.id)
        .map((route) => ({ vpc, table, subnets, route }));
    });
  });
}

/** Returns whom the cloud sends the bill of the peering's traffic; nobody inside a region, where it is free (B5, D8). */
export function payersOf(network: Network, peering: Peering): readonly string[] {
  const { requester, accepter } = peering;
  if (!isCrossRegion(peering)) return [];
  const each = profileAt(network, requester.vpc).crossRegionPayer === "each-side";
  return each ? [...new Set([requester.account, accepter.account])] : [requester.account];
}

/**
 * Returns the account that owns the VPC, also of one that is only known as the end of a peering (A40); undefined where
 * nothing is known of it.
 */
export function ownerOf(network: Network, vpc: string): string | undefined {
  const ends = [...network.peerings.values()].flatMap(({ requester, accepter }) => [requester, accepter]);
  return network.vpcs.get(vpc)?.account ?? ends.find((end) => end.vpc === vpc)?.account;
}

/**
 * Returns the peerings that the account lists in the region, in the order they were made: those of which one of its own
 * ends lies there (A41), without what it rejected, deleted or dismissed (D5).
 */
export function listPeerings(network: Network, account: string, region: string): Peering[] {
  return [...network.peerings.values()].filter(
    (peering) =>
      isListedFor(peering, account) &&
      [peering.requester, peering.accepter].some((end) => end.account === account && end.region === region),
  );
}
