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
