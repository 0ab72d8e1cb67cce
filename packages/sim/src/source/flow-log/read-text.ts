import type { ByteSource } from "@twoway/core";
import { FlowRecords } from "../../ask/flow-records.ts";
import type { KnownPlaces } from "../../ask/known-places.ts";
import { MAX_MALFORMED, type MalformedLine, type MalformedLines } from "../../ask/merge-tallies.ts";
import { type ColumnName, columnNamed, type LogLayout } from "./layout.ts";
import { RecordFields } from "./record-fields.ts";

/** A part of a log: the lines that begin from `from` on and before `to`. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
}

export const WHOLE_LOG: LogRange = { from: 0, to: Number.POSITIVE_INFINITY };

export interface LogReading {
  /** Lines that belong to the part. */
  readonly lines: number;
  readonly malformed: MalformedLines;
}

export interface LogOptions {
  readonly layout: LogLayout;
  readonly places: KnownPlaces;
  /** For messages. */
  readonly file: string;
  readonly range: LogRange;
  /** Takes a batch, which is filled again afterwards. */
  readonly onRecords: (records: FlowRecords) => void;
}

/**
 * Reads the lines of a range. `source` gives the bytes of the file from `range.from` on; where that is not the beginning,
 * from one byte before, which tells whether a line begins there. Lines that say nothing sensible are counted, and the
 * first of them kept. Memory does not depend on the length of the log, nor on that of a line. Throws what the source does.
 */
export async function readFlowLog(source: ByteSource, options: LogOptions): Promise<LogReading> {
  const reader = new LineReader(options);
  for await (const chunk of source as AsyncIterable<Uint8Array>) if (!reader.push(chunk)) break;
  return reader.finish();
}

/** A record has a few hundred bytes; JSON may wrap it in more. */
const MAX_LINE = 1 << 16;
const LF = 10;
const CR = 13;
const QUOTE = 34;
const SPACE = 32;
const TAB = 9;
const BRACE = 123;

class LineReader {
  readonly #options: LogOptions;
  readonly #fields: RecordFields;
  readonly #records = new FlowRecords();
  readonly #columns: readonly ColumnName[];
  readonly #header: Uint8Array | undefined;
  /** The part of a line that stood in the chunks before. */
  readonly #carry = new Uint8Array(MAX_LINE);
  #carried = 0;
  /** It does not fit, or began before the range. */
  #skipping: boolean;
  #tooLong = false;
  /** Where the line begins, and the next chunk. */
  #begin: number;
  #position: number;
  #lines = 0;
  #malformed = 0;
  readonly #first: MalformedLine[] = [];
  /** Names of JSON, which come again on every line. */
  readonly #names = new Map<string, ColumnName>();

  constructor(options: LogOptions) {
    this.#options = options;
    this.#fields = new RecordFields(options.places);
    this.#columns = options.layout.columns;
    const { header } = options.layout;
    this.#header = header === undefined ? undefined : new TextEncoder().encode(header);
    this.#skipping = options.range.from > 0;
    this.#position = Math.max(0, options.range.from - 1);
    this.#begin = this.#position;
  }

  /** Returns whether more is wanted. */
  push(chunk: Uint8Array): boolean {
    const { to } = this.#options.range;
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LF, start);
      if (end < 0) break;
      if (this.#carried === 0) this.#line(chunk, start, end);
      else {
        this.#keep(chunk, start, end);
        this.#line(this.#carry, 0, this.#carried);
      }
      this.#carried = 0;
      this.#tooLong = false;
      this.#skipping = false;
      start = end + 1;
      this.#begin = this.#position + start;
      if (this.#begin >= to) return false;
    }
    this.#keep(chunk, start, chunk.length);
    this.#position += chunk.length;
    return true;
  }

  finish(): LogReading {
    if (this.#begin < this.#options.range.to && this.#carried > 0) this.#line(this.#carry, 0, this.#carried);
    this.#flush();
    return { lines: this.#lines, malformed: { count: this.#malformed, first: this.#first } };
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    if (this.#skipping || start === end) return;
    const room = MAX_LINE - this.#carried;
    if (end - start > room) this.#tooLong = true;
    this.#carry.set(chunk.subarray(start, Math.min(end, start + room)), this.#carried);
    this.#carried += Math.min(room, end - start);
  }

  #flush(): void {
    if (this.#records.length > 0) this.#options.onRecords(this.#records);
    this.#records.length = 0;
  }

  #line(bytes: Uint8Array, start: number, end: number): void {
    if (this.#skipping) return;
    this.#lines++;
    if (this.#tooLong || end - start > MAX_LINE) {
      this.#refuse(`a line is longer than ${MAX_LINE} bytes`, bytes, start, end);
      return;
    }
    if (end > start && bytes[end - 1] === CR) end--;
    if (this.#begin === 0 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf)
      start += 3;
    if (this.#header !== undefined && isSame(this.#header, bytes, start, end)) return;
    let at = start;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    if (at === end) return;
    this.#fields.begin();
    const problem =
      this.#options.layout.format === "json"
        ? this.#object(bytes, at, end)
        : this.#row(bytes, this.#options.layout.separator === SPACE ? at : start, end);
    const rule = problem === "" ? this.#fields.finish(this.#records, this.#begin, this.#lines) : problem;
    if (rule !== "") this.#refuse(rule, bytes, start, end);
    else if (this.#records.isFull) this.#flush();
  }

  #row(bytes: Uint8Array, start: number, end: number): string {
    const { separator } = this.#options.layout;
    const columns = this.#columns;
    let at = start;
    let column = 0;
    for (; column < columns.length && at <= end; column++) {
      let from = at;
      let to: number;
      if (bytes[at] === QUOTE && at < end) {
        to = ++from;
        while (to < end && bytes[to] !== QUOTE) to++;
        if (to === end) return "a quote is not closed";
        at = to + 1;
        if (at < end && bytes[at] !== separator) return "something stands behind a closing quote";
      } else {
        while (at < end && bytes[at] !== separator) at++;
        to = at;
      }
      this.#fields.set(columns[column], bytes, from, to);
      at++;
      // words may have several spaces between them, and some behind
      if (separator === SPACE) while (at < end && bytes[at] === SPACE) at++;
      if (separator === SPACE && at === end) at++;
    }
    if (column < columns.length) return `there are ${column} columns, and ${columns.length} are named`;
    return at <= end ? `there are more than ${columns.length} columns` : "";
  }

  /** A record is an object, or the object that it has as `content`, as Tencent's log service wraps it. */
  #object(bytes: Uint8Array, start: number, end: number): string {
    if (bytes[start] !== BRACE) return "this is not a JSON object";
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end)));
    } catch {
      return "this is not a JSON object";
    }
    const { content } = value as { content?: unknown };
    let record: unknown = content ?? value;
    if (typeof record === "string") {
      try {
        record = JSON.parse(record);
      } catch {
        return "its content is not a JSON object";
      }
    }
    if (typeof record !== "object" || record === null) return "its content is not a JSON object";
    for (const [name, entry] of Object.entries(record)) {
      if (typeof entry !== "string" && typeof entry !== "number") continue;
      let column = this.#names.get(name);
      if (column === undefined) {
        column = columnNamed(name);
        if (this.#names.size < 1000) this.#names.set(name, column);
      }
      if (column === "other") continue;
      this.#fields.setText(column, `${entry}`);
    }
    return "";
  }

  #refuse(rule: string, bytes: Uint8Array, start: number, end: number): void {
    this.#malformed++;
    if (this.#first.length === MAX_MALFORMED) return;
    const text = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 120)));
    this.#first.push({ file: this.#options.file, line: this.#lines, rule, text });
  }
}

function isSame(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let i = 0; i < own.length; i++) if (own[i] !== bytes[start + i]) return false;
  return true;
}
