/**
 * Returns for each of the sorted addresses the row of its longest match, or -1. One pass over the whole table; every
 * prefix finds its first address by halving and goes on until one is outside.
 */
export function scan(
  first: ArrayLike<number | bigint>,
  last: ArrayLike<number | bigint>,
  bits: Uint8Array,
  addresses: ArrayLike<number | bigint>,
): Int32Array {
  const rows = new Int32Array(addresses.length).fill(-1);
  for (let row = 0; row < bits.length; row++) {
    let low = 0;
    let high = addresses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (addresses[middle] < first[row]) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < addresses.length && addresses[i] <= last[row]; i++) {
      if (rows[i] < 0 || bits[rows[i]] < bits[row]) rows[i] = row;
    }
  }
  return rows;
}
