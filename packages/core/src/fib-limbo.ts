import { EPOCH, FIRST_SLOT, IDLE, SLOTS } from "./fib-memory.ts";

/** What waits in limbo. */
export const BLOCK = 0;
export const TABLE = 1;
export const ID = 2;

/**
 * Blocks, tables and ids that a shared table no longer uses, until no reader can still be looking at them.
 *
 * The writer counts epochs: one more after each change, once all of it is published. A reader notes the epoch in its
 * slot before it looks, and that it is idle afterwards. What a change replaced has the epoch that follows it, and is
 * free when every reader is idle or has noted that epoch or a later one, for then it began after the change.
 *
 *     items    kind, index and epoch of each, one after the other, the oldest first; `head` is the oldest
 */
export class Limbo {
  private items: number[] = [];
  private head = 0;

  get length(): number {
    return (this.items.length - this.head) / 3;
  }

  retire(kind: number, index: number, header: Uint32Array): void {
    this.items.push(kind, index, header[EPOCH] + 1);
  }

  /** Begins the next epoch, after all of a change was published; then gives back what nobody can see any more. */
  advance(header: Uint32Array, free: (kind: number, index: number) => void): void {
    Atomics.add(header, EPOCH, 1);
    let oldest = Number.POSITIVE_INFINITY;
    for (let slot = FIRST_SLOT; slot < FIRST_SLOT + SLOTS; slot++) {
      const epoch = Atomics.load(header, slot);
      if (epoch > IDLE && epoch < oldest) oldest = epoch;
    }
    const { items } = this;
    while (this.head < items.length && items[this.head + 2] <= oldest) {
      free(items[this.head], items[this.head + 1]);
      this.head += 3;
    }
    if (this.head > 3000 && 2 * this.head > items.length) {
      this.items = items.slice(this.head);
      this.head = 0;
    }
  }

  /** For a memory that was just made, and that no reader has seen: what waits need not wait for the old one's. */
  restart(epoch: number): void {
    for (let i = this.head + 2; i < this.items.length; i += 3) this.items[i] = epoch;
  }
}
