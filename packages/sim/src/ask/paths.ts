import { familyOf } from "@twoway/core";
import type { Network } from "../model/network.ts";
import { type Spot, type Trace, trace } from "../plane/trace.ts";
import { type EndpointSpan, spotAt } from "./endpoint.ts";
import { byTable, stretchFinder } from "./table-stretches.ts";

/** One direction, for whole sets: an exact list of how packets fare. */

export interface Path {
  readonly from: Spot;
  readonly to: Spot;
  readonly trace: Trace;
}

/**
 * Follows one packet for each route table among the senders and each stretch of target addresses that fares the same:
 * together they stand for every packet from one set to the other. O(tables × stretches) traces, made as they are asked for.
 */
export function* paths(
  network: Network,
  senders: readonly EndpointSpan[],
  targets: readonly EndpointSpan[],
): Generator<Path, void, undefined> {
  const stretches = stretchFinder(network);
  for (const group of byTable(network, senders)) {
    const from = spotAt(group[0], group[0].first);
    for (const span of targets) {
      if (familyOf(span.first) !== familyOf(from.address)) continue;
      for (const to of stretches(from, span)) yield { from, to, trace: trace(network, from, to) };
    }
  }
}
