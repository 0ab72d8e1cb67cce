/**
 * Where in a YAML document a cursor stands, read from the text before it: half a line is no document yet, so this cannot
 * be asked of a parser. It knows what people write in scenarios: mappings and lists in blocks and in braces, quotes,
 * comments, text over several lines. Anchors, tags and keys of several lines it does not know.
 */
export interface YamlContext {
  /** Keys from the outside in; undefined for an item of a list. The key that is being written is not part of it. */
  readonly path: readonly (string | undefined)[];
  /** What may stand here. At the beginning of an item it may be either. */
  readonly role: "key" | "value" | "item";
  /** What is written of it so far, and where it begins. */
  readonly word: string;
  readonly from: number;
  /** Keys that the same mapping has before the cursor. */
  readonly taken: readonly string[];
}

interface Frame {
  readonly kind: "map" | "list";
  /** The column of its keys or dashes; undefined between brackets, where columns say nothing. */
  readonly column: number | undefined;
  key: string | undefined;
  readonly taken: string[];
}

/** In a plain key a colon or a hash may stand, as long as no space makes it the end. */
const KEY =
  /^(?:"([^"]*)"|'([^']*)'|((?:[^\s#{}[\],&*!|>'"%@`-]|-(?=\S))(?:[^:#]|:(?=\S)|(?<=\S)#)*?))\s*:(?=\s|$)/;

/** Returns where the cursor stands; undefined inside a comment or a text over several lines. O(offset). */
export function contextAt(text: string, offset: number): YamlContext | undefined {
  const frames: Frame[] = [];
  /** Lines indented further belong to a text that began with `|` or `>`. */
  let prose: number | undefined;
  let at = 0;
  for (const line of text.slice(0, offset).split("\n")) {
    const start = at;
    at += line.length + 1;
    const isLast = at > offset;
    let column = line.search(/\S|$/);
    abandon(frames, line, column);
    const isOpen = frames.at(-1)?.column === undefined && frames.length > 0;
    if (prose !== undefined && (column > prose || (line.trim() === "" && !isLast))) {
      if (isLast) return undefined;
      continue;
    }
    prose = undefined;
    if (isOpen) {
      const found = flow(frames, line, column, start, isLast);
      if (found !== "on") return found;
      continue;
    }
    if (line.trim() === "" && !isLast) continue;
    if (line[column] === "#" || /^---(\s|$)/.test(line)) {
      if (isLast) return undefined;
      continue;
    }
    while (/^-(\s|$)/.test(line.slice(column))) {
      close(frames, column, "list");
      if (frames.at(-1)?.column !== column || frames.at(-1)?.kind !== "list")
        frames.push(frame("list", column));
      column += 1 + line.slice(column + 1).search(/\S|$/);
    }
    const rest = line.slice(column);
    const [whole, ...names] = KEY.exec(rest) ?? [];
    if (whole === undefined) {
      const isItem = frames.at(-1)?.kind === "list" && (frames.at(-1)?.column ?? 0) < column;
      if (!isItem && isLast) {
        close(frames, column, "map");
        const own = frames.at(-1);
        const isOwn = own?.kind === "map" && own.column === column;
        return {
          path: pathOf(isOwn ? frames.slice(0, -1) : frames),
          role: "key",
          word: rest,
          from: start + column,
          taken: isOwn ? own.taken : [],
        };
      }
      const found = value(frames, rest, start + column, isLast, "item");
      if (found !== "on") return found;
      continue;
    }
    const key = names.find((name) => name !== undefined)!;
    close(frames, column, "map");
    let own = frames.at(-1);
    if (own?.kind !== "map" || own.column !== column) {
      own = frame("map", column);
      frames.push(own);
    }
    own.key = key;
    own.taken.push(key);
    const after = rest.slice(whole.length);
    const skipped = after.search(/\S|$/);
    if (/^[|>][-+\d]*\s*$/.test(after.trim()) && !isLast) {
      prose = column;
      continue;
    }
    if (isLast && skipped === 0 && after === "") {
      // right behind the colon: a space comes first
      return { path: pathOf(frames), role: "value", word: "", from: offset, taken: [] };
    }
    const found = value(
      frames,
      after.slice(skipped),
      start + column + whole.length + skipped,
      isLast,
      "value",
    );
    if (found !== "on") return found;
  }
  return undefined;
}

function frame(kind: Frame["kind"], column: number | undefined): Frame {
  return { kind, column, key: undefined, taken: [] };
}

/** Leaves what ends before something of this kind at this column. */
function close(frames: Frame[], column: number, kind: Frame["kind"]): void {
  for (let own = frames.at(-1); own !== undefined; own = frames.at(-1)) {
    const at = own.column ?? 0;
    // a list may stand below the key that it belongs to, at the same column
    if (at < column || (at === column && (own.kind === kind || (own.kind === "map" && kind === "list"))))
      return;
    frames.pop();
  }
}

/** Leaves brackets that nobody closed: what is inside them is indented further than the key before them. */
function abandon(frames: Frame[], line: string, column: number): void {
  const block = frames.findLast((own) => own.column !== undefined);
  if (line.trim() === "" || column > (block?.column ?? -1)) return;
  while (frames.length > 0 && frames.at(-1)!.column === undefined) frames.pop();
}

function pathOf(frames: readonly Frame[]): (string | undefined)[] {
  return frames.map(({ kind, key }) => (kind === "list" ? undefined : key));
}

/** Reads what stands behind a key or a dash in a line. */
function value(
  frames: Frame[],
  text: string,
  start: number,
  isLast: boolean,
  role: "value" | "item",
): YamlContext | undefined | "on" {
  if (text[0] === "{" || text[0] === "[") return flow(frames, text, 0, start, isLast);
  if (!isLast) return "on";
  if (/(^|\s)#/.test(text)) return undefined;
  return {
    path: pathOf(frames),
    role,
    word: text.replace(/^["']/, ""),
    from: start + (/^["']/.test(text) ? 1 : 0),
    taken: [],
  };
}

/** Reads what stands between brackets, from a column of a line on; they may close in a later line. */
function flow(
  frames: Frame[],
  line: string,
  column: number,
  start: number,
  isLast: boolean,
): YamlContext | undefined | "on" {
  let word = column;
  let quote = "";
  for (let i = column; i < line.length; i++) {
    const letter = line[i];
    const own = frames.at(-1);
    if (quote !== "") {
      if (letter === quote) quote = "";
    } else if ((letter === '"' || letter === "'") && line.slice(word, i).trim() === "") {
      quote = letter;
    } else if (letter === "#" && (i === 0 || /\s/.test(line[i - 1]))) {
      return isLast ? undefined : "on";
    } else if (letter === "{" || letter === "[") {
      frames.push(frame(letter === "{" ? "map" : "list", undefined));
      word = i + 1;
    } else if (letter === "}" || letter === "]") {
      frames.pop();
      word = i + 1;
      if (frames.at(-1)?.column !== undefined) return isLast ? undefined : "on";
    } else if (letter === ",") {
      if (own !== undefined) own.key = undefined;
      word = i + 1;
    } else if (
      letter === ":" &&
      own?.kind === "map" &&
      own.key === undefined &&
      /\s|$/.test(line[i + 1] ?? " ")
    ) {
      own.key = bare(line.slice(word, i));
      own.taken.push(own.key);
      word = i + 1;
    }
  }
  if (!isLast) return "on";
  const own = frames.at(-1)!;
  const typed = line.slice(word);
  const from = start + word + typed.search(/[^\s"']|$/);
  const role = own.kind === "list" ? "item" : own.key === undefined ? "key" : "value";
  const path = pathOf(role === "key" ? frames.slice(0, -1) : frames);
  return { path, role, word: typed.replace(/^\s*["']?/, ""), from, taken: role === "key" ? own.taken : [] };
}

function bare(word: string): string {
  return word.trim().replace(/^(["'])(.*)\1$/, "$2");
}
