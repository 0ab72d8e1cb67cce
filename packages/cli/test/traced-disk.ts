import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

/**
 * Loaded into a server before anything else (`node --import`): writes down, in a file, in which order it writes to disk,
 * syncs and replies, and lets the disk fail where it is told to.
 *
 * `TRACE` names that file. `FAIL` is `CALL:CODE:N`: the Nth call of that kind after the server listens fails with that
 * error, and a write does half of its work before it does.
 */

const { writeSync, fsyncSync, renameSync } = fs;
const trace = fs.openSync(process.env.TRACE!, "a");
const [failing, code, at] = (process.env.FAIL ?? "").split(":");
const counts = new Map<string, number>();
let listens = false;

/** Notes the call; throws where the disk is to fail now, after `before` has run. */
function note(call: string, before: () => void = () => {}): void {
  writeSync(trace, `${call}\n`);
  if (!listens) return;
  const count = (counts.get(call) ?? 0) + 1;
  counts.set(call, count);
  if (call !== failing || count !== Number(at)) return;
  before();
  throw Object.assign(new Error(`${code}: injected`), { code });
}

const write = writeSync as (
  descriptor: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => number;
Object.assign(fs, {
  writeSync: (...[descriptor, bytes, offset, length, position]: Parameters<typeof write>): number => {
    const half = (): void => void write(descriptor, bytes, offset, length >> 1, position);
    note("write", half);
    return write(descriptor, bytes, offset, length, position);
  },
  fsyncSync: (descriptor: number): void => {
    note("sync");
    fsyncSync(descriptor);
  },
  renameSync: (from: string, to: string): void => {
    note("rename");
    renameSync(from, to);
  },
});
syncBuiltinESMExports();

const send = Socket.prototype.write;
Socket.prototype.write = function (this: Socket, ...args: unknown[]): boolean {
  if (String(args[0]).startsWith("HTTP/1.1")) note("reply"); // its head; the body may be a write of its own
  return Reflect.apply(send, this, args);
} as typeof send;

// the address on standard output says that it listens
const print = process.stdout.write;
process.stdout.write = ((...args: unknown[]): boolean => {
  listens = true;
  return Reflect.apply(print, process.stdout, args);
}) as typeof print;
