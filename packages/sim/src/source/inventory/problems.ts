import { InputError, type Issue, type IssueCode } from "../../model/issue.ts";
import type { Refusal } from "../../model/refusal.ts";

/**
 * What is found wrong while machine-written input is read. An error means that the input is not what it claims to be;
 * a warning, that it can be judged as it stands (S4).
 */
export class Problems {
  readonly errors: Issue[] = [];
  readonly warnings: Issue[] = [];

  error(code: IssueCode, message: string, place: Place, suggestion?: string): void {
    keep(this.errors, code, message, place, suggestion);
  }

  warning(code: IssueCode, message: string, place: Place, suggestion?: string): void {
    keep(this.warnings, code, message, place, suggestion);
  }

  /** Says that a rule of the cloud is broken; the network is judged as it stands (S4). */
  refusal(refusal: Refusal | undefined, place: Place): void {
    if (refusal !== undefined) this.warning("refused", `${refusal.message} (${refusal.code})`, place);
  }

  /** Throws one InputError with every error, if there is any. */
  throwErrors(): void {
    if (this.errors.length > 0) throw new InputError(this.errors);
  }
}

/** Where something stands: a file, a Terraform address or a cloud id, and a path inside it. */
export interface Place {
  readonly source: string;
  readonly path: string;
}

/** Returns the place in one line, as a message or a route names it. */
export function placeText({ source, path }: Place): string {
  return path === "" ? source : `${source}: ${path}`;
}

function keep(
  list: Issue[],
  code: IssueCode,
  message: string,
  place: Place,
  suggestion: string | undefined,
): void {
  // an input with so many problems has one: it is not what it was taken for
  if (list.length >= MAX_ISSUES) return;
  const { path } = place;
  list.push({
    code,
    message,
    source: placeText(place),
    path,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

const MAX_ISSUES = 10_000;
