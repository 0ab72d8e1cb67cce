import type { Verdict } from "@twoway/sim";

/** Colours of the page, read from its style. */
export interface Palette {
  readonly surface: string;
  readonly sunken: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly dim: string;
  readonly accent: string;
  readonly ink: string;
  readonly font: string;
  readonly verdicts: Readonly<Record<Verdict, string>>;
}

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  return {
    surface: value("--surface"),
    sunken: value("--sunken"),
    line: value("--line"),
    lineStrong: value("--line-strong"),
    text: value("--text"),
    dim: value("--dim"),
    accent: value("--accent"),
    ink: "#0b0f14",
    font: style.fontFamily,
    verdicts: {
      "two-way": value("--two-way"),
      "forward-only": value("--forward-only"),
      "return-only": value("--return-only"),
      unreachable: value("--unreachable"),
      unknown: value("--unknown"),
    },
  };
}
