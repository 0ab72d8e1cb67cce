/**
 * Numbers kept under pairs of numbers, all of them from 0 to 2^31 - 1: a table of open addressing in one typed array, three
 * entries a row (first, second, value). It grows and forgets nothing. O(1), and no object is made.
 */
export class PairMemo {
  #rows = new Int32Array(3 * 1024).fill(-1);
  #mask = 1023;
  #size = 0;

  /** Returns the number under the pair, or -1. */
  get(a: number, b: number): number {
    const rows = this.#rows;
    for (let i = slotOf(a, b) & this.#mask; ; i = (i + 1) & this.#mask) {
      const at = 3 * i;
      if (rows[at] === a && rows[at + 1] === b) return rows[at + 2];
      if (rows[at] < 0) return -1;
    }
  }

  /** Puts a number under a pair that has none. */
  add(a: number, b: number, value: number): void {
    if (2 * ++this.#size > this.#mask) this.#grow();
    this.#put(a, b, value);
  }

  #put(a: number, b: number, value: number): void {
    let i = slotOf(a, b) & this.#mask;
    while (this.#rows[3 * i] >= 0) i = (i + 1) & this.#mask;
    this.#rows[3 * i] = a;
    this.#rows[3 * i + 1] = b;
    this.#rows[3 * i + 2] = value;
  }

  #grow(): void {
    const old = this.#rows;
    this.#mask = 2 * this.#mask + 1;
    this.#rows = new Int32Array(3 * (this.#mask + 1)).fill(-1);
    for (let at = 0; at < old.length; at += 3) if (old[at] >= 0) this.#put(old[at], old[at + 1], old[at + 2]);
  }
}

/** Spreads both numbers over all bits; the constants are odd and have no pattern. */
function slotOf(a: number, b: number): number {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x7f4a7c15, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
