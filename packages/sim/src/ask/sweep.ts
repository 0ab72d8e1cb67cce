import type { Prefix } from "@twoway/core";
import { apply } from "../model/control.ts";
import { bridgesOf } from "../model/graph.ts";
import { type Network, withRoutes, withVpc } from "../model/network.ts";
import type { Routes } from "../model/routes.ts";
import type { OwnRanges } from "../plane/decisions.ts";
import { type FlipVisitor, tryDeletion, tryHop } from "../plane/edit.ts";
import { ABSENT, LOCAL } from "../plane/hop.ts";
import type { Part } from "../plane/part.ts";
import type { Reachability } from "../plane/reachability.ts";
import { TWO_WAY } from "../plane/verdict-table.ts";
import { Reach } from "./reach.ts";
import { type Edit, editsBetween, editTouching, makeEdits, opensGroups, type Touched } from "./transition.ts";

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
  /** Is told after each peering, and after each table, how many losses were tried so far. */
  readonly onTried?: (losses: number) => void;
}

/**
 * Tries the loss of every single peering and of every single enabled route on the compiled arrays and takes it back.
 * A deleted peering takes its routes with it or leaves them leading nowhere, by the profile of each side (S5); a route
 * that goes may uncover a shorter one. Cost: the routes of two VPCs for each peering, a window of one table for each route.
 * Beside filters the pairs that a loss touches are judged before and after; where hubs or other detours have a say, all
 * pairs are, for each loss.
 */
export function sweep(network: Network, options: SweepOptions = {}): Sweep {
  const reach = new Reach(network);
  const { compiled } = reach;
  const onTried = options.onTried ?? (() => {});
  if (!reach.direct) return sweepJudged(reach, options.routes, onTried);
  const peerings = reach.plain ? lossesOfPeerings(reach, onTried) : filteredLossesOfPeerings(reach, onTried);
  const routes = lossesOfRoutes(
    network,
    compiled,
    (tried) => onTried(peerings.tried + tried),
    reach.plain ? undefined : (edit) => lossBy(reach, [edit], network),
  );
  return {
    peerings: peerings.losses,
    routes: routes.losses
      .sort((a, b) => b.broken - a.broken || a.table - b.table || a.row - b.row)
      .slice(0, options.routes)
      .map(({ table, row, broken, opened }) => {
        const { id, routes } = compiled.layout.tables[table];
        const { destination, target, source } = routes!.at(row);
        return { table: id, destination: `${destination}`, target, source, broken, opened };
      }),
    tried: { peerings: peerings.tried, routes: routes.tried },
  };
}

/** The same on copies of the network, each compiled and judged. A hub or another detour may join what a peering did. */
function sweepJudged(before: Reach, limit: number | undefined, onTried: (losses: number) => void): Sweep {
  const { network } = before;
  const old = twoWayPairs(before);
  const peerings: PeeringLoss[] = [];
  const routes: RouteLoss[] = [];
  const tried = { peerings: 0, routes: 0 };
  for (const { id, state, requester, accepter } of network.peerings.values()) {
    if (state === "DELETED") continue;
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
        if (!enabled) continue;
        tried.routes++;
        const rest = table.routes!.without((route) => route.row === row);
        const after = new Reach(withVpc(network, withRoutes(vpc, table, rest)));
        const loss = lossOf(old, twoWayPairs(after));
        if (loss.broken > 0)
          routes.push({ table: table.id, destination: `${destination}`, target, source, ...loss });
      }
      onTried(tried.peerings + tried.routes);
    }
  }
  return {
    peerings: peerings.sort((a, b) => b.broken - a.broken),
    routes: routes.sort((a, b) => b.broken - a.broken).slice(0, limit),
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
  onTried: (losses: number) => void,
): { readonly losses: PeeringLoss[]; readonly tried: number } {
  const { network, compiled } = reach;
  const counter = new LossCounter();
  const losses: (Loss & { readonly peering: string })[] = [];
  let tried = 0;
  for (const [id, p] of compiled.layout.peeringIndex) {
    if (network.peerings.get(id)!.state === "DELETED") continue;
    onTried(++tried);
    counter.reset();
    tryDeletion(compiled, p, counter.visit);
    if (counter.broken > 0) losses.push({ peering: id, broken: counter.broken, opened: counter.opened });
  }
  const splitting = new Set(bridgesOf(network, (peering) => joinsTwoWay(reach, peering)));
  return {
    losses: losses
      .map((loss) => ({ ...loss, splits: splitting.has(loss.peering) }))
      .sort((a, b) => b.broken - a.broken),
    tried,
  };
}

/** The same beside filters: each deletion is made, judged, and taken back. */
function filteredLossesOfPeerings(
  reach: Reach,
  onTried: (losses: number) => void,
): { readonly losses: PeeringLoss[]; readonly tried: number } {
  const { network, compiled } = reach;
  const losses: (Loss & { readonly peering: string })[] = [];
  let tried = 0;
  for (const [id, { state }] of network.peerings) {
    if (state === "DELETED") continue;
    onTried(++tried);
    const outcome = apply(network, { kind: "delete-peering", peering: id, as: undefined }, "");
    if (outcome.kind === "refused") continue;
    const edits = editsBetween(compiled, network, outcome.network);
    const loss =
      edits === undefined || opensGroups(network, edits)
        ? lossOf(twoWayPairs(reach), twoWayPairs(new Reach(outcome.network)))
        : lossBy(reach, edits, outcome.network);
    if (loss.broken > 0) losses.push({ peering: id, ...loss });
  }
  const splitting = new Set(bridgesOf(network, (peering) => joinsTwoWay(reach, peering)));
  return {
    losses: losses
      .map((loss) => ({ ...loss, splits: splitting.has(loss.peering) }))
      .sort((a, b) => b.broken - a.broken),
    tried,
  };
}

/** Makes the edits, after which the network is `after`, counts what they break and open, and takes them back. */
function lossBy(reach: Reach, edits: readonly Edit[], after: Network): Loss {
  const before = reach.network;
  const { undo, touched } = editTouching(reach, edits, after);
  const isTwoWay = ({ from, to }: Touched): boolean => reach.verdict(from, to).verdict === "two-way";
  const now = touched.map(isTwoWay);
  makeEdits(reach.compiled, undo, () => {});
  reach.settle(before);
  let [broken, opened] = [0, 0];
  for (const [i, pair] of touched.entries()) {
    const was = isTwoWay(pair);
    if (was && !now[i]) broken++;
    if (!was && now[i]) opened++;
  }
  return { broken, opened };
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

function lossesOfRoutes(
  network: Network,
  compiled: Reachability,
  onTried: (losses: number) => void,
  judge: ((edit: Edit) => Loss) | undefined,
): { readonly losses: RowLoss[]; readonly tried: number } {
  const { tables, tableVpc, vpcs } = compiled.layout;
  const counter = new LossCounter();
  const losses: RowLoss[] = [];
  let tried = 0;
  for (const [table, { routes }] of tables.entries()) {
    if (routes === undefined) continue;
    for (let row = 0; row < routes.size; row++) tried += routes.enabled[row];
    const v = tableVpc[table];
    const hopOf = (row: number): number =>
      compiled.hops.hopOf(network, vpcs[v], v, routes.targets[routes.target[row]]);
    for (const part of compiled.parts) {
      forEachDecision(part, table, routes, part.own[v], (decision, rows, isOwn) => {
        for (const row of rows) {
          const others = rows.filter((other) => other !== row).map(hopOf);
          const rest = others.length > 0 ? compiled.hops.group(others) : isOwn ? LOCAL : ABSENT;
          counter.reset();
          if (judge === undefined) tryHop(compiled, part, table, decision, rest, counter.visit);
          const { lo, hi } = part.decisions;
          const edit: Edit = { kind: "hop", part, table, lo: lo[decision], hi: hi[decision], hop: rest };
          const { broken, opened } = judge?.(edit) ?? counter;
          if (broken > 0) losses.push({ table, row, broken, opened });
        }
      });
    }
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
