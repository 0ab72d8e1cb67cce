import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { formatAction, InputError, type Network, playStep, readScenario, scenarioText } from "@twoway/sim";
import { wrong } from "../input.ts";
import { ApiError } from "./error.ts";
import type { Entry, Journal } from "./store.ts";

/**
 * The journal: a scenario that grows. Its head is the network as it was in the beginning, and every request that was
 * accepted adds one line, a step with all of its actions. A line is a record only with its line feed, so what a crash
 * leaves of one can be told from a whole one; nobody was told of it, and it is cut off.
 */

const MARK =
  "# twoway journal, version 1: a scenario; `twoway check` and `twoway trace --step all` read it\n";
const HEAD_END = "steps:\n  - note: Every accepted request follows, in order, one line each.\n";
/** What readers of scenarios in YAML take. */
const MAX_BYTES = 16 * 1024 * 1024;

/** What a journal asks of the operating system; tests have one that fails. */
export interface Disk {
  /** Writes some of the bytes at the place in the file; returns how many. */
  write(descriptor: number, bytes: Uint8Array, at: number): number;
  sync(descriptor: number): void;
  truncate(descriptor: number, size: number): void;
}

const DISK: Disk = {
  write: (descriptor, bytes, at) => writeSync(descriptor, bytes, 0, bytes.length, at),
  sync: fsyncSync,
  truncate: ftruncateSync,
};

export interface OpenJournal {
  readonly journal: Journal & { close(): void };
  /** The network after everything that the journal says. */
  readonly network: Network;
  /** What made it so, request by request. */
  readonly past: readonly Entry[];
  /** What was cut off, in a sentence. */
  readonly warning: string | undefined;
  /** The file was there already, and the network comes from it alone. */
  readonly isOld: boolean;
}

/** Opens the journal, or begins one with the network. Throws an InputError for a file that is none or does not replay. */
export function openJournal(file: string, initial: () => Network, disk: Disk = DISK): OpenJournal {
  const isOld = existsSync(file);
  if (!isOld) begin(file, initial());
  const bytes = readFileSync(file);
  if (!bytes.subarray(0, MARK.length).equals(Buffer.from(MARK))) {
    throw wrong(
      "bad-text",
      file,
      "this file is no journal, and is left alone",
      "name a file that is not there yet",
    );
  }
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const descriptor = openSync(file, "r+");
  try {
    let warning: string | undefined;
    if (whole < bytes.length) {
      disk.truncate(descriptor, whole);
      disk.sync(descriptor);
      warning = `the last line was not written to its end, and ${bytes.length - whole} bytes of it are cut off`;
    }
    const { network, past } = replay(bytes.toString("utf8", 0, whole), file);
    const journal = new FileJournal(descriptor, whole, disk);
    return { journal, network, past, warning, isOld };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Writes the head aside and puts it in its place as a whole, so that there never is half a head. */
function begin(file: string, network: Network): void {
  const aside = `${file}.new`;
  const descriptor = openSync(aside, "w");
  try {
    writeAll(DISK, descriptor, Buffer.from(MARK + scenarioText(network, "journal") + HEAD_END), 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(aside, file);
  const folder = openSync(dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function replay(text: string, file: string): { readonly network: Network; readonly past: readonly Entry[] } {
  const { scenario } = readScenario(text, file);
  let { network } = scenario;
  for (const step of scenario.steps) {
    const played = playStep(network, step);
    const bad = played.deeds.find(({ ok }) => !ok);
    if (bad !== undefined) {
      const message = `${bad.action.text} cannot be replayed: ${bad.refusal?.message}`;
      throw new InputError([{ code: "refused", message, source: bad.action.source, path: "" }]);
    }
    network = played.network;
  }
  const past = scenario.steps.map(({ actions, note }): Entry => {
    const [, task] = /^task (\d{1,15})$/.exec(note) ?? [];
    return {
      actions: actions.map(({ action }) => action),
      task: task === undefined ? undefined : Number(task),
    };
  });
  return { network, past };
}

class FileJournal implements Journal {
  readonly #descriptor: number;
  readonly #disk: Disk;
  #size: number;
  /** Why nothing is written any more; undefined while all is well. */
  #broken: string | undefined;

  constructor(descriptor: number, size: number, disk: Disk) {
    this.#descriptor = descriptor;
    this.#size = size;
    this.#disk = disk;
  }

  append({ actions, task }: Entry): void {
    if (this.#broken !== undefined) throw new ApiError("InternalError", this.#broken);
    const deeds = `do: [${actions.map((action) => quoted(formatAction(action))).join(", ")}]`;
    const record = Buffer.from(
      task === undefined ? `  - ${deeds}\n` : `  - { note: task ${task}, ${deeds} }\n`,
    );
    if (this.#size + record.length > MAX_BYTES) {
      throw new ApiError("LimitExceeded", "the journal is full (16 MiB); begin another one");
    }
    if (fstatSync(this.#descriptor).size !== this.#size) {
      this.#broken = "somebody else wrote to the journal; nothing is written any more";
      throw new ApiError("InternalError", this.#broken);
    }
    try {
      writeAll(this.#disk, this.#descriptor, record, this.#size);
      this.#disk.sync(this.#descriptor);
    } catch (error) {
      this.#takeBack(error as NodeJS.ErrnoException);
    }
    this.#size += record.length;
  }

  /** After a failed write the file ends where it did; where even that cannot be had, nothing is written any more. */
  #takeBack({ code, message }: NodeJS.ErrnoException): never {
    try {
      this.#disk.truncate(this.#descriptor, this.#size);
      this.#disk.sync(this.#descriptor);
    } catch {
      this.#broken = "the journal could not be written nor put back; restart the server";
    }
    throw new ApiError(
      "InternalError",
      `the journal could not be written (${code ?? message}); nothing is changed`,
    );
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Writes all bytes at the place, however few the system takes at a time. */
function writeAll(disk: Disk, descriptor: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    const count = disk.write(descriptor, bytes.subarray(done), at + done);
    if (count === 0) throw new Error("nothing more can be written");
    done += count;
  }
}

/** JSON in ASCII, which is YAML too. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
