import type { JSX } from "preact";
import { type MatrixView, verdictOf } from "../engine/matrix-view.ts";
import { LongTable } from "../parts/long-table.tsx";
import { VerdictBadge } from "../parts/verdict.tsx";

/** The table twin of the picture: every pair that is shown there, a row each. */
export function PairTable({
  data,
  pairs,
  onOpen,
}: {
  readonly data: MatrixView;
  /** `from * side + to`. */
  readonly pairs: Uint32Array;
  readonly onOpen: (from: number, to: number) => void;
}): JSX.Element {
  const side = data.subnets.length;
  const name = (i: number): string => `${data.subnets[i].vpc}/${data.subnets[i].subnet}`;
  return (
    <LongTable
      label="Pairs of subnets"
      columns={["From", "To", "Verdict"]}
      count={pairs.length}
      rows={pairs}
      row={(i) => {
        const [from, to] = [Math.floor(pairs[i] / side), pairs[i] % side];
        const found = verdictOf(data.cells[pairs[i]]);
        return [
          <button key="from" type="button" class="link" onClick={() => onOpen(from, to)}>
            {name(from)}
          </button>,
          name(to),
          found === undefined ? "" : <VerdictBadge key="verdict" {...found} />,
        ];
      }}
    />
  );
}
