import type { FilterRule, NetworkAcl, Remote, SecurityGroup } from "../../model/filter.ts";
import type { Vpc } from "../../model/network.ts";
import { Services } from "../../model/services.ts";
import { grouped, type Inventory, sorted } from "./inventory.ts";
import { checkId, readCidrs } from "./loose-text.ts";
import type { FilterRecord, RuleRecord } from "./records.ts";

/** Security groups and network ACLs of an import, with the rules that stand outside them put in their place. */

export function readGroups(inventory: Inventory): Map<string, SecurityGroup> {
  const loose = grouped(inventory.looseRules, ({ filter }) => filter);
  const groups = new Map<string, SecurityGroup>();
  for (const record of sorted(inventory.groups.values())) {
    const { id, name, vpc, account, region, place } = record;
    checkId(inventory.problems, id, place);
    groups.set(id, {
      id,
      name: name ?? id,
      ...(vpc === undefined ? {} : { vpc }),
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
      ...sides(inventory, record, loose.get(id) ?? []),
      source: place.source,
    });
  }
  return groups;
}

/** An ACL of which nobody knows the VPC filters nothing here, and what refers to it is unknown. */
export function readAcls(inventory: Inventory, vpcs: ReadonlyMap<string, Vpc>): Map<string, NetworkAcl> {
  const loose = grouped(inventory.looseRules, ({ filter }) => filter);
  const acls = new Map<string, NetworkAcl>();
  for (const record of sorted(inventory.acls.values())) {
    const { id, name, vpc, place } = record;
    checkId(inventory.problems, id, place);
    if (vpc === undefined || !vpcs.has(vpc)) continue;
    acls.set(id, {
      id,
      name: name ?? id,
      vpc,
      ...sides(inventory, record, loose.get(id) ?? []),
      source: place.source,
    });
  }
  return acls;
}

function sides(
  inventory: Inventory,
  record: FilterRecord,
  loose: Inventory["looseRules"],
): { readonly ingress: FilterRule[]; readonly egress: FilterRule[] } {
  const side = (listed: readonly RuleRecord[] | undefined, egress: boolean): FilterRule[] => {
    const more = loose.filter((entry) => entry.egress === egress).map(({ rule }) => rule);
    const isListed = listed !== undefined || more.length > 0 || inventory.ruleLists.has(record.id);
    if (!isListed) return [unlisted(record)];
    return [...(listed ?? []), ...more]
      .sort((a, b) => (a.number ?? 0) - (b.number ?? 0))
      .flatMap((rule) => readRule(inventory, rule));
  };
  return { ingress: side(record.ingress, false), egress: side(record.egress, true) };
}

/** A filter whose rules the input does not list may do anything. */
function unlisted({ id, place }: FilterRecord): FilterRule {
  const reason = `the rules of ${id} are not part of the input`;
  return {
    name: "rules",
    action: "allow",
    remote: { kind: "unknown", reason },
    services: Services.all,
    source: place.source,
  };
}

/** Returns the rule once for each kind of far end that it names; a rule that names none matches nothing. */
function readRule(inventory: Inventory, rule: RuleRecord): FilterRule[] {
  const { problems, prefixLists } = inventory;
  const remotes: Remote[] = rule.groups.map((group) => ({ kind: "group", group }));
  const cidrs = [...rule.cidrs];
  for (const id of rule.prefixLists) {
    const listed = prefixLists.get(id);
    if (listed === undefined)
      remotes.push({ kind: "unknown", reason: `the CIDRs of ${id} are not part of the input` });
    else cidrs.push(...listed);
  }
  if (cidrs.length > 0) remotes.unshift({ kind: "cidrs", cidrs: readCidrs(problems, cidrs, rule.place) });
  if (rule.unknown !== undefined) remotes.push({ kind: "unknown", reason: rule.unknown });
  const { name, action, template, place } = rule;
  const services = template === undefined ? rule.services : inventory.serviceTemplates.get(template);
  if (services === undefined) {
    const reason = `the services of ${template} are not part of the input`;
    return [
      { name, action, remote: { kind: "unknown", reason }, services: Services.all, source: place.source },
    ];
  }
  return remotes.map((remote) => ({ name, action, remote, services, source: place.source }));
}
