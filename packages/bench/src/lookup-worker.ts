import { parentPort, workerData } from "node:worker_threads";
import { FibView } from "@twoway/core";
import { checksum } from "./rounds.ts";

// Looks up all addresses of its share again and again until `ms` have passed, and tells how many passes that took.

const { table, addresses } = workerData as {
  readonly table: SharedArrayBuffer;
  readonly addresses: SharedArrayBuffer;
};
const view = new FibView(table);
const from = new Uint32Array(addresses);
const out = new Uint32Array(from.length);
view.lookupMany(from, out);
parentPort?.on("message", (ms: number) => {
  let passes = 0;
  const start = performance.now();
  while (performance.now() - start < ms) {
    view.lookupMany(from, out);
    passes++;
  }
  const mlps = (passes * from.length) / (performance.now() - start) / 1000;
  parentPort?.postMessage({ mlps, checksum: checksum(out, out.length) });
});
