import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Matrix } from "../matrix/matrix.tsx";
import { looked, lookInto, matrix, refreshMatrix } from "../state/looked-at.ts";
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
  const data = matrix.value;
  const open = (from: number, to: number): void =>
    void lookInto([...new Set([data.subnets[from].subnet, data.subnets[to].subnet])]);
  return (
    <Matrix
      key={`${opened.value?.name ?? ""} ${looked.value?.join(" ") ?? ""}`}
      data={data}
      {...(data.level === "vpcs" ? { onVpcs: open } : {})}
      {...(looked.value === undefined ? {} : { onBack: () => void lookInto(undefined) })}
      pairOf={(from, to) => engine.pair(data.places[from], data.places[to])}
      onTrace={(from, to) => void ask({ from, to })}
    />
  );
}
