import { formatAddress } from "@twoway/core";
import {
  type FilterRule,
  isMember,
  type NetworkAcl,
  type Remote,
  type SecurityGroup,
} from "../model/filter.ts";
import type { Hub } from "../model/hub.ts";
import type { Component, Gateway, Network, Subnet, Vpc } from "../model/network.ts";
import { ICMP, ICMPV6, Services, TCP, UDP } from "../model/services.ts";
import { groupsAt, type Packet, type Spot } from "./packet.ts";

/** Which services the filters on the way let pass. Routes never look at a service, and filters never at a route. */

/** Filters that a packet meets at one place. */
export interface Check {
  readonly kind: "security-group" | "network-acl" | "nat-gateway";
  readonly direction: "ingress" | "egress";
  /** Ids of the groups that are tried in this order, or of the one ACL or NAT gateway. */
  readonly filters: readonly string[];
  /** Where the filters stand. */
  readonly vpc: Vpc;
  /** The far end: the source of the packet for ingress, its destination for egress. */
  readonly remote: Spot;
  /** A rule may name a group that the far end has. */
  readonly knowsGroups: boolean;
}

/** What becomes of packets that differ in their service only; what is in neither set is dropped. */
export interface Fates {
  readonly delivered: Services;
  readonly unknown: Services;
}

/** Returns the check of the groups of a host that the packet leaves or reaches; none for a reply (stateful). */
export function groupCheck(
  direction: Check["direction"],
  vpc: Vpc,
  groups: readonly string[] | undefined,
  packet: Packet,
): Check[] {
  if (groups === undefined || groups.length === 0 || packet.isReply) return [];
  const remote = direction === "ingress" ? packet.source : packet.destination;
  const knowsGroups = direction === "egress" || packet.showsGroups;
  return [{ kind: "security-group", direction, filters: groups, vpc, remote, knowsGroups }];
}

/** Returns the check of the subnet's network ACL, of a reply too (stateless). */
export function aclCheck(direction: Check["direction"], vpc: Vpc, subnet: Subnet, packet: Packet): Check[] {
  if (subnet.acl === undefined) return [];
  const remote = direction === "ingress" ? packet.source : packet.destination;
  return [{ kind: "network-acl", direction, filters: [subnet.acl], vpc, remote, knowsGroups: false }];
}

/** What NAT gateways of every cloud translate (SPEC 3.5). */
export const TRANSLATED = Services.union([ICMP, TCP, UDP, ICMPV6].map((protocol) => Services.of(protocol)));

/** Returns the check of a NAT gateway that the packet goes through; a reply passes by what it remembers. */
export function natCheck(vpc: Vpc, gateway: Gateway, packet: Packet): Check[] {
  if (packet.isReply) return [];
  const filters = [gateway.id];
  return [
    { kind: "nat-gateway", direction: "ingress", filters, vpc, remote: packet.source, knowsGroups: false },
  ];
}

/**
 * Returns which services the check lets pass: the first rule that matches decides, and what none matches is denied. A
 * rule of which the input does not say what it matches leaves a doubt about what it would change. O(rules).
 */
export function admit(network: Network, check: Check, remote: Spot): Fates {
  if (check.kind === "nat-gateway") return { delivered: TRANSLATED, unknown: Services.none };
  let rest = Services.all;
  const allowed: Services[] = [];
  const mayAllow: Services[] = [];
  const mayDeny: Services[] = [];
  for (const { rule, match } of rulesFor(network, check, remote)) {
    const hit = rest.intersect(rule === undefined ? Services.all : rule.services);
    if (hit.isEmpty) continue;
    if (match === "unknown") {
      if (rule?.action !== "deny") mayAllow.push(hit);
      if (rule === undefined ? mayRefuse(check) : rule.action === "deny") mayDeny.push(hit);
      continue;
    }
    if (rule?.action === "allow") allowed.push(hit);
    rest = rest.subtract(hit);
  }
  const passed = Services.union(allowed);
  const delivered = passed.subtract(Services.union(mayDeny));
  return { delivered, unknown: Services.union([...mayAllow, passed]).subtract(delivered) };
}

/** What a check says about one service that it does not let pass for sure. */
export interface Refusal {
  readonly component: Component;
  readonly message: string;
}

/** Returns the rule, or the lack of one, by which the check stops the service or leaves it in doubt. */
export function refusalOf(
  network: Network,
  check: Check,
  remote: Spot,
  packet: { readonly point: number; readonly service: string; readonly outcome: "dropped" | "unknown" },
): Refusal {
  const { account, region } = check.vpc;
  const end = check.direction === "ingress" ? "from" : "to";
  const what = `${packet.service} ${end} ${formatAddress(remote.address)}`;
  if (check.kind === "nat-gateway") {
    const [id] = check.filters;
    const source = network.gateways.get(id)?.source ?? "";
    const component = { id, kind: "gateway", account, region, source } as const;
    return { component, message: `${id} translates TCP, UDP and ICMP, and refuses ${what}` };
  }
  const at = { kind: check.kind, account, region };
  for (const { rule, match, filter, id, reason } of rulesFor(network, check, remote)) {
    if (rule !== undefined && !rule.services.has(packet.point)) continue;
    const source = rule?.source ?? filter?.source ?? "";
    if (match === "unknown") {
      if (packet.outcome === "dropped") continue; // with this rule or without it, the end is the same
      const name = rule === undefined ? id : `${id} ${rule.name}`;
      return {
        component: { ...at, id: name, source },
        message: `whether ${name} lets ${what} pass: ${reason}`,
      };
    }
    if (rule === undefined || rule.action === "allow") break;
    const name = `${id} ${rule.name}`;
    return {
      component: { ...at, id: name, source },
      message: `${name} (deny), ${check.direction}: ${what} is refused`,
    };
  }
  const ids = check.filters.join(", ");
  const first = filterOf(network, check, check.filters[0]);
  const component = { ...at, id: ids, source: first?.source ?? "" };
  return { component, message: `no ${check.direction} rule of ${ids} allows ${what}` };
}

interface Candidate {
  readonly id: string;
  readonly filter: SecurityGroup | NetworkAcl | undefined;
  /** Undefined when the whole filter is not part of the input. */
  readonly rule: FilterRule | undefined;
  readonly match: "yes" | "unknown";
  /** Why the match is unknown. */
  readonly reason: string;
}

/** The rules that match the remote end, or may match it, in the order in which they are tried. */
function* rulesFor(network: Network, check: Check, remote: Spot): Generator<Candidate> {
  for (const id of check.filters) {
    const filter = filterOf(network, check, id);
    if (filter === undefined) {
      yield { id, filter, rule: undefined, match: "unknown", reason: `${id} is not part of the input` };
      continue;
    }
    for (const rule of filter[check.direction]) {
      const match = matches(network, check, rule.remote, remote);
      if (match === "no") continue;
      const reason = match === "yes" ? "" : match.reason;
      yield { id, filter, rule, match: match === "yes" ? "yes" : "unknown", reason };
    }
  }
}

function filterOf(network: Network, { kind }: Check, id: string): SecurityGroup | NetworkAcl | undefined {
  return kind === "security-group" ? network.groups?.get(id) : network.acls?.get(id);
}

/** Reports whether a filter that is not part of the input may refuse what a later one would allow. */
export function mayRefuse({ kind, vpc }: Pick<Check, "kind" | "vpc">): boolean {
  return kind === "network-acl" || vpc.profile.groupsDeny;
}

type Match = "yes" | "no" | { readonly reason: string };

function matches(network: Network, check: Check, rule: Remote, remote: Spot): Match {
  switch (rule.kind) {
    case "cidrs":
      return rule.cidrs.some((cidr) => cidr.contains(remote.address)) ? "yes" : "no";
    case "unknown":
      return rule;
    case "group": {
      if (
        remote.vpc === undefined ||
        !check.knowsGroups ||
        !seesGroups(network, check.vpc, remote.vpc, check.direction)
      )
        return "no";
      const groups = groupsAt(network, remote);
      const member = groups === undefined ? "unknown" : isMember(groups, rule.group);
      if (member !== "unknown") return member;
      return { reason: `the input does not say which groups ${formatAddress(remote.address)} has` };
    }
    default:
      return rule satisfies never;
  }
}

/**
 * Reports whether rules of the one VPC see the groups of the other's hosts. Across a transit gateway those for what comes in
 * do, and those for what goes out do not. O(peerings) once for a network.
 */
export function seesGroups(network: Network, vpc: Vpc, far: string, direction: Check["direction"]): boolean {
  if (far === vpc.id) return true;
  const other = network.vpcs.get(far);
  if (other === undefined || other.region !== vpc.region) return false;
  if (vpc.profile.groupReferences === "account") return other.account === vpc.account;
  let near = joined.get(network);
  if (near === undefined) {
    near = new Map();
    const join = (a: string, b: string): void => {
      const known = near!.get(a) ?? new Set();
      near!.set(a, known.add(b));
    };
    for (const { state, requester, accepter } of network.peerings.values()) {
      if (state !== "ACTIVE") continue;
      join(requester.vpc, accepter.vpc);
      join(accepter.vpc, requester.vpc);
    }
    joined.set(network, near);
  }
  if (near.get(vpc.id)?.has(far) === true) return true;
  if (direction === "egress") return false;
  const isOn = ({ attachments }: Hub, id: string): boolean =>
    [...attachments.values()].some(
      ({ vpc, state, groupReferences }) => vpc === id && state === "available" && groupReferences !== false,
    );
  return [...(network.hubs?.values() ?? [])].some(
    (hub) => hub.groupReferences === true && isOn(hub, vpc.id) && isOn(hub, far),
  );
}

/** The VPCs that an active peering joins with each. */
const joined = new WeakMap<Network, Map<string, Set<string>>>();
