import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import {
  type MalformedLines,
  mergeTallies,
  NO_TALLY,
  type ReplayReport,
  renderReplay,
  replayJson,
  reportOf,
  type TallyJson,
} from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { type NetworkOptions, unreadable, wrong } from "../input.ts";
import { inOrder } from "../jobs/crew.ts";
import { hire } from "../jobs/hire.ts";
import { openLogs } from "../jobs/log-files.ts";
import { pinNetwork } from "../jobs/pinned-network.ts";
import { type ReplayJob, replayJobs } from "../jobs/replay-job.ts";
import { hasParts, joinParts } from "../jobs/verdict-file.ts";
import { plural, print, progress, styleFor, tell, warn } from "../terminal.ts";

interface ReplayOptions extends NetworkOptions {
  readonly format: "text" | "json";
  /** Another network to compare with, in the place of actions. */
  readonly after?: string;
  /** Names of the columns of logs that do not name them. */
  readonly fields?: string;
  readonly out?: string;
  /** Where the run is noted, to be continued from there. */
  readonly resume?: string;
  readonly jobs?: number;
  /** Address of a Redis whose workers do it instead. */
  readonly queue?: string;
  readonly strict?: boolean;
  readonly color: boolean;
  readonly quiet: boolean;
}

/**
 * Says which recorded flows break. 1 when some do, or when the log contradicts the network; otherwise 3 when some cannot
 * be decided, and 0. 2 when no record could be read, or one was malformed and `strict` asks for that.
 */
export async function replayCommand(
  network: string,
  paths: readonly string[],
  options: ReplayOptions,
): Promise<number> {
  const { out, resume } = options;
  if (options.after !== undefined && (options.do ?? []).length > 0)
    throw wrong("bad-text", "--after", "two networks are compared, or one with what --do makes of it");
  if (network === "-")
    throw wrong("unreadable", "-", "several threads read the network", "a file that all can read");
  // an empty list is no what-if, so both are the same
  const { do: actions = [], ...plain } = options;
  const before = pinNetwork(network, plain);
  const after =
    options.after !== undefined
      ? pinNetwork(options.after, plain)
      : actions.length > 0
        ? pinNetwork(network, { ...plain, do: actions })
        : before;
  warn(before.warnings, options);
  if (options.after !== undefined) warn(after.warnings, options);

  const logs = await openLogs(paths, options.fields);
  const input = { before: before.pin, after: after.pin, logs };
  const jobs = replayJobs({ ...input, ...(out === undefined ? {} : { out }) });
  if (jobs.length === 0) throw wrong("unreadable", paths.join(" "), "there is no flow log in it");
  const key = createHash("sha256")
    .update(JSON.stringify([input, out]))
    .digest("hex");
  const state = new RunState(resume, key);
  const tally = await run(jobs, state, options);
  const { malformed } = tally;
  tellMalformed(malformed, options);
  if (out !== undefined)
    await joinParts(
      out,
      jobs.map((job) => job.out!),
    );
  state.forget();

  const report = reportOf(tally);
  if (report.total.records === 0n) throw wrong("unreadable", paths.join(" "), "no record could be read");
  if (options.format === "json") print(JSON.stringify(replayJson(after.network, report, tally), null, 2));
  else print(renderReplay(report, styleFor(process.stdout, options)));
  return options.strict && malformed.count > 0 ? EXIT.wrong : statusOf(report);
}

async function run(jobs: readonly ReplayJob[], state: RunState, options: ReplayOptions): Promise<TallyJson> {
  const { out, resume } = options;
  let { done, tally } = state.read();
  if (out !== undefined && !hasParts(jobs.slice(0, done).map((job) => job.out!)))
    throw wrong("unreadable", resume!, `what it says is done of ${out} is gone: remove it to begin again`);
  const rest = jobs.slice(done);
  const threads = Math.min(options.jobs ?? availableParallelism(), rest.length);
  const crew = await hire(jobs[0].before.path, threads, options);
  const [all, left] = [jobs, rest].map((some) => some.reduce((sum, { size }) => sum + size, 0));
  const bar = progress("MiB", Math.ceil(all / MIB));
  try {
    for await (const part of inOrder(crew, rest, (bytes) =>
      bar.update(Math.floor((all - left + bytes) / MIB)),
    )) {
      tally = mergeTallies(tally, part);
      state.save(++done, tally);
    }
  } finally {
    bar.stop();
    await crew.close();
  }
  return tally;
}

const MIB = 1 << 20;

/** How far a run has come, in a file that is always complete: written beside, then put in its place. */
class RunState {
  readonly #file: string | undefined;
  readonly #key: string;

  constructor(file: string | undefined, key: string) {
    this.#file = file;
    this.#key = key;
  }

  read(): { done: number; tally: TallyJson } {
    if (this.#file === undefined || !existsSync(this.#file)) return { done: 0, tally: NO_TALLY };
    let state: { version?: unknown; key?: unknown; done: number; tally: TallyJson };
    try {
      state = JSON.parse(readFileSync(this.#file, "utf8"));
    } catch (error) {
      throw error instanceof SyntaxError
        ? wrong("syntax", this.#file, "this is not the state of a run")
        : unreadable(this.#file, error);
    }
    if (state?.version !== 1 || state.key !== this.#key) {
      const message = "this is the state of another run: other logs, another network, or another what-if";
      throw wrong("unreadable", this.#file, message, "remove it, or give the same arguments");
    }
    return state;
  }

  save(done: number, tally: TallyJson): void {
    if (this.#file === undefined) return;
    const own = `${this.#file}.${process.pid}`;
    try {
      writeFileSync(own, JSON.stringify({ version: 1, key: this.#key, done, tally }), { flush: true });
      renameSync(own, this.#file);
    } catch (error) {
      throw unreadable(this.#file, error);
    }
  }

  /** A run that is complete has nothing to be continued. */
  forget(): void {
    if (this.#file !== undefined) rmSync(this.#file, { force: true });
  }
}

function tellMalformed({ count, first }: MalformedLines, options: ReplayOptions): void {
  if (count === 0 || (options.quiet && !options.strict)) return;
  const { doubt } = styleFor(process.stderr, options);
  for (const { file, line, rule, text } of first)
    tell(`${doubt("malformed")}  ${file}:${line}  ${rule}: ${JSON.stringify(text)}`);
  const more = count > first.length ? `, of which these are the first ${first.length}` : "";
  tell(`${plural(count, "line")} passed over${more}`);
}

function statusOf({ classes, groups }: ReplayReport): number {
  if (classes.breaks.records > 0n || groups.some(({ disagrees }) => disagrees !== undefined)) return EXIT.no;
  return classes.unknown.records > 0n ? EXIT.undetermined : EXIT.yes;
}
