import type { PairVerdict, Verdict } from "@twoway/sim";
import type { JSX } from "preact";

/** Verdicts look the same everywhere: a sign, a word and a colour that colour-blind readers tell apart. */
export const SIGNS: Readonly<Record<Verdict, string>> = {
  "two-way": "⇄",
  "forward-only": "→",
  "return-only": "←",
  unreachable: "✕",
  unknown: "?",
};

export function VerdictBadge({ verdict, partial }: PairVerdict): JSX.Element {
  return (
    <span class={`verdict ${verdict}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[verdict]}
      </span>
      {verdict}
      {partial ? " in part" : ""}
    </span>
  );
}
