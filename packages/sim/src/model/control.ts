import type { Action, PeeringVerb } from "./action.ts";
import { DAY, formatDuration, formatTime, parseTime } from "./clock.ts";
import { nameProblem } from "./name.ts";
import {
  findTable,
  type Network,
  profileOf,
  type RouteTable,
  type Vpc,
  withPeering,
  withRoutes,
  withVpc,
} from "./network.ts";
import { type Peering, type PeeringEnd, type PeeringEvent, TRANSITIONS } from "./peering.ts";
import type { Profile, Rule } from "./profile.ts";
import type { Route, Routes } from "./routes.ts";
import { peeringsBeside, type Refusal, refuse, refusesPeering, refusesRoute } from "./rules.ts";

/**
 * The control plane: an action on a network gives a new network and what happened, or a coded refusal. The old network
 * is untouched either way. Always strict: what the profile refuses is refused (S4).
 */
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
    | "peering-rejected"
    | "peering-renewed"
    | "peering-expired"
    | "peering-deleted"
    | "route-added"
    | "route-deleted"
    | "route-blackholed"
    | "route-enabled"
    | "route-disabled"
    | "clock-advanced";
  /** Id of the peering or table, empty for the clock. */
  readonly subject: string;
  readonly message: string;
}

/**
 * Applies one action. `source` is where the action was written; what it creates remembers that place.
 * Cost: O(VPCs + peerings) for the copied index, O(routes of the table) for a route.
 */
export function apply(network: Network, action: Action, source: string): Outcome {
  // a request that is out of time has expired, whether or not anybody moved the clock to see it
  const due = expire(network);
  const outcome = act(due.network, action, source);
  return outcome.kind === "refused" ? outcome : applied(outcome.network, [...due.events, ...outcome.events]);
}

function act(network: Network, action: Action, source: string): Outcome {
  switch (action.kind) {
    case "create-peering":
      return createPeering(network, action, source);
    case "accept-peering":
    case "reject-peering":
    case "enable-peering":
    case "delete-peering":
      return movePeering(network, action);
    case "add-route":
    case "delete-route":
    case "enable-route":
    case "disable-route":
      return editRoute(network, action, source);
    case "advance-clock":
      return advance(network, network.now + action.ms);
    default:
      return action satisfies never;
  }
}

/**
 * Moves the clock to `time` and lets every request expire that nobody answered by then (A8). The clock never goes
 * backwards: states cannot be computed that way (S6). It ends with the year 9999, behind which a time has no spelling.
 */
export function advance(network: Network, time: number): Applied {
  const now = Math.min(Math.max(time, network.now), LAST);
  const message = `it is ${formatTime(now)} (${formatDuration(now - network.now)} later)`;
  const due = expire({ ...network, now });
  return applied(due.network, [{ kind: "clock-advanced", subject: "", message }, ...due.events]);
}

/** Lets requests expire whose time is up, in the order of their deadlines; the same network when there are none. */
function expire(network: Network): Applied {
  const due = [...network.peerings.values()]
    .filter((peering) => peering.state === "PENDING" && deadline(network, peering) <= network.now)
    .sort((a, b) => deadline(network, a) - deadline(network, b));
  let next = network;
  const events = due.map((peering): Event => {
    next = withPeering(next, { ...peering, state: TRANSITIONS.expire.to });
    const message = `${peering.id} expired at ${formatTime(deadline(network, peering))}: nobody accepted it`;
    return { kind: "peering-expired", subject: peering.id, message };
  });
  return applied(next, events);
}

const LAST = parseTime("9999-12-31T23:59:59Z");

function deadline(network: Network, peering: Peering): number {
  return peering.requested + profileAt(network, peering.requester.vpc).expiryDays * DAY;
}

function profileAt(network: Network, vpc: string): Profile {
  return network.vpcs.get(vpc)?.profile ?? profileOf(network);
}

function createPeering(
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
  const stranger = wrongActor(profile, action, [requester.account], `ask for a peering of ${requester.id}`);
  if (stranger !== undefined) return stranger;
  const draft = {
    id: action.peering,
    name: action.peering,
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
    : `${draft.id} waits for ${accepter.account} to accept it until ${formatTime(network.now + profile.expiryDays * DAY)}`;
  return applied(withPeering(network, { ...draft, state: active ? "ACTIVE" : "PENDING" }), [
    { kind: "peering-created", subject: draft.id, message },
  ]);
}

function endOf(vpc: Vpc): PeeringEnd {
  return { vpc: vpc.id, account: vpc.account, region: vpc.region };
}

/** The events that somebody causes; expiry is caused by the clock. */
type ActedEvent = Exclude<PeeringEvent, "expire">;

const EVENTS: Readonly<Record<PeeringVerb, ActedEvent>> = {
  "accept-peering": "accept",
  "reject-peering": "reject",
  "enable-peering": "enable",
  "delete-peering": "delete",
};

function movePeering(network: Network, action: Extract<Action, { kind: PeeringVerb }>): Outcome {
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
      ]);
    case "reject":
      return applied(withPeering(network, { ...peering, state: to }), [
        {
          kind: "peering-rejected",
          subject: peering.id,
          message: `${accepter.account} rejected ${peering.id}`,
        },
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
      return deletePeering(network, peering, profile);
    default:
      return event satisfies never;
  }
}

const PAST: Readonly<Record<ActedEvent, string>> = {
  accept: "accepted",
  reject: "rejected",
  enable: "enabled",
  delete: "deleted",
};

const ADVICE: Readonly<Record<ActedEvent, string>> = {
  accept: "Ask the requester to enable it again, or to create a new one.",
  reject: "Delete it instead.",
  enable: "Only a request that expired can be enabled again.",
  delete: "It is gone already.",
};

/** Ends the peering for both sides at once and takes, by profile, its routes with it (A12, A34, A35, B8, S5). */
function deletePeering(network: Network, peering: Peering, profile: Profile): Outcome {
  const cascade = profile.deleteRoutes === "cascade";
  let next = withPeering(network, { ...peering, state: "DELETED" });
  const events: Event[] = [
    { kind: "peering-deleted", subject: peering.id, message: `${peering.id} is deleted, for both sides` },
  ];
  for (const end of [peering.requester, peering.accepter]) {
    const vpc = network.vpcs.get(end.vpc);
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

type RouteAction = Extract<Action, { kind: "add-route" | "delete-route" | "enable-route" | "disable-route" }>;

function editRoute(network: Network, action: RouteAction, source: string): Outcome {
  const found = findTable(network, action.table);
  if (found === undefined) return notFound(profileOf(network), "route table", action.table);
  const { vpc, table } = found;
  const { profile } = vpc;
  const stranger = wrongActor(profile, action, [vpc.account], `edit ${table.id}`);
  if (stranger !== undefined) return stranger;
  const routes = table.routes;
  if (routes === undefined) {
    const message = `the routes of ${table.id} are not part of the input`;
    return refused(profile, "not-found", message, "Add the table's routes to the input.");
  }
  if (action.kind === "add-route") {
    const beside = routes.rowsOf(action.destination).map((row) => routes.at(row).target);
    const refusal = refusesRoute(network, vpc, table.id, action, beside);
    if (refusal !== undefined) return { kind: "refused", refusal };
    const { destination, target } = action;
    const next = withRoutes(vpc, table, routes.add({ destination, target, enabled: true, source }));
    return applied(withVpc(network, next), [
      { kind: "route-added", subject: table.id, message: `${table.id}: ${destination} -> ${target}` },
    ]);
  }
  const route = pickRoute(profile, table, action);
  if ("rule" in route) return { kind: "refused", refusal: route };
  const spelled = `${table.id}: ${route.destination} -> ${route.target}`;
  const edit = (next: Vpc, kind: Event["kind"], message: string): Outcome =>
    applied(withVpc(network, next), [{ kind, subject: table.id, message }]);
  switch (action.kind) {
    case "delete-route":
      return edit(
        withRoutes(
          vpc,
          table,
          routes.without(({ row }) => row === route.row),
        ),
        "route-deleted",
        `${spelled} deleted`,
      );
    case "enable-route": {
      // a route that was loaded or switched off may not be allowed any more
      const others = rowsBeside(routes, route).map((row) => routes.at(row).target);
      const refusal = refusesRoute(network, vpc, table.id, route, others);
      if (refusal !== undefined) return { kind: "refused", refusal };
      return edit(
        withRoutes(vpc, table, routes.withEnabled(route.row, true)),
        "route-enabled",
        `${spelled} enabled`,
      );
    }
    case "disable-route":
      return edit(
        withRoutes(vpc, table, routes.withEnabled(route.row, false)),
        "route-disabled",
        `${spelled} disabled`,
      );
    default:
      return action satisfies never;
  }
}

/** Returns the enabled rows of the same destination, without the route itself. */
function rowsBeside(routes: Routes, route: Route): number[] {
  return routes.rowsOf(route.destination).filter((row) => row !== route.row && routes.enabled[row] === 1);
}

/** Returns the one route that the action means, or why there is none. */
function pickRoute(
  profile: Profile,
  table: RouteTable,
  action: Exclude<RouteAction, { kind: "add-route" }>,
): Route | Refusal {
  const rows = table.routes!.rowsOf(action.destination).map((row) => table.routes!.at(row));
  const meant = rows.filter((route) => action.target === undefined || route.target === action.target);
  if (meant.length === 1) return meant[0];
  const wanted =
    action.target === undefined ? `${action.destination}` : `${action.destination} -> ${action.target}`;
  if (meant.length === 0) {
    const message = `${table.id} has no route ${wanted}`;
    const near =
      rows.length > 0
        ? `There is ${action.destination} -> ${rows.map((route) => route.target).join(", ")}.`
        : "";
    return refuse(profile, "not-found", message, near || `Look at the routes of ${table.id}.`);
  }
  const message = `${table.id} has ${meant.length} routes ${wanted}`;
  return refuse(
    profile,
    "malformed",
    message,
    `Say which: ${meant.map((route) => `-> ${route.target}`).join(" or ")}.`,
  );
}

function wrongActor(
  profile: Profile,
  action: Action,
  entitled: readonly string[],
  deed: string,
): Outcome | undefined {
  if (action.as === undefined || entitled.includes(action.as)) return undefined;
  const message = `account ${action.as} may not ${deed}; that is for ${[...new Set(entitled)].join(" or ")}`;
  return refused(profile, "wrong-actor", message, "Act as the account that is entitled to.");
}

function notFound(profile: Profile, what: string, id: string): Outcome {
  return refused(profile, "not-found", `there is no ${what} ${id}`, "Check the name.");
}

function refused(profile: Profile, rule: Rule, message: string, advice: string): Outcome {
  return { kind: "refused", refusal: refuse(profile, rule, message, advice) };
}

function applied(network: Network, events: readonly Event[]): Applied {
  return { kind: "applied", network, events };
}
