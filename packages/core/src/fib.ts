import { type Address, type Family, writeWords } from "./address.ts";
import { type Columns, checkValue, type Entry } from "./columns.ts";
import { checkRoom } from "./fib-batch.ts";
import { checkFib4, checkFib6 } from "./fib-check.ts";
import type { Allocate } from "./fib-memory.ts";
import { Fib4 } from "./fib4.ts";
import { Fib6 } from "./fib6.ts";
import type { Batch } from "./kernel.ts";
import { ROOT } from "./node-arena.ts";
import type { Prefix } from "./prefix.ts";
import { MISS, Radix } from "./radix.ts";
import { NONE } from "./result-ids.ts";
import { Trie } from "./trie.ts";

export interface FibOptions {
  /**
   * What answers `lookupMany` and `lookupMany6`: "typescript", or "wasm" where WebAssembly (with SIMD) can be had, and
   * plain TypeScript otherwise; the answers are the same. Unless given, "wasm" for a family that begins with 65,536
   * prefixes or more.
   */
  readonly batch?: "typescript" | "wasm";
  /**
   * Puts the IPv4 table into a SharedArrayBuffer, `shared4`, where a `FibReader` in any thread looks up while this
   * thread changes it. Changes cost more then: what they replace is copied. `lookupMany` is plain TypeScript.
   */
  readonly shared?: boolean;
}

/**
 * A trie and its compiled form, which change together: what a lookup finds is never older than the last insertion or
 * deletion. It looks up many times faster than the trie alone, for some memory more; see `fib-memory.ts` for IPv4 and
 * `fib6-memory.ts` for IPv6. Worth having for large tables: the first IPv4 prefix costs 1 MiB, the first IPv6 prefix 0.3 MiB.
 *
 * Values are integers from 0 to 2^32 - 2. `Fib.NONE`, 2^32 - 1, is what `lookupMany` writes where no prefix covers.
 */
export class Fib {
  static readonly NONE: number = NONE;

  private readonly trie: Trie;
  private v4: Fib4 | undefined;
  private v6: Fib6 | undefined;

  private readonly batch: Batch;

  private constructor(trie: Trie, { batch, shared = false }: FibOptions) {
    this.trie = trie;
    this.batch = shared ? "shared" : (batch ?? "auto");
    if (shared) trie.opened(4); // so that there is memory to read from the beginning
    this.compile(4);
    this.compile(6);
  }

  /** Compiles a copy of the trie. Throws a RangeError when a prefix has the value NONE. */
  static from(trie: Trie, options: FibOptions = {}): Fib {
    for (const radix of [trie.engine(4), trie.engine(6)]) {
      if (radix === undefined) continue;
      for (const ref of radix.routes(radix.words[ROOT])) checkFibValue(radix.valueAt(ref));
    }
    return new Fib(trie.clone(), options);
  }

  /** Builds and compiles sorted columns, at most one per family. Throws as `Trie.fromColumns` and `Fib.from` do. */
  static fromColumns(tables: readonly Columns[], options: FibOptions = {}): Fib {
    for (const { values } of tables) if (values.includes(NONE)) checkFibValue(NONE);
    return new Fib(Trie.fromColumns(...tables), options);
  }

  /** Reports whether WebAssembly answers `lookupMany` of a family. */
  usesKernel(family: Family): boolean {
    return (family === 4 ? this.v4 : this.v6)?.kernel !== undefined;
  }

  /** Number of prefixes. */
  get size(): number {
    return this.trie.size;
  }

  /** Bytes held by typed arrays, spare room included: the trie, and apart from it the compiled form. */
  get bytes(): { readonly trie: number; readonly compiled: number } {
    return { trie: this.trie.bytes, compiled: (this.v4?.bytes ?? 0) + (this.v6?.bytes ?? 0) };
  }

  /** Returns the value that was replaced, or undefined when the prefix is new. Throws a RangeError for a bad value. */
  insert(prefix: Prefix, value: number): number | undefined {
    checkFibValue(value);
    const before = this.trie.insert(prefix, value);
    this.patch(prefix, before ?? MISS, value);
    return before;
  }

  /** Returns the value that was deleted, or undefined when the prefix is not there. */
  delete(prefix: Prefix): number | undefined {
    const before = this.trie.delete(prefix);
    if (before !== undefined) this.patch(prefix, before, MISS);
    return before;
  }

  /** Returns the value of exactly this prefix. */
  get(prefix: Prefix): number | undefined {
    return this.trie.get(prefix);
  }

  /** Returns the value of the longest prefix that contains the address. */
  lookup(address: Address): number | undefined {
    let value = MISS;
    if (typeof address === "number") value = this.lookup4(address);
    else if (this.v6 !== undefined) {
      writeWords(address, WORDS, 0);
      value = this.v6.lookup(WORDS, 0);
    }
    return value === MISS ? undefined : value;
  }

  /** Returns the value of the longest match of an IPv4 address, or -1. For hot loops: checks and allocates nothing. */
  lookup4(address: number): number {
    return this.v4 === undefined ? MISS : this.v4.lookup(address);
  }

  /**
   * Writes into `out[i]` the value of the longest match of the IPv4 address `addresses[i]`, or NONE. Throws a RangeError
   * when `out` is shorter than `addresses`. The fastest way there is; allocates nothing.
   */
  lookupMany(addresses: Uint32Array, out: Uint32Array): void {
    if (this.v4 !== undefined) this.v4.lookupMany(addresses, out);
    else fillNone(addresses.length, out);
  }

  /** As `lookupMany` for IPv6 addresses of four words each, the most significant first (`writeWords`). */
  lookupMany6(words: Uint32Array, out: Uint32Array): void {
    if (words.length % 4 !== 0) throw new RangeError(`${words.length} words are not four per address`);
    if (this.v6 !== undefined) this.v6.lookupMany(words, out);
    else fillNone(words.length >>> 2, out);
  }

  /**
   * Returns a copy of the compiled IPv4 table for a `FibView`, O(bytes). `allocate` makes the buffer, for instance
   * `(bytes) => new SharedArrayBuffer(bytes)`; it must be all zeros.
   */
  copy4(allocate: Allocate = (bytes) => new ArrayBuffer(bytes)): ArrayBufferLike {
    const { memory } = this.v4 ?? new Fib4(new Radix(4), "typescript");
    return memory.moved(memory.room, allocate).buffer;
  }

  /**
   * The memory of a shared IPv4 table. It is another one after the table has outgrown it, which a reader of the old one
   * notices (`moved`); then send this to the readers again. Throws a TypeError unless the table is shared.
   */
  get shared4(): SharedArrayBuffer {
    const buffer = this.v4?.memory.buffer;
    if (!(buffer instanceof SharedArrayBuffer)) throw new TypeError("the table is not shared");
    return buffer;
  }

  /** Returns the longest prefix that contains the address, with its value. Asks the trie. */
  lookupPrefix(address: Address): Entry | undefined {
    return this.trie.lookupPrefix(address);
  }

  /** Iterates everything in the order of `Prefix.compare`. The table must not change meanwhile. */
  entries(): Generator<Entry, void, undefined> {
    return this.trie.entries();
  }

  /** Throws an Error that says what is wrong when the memory is not as it should be. Compiles anew, for tests. */
  checkInvariants(): void {
    this.trie.checkInvariants();
    if (this.v4 !== undefined) checkFib4(this.v4);
    if (this.v6 !== undefined) checkFib6(this.v6);
  }

  private patch({ family, address, bits }: Prefix, before: number, after: number): void {
    // the first prefix of a family makes the trie's memory, which is compiled with the prefix in it
    if (family === 4 && this.v4 !== undefined) this.v4.patch(address, bits, before, after);
    else if (family === 6 && this.v6 !== undefined) this.v6.patch(address, bits, before, after);
    else this.compile(family);
  }

  private compile(family: Family): void {
    const radix = this.trie.engine(family);
    if (radix === undefined) return;
    if (family === 4) this.v4 = new Fib4(radix, this.batch);
    else this.v6 = new Fib6(radix, this.batch === "shared" ? "auto" : this.batch); // only IPv4 is shared
  }
}

function checkFibValue(value: number): void {
  checkValue(value);
  if (value === NONE) throw new RangeError(`value ${NONE} means that there is no route`);
}

function fillNone(count: number, out: Uint32Array): void {
  checkRoom(count, out);
  out.fill(NONE, 0, count);
}

/** An IPv6 address on its way from a bigint to the nodes; filled and read within one call. */
const WORDS = new Uint32Array(4);
