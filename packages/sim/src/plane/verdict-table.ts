import { type Verdict, verdictOf } from "./round-trip.ts";
import type { Trace } from "./trace.ts";

/**
 * In how many ways the packets from one table to one subnet end, as bits: some are delivered, some cannot be followed,
 * some are dropped; three bits for IPv4, and three above them for IPv6. A family that the subnet has no address of has
 * none of its bits. Two such numbers, there and back, give the verdict of a pair of subnets by one look-up.
 */
export const DELIVERED = 1;
export const UNKNOWN = 2;
export const DROPPED = 4;

const OUTCOMES: readonly (readonly [bit: number, outcome: Trace["outcome"]])[] = [
  [DELIVERED, "delivered"],
  [UNKNOWN, "unknown"],
  [DROPPED, "dropped"],
];

/** From the worst to the best (S14, S16): a proven fault decides before a doubt does. */
export const VERDICTS: readonly Verdict[] = [
  "unreachable",
  "return-only",
  "forward-only",
  "unknown",
  "two-way",
];

/** A pair's verdict as a number: the index of the worst verdict of any two addresses, and PARTIAL if others differ. */
export const TWO_WAY = 4;
export const PARTIAL = 8;

/**
 * VERDICT_OF[there << 6 | back]. All ways there meet all ways back within a family, and both families count. Subnets
 * without a family in common are unreachable: no packet can have both addresses.
 */
export const VERDICT_OF: Uint8Array = Uint8Array.from({ length: 64 * 64 }, (_, both) => {
  const seen = new Set<number>();
  for (const shift of [0, 3]) {
    for (const [bit, forward] of OUTCOMES) {
      for (const [other, back] of OUTCOMES) {
        const there = (both >> (6 + shift)) & bit;
        if (there !== 0 && ((both >> shift) & other) !== 0) {
          seen.add(VERDICTS.indexOf(verdictOf(forward, back)));
        }
      }
    }
  }
  if (seen.size === 0) return 0;
  return Math.min(...seen) | (seen.size > 1 ? PARTIAL : 0);
});
