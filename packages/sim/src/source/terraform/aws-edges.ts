import { unknownGroupsOf } from "../../model/filter.ts";
import type { GatewayKind } from "../../model/profile.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { HostRecord } from "../inventory/records.ts";
import { nameOf, type ReadyResource, type ResourceReader } from "./resource.ts";

/** Gateways, endpoints, prefix lists, hosts and public addresses of hashicorp/aws. */

const ofVpc =
  (kind: GatewayKind): ResourceReader =>
  (fields, inventory, { id }) => {
    inventory.add(inventory.gateways, { id, kind, vpc: fields.text("vpc_id"), place: fields.here });
  };

const attachment =
  (key: string, kind: GatewayKind): ResourceReader =>
  (fields, inventory) => {
    const id = fields.text(key);
    if (id !== undefined)
      inventory.add(inventory.gateways, { id, kind, vpc: fields.text("vpc_id"), place: fields.here });
  };

export const AWS_EDGES: readonly (readonly [string, ResourceReader])[] = [
  ["aws_internet_gateway", ofVpc("internet")],
  ["aws_internet_gateway_attachment", attachment("internet_gateway_id", "internet")],
  ["aws_egress_only_internet_gateway", ofVpc("egress-only")],
  ["aws_vpn_gateway", ofVpc("vpn")],
  ["aws_vpn_gateway_attachment", attachment("vpn_gateway_id", "vpn")],
  ["aws_vpn_gateway_route_propagation", readPropagation],
  ["aws_vpn_connection", readVpnConnection],
  ["aws_vpn_connection_route", readVpnRoute],
  ["aws_nat_gateway", readNat],
  ["aws_vpc_endpoint", readEndpoint],
  ["aws_vpc_endpoint_route_table_association", readEndpointAssociation],
  ["aws_ec2_managed_prefix_list", readPrefixList],
  ["aws_ec2_managed_prefix_list_entry", readPrefixListEntry],
  ["aws_instance", readInstance],
  ["aws_network_interface", readInterface],
  ["aws_network_interface_attachment", readInterfaceAttachment],
  ["aws_network_interface_sg_attachment", readGroupAttachment],
  ["aws_eip", readEip],
  ["aws_eip_association", readEip],
];

function readPropagation(fields: Fields, inventory: Inventory): void {
  const table = fields.text("route_table_id");
  const gateway = fields.text("vpn_gateway_id");
  if (table !== undefined && gateway !== undefined)
    inventory.propagations.push({ table, gateway, place: fields.here });
}

function readVpnConnection(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const gateway = fields.text("vpn_gateway_id");
  const hub = fields.text("transit_gateway_id");
  const attached =
    fields.text("transit_gateway_attachment_id") ??
    (hub === undefined ? undefined : `${id}.transit_gateway_attachment_id`);
  if (attached !== undefined && hub !== undefined) {
    inventory.resources.set(attached, id);
    inventory.addAttachment(`${hub} ${attached}`, {
      id: attached,
      hub,
      kind: "vpn",
      state: undefined,
      table: undefined,
      vpc: undefined,
      subnets: undefined,
      peer: undefined,
      place: fields.here,
    });
  }
  // static routes are resources of their own; what BGP will learn is nowhere
  const isStatic = fields.flag("static_routes_only") === true;
  if (gateway !== undefined) (isStatic ? inventory.staticLines : inventory.learningLines).add(gateway);
  if (isStatic) {
    inventory.advertise(id, []);
    if (gateway !== undefined) inventory.connections.push({ connection: id, gateway });
  }
}

function readVpnRoute(fields: Fields, inventory: Inventory): void {
  const connection = fields.text("vpn_connection_id");
  const cidr = fields.text("destination_cidr_block");
  if (connection !== undefined && cidr !== undefined) inventory.advertise(connection, [cidr]);
}

function readNat(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const outside = fields.text("public_ip");
  const isPrivate = fields.text("connectivity_type") === "private";
  inventory.addUnique(inventory.gateways, {
    id,
    kind: "nat",
    vpc: fields.text("vpc_id"),
    subnet: fields.text("subnet_id"),
    address: fields.text("private_ip"),
    public: isPrivate ? [] : outside === undefined ? undefined : [outside],
    place: fields.here,
  });
}

function readEndpoint(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const type = fields.text("vpc_endpoint_type") ?? "Gateway";
  if (type === "Interface") return; // its interfaces are hosts, and no route leads to it
  const kind = type === "Gateway" ? "endpoint" : "other";
  inventory.add(inventory.gateways, { id, kind, vpc: fields.text("vpc_id"), place: fields.here });
  const list = fields.text("prefix_list_id") ?? `pl-of-${id}`;
  const cidrs = fields.texts("cidr_blocks");
  if (cidrs.length > 0) inventory.prefixLists.set(list, cidrs);
  inventory.endpointLists.set(id, list);
  for (const table of fields.texts("route_table_ids")) routeToEndpoint(inventory, table, id, fields);
}

function readEndpointAssociation(fields: Fields, inventory: Inventory): void {
  const table = fields.text("route_table_id");
  const endpoint = fields.text("vpc_endpoint_id");
  if (table !== undefined && endpoint !== undefined) routeToEndpoint(inventory, table, endpoint, fields);
}

/** A gateway endpoint brings its route along. */
function routeToEndpoint(inventory: Inventory, table: string, id: string, fields: Fields): void {
  inventory.endpointRoutes.push({ table, endpoint: id, place: fields.here });
}

function readPrefixList(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const cidrs = fields.list("entry").flatMap((entry) => entry.text("cidr") ?? []);
  inventory.prefixLists.set(id, [...(inventory.prefixLists.get(id) ?? []), ...cidrs]);
}

function readPrefixListEntry(fields: Fields, inventory: Inventory): void {
  const id = fields.text("prefix_list_id");
  const cidr = fields.text("cidr");
  if (id !== undefined && cidr !== undefined)
    inventory.prefixLists.set(id, [...new Set([...(inventory.prefixLists.get(id) ?? []), cidr])]);
}

function readInstance(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const { id, open } = resource;
  const state = fields.text("instance_state");
  if (state === "terminated" || state === "shutting-down") return;
  const name = nameOf(fields);
  if (name !== undefined) inventory.instanceNames.set(id, name);
  const first =
    fields.text("primary_network_interface_id") ??
    fields.one("primary_network_interface")?.text("network_interface_id") ??
    fields
      .list("network_interface")
      .find((entry) => (entry.number("device_index") ?? 0) === 0)
      ?.text("network_interface_id");
  for (const entry of fields.list("network_interface")) {
    const other = entry.text("network_interface_id");
    if (other !== undefined)
      inventory.interfaceOwners.set(other, {
        instance: id,
        primary: (entry.number("device_index") ?? 0) === 0,
      });
  }
  mentionSubnet(fields, inventory, resource);
  const own = fields.text("private_ip");
  const outside = fields.text("public_ip");
  const check = fields.flag("source_dest_check");
  const groups = fields.texts("vpc_security_group_ids");
  inventory.add(inventory.hosts, {
    id: first ?? id,
    name,
    instance: id,
    primary: true,
    subnet: fields.text("subnet_id"),
    addresses: [
      ...(own === undefined ? [] : [own]),
      ...fields.texts("secondary_private_ips"),
      ...fields.texts("ipv6_addresses"),
    ],
    ...groupsOf(groups, "vpc_security_group_ids", resource),
    public: open.has("public_ip")
      ? undefined
      : own === undefined || outside === undefined
        ? []
        : [[own, outside]],
    forwards: check === undefined ? undefined : !check,
    place: fields.here,
  });
}

/** A host whose subnet nobody knows is no end to ask for. */
function mentionSubnet(
  fields: Fields,
  inventory: Inventory,
  { address, open, configures }: ReadyResource,
): void {
  if (!open.has("subnet_id") || !configures("subnet_id")) return;
  const among = open.get("subnet_id")?.join(", ") ?? "";
  const message = `nobody knows which subnet it will be in${among === "" ? "" : `, of ${among}`}`;
  inventory.problems.warning("missing-reference", message, fields);
  inventory.unmodelled.add(address);
}

/** Groups that the plan does not know yet are unknown, unless nobody names any: then AWS takes the default one. */
function groupsOf(
  groups: readonly string[],
  key: string,
  { id, open, configures }: ReadyResource,
): Pick<HostRecord, "groups" | "hasDefaultGroup"> {
  if (groups.length > 0) return { groups };
  if (!open.has(key)) return { groups: undefined };
  const isNamed = [
    key,
    "security_groups",
    "network_interface",
    "primary_network_interface",
    "launch_template",
  ].some(configures);
  return isNamed ? { groups: [unknownGroupsOf(id)] } : { groups: undefined, hasDefaultGroup: true };
}

function readInterface(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const { id } = resource;
  mentionSubnet(fields, inventory, resource);
  const own = fields.text("private_ip");
  const check = fields.flag("source_dest_check");
  const attached = fields.one("attachment");
  const instance = attached?.text("instance");
  const groups = fields.texts("security_groups");
  if (instance !== undefined)
    inventory.interfaceOwners.set(id, { instance, primary: (attached?.number("device_index") ?? 0) === 0 });
  inventory.add(inventory.hosts, {
    id,
    name: nameOf(fields),
    instance,
    primary: (attached?.number("device_index") ?? 0) === 0,
    subnet: fields.text("subnet_id"),
    addresses: [
      ...new Set([
        ...(own === undefined ? [] : [own]),
        ...fields.texts("private_ips"),
        ...fields.texts("ipv6_addresses"),
      ]),
    ],
    ...groupsOf(groups, "security_groups", resource),
    public: undefined,
    forwards: check === undefined ? undefined : !check,
    place: fields.here,
  });
}

function readInterfaceAttachment(fields: Fields, inventory: Inventory): void {
  const id = fields.text("network_interface_id");
  const instance = fields.text("instance_id");
  if (id !== undefined && instance !== undefined)
    inventory.interfaceOwners.set(id, { instance, primary: (fields.number("device_index") ?? 0) === 0 });
}

function readGroupAttachment(fields: Fields, inventory: Inventory): void {
  const host = fields.text("network_interface_id");
  const group = fields.text("security_group_id");
  if (host !== undefined && group !== undefined) inventory.groupAttachments.push({ host, group });
}

/** An elastic address that says itself what it belongs to, or an association of one. */
function readEip(fields: Fields, inventory: Inventory): void {
  const host =
    fields.text("network_interface") ??
    fields.text("network_interface_id") ??
    fields.text("instance") ??
    fields.text("instance_id");
  const outside = fields.text("public_ip");
  const own = fields.text("private_ip") ?? fields.text("private_ip_address");
  if (host !== undefined && outside !== undefined) inventory.elastic.push({ host, own, outside });
}
