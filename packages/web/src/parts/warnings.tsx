import type { JSX } from "preact";
import { editProblem } from "../state/draft.ts";
import { opened } from "../state/store.ts";
import { ProblemList } from "./problems.tsx";

/** What was read with doubts: what is not modelled, not known, or refused by the cloud's own rules. Nothing when there is none. */
export function Warnings(): JSX.Element | null {
  const { warnings = [] } = opened.value ?? {};
  if (warnings.length === 0) return null;
  return (
    <details class="warnings">
      <summary>
        {warnings.length} warning{warnings.length === 1 ? "" : "s"}
      </summary>
      <section class="warnings-list" aria-label="Warnings">
        <ProblemList problems={warnings} onPick={editProblem} />
      </section>
    </details>
  );
}
