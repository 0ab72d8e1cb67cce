import type { Part } from "../plane/part.ts";
import type { Reachability } from "../plane/reachability.ts";
import { outcomesIn, type Stretch, spanOf } from "../plane/stretches.ts";

/** Sums up two-way packets: combinations of a source address and a destination address. Exact, as bigints are. */
export class PacketCount {
  readonly #compiled: Reachability;
  /** What fits a number, and the rest. */
  #small = 0;
  #large = 0n;
  /** Addresses behind an IPv6 cell. */
  readonly #known = new Map<number, bigint>();

  constructor(compiled: Reachability) {
    this.#compiled = compiled;
  }

  /** Adds both directions of a pair: the cell there, from table `t` to subnet `d`, and the one back, from `u` to `s`. */
  add(there: number, t: number, d: number, back: number, u: number, s: number): void {
    for (const part of this.#compiled.parts) {
      const [out, home] = [part.delivered[there], part.delivered[back]];
      if (out === 0 || home === 0) continue;
      const product = 2 * out * home;
      if (part.family === 4 && this.#small + product <= Number.MAX_SAFE_INTEGER) this.#small += product;
      else this.#large += 2n * this.#addresses(part, there, t, d) * this.#addresses(part, back, u, s);
    }
  }

  total(): bigint {
    return this.#large + BigInt(this.#small);
  }

  /** Returns how many addresses of the subnet the table's packets come to. A place of IPv6 stands for many. */
  #addresses(part: Part, cell: number, t: number, subnet: number): bigint {
    if (part.family === 4) return BigInt(part.delivered[cell]);
    let count = this.#known.get(cell);
    if (count === undefined) {
      count = sizeOf(part, outcomesIn(this.#compiled, part, t, subnet).delivered);
      this.#known.set(cell, count);
    }
    return count;
  }
}

function sizeOf(part: Part, stretches: readonly Stretch[]): bigint {
  return stretches.reduce((sum, stretch) => {
    const { first, last } = spanOf(part, stretch);
    return sum + BigInt(last) - BigInt(first) + 1n;
  }, 0n);
}
