import type { ComponentType } from "preact";
import { SourcePanel } from "./source-panel.tsx";
import { StoryPanel } from "./story-panel.tsx";
import { TracePanel } from "./trace-panel.tsx";
import { WhatIfPanel } from "./what-if-panel.tsx";

/** The panels beside the picture, in the order of their tabs. A panel is a file of its own that reads the store. */
export interface PanelEntry {
  /** Stands in links: never renamed. */
  readonly id: string;
  readonly title: string;
  readonly Panel: ComponentType;
}

export const PANELS: readonly PanelEntry[] = [
  { id: "trace", title: "Trace", Panel: TracePanel },
  { id: "what-if", title: "What-if", Panel: WhatIfPanel },
  { id: "story", title: "Story", Panel: StoryPanel },
  { id: "source", title: "Source", Panel: SourcePanel },
];
