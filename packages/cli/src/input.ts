import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { ParseError } from "@twoway/core";
import {
  advance,
  apply,
  formatTime,
  InputError,
  type Issue,
  type Network,
  type Policy,
  type ProfileName,
  parseAction,
  parseTime,
  playStep,
  type Refusal,
  readPolicyFile,
  readScenario,
  type ScenarioFile,
} from "@twoway/sim";

/** Gets a network from what stands on the command line: a file or standard input, and the what-if before the question. */

/** Above this nothing is read at all; the format has its own, lower limit. */
const MAX_BYTES = 500 * 1024 * 1024;

const texts = new Map<string, string>();

/** Returns the text that was read from the file, for the lines around a problem. */
export function textOf(file: string): string | undefined {
  return texts.get(file);
}

export interface NetworkOptions {
  readonly profile?: ProfileName;
  readonly do?: readonly string[];
  readonly at?: string;
  readonly step?: number;
}

/** Reads a scenario from a file, or from standard input for `-`. Throws an InputError. */
export function loadScenario(file: string, { profile }: Pick<NetworkOptions, "profile">): ScenarioFile {
  const text = readText(file);
  if (/"(terraform_version|format_version)"\s*:/.test(text.slice(0, 2000))) {
    throw wrong(
      "unreadable",
      file,
      "this is Terraform's JSON, which is not read yet; write the network as a scenario (`twoway init`)",
    );
  }
  return readScenario(text, file, profile === undefined ? {} : { profile });
}

/** Reads a file of policies for a network. Throws an InputError, also for a set that selects nothing in it. */
export function loadPolicies(file: string, networks: readonly Network[]): readonly Policy[] {
  return readPolicyFile(readText(file), file, networks);
}

/** Reads the network and plays on it what the options ask for: steps, then the clock, then the actions. */
export function loadNetwork(
  file: string,
  options: NetworkOptions,
): { readonly network: Network; readonly warnings: readonly Issue[] } {
  const { scenario, warnings } = loadScenario(file, options);
  let { network } = scenario;
  for (const step of scenario.steps.slice(0, options.step ?? 0)) network = playStep(network, step).network;
  return { network: whatIf(network, options), warnings };
}

/** Returns the network after the clock was moved and the actions applied. Throws an InputError for one that is refused. */
export function whatIf(before: Network, options: Pick<NetworkOptions, "at" | "do">): Network {
  let network = before;
  if (options.at !== undefined) {
    const time = parseArgument(parseTime, options.at, "--at");
    if (time < network.now) {
      const message = `${options.at} is before ${formatTime(network.now)}, and the clock does not go backwards`;
      throw wrong("bad-text", "--at", message);
    }
    network = advance(network, time).network;
  }
  for (const text of options.do ?? []) {
    const outcome = apply(network, parseArgument(parseAction, text, "--do"), "--do");
    if (outcome.kind === "refused") throw refusal(text, outcome.refusal);
    network = outcome.network;
  }
  return network;
}

/** Returns what the control plane said to an action of `--do` as an input error. */
export function refusal(action: string, { message, code, advice }: Refusal): InputError {
  const source = `--do ${JSON.stringify(action)}`;
  return wrong("refused", source, `${message} (${code})`, advice.replace(/\.$/, ""));
}

/** Reads an argument by a grammar of its own. */
export function parseArgument<T>(parse: (text: string) => T, text: string, name: string): T {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof ParseError) throw wrong("bad-text", name, error.message);
    throw error;
  }
}

export function wrong(code: Issue["code"], source: string, message: string, suggestion?: string): InputError {
  return new InputError([
    { code, message, source, path: "", ...(suggestion === undefined ? {} : { suggestion }) },
  ]);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "this is a folder, and a file is wanted",
  EACCES: "this file may not be read",
};

/** Returns what the operating system said about a file as an input error; anything else as it is. */
export function unreadable(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof InputError || code === undefined) return error;
  return wrong("unreadable", file, REASONS[code] ?? message);
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = file === "-" ? readAll(0) : readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw wrong("unreadable", file, "this is not text in UTF-8");
  }
  texts.set(file, text);
  return text;
}

function readFile(file: string): Buffer {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    if (size > MAX_BYTES) throw tooLarge(file);
    // a pipe or a device has no size, and may have no end
    return fstatSync(descriptor).isFile() ? readFileSync(descriptor) : readAll(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function readAll(descriptor: number): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.alloc(1 << 16);
    let count: number;
    try {
      count = readSync(descriptor, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") continue; // a terminal that has nothing yet
      if ((error as NodeJS.ErrnoException).code === "EOF") break;
      throw error;
    }
    if (count === 0) break;
    size += count;
    if (size > MAX_BYTES) throw tooLarge("-");
    chunks.push(chunk.subarray(0, count));
  }
  return Buffer.concat(chunks);
}

function tooLarge(file: string): InputError {
  return wrong("too-large", file, `larger than ${MAX_BYTES / 1024 / 1024} MiB`);
}
