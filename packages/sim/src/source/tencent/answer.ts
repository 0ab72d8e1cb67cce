import { askedFor, timeOf } from "../aws/words.ts";
import { Fields, isRecord } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { RouteRecord } from "../inventory/records.ts";
import { readAttachedInstance, readCcn, readCcnRoute } from "./ccn.ts";
import {
  readCvm,
  readDirectConnect,
  readEip,
  readEni,
  readHaVip,
  readNat,
  readPortForwarding,
  readVpn,
} from "./edges.ts";
import {
  readAclSet,
  readAddressTemplate,
  readGroupSet,
  readPolicies,
  readServiceTemplate,
  readTemplateGroup,
} from "./filters.ts";
import { readQuintuple } from "./quintuple.ts";
import { regionOfTencentZone, tencentPeeringState, tencentTarget } from "./words.ts";

/**
 * What `Describe…` of Tencent Cloud's API 3.0 answers, recognised by the key that holds the records, with `{"Response": …}` around
 * it as the API sends it or without as `tccli` prints it. Shapes are those of the SDK for 2017-03-12 (SPEC 2.2, 2.3).
 */

/** `file` is the name of the file, which may hold the id that an answer leaves out. */
type Section = (record: Fields, inventory: Inventory, file: string) => void;

const SECTIONS: ReadonlyMap<string, Section> = new Map<string, Section>([
  ["VpcSet", readVpc],
  ["SubnetSet", readSubnet],
  ["RouteTableSet", readTable],
  ["PeerConnectionSet", readPeering],
  ["NatGatewaySet", readNat],
  ["VpnGatewaySet", readVpn],
  ["DirectConnectGatewaySet", readDirectConnect],
  ["HaVipSet", readHaVip],
  ["NetworkInterfaceSet", readEni],
  [
    "InstanceSet",
    (record, inventory) =>
      (record.raw("CcnId") === undefined ? readCvm : readAttachedInstance)(record, inventory),
  ],
  ["AddressSet", readEip],
  ["AssistantCidrSet", readAssistantCidr],
  ["NatGatewayDestinationIpPortTranslationNatRuleSet", readPortForwarding],
  ["CcnSet", readCcn],
  ["RouteSet", readCcnRoute],
  ["SecurityGroupSet", readGroupSet],
  ["NetworkAclSet", readAclSet],
  ["NetworkAclQuintupleSet", readQuintuple],
  ["AddressTemplateSet", readAddressTemplate],
  ["AddressTemplateGroupSet", readTemplateGroup],
  ["ServiceTemplateSet", readServiceTemplate],
  ["ServiceTemplateGroupSet", readTemplateGroup],
]);

/** What may stand in the path of a packet and is not modelled: the key of its records, and that of their ids. */
const UNMODELLED: ReadonlyMap<string, string> = new Map([
  ["EndPointSet", "EndPointId"],
  ["LocalGatewaySet", "UniqLocalGwId"],
  ["VpnConnectionSet", "VpnConnectionId"],
  ["PrivateNatGatewaySet", "NatGatewayId"],
]);

export function isTencent(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTencent);
  if (!isRecord(value)) return false;
  if (isRecord(value.Response)) return true;
  return Object.keys(value).some(
    (key) => SECTIONS.has(key) || UNMODELLED.has(key) || key === "SecurityGroupPolicySet",
  );
}

/** Adds everything that the answer says. O(records). */
export function readTencent(inventory: Inventory, value: unknown, file: string): void {
  const pages = (Array.isArray(value) ? value : [value]).filter(isRecord);
  for (const [i, page] of pages.entries()) {
    const outer = new Fields(
      page,
      { source: file, path: pages.length > 1 ? `[${i}]` : "" },
      inventory.problems,
    );
    const answer = outer.one("Response") ?? outer;
    const error = answer.one("Error");
    if (error !== undefined) {
      const message = `the call failed: ${error.text("Message") ?? "no message"} (${error.text("Code") ?? "no code"})`;
      inventory.problems.error("unreadable", message, error);
      continue;
    }
    for (const key of Object.keys(answer.value)) {
      const read = SECTIONS.get(key);
      const id = UNMODELLED.get(key);
      if (read !== undefined) for (const record of answer.list(key)) read(record, inventory, file);
      else if (id !== undefined)
        for (const record of answer.list(key)) inventory.unmodelled.add(record.text(id) ?? key);
      checkComplete(answer, key, inventory);
    }
    // the answer does not repeat for which group it was asked, so the id has to stand beside it
    const policies = answer.one("SecurityGroupPolicySet");
    if (policies !== undefined) {
      const group =
        outer.text("SecurityGroupId") ?? askedFor(answer, "SecurityGroupId", /\bsg-[0-9a-z]+/g, file);
      readPolicies(policies, group, inventory);
    }
    if (Array.isArray(answer.value.NetworkInterfaceSet)) inventory.listsInterfaces = true;
  }
}

/** A page that is not all of it says so by its count. */
function checkComplete(answer: Fields, key: string, inventory: Inventory): void {
  const total = answer.number("TotalCount");
  const records = answer.value[key];
  if (!SECTIONS.has(key) || total === undefined || !Array.isArray(records)) return;
  const count = (inventory.counts.get(key)?.count ?? 0) + records.length;
  inventory.counts.set(key, {
    count,
    total: Math.max(total, inventory.counts.get(key)?.total ?? 0),
    place: answer.place(key),
  });
}

function readVpc(record: Fields, inventory: Inventory): void {
  const id = record.need("VpcId");
  const cidr = record.need("CidrBlock");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreatedTime")));
  const six = record.text("Ipv6CidrBlock");
  inventory.addUnique(inventory.vpcs, {
    id,
    name: record.text("VpcName"),
    profile: "tencent",
    account: undefined,
    region: undefined,
    cidrs: [...(cidr === undefined ? [] : [cidr]), ...(six === undefined ? [] : [six])],
    secondary: record.list("AssistantCidrSet").flatMap((entry) => entry.text("CidrBlock") ?? []),
    mainTable: undefined,
    place: { source: id, path: "" },
  });
}

/** Of `DescribeAssistantCidr`, where the VPC's own record does not list it. */
function readAssistantCidr(record: Fields, inventory: Inventory): void {
  const vpc = record.need("VpcId");
  const cidr = record.need("CidrBlock");
  if (vpc !== undefined && cidr !== undefined) inventory.secondary.push({ vpc, cidr });
}

function readSubnet(record: Fields, inventory: Inventory): void {
  const id = record.need("SubnetId");
  const cidr = record.need("CidrBlock");
  if (id === undefined) return;
  inventory.mentionTime(timeOf(record.text("CreatedTime")));
  const six = record.text("Ipv6CidrBlock");
  const zone = record.text("Zone");
  inventory.addUnique(inventory.subnets, {
    id,
    name: record.text("SubnetName"),
    profile: "tencent",
    vpc: record.need("VpcId"),
    cidrs: [...(cidr === undefined ? [] : [cidr]), ...(six === undefined ? [] : [six])],
    table: record.text("RouteTableId"),
    acl: record.text("NetworkAclId"),
    account: undefined,
    region: regionOfTencentZone(zone),
    zone,
    place: { source: id, path: "" },
  });
}

function readTable(record: Fields, inventory: Inventory): void {
  const id = record.need("RouteTableId");
  if (id === undefined) return;
  const vpc = record.need("VpcId");
  inventory.mentionTime(timeOf(record.text("CreatedTime")));
  for (const association of record.list("AssociationSet")) {
    const subnet = association.text("SubnetId");
    if (subnet !== undefined) inventory.associate(subnet, id, association);
  }
  inventory.addUnique(inventory.tables, {
    id,
    profile: "tencent",
    vpc,
    main: record.flag("Main"),
    routes: record.list("RouteSet").map((route) => readRoute(route, vpc)),
    place: { source: id, path: "" },
  });
}

function readRoute(record: Fields, vpc: string | undefined): RouteRecord {
  return {
    destination: record.text("DestinationCidrBlock") ?? record.text("DestinationIpv6CidrBlock"),
    target: tencentTarget(record.text("GatewayType"), record.text("GatewayId"), vpc),
    enabled: record.flag("Enabled") ?? true,
    dead: false,
    place: record.here,
  };
}

function readPeering(record: Fields, inventory: Inventory): void {
  const id = record.need("PeeringConnectionId");
  if (id === undefined) return;
  const state = tencentPeeringState(record.text("State"));
  if (state === undefined) {
    const message = `${record.text("State") ?? "nothing"} is no state of a peering`;
    record.problems.error("bad-text", message, record.place("State"));
    return;
  }
  const requested = timeOf(record.text("CreateTime"));
  inventory.mentionTime(requested);
  const bandwidth = record.number("Bandwidth");
  inventory.addPeering({
    id,
    name: record.text("PeeringConnectionName"),
    profile: "tencent",
    requester: {
      vpc: record.text("SourceVpcId"),
      account: record.text("SourceUin"),
      region: record.text("SourceRegion"),
    },
    accepter: {
      vpc: record.text("DestinationVpcId") ?? record.text("PeerVpcId"),
      account: record.text("DestinationUin"),
      region: record.text("DestinationRegion"),
    },
    state,
    bandwidth: bandwidth === undefined || bandwidth <= 0 ? undefined : bandwidth, // 0 and -1 stand for none
    requested,
    place: { source: id, path: "" },
  });
}
