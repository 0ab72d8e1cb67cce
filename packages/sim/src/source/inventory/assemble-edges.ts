import { type Address, formatAddress, Prefix } from "@twoway/core";
import type { Gateway, Host, Network } from "../../model/network.ts";
import { type Inventory, sorted } from "./inventory.ts";
import { checkId, readAddress, readCidrs } from "./loose-text.ts";
import type { Problems } from "./problems.ts";
import type { HostRecord } from "./records.ts";

/** Hosts and gateways of an import. */

/** Returns the hosts of each subnet. An instance's first interface has the instance's id, every other its own. */
export function readHosts(inventory: Inventory): Map<string, Map<string, Host>> {
  const { problems } = inventory;
  const first = new Map<string, string>();
  for (const { id, instance, primary } of sorted(inventory.hosts.values()))
    if (instance !== undefined && primary && !first.has(instance)) first.set(instance, id);
  const bySubnet = new Map<string, Map<string, Host>>();
  for (const record of sorted(inventory.hosts.values())) {
    const { id, name, instance, subnet, groups, place } = record;
    if (subnet === undefined) continue;
    if (record.addresses.length === 0) {
      const message = `the address of ${id} in ${subnet} is not known, so it is no host that can be asked for`;
      problems.warning("missing-reference", message, place);
      inventory.unmodelled.add(instance ?? id);
      continue;
    }
    const key = instance !== undefined && first.get(instance) === id ? instance : id;
    checkId(problems, key, place);
    const hosts = bySubnet.get(subnet) ?? new Map<string, Host>();
    bySubnet.set(subnet, hosts);
    const outside = publicAddresses(inventory, record);
    hosts.set(key, {
      name: name ?? inventory.instanceNames.get(key) ?? key,
      addresses: record.addresses.flatMap((text) => readAddress(problems, text, place) ?? []),
      ...(groups === undefined ? {} : { groups }),
      ...(outside === undefined ? {} : { public: outside }),
      source: place.source,
    });
  }
  return bySubnet;
}

/** Returns the hosts with the addresses that they can have there; undefined when nothing is left of them. */
export function hostsInside(
  problems: Problems,
  subnet: string,
  cidrs: readonly Prefix[],
  hosts: ReadonlyMap<string, Host> | undefined,
): Map<string, Host> | undefined {
  const inside = new Map<string, Host>();
  const owners = new Map<Address, string>();
  for (const [id, host] of hosts ?? []) {
    const addresses = host.addresses.filter((address) => {
      const owner = owners.get(address);
      const isInside = cidrs.some((cidr) => cidr.contains(address));
      const place = { source: host.source, path: "" };
      if (!isInside)
        problems.warning(
          "bad-address",
          `${formatAddress(address)} of ${id} lies outside ${subnet} (${cidrs.join(", ")})`,
          place,
        );
      else if (owner !== undefined)
        problems.warning(
          "duplicate",
          `${formatAddress(address)} of ${id} belongs to ${owner} already`,
          place,
        );
      else owners.set(address, id);
      return isInside && owner === undefined;
    });
    if (addresses.length > 0) inside.set(id, { ...host, addresses });
  }
  return inside.size === 0 ? undefined : inside;
}

function publicAddresses(
  inventory: Inventory,
  record: HostRecord,
): ReadonlyMap<Address, Address> | undefined {
  const { problems, elastic } = inventory;
  const more = elastic
    .filter(
      ({ host, own }) =>
        (host === record.id || host === record.instance) &&
        (own === undefined || record.addresses.includes(own)),
    )
    .map(({ own, outside }) => [own ?? record.addresses[0], outside] as const);
  if (record.public === undefined && more.length === 0) return undefined;
  const pairs = [...(record.public ?? []), ...more].flatMap(([own, outside]) => {
    if (own === undefined) return [];
    const [a, b] = [own, outside].map((text) => readAddress(problems, text, record.place));
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
  return new Map(pairs);
}

export function readGateways(inventory: Inventory, network: Network): Map<string, Gateway> {
  const { problems } = inventory;
  const gateways = new Map<string, Gateway>();
  for (const { id, kind, vpc, place, subnet, address, public: outside } of sorted(
    inventory.gateways.values(),
  )) {
    checkId(problems, id, place);
    const owner = vpc ?? inventory.subnets.get(subnet ?? "")?.vpc;
    if (owner === undefined) continue; // attached to nothing, it takes no packet
    if (!network.vpcs.has(owner)) {
      problems.warning(
        "missing-reference",
        `${id} belongs to ${owner}, which is not part of the input`,
        place,
      );
      continue;
    }
    const own = address === undefined ? undefined : readAddress(problems, address, place);
    const gateway: Gateway = {
      id,
      kind,
      vpc: owner,
      ...(subnet === undefined ? {} : { subnet }),
      ...(own === undefined ? {} : { address: own }),
      ...(outside === undefined
        ? {}
        : { public: outside.flatMap((text) => readAddress(problems, text, place) ?? []) }),
      ...(inventory.forwarding.has(id) ? { letsIn: true } : {}),
      source: place.source,
    };
    gateways.set(id, describeGateway(inventory, gateway));
  }
  return gateways;
}

/** Returns the gateway with what other records tell of it: what it leads to, or the interface that it is. */
export function describeGateway(inventory: Inventory, gateway: Gateway): Gateway {
  const { problems, advertised, edgeTables } = inventory;
  if (gateway.kind === "instance") return describeInstance(inventory, gateway);
  const ingress = edgeTables.get(gateway.id);
  if (ingress !== undefined) gateway = { ...gateway, ingress };
  const listed = advertised.get(gateway.id);
  if (listed === undefined) return gateway;
  const cidrs = readCidrs(problems, [...new Set(listed)], { source: gateway.source, path: "" });
  const exact = inventory.leadsOnly.has(gateway.id) ? { leadsOnly: true } : {};
  return { ...gateway, advertises: cidrs.sort(Prefix.compare), ...exact };
}

function describeInstance(inventory: Inventory, gateway: Gateway): Gateway {
  const { problems, hosts, subnets } = inventory;
  // a next hop that is given by its address has the address behind its VPC or table
  const [, text] = /\.(\d+\.\d+\.\d+\.\d+)$/.exec(gateway.id) ?? [];
  const isMeant = ({ instance, primary, addresses, subnet }: HostRecord): boolean =>
    text === undefined
      ? instance === gateway.id && primary
      : addresses.includes(text) && subnets.get(subnet ?? "")?.vpc === gateway.vpc;
  const host = hosts.get(gateway.id) ?? [...hosts.values()].find(isMeant);
  const address = text ?? host?.addresses[0];
  const own =
    address === undefined
      ? undefined
      : readAddress(problems, address, host?.place ?? { source: gateway.source, path: "" });
  return {
    ...gateway,
    ...(host?.subnet === undefined ? {} : { subnet: host.subnet }),
    ...(own === undefined ? {} : { address: own }),
    ...(host?.forwards === undefined ? {} : { forwards: host.forwards }),
    ...(host?.groups === undefined ? {} : { groups: host.groups }),
    source: host?.place.source ?? gateway.source,
  };
}
