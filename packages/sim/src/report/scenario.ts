import { formatAddress, type Prefix } from "@twoway/core";
import type { Scenario } from "../ask/scenario.ts";
import { formatTime } from "../model/clock.ts";
import type { FilterRule, NetworkAcl, SecurityGroup } from "../model/filter.ts";
import type { Attachment, Hub } from "../model/hub.ts";
import type { Gateway, Host, Network, RouteTable, Subnet, Vpc } from "../model/network.ts";
import type { Peering, PeeringEnd } from "../model/peering.ts";
import type { Routes } from "../model/routes.ts";
import { formatRemote } from "../model/rule-text.ts";
import { alarmBodies, meterBody, trafficBodies } from "./traffic-text.ts";

/** What a scenario has besides its network, and can be written. */
type Rest = Partial<Pick<Scenario, "traffic" | "alarms">>;

/**
 * Returns a network as a scenario in YAML that reads as the same network, one line for each VPC, peering, gateway and
 * table; every value is written as JSON, which YAML holds. It is read leniently, as it stands. Only places are lost.
 */
export function scenarioText(network: Network, name: string, rest: Rest = {}): string {
  const lines = partsOf(network, name, rest).flatMap(([key, value]) => {
    if (!(value instanceof Map))
      return [`${key}: ${typeof value === "string" && key !== "name" ? value : json(value)}`];
    if (value.size === 0) return [`${key}: {}`];
    return [`${key}:`, ...[...value].map(([id, body]) => `  ${json(id)}: ${json(body)}`)];
  });
  return `${lines.join("\n")}\n`;
}

/** Returns the same scenario as JSON, which is read faster and may be larger. */
export function scenarioJsonText(network: Network, name: string, rest: Rest = {}): string {
  const lines = partsOf(network, name, rest).map(([key, value]) => {
    if (!(value instanceof Map)) return `${json(key)}: ${json(value)}`;
    const entries = [...value].map(([id, body]) => `\n  ${json(id)}: ${json(body)}`);
    return `${json(key)}: {${entries.join(",")}${entries.length === 0 ? "" : "\n"}}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

type Part = readonly [key: string, value: string | number | object];

function partsOf(network: Network, name: string, { traffic, alarms = [] }: Rest): Part[] {
  const { quotas, hubs, groups, acls, unmodelled } = network;
  const vpcs = [...network.vpcs.values()];
  const tables = vpcs.flatMap((vpc) =>
    [...vpc.tables.values()]
      .filter((table) => table.id !== vpc.mainTable || table.routes === undefined || table.routes.size > 0)
      .map((table) => [table.id === vpc.mainTable ? vpc.id : table.id, tableBody(vpc, table)] as const),
  );
  const parts: (Part | undefined)[] = [
    ["version", 1],
    ["name", name],
    ["profile", network.profile],
    ["load", "lenient"],
    ["now", formatTime(network.now)],
    quotas && ["quotas", quotas],
    ["vpcs", new Map(vpcs.map((vpc) => [vpc.id, vpcBody(vpc)]))],
    ["gateways", bodies(network.gateways, gatewayBody)],
    hubs && ["hubs", bodies(hubs, hubBody)],
    groups && ["groups", bodies(groups, filterBody)],
    acls && ["acls", bodies(acls, filterBody)],
    ["peerings", bodies(network.peerings, (peering) => peeringBody(network, peering))],
    ["routes", new Map(tables)],
    traffic && ["traffic", trafficBodies(traffic)],
    traffic && ["meter", meterBody(traffic)],
    alarms.length > 0 ? ["alarms", alarmBodies(alarms)] : undefined,
    unmodelled && ["unmodelled", unmodelled],
  ];
  return parts.filter((part) => part !== undefined);
}

function bodies<T>(all: ReadonlyMap<string, T>, bodyOf: (one: T) => object): Map<string, object> {
  return new Map([...all].map(([id, one]) => [id, bodyOf(one)]));
}

function vpcBody(vpc: Vpc): object {
  const { account, region, name, profile, classic, mainTable } = vpc;
  return {
    account,
    region,
    name,
    profile: profile.name,
    ...(classic ? { classic } : {}),
    ...(mainTable === `${vpc.id}/main` ? {} : { table: mainTable }),
    cidr: texts(vpc.cidrs),
    ...(vpc.secondary.length === 0 ? {} : { secondary: texts(vpc.secondary) }),
    ...tagsOf(vpc),
    subnets: Object.fromEntries([...vpc.subnets].map(([id, subnet]) => [id, subnetBody(subnet)])),
  };
}

function subnetBody(subnet: Subnet): object {
  const { cidrs, name, hosts, open, zone, acl, groups } = subnet;
  const body = { cidr: texts(cidrs), name, ...tagsOf(subnet), zone, acl, groups, open };
  if (hosts === undefined) return body;
  return { ...body, hosts: Object.fromEntries([...hosts].map(([id, host]) => [id, hostBody(id, host)])) };
}

function hostBody(id: string, { name: called, addresses, groups, public: outer }: Host): object {
  const address = addresses.map(formatAddress);
  const name = called === id ? undefined : called;
  if (groups === undefined && outer === undefined && name === undefined) return address;
  const pairs = outer && [...outer].map(([own, address]) => [formatAddress(own), formatAddress(address)]);
  return { address, name, groups, public: pairs?.length === 0 ? "none" : pairs && Object.fromEntries(pairs) };
}

function gatewayBody({
  kind,
  vpc,
  advertises,
  leadsOnly,
  ingress,
  subnet,
  address,
  public: outer,
  letsIn,
  forwards,
  groups,
}: Gateway): object {
  return {
    kind,
    vpc,
    advertises: advertises?.map(String),
    leadsOnly,
    ingress,
    subnet,
    address: address === undefined ? undefined : formatAddress(address),
    public: outer?.length === 0 ? "none" : outer?.map(formatAddress),
    letsIn,
    forwards,
    groups,
  };
}

function hubBody({ kind, account, region, attachments, tables, groupReferences }: Hub): object {
  return {
    kind,
    account,
    region,
    groupReferences,
    attachments: Object.fromEntries([...attachments].map(([id, one]) => [id, attachmentBody(one)])),
    tables: Object.fromEntries(
      [...tables].map(([id, { routes, propagates }]) => [id, { routes: routeTexts(routes), propagates }]),
    ),
  };
}

function attachmentBody(attachment: Attachment): object {
  const { kind, state, table, vpc, subnets, groupReferences, peer, advertises } = attachment;
  const far = peer && `${peer.hub}/${peer.attachment}`;
  return {
    kind,
    state,
    table,
    vpc,
    subnets,
    groupReferences,
    peer: far,
    advertises: advertises?.map(String),
  };
}

function filterBody(filter: SecurityGroup | NetworkAcl): object {
  const { name, vpc, ingress, egress } = filter;
  const where =
    "account" in filter || "region" in filter ? { account: filter.account, region: filter.region } : {};
  return { name, ...where, vpc, ingress: ruleBodies(ingress), egress: ruleBodies(egress) };
}

/** Rules that match nothing have no spelling, and change nothing. */
function ruleBodies(rules: readonly FilterRule[]): object[] {
  return rules
    .filter(
      ({ remote, services }) => !services.isEmpty && (remote.kind !== "cidrs" || remote.cidrs.length > 0),
    )
    .map(ruleBody);
}

function ruleBody({ name, action, services, remote }: FilterRule): object {
  const far = remote.kind === "unknown" ? { unknown: remote.reason } : formatRemote(remote);
  return { name, action, services: `${services}`, remote: far };
}

function tagsOf({ tags }: Pick<Subnet, "tags">): object {
  return tags === undefined ? {} : { tags: Object.fromEntries(tags) };
}

function peeringBody({ vpcs }: Network, peering: Peering): object {
  const { requester, accepter, state, bandwidth, requested, name, hidden } = peering;
  const end = ({ vpc, account, region }: PeeringEnd): unknown =>
    vpcs.has(vpc) ? vpc : { vpc, account, region };
  return {
    requester: end(requester),
    accepter: end(accepter),
    state,
    ...(bandwidth === undefined ? {} : { bandwidth }),
    requested: formatTime(requested),
    name,
    ...(hidden === undefined ? {} : { hidden }),
  };
}

function tableBody(vpc: Vpc, table: RouteTable): object {
  const routes = routeTexts(table.routes);
  if (table.id === vpc.mainTable) return Array.isArray(routes) ? routes : { routes };
  const users = [...vpc.subnets.values()].filter((subnet) => subnet.table === table.id);
  return { vpc: vpc.id, subnets: users.map(({ id }) => `${vpc.id}/${id}`), routes };
}

function routeTexts(routes: Routes | undefined): string[] | "unknown" {
  if (routes === undefined) return "unknown";
  return [...routes].map(
    ({ destination, target, enabled }) => `${destination} -> ${target}${enabled ? "" : " disabled"}`,
  );
}

function texts(cidrs: readonly Prefix[]): string[] {
  return cidrs.map(String);
}

/** JSON in ASCII, which YAML reads as it stands. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
