import type { FibMemory } from "./fib-memory.ts";

/** Throws a RangeError unless there is room for `count` results. */
export function checkRoom(count: number, out: Uint32Array): void {
  if (out.length < count) {
    throw new RangeError(`there are ${count} addresses, but room for ${out.length} results`);
  }
}

/**
 * Answers many IPv4 lookups: `out[i]` becomes the result for `addresses[i]`, or NONE. `out` is long enough. Allocates
 * nothing.
 *
 * Four at a time, with the first loads in front, so that they wait for memory together. Adding 1 carries only the
 * escape, which is the largest leaf, into the bit above the leaf: one test finds it among four.
 */
export function findMany(memory: FibMemory, addresses: Uint32Array, out: Uint32Array): void {
  const { leaves } = memory;
  // a loop per width, as one loop over different arrays would be slower for all of them
  if (leaves instanceof Uint8Array) find8(memory, leaves, addresses, out);
  else if (leaves instanceof Uint16Array) find16(memory, leaves, addresses, out);
  else find32(memory, leaves, addresses, out);
}

function find8(memory: FibMemory, leaves: Uint8Array, addresses: Uint32Array, out: Uint32Array): void {
  const { top, values } = memory;
  const end = addresses.length & -4;
  for (let i = 0; i < end; i += 4) {
    const a = addresses[i];
    const b = addresses[i + 1];
    const c = addresses[i + 2];
    const d = addresses[i + 3];
    const at = top[a >>> 14];
    const bt = top[b >>> 14];
    const ct = top[c >>> 14];
    const dt = top[d >>> 14];
    const p = leaves[at + ((a >>> 8) & 63)];
    const q = leaves[bt + ((b >>> 8) & 63)];
    const r = leaves[ct + ((c >>> 8) & 63)];
    const s = leaves[dt + ((d >>> 8) & 63)];
    if ((((p + 1) | (q + 1) | (r + 1) | (s + 1)) & 0x100) !== 0) {
      findRest(memory, addresses, out, i, i + 4);
      continue;
    }
    out[i] = values[p];
    out[i + 1] = values[q];
    out[i + 2] = values[r];
    out[i + 3] = values[s];
  }
  findRest(memory, addresses, out, end, addresses.length);
}

function find16(memory: FibMemory, leaves: Uint16Array, addresses: Uint32Array, out: Uint32Array): void {
  const { top, values } = memory;
  const end = addresses.length & -4;
  for (let i = 0; i < end; i += 4) {
    const a = addresses[i];
    const b = addresses[i + 1];
    const c = addresses[i + 2];
    const d = addresses[i + 3];
    const at = top[a >>> 14];
    const bt = top[b >>> 14];
    const ct = top[c >>> 14];
    const dt = top[d >>> 14];
    const p = leaves[at + ((a >>> 8) & 63)];
    const q = leaves[bt + ((b >>> 8) & 63)];
    const r = leaves[ct + ((c >>> 8) & 63)];
    const s = leaves[dt + ((d >>> 8) & 63)];
    if ((((p + 1) | (q + 1) | (r + 1) | (s + 1)) & 0x10000) !== 0) {
      findRest(memory, addresses, out, i, i + 4);
      continue;
    }
    out[i] = values[p];
    out[i + 1] = values[q];
    out[i + 2] = values[r];
    out[i + 3] = values[s];
  }
  findRest(memory, addresses, out, end, addresses.length);
}

function find32(memory: FibMemory, leaves: Uint32Array, addresses: Uint32Array, out: Uint32Array): void {
  const { top, values } = memory;
  const end = addresses.length & -4;
  for (let i = 0; i < end; i += 4) {
    const a = addresses[i];
    const b = addresses[i + 1];
    const c = addresses[i + 2];
    const d = addresses[i + 3];
    const at = top[a >>> 14];
    const bt = top[b >>> 14];
    const ct = top[c >>> 14];
    const dt = top[d >>> 14];
    const p = leaves[at + ((a >>> 8) & 63)] | 0;
    const q = leaves[bt + ((b >>> 8) & 63)] | 0;
    const r = leaves[ct + ((c >>> 8) & 63)] | 0;
    const s = leaves[dt + ((d >>> 8) & 63)] | 0;
    if (((p + 1) | (q + 1) | (r + 1) | (s + 1)) < 0) {
      findRest(memory, addresses, out, i, i + 4);
      continue;
    }
    out[i] = values[p];
    out[i + 1] = values[q];
    out[i + 2] = values[r];
    out[i + 3] = values[s];
  }
  findRest(memory, addresses, out, end, addresses.length);
}

/** Finds one by one: what is left over, and fours with an escape among them. */
function findRest(
  memory: FibMemory,
  addresses: Uint32Array,
  out: Uint32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) out[i] = memory.find(addresses[i]);
}
