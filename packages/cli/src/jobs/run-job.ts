import type { Sweep, TallyJson } from "@twoway/sim";
import type { Tick } from "./job.ts";
import type { ReplayJob } from "./replay-job.ts";
import type { SweepJob } from "./sweep-job.ts";

export type Job = SweepJob | ReplayJob;

interface Results {
  readonly sweep: Sweep;
  readonly replay: TallyJson;
}

export type ResultOf<J extends Job> = Results[J["kind"]];

/** Does a job. Throws an InputError when the input cannot be read, or is not the one that is meant. */
export async function runJob<J extends Job>(job: J, tick: Tick): Promise<ResultOf<J>>;
export async function runJob(job: Job, tick: Tick): Promise<ResultOf<Job>> {
  switch (job.kind) {
    case "sweep":
      return (await import("./sweep-job.ts")).runSweepJob(job, tick);
    case "replay":
      return (await import("./replay-job.ts")).runReplayJob(job, tick);
    default:
      return job satisfies never;
  }
}
