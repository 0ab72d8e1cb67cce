import { askedFor } from "../aws/words.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { RuleRecord } from "../inventory/records.ts";
import { tencentAction, tencentServices } from "./words.ts";

/**
 * A rule of a network ACL of type QUINTUPLE, which looks at both ends: those of `DescribeNetworkAclQuintupleEntries`, which
 * names the ACL in its request only. What it says of the subnet's own addresses or of the port that a packet comes from is not
 * followed: whether such a rule matches is unknown.
 */
export function readQuintuple(record: Fields, inventory: Inventory, file: string): void {
  const acl = askedFor(record, "NetworkAclId", /\bacl-[0-9a-z]+/g, file);
  const priority = record.number("Priority");
  const direction = record.text("NetworkAclDirection");
  const action = tencentAction(record.text("Action"));
  const services = tencentServices(record.text("Protocol"), record.text("DestinationPort"));
  if (acl === undefined) {
    const message =
      "this does not say for which NetworkAclId it was asked; put the id into the name of the file";
    inventory.problems.warning("missing-key", message, record);
    return;
  }
  if (
    priority === undefined ||
    action === undefined ||
    services === undefined ||
    (direction !== "INGRESS" && direction !== "EGRESS")
  ) {
    const message =
      "a rule has a Priority, a Protocol, a DestinationPort, INGRESS or EGRESS for its NetworkAclDirection, and ACCEPT or DROP for its Action";
    inventory.problems.error("bad-text", message, record);
    return;
  }
  const isIn = direction === "INGRESS";
  const far = record.text(isIn ? "SourceCidr" : "DestinationCidr") ?? "0.0.0.0/0";
  const near = record.text(isIn ? "DestinationCidr" : "SourceCidr") ?? "0.0.0.0/0";
  const port = (record.text("SourcePort") ?? "ALL").toUpperCase();
  const looksAt = [
    ...(near.endsWith("/0") ? [] : [`${near} in its own subnet`]),
    ...(port === "ALL" || port === "-1" ? [] : [`the source port ${port}`]),
  ];
  const rule: RuleRecord = {
    name: `${direction.toLowerCase()} rule ${priority}`,
    number: priority,
    action,
    cidrs: looksAt.length === 0 ? [far.includes("/") ? far : `${far}/${far.includes(":") ? 128 : 32}`] : [],
    prefixLists: [],
    groups: [],
    ...(looksAt.length === 0 ? {} : { unknown: `the rule looks at ${looksAt.join(" and at ")}` }),
    services,
    place: record.here,
  };
  inventory.ruleLists.add(acl);
  inventory.looseRules.push({ filter: acl, egress: !isIn, rule });
}
