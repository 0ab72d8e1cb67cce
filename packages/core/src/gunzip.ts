/** Where bytes come from: a web stream, or anything that `for await` takes. */
export type ByteSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Compressed bytes that end early or are damaged. */
export class GzipError extends Error {
  override readonly name = "GzipError";

  constructor() {
    super("the gzip data is damaged or ends early");
  }
}

/**
 * Iterates the bytes of a source, decoded when its first two bytes are the magic of gzip. Reads no more than a few chunks
 * ahead. Throws a GzipError for bad compressed bytes, and whatever the source throws.
 */
export async function* gunzip(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = chunksOf(source);
  try {
    const head = await readHead(chunks, 2);
    if (head[0] === 0x1f && head[1] === 0x8b) {
      yield* inflate(head, chunks);
    } else {
      yield head;
      yield* chunks;
    }
  } finally {
    await chunks.return();
  }
}

/** Takes chunks until there are `size` bytes or the source ends, and returns all of them as one. */
export async function readHead(
  chunks: AsyncIterator<Uint8Array>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let head = new Uint8Array(0);
  while (head.length < size) {
    const next = await chunks.next();
    if (next.done) break;
    const longer = new Uint8Array(head.length + next.value.length);
    longer.set(head);
    longer.set(next.value, head.length);
    head = longer;
  }
  return head;
}

/** A stream is read by its reader, since not every browser can iterate one. */
async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (!("getReader" in source)) {
    for await (const chunk of source) yield checked(chunk);
    return;
  }
  const reader = source.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield checked(value);
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => {}); // a stream that failed refuses, and has told its error already
  }
}

/** A source of strings is a common mistake, and would go wrong much later. */
function checked(chunk: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(chunk)) throw new TypeError("a source gives Uint8Arrays, not strings");
  return chunk;
}

async function* inflate(
  head: Uint8Array,
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new DecompressionStream("gzip");
  const writer = decoder.writable.getWriter();
  const reader = decoder.readable.getReader();
  let sourceError: { readonly error: unknown } | undefined;

  const feed = async (): Promise<void> => {
    for (let chunk: Uint8Array | undefined = head; chunk !== undefined; ) {
      await writer.write(chunk as Uint8Array<ArrayBuffer>);
      try {
        chunk = (await chunks.next()).value ?? undefined;
      } catch (error) {
        sourceError = { error };
        throw error;
      }
    }
    await writer.close();
  };
  // what goes wrong on the writing side must also end the reading side
  const fed = feed().catch((error: unknown) => writer.abort(error).catch(() => {}));

  let ended = false;
  try {
    for (;;) {
      let result: ReadableStreamReadResult<Uint8Array>;
      try {
        result = await reader.read();
      } catch {
        await fed;
        throw sourceError === undefined ? new GzipError() : sourceError.error;
      }
      ended = result.done;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    if (!ended) {
      await reader.cancel().catch(() => {});
      await writer.abort().catch(() => {});
    }
    await fed;
  }
}
