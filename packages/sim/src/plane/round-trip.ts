import type { Network } from "../model/network.ts";
import { hintsFor } from "./hint.ts";
import { type Hop, OUTSIDE, type Spot, type Trace, trace } from "./trace.ts";

/** Both paths of a flow, always both (S13), and what they come to together (S14). */

export type Verdict = "two-way" | "forward-only" | "return-only" | "unreachable" | "unknown";

export interface RoundTrip {
  readonly from: Spot;
  readonly to: Spot;
  readonly verdict: Verdict;
  readonly forward: Trace;
  readonly return: Trace;
}

/** Follows the packet and its reply, and says of each that stops where to look next. */
export function roundTrip(network: Network, from: Spot, to: Spot): RoundTrip {
  const forward = withHints(network, from, to, trace(network, from, to));
  const back = withHints(network, to, from, returnTrace(network, from, to, forward));
  return { from, to, verdict: verdictOf(forward.outcome, back.outcome), forward, return: back };
}

/**
 * Follows the reply: from the intended destination, by its own lookups, also when the packet never arrived. It is never
 * the forward path reversed. Only a reply from outside the network needs the forward path: it comes back by the gateway
 * that the packet left by.
 */
export function returnTrace(network: Network, from: Spot, to: Spot, forward: Trace): Trace {
  if (to.vpc !== undefined || forward.outcome !== "delivered") return trace(network, to, from);
  // every member of an ECMP group went out by a gateway of its own, and one that is in doubt decides (S17)
  const exits = [
    forward.hops.find((hop) => hop.kind === "gateway")!.node,
    ...(forward.alternatives ?? []).map(({ route }) => route.target),
  ].map((id) => network.gateways.get(id)!);
  const gateway = exits.find(({ kind }) => kind !== "nat") ?? exits[0];
  const exit: Hop = { node: gateway.id, kind: "gateway" };
  const inside = forward.hops[0];
  if (gateway.kind === "nat") {
    // the session of the packet takes the reply back to the sender
    const hops = [OUTSIDE, exit, { node: inside.node, kind: inside.kind }];
    return { hops, outcome: "delivered", cause: null };
  }
  return {
    hops: [OUTSIDE, exit],
    outcome: "unknown",
    cause: "unsupported-target",
    component: { id: gateway.id, kind: "gateway", source: gateway.source },
    message: `whether a reply comes back by ${gateway.id} depends on public addresses, which are not part of the input`,
    hints: [],
  };
}

/**
 * Returns what two outcomes come to. One proven drop decides: `unknown` is left only while two-way is still possible.
 * Beside a proven drop, a path that cannot be followed counts as one that does not deliver.
 */
export function verdictOf(forward: Trace["outcome"], back: Trace["outcome"]): Verdict {
  if (forward === "delivered" && back === "delivered") return "two-way";
  if (forward !== "dropped" && back !== "dropped") return "unknown";
  if (forward === "delivered") return "forward-only";
  return back === "delivered" ? "return-only" : "unreachable";
}

function withHints(network: Network, from: Spot, to: Spot, trace: Trace): Trace {
  return trace.cause === null ? trace : { ...trace, hints: hintsFor(network, from, to, trace) };
}
