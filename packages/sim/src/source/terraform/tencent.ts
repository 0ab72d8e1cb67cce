import type { GatewayKind } from "../../model/profile.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { SubnetRecord, TargetRecord } from "../inventory/records.ts";
import { regionOfTencentZone, tencentPeeringState, tencentTarget } from "../tencent/words.ts";
import type { ReadyResource } from "./resource.ts";
import { readCcn, readCcnAttachment, readEni, readHaVip, readInstance, readNat } from "./tencent-edges.ts";
import {
  readAcl,
  readAclAttachment,
  readAddresses,
  readGroup,
  readLiteRules,
  readProtocols,
  readRuleSet,
  readTemplates,
} from "./tencent-filters.ts";

/** Resources of the Terraform provider tencentcloudstack/tencentcloud (SPEC 4.1). */

type Reader = (fields: Fields, inventory: Inventory, resource: ReadyResource) => void;

const ofVpc =
  (kind: GatewayKind): Reader =>
  (fields, inventory, { id }) => {
    const vpc =
      fields.text("vpc_id") ??
      (fields.text("network_type") === "VPC" ? fields.text("network_instance_id") : undefined);
    inventory.add(inventory.gateways, { id, kind, vpc, place: fields.here });
  };

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["tencentcloud_vpc", readVpc],
  ["tencentcloud_subnet", readSubnet],
  ["tencentcloud_route_table", readTable],
  ["tencentcloud_route_table_entry", readEntry],
  ["tencentcloud_route_entry", readLegacyEntry],
  ["tencentcloud_route_table_entry_config", readEntryConfig],
  ["tencentcloud_route_table_association", readAssociation],
  ["tencentcloud_vpc_peer_connect_manager", readPeering],
  [
    "tencentcloud_vpc_peer_connect_accept_operation",
    (fields, inventory) => decide(fields, inventory, "ACTIVE"),
  ],
  [
    "tencentcloud_vpc_peer_connect_reject_operation",
    (fields, inventory) => decide(fields, inventory, "REJECTED"),
  ],
  ["tencentcloud_nat_gateway", readNat],
  ["tencentcloud_vpn_gateway", ofVpc("vpn")],
  ["tencentcloud_dc_gateway", ofVpc("direct-connect")],
  ["tencentcloud_ccn", readCcn],
  ["tencentcloud_ccn_attachment", readCcnAttachment],
  ["tencentcloud_ccn_attachment_v2", readCcnAttachment],
  ["tencentcloud_instance", readInstance],
  ["tencentcloud_eni", readEni],
  ["tencentcloud_ha_vip", readHaVip],
  ["tencentcloud_security_group", readGroup],
  ["tencentcloud_security_group_rule_set", readRuleSet],
  ["tencentcloud_security_group_lite_rule", readLiteRules],
  ["tencentcloud_address_template", readAddresses],
  ["tencentcloud_address_template_group", readTemplates],
  ["tencentcloud_protocol_template", readProtocols],
  ["tencentcloud_protocol_template_group", readTemplates],
  ["tencentcloud_vpc_acl", readAcl],
  ["tencentcloud_vpc_acl_attachment", readAclAttachment],
]);

/** Types that may stand in the path of a packet, known or not. */
const CARRIES =
  /^tencentcloud_(.*gateway|vpc_|vpn_|ccn_|cfw_|dc_|dcx|nat_|private_nat|route_|eni_|ha_vip|classic|security_group_rule|address_template|protocol_template)/;

const SILENT =
  /^tencentcloud_(vpc_(dhcp|flow_log|bandwidth|traffic|snapshot|notify|net_detect)|vpn_customer_gateway|api_gateway|ccn_bandwidth|ha_vip_eip)/;

export function readTencentResource(inventory: Inventory, resource: ReadyResource, fields: Fields): void {
  const read = READERS.get(resource.type);
  if (read !== undefined) read(fields, inventory, resource);
  else if (CARRIES.test(resource.type) && !SILENT.test(resource.type))
    inventory.unmodelled.add(resource.address);
}

function readVpc(fields: Fields, inventory: Inventory, { id, isNew }: ReadyResource): void {
  const cidr = fields.need("cidr_block");
  const main = fields.text("default_route_table_id") ?? `${id}.default_route_table_id`;
  inventory.addUnique(inventory.vpcs, {
    id,
    name: fields.text("name"),
    profile: "tencent",
    account: undefined,
    region: undefined,
    cidrs: cidr === undefined ? [] : [cidr],
    secondary: [...fields.texts("assistant_cidrs"), ...fields.texts("docker_assistant_cidrs")],
    mainTable: main,
    place: fields.here,
  });
  if (isNew)
    inventory.add(inventory.tables, {
      id: main,
      profile: "tencent",
      vpc: id,
      main: true,
      routes: [],
      place: fields.here,
    });
}

function readSubnet(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const cidr = fields.need("cidr_block");
  inventory.addUnique(inventory.subnets, subnetOf(fields, id, cidr === undefined ? [] : [cidr]));
}

/** Returns the subnet of a resource or of a data source, which have the same fields beside the id. */
export function subnetOf(fields: Fields, id: string, cidrs: readonly string[]): SubnetRecord {
  const zone = fields.text("availability_zone");
  return {
    id,
    name: fields.text("name"),
    profile: "tencent",
    vpc: fields.text("vpc_id"),
    cidrs: cidrs,
    table: fields.text("route_table_id"),
    acl: undefined,
    account: undefined,
    region: regionOfTencentZone(zone),
    zone,
    place: fields.here,
  };
}

/** Its routes are resources of their own. */
function readTable(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  inventory.addUnique(inventory.tables, {
    id,
    profile: "tencent",
    vpc: fields.text("vpc_id"),
    main: fields.flag("is_default") === true ? true : undefined,
    routes: [],
    place: fields.here,
  });
}

function addEntry(
  fields: Fields,
  inventory: Inventory,
  table: string | undefined,
  destination: string | undefined,
  target: TargetRecord,
  item: string | undefined,
): void {
  if (table === undefined) {
    inventory.unmodelled.add(fields.source);
    inventory.problems.warning("missing-reference", "nobody knows which table this route will be in", fields);
    return;
  }
  const enabled = fields.flag("disabled") !== true;
  inventory.looseRoutes.push({
    table,
    route: { destination, target, enabled, dead: false, place: fields.here },
  });
  if (item !== undefined) inventory.routeItems.set(`${table} ${item}`, inventory.looseRoutes.length - 1);
}

function readEntry(fields: Fields, inventory: Inventory): void {
  const table = fields.text("route_table_id");
  const target = tencentTarget(fields.text("next_type"), fields.text("next_hub"), table);
  addEntry(
    fields,
    inventory,
    table,
    fields.text("destination_cidr_block"),
    target,
    fields.text("route_item_id"),
  );
}

/** Words of the oldest kind of route resource, and those of the API. */
const LEGACY: ReadonlyMap<string, string> = new Map([
  ["public_gateway", "CVM"],
  ["vpn_gateway", "VPN"],
  ["sslvpn_gateway", "SSLVPN"],
  ["dc_gateway", "DIRECTCONNECT"],
  ["peering_connection", "PEERCONNECTION"],
  ["nat_gateway", "NAT"],
  ["havip", "HAVIP"],
  ["local_gateway", "LOCAL_GATEWAY"],
  ["intranat", "INTRANAT"],
  ["user_ccn", "USER_CCN"],
  ["gwlb_endpoint", "GWLB_ENDPOINT"],
  ["instance", "NORMAL_CVM"],
]);

function readLegacyEntry(fields: Fields, inventory: Inventory): void {
  const table = fields.text("route_table_id");
  const target = tencentTarget(
    LEGACY.get(fields.text("next_type") ?? ""),
    fields.text("next_hub"),
    fields.text("vpc_id"),
  );
  addEntry(fields, inventory, table, fields.text("cidr_block"), target, undefined);
}

function readEntryConfig(fields: Fields, inventory: Inventory): void {
  const table = fields.text("route_table_id");
  const item = fields.text("route_item_id");
  const disabled = fields.flag("disabled");
  if (table !== undefined && item !== undefined && disabled !== undefined)
    inventory.routeSwitches.push({ item: `${table} ${item}`, enabled: !disabled });
}

function readAssociation(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const subnet = fields.text("subnet_id") ?? id;
  const table = fields.text("route_table_id");
  if (table !== undefined) inventory.associate(subnet, table, fields);
}

function readPeering(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const bandwidth = fields.number("bandwidth");
  const state = tencentPeeringState(fields.text("state"));
  // without a state of its own: what the accepting side's resources say, or that one owner has both VPCs (SPEC 4.1)
  if (state === undefined) inventory.stateless.add(id);
  inventory.addPeering({
    id,
    name: fields.text("peering_connection_name"),
    profile: "tencent",
    requester: { vpc: fields.text("source_vpc_id"), account: undefined, region: undefined },
    accepter: {
      vpc: fields.text("destination_vpc_id"),
      account: fields.text("destination_uin"),
      region: fields.text("destination_region"),
    },
    state: state ?? "PENDING",
    bandwidth: bandwidth === undefined || bandwidth <= 0 ? undefined : bandwidth,
    requested: undefined,
    place: fields.here,
  });
}

function decide(fields: Fields, inventory: Inventory, state: "ACTIVE" | "REJECTED"): void {
  const id = fields.text("peering_connection_id");
  if (id !== undefined) inventory.decisions.set(id, state);
}
