import { type Address, type Address4, type Address6, type Family, formatAddress } from "@twoway/core";

/**
 * The addresses of one family as places on a line of 2^32: order-preserving, so that intervals of places stand for
 * intervals of addresses and all further work is done on unsigned 32-bit numbers. An IPv4 address is its own place. Of
 * IPv6 only the addresses at which something begins have a place, spread out over the line; an interval from one to
 * before the next stands for all addresses between them, and a sum of such lengths is the whole if and only if the
 * addresses are.
 */
export interface Axis {
  readonly family: Family;
  /** Returns the place of an address at which something begins. */
  first(address: Address): number;
  /** Returns the last place of an interval that ends with the address. */
  last(address: Address): number;
  /** Returns the first address of an interval that begins at the place. */
  firstAt(place: number): Address;
  /** Returns the last address of an interval that ends with the place. */
  lastAt(place: number): Address;
  /** Gives the block from `first` to `last` its places. Returns false when the line is full there. */
  admit(first: Address, last: Address): boolean;
}

export const AXIS4: Axis = {
  family: 4,
  first: Number,
  last: Number,
  firstAt: (place) => place as Address4,
  lastAt: (place) => place as Address4,
  admit: () => true,
};

const LINE = 2 ** 32;
const SPACE = 1n << 128n;

/** Makes the line of IPv6 from the first and the last address of everything that counts, in any order. */
export function axis6(intervals: Iterable<readonly [Address, Address]>): Axis {
  const starts = new Set<bigint>([0n]);
  for (const [first, last] of intervals) {
    starts.add(BigInt(first));
    starts.add(BigInt(last) + 1n);
  }
  starts.delete(SPACE);
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
  return new Axis6(
    sorted,
    sorted.map((_, i) => Math.floor((i * LINE) / sorted.length)),
  );
}

class Axis6 implements Axis {
  readonly family = 6;
  /** Ascending, beginning with `::`; address i stands at place i. */
  readonly #addresses: bigint[];
  readonly #places: number[];

  constructor(addresses: bigint[], places: number[]) {
    this.#addresses = addresses;
    this.#places = places;
  }

  first(address: Address): number {
    const i = lastUpTo(this.#addresses, BigInt(address));
    if (this.#addresses[i] !== address) throw new RangeError(`${formatAddress(address)} has no place`);
    return this.#places[i];
  }

  last(address: Address): number {
    const next = BigInt(address) + 1n;
    return (next === SPACE ? LINE : this.first(next as Address6)) - 1;
  }

  firstAt(place: number): Address {
    return this.#addresses[lastUpTo(this.#places, place)] as Address6;
  }

  lastAt(place: number): Address {
    return ((place + 1 === LINE ? SPACE : BigInt(this.firstAt(place + 1))) - 1n) as Address6;
  }

  admit(first: Address, last: Address): boolean {
    return this.#insert(BigInt(first)) && this.#insert(BigInt(last) + 1n);
  }

  #insert(address: bigint): boolean {
    if (address === SPACE) return true;
    const i = lastUpTo(this.#addresses, address);
    if (this.#addresses[i] === address) return true;
    const low = this.#places[i];
    const middle = Math.floor((low + (this.#places[i + 1] ?? LINE)) / 2);
    if (middle === low) return false;
    this.#addresses.splice(i + 1, 0, address);
    this.#places.splice(i + 1, 0, middle);
    return true;
  }
}

/** Returns the index of the last item that is not above `value`; the first item never is. */
function lastUpTo<T extends number | bigint>(sorted: readonly T[], value: T): number {
  let low = 0;
  let high = sorted.length;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
