/**
 * Strict JSON (RFC 8259) with the place of everything in it. One pass, O(text). Somebody else may take lists out of the
 * text on the way: a million routes are then neither a million strings nor a million nodes.
 */

/** A value, and where it stands: the offset of its first character, behind the quote of a text. */
export interface JsonNode {
  readonly at: number;
  readonly value: unknown;
  readonly members?: ReadonlyMap<string, JsonMember>;
  readonly items?: readonly JsonNode[];
}

interface JsonMember {
  readonly keyAt: number;
  readonly node: JsonNode;
}

export interface JsonDocument {
  readonly root: JsonNode;
  /** Offsets of keys that stand twice in one map, and of keys named `__proto__`: of their quotes. */
  readonly doubled: readonly number[];
  readonly forbidden: readonly number[];
}

export interface JsonLimits {
  readonly depth: number;
  /** Values, those of lists that somebody else takes apart. */
  readonly values: number;
}

/** Takes the list whose bracket opens at the offset and returns the offset behind it, or -1: then it is read like any other. */
export type ListTaker = (path: readonly string[], offset: number) => number;

/** The characters of a text as numbers, and a 0 behind the last: bytes where all are ASCII, which are read twice as fast. */
export type Codes = Uint8Array | Uint16Array;

export function codesOf(text: string): Codes {
  const bytes = new Uint8Array(text.length + 1);
  // anything but ASCII takes more bytes than it has characters
  const { read, written } = new TextEncoder().encodeInto(text, bytes);
  if (read === text.length && written === text.length) return bytes;
  const codes = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) codes[i] = text.charCodeAt(i);
  return codes;
}

/** Why a text was not read, and at which offset. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  readonly kind: "syntax" | "too-large";
  readonly rule: string;
  readonly offset: number;

  constructor(kind: JsonError["kind"], rule: string, offset: number) {
    super(rule);
    this.kind = kind;
    this.rule = rule;
    this.offset = offset;
  }
}

/** Reads the text, given with its codes. A list that is taken is empty in the value. Throws a JsonError. */
export function readJson(text: string, codes: Codes, limits: JsonLimits, take: ListTaker): JsonDocument {
  return new Reader(text, codes, limits, take).document();
}

class Reader {
  readonly #text: string;
  readonly #codes: Codes;
  readonly #limits: JsonLimits;
  readonly #take: ListTaker;
  readonly #path: string[] = [];
  readonly #doubled: Spot[] = [];
  readonly #forbidden: Spot[] = [];
  #maps = 0;
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(text: string, codes: Codes, limits: JsonLimits, take: ListTaker) {
    this.#text = text;
    this.#codes = codes;
    this.#limits = limits;
    this.#take = take;
  }

  document(): JsonDocument {
    const root = this.#value();
    if (this.#skip() < this.#text.length) throw this.#error("the JSON ends before this");
    return { root, doubled: inOrder(this.#doubled), forbidden: inOrder(this.#forbidden) };
  }

  /** Moves to the next character that is not white space; returns its offset. */
  #skip(): number {
    this.#at = skipBlanks(this.#codes, this.#at);
    return this.#at;
  }

  #value(): JsonNode {
    const at = this.#skip();
    if (++this.#values > this.#limits.values) {
      throw this.#error(`more than ${this.#limits.values} values`, "too-large");
    }
    switch (this.#codes[at]) {
      case QUOTE:
        return { at: at + 1, value: this.#string() };
      case OPEN_MAP:
        return this.#nested(() => this.#map(at));
      case OPEN_LIST:
        return this.#nested(() => this.#list(at));
      default:
        return { at, value: this.#word() };
    }
  }

  #nested(read: () => JsonNode): JsonNode {
    if (++this.#depth > this.#limits.depth) {
      throw this.#error(`nested more than ${this.#limits.depth} deep`, "too-large");
    }
    this.#at++;
    const node = read();
    this.#depth--;
    return node;
  }

  #map(at: number): JsonNode {
    const map = this.#maps++;
    const members = new Map<string, JsonMember>();
    const value: Record<string, unknown> = {};
    if (this.#ends(CLOSE_MAP)) return { at, value, members };
    do {
      if (this.#codes[this.#skip()] !== QUOTE) throw this.#error("a key in quotes is missing");
      const keyAt = this.#at + 1;
      const key = this.#string();
      if (this.#codes[this.#skip()] !== COLON) throw this.#error("a colon is missing");
      this.#at++;
      this.#path.push(key);
      const node = this.#value();
      this.#path.pop();
      if (key === "__proto__") this.#forbidden.push({ map, at: keyAt - 1 });
      else value[key] = node.value; // of a key that stands twice the last one counts
      if (members.has(key)) this.#doubled.push({ map, at: keyAt - 1 });
      members.set(key, { keyAt, node });
    } while (this.#continues(CLOSE_MAP));
    return { at, value, members };
  }

  #list(at: number): JsonNode {
    const end = this.#take(this.#path, at);
    if (end >= 0) {
      this.#at = end;
      return { at, value: [] };
    }
    const items: JsonNode[] = [];
    if (this.#ends(CLOSE_LIST)) return { at, value: [], items };
    this.#path.push("");
    do items.push(this.#value());
    while (this.#continues(CLOSE_LIST));
    this.#path.pop();
    return { at, value: items.map(({ value }) => value), items };
  }

  /** Takes the bracket if it comes next. */
  #ends(bracket: number): boolean {
    if (this.#codes[this.#skip()] !== bracket) return false;
    this.#at++;
    return true;
  }

  /** Takes the comma before one more entry, or the bracket behind the last. */
  #continues(bracket: number): boolean {
    if (this.#ends(bracket)) return false;
    if (this.#codes[this.#at] !== COMMA) {
      throw this.#error(`a comma or ${JSON.stringify(String.fromCharCode(bracket))} is missing`);
    }
    this.#at++;
    return true;
  }

  #string(): string {
    const text = this.#text;
    const codes = this.#codes;
    const start = this.#at;
    let at = start + 1;
    let escapes = false;
    for (; codes[at] !== QUOTE; at++) {
      if (codes[at] >= SPACE && codes[at] !== BACKSLASH) continue;
      this.#at = at;
      if (codes[at] !== BACKSLASH) {
        throw this.#error(at < text.length ? "a control character in a text" : "the text has no end");
      }
      escapes = true;
      at++;
    }
    this.#at = at + 1;
    if (!escapes) return text.slice(start + 1, at);
    try {
      return JSON.parse(text.slice(start, at + 1)) as string;
    } catch {
      this.#at = start;
      throw this.#error("an escape that JSON does not have");
    }
  }

  /** A number, `true`, `false` or `null`. */
  #word(): unknown {
    WORD.lastIndex = this.#at;
    const [word] = WORD.exec(this.#text) ?? [];
    if (word === undefined) throw this.#error("a value is missing");
    this.#at += word.length;
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    const number = Number(word);
    // an id is what it looks like, not the number nearest to it
    return /^\d+$/.test(word) && String(number) !== word ? word : number;
  }

  #error(rule: string, kind: JsonError["kind"] = "syntax"): JsonError {
    return new JsonError(kind, rule, this.#at);
  }
}

/** A key of the n-th map that begins. */
interface Spot {
  readonly map: number;
  readonly at: number;
}

/** Keys of a map before those of the maps inside it, as the YAML reader reports them. */
function inOrder(spots: readonly Spot[]): number[] {
  return [...spots].sort((a, b) => a.map - b.map || a.at - b.at).map(({ at }) => at);
}

const WORD = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

/** Returns the offset of the next character that is not white space. */
export function skipBlanks(codes: Codes, from: number): number {
  let at = from;
  while (codes[at] === SPACE || codes[at] === LINE_FEED || codes[at] === RETURN || codes[at] === TAB) at++;
  return at;
}

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
export const BACKSLASH = 92;
export const CLOSE_LIST = 93;
const OPEN_MAP = 123;
const CLOSE_MAP = 125;
