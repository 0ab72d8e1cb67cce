import { fitted } from "../parts/fitted.ts";
import { type Camera, windowOf } from "./camera.ts";
import { isVisible, pointAt, upTo } from "./hit.ts";
import type { Layout, Point, Rect } from "./layout.ts";
import { Pen, WORDS } from "./pen.ts";
import type { Box, Edge, Scene } from "./scene.ts";
import type { Theme } from "./theme.ts";
import type { Way } from "./way.ts";

export interface Marks {
  readonly selected: string | undefined;
  readonly hovered: string | undefined;
  /** VPCs of which a pair changed for better or worse. */
  readonly better: ReadonlySet<string>;
  readonly worse: ReadonlySet<string>;
  readonly ways: readonly Way[];
  /** How far the packet and then its reply are, from 0 to the number of ways; all of them drawn behind it. */
  readonly progress: number;
}

export interface Frame {
  readonly scene: Scene;
  readonly layout: Layout;
  readonly camera: Camera;
  readonly theme: Theme;
  readonly marks: Marks;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

/** Draws one frame: only what is inside the window, and words only where they can be read. */
export function paint(context: CanvasRenderingContext2D, frame: Frame): void {
  const { scene, camera, theme, width, height, ratio } = frame;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, width, height);
  context.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
  const window = windowOf(camera, frame);
  const painter = new Painter(context, frame, window);
  for (const box of scene.boxes) painter.group(box);
  painter.edges(scene.edges);
  for (const box of scene.boxes) painter.boxes(box);
  for (const [i, way] of frame.marks.ways.entries()) painter.way(way, i);
  painter.labels(scene.edges);
  for (const [i, way] of frame.marks.ways.entries()) painter.wayEnd(way, i);
}

class Painter {
  readonly #context: CanvasRenderingContext2D;
  readonly #frame: Frame;
  readonly #window: Rect;
  readonly #pen: Pen;

  constructor(context: CanvasRenderingContext2D, frame: Frame, window: Rect) {
    this.#context = context;
    this.#frame = frame;
    this.#window = window;
    this.#pen = new Pen(context, frame.theme, frame.camera.k);
  }

  group(box: Box): void {
    if (box.kind !== "group" || box.isFolded) return;
    const rect = this.#visible(box.id);
    if (rect === undefined) return;
    const { theme } = this.#frame;
    this.#pen.panel(rect, 10, theme.sunken, this.#isChosen(box.id) ? theme.accent : theme.line, 1);
    if (this.#frame.camera.k < WORDS) {
      this.#heading(box.title, rect);
      return;
    }
    this.#pen.words(
      box.title,
      rect.x + 16,
      rect.y + 22,
      rect.width - 90,
      `600 12px ${theme.sans}`,
      theme.text,
    );
    this.#pen.words(
      box.detail,
      rect.x + rect.width - 16,
      rect.y + 22,
      100,
      `12px ${theme.sans}`,
      theme.dim,
      "right",
    );
  }

  /** From afar a group keeps its name, as large on the screen as near by, where it has the room. */
  #heading(title: string, rect: Rect): void {
    const { theme, camera } = this.#frame;
    if (rect.width * camera.k < 48) return;
    const context = this.#context;
    context.font = `600 ${11 / camera.k}px ${theme.sans}`;
    context.fillStyle = theme.text;
    context.textAlign = "left";
    const room = rect.width - 8 / camera.k;
    const width = (text: string): number => context.measureText(text).width;
    context.fillText(fitted(title, room, width), rect.x + 4 / camera.k, rect.y - 3 / camera.k);
  }

  boxes(box: Box): void {
    for (const child of box.children) this.boxes(child);
    if (box.kind === "group" && !box.isFolded) return;
    const rect = this.#visible(box.id);
    if (rect === undefined) return;
    const { theme, marks, camera } = this.#frame;
    const context = this.#context;
    const chosen = this.#isChosen(box.id);
    const outline = chosen ? theme.accent : box.kind === "outside" ? theme.dim : theme["line-strong"];
    context.setLineDash(box.kind === "outside" ? [5, 4] : []);
    this.#pen.panel(rect, box.kind === "hub" ? 16 : 6, theme.surface, outline, chosen ? 2 : 1);
    context.setLineDash([]);
    if (box.isFolded)
      this.#pen.panel({ ...rect, x: rect.x + 4, y: rect.y + 4 }, 6, "transparent", theme["line-strong"], 1);
    const id = box.id.slice(box.id.indexOf(":") + 1);
    const mark = marks.worse.has(id) ? "worse" : marks.better.has(id) ? "better" : undefined;
    if (mark !== undefined) this.#corner(rect, mark);
    if (camera.k < WORDS) {
      context.fillStyle = box.kind === "hub" ? theme.accent : theme["line-strong"];
      context.fillRect(rect.x + 8, rect.y + 12, rect.width * 0.5, 8);
      return;
    }
    const inner = rect.width - 20 - (mark === undefined ? 0 : 16);
    this.#pen.words(box.title, rect.x + 10, rect.y + 17, inner, `600 13px ${theme.sans}`, theme.text);
    this.#pen.words(box.detail, rect.x + 10, rect.y + 33, inner, `11px ${theme.mono}`, theme.dim);
    for (const row of box.rows) this.#row(row.id, row.title, row.detail, row.kind);
  }

  edges(edges: readonly Edge[]): void {
    const { layout, theme, camera, marks } = this.#frame;
    const context = this.#context;
    const many = edges.length > 500;
    for (const edge of edges) {
      const points = layout.edges.get(edge.id);
      if (points === undefined || !isVisible(boundsOf(points), this.#window)) continue;
      const chosen = marks.selected === edge.id || marks.hovered === edge.id;
      context.strokeStyle = chosen ? theme.accent : STROKE[edge.state](theme);
      context.globalAlpha = many && !chosen ? 0.35 : 1;
      context.lineWidth = (chosen ? 3 : edge.peerings.length > 1 ? 2.5 : 1.5) / Math.max(camera.k, 0.5);
      context.setLineDash(edge.state === "live" ? [] : edge.state === "waiting" ? [7, 5] : [2, 5]);
      this.#pen.line(points);
      context.setLineDash([]);
      context.globalAlpha = 1;
    }
  }

  /** Names of edges, over everything that may cross them; of many only where there is room. */
  labels(edges: readonly Edge[]): void {
    const { layout, camera, marks } = this.#frame;
    if (camera.k < WORDS) return;
    const many = edges.length > 500 && camera.k <= 0.8;
    for (const edge of edges) {
      const points = layout.edges.get(edge.id);
      const chosen = marks.selected === edge.id || marks.hovered === edge.id;
      if (points === undefined || (many && !chosen) || !isVisible(boundsOf(points), this.#window)) continue;
      this.#edgeLabel(edge, points, chosen);
    }
  }

  /** The way so far: the reply runs beside the packet, not on top of it. */
  way(way: Way, index: number): void {
    const { theme, camera } = this.#frame;
    const line = this.#wayLine(way, index);
    if (line.length < 2) return;
    const context = this.#context;
    context.lineJoin = "round";
    context.strokeStyle = index === 0 ? theme.accent : theme["two-way"];
    context.lineWidth = 3 / Math.max(camera.k, 0.6);
    context.setLineDash(index === 0 ? [] : [8, 4]);
    this.#pen.line(line);
    context.setLineDash([]);
  }

  /** The packet at the head of its way, and at the end what became of it. */
  wayEnd(way: Way, index: number): void {
    const { theme, marks, camera } = this.#frame;
    const head = this.#wayLine(way, index).at(-1);
    if (head === undefined) return;
    const size = 8 / Math.max(camera.k, 0.6);
    if (marks.progress - index < 1) {
      this.#pen.disc(head, size, index === 0 ? theme.accent : theme["two-way"], "");
      return;
    }
    const ends = {
      delivered: ["two-way", index === 0 ? "→" : "←"],
      dropped: ["unreachable", "✕"],
      unknown: ["unknown", "?"],
    };
    const [name, sign] = ends[way.outcome];
    // the reply begins where the packet ends, and may be lost there
    const other = index === 1 ? this.#wayLine(marks.ways[0], 0).at(-1) : undefined;
    const isCrowded = other !== undefined && Math.hypot(other.x - head.x, other.y - head.y) < 2 * size;
    this.#pen.disc(isCrowded ? { x: head.x, y: head.y + 2.4 * size } : head, size * 1.1, theme[name], sign);
  }

  #wayLine({ points }: Way, index: number): Point[] {
    const part = Math.min(1, Math.max(0, this.#frame.marks.progress - index));
    if (part === 0 || points.length === 0) return [];
    const shift = index === 0 ? -2.5 : 2.5;
    return upTo(points, part).map(({ x, y }) => ({ x: x + shift, y: y + shift }));
  }

  #row(id: string, title: string, detail: string, kind: string): void {
    const rect = this.#frame.layout.rows.get(id);
    if (rect === undefined || !isVisible(rect, this.#window)) return;
    const { theme } = this.#frame;
    const chosen = this.#isChosen(id);
    this.#pen.panel(
      rect,
      4,
      chosen ? theme["accent-soft"] : theme.sunken,
      chosen ? theme.accent : "transparent",
      1,
    );
    const middle = rect.y + rect.height / 2 + 4;
    const font = `11px ${theme.mono}`;
    const width = Math.min(rect.width * 0.6, detail.length * 6.7);
    const label = kind === "gateway" ? `↗ ${title}` : title;
    this.#pen.words(label, rect.x + 7, middle, rect.width - width - 20, `12px ${theme.sans}`, theme.text);
    this.#pen.words(detail, rect.x + rect.width - 7, middle, rect.width * 0.62, font, theme.dim, "right");
  }

  #edgeLabel({ label, state }: Edge, points: readonly Point[], chosen: boolean): void {
    if (label === "") return;
    const { theme } = this.#frame;
    const context = this.#context;
    const text = state === "live" ? label : `${state === "dead" ? "✕" : "◌"} ${label}`;
    context.font = `11px ${theme.mono}`;
    const width = Math.min(context.measureText(text).width, 190) + 10;
    const { x, y } = pointAt(points, 0.5);
    const rect = { x: x - width / 2, y: y - 9, width, height: 18 };
    this.#pen.panel(
      rect,
      4,
      theme.ground,
      chosen ? theme.accent : state === "live" ? "transparent" : STROKE[state](theme),
      1,
    );
    this.#pen.words(
      text,
      x,
      y + 4,
      190,
      `11px ${theme.mono}`,
      state === "live" ? theme.dim : theme.text,
      "center",
    );
  }

  #corner({ x, y, width }: Rect, mark: "better" | "worse"): void {
    const { theme } = this.#frame;
    this.#pen.disc(
      { x: x + width - 14, y: y + 14 },
      8,
      theme[mark === "better" ? "two-way" : "unreachable"],
      mark === "better" ? "+" : "−",
    );
  }

  #isChosen(id: string): boolean {
    return this.#frame.marks.selected === id || this.#frame.marks.hovered === id;
  }

  #visible(id: string): Rect | undefined {
    const rect = this.#frame.layout.boxes.get(id);
    return rect !== undefined && isVisible(rect, this.#window) ? rect : undefined;
  }
}

const STROKE = {
  live: (theme: Theme) => theme["line-strong"],
  waiting: (theme: Theme) => theme["forward-only"],
  dead: (theme: Theme) => theme.unreachable,
};

function boundsOf(points: readonly Point[]): Rect {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x: x - 1, y: y - 1, width: Math.max(...xs) - x + 2, height: Math.max(...ys) - y + 2 };
}
