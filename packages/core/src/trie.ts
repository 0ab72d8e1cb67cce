import type { Address, Family } from "./address.ts";
import { combineSets, type SetRule } from "./address-sets.ts";
import { type Columns, checkValue, columnsOf, type Entry, emptyColumns } from "./columns.ts";
import { addressWord, bitsOf, ROOT } from "./node-arena.ts";
import type { Prefix } from "./prefix.ts";
import { MISS, Radix } from "./radix.ts";
import { buildRadix } from "./radix-build.ts";
import { checkRadix } from "./radix-check.ts";
import { decodeTables, encodeTables } from "./trie-buffer.ts";

/**
 * A table of prefixes of both families, each with an unsigned 32-bit value, that answers which prefix is the longest
 * match of an address. A family's memory (`node-arena.ts`) is made when its first prefix arrives, so an empty table
 * costs a few dozen bytes. Calls cost O(bits of an address) unless they say otherwise.
 */
export class Trie {
  private v4: Radix | undefined;
  private v6: Radix | undefined;

  /**
   * Builds a trie of entries in the order of `Prefix.compare`, IPv4 before IPv6, in O(entries). Throws a RangeError
   * when they are not, or when a prefix stands twice.
   */
  static from(entries: Iterable<Entry>): Trie {
    const list = [...entries];
    const firstOf6 = list.findIndex(({ prefix }) => prefix.family === 6);
    const late = firstOf6 < 0 ? -1 : list.findIndex(({ prefix }, i) => i > firstOf6 && prefix.family === 4);
    if (late >= 0) throw new RangeError(`entry ${late}: ${list[late].prefix} stands after an IPv6 prefix`);
    return Trie.fromColumns(columnsOf(4, list), columnsOf(6, list));
  }

  /**
   * Builds a trie of sorted columns, at most one per family, without making an object per prefix. Throws a RangeError
   * that names the row when they are not sorted, not canonical or hold a prefix twice.
   */
  static fromColumns(...tables: readonly Columns[]): Trie {
    const trie = new Trie();
    for (const columns of tables) {
      if (trie.engine(columns.family) !== undefined) {
        throw new RangeError(`there are two tables of IPv${columns.family}`);
      }
      if (columns.bits.length === 0) continue;
      if (columns.family === 4) trie.v4 = buildRadix(columns);
      else trie.v6 = buildRadix(columns);
    }
    return trie;
  }

  /** Reads what `toBuffer` wrote. Throws a TrieBufferError for bytes that are damaged, cut, foreign or of another version. */
  static fromBuffer(buffer: ArrayBuffer | Uint8Array): Trie {
    return Trie.fromColumns(...decodeTables(buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer)));
  }

  /** Returns the entries as bytes, 9 for an IPv4 prefix and 21 for an IPv6 one; `trie-buffer.ts` shows the format. */
  toBuffer(): ArrayBuffer {
    return encodeTables(this.columns(4), this.columns(6));
  }

  /** Returns a trie of its own with the same entries. Copies the memory as it is, O(bytes). */
  clone(): Trie {
    const copy = new Trie();
    copy.v4 = this.v4?.clone();
    copy.v6 = this.v6?.clone();
    return copy;
  }

  /** Number of prefixes. */
  get size(): number {
    return (this.v4?.size ?? 0) + (this.v6?.size ?? 0);
  }

  /** Bytes held by typed arrays, spare room included. */
  get bytes(): number {
    return (this.v4?.bytes ?? 0) + (this.v6?.bytes ?? 0);
  }

  /** Returns the value that was replaced, or undefined when the prefix is new. Throws a RangeError for a bad value. */
  insert(prefix: Prefix, value: number): number | undefined {
    checkValue(value);
    return found(this.opened(prefix.family).insert(prefix.address, prefix.bits, value));
  }

  /** Returns the value that was deleted, or undefined when the prefix is not there. */
  delete(prefix: Prefix): number | undefined {
    return found(this.engine(prefix.family)?.delete(prefix.address, prefix.bits));
  }

  /** Returns the value of exactly this prefix. */
  get(prefix: Prefix): number | undefined {
    return found(this.engine(prefix.family)?.get(prefix.address, prefix.bits));
  }

  /** Returns the value of the longest prefix that contains the address. */
  lookup(address: Address): number | undefined {
    return found(this.engine(typeof address === "number" ? 4 : 6)?.lookup(address));
  }

  /** Returns the value of the longest match of an IPv4 address, or -1. For hot loops: checks and allocates nothing. */
  lookup4(address: number): number {
    return this.v4 === undefined ? MISS : this.v4.lookup4(address);
  }

  /** Returns the longest prefix that contains the address, with its value. */
  lookupPrefix(address: Address): Entry | undefined {
    const radix = this.engine(typeof address === "number" ? 4 : 6);
    const ref = radix?.longest(address) ?? 0;
    return radix === undefined || ref === 0 ? undefined : entryOf(radix, ref);
  }

  /** Iterates what lies inside the prefix, itself included, in address order. The trie must not change meanwhile. */
  *subnets(prefix: Prefix): Generator<Entry, void, undefined> {
    const radix = this.engine(prefix.family);
    if (radix !== undefined) yield* entriesOf(radix, radix.topWithin(prefix.address, prefix.bits));
  }

  /** Iterates what covers the prefix, itself included, the shortest first. The trie must not change meanwhile. */
  *supernets(prefix: Prefix): Generator<Entry, void, undefined> {
    const radix = this.engine(prefix.family);
    if (radix === undefined) return;
    const { changes } = radix;
    for (const ref of radix.covering(prefix.address, prefix.bits)) {
      if (radix.changes !== changes) throw new Error("the trie changed while it was iterated");
      yield entryOf(radix, ref);
    }
  }

  /** Reports whether any entry shares an address with the prefix. */
  overlaps(prefix: Prefix): boolean {
    const radix = this.engine(prefix.family);
    if (radix === undefined) return false;
    if (radix.topWithin(prefix.address, prefix.bits) !== 0) return true;
    return radix.covering(prefix.address, prefix.bits).length > 0;
  }

  /** Iterates everything in the order of `Prefix.compare`. The trie must not change meanwhile. */
  *entries(): Generator<Entry, void, undefined> {
    if (this.v4 !== undefined) yield* entriesOf(this.v4, this.v4.words[ROOT]);
    if (this.v6 !== undefined) yield* entriesOf(this.v6, this.v6.words[ROOT]);
  }

  /** Returns the entries of one family as sorted columns: a copy, O(entries). */
  columns(family: Family): Columns {
    const radix = this.engine(family);
    const columns = emptyColumns(family, radix?.size ?? 0);
    if (radix === undefined) return columns;
    const per = family === 4 ? 1 : 4;
    let row = 0;
    for (const ref of radix.routes(radix.words[ROOT])) {
      for (let i = 0; i < per; i++) columns.words[row * per + i] = addressWord(radix.words, ref, i);
      columns.bits[row] = bitsOf(radix.words, ref);
      columns.values[row] = radix.valueAt(ref);
      row++;
    }
    return columns;
  }

  /** Returns the fewest prefixes that cover the addresses that either trie covers. Their values are 0, as in all sets. */
  union(other: Trie): Trie {
    return this.combine(other, (a, b) => (a | b) as 0 | 1);
  }

  /** Returns the fewest prefixes that cover the addresses that both tries cover. */
  intersect(other: Trie): Trie {
    return this.combine(other, (a, b) => (a & b) as 0 | 1);
  }

  /** Returns the fewest prefixes that cover the addresses that this trie covers and the other does not. */
  difference(other: Trie): Trie {
    return this.combine(other, (a, b) => (a & ~b) as 0 | 1);
  }

  /** Returns the fewest prefixes that cover the same addresses. */
  aggregate(): Trie {
    return this.union(new Trie());
  }

  /** Throws an Error that says what is wrong when the memory is not as it should be. O(n log n), for tests. */
  checkInvariants(): void {
    if (this.v4 !== undefined) checkRadix(this.v4);
    if (this.v6 !== undefined) checkRadix(this.v6);
  }

  private combine(other: Trie, rule: SetRule): Trie {
    return Trie.fromColumns(combineSets(4, this.v4, other.v4, rule), combineSets(6, this.v6, other.v6, rule));
  }

  /** As `engine`, but makes the memory where there is none. */
  opened(family: Family): Radix {
    let radix = this.engine(family);
    if (radix === undefined) {
      radix = new Radix(family);
      if (family === 4) this.v4 = radix;
      else this.v6 = radix;
    }
    return radix;
  }

  /** The memory of a family, for the other files of this package. Who changes it changes the trie. */
  engine(family: Family): Radix | undefined {
    return family === 4 ? this.v4 : this.v6;
  }
}

function found(value: number | undefined): number | undefined {
  return value === MISS ? undefined : value;
}

function* entriesOf(radix: Radix, top: number): Generator<Entry, void, undefined> {
  for (const ref of radix.routes(top)) yield entryOf(radix, ref);
}

function entryOf(radix: Radix, ref: number): Entry {
  return { prefix: radix.prefixOf(ref), value: radix.valueAt(ref) };
}
