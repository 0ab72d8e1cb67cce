import {
  type ImportOptions,
  InputError,
  type InputFormat,
  type Issue,
  type importNetworks,
  type Network,
  readScenario,
  recogniseText,
  type Scenario,
} from "@twoway/sim";

/** A file as people drop it, or as the server hands it over: a scenario, or one of several that are one network. */
export interface InputText {
  readonly name: string;
  readonly text: string;
}

export interface Loaded {
  /** Its network is what is there; of a plan, what is there before it is applied. */
  readonly scenario: Scenario;
  /** Of a plan: what will be there once it is applied. */
  readonly planned: Network | undefined;
  readonly format: InputFormat;
  readonly warnings: readonly Issue[];
}

/** Reads what machines write; loaded when the first such input is opened. */
let importer: typeof importNetworks | undefined;

/** Must be called before `loadInput` of the same input: loads what it is read by. */
export async function prepareInput(files: readonly InputText[], options: ImportOptions = {}): Promise<void> {
  if (formatOf(files, options) !== "scenario") importer ??= (await import("./importer.ts")).importNetworks;
}

function formatOf(files: readonly InputText[], { as }: ImportOptions): InputFormat {
  return as ?? (files.length === 1 ? recogniseText(files[0].text) : "aws");
}

/**
 * Reads what the command line reads: one scenario, Terraform's JSON, or the answers of a cloud's tools. Recognised by
 * content. Throws an InputError with everything that is wrong.
 */
export function loadInput(files: readonly InputText[], options: ImportOptions = {}): Loaded {
  if (files.length === 0) throw noFile();
  const [first] = files;
  const format = formatOf(files, options);
  if (format === "scenario")
    return { format, planned: undefined, ...readScenario(first.text, first.name, options) };
  if (importer === undefined) throw new TypeError(`nothing that reads ${format} is loaded`);
  const { network, before, warnings } = importer(
    files.map(({ name, text }) => ({ name, text: () => text })),
    options,
  );
  return {
    format,
    warnings,
    planned: before && network,
    scenario: {
      name: nameOf(files),
      description: "",
      network: before ?? network,
      policies: [],
      alarms: [],
      steps: [],
    },
  };
}

/** Several files are called by the folder that they share, where there is one. */
function nameOf([first, ...others]: readonly InputText[]): string {
  if (others.length === 0) return first.name;
  const folder = first.name.slice(0, first.name.indexOf("/") + 1);
  const isShared = folder.length > 1 && others.every(({ name }) => name.startsWith(folder));
  return isShared ? folder.slice(0, -1) : `${others.length + 1} files`;
}

/** A problem with the lines around it, as the command line prints them. */
export interface Problem extends Issue {
  readonly line?: number;
  readonly column?: number;
  /** The line itself, cut to what can be read. */
  readonly excerpt?: string;
}

/** Returns what an error says of the input; anything that is no InputError is a fault of ours and thrown on. */
export function problemsOf(error: unknown, files: readonly InputText[]): Problem[] {
  if (!(error instanceof InputError)) throw error;
  return error.issues.slice(0, MAX_PROBLEMS).map((issue) => located(issue, files));
}

const MAX_PROBLEMS = 200;
const MAX_EXCERPT = 160;

export function located(issue: Issue, files: readonly InputText[]): Problem {
  const [, name, line, column] = /^(.*):(\d+):(\d+)$/.exec(issue.source) ?? [];
  const file = files.find((one) => one.name === name);
  if (file === undefined) return issue;
  const excerpt = file.text.split("\n", Number(line)).at(-1)?.slice(0, MAX_EXCERPT) ?? "";
  return { ...issue, line: Number(line), column: Number(column), excerpt };
}

function noFile(): InputError {
  const message = "there is no file to read";
  return new InputError([{ code: "unreadable", message, source: "", path: "" }]);
}
