import { availableParallelism } from "node:os";
import { isPlain, mergeSweeps, renderSweep, type Sweep, sweepJson } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import type { NetworkOptions } from "../input.ts";
import { inOrder } from "../jobs/crew.ts";
import { hire } from "../jobs/hire.ts";
import { pinNetwork } from "../jobs/pinned-network.ts";
import { sweepJobs } from "../jobs/sweep-job.ts";
import { print, progress, styleFor, warn } from "../terminal.ts";

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
  // to read a plain network once more in another thread takes about as long as to try all its losses
  const wanted = file === "-" ? 1 : (options.jobs ?? (isPlain(network) ? 1 : availableParallelism()));
  const crew = await hire(file, Math.min(wanted, jobs.length), options);
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
