import { Prefix } from "@twoway/core";
import type { Attachment, Hub, HubTable } from "../../model/hub.ts";
import { Routes } from "../../model/routes.ts";
import { type Inventory, sorted } from "./inventory.ts";
import { checkId, checkTarget, readCidr, readCidrs } from "./loose-text.ts";
import { placeText } from "./problems.ts";
import type { AttachmentRecord, HubTableRecord } from "./records.ts";

/** Transit gateways and CCNs of an import. A hub of which only the edge is known has a table that nobody knows. */

export function readHubs(inventory: Inventory): Map<string, Hub> {
  const { problems } = inventory;
  const named = new Set(inventory.hubs.keys());
  const hubOfTable = new Map<string, string>();
  const attached = new Map<string, AttachmentRecord[]>();
  for (const record of sorted(inventory.attachments.values())) {
    if (record.hub === undefined) continue;
    named.add(record.hub);
    if (record.table !== undefined) hubOfTable.set(record.table, record.hub);
    attached.set(record.hub, [...(attached.get(record.hub) ?? []), record]);
  }
  const tables = new Map<string, HubTableRecord[]>();
  for (const record of sorted(inventory.hubTables.values())) {
    checkId(problems, record.id, record.place);
    const hub = record.hub ?? hubOfTable.get(record.id);
    if (hub === undefined) {
      problems.warning("missing-reference", `nothing says which hub ${record.id} belongs to`, record.place);
      continue;
    }
    named.add(hub);
    tables.set(hub, [...(tables.get(hub) ?? []), record]);
  }
  const hubs = new Map<string, Hub>();
  for (const id of [...named].sort()) {
    const record = inventory.hubs.get(id);
    const [first] = attached.get(id) ?? [];
    const place = record?.place ?? first?.place ?? { source: id, path: "" };
    checkId(problems, id, place);
    hubs.set(id, {
      id,
      kind: record?.kind ?? "transit-gateway",
      account: record?.account ?? "unknown",
      region: record?.region ?? "unknown",
      ...readParts(inventory, id, presentOf(inventory, attached.get(id) ?? []), tables.get(id) ?? []),
      ...(record?.groupReferences === undefined ? {} : { groupReferences: record.groupReferences }),
      source: place.source,
    });
  }
  return hubs;
}

/**
 * Returns the attachments without those that another one of the same VPC has replaced: clouds list what is deleted for some
 * time, and a hub has one attachment of a VPC.
 */
function presentOf(
  { problems }: Inventory,
  attached: readonly AttachmentRecord[],
): readonly AttachmentRecord[] {
  const isThere = ({ state }: AttachmentRecord): boolean => (state ?? "available") === "available";
  const chosen = new Map<string, AttachmentRecord>(); // by VPC
  for (const record of attached) {
    if (record.vpc === undefined) continue;
    const other = chosen.get(record.vpc);
    if (other === undefined || (!isThere(other) && isThere(record))) chosen.set(record.vpc, record);
    else if (isThere(record)) {
      const message = `${record.vpc} is attached to ${record.hub} by ${other.id} and ${record.id}, and a hub has one attachment of a VPC`;
      problems.error("duplicate", message, record.place);
    }
  }
  return attached.filter((record) => record.vpc === undefined || chosen.get(record.vpc) === record);
}

function readParts(
  inventory: Inventory,
  hub: string,
  attached: readonly AttachmentRecord[],
  listed: readonly HubTableRecord[],
): { readonly attachments: Map<string, Attachment>; readonly tables: Map<string, HubTable> } {
  const tables = new Map<string, HubTable>();
  const present = new Set(attached.map(({ id }) => id));
  // of tables that list everything only what may change is left to propagation
  const known = new Set(attached.flatMap(({ id, vpc }) => (inventory.vpcs.has(vpc ?? "") ? [id] : [])));
  for (const record of listed)
    tables.set(record.id, readTable(inventory, record, record.listsPropagated === true ? known : present));
  const attachments = new Map<string, Attachment>();
  for (const record of withoutFormer(attached)) {
    const { id, vpc, peer, place } = record;
    const subnets = knownSubnets(inventory, record);
    for (const name of [id, record.table, vpc, peer])
      if (name !== undefined) checkId(inventory.problems, name, place);
    const isKnown = record.associationKnown === true && inventory.hubs.has(hub);
    const table = record.table ?? (isKnown ? undefined : `${hub}.unknown`);
    if (table !== undefined && !tables.has(table))
      tables.set(table, { id: table, routes: undefined, source: place.source });
    const listed = inventory.advertised.get(inventory.resources.get(id) ?? id);
    attachments.set(id, {
      id,
      kind: record.kind ?? "other",
      state: record.state ?? "available",
      table,
      ...(vpc === undefined ? {} : { vpc }),
      ...(subnets === undefined ? {} : { subnets }),
      ...(record.groupReferences === false ? { groupReferences: false } : {}),
      ...(peer === undefined ? {} : { peer: { hub: peer, attachment: id } }),
      ...(listed === undefined ? {} : { advertises: readCidrs(inventory.problems, listed, place) }),
      source: place.source,
    });
  }
  return { attachments, tables };
}

/** A VPC that was attached anew has its former attachments listed too, and its packets take the one that is there. */
function withoutFormer(attached: readonly AttachmentRecord[]): AttachmentRecord[] {
  const current = new Map<string, AttachmentRecord>();
  for (const record of attached) {
    if (record.vpc === undefined) continue;
    const other = current.get(record.vpc);
    if (other === undefined || (isAvailable(record) && !isAvailable(other))) current.set(record.vpc, record);
  }
  return attached.filter((record) => record.vpc === undefined || current.get(record.vpc) === record);
}

function isAvailable({ state = "available" }: AttachmentRecord): boolean {
  return state === "available";
}

/** The zones in which the hub stands are known when all of its subnets are. */
function knownSubnets(
  inventory: Inventory,
  { id, vpc, subnets, place }: AttachmentRecord,
): readonly string[] | undefined {
  const missing = subnets?.find((subnet) => inventory.subnets.get(subnet)?.vpc !== vpc);
  if (missing === undefined) return subnets;
  const message = `${id} stands in ${missing}, which is not part of the input, so its zones are not known`;
  inventory.problems.warning("missing-reference", message, place);
  return undefined;
}

function readTable(
  inventory: Inventory,
  { id, routes, propagates, place }: HubTableRecord,
  propagating: ReadonlySet<string>,
): HubTable {
  const { problems, prefixLists } = inventory;
  const unknown = routes?.find(
    ({ destination }) => destination.startsWith("pl-") && !prefixLists.has(destination),
  );
  if (unknown !== undefined) {
    const message = `the CIDRs of ${unknown.destination} are not part of the input, so nothing can be said of ${id}`;
    problems.warning("missing-reference", message, unknown.place);
  }
  const known = unknown === undefined && !inventory.isCutHubTable(id) ? routes : undefined;
  const written = known?.flatMap((route) =>
    (prefixLists.get(route.destination) ?? [route.destination]).flatMap((text) => {
      const destination = readCidr(problems, text, route.place);
      checkTarget(problems, route.target, route.place);
      if (destination === undefined) return [];
      return { destination, target: route.target, enabled: true, source: placeText(route.place) };
    }),
  );
  const once = new Map(written?.map((route) => [`${route.destination} ${route.target}`, route]));
  return {
    id,
    routes:
      written && Routes.from([...once.values()].sort((a, b) => Prefix.compare(a.destination, b.destination))),
    ...(propagates === undefined
      ? {}
      : { propagates: [...new Set(propagates)].filter((attachment) => propagating.has(attachment)) }),
    source: place.source,
  };
}
