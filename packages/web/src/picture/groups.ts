import type { NetworkView, VpcView } from "../engine/network-view.ts";
import { componentsOf } from "./components.ts";

/**
 * How the VPCs of a network are grouped, decided once for a network: by regions, or where there is one only, by parts that
 * nothing joins. What a change does later moves no VPC from one group to another.
 */
export interface Grouping {
  readonly groups: readonly Group[];
  /** Returns the id of the VPC's group; undefined for one that belongs to none. */
  readonly groupOf: (vpc: VpcView) => string | undefined;
}

/** A set of VPCs that can be folded into one box. */
export interface Group {
  /** `region:…` or `part:…`. */
  readonly id: string;
  readonly title: string;
}

/** Above so many VPCs the network is shown folded at first, and one of a single region is split into parts. */
export const MANY_VPCS = 150;

export const NO_GROUPS: Grouping = { groups: [], groupOf: () => undefined };

/** O(VPCs + peerings). */
export function groupingOf(view: NetworkView): Grouping {
  const regions = [...new Set(view.vpcs.map(({ region }) => region))];
  if (regions.length > 1) {
    const known = new Set(regions);
    return {
      groups: regions.map((region) => ({ id: `region:${region}`, title: region })),
      groupOf: ({ region }) => (known.has(region) ? `region:${region}` : undefined),
    };
  }
  const parts = view.vpcs.length > MANY_VPCS ? componentsOf(view) : [];
  if (parts.length < 2) return NO_GROUPS;
  const partOf = new Map<string, string>();
  const groups = parts.map((vpcs, i) => {
    const id = `part:${vpcs[0].id}`;
    for (const vpc of vpcs) partOf.set(vpc.id, id);
    return { id, title: `Part ${i + 1}: ${vpcs[0].name}` };
  });
  return { groups, groupOf: ({ id }) => partOf.get(id) };
}

/** Returns the groups that are folded before anybody touched one: all of them where there are many VPCs. */
export function foldedAtFirst(view: NetworkView, { groups }: Grouping): ReadonlySet<string> {
  return new Set(view.vpcs.length > MANY_VPCS ? groups.map(({ id }) => id) : []);
}
