import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { pipeline } from "node:stream/promises";
import { type Family, formatAddress, readWords } from "@twoway/core";
import { ACTION, type FlowAnswer, type FlowRecords, STATUS } from "@twoway/sim";
import { unreadable, wrong } from "../input.ts";

/** Judged records as CSV, a row each in the order of the log. Each job writes a part, and at the end they are put together. */

const HEADER =
  "file,position,source,destination,protocol,source_port,destination_port,action,packets,bytes,start,class,contradicts,asked_by,before,after,path,cause,owner_kind,owner,from,to\n";

const ACTION_NAMES = Object.fromEntries(
  Object.entries(ACTION).map(([name, value]) => [value, name === "unsaid" ? "" : name]),
);

/** One part. Nobody sees it before it is complete: whoever does the job again replaces it by the same. */
export class VerdictFile {
  readonly #path: string;
  readonly #own: string;
  readonly #file: string;
  readonly #descriptor: number;
  #text = "";
  /** The columns that depend on the outcome alone. */
  readonly #endings: string[] = [];

  constructor(path: string, file: string) {
    this.#path = path;
    this.#own = `${path}.${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
    this.#file = field(file);
    try {
      this.#descriptor = openSync(this.#own, "wx");
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  add(records: FlowRecords, found: Int32Array, outcomes: readonly FlowAnswer[]): void {
    for (let i = this.#endings.length; i < outcomes.length; i++) this.#endings.push(endingOf(outcomes[i]));
    let text = this.#text;
    for (let row = 0; row < records.length; row++) {
      text += `${this.#file},${records.position[row]},`;
      if (records.status[row] === STATUS.ok) {
        const family = records.family[row] as Family;
        const source = formatAddress(readWords(family, records.source, 4 * row));
        const destination = formatAddress(readWords(family, records.destination, 4 * row));
        text += `${source},${destination},${records.protocol[row]},${records.sourcePort[row]},${records.destinationPort[row]},${ACTION_NAMES[records.action[row]]},${records.packets[row]},${records.bytes[row]},${records.start[row] || ""},`;
      } else text += ",,,,,,,,,";
      text += this.#endings[found[row]];
      if (text.length > FLUSH) {
        writeAll(this.#descriptor, text);
        text = "";
      }
    }
    this.#text = text;
  }

  finish(): void {
    writeAll(this.#descriptor, this.#text);
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    renameSync(this.#own, this.#path);
  }

  abandon(): void {
    closeSync(this.#descriptor);
    rmSync(this.#own, { force: true });
  }
}

const FLUSH = 1 << 18;

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function endingOf({ class: cls, disagrees, role, before, after, reason, from, to }: FlowAnswer): string {
  const { path, cause, component } = reason ?? {};
  const asked = role === undefined ? "" : role === "request" ? "source" : "destination";
  const words = [cls, disagrees, asked, before, after, path, cause, component?.kind, component?.id, from, to];
  return `${words.map((word) => field(word ?? "")).join(",")}\n`;
}

/** Puts quotes around what would be read otherwise. */
function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Reports whether all parts are there. */
export function hasParts(parts: readonly string[]): boolean {
  return parts.every((part) => existsSync(part));
}

/** Puts the parts together under the name that is wanted, which nobody sees half written, and removes them. */
export async function joinParts(out: string, parts: readonly string[]): Promise<void> {
  const own = `${out}.${process.pid}`;
  try {
    const target = createWriteStream(own);
    await pipeline(contentsOf(parts), target);
    const descriptor = openSync(own, "r+");
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(own, out);
  } catch (error) {
    rmSync(own, { force: true });
    throw wrong("unreadable", out, `cannot be written: ${(error as Error).message}`);
  }
  for (const part of parts) rmSync(part, { force: true });
}

async function* contentsOf(parts: readonly string[]): AsyncGenerator<Uint8Array | string> {
  yield HEADER;
  for (const part of parts) yield* createReadStream(part);
}
