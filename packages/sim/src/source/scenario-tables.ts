import { Prefix } from "@twoway/core";
import { parseRoute, type RouteText } from "../model/action.ts";
import { nearest } from "../model/issue.ts";
import type { Network, RouteTable, Subnet, Vpc } from "../model/network.ts";
import { Routes, type WrittenRoute } from "../model/routes.ts";
import { refusesRoute } from "../model/rules.ts";
import { checkName, entries, findVpc, type Inputs, judge, type Path, type Reading } from "./reading.ts";
import type { RouteList } from "./route-lists.ts";

/** The route tables of a scenario: whose they are, which subnets use them, and their routes, judged one by one. */

export function readTables(reading: Reading, network: Network): Network {
  // what becomes of the tables and subnets of each VPC that has routes
  const drafts = new Map<string, { tables: Map<string, RouteTable>; subnets: Map<string, Subnet> }>();
  const users = new Map<string, string>();
  const { document } = reading.findings;
  for (const [key, input] of entries(reading.input.routes)) {
    const path = ["routes", key];
    const body = typeof input === "string" || Array.isArray(input) ? { routes: input } : input;
    const routesPath = body === input ? [...path, "routes"] : path;
    const isMain = network.vpcs.has(key);
    if (!isMain && Object.hasOwn(reading.input.vpcs ?? {}, key)) continue; // its VPC has a wrong shape
    if (!isMain && !checkName(reading, key, path)) continue;
    const subnets = readSubnetNames(reading, network, body, key, path, users);
    const vpc = network.vpcs.get(isMain ? key : (subnets.vpc ?? ""));
    if (vpc === undefined) continue;
    if (vpc.classic) {
      reading.findings.error("refused", `${vpc.id} is a classic network, which has no routes`, path);
      continue;
    }
    const id = isMain ? vpc.mainTable : key;
    const list = document.routeList(routesPath);
    const routes =
      list?.routes(network, vpc, document.places) ??
      readRoutes(reading, network, vpc, id, list ?? body.routes ?? [], routesPath);
    const table: RouteTable = { id, vpc: vpc.id, routes, source: reading.findings.keyPlace(path) };
    const draft = drafts.get(vpc.id) ?? { tables: new Map(vpc.tables), subnets: new Map(vpc.subnets) };
    drafts.set(vpc.id, draft);
    draft.tables.set(id, table);
    for (const name of subnets.names) {
      draft.subnets.set(name, { ...draft.subnets.get(name)!, table: id });
    }
  }
  const vpcs = new Map(network.vpcs);
  for (const [id, draft] of drafts) vpcs.set(id, { ...vpcs.get(id)!, ...draft });
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
  input: Extract<Inputs<"routes">, readonly unknown[]> | RouteList | string,
  path: Path,
): Routes | undefined {
  if (typeof input === "string") return undefined;
  const { findings } = reading;
  const written: WrittenRoute[] = [];
  const beside = new Map<string, string[]>(); // by destination: the targets that are written before it
  let index = 0;
  for (const entry of input) {
    const at = [...path, index++];
    const route =
      typeof entry === "string" ? findings.parse(parseRoute, entry, at) : readRouteMap(reading, entry, at);
    if (route === undefined) continue;
    const key = `${route.destination}`;
    const targets = beside.get(key) ?? [];
    if (isLocal(vpc, route)) continue;
    if (checkTarget(reading, network, route.target, at)) {
      judge(reading, refusesRoute(network, vpc, table, route, targets), at);
    }
    targets.push(route.target);
    beside.set(key, targets);
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
  const known = [network.peerings, network.gateways, network.hubs ?? new Map<string, unknown>()];
  if (target === "blackhole" || known.some((things) => things.has(target))) return true;
  if ([input.peerings, input.gateways, input.hubs].some((section) => Object.hasOwn(section ?? {}, target)))
    return false;
  const message = `there is no peering, gateway or hub ${target}`;
  if (input.load === "lenient")
    findings.warning("missing-reference", `${message}: packets that take this route are lost`, path);
  else
    findings.error(
      "missing-reference",
      message,
      path,
      nearest(
        target,
        known.flatMap((things) => [...things.keys()]),
      ),
    );
  return false;
}
