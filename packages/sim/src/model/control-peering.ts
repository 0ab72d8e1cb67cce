import type { Action, PeeringMove } from "./action.ts";
import { DAY, formatTime } from "./clock.ts";
import { displayNameProblem, nameProblem } from "./name.ts";
import { type Network, profileOf, type Vpc, withPeering, withRoutes, withVpc } from "./network.ts";
import {
  type Applied,
  applied,
  type Event,
  notFound,
  type Outcome,
  refused,
  wrongActor,
  wrongOwner,
} from "./outcome.ts";
import {
  isListedFor,
  isLive,
  type Peering,
  type PeeringEnd,
  type PeeringEvent,
  PROVIDER,
  TRANSITIONS,
} from "./peering.ts";
import type { Profile } from "./profile.ts";
import { peeringsBeside, refusesBandwidth, refusesPeering } from "./rules.ts";

/** The peering part of the control plane: from the request to the end, and who still lists it after that. */

export function createPeering(
  network: Network,
  action: Extract<Action, { kind: "create-peering" }>,
  source: string,
): Outcome {
  const requester = network.vpcs.get(action.requester);
  const accepter = network.vpcs.get(action.accepter);
  if (requester === undefined || accepter === undefined) {
    return notFound(profileOf(network), "VPC", requester === undefined ? action.requester : action.accepter);
  }
  const { profile } = requester;
  const problem = nameProblem(action.peering);
  if (problem !== undefined) {
    return refused(
      profile,
      "malformed",
      `${JSON.stringify(action.peering)}: ${problem}`,
      "Choose another id.",
    );
  }
  const taken = network.gateways.has(action.peering) ? "gateway" : "peering";
  if (taken === "gateway" || network.peerings.has(action.peering)) {
    return refused(
      profile,
      "already-exists",
      `a ${taken} ${action.peering} exists already`,
      "Choose another id.",
    );
  }
  const name = action.name ?? action.peering;
  const unnamed = displayNameProblem(name);
  if (unnamed !== undefined) return refused(profile, "malformed", unnamed, "Choose another name.");
  const stranger = wrongOwner(profile, action, [requester.account], `ask for a peering of ${requester.id}`);
  if (stranger !== undefined) return stranger;
  const draft = {
    id: action.peering,
    name,
    requester: endOf(requester),
    accepter: endOf(accepter),
    requested: network.now,
    ...(action.bandwidth === undefined ? {} : { bandwidth: action.bandwidth }),
    source,
  };
  const refusal = refusesPeering(network, profile, draft, peeringsBeside(network, draft));
  if (refusal?.rule === "endpoints-overlap" && profile.endpointOverlap === "failed-object") {
    const failed = withPeering(network, { ...draft, state: "FAILED" });
    return applied(failed, [
      { kind: "peering-failed", subject: draft.id, message: `${draft.id} failed: ${refusal.message}` },
    ]);
  }
  if (refusal !== undefined) return { kind: "refused", refusal };
  const active = requester.account === accepter.account && profile.sameAccountActive;
  const message = active
    ? `${draft.id} joins ${requester.id} and ${accepter.id}; nothing passes until both sides have routes`
    : `${draft.id} waits for ${accepter.account} to accept it until ${formatTime(deadline(network, draft))}`;
  return applied(withPeering(network, { ...draft, state: active ? "ACTIVE" : "PENDING" }), [
    { kind: "peering-created", subject: draft.id, message },
  ]);
}

function endOf(vpc: Vpc): PeeringEnd {
  return { vpc: vpc.id, account: vpc.account, region: vpc.region };
}

/** The events that somebody causes; expiry is caused by the clock. */
type ActedEvent = Exclude<PeeringEvent, "expire">;

const EVENTS: Readonly<Record<PeeringMove, ActedEvent>> = {
  "accept-peering": "accept",
  "reject-peering": "reject",
  "enable-peering": "enable",
  "delete-peering": "delete",
  "isolate-peering": "isolate",
  "restore-peering": "restore",
};

export function movePeering(network: Network, action: Extract<Action, { kind: PeeringMove }>): Outcome {
  const peering = network.peerings.get(action.peering);
  if (peering === undefined) return notFound(profileOf(network), "peering", action.peering);
  const event = EVENTS[action.kind];
  const profile = profileAt(network, peering.requester.vpc);
  const { from, to, by } = TRANSITIONS[event];
  const { requester, accepter } = peering;
  const entitled = {
    requester: [requester.account],
    accepter: [accepter.account],
    either: [requester.account, accepter.account],
    clock: [],
    provider: [PROVIDER],
  }[by];
  const stranger = wrongActor(profile, action, entitled, `${event} ${peering.id}`);
  if (stranger !== undefined) return stranger;
  if (!from.includes(peering.state)) {
    const message = `${peering.id} is ${peering.state}, and only ${from.join(" or ")} can be ${PAST[event]}`;
    return refused(profile, "wrong-state", message, ADVICE[event]);
  }
  switch (event) {
    case "accept":
      return applied(withPeering(network, { ...peering, state: to }), [
        {
          kind: "peering-accepted",
          subject: peering.id,
          message: `${peering.id} is active; nothing passes until both sides have routes`,
        },
        ...unknownAccount(network, peering),
      ]);
    case "reject":
      // it disappears from the list of who rejected it; the requester sees REJECTED (A33, D5)
      return applied(withPeering(network, hide({ ...peering, state: to }, accepter.account)), [
        {
          kind: "peering-rejected",
          subject: peering.id,
          message: `${accepter.account} rejected ${peering.id}`,
        },
      ]);
    case "isolate":
      return applied(withPeering(network, { ...peering, state: to }), [
        {
          kind: "peering-isolated",
          subject: peering.id,
          message: `the provider suspended ${peering.id}: it is kept, and carries nothing`,
        },
      ]);
    case "restore":
      return applied(withPeering(network, { ...peering, state: to }), [
        { kind: "peering-restored", subject: peering.id, message: `${peering.id} carries packets again` },
      ]);
    case "enable": {
      if (profile.enable === "never") {
        const message = `${profile.name} cannot renew an expired request`;
        return refused(profile, "wrong-state", message, "Delete it and create a new one.");
      }
      const refusal = refusesPeering(network, profile, peering, peeringsBeside(network, peering));
      if (refusal !== undefined) return { kind: "refused", refusal };
      return applied(withPeering(network, { ...peering, state: to, requested: network.now }), [
        {
          kind: "peering-renewed",
          subject: peering.id,
          message: `${peering.id} waits again for ${accepter.account}`,
        },
      ]);
    }
    case "delete":
      return deletePeering(network, hide(peering, action.as ?? requester.account));
    default:
      return event satisfies never;
  }
}

/**
 * Warns of a request by an account that the accepter has nothing else to do with (A9): an account is known when it is
 * the own one, or an end of another peering of the accepter's that was accepted.
 */
function unknownAccount(network: Network, { id, requester, accepter }: Peering): Event[] {
  const accounts = (peering: Peering): string[] => [peering.requester.account, peering.accepter.account];
  const known = [...network.peerings.values()].some(
    (other) =>
      other.id !== id &&
      (other.state === "ACTIVE" || other.state === "ISOLATED") &&
      accounts(other).includes(requester.account) &&
      accounts(other).includes(accepter.account),
  );
  if (known || requester.account === accepter.account) return [];
  const message = `${accepter.account} accepted its first peering with ${requester.account}: do not accept requests from accounts that you do not know`;
  return [{ kind: "account-unknown", subject: id, message }];
}

/** Takes the peering off an account's list (D5, S7). */
export function hide(peering: Peering, account: string): Peering {
  const hidden = peering.hidden ?? [];
  return hidden.includes(account) ? peering : { ...peering, hidden: [...hidden, account] };
}

/** Takes a peering that came to its end off the list of the account that acts, by default the requester's (S7). */
export function dismissPeering(
  network: Network,
  action: Extract<Action, { kind: "dismiss-peering" }>,
): Outcome {
  const peering = network.peerings.get(action.peering);
  const account = action.as ?? peering?.requester.account;
  if (peering === undefined || account === undefined || !isListedFor(peering, account)) {
    return notFound(profileOf(network), "peering", action.peering);
  }
  const profile = profileAt(network, peering.requester.vpc);
  if (peering.state !== "DELETED" && peering.state !== "REJECTED" && peering.state !== "FAILED") {
    const message = `${peering.id} is ${peering.state}, and only what came to its end can be dismissed`;
    return refused(profile, "wrong-state", message, "Delete it first.");
  }
  return applied(withPeering(network, hide(peering, account)), [
    { kind: "peering-dismissed", subject: peering.id, message: `${account} lists ${peering.id} no more` },
  ]);
}

/** Changes the name, or the cap of a cross-region peering (A19, D11). */
export function modifyPeering(
  network: Network,
  action: Extract<Action, { kind: "modify-peering" }>,
): Outcome {
  const peering = network.peerings.get(action.peering);
  if (peering === undefined) return notFound(profileOf(network), "peering", action.peering);
  const { requester, accepter } = peering;
  const profile = profileAt(network, requester.vpc);
  const owners = [requester.account, accepter.account];
  const stranger = wrongActor(profile, action, owners, `modify ${peering.id}`);
  if (stranger !== undefined) return stranger;
  if (!isLive(peering)) {
    const message = `${peering.id} is ${peering.state}, and only a live peering can be modified`;
    return refused(profile, "wrong-state", message, "Enable it again, or create a new one.");
  }
  const unnamed = displayNameProblem(action.name);
  if (unnamed !== undefined) return refused(profile, "malformed", unnamed, "Choose another name.");
  const cap = action.bandwidth;
  const changed: Peering = {
    ...peering,
    name: action.name ?? peering.name,
    ...(cap === undefined ? {} : { bandwidth: cap }),
  };
  const refusal = cap === undefined ? undefined : refusesBandwidth(network, profile, changed);
  if (refusal !== undefined) return { kind: "refused", refusal };
  const parts = [cap === undefined ? "" : `${cap} Mbps`, action.name ?? ""].filter((part) => part !== "");
  return applied(withPeering(network, changed), [
    {
      kind: "peering-modified",
      subject: peering.id,
      message: `${peering.id} is now ${parts.join(", ") || "as it was"}`,
    },
  ]);
}

const PAST: Readonly<Record<ActedEvent, string>> = {
  accept: "accepted",
  reject: "rejected",
  enable: "enabled",
  delete: "deleted",
  isolate: "isolated",
  restore: "restored",
};

const ADVICE: Readonly<Record<ActedEvent, string>> = {
  accept: "Ask the requester to enable it again, or to create a new one.",
  reject: "Delete it instead.",
  enable: "Only a request that expired can be enabled again.",
  delete: "It is gone already.",
  isolate: "Only a peering that carries packets can be suspended.",
  restore: "Only a suspended peering can be restored.",
};

/** Ends the peering for both sides at once and takes, by profile, its routes with it (A12, A34, A35, B8, S5). */
export function deletePeering(network: Network, peering: Peering): Applied {
  let next = withPeering(network, { ...peering, state: "DELETED" });
  const events: Event[] = [
    { kind: "peering-deleted", subject: peering.id, message: `${peering.id} is deleted, for both sides` },
  ];
  for (const end of [peering.requester, peering.accepter]) {
    const vpc = network.vpcs.get(end.vpc);
    const cascade = vpc?.profile.deleteRoutes === "cascade"; // each side by its own cloud's rules (S1)
    for (const table of vpc?.tables.values() ?? []) {
      const touched = [...(table.routes ?? [])].filter((route) => route.target === peering.id);
      if (touched.length === 0) continue;
      for (const { destination } of touched) {
        events.push({
          kind: cascade ? "route-deleted" : "route-blackholed",
          subject: table.id,
          message: `${table.id}: ${destination} -> ${peering.id} ${cascade ? "went with it" : "is a blackhole now"}`,
        });
      }
      if (!cascade) continue;
      const kept = table.routes!.without((route) => route.target === peering.id);
      next = withVpc(next, withRoutes(next.vpcs.get(end.vpc)!, table, kept));
    }
  }
  return applied(next, events);
}

/** Returns when a request expires: each side drops it by its own cloud's rule, and the first one decides (A8, S1). */
export function deadline(
  network: Network,
  { requester, accepter, requested }: Pick<Peering, "requester" | "accepter" | "requested">,
): number {
  const days = [requester, accepter].map(({ vpc }) => profileAt(network, vpc).expiryDays);
  return requested + Math.min(...days) * DAY;
}

/** Returns the rules by which a peering is asked for: those of its requester's VPC. */
export function profileAt(network: Network, vpc: string): Profile {
  return network.vpcs.get(vpc)?.profile ?? profileOf(network);
}
