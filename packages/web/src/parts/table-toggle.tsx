import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "./icons.tsx";

/** Turns a picture into its table twin and back. */
export function TableToggle({ isTable }: { readonly isTable: Signal<boolean> }): JSX.Element {
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={isTable.value}
      aria-label="As a table"
      title="As a table"
      onClick={() => {
        isTable.value = !isTable.value;
      }}
    >
      <Icon name="table" />
    </button>
  );
}
