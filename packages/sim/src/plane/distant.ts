import { isDetour, isDoubt } from "./hop.ts";
import { Overlaps } from "./overlaps.ts";
import type { Reachability } from "./reachability.ts";
import { forEachFate } from "./segments.ts";

/**
 * Which subnets may have to do with each other though no peering joins their VPCs: what a table sends where the arrays
 * cannot follow may be meant for whoever has such an address, and what a detour may bring comes back from anywhere. Made
 * for one state of the arrays.
 */
export class Distant {
  readonly #reachability: Reachability;
  /** For each part, the subnets by their usable places, and the tables by what a detour may carry out of the VPC. */
  readonly #subnets: readonly Overlaps[];
  readonly #detours: readonly Overlaps[];
  readonly #seen: Uint8Array;

  constructor(reachability: Reachability) {
    const { layout, parts, doubts } = reachability;
    this.#reachability = reachability;
    this.#seen = new Uint8Array(layout.subnets.length);
    this.#subnets = parts.map(({ usable, spanLo, spanHi, spanSubnet }) => {
      const spans: { lo: number; hi: number; id: number }[] = [];
      for (let w = 0; w < layout.vpcs.length; w++)
        for (let i = usable[2 * w]; i < usable[2 * w + 1]; i++)
          spans.push({ lo: spanLo[i], hi: spanHi[i], id: layout.subnetAt[w] + spanSubnet[i] });
      return new Overlaps(spans);
    });
    this.#detours = parts.map((part) => {
      const stretches: { lo: number; hi: number; id: number }[] = [];
      for (let t = 0; t < doubts.length; t++) {
        if (doubts[t] === 0) continue;
        forEachFate(reachability, part, t, (lo, hi, fate) => {
          if (isDetour(fate)) stretches.push({ lo, hi, id: t });
        });
      }
      return new Overlaps(stretches);
    });
  }

  /**
   * Returns the subnets that packets from this one may come to by ways that cannot be followed, or from which packets may
   * come here by a detour; neighbours and itself may be among them. Ascending.
   */
  of(s: number): number[] {
    const { layout, parts, doubts } = this.#reachability;
    const { subnetTable, subnetVpc, subnetAt, users, userAt } = layout;
    const found: number[] = [];
    const add = (d: number): void => {
      if (this.#seen[d] === 1) return;
      this.#seen[d] = 1;
      found.push(d);
    };
    for (const [p, part] of parts.entries()) {
      if (part.size[s] === 0) continue;
      if (doubts[subnetTable[s]] === 1) {
        forEachFate(this.#reachability, part, subnetTable[s], (lo, hi, fate) => {
          if (isDoubt(fate)) this.#subnets[p].meeting(lo, hi, add);
        });
      }
      const { usable, spanLo, spanHi, spanSubnet } = part;
      const v = subnetVpc[s];
      for (let i = usable[2 * v]; i < usable[2 * v + 1]; i++) {
        if (spanSubnet[i] !== s - subnetAt[v]) continue;
        this.#detours[p].meeting(spanLo[i], spanHi[i], (t) => {
          for (let u = userAt[t]; u < userAt[t + 1]; u++) add(users[u]);
        });
      }
    }
    for (const d of found) this.#seen[d] = 0;
    return Array.from(Uint32Array.from(found).sort());
  }
}
