import { SELF, verdictOf } from "../engine/matrix-view.ts";
import { groupsIn } from "./grid.ts";
import { paintHeaders } from "./paint-headers.ts";
import type { Palette } from "./palette.ts";
import { edges, type Scene, seen } from "./scene.ts";
import { stampsOf } from "./stamps.ts";

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
  context.globalAlpha = faint[common] || scene.onlyFlips ? FAINT : 1;
  context.fillRect(x, y, across, down);
  context.fillStyle = palette.surface;
  for (let r = window.rows.first; r < window.rows.end; r++) {
    const base = rows[r] * subnets.length;
    const cellY = y + r * cell - top;
    for (let c = window.columns.first; c < window.columns.end; c++) {
      const code = cells[base + columns[c]];
      const isFlip = scene.onlyFlips && data.flips.has(base + columns[c]);
      if (code === common && !isFlip) continue;
      const cellX = x + c * cell - left;
      context.globalAlpha = 1;
      context.fillRect(cellX, cellY, cell, cell);
      if (faint[code] || (scene.onlyFlips && !isFlip)) context.globalAlpha = FAINT;
      context.drawImage(stamps[code], cellX, cellY, cell, cell);
    }
  }
  context.globalAlpha = 1;
  if (data.flips.size > 0) outlineFlips(context, scene, palette);
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

/** Draws a line around every pair that flipped. */
function outlineFlips(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { data, rows, columns, cell, left, top } = scene;
  const { x, y } = edges(scene);
  const window = seen(scene);
  context.strokeStyle = palette.text;
  context.lineWidth = cell >= 14 ? 2 : 1;
  for (let r = window.rows.first; r < window.rows.end; r++) {
    const base = rows[r] * data.subnets.length;
    for (let c = window.columns.first; c < window.columns.end; c++) {
      if (!data.flips.has(base + columns[c])) continue;
      context.strokeRect(x + c * cell - left + 1, y + r * cell - top + 1, cell - 2, cell - 2);
    }
  }
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
