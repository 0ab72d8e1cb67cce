/**
 * The results of a compiled table: each distinct value has a small number, its id, and leaves hold ids.
 *
 *     values[id]   the value; values[0] is the default route, or NONE without one
 *     users[id]    how many prefixes have the value, 0 for an id that is free
 *     slots        open addressing from a value to its id, with linear probing; 0 is an empty slot, as id 0 has no slot
 *     next[id]     of a free id, the next free one; 0 at the end
 *
 * Everything doubles when it is full; the slots are never more than half used.
 */
export class ResultIds {
  values: Uint32Array = new Uint32Array(16);
  /** The first id that was never used. */
  limit = 1;
  private users = new Uint32Array(16);
  private next = new Uint32Array(16);
  private slots = new Uint32Array(32);
  private free = 0;
  private live = 0;

  constructor() {
    this.values[0] = NONE;
  }

  get bytes(): number {
    const { values, users, next, slots } = this;
    return values.byteLength + users.byteLength + next.byteLength + slots.byteLength;
  }

  /** Returns the id of a value that some prefix has. */
  idOf(value: number): number {
    return this.slots[this.slotOf(value)];
  }

  /** Counts one more prefix with the value; returns its id, which may be a new one. */
  take(value: number): number {
    const { slots, values } = this;
    const mask = slots.length - 1;
    let at = home(value, mask);
    for (; slots[at] !== 0; at = (at + 1) & mask) {
      if (values[slots[at]] !== value) continue;
      this.users[slots[at]]++;
      return slots[at];
    }
    let id = this.free;
    if (id !== 0) this.free = this.next[id];
    else {
      id = this.limit++;
      if (id === this.values.length) this.grow();
    }
    this.values[id] = value;
    this.users[id] = 1;
    slots[at] = id;
    if (2 * ++this.live > slots.length) this.rehash(2 * slots.length);
    return id;
  }

  /** Counts one prefix less with the value. Returns its id when that was the last one, and otherwise 0. */
  drop(value: number): number {
    const id = this.idOf(value);
    if (--this.users[id] > 0) return 0;
    this.remove(value);
    this.live--;
    return id;
  }

  /** Lets an id that `drop` returned be used again. */
  release(id: number): void {
    this.next[id] = this.free;
    this.free = id;
  }

  /** Returns the slot of a value that some prefix has. Throws for any other: that would be a fault of the table. */
  private slotOf(value: number): number {
    const { slots, values } = this;
    const mask = slots.length - 1;
    let at = home(value, mask);
    for (; slots[at] !== 0; at = (at + 1) & mask) if (values[slots[at]] === value) return at;
    throw new Error(`no prefix of the table has the value ${value}`);
  }

  /** Empties the slot of a value and moves what probed past it. */
  private remove(value: number): void {
    const { slots, values } = this;
    const mask = slots.length - 1;
    let hole = this.slotOf(value);
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      // an entry may move back to the hole unless its home lies behind the hole
      if (((at - home(values[slots[at]], mask)) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at];
      hole = at;
    }
    slots[hole] = 0;
  }

  private grow(): void {
    const capacity = 2 * this.values.length;
    this.values = resized(this.values, capacity);
    this.users = resized(this.users, capacity);
    this.next = resized(this.next, capacity);
  }

  private rehash(capacity: number): void {
    const old = this.slots;
    const slots = new Uint32Array(capacity);
    for (const id of old) {
      if (id === 0) continue;
      let at = home(this.values[id], capacity - 1);
      while (slots[at] !== 0) at = (at + 1) & (capacity - 1);
      slots[at] = id;
    }
    this.slots = slots;
  }
}

/** What a result array holds where no prefix covers the address. No prefix of a compiled table may have this value. */
export const NONE = 0xffffffff;

function home(value: number, mask: number): number {
  return (Math.imul(value, 0x9e3779b1) >>> 8) & mask;
}

/** Returns a copy of another length; what is new is 0. */
export function resized(array: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(length);
  copy.set(array.subarray(0, length));
  return copy;
}
