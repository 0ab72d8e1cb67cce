/**
 * What a link holds: which network, which changes, which question. It stands behind `#`, so no server ever sees it:
 * `#1.` and JSON, deflated, in base64url.
 */
export interface LinkState {
  /** A bundled scenario by its file's name, the text that somebody dropped, or what the page began with. */
  readonly source: LinkSource;
  readonly changes: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: string;
  readonly panel: string;
  /** What stands in the large part of the page; the topology unless given. */
  readonly stage?: string;
  /** How many steps of the story were played before the changes; none unless given. */
  readonly step?: number;
}

export type LinkSource =
  | { readonly kind: "first" }
  | { readonly kind: "scenario"; readonly name: string }
  | { readonly kind: "files"; readonly files: readonly { readonly name: string; readonly text: string }[] }
  /** Too large for a link: who opens it must have the file. */
  | { readonly kind: "missing"; readonly name: string };

/** Longer links are cut by mail programs and chats; a network that does not fit is left out. */
export const MAX_LINK = 32_000;
const PREFIX = "1.";
/** What a hostile link may swell to. */
const MAX_TEXT = 4_000_000;

/** Returns the part of a link behind `#`. Never longer than `MAX_LINK` for what people drop. */
export async function encodeLink(state: LinkState): Promise<string> {
  if (state.source.kind !== "files") return deflated(state);
  const size = state.source.files.reduce((sum, { text }) => sum + text.length, 0);
  const whole = size > MAX_TEXT ? undefined : await deflated(state);
  if (whole !== undefined && whole.length <= MAX_LINK) return whole;
  const name = state.source.files.map((file) => file.name).join(", ");
  return deflated({ ...state, source: { kind: "missing", name: name.slice(0, 200) } });
}

/** Returns what a link holds; undefined for one that is damaged, of another version, or none. Never throws. */
export async function decodeLink(hash: string): Promise<LinkState | undefined> {
  const text = hash.replace(/^#/, "");
  if (!text.startsWith(PREFIX)) return undefined;
  try {
    const packed = Uint8Array.from(
      atob(text.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/")),
      (letter) => letter.charCodeAt(0),
    );
    return stateOf(JSON.parse(await inflated(packed)));
  } catch {
    return undefined;
  }
}

async function deflated(state: LinkState): Promise<string> {
  const stream = new Blob([JSON.stringify(state)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return PREFIX + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Throws when the bytes are not deflated, or are more than anybody's network. */
async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.pipeThrough(new TextDecoderStream("utf-8", { fatal: true })).getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    if (text.length > MAX_TEXT) {
      await reader.cancel();
      throw new RangeError("the link holds too much");
    }
  }
  return text;
}

/** Takes what has the right shape; a link may come from anybody. */
function stateOf(value: unknown): LinkState | undefined {
  const record = (value ?? {}) as Record<string, unknown>;
  const source = sourceOf(record.source);
  const { changes } = record;
  if (source === undefined || !Array.isArray(changes) || !changes.every((line) => typeof line === "string"))
    return undefined;
  const text = (key: string): string => (typeof record[key] === "string" ? (record[key] as string) : "");
  return {
    source,
    changes: changes as string[],
    from: text("from"),
    to: text("to"),
    protocol: text("protocol"),
    port: text("port"),
    panel: text("panel"),
    ...(typeof record.stage === "string" ? { stage: record.stage } : {}),
    ...(Number.isSafeInteger(record.step) && (record.step as number) > 0
      ? { step: record.step as number }
      : {}),
  };
}

function sourceOf(value: unknown): LinkSource | undefined {
  const { kind, name, files } = (value ?? {}) as Record<string, unknown>;
  if (kind === "first") return { kind };
  if ((kind === "scenario" || kind === "missing") && typeof name === "string") return { kind, name };
  if (kind !== "files" || !Array.isArray(files)) return undefined;
  const texts = files.map((file) => ({ name: String(file?.name), text: String(file?.text) }));
  return { kind, files: texts };
}
