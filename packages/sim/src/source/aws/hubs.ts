import type { Attachment } from "../../model/hub.ts";
import type { Fields } from "../inventory/fields.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { AttachmentRecord, HubRouteRecord } from "../inventory/records.ts";
import { askedFor, partsOfArn } from "./words.ts";

/** Transit gateways of the EC2 API, with their attachments, tables, static routes and propagations. */

export function readHub(record: Fields, inventory: Inventory): void {
  const id = record.need("TransitGatewayId");
  if (id === undefined || /^delet/.test(record.text("State") ?? "")) return;
  const arn = partsOfArn(record.text("TransitGatewayArn"));
  inventory.add(inventory.hubs, {
    id,
    kind: "transit-gateway",
    account: record.text("OwnerId") ?? arn.account,
    region: arn.region,
    groupReferences: refersToGroups(record),
    place: { source: id, path: "" },
  });
}

function refersToGroups(record: Fields): boolean | undefined {
  const support = record.one("Options")?.text("SecurityGroupReferencingSupport");
  return support === undefined ? undefined : support === "enable";
}

const KINDS: ReadonlyMap<string, Attachment["kind"]> = new Map([
  ["vpc", "vpc"],
  ["vpn", "vpn"],
  ["peering", "peering"],
  ["tgw-peering", "peering"],
  ["direct-connect-gateway", "direct-connect"],
]);

/** Reads an attachment of any of the three calls that list them; each says a part of it. */
export function readHubAttachment(record: Fields, inventory: Inventory): void {
  const id = record.need("TransitGatewayAttachmentId");
  if (id === undefined) return;
  const [requester, accepter] = ["RequesterTgwInfo", "AccepterTgwInfo"].map((key) =>
    record.one(key)?.text("TransitGatewayId"),
  );
  const type = record.text("ResourceType");
  const vpc = record.text("VpcId");
  const resource = record.text("ResourceId");
  const kind =
    requester !== undefined
      ? "peering"
      : vpc !== undefined
        ? "vpc"
        : type === undefined
          ? undefined
          : (KINDS.get(type) ?? "other");
  const association = record.one("Association");
  const subnets = record.texts("SubnetIds");
  const base: AttachmentRecord = {
    id,
    hub: record.text("TransitGatewayId"),
    kind,
    state: carrying(record.text("State")),
    table:
      association?.text("State") === "disassociated"
        ? undefined
        : association?.text("TransitGatewayRouteTableId"),
    vpc: vpc ?? (kind === "vpc" ? resource : undefined),
    subnets: subnets.length === 0 ? undefined : subnets,
    ...(refersToGroups(record) === false ? { groupReferences: false } : {}),
    peer: undefined,
    // only the call that lists every kind of attachment says which table each is associated with
    ...(type === undefined && association === undefined ? {} : { associationKnown: true }),
    place: { source: id, path: "" },
  };
  if (resource !== undefined && kind === "vpn") inventory.resources.set(id, resource);
  if (requester === undefined || accepter === undefined) {
    addAttachment(inventory, kind === "peering" ? { ...base, peer: resource } : base);
    return;
  }
  // one attachment, and each of the two hubs has it
  addAttachment(inventory, { ...base, hub: requester, peer: accepter });
  addAttachment(inventory, { ...base, hub: accepter, peer: requester });
}

/** An attachment goes on carrying packets while it is changed. */
function carrying(state: string | undefined): string | undefined {
  return state === "modifying" || state === "rollingBack" ? "available" : state;
}

/** The two hubs of a peering share its attachment's id: each has a record of its own. */
function addAttachment(inventory: Inventory, record: AttachmentRecord): void {
  const key = record.hub === undefined ? record.id : `${record.hub} ${record.id}`;
  inventory.addAttachment(key, record);
}

export function readHubTable(record: Fields, inventory: Inventory): void {
  const id = record.need("TransitGatewayRouteTableId");
  if (id === undefined || /^delet/.test(record.text("State") ?? "")) return;
  inventory.add(inventory.hubTables, {
    id,
    hub: record.text("TransitGatewayId"),
    routes: undefined,
    propagates: undefined,
    place: { source: id, path: "" },
  });
}

/** A route of a table for each CIDR of a prefix list, of the answer that lists such references. */
export function readHubPrefixList(record: Fields, inventory: Inventory): void {
  const table = record.need("TransitGatewayRouteTableId");
  const destination = record.need("PrefixListId");
  if (table === undefined || destination === undefined || record.text("State") === "deleting") return;
  const attachment = record.one("TransitGatewayAttachment")?.text("TransitGatewayAttachmentId");
  const target = record.flag("Blackhole") === true || attachment === undefined ? "blackhole" : attachment;
  inventory.hubRoutes.push({ table, route: { destination, target, place: record.here } });
}

/**
 * Reads the answers that list parts of one table. The calls themselves do not repeat for which table they were made, so the
 * table's id has to stand beside them, in the name of their file, or around them as Batfish's collector writes it.
 */
export function readHubAnswer(answer: Fields, inventory: Inventory, file: string): void {
  for (const key of ["TransitGatewayStaticRoutes", "TransitGatewayPropagations"])
    for (const part of answer.list(key)) readTablePart(part, inventory, file);
  readTablePart(answer, inventory, file);
}

function readTablePart(part: Fields, inventory: Inventory, file: string): void {
  const propagations = part.raw("TransitGatewayRouteTablePropagations") !== undefined;
  const routes = part.raw("Routes") !== undefined;
  const associations = Array.isArray(part.raw("Associations"));
  if (!propagations && !routes && !associations) return;
  const id = askedFor(part, "TransitGatewayRouteTableId", /\btgw-rtb-[0-9a-z]+/g, file);
  if (id === undefined) {
    const message =
      "this does not say for which TransitGatewayRouteTableId it was asked; put the id beside it, or into the name of the file";
    inventory.problems.warning("missing-key", message, part);
    return;
  }
  for (const entry of associations ? part.list("Associations") : []) {
    const attachment = entry.text("TransitGatewayAttachmentId");
    if (attachment !== undefined && entry.text("State") !== "disassociated")
      inventory.hubAssociations.push({ attachment, table: id });
  }
  const listed = routes ? part.list("Routes") : undefined;
  for (const route of listed ?? []) advertise(route, inventory);
  if (listed !== undefined) checkEnd(part, inventory, id);
  inventory.addHubTable({
    id,
    hub: undefined,
    ...(listed?.some(isPropagated) === true ? { listsPropagated: true } : {}),
    routes: listed?.flatMap(readHubRoute),
    propagates: propagations
      ? part
          .list("TransitGatewayRouteTablePropagations")
          .filter((entry) => (entry.text("State") ?? "enabled") === "enabled")
          .flatMap((entry) => entry.text("TransitGatewayAttachmentId") ?? [])
      : undefined,
    place: { source: id, path: "" },
  });
}

/**
 * A search returns 1,000 routes at most and says whether there are more; without a token nothing ever returns the rest. Pages
 * have tokens, and the last one has none.
 */
function checkEnd(part: Fields, inventory: Inventory, id: string): void {
  const hasMore = part.flag("AdditionalRoutesAvailable") === true;
  const isPage = part.text("NextToken") !== undefined;
  const ends = isPage ? "page" : hasMore ? "cut" : "whole";
  inventory.hubSearches.set(id, (inventory.hubSearches.get(id) ?? new Set()).add(ends));
  if (!hasMore || isPage) return;
  const message = `this search left out some routes of ${id}, so nothing can be said of it; search for fewer at a time`;
  inventory.problems.warning("missing-reference", message, part);
}

function isPropagated(route: Fields): boolean {
  return route.text("Type") === "propagated";
}

/** What a line has brought along lies behind it. */
function advertise(route: Fields, inventory: Inventory): void {
  const destination = route.text("DestinationCidrBlock");
  if (!isPropagated(route) || destination === undefined) return;
  for (const entry of route.list("TransitGatewayAttachments")) {
    const [id, type] = [entry.text("TransitGatewayAttachmentId"), entry.text("ResourceType")];
    const kind = KINDS.get(type ?? "");
    if (id === undefined || (kind !== "vpn" && kind !== "direct-connect")) continue;
    inventory.advertise(kind === "vpn" ? (entry.text("ResourceId") ?? id) : id, [destination]);
  }
}

function readHubRoute(record: Fields): HubRouteRecord[] {
  const destination =
    record.text("DestinationCidrBlock") ?? record.text("PrefixListId") ?? record.need("DestinationCidrBlock");
  if (destination === undefined) return [];
  const place = record.here;
  const targets = record
    .list("TransitGatewayAttachments")
    .flatMap((entry) => entry.text("TransitGatewayAttachmentId") ?? []);
  if (record.text("State") === "blackhole" || targets.length === 0)
    return [{ destination, target: "blackhole", place }];
  return targets.map((target) => ({ destination, target, place }));
}
