import { availableParallelism } from "node:os";
import { isPlain, mergeSweeps, renderSweep, type Sweep, sweepJson } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { type NetworkOptions, wrong } from "../input.ts";
import { type Crew, inOrder } from "../jobs/crew.ts";
import { pinNetwork } from "../jobs/pinned-network.ts";
import { sweepJobs } from "../jobs/sweep-job.ts";
import { openThreads, thisThread } from "../jobs/threads.ts";
import { stopped } from "../signal.ts";
import { print, progress, styleFor, tell, warn } from "../terminal.ts";

interface SweepOptions extends NetworkOptions {
  readonly format: "text" | "json";
  /** How many of the worst; ten of them in text and all in JSON, unless given. */
  readonly top?: number;
  /** How many threads. */
  readonly jobs?: number;
  /** Address of a Redis whose workers do it instead. */
  readonly queue?: string;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Takes every peering and every route away once, and ranks what each of them breaks. */
export async function sweepCommand(file: string, options: SweepOptions): Promise<number> {
  const { network, warnings, pin } = pinNetwork(file, options);
  warn(warnings, options);
  const jobs = sweepJobs(network, pin);
  const crew = await hire(file, options, isPlain(network), jobs.length);
  const bar = progress("losses", jobs.at(-1)!.range.to);
  const parts: Sweep[] = [];
  try {
    for await (const part of inOrder(crew, jobs, bar.update)) parts.push(part);
  } finally {
    bar.stop();
    await crew.close();
  }
  const found = mergeSweeps(parts);
  if (options.format === "json")
    print(JSON.stringify(sweepJson(network, found, options.top ?? Number.POSITIVE_INFINITY), null, 2));
  else print(renderSweep(found, options.top ?? 10, styleFor(process.stdout, options)));
  return EXIT.yes;
}

/** Returns who does it: the queue's workers, threads, or for little work this thread. */
async function hire(
  file: string,
  { queue, jobs, quiet }: SweepOptions,
  plain: boolean,
  count: number,
): Promise<Crew> {
  if (queue !== undefined) {
    if (file === "-")
      throw wrong(
        "unreadable",
        "-",
        "a queue's workers cannot read standard input",
        "a file that they can read too",
      );
    const { openQueue } = await import("../jobs/queue.ts");
    const crew = await openQueue(queue, (text) => quiet || tell(text));
    void stopped().then((status) => crew.close().finally(() => process.exit(status)));
    return crew;
  }
  // to read a plain network once more in another thread takes about as long as to try all its losses
  const wanted = file === "-" ? 1 : (jobs ?? (plain ? 1 : availableParallelism()));
  const threads = Math.min(wanted, count);
  return threads > 1 ? openThreads(threads) : thisThread();
}
