import { Worker } from "node:worker_threads";
import { InputError } from "@twoway/sim";
import type { Crew } from "./crew.ts";
import type { Tick } from "./job.ts";
import type { ThreadMessage } from "./job-thread.ts";
import { type Job, type ResultOf, runJob } from "./run-job.ts";

/** Returns a crew that is this thread: one job at a time, and nothing is started for it. */
export function thisThread(): Crew {
  return {
    parallel: 1,
    run: runJob,
    close: async () => {},
  };
}

/** Returns a crew of threads of this process, each started when there is work for it, and kept until `close`. */
export function openThreads(count: number): Crew {
  const all = new Set<Worker>();
  const idle: Worker[] = [];
  const forget = (thread: Worker): void => {
    all.delete(thread);
    const at = idle.indexOf(thread);
    if (at >= 0) idle.splice(at, 1);
  };
  const begin = (): Worker => {
    // beside this file, both in `dist` and in the bundle
    const thread = new Worker(new URL("./job-thread.js", import.meta.url));
    all.add(thread);
    return thread.once("error", () => forget(thread)).once("exit", () => forget(thread));
  };
  return {
    parallel: count,
    async run(job, tick) {
      const thread = idle.pop() ?? begin();
      try {
        return await runIn(thread, job, tick);
      } finally {
        if (all.has(thread)) idle.push(thread);
      }
    },
    close: async () => void (await Promise.all([...all].map((thread) => thread.terminate()))),
  };
}

function runIn<J extends Job>(thread: Worker, job: J, tick: Tick): Promise<ResultOf<J>> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      thread.off("message", hear).off("error", fail).off("exit", stop);
    };
    const fail = (error: Error): void => {
      leave();
      reject(error);
    };
    const stop = (code: number): void => fail(new Error(`a worker thread ended with status ${code}`));
    const hear = (message: ThreadMessage): void => {
      if (message.kind === "tick") {
        tick(message.done);
        return;
      }
      leave();
      if (message.kind === "result") resolve(message.result as ResultOf<J>);
      else reject(new InputError(message.issues));
    };
    thread.on("message", hear).on("error", fail).on("exit", stop);
    thread.postMessage(job);
  });
}
