import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Fib, type Ranges } from "@twoway/core";

/** One pass over a query file. */
export interface NativePass {
  readonly ms: number;
  readonly checksum: number;
}

/** The C program of `native/lookup.c`, compiled into a folder of its own and kept running. */
export class Native {
  /** Bytes of the DXR table. */
  readonly dxrBytes: number;
  private readonly folder: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  private constructor(
    folder: string,
    child: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    dxrBytes: number,
  ) {
    this.folder = folder;
    this.child = child;
    this.lines = lines;
    this.dxrBytes = dxrBytes;
  }

  /** Returns undefined where there is no C compiler. */
  static async start(
    table: ArrayBufferLike,
    ranges: Ranges,
    queries: readonly Uint32Array[],
  ): Promise<Native | undefined> {
    const folder = mkdtempSync(join(tmpdir(), "twoway-bench-"));
    const program = join(folder, "lookup");
    try {
      // compiled, this file is packages/bench/dist/native.js
      const source = join(import.meta.dirname, "../native/lookup.c");
      execFileSync("gcc", ["-O3", "-march=native", "-o", program, source], { stdio: "pipe" });
    } catch {
      rmSync(folder, { recursive: true });
      return undefined;
    }
    const files = [new Uint8Array(table), pairsOf(ranges), ...queries].map((data, i) => {
      const file = join(folder, `${i}`);
      writeFileSync(file, data);
      return file;
    });
    const [first, second, ...rest] = files;
    const child = spawn(program, [first, second, `${queries[0].length}`, ...rest]);
    child.stderr.pipe(process.stderr);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const native = new Native(folder, child, lines, Number((await lines.next()).value));
    return native;
  }

  async run(name: "two-level" | "dxr", query: number): Promise<NativePass> {
    this.child.stdin.write(`${query} ${name}\n`);
    const { value } = await this.lines.next();
    if (value === undefined) throw new Error("the C program ended");
    const [nanoseconds, checksum] = String(value).split(" ").map(Number);
    return { ms: nanoseconds / 1e6, checksum };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.stdin.end();
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

/** First address and result of every range and of the gaps between, so that every address has one. */
function pairsOf(ranges: Ranges): Uint32Array {
  const pairs: number[] = [];
  let next = 0;
  for (let i = 0; i < ranges.length; i++) {
    const lo = Number(ranges.lo(i));
    if (lo > next) pairs.push(next, Fib.NONE);
    pairs.push(lo, ranges.value(i));
    next = Number(ranges.hi(i)) + 1;
  }
  if (next < 2 ** 32) pairs.push(next, Fib.NONE);
  return Uint32Array.from(pairs);
}
