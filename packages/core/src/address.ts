/**
 * IP addresses as values that `===` compares, `<` orders and a Map keys: IPv4 is an unsigned 32-bit number, IPv6 a
 * bigint. `typeof` tells the family, so neither needs a wrapper.
 */

declare const brand: unique symbol;
/** An IPv4 address: an integer from 0 to 2^32 - 1. */
export type Address4 = number & { readonly [brand]: 4 };
/** An IPv6 address: a bigint from 0 to 2^128 - 1. */
export type Address6 = bigint & { readonly [brand]: 6 };
export type Address = Address4 | Address6;
export type Family = 4 | 6;

/** Text that breaks a rule of its grammar: what was read, which rule, and at which character. */
export class ParseError extends Error {
  override readonly name = "ParseError";
  readonly input: string;
  /** The rule that was broken, as a sentence without a full stop: "octet is above 255". */
  readonly rule: string;
  /** Zero-based index into `input` of the character that broke it. */
  readonly offset: number;
  /** Text that would have been accepted, where one is obvious. */
  readonly suggestion: string | undefined;

  constructor(input: string, rule: string, offset: number, suggestion?: string) {
    const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
    super(`${JSON.stringify(clip(input))}: ${rule} (at character ${offset + 1})${hint}`);
    this.input = input;
    this.rule = rule;
    this.offset = offset;
    this.suggestion = suggestion;
  }
}

/** Makes an IPv4 address. Throws a RangeError unless `value` is an integer from 0 to 2^32 - 1. */
export function address4(value: number): Address4 {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`${value} is not an unsigned 32-bit integer`);
  }
  return value as Address4;
}

/** Makes an IPv6 address. Throws a RangeError unless `value` is from 0 to 2^128 - 1. */
export function address6(value: bigint): Address6 {
  if (BigInt.asUintN(128, value) !== value)
    throw new RangeError(`${value} is not an unsigned 128-bit integer`);
  return value as Address6;
}

export function familyOf(address: Address): Family {
  return typeof address === "number" ? 4 : 6;
}

/** Number of bits in an address of the family: 32 or 128. */
export function widthOf(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/**
 * Reads `10.0.0.1` or `2001:db8::1`. Strict: no leading zeros in an octet, no zone, no surrounding space; an IPv6
 * address may end in dotted IPv4. Throws a ParseError.
 */
export function parseAddress(text: string): Address {
  return text.includes(":") ? parse6(text) : parse4(text);
}

/** Returns dotted decimal, or the canonical IPv6 text of RFC 5952. */
export function formatAddress(address: Address): string {
  if (typeof address === "number") {
    return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
  }
  return format6(address);
}

/** Number of 32-bit words in an address of the family: 1 or 4. */
export function wordsPer(family: Family): 1 | 4 {
  return family === 4 ? 1 : 4;
}

/** Writes the address into `words` from `at` on, the most significant word first: one word for IPv4, four for IPv6. */
export function writeWords(address: Address, words: Int32Array | Uint32Array, at: number): void {
  if (typeof address === "number") {
    words[at] = address;
    return;
  }
  scratch.setBigUint64(0, address >> 64n);
  scratch.setBigUint64(8, address); // takes the low 64 bits
  for (let i = 0; i < 4; i++) words[at + i] = scratch.getUint32(4 * i);
}

/** Returns the address whose words stand in `words` from `at` on; the inverse of `writeWords`. */
export function readWords(family: Family, words: Int32Array | Uint32Array, at: number): Address {
  if (family === 4) return (words[at] >>> 0) as Address4;
  for (let i = 0; i < 4; i++) scratch.setUint32(4 * i, words[at + i]);
  return ((scratch.getBigUint64(0) << 64n) | scratch.getBigUint64(8)) as Address6;
}

// 16 bytes between a bigint and its words; filled and emptied within one call
const scratch = new DataView(new ArrayBuffer(16));

function parse4(text: string): Address4 {
  let value = 0;
  let octet = -1; // -1: no digit yet
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      if (octet === 0) throw new ParseError(text, "octet has a leading zero", i - 1);
      octet = octet < 0 ? c - 48 : octet * 10 + (c - 48);
      if (octet > 255) throw new ParseError(text, "octet is above 255", i);
    } else if (c === 46) {
      if (octet < 0) throw new ParseError(text, "octet is empty", i);
      if (dots === 3) throw new ParseError(text, "an IPv4 address has four octets, not more", i);
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else {
      throw new ParseError(text, `${JSON.stringify(text[i])} does not belong in an IPv4 address`, i);
    }
  }
  if (text === "") throw new ParseError(text, "an address is missing", 0);
  if (octet < 0) throw new ParseError(text, "octet is empty", text.length);
  if (dots < 3) throw new ParseError(text, "an IPv4 address has four octets, not fewer", text.length);
  return (value * 256 + octet) as Address4;
}

function parse6(text: string): Address6 {
  const groups: number[] = [];
  let gap = -1; // index into groups where "::" stands
  let i = 0;
  if (text.startsWith("::")) {
    gap = 0;
    i = 2;
  } else if (text.startsWith(":")) {
    throw new ParseError(text, "an IPv6 address does not begin with a single colon", 0);
  }
  while (i < text.length) {
    if (groups.length === 8) throw new ParseError(text, "an IPv6 address has eight groups, not more", i);
    const start = i;
    let group = 0;
    for (; i < text.length; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      if (i - start === 4) throw new ParseError(text, "group has more than four digits", i);
      group = group * 16 + digit;
    }
    if (text[i] === ".") {
      if (groups.length > 6)
        throw new ParseError(text, "an embedded IPv4 address takes the last two groups", start);
      const tail = embedded4(text, start);
      groups.push(Math.floor(tail / 65536), tail % 65536);
      i = text.length;
      break;
    }
    if (i === start)
      throw new ParseError(text, `${JSON.stringify(text[i])} does not belong in an IPv6 address`, i);
    groups.push(group);
    if (i === text.length) break;
    if (text[i] !== ":") {
      throw new ParseError(text, `${JSON.stringify(text[i])} does not belong in an IPv6 address`, i);
    }
    i++;
    if (text[i] === ":") {
      if (gap >= 0) throw new ParseError(text, '"::" may stand once', i - 1);
      gap = groups.length;
      i++;
    } else if (i === text.length) {
      throw new ParseError(text, "an IPv6 address does not end with a single colon", i - 1);
    }
  }
  if (gap < 0 && groups.length < 8) {
    throw new ParseError(text, 'an IPv6 address has eight groups, or "::" for the missing ones', text.length);
  }
  if (gap >= 0 && groups.length === 8)
    throw new ParseError(text, '"::" stands for at least one group', text.indexOf("::"));
  if (gap >= 0) groups.splice(gap, 0, ...new Array<number>(8 - groups.length).fill(0));
  let value = 0n;
  for (const group of groups) value = (value << 16n) | BigInt(group);
  return value as Address6;
}

/** Reads the dotted tail of an IPv6 address and names offsets in the whole text. */
function embedded4(text: string, start: number): number {
  try {
    return parse4(text.slice(start));
  } catch (error) {
    if (error instanceof ParseError) throw new ParseError(text, error.rule, start + error.offset);
    throw error;
  }
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function format6(address: bigint): string {
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((address >> shift) & 0xffffn));
  // RFC 5952: the longest run of two or more zero groups, the first of equals, becomes "::"
  let best = 0;
  let bestAt = -1;
  for (let at = 0, run = 0; at < 8; at++) {
    run = groups[at] === 0 ? run + 1 : 0;
    if (run > 1 && run > best) {
      best = run;
      bestAt = at - run + 1;
    }
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(":");
  // IPv4-mapped addresses read better, and are written by everybody else, with a dotted tail
  if (bestAt === 0 && best === 5 && groups[5] === 0xffff) {
    return `::ffff:${formatAddress(Number(address & 0xffffffffn) as Address4)}`;
  }
  if (bestAt < 0) return hex(groups);
  return `${hex(groups.slice(0, bestAt))}::${hex(groups.slice(bestAt + best))}`;
}

/** Keeps a message readable when the input is huge. */
function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
