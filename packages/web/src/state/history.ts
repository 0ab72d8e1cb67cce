/** The changes that were tried, as lines of the action grammar, and those that were taken back and may come again. */
export interface History {
  readonly done: readonly string[];
  /** The next one to be done again first. */
  readonly undone: readonly string[];
}

export const NO_CHANGES: History = { done: [], undone: [] };

/** Adds changes; what was taken back before is forgotten. */
export function after({ done }: History, lines: readonly string[]): History {
  return { done: [...done, ...lines], undone: [] };
}

/** Takes the last change back; the same history when there is none. */
export function undo(history: History): History {
  const { done, undone } = history;
  const last = done.at(-1);
  return last === undefined ? history : { done: done.slice(0, -1), undone: [last, ...undone] };
}

/** Does the change again that was taken back last; the same history when there is none. */
export function redo(history: History): History {
  const [next, ...undone] = history.undone;
  return next === undefined ? history : { done: [...history.done, next], undone };
}

/** Leaves one change out of the list. The others are applied without it, and may be refused then. */
export function without({ done }: History, index: number): History {
  return { done: done.filter((_, i) => i !== index), undone: [] };
}

/**
 * Returns what became of a list that was tried, when so many of its changes were applied. One more that is refused leaves the
 * history as it was; changes that were done before and are refused now may be done again elsewhere.
 */
export function settled(before: History, tried: History, applied: number): History {
  if (applied >= tried.done.length) return tried;
  if (applied === before.done.length && tried.done.length > applied) {
    const isLonger = before.done.every((line, i) => line === tried.done[i]);
    if (isLonger) return before;
  }
  const rest = tried.done.slice(applied).filter((line) => before.done.includes(line));
  return { done: tried.done.slice(0, applied), undone: [...rest, ...tried.undone] };
}

/** Returns the changes as steps of a scenario file. A change is text that YAML reads as it stands, or it is quoted. */
export function asSteps({ done }: History): string {
  if (done.length === 0) return "";
  return `steps:\n  - do:\n${done.map((line) => `      - ${yamlText(line)}\n`).join("")}`;
}

/** Returns the changes as arguments of a command, for a POSIX shell. */
export function asArguments({ done }: History): string {
  return done.map((line) => `--do '${line.replaceAll("'", "'\\''")}'`).join(" ");
}

function yamlText(line: string): string {
  return /^[a-z][\w ./>-]*$/.test(line) ? line : JSON.stringify(line);
}
