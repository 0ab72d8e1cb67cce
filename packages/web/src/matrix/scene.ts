import type { Verdict } from "@twoway/sim";
import type { MatrixView } from "../engine/matrix-view.ts";
import { type Window, windowOf } from "../parts/long-list.ts";
import type { Group } from "./grid.ts";
import type { Headers } from "./headers.ts";

/** What is drawn of a matrix. Lengths are in pixels of the page. */
export interface Scene {
  readonly data: MatrixView;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly rowGroups: readonly Group[];
  readonly columnGroups: readonly Group[];
  readonly cell: number;
  readonly left: number;
  readonly top: number;
  /** Of the whole canvas, headers included. */
  readonly width: number;
  readonly height: number;
  readonly headers: Headers;
  /** The places of the cell that has the focus, and of the one under the pointer. */
  readonly focus: Place;
  readonly hover: Place | undefined;
  /** Verdicts that are not looked for: drawn faintly. */
  readonly faint: ReadonlySet<Verdict>;
  /** Everything is drawn faintly that did not flip. */
  readonly onlyFlips: boolean;
}

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Where the cells begin, and how far they go. */
export function edges(scene: Scene): { x: number; y: number; across: number; down: number } {
  const { headers, width, height, cell, left, top } = scene;
  const x = headers.rowVpc + headers.rowSubnet;
  const y = headers.columnVpc + headers.columnSubnet;
  return {
    x,
    y,
    across: Math.max(Math.min(width - x, scene.columns.length * cell - left), 0),
    down: Math.max(Math.min(height - y, scene.rows.length * cell - top), 0),
  };
}

/** Returns the rows and columns that are seen. */
export function seen(scene: Scene): { readonly rows: Window; readonly columns: Window } {
  const { across, down } = edges(scene);
  return {
    rows: windowOf(scene.top, down, scene.cell, scene.rows.length),
    columns: windowOf(scene.left, across, scene.cell, scene.columns.length),
  };
}
