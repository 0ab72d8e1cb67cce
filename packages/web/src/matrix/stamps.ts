import type { Verdict } from "@twoway/sim";
import { SELF, verdictOf } from "../engine/matrix-view.ts";
import type { Palette } from "./palette.ts";

/** From this size on a cell has its sign; below it its shape speaks. */
const SIGN_SIZE = 14;

/** Draws every kind of cell once, by its code. */
export function stampsOf(size: number, ratio: number, palette: Palette): HTMLCanvasElement[] {
  return Array.from({ length: SELF + 1 }, (_, code) => {
    const image = document.createElement("canvas");
    image.width = image.height = Math.max(1, Math.round(size * ratio));
    const context = image.getContext("2d")!;
    context.scale(image.width / size, image.height / size);
    const found = verdictOf(code);
    if (found === undefined) paintSelf(context, size, palette);
    else if (found.verdict !== undefined) paintVerdict(context, size, palette, found.verdict, found.partial);
    return image;
  });
}

function paintSelf(context: CanvasRenderingContext2D, size: number, palette: Palette): void {
  context.strokeStyle = palette.line;
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(size, size);
  context.stroke();
}

/** Every verdict has a colour and a shape; what is partial has a corner cut off. */
function paintVerdict(
  context: CanvasRenderingContext2D,
  size: number,
  palette: Palette,
  verdict: Verdict,
  partial: boolean,
): void {
  const gap = size >= 9 ? 1 : 0.5;
  const side = size - gap;
  const radius = size >= SIGN_SIZE ? 3 : 1;
  context.beginPath();
  context.roundRect(gap / 2, gap / 2, side, side, radius);
  context.clip();
  const hasSign = size >= SIGN_SIZE;
  const isShape = !hasSign && (verdict === "forward-only" || verdict === "return-only");
  context.fillStyle =
    verdict === "unreachable" || verdict === "unknown" || isShape
      ? palette.sunken
      : palette.verdicts[verdict];
  context.fillRect(0, 0, size, size);
  const colour = palette.verdicts[verdict];
  context.fillStyle = colour;
  context.strokeStyle = colour;
  if (verdict === "unreachable") {
    // most of a large matrix: a tint, so that what does get through stands out
    context.globalAlpha = 0.13;
    context.fillRect(0, 0, size, size);
    context.globalAlpha = 1;
  }
  if (verdict === "unknown") {
    context.lineWidth = hasSign ? 2 : 1;
    for (let i = -size; i < size; i += hasSign ? 5 : 3) line(context, [i, size], [i + size, 0]);
  } else if (isShape) {
    const [base, point] = verdict === "forward-only" ? [0, size] : [size, 0];
    polygon(context, [base, 0], [point, size / 2], [base, size]);
  }
  if (hasSign) paintSign(context, size, verdict, verdict === "unreachable" ? colour : palette.ink);
  if (partial) {
    const corner = Math.max(3, size * 0.36);
    context.fillStyle = palette.surface;
    polygon(context, [size, size - corner], [size, size], [size - corner, size]);
    context.strokeStyle = verdict === "two-way" ? palette.ink : palette.text;
    context.lineWidth = 1;
    line(context, [size - corner, size], [size, size - corner]);
  }
}

function paintSign(context: CanvasRenderingContext2D, size: number, verdict: Verdict, colour: string): void {
  const middle = size / 2;
  const reach = Math.min(size * 0.24, 7);
  const [left, right] = [middle - reach, middle + reach];
  const head = reach * 0.55;
  context.strokeStyle = colour;
  context.lineWidth = size >= 22 ? 1.75 : 1.4;
  context.lineCap = "round";
  context.lineJoin = "round";
  const arrow = (from: number, to: number, y: number): void => {
    const back = to > from ? -head : head;
    line(context, [from, y], [to, y]);
    line(context, [to + back, y - head], [to, y], [to + back, y + head]);
  };
  switch (verdict) {
    case "two-way":
      arrow(left, right, middle - reach * 0.55);
      arrow(right, left, middle + reach * 0.55);
      return;
    case "forward-only":
      arrow(left, right, middle);
      return;
    case "return-only":
      arrow(right, left, middle);
      return;
    case "unreachable": {
      const half = reach * 0.6;
      line(context, [middle - half, middle - half], [middle + half, middle + half]);
      line(context, [middle + half, middle - half], [middle - half, middle + half]);
      return;
    }
    case "unknown":
      return;
    default:
      verdict satisfies never;
  }
}

type Point = readonly [x: number, y: number];

function line(context: CanvasRenderingContext2D, start: Point, ...rest: readonly Point[]): void {
  context.beginPath();
  context.moveTo(...start);
  for (const point of rest) context.lineTo(...point);
  context.stroke();
}

function polygon(context: CanvasRenderingContext2D, start: Point, ...rest: readonly Point[]): void {
  context.beginPath();
  context.moveTo(...start);
  for (const point of rest) context.lineTo(...point);
  context.fill();
}
