import { gunzipSync, gzipSync } from "node:zlib";
import { COLUMN_NAMES, INPUT_FORMATS, type Issue, PROFILE_NAMES } from "@twoway/sim";
import * as z from "zod";
import type { Job } from "./run-job.ts";

/**
 * What a run and its workers say to each other through Redis. Jobs go through one BullMQ queue for all runs; results lie
 * in a hash for each run, by the index of the job, so that one that comes twice is the same field written again.
 */

/** What all our keys begin with. */
export const PREFIX = "twoway";
export const QUEUE = "jobs";

/** There as long as somebody waits for the run. */
export const runKey = (run: string): string => `${PREFIX}:run:${run}`;
/** The replies that nobody has taken yet. */
export const repliesKey = (run: string): string => `${PREFIX}:replies:${run}`;
/** A job's name in the queue: the same job is not in it twice. */
export const jobId = (run: string, index: number): string => `${run}-${index}`;

/** What a run that is gone leaves behind is forgotten by Redis after so many seconds. */
export const REPLIES_LIVE_S = 3_600;

/** A job on its way to a worker. */
export interface Task {
  readonly run: string;
  /** Of the command that cut the jobs: another one may cut or count otherwise. */
  readonly version: string;
  readonly job: Job;
}

const pinnedNetwork = z.object({
  path: z.string(),
  content: z.string(),
  options: z.object({
    profile: z.enum(PROFILE_NAMES).exactOptional(),
    as: z.enum(INPUT_FORMATS).exactOptional(),
    do: z.array(z.string()).exactOptional(),
    at: z.string().exactOptional(),
    step: z.int().min(0).exactOptional(),
  }),
});
const range = z.object({ from: z.int().min(0), to: z.int().min(0) });
const layout = z.object({
  format: z.enum(["columns", "json"]),
  separator: z.int().min(0).max(127),
  columns: z.array(z.enum(COLUMN_NAMES)),
  header: z.string().exactOptional(),
});

const task: z.ZodType<Task> = z.object({
  run: z.string().regex(/^[0-9a-f]{1,32}$/),
  version: z.string(),
  job: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("sweep"),
      index: z.int().min(0),
      size: z.number(),
      network: pinnedNetwork,
      range,
    }),
    z.object({
      kind: z.literal("replay"),
      index: z.int().min(0),
      size: z.number(),
      before: pinnedNetwork,
      after: pinnedNetwork,
      file: z.string(),
      log: z.object({ bytes: z.int().min(0), content: z.string() }),
      piece: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("text"), layout, range }),
        z.object({ kind: z.literal("gzip"), layout }),
        z.object({ kind: z.literal("parquet"), rows: range }),
      ]),
      // a worker writes no other file
      out: z
        .string()
        .regex(/\.part-\d+$/)
        .exactOptional(),
    }),
  ]),
});

/** Returns what a worker found in the queue, or undefined when it is nothing of ours. */
export function readTask(found: unknown): Task | undefined {
  return task.safeParse(found).data;
}

/** What became of a job. */
export type Reply =
  | { readonly kind: "result"; readonly result: unknown }
  /** The input is not what is meant. */
  | { readonly kind: "refused"; readonly issues: readonly Issue[] }
  | { readonly kind: "fault"; readonly message: string };

export function packReply(reply: Reply): Buffer {
  return gzipSync(JSON.stringify(reply), { level: 1 });
}

/** Throws when it is nothing that `packReply` made. */
export function unpackReply(packed: Buffer): Reply {
  return JSON.parse(gunzipSync(packed).toString());
}
