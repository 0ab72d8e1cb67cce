import type { Inventory } from "./inventory.ts";
import type { GatewayRecord } from "./records.ts";

/**
 * Closes the internet gateways of VPCs whose account blocks public access. One that lets nothing through is attached to
 * nothing. One that lets some packets through and others not is not modelled: what leaves by it is unknown. What comes in is
 * blocked whatever the mode, except into subnets that are excluded both ways: where a VPC has one, that is unknown too.
 */
export function settlePublicAccess(inventory: Inventory): void {
  const { publicBlocks, publicExclusions, subnets, tables, vpcs, gateways, problems } = inventory;
  if (publicBlocks.length === 0) return;
  const regions = new Map<string, string>();
  const hasExclusion = new Set<string>();
  const hasDoor = new Set<string>(); // an exclusion for what begins outside
  for (const { id, vpc, region } of subnets.values()) {
    if (vpc !== undefined && region !== undefined) regions.set(vpc, region);
    const exclusion = publicExclusions.get(id);
    if (vpc === undefined || exclusion === undefined) continue;
    hasExclusion.add(vpc);
    if (exclusion.all) hasDoor.add(vpc);
  }
  const isMeant = (one: string | undefined, other: string | undefined): boolean =>
    one === undefined || other === undefined || one === other;
  for (const gateway of knownGateways(gateways, tables)) {
    const { id, kind, vpc } = gateway;
    const owner = vpcs.get(vpc ?? "");
    if (owner === undefined) continue;
    const block = publicBlocks.find(
      ({ account, region }) =>
        isMeant(account, owner.account) && isMeant(region, regions.get(owner.id) ?? owner.region),
    );
    const exclusion = publicExclusions.get(owner.id);
    if (block === undefined || exclusion?.all === true) continue;
    const isOpen = exclusion !== undefined || !block.all; // for what begins inside
    if (isOpen && kind === "egress-only") continue;
    const isPartly = isOpen || hasExclusion.has(owner.id);
    gateways.set(id, isPartly ? { ...gateway, kind: "other" } : { ...gateway, vpc: undefined });
    if (kind === "internet" && hasDoor.has(owner.id)) inventory.forwarding.add(id);
    const what = isPartly ? "lets only some packets through" : "lets nothing through";
    problems.warning("refused", `block public access of ${owner.id} ${what} ${id}`, block.place);
  }
}

/** The gateways to the internet that have a record, and those that only a route tells of. */
function* knownGateways(
  gateways: Inventory["gateways"],
  tables: Inventory["tables"],
): Generator<GatewayRecord, void, undefined> {
  const told = new Map<string, GatewayRecord>();
  const isOut = (kind: string): kind is "internet" | "egress-only" =>
    kind === "internet" || kind === "egress-only";
  for (const { vpc, routes } of tables.values())
    for (const { target, place } of routes ?? [])
      if (isOut(target.kind) && !gateways.has(target.id))
        told.set(target.id, { id: target.id, kind: target.kind, vpc, place });
  for (const gateway of [...gateways.values(), ...told.values()]) if (isOut(gateway.kind)) yield gateway;
}
