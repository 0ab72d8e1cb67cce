import { createReadStream } from "node:fs";
import { gunzip } from "@twoway/core";
import {
  type FlowRecords,
  FlowTally,
  type LogReading,
  Replay,
  readFlowLog,
  type TallyJson,
  WHOLE_LOG,
} from "@twoway/sim";
import type { JobOf, Tick } from "./job.ts";
import { checkLog, damaged, type LogFile, type LogPiece } from "./log-files.ts";
import { readParquet } from "./parquet-log.ts";
import { networkOf, type PinnedNetwork } from "./pinned-network.ts";
import { VerdictFile } from "./verdict-file.ts";

/** The records of one piece of a flow log. */
export interface ReplayJob extends JobOf<"replay"> {
  readonly before: PinnedNetwork;
  /** The network after the change; the same where nothing is changed. */
  readonly after: PinnedNetwork;
  readonly file: string;
  readonly log: Pick<LogFile, "bytes" | "content">;
  readonly piece: LogPiece;
  /** Where the judged records of this job go, if they are wanted. */
  readonly out?: string;
}

export interface ReplayInput {
  readonly before: PinnedNetwork;
  readonly after: PinnedNetwork;
  readonly logs: readonly LogFile[];
  /** The file in which the judged records of all jobs come together. */
  readonly out?: string;
}

/** Cuts logs into jobs; `mergeTallies` puts their results together. */
export function replayJobs({ before, after, logs, out }: ReplayInput): readonly ReplayJob[] {
  const pieces = logs.flatMap(({ file, bytes, content, pieces }) =>
    pieces.map((piece) => ({
      file,
      log: { bytes, content },
      piece,
      size: sizeOf(piece, bytes, pieces.length),
    })),
  );
  return pieces.map(({ file, log, piece, size }, index) => ({
    kind: "replay",
    index,
    size,
    before,
    after,
    file,
    log,
    piece,
    ...(out === undefined ? {} : { out: partOf(out, index) }),
  }));
}

export function partOf(out: string, index: number): string {
  return `${out}.part-${index}`;
}

/** In bytes of the file, so that progress is even over files of every kind. */
function sizeOf(piece: LogPiece, bytes: number, pieces: number): number {
  return piece.kind === "text" ? piece.range.to - piece.range.from : bytes / pieces;
}

/** The one that was compiled last. */
let compiled: { readonly key: string; readonly replay: Replay } | undefined;

function replayOf(before: PinnedNetwork, after: PinnedNetwork): Replay {
  const key = JSON.stringify([before, after]);
  if (compiled?.key !== key) {
    const was = networkOf(before);
    const is = JSON.stringify(after) === JSON.stringify(before) ? was : networkOf(after);
    compiled = { key, replay: new Replay(was, is) };
  }
  return compiled.replay;
}

export async function runReplayJob(job: ReplayJob, tick: Tick): Promise<TallyJson> {
  const { before, after, file, log, out } = job;
  checkLog(file, log);
  const replay = replayOf(before, after);
  const tally = new FlowTally(replay.outcomes, file);
  const verdicts = out === undefined ? undefined : new VerdictFile(out, file);
  let found = new Int32Array(0);
  const onRecords = (records: FlowRecords): void => {
    if (found.length < records.capacity) found = new Int32Array(records.capacity);
    replay.classify(records, found);
    tally.add(records, found);
    verdicts?.add(records, found, replay.outcomes);
  };
  try {
    const { lines, malformed } = await read(job, replay, onRecords, tick);
    verdicts?.finish();
    return tally.toJson(lines, malformed);
  } catch (error) {
    verdicts?.abandon();
    throw error;
  }
}

async function read(
  { file, piece, size }: ReplayJob,
  { places }: Replay,
  onRecords: (records: FlowRecords) => void,
  tick: Tick,
): Promise<LogReading> {
  if (piece.kind === "parquet") return readParquet(file, piece.rows, places, onRecords);
  const { layout } = piece;
  const range = piece.kind === "text" ? piece.range : WHOLE_LOG;
  const stream = createReadStream(file, { start: Math.max(0, range.from - 1), highWaterMark: CHUNK });
  const counted = countBytes(stream, (bytes) => tick(Math.min(bytes, size)));
  try {
    const source = piece.kind === "gzip" ? gunzip(counted) : counted;
    return await readFlowLog(source, { layout, places, file, range, onRecords });
  } catch (error) {
    throw damaged(file, error);
  } finally {
    stream.destroy();
  }
}

const CHUNK = 1 << 20;

async function* countBytes(
  source: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    yield chunk;
    bytes += chunk.length;
    onBytes(bytes);
  }
}
