import type { Address } from "./address.ts";
import { checkRoom, findMany } from "./fib-batch.ts";
import { BLOCK, ID, Limbo, TABLE } from "./fib-limbo.ts";
import { type Allocate, EPOCH, FIRST_EPOCH, FibMemory, type FibRoom, MOVED, SHARED } from "./fib-memory.ts";
import { allocatorFor, type Batch, Kernel } from "./kernel.ts";
import { BRANCH, bitsOf, childSlot, HOST, LEAF, ROOT, valueSlot } from "./node-arena.ts";
import { MISS, type Radix } from "./radix.ts";
import { NONE, ResultIds, resized } from "./result-ids.ts";

/**
 * Keeps the compiled form of an IPv4 trie (`fib-memory.ts`) equal to it: `patch` paints what a changed prefix covers
 * from the trie again, a /24 being one leaf. Beside that memory stand
 *
 *     shared[id]   the shared block of a result, 0 when there is none (and for id 0, whose block is 0)
 *     users[id]    how many chunks and /26 point at it; it is free again when there are none
 *     freeBlock    first free block; deep[block] is the next one, 0 at the end
 *     freeTable    first free table; its first word is the next one, 0 at the end
 */
export class Fib4 {
  memory: FibMemory;
  readonly radix: Radix;
  /** The WebAssembly form of `lookupMany`, where the memory is made for it. */
  kernel: Kernel | undefined;
  /** What a shared table must not use again yet. */
  readonly limbo: Limbo | undefined;
  readonly ids: ResultIds = new ResultIds();
  shared: Uint32Array = new Uint32Array(16);
  users: Uint32Array = new Uint32Array(16);
  /** First block and first table that were never used. */
  blocks = 1;
  tables = 1;
  freeBlock = 0;
  freeTable = 0;
  private readonly allocate: Allocate;
  private readonly freed = (kind: number, index: number): void => this.free(kind, index);

  /** Compiles a trie, which must from now on change together with this: `patch` follows each change. */
  constructor(radix: Radix, batch: Batch = "auto") {
    this.radix = radix;
    this.allocate = allocatorFor(batch, radix.size);
    const { allocate } = this;
    for (const ref of radix.routes(radix.words[ROOT])) {
      if (bitsOf(radix.words, ref) > 0) this.ids.take(radix.words[valueSlot(ref)] >>> 0);
    }
    const { limit } = this.ids;
    const width = limit < 0xff ? 1 : limit < 0xffff ? 2 : 4;
    // a guess that suits full tables: building doubles it at most a few times, and then cuts it to size
    const blocks = 64 + (radix.size >>> 3);
    this.memory = FibMemory.make({ width, blocks, tables: 4, ids: limit + 16 }, allocate);
    this.memory.values.set(this.ids.values.subarray(1, limit), 1);
    this.kernel = Kernel.over(this.memory);
    this.growIds();
    this.users[0] = CHUNKS; // they all begin at block 0
    this.paintTop(radix.words[ROOT], 0, CHUNKS - 1, 0);
    this.setDefault();
    this.trim(batch === "shared" ? 4 : 64);
    this.limbo = batch === "shared" ? new Limbo() : undefined;
  }

  get bytes(): number {
    const { memory, ids, shared, users } = this;
    return memory.buffer.byteLength + ids.bytes + shared.byteLength + users.byteLength;
  }

  lookup(address: number): number {
    const value = this.memory.find(address);
    return value === NONE ? MISS : value;
  }

  lookupMany(addresses: Uint32Array, out: Uint32Array): void {
    checkRoom(addresses.length, out);
    if (this.kernel === undefined) findMany(this.memory, addresses, out);
    else this.kernel.findMany(addresses, out);
  }

  /**
   * Follows a change of the trie that has just happened: `before` and `after` are the values of the prefix, MISS where
   * it was or is not there. Costs O(leaves that the prefix covers).
   */
  patch(address: Address, bits: number, before: number, after: number): void {
    if (before === after) return;
    if (bits === 0) {
      this.setDefault();
      return;
    }
    if (after !== MISS) this.takeId(after);
    const { radix } = this;
    const at = Number(address);
    const whole = Math.min(bits, 24); // a /24 with something longer inside is painted as a whole
    const ref = radix.within(address, whole);
    const cover = radix.cover;
    const id = cover === 0 ? 0 : this.idAt(cover);
    if (whole < TOP_BITS) {
      const chunk = at >>> (32 - TOP_BITS);
      this.paintTop(ref, chunk, chunk + 2 ** (TOP_BITS - whole) - 1, id);
    } else {
      const slot = (at >>> 8) & 63;
      this.paintChunk(at >>> (32 - TOP_BITS), slot, slot + 2 ** (24 - whole) - 1, ref, id);
    }
    if (before !== MISS) {
      const unused = this.ids.drop(before);
      if (unused !== 0) this.retire(ID, unused);
    }
    this.limbo?.advance(this.memory.header, this.freed);
    if (this.memory.header[EPOCH] >= LAST_EPOCH) this.move({});
  }

  private setDefault(): void {
    const { words } = this.radix;
    const root = words[ROOT];
    const there = root !== 0 && (root & 3) !== BRANCH && bitsOf(words, root) === 0;
    const value = there ? words[valueSlot(root)] : NONE;
    if (this.limbo === undefined) this.memory.values[0] = value;
    else Atomics.store(this.memory.values, 0, value);
  }

  private takeId(value: number): void {
    const id = this.ids.take(value);
    const { width, ids } = this.memory.room;
    if (id >= this.memory.escape) this.move({ width: width === 1 ? 2 : 4 });
    if (id >= ids) this.move({ ids: 2 * ids });
    this.growIds();
    this.memory.values[id] = value;
  }

  private growIds(): void {
    if (this.ids.limit <= this.shared.length) return;
    this.shared = resized(this.shared, this.ids.values.length);
    this.users = resized(this.users, this.ids.values.length);
  }

  /** Returns the id of a route of the trie; the default route has id 0 whatever its value. */
  private idAt(ref: number): number {
    const { words } = this.radix;
    return bitsOf(words, ref) === 0 ? 0 : this.ids.idOf(words[valueSlot(ref)] >>> 0);
  }

  /** Paints chunks `lo` to `hi` from the node `ref` down; `id` is the result of the longest route above it. */
  private paintTop(ref: number, lo: number, hi: number, id: number): void {
    if (lo > hi) return;
    if (ref === 0) {
      this.fillTop(lo, hi, id);
      return;
    }
    const { words } = this.radix;
    const bits = bitsOf(words, ref);
    const first = firstAddress(words, ref) >>> (32 - TOP_BITS);
    const half = bits >= TOP_BITS ? 0 : CHUNKS >>> (bits + 1);
    const last = bits >= TOP_BITS ? first : first + 2 * half - 1;
    this.fillTop(lo, Math.min(hi, first - 1), id);
    this.fillTop(Math.max(lo, last + 1), hi, id);
    lo = Math.max(lo, first);
    hi = Math.min(hi, last);
    if (lo > hi) return;
    if (bits >= TOP_BITS) {
      this.paintChunk(first, 0, 63, ref, id);
      return;
    }
    if ((ref & 3) !== BRANCH) id = this.idAt(ref);
    if ((ref & LEAF) !== 0) {
      this.fillTop(lo, hi, id);
      return;
    }
    const child = childSlot(ref);
    this.paintTop(words[child], lo, Math.min(hi, first + half - 1), id);
    this.paintTop(words[child + 1], Math.max(lo, first + half), hi, id);
  }

  private fillTop(lo: number, hi: number, id: number): void {
    for (let chunk = lo; chunk <= hi; chunk++) this.point(chunk, this.sharedBlock(id));
  }

  private point(chunk: number, block: number): void {
    const old = this.memory.top[chunk] >>> 6;
    this.publish(chunk, block);
    this.dropBlock(old);
  }

  /** Lets lookups see a block. All of it was written before. */
  private publish(chunk: number, block: number): void {
    if (this.limbo === undefined) this.memory.top[chunk] = block << 6;
    else Atomics.store(this.memory.top, chunk, block << 6);
  }

  /** Paints leaves `lo` to `hi` of a chunk from the node `ref` down, which lies within them; `id` as above. */
  private paintChunk(chunk: number, lo: number, hi: number, ref: number, id: number): void {
    PAINT.fill(id, lo, hi + 1);
    if (ref !== 0) this.paintSlots(ref, id);
    const first = PAINT[lo];
    let even = first !== DEEP;
    for (let slot = lo + 1; even && slot <= hi; slot++) even = PAINT[slot] === first;
    const old = this.memory.top[chunk] >>> 6;
    const common = this.memory.deep[old] === SHARED;
    if (even && common && this.memory.leaves[old << 6] === first) return;
    if (even && lo === 0 && hi === 63) {
      this.point(chunk, this.sharedBlock(first));
      return;
    }
    let block = old;
    if (common) block = this.makeBlock(this.memory.leaves[old << 6]);
    else if (this.limbo !== undefined) block = this.copyBlock(old);
    for (let slot = lo; slot <= hi; slot++) this.setSlot(block, slot);
    const settled = this.settled(block);
    if (settled === old) return;
    this.publish(chunk, settled);
    // the parts of a block that was copied belong to the copy
    if (common || block === old) this.dropBlock(old);
    else this.retireBlock(old);
    if (settled !== block && block !== old) this.dropBlock(block);
  }

  /** Paints the leaves of the nodes from `ref` down into PAINT. */
  private paintSlots(ref: number, id: number): void {
    const { words } = this.radix;
    const bits = bitsOf(words, ref);
    const slot = (firstAddress(words, ref) >>> 8) & 63;
    if (bits > 24 || (bits === 24 && (ref & LEAF) === 0)) {
      PAINT[slot] = DEEP;
      DEEP_REF[slot] = ref;
      DEEP_ID[slot] = id;
      return;
    }
    if ((ref & 3) !== BRANCH) {
      id = this.idAt(ref);
      if (bits === 24) PAINT[slot] = id;
      else PAINT.fill(id, slot, slot + (1 << (24 - bits)));
    }
    if ((ref & LEAF) !== 0) return;
    const child = childSlot(ref);
    const left = words[child];
    const right = words[child + 1];
    if (left !== 0) this.paintSlots(left, id);
    if (right !== 0) this.paintSlots(right, id);
  }

  /** Writes what PAINT says of a slot into a block of its own. */
  private setSlot(block: number, slot: number): void {
    const at = (block << 6) + slot;
    if (this.memory.leaves[at] === this.memory.escape) this.dropQuarters(block, slot);
    if (PAINT[slot] !== DEEP) {
      this.memory.leaves[at] = PAINT[slot];
      return;
    }
    let table = this.memory.deep[block];
    if (table === 0) {
      table = this.makeTable(); // may replace the memory, so it stands on a line of its own
      this.memory.deep[block] = table;
    }
    HOSTS.fill(DEEP_ID[slot]);
    this.paintHosts(DEEP_REF[slot], DEEP_ID[slot]);
    for (let quarter = 0; quarter < 4; quarter++) {
      const leaf = this.quarter(quarter << 6) << 6;
      this.memory.tables[(table << 8) + (slot << 2) + quarter] = leaf;
    }
    this.memory.leaves[at] = this.memory.escape;
  }

  private paintHosts(ref: number, id: number): void {
    const { words } = this.radix;
    const bits = bitsOf(words, ref);
    if ((ref & 3) !== BRANCH) {
      id = this.idAt(ref);
      const first = firstAddress(words, ref) & 255;
      HOSTS.fill(id, first, first + (1 << (32 - bits)));
    }
    if ((ref & LEAF) !== 0) return;
    const child = childSlot(ref);
    if (words[child] !== 0) this.paintHosts(words[child], id);
    if (words[child + 1] !== 0) this.paintHosts(words[child + 1], id);
  }

  /** Returns a block with the 64 ids of HOSTS from `from` on. */
  private quarter(from: number): number {
    let even = true;
    for (let i = 1; even && i < 64; i++) even = HOSTS[from + i] === HOSTS[from];
    if (even) return this.sharedBlock(HOSTS[from]);
    const block = this.makeBlock(0);
    for (let i = 0; i < 64; i++) this.memory.leaves[(block << 6) + i] = HOSTS[from + i];
    return block;
  }

  /** Returns the block that a changed one should be: a shared one when its leaves have become all the same. */
  private settled(block: number): number {
    const { leaves, deep, escape: deeper } = this.memory;
    const at = block << 6;
    const first = leaves[at];
    let same = 1;
    while (same < 64 && leaves[at + same] === first) same++;
    if (same === 64 && first !== deeper) return this.sharedBlock(first);
    if (deep[block] !== 0 && !leaves.subarray(at, at + 64).includes(deeper)) {
      this.retire(TABLE, deep[block]);
      deep[block] = 0;
    }
    return block;
  }

  /** Returns the shared block of an id and counts one more user. */
  private sharedBlock(id: number): number {
    this.users[id]++;
    if (id === 0 || this.shared[id] !== 0) return this.shared[id];
    const block = this.makeBlock(id);
    this.memory.deep[block] = SHARED;
    this.shared[id] = block;
    return block;
  }

  private makeBlock(id: number): number {
    let block = this.freeBlock;
    if (block !== 0) {
      this.freeBlock = this.memory.deep[block];
    } else {
      const { blocks } = this.memory.room;
      block = this.blocks++;
      if (block === blocks) this.move({ blocks: blocks + (blocks >>> 2) + 64 });
    }
    this.memory.deep[block] = 0;
    this.memory.leaves.fill(id, block << 6, (block + 1) << 6);
    return block;
  }

  private makeTable(): number {
    const free = this.freeTable;
    if (free !== 0) {
      this.freeTable = this.memory.tables[free << 8];
      return free;
    }
    const { tables } = this.memory.room;
    const table = this.tables++;
    if (table === tables) this.move({ tables: tables + (tables >>> 2) + 4 });
    return table;
  }

  private dropBlock(block: number): void {
    const { leaves, deep, escape: deeper } = this.memory;
    const at = block << 6;
    if (deep[block] === SHARED) {
      const id = leaves[at];
      if (--this.users[id] > 0 || id === 0) return;
      this.shared[id] = 0;
    } else if (deep[block] !== 0) {
      for (let slot = 0; slot < 64; slot++) if (leaves[at + slot] === deeper) this.dropQuarters(block, slot);
    }
    this.retireBlock(block);
  }

  /** Gives back a block and its table, but not the blocks that the table names. */
  private retireBlock(block: number): void {
    const table = this.memory.deep[block];
    if (table !== 0 && table !== SHARED) this.retire(TABLE, table);
    this.retire(BLOCK, block);
  }

  /** Gives something back: at once, or in a shared table when no reader can see it any more. */
  private retire(kind: number, index: number): void {
    if (this.limbo === undefined) this.free(kind, index);
    else this.limbo.retire(kind, index, this.memory.header);
  }

  private free(kind: number, index: number): void {
    if (kind === BLOCK) {
      this.memory.deep[index] = this.freeBlock;
      this.freeBlock = index;
    } else if (kind === TABLE) {
      this.memory.tables[index << 8] = this.freeTable;
      this.freeTable = index;
    } else {
      this.ids.release(index);
    }
  }

  private copyBlock(from: number): number {
    const block = this.makeBlock(0);
    const table = this.memory.deep[from] === 0 ? 0 : this.makeTable();
    const { leaves, deep, tables } = this.memory;
    leaves.copyWithin(block << 6, from << 6, (from + 1) << 6);
    if (table !== 0) tables.copyWithin(table << 8, deep[from] << 8, (deep[from] + 1) << 8);
    deep[block] = table;
    return block;
  }

  private dropQuarters(block: number, slot: number): void {
    const first = (this.memory.deep[block] << 8) + (slot << 2);
    for (let i = 0; i < 4; i++) this.dropBlock(this.memory.tables[first + i] >>> 6);
  }

  private move(room: Partial<FibRoom>): void {
    const old = this.memory;
    this.memory = old.moved({ ...old.room, ...room }, this.allocate);
    this.kernel = Kernel.over(this.memory);
    if (this.limbo !== undefined) {
      this.limbo.restart(FIRST_EPOCH + 1);
      Atomics.store(old.header, MOVED, 1);
    }
  }

  /** Gives back what building did not need, but for a share of it that the next changes will want. */
  private trim(share: number): void {
    const blocks = this.blocks + Math.floor(this.blocks / share) + 16;
    const tables = this.tables + Math.floor(this.tables / share) + 4;
    if (share === 4 || blocks < this.memory.room.blocks) this.move({ blocks, tables });
  }
}

const TOP_BITS = 18;
const CHUNKS = 2 ** TOP_BITS;
/** Where a shared table moves before the count of epochs ends. */
const LAST_EPOCH = 2 ** 32 - 16;
/** In PAINT: the /24 has longer prefixes inside. */
const DEEP = -1;

// what is painted, before it is compared with what is there: 64 leaves of a chunk, and the node and the result above it
// for each /24 that is DEEP; then the 256 addresses of one such /24. Filled and read within one call of `paintChunk`.
const PAINT = new Int32Array(64);
const DEEP_REF = new Int32Array(64);
const DEEP_ID = new Int32Array(64);
const HOSTS = new Int32Array(256);

/** Returns the first address of an IPv4 node. Signed. */
function firstAddress(words: Int32Array, ref: number): number {
  // a prefix of 32 bits is the one kind that has no mark
  const at = ref >>> 4;
  return (ref & 3) === HOST ? words[at] : words[at] & (words[at] - 1);
}
