import type { Change, PairChange } from "./change.ts";
import type { PairVerdict } from "./reach.ts";

/** What a change does for pairs of subnets, sorted by whether they fare better or worse behind it. */
export interface SideEffects {
  readonly opens: readonly PairChange[];
  readonly breaks: readonly PairChange[];
}

/** Tells each two subnets once: what changes for the one that sends changes for the one that replies. */
export function sideEffects({ pairs }: Change): SideEffects {
  const seen = new Set<string>();
  const once = pairs.filter(({ from, to }) => {
    const [a, b] = [`${from.vpc}/${from.subnet}`, `${to.vpc}/${to.subnet}`];
    seen.add(`${a} ${b}`);
    return !seen.has(`${b} ${a}`);
  });
  const gain = ({ before, after }: PairChange): number => score(after) - score(before);
  return {
    opens: once.filter((change) => gain(change) > 0),
    breaks: once.filter((change) => gain(change) < 0),
  };
}

/** How much gets through: one direction counts 2, both 4, a part of the addresses more than none. */
function score({ verdict, partial }: PairVerdict): number {
  const worst = { unreachable: 0, "return-only": 2, "forward-only": 2, unknown: 3, "two-way": 4 }[verdict];
  return partial ? worst + 1 : worst;
}
