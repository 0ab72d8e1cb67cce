import type { GatewayKind } from "../../model/profile.ts";
import { timeOf } from "../aws/words.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** Gateways and hosts of Tencent Cloud's API. */

function add(
  record: Fields,
  inventory: Inventory,
  key: string,
  kind: GatewayKind,
  vpc: string | undefined,
): void {
  const id = record.need(key);
  inventory.mentionTime(timeOf(record.text("CreatedTime") ?? record.text("CreateTime")));
  if (id !== undefined)
    inventory.addUnique(inventory.gateways, { id, kind, vpc, place: { source: id, path: "" } });
}

export function readNat(record: Fields, inventory: Inventory): void {
  const id = record.need("NatGatewayId");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreatedTime")));
  const isThere = !/^DELET/.test(record.text("State") ?? "AVAILABLE");
  const listed = record.list("PublicIpAddressSet").flatMap((entry) => entry.text("PublicIpAddress") ?? []);
  inventory.addUnique(inventory.gateways, {
    id,
    kind: "nat",
    vpc: isThere ? record.text("VpcId") : undefined,
    public: listed.length === 0 ? undefined : listed,
    place: { source: id, path: "" },
  });
}

export function readVpn(record: Fields, inventory: Inventory): void {
  add(record, inventory, "VpnGatewayId", "vpn", record.text("VpcId"));
}

/** A direct connect gateway stands in a VPC, or in a CCN and then in none. */
export function readDirectConnect(record: Fields, inventory: Inventory): void {
  const vpc =
    record.text("NetworkType") === "CCN"
      ? undefined
      : (record.text("VpcId") ?? record.text("NetworkInstanceId"));
  add(record, inventory, "DirectConnectGatewayId", "direct-connect", vpc);
}

/** A virtual address is a host while something holds it. */
export function readHaVip(record: Fields, inventory: Inventory): void {
  const id = record.need("HaVipId");
  const address = record.text("Vip");
  if (id === undefined || address === undefined || record.text("State") === "UNBIND") return;
  const outside = record.text("AddressIp");
  inventory.add(inventory.hosts, {
    id,
    name: record.text("HaVipName"),
    instance: undefined,
    primary: true,
    subnet: record.text("SubnetId"),
    addresses: [address],
    groups: undefined,
    public: outside === undefined ? [] : [[address, outside]],
    forwards: undefined,
    isListed: true,
    place: { source: id, path: "" },
  });
}

export function readEni(record: Fields, inventory: Inventory): void {
  const id = record.need("NetworkInterfaceId");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreatedTime")));
  const attachment = record.one("Attachment");
  const listed = record.list("PrivateIpAddressSet");
  const groups = record.texts("GroupSet");
  const pairs = listed.flatMap((entry) => {
    const [own, outside] = [entry.text("PrivateIpAddress"), entry.text("PublicIpAddress")];
    return own === undefined || outside === undefined ? [] : [[own, outside] as const];
  });
  inventory.add(inventory.hosts, {
    id,
    name: record.text("NetworkInterfaceName"),
    instance: attachment?.text("InstanceId"),
    primary: record.flag("Primary") ?? true,
    subnet: record.text("SubnetId"),
    addresses: [
      ...listed.flatMap((entry) => entry.text("PrivateIpAddress") ?? []),
      ...record.list("Ipv6AddressSet").flatMap((entry) => entry.text("Address") ?? []),
    ],
    groups: groups.length === 0 ? undefined : groups,
    public: pairs,
    forwards: undefined,
    isListed: true,
    place: { source: id, path: "" },
  });
}

/** An instance of `DescribeInstances` of CVM. Its interfaces, where they are listed too, say the same in more detail. */
export function readCvm(record: Fields, inventory: Inventory): void {
  const id = record.need("InstanceId");
  if (id === undefined) return;
  const name = record.text("InstanceName");
  if (name !== undefined) inventory.instanceNames.set(id, name);
  const addresses = record.texts("PrivateIpAddresses");
  const [outside] = record.texts("PublicIpAddresses");
  const groups = record.texts("SecurityGroupIds");
  inventory.instances.set(id, {
    id,
    name,
    instance: id,
    primary: true,
    subnet: record.one("VirtualPrivateCloud")?.text("SubnetId"),
    addresses,
    groups: groups.length === 0 ? undefined : groups,
    public: outside === undefined || addresses.length === 0 ? [] : [[addresses[0], outside]],
    forwards: undefined,
    place: { source: id, path: "" },
  });
}

/** An elastic address of `DescribeAddresses`, where what it is bound to does not say so itself. */
export function readEip(record: Fields, inventory: Inventory): void {
  const host = record.text("NetworkInterfaceId") ?? record.text("InstanceId");
  const own = record.text("PrivateAddressIp");
  const outside = record.text("AddressIp");
  if (host !== undefined && own !== undefined && outside !== undefined)
    inventory.elastic.push({ host, own, outside });
}

/** A rule by which a NAT gateway passes what comes to one of its public ports on to a host. */
export function readPortForwarding(record: Fields, inventory: Inventory): void {
  const gateway = record.need("NatGatewayId");
  if (gateway !== undefined) inventory.forwarding.add(gateway);
}
