import { type Columns, type Family, widthOf, wordsPer } from "@twoway/core";

/**
 * Writes a table as a MaxMind DB file (format 2.0), for readers of that format: a binary tree of 32-bit records, one
 * level per bit, whose leaves point at the value of the longest match, an unsigned 32-bit integer. The rows are sorted.
 */
export function writeMmdb(columns: Columns): Buffer {
  const { family, words, bits, values } = columns;
  const per = wordsPer(family);
  // a record is a node, ~value index for a leaf, or EMPTY
  let left = new Int32Array(1024).fill(EMPTY);
  let right = new Int32Array(1024).fill(EMPTY);
  let nodes = 1;
  const offsets = new Map<number, number>(); // value to its place in the data section
  for (let row = 0; row < bits.length; row++) {
    if (!offsets.has(values[row])) offsets.set(values[row], 5 * offsets.size);
    const leaf = ~(offsets.get(values[row]) ?? 0);
    let node = 0;
    for (let depth = 0; depth < bits[row]; depth++) {
      const bit = (words[row * per + (depth >> 5)] >>> (31 - (depth & 31))) & 1;
      const side = bit === 0 ? left : right;
      if (depth === bits[row] - 1) {
        side[node] = leaf; // sorted: nothing longer is there yet
        break;
      }
      if (side[node] < 0) {
        if (nodes === left.length) {
          left = doubled(left);
          right = doubled(right);
        }
        // a shorter prefix goes on in both halves
        left[nodes] = right[nodes] = side[node];
        (bit === 0 ? left : right)[node] = nodes++;
      }
      node = (bit === 0 ? left : right)[node];
    }
    if (bits[row] === 0) left[0] = right[0] = leaf;
  }
  const tree = Buffer.alloc(8 * nodes);
  const record = (entry: number): number =>
    entry >= 0 ? entry : entry === EMPTY ? nodes : nodes + 16 + ~entry;
  for (let node = 0; node < nodes; node++) {
    tree.writeUInt32BE(record(left[node]), 8 * node);
    tree.writeUInt32BE(record(right[node]), 8 * node + 4);
  }
  const data = Buffer.alloc(5 * offsets.size);
  for (const [value, at] of offsets) {
    data[at] = (6 << 5) | 4; // an unsigned integer of four bytes
    data.writeUInt32BE(value, at + 1);
  }
  return Buffer.concat([tree, Buffer.alloc(16), data, metadata(family, nodes)]);
}

const EMPTY = -(2 ** 31);

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(2 * array.length).fill(EMPTY);
  copy.set(array);
  return copy;
}

function metadata(family: Family, nodes: number): Buffer {
  const text = (value: string): Buffer =>
    Buffer.concat([Buffer.of((2 << 5) | value.length), Buffer.from(value)]);
  const u16 = (value: number): Buffer => Buffer.of((5 << 5) | 2, value >> 8, value & 255);
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(5);
    bytes[0] = (6 << 5) | 4;
    bytes.writeUInt32BE(value, 1);
    return bytes;
  };
  const fields: [string, Buffer][] = [
    ["binary_format_major_version", u16(2)],
    ["binary_format_minor_version", u16(0)],
    ["build_epoch", Buffer.of(1, 2, 0)], // an unsigned 64-bit integer of one byte
    ["database_type", text("prefixes")],
    ["description", Buffer.of(7 << 5)],
    ["ip_version", u16(widthOf(family) === 32 ? 4 : 6)],
    ["languages", Buffer.of(0, 4)], // an array of none
    ["node_count", u32(nodes)],
    ["record_size", u16(32)],
  ];
  const body = fields.flatMap(([key, value]) => [text(key), value]);
  return Buffer.concat([
    Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"),
    Buffer.of((7 << 5) | fields.length),
    ...body,
  ]);
}
