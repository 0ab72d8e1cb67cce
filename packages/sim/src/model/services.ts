import { ParseError } from "@twoway/core";

/** Points per protocol. */
const BLOCK = 65536;

/**
 * A set of services: protocols with their destination ports. Immutable and canonical, so two equal sets have the same
 * ranges. One axis holds them all, protocol × 65,536 + port:
 *
 *   tcp, udp (and any protocol with ports)   port
 *   icmp, icmpv6                             type × 256 + code
 *   every other protocol                     its whole block; a packet of it lies at 0
 */
export class Services {
  /** First and last point of each range in turn: sorted, disjoint, and never touching each other. */
  readonly ranges: readonly number[];
  declare private readonly nominal: never;

  private constructor(ranges: readonly number[]) {
    this.ranges = ranges;
  }

  static readonly none: Services = new Services([]);
  static readonly all: Services = new Services([0, 256 * BLOCK - 1]);

  /** Returns the ports of one protocol, all of them unless given. Throws a RangeError outside 0–255 and 0–65535. */
  static of(protocol: number, first = 0, last = BLOCK - 1): Services {
    if (!isWithin(protocol, 255) || !isWithin(first, 65535) || !isWithin(last, 65535) || first > last)
      throw new RangeError(`no such service: protocol ${protocol}, ports ${first} to ${last}`);
    return new Services([protocol * BLOCK + first, protocol * BLOCK + last]);
  }

  /** Returns everything that lies in one of the sets. O(n log n). */
  static union(sets: readonly Services[]): Services {
    const present = sets.filter(({ isEmpty }) => !isEmpty);
    if (present.length <= 1) return present[0] ?? Services.none;
    const pairs = present.flatMap(({ ranges }) => pairsOf(ranges)).sort(([a], [b]) => a - b);
    const ranges: number[] = [];
    for (const [first, last] of pairs) {
      if (ranges.length > 0 && first <= ranges[ranges.length - 1] + 1)
        ranges[ranges.length - 1] = Math.max(ranges[ranges.length - 1], last);
      else ranges.push(first, last);
    }
    return new Services(ranges);
  }

  /** Reads `all`, or one or more of `tcp`, `tcp/443`, `udp/1000-2000`, `icmp/8`, `proto/47`. Throws a ParseError. */
  static parse(text: string): Services {
    const words = [...text.matchAll(/[^\s,]+/g)];
    if (words.length === 0) throw new ParseError(text, "no service is named", 0, "tcp/443");
    return Services.union(words.map(({ 0: word, index }) => parseOne(text, word, index)));
  }

  get isEmpty(): boolean {
    return this.ranges.length === 0;
  }

  get isAll(): boolean {
    return this.equals(Services.all);
  }

  /** The lowest point of the set; undefined for the empty one. */
  get first(): number | undefined {
    return this.ranges[0];
  }

  has(point: number): boolean {
    return this.meets(point, point);
  }

  /** Reports whether any of the points from `first` to `last` is in the set. O(log ranges). */
  meets(first: number, last: number): boolean {
    const at = this.#reaching(first);
    return at < this.ranges.length && this.ranges[at] <= last;
  }

  /** Reports whether all points from `first` to `last` are in the set. O(log ranges). */
  covers(first: number, last: number): boolean {
    const at = this.#reaching(first);
    return at < this.ranges.length && this.ranges[at] <= first && last <= this.ranges[at + 1];
  }

  /** Where in `ranges` the first of them begins that ends at or behind the point. */
  #reaching(point: number): number {
    let low = 0;
    let high = this.ranges.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ranges[2 * middle + 1] < point) low = middle + 1;
      else high = middle;
    }
    return 2 * low;
  }

  equals(other: Services): boolean {
    const { ranges } = this;
    return ranges.length === other.ranges.length && ranges.every((point, i) => point === other.ranges[i]);
  }

  union(other: Services): Services {
    return Services.union([this, other]);
  }

  /** O(n + m). */
  intersect(other: Services): Services {
    const [a, b] = [this.ranges, other.ranges];
    const ranges: number[] = [];
    for (let i = 0, j = 0; i < a.length && j < b.length; ) {
      const first = Math.max(a[i], b[j]);
      const last = Math.min(a[i + 1], b[j + 1]);
      if (first <= last) ranges.push(first, last);
      if (a[i + 1] < b[j + 1]) i += 2;
      else j += 2;
    }
    return new Services(ranges);
  }

  /** Returns what is in this set and not in the other. O(n + m). */
  subtract(other: Services): Services {
    const outside: number[] = [];
    let next = 0;
    for (const [first, last] of pairsOf(other.ranges)) {
      if (first > next) outside.push(next, first - 1);
      next = last + 1;
    }
    const end = 256 * BLOCK;
    if (next < end) outside.push(next, end - 1);
    return this.intersect(new Services(outside));
  }

  /** Returns `all`, or the shortest list that `parse` reads as the same set; nothing for the empty set. */
  format(): string[] {
    return this.isAll ? ["all"] : pairsOf(this.ranges).flatMap(([first, last]) => formatRange(first, last));
  }

  toString(): string {
    return this.format().join(", ");
  }
}

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ICMPV6 = 58;

const NAMES: Readonly<Record<string, number>> = { icmp: ICMP, tcp: TCP, udp: UDP, icmpv6: ICMPV6 };

/** Protocols whose packets carry a source and a destination port. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === 132 || protocol === 33 || protocol === 136;
}

export function hasTypes(protocol: number): boolean {
  return protocol === ICMP || protocol === ICMPV6;
}

/** Returns the number of a protocol given by name or number; undefined when there is none. */
export function protocolNumber(text: string): number | undefined {
  if (Object.hasOwn(NAMES, text)) return NAMES[text];
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : undefined;
}

export function protocolName(protocol: number): string {
  return Object.keys(NAMES).find((name) => NAMES[name] === protocol) ?? `${protocol}`;
}

export function protocolOf(point: number): number {
  return Math.floor(point / BLOCK);
}

export function portOf(point: number): number {
  return point % BLOCK;
}

export function pointOf(protocol: number, port: number): number {
  return protocol * BLOCK + port;
}

function isWithin(value: number, last: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= last;
}

function pairsOf(ranges: readonly number[]): [number, number][] {
  return Array.from({ length: ranges.length / 2 }, (_, i) => [ranges[2 * i], ranges[2 * i + 1]]);
}

function parseOne(text: string, word: string, at: number): Services {
  if (word === "all" || word === "any") return Services.all;
  const [, name, rest] = /^(proto\/\d{1,3}|[a-z0-9]+)(?:\/(.*))?$/.exec(word) ?? [];
  const protocol = name?.startsWith("proto/") ? protocolNumber(name.slice(6)) : NAMES[name ?? ""];
  if (protocol === undefined) {
    const rule = `${JSON.stringify(word)} is not a service`;
    throw new ParseError(
      text,
      rule,
      at,
      "all, tcp, tcp/443, udp/1000-2000, icmp, icmp/8, icmpv6 or proto/47",
    );
  }
  if (rest === undefined) return Services.of(protocol);
  const types = hasTypes(protocol);
  const [, one, , code, , to] = /^(\d{1,5})((?:\/(\d{1,3}))?)((?:-(\d{1,5}))?)$/.exec(rest) ?? [];
  const limit = types ? 255 : 65535;
  const [first, last] = [Number(one ?? Number.NaN), Number(to ?? one)];
  const isWrongCode = code !== undefined && (!types || to !== undefined || Number(code) > 255);
  if (!isWithin(first, limit) || !isWithin(last, limit) || first > last || isWrongCode) {
    const what = types
      ? "a type from 0 to 255, with a code behind a slash"
      : "a port, or FIRST-LAST, from 0 to 65535";
    throw new ParseError(text, `${JSON.stringify(word)}: ${name} is followed by ${what}`, at);
  }
  if (!types) return Services.of(protocol, first, last);
  if (code !== undefined)
    return Services.of(protocol, 256 * first + Number(code), 256 * first + Number(code));
  return Services.of(protocol, 256 * first, 256 * last + 255);
}

/** Writes a range that may begin and end inside the block of a protocol. */
function formatRange(first: number, last: number): string[] {
  const words: string[] = [];
  for (let protocol = protocolOf(first); protocol <= protocolOf(last); protocol++) {
    const from = Math.max(first, pointOf(protocol, 0)) - pointOf(protocol, 0);
    const to = Math.min(last, pointOf(protocol, 65535)) - pointOf(protocol, 0);
    const name = protocolName(protocol);
    const word = name === `${protocol}` ? `proto/${protocol}` : name;
    if (from === 0 && to === 65535) words.push(word);
    else if (hasTypes(protocol)) words.push(...formatTypes(word, from, to));
    else words.push(from === to ? `${word}/${from}` : `${word}/${from}-${to}`);
  }
  return words;
}

/** Whole types as `icmp/0-8`, and what begins or ends inside a type code by code. */
function formatTypes(word: string, from: number, to: number): string[] {
  const words: string[] = [];
  let at = from;
  while (at <= to) {
    const type = at >> 8;
    const wholeTo = ((to + 1) >> 8) - 1;
    if (at % 256 === 0 && wholeTo >= type) {
      words.push(wholeTo === type ? `${word}/${type}` : `${word}/${type}-${wholeTo}`);
      at = 256 * (wholeTo + 1);
    } else words.push(`${word}/${type}/${at++ & 255}`);
  }
  return words;
}
