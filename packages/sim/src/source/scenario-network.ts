import { type Address, Prefix, parseAddress } from "@twoway/core";
import { parsePeering, parseRoute, type RouteText } from "../model/action.ts";
import { DEFAULT_NOW, parseTime } from "../model/clock.ts";
import { nearest } from "../model/issue.ts";
import {
  type Gateway,
  type Host,
  type Network,
  type RouteTable,
  type Subnet,
  type Vpc,
  withPeering,
} from "../model/network.ts";
import { isLive, type Peering, type PeeringEnd } from "../model/peering.ts";
import { GATEWAY_KINDS, type GatewayKind, PROFILES, type ProfileName } from "../model/profile.ts";
import { Routes, type WrittenRoute } from "../model/routes.ts";
import { type Refusal, refusesPeering, refusesRoute, refusesSubnet, refusesVpc } from "../model/rules.ts";
import type { Findings } from "./findings.ts";
import type { ScenarioInput } from "./scenario-schema.ts";

/**
 * The network part of a scenario: first every VPC by itself, then the peerings in the order they are written, each
 * judged beside those before it, then the tables and their routes.
 */

type Path = readonly PropertyKey[];
type Inputs<K extends keyof ScenarioInput> =
  NonNullable<ScenarioInput[K]> extends Record<string, infer T> ? T : never;

/** What every part of the reading needs. Entries with a wrong shape are undefined in `input`, and still declared. */
interface Reading {
  readonly input: ScenarioInput;
  readonly findings: Findings;
  readonly profile: ProfileName;
  /** Rules above those of the file and of its VPCs. */
  readonly override: ProfileName | undefined;
}

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
  network = { ...network, gateways: readGateways(reading, network) };
  network = readPeerings(reading, network);
  return readTables(reading, network);
}

function entries<T>(section: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(section ?? {}).filter(([, entry]) => entry !== undefined);
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** Says that a rule is broken: an error, or a warning where the file asks to be read as it stands (S4). */
function judge({ input, findings }: Reading, refusal: Refusal | undefined, path: Path): void {
  if (refusal === undefined) return;
  const message = `${refusal.message} (${refusal.code})`;
  if (input.load === "lenient") findings.warning("refused", message, path);
  else findings.error("refused", message, path, refusal.advice.replace(/\.$/, ""));
}

/** Names stand in endpoints and in actions, so they cannot hold what separates words there, or look like an address. */
function checkName({ findings }: Reading, name: string, path: Path): boolean {
  let rule: string | undefined;
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name))
    rule = "a name is made of letters, digits, `_`, `-` and `.`";
  else if (name.length > 128) rule = "a name has at most 128 characters";
  else if (RESERVED_NAMES.has(name)) rule = "this name means something else already";
  else if (/^[\d.]+$/.test(name) && name.includes(".")) rule = "a name does not look like an address";
  if (rule === undefined) return true;
  findings.keyError("bad-name", `${JSON.stringify(name.slice(0, 60))}: ${rule}`, path);
  return false;
}

const RESERVED_NAMES: ReadonlySet<string> = new Set(["internet", "local", "blackhole", "unknown", "as"]);

function readTime({ findings }: Reading, text: string | undefined, path: Path): number | undefined {
  return text === undefined ? undefined : findings.parse(parseTime, text, path);
}

/** Returns the VPC; undefined when a CIDR of it cannot be read, so that nothing is judged by what is left of it. */
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
  judge(reading, refusesVpc(bare), [...path, "cidr"]);
  const subnets = new Map<string, Subnet>();
  for (const [name, subnet] of entries(input.subnets)) {
    const at = [...path, "subnets", name];
    if (!checkName(reading, name, at)) continue;
    const made = readSubnet(reading, id, name, subnet, at);
    if (made === undefined) continue;
    if (!unread) judge(reading, refusesSubnet({ ...bare, subnets }, made), at);
    subnets.set(name, made);
  }
  return unread ? undefined : { ...bare, subnets };
}

function readSubnet(
  reading: Reading,
  vpc: string,
  id: string,
  input: NonNullable<Inputs<"vpcs">["subnets"]>[string],
  path: Path,
): Subnet | undefined {
  const { findings } = reading;
  const body = typeof input === "string" ? { cidr: input } : input;
  const cidrs = readCidrs(reading, body.cidr, typeof input === "string" ? path : [...path, "cidr"]);
  if (cidrs.length < list(body.cidr).length) return undefined;
  const subnet = { id, name: body.name ?? id, vpc, cidrs, table: undefined, source: findings.keyPlace(path) };
  if (body.hosts === undefined) return { ...subnet, hosts: undefined };
  const hosts = new Map<string, Host>();
  for (const [name, texts] of Object.entries(body.hosts)) {
    const at = [...path, "hosts", name];
    if (!checkName(reading, name, at)) continue;
    const addresses = list(texts).flatMap((text, i) => {
      const place = Array.isArray(texts) ? [...at, i] : at;
      const address = findings.parse(parseAddress, text, place);
      if (address === undefined) return [];
      checkHost(reading, hosts, subnet, address, text, place);
      return [address];
    });
    hosts.set(name, { name, addresses, source: findings.keyPlace(at) });
  }
  return { ...subnet, hosts };
}

function checkHost(
  { findings }: Reading,
  hosts: ReadonlyMap<string, Host>,
  subnet: Pick<Subnet, "id" | "cidrs">,
  address: Address,
  text: string,
  path: Path,
): void {
  if (!subnet.cidrs.some((cidr) => cidr.contains(address))) {
    findings.error("bad-address", `${text} lies outside ${subnet.id} (${subnet.cidrs.join(", ")})`, path);
  }
  const twin = [...hosts.values()].find((host) => host.addresses.includes(address));
  if (twin !== undefined) findings.error("duplicate", `${text} belongs to ${twin.name} already`, path);
}

function readCidrs(
  { findings }: Reading,
  value: string | readonly string[] | undefined,
  path: Path,
): Prefix[] {
  return list<string>(value).flatMap((text, i) => {
    const prefix = findings.parse(Prefix.parse, text, Array.isArray(value) ? [...path, i] : path);
    return prefix === undefined ? [] : [prefix];
  });
}

/** Returns the VPC of that name, or says that there is none. A VPC with a wrong shape is known, but is not returned. */
function findVpc({ input, findings }: Reading, network: Network, name: string, path: Path): Vpc | undefined {
  const vpc = network.vpcs.get(name);
  if (vpc === undefined && !Object.hasOwn(input.vpcs ?? {}, name)) {
    findings.error("missing-reference", `there is no VPC ${name}`, path, nearest(name, network.vpcs.keys()));
  }
  return vpc;
}

function readGateways(reading: Reading, network: Network): Map<string, Gateway> {
  const { findings } = reading;
  const gateways = new Map<string, Gateway>();
  for (const [id, input] of entries(reading.input.gateways)) {
    const path = ["gateways", id];
    if (!checkName(reading, id, path)) continue;
    const [word, name, ...more] =
      typeof input === "string" ? input.trim().split(/\s+/) : [input.kind, String(input.vpc)];
    const kind = GATEWAY_KINDS.find((known) => known === word);
    if (kind === undefined || name === undefined || more.length > 0) {
      findings.error(
        "bad-text",
        `a gateway is written KIND VPC, and KIND is ${GATEWAY_KINDS.join(", ")}`,
        path,
        nearest(word, GATEWAY_KINDS),
      );
      continue;
    }
    const vpc = findVpc(reading, network, name, path);
    if (vpc !== undefined)
      gateways.set(id, { id, kind: kind as GatewayKind, vpc: name, source: findings.keyPlace(path) });
  }
  return gateways;
}

function readPeerings(reading: Reading, network: Network): Network {
  const { input, findings } = reading;
  let next = network;
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
      judge(reading, refusesPeering(next, profile, peering), path);
    }
    next = withPeering(next, peering);
  }
  return next;
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

function readTables(reading: Reading, network: Network): Network {
  const vpcs = new Map(network.vpcs);
  const users = new Map<string, string>();
  for (const [key, input] of entries(reading.input.routes)) {
    const path = ["routes", key];
    const body = typeof input === "string" || Array.isArray(input) ? { routes: input } : input;
    const routesPath = body === input ? [...path, "routes"] : path;
    const isMain = vpcs.has(key);
    if (!isMain && Object.hasOwn(reading.input.vpcs ?? {}, key)) continue; // its VPC has a wrong shape
    if (!isMain && !checkName(reading, key, path)) continue;
    const subnets = readSubnetNames(reading, network, body, key, path, users);
    const vpc = vpcs.get(isMain ? key : (subnets.vpc ?? ""));
    if (vpc === undefined) continue;
    const id = isMain ? vpc.mainTable : key;
    const routes = readRoutes(reading, network, vpc, id, body.routes ?? [], routesPath);
    const table: RouteTable = { id, vpc: vpc.id, routes, source: reading.findings.keyPlace(path) };
    const moved = new Map(vpc.subnets);
    for (const name of subnets.names) moved.set(name, { ...moved.get(name)!, table: id });
    vpcs.set(vpc.id, { ...vpc, tables: new Map(vpc.tables).set(id, table), subnets: moved });
  }
  return { ...network, vpcs };
}

/** Returns the VPC of a named table and which of its subnets use it. */
function readSubnetNames(
  reading: Reading,
  network: Network,
  body: { readonly vpc?: string | number | undefined; readonly subnets?: readonly string[] | undefined },
  key: string,
  path: Path,
  users: Map<string, string>,
): { readonly vpc: string | undefined; readonly names: readonly string[] } {
  const { findings } = reading;
  const isMain = network.vpcs.has(key);
  let owner = isMain ? key : body.vpc === undefined ? undefined : String(body.vpc);
  if (isMain && (body.vpc !== undefined || body.subnets !== undefined)) {
    findings.error(
      "bad-text",
      `${key} is a VPC, and its main table serves every subnet that no other table lists`,
      path,
    );
  } else if (owner !== undefined && findVpc(reading, network, owner, [...path, "vpc"]) === undefined) {
    return { vpc: undefined, names: [] };
  }
  const names: string[] = [];
  for (const [i, text] of (isMain ? [] : (body.subnets ?? [])).entries()) {
    const at = [...path, "subnets", i];
    const slash = text.indexOf("/");
    const [vpcName, name] = slash < 0 ? [owner, text] : [text.slice(0, slash), text.slice(slash + 1)];
    const vpc = vpcName === undefined ? undefined : network.vpcs.get(vpcName);
    if (vpcName === undefined)
      findings.error("missing-reference", `${text} does not say its VPC`, at, `VPC/${text}`);
    else if (vpc === undefined) findVpc(reading, network, vpcName, at);
    else if (owner !== undefined && owner !== vpcName) {
      findings.error("bad-text", `${text} is not in ${owner}, and a table serves one VPC`, at);
    } else if (!vpc.subnets.has(name)) {
      const known = Object.hasOwn(reading.input.vpcs[vpcName]?.subnets ?? {}, name);
      if (!known)
        findings.error(
          "missing-reference",
          `${vpcName} has no subnet ${name}`,
          at,
          nearest(name, vpc.subnets.keys()),
        );
    } else {
      owner = vpcName;
      const full = `${vpcName}/${name}`;
      const other = users.get(full);
      if (other !== undefined)
        findings.error("duplicate", `${full} uses ${other} already, and a subnet has one table`, at);
      users.set(full, key);
      names.push(name);
    }
  }
  if (owner === undefined && body.subnets === undefined) {
    const message = `${key} is neither a VPC nor a table that lists its subnets`;
    findings.keyError("missing-reference", message, path, nearest(key, network.vpcs.keys()));
  }
  return { vpc: owner, names };
}

/** Returns the table's routes; undefined where the file says that they are not known. */
function readRoutes(
  reading: Reading,
  network: Network,
  vpc: Vpc,
  table: string,
  input: Extract<Inputs<"routes">, readonly unknown[]> | string,
  path: Path,
): Routes | undefined {
  if (typeof input === "string") return undefined;
  const { findings } = reading;
  const written: WrittenRoute[] = [];
  const beside = new Map<string, string[]>();
  for (const [i, entry] of input.entries()) {
    const at = [...path, i];
    const route =
      typeof entry === "string" ? findings.parse(parseRoute, entry, at) : readRouteMap(reading, entry, at);
    if (route === undefined) continue;
    const key = `${route.destination}`;
    const targets = beside.get(key) ?? [];
    if (isLocal(vpc, route)) continue;
    if (checkTarget(reading, network, route.target, at)) {
      judge(reading, refusesRoute(network, vpc, table, route, targets), at);
    }
    beside.set(key, [...targets, route.target]);
    written.push({ ...route, source: findings.document.offset(at) });
  }
  return Routes.from(written, findings.document.places);
}

function readRouteMap(
  { findings }: Reading,
  entry: {
    readonly destination: string;
    readonly target: string | number;
    readonly enabled?: boolean | undefined;
  },
  path: Path,
): RouteText | undefined {
  const destination = findings.parse(Prefix.parse, entry.destination, [...path, "destination"]);
  return destination && { destination, target: String(entry.target), enabled: entry.enabled ?? true };
}

/** Every table has the local route; a file may spell it out. */
function isLocal(vpc: Vpc, { destination, target }: RouteText): boolean {
  return target === "local" && [...vpc.cidrs, ...vpc.secondary].some((cidr) => cidr.equals(destination));
}

/**
 * Reports whether the rules can judge the target. A target that nothing declares is an error, or, read leniently, a
 * dead next hop; one whose declaration has a wrong shape was complained about already.
 */
function checkTarget({ input, findings }: Reading, network: Network, target: string, path: Path): boolean {
  if (network.peerings.has(target) || network.gateways.has(target) || target === "blackhole") return true;
  if (Object.hasOwn(input.peerings ?? {}, target) || Object.hasOwn(input.gateways ?? {}, target))
    return false;
  const message = `there is no peering or gateway ${target}`;
  if (input.load === "lenient")
    findings.warning("missing-reference", `${message}: packets that take this route are lost`, path);
  else
    findings.error(
      "missing-reference",
      message,
      path,
      nearest(target, [...network.peerings.keys(), ...network.gateways.keys()]),
    );
  return false;
}
