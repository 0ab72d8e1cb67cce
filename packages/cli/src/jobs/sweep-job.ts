import { type LossRange, lossRanges, type Network, Reach, type Sweep, sweepRange } from "@twoway/sim";
import type { JobOf, Tick } from "./job.ts";
import { networkOf, type PinnedNetwork } from "./pinned-network.ts";

/** The losses of a range of a network's peerings and routes. */
export interface SweepJob extends JobOf<"sweep"> {
  readonly network: PinnedNetwork;
  readonly range: LossRange;
}

/** Cuts the sweep of a network into jobs; `mergeSweeps` puts their results together. */
export function sweepJobs(network: Network, pin: PinnedNetwork): readonly SweepJob[] {
  return lossRanges(network).map((range, index) => ({
    kind: "sweep",
    index,
    size: range.to - range.from,
    network: pin,
    range,
  }));
}

/** The one that was compiled last. */
let compiled: Reach | undefined;

export function runSweepJob({ network: pin, range }: SweepJob, tick: Tick): Sweep {
  const network = networkOf(pin);
  if (compiled?.network !== network) compiled = new Reach(network);
  return sweepRange(compiled, range, tick);
}
