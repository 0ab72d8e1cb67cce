import { AWS_PEERING_STATES, partsOfArn } from "../aws/words.ts";
import { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { TargetRecord } from "../inventory/records.ts";
import { tencentTarget } from "../tencent/words.ts";
import { routeOf } from "./aws.ts";
import type { Resource } from "./module.ts";
import { nameOf } from "./resource.ts";
import { subnetOf } from "./tencent.ts";

/**
 * What data sources looked up: things of somebody else's, told of as far as the data source goes. What a resource says of
 * the same thing, in whichever file, is nearer: it is read before. Shapes: the data sources' pages of the providers' documentation.
 */
export function readLookedUp(inventory: Inventory, resources: Iterable<Resource>): void {
  for (const { type, address, values } of resources) {
    const read = READERS.get(type);
    const fields = new Fields(values, { source: address, path: "" }, inventory.problems);
    if (read !== undefined) inventory.lookedUp.push(() => read(fields, inventory));
  }
}

type Reader = (fields: Fields, inventory: Inventory) => void;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["aws_prefix_list", (fields, inventory) => readPrefixList(fields, inventory, fields.texts("cidr_blocks"))],
  [
    "aws_ec2_managed_prefix_list",
    (fields, inventory) =>
      readPrefixList(
        fields,
        inventory,
        fields.list("entries").flatMap((entry) => entry.text("cidr") ?? []),
      ),
  ],
  ["aws_vpc", readVpc],
  ["aws_subnet", readSubnet],
  ["aws_route_table", readTable],
  ["aws_vpc_peering_connection", readPeering],
  ["tencentcloud_vpc_instances", each("instance_list", readTencentVpc)],
  ["tencentcloud_vpc_subnets", each("instance_list", readTencentSubnet)],
  ["tencentcloud_vpc_route_tables", each("instance_list", readTencentTable)],
]);

function each(key: string, read: Reader): Reader {
  return (fields, inventory) => {
    for (const entry of fields.list(key)) read(entry, inventory);
  };
}

/** What routes and rules mean by the list's id. */
function readPrefixList(fields: Fields, { prefixLists }: Inventory, cidrs: readonly string[]): void {
  const id = fields.text("prefix_list_id") ?? fields.text("id");
  if (id !== undefined && !prefixLists.has(id)) prefixLists.set(id, cidrs);
}

function readVpc(fields: Fields, inventory: Inventory): void {
  const id = fields.text("id");
  const four = fields.text("cidr_block");
  if (id === undefined || four === undefined || inventory.vpcs.has(id)) return;
  const six = fields.text("ipv6_cidr_block");
  const later = fields
    .list("cidr_block_associations")
    .filter((entry) => (entry.text("state") ?? "associated") === "associated")
    .flatMap((entry) => entry.text("cidr_block") ?? []);
  const arn = partsOfArn(fields.text("arn"));
  inventory.vpcs.set(id, {
    id,
    name: nameOf(fields),
    profile: "aws",
    account: fields.text("owner_id") ?? arn.account,
    region: fields.text("region") ?? arn.region,
    cidrs: [four, ...(six === undefined ? [] : [six])],
    secondary: later.filter((cidr) => cidr !== four),
    mainTable: fields.text("main_route_table_id"),
    place: fields.here,
  });
  inventory.partialVpcs.add(id);
}

function readSubnet(fields: Fields, inventory: Inventory): void {
  const id = fields.text("id");
  const cidrs = [fields.text("cidr_block"), fields.text("ipv6_cidr_block")].filter(
    (cidr) => cidr !== undefined,
  );
  if (id === undefined || cidrs.length === 0 || inventory.subnets.has(id)) return;
  const arn = partsOfArn(fields.text("arn"));
  inventory.subnets.set(id, {
    id,
    name: nameOf(fields),
    profile: "aws",
    vpc: fields.text("vpc_id"),
    cidrs,
    // its association is looked up with its table, or by nobody
    table: `${id}.route_table_id`,
    acl: undefined,
    account: fields.text("owner_id") ?? arn.account,
    region: fields.text("region") ?? arn.region,
    zone: fields.text("availability_zone"),
    place: fields.here,
  });
}

/** It lists every route but the local one, and every association. */
function readTable(fields: Fields, inventory: Inventory): void {
  const id = fields.text("route_table_id") ?? fields.text("id");
  if (id === undefined) return;
  for (const entry of fields.list("associations")) {
    const subnet = entry.text("subnet_id");
    if (subnet !== undefined && !inventory.associations.has(subnet)) inventory.associations.set(subnet, id);
  }
  if (inventory.tables.has(id)) return;
  const resource = { open: new Map(), address: fields.source };
  inventory.tables.set(id, {
    id,
    profile: "aws",
    vpc: fields.text("vpc_id"),
    main: fields.list("associations").some((entry) => entry.flag("main") === true) ? true : undefined,
    routes: fields.list("routes").map((route) => routeOf(route, resource)),
    place: fields.here,
  });
}

/** Its status is that of the day; a data source of an old provider without one found a peering that works. */
function readPeering(fields: Fields, inventory: Inventory): void {
  const id = fields.text("id");
  if (id === undefined || inventory.peerings.has(id)) return;
  inventory.peerings.set(id, {
    id,
    name: nameOf(fields),
    profile: "aws",
    requester: {
      vpc: fields.text("vpc_id"),
      account: fields.text("owner_id"),
      region: fields.text("region"),
    },
    accepter: {
      vpc: fields.text("peer_vpc_id"),
      account: fields.text("peer_owner_id"),
      region: fields.text("peer_region"),
    },
    state: AWS_PEERING_STATES.get(fields.text("status") ?? "") ?? "ACTIVE",
    bandwidth: undefined,
    requested: undefined,
    place: fields.here,
  });
}

function readTencentVpc(fields: Fields, inventory: Inventory): void {
  const id = fields.text("vpc_id");
  const cidr = fields.text("cidr_block");
  if (id === undefined || cidr === undefined || inventory.vpcs.has(id)) return;
  inventory.vpcs.set(id, {
    id,
    name: fields.text("name"),
    profile: "tencent",
    account: undefined,
    region: undefined,
    cidrs: [cidr],
    secondary: [],
    mainTable: undefined,
    place: fields.here,
  });
  inventory.partialVpcs.add(id);
}

function readTencentSubnet(fields: Fields, inventory: Inventory): void {
  const id = fields.text("subnet_id");
  const cidr = fields.text("cidr_block");
  if (id === undefined || cidr === undefined || inventory.subnets.has(id)) return;
  inventory.subnets.set(id, subnetOf(fields, id, [cidr]));
}

function readTencentTable(fields: Fields, inventory: Inventory): void {
  const id = fields.text("route_table_id");
  if (id === undefined || inventory.tables.has(id)) return;
  const target = (entry: Fields): TargetRecord =>
    tencentTarget(entry.text("next_type"), entry.text("next_hub"), id);
  inventory.tables.set(id, {
    id,
    profile: "tencent",
    vpc: fields.text("vpc_id"),
    main: fields.flag("is_default") === true ? true : undefined,
    routes: fields.list("route_entry_infos").map((entry) => ({
      destination: entry.text("destination_cidr_block"),
      target: target(entry),
      enabled: true,
      dead: false,
      place: entry.here,
    })),
    place: fields.here,
  });
}
