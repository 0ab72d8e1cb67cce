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

/** Cuts the list where the cloud refused a change: that one and all behind it are not part of it. */
export function cut(history: History, applied: number): History {
  return applied >= history.done.length ? history : { done: history.done.slice(0, applied), undone: [] };
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
