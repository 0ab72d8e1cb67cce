/**
 * Intervals of places that may overlap, to be asked which of them meet another one. Sorted by first place; `reach` is
 * the furthest last place up to each, so that a search stops where nothing before it comes this far.
 */
export class Overlaps {
  readonly #lo: Float64Array;
  readonly #hi: Float64Array;
  readonly #id: Uint32Array;
  readonly #reach: Float64Array;

  constructor(intervals: readonly { readonly lo: number; readonly hi: number; readonly id: number }[]) {
    const sorted = [...intervals].sort((a, b) => a.lo - b.lo);
    this.#lo = Float64Array.from(sorted, ({ lo }) => lo);
    this.#hi = Float64Array.from(sorted, ({ hi }) => hi);
    this.#id = Uint32Array.from(sorted, ({ id }) => id);
    let reach = -1;
    this.#reach = this.#hi.map((hi) => {
      reach = Math.max(reach, hi);
      return reach;
    });
  }

  /** Calls `visit` with the id of each interval that has a place from `lo` to `hi`. O(log n) and the intervals passed. */
  meeting(lo: number, hi: number, visit: (id: number) => void): void {
    let low = 0;
    let high = this.#lo.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#lo[middle] <= hi) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && this.#reach[i] >= lo; i--) if (this.#hi[i] >= lo) visit(this.#id[i]);
  }
}
