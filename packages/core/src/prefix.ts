import {
  type Address,
  type Address4,
  type Address6,
  type Family,
  familyOf,
  formatAddress,
  ParseError,
  parseAddress,
  widthOf,
} from "./address.ts";

/**
 * An address block such as 10.0.0.0/8: immutable and canonical, that is, every bit behind the first `bits` is zero.
 * This module makes every Prefix there is, so nobody else has to check.
 */
export class Prefix {
  /** First address of the block; the host bits are zero. */
  readonly address: Address;
  /** Length: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly bits: number;
  declare private readonly nominal: never;

  private constructor(address: Address, bits: number) {
    this.address = address;
    this.bits = bits;
    Object.freeze(this);
  }

  /** Returns the block of `bits` length that `address` lies in; host bits are cut. Throws a RangeError for a length out of range. */
  static from(address: Address, bits: number): Prefix {
    const width = widthOf(familyOf(address));
    if (!Number.isInteger(bits) || bits < 0 || bits > width) {
      throw new RangeError(`prefix length ${bits} is not an integer from 0 to ${width}`);
    }
    return new Prefix(mask(address, bits), bits);
  }

  /** Reads `10.0.0.0/8` or `2001:db8::/32`. Strict: host bits must be zero. Throws a ParseError, with a suggestion. */
  static parse(text: string): Prefix {
    const slash = text.indexOf("/");
    if (slash < 0) {
      // only a complete address earns the suggestion to add a length
      const address = parseAddress(text);
      throw new ParseError(text, "a length is missing", text.length, `${text}/${widthOf(familyOf(address))}`);
    }
    let address: Address;
    try {
      address = parseAddress(text.slice(0, slash));
    } catch (error) {
      if (error instanceof ParseError) throw new ParseError(text, error.rule, error.offset);
      throw error;
    }
    const width = widthOf(familyOf(address));
    const digits = text.slice(slash + 1);
    if (digits === "") throw new ParseError(text, "a length is missing", text.length);
    if (!/^(0|[1-9][0-9]{0,2})$/.test(digits)) {
      throw new ParseError(text, `the length is not a plain number from 0 to ${width}`, slash + 1);
    }
    const bits = Number(digits);
    if (bits > width) throw new ParseError(text, `the length is above ${width}`, slash + 1);
    const prefix = Prefix.from(address, bits);
    if (prefix.address !== address) throw new ParseError(text, "host bits are set", 0, prefix.toString());
    return prefix;
  }

  /** Orders by family (IPv4 first), then address, then length: a block stands before everything inside it. */
  static compare(a: Prefix, b: Prefix): number {
    if (a.family !== b.family) return a.family - b.family;
    if (a.address !== b.address) return a.address < b.address ? -1 : 1;
    return a.bits - b.bits;
  }

  get family(): Family {
    return familyOf(this.address);
  }

  /** Last address of the block. */
  get last(): Address {
    if (typeof this.address === "number") return (this.address + (2 ** (32 - this.bits) - 1)) as Address4;
    return (this.address + (1n << BigInt(128 - this.bits)) - 1n) as Address6;
  }

  /** Reports whether the address lies in the block. An address of the other family never does. */
  contains(address: Address): boolean {
    return familyOf(address) === this.family && mask(address, this.bits) === this.address;
  }

  /** Reports whether every address of `other` lies in this block; a block covers itself. */
  covers(other: Prefix): boolean {
    return this.bits <= other.bits && this.contains(other.address);
  }

  /** Reports whether the blocks share an address, which means that one covers the other. */
  overlaps(other: Prefix): boolean {
    return this.covers(other) || other.covers(this);
  }

  equals(other: Prefix): boolean {
    return this.bits === other.bits && this.address === other.address;
  }

  toString(): string {
    return `${formatAddress(this.address)}/${this.bits}`;
  }
}

/** Cuts the host bits. JavaScript takes shift counts modulo 32, so the mask of /0 is a case of its own. */
function mask(address: Address, bits: number): Address {
  if (typeof address === "number")
    return (bits === 0 ? 0 : (address & (-1 << (32 - bits))) >>> 0) as Address4;
  const host = BigInt(128 - bits);
  return ((address >> host) << host) as Address6;
}
