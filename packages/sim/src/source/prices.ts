import type { PriceList } from "../ask/billing.ts";
import { InputError } from "../model/issue.ts";
import { readDocument } from "./document.ts";
import { Findings } from "./findings.ts";
import { checkPriceShape } from "./scenario-schema.ts";

/**
 * Reads a price list in YAML or JSON, the user's own. Throws one InputError with everything that is wrong: the brackets
 * of a kind ascend, and the last one alone has no end.
 */
export function readPriceList(text: string, file: string): PriceList {
  const findings = new Findings(readDocument(text, file));
  findings.shape(checkPriceShape(findings.document.value));
  if (findings.errors.length > 0) throw new InputError(findings.errors);
  const prices = findings.document.value as PriceList;
  for (const kind of ["dailyPeak", "monthly95"] as const) {
    const brackets = prices[kind] ?? [];
    for (const [i, { upTo }] of brackets.entries()) {
      const path = [kind, i];
      const isLast = i === brackets.length - 1;
      const before = brackets[i - 1]?.upTo ?? 0;
      if (isLast && upTo !== undefined)
        findings.error("bad-text", "the last bracket has no end, so that every bandwidth has a price", path);
      if (!isLast && upTo === undefined)
        findings.error("missing-key", "only the last bracket has no `upTo`", path);
      if (upTo !== undefined && upTo <= before)
        findings.error("bad-text", `the brackets ascend, and ${upTo} stands behind ${before}`, path);
    }
  }
  if (findings.errors.length > 0) throw new InputError(findings.errors);
  return prices;
}
