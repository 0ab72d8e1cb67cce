import { AWS_PEERING_STATES, gatewayKind, idOfArn, partsOfArn, regionOfZone } from "../aws/words.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { RouteRecord, TargetRecord } from "../inventory/records.ts";
import { AWS_EDGES } from "./aws-edges.ts";
import { AWS_FILTERS } from "./aws-filters.ts";
import { AWS_HUBS } from "./aws-hubs.ts";
import { nameOf, type ReadyResource, type ResourceReader, regionOf } from "./resource.ts";

/** Resources of the Terraform provider hashicorp/aws: VPCs, subnets, tables, routes and peerings here, others beside it. */

const READERS: ReadonlyMap<string, ResourceReader> = new Map<string, ResourceReader>([
  ["aws_vpc", readVpc],
  ["aws_default_vpc", readVpc],
  ["aws_vpc_ipv4_cidr_block_association", readCidrAssociation],
  ["aws_subnet", readSubnet],
  ["aws_default_subnet", readSubnet],
  ["aws_route_table", readTable],
  ["aws_default_route_table", readTable],
  ["aws_route", readRoute],
  ["aws_route_table_association", readAssociation],
  ["aws_main_route_table_association", readMainAssociation],
  ["aws_vpc_peering_connection", readPeering],
  ["aws_vpc_peering_connection_accepter", readAccepter],
  ...AWS_FILTERS,
  ...AWS_EDGES,
  ...AWS_HUBS,
]);

/** Types that belong to networks and carry no packet, or only say how what is modelled was made. */
const SILENT =
  /^aws_(vpc_dhcp_options|vpc_ipam|vpc_endpoint_(policy|service|connection)|vpc_peering_connection_options|networkmanager_(site|link|device|global)|network_interface_permission|route53|vpclattice_|lb_|alb_|eip_domain|dx_(bgp|lag|connection)|customer_gateway|vpc_network_performance|internetmonitor|network_insights|ec2_network_insights|verifiedaccess|flow_log|service_discovery)/;

/** Types that may stand in the path of a packet, known or not. */
const CARRIES =
  /^aws_(.*gateway|.*vpn|.*firewall|dx_|networkfirewall|networkmanager|ec2_(transit|client_vpn|carrier|local_gateway|subnet_cidr)|vpc_|vpclattice|route|network_|lb$|alb$|elb$|egress|nat_)/;

export function readAwsResource(inventory: Inventory, resource: ReadyResource, fields: Fields): void {
  const read = READERS.get(resource.type);
  if (read !== undefined) read(fields, inventory, resource);
  else if (CARRIES.test(resource.type) && !SILENT.test(resource.type))
    inventory.unmodelled.add(resource.address);
}

function readVpc(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const { id } = resource;
  const four = fields.text("cidr_block");
  const six = fields.text("ipv6_cidr_block");
  if (four === undefined && resource.open.has("cidr_block")) {
    // its range is known only after apply: it is as good as absent
    inventory.unmodelled.add(resource.address);
    inventory.problems.warning(
      "missing-reference",
      "its CIDR is not known before the plan is applied",
      fields,
    );
    return;
  }
  if (four === undefined) {
    fields.need("cidr_block");
    return;
  }
  const main =
    fields.text("main_route_table_id") ??
    fields.text("default_route_table_id") ??
    `${id}.default_route_table_id`;
  inventory.addUnique(inventory.vpcs, {
    id,
    name: nameOf(fields),
    profile: "aws",
    account: fields.text("owner_id") ?? partsOfArn(fields.text("arn")).account,
    region: regionOf(fields, resource),
    cidrs: [four, ...(six === undefined ? [] : [six])],
    secondary: [],
    mainTable: main,
    place: fields.here,
  });
  inventory.defaults.set(id, {
    group: fields.text("default_security_group_id") ?? `${id}.default_security_group_id`,
    newTable: resource.isNew ? main : undefined,
    place: fields.here,
  });
  inventory.defaultAcls.set(fields.text("default_network_acl_id") ?? `${id}.default_network_acl_id`, id);
}

function readCidrAssociation(fields: Fields, inventory: Inventory): void {
  const vpc = fields.text("vpc_id");
  const cidr = fields.text("cidr_block");
  if (vpc !== undefined && cidr !== undefined) inventory.secondary.push({ vpc, cidr });
}

function readSubnet(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const four = fields.text("cidr_block");
  const six = fields.text("ipv6_cidr_block");
  const zone = fields.text("availability_zone");
  const cidrs = [...(four === undefined ? [] : [four]), ...(six === undefined ? [] : [six])];
  if (cidrs.length === 0) {
    inventory.unmodelled.add(resource.address);
    inventory.problems.warning(
      "missing-reference",
      "its CIDR is not known before the plan is applied",
      fields,
    );
    return;
  }
  inventory.addUnique(inventory.subnets, {
    id: resource.id,
    name: nameOf(fields),
    profile: "aws",
    vpc: fields.text("vpc_id"),
    cidrs,
    table: undefined,
    acl: undefined,
    account: fields.text("owner_id") ?? partsOfArn(fields.text("arn")).account,
    region: regionOf(fields, resource) ?? regionOfZone(zone),
    zone,
    place: fields.here,
  });
}

function readTable(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const isOpen = resource.open.has("route") && resource.configures("route");
  const routes = fields.list("route").map((route) => routeOf(route, resource));
  inventory.addUnique(inventory.tables, {
    id: resource.id,
    profile: "aws",
    vpc: fields.text("vpc_id"),
    main: undefined,
    routes: isOpen ? undefined : routes,
    ...(isOpen ? { routesUnknown: true } : {}),
    place: fields.here,
  });
  for (const gateway of fields.texts("propagating_vgws"))
    inventory.propagations.push({ table: resource.id, gateway, place: fields.here });
}

/** The argument that names a route's next hop, and what it is. */
const TARGETS: readonly (readonly [key: string, kind: TargetRecord["kind"]])[] = [
  ["vpc_peering_connection_id", "peering"],
  ["transit_gateway_id", "hub"],
  ["nat_gateway_id", "nat"],
  ["egress_only_gateway_id", "egress-only"],
  ["vpc_endpoint_id", "other"],
  ["carrier_gateway_id", "other"],
  ["local_gateway_id", "other"],
  ["core_network_arn", "other"],
  ["odb_network_arn", "other"],
  ["network_interface_id", "instance"],
  ["instance_id", "instance"],
];

/** Reads a block `route`, or a resource `aws_route`, which spells its destinations differently. */
export function routeOf(
  fields: Fields,
  { open, address }: Pick<ReadyResource, "open" | "address">,
): RouteRecord {
  const destination =
    fields.text("cidr_block") ??
    fields.text("destination_cidr_block") ??
    fields.text("ipv6_cidr_block") ??
    fields.text("destination_ipv6_cidr_block") ??
    fields.text("destination_prefix_list_id");
  return {
    destination,
    target: targetOf(fields, open, address),
    enabled: true,
    dead: fields.text("state") === "blackhole",
    place: fields.here,
  };
}

function targetOf(fields: Fields, open: ReadyResource["open"], address: string): TargetRecord {
  for (const [key, kind] of TARGETS) {
    const id = fields.text(key);
    if (id !== undefined) return { kind, id: idOfArn(id) };
  }
  const id = fields.text("gateway_id");
  // an id that is an address still says its type
  if (id !== undefined)
    return {
      kind: /(^|\.)aws_vpn_gateway\./.test(id)
        ? "vpn"
        : /(^|\.)aws_internet_gateway\./.test(id)
          ? "internet"
          : gatewayKind(id),
      id,
    };
  const unknown = [...TARGETS.map(([key]) => key), "gateway_id"].find((key) =>
    open.has(fields.path === "" ? key : `${fields.path}.${key}`),
  );
  if (unknown === undefined) return { kind: "blackhole", id: "blackhole" };
  return {
    kind: "other",
    id: `${address.replace(/[^\p{L}\p{N}_.-]+/gu, ".")}.${unknown}`.replace(/\.{2,}/g, "."),
  };
}

function readRoute(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const table = fields.text("route_table_id");
  const tables = resource.open.get("route_table_id") ?? [];
  if (table === undefined && tables.length > 0) {
    inventory.looseRoutesOfOne.push({ tables, route: routeOf(fields, resource) });
    return;
  }
  if (table === undefined) {
    inventory.unmodelled.add(resource.address);
    inventory.problems.warning("missing-reference", "nobody knows which table this route will be in", fields);
    return;
  }
  inventory.looseRoutes.push({ table, route: routeOf(fields, resource) });
}

function readAssociation(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const subnet = fields.text("subnet_id");
  const gateway = fields.text("gateway_id");
  const table = tableOf(fields, inventory, resource);
  if (gateway !== undefined) inventory.edgeTables.set(gateway, table);
  else if (subnet === undefined) inventory.unmodelled.add(resource.address);
  else inventory.associate(subnet, table, fields);
}

/** Returns the table of an association; one of its own when it is known only to be one of several. */
function tableOf(fields: Fields, inventory: Inventory, { id, open }: ReadyResource): string {
  const table = fields.text("route_table_id");
  if (table !== undefined) return table;
  const own = `${id}.route_table_id`;
  const tables = open.get("route_table_id") ?? [];
  if (tables.length > 0) inventory.tablesOfOne.set(own, tables);
  return own;
}

function readMainAssociation(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const vpc = fields.text("vpc_id");
  if (vpc === undefined) inventory.unmodelled.add(resource.address);
  else inventory.mains.set(vpc, tableOf(fields, inventory, resource));
}

function readPeering(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const status = fields.text("accept_status");
  const region = regionOf(fields, resource);
  inventory.addPeering({
    id: resource.id,
    name: nameOf(fields),
    profile: "aws",
    requester: { vpc: fields.text("vpc_id"), account: undefined, region },
    accepter: {
      vpc: fields.text("peer_vpc_id"),
      account: fields.text("peer_owner_id"),
      region: fields.text("peer_region") ?? region,
    },
    state: stateOf(fields, status),
    bandwidth: undefined,
    requested: undefined,
    place: fields.here,
  });
}

function stateOf(
  fields: Fields,
  status: string | undefined,
): "PENDING" | "ACTIVE" | "EXPIRED" | "REJECTED" | "DELETED" | "FAILED" | "ISOLATED" {
  const known = AWS_PEERING_STATES.get(status ?? "");
  // not known before apply: a request waits unless it is accepted in the same breath
  return known ?? (fields.flag("auto_accept") === true ? "ACTIVE" : "PENDING");
}

/** The accepter's side of a peering that another resource, or another state, asked for. */
function readAccepter(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const id = fields.text("vpc_peering_connection_id") ?? resource.id;
  inventory.addPeering({
    id,
    name: nameOf(fields),
    profile: "aws",
    requester: {
      vpc: fields.text("peer_vpc_id"),
      account: fields.text("peer_owner_id"),
      region: fields.text("peer_region"),
    },
    accepter: { vpc: fields.text("vpc_id"), account: undefined, region: regionOf(fields, resource) },
    state: stateOf(fields, fields.text("accept_status")),
    bandwidth: undefined,
    requested: undefined,
    place: fields.here,
  });
}
