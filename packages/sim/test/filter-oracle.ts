import type { Address, Prefix } from "@twoway/core";
import type { Network } from "@twoway/sim";

/**
 * The slow twin of filters on direct ways: the rules of each filter are tried one by one for one packet with one service.
 * Written from SPEC (3.1, S13); it shares `Prefix` with the simulator and no other code.
 */

export interface PlainRule {
  readonly allow: boolean;
  /** CIDRs, the name of a group, or undefined when nobody knows. */
  readonly remote: readonly Prefix[] | string | undefined;
  /** Undefined means every protocol. */
  readonly protocol: number | undefined;
  readonly from: number;
  readonly to: number;
}

export interface PlainFilter {
  readonly ingress: readonly PlainRule[];
  readonly egress: readonly PlainRule[];
}

export interface PlainFilters {
  readonly network: Network;
  readonly acls: ReadonlyMap<string, PlainFilter>;
  readonly groups: ReadonlyMap<string, PlainFilter>;
}

export interface Place {
  readonly vpc: string;
  readonly subnet: string;
  readonly address: Address;
}

export type Said = "yes" | "no" | "maybe";

/** What all filters say about a packet from the one to the other that routes deliver; groups do not look at a reply. */
export function filtersSay(
  filters: PlainFilters,
  from: Place,
  to: Place,
  packet: { readonly protocol: number; readonly port: number; readonly isReply: boolean },
): Said {
  const said: Said[] = [];
  const [sender, receiver] = [subnetOf(filters, from), subnetOf(filters, to)];
  const arrival = holderOf(filters, to);
  if (!packet.isReply) {
    said.push(groupsSay(filters, from, to, "egress", packet));
    said.push(groupsSay(filters, to, from, "ingress", packet));
  }
  if (sender.acl !== undefined && !(from.vpc === to.vpc && sender === receiver))
    said.push(aclSays(filters, sender.acl, "egress", to, packet));
  if (arrival.acl !== undefined && !(from.vpc === to.vpc && arrival === sender))
    said.push(aclSays(filters, arrival.acl, "ingress", from, packet));
  return said.includes("no") ? "no" : said.includes("maybe") ? "maybe" : "yes";
}

function subnetOf({ network }: PlainFilters, { vpc, subnet }: Place) {
  return network.vpcs.get(vpc)!.subnets.get(subnet)!;
}

/** The first subnet that has the address receives it. */
function holderOf({ network }: PlainFilters, { vpc, address }: Place) {
  const subnets = [...network.vpcs.get(vpc)!.subnets.values()];
  return subnets.find(({ cidrs }) => cidrs.some((cidr) => cidr.contains(address)))!;
}

function groupsAt(filters: PlainFilters, place: Place): readonly string[] | undefined {
  const { hosts, groups } = subnetOf(filters, place);
  const host = [...(hosts?.values() ?? [])].find(({ addresses }) => addresses.includes(place.address));
  return host?.groups ?? groups;
}

type Service = { readonly protocol: number; readonly port: number };

function aclSays(
  { acls }: PlainFilters,
  id: string,
  direction: "ingress" | "egress",
  remote: Place,
  service: Service,
): Said {
  const rules = acls.get(id)?.[direction];
  if (rules === undefined) return "maybe";
  return outcome(
    rules.map((rule) => ({ rule, match: matches(rule, service, remote.address, undefined, false) })),
  );
}

function groupsSay(
  filters: PlainFilters,
  host: Place,
  remote: Place,
  direction: "ingress" | "egress",
  service: Service,
): Said {
  const ids = groupsAt(filters, host);
  if (ids === undefined || ids.length === 0) return "yes";
  const { network } = filters;
  const [mine, theirs] = [network.vpcs.get(host.vpc)!, network.vpcs.get(remote.vpc)!];
  const isJoined = [...network.peerings.values()].some(
    ({ state, requester, accepter }) =>
      state === "ACTIVE" &&
      [requester.vpc, accepter.vpc].includes(mine.id) &&
      [requester.vpc, accepter.vpc].includes(theirs.id),
  );
  const isAws = mine.profile.name === "aws";
  const shares =
    mine === theirs ||
    (mine.region === theirs.region && (isAws ? isJoined : mine.account === theirs.account));
  const steps = ids.flatMap((id): Step[] => {
    const rules = filters.groups.get(id)?.[direction];
    // one that only allows can refuse nothing, known or not
    if (rules === undefined) {
      const allow: Step = { rule: ANYTHING, match: "maybe" };
      return isAws ? [allow] : [allow, { rule: { ...ANYTHING, allow: false }, match: "maybe" }];
    }
    return rules.map((rule) => ({
      rule,
      match: matches(rule, service, remote.address, groupsAt(filters, remote), shares),
    }));
  });
  return outcome(steps);
}

const ANYTHING: PlainRule = { allow: true, remote: undefined, protocol: undefined, from: 0, to: 65535 };

interface Step {
  readonly rule: PlainRule;
  readonly match: Said;
}

/** Every end that the steps may come to: the first match decides, and what none matches is denied. */
function outcome(steps: readonly Step[]): Said {
  const ends = new Set<boolean>();
  for (const { rule, match } of steps) {
    if (match === "no") continue;
    ends.add(rule.allow);
    if (match === "yes") return ends.size > 1 ? "maybe" : rule.allow ? "yes" : "no";
  }
  ends.add(false);
  return ends.size > 1 ? "maybe" : "no";
}

function matches(
  { remote, protocol, from, to }: PlainRule,
  service: Service,
  address: Address,
  groups: readonly string[] | undefined,
  shares: boolean,
): Said {
  if (protocol !== undefined && (service.protocol !== protocol || service.port < from || service.port > to))
    return "no";
  if (remote === undefined) return "maybe";
  if (typeof remote !== "string") return remote.some((cidr) => cidr.contains(address)) ? "yes" : "no";
  if (!shares) return "no";
  return groups === undefined ? "maybe" : groups.includes(remote) ? "yes" : "no";
}
