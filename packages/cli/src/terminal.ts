import { InputError, type Issue, type Style } from "@twoway/sim";
import { SingleBar } from "cli-progress";
import pc from "picocolors";
import { EXIT } from "./exit.ts";
import { textOf } from "./input.ts";

/** How answers and errors look: colours where the terminal has them, problems with the lines they stand in. */

export interface Look {
  /** False after --no-color. */
  readonly color: boolean;
}

/** Prints data, to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints data that comes in pieces, some at a time. */
export function printPieces(pieces: Iterable<string>): void {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < FLUSH) continue;
    process.stdout.write(text);
    text = "";
  }
  process.stdout.write(text);
}

const FLUSH = 1 << 16;

/** Prints the warnings of a reading, unless they are not wanted. */
export function warn(warnings: readonly Issue[], options: Look & { readonly quiet: boolean }): void {
  if (options.quiet) return;
  for (const issue of warnings) tell(renderWarning(issue, styleFor(process.stderr, options)));
}

/** Prints anything that is not data, to standard error. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Shows how far long work is, on standard error where that is a terminal; nothing is drawn in the first half second. */
export function progress(
  thing: string,
  total: number,
): { readonly update: (done: number) => void; readonly stop: () => void } {
  if (!process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: `  {bar} {value}/{total} ${thing}  {rate}/s  {eta_formatted}`,
    barCompleteChar: "=",
    barIncompleteChar: " ",
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  });
  const begin = performance.now();
  let drawn = begin;
  /** Where it stood when it was first drawn: a run that is continued has not done that much now. */
  let first: { readonly done: number; readonly now: number } | undefined;
  let shown = false;
  return {
    update: (done) => {
      // work that holds the thread leaves the bar no timer to draw by
      const now = performance.now();
      if (now - drawn < 100 || now - begin < 500) return;
      drawn = now;
      first ??= { done, now };
      const rate = Math.round((done - first.done) / Math.max(0.001, (now - first.now) / 1000));
      if (!shown) bar.start(total, done, { rate });
      shown = true;
      bar.update(done, { rate });
      bar.render();
    },
    stop: () => {
      if (shown) bar.stop();
    },
  };
}

/** Returns `1 VPC` or `3 VPCs`. */
export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

export function styleFor(stream: NodeJS.WriteStream, { color }: Look): Style {
  const { bold, dim, green, red, yellow } = pc.createColors(color && hasColors(stream));
  return { bold, dim, good: green, bad: red, doubt: yellow };
}

function hasColors(stream: NodeJS.WriteStream): boolean {
  if ((process.env.NO_COLOR ?? "") !== "") return false;
  if ((process.env.FORCE_COLOR ?? "0") !== "0") return true;
  return stream.isTTY === true && process.env.TERM !== "dumb";
}

/** Prints what went wrong, to standard error, and returns the exit status for it. Never a stack trace. */
export function reportError(error: unknown, look: Look): number {
  const style = styleFor(process.stderr, look);
  if (error instanceof InputError) {
    const { issues } = error;
    tell(
      issues
        .slice(0, MAX_SHOWN)
        .map((issue) => renderIssue(issue, style))
        .join("\n\n"),
    );
    const rest = issues.length - MAX_SHOWN;
    if (rest > 0) tell(`\n… and ${rest} more`);
    if (issues.length > 1) tell(`\n${issues.length} problems`);
    return EXIT.wrong;
  }
  tell(`twoway: a fault of ours: ${error instanceof Error ? error.message : String(error)}`);
  tell(
    process.env.TWOWAY_DEBUG
      ? `${(error as Error).stack}`
      : "Please report it; TWOWAY_DEBUG=1 shows where it happened.",
  );
  return EXIT.fault;
}

const MAX_SHOWN = 50;

/** One problem: place, message, the lines around it, and what would be accepted. */
function renderIssue(issue: Issue, style: Style): string {
  const lines = [
    `${style.bold(issue.source)}  ${style.bad(issue.code)}  ${printable(issue.message)}`,
    ...codeFrame(issue.source, style),
  ];
  if (issue.suggestion !== undefined) lines.push(`  ${style.good("try")}  ${printable(issue.suggestion)}`);
  return lines.join("\n").trimStart();
}

/** A warning is one line: it is read past more often than not. */
export function renderWarning(issue: Issue, style: Style): string {
  return `${style.doubt("warning")}  ${issue.source}  ${printable(issue.message)}`;
}

/** Returns the line that `file:line:column` points to, one around it on each side, and a caret. */
function codeFrame(source: string, style: Style): string[] {
  const [, file, lineText, columnText] = /^(.*):(\d+):(\d+)$/.exec(source) ?? [];
  const text = file === undefined ? undefined : textOf(file);
  if (text === undefined) return [];
  const lines = text.split("\n");
  const line = Number(lineText);
  const column = Number(columnText);
  const width = String(line + 1).length;
  const frame: string[] = [];
  for (let n = Math.max(1, line - 1); n <= Math.min(lines.length, line + 1); n++) {
    // a long line is shown around the place
    const from = n === line ? Math.max(0, column - FRAME_WIDTH) : 0;
    const shown = printable(lines[n - 1].slice(from, from + 2 * FRAME_WIDTH));
    const gutter = `${n === line ? ">" : " "} ${String(n).padStart(width)} | `;
    frame.push(style.dim(gutter) + shown);
    if (n === line)
      frame.push(
        style.dim(`${" ".repeat(gutter.length - 2)}| `) + " ".repeat(column - 1 - from) + style.bad("^"),
      );
  }
  return frame;
}

const FRAME_WIDTH = 60;

/** Keeps what a file holds from steering the terminal. */
function printable(text: string): string {
  return text
    .replace(/\t/g, " ")
    .replace(/\r$/, "")
    .replace(/\p{Cc}/gu, "?");
}
