/** Which lines of a list are seen, and where to scroll for one: arithmetic without a screen. */

/** The lines that are seen at least in part, the end not included. */
export interface Window {
  readonly first: number;
  readonly end: number;
}

/** Returns which of `count` lines of one size are seen through an opening of `extent` that begins at `scroll`. */
export function windowOf(scroll: number, extent: number, size: number, count: number): Window {
  const first = Math.min(Math.max(Math.floor(scroll / size), 0), count);
  const end = Math.min(Math.max(Math.ceil((scroll + extent) / size), first), count);
  return { first, end };
}

/** Browsers draw nothing beyond some ten million pixels. */
const MAX_HEIGHT = 8_000_000;

/** A list of lines of one size that may be longer than a browser can scroll. */
export interface LongList {
  readonly count: number;
  readonly size: number;
  /** Of the opening. */
  readonly extent: number;
}

/** Returns the height to be scrolled: all lines, or as much as browsers can. */
export function heightOf({ count, size }: LongList): number {
  return Math.min(count * size, MAX_HEIGHT);
}

/** Returns the lines that are seen, and how far above the opening the first of them begins. */
export function linesAt(list: LongList, scroll: number): Window & { readonly above: number } {
  const { count, size, extent } = list;
  const height = heightOf(list);
  // where the height is cut, a pixel stands for more than a pixel
  const room = Math.max(height - extent, 1);
  const real = height === count * size ? scroll : (scroll / room) * (count * size - extent);
  const window = windowOf(real, extent, size, count);
  return { ...window, above: real - window.first * size };
}

/** Returns the scroll position at which the line stands first. */
export function scrollToLine(list: LongList, line: number): number {
  const { count, size, extent } = list;
  const height = heightOf(list);
  if (height === count * size) return line * size;
  return ((line * size) / (count * size - extent)) * Math.max(height - extent, 1);
}
