import { type Family, wordsPer } from "./address.ts";
import { type Columns, compareRows, sortColumns } from "./columns.ts";

/** Columns that grow by doubling while a reader of unknown length fills them, in any order. */
export class ColumnBuffer {
  readonly family: Family;
  length = 0;
  private words: Uint32Array;
  private bits: Uint8Array;
  private values: Uint32Array;

  constructor(family: Family) {
    this.family = family;
    this.words = new Uint32Array(64 * wordsPer(family));
    this.bits = new Uint8Array(64);
    this.values = new Uint32Array(64);
  }

  /** Appends a row; `words` holds the address from index 0 on and must be canonical. */
  add(words: Uint32Array, bits: number, value: number): void {
    const per = wordsPer(this.family);
    if (this.length === this.bits.length) this.grow();
    for (let i = 0; i < per; i++) this.words[this.length * per + i] = words[i];
    this.bits[this.length] = bits;
    this.values[this.length] = value;
    this.length++;
  }

  /** Returns the rows as sorted columns; of rows with the same prefix the last wins. */
  sorted(): Columns {
    const columns: Columns = {
      family: this.family,
      words: this.words.subarray(0, this.length * wordsPer(this.family)),
      bits: this.bits.subarray(0, this.length),
      values: this.values.subarray(0, this.length),
    };
    for (let row = 1; row < this.length; row++) {
      if (compareRows(columns, row - 1, row) >= 0) return sortColumns(columns);
    }
    return columns;
  }

  private grow(): void {
    const { words, bits, values } = this;
    this.words = new Uint32Array(2 * words.length);
    this.words.set(words);
    this.bits = new Uint8Array(2 * bits.length);
    this.bits.set(bits);
    this.values = new Uint32Array(2 * values.length);
    this.values.set(values);
  }
}
