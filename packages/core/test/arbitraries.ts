import {
  type Address,
  type Address4,
  type Address6,
  address4,
  address6,
  type Family,
  Prefix,
  widthOf,
} from "@twoway/core";
import fc from "fast-check";

/** Addresses, many of them close together so that prefixes nest, and the ends of the space among them. */
export const anyAddress4: fc.Arbitrary<Address4> = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }).map(address4),
  // four bits here and there: few enough to meet again
  fc
    .integer({ min: 0, max: 15 })
    .map((n) => address4((0x0a000000 | ((n & 1) << 16) | ((n & 2) << 7) | ((n & 12) >> 2)) >>> 0)),
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff).map(address4),
);

export const anyAddress6: fc.Arbitrary<Address6> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(address6),
  // a bit or two in each of the four words
  fc.integer({ min: 0, max: 63 }).map((n) => {
    const [a, b, c, d] = [n & 1, (n >> 1) & 1, (n >> 2) & 3, n >> 4].map(BigInt);
    return address6((0x20010db8n << 96n) | (a << 96n) | (b << 64n) | (c << 62n) | d);
  }),
  fc.constantFrom(0n, 1n, 2n ** 127n, 2n ** 96n - 1n, 2n ** 64n, 2n ** 128n - 1n).map(address6),
);

/** Lengths as in real tables (most are /24 and /48), with 0 and the full width always among them, and every other. */
export function anyBits(family: Family): fc.Arbitrary<number> {
  const usual = family === 4 ? [8, 16, 20, 22, 24, 24, 24] : [29, 32, 40, 48, 48, 64];
  const borders = family === 4 ? [0, 1, 15, 17, 31, 32] : [0, 1, 31, 33, 63, 65, 95, 96, 97, 127, 128];
  return fc.oneof(
    fc.constantFrom(...usual),
    fc.constantFrom(...borders),
    fc.integer({ min: 0, max: widthOf(family) }),
  );
}

export const anyPrefix4: fc.Arbitrary<Prefix> = fc
  .tuple(anyAddress4, anyBits(4))
  .map(([address, bits]) => Prefix.from(address, bits));
export const anyPrefix6: fc.Arbitrary<Prefix> = fc
  .tuple(anyAddress6, anyBits(6))
  .map(([address, bits]) => Prefix.from(address, bits));
export const anyPrefix: fc.Arbitrary<Prefix> = fc.oneof(anyPrefix4, anyPrefix6);
export const anyAddress: fc.Arbitrary<Address> = fc.oneof(anyAddress4, anyAddress6);
export const anyValue: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
  fc.integer({ min: 0, max: 0xffffffff }),
);

/** Entries of both families in the order of Prefix.compare, no prefix twice, with /0 and the full width always among them. */
export const anyTable: fc.Arbitrary<{ prefix: Prefix; value: number }[]> = fc
  .array(fc.record({ prefix: anyPrefix, value: anyValue }), { maxLength: 40, size: "max" })
  .chain((list) =>
    fc.subarray(ENDS).map((ends) => {
      const all = [...list, ...ends.map((prefix, value) => ({ prefix, value }))];
      const last = new Map(all.map((entry) => [entry.prefix.toString(), entry]));
      return [...last.values()].sort((a, b) => Prefix.compare(a.prefix, b.prefix));
    }),
  );

const ENDS = ["0.0.0.0/0", "255.255.255.255/32", "10.0.0.0/32", "::/0", "2001:db8::/128"].map((text) =>
  Prefix.parse(text),
);

/** Both ends of a prefix and the addresses just outside. */
export function boundaries(prefix: Prefix): Address[] {
  const { address, last } = prefix;
  if (typeof address === "number" && typeof last === "number") {
    return [address, last, Math.max(0, address - 1), Math.min(0xffffffff, last + 1)].map(address4);
  }
  const [lo, hi] = [BigInt(address), BigInt(last)];
  const top = 2n ** 128n - 1n;
  return [lo, hi, lo === 0n ? lo : lo - 1n, hi === top ? hi : hi + 1n].map(address6);
}
