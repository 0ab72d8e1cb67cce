import type { ComponentType } from "preact";
import { later } from "../parts/later.tsx";
import { TracePanel } from "./trace-panel.tsx";
import { WhatIfPanel } from "./what-if-panel.tsx";

/** The panels beside the picture, in the order of their tabs. A panel is a file of its own that reads the store. */
export interface PanelEntry {
  /** Stands in links: never renamed. */
  readonly id: string;
  readonly title: string;
  readonly Panel: ComponentType;
}

/** Also stands alone, while there is nothing else to show than a file that could not be opened. */
export const SourcePanel: ComponentType = later(async () => (await import("./source-panel.tsx")).SourcePanel);

export const PANELS: readonly PanelEntry[] = [
  { id: "trace", title: "Trace", Panel: TracePanel },
  { id: "what-if", title: "What-if", Panel: WhatIfPanel },
  { id: "story", title: "Story", Panel: later(async () => (await import("./story-panel.tsx")).StoryPanel) },
  { id: "source", title: "Source", Panel: SourcePanel },
];
