import { partsOfArn } from "../aws/words.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { AttachmentRecord, HubRouteRecord } from "../inventory/records.ts";
import { type ReadyResource, type ResourceReader, regionOf } from "./resource.ts";

/** Transit gateways of hashicorp/aws: attachments, tables, associations, propagations and static routes. */

export const AWS_HUBS: readonly (readonly [string, ResourceReader])[] = [
  ["aws_ec2_transit_gateway", readHub],
  ["aws_ec2_transit_gateway_vpc_attachment", readVpcAttachment],
  ["aws_ec2_transit_gateway_vpc_attachment_accepter", readVpcAttachment],
  ["aws_ec2_transit_gateway_peering_attachment", readPeering],
  ["aws_ec2_transit_gateway_peering_attachment_accepter", readPeering],
  ["aws_ec2_transit_gateway_route_table", readTable],
  ["aws_ec2_transit_gateway_route", readRoute],
  ["aws_ec2_transit_gateway_route_table_association", readAssociation],
  ["aws_ec2_transit_gateway_route_table_propagation", readPropagation],
];

/** A transit gateway comes with a table of its own, unless it is told not to. */
function readHub(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const { id } = resource;
  const support = fields.text("security_group_referencing_support");
  inventory.add(inventory.hubs, {
    id,
    kind: "transit-gateway",
    account: fields.text("owner_id") ?? partsOfArn(fields.text("arn")).account,
    region: regionOf(fields, resource),
    groupReferences: support === undefined ? undefined : support === "enable",
    place: fields.here,
  });
  // one that is still to be made has one table for both
  const own = (key: string): string => fields.text(key) ?? `${id}.association_default_route_table_id`;
  const associates = fields.text("default_route_table_association") !== "disable";
  const propagates = fields.text("default_route_table_propagation") !== "disable";
  inventory.hubDefaults.set(id, {
    association: associates ? own("association_default_route_table_id") : undefined,
    propagation: propagates ? own("propagation_default_route_table_id") : undefined,
  });
}

function attachmentOf(fields: Fields, id: string): AttachmentRecord {
  return {
    id,
    hub: fields.text("transit_gateway_id"),
    kind: undefined,
    state: undefined,
    table: undefined,
    vpc: undefined,
    subnets: undefined,
    peer: undefined,
    associationKnown: true,
    place: fields.here,
  };
}

function readVpcAttachment(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const id = fields.text("transit_gateway_attachment_id") ?? resource.id;
  const hub = fields.text("transit_gateway_id");
  const subnets = fields.texts("subnet_ids");
  const record: AttachmentRecord = {
    ...attachmentOf(fields, id),
    kind: "vpc",
    vpc: fields.text("vpc_id"),
    subnets: subnets.length === 0 ? undefined : subnets,
    ...(fields.text("security_group_referencing_support") === "disable" ? { groupReferences: false } : {}),
  };
  inventory.addAttachment(`${hub} ${id}`, record);
  if (hub === undefined) return;
  const wants = (key: string): boolean => fields.flag(key) !== false;
  inventory.hubMembers.push({
    hub,
    attachment: id,
    associates: wants("transit_gateway_default_route_table_association"),
    propagates: wants("transit_gateway_default_route_table_propagation"),
  });
}

function readPeering(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const id = fields.text("transit_gateway_attachment_id") ?? resource.id;
  const [near, far] = [fields.text("transit_gateway_id"), fields.text("peer_transit_gateway_id")];
  for (const [hub, peer] of [
    [near, far],
    [far, near],
  ]) {
    if (hub === undefined) continue;
    inventory.addAttachment(`${hub} ${id}`, { ...attachmentOf(fields, id), hub, kind: "peering", peer });
  }
}

function readTable(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  inventory.add(inventory.hubTables, {
    id,
    hub: fields.text("transit_gateway_id"),
    routes: undefined,
    propagates: undefined,
    place: fields.here,
  });
}

function readRoute(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const table = fields.text("transit_gateway_route_table_id");
  const destination = fields.text("destination_cidr_block");
  if (table === undefined || destination === undefined) {
    inventory.unmodelled.add(id);
    return;
  }
  const isBlackhole = fields.flag("blackhole") === true;
  const target = isBlackhole
    ? "blackhole"
    : (fields.text("transit_gateway_attachment_id") ?? `${id}.transit_gateway_attachment_id`);
  const route: HubRouteRecord = { destination, target, place: fields.here };
  inventory.hubRoutes.push({ table, route });
}

function readAssociation(fields: Fields, inventory: Inventory): void {
  const attachment = fields.text("transit_gateway_attachment_id");
  const table = fields.text("transit_gateway_route_table_id");
  if (attachment !== undefined && table !== undefined) inventory.hubAssociations.push({ attachment, table });
}

function readPropagation(fields: Fields, inventory: Inventory): void {
  const attachment = fields.text("transit_gateway_attachment_id");
  const table = fields.text("transit_gateway_route_table_id");
  if (attachment !== undefined && table !== undefined) inventory.hubPropagations.push({ attachment, table });
}
