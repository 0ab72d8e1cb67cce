import type { Layout, Point, Rect } from "./layout.ts";

/** Returns the id of what lies at a point of the picture: a row before its box, an edge before the group behind it. */
export function hitAt(layout: Layout, point: Point, reach: number): string | undefined {
  for (const [id, rect] of layout.rows) if (isInside(rect, point)) return id;
  let group: string | undefined;
  for (const [id, rect] of layout.boxes) {
    if (!isInside(rect, point)) continue;
    if (isGroup(id)) group = id;
    else return id;
  }
  let best: { readonly id: string; readonly distance: number } | undefined;
  for (const [id, points] of layout.edges) {
    const distance = distanceTo(points, point);
    if (distance <= reach && (best === undefined || distance < best.distance)) best = { id, distance };
  }
  return best?.id ?? group;
}

export function isGroup(id: string): boolean {
  return id.startsWith("region:") || id.startsWith("part:");
}

function isInside({ x, y, width, height }: Rect, point: Point): boolean {
  return point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height;
}

function distanceTo(points: readonly Point[], { x, y }: Point): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const length = dx * dx + dy * dy;
    const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length));
    least = Math.min(least, Math.hypot(x - a.x - t * dx, y - a.y - t * dy));
  }
  return least;
}

/** Returns the point at a part of a line's length, from 0 to 1. */
export function pointAt(points: readonly Point[], part: number): Point {
  const lengths = points.slice(1).map((point, i) => Math.hypot(point.x - points[i].x, point.y - points[i].y));
  let left = lengths.reduce((sum, length) => sum + length, 0) * part;
  for (const [i, length] of lengths.entries()) {
    if (left <= length && length > 0) {
      const t = left / length;
      return {
        x: points[i].x + (points[i + 1].x - points[i].x) * t,
        y: points[i].y + (points[i + 1].y - points[i].y) * t,
      };
    }
    left -= length;
  }
  return points[points.length - 1];
}

/** Returns the first part of a line, by length. */
export function upTo(points: readonly Point[], part: number): Point[] {
  if (part >= 1) return [...points];
  const end = pointAt(points, part);
  const lengths = points.slice(1).map((point, i) => Math.hypot(point.x - points[i].x, point.y - points[i].y));
  const wanted = lengths.reduce((sum, length) => sum + length, 0) * part;
  const kept = [points[0]];
  let sum = 0;
  for (const [i, length] of lengths.entries()) {
    sum += length;
    if (sum >= wanted) break;
    kept.push(points[i + 1]);
  }
  return [...kept, end];
}

/** Reports whether any of the rectangle is inside the window. */
export function isVisible(rect: Rect, window: Rect): boolean {
  return (
    rect.x < window.x + window.width &&
    rect.x + rect.width > window.x &&
    rect.y < window.y + window.height &&
    rect.y + rect.height > window.y
  );
}
