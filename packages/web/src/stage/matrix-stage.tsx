import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Matrix } from "../matrix/matrix.tsx";
import { matrix, refreshMatrix } from "../state/looked-at.ts";
import { ask, changed, engine, opened, view } from "../state/store.ts";

/** All pairs of the network as it is now: asked for again after every change. */
export function MatrixStage(): JSX.Element {
  useEffect(() => void refreshMatrix(), [view.value, changed.value]);
  if (matrix.value === undefined) {
    return (
      <p class="empty matrix-none" role="status">
        Reading all pairs …
      </p>
    );
  }
  return (
    <Matrix
      key={opened.value?.name ?? ""}
      data={matrix.value}
      pairOf={(from, to) => engine.pair(from, to)}
      onTrace={(from, to) => void ask({ from, to })}
    />
  );
}
