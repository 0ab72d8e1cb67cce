import type { Cause } from "../model/cause.ts";
import { InputError } from "../model/issue.ts";
import type { Network } from "../model/network.ts";
import type { Trace } from "../plane/trace.ts";
import { answer } from "./answer.ts";
import { resolveEndpoint } from "./endpoint.ts";
import type { Flow } from "./traffic.ts";

/** Which peering each flow and its replies cross in a network, and what becomes of them besides caps. */

/** What becomes of packets that no cap drops. */
export type Fate = "delivered" | "unroutable" | "unknown";

/** One direction of a flow in one network. */
export interface LanePath {
  readonly fate: Fate;
  /** What stops it, or leaves it open; `no-such-end` while nothing in the network has the name of an end. */
  readonly cause: Cause | "no-such-end" | undefined;
  readonly crossing: Crossing | undefined;
  /** Other addresses or services of the same ends fare better. */
  readonly partial: boolean;
}

/** A peering that the packets cross. */
interface Crossing {
  readonly peering: string;
  /** From the requester's VPC they go out, from the accepter's they come in. */
  readonly direction: "out" | "in";
}

/**
 * Returns the path of each lane: `2 f` of flow f, `2 f + 1` of its replies, both always looked at (S13). One answer for
 * each different pair of ends and service; `onFlow` hears of every flow.
 */
export function lanePaths(
  network: Network,
  flows: readonly Flow[],
  onFlow: (done: number) => void = () => {},
): LanePath[] {
  const known = new Map<string, readonly [LanePath, LanePath]>();
  const ends = new Map<string, ReturnType<typeof resolveEndpoint>>();
  const endOf = (text: string, source: string): ReturnType<typeof resolveEndpoint> => {
    let end = ends.get(text);
    if (end === undefined) {
      end = resolveEndpoint(network, text, source);
      ends.set(text, end);
    }
    return end;
  };
  return flows.flatMap((flow, f) => {
    onFlow(f);
    const { from, to, service, source } = flow;
    const key = `${from} ${to} ${service.protocol} ${service.port}`;
    let paths = known.get(key);
    if (paths === undefined) {
      try {
        const { shown, partial } = answer(network, endOf(from, source), endOf(to, source), service);
        paths = [pathOf(network, shown.forward, partial), pathOf(network, shown.return, partial)];
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        paths = [MISSING, MISSING];
      }
      known.set(key, paths);
    }
    return paths;
  });
}

const MISSING: LanePath = {
  fate: "unroutable",
  cause: "no-such-end",
  crossing: undefined,
  partial: false,
};

const FATE_OF = { delivered: "delivered", dropped: "unroutable", unknown: "unknown" } as const;

function pathOf(network: Network, trace: Trace, partial: boolean): LanePath {
  const crossings = crossingsOf(network, trace);
  // a peering takes packets of its own VPCs only, so nothing that is modelled crosses two of them
  if (crossings.length > 1)
    return { fate: "unknown", cause: "unsupported-target", crossing: undefined, partial };
  const [crossing] = crossings;
  return { fate: FATE_OF[trace.outcome], cause: trace.cause ?? undefined, crossing, partial };
}

/**
 * Returns the peerings that the packet crosses, also on its way to where it is lost: what a filter refuses behind a
 * peering has used the peering. What the peering itself refuses has not.
 */
function crossingsOf({ peerings }: Network, trace: Trace): Crossing[] {
  const { hops } = trace;
  return hops.flatMap(({ node, kind }, i): Crossing[] => {
    const peering = kind === "peering" ? peerings.get(node) : undefined;
    const into = hops[i + 1];
    if (peering === undefined || into === undefined) return [];
    if (trace.cause !== null && trace.component.kind === "peering" && trace.component.id === node) return [];
    return [{ peering: node, direction: into.node === peering.accepter.vpc ? "out" : "in" }];
  });
}
