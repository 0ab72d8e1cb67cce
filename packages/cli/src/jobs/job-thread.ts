import { parentPort } from "node:worker_threads";
import { InputError, type Issue } from "@twoway/sim";
import { type Job, runJob } from "./run-job.ts";

/** The entry of a worker thread: does the jobs that it is sent, one at a time. A fault of ours ends it. */

export type ThreadMessage =
  | { readonly kind: "tick"; readonly done: number }
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "refused"; readonly issues: readonly Issue[] };

const tell = (message: ThreadMessage): void => parentPort!.postMessage(message);

parentPort!.on("message", async (job: Job) => {
  try {
    tell({ kind: "result", result: await runJob(job, (done) => tell({ kind: "tick", done })) });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell({ kind: "refused", issues: error.issues });
  }
});
