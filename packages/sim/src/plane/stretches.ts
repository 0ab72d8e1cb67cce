import type { Span } from "../model/network.ts";
import { DOUBT_IN, isDoubt, TURN_IN } from "./hop.ts";
import type { Part } from "./part.ts";
import { type Reachability, slotFor } from "./reachability.ts";
import { forEachFate } from "./segments.ts";

/** First and last place, both included; lists of them are ascending. */
export type Stretch = readonly [lo: number, hi: number];

/** Returns the stretches whose fate in the table is one of these. O(routes of the table). */
export function stretchesOf(
  reachability: Reachability,
  part: Part,
  t: number,
  is: (fate: number) => boolean,
): Stretch[] {
  const found: Stretch[] = [];
  forEachFate(reachability, part, t, (lo, hi, fate) => {
    if (is(fate)) found.push([lo, hi]);
  });
  return found;
}

/** Where the usable addresses of a subnet lie, and which of them packets from a table come to or may come to. */
export interface Outcomes {
  readonly usable: readonly Stretch[];
  readonly delivered: readonly Stretch[];
  readonly doubtful: readonly Stretch[];
}

/** Looks at one cell in full, be it of a neighbour or not. O(routes of the table + spans of the subnet's VPC). */
export function outcomesIn(reachability: Reachability, part: Part, t: number, subnet: number): Outcomes {
  const { layout } = reachability;
  const [v, w] = [layout.tableVpc[t], layout.subnetVpc[subnet]];
  const slot = slotFor(layout, v, w);
  const spans = (window: Uint32Array): Stretch[] => {
    const list: Stretch[] = [];
    for (let i = window[2 * w]; i < window[2 * w + 1]; i++) {
      if (part.spanSubnet[i] === subnet - layout.subnetAt[w]) list.push([part.spanLo[i], part.spanHi[i]]);
    }
    return list;
  };
  const meeting = (is: (fate: number) => boolean, window: Uint32Array): Stretch[] =>
    common(stretchesOf(reachability, part, t, is), spans(window));
  const doubtful = meeting(isDoubt, part.usable);
  return {
    usable: spans(part.usable),
    delivered: slot < 0 ? [] : meeting((fate) => fate === slot, v === w ? part.inside : part.carried),
    doubtful:
      slot < 0
        ? doubtful
        : [
            ...doubtful,
            ...meeting((fate) => fate === DOUBT_IN - slot, part.carried),
            ...meeting((fate) => fate === TURN_IN - slot, part.usable),
          ],
  };
}

/** Returns the first place of the stretches. */
export function firstOf(stretches: readonly Stretch[]): number | undefined {
  return stretches.length === 0 ? undefined : Math.min(...stretches.map(([lo]) => lo));
}

/** Returns the first place of the one list that no stretch of the other holds. */
export function firstOutside(all: readonly Stretch[], taken: readonly Stretch[]): number | undefined {
  const sorted = [...taken].sort(([a], [b]) => a - b);
  for (const [lo, hi] of all) {
    let place = lo;
    for (const [from, to] of sorted) if (from <= place && place <= to) place = to + 1;
    if (place <= hi) return place;
  }
  return undefined;
}

/** Returns the addresses that a stretch of places stands for. */
export function spanOf({ axis }: Part, [lo, hi]: Stretch): Span {
  return { first: axis.firstAt(lo), last: axis.lastAt(hi) };
}

/** Returns what two lists have in common. */
export function common(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  return a.flatMap(([lo, hi]) =>
    b.flatMap(([from, to]): Stretch[] => {
      const stretch: Stretch = [Math.max(lo, from), Math.min(hi, to)];
      return stretch[0] <= stretch[1] ? [stretch] : [];
    }),
  );
}

/** Returns how many addresses the stretches hold. */
export function sizeOf(part: Part, stretches: readonly Stretch[]): bigint {
  return stretches.reduce((sum, stretch) => {
    const { first, last } = spanOf(part, stretch);
    return sum + BigInt(last) - BigInt(first) + 1n;
  }, 0n);
}
