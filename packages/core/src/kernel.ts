import type { Allocate, FibMemory } from "./fib-memory.ts";
import type { Fib6Memory } from "./fib6-memory.ts";
import { KERNEL } from "./kernel-bytes.ts";

/**
 * The WebAssembly form of `fib-batch.ts`, over the same memory. Its module is made by `scripts/kernel.js`. A table that
 * wants it lives in a WebAssembly.Memory, which goes on behind the table:
 *
 *     the table, as fib-memory.ts describes it · LOT addresses · LOT results
 *
 * Addresses are copied in and results out, LOT at a time.
 */
export class Kernel {
  private readonly memory: FibMemory;
  private readonly find: Find;
  private readonly from: Uint32Array;
  private readonly to: Uint32Array;

  private constructor(memory: FibMemory, instance: WebAssembly.Instance) {
    const { buffer, header } = memory;
    this.memory = memory;
    const name = header[0] === 1 ? "find8" : header[0] === 2 ? "find16" : "find32";
    this.find = instance.exports[name] as Find;
    const scratch = buffer.byteLength - 8 * LOT;
    this.from = new Uint32Array(buffer, scratch, LOT);
    this.to = new Uint32Array(buffer, scratch + 4 * LOT, LOT);
  }

  /** Makes a kernel for a table in memory that `allocateForKernel` made, or undefined where it is some other memory. */
  static over(memory: FibMemory): Kernel | undefined {
    const instance = INSTANCES.get(memory.buffer);
    return instance === undefined ? undefined : new Kernel(memory, instance);
  }

  /** As `findMany` of `fib-batch.ts`, which has checked the lengths. */
  findMany(addresses: Uint32Array, out: Uint32Array): void {
    const { values, top, deep, tables, leaves } = this.memory;
    const { from, to } = this;
    for (let at = 0; at < addresses.length; at += LOT) {
      const count = Math.min(LOT, addresses.length - at);
      from.set(addresses.subarray(at, at + count));
      this.find(
        values.byteOffset,
        top.byteOffset,
        deep.byteOffset,
        tables.byteOffset,
        leaves.byteOffset,
        from.byteOffset,
        to.byteOffset,
        count,
      );
      out.set(count === LOT ? to : to.subarray(0, count), at);
    }
  }
}

/** As `Kernel`, for addresses of four words: the table is as `fib6-memory.ts` describes it, and LOT6 are copied at once. */
export class Kernel6 {
  private readonly find: Find6;
  private readonly values: number;
  private readonly nodes: number;
  private readonly from: Uint32Array;
  private readonly to: Uint32Array;

  private constructor({ buffer, values, nodes }: Fib6Memory, instance: WebAssembly.Instance) {
    this.find = instance.exports.findSix as Find6;
    this.values = values.byteOffset;
    this.nodes = nodes.byteOffset;
    const scratch = buffer.byteLength - 8 * LOT;
    this.from = new Uint32Array(buffer, scratch, 4 * LOT6);
    this.to = new Uint32Array(buffer, scratch + 16 * LOT6, LOT6);
  }

  /** Makes a kernel for a table in memory that `allocateForKernel` made, or undefined where it is some other memory. */
  static over(memory: Fib6Memory): Kernel6 | undefined {
    const instance = INSTANCES.get(memory.buffer);
    return instance === undefined ? undefined : new Kernel6(memory, instance);
  }

  /** As `Fib6Memory.findMany`. */
  findMany(words: Uint32Array, out: Uint32Array): void {
    const { from, to, values, nodes } = this;
    const all = words.length >>> 2;
    for (let at = 0; at < all; at += LOT6) {
      const count = Math.min(LOT6, all - at);
      from.set(words.subarray(4 * at, 4 * (at + count)));
      this.find(values, nodes, from.byteOffset, to.byteOffset, count);
      out.set(count === LOT6 ? to : to.subarray(0, count), at);
    }
  }
}

/**
 * Returns `bytes` bytes or more that a kernel can read, or an ordinary buffer where there is no WebAssembly, it may not
 * be compiled, or there is no room for such a memory.
 */
function allocateForKernel(bytes: number): ArrayBuffer {
  try {
    compiled ??= new WebAssembly.Module(KERNEL); // first, as memory would be made in vain where this fails
    const pages = Math.ceil((bytes + 8 * LOT) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages }); // which never grows and so detaches no view
    INSTANCES.set(memory.buffer, new WebAssembly.Instance(compiled, { env: { memory } }));
    return memory.buffer as ArrayBuffer;
  } catch {
    return new ArrayBuffer(bytes);
  }
}

/** What answers `lookupMany`, or memory that threads share; "auto" is WebAssembly from KERNEL_FROM prefixes on. */
export type Batch = "typescript" | "wasm" | "auto" | "shared";

/** Returns what makes the memory of a table that begins with `size` prefixes of its family. */
export function allocatorFor(batch: Batch, size: number): Allocate {
  if (batch === "shared") return (bytes) => new SharedArrayBuffer(bytes);
  if (batch === "wasm" || (batch === "auto" && size >= KERNEL_FROM)) return allocateForKernel;
  return (bytes) => new ArrayBuffer(bytes);
}

type Find = (
  values: number,
  top: number,
  deep: number,
  tables: number,
  leaves: number,
  from: number,
  to: number,
  count: number,
) => void;

type Find6 = (values: number, nodes: number, from: number, to: number, count: number) => void;

/** Below this everything lies in a near cache, where copying addresses costs more than a kernel gains. */
const KERNEL_FROM = 65_536;
/** Addresses that are copied in at once. The memory of an IPv6 table has the same room behind it. */
const LOT = 4096;
const LOT6 = 1024;
const PAGE = 65_536;
const INSTANCES = new WeakMap<ArrayBufferLike, WebAssembly.Instance>();
let compiled: WebAssembly.Module | undefined;
