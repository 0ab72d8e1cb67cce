import type { Tick } from "./job.ts";
import type { Job, ResultOf } from "./run-job.ts";

/** Who does jobs: this process, or others. */
export interface Crew {
  /** How many jobs may be given to it at once. */
  readonly parallel: number;
  /** Has the job done. What `runJob` throws, this throws. */
  run<J extends Job>(job: J, tick: Tick): Promise<ResultOf<J>>;
  /** Sends it home; jobs that are under way are given up. */
  close(): Promise<void>;
}

/**
 * Has the jobs done and returns their results in the order of the jobs, whichever ends first. A job is begun when fewer
 * than `parallel` are under way and not more than twice as many wait to be taken, so that a slow first job does not
 * pile up results. `onProgress` is told the size that is done.
 */
export async function* inOrder<J extends Job>(
  crew: Crew,
  jobs: readonly J[],
  onProgress: (done: number) => void,
): AsyncGenerator<ResultOf<J>, void, void> {
  const done = new Float64Array(jobs.length);
  let total = 0;
  const progress = (index: number, now: number): void => {
    total += now - done[index];
    done[index] = now;
    onProgress(total);
  };
  const waiting: Promise<ResultOf<J>>[] = [];
  let running = 0;
  let next = 0;
  const start = (): void => {
    while (next < jobs.length && running < crew.parallel && waiting.length < 2 * crew.parallel) {
      const index = next++;
      const job = jobs[index];
      running++;
      const result = crew
        .run(job, (part) => progress(index, part))
        .finally(() => {
          running--;
        });
      // it may fail while an earlier one is waited for
      result.then(
        () => {
          progress(index, job.size);
          start();
        },
        () => {},
      );
      waiting.push(result);
    }
  };
  start();
  for (let result = waiting.shift(); result !== undefined; result = waiting.shift()) {
    yield await result;
    start();
  }
}
