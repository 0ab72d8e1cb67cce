import type { Cause, RouteName } from "../model/cause.ts";
import type { Network } from "../model/network.ts";
import { Services } from "../model/services.ts";
import { admit, type Fates, refusalOf, TRANSLATED } from "./filter.ts";
import { type Ending, type Hop, type Stop, stop } from "./node.ts";
import type { Spot } from "./packet.ts";
import { type Path, pathsTo } from "./path.ts";
import { describeService, showcase } from "./service.ts";

/** One packet, one direction: its way by the routes, and what the filters on the way say about its service. */

export type Trace = {
  readonly hops: readonly Hop[];
  /** The other members of an ECMP group, where the packet met one (S17). */
  readonly alternatives?: readonly Alternative[];
} & (Pick<Extract<Ending, { readonly cause: null }>, "outcome" | "cause"> | Stop);

export type Outcome = Trace["outcome"];

export type Stopped = Extract<Trace, { readonly cause: Cause }>;

interface Alternative {
  readonly route: RouteName;
  readonly outcome: Outcome;
  readonly cause: Cause | null;
}

export { type Hop, nameOf } from "./node.ts";
export type { Spot } from "./packet.ts";

/**
 * Follows a packet from its sender to its end. Of several services the first that fares worst is shown. Hints are left
 * empty: `roundTrip` adds them to what is shown. Cost: a table lookup for each router on the way, and the rules of the
 * filters there.
 */
export function trace(network: Network, from: Spot, to: Spot, services: Services = Services.all): Trace {
  return worstTrace(network, pathsTo(network, from, to), services);
}

/** Returns what happens to the first of the services that fares worst on the paths. */
export function worstTrace(network: Network, paths: readonly Path[], asked: Services): Trace {
  const services = meant(paths, asked);
  const { dropped, unknown } = partition(network, paths, services);
  const worst = [dropped, unknown, services].find(({ isEmpty }) => !isEmpty) ?? services;
  return traceOf(network, paths, showcase(worst));
}

/**
 * Returns what is meant by "every service" on these paths: not what no NAT gateway ever translates, which would make a
 * fault of each way to the internet. A protocol that is asked for by its name is never left out.
 */
export function meant(paths: readonly Path[], services: Services): Services {
  const isTranslated = paths.some(({ checks }) => checks.some(({ check }) => check.kind === "nat-gateway"));
  return isTranslated && services.isAll ? TRANSLATED : services;
}

/** Returns the service set split by what becomes of it, the worst of all paths deciding (S17). */
export function partition(
  network: Network,
  paths: readonly Path[],
  services: Services,
  admitted: typeof admit = admit,
): Readonly<Record<Outcome, Services>> {
  let delivered = services;
  let possible = services;
  for (const path of paths) {
    const fates = fatesOf(network, path, services, admitted);
    delivered = delivered.intersect(fates.delivered);
    possible = possible.intersect(Services.union([fates.delivered, fates.unknown]));
  }
  return { delivered, unknown: possible.subtract(delivered), dropped: services.subtract(possible) };
}

/** What becomes of the services on one path: they pass what all filters pass, and one proven drop decides. */
function fatesOf(network: Network, path: Path, services: Services, admitted: typeof admit): Fates {
  const { outcome } = path.ending;
  if (outcome === "dropped") return { delivered: Services.none, unknown: Services.none };
  let delivered = outcome === "delivered" ? services : Services.none;
  let possible = services;
  for (const { check } of path.checks) {
    const fates = admitted(network, check, check.remote);
    delivered = delivered.intersect(fates.delivered);
    possible = possible.intersect(
      fates.unknown.isEmpty ? fates.delivered : fates.delivered.union(fates.unknown),
    );
  }
  return { delivered, unknown: possible.subtract(delivered) };
}

/** Returns what happens to one service, given as its point, on the paths: the worst of them is shown. */
export function traceOf(network: Network, paths: readonly Path[], point: number): Trace {
  const ends = paths.map((path) => endOf(network, path, point));
  const worst = ends.reduce((a, b) => (SEVERITY[b.ending.outcome] > SEVERITY[a.ending.outcome] ? b : a));
  const { outcome, cause } = worst.ending;
  const trace: Trace = {
    hops: worst.hops,
    ...(worst.ending.cause === null ? { outcome, cause } : worst.ending),
  } as Trace;
  if (paths.length === 1) return trace;
  const alternatives = ends.flatMap((end, i): Alternative[] => {
    const { member } = paths[i];
    return member === undefined || end === worst
      ? []
      : [{ route: member, outcome: end.ending.outcome, cause: end.ending.cause }];
  });
  return alternatives.length === 0 ? trace : { ...trace, alternatives };
}

/**
 * Returns a trace for each thing that stops some of the services: where a path ends, and each filter that refuses what the
 * filters before it let pass. Of a filter whose rules refuse several services one is shown, with its rule.
 */
export function stopsOf(network: Network, paths: readonly Path[], asked: Services): Stopped[] {
  const services = meant(paths, asked);
  return paths.flatMap((path) => {
    const { ending, checks } = path;
    const stopped: Services[] = [];
    const doubtful: Services[] = [];
    let left = services;
    let sure = services;
    const isEarly = ending.outcome === "dropped" && !LATE.has(ending.cause);
    for (const { check } of isEarly ? [] : checks) {
      const { delivered, unknown } = admit(network, check, check.remote);
      const possible = left.intersect(delivered.union(unknown));
      stopped.push(left.subtract(possible));
      doubtful.push(sure.intersect(possible).subtract(delivered));
      left = possible;
      sure = sure.intersect(delivered);
    }
    // a doubt counts for what is dropped nowhere, and the first one is told
    stopped.push(...(ending.cause === null ? doubtful.map((some) => some.intersect(left)) : [left]));
    return stopped
      .filter(({ isEmpty }) => !isEmpty)
      .map((some) => traceOf(network, [path], showcase(some)))
      .filter((trace) => trace.cause !== null);
  });
}

const SEVERITY = { delivered: 0, unknown: 1, dropped: 2 };

/** Causes that are decided behind the filters: by then the packet has left its subnet. */
const LATE: ReadonlySet<Cause | null> = new Set<Cause>(["left-network", "loop"]);

interface End {
  readonly hops: readonly Hop[];
  readonly ending: Ending;
}

/** Routing decides first, then the filters in the order of the way; a proven drop before a doubt. */
function endOf(network: Network, { hops, ending, checks }: Path, point: number): End {
  if (ending.outcome === "dropped" && !LATE.has(ending.cause)) return { hops, ending };
  let doubt: End | undefined;
  for (const { check, after } of checks) {
    const { delivered, unknown } = admit(network, check, check.remote);
    if (delivered.has(point)) continue;
    const outcome = unknown.has(point) ? "unknown" : "dropped";
    const { component, message } = refusalOf(network, check, check.remote, {
      point,
      service: describeService(point),
      outcome,
    });
    const cause = outcome === "dropped" ? "filter-denied" : "unsupported-target";
    const end = { hops: hops.slice(0, Math.max(1, after)), ending: stop(cause, component, message) };
    if (outcome === "dropped") return end;
    doubt ??= end;
  }
  return ending.cause === null && doubt !== undefined ? doubt : { hops, ending };
}
