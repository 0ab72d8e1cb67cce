import type { Prefix } from "@twoway/core";
import type { Network, Vpc } from "../model/network.ts";
import { type RouteColumns, Routes, type TextPlaces } from "../model/routes.ts";
import { allowedDestinations } from "../model/rules.ts";
import {
  BACKSLASH,
  CLOSE_LIST,
  COMMA,
  type Codes,
  JsonError,
  QUOTE,
  SPACE,
  skipBlanks,
} from "./json-text.ts";

/**
 * The lists of routes of a JSON scenario, taken out of its text without an object for each route: what a route says goes
 * straight into columns. They hold only what is proved to be right: `10.0.1.0/24 -> pcx-1`, IPv4, without host bits.
 * A list with anything else is known by where its texts begin, and is read text by text, which also says what is wrong.
 */
export class RouteLists {
  readonly #text: string;
  readonly #codes: Codes;
  readonly #lists = new Map<number, RouteList>();
  /** A row for each text of each list: where it begins. The columns below hold it too, if its list is plain. */
  readonly place: Int32Array;
  readonly address: Uint32Array;
  readonly bits: Uint8Array;
  /** Index into `ids`; once a list is the routes of a table, into the targets of that table. */
  readonly target: Uint32Array;
  readonly enabled: Uint8Array;
  #used = 0;
  /** Every target once, and a hash table of index + 1 by the characters. */
  readonly ids: string[] = [];
  #slots = new Int32Array(1024);
  /** Of each id its index among the targets of a table, and the number of the table for which this holds. */
  readonly indexOf: number[] = [];
  readonly turnOf: number[] = [];
  turn = 0;

  constructor(text: string, codes: Codes) {
    this.#text = text;
    this.#codes = codes;
    // `"a",` is the shortest text with its comma, and `"0.0.0.0/0 -> a",` the shortest route
    this.place = new Int32Array(Math.min(MAX_ROUTES, Math.ceil(text.length / 4)));
    const rows = Math.min(MAX_ROUTES, Math.ceil(text.length / 16));
    this.address = new Uint32Array(rows);
    this.bits = new Uint8Array(rows);
    this.target = new Uint32Array(rows);
    this.enabled = new Uint8Array(rows);
  }

  /** Returns the list whose bracket opens at the offset. */
  at(offset: number): RouteList | undefined {
    return this.#lists.get(offset);
  }

  /**
   * Takes the list whose bracket opens at the offset, if it is one of routes, and returns the offset behind it; -1 for
   * any other, and for one that holds anything but texts without escapes. Throws a JsonError for a list that is too long.
   */
  take(path: readonly string[], offset: number): number {
    const isRoutes =
      path[0] === "routes" && (path.length === 2 || (path.length === 3 && path[2] === "routes"));
    if (!isRoutes) return -1;
    const from = this.#used;
    const plainEnd = this.#scan(offset + 1, this.#route);
    const isPlain = plainEnd >= 0;
    if (!isPlain) this.#used = from;
    const end = isPlain ? plainEnd : this.#scan(offset + 1, this.#anyText);
    if (end < 0) this.#used = from;
    else this.#lists.set(offset, new RouteList(this, this.#text, from, this.#used, isPlain));
    return end;
  }

  /** Goes through a list whose texts `read` accepts; returns the offset behind its bracket, or -1. */
  #scan(start: number, read: (at: number, row: number) => number): number {
    const codes = this.#codes;
    const first = this.#used;
    for (let at = start; ; at++) {
      at = skipBlanks(codes, at);
      if (codes[at] !== QUOTE) return -1;
      if (this.#used === MAX_ROUTES || this.#used - first === MAX_TABLE_ROUTES) {
        const limit =
          this.#used === MAX_ROUTES ? `${MAX_ROUTES} routes` : `${MAX_TABLE_ROUTES} routes in one table`;
        throw new JsonError("too-large", `more than ${limit}`, at);
      }
      this.place[this.#used] = at + 1;
      at = read(at + 1, this.#used);
      if (at < 0) return -1;
      this.#used++;
      at = skipBlanks(codes, at);
      if (codes[at] === CLOSE_LIST) return at + 1;
      if (codes[at] !== COMMA) return -1;
    }
  }

  /** Goes past any text that has no escape and is not empty; returns the offset behind its quote, or -1. */
  readonly #anyText = (start: number): number => {
    const codes = this.#codes;
    let at = start;
    for (; codes[at] !== QUOTE; at++) if (codes[at] < SPACE || codes[at] === BACKSLASH) return -1;
    return at === start ? -1 : at + 1;
  };

  /** Reads a plain route into its row; returns the offset behind its quote, or -1. */
  readonly #route = (start: number, row: number): number => {
    const codes = this.#codes;
    let at = start;
    let address = 0;
    for (let octets = 1; octets <= 4; octets++) {
      const first = at;
      let octet = 0;
      for (let d = codes[at] - 48; d >= 0 && d <= 9; d = codes[++at] - 48) octet = octet * 10 + d;
      if (at === first || at > first + 3 || octet > 255) return -1;
      if (at > first + 1 && codes[first] === 48) return -1;
      if (codes[at++] !== (octets < 4 ? DOT : SLASH)) return -1;
      address = address * 256 + octet;
    }
    const first = at;
    let bits = 0;
    for (let d = codes[at] - 48; d >= 0 && d <= 9; d = codes[++at] - 48) bits = bits * 10 + d;
    if (at === first || at > first + 2 || bits > 32) return -1;
    if (at > first + 1 && codes[first] === 48) return -1;
    if (address !== masked(address, bits)) return -1;
    for (let i = 0; i < ARROW.length; i++) if (codes[at++] !== ARROW[i]) return -1;
    const id = at;
    let hash = 0;
    while (isNameCode(codes[at])) hash = (Math.imul(hash, 31) + codes[at++]) | 0;
    const end = at;
    let enabled = 1;
    if (codes[at] !== QUOTE) {
      for (let i = 0; i < DISABLED.length; i++) if (codes[at++] !== DISABLED[i]) return -1;
      enabled = 0;
    }
    if (codes[at] !== QUOTE) return -1;
    const target = this.#idOf(id, end, hash);
    if (target < 0) return -1;
    this.address[row] = address;
    this.bits[row] = bits;
    this.target[row] = target;
    this.enabled[row] = enabled;
    return at + 1;
  };

  /**
   * Returns the index of the id that stands from `from` to before `to`, a new one the first time; -1 for one that meets so
   * many others in the hash table that it is no accident.
   */
  #idOf(from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = spread(hash) & mask;
    for (let probes = 0; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#stands(this.ids[this.#slots[slot] - 1], from, to)) return this.#slots[slot] - 1;
      if (++probes > MAX_PROBES) return -1;
    }
    this.ids.push(this.#text.slice(from, to));
    this.indexOf.push(0);
    this.turnOf.push(0);
    this.#slots[slot] = this.ids.length;
    if (2 * this.ids.length > this.#slots.length) this.#grow();
    return this.ids.length - 1;
  }

  #stands(id: string, from: number, to: number): boolean {
    if (id.length !== to - from) return false;
    for (let i = 0; i < id.length; i++) if (id.charCodeAt(i) !== this.#codes[from + i]) return false;
    return true;
  }

  #grow(): void {
    this.#slots = new Int32Array(4 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (const [index, id] of this.ids.entries()) {
      let hash = 0;
      for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0;
      let slot = spread(hash) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = index + 1;
    }
  }
}

/** One list, rows `from` to before `to` of all. */
export class RouteList implements Iterable<string> {
  readonly #all: RouteLists;
  readonly #text: string;
  readonly #from: number;
  readonly #to: number;
  readonly #isPlain: boolean;

  constructor(all: RouteLists, text: string, from: number, to: number, isPlain: boolean) {
    this.#all = all;
    this.#text = text;
    this.#from = from;
    this.#to = to;
    this.#isPlain = isPlain;
  }

  /** Returns the offset at which the text begins. */
  start(index: number): number {
    return this.#all.place[this.#from + index];
  }

  *[Symbol.iterator](): Generator<string> {
    for (let row = this.#from; row < this.#to; row++) {
      const start = this.#all.place[row];
      yield this.#text.slice(start, this.#text.indexOf('"', start));
    }
  }

  /**
   * Returns the list as the routes of a table of the VPC: undefined unless it is plain, no rule has anything against any
   * of its routes, and no destination stands twice. O(list), and a sort where it is not in order. To be asked once: the rows
   * become those of the table.
   */
  routes(network: Network, vpc: Vpc, places: TextPlaces): Routes | undefined {
    if (!this.#isPlain) return undefined;
    const all = this.#all;
    const { address, bits, target, ids, turnOf, indexOf } = all;
    const own = [...blocks(vpc.cidrs), ...blocks(vpc.secondary)];
    const targets: string[] = [];
    const allowed: (readonly Block[])[] = [];
    const turn = ++all.turn;
    let sorted = true;
    let before = -1;
    for (let row = this.#from; row < this.#to; row++) {
      const id = target[row];
      if (turnOf[id] !== turn) {
        const inside = allowedDestinations(network, vpc, ids[id]);
        if (inside === undefined) return undefined;
        allowed.push(blocks(inside));
        turnOf[id] = turn;
        indexOf[id] = targets.push(ids[id]) - 1;
      }
      const index = indexOf[id];
      if (isInside(own, address[row], bits[row])) return undefined;
      if (!isInside(allowed[index], address[row], bits[row])) return undefined;
      target[row] = index; // among the targets of this table
      const key = address[row] * 64 + bits[row];
      sorted &&= key > before;
      before = key;
    }
    if (!sorted && !this.#sort()) return undefined;
    const columns: RouteColumns = {
      address: address.subarray(this.#from, this.#to),
      words: NO_WORDS,
      bits: bits.subarray(this.#from, this.#to),
      target: target.subarray(this.#from, this.#to),
      enabled: this.#all.enabled.subarray(this.#from, this.#to),
      place: this.#all.place.subarray(this.#from, this.#to),
    };
    return Routes.fromColumns(columns, targets, places);
  }

  /** Sorts the rows by destination; false, and nothing moved, when one stands twice. */
  #sort(): boolean {
    const size = this.#to - this.#from;
    // a destination takes 38 bits and leaves 15 for the row; longer tables, which no cloud has, are read text by text
    if (size > 1 << 15) return false;
    const { address, bits, target, enabled, place } = this.#all;
    const keys = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      keys[i] = (address[this.#from + i] * 64 + bits[this.#from + i]) * 2 ** 15 + i;
    }
    keys.sort();
    const destination = (i: number): number => Math.floor(keys[i] / 2 ** 15);
    for (let i = 1; i < size; i++) if (destination(i) === destination(i - 1)) return false;
    const from = Array.from(keys, (key, i) => key - destination(i) * 2 ** 15);
    const [targets, flags, places] = [
      target.slice(this.#from, this.#to),
      enabled.slice(this.#from, this.#to),
      place.slice(this.#from, this.#to),
    ];
    for (let i = 0; i < size; i++) {
      const row = this.#from + i;
      address[row] = Math.floor(destination(i) / 64);
      bits[row] = destination(i) % 64;
      target[row] = targets[from[i]];
      enabled[row] = flags[from[i]];
      place[row] = places[from[i]];
    }
    return true;
  }
}

/** First address and length of an IPv4 block. */
type Block = readonly [address: number, bits: number];

/** Of lists that the network holds: the same ones are asked for again and again. */
const known = new WeakMap<readonly Prefix[], readonly Block[]>();

function blocks(prefixes: readonly Prefix[]): readonly Block[] {
  let found = known.get(prefixes);
  if (found === undefined) {
    found = prefixes.flatMap(({ address, bits }): Block[] =>
      typeof address === "number" ? [[address, bits]] : [],
    );
    known.set(prefixes, found);
  }
  return found;
}

function isInside(around: readonly Block[], address: number, bits: number): boolean {
  for (const block of around) if (bits >= block[1] && masked(address, block[1]) === block[0]) return true;
  return false;
}

function masked(address: number, bits: number): number {
  return bits === 0 ? 0 : (address & (-1 << (32 - bits))) >>> 0;
}

/** Ids that differ in their last digit have hashes beside each other, which would crowd one place of the table. */
function spread(hash: number): number {
  const mixed = Math.imul(hash, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** Letters, digits, `_`, `-` and `.` of ASCII. */
function isNameCode(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 45 && c <= 57 && c !== SLASH) || (c >= 65 && c <= 90) || c === 95;
}

const MAX_ROUTES = 16_000_000;
const MAX_TABLE_ROUTES = 1_000_000;
const MAX_PROBES = 256;
const DOT = 46;
const SLASH = 47;
const NO_WORDS = new Uint32Array();
const ARROW = [..." -> "].map((c) => c.charCodeAt(0));
const DISABLED = [..." disabled"].map((c) => c.charCodeAt(0));
