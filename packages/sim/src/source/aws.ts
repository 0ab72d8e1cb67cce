import { DAY, parseTime } from "../model/clock.ts";
import type { PeeringState } from "../model/peering.ts";
import type { GatewayKind } from "../model/profile.ts";
import { readAwsInstance, readAwsInterface } from "./aws-hosts.ts";
import { Fields, isRecord } from "./fields.ts";
import type { Inventory, PeeringRecord, RouteRecord, TargetRecord } from "./inventory.ts";
import type { Problems } from "./problems.ts";

/**
 * What `aws ec2 describe-…` and its neighbours print, recognised by the key that holds the records: one call to a file,
 * pages in one list, or everything in one file. Shapes are those of the EC2 API reference, as `--output json` prints them.
 */

/** What the records of one file leave to their surroundings. */
export interface AwsContext {
  /** Region that the file or its folder is about, where anything says so. */
  readonly region: string | undefined;
}

type Section = (record: Fields, inventory: Inventory, context: AwsContext) => void;

/** By the key that holds the records. */
const SECTIONS: Readonly<Record<string, Section>> = {
  Vpcs: readVpc,
  Subnets: readSubnet,
  RouteTables: readTable,
  VpcPeeringConnections: readPeering,
  InternetGateways: readInternetGateway,
  EgressOnlyInternetGateways: readInternetGateway,
  NatGateways: readNatGateway,
  VpnGateways: readVpnGateway,
  VpcEndpoints: readEndpoint,
  PrefixLists: readPrefixList,
  ManagedPrefixLists: () => {},
  NetworkInterfaces: readAwsInterface,
  Reservations: readAwsInstance,
};

/** What may stand in the path of a packet and is not modelled: the key of its records, and that of their ids. */
const UNMODELLED: Readonly<Record<string, string>> = {
  CarrierGateways: "CarrierGatewayId",
  LocalGateways: "LocalGatewayId",
  ClientVpnEndpoints: "ClientVpnEndpointId",
  CoreNetworks: "CoreNetworkId",
  DirectConnectGateways: "directConnectGatewayId",
  Firewalls: "FirewallName",
  NetworkAcls: "NetworkAclId",
  SecurityGroups: "GroupId",
  TransitGateways: "TransitGatewayId",
};

/** Answers that may lie beside the others and say nothing about packets. */
const SILENT: ReadonlySet<string> = new Set([
  "Addresses",
  "AvailabilityZones",
  "CustomerGateways",
  "DhcpOptions",
  "KeyPairs",
  "Regions",
  "Tags",
  "TransitGatewayAttachments",
  "TransitGatewayPropagations",
  "TransitGatewayRouteTables",
  "TransitGatewayStaticRoutes",
  "TransitGatewayVpcAttachments",
  "Volumes",
  "VpnConnections",
]);

/** Reports whether the value is an answer of the AWS CLI, or a list of such answers. */
export function isAws(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isAws);
  return isRecord(value) && Object.keys(value).some((key) => isSection(key) && Array.isArray(value[key]));
}

function isSection(key: string): boolean {
  return Object.hasOwn(SECTIONS, key) || Object.hasOwn(UNMODELLED, key) || SILENT.has(key);
}

/** Adds everything that the answer says. O(records). */
export function readAws(inventory: Inventory, value: unknown, file: string, folderRegion?: string): void {
  const pages = (Array.isArray(value) ? value : [value]).filter(isRecord);
  for (const [i, page] of pages.entries()) {
    const path = pages.length > 1 ? `[${i}]` : "";
    const answer = new Fields(page, { source: file, path }, inventory.problems);
    const context: AwsContext = { region: regionOf(answer) ?? folderRegion };
    checkComplete(answer, inventory.problems);
    for (const key of Object.keys(page)) {
      if (Object.hasOwn(SECTIONS, key)) {
        if (key === "NetworkInterfaces") inventory.listsInterfaces = true;
        for (const record of answer.list(key)) SECTIONS[key](record, inventory, context);
      } else if (Object.hasOwn(UNMODELLED, key)) {
        for (const record of answer.list(key)) {
          const id = record.text(UNMODELLED[key]);
          if (id !== undefined) inventory.unmodelled.add(id);
        }
      }
    }
  }
}

/** A page that is not the last says so. */
function checkComplete(answer: Fields, problems: Problems): void {
  if (answer.raw("NextToken") === undefined && answer.raw("NextMarker") === undefined) return;
  problems.warning("missing-reference", "this is a page, and NextToken says that another one follows", answer);
}

function regionOf(answer: Fields): string | undefined {
  return answer.raw("AvailabilityZones") === undefined
    ? undefined
    : answer.list("AvailabilityZones")[0]?.text("RegionName");
}

/** Returns the region of a zone: `us-east-2b`, or `us-west-2-lax-1a` of a local zone. */
export function regionOfZone(zone: string | undefined): string | undefined {
  return zone === undefined ? undefined : /^[a-z]{2}(?:-[a-z]+)+-\d+/.exec(zone)?.[0];
}

/** Returns the region and the account inside `arn:aws:ec2:REGION:ACCOUNT:…`. */
export function partsOfArn(arn: string | undefined): { readonly region?: string; readonly account?: string } {
  const [, , , region, account] = arn?.split(":") ?? [];
  return { ...(region ? { region } : {}), ...(account ? { account } : {}) };
}

/** Returns the Name tag. */
export function nameTag(record: Fields): string | undefined {
  const key = record.raw("Tags") === undefined ? "TagSet" : "Tags";
  return record
    .list(key)
    .find((tag) => tag.text("Key") === "Name")
    ?.text("Value");
}

/** Reads a time that the dump mentions; what cannot be read is no time. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseTime(text.replace(/\.\d+/, "").replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  } catch {
    return undefined;
  }
}

function readVpc(record: Fields, inventory: Inventory, { region }: AwsContext): void {
  const id = record.need("VpcId");
  if (id === undefined) return;
  const primary = record.need("CidrBlock");
  const associated = (key: string, block: string, state: string): string[] =>
    record.list(key).flatMap((entry) => {
      const status = entry.one(state)?.text("State") ?? "associated";
      const cidr = entry.text(block);
      return status === "associated" && cidr !== undefined ? [cidr] : [];
    });
  const all = associated("CidrBlockAssociationSet", "CidrBlock", "CidrBlockState");
  const six = associated("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState");
  inventory.addUnique(inventory.vpcs, {
    id,
    name: nameTag(record),
    profile: "aws",
    account: record.text("OwnerId"),
    region,
    cidrs: [...(primary === undefined ? [] : [primary]), ...six],
    secondary: [...new Set(all)].filter((cidr) => cidr !== primary),
    mainTable: undefined,
    place: { source: id, path: "" },
  });
}

function readSubnet(record: Fields, inventory: Inventory, { region }: AwsContext): void {
  const id = record.need("SubnetId");
  if (id === undefined) return;
  const four = record.text("CidrBlock");
  const six = record
    .list("Ipv6CidrBlockAssociationSet")
    .filter((entry) => (entry.one("Ipv6CidrBlockState")?.text("State") ?? "associated") === "associated")
    .flatMap((entry) => entry.text("Ipv6CidrBlock") ?? []);
  const cidrs = [...(four === undefined ? [] : [four]), ...six];
  if (cidrs.length === 0) record.need("CidrBlock");
  const zone = regionOfZone(record.text("AvailabilityZone"));
  inventory.addUnique(inventory.subnets, {
    id,
    name: nameTag(record),
    profile: "aws",
    vpc: record.need("VpcId"),
    cidrs,
    table: undefined,
    // a shared subnet is listed by its users too; its owner is the VPC's
    account: record.text("OwnerId"),
    region: zone ?? partsOfArn(record.text("SubnetArn")).region ?? region,
    place: { source: id, path: "" },
  });
}

function readTable(record: Fields, inventory: Inventory): void {
  const id = record.need("RouteTableId");
  if (id === undefined) return;
  let main = false;
  for (const association of record.list("Associations")) {
    const state = association.one("AssociationState")?.text("State") ?? "associated";
    if (state !== "associated" && state !== "associating") continue;
    if (association.flag("Main") === true) main = true;
    const subnet = association.text("SubnetId");
    if (subnet === undefined) continue;
    const other = inventory.associations.get(subnet);
    if (other !== undefined && other !== id)
      inventory.problems.error("duplicate", `${subnet} uses ${other} and ${id}, and a subnet has one table`, association);
    inventory.associations.set(subnet, id);
  }
  const differing = inventory.add(inventory.tables, {
    id,
    profile: "aws",
    vpc: record.need("VpcId"),
    main,
    routes: record.list("Routes").map(readRoute),
    place: { source: id, path: "" },
  });
  if (differing.length > 0)
    inventory.problems.error("duplicate", `${id} is described twice, with different ${differing.join(", ")}`, record);
}

/** The key that names a route's next hop, and what it is. */
const TARGETS: readonly (readonly [key: string, kind: TargetRecord["kind"]])[] = [
  ["VpcPeeringConnectionId", "peering"],
  ["TransitGatewayId", "other"],
  ["NatGatewayId", "nat"],
  ["EgressOnlyInternetGatewayId", "internet"],
  ["CarrierGatewayId", "other"],
  ["LocalGatewayId", "other"],
  ["CoreNetworkArn", "other"],
  ["OdbNetworkArn", "other"],
  ["NetworkInterfaceId", "other"],
  ["InstanceId", "other"],
];

function readRoute(record: Fields): RouteRecord {
  const destination =
    record.text("DestinationCidrBlock") ??
    record.text("DestinationIpv6CidrBlock") ??
    record.text("DestinationPrefixListId");
  return {
    destination,
    target: routeTarget(record),
    enabled: true,
    dead: record.text("State") === "blackhole",
    place: { source: record.source, path: record.path },
  };
}

function routeTarget(record: Fields): TargetRecord {
  for (const [key, kind] of TARGETS) {
    const id = record.text(key);
    if (id !== undefined) return { kind, id: idOfArn(id) };
  }
  const id = record.text("GatewayId");
  return id === undefined ? { kind: "blackhole", id: "blackhole" } : { kind: gatewayKind(id), id };
}

/** Returns what stands behind a `GatewayId`, or `gateway_id` in Terraform, by the prefix that AWS gives its ids. */
export function gatewayKind(id: string): TargetRecord["kind"] {
  if (id === "local") return "local";
  if (id.startsWith("igw-") || id.startsWith("eigw-")) return "internet";
  if (id.startsWith("vgw-")) return "vpn";
  if (id.startsWith("nat-")) return "nat";
  if (id.startsWith("pcx-")) return "peering";
  return "other";
}

/** Returns the last part of an ARN, which is the id where there is one. */
export function idOfArn(text: string): string {
  return text.startsWith("arn:") ? text.slice(text.lastIndexOf("/") + 1) : text;
}

/** AWS's words for the state of a peering. */
export const AWS_PEERING_STATES: ReadonlyMap<string, PeeringState> = new Map([
  ["initiating-request", "PENDING"],
  ["pending-acceptance", "PENDING"],
  ["provisioning", "PENDING"],
  ["active", "ACTIVE"],
  ["rejected", "REJECTED"],
  ["expired", "EXPIRED"],
  ["failed", "FAILED"],
  ["deleting", "DELETED"],
  ["deleted", "DELETED"],
]);

function readPeering(record: Fields, inventory: Inventory): void {
  const id = record.need("VpcPeeringConnectionId");
  if (id === undefined) return;
  const end = (key: string): PeeringRecord["requester"] => {
    const info = record.one(key);
    return { vpc: info?.text("VpcId"), account: info?.text("OwnerId"), region: info?.text("Region") };
  };
  const code = record.one("Status")?.text("Code");
  const state = AWS_PEERING_STATES.get(code ?? "");
  if (state === undefined) {
    record.problems.error("bad-text", `${code ?? "a missing code"} is no state of a peering`, record.place("Status.Code"));
    return;
  }
  const expires = timeOf(record.text("ExpirationTime"));
  addPeering(inventory, {
    id,
    name: nameTag(record),
    profile: "aws",
    requester: end("RequesterVpcInfo"),
    accepter: end("AccepterVpcInfo"),
    state,
    bandwidth: undefined,
    requested: expires === undefined ? undefined : expires - 7 * DAY,
    place: { source: id, path: "" },
  });
}

/** How far a peering's life has come: of two records read at different times the later one holds. */
const LIFE: readonly PeeringState[] = [
  "PENDING",
  "ACTIVE",
  "ISOLATED",
  "EXPIRED",
  "REJECTED",
  "FAILED",
  "DELETED",
];

/** Adds a peering that both of its sides may describe. */
export function addPeering(inventory: Inventory, record: PeeringRecord): void {
  const known = inventory.peerings.get(record.id);
  if (known === undefined) {
    inventory.peerings.set(record.id, record);
    return;
  }
  const join = (a: PeeringRecord["requester"], b: PeeringRecord["requester"]): PeeringRecord["requester"] => ({
    vpc: a.vpc ?? b.vpc,
    account: a.account ?? b.account,
    region: a.region ?? b.region,
  });
  for (const side of ["requester", "accepter"] as const) {
    const [a, b] = [known[side].vpc, record[side].vpc];
    if (a === undefined || b === undefined || a === b) continue;
    inventory.problems.error("duplicate", `${record.id} is described twice, with ${a} and ${b} as ${side}`, record.place);
  }
  inventory.peerings.set(record.id, {
    ...known,
    name: known.name ?? record.name,
    requester: join(known.requester, record.requester),
    accepter: join(known.accepter, record.accepter),
    state: LIFE.indexOf(record.state) > LIFE.indexOf(known.state) ? record.state : known.state,
    bandwidth: known.bandwidth ?? record.bandwidth,
    requested: known.requested ?? record.requested,
  });
}

function readInternetGateway(record: Fields, inventory: Inventory): void {
  const id = record.text("InternetGatewayId") ?? record.need("EgressOnlyInternetGatewayId");
  if (id === undefined) return;
  const attachment = record.list("Attachments").find((entry) => isAttached(entry.text("State")));
  addGateway(inventory, id, "internet", attachment?.text("VpcId"));
}

/** An attachment on its way out carries nothing any more. */
function isAttached(state: string | undefined): boolean {
  return state === undefined || state === "available" || state === "attached" || state === "attaching";
}

function addGateway(inventory: Inventory, id: string, kind: GatewayKind, vpc: string | undefined): void {
  inventory.addUnique(inventory.gateways, { id, kind, vpc, place: { source: id, path: "" } });
}

function readNatGateway(record: Fields, inventory: Inventory): void {
  const id = record.need("NatGatewayId");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreateTime")));
  const state = record.text("State") ?? "available";
  const isThere = state === "available" || state === "pending";
  addGateway(inventory, id, "nat", isThere ? record.text("VpcId") : undefined);
}

function readVpnGateway(record: Fields, inventory: Inventory): void {
  const id = record.need("VpnGatewayId");
  if (id === undefined) return;
  const attachment = record.list("VpcAttachments").find((entry) => isAttached(entry.text("State")));
  addGateway(inventory, id, "vpn", attachment?.text("VpcId"));
}

function readEndpoint(record: Fields, inventory: Inventory): void {
  const id = record.need("VpcEndpointId");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreationTimestamp")));
  const isThere = !/^(deleted|deleting|rejected|failed|expired)$/i.test(record.text("State") ?? "available");
  addGateway(inventory, id, "other", isThere ? record.need("VpcId") : undefined);
}

function readPrefixList(record: Fields, inventory: Inventory): void {
  const id = record.need("PrefixListId");
  if (id === undefined) return;
  const entries = record.list("Entries").flatMap((entry) => entry.text("Cidr") ?? []);
  inventory.prefixLists.set(id, [...record.texts("Cidrs"), ...entries]);
}
