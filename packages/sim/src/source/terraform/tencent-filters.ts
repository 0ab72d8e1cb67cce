import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { RuleRecord } from "../inventory/records.ts";
import { addAddressTemplate, addServiceTemplate } from "../tencent/filters.ts";
import { tencentAction, tencentServices } from "../tencent/words.ts";
import type { ReadyResource } from "./resource.ts";

/** Security groups and network ACLs of the Terraform provider tencentcloudstack/tencentcloud: ordered, accept or drop. */

export function readGroup(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  inventory.add(inventory.groups, {
    id,
    name: fields.text("name"),
    vpc: undefined,
    account: undefined,
    region: undefined,
    ingress: undefined,
    egress: undefined,
    place: fields.here,
  });
}

function addRules(
  inventory: Inventory,
  id: string,
  ingress: RuleRecord[],
  egress: RuleRecord[],
  fields: Fields,
): void {
  inventory.add(inventory.groups, {
    id,
    name: undefined,
    vpc: undefined,
    account: undefined,
    region: undefined,
    ingress,
    egress,
    place: fields.here,
  });
}

/** All rules of a group in their order: the first is tried first. */
export function readRuleSet(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const group = fields.text("security_group_id") ?? id;
  const side = (key: string): RuleRecord[] =>
    fields.list(key).flatMap((block, i) => blockRule(block, `${key} rule ${i}`));
  addRules(inventory, group, side("ingress"), side("egress"), fields);
}

function blockRule(block: Fields, name: string): RuleRecord[] {
  const action = tencentAction(block.text("action"));
  const template = block.text("service_template_id") ?? block.text("service_template_group");
  const services =
    template === undefined
      ? tencentServices(block.text("protocol"), block.text("port"))
      : tencentServices("all", undefined);
  if (action === undefined || services === undefined) {
    block.problems.error(
      "bad-text",
      "a rule has a protocol, a port, and ACCEPT or DROP for its action",
      block,
    );
    return [];
  }
  const rule = {
    name,
    action,
    services,
    ...(template === undefined ? {} : { template }),
    place: block.here,
  };
  const list = block.text("address_template_id") ?? block.text("address_template_group");
  const group = block.text("source_security_id");
  return [
    {
      ...rule,
      cidrs: [block.text("cidr_block"), block.text("ipv6_cidr_block")].filter((cidr) => cidr !== undefined),
      prefixLists: list === undefined ? [] : [list],
      groups: group === undefined ? [] : [group],
    },
  ];
}

/** Rules as lines `ACTION#SOURCE#PORT#PROTOCOL`. */
export function readLiteRules(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const side = (key: string): RuleRecord[] =>
    fields.texts(key).flatMap((line, i) => lineRule(fields, line, { name: `${key} rule ${i}`, key }));
  addRules(inventory, fields.text("security_group_id") ?? id, side("ingress"), side("egress"), fields);
}

function lineRule(
  fields: Fields,
  line: string,
  { name, key, number }: { name: string; key: string; number?: number },
): RuleRecord[] {
  const [word, source = "", port, protocol] = line.split("#");
  const action = tencentAction(word);
  const services = tencentServices(protocol, port);
  if (action === undefined || services === undefined) {
    const message = `${JSON.stringify(line.slice(0, 80))} is no rule: ACCEPT or DROP, a source, ports and a protocol, with # between them`;
    fields.problems.error("bad-text", message, fields.place(key));
    return [];
  }
  const isGroup = source.startsWith("sg-") || source.includes("tencentcloud_security_group.");
  const isTemplate = /^ipmg?-/.test(source);
  const cidr = source.includes("/") ? source : `${source}/${source.includes(":") ? 128 : 32}`;
  return [
    {
      name,
      ...(number === undefined ? {} : { number }),
      action,
      cidrs: isGroup || isTemplate ? [] : [cidr],
      prefixLists: isTemplate ? [source] : [],
      groups: isGroup ? [source] : [],
      services,
      place: fields.place(key),
    },
  ];
}

export function readAcl(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const side = (key: string): RuleRecord[] =>
    fields
      .texts(key)
      .flatMap((line, i) => lineRule(fields, line, { name: `rule ${i + 1}`, key, number: i + 1 }));
  inventory.addUnique(inventory.acls, {
    id,
    name: fields.text("name"),
    vpc: fields.text("vpc_id"),
    account: undefined,
    region: undefined,
    ingress: side("ingress"),
    egress: side("egress"),
    place: fields.here,
  });
}

export function readAclAttachment(fields: Fields, inventory: Inventory): void {
  const acl = fields.text("acl_id");
  const subnet = fields.text("subnet_id");
  if (acl !== undefined && subnet !== undefined) inventory.subnetAcls.set(subnet, acl);
}

// what a plan does not know yet leaves its template out, and rules that go by it unknown

export function readAddresses(fields: Fields, inventory: Inventory, { id, open }: ReadyResource): void {
  if (!open.has("addresses")) addAddressTemplate(inventory, id, fields.texts("addresses"));
}

export function readProtocols(fields: Fields, inventory: Inventory, { id, open }: ReadyResource): void {
  if (!open.has("protocols")) addServiceTemplate(inventory, id, fields.texts("protocols"), fields);
}

export function readTemplates(fields: Fields, inventory: Inventory, { id, open }: ReadyResource): void {
  if (!open.has("template_ids")) inventory.templateGroups.set(id, fields.texts("template_ids"));
}
