import { formatAddress } from "@twoway/core";
import { parsePeering } from "../model/action.ts";
import { DEFAULT_NOW } from "../model/clock.ts";
import { isReserved, type Network, type Subnet, type Vpc } from "../model/network.ts";
import { isLive, type Peering, type PeeringEnd } from "../model/peering.ts";
import { PROFILES, type ProfileName } from "../model/profile.ts";
import { Routes } from "../model/routes.ts";
import { refusesPeering, refusesSubnet, refusesVpc } from "../model/rules.ts";
import type { Findings } from "./findings.ts";
import {
  checkFilter,
  checkName,
  entries,
  findVpc,
  type Inputs,
  judge,
  list,
  type Path,
  type Reading,
  readCidrs,
  readGroupIds,
  readTime,
} from "./reading.ts";
import { readFilters } from "./scenario-filters.ts";
import { readGateways } from "./scenario-gateways.ts";
import { readHosts } from "./scenario-hosts.ts";
import { readHubs } from "./scenario-hubs.ts";
import type { ScenarioInput } from "./scenario-schema.ts";
import { readTables } from "./scenario-tables.ts";
import { SubnetBlocks } from "./subnet-blocks.ts";

/**
 * The network part of a scenario: first every VPC by itself, then the peerings in the order they are written, each
 * judged beside those before it, then the tables and their routes.
 */

export function readNetwork(
  input: ScenarioInput,
  findings: Findings,
  override: ProfileName | undefined,
): Network {
  const reading: Reading = { input, findings, override, profile: override ?? input.profile ?? "tencent" };
  const now = readTime(reading, input.now, ["now"]) ?? DEFAULT_NOW;
  const vpcs = new Map<string, Vpc>();
  for (const [id, vpc] of entries(input.vpcs)) {
    if (!checkName(reading, id, ["vpcs", id])) continue;
    const made = readVpc(reading, id, vpc);
    if (made !== undefined) vpcs.set(id, made);
  }
  let network: Network = { profile: reading.profile, now, vpcs, peerings: new Map(), gateways: new Map() };
  network = { ...network, ...readFilters(reading, network) };
  network = { ...network, gateways: readGateways(reading, network) };
  network = readPeerings(reading, network);
  network = readHubs(reading, network);
  network = readTables(reading, network);
  return input.unmodelled === undefined ? network : { ...network, unmodelled: [...input.unmodelled].sort() };
}

function readVpc(reading: Reading, id: string, input: Inputs<"vpcs">): Vpc | undefined {
  const path = ["vpcs", id];
  const profile = PROFILES[reading.override ?? input.profile ?? reading.profile];
  const source = reading.findings.keyPlace(path);
  const mainTable = `${id}/main`;
  const bare: Vpc = {
    id,
    name: input.name ?? id,
    account: String(input.account ?? "self"),
    region: String(input.region ?? "default"),
    profile,
    cidrs: readCidrs(reading, input.cidr, [...path, "cidr"]).sort((a, b) => a.family - b.family),
    secondary: readCidrs(reading, input.secondary, [...path, "secondary"]),
    subnets: new Map(),
    tables: new Map([[mainTable, { id: mainTable, vpc: id, routes: Routes.none, source }]]),
    mainTable,
    source,
  };
  const unread =
    bare.cidrs.length < list(input.cidr).length || bare.secondary.length < list(input.secondary).length;
  const second = bare.cidrs.filter(({ family }) => family === 4)[1];
  if (second !== undefined) {
    const message = `${id} has one IPv4 CIDR; what is added later is secondary`;
    reading.findings.error("bad-text", message, [...path, "cidr"], `secondary: ${second}`);
  }
  judge(reading, refusesVpc(bare), [...path, "cidr"]);
  const subnets = new Map<string, Subnet>();
  const taken = new SubnetBlocks();
  for (const [name, subnet] of entries(input.subnets)) {
    const at = [...path, "subnets", name];
    if (!checkName(reading, name, at)) continue;
    const made = readSubnet(reading, id, name, subnet, at);
    if (made === undefined) continue;
    if (!unread)
      judge(
        reading,
        refusesSubnet(bare, made, (cidr) => taken.clash(cidr)),
        at,
      );
    judgeHosts(reading, bare, made, at);
    taken.add(made);
    subnets.set(name, made);
  }
  return unread ? undefined : { ...bare, subnets };
}

/** A host cannot have an address that the cloud keeps for itself. */
function judgeHosts({ input, findings }: Reading, vpc: Vpc, subnet: Subnet, path: Path): void {
  for (const { name, addresses } of subnet.hosts?.values() ?? []) {
    for (const address of addresses) {
      if (!subnet.cidrs.some((cidr) => cidr.contains(address)) || !isReserved(vpc, subnet, address)) continue;
      const message = `${name} cannot have ${formatAddress(address)}: ${vpc.profile.name} keeps it for itself`;
      if (input.load === "lenient") findings.warning("refused", message, [...path, "hosts", name]);
      else findings.error("refused", message, [...path, "hosts", name]);
    }
  }
}

function readSubnet(
  reading: Reading,
  vpc: string,
  id: string,
  input: NonNullable<Inputs<"vpcs">["subnets"]>[string],
  path: Path,
): Subnet | undefined {
  const { findings } = reading;
  const body: Exclude<typeof input, string> = typeof input === "string" ? { cidr: input } : input;
  const cidrs = readCidrs(reading, body.cidr, typeof input === "string" ? path : [...path, "cidr"]);
  if (cidrs.length < list(body.cidr).length) return undefined;
  if (new Set(cidrs.map(({ family }) => family)).size < cidrs.length) {
    findings.error("bad-text", `${id} has one IPv4 CIDR and one IPv6 CIDR at most`, path);
  }
  const groups = readGroupIds(reading, body.groups, [...path, "groups"]);
  const { zone, acl } = body;
  if (acl !== undefined) checkFilter(reading, "acls", String(acl), [...path, "acl"]);
  return {
    id,
    name: body.name ?? id,
    vpc,
    cidrs,
    table: undefined,
    hosts: body.hosts && readHosts(reading, id, cidrs, body.hosts, [...path, "hosts"]),
    ...(zone === undefined ? {} : { zone: String(zone) }),
    ...(acl === undefined ? {} : { acl: String(acl) }),
    ...(groups === undefined ? {} : { groups }),
    ...(body.open === true ? { open: true } : {}),
    source: findings.keyPlace(path),
  };
}

function readPeerings(reading: Reading, network: Network): Network {
  const { input, findings } = reading;
  const peerings = new Map<string, Peering>();
  const live = new Map<string, Peering[]>(); // by VPC: a peering is judged beside those that are written before it
  for (const [id, entry] of entries(input.peerings)) {
    const path = ["peerings", id];
    if (!checkName(reading, id, path)) continue;
    if (Object.hasOwn(input.gateways ?? {}, id)) {
      findings.keyError(
        "duplicate",
        `${id} is the id of a gateway too, so a route to it could mean either`,
        path,
      );
    }
    const text = typeof entry === "string" ? findings.parse(parsePeering, entry, path) : entry;
    if (text === undefined) continue;
    const requester = readEnd(
      reading,
      network,
      String(text.requester),
      typeof entry === "string" ? path : [...path, "requester"],
    );
    const accepter = readEnd(
      reading,
      network,
      String(text.accepter),
      typeof entry === "string" ? path : [...path, "accepter"],
    );
    if (requester === undefined || accepter === undefined) continue;
    const asked = typeof entry === "string" ? undefined : entry;
    const peering: Peering = {
      id,
      name: asked?.name ?? id,
      requester,
      accepter,
      state: text.state ?? "ACTIVE",
      requested: readTime(reading, asked?.requested, [...path, "requested"]) ?? network.now,
      ...(text.bandwidth === undefined ? {} : { bandwidth: text.bandwidth }),
      source: findings.keyPlace(path),
    };
    if (requester.vpc === accepter.vpc)
      findings.error("refused", `${requester.vpc} cannot be peered with itself`, path);
    else if (isLive(peering)) {
      const profile = network.vpcs.get(requester.vpc)?.profile ?? PROFILES[reading.profile];
      const ends = [requester.vpc, accepter.vpc];
      // far above any quota one more peering is refused whatever the others are
      const beside = new Set(ends.flatMap((vpc) => live.get(vpc)?.slice(0, 1000) ?? []));
      judge(reading, refusesPeering(network, profile, peering, [...beside]), path);
      for (const vpc of ends) {
        const there = live.get(vpc);
        if (there === undefined) live.set(vpc, [peering]);
        else there.push(peering);
      }
    }
    peerings.set(id, peering);
  }
  return { ...network, peerings };
}

function readEnd(reading: Reading, network: Network, name: string, path: Path): PeeringEnd | undefined {
  const vpc = network.vpcs.get(name);
  if (vpc !== undefined) return { vpc: vpc.id, account: vpc.account, region: vpc.region };
  if (reading.input.load !== "lenient") {
    findVpc(reading, network, name, path);
    return undefined;
  }
  // somebody else's VPC: what happens behind it stays unknown (S7)
  reading.findings.warning(
    "missing-reference",
    `${name} is not part of this file, so what lies behind it is unknown`,
    path,
  );
  return { vpc: name, account: "unknown", region: "unknown" };
}
