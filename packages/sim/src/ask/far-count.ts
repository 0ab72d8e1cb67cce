import { doubtStretches, extentOf } from "../plane/far.ts";
import { type Reachability, slotFor } from "../plane/reachability.ts";
import { DROPPED, UNKNOWN, VERDICT_OF } from "../plane/verdict-table.ts";

/** Counts the pairs of VPCs that are no neighbours and both send what cannot be followed; returns how many. */
export function countFar(
  compiled: Reachability,
  tally: Float64Array,
  code: (from: number, to: number) => number,
): number {
  const { layout } = compiled;
  const { subnetAt } = layout;
  const groups = layout.vpcs.map((_, v) => doubtGroups(compiled, v));
  const doubtful = groups.flatMap((group, v) => (group.length > 0 ? [v] : []));
  let counted = 0;
  for (const v of doubtful) {
    for (const w of doubtful) {
      if (w <= v || slotFor(layout, v, w) >= 0) continue;
      const there = groups[v].map(({ table }) => wholeState(compiled, table, w));
      const back = groups[w].map(({ table }) => wholeState(compiled, table, v));
      if (there.includes(undefined) || back.includes(undefined)) {
        for (let s = subnetAt[v]; s < subnetAt[v + 1]; s++) {
          for (let d = subnetAt[w]; d < subnetAt[w + 1]; d++) {
            tally[code(s, d)]++;
            tally[code(d, s)]++;
            counted += 2;
          }
        }
        continue;
      }
      for (const [g, mine] of groups[v].entries()) {
        for (const [h, theirs] of groups[w].entries()) {
          const out = there[g]! & theirs.families;
          const home = back[h]! & mine.families;
          const n = mine.subnets * theirs.subnets;
          tally[VERDICT_OF[(out << 6) | home]] += n;
          tally[VERDICT_OF[(home << 6) | out]] += n;
          counted += 2 * n;
        }
      }
    }
  }
  return counted;
}

/** Returns the subnets of the VPC that share a table and their families; none when no table has a doubt. */
function doubtGroups(
  { layout, doubts, parts }: Reachability,
  v: number,
): { table: number; families: number; subnets: number }[] {
  const groups = new Map<number, { table: number; families: number; subnets: number }>();
  let doubt = false;
  for (let s = layout.subnetAt[v]; s < layout.subnetAt[v + 1]; s++) {
    const table = layout.subnetTable[s];
    doubt ||= doubts[table] === 1;
    let families = 0;
    for (const { size, shift } of parts) if (size[s] > 0) families |= 7 << shift;
    const group = groups.get(64 * table + families) ?? { table, families, subnets: 0 };
    group.subnets++;
    groups.set(64 * table + families, group);
  }
  return doubt ? [...groups.values()] : [];
}

/** Returns in which ways packets of the table to any subnet of the VPC end, where all of them end alike. */
function wholeState(compiled: Reachability, table: number, w: number): number | undefined {
  let state = 0;
  for (const part of compiled.parts) {
    const extent =
      compiled.doubts[table] === 0 ? "nothing" : extentOf(part, doubtStretches(compiled, part, table), w);
    if (extent === "some") return undefined;
    state |= (extent === "all" ? UNKNOWN : DROPPED) << part.shift;
  }
  return state;
}
