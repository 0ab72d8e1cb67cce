import type { Prefix } from "@twoway/core";
import type { Services } from "./services.ts";

/** What lets packets pass or refuses them, beside the routes: security groups at hosts, network ACLs at subnets. */

/** Rules in the order in which they are tried: the first that matches decides, and what none matches is denied. */
interface Filter {
  readonly id: string;
  readonly name: string;
  /** For packets towards the host or into the subnet. */
  readonly ingress: readonly FilterRule[];
  readonly egress: readonly FilterRule[];
  readonly source: string;
}

/**
 * Stateful: the reply of a packet passes unseen. A host with several groups has the rules of all, in the order of its
 * groups. Where a cloud's groups can only allow, the order makes no difference.
 */
export interface SecurityGroup extends Filter {
  readonly account?: string;
  readonly region?: string;
  readonly vpc?: string;
}

/** Stateless: the reply is a packet like any other. Looked at between subnets, never inside one. */
export interface NetworkAcl extends Filter {
  readonly vpc: string;
}

export interface FilterRule {
  /** What the cloud calls it behind the id of its filter: `ingress rule 3`, `rule 100`. */
  readonly name: string;
  readonly action: "allow" | "deny";
  /** The far end: the sender for ingress, the receiver for egress. */
  readonly remote: Remote;
  /** Protocol and destination port. */
  readonly services: Services;
  readonly source: string;
}

export type Remote =
  /** Prefix lists are written out by the readers. */
  | { readonly kind: "cidrs"; readonly cidrs: readonly Prefix[] }
  /** The hosts that have this group. */
  | { readonly kind: "group"; readonly group: string }
  /** The input does not say: the rule may match any packet of its services. */
  | { readonly kind: "unknown"; readonly reason: string };

const UNKNOWN = ".unknown-groups";

/** Returns what stands among a host's groups for those that the input does not say: an id that no group has. */
export function unknownGroupsOf(host: string): string {
  return `${host}${UNKNOWN}`;
}

/** Reports whether hosts of these groups are in the group; "unknown" when they may have more groups than these. */
export function isMember(groups: readonly string[], group: string): "yes" | "no" | "unknown" {
  if (groups.includes(group)) return "yes";
  return groups.some((id) => id.endsWith(UNKNOWN)) ? "unknown" : "no";
}
