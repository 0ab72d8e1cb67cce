import { Prefix } from "@twoway/core";
import { parseRoute } from "../model/action.ts";
import type { Attachment, Hub, HubTable } from "../model/hub.ts";
import { nearest } from "../model/issue.ts";
import type { Network } from "../model/network.ts";
import { Routes, type WrittenRoute } from "../model/routes.ts";
import {
  checkName,
  entries,
  findVpc,
  type Inputs,
  list,
  type Path,
  type Reading,
  readCidrs,
} from "./reading.ts";

/** The hubs of a scenario: what is attached to them, and their tables. */

type HubInput = Inputs<"hubs">;
type AttachmentInput = NonNullable<HubInput["attachments"]>[string];
type TableInput = NonNullable<HubInput["tables"]>[string];

export function readHubs(reading: Reading, network: Network): Network {
  const { findings } = reading;
  const hubs = new Map<string, Hub>();
  for (const [id, body] of entries(reading.input.hubs)) {
    const path = ["hubs", id];
    if (!checkName(reading, id, path)) continue;
    if (network.gateways.has(id) || network.peerings.has(id)) {
      const message = `${id} is the id of a gateway or a peering too, so a route to it could mean either`;
      findings.keyError("duplicate", message, path);
    }
    hubs.set(id, {
      id,
      kind: body.kind,
      account: String(body.account ?? "self"),
      region: String(body.region ?? "default"),
      attachments: readAttachments(reading, network, id, body, path),
      tables: readHubTables(reading, body, path),
      ...(body.groupReferences === undefined ? {} : { groupReferences: body.groupReferences }),
      source: findings.keyPlace(path),
    });
  }
  return hubs.size === 0 ? network : { ...network, hubs };
}

function readAttachments(
  reading: Reading,
  network: Network,
  hub: string,
  body: HubInput,
  path: Path,
): Map<string, Attachment> {
  const { findings } = reading;
  const attachments = new Map<string, Attachment>();
  const owners = new Map<string, string>();
  for (const [id, input] of Object.entries(body.attachments ?? {})) {
    const at = [...path, "attachments", id];
    if (!checkName(reading, id, at)) continue;
    const table = input.table === undefined ? undefined : String(input.table);
    if (table !== undefined && !Object.hasOwn(body.tables ?? {}, table)) {
      const message = `${hub} has no table ${table}`;
      findings.error(
        "missing-reference",
        message,
        [...at, "table"],
        nearest(table, Object.keys(body.tables ?? {})),
      );
    }
    const vpc = input.vpc === undefined ? undefined : String(input.vpc);
    const other = vpc === undefined ? undefined : owners.get(vpc);
    if (other !== undefined)
      findings.error("duplicate", `${vpc} is attached to ${hub} by ${other} already`, at);
    if (vpc !== undefined) owners.set(vpc, id);
    attachments.set(id, {
      id,
      kind: kindOf(input),
      state: input.state ?? "available",
      table,
      ...readVpcEnd(reading, network, input, at),
      ...(input.groupReferences === undefined ? {} : { groupReferences: input.groupReferences }),
      ...readPeer(reading, input, at),
      ...(input.advertises === undefined
        ? {}
        : { advertises: readCidrs(reading, input.advertises, [...at, "advertises"]) }),
      source: findings.keyPlace(at),
    });
  }
  return attachments;
}

function kindOf({ kind, vpc, peer, advertises }: AttachmentInput): Attachment["kind"] {
  if (kind !== undefined) return kind;
  if (vpc !== undefined) return "vpc";
  if (peer !== undefined) return "peering";
  return advertises === undefined ? "other" : "vpn";
}

function readVpcEnd(
  reading: Reading,
  network: Network,
  { vpc: name, subnets: names }: AttachmentInput,
  path: Path,
): Partial<Attachment> {
  if (name === undefined) return {};
  const vpc = network.vpcs.get(String(name));
  // read leniently, somebody else's VPC may hang on the hub: what happens behind it stays unknown (S7)
  if (vpc === undefined && reading.input.load !== "lenient")
    findVpc(reading, network, String(name), [...path, "vpc"]);
  const subnets = names === undefined ? undefined : list<string | number>(names).map(String);
  for (const subnet of subnets ?? []) {
    if (vpc === undefined || vpc.subnets.has(subnet)) continue;
    const message = `${vpc.id} has no subnet ${subnet}`;
    reading.findings.error(
      "missing-reference",
      message,
      [...path, "subnets"],
      nearest(subnet, vpc.subnets.keys()),
    );
  }
  return { vpc: String(name), ...(subnets === undefined ? {} : { subnets }) };
}

function readPeer({ input, findings }: Reading, { peer }: AttachmentInput, path: Path): Partial<Attachment> {
  if (peer === undefined) return {};
  const [hub, attachment, ...more] = peer.split("/");
  if (attachment === undefined || more.length > 0) {
    findings.error("bad-text", "a peer is written HUB/ATTACHMENT", [...path, "peer"]);
    return {};
  }
  const known = input.hubs?.[hub]?.attachments ?? {};
  if (input.load !== "lenient" && !Object.hasOwn(known, attachment)) {
    const message = `there is no attachment ${peer}`;
    findings.error("missing-reference", message, [...path, "peer"], nearest(attachment, Object.keys(known)));
  }
  return { peer: { hub, attachment } };
}

function readHubTables(reading: Reading, body: HubInput, path: Path): Map<string, HubTable> {
  const { findings } = reading;
  const tables = new Map<string, HubTable>();
  for (const [id, input] of Object.entries(body.tables ?? {})) {
    const at = [...path, "tables", id];
    if (!checkName(reading, id, at)) continue;
    const isMap = typeof input === "object" && !Array.isArray(input);
    const map = isMap
      ? (input as Exclude<TableInput, string | readonly unknown[]>)
      : { routes: input as "unknown" };
    const propagates =
      map.propagates === undefined ? undefined : list<string | number>(map.propagates).map(String);
    for (const attachment of propagates ?? [])
      checkAttachment(reading, body, attachment, [...at, "propagates"]);
    const routes = readRoutes(reading, body, map.routes ?? [], isMap ? [...at, "routes"] : at);
    tables.set(id, {
      id,
      routes,
      ...(propagates === undefined ? {} : { propagates }),
      source: findings.keyPlace(at),
    });
  }
  return tables;
}

function readRoutes(
  reading: Reading,
  body: HubInput,
  input: NonNullable<Exclude<TableInput, string | readonly unknown[]>["routes"]>,
  path: Path,
): Routes | undefined {
  if (typeof input === "string") return undefined;
  const { findings } = reading;
  const written: WrittenRoute[] = [];
  for (const [i, entry] of input.entries()) {
    const at = [...path, i];
    const route =
      typeof entry === "string"
        ? findings.parse(parseRoute, entry, at)
        : {
            destination: findings.parse(Prefix.parse, entry.destination, [...at, "destination"]),
            target: String(entry.target),
            enabled: entry.enabled ?? true,
          };
    if (route?.destination === undefined) continue;
    const { destination, target, enabled } = route;
    if (target !== "blackhole") checkAttachment(reading, body, target, at);
    written.push({ destination, target, enabled, source: findings.document.offset(at) });
  }
  return Routes.from(written, findings.document.places);
}

function checkAttachment(
  { input, findings }: Reading,
  { attachments = {} }: HubInput,
  id: string,
  path: Path,
): void {
  if (Object.hasOwn(attachments, id)) return;
  const message = `there is no attachment ${id} on this hub`;
  if (input.load === "lenient")
    findings.warning("missing-reference", `${message}: packets for it are lost`, path);
  else findings.error("missing-reference", message, path, nearest(id, Object.keys(attachments)));
}
