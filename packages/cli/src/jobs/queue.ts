import { randomBytes } from "node:crypto";
import { InputError } from "@twoway/sim";
import { Queue } from "bullmq";
import { wrong } from "../input.ts";
import { VERSION } from "../version.ts";
import type { Crew } from "./crew.ts";
import {
  jobId,
  PREFIX,
  QUEUE,
  REPLIES_LIVE_S,
  type Reply,
  repliesKey,
  runKey,
  type Task,
  unpackReply,
} from "./queue-message.ts";
import { connect, parseRedisUrl, refusal } from "./redis.ts";
import type { Job, ResultOf } from "./run-job.ts";

/**
 * The side of a run: puts jobs into the queue and takes their replies. At least once for the workers, exactly once for the
 * run: a reply is taken by the index of its job, and what comes for an index that was taken is left lying and removed.
 */

/** How many jobs of a run are in the queue at once; more workers than that have nothing to do. */
const PARALLEL = 128;
const POLL_MS = 100;
/** A run that has not been heard of for so long is over: workers leave its jobs. */
const ALIVE_MS = 60_000;
/** How often the run says that it lives, and looks for jobs that Redis has lost. */
const CARE_MS = 5_000;
/** How long Redis may be away. */
const PATIENCE_MS = 15_000;
const MAX_TASK_BYTES = 1 << 20;

interface Awaited {
  readonly job: Job;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Joins the queue and returns everybody who works on it. `tell` is given what a waiting user should know. Throws an InputError
 * when Redis is not there; `run` throws one when it goes away.
 */
export async function openQueue(url: string, tell: (text: string) => void): Promise<Crew> {
  const address = parseRedisUrl(url);
  const { shown } = address;
  const redis = await connect(address, PATIENCE_MS, {
    onLost: () => tell(`${shown} does not answer; waiting up to ${PATIENCE_MS / 1000} seconds for it`),
    onBack: () => tell(`${shown} is back`),
  });
  const queue = new Queue<Task>(QUEUE, {
    connection: redis,
    prefix: PREFIX,
    // nobody reads the events
    streams: { events: { maxLen: 10 } },
  });
  queue.on("error", () => {}); // the commands that fail say it
  const run = randomBytes(8).toString("hex");
  const awaited = new Map<number, Awaited>();
  let failure: Error | undefined;

  const failAll = (error: Error): void => {
    failure ??= error;
    for (const { reject } of awaited.values()) reject(failure);
    awaited.clear();
  };
  const stayAlive = async (): Promise<void> => {
    await redis
      .multi()
      .set(runKey(run), VERSION, "PX", ALIVE_MS)
      .expire(repliesKey(run), REPLIES_LIVE_S)
      .exec();
  };
  const add = async (job: Job): Promise<void> => {
    const task: Task = { run, version: VERSION, job };
    await queue.add(job.kind, task, {
      jobId: jobId(run, job.index),
      // its reply is what matters
      removeOnComplete: true,
      removeOnFail: true,
      // of faults alone: an input that is refused is refused anywhere
      attempts: 3,
      backoff: 200,
    });
  };
  /** Takes what has come. */
  const take = async (): Promise<void> => {
    for (const field of await redis.hkeys(repliesKey(run))) {
      const one = awaited.get(Number(field));
      if (one === undefined) continue;
      const packed = await redis.hgetBuffer(repliesKey(run), field);
      if (packed === null) continue;
      await redis.hdel(repliesKey(run), field);
      awaited.delete(Number(field));
      settle(one, unpackReply(packed));
    }
  };
  /** Puts jobs in again that are neither in the queue nor done: Redis was restarted without its data. */
  const restore = async (): Promise<void> => {
    for (const [index, { job }] of [...awaited]) {
      if ((await redis.exists(`${PREFIX}:${QUEUE}:${jobId(run, index)}`)) === 1) continue;
      // one that has just been done is not in the queue either
      if ((await redis.hexists(repliesKey(run), String(index))) === 0 && awaited.has(index)) await add(job);
    }
  };
  let lastCare = Date.now();
  let isAlone: boolean | undefined;
  const care = async (): Promise<void> => {
    if (Date.now() - lastCare < CARE_MS) return;
    lastCare = Date.now();
    await stayAlive();
    await restore();
    if (isAlone !== false) {
      const workers = await queue.getWorkersCount();
      if (workers === 0 && isAlone === undefined)
        tell(`no worker is there yet: twoway worker --queue ${shown}`);
      isAlone = workers === 0;
    }
  };
  let isClosed = false;
  const watch = (async () => {
    while (!isClosed) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (isClosed || awaited.size === 0) continue;
      try {
        await take();
        await care();
      } catch (error) {
        failAll(error instanceof InputError ? error : refusal(shown, error as Error));
        return;
      }
    }
  })();

  await stayAlive();
  return {
    parallel: PARALLEL,
    run: <J extends Job>(job: J) => {
      const bytes = Buffer.byteLength(JSON.stringify(job));
      if (bytes > MAX_TASK_BYTES) {
        const message = `a job's arguments are ${bytes} bytes, and ${MAX_TASK_BYTES} fit through the queue`;
        return Promise.reject(wrong("too-large", "--queue", message));
      }
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise<ResultOf<J>>((resolve, reject) => {
        awaited.set(job.index, { job, resolve, reject });
        add(job).catch((error) => failAll(refusal(shown, error)));
      });
    },
    close: async () => {
      isClosed = true;
      await watch;
      const left = [...awaited.keys()];
      awaited.clear();
      if (redis.status === "ready") {
        await redis.del(runKey(run));
        // one that a worker has begun stays until it is done, and is removed then
        for (const index of left) await queue.remove(jobId(run, index));
        await redis.del(repliesKey(run));
      }
      await queue.close();
      redis.disconnect();
    },
  };
}

function settle({ resolve, reject }: Awaited, reply: Reply): void {
  if (reply.kind === "result") resolve(reply.result as never);
  else reject(reply.kind === "refused" ? new InputError(reply.issues) : new Error(reply.message));
}
