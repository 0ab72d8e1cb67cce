import { Services } from "../../model/services.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Place } from "../inventory/problems.ts";
import type { RuleRecord } from "../inventory/records.ts";
import { tencentAction, tencentServices } from "./words.ts";

/** Security groups and network ACLs of Tencent Cloud's API: ordered, accept or drop. */

export function readGroupSet(record: Fields, inventory: Inventory): void {
  const id = record.need("SecurityGroupId");
  if (id === undefined) return;
  inventory.add(inventory.groups, {
    id,
    name: record.text("SecurityGroupName"),
    vpc: undefined,
    account: undefined,
    region: undefined,
    ingress: undefined,
    egress: undefined,
    place: { source: id, path: "" },
  });
}

export function readPolicies(record: Fields, group: string | undefined, inventory: Inventory): void {
  if (group === undefined) {
    const message =
      "this does not say for which SecurityGroupId it was asked; put the id beside it, or into the name of the file";
    inventory.problems.warning("missing-key", message, record);
    return;
  }
  inventory.add(inventory.groups, {
    id: group,
    name: undefined,
    vpc: undefined,
    account: undefined,
    region: undefined,
    ingress: readSide(record, "Ingress"),
    egress: readSide(record, "Egress"),
    place: { source: group, path: "" },
  });
}

function readSide(record: Fields, key: "Ingress" | "Egress"): RuleRecord[] {
  const policies = record
    .list(key)
    .map((policy, i) => ({ policy, index: policy.number("PolicyIndex") ?? i }));
  return policies
    .sort((a, b) => a.index - b.index)
    .flatMap(({ policy, index }) => readPolicy(policy, `${key.toLowerCase()} rule ${index}`));
}

function readPolicy(policy: Fields, name: string): RuleRecord[] {
  const action = tencentAction(policy.text("Action"));
  const listed = policy.one("ServiceTemplate");
  const template = listed?.text("ServiceId") ?? listed?.text("ServiceGroupId");
  const services =
    template === undefined
      ? tencentServices(policy.text("Protocol"), policy.text("Port"))
      : tencentServices("all", undefined);
  if (action === undefined || services === undefined) {
    policy.problems.error(
      "bad-text",
      "a rule has a Protocol, a Port, and ACCEPT or DROP for its Action",
      policy,
    );
    return [];
  }
  const addresses = policy.one("AddressTemplate");
  const list = addresses?.text("AddressId") ?? addresses?.text("AddressGroupId");
  const group = policy.text("SecurityGroupId");
  const cidrs = [policy.text("CidrBlock"), policy.text("Ipv6CidrBlock")].filter((cidr) => cidr !== undefined);
  const rule = {
    name,
    action,
    services,
    ...(template === undefined ? {} : { template }),
    place: policy.here,
  };
  return [
    {
      ...rule,
      cidrs,
      prefixLists: list === undefined ? [] : [list],
      groups: group === undefined ? [] : [group],
    },
  ];
}

export function readAclSet(record: Fields, inventory: Inventory): void {
  const id = record.need("NetworkAclId");
  if (id === undefined) return;
  for (const subnet of record.list("SubnetSet")) {
    const name = subnet.text("SubnetId");
    if (name !== undefined) inventory.subnetAcls.set(name, id);
  }
  // rules that look at both ends are an answer of their own
  const isQuintuple = record.text("NetworkAclType") === "QUINTUPLE";
  const side = (key: string): RuleRecord[] | undefined =>
    isQuintuple ? undefined : record.list(key).flatMap((entry, i) => readEntry(entry, i + 1));
  inventory.addUnique(inventory.acls, {
    id,
    name: record.text("NetworkAclName"),
    vpc: record.need("VpcId"),
    account: undefined,
    region: undefined,
    ingress: side("IngressEntries"),
    egress: side("EgressEntries"),
    place: { source: id, path: "" },
  });
}

function readEntry(entry: Fields, number: number): RuleRecord[] {
  const action = tencentAction(entry.text("Action"));
  const services = tencentServices(entry.text("Protocol"), entry.text("Port"));
  if (action === undefined || services === undefined) {
    entry.problems.error(
      "bad-text",
      "a rule has a Protocol, a Port, and Accept or Drop for its Action",
      entry,
    );
    return [];
  }
  const cidrs = [entry.text("CidrBlock"), entry.text("Ipv6CidrBlock")].filter((cidr) => cidr !== undefined);
  return [
    {
      name: `rule ${number}`,
      number,
      action,
      cidrs,
      prefixLists: [],
      groups: [],
      services,
      place: entry.here,
    },
  ];
}

/** A named list of addresses, to which rules refer by its id. */
export function readAddressTemplate(record: Fields, inventory: Inventory): void {
  addAddressTemplate(inventory, record.need("AddressTemplateId"), record.texts("AddressSet"));
}

/** Ranges that are no CIDR leave the list unknown. */
export function addAddressTemplate(
  inventory: Inventory,
  id: string | undefined,
  listed: readonly string[],
): void {
  if (id !== undefined && listed.every((text) => !text.includes("-")))
    inventory.prefixLists.set(
      id,
      listed.map((text) => (text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`)),
    );
}

export function readServiceTemplate(record: Fields, inventory: Inventory): void {
  addServiceTemplate(inventory, record.need("ServiceTemplateId"), record.texts("ServiceSet"), record);
}

/** Reads services as `tcp:80`, `tcp:80,443`, `udp:all` or `icmp`. */
export function addServiceTemplate(
  inventory: Inventory,
  id: string | undefined,
  listed: readonly string[],
  place: Place,
): void {
  if (id === undefined) return;
  const services = listed.flatMap((text) => {
    const [protocol, port] = text.split(":");
    const found = tencentServices(protocol, port);
    if (found === undefined)
      inventory.problems.error("bad-text", `${JSON.stringify(text.slice(0, 80))} is no service`, place);
    return found ?? [];
  });
  inventory.serviceTemplates.set(id, Services.union(services));
}

/** Groups of templates, of addresses and of services. */
export function readTemplateGroup(record: Fields, inventory: Inventory): void {
  for (const kind of ["Address", "Service"]) {
    const id = record.text(`${kind}TemplateGroupId`);
    if (id !== undefined) inventory.templateGroups.set(id, record.texts(`${kind}TemplateIdSet`));
  }
}
