import { ParseError } from "@twoway/core";
import { InputError, type Issue, type IssueCode } from "../model/issue.ts";
import { textPlace } from "../model/routes.ts";
import type { TextDocument } from "./document.ts";
import type { ShapeProblem } from "./scenario-schema.ts";

type Path = readonly PropertyKey[];

/** Everything that is found wrong while a document is read, each with its place. */
export class Findings {
  readonly errors: Issue[] = [];
  readonly warnings: Issue[] = [];
  readonly document: TextDocument;
  /** Entries (`vpcs.vpc1`, `steps.3`) or sections whose shape is wrong. */
  readonly #broken = new Set<string>();

  constructor(document: TextDocument) {
    this.document = document;
    for (const fault of document.faults) this.#keep(this.errors, fault);
  }

  place(path: Path): string {
    return textPlace(this.document.places, this.document.offset(path));
  }

  /** The place of the key that ends the path: where a thing is named. */
  keyPlace(path: Path): string {
    return textPlace(this.document.places, this.document.keyOffset(path));
  }

  error(code: IssueCode, message: string, path: Path, suggestion?: string): void {
    this.#add(this.errors, code, message, path, this.document.offset(path), suggestion);
  }

  /** An error about the key that ends the path, not about its value. */
  keyError(code: IssueCode, message: string, path: Path, suggestion?: string): void {
    this.#add(this.errors, code, message, path, this.document.keyOffset(path), suggestion);
  }

  warning(code: IssueCode, message: string, path: Path): void {
    this.#add(this.warnings, code, message, path, this.document.offset(path));
  }

  /** Reads text by a grammar of its own; undefined, and an error at the very character, when it breaks a rule. */
  parse<T>(parser: (text: string) => T, text: string, path: Path): T | undefined {
    try {
      return parser(text);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const code = error.rule.includes("host bits") ? "bad-prefix" : "bad-text";
      const at = this.document.offset(path) + error.offset;
      const message = `${JSON.stringify(error.input)}: ${error.rule}`;
      this.#add(this.errors, code, message, path, at, error.suggestion);
      return undefined;
    }
  }

  /** Runs something that throws InputErrors of its own, and keeps their issues under this path. */
  attempt<T>(run: () => T, path: Path): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const issue of error.issues) this.#keep(this.errors, { ...issue, path: path.join(".") });
      return undefined;
    }
  }

  /** Keeps what is wrong with the document's shape, and marks the entries concerned. */
  shape(problems: readonly ShapeProblem[]): void {
    for (const { path, message, unknownKey, isMissing } of problems) {
      if (unknownKey !== undefined) {
        this.keyError("unknown-key", message, path, unknownKey.nearest);
        continue; // what stands beside it can still be read
      }
      this.error(isMissing ? "missing-key" : "wrong-type", message, path);
      this.breakAt(path);
    }
  }

  /** Marks the entry that the path leads into as one whose shape is wrong. */
  private breakAt(path: Path): void {
    this.#broken.add(path.slice(0, 2).join("."));
  }

  /** Returns the document without its broken sections, and with `undefined` in the place of broken entries. */
  sound<T>(value: unknown): T {
    const isMap = (candidate: unknown): candidate is object =>
      typeof candidate === "object" && candidate !== null;
    if (!isMap(value)) return {} as T;
    if (this.#broken.size === 0) return value as T;
    const sections = Object.entries(value).flatMap(([section, content]) => {
      if (this.#broken.has(section)) return [];
      const keep = (key: PropertyKey, entry: unknown): unknown =>
        this.#broken.has(`${section}.${String(key)}`) ? undefined : entry;
      if (Array.isArray(content)) return [[section, content.map((entry, i) => keep(i, entry))]];
      if (!isMap(content)) return [[section, content]];
      return [
        [section, Object.fromEntries(Object.entries(content).map(([key, entry]) => [key, keep(key, entry)]))],
      ];
    });
    return Object.fromEntries(sections) as T;
  }

  #add(
    list: Issue[],
    code: IssueCode,
    message: string,
    path: Path,
    offset: number,
    suggestion?: string,
  ): void {
    const source = textPlace(this.document.places, offset);
    const issue = { code, message, source, path: path.join(".") };
    this.#keep(list, suggestion === undefined ? issue : { ...issue, suggestion });
  }

  /** A file with so many problems has one: it is not what it was taken for. */
  #keep(list: Issue[], issue: Issue): void {
    if (list.length < MAX_ISSUES) list.push(issue);
  }
}

const MAX_ISSUES = 10_000;
