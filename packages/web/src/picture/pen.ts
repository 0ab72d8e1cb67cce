import { fitted } from "../parts/fitted.ts";
import type { Point, Rect } from "./layout.ts";
import type { Theme } from "./theme.ts";

/** Below this zoom words cannot be read and are left out. */
export const WORDS = 0.34;

/** Draws shapes and words on a canvas at a zoom: lines stay visible from afar, and what cannot be read is left out. */
export class Pen {
  readonly #context: CanvasRenderingContext2D;
  readonly #theme: Theme;
  readonly #zoom: number;

  constructor(context: CanvasRenderingContext2D, theme: Theme, zoom: number) {
    this.#context = context;
    this.#theme = theme;
    this.#zoom = zoom;
  }

  disc({ x, y }: Point, radius: number, fill: string, sign: string): void {
    const context = this.#context;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.strokeStyle = this.#theme.surface;
    context.lineWidth = radius / 5;
    context.stroke();
    if (sign === "") return;
    context.font = `700 ${radius * 1.4}px ${this.#theme.sans}`;
    context.fillStyle = "#0b0f14";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(sign, x, y + radius * 0.08);
    context.textBaseline = "alphabetic";
  }

  panel({ x, y, width, height }: Rect, radius: number, fill: string, stroke: string, line: number): void {
    const context = this.#context;
    context.beginPath();
    context.roundRect(x, y, width, height, radius);
    if (fill !== "transparent") {
      context.fillStyle = fill;
      context.fill();
    }
    if (stroke === "transparent") return;
    context.strokeStyle = stroke;
    context.lineWidth = line / Math.max(this.#zoom, 0.5);
    context.stroke();
  }

  line(points: readonly Point[]): void {
    const context = this.#context;
    context.beginPath();
    context.moveTo(points[0].x, points[0].y);
    for (const { x, y } of points.slice(1)) context.lineTo(x, y);
    context.stroke();
  }

  /** Writes a text, cut with `…` where it is wider than its place. */
  words(
    text: string,
    x: number,
    y: number,
    room: number,
    font: string,
    fill: string,
    align: CanvasTextAlign = "left",
  ): void {
    if (this.#zoom < WORDS) return;
    const context = this.#context;
    context.font = font;
    context.fillStyle = fill;
    context.textAlign = align;
    context.fillText(
      fitted(text, room, (part) => context.measureText(part).width),
      x,
      y,
    );
  }
}
