/** What a network may be read from. */

export const INPUT_FORMATS = ["scenario", "terraform", "aws", "tencent"] as const;

export type InputFormat = (typeof INPUT_FORMATS)[number];

/**
 * Returns what the text is, from the keys that only one format has; a scenario is whatever is none of the others. Does not
 * parse it, so that a large dump is parsed once.
 */
export function recogniseText(text: string): InputFormat {
  if (!/^\s*[[{]/.test(text)) return "scenario";
  if (/"(format_version|terraform_version|lineage)"\s*:/.test(text)) return "terraform";
  if (/"vpcs"\s*:/.test(text)) return "scenario";
  if (/"(Response|RequestId|\w+Set)"\s*:/.test(text) && !/"Vpcs"\s*:/.test(text)) return "tencent";
  return /"[A-Z]\w+s"\s*:\s*\[/.test(text) ? "aws" : "scenario";
}
