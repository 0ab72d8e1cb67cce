import { type Address, type Family, familyOf, Prefix, widthOf } from "@twoway/core";
import type { Action } from "../model/action.ts";
import { type Network, type RouteTable, type Vpc, withRoutes, withVpc } from "../model/network.ts";
import { type Route, Routes } from "../model/routes.ts";
import { refusesRoute } from "../model/rules.ts";
import { routedTrace } from "../plane/round-trip.ts";
import { after } from "../plane/spans.ts";
import type { Spot, Trace } from "../plane/trace.ts";
import type { EndpointSpan } from "./endpoint.ts";
import { stretchFinder } from "./table-stretches.ts";

/**
 * The smallest edits of one route table after which it delivers to every address asked for, by routes alone: what filters
 * say is looked at when the edits are tried (`repair`).
 *
 * The destinations in the table and those that a new route could have form a tree, a block above what lies inside it. A
 * packet obeys the lowest block around it that has enabled routes: its provider. At every block somebody may leave the
 * routes alone, delete some, lead the only one elsewhere, switch one on, or add one; and what the block then provides is
 * handed down to the blocks inside it. So the cheapest edits below a block, given what is handed down to it, are the
 * cheapest choice at the block plus the cheapest edits below each block inside: exact, without trying sets of edits.
 *
 * New routes need few destinations. If a smallest set adds a route to some block, then the narrowest block that covers
 * the same addresses asked for, and all others between the same existing routes, does as well: so one candidate for each
 * existing destination (the part of the question inside it, or inside its two halves) is enough, and the subnets' own
 * blocks are there because people prefer them.
 */
export interface TableTask {
  /** With the peerings in place. */
  readonly network: Network;
  readonly vpc: Vpc;
  readonly table: RouteTable;
  /** Subnets that use the table, one spot for each family that has packets to send. */
  readonly senders: readonly Spot[];
  /** All of one VPC, or all outside. */
  readonly targets: readonly EndpointSpan[];
  /** What a new route may lead to. */
  readonly via: readonly string[];
}

export type TableRepair =
  /** Equally small sets of edits, those that move fewer addresses first. An empty set: nothing is missing. */
  | { readonly kind: "edits"; readonly cost: number; readonly alternatives: readonly (readonly Action[])[] }
  /** An address that no edit of this table brings the packets to, and what became of one that was helped best. */
  | { readonly kind: "hopeless"; readonly to: Spot; readonly trace: Trace }
  | { readonly kind: "too-large"; readonly message: string };

/** How many equally small sets are kept. */
const KEPT = 8;
/** Above this many routes and places in question nothing is searched. */
const MAX_BLOCKS = 4000;

/** Cost: O(blocks × depth × traces); a trace here meets a table of a route or two. */
export function repairTable(task: TableTask): TableRepair {
  const { table, senders, targets } = task;
  if (table.routes === undefined) return hopeless(task, task.network, senders[0], targets);
  let found: Choice = NOTHING;
  for (const sender of senders) {
    const family = familyOf(sender.address);
    const asked = targets.filter(({ first }) => familyOf(first) === family);
    if (asked.length === 0) continue;
    const tree = buildTree(task, sender, asked, table.routes);
    if (tree === undefined) {
      const message = `${table.id} has more than ${MAX_BLOCKS} routes and places in question, and no fix is searched for`;
      return { kind: "too-large", message };
    }
    const choice = new TableSearch(task, sender, table.routes).cheapest(tree, NO_ROUTE);
    if (choice.cost === Number.POSITIVE_INFINITY) {
      const [u] = task.via;
      const helped = u === undefined ? task.network : withOnly(task, [defaultRoute(family, u)]);
      return hopeless(task, helped, sender, asked);
    }
    found = both(found, choice);
  }
  const alternatives = found.sets.map(({ actions }) => actions);
  return { kind: "edits", cost: found.cost, alternatives };
}

/** A VPC's name where a table is expected means its main table. */
export function tableName(vpc: Vpc, table: string): string {
  return table === vpc.mainTable ? vpc.id : table;
}

function hopeless(
  task: TableTask,
  helped: Network,
  sender: Spot,
  targets: readonly EndpointSpan[],
): TableRepair {
  const stretches = stretchFinder(task.network);
  let first: { to: Spot; trace: Trace } | undefined;
  for (const to of targets.flatMap((span) => stretches(sender, span))) {
    const found = routedTrace(helped, sender, to);
    first ??= { to, trace: found };
    if (found.outcome !== "delivered") return { kind: "hopeless", to, trace: found };
  }
  return { kind: "hopeless", ...first! };
}

/** A block of addresses with the routes to exactly it, and the blocks and places directly inside. */
interface Block {
  readonly prefix: Prefix;
  readonly rows: readonly Route[];
  /** A new route may have this destination. */
  readonly candidate: boolean;
  readonly blocks: Block[];
  /** One address asked for of each stretch that no smaller block holds. */
  readonly places: Spot[];
}

/** What decides about a packet: the routes of a block, or a new one. */
interface Provider {
  readonly key: string;
  readonly routes: readonly Pick<Route, "destination" | "target">[];
}

const NO_ROUTE: Provider = { key: "", routes: [] };

interface EditSet {
  readonly actions: readonly Action[];
  /** How many addresses the edits are about. */
  readonly width: number;
}

interface Choice {
  readonly cost: number;
  readonly sets: readonly EditSet[];
}

const NOTHING: Choice = { cost: 0, sets: [{ actions: [], width: 0 }] };
const IMPOSSIBLE: Choice = { cost: Number.POSITIVE_INFINITY, sets: [] };

class TableSearch {
  readonly #task: TableTask;
  readonly #sender: Spot;
  readonly #name: string;
  readonly #networks = new Map<string, Network>();
  readonly #solved = new Map<Block, Map<string, Choice>>();

  constructor(task: TableTask, sender: Spot, routes: Routes) {
    this.#task = { ...task, table: { ...task.table, routes } };
    this.#sender = sender;
    this.#name = tableName(task.vpc, task.table.id);
  }

  /** Returns the cheapest edits at and below the block, given what is handed down to it. */
  cheapest(block: Block, above: Provider): Choice {
    let solved = this.#solved.get(block);
    if (solved === undefined) {
      solved = new Map();
      this.#solved.set(block, solved);
    }
    const known = solved.get(above.key);
    if (known !== undefined) return known;
    let best = IMPOSSIBLE;
    for (const { actions, provider } of this.#options(block, above)) {
      if (actions.length > best.cost) continue;
      const width = actions.length * 2 ** (widthOf(block.prefix.family) - block.prefix.bits);
      let choice: Choice = { cost: actions.length, sets: [{ actions, width }] };
      if (!block.places.every((place) => this.#delivers(provider, place))) continue;
      for (const inner of block.blocks) {
        choice = both(choice, this.cheapest(inner, provider));
        if (choice.cost > best.cost) break;
      }
      best = either(best, choice);
    }
    solved.set(above.key, best);
    return best;
  }

  /** What can be done with the routes to exactly this block, and what it provides then; the least work first. */
  #options(block: Block, above: Provider): { actions: Action[]; provider: Provider }[] {
    const { prefix, rows } = block;
    const enabled = rows.filter((route) => route.enabled);
    const disabled = rows.filter((route) => !route.enabled);
    const options: { actions: Action[]; provider: Provider }[] = [];
    const drop = (routes: readonly Route[]): Action[] =>
      routes.map((route) => this.#routeAction("delete-route", rows, route));
    const keep = (kept: readonly Route[]): void => {
      const provider = kept.length === 0 ? above : providerOf(kept);
      options.push({ actions: drop(enabled.filter((route) => !kept.includes(route))), provider });
    };
    keep(enabled);
    if (enabled.length > 0) keep([]);
    if (enabled.length > 1) {
      for (const route of enabled) {
        keep([route]);
        if (enabled.length > 2) keep(enabled.filter((other) => other !== route));
      }
    }
    for (const route of disabled) {
      if (!this.#allowed(prefix, route.target)) continue;
      const on = this.#routeAction("enable-route", rows, route);
      options.push({ actions: [...drop(enabled), on], provider: providerOf([route]) });
    }
    for (const target of this.#task.via) {
      if (!this.#allowed(prefix, target)) continue;
      const provider = providerOf([{ destination: prefix, target }]);
      const make = (kind: "add-route" | "replace-route"): Action => ({
        kind,
        table: this.#name,
        destination: prefix,
        target,
        as: undefined,
      });
      if (rows.length === 0) {
        if (block.candidate) options.push({ actions: [make("add-route")], provider });
        continue;
      }
      // the last one that is left can be led elsewhere; a disabled one stays disabled by that
      const last = enabled[0] ?? disabled[0];
      if (last.target === target) continue;
      const others = rows.filter((route) => route !== last);
      const actions = [...drop(others), make("replace-route")];
      if (!last.enabled) {
        const on = {
          kind: "enable-route",
          table: this.#name,
          destination: prefix,
          target: undefined,
        } as const;
        actions.push({ ...on, as: undefined });
      }
      options.push({ actions, provider });
    }
    return options.sort((a, b) => a.actions.length - b.actions.length);
  }

  #routeAction(kind: "delete-route" | "enable-route", rows: readonly Route[], route: Route): Action {
    const target = rows.length > 1 ? route.target : undefined;
    return { kind, table: this.#name, destination: route.destination, target, as: undefined };
  }

  /** Reports whether the control plane takes such a route, when no other has its destination. */
  #allowed(destination: Prefix, target: string): boolean {
    const { network, vpc, table } = this.#task;
    return refusesRoute(network, vpc, table.id, { destination, target }, []) === undefined;
  }

  #delivers({ key, routes }: Provider, to: Spot): boolean {
    let network = this.#networks.get(key);
    if (network === undefined) {
      network = withOnly(this.#task, routes);
      this.#networks.set(key, network);
    }
    return routedTrace(network, this.#sender, to).outcome === "delivered";
  }
}

function providerOf(routes: readonly Pick<Route, "destination" | "target">[]): Provider {
  return { key: routes.map(({ destination, target }) => `${destination} ${target}`).join(), routes };
}

/** Returns the network in which the table has these routes and no others. */
function withOnly({ network, vpc, table }: TableTask, routes: Provider["routes"]): Network {
  const written = routes.map(({ destination, target }) => ({
    destination,
    target,
    enabled: true,
    source: "",
  }));
  return withVpc(network, withRoutes(vpc, table, Routes.from(written)));
}

function defaultRoute(family: Family, target: string): Pick<Route, "destination" | "target"> {
  return { destination: everything(family), target };
}

function everything(family: Family): Prefix {
  return family === 4 ? Prefix.parse("0.0.0.0/0") : Prefix.parse("::/0");
}

function both(a: Choice, b: Choice): Choice {
  if (a.cost + b.cost === Number.POSITIVE_INFINITY) return IMPOSSIBLE;
  const sets = a.sets.flatMap((first) =>
    b.sets.map((second) => ({
      actions: [...first.actions, ...second.actions],
      width: first.width + second.width,
    })),
  );
  return { cost: a.cost + b.cost, sets: narrowest(sets) };
}

function either(a: Choice, b: Choice): Choice {
  if (a.cost !== b.cost) return a.cost < b.cost ? a : b;
  return { cost: a.cost, sets: narrowest([...a.sets, ...b.sets]) };
}

function narrowest(sets: readonly EditSet[]): EditSet[] {
  return [...sets].sort((a, b) => a.width - b.width).slice(0, KEPT);
}

/** Returns the whole address space of the family with the blocks inside it; undefined when they are too many. */
function buildTree(
  task: TableTask,
  sender: Spot,
  asked: readonly EndpointSpan[],
  routes: Routes,
): Block | undefined {
  const family = familyOf(sender.address);
  const rows = new Map<string, Route[]>();
  for (const route of routes) {
    const { destination } = route;
    if (destination.family !== family) continue;
    if (!asked.some(({ first, last }) => first <= destination.last && destination.address <= last)) continue;
    const key = `${destination}`;
    const there = rows.get(key);
    if (there === undefined) rows.set(key, [route]);
    else there.push(route);
  }
  if (rows.size * asked.length > MAX_BLOCKS * 100 || rows.size + asked.length > MAX_BLOCKS) return undefined;
  const candidates = candidateBlocks(task, asked, rows);
  const root = everything(family);
  const prefixes = new Map<string, Prefix>([[`${root}`, root], ...candidates]);
  for (const [key, [{ destination }]] of rows) prefixes.set(key, destination);
  const blocks = [...prefixes]
    .sort(([, a], [, b]) => Prefix.compare(a, b))
    .map(
      ([key, prefix]): Block => ({
        prefix,
        rows: rows.get(key) ?? [],
        candidate: candidates.has(key),
        blocks: [],
        places: [],
      }),
    );
  // in this order a block follows the one around it
  const around: Block[] = [];
  for (const block of blocks) {
    while (around.length > 0 && !around[around.length - 1].prefix.covers(block.prefix)) around.pop();
    around[around.length - 1]?.blocks.push(block);
    around.push(block);
  }
  const places = placesOf(task.network, sender, asked, blocks);
  if (places.length > MAX_BLOCKS) return undefined;
  for (const place of places) holderOf(blocks[0], place.address).places.push(place);
  return blocks[0];
}

function holderOf(root: Block, address: Address): Block {
  let block = root;
  for (;;) {
    const inner = block.blocks.find(({ prefix }) => prefix.contains(address));
    if (inner === undefined) return block;
    block = inner;
  }
}

/** One address of each stretch asked for in which nothing changes, whichever of the blocks have routes. */
function placesOf(
  network: Network,
  sender: Spot,
  asked: readonly EndpointSpan[],
  blocks: readonly Block[],
): Spot[] {
  const stretches = stretchFinder(network);
  return asked.flatMap((span) => {
    const spots = new Map(stretches(sender, span).map((spot) => [spot.address, spot]));
    for (const { prefix } of blocks) {
      const { address, last } = prefix;
      for (const edge of [address, after(last)]) {
        if (edge !== undefined && edge > span.first && edge <= span.last && !spots.has(edge))
          spots.set(edge, { vpc: span.vpc, subnet: span.subnet, address: edge });
      }
    }
    return [...spots.values()];
  });
}

/** The destinations that a new route may have, by their text. */
function candidateBlocks(
  { network }: TableTask,
  asked: readonly EndpointSpan[],
  rows: ReadonlyMap<string, readonly Route[]>,
): Map<string, Prefix> {
  const found = new Map<string, Prefix>();
  const propose = (prefix: Prefix | undefined): void => {
    // a disabled route holds its destination too, and then a wider one has to do
    let block = prefix;
    while (block !== undefined) {
      const there = rows.get(`${block}`);
      if (there === undefined) {
        found.set(`${block}`, block);
        return;
      }
      if (block.bits === 0 || there.some((route) => route.enabled)) return;
      block = Prefix.from(block.address, block.bits - 1);
    }
  };
  for (const span of asked) {
    propose(cover([span], undefined));
    const subnet = network.vpcs.get(span.vpc ?? "")?.subnets.get(span.subnet ?? "");
    propose(subnet?.cidrs.find((cidr) => cidr.contains(span.first)));
  }
  const far = network.vpcs.get(asked[0].vpc ?? "");
  const around = [
    ...(far?.cidrs ?? []),
    ...(far?.secondary ?? []),
    ...[...rows.values()].map(([row]) => row.destination),
  ];
  propose(cover(asked, undefined));
  for (const block of around) {
    propose(cover(asked, block));
    if (block.bits === widthOf(block.family)) continue;
    const low = Prefix.from(block.address, block.bits + 1);
    propose(cover(asked, low));
    propose(cover(asked, Prefix.from(block.last, block.bits + 1)));
  }
  return found;
}

/** Returns the narrowest block that covers what is asked for inside `within`; undefined when that is nothing. */
function cover(asked: readonly EndpointSpan[], within: Prefix | undefined): Prefix | undefined {
  let low: Address | undefined;
  let high: Address | undefined;
  for (const { first, last } of asked) {
    if (
      within !== undefined &&
      (within.family !== familyOf(first) || last < within.address || first > within.last)
    )
      continue;
    const from = within !== undefined && first < within.address ? within.address : first;
    const to = within !== undefined && last > within.last ? within.last : last;
    if (low === undefined || from < low) low = from;
    if (high === undefined || to > high) high = to;
  }
  if (low === undefined || high === undefined) return undefined;
  let bits = widthOf(familyOf(low));
  while (!Prefix.from(low, bits).contains(high)) bits--;
  return Prefix.from(low, bits);
}
