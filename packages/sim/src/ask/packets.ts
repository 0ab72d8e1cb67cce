import type { Part } from "../plane/part.ts";
import type { Reachability } from "../plane/reachability.ts";
import { outcomesIn, sizeOf } from "../plane/stretches.ts";

/** A sum of whole numbers, exact however large. */
export class Sum {
  /** What fits a number, and the rest. */
  #small = 0;
  #large = 0n;

  /** Adds a product of two numbers that are exact themselves. */
  addProduct(a: number, b: number): void {
    const product = a * b;
    if (this.#small + product <= Number.MAX_SAFE_INTEGER) this.#small += product;
    else this.#large += BigInt(a) * BigInt(b);
  }

  add(large: bigint): void {
    this.#large += large;
  }

  total(): bigint {
    return this.#large + BigInt(this.#small);
  }
}

/** Sums up two-way packets: combinations of a source address and a destination address. */
export class PacketCount {
  readonly #compiled: Reachability;
  readonly #sum: Sum;
  /** Addresses behind an IPv6 cell. */
  readonly #known = new Map<number, bigint>();

  constructor(compiled: Reachability, sum: Sum) {
    this.#compiled = compiled;
    this.#sum = sum;
  }

  /** Adds both directions of a pair: the cell there, from table `t` to subnet `d`, and the one back, from `u` to `s`. */
  add(there: number, t: number, d: number, back: number, u: number, s: number): void {
    for (const part of this.#compiled.parts) {
      const [out, home] = [part.delivered[there], part.delivered[back]];
      if (out === 0 || home === 0) continue;
      if (part.family === 4) this.#sum.addProduct(2 * out, home);
      else this.#sum.add(2n * this.#addresses(part, there, t, d) * this.#addresses(part, back, u, s));
    }
  }

  /** Returns how many addresses of the subnet the table's packets come to. A place of IPv6 stands for many. */
  #addresses(part: Part, cell: number, t: number, subnet: number): bigint {
    let count = this.#known.get(cell);
    if (count === undefined) {
      count = sizeOf(part, outcomesIn(this.#compiled, part, t, subnet).delivered);
      this.#known.set(cell, count);
    }
    return count;
  }
}
