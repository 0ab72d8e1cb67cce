import { familyOf, type Prefix } from "@twoway/core";
import { type Network, tableOf, usableSpans, type Vpc } from "../model/network.ts";
import type { PeeringState } from "../model/peering.ts";
import { isPlain } from "../plane/detour.ts";
import { decide } from "../plane/forwarding.ts";
import { common, outcomesIn, spanOf, stretchesOf } from "../plane/stretches.ts";
import { answer } from "./answer.ts";
import { blocksOf } from "./boxes.ts";
import type { Endpoint } from "./endpoint.ts";
import type { SubnetName } from "./pair-sets.ts";
import { type PairSets, type PairVerdict, Reach } from "./reach.ts";

/** What is different between two networks: the pairs of subnets that changed, and what decided them. */
export interface Change {
  /** In the order of the network before, `from` first. Pairs of subnets that both networks have. */
  readonly pairs: readonly PairChange[];
  /** Subnets that one of the networks has and the other has not. */
  readonly added: readonly SubnetName[];
  readonly removed: readonly SubnetName[];
}

/** What decided about addresses of a pair. */
export type Owner = RouteOwner | FilterOwner;

/** A route of a table or of a hub's, or `local` for an own range. */
export interface RouteOwner {
  readonly path: "forward" | "return";
  readonly table: string;
  readonly destination: string;
  readonly target: string;
  /** State of the target, where it is a peering. */
  readonly state?: PeeringState;
  readonly source: string;
}

/** A rule that refuses the packet or the reply that is shown, or the filters of which none lets it pass. */
export interface FilterOwner {
  readonly path: "forward" | "return";
  /** `acl-1 rule 100`, or the ids of the filters. */
  readonly filter: string;
  readonly source: string;
}

/** A pair of subnets whose verdict changed, or of which other packets get through. Its sets and its owners are computed when asked for. */
export class PairChange {
  readonly from: SubnetName;
  readonly to: SubnetName;
  readonly before: PairVerdict;
  readonly after: PairVerdict;
  readonly #networks: readonly [Network, Network];

  constructor(
    from: SubnetName,
    to: SubnetName,
    before: PairVerdict,
    after: PairVerdict,
    networks: readonly [Network, Network],
  ) {
    this.from = from;
    this.to = to;
    this.before = before;
    this.after = after;
    this.#networks = networks;
  }

  /** Returns the exact sets before and after. O(routes of the two VPCs). */
  sets(): { readonly before: PairSets; readonly after: PairSets } {
    const [before, after] = this.#networks.map((network) => setsBetween(network, this.from, this.to));
    return { before, after };
  }

  /** Reports whether the verdict differs, or the packets that get through. */
  isReal(): boolean {
    const { before, after } = this;
    if (before.verdict !== after.verdict || before.partial !== after.partial) return true;
    const through = this.#networks.every(isPlain) ? throughBetween : throughJudged;
    const [old, now] = this.#networks.map((network) => through(network, this.from, this.to));
    return old !== now;
  }

  /** Returns what decided before and does no more, and what decides now and did not. O(routes of the two VPCs). */
  owners(): { readonly before: readonly Owner[]; readonly after: readonly Owner[] } {
    const [before, after] = this.#networks.map((network) => ownersBetween(network, this.from, this.to));
    const without = (owners: readonly Owner[], others: readonly Owner[]): Owner[] => {
      const known = new Set(others.map(keyOf));
      return owners.filter((owner) => !known.has(keyOf(owner)));
    };
    return { before: without(before, after), after: without(after, before) };
  }
}

function keyOf(owner: Owner): string {
  if ("filter" in owner) return `${owner.path} ${owner.filter}`;
  const { path, table, destination, target, state } = owner;
  return [path, table, destination, target, state].join(" ");
}

/** Returns the usable addresses of either end that packets of the other come to, as text to be compared. */
function throughBetween(network: Network, from: SubnetName, to: SubnetName): string {
  const near = reachAround(network, from, to);
  const { compiled } = near;
  const [a, b] = [indexOf(near, from), indexOf(near, to)];
  return [
    [a, b],
    [b, a],
  ]
    .flatMap(([sender, receiver]) =>
      compiled.parts.map((part) => {
        if (part.size[sender] === 0) return ""; // nobody can send them
        const { delivered } = outcomesIn(compiled, part, compiled.layout.subnetTable[sender], receiver);
        return blocksOf(delivered.map((stretch) => spanOf(part, stretch))).join();
      }),
    )
    .join("; ");
}

/** Returns the same where filters and hubs have a say: the sets of usable addresses, with their services. */
function throughJudged(network: Network, from: SubnetName, to: SubnetName): string {
  const reach = wholeReach(network);
  return reach.through(indexOf(reach, from), indexOf(reach, to));
}

/** The compiled networks that are not plain; nothing edits those. */
const whole = new WeakMap<Network, Reach>();

function wholeReach(network: Network): Reach {
  const reach = whole.get(network) ?? new Reach(network);
  whole.set(network, reach);
  return reach;
}

/**
 * Returns the verdict and the sets of one pair. O(routes of the two VPCs) in a plain network; in another one hubs may lead
 * anywhere, and the whole network is compiled once.
 */
export function setsBetween(network: Network, from: SubnetName, to: SubnetName): PairSets {
  const near = isPlain(network) ? reachAround(network, from, to) : wholeReach(network);
  return near.pair(indexOf(near, from), indexOf(near, to));
}

/**
 * Returns every route and own range that decides about an address of the pair, on both paths, in address order; then, where
 * filters or hubs have a say, the routes of hubs that the packet takes which stands for the verdict, and what refuses it.
 */
export function ownersBetween(network: Network, from: SubnetName, to: SubnetName): Owner[] {
  const near = reachAround(network, from, to);
  return [
    ...ownersOneWay(network, near, "forward", from, to),
    ...ownersOneWay(network, near, "return", to, from),
    ...(isPlain(network) ? [] : ownersOnTheWay(network, from, to)),
  ];
}

/** Follows the packet and the reply that `answer` shows for the pair. */
function ownersOnTheWay(network: Network, from: SubnetName, to: SubnetName): Owner[] {
  const [sender, receiver] = [from, to].map((name): Endpoint => {
    const vpc = network.vpcs.get(name.vpc)!;
    const spans = ([4, 6] as const).flatMap((family) =>
      usableSpans(vpc, vpc.subnets.get(name.subnet)!, family).map((span) => ({ ...span, ...name })),
    );
    return { text: `${name.vpc}/${name.subnet}`, spans };
  });
  const families = new Set(sender.spans.map(({ first }) => familyOf(first)));
  if (!receiver.spans.some(({ first }) => families.has(familyOf(first)))) return []; // no packet has both
  const { shown } = answer(network, sender, receiver, { protocol: "any" });
  return (["forward", "return"] as const).flatMap((path): Owner[] => {
    const { hops, ...end } = shown[path];
    const routes = hops.flatMap(({ kind, table, route }) =>
      kind !== "hub" || table === undefined || route == null ? [] : [{ path, table, ...route }],
    );
    if (end.cause !== "filter-denied") return routes;
    const { id, source } = end.component;
    return [...routes, { path, filter: id, source }];
  });
}

function ownersOneWay(
  network: Network,
  near: Reach,
  path: Owner["path"],
  from: SubnetName,
  to: SubnetName,
): Owner[] {
  const { compiled } = near;
  const vpc = network.vpcs.get(from.vpc)!;
  const table = tableOf(vpc, vpc.subnets.get(from.subnet)!);
  const t = compiled.layout.tableIndex.get(table.id)!;
  const owners = new Map<string, RouteOwner>();
  const add = (destination: Prefix, target: string, source: string): void => {
    const state = network.peerings.get(target)?.state;
    const found = { path, table: table.id, destination: `${destination}`, target, source };
    const owner: RouteOwner = state === undefined ? found : { ...found, state };
    owners.set(keyOf(owner), owner);
  };
  for (const part of compiled.parts) {
    const { usable } = outcomesIn(compiled, part, t, indexOf(near, to));
    const decided = stretchesOf(compiled, part, t, () => true);
    for (const [lo] of common(usable, decided)) {
      const decision = decide(vpc, table, part.axis.firstAt(lo));
      if (decision.kind === "local") add(decision.cidr, "local", vpc.source);
      if (decision.kind !== "routes") continue;
      for (const { destination, target, source } of decision.routes) add(destination, target, source);
    }
  }
  return [...owners.values()];
}

/** Compiles as much of the network as two subnets' packets can notice: their VPCs, and that there are neighbours. */
function reachAround({ vpcs, peerings, ...rest }: Network, from: SubnetName, to: SubnetName): Reach {
  const ends = new Set([from.vpc, to.vpc]);
  const near = new Map<string, Vpc>();
  for (const id of ends) near.set(id, vpcs.get(id)!);
  const theirs = new Map(
    [...peerings].filter(([, { requester, accepter }]) => ends.has(requester.vpc) || ends.has(accepter.vpc)),
  );
  for (const { requester, accepter } of theirs.values()) {
    for (const { vpc: id } of [requester, accepter]) {
      const vpc = vpcs.get(id);
      if (vpc !== undefined && !ends.has(id)) near.set(id, { ...vpc, subnets: new Map(), tables: new Map() });
    }
  }
  return new Reach({ ...rest, vpcs: near, peerings: theirs });
}

function indexOf({ subnets }: Reach, { vpc, subnet }: SubnetName): number {
  return subnets.findIndex((name) => name.vpc === vpc && name.subnet === subnet);
}

/**
 * Compares two compiled networks pair by pair. O(pairs that are not unreachable throughout, of both), and the sets of
 * those that may let other packets through with the same verdict, where anything about their VPCs differs.
 */
export function compare(before: Reach, after: Reach): Change {
  const place = (reach: Reach): Map<string, number> =>
    new Map(reach.subnets.map(({ vpc, subnet }, s) => [`${vpc} ${subnet}`, s]));
  const [old, now] = [place(before), place(after)];
  const only = (mine: Map<string, number>, others: Map<string, number>, { subnets }: Reach): SubnetName[] =>
    [...mine].filter(([key]) => !others.has(key)).map(([, s]) => subnets[s]);
  // the same subnet in the other network
  const later = before.subnets.map(({ vpc, subnet }) => now.get(`${vpc} ${subnet}`));
  const earlier = after.subnets.map(({ vpc, subnet }) => old.get(`${vpc} ${subnet}`));
  const networks = [before.network, after.network] as const;
  for (const reach of [before, after]) if (!reach.plain) whole.set(reach.network, reach);
  const touched = touchedVpcs(before.network, after.network);
  // a packet that a hub carries may notice what happens anywhere
  const everywhere = !before.plain || !after.plain;
  const found: { from: number; to: number; pair: PairChange }[] = [];
  for (const { from, to, ...was } of before.pairs()) {
    const [a, b] = [later[from], later[to]];
    if (a === undefined || b === undefined) continue;
    const pair = new PairChange(before.subnets[from], before.subnets[to], was, after.verdict(a, b), networks);
    // whether other packets get through shows only where not all of them fare alike, or some cannot be followed
    const mixed = was.partial || was.verdict === "unknown";
    const near = everywhere || touched.has(pair.from.vpc) || touched.has(pair.to.vpc);
    const { verdict, partial } = pair.after;
    if (verdict !== was.verdict || partial !== was.partial || (mixed && near && pair.isReal())) {
      found.push({ from, to, pair });
    }
  }
  for (const { from, to, ...is } of after.pairs()) {
    const [a, b] = [earlier[from], earlier[to]];
    if (a === undefined || b === undefined) continue;
    const was = before.verdict(a, b);
    if (was.verdict !== "unreachable" || was.partial) continue;
    const pair = new PairChange(before.subnets[a], before.subnets[b], was, is, networks);
    found.push({ from: a, to: b, pair });
  }
  found.sort((x, y) => x.from - y.from || x.to - y.to);
  return {
    pairs: found.map(({ pair }) => pair),
    added: only(now, old, after),
    removed: only(old, now, before),
  };
}

/** Returns the VPCs that differ in themselves or in a peering of theirs. Networks share what an action did not touch. */
function touchedVpcs(before: Network, after: Network): ReadonlySet<string> {
  const touched = new Set<string>();
  for (const [a, b] of [
    [before, after],
    [after, before],
  ]) {
    for (const [id, vpc] of a.vpcs) if (b.vpcs.get(id) !== vpc) touched.add(id);
    for (const [id, peering] of a.peerings) {
      if (b.peerings.get(id) === peering) continue;
      touched.add(peering.requester.vpc).add(peering.accepter.vpc);
    }
  }
  return touched;
}

/**
 * Compares two networks, related or not: subnets are the same when their ids and their VPCs' ids are. Also tells the
 * pairs that keep their verdict while other packets get through.
 */
export function diff(before: Network, after: Network): Change {
  return compare(new Reach(before), new Reach(after));
}
