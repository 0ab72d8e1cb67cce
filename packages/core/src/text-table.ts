import { ParseError, writeWords } from "./address.ts";
import { readCidr4, readCidr6 } from "./cidr-bytes.ts";
import { ColumnBuffer } from "./column-buffer.ts";
import { hostMask } from "./columns.ts";
import { type ByteSource, GzipError, gunzip } from "./gunzip.ts";
import { Prefix } from "./prefix.ts";
import { Trie } from "./trie.ts";

/** A table that was read from text. */
export interface TextTable {
  /** The prefixes of both families. The value of each is an index into `nextHops`. */
  readonly trie: Trie;
  /** The next hops as they were spelled, in the order of their first use. Index 0 is "", no next hop. */
  readonly nextHops: readonly string[];
  /** Number of lines read, blank ones and comments included. */
  readonly lines: number;
}

export interface TextTableOptions {
  /** Lines with a prefix that are accepted before the table is refused as too long; 2^24 unless given. */
  readonly maxPrefixes?: number;
}

/** Text that is not a table: the line, the rule it breaks, and the line's text. */
export class TextTableError extends Error {
  override readonly name = "TextTableError";
  /** Number of the line, from 1. */
  readonly line: number;
  /** The rule that was broken, as a sentence without a full stop: "host bits are set". */
  readonly rule: string;
  /** The offending part of the line, cut to 80 characters; "" where the rule is about bytes that cannot be shown. */
  readonly text: string;
  /** Text that would have been accepted, where one is obvious. */
  readonly suggestion: string | undefined;

  constructor(line: number, rule: string, text: string, suggestion?: string) {
    const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    const quoted = shown === "" ? "" : `${JSON.stringify(shown)}: `;
    super(`line ${line}: ${quoted}${rule}${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`);
    this.line = line;
    this.rule = rule;
    this.text = shown;
    this.suggestion = suggestion;
  }
}

/**
 * Reads CIDR text, plain or gzip (told by its first bytes): a prefix per line, then optionally a next hop, which is any
 * word; spaces, tabs or a comma between them. Blank lines are skipped, and so is everything from `#` on. Lines end in LF
 * or CRLF. The prefixes may come in any order, and of lines with the same prefix the last wins; address order saves the
 * sort. A line may have 4,096 bytes; memory is bounded by that and by the prefixes. Throws a TextTableError for bad text
 * or bad compressed bytes, and whatever the source throws.
 */
export async function readTextTable(source: ByteSource, options: TextTableOptions = {}): Promise<TextTable> {
  const reader = new LineReader(options.maxPrefixes ?? 2 ** 24);
  try {
    for await (const chunk of gunzip(source)) reader.push(chunk);
  } catch (error) {
    if (error instanceof GzipError) throw new TextTableError(reader.lines + 1, error.message, "");
    throw error;
  }
  return reader.finish();
}

const MAX_LINE = 4096;
const LF = 10;
const CR = 13;
const HASH = 35;

/** Cuts chunks into lines and collects what they say. A line that spans chunks is put together in `carry`. */
class LineReader {
  lines = 0;
  private readonly maxPrefixes: number;
  private readonly columns4 = new ColumnBuffer(4);
  private readonly columns6 = new ColumnBuffer(6);
  private readonly labels = new Labels();
  private readonly address = new Uint32Array(4);
  private readonly carry = new Uint8Array(MAX_LINE);
  private carried = 0;

  constructor(maxPrefixes: number) {
    this.maxPrefixes = maxPrefixes;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] !== LF) continue;
      if (this.carried === 0) {
        this.line(chunk, start, i);
      } else {
        this.keep(chunk, start, i);
        this.line(this.carry, 0, this.carried);
        this.carried = 0;
      }
      start = i + 1;
    }
    this.keep(chunk, start, chunk.length);
  }

  finish(): TextTable {
    if (this.carried > 0) this.line(this.carry, 0, this.carried);
    const trie = Trie.fromColumns(this.columns4.sorted(), this.columns6.sorted());
    return { trie, nextHops: this.labels.texts, lines: this.lines };
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    if (this.carried + end - start > MAX_LINE) this.refuseLength();
    if (start === end) return;
    this.carry.set(chunk.subarray(start, end), this.carried);
    this.carried += end - start;
  }

  private line(bytes: Uint8Array, start: number, end: number): void {
    if (end - start > MAX_LINE) this.refuseLength();
    this.lines++;
    if (end > start && bytes[end - 1] === CR) end--;
    let at = skipBlanks(bytes, start, end);
    if (at === start && this.lines === 1) at = skipByteOrderMark(bytes, at, end);
    const wordEnd = skipWord(bytes, at, end);
    if (at === wordEnd) {
      // nothing, a comment, or a comma where the prefix should be
      if (at < end && bytes[at] !== HASH) this.refuse("a prefix is missing", bytes, start, end);
      return;
    }
    const hop = skipSeparator(bytes, wordEnd, end);
    const hopEnd = skipWord(bytes, hop, end);
    const rest = skipBlanks(bytes, hopEnd, end);
    if (rest < end && bytes[rest] !== HASH) this.refuse("a line has at most two columns", bytes, start, end);
    if (this.columns4.length + this.columns6.length >= this.maxPrefixes) {
      this.refuse(`there are more than ${this.maxPrefixes} prefixes`, bytes, at, wordEnd);
    }
    const value = hop === hopEnd ? 0 : this.label(bytes, hop, hopEnd);
    this.prefix(bytes, at, wordEnd, value);
  }

  private prefix(bytes: Uint8Array, start: number, end: number, value: number): void {
    const { address } = this;
    let columns = this.columns4;
    let bits = readCidr4(bytes, start, end, address);
    if (bits >= 0) {
      if ((address[0] & hostMask(bits, 0)) === 0) {
        columns.add(address, bits, value);
        return;
      }
    } else {
      columns = this.columns6;
      bits = readCidr6(bytes, start, end, address);
      let host = 0;
      for (let i = 0; i < 4; i++) host |= address[i] & hostMask(bits, i);
      if (bits >= 0 && host === 0) {
        columns.add(address, bits, value);
        return;
      }
    }
    this.slowPrefix(textOf(bytes, start, end), value);
  }

  /** Reads a rarer spelling, or explains what is wrong with it. */
  private slowPrefix(text: string, value: number): void {
    try {
      const prefix = Prefix.parse(text);
      writeWords(prefix.address, this.address, 0);
      (prefix.family === 4 ? this.columns4 : this.columns6).add(this.address, prefix.bits, value);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      throw new TextTableError(this.lines, error.rule, text, error.suggestion);
    }
  }

  private label(bytes: Uint8Array, start: number, end: number): number {
    for (let i = start; i < end; i++) {
      if (bytes[i] < 32 || bytes[i] === 127) {
        this.refuse("a next hop has no control characters", bytes, start, end);
      }
    }
    const value = this.labels.indexOf(bytes, start, end);
    return value < 0 ? this.refuse("the next hop is not UTF-8 text", bytes, start, end) : value;
  }

  private refuse(rule: string, bytes: Uint8Array, start: number, end: number): never {
    throw new TextTableError(this.lines, rule, textOf(bytes, start, end));
  }

  private refuseLength(): never {
    throw new TextTableError(this.lines + 1, `a line is longer than ${MAX_LINE} bytes`, "");
  }
}

/** A dictionary from the bytes of a word to its index, that makes a string only for a word it has not seen. */
class Labels {
  readonly texts: string[] = [""];
  private readonly bytes: Uint8Array[] = [new Uint8Array(0)];
  /** For each label the next one with the same hash, 0 at the end. */
  private readonly next: number[] = [0];
  private readonly first = new Map<number, number>();

  /** Returns the index of the word, adding it when it is new; -1 when it is not UTF-8. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5; // FNV-1a
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    const head = this.first.get(hash) ?? 0;
    for (let label = head; label !== 0; label = this.next[label]) {
      if (sameBytes(this.bytes[label], bytes, start, end)) return label;
    }
    const own = bytes.slice(start, end);
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(own);
    } catch {
      return -1;
    }
    this.first.set(hash, this.texts.length);
    this.next.push(head);
    this.bytes.push(own);
    return this.texts.push(text) - 1;
  }
}

function sameBytes(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let i = 0; i < own.length; i++) if (own[i] !== bytes[start + i]) return false;
  return true;
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9;
}

function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

/** Skips blanks with at most one comma among them. */
function skipSeparator(bytes: Uint8Array, at: number, end: number): number {
  at = skipBlanks(bytes, at, end);
  return at < end && bytes[at] === 44 ? skipBlanks(bytes, at + 1, end) : at;
}

function skipWord(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && !isBlank(bytes[at]) && bytes[at] !== 44 && bytes[at] !== HASH) at++;
  return at;
}

function skipByteOrderMark(bytes: Uint8Array, at: number, end: number): number {
  const marked = end - at >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
  return marked ? skipBlanks(bytes, at + 3, end) : at;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}
