import { signal } from "@preact/signals";
import type { MatrixView } from "../engine/matrix-view.ts";
import type { PeeringFigures, TrafficView } from "../engine/traffic-view.ts";
import { engine, opened } from "./store.ts";

/** The verdicts of the network as it is now; undefined until somebody looks. */
export const matrix = signal<MatrixView | undefined>(undefined);

/** Asks for all verdicts again. */
export async function refreshMatrix(): Promise<void> {
  const turn = ++matrixTurn;
  const found = await engine.matrix();
  if (turn === matrixTurn) matrix.value = found;
}

let matrixTurn = 0;

/** What became of the traffic of the story; null where there is none, undefined until somebody looks. */
export const traffic = signal<TrafficView | null | undefined>(undefined);
/** The figures of the peering that is looked at. */
export const figures = signal<PeeringFigures | undefined>(undefined);

/** Asks what became of the traffic, and looks at the peering with the most alarms and losses. */
export async function refreshTraffic(): Promise<void> {
  const asked = opened.value;
  const found = await engine.traffic();
  if (opened.value !== asked) return;
  traffic.value = found ?? null;
  const [worst] = [...(found?.peerings ?? [])].sort(
    (a, b) => b.alarms - a.alarms || b.dropped - a.dropped || b.peakOut + b.peakIn - a.peakOut - a.peakIn,
  );
  if (worst !== undefined) await lookAt(worst.peering);
}

export async function lookAt(peering: string): Promise<void> {
  const turn = ++figuresTurn;
  const found = await engine.figures(peering);
  if (turn === figuresTurn) figures.value = found;
}

let figuresTurn = 0;
