import type { Network } from "../model/network.ts";
import { hintsFor } from "../plane/hint.ts";
import { waysBetween } from "../plane/round-trip.ts";
import { repliesTo } from "../plane/service.ts";
import { meant, partition, type Spot, type Stopped, stopsOf } from "../plane/trace.ts";
import { meetings } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";
import { askedAbout, type Service } from "./service.ts";

/** One way in which a packet or a reply fails, with the first pair of addresses that meets it. */
export interface Fault {
  readonly path: "forward" | "return";
  readonly from: Spot;
  readonly to: Spot;
  readonly trace: Stopped;
}

/** Of each direction. A question about a hundred tables may have more; the first ones say what is wrong. */
const MAX_FAULTS = 50;

/**
 * Follows packets of both directions between addresses that stand for all of both ends, and keeps the first of each way to
 * fail (S13): also what filters refuse to some addresses or some services only. Costs what `answer` does.
 */
export function faultsOf(network: Network, from: Endpoint, to: Endpoint, service: Service): Fault[] {
  const { services, sourcePorts } = askedAbout(network, service);
  const found = { forward: new Map<string, Fault>(), return: new Map<string, Fault>() };
  const keep = (
    path: Fault["path"],
    pair: Pick<Fault, "from" | "to">,
    stops: readonly Fault["trace"][],
  ): void => {
    for (const trace of stops) {
      const key = `${trace.cause} ${trace.component.kind} ${trace.component.id}`;
      if (found[path].has(key) || found[path].size === MAX_FAULTS) continue;
      const [sender, target] = path === "forward" ? [pair.from, pair.to] : [pair.to, pair.from];
      found[path].set(key, {
        path,
        ...pair,
        trace: { ...trace, hints: hintsFor(network, sender, target, trace) },
      });
    }
  };
  for (const { pair } of meetings(network, from, to)) {
    const { forward, backs } = waysBetween(network, pair.from, pair.to);
    keep("forward", pair, stopsOf(network, forward, services));
    const { dropped, delivered, unknown } = partition(network, forward, meant(forward, services));
    const arrived = delivered.union(unknown);
    for (const [sent, has] of [
      [arrived, true],
      [dropped, false],
    ] as const) {
      if (!sent.isEmpty) keep("return", pair, stopsOf(network, backs(has), repliesTo(sent, sourcePorts)));
    }
  }
  return [...found.forward.values(), ...found.return.values()];
}
