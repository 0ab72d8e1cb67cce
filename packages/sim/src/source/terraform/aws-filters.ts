import { Services } from "../../model/services.ts";
import { awsServices } from "../aws/words.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { RuleRecord } from "../inventory/records.ts";
import { nameOf, type ReadyResource, type ResourceReader, regionOf } from "./resource.ts";

/** Security groups and network ACLs of hashicorp/aws, with rules inside them and rules of their own. */

export const AWS_FILTERS: readonly (readonly [string, ResourceReader])[] = [
  ["aws_security_group", readGroup],
  ["aws_default_security_group", readGroup],
  ["aws_security_group_rule", readGroupRule],
  [
    "aws_vpc_security_group_ingress_rule",
    (fields, inventory, resource) => readRule(fields, inventory, resource, false),
  ],
  [
    "aws_vpc_security_group_egress_rule",
    (fields, inventory, resource) => readRule(fields, inventory, resource, true),
  ],
  ["aws_network_acl", readAcl],
  ["aws_default_network_acl", readAcl],
  ["aws_network_acl_rule", readAclRule],
  ["aws_network_acl_association", readAclAssociation],
];

function readGroup(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const { id, open } = resource;
  const side = (key: string): RuleRecord[] | undefined => {
    if (open.has(key) && resource.configures(key)) return undefined;
    return fields.list(key).flatMap((block, i) => blockRule(block, `${key} rule ${i + 1}`, id, resource));
  };
  inventory.addUnique(inventory.groups, {
    id,
    name: fields.text("name") ?? nameOf(fields),
    vpc: fields.text("vpc_id"),
    account: fields.text("owner_id"),
    region: regionOf(fields, resource),
    ingress: side("ingress"),
    egress: side("egress"),
    place: fields.here,
  });
}

/** Reads a block `ingress` or `egress`, or a resource `aws_security_group_rule`, which has the same arguments. */
function blockRule(block: Fields, name: string, group: string, { open }: ReadyResource): RuleRecord[] {
  // blocks that a `dynamic` makes of what is not known yet stand there as one, with holes for what it says
  const hole = holeIn(block, open, ["protocol", "from_port", "to_port"]);
  if (hole !== undefined) return [unknownRule(name, hole, block)];
  const services = awsServices(block.text("protocol"), block.number("from_port"), block.number("to_port"));
  if (services === undefined) {
    block.problems.error("bad-text", `${block.text("protocol")} is no protocol`, block);
    return [];
  }
  const source = block.text("source_security_group_id");
  const unknown = holeIn(block, open, [
    "cidr_blocks",
    "ipv6_cidr_blocks",
    "prefix_list_ids",
    "security_groups",
    "source_security_group_id",
  ]);
  return [
    {
      name,
      action: "allow",
      cidrs: [...block.texts("cidr_blocks"), ...block.texts("ipv6_cidr_blocks")],
      prefixLists: block.texts("prefix_list_ids"),
      groups: [
        ...block.texts("security_groups").map(withoutOwner),
        ...(source === undefined ? [] : [withoutOwner(source)]),
        ...(block.flag("self") === true ? [group] : []),
      ],
      ...(unknown === undefined || source !== undefined
        ? {}
        : { unknown: `${unknown} is known only after apply` }),
      services,
      place: block.here,
    },
  ];
}

/** Returns the first of the arguments that is known only after apply. */
function holeIn(block: Fields, open: ReadyResource["open"], keys: readonly string[]): string | undefined {
  const at = (key: string): string => (block.path === "" ? key : `${block.path}.${key}`);
  return keys.find((key) => open.has(at(key)) && block.raw(key) === undefined);
}

/** A rule of which nobody knows the services may allow anything. */
function unknownRule(name: string, hole: string, { here }: Fields): RuleRecord {
  const unknown = `${hole} is known only after apply`;
  const nobody = { cidrs: [], prefixLists: [], groups: [] };
  return { name, action: "allow", ...nobody, unknown, services: Services.all, place: here };
}

/** A group of another account is written `123456789012/sg-…`. */
function withoutOwner(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function readGroupRule(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const group = fields.text("security_group_id");
  const egress = fields.text("type") === "egress";
  const name = fields.text("security_group_rule_id") ?? resource.id;
  for (const rule of blockRule(fields, name, group ?? "", resource))
    putRule(inventory, resource, { filter: group, key: "security_group_id", egress, rule });
}

function readRule(fields: Fields, inventory: Inventory, resource: ReadyResource, egress: boolean): void {
  const filter = fields.text("security_group_id");
  const place = { filter, key: "security_group_id", egress };
  const name = fields.text("security_group_rule_id") ?? resource.id;
  const services = awsServices(
    fields.text("ip_protocol"),
    fields.number("from_port"),
    fields.number("to_port"),
  );
  const hole = holeIn(fields, resource.open, ["ip_protocol", "from_port", "to_port"]);
  if (hole !== undefined || services === undefined) {
    putRule(inventory, resource, { ...place, rule: unknownRule(name, hole ?? "ip_protocol", fields) });
    return;
  }
  const cidr = fields.text("cidr_ipv4") ?? fields.text("cidr_ipv6");
  const list = fields.text("prefix_list_id");
  const remote = fields.text("referenced_security_group_id");
  const isUnknown = cidr === undefined && list === undefined && remote === undefined;
  const rule: RuleRecord = {
    name,
    action: "allow",
    cidrs: cidr === undefined ? [] : [cidr],
    prefixLists: list === undefined ? [] : [list],
    groups: remote === undefined ? [] : [withoutOwner(remote)],
    ...(isUnknown ? { unknown: "its far end is known only after apply" } : {}),
    services,
    place: fields.here,
  };
  putRule(inventory, resource, { ...place, rule });
}

interface PlacedRule {
  readonly filter: string | undefined;
  /** The argument that names the filter. */
  readonly key: string;
  readonly egress: boolean;
  readonly rule: RuleRecord;
}

/** Puts the rule into its filter; where that is not known it may be in each that it could be. */
function putRule(
  inventory: Inventory,
  { address, open }: ReadyResource,
  { filter, key, egress, rule }: PlacedRule,
): void {
  if (filter !== undefined) {
    inventory.looseRules.push({ filter, egress, rule });
    return;
  }
  const candidates = open.get(key) ?? [];
  inventory.looseRulesOfOne.push({ filters: candidates.length === 0 ? undefined : candidates, egress, rule });
  inventory.unmodelled.add(address);
  const message = "nobody knows which filter this rule will be in";
  inventory.problems.warning("missing-reference", message, rule.place);
}

function readAcl(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const { id, open, type } = resource;
  // the rules of a default ACL are blocks, which are open only when nobody knows how many there are; of another one, when
  // nothing says any; and those of a `dynamic` over something unknown are one block with holes
  const isDefault = type === "aws_default_network_acl";
  const isOpen = (key: string): boolean =>
    (open.has(key) && (isDefault || resource.configures(key))) ||
    fields.list(key).some((block) => holeIn(block, open, ["rule_no", "action", "protocol"]) !== undefined);
  const side = (key: string): RuleRecord[] | undefined =>
    isOpen(key)
      ? undefined
      : fields.list(key).flatMap((block) => aclRule(block, block.number("rule_no"), block.text("action")));
  const vpc = fields.text("vpc_id");
  inventory.addUnique(inventory.acls, {
    id,
    name: nameOf(fields),
    vpc,
    account: fields.text("owner_id"),
    region: regionOf(fields, resource),
    ingress: side("ingress"),
    egress: side("egress"),
    ...(isDefault ? { isDefault } : {}),
    place: fields.here,
  });
  for (const subnet of fields.texts("subnet_ids")) inventory.subnetAcls.set(subnet, id);
  if (vpc !== undefined && open.has("subnet_ids") && resource.configures("subnet_ids")) {
    const message = "nobody knows which subnets this ACL will have, so it may be any without another";
    inventory.problems.warning("missing-reference", message, fields);
    inventory.possibleAcls.set(vpc, `${id}.subnet_ids`);
  }
}

function aclRule(fields: Fields, number: number | undefined, action: string | undefined): RuleRecord[] {
  const protocol = fields.text("protocol");
  const isIcmp = protocol === "1" || protocol === "icmp" || protocol === "58" || protocol === "icmpv6";
  const services = awsServices(
    protocol,
    isIcmp ? (fields.number("icmp_type") ?? -1) : fields.number("from_port"),
    isIcmp ? (fields.number("icmp_code") ?? -1) : fields.number("to_port"),
  );
  if (number === undefined || services === undefined || (action !== "allow" && action !== "deny")) {
    fields.problems.error(
      "bad-text",
      "a rule has a number, a protocol, and allow or deny for its action",
      fields,
    );
    return [];
  }
  const cidr = fields.text("cidr_block") ?? fields.text("ipv6_cidr_block");
  return [
    {
      name: `rule ${number}`,
      number,
      action,
      cidrs: cidr === undefined ? [] : [cidr],
      prefixLists: [],
      groups: [],
      ...(cidr === undefined ? { unknown: "its CIDR is known only after apply" } : {}),
      services,
      place: fields.here,
    },
  ];
}

function readAclRule(fields: Fields, inventory: Inventory, resource: ReadyResource): void {
  const filter = fields.text("network_acl_id");
  const egress = fields.flag("egress") === true;
  for (const rule of aclRule(fields, fields.number("rule_number"), fields.text("rule_action")))
    putRule(inventory, resource, { filter, key: "network_acl_id", egress, rule });
}

function readAclAssociation(fields: Fields, inventory: Inventory, { id }: ReadyResource): void {
  const subnet = fields.text("subnet_id");
  if (subnet !== undefined)
    inventory.subnetAcls.set(subnet, fields.text("network_acl_id") ?? `${id}.network_acl_id`);
}
