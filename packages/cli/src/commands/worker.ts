import { availableParallelism } from "node:os";
import { workOn } from "../jobs/queue-worker.ts";
import { openThreads } from "../jobs/threads.ts";
import { stopped } from "../signal.ts";
import { reportError, tell } from "../terminal.ts";

interface WorkerOptions {
  readonly queue: string;
  readonly jobs?: number;
  /** Seconds. */
  readonly lock: number;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Does jobs of any run that it finds in the queue, until a signal comes; jobs that are under way are done first. */
export async function worker(options: WorkerOptions): Promise<number> {
  const threads = options.jobs ?? availableParallelism();
  const crew = openThreads(threads);
  const say = (text: string): void => {
    if (!options.quiet) tell(text);
  };
  try {
    const working = await workOn(options.queue, crew, {
      lock: options.lock * 1000,
      onRefused: (error) => reportError(error, options),
      tell: say,
    });
    say(`working on ${working.shown}, jobs at once: ${threads}`);
    const status = await stopped();
    await working.close();
    return status;
  } finally {
    await crew.close();
  }
}
