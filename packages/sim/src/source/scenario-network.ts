import { formatAddress, type Prefix, Trie } from "@twoway/core";
import { parsePeering } from "../model/action.ts";
import { DEFAULT_NOW } from "../model/clock.ts";
import { displayNameProblem } from "../model/name.ts";
import { isReserved, type Network, type Subnet, type Vpc } from "../model/network.ts";
import { isLive, type Peering, type PeeringEnd, type PeeringState, PROVIDER } from "../model/peering.ts";
import { PROFILES, type ProfileName } from "../model/profile.ts";
import { aboveQuota } from "../model/quota.ts";
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
  const { quotas } = input;
  const bare = { profile: reading.profile, now, vpcs, peerings: new Map(), gateways: new Map() };
  let network: Network = quotas === undefined ? bare : { ...bare, quotas };
  network = { ...network, ...readFilters(reading, network) };
  network = { ...network, gateways: readGateways(reading, network) };
  network = readPeerings(reading, network);
  network = readHubs(reading, network);
  network = readTables(reading, network);
  // quotas are raised on request, so a network above them is one that somebody may have: never an error of the file
  for (const { vpc, message } of aboveQuota(network)) findings.warning("refused", message, ["vpcs", vpc]);
  return network;
}

function readVpc(reading: Reading, id: string, input: Inputs<"vpcs">): Vpc | undefined {
  const path = ["vpcs", id];
  const profile = PROFILES[reading.override ?? input.profile ?? reading.profile];
  const source = reading.findings.keyPlace(path);
  const mainTable = input.table ?? `${id}/main`;
  if (input.table !== undefined) {
    if (!checkName(reading, mainTable, [...path, "table"])) return undefined;
    const { vpcs, routes } = reading.input;
    const same = Object.entries(vpcs).some(([other, vpc]) => other !== id && vpc?.table === mainTable);
    if (same || Object.hasOwn(vpcs, mainTable) || Object.hasOwn(routes ?? {}, mainTable))
      reading.findings.error("duplicate", `${mainTable} is the name of something else too`, [
        ...path,
        "table",
      ]);
  }
  checkDisplayName(reading, id, input.name, path);
  const account = String(input.account ?? "self");
  if (account === PROVIDER)
    reading.findings.error("bad-name", `${PROVIDER} is nobody's account`, [...path, "account"]);
  const bare: Vpc = {
    id,
    name: input.name ?? id,
    account,
    region: String(input.region ?? "default"),
    profile,
    cidrs: readCidrs(reading, input.cidr, [...path, "cidr"]).sort((a, b) => a.family - b.family),
    secondary: readCidrs(reading, input.secondary, [...path, "secondary"]),
    subnets: new Map(),
    tables: new Map([[mainTable, { id: mainTable, vpc: id, routes: Routes.none, source }]]),
    mainTable,
    ...tagsOf(input.tags),
    source,
    ...(input.classic ? { classic: true } : {}),
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

function tagsOf(tags: Readonly<Record<string, string | number | boolean>> | undefined): {
  readonly tags?: ReadonlyMap<string, string>;
} {
  if (tags === undefined) return {};
  return { tags: new Map(Object.entries(tags).map(([key, value]) => [key, String(value)])) };
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

/** The blocks of the subnets read so far, in a trie, so that ten thousand of them are no slower to compare than ten. */
class SubnetBlocks {
  readonly #trie = new Trie();
  readonly #ids: string[] = [];

  add(subnet: Subnet): void {
    for (const cidr of subnet.cidrs) this.#trie.insert(cidr, this.#ids.length);
    this.#ids.push(subnet.id);
  }

  /** Returns the first subnet that shares addresses with the block: one around it, or one inside it. */
  clash(block: Prefix): { readonly id: string; readonly cidr: Prefix } | undefined {
    if (!this.#trie.overlaps(block)) return undefined;
    for (const entries of [this.#trie.supernets(block), this.#trie.subnets(block)]) {
      for (const { prefix, value } of entries) return { id: this.#ids[value], cidr: prefix };
    }
    return undefined;
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
  checkDisplayName(reading, id, body.name, path);
  const groups = readGroupIds(reading, body.groups, [...path, "groups"]);
  const { zone, acl } = body;
  if (acl !== undefined) checkFilter(reading, "acls", String(acl), [...path, "acl"]);
  return {
    id,
    name: body.name ?? id,
    vpc,
    cidrs,
    table: undefined,
    ...tagsOf(body.tags),
    hosts: body.hosts && readHosts(reading, id, cidrs, body.hosts, [...path, "hosts"]),
    ...(zone === undefined ? {} : { zone: String(zone) }),
    ...(acl === undefined ? {} : { acl: String(acl) }),
    ...(groups === undefined ? {} : { groups }),
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
    const asked = typeof entry === "string" ? undefined : entry;
    const requester = readEnd(reading, network, text.requester, asked ? [...path, "requester"] : path);
    const accepter = readEnd(reading, network, text.accepter, asked ? [...path, "accepter"] : path);
    if (requester === undefined || accepter === undefined) continue;
    checkDisplayName(reading, id, asked?.name, path);
    const hidden = readHidden(reading, asked?.hidden, text.state, [requester, accepter], [...path, "hidden"]);
    const peering: Peering = {
      id,
      name: asked?.name ?? id,
      requester,
      accepter,
      state: text.state ?? "ACTIVE",
      requested: readTime(reading, asked?.requested, [...path, "requested"]) ?? network.now,
      ...(text.bandwidth === undefined ? {} : { bandwidth: text.bandwidth }),
      ...(hidden.length === 0 ? {} : { hidden }),
      source: findings.keyPlace(path),
    };
    if (requester.vpc === accepter.vpc)
      findings.error("refused", `${requester.vpc} cannot be peered with itself`, path);
    else if ([requester, accepter].some(({ vpc }) => network.vpcs.get(vpc)?.classic))
      findings.error("refused", `${id} names a classic network, and peering joins VPCs only`, path);
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

/** Returns who does not list the peering: ends of it, once it came to its end (D5, S7). */
function readHidden(
  { findings }: Reading,
  accounts: readonly (string | number)[] | undefined,
  state: PeeringState | undefined,
  ends: readonly PeeringEnd[],
  path: Path,
): readonly string[] {
  const hidden = (accounts ?? []).map(String);
  if (hidden.length > 0 && state !== "DELETED" && state !== "REJECTED" && state !== "FAILED")
    findings.error("bad-text", "only a peering that is DELETED, REJECTED or FAILED can be hidden", path);
  for (const account of hidden) {
    if (ends.some((end) => end.account === account)) continue;
    findings.error("missing-reference", `${account} is the account of neither end`, path);
  }
  return hidden;
}

/** Where no name is given, the id is the name, and a name has at most 60 characters (S9). */
function checkDisplayName({ findings }: Reading, id: string, name: string | undefined, path: Path): void {
  const problem = displayNameProblem(name ?? id);
  if (problem !== undefined) findings.keyError("bad-name", `${JSON.stringify(id)}: ${problem}`, path);
}

type EndInput = Exclude<Inputs<"peerings">, string>["requester"];

function readEnd(reading: Reading, network: Network, input: EndInput, path: Path): PeeringEnd | undefined {
  const asked = typeof input === "object" ? input : { vpc: input, account: "unknown", region: "unknown" };
  const name = String(asked.vpc);
  if (asked === input && Object.hasOwn(reading.input.vpcs, name)) {
    const message = `${name} is in this file, which says its account and region`;
    reading.findings.error("duplicate", message, path, name);
    return undefined;
  }
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
  return { vpc: name, account: String(asked.account), region: String(asked.region) };
}
