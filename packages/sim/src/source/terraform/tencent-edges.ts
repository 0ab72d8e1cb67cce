import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { ReadyResource } from "./resource.ts";

/** Gateways, CCNs and hosts of the Terraform provider tencentcloudstack/tencentcloud. */

export function readNat(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const listed = fields.texts("assigned_eip_set");
  inventory.addUnique(inventory.gateways, {
    id,
    kind: "nat",
    vpc: fields.text("vpc_id"),
    public: listed.length === 0 ? undefined : listed,
    place: fields.here,
  });
}

export function readCcn(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  inventory.add(inventory.hubs, {
    id,
    kind: "ccn",
    account: undefined,
    region: undefined,
    groupReferences: undefined,
    place: fields.here,
  });
}

export function readCcnAttachment(fields: Fields, inventory: Inventory): void {
  const hub = fields.text("ccn_id");
  const instance = fields.text("instance_id");
  if (hub !== undefined && instance !== undefined)
    inventory.attachToCcn(hub, instance, fields.text("instance_type"), fields.text("state"), fields.here);
}

export function readInstance(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
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

export function readEni(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
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

export function readHaVip(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
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
