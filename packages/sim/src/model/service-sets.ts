import { PairMemo } from "./pair-memo.ts";
import { Services } from "./services.ts";

/**
 * Sets of services by number, so that equal sets are one number and what two of them come to is worked out once. The
 * tables of a network have few different sets and many places where these meet.
 */
export class ServiceSets {
  static readonly NONE = 0;
  static readonly ALL = 1;
  readonly #sets: Services[] = [];
  /** The last number of each hash, and the one before it with the same hash. */
  readonly #last = new Map<number, number>();
  readonly #earlier: number[] = [];
  readonly #both = new PairMemo();
  readonly #either = new PairMemo();
  readonly #less = new PairMemo();

  constructor() {
    this.number(Services.none);
    this.number(Services.all);
  }

  at(set: number): Services {
    return this.#sets[set];
  }

  /** Returns the number of the set. O(ranges). */
  number(services: Services): number {
    const hash = hashOf(services.ranges);
    const last = this.#last.get(hash) ?? -1;
    for (let set = last; set >= 0; set = this.#earlier[set]) if (this.#sets[set].equals(services)) return set;
    const set = this.#sets.push(services) - 1;
    this.#earlier.push(last);
    this.#last.set(hash, set);
    return set;
  }

  intersect(a: number, b: number): number {
    if (a === b || b === ServiceSets.ALL) return a;
    if (a === ServiceSets.ALL) return b;
    if (a === ServiceSets.NONE || b === ServiceSets.NONE) return ServiceSets.NONE;
    const [low, high] = a < b ? [a, b] : [b, a];
    let set = this.#both.get(low, high);
    if (set < 0) {
      set = this.number(this.#sets[low].intersect(this.#sets[high]));
      this.#both.add(low, high, set);
    }
    return set;
  }

  union(a: number, b: number): number {
    if (a === b || b === ServiceSets.NONE) return a;
    if (a === ServiceSets.NONE) return b;
    if (a === ServiceSets.ALL || b === ServiceSets.ALL) return ServiceSets.ALL;
    const [low, high] = a < b ? [a, b] : [b, a];
    let set = this.#either.get(low, high);
    if (set < 0) {
      set = this.number(this.#sets[low].union(this.#sets[high]));
      this.#either.add(low, high, set);
    }
    return set;
  }

  /** Returns what is in the first set and not in the second. */
  subtract(a: number, b: number): number {
    if (b === ServiceSets.NONE) return a;
    if (a === b || a === ServiceSets.NONE || b === ServiceSets.ALL) return ServiceSets.NONE;
    let set = this.#less.get(a, b);
    if (set < 0) {
      set = this.number(this.#sets[a].subtract(this.#sets[b]));
      this.#less.add(a, b, set);
    }
    return set;
  }
}

function hashOf(ranges: readonly number[]): number {
  let hash = ranges.length;
  for (const point of ranges) hash = Math.imul(hash ^ point, 0x01000193) ^ (hash >>> 13);
  return hash;
}
