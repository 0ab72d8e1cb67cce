import type { Cause } from "../model/cause.ts";
import type { Network } from "../model/network.ts";
import { hintsFor } from "../plane/hint.ts";
import { returnTrace } from "../plane/round-trip.ts";
import type { Spot, Trace } from "../plane/trace.ts";
import type { Endpoint } from "./endpoint.ts";
import { paths } from "./paths.ts";

/** One way in which a packet or a reply fails, with the first pair of addresses that meets it. */
export interface Fault {
  readonly path: "forward" | "return";
  readonly from: Spot;
  readonly to: Spot;
  readonly trace: Extract<Trace, { readonly cause: Cause }>;
}

/** A question about a hundred tables may have more; the first ones say what is wrong. */
const MAX_FAULTS = 50;

/** Follows packets of both directions to one address of each stretch, and keeps the first of each way to fail (S13). O(pairs of tables × stretches). */
export function faultsOf(network: Network, from: Endpoint, to: Endpoint): Fault[] {
  const found = new Map<string, Fault>();
  const keep = (path: Fault["path"], sender: Spot, target: Spot, end: Trace): void => {
    if (end.cause === null || found.size === MAX_FAULTS) return;
    const key = `${path} ${end.cause} ${end.component.kind} ${end.component.id}`;
    if (found.has(key)) return;
    const hints = hintsFor(network, sender, target, end);
    const [a, b] = path === "forward" ? [sender, target] : [target, sender];
    found.set(key, { path, from: a, to: b, trace: { ...end, hints } });
  };
  const inside = to.spans.filter(({ vpc }) => vpc !== undefined);
  for (const { from: sender, to: target, trace } of paths(network, from.spans, to.spans)) {
    keep("forward", sender, target, trace);
    if (target.vpc === undefined) keep("return", target, sender, returnTrace(network, sender, target, trace));
  }
  for (const { from: sender, to: target, trace } of paths(network, inside, from.spans))
    keep("return", sender, target, trace);
  return [...found.values()];
}
