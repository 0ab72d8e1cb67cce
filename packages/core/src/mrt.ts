import { type Address, formatAddress, readWords } from "./address.ts";
import { ColumnBuffer } from "./column-buffer.ts";
import { hostMask } from "./columns.ts";
import { type ByteSource, GzipError, gunzip } from "./gunzip.ts";
import { Trie } from "./trie.ts";

/** A table that was read from an MRT dump. */
export interface MrtTable {
  /** The unicast prefixes of both families. The value of each is an index into `nextHops`. */
  readonly trie: Trie;
  /** The next hops as addresses, in the order of their first use. Index 0 is "", no next hop. */
  readonly nextHops: readonly string[];
  /** Number of records read, those of other kinds, which are skipped, included. */
  readonly records: number;
}

export interface MrtOptions {
  /** Prefixes that are accepted before the table is refused as too long; 2^24 unless given. */
  readonly maxPrefixes?: number;
}

/** Bytes that are not an MRT table dump: where, and the rule they break. */
export class MrtError extends Error {
  override readonly name = "MrtError";
  /** Where in the decompressed bytes, from 0. */
  readonly offset: number;
  /** The rule that was broken, as a sentence without a full stop: "the record ends early". */
  readonly rule: string;

  constructor(offset: number, rule: string) {
    super(`byte ${offset}: ${rule}`);
    this.offset = offset;
    this.rule = rule;
  }
}

/**
 * Reads a TABLE_DUMP_V2 dump (RFC 6396), plain or gzip (told by its first bytes), as RouteViews and RIPE RIS publish
 * them: a peer index table, then IPv4 and IPv6 unicast records, with or without path identifiers (RFC 8050). A record
 * lists what several peers say of a prefix; its value is the next hop of the first of them. Where several records have
 * the same prefix, the last wins. Multicast, generic and unknown records are skipped.
 *
 * Memory is bounded by one record, at most 4 MiB, and by the prefixes. Throws an MrtError for bytes that are not such a
 * dump, and whatever the source throws.
 */
export async function readMrt(source: ByteSource, options: MrtOptions = {}): Promise<MrtTable> {
  const reader = new RecordReader(options.maxPrefixes ?? 2 ** 24);
  try {
    for await (const chunk of gunzip(source)) reader.push(chunk);
  } catch (error) {
    if (error instanceof GzipError) throw new MrtError(reader.seen, error.message);
    throw error;
  }
  return reader.finish();
}

/** Reports whether bytes begin as a dump does: with a peer index table. Eight of them are enough to tell. */
export function looksLikeMrt(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 8 && bytes[4] === 0 && bytes[5] === TABLE_DUMP_V2 && bytes[6] === 0 && bytes[7] === PEERS
  );
}

const HEADER = 12; // time, type, subtype, length
const MAX_RECORD = 4 * 1024 * 1024;
const TABLE_DUMP_V2 = 13;
const PEERS = 1;
/** Subtypes of unicast records, and what each is: the family, and whether entries have a path identifier. */
const UNICAST: Readonly<Record<number, readonly [family: 4 | 6, addPath: boolean]>> = {
  2: [4, false],
  4: [6, false],
  8: [4, true],
  10: [6, true],
};

/** Cuts chunks into records. What is left of a chunk waits in `held` for the rest of its record. */
class RecordReader {
  /** Bytes that came so far. */
  seen = 0;
  private readonly maxPrefixes: number;
  private readonly columns4 = new ColumnBuffer(4);
  private readonly columns6 = new ColumnBuffer(6);
  private readonly nextHops = new Map<Address, number>();
  private readonly address = new Uint32Array(4);
  private held = new Uint8Array(0);
  private heldLength = 0;
  private skip = 0; // bytes of a record that nobody wants
  private records = 0;
  private peers = -1; // -1: their table has not come yet

  // the record that is read, and where it ends; positions are in `bytes`, which begins at byte `base` of the dump
  private bytes = new Uint8Array(0);
  private base = 0;
  private at = 0;
  private end = 0;

  constructor(maxPrefixes: number) {
    this.maxPrefixes = maxPrefixes;
  }

  push(chunk: Uint8Array): void {
    this.seen += chunk.length;
    const skipped = Math.min(this.skip, chunk.length);
    this.skip -= skipped;
    let bytes = skipped === 0 ? chunk : chunk.subarray(skipped);
    if (this.heldLength > 0) {
      this.hold(bytes);
      bytes = this.held.subarray(0, this.heldLength);
    }
    const rest = this.cut(bytes);
    if (bytes.buffer === this.held.buffer) {
      this.held.copyWithin(0, rest, this.heldLength);
      this.heldLength -= rest;
    } else {
      this.hold(bytes.subarray(rest));
    }
  }

  finish(): MrtTable {
    if (this.heldLength > 0 || this.skip > 0) {
      throw new MrtError(this.seen, "the dump ends inside a record");
    }
    if (this.peers < 0) throw new MrtError(this.seen, "there is no peer index table");
    return {
      trie: Trie.fromColumns(this.columns4.sorted(), this.columns6.sorted()),
      nextHops: ["", ...Array.from(this.nextHops.keys(), formatAddress)],
      records: this.records,
    };
  }

  private hold(bytes: Uint8Array): void {
    const wanted = this.heldLength + bytes.length;
    if (wanted > this.held.length) {
      const larger = new Uint8Array(Math.max(wanted, 2 * this.held.length));
      larger.set(this.held.subarray(0, this.heldLength));
      this.held = larger;
    }
    this.held.set(bytes, this.heldLength);
    this.heldLength = wanted;
  }

  /** Reads every whole record; returns where the rest begins. */
  private cut(bytes: Uint8Array): number {
    const base = this.seen - bytes.length;
    let at = 0;
    while (bytes.length - at >= HEADER) {
      this.open(bytes, base, at, at + HEADER);
      this.at += 4;
      const type = this.u16();
      const subtype = this.u16();
      const length = this.u32();
      const wanted = type === TABLE_DUMP_V2 && (subtype === PEERS || UNICAST[subtype] !== undefined);
      const end = at + HEADER + length;
      if (!wanted) {
        this.records++;
        this.skip = Math.max(0, end - bytes.length);
        at = Math.min(end, bytes.length);
        continue;
      }
      if (length > MAX_RECORD) throw new MrtError(base + at, `a record is longer than ${MAX_RECORD} bytes`);
      if (end > bytes.length) break;
      this.records++;
      this.open(bytes, base, at + HEADER, end);
      if (subtype === PEERS) this.peerTable();
      else this.unicast(...UNICAST[subtype]);
      if (this.at < this.end) this.refuse(`the record has ${this.end - this.at} bytes too many`);
      at = end;
    }
    return at;
  }

  private open(bytes: Uint8Array, base: number, at: number, end: number): void {
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    this.base = base;
    this.at = at;
    this.end = end;
  }

  private peerTable(): void {
    this.pass(4); // the collector
    this.pass(this.u16()); // the name of the view
    this.peers = this.u16();
    for (let i = 0; i < this.peers; i++) {
      const type = this.u8();
      this.pass(4 + ((type & 1) !== 0 ? 16 : 4) + ((type & 2) !== 0 ? 4 : 2));
    }
  }

  private unicast(family: 4 | 6, addPath: boolean): void {
    if (this.peers < 0) this.refuse("a route stands before the peer index table");
    this.pass(4); // sequence number
    const bits = this.u8();
    const width = family === 4 ? 32 : 128;
    if (bits > width) this.refuse(`the prefix length ${bits} is above ${width}`, 1);
    this.prefix(bits);
    const entries = this.u16();
    let value = 0;
    for (let i = 0; i < entries; i++) {
      const peer = this.u16();
      if (peer >= this.peers) this.refuse(`there is no peer ${peer} among ${this.peers}`, 2);
      this.pass(addPath ? 8 : 4); // time of origin, path identifier
      const length = this.u16();
      const end = this.at + length;
      this.pass(length);
      if (i === 0) value = this.nextHop(end - length, end);
    }
    if (entries === 0) return;
    if (this.columns4.length + this.columns6.length >= this.maxPrefixes) {
      this.refuse(`there are more than ${this.maxPrefixes} prefixes`);
    }
    (family === 4 ? this.columns4 : this.columns6).add(this.address, bits, value);
  }

  /** Reads the bytes of a prefix into `address`; what stands behind its length does not count. */
  private prefix(bits: number): void {
    const { address, bytes } = this;
    const from = this.at;
    const count = (bits + 7) >> 3;
    this.pass(count);
    address.fill(0);
    for (let i = 0; i < count; i++) address[i >> 2] |= bytes[from + i] << (24 - 8 * (i & 3));
    for (let i = 0; i < 4; i++) address[i] &= ~hostMask(bits, i);
  }

  /** Returns the index of the next hop that the attributes between two positions give, 0 when they give none. */
  private nextHop(from: number, to: number): number {
    const { at, end } = this;
    this.at = from;
    this.end = to;
    let value = 0;
    while (this.at < to) {
      const flags = this.u8();
      const type = this.u8();
      const length = (flags & 0x10) !== 0 ? this.u16() : this.u8();
      const start = this.at;
      this.pass(length);
      if (type === NEXT_HOP) value = this.hopAt(start, length);
      else if (type === MP_REACH) value = this.reachAt(start, length);
    }
    this.at = at;
    this.end = end;
    return value;
  }

  /** MP_REACH_NLRI has its next hop alone in a dump; some writers leave its family in front, which begins with a 0. */
  private reachAt(start: number, length: number): number {
    const skip = length > 0 && this.bytes[start] === 0 ? 3 : 0;
    const size = skip < length ? this.bytes[start + skip] : 0;
    if (skip + 1 + size > length) this.refuse("a next hop is longer than its attribute");
    return this.hopAt(start + skip + 1, size);
  }

  private hopAt(start: number, length: number): number {
    // 32 bytes: a global address, then a link-local one
    if (length !== 4 && length !== 16 && length !== 32) this.refuse(`a next hop has ${length} bytes`);
    const { bytes } = this;
    const family = length === 4 ? 4 : 6;
    for (let i = 0; i < (family === 4 ? 1 : 4); i++) {
      const at = start + 4 * i;
      HOP[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    const address = readWords(family, HOP, 0);
    let index = this.nextHops.get(address);
    if (index === undefined) {
      index = this.nextHops.size + 1;
      this.nextHops.set(address, index);
    }
    return index;
  }

  private u8(): number {
    this.pass(1);
    return this.bytes[this.at - 1];
  }

  private u16(): number {
    this.pass(2);
    return (this.bytes[this.at - 2] << 8) | this.bytes[this.at - 1];
  }

  private u32(): number {
    return this.u16() * 65536 + this.u16();
  }

  private pass(count: number): void {
    this.at += count;
    if (this.at > this.end) {
      this.at = this.end;
      this.refuse("the record ends early");
    }
  }

  /** Names the place where the reader stands, or `back` bytes before it. */
  private refuse(rule: string, back = 0): never {
    throw new MrtError(this.base + this.at - back, rule);
  }
}

/** Path attributes that hold a next hop. */
const NEXT_HOP = 3;
const MP_REACH = 14;

/** The words of a next hop; filled and read within one call of `hopAt`. */
const HOP = new Uint32Array(4);
