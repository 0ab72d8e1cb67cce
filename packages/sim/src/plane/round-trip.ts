import type { Network } from "../model/network.ts";
import { Services } from "../model/services.ts";
import { admit } from "./filter.ts";
import { hintsFor } from "./hint.ts";
import type { Spot } from "./packet.ts";
import { type Path, pathsTo, replyPaths } from "./path.ts";
import { type Asked, repliesTo, requestOf, type Sample, sampleOf, showcase } from "./service.ts";
import { meant, type Outcome, partition, type Trace, traceOf, worstTrace } from "./trace.ts";

/** Both ways of a flow, always both (S13), and what they come to together (S14). */

export type Verdict = "two-way" | "forward-only" | "return-only" | "unreachable" | "unknown";

export interface RoundTrip {
  readonly from: Spot;
  readonly to: Spot;
  readonly verdict: Verdict;
  /** The packet that is shown, where filters tell one service from another. */
  readonly packet?: Sample;
  readonly forward: Trace;
  readonly return: Trace;
}

/** Every service, asked from any of the ports that clients use. */
const EVERYTHING: Asked = { services: Services.all, sourcePorts: { first: 1024, last: 65535 } };

/** The ways between two ends by routes alone, before anything looks at a service. */
export interface Ways {
  readonly forward: readonly Path[];
  /** The ways of the reply to a packet that arrived, and to one that did not. */
  readonly backs: (arrived: boolean) => readonly Path[];
}

/** One verdict that some of the services get, and a packet and a reply that get it. */
export interface Share {
  readonly verdict: Verdict;
  readonly point: number;
  readonly reply: number;
  readonly arrived: boolean;
}

/** Follows the packet and its reply, and says of each that stops where to look next. Of several services the worst is shown. */
export function roundTrip(network: Network, from: Spot, to: Spot, asked: Asked = EVERYTHING): RoundTrip {
  const [start, end] = [{ ...from }, { ...to }];
  const ways = waysBetween(network, start, end);
  const shares = sharesOf(network, ways, asked);
  const worst = worstOf(shares);
  const back = ways.backs(worst.arrived);
  const forward = withHints(network, start, end, traceOf(network, ways.forward, worst.point));
  const returned = withHints(network, end, start, traceOf(network, back, worst.reply));
  const isFiltered = shares.length > 1 || [forward, returned].some(({ cause }) => cause === "filter-denied");
  const sample = isFiltered ? { packet: sampleOf(worst.point, worst.reply) } : {};
  return { from: start, to: end, verdict: worst.verdict, ...sample, forward, return: returned };
}

/** Returns what routes do with the packet, and with the reply where it leaves the network; filters are not asked. */
export function routedTrace(network: Network, from: Spot, to: Spot): Trace {
  const { forward, backs } = waysBetween(network, from, to);
  const routed = (paths: readonly Path[]): Trace =>
    worstTrace(
      network,
      paths.map((path) => ({ ...path, checks: [] })),
      Services.all,
    );
  const trace = routed(forward);
  // the way back is the same gateway
  return to.vpc === undefined && trace.outcome === "delivered" ? routed(backs(true)) : trace;
}

/** Finds the ways; each of the two kinds of reply is looked up when it is asked for, and then kept. */
export function waysBetween(network: Network, from: Spot, to: Spot): Ways {
  const forward = pathsTo(network, from, to);
  const known = new Map<boolean, Path[]>();
  const backs = (arrived: boolean): Path[] => {
    let paths = known.get(arrived);
    if (paths === undefined) {
      paths = backPaths(network, forward, from, to, arrived);
      known.set(arrived, paths);
    }
    return paths;
  };
  return { forward, backs };
}

/** Every member of an ECMP group that changed the header or left by a gateway of its own has a reply of its own. */
function backPaths(
  network: Network,
  forward: readonly Path[],
  from: Spot,
  to: Spot,
  arrived: boolean,
): Path[] {
  const kinds = new Map<Path | "plain", Path>();
  for (const path of forward) {
    const isPlain = !arrived || (to.vpc !== undefined && path.packet.translations.length === 0);
    const kind = isPlain ? "plain" : path;
    if (!kinds.has(kind)) kinds.set(kind, path);
  }
  return [...kinds.values()].flatMap((path) => replyPaths(network, path, from, to, arrived));
}

/** Returns every verdict that some of the services get: each fate of the packet with each fate of its replies. */
export function sharesOf(
  network: Network,
  { forward, backs }: Ways,
  asked: Asked,
  admitted: typeof admit = admit,
): Share[] {
  const shares: Share[] = [];
  const there = partition(network, forward, meant(forward, asked.services), admitted);
  for (const outcome of OUTCOMES) {
    const services = there[outcome];
    if (services.isEmpty) continue;
    const arrived = outcome !== "dropped";
    const here = partition(network, backs(arrived), repliesTo(services, asked.sourcePorts), admitted);
    for (const back of OUTCOMES) {
      if (here[back].isEmpty) continue;
      const reply = showcase(here[back]);
      shares.push({ verdict: verdictOf(outcome, back), point: requestOf(services, reply), reply, arrived });
    }
  }
  return shares;
}

const OUTCOMES = ["delivered", "unknown", "dropped"] as const;

/** From the worst to the best (S14, S16): a proven fault decides before a doubt does. */
export const RANK: Readonly<Record<Verdict, number>> = {
  unreachable: 0,
  "return-only": 1,
  "forward-only": 2,
  unknown: 3,
  "two-way": 4,
};

function worstOf(shares: readonly Share[]): Share {
  return shares.reduce((a, b) => (RANK[b.verdict] < RANK[a.verdict] ? b : a));
}

/**
 * Returns what two outcomes come to. One proven drop decides: `unknown` is left only while two-way is still possible.
 * Beside a proven drop, a path that cannot be followed counts as one that does not deliver.
 */
export function verdictOf(forward: Outcome, back: Outcome): Verdict {
  if (forward === "delivered" && back === "delivered") return "two-way";
  if (forward !== "dropped" && back !== "dropped") return "unknown";
  if (forward === "delivered") return "forward-only";
  return back === "delivered" ? "return-only" : "unreachable";
}

function withHints(network: Network, from: Spot, to: Spot, trace: Trace): Trace {
  return trace.cause === null ? trace : { ...trace, hints: hintsFor(network, from, to, trace) };
}
