import { familyOf } from "@twoway/core";
import type { Action } from "../model/action.ts";
import { CAUSES, UNDECIDED_CAUSES } from "../model/cause.ts";
import { apply } from "../model/control.ts";
import { type Network, tableOf } from "../model/network.ts";
import { type Endpoint, type EndpointSpan, spotAt } from "./endpoint.ts";
import { type RefusedAction, waysToJoin } from "./repair-peering.ts";
import { repairTable, type TableRepair, tableName } from "./repair-routes.ts";

/**
 * Which actions to try for a pair of VPCs: each way to have a peering, each way to give the sending subnets tables, and
 * for each table its cheapest edits. Tables decide independently of one another, so the costs add up.
 */

/** What keeps a pair from being repaired. */
export interface Obstacle {
  readonly kind: "refused" | "undecided" | "cause" | "limit";
  readonly message: string;
  /** What the control plane refuses, its rule and its code. */
  readonly refused?: RefusedAction;
}

/** Ways to give the subnets of one end other tables; above this they keep theirs. */
const MAX_ASSIGNMENTS = 64;
/** Equally small sets that are kept. */
const MAX_SETS = 32;

/** The part of the question between one VPC, or the outside, and another. */
export interface Pair {
  readonly from: readonly EndpointSpan[];
  readonly to: readonly EndpointSpan[];
}

/** Splits the question by VPCs; parts without a common address family are left out. */
export function pairsOf(from: Endpoint, to: Endpoint): Pair[] {
  const split = (end: Endpoint): EndpointSpan[][] => {
    const vpcs = new Set(end.spans.map(({ vpc }) => vpc));
    return [...vpcs].map((id) => end.spans.filter(({ vpc }) => vpc === id));
  };
  return split(from).flatMap((sources) =>
    split(to).flatMap((destinations): Pair[] => {
      const meet = (some: readonly EndpointSpan[], others: readonly EndpointSpan[]): EndpointSpan[] =>
        some.filter(({ first }) => others.some((other) => familyOf(other.first) === familyOf(first)));
      const pair = { from: meet(sources, destinations), to: meet(destinations, sources) };
      return pair.from.length === 0 ? [] : [pair];
    }),
  );
}

/** Equally small sets of actions. */
export interface Plan {
  readonly cost: number;
  readonly sets: readonly (readonly Action[])[];
}

export type PlanOrNot = Plan | { readonly obstacles: readonly Obstacle[] };

/** Returns the smallest sets of actions for the pair, or what stands in their way. */
export function repairPair(network: Network, pair: Pair): PlanOrNot {
  const near = network.vpcs.get(pair.from[0].vpc ?? "");
  const far = network.vpcs.get(pair.to[0].vpc ?? "");
  if (near === undefined) {
    const message =
      "what is sent from outside the network is not part of the input, and nothing here changes it";
    return { obstacles: [{ kind: "undecided", message }] };
  }
  const homeless = [...pair.from, ...pair.to].find(
    ({ vpc, subnet }) => vpc !== undefined && subnet === undefined,
  );
  if (homeless !== undefined) {
    const message = `an address of ${homeless.vpc} that lies in no subnet has no route table and no host`;
    return { obstacles: [{ kind: "cause", message }] };
  }
  const there: Demand = { senders: pair.from, targets: pair.to };
  const back: Demand = { senders: pair.to, targets: pair.from };
  if (far === undefined) {
    const gateways = [...network.gateways.values()].filter(({ vpc }) => vpc === near.id).map(({ id }) => id);
    return repairSides(network, [{ vpc: near.id, demands: [there] }], gateways, []);
  }
  if (near === far) return repairSides(network, [{ vpc: near.id, demands: [there, back] }], [], []);
  const sides: Side[] = [
    { vpc: near.id, demands: [there] },
    { vpc: far.id, demands: [back] },
  ];
  const { ways, refused } = waysToJoin(network, near, far);
  const obstacles: Obstacle[] = [];
  let best: Plan | undefined;
  for (const way of ways) {
    if (best !== undefined && way.actions.length > best.cost) continue;
    const plan = repairSides(way.network, sides, way.via, way.actions);
    if ("obstacles" in plan) {
      // what a peering that does not exist cannot help is no news
      if (way.via.length > 0) obstacles.push(...plan.obstacles);
    } else if (best === undefined || plan.cost < best.cost) best = plan;
    else if (plan.cost === best.cost) best = { cost: plan.cost, sets: [...best.sets, ...plan.sets] };
  }
  if (best !== undefined) return best;
  const refusals = refused.map((one): Obstacle => {
    const { message } = one.refusal;
    return { kind: "refused", message, refused: one };
  });
  return { obstacles: obstacles.length > 0 ? obstacles : refusals };
}

/** What one VPC sends: both directions, where both ends are in it. */
interface Side {
  readonly vpc: string;
  readonly demands: readonly Demand[];
}

interface Demand {
  readonly senders: readonly EndpointSpan[];
  readonly targets: readonly EndpointSpan[];
}

function repairSides(
  network: Network,
  sides: readonly Side[],
  via: readonly string[],
  first: readonly Action[],
): PlanOrNot {
  const parts = sides.map((side) => repairSide(network, side, via));
  const obstacles = parts.flatMap((part) => ("obstacles" in part ? part.obstacles : []));
  if (obstacles.length > 0) return { obstacles };
  return combined([{ cost: first.length, sets: [first] }, ...parts.filter((part) => "sets" in part)]);
}

/** Tries every way to give the sending subnets tables of their VPC, unless there are too many: then they keep theirs. */
function repairSide(network: Network, { vpc: id, demands }: Side, via: readonly string[]): PlanOrNot {
  const vpc = network.vpcs.get(id)!;
  const senders = demands.flatMap((demand) => demand.senders);
  const subnets = [...new Set(senders.map(({ subnet }) => subnet!))].map((name) => vpc.subnets.get(name)!);
  const tables = [...vpc.tables.values()].filter(({ routes }) => routes !== undefined);
  const own = subnets.map((subnet) => tableOf(vpc, subnet));
  const repairs = new Map<string, TableRepair>();
  let best: Plan | undefined;
  let obstacle: Obstacle | undefined;
  const all = tables.length ** subnets.length <= MAX_ASSIGNMENTS ? assignments(tables, subnets.length) : [];
  for (const chosen of [own, ...all]) {
    const moves = subnets.flatMap((subnet, i): Action[] =>
      chosen[i] === own[i]
        ? []
        : [
            {
              kind: "associate",
              vpc: id,
              subnet: subnet.id,
              table: tableName(vpc, chosen[i].id),
              as: undefined,
            },
          ],
    );
    if (chosen !== own && (moves.length === 0 || (best !== undefined && moves.length > best.cost))) continue;
    const moved = afterAll(network, moves);
    if (moved === undefined) continue;
    let plan: Plan | undefined = { cost: moves.length, sets: [moves] };
    for (const table of new Set(chosen)) {
      const uses = ({ subnet }: EndpointSpan): boolean =>
        chosen[subnets.findIndex(({ id }) => id === subnet)] === table;
      const spans = senders.filter(uses);
      const targets = demands.flatMap((demand) => (demand.senders.some(uses) ? demand.targets : []));
      const families = [4, 6].flatMap(
        (family) => spans.find(({ first }) => familyOf(first) === family) ?? [],
      );
      const spots = families.map((span) => spotAt(span, span.first));
      const key = [
        table.id,
        ...demands.map((demand) => demand.senders.some(uses)),
        ...spots.map(({ subnet, address }) => `${subnet} ${familyOf(address)}`),
      ].join();
      const task = { network: moved, vpc: moved.vpcs.get(id)!, table, senders: spots, targets, via };
      const repair = repairs.get(key) ?? repairTable(task);
      repairs.set(key, repair);
      if (repair.kind !== "edits") {
        obstacle ??= obstacleOf(repair);
        plan = undefined;
        break;
      }
      plan = combined([plan, { cost: repair.cost, sets: repair.alternatives }]);
    }
    if (plan === undefined) continue;
    if (best === undefined || plan.cost < best.cost) best = plan;
    else if (plan.cost === best.cost) best = { cost: best.cost, sets: [...best.sets, ...plan.sets] };
  }
  return best ?? { obstacles: [obstacle!] };
}

function obstacleOf(repair: Exclude<TableRepair, { readonly kind: "edits" }>): Obstacle {
  if (repair.kind === "too-large") return { kind: "limit", message: repair.message };
  const { trace: end } = repair;
  if (end.cause === null)
    return { kind: "limit", message: "no route that the control plane accepts leads there" };
  const kind = UNDECIDED_CAUSES.has(end.cause) ? "undecided" : "cause";
  return { kind, message: `${end.message}. ${CAUSES[end.cause].remedy.replace(/\.$/, "")}` };
}

/** Returns every way to choose one of the tables for each of so many subnets. */
function assignments<T>(tables: readonly T[], count: number): T[][] {
  let all: T[][] = [[]];
  for (let i = 0; i < count; i++) all = all.flatMap((some) => tables.map((table) => [...some, table]));
  return all;
}

/** Returns every combination of one set of each plan, as far as they are worth trying. */
export function combined(plans: readonly Plan[]): Plan {
  return plans.reduce(
    (a, b) => {
      const sets = a.sets.flatMap((some) => b.sets.map((more) => [...some, ...more]));
      return { cost: a.cost + b.cost, sets: sets.slice(0, MAX_SETS) };
    },
    { cost: 0, sets: [[]] } as Plan,
  );
}

/** Returns the network behind the actions; undefined when one is refused. */
function afterAll(network: Network, actions: readonly Action[]): Network | undefined {
  let next = network;
  for (const action of actions) {
    const outcome = apply(next, action, "repair");
    if (outcome.kind === "refused") return undefined;
    next = outcome.network;
  }
  return next;
}
