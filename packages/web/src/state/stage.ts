import { signal } from "@preact/signals";
import type { MatrixView } from "../engine/matrix-view.ts";
import { engine } from "./store.ts";

/** What stands in the large part of the page, beside the panels. */
export const stage = signal("topology");

/** The verdicts of the network as it is now; undefined until somebody looks. */
export const matrix = signal<MatrixView | undefined>(undefined);

/** Asks for all verdicts again. */
export async function refreshMatrix(): Promise<void> {
  const turn = ++matrixTurn;
  const found = await engine.matrix();
  if (turn === matrixTurn) matrix.value = found;
}

let matrixTurn = 0;
