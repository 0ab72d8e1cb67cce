import { type Address, address4, formatAddress, ParseError, Prefix, parseAddress } from "@twoway/core";
import { PROFILES } from "../../model/profile.ts";
import { grouped, type Inventory, sorted } from "./inventory.ts";
import type { HostRecord, SubnetRecord } from "./records.ts";

/**
 * Hosts that get their address when a plan is applied: their subnet and their groups are known, so what is true of every
 * address of the subnet is true of them. Where nothing in the network tells its addresses apart, a free one stands for the
 * one that the cloud will choose. O(hosts + CIDRs) when there are such hosts.
 */
export function settleAddresses(inventory: Inventory): void {
  const { hosts, subnets, problems } = inventory;
  const waiting = sorted(hosts.values()).filter(({ addresses }) => addresses.length === 0);
  if (waiting.length === 0) return;
  const parts = cidrsOf(inventory);
  const neighbours = grouped(hosts.values(), ({ subnet }) => subnet);
  for (const [id, group] of grouped(waiting, ({ subnet }) => subnet)) {
    const subnet = subnets.get(id ?? "");
    const block = subnet && blockOf(subnet);
    if (subnet === undefined || block === undefined) continue;
    const taken = new Set((neighbours.get(id) ?? []).flatMap((host) => addressesOf(host)));
    const tellsApart = parts.find(
      (part) =>
        part.bits > block.bits && block.covers(part) && !(part.bits === 32 && taken.has(part.address)),
    );
    if (tellsApart !== undefined) {
      for (const { id: host, place } of group) {
        const message = `its address in ${subnet.id} is not known, and ${tellsApart} tells that subnet's addresses apart`;
        problems.warning("missing-reference", message, place, `a private address for ${host}`);
      }
      continue;
    }
    const free = freeOf(subnet, block, taken);
    for (const host of group) {
      const { value: own } = free.next();
      if (own === undefined) break;
      hosts.set(host.id, { ...host, addresses: [formatAddress(own)] });
      const message = `its address is not known: ${formatAddress(own)} stands for it, as any other of ${subnet.id} would`;
      problems.warning("missing-reference", message, host.place);
    }
  }
}

/** Returns every CIDR by which a route or a rule may tell addresses apart. */
function cidrsOf({
  tables,
  looseRoutes,
  groups,
  acls,
  looseRules,
  prefixLists,
  hubRoutes,
  hubTables,
  advertised,
}: Inventory): Prefix[] {
  const texts = new Set<string>();
  const routes = [...tables.values()].flatMap((table) => table.routes ?? []);
  for (const { destination } of [...routes, ...looseRoutes.map(({ route }) => route)])
    if (destination !== undefined) texts.add(destination);
  const filters = [...groups.values(), ...acls.values()];
  const rules = filters.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress]);
  for (const { cidrs } of [...rules, ...looseRules.map(({ rule }) => rule)])
    for (const cidr of cidrs) texts.add(cidr);
  for (const cidrs of [...prefixLists.values(), ...advertised.values()])
    for (const cidr of cidrs) texts.add(cidr);
  for (const { routes: listed = [] } of hubTables.values())
    for (const { destination } of listed) texts.add(destination);
  for (const { route } of hubRoutes) texts.add(route.destination);
  return [...texts].flatMap((text) => prefixOf(text) ?? []).filter(({ family }) => family === 4);
}

/** What is no CIDR is judged where it is read. */
function prefixOf(text: string): Prefix | undefined {
  try {
    return text.includes("/") ? Prefix.parse(text) : Prefix.from(parseAddress(text), 32);
  } catch (error) {
    if (error instanceof ParseError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function blockOf({ cidrs }: SubnetRecord): Prefix | undefined {
  return cidrs.flatMap((text) => prefixOf(text) ?? []).find(({ family }) => family === 4);
}

function addressesOf({ addresses }: HostRecord): Address[] {
  return addresses.flatMap((text) => prefixOf(text)?.address ?? []);
}

/** Returns the addresses that somebody can still have there, from the last one down. */
function* freeOf({ profile }: SubnetRecord, block: Prefix, taken: ReadonlySet<Address>): Generator<Address> {
  const { first, last } = PROFILES[profile].reserved4;
  for (let value = Number(block.last) - last; value >= Number(block.address) + first; value--) {
    const address = address4(value);
    if (!taken.has(address)) yield address;
  }
}
