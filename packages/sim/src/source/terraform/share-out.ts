import type { ReadyResource } from "./resource.ts";

/**
 * Instances of one resource that differ in nothing but an argument that nobody knows, where no two of them can have the same:
 * a table has one route for each destination, so three such routes for three tables are one in each, whichever is where.
 */

/** By type: the argument, and those that have to be equal in all of them. */
const DISTINCT: ReadonlyMap<string, readonly [argument: string, ...same: string[]]> = new Map([
  [
    "aws_route",
    [
      "route_table_id",
      "destination_cidr_block",
      "destination_ipv6_cidr_block",
      "destination_prefix_list_id",
      "gateway_id",
      "nat_gateway_id",
      "transit_gateway_id",
      "vpc_peering_connection_id",
      "network_interface_id",
      "egress_only_gateway_id",
      "vpc_endpoint_id",
    ],
  ],
  ["aws_route_table_association", ["subnet_id", "route_table_id"]],
  ["aws_vpn_gateway_route_propagation", ["route_table_id", "vpn_gateway_id"]],
  ["aws_vpc_endpoint_route_table_association", ["route_table_id", "vpc_endpoint_id"]],
  [
    "aws_ec2_transit_gateway_route_table_association",
    ["transit_gateway_attachment_id", "transit_gateway_route_table_id"],
  ],
  [
    "aws_ec2_transit_gateway_route_table_propagation",
    ["transit_gateway_attachment_id", "transit_gateway_route_table_id"],
  ],
  ["tencentcloud_route_table_entry", ["route_table_id", "destination_cidr_block", "next_type", "next_hub"]],
  ["tencentcloud_route_table_association", ["subnet_id", "route_table_id"]],
]);

/** Returns the resources with what could be shared out among such instances. O(resources). */
export function shareOut(resources: readonly ReadyResource[]): readonly ReadyResource[] {
  const alike = new Map<string, ReadyResource[]>();
  for (const resource of resources) {
    const [argument, ...same] = DISTINCT.get(resource.type) ?? [];
    if (argument === undefined || (resource.open.get(argument)?.length ?? 0) < 2) continue;
    // an argument that is open itself may differ
    if (same.some((key) => resource.open.has(key))) continue;
    const key = JSON.stringify([
      resource.address.replace(/\[[^\]]*\]$/, ""),
      resource.open.get(argument),
      same.map((other) => resource.values[other] ?? null),
    ]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [resource]);
    else known.push(resource);
  }
  const given = new Map<ReadyResource, ReadyResource>();
  for (const group of alike.values()) {
    const [argument] = DISTINCT.get(group[0].type)!;
    const candidates = group[0].open.get(argument)!;
    if (candidates.length !== group.length) continue;
    for (const [i, resource] of group.entries()) {
      const open = new Map([...resource.open].filter(([key]) => key !== argument));
      given.set(resource, { ...resource, values: { ...resource.values, [argument]: candidates[i] }, open });
    }
  }
  return resources.map((resource) => given.get(resource) ?? resource);
}
