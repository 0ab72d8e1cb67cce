import { availableParallelism } from "node:os";
import { workOn } from "../jobs/queue-worker.ts";
import { openThreads } from "../jobs/threads.ts";
import { reportError, tell } from "../terminal.ts";

interface WorkerOptions {
  readonly queue: string;
  readonly jobs?: number;
  /** Seconds. */
  readonly lock: number;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** What a shell says of a program that a signal ended. */
const STOPPED = { SIGINT: 130, SIGTERM: 143 } as const;

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
    const signal = await new Promise<keyof typeof STOPPED>((resolve) => {
      for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve(name));
    });
    await working.close();
    return STOPPED[signal];
  } finally {
    await crew.close();
  }
}
