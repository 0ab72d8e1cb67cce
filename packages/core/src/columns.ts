import { type Address, type Family, readWords, widthOf, wordsPer, writeWords } from "./address.ts";
import { Prefix } from "./prefix.ts";

/**
 * Prefixes of one family as columns, a row per prefix. Big tables travel in this form: a million prefixes without a
 * million objects. Sorted columns stand in the order of `Prefix.compare` and hold no prefix twice.
 */
export interface Columns {
  readonly family: Family;
  /** First addresses: one word per row for IPv4, four for IPv6, the most significant first. */
  readonly words: Uint32Array;
  /** Prefix lengths. The row count is the length of this column. */
  readonly bits: Uint8Array;
  readonly values: Uint32Array;
}

/** A prefix and what was stored for it: an unsigned 32-bit integer. */
export interface Entry {
  readonly prefix: Prefix;
  readonly value: number;
}

/** Makes the columns of the entries of one family, in the order given; entries of the other family are left out. */
export function columnsOf(family: Family, entries: readonly Entry[]): Columns {
  const rows = entries.filter((entry) => entry.prefix.family === family);
  const columns = emptyColumns(family, rows.length);
  rows.forEach(({ prefix, value }, row) => {
    writeWords(prefix.address, columns.words, row * wordsPer(family));
    columns.bits[row] = prefix.bits;
    columns.values[row] = checkValue(value);
  });
  return columns;
}

/** Makes columns of `rows` rows, all of them 0.0.0.0/0 or ::/0 with the value 0, for the caller to fill. */
export function emptyColumns(family: Family, rows: number): Columns {
  const words = new Uint32Array(rows * wordsPer(family));
  return { family, words, bits: new Uint8Array(rows), values: new Uint32Array(rows) };
}

/** Returns the prefix of a row. Host bits are cut. */
export function prefixAt(columns: Columns, row: number): Prefix {
  return Prefix.from(addressAt(columns, row), columns.bits[row]);
}

/** Returns `value`. Throws a RangeError unless it is an unsigned 32-bit integer. */
export function checkValue(value: number): number {
  if (value >>> 0 !== value) throw new RangeError(`value ${value} is not an unsigned 32-bit integer`);
  return value;
}

/**
 * Throws a RangeError that names the first row that is not canonical, does not stand after the one before it, or
 * whose columns differ in length. O(rows), and allocates nothing while all is well.
 */
export function checkSorted(columns: Columns): void {
  const { family, words, bits, values } = columns;
  const per = wordsPer(family);
  const width = widthOf(family);
  if (words.length !== bits.length * per || values.length !== bits.length) {
    throw new RangeError(
      `columns differ in length: ${words.length} words, ${bits.length} lengths, ${values.length} values`,
    );
  }
  for (let row = 0; row < bits.length; row++) {
    const length = bits[row];
    if (length > width) throw new RangeError(`row ${row}: prefix length ${length} is above ${width}`);
    for (let i = 0; i < per; i++) {
      if ((words[row * per + i] & hostMask(length, i)) !== 0) {
        throw new RangeError(`row ${row}: host bits are set; did you mean ${prefixAt(columns, row)}?`);
      }
    }
    if (row > 0 && compareRows(columns, row - 1, row) >= 0) {
      throw new RangeError(
        `row ${row}: ${prefixAt(columns, row)} does not stand after ${prefixAt(columns, row - 1)}`,
      );
    }
  }
}

/** Returns the host bits within word `i` of a prefix of length `bits`: ones where the prefix says nothing. Signed. */
export function hostMask(bits: number, i: number): number {
  const inside = bits - 32 * i;
  if (inside <= 0) return -1;
  return inside >= 32 ? 0 : -1 >>> inside;
}

/** Orders two rows as `Prefix.compare` does. */
export function compareRows({ family, words, bits }: Columns, a: number, b: number): number {
  const per = wordsPer(family);
  for (let i = 0; i < per; i++) {
    const left = words[a * per + i];
    const right = words[b * per + i];
    if (left !== right) return left < right ? -1 : 1;
  }
  return bits[a] - bits[b];
}

/**
 * Returns the columns in address order. Where a prefix stands in several rows, the last of them wins. A radix sort
 * from the least significant byte: stable, and linear in the rows.
 */
export function sortColumns(columns: Columns): Columns {
  const { family, words, bits, values } = columns;
  const per = wordsPer(family);
  const rows = bits.length;
  let order = Uint32Array.from(bits.keys());
  let spare = new Uint32Array(rows);
  const start = new Uint32Array(257);
  for (let byte = 0; byte <= 4 * per; byte++) {
    // byte 0 is the length, bytes 1 and up are the address from its end
    const word = per - 1 - ((byte - 1) >> 2);
    const shift = 8 * ((byte - 1) & 3);
    start.fill(0);
    const digit =
      byte === 0 ? (row: number) => bits[row] : (row: number) => (words[row * per + word] >>> shift) & 255;
    for (let row = 0; row < rows; row++) start[digit(row) + 1]++;
    if (start.includes(rows, 1)) continue; // the same byte everywhere
    for (let i = 1; i < 257; i++) start[i] += start[i - 1];
    for (const row of order) spare[start[digit(row)]++] = row;
    [order, spare] = [spare, order];
  }

  let kept = 0;
  for (let i = 0; i < rows; i++) {
    if (i + 1 < rows && compareRows(columns, order[i], order[i + 1]) === 0) continue; // a later row says otherwise
    order[kept++] = order[i];
  }
  const sorted = emptyColumns(family, kept);
  for (let i = 0; i < kept; i++) {
    const row = order[i];
    for (let k = 0; k < per; k++) sorted.words[i * per + k] = words[row * per + k];
    sorted.bits[i] = bits[row];
    sorted.values[i] = values[row];
  }
  return sorted;
}

function addressAt({ family, words }: Columns, row: number): Address {
  return readWords(family, words, row * wordsPer(family));
}
