import { askedFor, timeOf } from "../aws/words.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** Cloud connect networks (CCN) of Tencent Cloud's API, their members and their routes. */

export function readCcn(record: Fields, inventory: Inventory): void {
  const id = record.need("CcnId");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreateTime")));
  inventory.add(inventory.hubs, {
    id,
    kind: "ccn",
    account: undefined,
    region: undefined,
    groupReferences: undefined,
    place: { source: id, path: "" },
  });
}

/** An instance of `DescribeCcnAttachedInstances`. */
export function readAttachedInstance(record: Fields, inventory: Inventory): void {
  const hub = record.need("CcnId");
  const instance = record.need("InstanceId");
  if (hub === undefined || instance === undefined) return;
  inventory.attachToCcn(hub, instance, record.text("InstanceType"), record.text("State"), record.here);
  const table = record.text("RouteTableId");
  if (table !== undefined)
    inventory.ccnTables.set(hub, (inventory.ccnTables.get(hub) ?? new Set()).add(table));
}

/** A route of `DescribeCcnRoutes`. The answer names no CCN: the file's name does, or else the member that the route leads to. */
export function readCcnRoute(record: Fields, inventory: Inventory, file: string): void {
  const destination = record.need("DestinationCidrBlock");
  const instance = record.need("InstanceId");
  if (destination === undefined || instance === undefined) return;
  inventory.ccnRoutes.push({
    hub: askedFor(record, "CcnId", /\bccn-[0-9a-z]+/g, file),
    instance,
    destination,
    enabled: record.flag("Enabled") ?? true,
    place: record.here,
  });
}
