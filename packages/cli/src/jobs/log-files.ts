import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { GzipError, gunzip } from "@twoway/core";
import { type LogLayout, type LogRange, layoutOf } from "@twoway/sim";
import { filesIn, unreadable, wrong } from "../input.ts";
import { parquetGroups } from "./parquet-log.ts";

/** How flow logs lie on the disk: text, compressed text, and Parquet. */

/** A piece of a file that one job reads. Plain JSON. */
export type LogPiece =
  | { readonly kind: "text"; readonly layout: LogLayout; readonly range: LogRange }
  /** Compressed text is read from its beginning, so it is one piece. */
  | { readonly kind: "gzip"; readonly layout: LogLayout }
  | { readonly kind: "parquet"; readonly rows: LogRange };

export interface LogFile {
  readonly file: string;
  readonly bytes: number;
  /** When it was written, in milliseconds since 1970: a run is not continued on another file. */
  readonly modified: number;
  /** What `checkLog` compares. */
  readonly content: string;
  readonly pieces: readonly LogPiece[];
}

/** Bytes of text that one job reads. */
const PIECE = 64 * 1024 * 1024;
const HEAD = 1 << 16;

/** Returns the files in the order of their names, folders with all that is inside. Throws an InputError. */
export async function openLogs(
  paths: readonly string[],
  fields: string | undefined,
  piece: number = PIECE,
): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for (const path of paths) {
    for (const file of inside(path)) {
      const { size, mtimeMs } = statSync(file);
      const pieces = size === 0 ? [] : await piecesOf(file, size, fields, piece);
      files.push({ file, bytes: size, modified: mtimeMs, content: sampleOf(file, size), pieces });
    }
  }
  return files;
}

function inside(path: string): string[] {
  try {
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function piecesOf(
  file: string,
  size: number,
  fields: string | undefined,
  piece: number,
): Promise<LogPiece[]> {
  const head = headOf(file);
  if (head[0] === 0x1f && head[1] === 0x8b)
    return [{ kind: "gzip", layout: layoutOf(await unpackedHead(file), file, fields) }];
  if (String.fromCharCode(...head.subarray(0, 4)) === "PAR1")
    return (await parquetGroups(file)).map((rows) => ({ kind: "parquet", rows }));
  const layout = layoutOf(head, file, fields);
  const pieces: LogPiece[] = [];
  for (let from = 0; from < size; from += piece)
    pieces.push({ kind: "text", layout, range: { from, to: Math.min(size, from + piece) } });
  return pieces;
}

/**
 * Throws an InputError unless the file has the size and the samples that it had when the run began: a worker elsewhere may
 * have another file by this name.
 */
export function checkLog(file: string, { bytes, content }: Pick<LogFile, "bytes" | "content">): void {
  let size: number;
  try {
    size = statSync(file).size;
  } catch (error) {
    throw unreadable(file, error);
  }
  if (size === bytes && sampleOf(file, size) === content) return;
  const message = `this is not the log that the run was started on: it has ${size} bytes here, and ${bytes} there${size === bytes ? ", and others of them" : ""}`;
  throw wrong("unreadable", file, message, "the same file for every worker, unchanged during a run");
}

/** Returns the SHA-256 of some parts of the file, from its beginning to its end. A log is too large to read twice. */
function sampleOf(file: string, size: number): string {
  const hash = createHash("sha256");
  const sample = new Uint8Array(SAMPLE);
  try {
    const descriptor = openSync(file, "r");
    try {
      const last = Math.max(0, size - SAMPLE);
      for (let i = 0; i < SAMPLES; i++) {
        const at = Math.floor((last * i) / (SAMPLES - 1));
        hash.update(sample.subarray(0, readSync(descriptor, sample, 0, SAMPLE, at)));
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  return hash.digest("hex");
}

const SAMPLE = 4096;
const SAMPLES = 16;

function headOf(file: string): Uint8Array {
  try {
    const descriptor = openSync(file, "r");
    try {
      const head = new Uint8Array(HEAD);
      return head.subarray(0, readSync(descriptor, head));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function unpackedHead(file: string): Promise<Uint8Array> {
  const head = new Uint8Array(HEAD);
  let length = 0;
  const stream = createReadStream(file);
  try {
    for await (const chunk of gunzip(stream)) {
      const some = chunk.subarray(0, HEAD - length);
      head.set(some, length);
      length += some.length;
      if (length === HEAD || some.includes(10)) break;
    }
  } catch (error) {
    throw damaged(file, error);
  } finally {
    stream.destroy();
  }
  return head.subarray(0, length);
}

/** Returns what is wrong with a compressed file as an input error; anything else as `unreadable` does. */
export function damaged(file: string, error: unknown): unknown {
  return error instanceof GzipError ? wrong("unreadable", file, error.message) : unreadable(file, error);
}
