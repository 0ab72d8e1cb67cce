import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { usableOf } from "./by-table.ts";
import type { Pass } from "./contest.ts";
import type { Fabric } from "./fabric.ts";

const run = promisify(execFile);

/** The engine's algorithm in C++, `native/reach.cpp`, compiled into a folder of its own. */
export class NativePort {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns undefined where there is no C++ compiler. */
  static compile(): NativePort | undefined {
    const folder = mkdtempSync(join(tmpdir(), "twoway-reach-"));
    try {
      // compiled, this file is packages/bench/dist/reach/native-port.js
      const source = join(import.meta.dirname, "../../native/reach.cpp");
      const flags = ["-std=c++17", "-O3", "-march=native", "-o", join(folder, "reach"), source];
      execFileSync("g++", flags, { stdio: "pipe" });
      return new NativePort(folder);
    } catch {
      rmSync(folder, { recursive: true });
      return undefined;
    }
  }

  /** Hands a network over; the returned function answers in a process of its own, and times the answer alone. */
  load(fabric: Fabric): () => Promise<Pass> {
    const file = join(this.#folder, "fabric");
    writeFileSync(file, wordsOf(fabric));
    return async () => {
      const { stdout } = await run(join(this.#folder, "reach"), [file, "3"]);
      // the first round meets memory that nobody touched before, which the others in this process do not
      const [, , last] = stdout.trim().split("\n");
      const [nanoseconds, packets] = last.split(" ").map(Number);
      return { ms: nanoseconds / 1e6, checksum: packets };
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** The arrays as `native/reach.cpp` reads them. */
function wordsOf(fabric: Fabric): Uint32Array {
  const usable = usableOf(fabric);
  const { vpcLo, vpcSub, subVpc, subTable, tabVpc, tabOff, routeLo, routeBits, routeTarget, peerA, peerB } =
    fabric;
  const sizes = [vpcLo, subVpc, tabVpc, routeLo, peerA].map(({ length }) => length);
  const sub = [vpcSub, usable.first, usable.last, subVpc, subTable];
  const columns = [sizes, ...sub, tabVpc, tabOff, routeLo, routeBits, routeTarget, peerA, peerB];
  const words = new Uint32Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    words.set(column, at);
    at += column.length;
  }
  return words;
}
