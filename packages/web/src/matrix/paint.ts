import type { Verdict } from "@twoway/sim";
import { type MatrixView, SELF, verdictOf } from "../engine/matrix-view.ts";
import { type Window, windowOf } from "../parts/long-list.ts";
import { type Group, groupsIn } from "./grid.ts";
import { type Headers, LYING } from "./headers.ts";

/** What is drawn of a matrix. Lengths are in pixels of the page. */
export interface Scene {
  readonly data: MatrixView;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly rowGroups: readonly Group[];
  readonly columnGroups: readonly Group[];
  readonly cell: number;
  readonly left: number;
  readonly top: number;
  /** Of the whole canvas, headers included. */
  readonly width: number;
  readonly height: number;
  readonly headers: Headers;
  /** The places of the cell that has the focus, and of the one under the pointer. */
  readonly focus: Place;
  readonly hover: Place | undefined;
  /** Verdicts that are not looked for: drawn faintly. */
  readonly faint: ReadonlySet<Verdict>;
}

export interface Place {
  readonly row: number;
  readonly column: number;
}

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

/** From this size on a cell has its sign; below it its shape speaks. */
const SIGN_SIZE = 14;
const TEXT = 11;
const FAINT = 0.14;

/**
 * Makes a painter of scenes. Every kind of cell is drawn once and then copied, so that a scene costs at most one copy
 * for each cell that is seen, however many there are.
 */
export function painter(canvas: HTMLCanvasElement): (scene: Scene, palette: Palette) => void {
  const context = canvas.getContext("2d")!;
  let stamps: { key: string; images: readonly HTMLCanvasElement[] } = { key: "", images: [] };
  return (scene, palette) => {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(scene.width * ratio), Math.round(scene.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const key = `${scene.cell} ${ratio} ${palette.surface} ${palette.verdicts["two-way"]}`;
    if (stamps.key !== key) stamps = { key, images: stampsOf(scene.cell, ratio, palette) };
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = palette.surface;
    context.fillRect(0, 0, scene.width, scene.height);
    paintCells(context, scene, palette, stamps.images);
    paintHeaders(context, scene, palette);
  };
}

/** Where the cells begin, and how far they go. */
function edges(scene: Scene): { x: number; y: number; across: number; down: number } {
  const { headers, width, height, cell, left, top } = scene;
  const x = headers.rowVpc + headers.rowSubnet;
  const y = headers.columnVpc + headers.columnSubnet;
  return {
    x,
    y,
    across: Math.max(Math.min(width - x, scene.columns.length * cell - left), 0),
    down: Math.max(Math.min(height - y, scene.rows.length * cell - top), 0),
  };
}

/** Returns the rows and columns that are seen. */
export function seen(scene: Scene): { readonly rows: Window; readonly columns: Window } {
  const { across, down } = edges(scene);
  return {
    rows: windowOf(scene.top, down, scene.cell, scene.rows.length),
    columns: windowOf(scene.left, across, scene.cell, scene.columns.length),
  };
}

function paintCells(
  context: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  stamps: readonly HTMLCanvasElement[],
): void {
  const { data, rows, columns, cell, left, top, focus, hover } = scene;
  const { cells, subnets } = data;
  const { x, y, across, down } = edges(scene);
  const window = seen(scene);
  const faint = stamps.map((_, code) => {
    const found = verdictOf(code);
    return found !== undefined && scene.faint.has(found.verdict);
  });
  context.save();
  context.beginPath();
  context.rect(x, y, across, down);
  context.clip();
  const common = commonest(scene, window);
  context.fillStyle = tiling(context, stamps[common], cell, x - left, y - top);
  context.globalAlpha = faint[common] ? FAINT : 1;
  context.fillRect(x, y, across, down);
  context.fillStyle = palette.surface;
  for (let r = window.rows.first; r < window.rows.end; r++) {
    const base = rows[r] * subnets.length;
    const cellY = y + r * cell - top;
    for (let c = window.columns.first; c < window.columns.end; c++) {
      const code = cells[base + columns[c]];
      if (code === common) continue;
      const cellX = x + c * cell - left;
      context.globalAlpha = 1;
      context.fillRect(cellX, cellY, cell, cell);
      if (faint[code]) context.globalAlpha = FAINT;
      context.drawImage(stamps[code], cellX, cellY, cell, cell);
    }
  }
  context.globalAlpha = 1;
  context.fillStyle = palette.lineStrong;
  for (const group of groupsIn(scene.rowGroups, window.rows)) {
    context.fillRect(x, Math.round(y + group.end * cell - top) - 0.5, across, 0.75);
  }
  for (const group of groupsIn(scene.columnGroups, window.columns)) {
    context.fillRect(Math.round(x + group.end * cell - left) - 0.5, y, 0.75, down);
  }
  const pointed = hover ?? focus;
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.1;
  context.fillRect(x, y + pointed.row * cell - top, across, cell);
  context.fillRect(x + pointed.column * cell - left, y, cell, down);
  context.globalAlpha = 1;
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  context.strokeRect(x + focus.column * cell - left, y + focus.row * cell - top, cell, cell);
  context.restore();
}

/** Returns the cell that most of those in sight are: all of them are painted at once, and the others over them. */
function commonest({ data, rows, columns }: Scene, window: ReturnType<typeof seen>): number {
  const counts = new Uint32Array(SELF + 1);
  for (let r = window.rows.first; r < window.rows.end; r++) {
    const base = rows[r] * data.subnets.length;
    for (let c = window.columns.first; c < window.columns.end; c++) counts[data.cells[base + columns[c]]]++;
  }
  return counts.indexOf(Math.max(...counts));
}

function tiling(
  context: CanvasRenderingContext2D,
  stamp: HTMLCanvasElement,
  cell: number,
  x: number,
  y: number,
): CanvasPattern {
  const pattern = context.createPattern(stamp, "repeat")!;
  pattern.setTransform(new DOMMatrix().translate(x, y).scale(cell / stamp.width));
  return pattern;
}

function paintHeaders(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { headers, rowGroups, columnGroups, cell, left, top, width, height, data, rows, columns } = scene;
  const { x, y, across, down } = edges(scene);
  const window = seen(scene);
  const pointed = scene.hover ?? scene.focus;
  const name = (i: number): string => data.subnets[i].subnet;
  context.textBaseline = "middle";

  context.save();
  context.beginPath();
  context.rect(0, y, x, down);
  context.clip();
  for (const { vpc, start, end } of groupsIn(rowGroups, window.rows)) {
    // the name of a VPC stays in sight while any of its rows is
    const [begin, stop] = [Math.max(y + start * cell - top, y), Math.min(y + end * cell - top, height)];
    const isPointed = pointed.row >= start && pointed.row < end;
    const room = stop - begin;
    if (room >= TEXT) {
      const middle = begin + Math.min(Math.max(cell, TEXT + 4), room) / 2;
      label(context, vpc, 8, middle, headers.rowVpc - 16, palette, isPointed ? "strong" : "name");
    }
    context.fillStyle = palette.line;
    context.fillRect(0, Math.round(y + end * cell - top) - 0.5, x, 1);
  }
  if (headers.rowSubnet > 0) {
    for (let r = window.rows.first; r < window.rows.end; r++) {
      const middle = y + (r + 0.5) * cell - top;
      const tone = r === pointed.row ? "strong" : "plain";
      label(context, name(rows[r]), headers.rowVpc, middle, headers.rowSubnet - 8, palette, tone);
    }
  }
  context.restore();

  context.save();
  context.beginPath();
  context.rect(x, 0, across, y);
  context.clip();
  for (const { vpc, start, end } of groupsIn(columnGroups, window.columns)) {
    const [begin, stop] = [Math.max(x + start * cell - left, x), Math.min(x + end * cell - left, width)];
    const isPointed = pointed.column >= start && pointed.column < end;
    const tone = isPointed ? "strong" : "name";
    if (headers.columnVpc === LYING) {
      label(context, vpc, begin + 4, LYING / 2, stop - begin - 8, palette, tone);
    } else if (stop - begin >= TEXT) {
      const middle = begin + Math.min(Math.max(cell, TEXT + 2), stop - begin) / 2;
      upright(context, vpc, middle, headers.columnVpc - 6, headers.columnVpc - 12, palette, tone);
    }
    context.fillStyle = palette.line;
    context.fillRect(Math.round(x + end * cell - left) - 0.5, 0, 1, y);
  }
  if (headers.columnSubnet > 0) {
    for (let c = window.columns.first; c < window.columns.end; c++) {
      const middle = x + (c + 0.5) * cell - left;
      const tone = c === pointed.column ? "strong" : "plain";
      upright(context, name(columns[c]), middle, y - 6, headers.columnSubnet - 8, palette, tone);
    }
  }
  context.restore();

  context.fillStyle = palette.lineStrong;
  context.fillRect(0, y - 0.5, x + across, 1);
  context.fillRect(x - 0.5, 0, 1, y + down);
}

/** Writes upwards from a point. */
function upright(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  room: number,
  palette: Palette,
  tone: Tone,
): void {
  context.save();
  context.translate(x, y);
  context.rotate(-Math.PI / 2);
  label(context, text, 0, 0, room, palette, tone);
  context.restore();
}

type Tone = "plain" | "name" | "strong";

function label(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  room: number,
  palette: Palette,
  tone: Tone,
): void {
  context.font = `${tone === "plain" ? 400 : 600} ${TEXT}px ${palette.font}`;
  context.fillStyle = { plain: palette.dim, name: palette.text, strong: palette.accent }[tone];
  context.fillText(
    fitted(text, room, (part) => context.measureText(part).width),
    x,
    y,
  );
}

/** Returns the text, or as much of it as there is room for, with an ellipsis. */
export function fitted(text: string, room: number, width: (text: string) => number): string {
  if (width(text) <= room) return text;
  let [fits, tooLong] = [0, text.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (width(`${text.slice(0, middle)}…`) <= room) fits = middle;
    else tooLong = middle;
  }
  return fits === 0 ? "" : `${text.slice(0, fits)}…`;
}

function stampsOf(size: number, ratio: number, palette: Palette): HTMLCanvasElement[] {
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
