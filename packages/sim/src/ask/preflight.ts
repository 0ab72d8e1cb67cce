import { type Action, formatAction } from "../model/action.ts";
import { apply } from "../model/control.ts";
import { type Network, tableOf, type Vpc } from "../model/network.ts";
import { isLive, joins, type Peering } from "../model/peering.ts";
import type { Refusal } from "../model/refusal.ts";
import type { Verdict } from "../plane/round-trip.ts";
import { answer } from "./answer.ts";
import { resolveEndpoint } from "./endpoint.ts";

/** May these two VPCs be peered, and what would both sides need then? */
export interface Preflight {
  /** The live peering that joins them already; then only what is missing is proposed. */
  readonly existing: Peering | undefined;
  /** The first thing that the control plane refuses, and the action that asked for it. */
  readonly refused: { readonly action: string; readonly refusal: Refusal } | undefined;
  /** The actions, in order, up to the one that is refused: the peering, its acceptance, the routes of both sides. */
  readonly actions: readonly string[];
  /** What the two VPCs come to after these actions; undefined when one of them has no subnet. */
  readonly verdict: Verdict | undefined;
}

/**
 * Tries it on a copy: each action is applied as the control plane would, and the pair is evaluated behind the last one.
 * The first VPC's account asks. Routes go to the peer's CIDRs that a peering carries, in every table that a subnet uses.
 */
export function preflight(network: Network, requester: Vpc, accepter: Vpc): Preflight {
  const existing = [...network.peerings.values()].find(
    (peering) => isLive(peering) && joins(peering, requester.id, accepter.id),
  );
  const actions: string[] = [];
  let next = network;
  let refused: Preflight["refused"];
  const attempt = (action: Action): void => {
    if (refused !== undefined) return;
    const outcome = apply(next, action, "preflight");
    if (outcome.kind === "refused") {
      refused = { action: formatAction(action), refusal: outcome.refusal };
      return;
    }
    next = outcome.network;
    actions.push(formatAction(action));
  };
  const request = newPeering(network, requester, accepter);
  const id = existing?.id ?? request.peering;
  if (existing === undefined) attempt(request);
  if (next.peerings.get(id)?.state === "PENDING")
    attempt({ kind: "accept-peering", peering: id, as: undefined });
  for (const [near, far] of [
    [requester, accepter],
    [accepter, requester],
  ]) {
    for (const route of missingRoutes(near, far, id)) attempt(route);
  }
  const verdict =
    refused === undefined && hasSubnet(requester) && hasSubnet(accepter)
      ? verdictOf(next, requester, accepter)
      : undefined;
  return { existing, refused, actions, verdict };
}

/** Returns the request for a peering under an id that is free, with a cap where the profile asks for one. */
export function newPeering(
  network: Network,
  requester: Vpc,
  accepter: Vpc,
): Extract<Action, { kind: "create-peering" }> {
  return {
    kind: "create-peering",
    peering: freeId(network, `${requester.id}-${accepter.id}`),
    requester: requester.id,
    accepter: accepter.id,
    bandwidth: capFor(requester, accepter),
    as: undefined,
  };
}

/** Returns a cap that the profile offers, where the peering needs one: the smallest that can be raised later. */
function capFor({ region, profile }: Vpc, accepter: Vpc): number | undefined {
  const cap = profile.crossRegionCap;
  if (region === accepter.region || cap === "none") return undefined;
  return cap === "any" ? 100 : cap[0];
}

/**
 * Returns what brings the peer's addresses to the peering, for every table in use: nothing where the peer's subnets are
 * covered, another target for a route that stands there, or a new route.
 */
function missingRoutes(near: Vpc, far: Vpc, peering: string): Action[] {
  const tables = new Set([...near.subnets.values()].map((subnet) => tableOf(near, subnet)));
  const carried = far.profile.carriesSecondary ? [...far.cidrs, ...far.secondary] : far.cidrs;
  // an IPv6 route is of use to a VPC that has IPv6
  const wanted = carried.filter(({ family }) => near.cidrs.some((cidr) => cidr.family === family));
  return [...tables].flatMap((table) => {
    const routes = [...(table.routes ?? [])];
    const there = routes.filter(({ target, enabled }) => enabled && target === peering);
    return wanted.flatMap((destination): Action[] => {
      const blocks = [...far.subnets.values()].flatMap(({ cidrs }) =>
        cidrs.filter((cidr) => destination.covers(cidr)),
      );
      const needed = blocks.length > 0 ? blocks : [destination];
      if (needed.every((block) => there.some((route) => route.destination.covers(block)))) return [];
      const kind = routes.some((route) => route.destination.equals(destination))
        ? "replace-route"
        : "add-route";
      return [{ kind, table: table.id, destination, target: peering, as: undefined }];
    });
  });
}

function verdictOf(network: Network, requester: Vpc, accepter: Vpc): Verdict {
  const [from, to] = [requester, accepter].map((vpc) => resolveEndpoint(network, `${vpc.id}/*`, "preflight"));
  return answer(network, from, to, { protocol: "any" }).verdict;
}

function hasSubnet(vpc: Vpc): boolean {
  return vpc.subnets.size > 0;
}

function freeId(network: Network, wanted: string): string {
  const taken = (id: string): boolean => network.peerings.has(id) || network.gateways.has(id);
  let id = `pcx-${wanted}`;
  for (let n = 2; taken(id); n++) id = `pcx-${wanted}-${n}`;
  return id;
}
