import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { HostRecord } from "../inventory/records.ts";
import { nameTag, timeOf } from "./words.ts";

/** Interfaces, instances and public addresses of the EC2 API. An interface is a host; an instance gives it a name. */

export function readInterface(record: Fields, inventory: Inventory): void {
  const attachment = record.one("Attachment");
  const status = attachment?.text("Status");
  inventory.mentionTime(timeOf(attachment?.text("AttachTime")));
  addInterface(record, inventory, {
    name: nameTag(record),
    instance: status === undefined || status === "detached" ? undefined : attachment?.text("InstanceId"),
    device: attachment?.number("DeviceIndex"),
    listed: true,
  });
}

/** A reservation is a group of instances that were asked for together. */
export function readReservation(reservation: Fields, inventory: Inventory): void {
  for (const record of reservation.list("Instances")) {
    const id = record.need("InstanceId");
    const state = record.one("State")?.text("Name");
    if (id === undefined || state === "terminated" || state === "shutting-down") continue;
    inventory.mentionTime(timeOf(record.text("LaunchTime")));
    const name = nameTag(record);
    if (name !== undefined) inventory.instanceNames.set(id, name);
    for (const entry of record.list("NetworkInterfaces")) {
      const device = entry.one("Attachment")?.number("DeviceIndex");
      addInterface(entry, inventory, { name: undefined, instance: id, device, listed: false });
    }
  }
}

/** Interfaces of what only passes packets on: nobody there takes one that is addressed to it. */
const PASSING: ReadonlySet<string> = new Set([
  "nat_gateway",
  "transit_gateway",
  "gateway_load_balancer_endpoint",
]);

function addInterface(
  record: Fields,
  inventory: Inventory,
  owner: {
    readonly name: string | undefined;
    readonly instance: string | undefined;
    readonly device: number | undefined;
    readonly listed: boolean;
  },
): void {
  const id = record.need("NetworkInterfaceId");
  if (id === undefined || PASSING.has(record.text("InterfaceType") ?? "")) return;
  const pairs: [string, string][] = [];
  const addresses = new Set<string>();
  const note = (entry: Fields): void => {
    const own = entry.text("PrivateIpAddress");
    const outside = entry.one("Association")?.text("PublicIp");
    if (own === undefined) return;
    addresses.add(own);
    if (outside !== undefined) pairs.push([own, outside]);
  };
  note(record);
  for (const entry of record.list("PrivateIpAddresses")) note(entry);
  for (const entry of record.list("Ipv6Addresses")) {
    const address = entry.text("Ipv6Address");
    if (address !== undefined) addresses.add(address);
  }
  const groups = record.list("Groups").flatMap((group) => group.text("GroupId") ?? []);
  const check = record.flag("SourceDestCheck");
  const host: HostRecord = {
    id,
    name: owner.name,
    instance: owner.instance,
    primary: (owner.device ?? 0) === 0,
    subnet: record.text("SubnetId"),
    addresses: [...addresses],
    // interfaces of gateways and balancers may have no group at all: nothing filters there, and no rule means them
    groups: record.raw("Groups") === undefined ? undefined : groups,
    public: [...new Map(pairs)],
    forwards: check === undefined ? undefined : !check,
    ...(owner.listed ? { isListed: true } : {}),
    place: { source: id, path: "" },
  };
  inventory.add(inventory.hosts, host);
}

/** An elastic address, where the interface it belongs to does not say so itself. */
export function readAddress(record: Fields, inventory: Inventory): void {
  const id = record.text("NetworkInterfaceId") ?? record.text("InstanceId");
  const own = record.text("PrivateIpAddress");
  const outside = record.text("PublicIp");
  if (id !== undefined && own !== undefined && outside !== undefined)
    inventory.elastic.push({ host: id, own, outside });
}
