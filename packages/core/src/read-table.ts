import { type ByteSource, GzipError, gunzip, readHead } from "./gunzip.ts";
import { looksLikeMrt, readMrt } from "./mrt.ts";
import { readTextTable, TextTableError } from "./text-table.ts";
import type { Trie } from "./trie.ts";

/** A table of prefixes and where they lead, whatever it was read from. */
export interface PrefixTable {
  readonly trie: Trie;
  /** What the values of the trie mean. Index 0 is "", no next hop. */
  readonly nextHops: readonly string[];
}

/**
 * Reads a table as `readMrt` does when its bytes, plain or decompressed, begin as an MRT dump does, and otherwise as
 * `readTextTable` does. Throws an MrtError or a TextTableError.
 */
export async function readTable(source: ByteSource): Promise<PrefixTable> {
  const chunks = gunzip(source);
  try {
    const head = await readHead(chunks, 8);
    const mrt = looksLikeMrt(head);
    const all = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      yield head;
      yield* chunks;
    };
    return await (mrt ? readMrt(all()) : readTextTable(all()));
  } catch (error) {
    // the bytes broke before they could say what they are
    if (error instanceof GzipError) throw new TextTableError(1, error.message, "");
    throw error;
  } finally {
    await chunks.return();
  }
}
