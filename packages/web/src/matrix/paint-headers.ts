import { fitted } from "../parts/fitted.ts";
import { groupsIn } from "./grid.ts";
import { LYING } from "./headers.ts";
import type { Palette } from "./palette.ts";
import { edges, type Scene, seen } from "./scene.ts";

/** Height of the names. */
const TEXT = 11;

/** Draws the names of rows and columns: those of VPCs stay in sight while any of their subnets is. */
export function paintHeaders(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
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
