import type { Profile, Rule } from "./profile.ts";

/** What a control plane says when it refuses. */
export interface Refusal {
  readonly rule: Rule;
  /** The error code of the cloud's own API. */
  readonly code: string;
  /** What was asked and which rule it breaks. */
  readonly message: string;
  /** What to do instead. */
  readonly advice: string;
}

export function refuse(profile: Profile, rule: Rule, message: string, advice: string): Refusal {
  return { rule, code: profile.codes[rule], message, advice };
}
