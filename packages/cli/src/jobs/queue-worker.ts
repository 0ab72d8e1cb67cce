import { hostname } from "node:os";
import { InputError, type Issue } from "@twoway/sim";
import { type Job as QueuedJob, UnrecoverableError, Worker } from "bullmq";
import { VERSION } from "../version.ts";
import type { Crew } from "./crew.ts";
import {
  PREFIX,
  packReply,
  QUEUE,
  REPLIES_LIVE_S,
  type Reply,
  readTask,
  repliesKey,
  runKey,
  type Task,
} from "./queue-message.ts";
import { connect, parseRedisUrl } from "./redis.ts";

/** The side of a worker: takes jobs from the queue, has them done by its crew, and writes what became of them. */

export interface QueueWorker {
  /** The address without credentials. */
  readonly shown: string;
  /** Takes no more jobs, and resolves when those under way are done. */
  close(): Promise<void>;
}

export interface QueueWorkerOptions {
  /** After so many milliseconds without a sign of life another worker does a job. */
  readonly lock: number;
  readonly onRefused: (error: InputError) => void;
  readonly tell: (text: string) => void;
}

/** How often a job may end its worker. */
const MAX_STALLED = 10;

const NAME = `${hostname()}:${process.pid}`;

/** Starts to work. Throws an InputError when Redis is not there; when it goes away, it is waited for. */
export async function workOn(url: string, crew: Crew, options: QueueWorkerOptions): Promise<QueueWorker> {
  const { lock, tell } = options;
  const address = parseRedisUrl(url);
  const { shown } = address;
  const redis = await connect(address, Number.POSITIVE_INFINITY, {
    onLost: () => tell(`${shown} does not answer; waiting for it`),
    onBack: () => tell(`${shown} is back`),
  });

  const reply = async (run: string, index: number, what: Reply): Promise<void> => {
    // nobody takes it when the run is over
    if ((await redis.exists(runKey(run))) === 0) return;
    await redis
      .multi()
      .hset(repliesKey(run), String(index), packReply(what))
      .expire(repliesKey(run), REPLIES_LIVE_S)
      .exec();
  };

  /** A fault of ours is thrown, and BullMQ tries it again; then `failed` is called. */
  const work = async ({ data }: QueuedJob<Task>): Promise<void> => {
    const task = readTask(data);
    if (task === undefined) throw new UnrecoverableError("this is no job of ours");
    const { run, version, job } = task;
    if ((await redis.exists(runKey(run))) === 0) return;
    let result: unknown;
    try {
      if (version !== VERSION) throw otherVersion(version);
      result = await crew.run(job, () => {});
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const mine = new InputError(error.issues.map(here));
      options.onRefused(mine);
      return reply(run, job.index, { kind: "refused", issues: mine.issues });
    }
    await reply(run, job.index, { kind: "result", result });
  };
  const failed = async (queued: QueuedJob<Task> | undefined, error: Error): Promise<void> => {
    const task = readTask(queued?.data);
    if (queued === undefined || task === undefined) return;
    const isFinal = error instanceof UnrecoverableError || queued.attemptsMade >= (queued.opts.attempts ?? 1);
    if (!isFinal) return;
    const { run, job } = task;
    const message = `${NAME}: job ${job.index} of run ${run}: ${error.message}`;
    tell(message);
    await reply(run, job.index, { kind: "fault", message });
  };

  const worker = new Worker<Task>(QUEUE, work, {
    connection: redis,
    prefix: PREFIX,
    name: NAME,
    concurrency: crew.parallel,
    lockDuration: lock,
    stalledInterval: lock / 2,
    maxStalledCount: MAX_STALLED,
    runRetryDelay: 1_000,
  });
  worker.on("error", () => {}); // `onLost` has said it
  worker.on("stalled", (id) => tell(`job ${id} is to be done again: its worker has fallen silent`));
  worker.on("failed", (queued, error) => void failed(queued, error).catch(() => {}));
  await worker.waitUntilReady();
  return {
    shown,
    close: async () => {
      await worker.close();
      redis.disconnect();
    },
  };
}

function otherVersion(version: string): InputError {
  const message = `the run is of twoway ${version}, and this worker is ${VERSION}`;
  return new InputError([{ code: "refused", message, source: "--queue", path: "" }]);
}

/** Says where it is so: the file of that name here may not be the one there. */
function here(issue: Issue): Issue {
  return { ...issue, message: `${issue.message} (worker ${NAME} in ${process.cwd()})` };
}
