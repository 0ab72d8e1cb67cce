import type { Prefix } from "@twoway/core";
import { apply } from "../model/control.ts";
import { bridgesOf } from "../model/graph.ts";
import { type Network, withRoutes, withVpc } from "../model/network.ts";
import type { Routes } from "../model/routes.ts";
import type { OwnRanges } from "../plane/decisions.ts";
import { tryDeletion, tryHop } from "../plane/edit.ts";
import type { FlipVisitor } from "../plane/flips.ts";
import { ABSENT, LOCAL } from "../plane/hop.ts";
import type { Part } from "../plane/part.ts";
import { TWO_WAY } from "../plane/verdict-table.ts";
import { filteredPeeringLosses, flipsBy } from "./filtered-losses.ts";
import { countEnabled, countLosses, type LossRange, rowOf } from "./loss-range.ts";
import { Reach } from "./reach.ts";
import { type Edit, isAtDoor } from "./transition.ts";

/** What one loss would do: ordered pairs of subnets that are two-way before and not after, and the other way round. */
export interface Loss {
  readonly broken: number;
  readonly opened: number;
}

export interface PeeringLoss extends Loss {
  readonly peering: string;
  /**
   * No chain of peerings with two-way pairs would join its two sides any more: a single point of failure between two
   * parts of the network, not only between its own two VPCs.
   */
  readonly splits: boolean;
}

export interface RouteLoss extends Loss {
  readonly table: string;
  readonly destination: string;
  readonly target: string;
  readonly source: string;
}

export interface Sweep {
  /** Every peering that is not deleted yet, and that a two-way pair hangs on; the worst first. */
  readonly peerings: readonly PeeringLoss[];
  /** Every route that a two-way pair hangs on; the worst first. */
  readonly routes: readonly RouteLoss[];
  /** How many peerings and routes were tried. */
  readonly tried: { readonly peerings: number; readonly routes: number };
}

export interface SweepOptions {
  /** At most so many of the worst routes; all of them by default. */
  readonly routes?: number;
  /** Is told now and then how many losses were tried so far. */
  readonly onTried?: (losses: number) => void;
}

/**
 * Tries the loss of every single peering and of every single enabled route on the compiled arrays and takes it back.
 * A deleted peering takes its routes with it or leaves them leading nowhere, by the profile of each side (S5); a route
 * that goes may uncover a shorter one. Cost: the routes of two VPCs for each peering, a window of one table for each route.
 * Beside filters and hubs the pairs that a loss touches are judged before and after; where other detours have a say, or the
 * table is one where a hub stands, all pairs are, for each loss.
 */
export function sweep(network: Network, options: SweepOptions = {}): Sweep {
  const all = { from: 0, to: Number.POSITIVE_INFINITY };
  const found = sweepRange(new Reach(network), all, options.onTried);
  return { ...found, routes: found.routes.slice(0, options.routes) };
}

/** Tries the losses of a range alone. `reach` is as before when it returns. */
export function sweepRange(
  reach: Reach,
  range: LossRange,
  onTried: (losses: number) => void = () => {},
): Sweep {
  if (!reach.direct) return sweepJudged(reach, range, onTried);
  const { network, compiled } = reach;
  const peerings = lossesOfPeerings(reach, range, onTried);
  const offset = countLosses(network).peerings;
  const rest = { from: range.from - offset, to: range.to - offset };
  const routes = lossesOfRoutes(reach, rest, (tried) => onTried(peerings.tried + tried));
  return {
    peerings: peerings.losses,
    routes: routes.losses
      .sort((a, b) => b.broken - a.broken || a.table - b.table || a.row - b.row)
      .map(({ table, row, broken, opened }) => {
        const { id, routes } = compiled.layout.tables[table];
        const { destination, target, source } = routes!.at(row);
        return { table: id, destination: `${destination}`, target, source, broken, opened };
      }),
    tried: { peerings: peerings.tried, routes: routes.tried },
  };
}

/** Puts together what was found in ranges that follow each other, in their order: what `sweep` finds in all of them. */
export function mergeSweeps(parts: readonly Sweep[]): Sweep {
  // what breaks the same number stands in the order of the network, in each part and so in all
  const worstFirst = (a: Loss, b: Loss): number => b.broken - a.broken;
  return {
    peerings: parts.flatMap(({ peerings }) => peerings).sort(worstFirst),
    routes: parts.flatMap(({ routes }) => routes).sort(worstFirst),
    tried: {
      peerings: parts.reduce((sum, { tried }) => sum + tried.peerings, 0),
      routes: parts.reduce((sum, { tried }) => sum + tried.routes, 0),
    },
  };
}

/** The same on copies of the network, each compiled and judged. A hub or another detour may join what a peering did. */
function sweepJudged(before: Reach, { from, to }: LossRange, onTried: (losses: number) => void): Sweep {
  const { network } = before;
  const old = twoWayPairs(before);
  const peerings: PeeringLoss[] = [];
  const routes: RouteLoss[] = [];
  const tried = { peerings: 0, routes: 0 };
  let number = 0;
  const isMeant = (): boolean => {
    const here = number++;
    return here >= from && here < to;
  };
  for (const { id, state, requester, accepter } of network.peerings.values()) {
    if (state === "DELETED" || !isMeant()) continue;
    onTried(++tried.peerings);
    const outcome = apply(network, { kind: "delete-peering", peering: id, as: undefined }, "");
    if (outcome.kind === "refused") continue;
    const after = new Reach(outcome.network);
    const loss = lossOf(old, twoWayPairs(after));
    const splits = !areJoined(after, requester.vpc, accepter.vpc);
    if (loss.broken > 0) peerings.push({ peering: id, ...loss, splits });
  }
  for (const vpc of network.vpcs.values()) {
    for (const table of vpc.tables.values()) {
      for (const { row, enabled, destination, target, source } of table.routes ?? []) {
        if (!enabled || !isMeant()) continue;
        onTried(tried.peerings + ++tried.routes);
        const rest = table.routes!.without((route) => route.row === row);
        const after = new Reach(withVpc(network, withRoutes(vpc, table, rest)));
        const loss = lossOf(old, twoWayPairs(after));
        if (loss.broken > 0)
          routes.push({ table: table.id, destination: `${destination}`, target, source, ...loss });
      }
    }
  }
  return {
    peerings: peerings.sort((a, b) => b.broken - a.broken),
    routes: routes.sort((a, b) => b.broken - a.broken),
    tried,
  };
}

/** The two-way pairs, each as one number; an edit of routes or peerings leaves the subnets as they are. */
function twoWayPairs(reach: Reach): Set<number> {
  const found = new Set<number>();
  for (const { from, to, verdict } of reach.pairs())
    if (verdict === "two-way") found.add(from * reach.subnets.length + to);
  return found;
}

function lossOf(before: ReadonlySet<number>, after: ReadonlySet<number>): Loss {
  const missing = (some: ReadonlySet<number>, others: ReadonlySet<number>): number =>
    [...some].filter((pair) => !others.has(pair)).length;
  return { broken: missing(before, after), opened: missing(after, before) };
}

/** Tells what networks lose that the arrays cannot follow to. The pairs of the network itself are judged once. */
function judgedAnew(reach: Reach): (after: Network) => Loss {
  let old: ReadonlySet<number> | undefined;
  return (after) => {
    old ??= twoWayPairs(reach);
    return lossOf(old, twoWayPairs(new Reach(after)));
  };
}

/** Reports whether a chain of VPCs with two-way pairs leads from the one to the other. */
function areJoined(reach: Reach, from: string, to: string): boolean {
  const near = new Map<string, Set<string>>();
  for (const pair of reach.pairs()) {
    if (pair.verdict !== "two-way") continue;
    const [a, b] = [reach.subnets[pair.from].vpc, reach.subnets[pair.to].vpc];
    near.set(a, (near.get(a) ?? new Set()).add(b));
  }
  const seen = new Set([from]);
  for (const vpc of seen) for (const next of near.get(vpc) ?? []) seen.add(next);
  return seen.has(to);
}

function lossesOfPeerings(
  reach: Reach,
  range: LossRange,
  onTried: (losses: number) => void,
): { readonly losses: PeeringLoss[]; readonly tried: number } {
  const { network } = reach;
  const anew = judgedAnew(reach);
  const { losses, tried } = reach.plain
    ? plainPeeringLosses(reach, range, onTried)
    : filteredPeeringLosses(reach, range, onTried, anew);
  if (losses.length === 0) return { losses: [], tried };
  const splits = (network.hubs?.size ?? 0) > 0 ? splitsBesideHubs(network) : splitsChains(reach);
  return {
    losses: losses
      .map((loss) => ({ ...loss, splits: splits(loss.peering) }))
      .sort((a, b) => b.broken - a.broken),
    tried,
  };
}

/** Tells the peerings without which no chain of others joins their sides. */
function splitsChains(reach: Reach): (peering: string) => boolean {
  const splitting = new Set(bridgesOf(reach.network, (peering) => joinsTwoWay(reach, peering)));
  return (peering) => splitting.has(peering);
}

/** The same where hubs may join what a peering did. O(pairs) for each. */
function splitsBesideHubs(network: Network): (peering: string) => boolean {
  return (peering) => {
    const outcome = apply(network, { kind: "delete-peering", peering, as: undefined }, "");
    if (outcome.kind === "refused") return false;
    const { requester, accepter } = network.peerings.get(peering)!;
    return !areJoined(new Reach(outcome.network), requester.vpc, accepter.vpc);
  };
}

function plainPeeringLosses(
  { network, compiled }: Reach,
  { from, to }: LossRange,
  onTried: (losses: number) => void,
): { readonly losses: (Loss & { readonly peering: string })[]; readonly tried: number } {
  const counter = new LossCounter();
  const losses: (Loss & { readonly peering: string })[] = [];
  let number = 0;
  let tried = 0;
  for (const [id, p] of compiled.layout.peeringIndex) {
    if (network.peerings.get(id)!.state === "DELETED") continue;
    const here = number++;
    if (here < from || here >= to) continue;
    onTried(++tried);
    counter.reset();
    tryDeletion(compiled, p, counter.visit);
    if (counter.broken > 0) losses.push({ peering: id, broken: counter.broken, opened: counter.opened });
  }
  return { losses, tried };
}

/** Reports whether any two subnets of the two VPCs are two-way. */
function joinsTwoWay(reach: Reach, peering: string): boolean {
  const { layout } = reach.compiled;
  const slot = layout.portSlot[2 * layout.peeringIndex.get(peering)!];
  if (slot < 0) return false;
  const { slotVpc, slotMirror, subnetAt } = layout;
  const [v, w] = [slotVpc[slotMirror[slot]], slotVpc[slot]];
  for (let s = subnetAt[v]; s < subnetAt[v + 1]; s++)
    for (let d = subnetAt[w]; d < subnetAt[w + 1]; d++)
      if (reach.verdict(s, d).verdict === "two-way") return true;
  return false;
}

interface RowLoss extends Loss {
  readonly table: number;
  readonly row: number;
}

/** Routes are numbered from the first one here. */
function lossesOfRoutes(
  reach: Reach,
  { from, to }: LossRange,
  onTried: (losses: number) => void,
): { readonly losses: RowLoss[]; readonly tried: number } {
  const { network, compiled } = reach;
  const { tables, tableVpc, vpcs } = compiled.layout;
  const anew = judgedAnew(reach);
  const withoutRoute = (before: Network, table: number, row: number): Network => {
    const { id, routes } = tables[table];
    const vpc = before.vpcs.get(vpcs[tableVpc[table]].id)!;
    const rest = routes!.without((route) => route.row === row);
    return withVpc(before, withRoutes(vpc, vpc.tables.get(id)!, rest));
  };
  const counter = new LossCounter();
  const losses: RowLoss[] = [];
  let number = 0;
  let tried = 0;
  for (const [table, { routes }] of tables.entries()) {
    const first = number;
    number += countEnabled(routes);
    if (routes === undefined || number <= from || first >= to) continue;
    const [begin, end] = [rowOf(routes, from - first), rowOf(routes, to - first)];
    const v = tableVpc[table];
    const hopOf = (row: number): number =>
      compiled.hops.hopOf(network, vpcs[v], v, routes.targets[routes.target[row]]);
    for (const part of compiled.parts) {
      forEachDecision(part, table, routes, part.own[v], (decision, rows, isOwn) => {
        for (const row of rows) {
          if (row < begin || row >= end) continue;
          const others = rows.filter((other) => other !== row).map(hopOf);
          const rest = others.length > 0 ? compiled.hops.group(others) : isOwn ? LOCAL : ABSENT;
          counter.reset();
          if (reach.plain) tryHop(compiled, part, table, decision, rest, counter.visit);
          const { lo, hi } = part.decisions;
          const edit: Edit = { kind: "hop", part, table, lo: lo[decision], hi: hi[decision], hop: rest };
          const { broken, opened } = reach.plain
            ? counter
            : isAtDoor(compiled, network, table)
              ? anew(withoutRoute(network, table, row))
              : flipsBy(reach, [edit], reach.mayFollow ? withoutRoute(network, table, row) : network);
          if (broken > 0) losses.push({ table, row, broken, opened });
        }
      });
    }
    tried += Math.min(number, to) - Math.max(first, from);
    onTried(tried);
  }
  return { losses, tried };
}

/**
 * Calls `visit` for each destination with an enabled route that is not inside an own range which always wins: with its
 * row in the decisions, its enabled rows in the routes, and whether it is an own range too. Both are sorted alike.
 */
function forEachDecision(
  { axis, decisions, family }: Part,
  table: number,
  routes: Routes,
  own: OwnRanges,
  visit: (decision: number, rows: readonly number[], isOwn: boolean) => void,
): void {
  const [begin, end] = family === 4 ? [0, routes.size4] : [routes.size4, routes.size];
  let decision = decisions.at[table];
  const last = decision + decisions.length[table];
  for (let row = begin; row < end; ) {
    const destination = routes.destination(row);
    const lo = axis.first(destination.address);
    const hi = axis.last(destination.last);
    const rows: number[] = [];
    for (; row < end && isAt(routes, row, destination); row++) if (routes.enabled[row] === 1) rows.push(row);
    while (
      decision < last &&
      (decisions.lo[decision] < lo || (decisions.lo[decision] === lo && decisions.hi[decision] > hi))
    )
      decision++;
    if (decision === last) return;
    if (rows.length === 0 || decisions.lo[decision] !== lo || decisions.hi[decision] !== hi) continue;
    const isOwn = own.lo.some((from, i) => from === lo && own.hi[i] === hi);
    if (!(own.wins && isOwn)) visit(decision, rows, isOwn);
  }
}

function isAt(routes: Routes, row: number, { address, bits, family }: Prefix): boolean {
  if (routes.bits[row] !== bits) return false;
  return family === 4 ? routes.address[row] === address : routes.destination(row).address === address;
}

/** Counts flips; one object for a whole sweep. */
class LossCounter implements Loss {
  broken = 0;
  opened = 0;

  reset(): void {
    this.broken = 0;
    this.opened = 0;
  }

  readonly visit: FlipVisitor = (_from, _to, before, after) => {
    if (before === TWO_WAY) this.broken++;
    if (after === TWO_WAY) this.opened++;
  };
}
