import { isAscii } from "node:buffer";
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { ParseError } from "@twoway/core";
import {
  advance,
  apply,
  formatTime,
  type ImportFile,
  InputError,
  type InputFormat,
  type Issue,
  importNetworks,
  type Network,
  type Policy,
  type ProfileName,
  parseAction,
  parseTime,
  playStep,
  type Refusal,
  readPolicyFile,
  readScenario,
  recogniseText,
  type Scenario,
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
  readonly as?: InputFormat;
  readonly do?: readonly string[];
  readonly at?: string;
  readonly step?: number;
}

/** A network as it was read, whatever from; an import is a scenario without steps and without policies. */
export interface Loaded extends Scenario {
  readonly format: InputFormat;
  /** Of a Terraform plan: what is there before it is applied. */
  readonly before: Network | undefined;
  readonly warnings: readonly Issue[];
}

/**
 * Reads a scenario, Terraform's JSON, or what the AWS CLI or Tencent Cloud's API say: a file, a folder with a file for each
 * answer, or standard input for `-`. Recognised by content unless `as` says what it is. Throws an InputError.
 */
export function loadNetworks(path: string, options: Pick<NetworkOptions, "profile" | "as">): Loaded {
  const { profile, as } = options;
  const rules = profile === undefined ? {} : { profile };
  if (path !== "-" && isFolder(path)) {
    const files = filesIn(path);
    const format = as ?? "aws";
    if (files.reduce((sum, file) => sum + statSync(file).size, 0) > LARGE) collectEarly();
    if (format === "scenario")
      throw wrong("unreadable", path, "a scenario is one file, and this is a folder");
    const read = importNetworks(textsOf(files), { ...rules, ...(as === undefined ? {} : { as }) });
    return { format, ...withoutSteps(path), ...read };
  }
  const text = readText(path);
  if (text.length > LARGE) collectEarly();
  const format = as ?? recogniseText(text);
  if (format === "scenario") {
    const { scenario, warnings } = readScenario(text, path, rules);
    return { format, ...scenario, before: undefined, warnings };
  }
  texts.delete(path); // an import names places that are no lines
  const named = as === undefined ? {} : { as };
  return {
    format,
    ...withoutSteps(path),
    ...importNetworks([{ name: path, text: () => text }], { ...rules, ...named }),
  };
}

/** Reads every file of a network whole; a folder is what `loadNetworks` takes of it. Throws an InputError. */
export function inputTexts(path: string): { readonly name: string; readonly text: string }[] {
  const names = path !== "-" && isFolder(path) ? filesIn(path) : [path];
  return names.map((name) => ({ name, text: readText(name) }));
}

/** Reads a network from texts that are there already. Throws an InputError. */
export function networkOf(input: {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly profile?: ProfileName;
  readonly as?: InputFormat;
}): { readonly network: Network; readonly warnings: readonly Issue[] } {
  const { files, ...options } = input;
  const [first] = files;
  const format = options.as ?? (files.length === 1 ? recogniseText(first.text) : "aws");
  if (format !== "scenario")
    return importNetworks(
      files.map(({ name, text }) => ({ name, text: () => text })),
      options,
    );
  const { scenario, warnings } = readScenario(first.text, first.name, options);
  return { network: scenario.network, warnings };
}

function withoutSteps(path: string): Omit<Scenario, "network"> {
  const name = path === "-" ? "standard input" : basename(path);
  return { name, description: "", policies: [], alarms: [], steps: [] };
}

/**
 * Reports whether a folder is one network, as a cloud's tools print it, and no folder of scenarios: it holds no YAML, no
 * scenario in JSON, and something that an import reads. Reads every file.
 */
export function isDump(folder: string): boolean {
  const files = filesIn(folder);
  if (files.some((name) => /\.ya?ml$/.test(name))) return false;
  let found = false;
  for (const name of files) {
    const content = readImport(name);
    if (recogniseText(content) !== "scenario") found = true;
    else if (/"vpcs"\s*:/.test(content)) return false;
  }
  return found;
}

/** Reads a file of policies for a network. Throws an InputError, also for a set that selects nothing in it. */
export function loadPolicies(file: string, networks: readonly Network[]): readonly Policy[] {
  return readPolicyFile(readText(file), file, networks);
}

/** Reads the network and plays on it what the options ask for: steps, then the clock, then the actions. */
export function loadNetwork(
  path: string,
  options: NetworkOptions,
): Pick<Loaded, "network" | "before" | "warnings"> {
  const { network: written, before, steps, warnings } = loadNetworks(path, options);
  let network = written;
  for (const step of steps.slice(0, options.step ?? 0)) network = playStep(network, step).network;
  return { network: whatIf(network, options), before, warnings };
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

const LARGE = 64 * 1024 * 1024;

/**
 * Lets the heap grow by less than a third before garbage is collected. Left alone, V8 lets it double, and a dump of 300 MB
 * takes 1.8 GB in the place of 1 GB, in the same time.
 */
function collectEarly(): void {
  setFlagsFromString("--heap-growing-percent=30");
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Returns the files of a folder and of those inside it, by name: what begins with a dot, and backups, are not meant. */
export function filesIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw unreadable(folder, error);
  }
  return names
    .filter((name) => !/(^|[/\\])\./.test(name) && !name.endsWith(".backup"))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .sort();
}

/** Reads one file after the other, so that only one is in memory; what is not JSON at all is no part of a dump. */
function* textsOf(files: readonly string[]): Generator<ImportFile> {
  const sizes = files.map((name) => statSync(name).size / 2 ** 20);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const isShown = process.stderr.isTTY === true && (files.length > 20 || total > 20);
  let done = 0;
  for (const [i, name] of files.entries()) {
    const bar = "=".repeat(Math.round((24 * done) / Math.max(total, 1))).padEnd(24);
    if (isShown)
      process.stderr.write(
        `\r  ${bar} ${Math.round(done)}/${Math.round(total)} MiB, file ${i + 1} of ${files.length}`,
      );
    yield { name, text: () => readImport(name) };
    done += sizes[i];
  }
  if (isShown) process.stderr.write("\r\u001b[K");
}

/** Reads a file of an import: its places are no lines, so its text is not kept. */
function readImport(file: string): string {
  const text = readText(file);
  texts.delete(file);
  return text;
}

/** Returns the text of a file, and keeps it for the lines around a problem. Throws an InputError. */
export function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = file === "-" ? readAll(0) : readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  let text: string;
  try {
    text = decode(bytes);
  } catch {
    throw wrong("unreadable", file, "this is not text in UTF-8");
  }
  texts.set(file, text);
  return text;
}

/** Decodes UTF-8, and UTF-16 where a mark says so: PowerShell writes what is sent to a file that way. Throws for others. */
function decode(bytes: Buffer): string {
  // one byte for each character, and several times as fast
  if (isAscii(bytes)) return bytes.toString("latin1");
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = isWide ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
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
