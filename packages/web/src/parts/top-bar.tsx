import type { JSX } from "preact";
import { busy, linkNow, notice, opened, view } from "../state/store.ts";
import { CopyButton } from "./copy-button.tsx";
import { openPicker } from "./drop-zone.tsx";
import { Warnings } from "./warnings.tsx";

/** What is open, the network's own clock and rules, and the way to another network. */
export function TopBar(): JSX.Element {
  const now = view.value?.now
    .replace(/T00:00:00Z$/, "")
    .replace("T", " ")
    .replace("Z", "");
  return (
    <header class="top">
      <button type="button" class="logo" onClick={toStart} aria-label="twoway: to the start">
        <svg viewBox="0 0 24 16" aria-hidden="true">
          <path d="M2 5h19l-4-4M22 11H3l4 4" />
        </svg>
        twoway
      </button>
      <h1>{opened.value?.name ?? ""}</h1>
      {view.value !== undefined && (
        <p class="dim facts">
          <span>{view.value.profile}</span>
          <span>{now}</span>
        </p>
      )}
      <Warnings />
      <span class="push" />
      {busy.value && (
        <span class="dim" role="status">
          Reading …
        </span>
      )}
      {notice.value !== "" && <span role="status">{notice.value}</span>}
      {view.value !== undefined && <CopyButton label="Copy link" text={linkNow} />}
      <button type="button" onClick={() => openPicker("files")}>
        Open …
      </button>
    </header>
  );
}

function toStart(): void {
  view.value = undefined;
  opened.value = undefined;
}
