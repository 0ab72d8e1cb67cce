import { formatAddress, type Prefix } from "@twoway/core";
import { formatTime } from "../model/clock.ts";
import type { Network, RouteTable, Subnet, Vpc } from "../model/network.ts";
import type { Peering, PeeringEnd } from "../model/peering.ts";

/**
 * Returns a network as a scenario in YAML that reads as the same network, one line for each VPC, peering, gateway and
 * table; every value is written as JSON, which YAML holds. It is read leniently, as it stands. Only places are lost.
 */
export function scenarioText(network: Network, name: string): string {
  const head = [
    "version: 1",
    `name: ${json(name)}`,
    `profile: ${network.profile}`,
    "load: lenient",
    `now: ${formatTime(network.now)}`,
    ...(network.quotas === undefined ? [] : [`quotas: ${json(network.quotas)}`]),
  ];
  const vpcs = [...network.vpcs.values()];
  const tables = vpcs.flatMap((vpc) =>
    [...vpc.tables.values()]
      .filter((table) => table.id !== vpc.mainTable || table.routes === undefined || table.routes.size > 0)
      .map((table) => entry(table.id === vpc.mainTable ? vpc.id : table.id, tableBody(vpc, table))),
  );
  const gateways = [...network.gateways.values()];
  const lines = [
    ...head,
    ...section(
      "vpcs",
      vpcs.map((vpc) => entry(vpc.id, vpcBody(vpc))),
    ),
    ...section(
      "gateways",
      gateways.map(({ id, kind, vpc }) => entry(id, { kind, vpc })),
    ),
    ...section(
      "peerings",
      [...network.peerings.values()].map((peering) => entry(peering.id, peeringBody(network, peering))),
    ),
    ...section("routes", tables),
  ];
  return `${lines.join("\n")}\n`;
}

function section(key: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [`${key}: {}`] : [`${key}:`, ...entries];
}

function entry(key: string, body: object): string {
  return `  ${json(key)}: ${json(body)}`;
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

function tagsOf({ tags }: Pick<Subnet, "tags">): object {
  return tags === undefined ? {} : { tags: Object.fromEntries(tags) };
}

function subnetBody(subnet: Subnet): object {
  const { cidrs, name, hosts } = subnet;
  if (hosts === undefined) return { cidr: texts(cidrs), name, ...tagsOf(subnet) };
  const addresses = [...hosts].map(([id, host]) => [id, host.addresses.map(formatAddress)]);
  return { cidr: texts(cidrs), name, ...tagsOf(subnet), hosts: Object.fromEntries(addresses) };
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
  const routes =
    table.routes === undefined
      ? "unknown"
      : [...table.routes].map(
          ({ destination, target, enabled }) => `${destination} -> ${target}${enabled ? "" : " disabled"}`,
        );
  if (table.id === vpc.mainTable) return Array.isArray(routes) ? routes : { routes };
  const users = [...vpc.subnets.values()].filter((subnet) => subnet.table === table.id);
  return { vpc: vpc.id, subnets: users.map(({ id }) => `${vpc.id}/${id}`), routes };
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
