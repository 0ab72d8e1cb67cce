import { NONE } from "./result-ids.ts";

/**
 * The memory of a compiled IPv4 table: one buffer, so that WebAssembly or another thread can read it. An address is cut
 * into 18 bits that choose a chunk, 6 that choose a leaf of the chunk's block, and 8 that hardly ever matter:
 *
 *     top[a >>> 14]                     first leaf of the chunk's block, a multiple of 64
 *     leaves[that + ((a >>> 8) & 63)]   the id of the result for a /24, or the escape
 *     values[id]                        the result; values[0] is the default route's, or NONE
 *
 * A chunk with one result throughout points at a block that all chunks with that result share, so a lookup is two
 * plain loads and a small third one, without a branch that depends on data. Block 0 is the shared block of id 0.
 *
 * A /24 with longer prefixes inside has the escape, the largest leaf of the width: 255, 65,535 or 2^31 - 1. Then
 *
 *     deep[block]                       SHARED, or the number of the block's table, or 0 without one
 *     tables[table * 256 + ((a >>> 6) & 255)]   first leaf of the block of a /26
 *     leaves[that + (a & 63)]           the id of the result for the address
 *
 * The buffer holds, each section behind the other: 80 words of header, values, top, deep, tables, leaves.
 *
 *     word 0  bytes of a leaf: 1, 2 or 4      word 2  tables that fit, table 0 is not used
 *     word 1  blocks that fit                 word 3  ids that fit
 *     word 4  epoch                           word 5  1 when a shared table has moved to another buffer
 *     word 16-79  a word for each reader of a shared table (`fib-reader.ts`)
 *
 * A section that is full grows by moving everything to a larger buffer; a leaf grows in width the same way.
 */
export class FibMemory {
  readonly buffer: ArrayBufferLike;
  readonly header: Uint32Array;
  readonly values: Uint32Array;
  readonly top: Uint32Array;
  readonly deep: Uint32Array;
  readonly tables: Uint32Array;
  readonly leaves: Uint8Array | Uint16Array | Uint32Array;
  /** The leaf that says to look deeper; ids are below it. */
  readonly escape: number;

  /** Views the memory in a buffer that `make` filled, maybe in another thread. */
  constructor(buffer: ArrayBufferLike) {
    const header = new Uint32Array(buffer, 0, HEADER);
    const [width, blocks, tables, ids] = header;
    let at = 4 * HEADER;
    const section = (words: number): Uint32Array => {
      const view = new Uint32Array(buffer, at, words);
      at += 4 * words;
      return view;
    };
    this.buffer = buffer;
    this.header = header;
    this.values = section(ids);
    this.top = section(CHUNKS);
    this.deep = section(blocks);
    this.tables = section(256 * tables);
    const count = 64 * blocks;
    if (width === 1) this.leaves = new Uint8Array(buffer, at, count);
    else if (width === 2) this.leaves = new Uint16Array(buffer, at, count);
    else this.leaves = new Uint32Array(buffer, at, count);
    this.escape = escapeOf(width);
  }

  /** Makes the memory of an empty table: every chunk at block 0, and no default route. */
  static make(room: FibRoom, allocate: Allocate): FibMemory {
    const { width, blocks, tables, ids } = room;
    const buffer = allocate(4 * (HEADER + ids + CHUNKS + blocks + 256 * tables) + 64 * blocks * width);
    new Uint32Array(buffer).set([width, blocks, tables, ids, FIRST_EPOCH]);
    const memory = new FibMemory(buffer);
    memory.values[0] = NONE;
    memory.deep[0] = SHARED;
    return memory;
  }

  get room(): FibRoom {
    const [width, blocks, tables, ids] = this.header;
    return { width: width as Width, blocks, tables, ids };
  }

  /** Copies the table into a new memory, which has at least the room that is in use. */
  moved(room: FibRoom, allocate: Allocate): FibMemory {
    const to = FibMemory.make(room, allocate);
    to.values.set(this.values.subarray(0, room.ids));
    to.top.set(this.top);
    to.deep.set(this.deep.subarray(0, room.blocks));
    to.tables.set(this.tables.subarray(0, 256 * room.tables));
    const count = Math.min(this.leaves.length, to.leaves.length);
    to.leaves.set(this.leaves.subarray(0, count));
    if (to.escape !== this.escape) {
      for (let i = 0; i < count; i++) if (to.leaves[i] === this.escape) to.leaves[i] = to.escape;
    }
    return to;
  }

  /** Returns the result for an address, or NONE. */
  find(address: number): number {
    const { leaves } = this;
    const at = this.top[address >>> 14];
    const leaf = leaves[at + ((address >>> 8) & 63)];
    return this.values[leaf === this.escape ? this.findDeep(at, address) : leaf];
  }

  /** Returns the id for an address whose leaf, in the block that begins at leaf `at`, is the escape. */
  findDeep(at: number, address: number): number {
    const table = this.deep[at >>> 6] << 8;
    return this.leaves[this.tables[table + ((address >>> 6) & 255)] + (address & 63)];
  }
}

/** How much a memory can hold. */
export interface FibRoom {
  readonly width: Width;
  readonly blocks: number;
  readonly tables: number;
  readonly ids: number;
}

/** Bytes of a leaf. */
type Width = 1 | 2 | 4;
export type Allocate = (bytes: number) => ArrayBufferLike;

/** In `deep`: the block is shared by all chunks with the result in its leaves. */
export const SHARED = 0xffffffff;
/** Words of the header that only a shared table uses, and what a reader's word can be besides an epoch. */
export const EPOCH = 4;
export const MOVED = 5;
export const FIRST_SLOT = 16;
export const SLOTS = 64;
export const FREE_SLOT = 0;
export const IDLE = 1;
export const FIRST_EPOCH = 2;
const HEADER: number = FIRST_SLOT + SLOTS;
const CHUNKS = 2 ** 18;

function escapeOf(width: number): number {
  return width === 1 ? 0xff : width === 2 ? 0xffff : 0x7fffffff;
}
