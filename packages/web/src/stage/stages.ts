import type { ComponentType } from "preact";
import { Picture } from "../picture/picture.tsx";
import { MatrixStage } from "./matrix-stage.tsx";
import { TrafficStage } from "./traffic-stage.tsx";

/** What the large part of the page can show, in the order of its tabs. */
export interface StageEntry {
  /** Stands in links: never renamed. */
  readonly id: string;
  readonly title: string;
  readonly Stage: ComponentType;
}

export const STAGES: readonly StageEntry[] = [
  { id: "topology", title: "Topology", Stage: Picture },
  { id: "matrix", title: "Matrix", Stage: MatrixStage },
  { id: "traffic", title: "Traffic", Stage: TrafficStage },
];
