import { diagnose, formatAction, type Network, resolveEndpoint } from "@twoway/sim";
import type { Question } from "./trace-view.ts";

/** What `twoway why` adds: sets of actions that make the pair two-way, each tried on a copy. */
export interface FixesView {
  readonly fixes: readonly FixView[];
  /** What stands in the way, where there is no fix. */
  readonly obstacles: readonly string[];
}

export interface FixView {
  readonly actions: readonly string[];
  readonly by: readonly string[];
  /** How many other pairs of subnets it opens and breaks. */
  readonly opens: number;
  readonly breaks: number;
}

export function fixesView(network: Network, { from, to, service }: Question): FixesView {
  const ends = [resolveEndpoint(network, from, "from"), resolveEndpoint(network, to, "to")] as const;
  const { fixes, obstacles, advice } = diagnose(network, ...ends, service);
  const renumber =
    advice &&
    `${advice.vpc} must be renumbered: ${advice.range} overlaps ${advice.other.range} of ${advice.other.vpc}`;
  return {
    fixes: fixes.map(({ actions, by, opens, breaks }) => ({
      actions: actions.map(formatAction),
      by,
      opens: opens.length,
      breaks: breaks.length,
    })),
    obstacles: [...obstacles.map(({ message }) => message), ...(renumber === undefined ? [] : [renumber])],
  };
}
