// Answers many IPv4 lookups over the memory that src/fib-memory.ts describes, in AssemblyScript. Every argument but
// `count` is a byte offset into that memory; `from` and `to` hold addresses and results. `scripts/kernel.js` compiles
// this into src/kernel-bytes.ts. The same four at a time, with the same test for an escape, as in src/fib-batch.ts.

export function find8(
  values: usize, top: usize, deep: usize, tables: usize, leaves: usize, from: usize, to: usize, count: i32,
): void {
  find<u8>(values, top, deep, tables, leaves, from, to, count);
}

export function find16(
  values: usize, top: usize, deep: usize, tables: usize, leaves: usize, from: usize, to: usize, count: i32,
): void {
  find<u16>(values, top, deep, tables, leaves, from, to, count);
}

export function find32(
  values: usize, top: usize, deep: usize, tables: usize, leaves: usize, from: usize, to: usize, count: i32,
): void {
  find<u32>(values, top, deep, tables, leaves, from, to, count);
}

// @ts-expect-error: decorator
@inline
function find<T>(
  values: usize, top: usize, deep: usize, tables: usize, leaves: usize, from: usize, to: usize, count: i32,
): void {
  const even = from + ((<usize>count & ~3) << 2);
  const end = from + (<usize>count << 2);
  // the bit that adding 1 to an escape reaches
  const mark: u32 = sizeof<T>() == 1 ? 0x100 : sizeof<T>() == 2 ? 0x10000 : 0x80000000;
  while (from < even) {
    const a = load<u32>(from);
    const b = load<u32>(from, 4);
    const c = load<u32>(from, 8);
    const d = load<u32>(from, 12);
    const at = load<u32>(top + ((a >>> 14) << 2));
    const bt = load<u32>(top + ((b >>> 14) << 2));
    const ct = load<u32>(top + ((c >>> 14) << 2));
    const dt = load<u32>(top + ((d >>> 14) << 2));
    let p = <u32>load<T>(leaves + (<usize>(at + ((a >>> 8) & 63))) * sizeof<T>());
    let q = <u32>load<T>(leaves + (<usize>(bt + ((b >>> 8) & 63))) * sizeof<T>());
    let r = <u32>load<T>(leaves + (<usize>(ct + ((c >>> 8) & 63))) * sizeof<T>());
    let s = <u32>load<T>(leaves + (<usize>(dt + ((d >>> 8) & 63))) * sizeof<T>());
    if ((((p + 1) | (q + 1) | (r + 1) | (s + 1)) & mark) != 0) {
      if (((p + 1) & mark) != 0) p = findDeep<T>(deep, tables, leaves, at, a);
      if (((q + 1) & mark) != 0) q = findDeep<T>(deep, tables, leaves, bt, b);
      if (((r + 1) & mark) != 0) r = findDeep<T>(deep, tables, leaves, ct, c);
      if (((s + 1) & mark) != 0) s = findDeep<T>(deep, tables, leaves, dt, d);
    }
    store<u32>(to, load<u32>(values + (p << 2)));
    store<u32>(to, load<u32>(values + (q << 2)), 4);
    store<u32>(to, load<u32>(values + (r << 2)), 8);
    store<u32>(to, load<u32>(values + (s << 2)), 12);
    from += 16;
    to += 16;
  }
  while (from < end) {
    const a = load<u32>(from);
    const at = load<u32>(top + ((a >>> 14) << 2));
    let p = <u32>load<T>(leaves + (<usize>(at + ((a >>> 8) & 63))) * sizeof<T>());
    if (((p + 1) & mark) != 0) p = findDeep<T>(deep, tables, leaves, at, a);
    store<u32>(to, load<u32>(values + (p << 2)));
    from += 4;
    to += 4;
  }
}

function findDeep<T>(deep: usize, tables: usize, leaves: usize, at: u32, address: u32): u32 {
  const table = load<u32>(deep + ((at >>> 6) << 2));
  const part = load<u32>(tables + (((table << 8) + ((address >>> 6) & 255)) << 2));
  return <u32>load<T>(leaves + (<usize>(part + (address & 63))) * sizeof<T>());
}

// IPv6, over the memory that src/fib6-memory.ts describes, and as its `findMany`. The words of a bucket are compared at
// once: the first range that begins behind the address ends the count.

const NODE: u32 = 0x80000000;
const BUCKET: u32 = 0x40000000;
const LONG: u32 = 0x20000000;
const PLACE: u32 = 0x1ffffff8;

export function findSix(values: usize, nodes: usize, from: usize, to: usize, count: i32): void {
  const end = from + (<usize>count << 4);
  const last = to + (<usize>count << 2);
  for (let at = to; at < last; from += 16, at += 4) {
    const a = load<u32>(from);
    const b = load<u32>(from, 4);
    let entry = load<u32>(nodes + ((a >>> 16) << 2));
    entry = step(nodes, entry, (a >>> 6) & 1023);
    entry = step(nodes, entry, a & 63);
    entry = step(nodes, entry, b >>> 26);
    entry = step(nodes, entry, (b >>> 21) & 31);
    entry = step(nodes, entry, (b >>> 16) & 31);
    store<u32>(at, entry);
  }
  for (from = end - (<usize>count << 4); to < last; from += 16, to += 4) {
    const entry = load<u32>(to);
    if ((entry & (NODE | LONG)) != 0) {
      store<u32>(to, load<u32>(values + (finish(nodes, entry, from) << 2)));
      continue;
    }
    const bucket = (entry & BUCKET) != 0;
    const place = nodes + (<usize>select<u32>(entry & PLACE, 0, bucket) << 2);
    const b = load<u32>(from, 4);
    const cut = select<u32>((load<u32>(from) << 24) | (b >>> 8), b, (entry & 4) != 0) >>> 1;
    const cuts = i32x4.splat(cut);
    const later = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(i32x4.gt_s(v128.load(place), cuts), i32x4.gt_s(v128.load(place, 16), cuts)),
      i16x8.narrow_i32x4_s(i32x4.gt_s(v128.load(place, 32), cuts), i32x4.gt_s(v128.load(place, 48), cuts)),
    );
    const size: u32 = 4 << (entry & 3); // which is 4 to 32 for an id, and reads something in vain
    // the last range ends the count at the latest: nothing begins at its bit, and other things stand behind it
    const range = ctz<u32>(<u32>i8x16.bitmask(later) | (<u32>1 << (size - 1)));
    const id = load<u32>(place + (<usize>(size + range) << 2));
    store<u32>(to, load<u32>(values + (<usize>select<u32>(id, entry, bucket) << 2)));
  }
}

// @ts-expect-error: decorator
@inline
function step(nodes: usize, entry: u32, digit: u32): u32 {
  // shifted by two, an entry has lost the bit that says it is a node; `select` is no branch
  const deeper = <i32>entry < 0;
  const next = load<u32>(nodes + (<usize>(select<u32>(entry, 0, deeper) + digit) << 2));
  return select<u32>(next, entry, deeper);
}

/** Goes on from level 6 down, four bits at a time from bit 48; then what is left is one prefix, a bucket or an id. */
function finish(nodes: usize, entry: u32, from: usize): u32 {
  for (let bit: u32 = 48; <i32>entry < 0; bit += 4) {
    const digit = (load<u32>(from + ((bit >>> 5) << 2)) >>> (28 - (bit & 31))) & 15;
    entry = load<u32>(nodes + (((entry & PLACE) + digit) << 2));
  }
  if ((entry & LONG) == 0) return entry;
  const tail = nodes + ((entry & PLACE) << 2);
  const bits = load<u32>(tail, 16);
  let differ: u32 = 0;
  for (let i: u32 = 0; i < bits; i += 32) {
    const word = load<u32>(from + (i >>> 3)) ^ load<u32>(tail + (i >>> 3));
    differ |= bits - i >= 32 ? word : word >>> (32 - (bits - i));
  }
  return differ == 0 ? load<u32>(tail, 24) : load<u32>(tail, 20);
}
