import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { InputError, type Issue } from "../model/issue.ts";
import { type TextPlaces, textPlace } from "../model/routes.ts";

/**
 * A YAML or JSON text with the place of everything in it. JSON is read as the YAML that it is, so both have places;
 * only JSON above the YAML limit is read without.
 */
export interface TextDocument {
  readonly value: unknown;
  readonly places: TextPlaces;
  /** Offset of the value at the path, or of the nearest thing around it that exists. */
  offset(path: readonly PropertyKey[]): number;
  /** Offset of the key itself: where an unknown or doubled key stands. */
  keyOffset(path: readonly PropertyKey[]): number;
}

const MIB = 1024 * 1024;
/** `yaml` reads about 4 MB/s; what is larger should be JSON. Characters. */
const MAX_YAML = 16 * MIB;
const MAX_JSON = 256 * MIB;
const MAX_DEPTH = 64;
const MAX_ALIASES = 100;

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
  return json && text.length > MAX_YAML ? readJson(text, file) : readYaml(text, file);
}

function readJson(text: string, file: string): TextDocument {
  const places = { file, lineStarts: lineStarts(text) };
  try {
    return { value: JSON.parse(text), places, offset: () => 0, keyOffset: () => 0 };
  } catch (error) {
    const [, at] = /position (\d+)/.exec(String(error)) ?? [];
    const source = textPlace(places, Number(at ?? 0));
    throw single({ code: "syntax", message: (error as Error).message, source, path: "" });
  }
}

function readYaml(text: string, file: string): TextDocument {
  const places = { file, lineStarts: lineStarts(text) };
  const issue = (code: Issue["code"], message: string, offset: number): Issue => ({
    code,
    message,
    source: textPlace(places, offset),
    path: "",
  });
  const deep = tooDeep(text);
  if (deep >= 0) throw single(issue("too-large", `nested more than ${MAX_DEPTH} deep`, deep));
  const document = parseDocument(text, {
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
  });
  const overflow = document.errors.find(({ message }) => /call stack|recursion/.test(message));
  if (overflow !== undefined)
    throw single(issue("too-large", `nested more than ${MAX_DEPTH} deep`, overflow.pos[0]));
  const issues = [...document.errors, ...document.warnings].map(({ message, code, pos }) =>
    code === "DUPLICATE_KEY"
      ? issue("duplicate", "this key stands twice in one map", pos[0])
      : issue("syntax", message.replace(/\.$/, ""), pos[0]),
  );
  if (issues.length > 0) throw new InputError(issues);
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source))
        issues.push(issue("syntax", `nothing before has the anchor &${node.source}`, node.range?.[0] ?? 0));
    },
    Pair(_, pair) {
      if (!isScalar(pair.key) || pair.key.value !== "__proto__") return;
      issues.push(issue("bad-name", "__proto__ is not a name", pair.key.range?.[0] ?? 0));
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
    offset: (path) => startOf(nodeAt(document, path)),
    keyOffset: (path) => {
      const parent = nodeAt(document, path.slice(0, -1));
      const name = String(path[path.length - 1]);
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === name)
        : undefined;
      return pair === undefined ? startOf(parent) : startOf(pair.key as Node);
    },
  };
}

/** Returns the node at the path, or the last one on the way that exists. Aliases are looked through. */
function nodeAt(document: Document, path: readonly PropertyKey[]): Node | null {
  let node: Node | null = document.contents;
  for (const key of path) {
    const inside: Node | null | undefined = isAlias(node) ? node.resolve(document) : node;
    let next: unknown;
    if (isMap(inside))
      next = inside.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
      )?.value;
    else if (isSeq(inside)) next = inside.items[Number(key)];
    if (next === undefined || next === null) return node;
    node = next as Node;
  }
  return node;
}

/** Offset of a node's first character; behind the quote where there is one. */
function startOf(node: Node | null): number {
  const start = node?.range?.[0] ?? 0;
  const quoted = isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE");
  return quoted ? start + 1 : start;
}

/** Returns the offset at which brackets or indentation nest too deep, or -1: the parser's own recursion has no limit. */
function tooDeep(text: string): number {
  let depth = 0;
  let indents = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 91 || c === 123) depth++;
    else if ((c === 93 || c === 125) && depth > 0) depth--;
    else if (c === 35 && /\s/.test(text[i - 1] ?? " ")) {
      const end = text.indexOf("\n", i);
      i = end < 0 ? text.length : end - 1; // a comment may hold any bracket
    } else if (c === 10) indents = 0;
    else if (c === 45 && text.charCodeAt(i + 1) === 32) indents++;
    if (depth > MAX_DEPTH || indents > MAX_DEPTH) return i;
  }
  return -1;
}

function lineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

function single(issue: Issue): InputError {
  return new InputError([issue]);
}
