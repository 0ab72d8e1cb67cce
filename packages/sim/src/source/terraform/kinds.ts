import type { Resource } from "./module.ts";

/** What kind of thing an id names, and of what kind an argument wants one. */

export type Kind =
  | "VPC"
  | "subnet"
  | "route table"
  | "internet gateway"
  | "VPN gateway"
  | "NAT gateway"
  | "egress-only gateway"
  | "peering"
  | "transit gateway"
  | "transit gateway route table"
  | "transit gateway attachment"
  | "CCN"
  | "security group"
  | "network ACL"
  | "network interface"
  | "instance";

const OF_TYPE: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["aws_vpc", "VPC"],
  ["aws_default_vpc", "VPC"],
  ["tencentcloud_vpc", "VPC"],
  ["aws_subnet", "subnet"],
  ["aws_default_subnet", "subnet"],
  ["tencentcloud_subnet", "subnet"],
  ["aws_route_table", "route table"],
  ["aws_default_route_table", "route table"],
  ["tencentcloud_route_table", "route table"],
  ["aws_internet_gateway", "internet gateway"],
  ["aws_vpn_gateway", "VPN gateway"],
  ["tencentcloud_vpn_gateway", "VPN gateway"],
  ["aws_nat_gateway", "NAT gateway"],
  ["tencentcloud_nat_gateway", "NAT gateway"],
  ["aws_egress_only_internet_gateway", "egress-only gateway"],
  ["aws_vpc_peering_connection", "peering"],
  ["tencentcloud_vpc_peer_connect_manager", "peering"],
  ["aws_ec2_transit_gateway", "transit gateway"],
  ["aws_ec2_transit_gateway_route_table", "transit gateway route table"],
  ["aws_ec2_transit_gateway_vpc_attachment", "transit gateway attachment"],
  ["aws_ec2_transit_gateway_peering_attachment", "transit gateway attachment"],
  ["tencentcloud_ccn", "CCN"],
  ["aws_security_group", "security group"],
  ["aws_default_security_group", "security group"],
  ["tencentcloud_security_group", "security group"],
  ["aws_network_acl", "network ACL"],
  ["aws_default_network_acl", "network ACL"],
  ["tencentcloud_vpc_acl", "network ACL"],
  ["aws_network_interface", "network interface"],
  ["tencentcloud_eni", "network interface"],
  ["aws_instance", "instance"],
  ["tencentcloud_instance", "instance"],
]);

/** What the id of a thing that the cloud has made begins with; the longer beginning comes first. */
const OF_ID: readonly (readonly [start: string, kind: Kind])[] = [
  ["vpc-", "VPC"],
  ["subnet-", "subnet"],
  ["rtb-", "route table"],
  ["igw-", "internet gateway"],
  ["vgw-", "VPN gateway"],
  ["vpngw-", "VPN gateway"],
  ["nat-", "NAT gateway"],
  ["eigw-", "egress-only gateway"],
  ["pcx-", "peering"],
  ["tgw-rtb-", "transit gateway route table"],
  ["tgw-attach-", "transit gateway attachment"],
  ["tgw-", "transit gateway"],
  ["ccn-", "CCN"],
  ["sg-", "security group"],
  ["acl-", "network ACL"],
  ["eni-", "network interface"],
  ["i-", "instance"],
  ["ins-", "instance"],
];

/** Attributes of something new that are ids of what it brings along. */
const OF_ATTRIBUTE: readonly (readonly [end: RegExp, kind: Kind])[] = [
  [/\.(association|propagation)_default_route_table_id$/, "transit gateway route table"],
  [/\.(main|default)_route_table_id$/, "route table"],
  [/\.default_security_group_id$/, "security group"],
  [/\.default_network_acl_id$/, "network ACL"],
];

const WANTED: readonly (readonly [argument: RegExp, kinds: readonly Kind[]])[] = [
  [/^(peer_|source_|destination_)?vpc_id$/, ["VPC"]],
  [/^subnet_ids?$/, ["subnet"]],
  [/^route_table_ids?$/, ["route table"]],
  [/^gateway_id$/, ["internet gateway", "VPN gateway"]],
  [/^internet_gateway_id$/, ["internet gateway"]],
  [/^vpn_gateway_id$/, ["VPN gateway"]],
  [/^nat_gateway_id$/, ["NAT gateway"]],
  [/^egress_only_gateway_id$/, ["egress-only gateway"]],
  [/^(vpc_)?peering_connection_id$/, ["peering"]],
  [/^(peer_)?transit_gateway_id$/, ["transit gateway"]],
  [/^transit_gateway_route_table_id$/, ["transit gateway route table"]],
  [/^transit_gateway_attachment_id$/, ["transit gateway attachment"]],
  [/^ccn_id$/, ["CCN"]],
  [/^(network_)?acl_id$/, ["network ACL"]],
  [/^network_interface_id$/, ["network interface"]],
  [/^instance_id$/, ["instance"]],
  [
    /^((source_|referenced_)?security_group_id|(vpc_)?security_group_ids|security_groups)$/,
    ["security group"],
  ],
];

/** Returns the kinds of thing that the argument takes; undefined when it takes anything, or no id at all. */
export function kindsWanted(argument: string): readonly Kind[] | undefined {
  return WANTED.find(([wanting]) => wanting.test(argument))?.[1];
}

/** Reports whether a variable, an output or a local of this name holds such ids: `this_vpc_id`, `vpc_ids`. */
export function isNamedFor(wanted: readonly Kind[], name: string): boolean {
  const words = name.replace(/_ids$/, "_id").split("_");
  return words.some((_, i) => kindsWanted(words.slice(i).join("_"))?.some((kind) => wanted.includes(kind)));
}

/** Returns what the id names: of something new it is an address, which tells its type; undefined when nothing tells. */
export function kindOfId(id: string): Kind | undefined {
  const types = [...id.matchAll(/(?:^|\.)((?:aws|tencentcloud)_\w+)\./g)];
  const type = types.at(-1)?.[1];
  if (type === undefined) return OF_ID.find(([start]) => id.startsWith(start))?.[1];
  return OF_ATTRIBUTE.find(([end]) => end.test(id))?.[1] ?? OF_TYPE.get(type);
}

/** Reports whether the id may be one that the argument takes. */
export function fits(wanted: readonly Kind[] | undefined, id: string): boolean {
  if (wanted === undefined) return true;
  const kind = kindOfId(id);
  if (kind !== undefined) return wanted.includes(kind);
  // a type that has no kind here is none that is wanted, and what says nothing of itself may be anything
  return !/(^|\.)(aws|tencentcloud)_\w+\./.test(id);
}

/** Reports whether the resource is of a wanted kind. */
export function isWanted(wanted: readonly Kind[], { type }: Resource): boolean {
  const kind = OF_TYPE.get(type);
  return kind !== undefined && wanted.includes(kind);
}
