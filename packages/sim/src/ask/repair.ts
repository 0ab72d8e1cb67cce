import { type Action, formatAction } from "../model/action.ts";
import { UNDECIDED_CAUSES } from "../model/cause.ts";
import { findTable, type Network } from "../model/network.ts";
import { joins, type Peering } from "../model/peering.ts";
import type { Verdict } from "../plane/round-trip.ts";
import { type Answer, answer } from "./answer.ts";
import type { PairChange } from "./change.ts";
import { type CidrAdvice, cidrAdvice } from "./cidr-advice.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Fault, faultsOf } from "./fault.ts";
import { type RelatedRoute, relatedRoutes } from "./peering-detail.ts";
import { combined, type Obstacle, type Plan, pairsOf, repairPair } from "./repair-plan.ts";
import type { Service } from "./service.ts";
import { sideEffects } from "./side-effects.ts";
import { WhatIf } from "./what-if.ts";

/**
 * Why a pair is not two-way, and the smallest sets of actions that make it so. What is proposed was applied to a copy by
 * the control plane, and the copy was asked: a fix that does not make every address two-way is never returned.
 *
 * The actions considered: a peering between the two VPCs brought to life or made, routes of the tables that the ends use
 * added, led elsewhere, switched on or deleted, and subnets of the ends given another table of their VPC. Never another
 * pair's peering, a CIDR, a subnet, a host, or a rule of a security group or network ACL. For ends of one VPC each no smaller set of these exists; ends that span
 * several VPCs are repaired one pair of VPCs after the other.
 */
export interface Diagnosis {
  readonly answer: Answer;
  /** Everything that stops a packet or a reply (S13), each once, with one pair of addresses that meets it. */
  readonly faults: readonly Fault[];
  /** The peerings between the two VPCs and the routes over them: where to look first (A28, A29). */
  readonly related: readonly { readonly peering: Peering; readonly routes: readonly RelatedRoute[] }[];
  /** Equally small, the ones that break and open least first; empty when it is two-way already. */
  readonly fixes: readonly Fix[];
  /** What stands in the way, where there is no fix. */
  readonly obstacles: readonly Obstacle[];
  readonly advice: CidrAdvice | undefined;
}

export interface Fix {
  readonly actions: readonly Action[];
  /** For each action, the account that is entitled to it; `the provider` for what only the cloud can do. */
  readonly by: readonly string[];
  readonly verdict: Verdict;
  /** Other pairs of subnets that get through, or further, by it. */
  readonly opens: readonly PairChange[];
  readonly breaks: readonly PairChange[];
}

/** How many fixes are tried and how many are returned. */
const TRIED = 8;
const RETURNED = 3;

export function diagnose(network: Network, from: Endpoint, to: Endpoint, service: Service): Diagnosis {
  const found = answer(network, from, to, service);
  const related = relatedOf(network, from, to);
  if (found.verdict === "two-way")
    return { answer: found, faults: [], related, fixes: [], obstacles: [], advice: undefined };
  const faults = faultsOf(network, from, to, service);
  const plans: Plan[] = [];
  const obstacles: Obstacle[] = [];
  for (const pair of pairsOf(from, to)) {
    const plan = repairPair(network, pair);
    if ("obstacles" in plan) obstacles.push(...plan.obstacles);
    else plans.push(plan);
  }
  const { fixes, rest } =
    obstacles.length > 0 ? { fixes: [], rest: [] } : verified(network, from, to, service, combined(plans));
  obstacles.push(...denied([...faults, ...rest]));
  if (obstacles.length === 0) obstacles.push(...undecided([...faults, ...rest]));
  if (obstacles.length === 0)
    obstacles.push({ kind: "limit", message: "no set of these actions makes every address two-way" });
  const shown = fixes.length > 0 ? [] : distinct(obstacles);
  return {
    answer: found,
    faults,
    related,
    fixes,
    obstacles: shown,
    advice: fixes.length > 0 ? undefined : adviceFor(network, from, to, faults, shown),
  };
}

/**
 * Applies each set to a copy and asks again; what is refused, or is not two-way behind it, is dropped. Where nothing is
 * left, `rest` is what still stops packets behind the first set.
 */
function verified(
  network: Network,
  from: Endpoint,
  to: Endpoint,
  service: Service,
  plan: Plan,
): { readonly fixes: readonly Fix[]; readonly rest: readonly Fault[] } {
  const fixes: Fix[] = [];
  let rest: readonly Fault[] | undefined;
  const session = new WhatIf(network);
  const seen = new Set<string>();
  for (const actions of plan.sets) {
    const key = actions.map(formatAction).join("\n");
    if (fixes.length === TRIED) break;
    if (actions.length === 0 || seen.has(key)) continue;
    seen.add(key);
    const tried = session.apply(actions, "repair");
    if (tried.kind === "refused") continue;
    const { verdict } = answer(session.network, from, to, service);
    if (verdict === "two-way") {
      const by = actions.map((action) => entitled(session.network, action));
      const { opens, breaks } = sideEffects(tried.change);
      const others = opens.filter(
        (change) => !covers(network, from, to, change) && !covers(network, to, from, change),
      );
      fixes.push({ actions, by, verdict, opens: others, breaks });
    } else rest ??= faultsOf(session.network, from, to, service);
    session.undo();
  }
  const ranked = fixes
    .map((fix, i) => ({ fix, i, odd: fix.actions.filter(isSingleAddress).length }))
    .sort(
      (a, b) =>
        a.fix.breaks.length - b.fix.breaks.length ||
        a.odd - b.odd ||
        a.fix.opens.length - b.fix.opens.length ||
        a.i - b.i,
    );
  const [best] = ranked;
  if (best === undefined) return { fixes, rest: rest ?? [] };
  const alike = ranked.filter(({ fix }) => fix.breaks.length === best.fix.breaks.length);
  return { fixes: alike.map(({ fix }) => fix).slice(0, RETURNED), rest: [] };
}

/** Reports whether the change is about two subnets that the question is about, whole. */
function covers(network: Network, from: Endpoint, to: Endpoint, change: PairChange): boolean {
  const holds = (end: Endpoint, name: PairChange["from"]): boolean => {
    const spans = end.spans.filter(({ vpc, subnet }) => vpc === name.vpc && subnet === name.subnet);
    const hosts = network.vpcs.get(name.vpc)?.subnets.get(name.subnet)?.hosts;
    return hosts === undefined
      ? spans.some(({ first, last }) => first !== last)
      : spans.length >= [...hosts.values()].flatMap(({ addresses }) => addresses).length;
  };
  return holds(from, change.from) && holds(to, change.to);
}

/** A route to one host is rarely what people want in a table. */
function isSingleAddress(action: Action): boolean {
  return (
    action.kind === "add-route" && action.destination.bits >= (action.destination.family === 4 ? 32 : 128)
  );
}

/** Returns the account that may do this. */
function entitled(network: Network, action: Action): string {
  switch (action.kind) {
    case "create-peering":
      return network.vpcs.get(action.requester)?.account ?? "";
    case "accept-peering":
      return network.peerings.get(action.peering)?.accepter.account ?? "";
    case "enable-peering":
      return network.peerings.get(action.peering)?.requester.account ?? "";
    case "restore-peering":
      return "the provider";
    case "associate":
      return network.vpcs.get(action.vpc)?.account ?? "";
    default:
      return "table" in action && action.table !== undefined
        ? (findTable(network, action.table)?.vpc.account ?? "")
        : "";
  }
}

function relatedOf(network: Network, from: Endpoint, to: Endpoint): Diagnosis["related"] {
  const vpcs = (end: Endpoint): string[] => [...new Set(end.spans.map(({ vpc }) => vpc ?? ""))];
  const [near, far] = [vpcs(from), vpcs(to)];
  return [...network.peerings.values()]
    .filter((peering) => near.some((a) => far.some((b) => a !== b && joins(peering, a, b))))
    .map((peering) => ({ peering, routes: relatedRoutes(network, peering) }));
}

/** A rule is somebody's decision: the fault names it, and it is never changed here. */
function denied(faults: readonly Fault[]): Obstacle[] {
  return faults
    .filter(({ trace: { cause } }) => cause === "filter-denied")
    .map(({ trace: { message } }) => ({
      kind: "cause",
      message: `${message}; routes and peerings cannot change that, and rules are left to you`,
    }));
}

function undecided(faults: readonly Fault[]): Obstacle[] {
  return faults
    .filter(({ trace: { cause } }) => UNDECIDED_CAUSES.has(cause))
    .map(({ trace: { message } }) => ({ kind: "undecided", message }));
}

function distinct(obstacles: readonly Obstacle[]): Obstacle[] {
  return [...new Map(obstacles.map((obstacle) => [obstacle.message, obstacle])).values()];
}

/** Overlap stands in the way of a peering, or keeps the packet at home. */
function adviceFor(
  network: Network,
  from: Endpoint,
  to: Endpoint,
  faults: readonly Fault[],
  obstacles: readonly Obstacle[],
): CidrAdvice | undefined {
  const overlaps =
    faults.some(({ trace: { cause } }) => cause === "local-wins") ||
    obstacles.some(({ refused }) => refused?.refusal.rule === "endpoints-overlap");
  const near = network.vpcs.get(from.spans[0].vpc ?? "");
  const far = network.vpcs.get(to.spans[0].vpc ?? "");
  return overlaps && near !== undefined && far !== undefined ? cidrAdvice(network, near, far) : undefined;
}
