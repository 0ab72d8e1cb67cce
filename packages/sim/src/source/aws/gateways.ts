import type { GatewayKind } from "../../model/profile.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { askedFor, isAttached, timeOf } from "./words.ts";

/** What stands at the edge of a VPC, in the words of the EC2 API. */

export function readInternetGateway(record: Fields, inventory: Inventory): void {
  const internet = record.text("InternetGatewayId");
  const id = internet ?? record.need("EgressOnlyInternetGatewayId");
  if (id === undefined) return;
  const attachment = record.list("Attachments").find((entry) => isAttached(entry.text("State")));
  add(inventory, id, internet === undefined ? "egress-only" : "internet", attachment?.text("VpcId"));
}

function add(inventory: Inventory, id: string, kind: GatewayKind, vpc: string | undefined): void {
  inventory.addUnique(inventory.gateways, { id, kind, vpc, place: { source: id, path: "" } });
}

export function readNatGateway(record: Fields, inventory: Inventory): void {
  const id = record.need("NatGatewayId");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreateTime")));
  const state = record.text("State") ?? "available";
  const isThere = state === "available" || state === "pending";
  const addresses = record.list("NatGatewayAddresses");
  const primary = addresses.find((entry) => entry.flag("IsPrimary") === true) ?? addresses[0];
  const isPrivate = record.text("ConnectivityType") === "private";
  const listed = addresses.flatMap((entry) => entry.text("PublicIp") ?? []);
  if (!isThere) {
    // still listed for an hour, with addresses that somebody else may have by now
    add(inventory, id, "nat", undefined);
    return;
  }
  inventory.addUnique(inventory.gateways, {
    id,
    kind: "nat",
    vpc: record.text("VpcId"),
    subnet: record.text("SubnetId"),
    address: primary?.text("PrivateIp"),
    public: isPrivate ? [] : listed.length === 0 ? undefined : listed,
    place: { source: id, path: "" },
  });
}

export function readVpnGateway(record: Fields, inventory: Inventory): void {
  const id = record.need("VpnGatewayId");
  if (id === undefined) return;
  const attachment = record.list("VpcAttachments").find((entry) => isAttached(entry.text("State")));
  add(inventory, id, "vpn", attachment?.text("VpcId"));
}

/** What a connection with static routes leads to; what BGP learns shows in route tables, or nowhere. */
export function readVpnConnection(record: Fields, inventory: Inventory): void {
  const id = record.need("VpnConnectionId");
  if (id === undefined || /^delet/.test(record.text("State") ?? "")) return;
  const isStatic = record.one("Options")?.flag("StaticRoutesOnly") === true;
  const routes = record
    .list("Routes")
    .filter((route) => (route.text("State") ?? "available") === "available")
    .flatMap((route) => route.text("DestinationCidrBlock") ?? []);
  const gateway = record.text("VpnGatewayId");
  if (gateway !== undefined) (isStatic ? inventory.staticLines : inventory.learningLines).add(gateway);
  if (!isStatic) return;
  // a hub's attachment has the connection for its resource
  inventory.advertise(gateway ?? id, routes);
}

/** A private line of Direct Connect that ends at a VPN gateway: what it learns by BGP is nowhere. */
export function readVirtualInterface(record: Fields, inventory: Inventory): void {
  const gateway = record.text("virtualGatewayId") ?? record.text("VirtualGatewayId");
  if (gateway !== undefined) inventory.learningLines.add(gateway);
}

/** A Direct Connect gateway tells the VPN gateway that it is associated with what lies behind, and no answer lists it. */
export function readDirectConnectAssociation(record: Fields, inventory: Inventory): void {
  const state = record.text("associationState") ?? record.text("AssociationState");
  const associated = record.one("associatedGateway") ?? record.one("AssociatedGateway");
  const gateway =
    associated?.text("id") ??
    associated?.text("Id") ??
    record.text("virtualGatewayId") ??
    record.text("VirtualGatewayId");
  if (gateway?.startsWith("vgw-") && state !== "disassociated") inventory.learningLines.add(gateway);
}

export function readEndpoint(record: Fields, inventory: Inventory): void {
  const id = record.need("VpcEndpointId");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreationTimestamp")));
  const isThere = !/^(deleted|deleting|rejected|failed|expired)$/i.test(record.text("State") ?? "available");
  const type = record.text("VpcEndpointType") ?? "Gateway";
  // the interfaces of other types are hosts, and no route leads to them
  if (type !== "Gateway" && type !== "GatewayLoadBalancer") return;
  add(inventory, id, type === "Gateway" ? "endpoint" : "other", isThere ? record.need("VpcId") : undefined);
}

export function readPrefixList(record: Fields, inventory: Inventory): void {
  const id = record.need("PrefixListId");
  if (id === undefined) return;
  const entries = record.list("Entries").flatMap((entry) => entry.text("Cidr") ?? []);
  const cidrs = [...record.texts("Cidrs"), ...entries];
  // an empty list is known too; the call that describes lists without their entries says nothing
  const isListed = record.raw("Cidrs") !== undefined || record.raw("Entries") !== undefined;
  if (isListed) inventory.prefixLists.set(id, cidrs);
}

/** The answer of `get-managed-prefix-list-entries`, which does not say whose entries they are. */
export function readPrefixListEntries(answer: Fields, inventory: Inventory, file: string): void {
  if (!Array.isArray(answer.raw("Entries"))) return;
  const id = askedFor(answer, "PrefixListId", /\bpl-[0-9a-z]+/g, file);
  if (id === undefined) {
    const message =
      "this does not say for which PrefixListId it was asked; put the id beside it, or into the name of the file";
    inventory.problems.warning("missing-key", message, answer);
    return;
  }
  const cidrs = answer.list("Entries").flatMap((entry) => entry.text("Cidr") ?? []);
  inventory.prefixLists.set(id, [...(inventory.prefixLists.get(id) ?? []), ...cidrs]);
}
