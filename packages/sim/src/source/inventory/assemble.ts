import { Prefix } from "@twoway/core";
import { DAY, DEFAULT_NOW } from "../../model/clock.ts";
import type { Network, RouteTable, Subnet, Vpc } from "../../model/network.ts";
import { isLive, type Peering, type PeeringEnd } from "../../model/peering.ts";
import { PROFILES, type ProfileName } from "../../model/profile.ts";
import { refusesPeering, refusesSubnet, refusesVpc } from "../../model/rules.ts";
import { SubnetBlocks } from "../subnet-blocks.ts";
import { hostsInside, readGateways, readHosts } from "./assemble-edges.ts";
import { readAcls, readGroups } from "./assemble-filters.ts";
import { readHubs } from "./assemble-hubs.ts";
import { readRoutes } from "./assemble-routes.ts";
import { grouped, type Inventory, sorted } from "./inventory.ts";
import { checkId, readCidrs } from "./loose-text.ts";
import type { Place } from "./problems.ts";
import type { EndRecord, Entity, SubnetRecord, TableRecord, VpcRecord } from "./records.ts";
import { settle } from "./settle.ts";

/**
 * Makes a network of what an import says. It is read as it stands (S4): what a cloud would refuse is a warning with the
 * rule, and what the input leaves out stays unknown. Nothing is repaired and nothing is guessed.
 */

/** Throws an InputError with everything that is wrong. `override` are rules instead of the providers' own. */
export function assemble(inventory: Inventory, override: ProfileName | undefined): Network {
  const { problems } = inventory;
  for (const read of inventory.lookedUp) read();
  settle(inventory);
  completeVpcs(inventory);
  addRest(inventory);
  checkKinds(inventory);
  const profile = override ?? profileOfMost(inventory);
  const vpcs = new Map<string, Vpc>();
  for (const record of sorted(inventory.vpcs.values()))
    vpcs.set(record.id, readVpc(inventory, record, override));
  readSubnets(inventory, vpcs);
  const now = inventory.latest ?? DEFAULT_NOW;
  let network: Network = {
    profile,
    now,
    vpcs,
    peerings: new Map(),
    gateways: new Map(),
    hubs: readHubs(inventory),
    groups: readGroups(inventory, vpcs),
    acls: readAcls(inventory, vpcs),
  };
  network = { ...network, peerings: readPeerings(inventory, network) };
  network = { ...network, gateways: readGateways(inventory, network) };
  network = readRoutes(inventory, network);
  problems.throwErrors();
  const unmodelled = [...inventory.unmodelled].sort();
  return unmodelled.length === 0 ? network : { ...network, unmodelled };
}

/** One id may not be that of two things: a route to it, or a question about it, could mean either. */
function checkKinds(inventory: Inventory): void {
  const kinds = new Map<string, string>();
  const hubs = new Map<string, Entity>(inventory.hubs);
  for (const { hub, place } of [...inventory.attachments.values(), ...inventory.hubTables.values()])
    if (hub !== undefined && !hubs.has(hub)) hubs.set(hub, { id: hub, place });
  for (const [kind, records] of [
    ["a VPC", inventory.vpcs],
    ["a subnet", inventory.subnets],
    ["a route table", inventory.tables],
    ["a peering", inventory.peerings],
    ["a gateway", inventory.gateways],
    ["a hub", hubs],
  ] as const) {
    for (const { id, place } of records.values()) {
      const other = kinds.get(id);
      kinds.set(id, kind);
      if (other === undefined) continue;
      inventory.problems.error("duplicate", `${id} is the id of ${other} and of ${kind}`, place);
    }
  }
}

/** VPCs that are only referred to are known as far as their parts are: what nothing says stays unknown. */
function completeVpcs(inventory: Inventory): void {
  const { vpcs, subnets, tables, peerings, problems } = inventory;
  const missing = new Map<string, SubnetRecord | TableRecord>();
  for (const part of [...subnets.values(), ...tables.values()]) {
    if (part.vpc !== undefined && !vpcs.has(part.vpc) && !missing.has(part.vpc)) missing.set(part.vpc, part);
  }
  const tablesOf = grouped(tables.values(), ({ vpc }) => vpc ?? "");
  const subnetsOf = grouped(subnets.values(), ({ vpc }) => vpc ?? "");
  for (const [id, { place, profile }] of missing) {
    inventory.unmodelled.add(id);
    const local = (tablesOf.get(id) ?? [])
      .flatMap(({ routes }) => routes ?? [])
      .flatMap(({ destination, target }) =>
        target.kind === "local" && destination !== undefined ? [destination] : [],
      );
    const own = (subnetsOf.get(id) ?? []).flatMap(({ cidrs }) => cidrs);
    const cidrs = [...new Set(local.length > 0 ? local : own)];
    const isKnown = cidrs.length > 0;
    const message = `${id} is not part of the input, only parts of it are; ${isKnown ? "what they do not say is unknown" : "they do not say its range, so they are left out"}`;
    problems.warning("missing-reference", message, place);
    if (!isKnown) continue;
    vpcs.set(id, {
      id,
      name: undefined,
      profile,
      account: undefined,
      region: undefined,
      cidrs,
      secondary: [],
      mainTable: undefined,
      place: { source: id, path: "" },
    });
  }
  for (const { id, vpc, main } of tables.values()) {
    const known = vpcs.get(vpc ?? "");
    if (main === true && known !== undefined && known.mainTable === undefined)
      vpcs.set(known.id, { ...known, mainTable: id });
  }
  // the two ends of a peering tell the account and region of VPCs that do not say their own
  for (const { requester, accepter } of peerings.values()) {
    for (const { vpc, account, region } of [requester, accepter]) {
      const known = vpcs.get(vpc ?? "");
      if (known === undefined) continue;
      vpcs.set(known.id, { ...known, account: known.account ?? account, region: known.region ?? region });
    }
  }
  for (const { vpc, account, region } of subnets.values()) {
    const known = vpcs.get(vpc ?? "");
    if (known === undefined || (known.account !== undefined && known.region !== undefined)) continue;
    vpcs.set(known.id, { ...known, account: known.account ?? account, region: known.region ?? region });
  }
}

function profileOfMost({ vpcs }: Inventory): ProfileName {
  const counts = new Map<ProfileName, number>();
  for (const { profile } of vpcs.values()) counts.set(profile, (counts.get(profile) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? "tencent";
}

function readVpc(inventory: Inventory, record: VpcRecord, override: ProfileName | undefined): Vpc {
  const { problems } = inventory;
  const source = record.place.source;
  const main = record.mainTable ?? `${record.id}/main`;
  const vpc: Vpc = {
    id: record.id,
    name: displayName(record),
    account: record.account ?? "self",
    region: record.region ?? "default",
    profile: PROFILES[override ?? record.profile],
    cidrs: readCidrs(problems, record.cidrs, record.place).sort((a, b) => a.family - b.family),
    secondary: readCidrs(problems, record.secondary, record.place),
    subnets: new Map(),
    tables: new Map([[main, { id: main, vpc: record.id, routes: undefined, source }]]),
    mainTable: main,
    source,
  };
  checkId(problems, record.id, record.place);
  if (!inventory.unmodelled.has(record.id)) problems.refusal(refusesVpc(vpc), record.place);
  return vpc;
}

/** In a VPC of which subnets may be missing the rest of its ranges may be in one, of which nothing is known. */
function addRest(inventory: Inventory): void {
  const { problems, vpcs, subnets, partialVpcs } = inventory;
  const known = grouped(subnets.values(), ({ vpc }) => vpc ?? "");
  for (const id of partialVpcs) {
    const record = vpcs.get(id);
    if (record === undefined) continue;
    const { cidrs, secondary, profile, place } = record;
    const taken = readCidrs(
      problems,
      (known.get(id) ?? []).flatMap((subnet) => subnet.cidrs),
      place,
    );
    for (const cidr of readCidrs(problems, [...cidrs, ...secondary], place)) {
      for (const block of restOf(cidr, taken)) {
        const own = `${id}.rest.${`${block}`.replace(/[/:]/g, "-")}`;
        const rest = {
          id: own,
          name: own,
          vpc: id,
          profile,
          cidrs: [`${block}`],
          table: `${id}.unknown`,
          place,
        };
        const nothing = { account: undefined, region: undefined, zone: undefined };
        subnets.set(own, { ...rest, ...nothing, acl: `${id}.unknown` });
      }
    }
  }
}

/** Returns the largest blocks of the CIDR that overlap with none of those. O(those × bits). */
function restOf(cidr: Prefix, taken: readonly Prefix[]): Prefix[] {
  const inside = taken.filter((other) => other.overlaps(cidr));
  if (inside.length === 0) return [cidr];
  if (inside.some((other) => other.covers(cidr))) return [];
  const bits = cidr.bits + 1;
  const second = Prefix.from(cidr.last, bits);
  return [Prefix.from(cidr.address, bits), second].flatMap((half) => restOf(half, inside));
}

function readSubnets(inventory: Inventory, vpcs: Map<string, Vpc>): void {
  const { problems, associations, tables } = inventory;
  const made = new Map<string, Map<string, Subnet>>();
  const tablesOf = new Map([...vpcs].map(([id, vpc]) => [id, new Map(vpc.tables)]));
  const blocks = new Map<string, SubnetBlocks>();
  const hosts = readHosts(inventory);
  // where somebody is missing from the list of interfaces, it is the list of another account or region
  const unlisted = new Set<string>();
  for (const { subnet, isListed } of inventory.hosts.values())
    if (subnet !== undefined && isListed !== true) unlisted.add(subnet);
  const defaultAcls = new Map<string, string>();
  for (const { id, vpc, isDefault } of inventory.acls.values())
    if (isDefault === true && vpc !== undefined) defaultAcls.set(vpc, id);
  for (const record of sorted(inventory.subnets.values())) {
    const vpc = vpcs.get(record.vpc ?? "");
    if (vpc === undefined) {
      const message = `the VPC of ${record.id} is not known, so the subnet is left out`;
      problems.warning("missing-reference", message, record.place);
      inventory.unmodelled.add(record.id);
      continue;
    }
    checkId(problems, record.id, record.place);
    const table = associations.get(record.id) ?? record.table;
    const owner = table === undefined ? undefined : tables.get(table)?.vpc;
    if (owner !== undefined && owner !== vpc.id) {
      const message = `${record.id} of ${vpc.id} cannot use ${table}, which belongs to ${owner}`;
      problems.error("missing-reference", message, record.place);
    }
    const cidrs = readCidrs(problems, record.cidrs, record.place).sort((a, b) => a.family - b.family);
    const own = hostsInside(problems, record.id, cidrs, hosts.get(record.id));
    const acl =
      inventory.subnetAcls.get(record.id) ??
      record.acl ??
      inventory.possibleAcls.get(vpc.id) ??
      defaultAcls.get(vpc.id);
    for (const id of [table, acl]) if (id !== undefined) checkId(problems, id, record.place);
    const subnet: Subnet = {
      id: record.id,
      name: displayName(record),
      vpc: vpc.id,
      cidrs,
      table: table === vpc.mainTable ? undefined : table,
      hosts: own,
      ...(own === undefined || (inventory.listsInterfaces && !unlisted.has(record.id)) ? {} : { open: true }),
      ...(record.zone === undefined ? {} : { zone: record.zone }),
      ...(acl === undefined ? {} : { acl }),
      source: record.place.source,
    };
    const taken = blocks.get(vpc.id) ?? new SubnetBlocks();
    blocks.set(vpc.id, taken);
    if (!inventory.unmodelled.has(vpc.id))
      problems.refusal(
        refusesSubnet(vpc, subnet, (cidr) => taken.clash(cidr)),
        record.place,
      );
    taken.add(subnet);
    const subnets = made.get(vpc.id) ?? new Map<string, Subnet>();
    made.set(vpc.id, subnets.set(subnet.id, subnet));
    if (table !== undefined) addTable(tablesOf, vpc.id, table, record.place);
  }
  for (const { id, vpc, place } of tables.values()) {
    const known = vpcs.get(vpc ?? "");
    if (known !== undefined) addTable(tablesOf, known.id, id, place);
  }
  for (const [id, vpc] of vpcs)
    vpcs.set(id, { ...vpc, subnets: made.get(id) ?? vpc.subnets, tables: tablesOf.get(id)! });
}

/** A table that something names is there; until its routes are read they are unknown. */
function addTable(
  tablesOf: ReadonlyMap<string, Map<string, RouteTable>>,
  vpc: string,
  id: string,
  { source }: Place,
): void {
  const tables = tablesOf.get(vpc)!;
  if (!tables.has(id)) tables.set(id, { id, vpc, routes: undefined, source });
}

function readPeerings(inventory: Inventory, network: Network): Map<string, Peering> {
  const { problems } = inventory;
  const peerings = new Map<string, Peering>();
  const live = new Map<string, Peering[]>();
  for (const record of sorted(inventory.peerings.values())) {
    checkId(problems, record.id, record.place);
    const end = ({ vpc, account, region }: EndRecord, side: string): PeeringEnd => {
      const known = network.vpcs.get(vpc ?? "");
      if (known !== undefined) return { vpc: known.id, account: known.account, region: known.region };
      if (vpc !== undefined) checkId(problems, vpc, record.place);
      const isOver = record.state !== "ACTIVE" && record.state !== "PENDING";
      const message =
        vpc === undefined
          ? `the ${side} of ${record.id} is an unresolved peer: the input does not say which VPC it is, so what lies behind it is unknown`
          : `${vpc}, the ${side} of ${record.id}, is not part of the input, so what lies behind it is unknown`;
      if (!isOver) problems.warning("missing-reference", message, record.place);
      return {
        vpc: vpc ?? `${record.id}.${side}`,
        account: account ?? "unknown",
        region: region ?? "unknown",
      };
    };
    const requester = end(record.requester, "requester");
    const accepter = end(record.accepter, "accepter");
    const requested = record.requested ?? network.now;
    const peering: Peering = {
      id: record.id,
      name: displayName(record),
      requester,
      accepter,
      state: record.state,
      // what the input calls pending is not older than seven days, whatever its clocks say (S6)
      requested: requested + 7 * DAY <= network.now ? network.now : requested,
      ...(record.bandwidth === undefined ? {} : { bandwidth: record.bandwidth }),
      source: record.place.source,
    };
    if (requester.vpc === accepter.vpc) {
      problems.error("refused", `${record.id} joins ${requester.vpc} with itself`, record.place);
      continue;
    }
    if (isLive(peering)) {
      const ends = [requester.vpc, accepter.vpc];
      // far above any quota one more peering is refused whatever the others are
      const beside = new Set(ends.flatMap((vpc) => live.get(vpc)?.slice(0, 1000) ?? []));
      const { profile } = network.vpcs.get(requester.vpc) ?? { profile: PROFILES[record.profile] };
      problems.refusal(refusesPeering(network, profile, peering, [...beside]), record.place);
      for (const vpc of ends) live.set(vpc, [...(live.get(vpc) ?? []), peering]);
    }
    peerings.set(record.id, peering);
  }
  return peerings;
}

/** A name for people has 60 characters at most (S9); what an import is called may be longer. */
function displayName({ id, name }: { readonly id: string; readonly name: string | undefined }): string {
  return (name ?? id).slice(0, 60);
}
