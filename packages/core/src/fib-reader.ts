import { checkRoom, findMany } from "./fib-batch.ts";
import { EPOCH, FIRST_SLOT, FibMemory, FREE_SLOT, IDLE, MOVED, SLOTS } from "./fib-memory.ts";
import { MISS } from "./radix.ts";
import { NONE } from "./result-ids.ts";

/**
 * Looks up in a shared IPv4 table (`Fib` with the option `shared`) while another thread changes it. Each answer is that
 * of the table before or after a change that happens meanwhile, never anything else. A reader belongs to one thread, and
 * takes one of 64 places of the table until it is closed. Throws a RangeError when none is left.
 */
export class FibReader {
  private readonly memory: FibMemory;
  private readonly slot: number;

  constructor(buffer: SharedArrayBuffer) {
    this.memory = new FibMemory(buffer);
    const { header } = this.memory;
    let slot = FIRST_SLOT;
    while (slot < FIRST_SLOT + SLOTS && Atomics.compareExchange(header, slot, FREE_SLOT, IDLE) !== FREE_SLOT)
      slot++;
    if (slot === FIRST_SLOT + SLOTS) throw new RangeError(`a shared table has at most ${SLOTS} readers`);
    this.slot = slot;
  }

  /** Reports whether the table has outgrown its memory and lives in another buffer now; this one stays as it is. */
  get moved(): boolean {
    return Atomics.load(this.memory.header, MOVED) === 1;
  }

  /** As `Fib.lookup4`. */
  lookup4(address: number): number {
    this.enter();
    const value = this.memory.find(address);
    this.leave();
    return value === NONE ? MISS : value;
  }

  /** As `Fib.lookupMany`. The writer waits with reusing memory, though not with anything else, until this is done. */
  lookupMany(addresses: Uint32Array, out: Uint32Array): void {
    checkRoom(addresses.length, out);
    this.enter();
    findMany(this.memory, addresses, out);
    this.leave();
  }

  /** Gives the place back. The reader must not be used any more. */
  close(): void {
    Atomics.store(this.memory.header, this.slot, FREE_SLOT);
  }

  private enter(): void {
    const { header } = this.memory;
    // the second look makes sure that whoever frees after the noted epoch has seen the note
    let epoch = Atomics.load(header, EPOCH);
    for (;;) {
      Atomics.store(header, this.slot, epoch);
      const again = Atomics.load(header, EPOCH);
      if (again === epoch) return;
      epoch = again;
    }
  }

  private leave(): void {
    Atomics.store(this.memory.header, this.slot, IDLE);
  }
}
