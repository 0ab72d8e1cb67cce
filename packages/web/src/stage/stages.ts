import type { ComponentType } from "preact";
import { later } from "../parts/later.tsx";
import { Picture } from "../picture/picture.tsx";

/** What the large part of the page can show, in the order of its tabs. */
export interface StageEntry {
  /** Stands in links: never renamed. */
  readonly id: string;
  readonly title: string;
  readonly Stage: ComponentType;
}

export const STAGES: readonly StageEntry[] = [
  { id: "topology", title: "Topology", Stage: Picture },
  {
    id: "matrix",
    title: "Matrix",
    Stage: later(async () => (await import("./matrix-stage.tsx")).MatrixStage),
  },
  {
    id: "traffic",
    title: "Traffic",
    Stage: later(async () => (await import("./traffic-stage.tsx")).TrafficStage),
  },
];
