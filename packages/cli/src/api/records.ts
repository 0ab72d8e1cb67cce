import { createHash } from "node:crypto";
import type { Prefix } from "@twoway/core";
import {
  formatTime,
  type Network,
  type Peering,
  type Route,
  type RouteTable,
  type Subnet,
  type Vpc,
} from "@twoway/sim";

/** The records of the Describe calls, in the shapes that Tencent Cloud's API 2017-03-12 documents. */

/** A network does not remember when a part of it was made. */
const NOT_RECORDED = "";

export function vpcRecord(network: Network, vpc: Vpc): object {
  return {
    VpcId: vpc.id,
    VpcName: vpc.name,
    CidrBlock: vpc.cidrs.find(({ family }) => family === 4)?.toString() ?? "",
    Ipv6CidrBlock: vpc.cidrs.find(({ family }) => family === 6)?.toString() ?? "",
    IsDefault: false,
    EnableMulticast: false,
    EnableDhcp: true,
    CreatedTime: NOT_RECORDED,
    AssistantCidrSet: assistantCidrs(network, vpc),
    DhcpOptionsId: "",
    DnsServerSet: [],
    DomainName: "",
    EnableRouteVpcPublish: false,
    EnableRouteVpcPublishIpv6: false,
    Ipv6CidrBlockSet: [],
    TagSet: [],
  };
}

export function assistantCidrs(network: Network, vpc: Vpc): object[] {
  return vpc.secondary.map((cidr) => ({
    VpcId: vpc.id,
    CidrBlock: cidr.toString(),
    AssistantType: 0,
    SubnetSet: [...vpc.subnets.values()]
      .filter((subnet) => subnet.cidrs.some((block) => cidr.covers(block)))
      .map((subnet) => subnetRecord(network, vpc, subnet)),
  }));
}

export function subnetRecord(network: Network, vpc: Vpc, subnet: Subnet): object {
  const block = subnet.cidrs.find(({ family }) => family === 4);
  const { first, last } = vpc.profile.reserved4;
  const usable = block === undefined ? 0 : Math.max(0, 2 ** (32 - block.bits) - first - last);
  return {
    VpcId: vpc.id,
    SubnetId: subnetIdOf(network, subnet),
    SubnetName: subnet.name,
    CidrBlock: block?.toString() ?? "",
    Ipv6CidrBlock: subnet.cidrs.find(({ family }) => family === 6)?.toString() ?? "",
    IsDefault: false,
    EnableBroadcast: false,
    Zone: zoneOf(vpc),
    RouteTableId: subnet.table ?? vpc.mainTable,
    CreatedTime: NOT_RECORDED,
    TotalIpAddressCount: usable,
    AvailableIpAddressCount: usable,
    NetworkAclId: "",
    IsRemoteVpcSnat: false,
    CdcId: "",
    IsCdcSubnet: 0,
    TagSet: [],
  };
}

/** Returns the zone that subnets of the VPC are shown in: a network knows regions, and no zones. */
export function zoneOf(vpc: Vpc): string {
  return `${vpc.region}-1`;
}

/** Returns the name that a table is shown with: a network gives them none. */
export function tableName(vpc: Vpc, table: RouteTable): string {
  return table.id === vpc.mainTable ? "default" : table.id;
}

/** Returns the subnet's id, with its VPC before it where another VPC has a subnet of that id. O(VPCs). */
export function subnetIdOf(network: Network, subnet: Subnet): string {
  for (const vpc of network.vpcs.values()) {
    if (vpc.id !== subnet.vpc && vpc.subnets.has(subnet.id)) return `${subnet.vpc}/${subnet.id}`;
  }
  return subnet.id;
}

export function tableRecord(network: Network, vpc: Vpc, table: RouteTable): object {
  const users = [...vpc.subnets.values()].filter((subnet) => (subnet.table ?? vpc.mainTable) === table.id);
  return {
    VpcId: vpc.id,
    RouteTableId: table.id,
    RouteTableName: tableName(vpc, table),
    AssociationSet: users.map((subnet) => ({
      SubnetId: subnetIdOf(network, subnet),
      RouteTableId: table.id,
    })),
    RouteSet: [
      ...[...vpc.cidrs, ...vpc.secondary].map((cidr) => localRoute(table, cidr)),
      ...[...(table.routes ?? [])].map((route) => routeRecord(network, table, route)),
    ],
    Main: table.id === vpc.mainTable,
    CreatedTime: NOT_RECORDED,
    TagSet: [],
    LocalCidrForCcn: [],
  };
}

/** What the API calls each kind of gateway. */
const GATEWAY_TYPES = {
  internet: "EIP",
  "egress-only": "EIP",
  nat: "NAT",
  vpn: "VPN",
  "direct-connect": "DIRECTCONNECT",
  endpoint: "GWLB_ENDPOINT",
  instance: "NORMAL_CVM",
  other: "NORMAL_CVM",
} as const;

/** Returns the cloud's word for what the target is. */
export function nextHopType(network: Network, target: string): string {
  const gateway = network.gateways.get(target);
  if (gateway !== undefined) return GATEWAY_TYPES[gateway.kind];
  return network.hubs?.has(target) ? "CCN" : "PEERCONNECTION";
}

export function routeRecord(network: Network, table: RouteTable, route: Route): object {
  const gateway = network.gateways.get(route.target);
  return {
    RouteTableId: table.id,
    ...destinationOf(route.destination),
    GatewayType: nextHopType(network, route.target),
    GatewayId: gateway?.kind === "internet" ? "0" : route.target,
    ...routeIds(table, route),
    RouteDescription: "",
    Enabled: route.enabled,
    RouteType: "USER",
    PublishedToVbc: false,
    CreatedTime: NOT_RECORDED,
    CdcId: "",
  };
}

/** The system's route for the VPC's own addresses, by each of its CIDRs. It has no id: nobody may change it. */
function localRoute(table: RouteTable, cidr: Prefix): object {
  return {
    RouteTableId: table.id,
    ...destinationOf(cidr),
    GatewayType: "LOCAL",
    GatewayId: "Local",
    RouteId: 0,
    RouteItemId: "",
    RouteDescription: "",
    Enabled: true,
    RouteType: "SYSTEM",
    PublishedToVbc: false,
    CreatedTime: NOT_RECORDED,
    CdcId: "",
  };
}

function destinationOf(cidr: Prefix): object {
  const text = cidr.toString();
  return cidr.family === 4
    ? { DestinationCidrBlock: text, DestinationIpv6CidrBlock: "" }
    : { DestinationCidrBlock: "", DestinationIpv6CidrBlock: text };
}

/** Returns the ids of a route. A route has none of its own: they are made from its table, destination and target. */
export function routeIds(
  table: RouteTable,
  route: Route,
): { readonly RouteId: number; readonly RouteItemId: string } {
  const digest = createHash("sha256").update(`${table.id} ${route.destination} ${route.target}`).digest();
  const number = digest.readUIntBE(0, 5) + 1; // at most 2^40, so that it fits eight digits of base 36
  return { RouteId: number, RouteItemId: `rti-${number.toString(36).padStart(8, "0")}` };
}

export function peeringRecord(peering: Peering): object {
  const { requester, accepter, state, bandwidth } = peering;
  return {
    SourceVpcId: requester.vpc,
    PeerVpcId: accepter.vpc,
    DestinationVpcId: accepter.vpc,
    PeeringConnectionId: peering.id,
    PeeringConnectionName: peering.name,
    State: state,
    IsNgw: false,
    Bandwidth: bandwidth ?? 0,
    SourceRegion: requester.region,
    DestinationRegion: accepter.region,
    CreateTime: wireTime(peering.requested),
    AppId: accountNumber(requester.account),
    PeerAppId: accountNumber(accepter.account),
    SourceUin: accountNumber(requester.account),
    DestinationUin: accountNumber(accepter.account),
    ChargeType: "POSTPAID_BY_DAY_MAX",
    QosLevel: "AU",
    Type: "VPC_PEER",
    TagSet: [],
  };
}

/** Accounts are numbers in these records. One that is not is shown as it is. */
export function accountNumber(account: string): number | string {
  return /^\d{1,15}$/.test(account) ? Number(account) : account;
}

/** `2026-01-01 00:00:00`. */
export function wireTime(time: number): string {
  return formatTime(time).replace("T", " ").replace("Z", "");
}
