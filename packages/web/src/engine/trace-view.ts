import { formatAddress } from "@twoway/core";
import {
  type Answer,
  answer,
  CAUSES,
  type Coverage,
  coverageOf,
  type Hop,
  type Network,
  resolveEndpoint,
  type Service,
  type Spot,
  type Trace,
  type Verdict,
} from "@twoway/sim";
import { type Place, placesOf } from "./place.ts";

/** Both paths of a packet, as plain data: what `twoway trace` prints. */
export interface TraceView {
  readonly from: SpotView;
  readonly to: SpotView;
  readonly verdict: Verdict;
  readonly partial: boolean;
  /** The service that is shown, where filters tell one from another: `tcp/443`. */
  readonly packet: string | undefined;
  readonly forward: PathView;
  readonly back: PathView;
  readonly coverage: Coverage;
}

export interface SpotView {
  readonly vpc: string | undefined;
  readonly subnet: string | undefined;
  readonly address: string;
}

export interface PathView {
  readonly outcome: Trace["outcome"];
  readonly hops: readonly HopView[];
  /** Where and why it stopped; absent when it was delivered. */
  readonly stop?: StopView;
  /** The other members of an ECMP group. */
  readonly alternatives: readonly string[];
}

export interface HopView {
  readonly node: string;
  readonly kind: Hop["kind"];
  readonly table: string | undefined;
  /** What the table decided; null when nothing matched. */
  readonly route:
    | { readonly destination: string; readonly target: string; readonly source: string }
    | null
    | undefined;
  /** Where it is in the picture; undefined for what is not drawn. */
  readonly place: Place | undefined;
}

export interface StopView {
  readonly cause: string;
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  readonly owner: string;
  readonly account: string | undefined;
  readonly source: string;
  readonly hints: readonly string[];
}

/** Ends and a service as people type them. */
export interface Question {
  readonly from: string;
  readonly to: string;
  readonly service: Service;
}

/** Throws an InputError when an end or the service is none. */
export function traceView(network: Network, { from, to, service }: Question): TraceView {
  const ends = [resolveEndpoint(network, from, "from"), resolveEndpoint(network, to, "to")] as const;
  return answerView(network, answer(network, ...ends, service));
}

function answerView(network: Network, { shown, verdict, partial }: Answer): TraceView {
  const { from, to, packet, forward } = shown;
  return {
    from: spotView(from),
    to: spotView(to),
    verdict,
    partial,
    packet: packet && `${packet.protocol}${packet.port === undefined ? "" : `/${packet.port}`}`,
    forward: pathView(network, from, forward),
    back: pathView(network, to, shown.return),
    coverage: coverageOf(network),
  };
}

function spotView({ vpc, subnet, address }: Spot): SpotView {
  return { vpc, subnet, address: formatAddress(address) };
}

function pathView(network: Network, start: Spot, trace: Trace): PathView {
  const places = placesOf(network, start.vpc, trace.hops);
  const path = {
    outcome: trace.outcome,
    hops: trace.hops.map(({ node, kind, table, route }, i) => ({
      node,
      kind,
      table,
      route,
      place: places[i],
    })),
    alternatives: (trace.alternatives ?? []).map(
      ({ route, outcome }) => `${route.destination} -> ${route.target}: ${outcome}`,
    ),
  };
  if (trace.cause === null) return path;
  const { cause, message, component, hints } = trace;
  const { title, remedy } = CAUSES[cause];
  const { id: owner, account, source } = component;
  return {
    ...path,
    stop: {
      cause,
      title,
      message,
      remedy,
      owner,
      account,
      source,
      hints: hints.map(({ message }) => message),
    },
  };
}
