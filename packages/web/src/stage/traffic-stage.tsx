import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { figures, lookAt, peering, refreshTraffic, traffic } from "../state/looked-at.ts";
import { changed, opened } from "../state/store.ts";
import { Traffic } from "../traffic/traffic.tsx";

/** The traffic of the story, as it was metered, and with the changes that were tried. */
export function TrafficStage(): JSX.Element {
  useEffect(() => void refreshTraffic(), [opened.value, changed.value]);
  const found = traffic.value;
  if (found === undefined) {
    return (
      <p class="empty matrix-none" role="status">
        Metering …
      </p>
    );
  }
  if (found === null) {
    return (
      <p class="empty matrix-none">
        This network has no traffic. A scenario describes it in its <code>traffic</code>: who would like to
        send how much to whom.
      </p>
    );
  }
  return (
    <Traffic views={found} peering={peering.value} figures={figures.value} onLook={(id) => void lookAt(id)} />
  );
}
