import type { GatewayKind } from "../model/profile.ts";
import type { Fields } from "./fields.ts";
import type { Inventory, RuleRecord, TargetRecord } from "./inventory.ts";
import {
  regionOfTencentZone,
  tencentAction,
  tencentPeeringState,
  tencentServices,
  tencentTarget,
} from "./tencent-words.ts";
import type { ReadyResource } from "./terraform.ts";

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
  const zone = fields.text("availability_zone");
  inventory.addUnique(inventory.subnets, {
    id,
    name: fields.text("name"),
    profile: "tencent",
    vpc: fields.text("vpc_id"),
    cidrs: cidr === undefined ? [] : [cidr],
    table: fields.text("route_table_id"),
    acl: undefined,
    account: undefined,
    region: regionOfTencentZone(zone),
    zone,
    place: fields.here,
  });
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

function readNat(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const listed = fields.texts("assigned_eip_set");
  inventory.addUnique(inventory.gateways, {
    id,
    kind: "nat",
    vpc: fields.text("vpc_id"),
    public: listed.length === 0 ? undefined : listed,
    place: fields.here,
  });
}

function readCcn(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  inventory.add(inventory.hubs, {
    id,
    kind: "ccn",
    account: undefined,
    region: undefined,
    groupReferences: undefined,
    place: fields.here,
  });
}

function readCcnAttachment(fields: Fields, inventory: Inventory): void {
  const hub = fields.text("ccn_id");
  const instance = fields.text("instance_id");
  if (hub !== undefined && instance !== undefined)
    inventory.attachToCcn(hub, instance, fields.text("instance_type"), fields.text("state"), fields.here);
}

function readInstance(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const name = fields.text("instance_name");
  if (name !== undefined) inventory.instanceNames.set(id, name);
  const own = fields.text("private_ip");
  const outside = fields.text("public_ip");
  const ordered = fields.texts("orderly_security_groups");
  const groups = ordered.length > 0 ? ordered : fields.texts("security_groups");
  inventory.instances.set(id, {
    id,
    name,
    instance: id,
    primary: true,
    subnet: fields.text("subnet_id"),
    addresses: own === undefined ? [] : [own],
    groups: groups.length === 0 ? undefined : groups,
    public: own === undefined || outside === undefined ? undefined : [[own, outside]],
    forwards: undefined,
    place: fields.here,
  });
}

function readEni(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const listed = [...fields.list("ipv4s"), ...fields.list("ipv4_info")].flatMap(
    (entry) => entry.text("ip") ?? [],
  );
  const ordered = fields.texts("orderly_security_groups");
  const groups = ordered.length > 0 ? ordered : fields.texts("security_groups");
  inventory.add(inventory.hosts, {
    id,
    name: fields.text("name"),
    instance: undefined,
    primary: fields.flag("primary") ?? true,
    subnet: fields.text("subnet_id"),
    addresses: [...new Set(listed)],
    groups: groups.length === 0 ? undefined : groups,
    public: undefined,
    forwards: undefined,
    place: fields.here,
  });
}

function readHaVip(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const address = fields.text("vip");
  if (address === undefined || fields.text("state") === "UNBIND") return;
  inventory.add(inventory.hosts, {
    id,
    name: fields.text("name"),
    instance: undefined,
    primary: true,
    subnet: fields.text("subnet_id"),
    addresses: [address],
    groups: undefined,
    public: undefined,
    forwards: undefined,
    place: fields.here,
  });
}

function readGroup(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  inventory.add(inventory.groups, {
    id,
    name: fields.text("name"),
    vpc: undefined,
    account: undefined,
    region: undefined,
    ingress: undefined,
    egress: undefined,
    place: fields.here,
  });
}

function addRules(
  inventory: Inventory,
  id: string,
  ingress: RuleRecord[],
  egress: RuleRecord[],
  fields: Fields,
): void {
  inventory.add(inventory.groups, {
    id,
    name: undefined,
    vpc: undefined,
    account: undefined,
    region: undefined,
    ingress,
    egress,
    place: fields.here,
  });
}

/** All rules of a group in their order: the first is tried first. */
function readRuleSet(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const group = fields.text("security_group_id") ?? id;
  const side = (key: string): RuleRecord[] =>
    fields.list(key).flatMap((block, i) => blockRule(block, `${key} rule ${i}`));
  addRules(inventory, group, side("ingress"), side("egress"), fields);
}

function blockRule(block: Fields, name: string): RuleRecord[] {
  const action = tencentAction(block.text("action"));
  const template = block.text("service_template_id") ?? block.text("service_template_group");
  const services =
    template === undefined
      ? tencentServices(block.text("protocol"), block.text("port"))
      : tencentServices("all", undefined);
  if (action === undefined || services === undefined) {
    block.problems.error(
      "bad-text",
      "a rule has a protocol, a port, and ACCEPT or DROP for its action",
      block,
    );
    return [];
  }
  const rule = { name, action, services, place: block.here };
  if (template !== undefined)
    return [
      { ...rule, cidrs: [], prefixLists: [], groups: [], unknown: `it goes by the services of ${template}` },
    ];
  const list = block.text("address_template_id") ?? block.text("address_template_group");
  const group = block.text("source_security_id");
  return [
    {
      ...rule,
      cidrs: [block.text("cidr_block"), block.text("ipv6_cidr_block")].filter((cidr) => cidr !== undefined),
      prefixLists: list === undefined ? [] : [list],
      groups: group === undefined ? [] : [group],
    },
  ];
}

/** Rules as lines `ACTION#SOURCE#PORT#PROTOCOL`. */
function readLiteRules(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const side = (key: string): RuleRecord[] =>
    fields.texts(key).flatMap((line, i) => lineRule(fields, line, { name: `${key} rule ${i}`, key }));
  addRules(inventory, fields.text("security_group_id") ?? id, side("ingress"), side("egress"), fields);
}

function lineRule(
  fields: Fields,
  line: string,
  { name, key, number }: { name: string; key: string; number?: number },
): RuleRecord[] {
  const [word, source = "", port, protocol] = line.split("#");
  const action = tencentAction(word);
  const services = tencentServices(protocol, port);
  if (action === undefined || services === undefined) {
    const message = `${JSON.stringify(line.slice(0, 80))} is no rule: ACCEPT or DROP, a source, ports and a protocol, with # between them`;
    fields.problems.error("bad-text", message, fields.place(key));
    return [];
  }
  const isGroup = source.startsWith("sg-") || source.includes("tencentcloud_security_group.");
  const isTemplate = /^ipmg?-/.test(source);
  const cidr = source.includes("/") ? source : `${source}/${source.includes(":") ? 128 : 32}`;
  return [
    {
      name,
      ...(number === undefined ? {} : { number }),
      action,
      cidrs: isGroup || isTemplate ? [] : [cidr],
      prefixLists: isTemplate ? [source] : [],
      groups: isGroup ? [source] : [],
      services,
      place: fields.place(key),
    },
  ];
}

function readAcl(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const side = (key: string): RuleRecord[] =>
    fields
      .texts(key)
      .flatMap((line, i) => lineRule(fields, line, { name: `rule ${i + 1}`, key, number: i + 1 }));
  inventory.addUnique(inventory.acls, {
    id,
    name: fields.text("name"),
    vpc: fields.text("vpc_id"),
    account: undefined,
    region: undefined,
    ingress: side("ingress"),
    egress: side("egress"),
    place: fields.here,
  });
}

function readAclAttachment(fields: Fields, inventory: Inventory): void {
  const acl = fields.text("acl_id");
  const subnet = fields.text("subnet_id");
  if (acl !== undefined && subnet !== undefined) inventory.subnetAcls.set(subnet, acl);
}
