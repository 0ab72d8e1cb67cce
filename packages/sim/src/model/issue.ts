/** What is wrong with an input. Every reader reports in this one shape, and reports everything it finds at once. */

export interface Issue {
  readonly code: IssueCode;
  /** One sentence without a full stop: what was read and which rule it breaks. */
  readonly message: string;
  /** `file:line:column`, a Terraform address or a cloud id; the file's name alone where nothing better is known. */
  readonly source: string;
  /** Path inside the document: `vpcs.vpc1.subnets.a`. Empty for the document itself. */
  readonly path: string;
  /** What would be accepted, where one thing is obvious. */
  readonly suggestion?: string;
}

export type IssueCode =
  | "syntax" // not YAML, not JSON
  | "too-large" // above a documented limit of size, depth or alias use
  | "wrong-type" // a value of another shape than the format says
  | "missing-key"
  | "unknown-key"
  | "bad-name"
  | "bad-address"
  | "bad-prefix"
  | "bad-text" // an action, an expectation, a route, a time that does not follow its grammar
  | "duplicate"
  | "missing-reference" // a name that nothing has
  | "ambiguous" // a name that several things have
  | "refused" // the profile's control plane would not create this
  | "unreadable"; // the file itself cannot be read

/** Thrown by readers, once, with everything that is wrong. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(issues.map((issue) => `${issue.source}: ${issue.message}`).join("\n"));
    this.issues = issues;
  }
}

/** Returns the candidate nearest to `word` by edit distance, if any is near enough to be what was meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // a word is not a misspelling of another when most of it differs
  let bestDistance = Math.min((word.length <= 4 ? 1 : word.length <= 8 ? 2 : 3) + 1, word.length);
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Optimal string alignment distance: letters replaced, added, left out, or neighbours swapped. Given up (returning
 * `limit`) once it cannot be below `limit`.
 */
function editDistance(a: string, b: string, limit: number): number {
  if (a.length > 100 || b.length > 100) return limit;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1, swapped ? before[j - 2] + 1 : replaced));
    }
    if (Math.min(...next, ...row) >= limit) return limit;
    before = row;
    row = next;
  }
  return row[b.length];
}
