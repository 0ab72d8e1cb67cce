import type { Action } from "./action.ts";
import type { Network } from "./network.ts";
import type { Profile, Rule } from "./profile.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** How an action ends: a new network and what happened, or a coded refusal. */

export type Outcome = Applied | { readonly kind: "refused"; readonly refusal: Refusal };

export interface Applied {
  readonly kind: "applied";
  readonly network: Network;
  readonly events: readonly Event[];
}

/** One thing that an action did. */
export interface Event {
  readonly kind:
    | "peering-created"
    | "peering-failed"
    | "peering-accepted"
    | "account-unknown"
    | "peering-rejected"
    | "peering-renewed"
    | "peering-expired"
    | "peering-deleted"
    | "peering-isolated"
    | "peering-restored"
    | "peering-modified"
    | "peering-dismissed"
    | "vpc-created"
    | "vpc-deleted"
    | "cidr-added"
    | "cidr-removed"
    | "subnet-created"
    | "subnet-deleted"
    | "subnet-associated"
    | "table-created"
    | "table-deleted"
    | "route-added"
    | "route-deleted"
    | "route-blackholed"
    | "route-shadowed"
    | "route-replaced"
    | "routes-reset"
    | "route-enabled"
    | "route-disabled"
    | "clock-advanced";
  /** Id of the peering, table, subnet or VPC; empty for the clock. */
  readonly subject: string;
  readonly message: string;
}

/** Refuses an action that names an actor who is not entitled to it. */
export function wrongActor(
  profile: Profile,
  action: Action,
  entitled: readonly string[],
  deed: string,
): Outcome | undefined {
  if (action.as === undefined || entitled.includes(action.as)) return undefined;
  const who = [...new Set(entitled)].join(" or ");
  const message = `account ${action.as} may not ${deed}; that is for ${who}`;
  return refused(profile, "wrong-actor", message, "Act as the account that is entitled to.");
}

/** Refuses what an account asks about the VPC of another one, which for that account does not exist (A41). */
export function wrongOwner(
  profile: Profile,
  action: Action,
  owners: readonly string[],
  deed: string,
): Outcome | undefined {
  if (action.as === undefined || owners.includes(action.as)) return undefined;
  const message = `account ${action.as} cannot ${deed}, which belongs to ${[...new Set(owners)].join(" and ")}`;
  return refused(profile, "wrong-owner", message, "Act as the account that it belongs to.");
}

export function notFound(profile: Profile, what: string, id: string): Outcome {
  return refused(profile, "not-found", `there is no ${what} ${id}`, "Check the name.");
}

export function refused(profile: Profile, rule: Rule, message: string, advice: string): Outcome {
  return { kind: "refused", refusal: refuse(profile, rule, message, advice) };
}

export function applied(network: Network, events: readonly Event[]): Applied {
  return { kind: "applied", network, events };
}
