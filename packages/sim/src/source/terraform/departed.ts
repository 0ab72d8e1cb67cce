import type { Inventory } from "../inventory/inventory.ts";
import type { FilterRecord, RuleRecord } from "../inventory/records.ts";

/**
 * Takes out of tables, groups and ACLs what resources of their own had put there and the plan removes or changes: a plan
 * repeats the lists inside them as they were read before. `departed` holds what those resources were.
 */
export function forgetDeparted(inventory: Inventory, departed: Inventory): void {
  const { tables, groups, acls } = inventory;
  for (const { table: id, route: gone } of departed.looseRoutes) {
    const table = tables.get(id);
    if (table?.routes === undefined) continue;
    const routes = table.routes.filter(
      ({ destination, target }) => destination !== gone.destination || target.id !== gone.target.id,
    );
    tables.set(id, { ...table, routes });
  }
  for (const { filter: id, egress, rule } of departed.looseRules) {
    const side = egress ? "egress" : "ingress";
    for (const filters of [groups, acls]) forgetRule(filters, id, side, rule);
  }
}

function forgetRule(
  filters: Map<string, FilterRecord>,
  id: string,
  side: "ingress" | "egress",
  gone: RuleRecord,
): void {
  const filter = filters.get(id);
  const listed = filter?.[side];
  if (filter === undefined || listed === undefined) return;
  const rules = listed.flatMap((rule) => {
    // an ACL's rules are told apart by their numbers; a group's list joins rules of the same services
    if (rule.number !== undefined) return rule.number === gone.number ? [] : [rule];
    if (!rule.services.equals(gone.services)) return [rule];
    const without = (own: readonly string[], other: readonly string[]): string[] =>
      own.filter((text) => !other.includes(text));
    const cidrs = without(rule.cidrs, gone.cidrs);
    const prefixLists = without(rule.prefixLists, gone.prefixLists);
    const groups = without(rule.groups, gone.groups);
    return cidrs.length + prefixLists.length + groups.length === 0
      ? []
      : [{ ...rule, cidrs, prefixLists, groups }];
  });
  filters.set(id, { ...filter, [side]: rules });
}
