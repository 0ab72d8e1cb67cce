import type { JSX } from "preact";

const PATHS = {
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  table: "M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 3.5v9",
  undo: "M6 4 3 7l3 3M3 7h6a3.5 3.5 0 0 1 0 7H7",
  redo: "M10 4l3 3-3 3M13 7H7a3.5 3.5 0 0 0 0 7h2",
  close: "M4 4l8 8M12 4l-8 8",
  swap: "M5 3 2.5 5.5 5 8M2.5 5.5h11M11 8l2.5 2.5L11 13M13.5 10.5h-11",
  play: "M5 3.5v9l7-4.5z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  back: "M10 3.5 5.5 8l4.5 4.5",
  on: "M6 3.5 10.5 8 6 12.5",
  start: "M4 3.5v9M12 3.5 7.5 8l4.5 4.5",
  fold: "M5 3l3 3 3-3M5 13l3-3 3 3",
  unfold: "M5 6l3-3 3 3M5 10l3 3 3-3",
} as const;

/** A sign of 16 by 16; what it means stands in the label of its button. */
export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
