import { familyOf } from "@twoway/core";
import type { Cause } from "../model/cause.ts";
import type { Network } from "../model/network.ts";
import { hintsFor } from "../plane/hint.ts";
import { returnTrace } from "../plane/round-trip.ts";
import { type Spot, type Trace, trace } from "../plane/trace.ts";
import { byTable, spotAt, stretchFinder } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";

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
  const stretches = stretchFinder(network);
  const found = new Map<string, Fault>();
  const keep = (path: Fault["path"], sender: Spot, target: Spot, end: Trace): void => {
    if (end.cause === null || found.size === MAX_FAULTS) return;
    const key = `${path} ${end.cause} ${end.component.kind} ${end.component.id}`;
    if (found.has(key)) return;
    const hints = hintsFor(network, sender, target, end);
    const [a, b] = path === "forward" ? [sender, target] : [target, sender];
    found.set(key, { path, from: a, to: b, trace: { ...end, hints } });
  };
  const look = (path: Fault["path"], senders: Endpoint, targets: Endpoint): void => {
    for (const group of byTable(network, senders.spans)) {
      const sender = spotAt(group[0], group[0].first);
      for (const span of targets.spans) {
        if (familyOf(span.first) !== familyOf(sender.address)) continue;
        for (const target of stretches(sender, span)) {
          const end = trace(network, sender, target);
          keep(path, sender, target, end);
          if (target.vpc === undefined)
            keep("return", target, sender, returnTrace(network, sender, target, end));
        }
      }
    }
  };
  look("forward", from, to);
  look("return", { ...to, spans: to.spans.filter(({ vpc }) => vpc !== undefined) }, from);
  return [...found.values()];
}
