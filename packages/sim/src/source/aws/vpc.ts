import { DAY } from "../../model/clock.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { EndRecord, RouteRecord, TargetRecord } from "../inventory/records.ts";
import {
  AWS_PEERING_STATES,
  type AwsContext,
  gatewayKind,
  idOfArn,
  nameTag,
  partsOfArn,
  regionOfZone,
  timeOf,
} from "./words.ts";

/** VPCs, subnets, route tables and peerings of the EC2 API. */

export function readVpc(record: Fields, inventory: Inventory, { region }: AwsContext): void {
  const id = record.need("VpcId");
  if (id === undefined) return;
  const primary = record.need("CidrBlock");
  const associated = (key: string, block: string, state: string): string[] =>
    record.list(key).flatMap((entry) => {
      const status = entry.one(state)?.text("State") ?? "associated";
      const cidr = entry.text(block);
      return status === "associated" && cidr !== undefined ? [cidr] : [];
    });
  const all = associated("CidrBlockAssociationSet", "CidrBlock", "CidrBlockState");
  const six = associated("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState");
  inventory.addUnique(inventory.vpcs, {
    id,
    name: nameTag(record),
    profile: "aws",
    account: record.text("OwnerId"),
    region,
    cidrs: [...(primary === undefined ? [] : [primary]), ...six],
    secondary: [...new Set(all)].filter((cidr) => cidr !== primary),
    mainTable: undefined,
    place: { source: id, path: "" },
  });
}

export function readSubnet(record: Fields, inventory: Inventory, { region }: AwsContext): void {
  const id = record.need("SubnetId");
  if (id === undefined) return;
  const four = record.text("CidrBlock");
  const six = record
    .list("Ipv6CidrBlockAssociationSet")
    .filter((entry) => (entry.one("Ipv6CidrBlockState")?.text("State") ?? "associated") === "associated")
    .flatMap((entry) => entry.text("Ipv6CidrBlock") ?? []);
  const cidrs = [...(four === undefined ? [] : [four]), ...six];
  if (cidrs.length === 0) record.need("CidrBlock");
  const zone = record.text("AvailabilityZone");
  inventory.addUnique(inventory.subnets, {
    id,
    name: nameTag(record),
    profile: "aws",
    vpc: record.need("VpcId"),
    cidrs,
    table: undefined,
    acl: undefined,
    account: record.text("OwnerId"), // also in the lists of those with whom the subnet is shared
    region: regionOfZone(zone) ?? partsOfArn(record.text("SubnetArn")).region ?? region,
    // accounts that share a subnet call its zone by different names, and by one id
    zone: record.text("AvailabilityZoneId") ?? zone,
    place: { source: id, path: "" },
  });
}

export function readTable(record: Fields, inventory: Inventory): void {
  const id = record.need("RouteTableId");
  if (id === undefined) return;
  let main = false;
  for (const association of record.list("Associations")) {
    const state = association.one("AssociationState")?.text("State") ?? "associated";
    if (state !== "associated" && state !== "associating") continue;
    if (association.flag("Main") === true) main = true;
    const subnet = association.text("SubnetId");
    if (subnet !== undefined) inventory.associate(subnet, id, association);
    const gateway = association.text("GatewayId");
    if (gateway !== undefined) inventory.edgeTables.set(gateway, id);
  }
  inventory.addUnique(inventory.tables, {
    id,
    profile: "aws",
    vpc: record.need("VpcId"),
    main,
    routes: record.list("Routes").map((route) => readRoute(route, inventory)),
    place: { source: id, path: "" },
  });
}

/** The key that names a route's next hop, and what it is. */
const TARGETS: readonly (readonly [key: string, kind: TargetRecord["kind"]])[] = [
  ["VpcPeeringConnectionId", "peering"],
  ["TransitGatewayId", "hub"],
  ["NatGatewayId", "nat"],
  ["EgressOnlyInternetGatewayId", "egress-only"],
  ["CarrierGatewayId", "other"],
  ["LocalGatewayId", "other"],
  ["CoreNetworkArn", "other"],
  ["OdbNetworkArn", "other"],
  ["NetworkInterfaceId", "instance"],
  ["InstanceId", "instance"],
];

function readRoute(record: Fields, inventory: Inventory): RouteRecord {
  const prefixList = record.text("DestinationPrefixListId");
  const destination =
    record.text("DestinationCidrBlock") ?? record.text("DestinationIpv6CidrBlock") ?? prefixList;
  const target = routeTarget(record, prefixList !== undefined);
  const isPropagated = record.text("Origin") === "EnableVgwRoutePropagation";
  if (isPropagated && destination !== undefined) inventory.advertise(target.id, [destination]);
  return {
    destination,
    target,
    enabled: true,
    dead: record.text("State") === "blackhole",
    isPropagated,
    place: record.here,
  };
}

function routeTarget(record: Fields, toService: boolean): TargetRecord {
  for (const [key, kind] of TARGETS) {
    const id = record.text(key);
    if (id !== undefined) return { kind, id: idOfArn(id) };
  }
  const id = record.text("GatewayId");
  if (id === undefined) return { kind: "blackhole", id: "blackhole" };
  // an endpoint that takes a prefix list leads to a service; one that takes a CIDR, to somebody's appliance
  return { kind: toService && id.startsWith("vpce-") ? "endpoint" : gatewayKind(id), id };
}

export function readPeering(record: Fields, inventory: Inventory): void {
  const id = record.need("VpcPeeringConnectionId");
  if (id === undefined) return;
  const end = (key: string): EndRecord => {
    const info = record.one(key);
    return { vpc: info?.text("VpcId"), account: info?.text("OwnerId"), region: info?.text("Region") };
  };
  const code = record.one("Status")?.text("Code");
  const state = AWS_PEERING_STATES.get(code ?? "");
  if (state === undefined) {
    const message = `${code === undefined ? "nothing" : JSON.stringify(code)} is no state of a peering`;
    record.problems.error("bad-text", message, record.place("Status.Code"));
    return;
  }
  const expires = timeOf(record.text("ExpirationTime"));
  inventory.addPeering({
    id,
    name: nameTag(record),
    profile: "aws",
    requester: end("RequesterVpcInfo"),
    accepter: end("AccepterVpcInfo"),
    state,
    bandwidth: undefined,
    requested: expires === undefined ? undefined : expires - 7 * DAY,
    place: { source: id, path: "" },
  });
}
