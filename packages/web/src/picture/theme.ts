/** The colours of the page, read from its style where the theme changes. */
export interface Theme {
  readonly [name: string]: string;
}

const NAMES = [
  "ground",
  "surface",
  "sunken",
  "line",
  "line-strong",
  "text",
  "dim",
  "accent",
  "accent-soft",
  "two-way",
  "forward-only",
  "return-only",
  "unreachable",
  "unknown",
  "sans",
  "mono",
]; // prettier-ignore

export function themeOf(element: Element): Theme {
  const style = getComputedStyle(element);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}
