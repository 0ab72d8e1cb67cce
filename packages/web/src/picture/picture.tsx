import type { JSX } from "preact";
import { Icon } from "../parts/icons.tsx";
import { TableToggle } from "../parts/table-toggle.tsx";
import { traced, view } from "../state/store.ts";
import { Canvas, fit, zoomBy } from "./canvas.tsx";
import { Inspector } from "./inspector.tsx";
import { PictureTable } from "./picture-table.tsx";
import { asTable, foldAll, folded, groups, unfoldAll } from "./view-state.ts";

/** The network as a picture, or everything in the picture as a table. */
export function Picture(): JSX.Element {
  return (
    <section class="picture" aria-label="Topology">
      {asTable.value ? <PictureTable /> : <Canvas />}
      <div class="tools" role="toolbar" aria-label="Picture">
        {groups.value.length > 0 && (
          <button
            type="button"
            class="quiet"
            onClick={folded.value.size < groups.value.length ? foldAll : unfoldAll}
            aria-label={folded.value.size < groups.value.length ? "Fold all groups" : "Unfold all groups"}
            title={folded.value.size < groups.value.length ? "Fold all groups" : "Unfold all groups"}
          >
            <Icon name={folded.value.size < groups.value.length ? "fold" : "unfold"} />
          </button>
        )}
        {!asTable.value && (
          <>
            <button
              type="button"
              class="quiet"
              onClick={() => zoomBy(1.4)}
              aria-label="Zoom in"
              title="Zoom in (+)"
            >
              <Icon name="plus" />
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() => zoomBy(1 / 1.4)}
              aria-label="Zoom out"
              title="Zoom out (-)"
            >
              <Icon name="minus" />
            </button>
            <button
              type="button"
              class="quiet"
              onClick={fit}
              aria-label="Show everything"
              title="Show everything (0)"
            >
              <Icon name="fit" />
            </button>
          </>
        )}
        <TableToggle isTable={asTable} />
      </div>
      <Inspector />
      {view.value?.vpcs.length === 0 && (
        <p class="empty nothing">
          There is no VPC here yet. In <em>What-if</em>, <code>create-vpc ID CIDR</code> makes one.
        </p>
      )}
      {!asTable.value && <Legend />}
    </section>
  );
}

/** Kinds of lines by the class that draws them. */
const LINES = [
  ["live", "active"],
  ["waiting", "waiting"],
  ["dead", "carries nothing"],
] as const;
const WAYS = [
  ["packet", "packet"],
  ["reply", "reply"],
] as const;

function Legend(): JSX.Element {
  const shown = traced.value?.kind === "answered" ? [...LINES, ...WAYS] : LINES;
  return (
    <ul class="legend" aria-label="Legend">
      {shown.map(([line, label]) => (
        <li key={line}>
          <svg viewBox="0 0 28 8" aria-hidden="true">
            <path class={line} d="M0 4h28" />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
