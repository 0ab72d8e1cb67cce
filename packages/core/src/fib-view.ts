import { checkRoom, findMany } from "./fib-batch.ts";
import { FibMemory } from "./fib-memory.ts";
import { MISS } from "./radix.ts";
import { NONE } from "./result-ids.ts";

/**
 * Looks up in a copy of a compiled IPv4 table (`Fib.copy4`), which is one buffer: another thread gets it in a message,
 * without copying when it is a SharedArrayBuffer, and any number of threads read it. The copy does not follow the table
 * it was made from; after changes, make another one and send it.
 */
export class FibView {
  private readonly memory: FibMemory;

  constructor(buffer: ArrayBufferLike) {
    this.memory = new FibMemory(buffer);
  }

  /** As `Fib.lookup4`. */
  lookup4(address: number): number {
    const value = this.memory.find(address);
    return value === NONE ? MISS : value;
  }

  /** As `Fib.lookupMany`. */
  lookupMany(addresses: Uint32Array, out: Uint32Array): void {
    checkRoom(addresses.length, out);
    findMany(this.memory, addresses, out);
  }
}
