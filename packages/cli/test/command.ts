import { spawn } from "node:child_process";
import { join } from "node:path";

/** The folder of the project. */
export const ROOT: string = join(import.meta.dirname, "../../../..");

const COMMAND = join(ROOT, "packages/cli/bundle/twoway.js");

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command as a user would, from the project's folder, and waits for its end. */
export function twoway(
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const { FORCE_COLOR: _, ...clean } = process.env;
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: ROOT,
      env: { ...clean, ...options.env },
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, out, err }));
    child.stdin.on("error", () => {}); // the command may end before it has read everything
    child.stdin.end(options.input ?? "");
  });
}
