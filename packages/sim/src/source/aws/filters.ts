import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { RuleRecord } from "../inventory/records.ts";
import { awsServices, nameTag, partsOfArn } from "./words.ts";

/** Security groups and network ACLs of the EC2 API. */

export function readGroup(record: Fields, inventory: Inventory): void {
  const id = record.need("GroupId");
  if (id === undefined) return;
  const arn = partsOfArn(record.text("SecurityGroupArn"));
  inventory.addUnique(inventory.groups, {
    id,
    name: record.text("GroupName") ?? nameTag(record),
    vpc: record.text("VpcId"),
    account: record.text("OwnerId"),
    region: arn.region,
    ingress: readPermissions(record, "IpPermissions", "ingress"),
    egress: readPermissions(record, "IpPermissionsEgress", "egress"),
    place: { source: id, path: "" },
  });
}

const NO_SERVICE = "a rule has an IpProtocol that exists, and ports from 0 to 65535 or an ICMP type and code";

function readPermissions(record: Fields, key: string, way: string): RuleRecord[] {
  return record.list(key).flatMap((entry, i) => {
    const services = awsServices(entry.text("IpProtocol"), entry.number("FromPort"), entry.number("ToPort"));
    if (services === undefined) {
      record.problems.error("bad-text", NO_SERVICE, entry);
      return [];
    }
    return {
      name: `${way} rule ${i + 1}`,
      action: "allow",
      cidrs: [
        ...entry.list("IpRanges").flatMap((range) => range.text("CidrIp") ?? []),
        ...entry.list("Ipv6Ranges").flatMap((range) => range.text("CidrIpv6") ?? []),
      ],
      prefixLists: entry.list("PrefixListIds").flatMap((list) => list.text("PrefixListId") ?? []),
      groups: entry.list("UserIdGroupPairs").flatMap((pair) => pair.text("GroupId") ?? []),
      services,
      place: entry.here,
    } satisfies RuleRecord;
  });
}

/** One rule of `describe-security-group-rules`, where the group itself does not list it. */
export function readGroupRule(record: Fields, inventory: Inventory): void {
  const id = record.need("SecurityGroupRuleId");
  const group = record.need("GroupId");
  const services = awsServices(record.text("IpProtocol"), record.number("FromPort"), record.number("ToPort"));
  if (services === undefined) record.problems.error("bad-text", NO_SERVICE, record);
  if (id === undefined || group === undefined || services === undefined) return;
  const cidr = record.text("CidrIpv4") ?? record.text("CidrIpv6");
  const list = record.text("PrefixListId");
  const remote = record.one("ReferencedGroupInfo")?.text("GroupId");
  const rule: RuleRecord = {
    name: id,
    action: "allow",
    cidrs: cidr === undefined ? [] : [cidr],
    prefixLists: list === undefined ? [] : [list],
    groups: remote === undefined ? [] : [remote],
    services,
    place: { source: id, path: "" },
  };
  inventory.looseRules.push({ filter: group, egress: record.flag("IsEgress") === true, rule });
}

export function readAcl(record: Fields, inventory: Inventory): void {
  const id = record.need("NetworkAclId");
  if (id === undefined) return;
  for (const association of record.list("Associations")) {
    const subnet = association.text("SubnetId");
    if (subnet !== undefined) inventory.subnetAcls.set(subnet, id);
  }
  const entries = record.list("Entries");
  const side = (egress: boolean): RuleRecord[] =>
    entries.filter((entry) => (entry.flag("Egress") === true) === egress).flatMap(readAclEntry);
  inventory.addUnique(inventory.acls, {
    id,
    name: nameTag(record),
    vpc: record.need("VpcId"),
    account: record.text("OwnerId"),
    region: undefined,
    ingress: side(false),
    egress: side(true),
    isDefault: record.flag("IsDefault") === true,
    place: { source: id, path: "" },
  });
}

function readAclEntry(entry: Fields): RuleRecord[] {
  const number = entry.number("RuleNumber");
  const action = entry.text("RuleAction");
  const icmp = entry.one("IcmpTypeCode");
  const ports = entry.one("PortRange");
  const services = awsServices(
    entry.text("Protocol"),
    icmp?.number("Type") ?? ports?.number("From"),
    icmp?.number("Code") ?? ports?.number("To"),
  );
  if (number === undefined || (action !== "allow" && action !== "deny") || services === undefined) {
    entry.problems.error(
      "bad-text",
      "a rule has a RuleNumber, a Protocol, and allow or deny for its RuleAction",
      entry,
    );
    return [];
  }
  const cidr = entry.text("CidrBlock") ?? entry.text("Ipv6CidrBlock");
  return [
    {
      name: `rule ${number === 32767 || number === 32768 ? "*" : number}`,
      number,
      action,
      cidrs: cidr === undefined ? [] : [cidr],
      prefixLists: [],
      groups: [],
      services,
      place: entry.here,
    },
  ];
}
