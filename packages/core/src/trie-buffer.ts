import { type Family, wordsPer } from "./address.ts";
import { type Columns, checkSorted, emptyColumns } from "./columns.ts";

/**
 * A table as bytes, little-endian whatever the machine is:
 *
 *     0    4 bytes   the letters TWLP
 *     4    u32       version, 1
 *     8    u32       CRC-32 (IEEE) of everything from byte 12 on
 *     12   u32       IPv4 prefixes: n
 *     16   u32       IPv6 prefixes: m
 *     20   4n        first addresses of the IPv4 prefixes, in the order of `Prefix.compare`
 *          4n        their values
 *          16m       first addresses of the IPv6 prefixes, four words each, the most significant first
 *          4m        their values
 *          n         lengths of the IPv4 prefixes
 *          m         lengths of the IPv6 prefixes
 *
 * Nothing stands behind that.
 */
const MAGIC = 0x504c5754;
const VERSION = 1;
const HEADER = 20;

/** Bytes that are not a table, or not all of one. */
export class TrieBufferError extends Error {
  override readonly name = "TrieBufferError";
}

export function encodeTables(v4: Columns, v6: Columns): ArrayBuffer {
  const buffer = new ArrayBuffer(sizeOf(v4.bits.length, v6.bits.length));
  const view = new DataView(buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(12, v4.bits.length, true);
  view.setUint32(16, v6.bits.length, true);
  let at = HEADER;
  for (const words of [v4.words, v4.values, v6.words, v6.values]) {
    for (let i = 0; i < words.length; i++, at += 4) view.setUint32(at, words[i], true);
  }
  new Uint8Array(buffer, at).set(v4.bits);
  new Uint8Array(buffer, at + v4.bits.length).set(v6.bits);
  view.setUint32(8, crc32(new Uint8Array(buffer, 12)), true);
  return buffer;
}

/** Returns the IPv4 and the IPv6 columns, sorted and canonical. Throws a TrieBufferError for anything else. */
export function decodeTables(bytes: Uint8Array): [Columns, Columns] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) !== MAGIC) {
    throw new TrieBufferError("the bytes are not a table: they do not begin with TWLP");
  }
  if (bytes.length < HEADER) {
    throw new TrieBufferError(`the table ends early: ${bytes.length} bytes are less than a header`);
  }
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw new TrieBufferError(`the table has version ${version}, not ${VERSION}`);
  const counts = [view.getUint32(12, true), view.getUint32(16, true)];
  const size = sizeOf(counts[0], counts[1]);
  if (bytes.length !== size) {
    throw new TrieBufferError(`the table has ${bytes.length} bytes, but its header says ${size}`);
  }
  if (view.getUint32(8, true) !== crc32(bytes.subarray(12))) {
    throw new TrieBufferError("the table is damaged: its checksum differs");
  }
  let at = HEADER;
  const tables = [4, 6].map((family, i) => {
    const columns = emptyColumns(family as Family, counts[i]);
    for (const words of [columns.words, columns.values]) {
      for (let k = 0; k < words.length; k++, at += 4) words[k] = view.getUint32(at, true);
    }
    return columns;
  });
  for (const columns of tables) {
    columns.bits.set(bytes.subarray(at, at + columns.bits.length));
    at += columns.bits.length;
    try {
      checkSorted(columns);
    } catch (error) {
      // the checksum is right, so somebody wrote this
      if (!(error instanceof RangeError)) throw error;
      throw new TrieBufferError(
        `the IPv${columns.family} table is not sorted or not canonical: ${error.message}`,
      );
    }
  }
  return [tables[0], tables[1]];
}

function sizeOf(n: number, m: number): number {
  return HEADER + n * (4 * wordsPer(4) + 5) + m * (4 * wordsPer(6) + 5);
}

const CRC_TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let k = 0; k < 8; k++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
