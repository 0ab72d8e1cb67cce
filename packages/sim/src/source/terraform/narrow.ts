import { ParseError, Prefix } from "@twoway/core";
import type { Inventory } from "../inventory/inventory.ts";
import type { ReadyResource } from "./resource.ts";

/**
 * What cannot be, and what is meant most likely, of arguments that may have several values: maps of maps in locals leave of
 * `aws_vpc.all[each.value.vpc].id` every VPC. A subnet lies inside of its VPC, what joins two things joins two of one VPC, no
 * table has a route to its own VPC, and things are named for what they belong to. The first three are rules of the cloud;
 * the last is said in a warning. O(resources × candidates).
 */
export function narrow(inventory: Inventory, resources: readonly ReadyResource[]): readonly ReadyResource[] {
  const ranges = rangesOf(resources);
  let all = resources.map((resource) => narrowSubnet(resource, ranges));
  const owners = ownersOf(all);
  all = all.map((resource) => narrowNeighbours(resource, owners));
  const say = ({ address }: ReadyResource, key: string, id: string): void => {
    const message = `${key} is taken for ${id}, for which its key is named: the plan does not tell`;
    inventory.problems.warning("ambiguous", message, { source: `${address}.${key}`, path: "" });
  };
  all = all.map((resource) => nameEnds(resource, say));
  const ends = new Map(all.flatMap((resource) => endsOf(resource)));
  return all.map((resource) => narrowRoute(resource, { ranges, owners, ends }, say));
}

type Owners = ReadonlyMap<string, string>;
type Ranges = ReadonlyMap<string, readonly Prefix[]>;
type Say = (resource: ReadyResource, key: string, id: string) => void;

/** Returns the resource with the argument narrowed down to these; given, when it is one. */
function keep(resource: ReadyResource, key: string, ids: readonly string[]): ReadyResource {
  const known = resource.open.get(key) ?? [];
  if (ids.length === 0 || ids.length === known.length) return resource;
  const open = new Map(resource.open);
  if (ids.length > 1) return { ...resource, open: open.set(key, ids) };
  open.delete(key);
  return { ...resource, open, values: { ...resource.values, [key]: ids[0] } };
}

function narrowSubnet(resource: ReadyResource, ranges: Ranges): ReadyResource {
  const { type, values, open } = resource;
  const candidates = open.get("vpc_id") ?? [];
  const block =
    type === "aws_subnet" || type === "tencentcloud_subnet" ? prefixOf(values.cidr_block) : undefined;
  if (block === undefined) return resource;
  const around = (vpc: string): boolean => ranges.get(vpc)?.some((range) => range.covers(block)) ?? true;
  return keep(resource, "vpc_id", candidates.filter(around));
}

/** What stands in one resource with something of a known VPC is of that VPC. */
const TOGETHER: ReadonlyMap<string, readonly string[]> = new Map([
  ["aws_route_table_association", ["subnet_id", "route_table_id"]],
  ["aws_main_route_table_association", ["vpc_id", "route_table_id"]],
  ["aws_network_acl_association", ["subnet_id", "network_acl_id"]],
  ["aws_route", ["route_table_id", "gateway_id", "nat_gateway_id", "egress_only_gateway_id"]],
  ["tencentcloud_route_table_association", ["subnet_id", "route_table_id"]],
]);

function narrowNeighbours(resource: ReadyResource, owners: Owners): ReadyResource {
  const keys = TOGETHER.get(resource.type) ?? [];
  const [vpc, ...others] = new Set(keys.flatMap((key) => owners.get(String(resource.values[key])) ?? []));
  if (vpc === undefined || others.length > 0) return resource;
  return keys.reduce((known, key) => {
    const candidates = known.open.get(key) ?? [];
    return keep(
      known,
      key,
      candidates.filter((id) => (owners.get(id) ?? vpc) === vpc),
    );
  }, resource);
}

/** The two ends of a peering are symmetric for packets: `app-db` joins `app` and `db`, whichever asks. */
function nameEnds(resource: ReadyResource, say: Say): ReadyResource {
  if (resource.type !== "aws_vpc_peering_connection") return resource;
  const open = ["vpc_id", "peer_vpc_id"].filter((key) => resource.open.has(key));
  const known = [resource.values.vpc_id, resource.values.peer_vpc_id];
  const candidates = [...new Set(open.flatMap((key) => resource.open.get(key) ?? []))];
  const named = namedIn(resource, candidates).filter((id) => !known.includes(id));
  if (open.length === 0 || named.length !== open.length) return resource;
  return open.reduce((given, key, i) => {
    say(resource, key, named[i]);
    return keep(given, key, [named[i]]);
  }, resource);
}

interface Known {
  readonly ranges: Ranges;
  readonly owners: Owners;
  /** By peering: its VPCs. */
  readonly ends: ReadonlyMap<string, readonly string[]>;
}

function narrowRoute(resource: ReadyResource, { ranges, owners, ends }: Known, say: Say): ReadyResource {
  if (resource.type !== "aws_route") return resource;
  const pcx = "vpc_peering_connection_id";
  let known = resource;
  const named = namedIn(known, known.open.get(pcx) ?? []);
  if (named.length === 1) {
    say(known, pcx, named[0]);
    known = keep(known, pcx, named);
  }
  const destination = prefixOf(known.values.destination_cidr_block);
  const joined = ends.get(String(known.values[pcx]));
  const tables = (known.open.get("route_table_id") ?? []).filter((table) => {
    const vpc = owners.get(table) ?? "";
    const isOwn = destination !== undefined && ranges.get(vpc)?.some((range) => range.covers(destination));
    return isOwn !== true && (joined === undefined || joined.includes(vpc));
  });
  return keep(known, "route_table_id", tables);
}

/** Returns those of the candidates whose own key stands, as a word or several, in the key of the resource. */
function namedIn({ address }: ReadyResource, candidates: readonly string[]): readonly string[] {
  const key = /\["(.*)"\]$/.exec(address)?.[1];
  if (key === undefined) return [];
  return candidates.filter((id) => {
    const own = /(?:^|\.)(?:aws|tencentcloud)_\w+\.[\w-]+\.(.+)$/.exec(id)?.[1];
    return (
      own !== undefined &&
      `-${key.replace(/[^\p{L}\p{N}]+/gu, "-")}-`.includes(`-${own.replace(/[^\p{L}\p{N}]+/gu, "-")}-`)
    );
  });
}

function rangesOf(resources: readonly ReadyResource[]): Ranges {
  const ranges = new Map<string, Prefix[]>();
  const add = (vpc: unknown, text: unknown): void => {
    const range = prefixOf(text);
    if (typeof vpc === "string" && range !== undefined) ranges.set(vpc, [...(ranges.get(vpc) ?? []), range]);
  };
  for (const { type, id, values } of resources) {
    if (type === "aws_vpc" || type === "tencentcloud_vpc") add(id, values.cidr_block);
    if (type === "aws_vpc_ipv4_cidr_block_association") add(values.vpc_id, values.cidr_block);
  }
  return ranges;
}

/** Returns by id the VPC of everything that says one. */
function ownersOf(resources: readonly ReadyResource[]): Owners {
  const owners = new Map<string, string>();
  for (const { type, id, values } of resources) {
    if (type === "aws_vpc") owners.set(id, id);
    else if (typeof values.vpc_id === "string") owners.set(id, values.vpc_id);
  }
  for (const { id, values } of resources) {
    const vpc = owners.get(String(values.subnet_id));
    if (vpc !== undefined && !owners.has(id)) owners.set(id, vpc);
  }
  return owners;
}

function endsOf({ type, id, values }: ReadyResource): (readonly [string, readonly string[]])[] {
  const { vpc_id: vpc, peer_vpc_id: peer } = values;
  if (type !== "aws_vpc_peering_connection" || typeof vpc !== "string" || typeof peer !== "string") return [];
  return [[id, [vpc, peer]]];
}

function prefixOf(text: unknown): Prefix | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return Prefix.parse(text);
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}
