import { signal } from "@preact/signals";

/** Counts how often the packet was sent on its way again: the picture starts anew whenever it changes. */
export const plays = signal(0);

export function replay(): void {
  plays.value++;
}
