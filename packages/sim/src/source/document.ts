import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { InputError, type Issue } from "../model/issue.ts";
import { type TextPlaces, textPlace } from "../model/routes.ts";
import { codesOf, JsonError, type JsonNode, readJson } from "./json-text.ts";
import { type RouteList, RouteLists } from "./route-lists.ts";

/**
 * A YAML or JSON text with the place of everything in it. Strict JSON has a reader of its own, a hundred times as fast;
 * whatever it does not accept is read as YAML, which most of it is.
 */
export interface TextDocument {
  readonly value: unknown;
  readonly places: TextPlaces;
  /** What is wrong with the text itself and does not keep the rest of it from being read: keys that stand twice. */
  readonly faults: readonly Issue[];
  /** Offset of the value at the path, or of the nearest thing around it that exists. */
  offset(path: readonly PropertyKey[]): number;
  /** Offset of the key itself: where an unknown or doubled key stands. */
  keyOffset(path: readonly PropertyKey[]): number;
  /** The list of routes at the path that was taken out of the text: it is empty in `value`. */
  routeList(path: readonly PropertyKey[]): RouteList | undefined;
}

const MIB = 1024 * 1024;
/** `yaml` reads about 4 MB/s; what is larger should be JSON. Characters. */
const MAX_YAML = 16 * MIB;
/** A string of JavaScript ends at 512 MiB. */
const MAX_JSON = 500 * MIB;
const MAX_DEPTH = 200;
const MAX_VALUES = 2_000_000;
const MAX_ALIASES = 100;
const ONE_DOCUMENT = "a file is one scenario, and a second document begins here";

/** Reads the text. Throws an InputError with every syntax error, or the first limit that is exceeded. */
export function readDocument(text: string, file: string): TextDocument {
  const json = /^\s*[{[]/.test(text);
  if (text.length > (json ? MAX_JSON : MAX_YAML)) {
    const limit = json
      ? `JSON may have ${MAX_JSON / MIB} MiB`
      : `YAML may have ${MAX_YAML / MIB} MiB; give the network as JSON`;
    throw single({
      code: "too-large",
      message: `${Math.round(text.length / MIB)} MiB is too large: ${limit}`,
      source: file,
      path: "",
    });
  }
  if (!json) return readYaml(text, file);
  const places = { file, lineStarts: lineStarts(text) };
  try {
    return readStrict(text, places);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (error.kind === "syntax" && text.length <= MAX_YAML) return readYaml(text, file);
    throw single({
      code: error.kind,
      message: error.rule,
      source: textPlace(places, error.offset),
      path: "",
    });
  }
}

/**
 * Parses JSON. Of several values that stand one behind the other, as a loop over calls or `jq -c` writes them, a list is
 * returned. Throws an InputError with the line and column at which it stops being JSON.
 */
export function parseJson(text: string, file: string): unknown {
  const values: unknown[] = [];
  for (let from = 0; ; ) {
    const rest = from === 0 ? text : text.slice(from);
    const end = parseInto(
      values,
      rest,
      (offset) => textPlace({ file, lineStarts: lineStarts(text) }, from + offset),
      file,
    );
    if (end === undefined) return values.length === 1 ? values[0] : values;
    parseInto(values, rest.slice(0, end), () => file, file);
    from += end;
  }
}

/** Parses the text and adds its value to the others; returns the offset of the next value where one stands behind it. */
function parseInto(
  values: unknown[],
  text: string,
  placeOf: (offset: number) => string,
  file: string,
): number | undefined {
  try {
    values.push(JSON.parse(text));
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const [, at] = /position (\d+)/.exec(message) ?? [];
    if (/after JSON at position/.test(message) && /[[{"\d]/.test(text[Number(at)])) return Number(at);
    const isCut = /end of JSON/.test(message) || Number(at) >= text.trimEnd().length;
    const offset = at === undefined ? text.length : Number(at);
    const source = at === undefined && !isCut ? file : placeOf(offset);
    const rule = isCut ? "the text ends in the middle of the JSON" : clip(message);
    throw single({ code: "syntax", message: rule, source, path: "" });
  }
}

function readStrict(text: string, places: TextPlaces): TextDocument {
  const codes = codesOf(text);
  const lists = new RouteLists(text, codes);
  const take = (path: readonly string[], offset: number) => lists.take(path, offset);
  const limits = { depth: MAX_DEPTH, values: MAX_VALUES };
  const { root, doubled, forbidden } = readJson(text, codes, limits, take);
  const issue = (code: Issue["code"], message: string) => (offset: number) => ({
    code,
    message,
    source: textPlace(places, offset),
    path: "",
  });
  if (forbidden.length > 0) throw new InputError(forbidden.map(issue("bad-name", FORBIDDEN)));
  return {
    value: root.value,
    places,
    faults: doubled.map(issue("duplicate", DOUBLED)),
    offset: (path) => {
      const { node, rest } = descend(root, path);
      const list = rest === 1 ? lists.at(node.at) : undefined;
      return list?.start(Number(path[path.length - 1])) ?? node.at;
    },
    keyOffset: (path) => {
      const { node } = descend(root, path.slice(0, -1));
      return node.members?.get(String(path[path.length - 1]))?.keyAt ?? node.at;
    },
    routeList: (path) => {
      const { node, rest } = descend(root, path);
      return rest === 0 ? lists.at(node.at) : undefined;
    },
  };
}

/** Returns the node at the path, or the last one on the way that is something, and how much of the path is left. */
function descend(
  root: JsonNode,
  path: readonly PropertyKey[],
): { readonly node: JsonNode; readonly rest: number } {
  let node = root;
  for (const [i, key] of path.entries()) {
    const next = node.members?.get(String(key))?.node ?? node.items?.[Number(key)];
    if (next === undefined) return { node, rest: path.length - i };
    node = next;
  }
  return { node, rest: 0 };
}

const FORBIDDEN = "__proto__ is not a name";
const DOUBLED = "this key stands twice in one map";

function readYaml(text: string, file: string): TextDocument {
  const places = { file, lineStarts: lineStarts(text) };
  const issue = (code: Issue["code"], message: string, offset: number): Issue => ({
    code,
    message,
    source: textPlace(places, offset),
    path: "",
  });
  const limit = exceeded(text);
  if (limit !== undefined) throw single(issue("too-large", limit.rule, limit.offset));
  const document = parseDocument(text, {
    prettyErrors: false,
    strict: true,
    uniqueKeys: false, // the library compares every key with every other; `visit` below does not
    stringKeys: true,
  });
  const overflow = document.errors.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  if (overflow !== undefined) throw single(issue("too-large", "nested too deep", overflow.pos[0]));
  const issues = [...document.errors, ...document.warnings].map(({ code, message, pos }) =>
    issue("syntax", code === "MULTIPLE_DOCS" ? ONE_DOCUMENT : clip(message.replace(/\.$/, "")), pos[0]),
  );
  if (issues.length > 0) throw new InputError(issues);
  const faults: Issue[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const message = `nothing before has the anchor &${node.source}`;
        if (!anchors.has(node.source)) issues.push(issue("syntax", message, node.range?.[0] ?? 0));
        return;
      }
      if (node.anchor !== undefined) anchors.add(node.anchor);
      // an account id like 012345678901 is what it looks like, not the number that is left without its zero
      if (isScalar(node) && typeof node.value === "number" && /^\d+$/.test(node.source ?? "")) {
        if (String(node.value) !== node.source) node.value = node.source;
      }
      if (!isMap(node)) return;
      const seen = new Set<string>();
      for (const { key } of node.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const at = key.range?.[0] ?? 0;
        if (name === "__proto__") issues.push(issue("bad-name", FORBIDDEN, at));
        if (seen.has(name)) faults.push(issue("duplicate", DOUBLED, at));
        seen.add(name);
      }
    },
  });
  if (issues.length > 0) throw new InputError(issues);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw single(issue("too-large", `aliases unfold to more than ${MAX_ALIASES} copies`, 0));
  }
  return {
    value,
    places,
    faults,
    offset: (path) => startOf(nodeAt(document, path)),
    keyOffset: (path) => {
      const parent = nodeAt(document, path.slice(0, -1));
      const pair = isMap(parent) ? pairsOf(parent).get(String(path[path.length - 1])) : undefined;
      return startOf(pair === undefined ? parent : (pair.key as Node));
    },
    routeList: () => undefined,
  };
}

/** Returns the node at the path, or the last one on the way that exists. Aliases are looked through. */
function nodeAt(document: Document, path: readonly PropertyKey[]): Node | null {
  let node: Node | null = document.contents;
  for (const key of path) {
    const inside: Node | null | undefined = isAlias(node) ? node.resolve(document) : node;
    let next: unknown;
    if (isMap(inside)) next = pairsOf(inside).get(String(key))?.value;
    else if (isSeq(inside)) next = inside.items[Number(key)];
    if (next === undefined || next === null) return node;
    node = next as Node;
  }
  return node;
}

const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();

/** Returns the pairs of a map by their keys; the library itself looks through the list. */
function pairsOf(map: YAMLMap): Map<string, Pair> {
  let index = indexes.get(map);
  if (index === undefined) {
    index = new Map(
      map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])),
    );
    indexes.set(map, index);
  }
  return index;
}

/** Offset of a node's first character; behind the quote where there is one. */
function startOf(node: Node | null): number {
  const start = node?.range?.[0] ?? 0;
  const quoted = isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE");
  return quoted ? start + 1 : start;
}

/**
 * Returns the first limit that the text exceeds, before the parser sees it: its recursion has none of its own, and
 * every value costs it most of a kilobyte. What begins a value is counted, so this may count a few too many. What
 * stands in quotes counts for nothing, as long as they close on their line. O(n).
 */
function exceeded(text: string): { readonly rule: string; readonly offset: number } | undefined {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case "[":
      case "{":
        values++;
        // behind a word, a bracket is part of a text
        if (opensValue(text, i)) depth++;
        break;
      case "]":
      case "}":
        depth = Math.max(0, depth - 1);
        break;
      case '"':
      case "'":
        // behind a word, a quote is an apostrophe
        if (opensValue(text, i)) i = closingQuote(text, i);
        break;
      case "\n":
      case ",":
        values++;
        break;
      case "-":
      case "?":
      case ":":
        if (text[i + 1] === " ") values++;
        break;
      case "#":
        // a comment may hold any bracket
        if (i > 0 && !/\s/.test(text[i - 1])) break;
        i = text.indexOf("\n", i);
        if (i < 0) return undefined;
        values++;
        break;
    }
    if (depth > MAX_DEPTH) return { rule: `nested more than ${MAX_DEPTH} deep`, offset: i };
    if (values > MAX_VALUES)
      return { rule: `more than ${MAX_VALUES} values; give the network as JSON`, offset: i };
  }
  return undefined;
}

/** Returns the offset of the quote that closes the one at `open`; `open` itself if none does on the same line. */
function closingQuote(text: string, open: number): number {
  const quote = text[open];
  for (let i = open + 1; i < text.length && text[i] !== "\n"; i++) {
    if (quote === '"' && text[i] === "\\") i++;
    else if (text[i] !== quote) continue;
    else if (quote === "'" && text[i + 1] === quote) i++;
    else return i;
  }
  return open;
}

/** Reports whether a value may begin at the offset: a bracket there opens a map or a list, a quote a text. */
function opensValue(text: string, offset: number): boolean {
  let before = offset - 1;
  while (text[before] === " " || text[before] === "\t") before--;
  if (before < 0 || "[{,:-?\r\n".includes(text[before])) return true;
  // a tag or an anchor stands before its value; what is longer is neither
  let word = before;
  while (word > 0 && before - word < 256 && !" \t\r\n[{,".includes(text[word - 1])) word--;
  return text[word] === "!" || text[word] === "&";
}

function lineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

function single(issue: Issue): InputError {
  return new InputError([issue]);
}

/** The parser quotes what it did not understand, however long that is. */
function clip(message: string): string {
  return message.length > 200 ? `${message.slice(0, 199)}…` : message;
}
