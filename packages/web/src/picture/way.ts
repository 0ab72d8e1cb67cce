import type { Place } from "../engine/place.ts";
import type { PathView } from "../engine/trace-view.ts";
import { upTo } from "./hit.ts";
import type { Layout, Point, Rect } from "./layout.ts";
import type { Scene } from "./scene.ts";

/** The way of a packet in the picture, as one line. */
export interface Way {
  readonly points: readonly Point[];
  readonly outcome: PathView["outcome"];
  /** Ids of the first and the last thing on it. */
  readonly ends: readonly string[];
}

/** A thing on the way: its own rectangle, and that of the box around it, on whose border the packet walks. */
interface Stop {
  readonly id: string;
  readonly rect: Rect;
  readonly box: Rect;
  readonly boxId: string;
}

/** How far the line bends outwards between two rows of one box. */
const BULGE = 12;

/**
 * Returns the line that a path follows: from the border beside a subnet along the edges to the border beside another, so
 * that no word is crossed. Hops that are not drawn, or lie in one folded group, add nothing; a packet that is lost where it
 * starts is one point.
 */
export function wayOf(scene: Scene, layout: Layout, path: PathView): Way {
  const points: Point[] = [];
  const go = (next: readonly Point[]): void => {
    for (const point of next) {
      const last = points.at(-1);
      if (last === undefined || last.x !== point.x || last.y !== point.y) points.push(point);
    }
  };
  const ends: string[] = [];
  let at: Stop | undefined;
  /** The line that the packet is about to take out of `at`. */
  let line: readonly Point[] | undefined;
  let hasCrossed = false;
  for (const { place } of path.hops) {
    if (place?.kind === "peering") {
      const edge = scene.edges.find(({ peerings }) => peerings.includes(place.id));
      line = edge && layout.edges.get(edge.id);
      hasCrossed = false;
      continue;
    }
    hasCrossed ||= place?.kind === "vpc";
    const stop = place && stopOf(scene, layout, place);
    if (stop === undefined || stop.id === at?.id) continue;
    ends.push(stop.id);
    if (at !== undefined) {
      line ??= lineBetween(scene, layout, at.boxId, stop.boxId);
      if (line === undefined) go(at.boxId === stop.boxId ? around(at, stop) : []);
      else {
        const way = turned(line, at.box);
        go([...leave(at, way[0]), ...way, ...leave(stop, way[way.length - 1]).reverse()]);
      }
    }
    at = stop;
    line = undefined;
  }
  // lost behind a peering, where no subnet took it, or at a peering that carries nothing
  if (at !== undefined && line !== undefined) {
    const way = turned(line, at.box);
    go([...leave(at, way[0]), ...(hasCrossed ? way : upTo(way, 0.5))]);
  }
  if (points.length === 0 && at !== undefined) go([{ x: at.box.x + at.box.width, y: centreY(at.rect) }]);
  return { points, outcome: path.outcome, ends: [ends[0] ?? "", ends.at(-1) ?? ""] };
}

function stopOf({ boxes }: Scene, layout: Layout, place: Place): Stop | undefined {
  const stop = (id: string, boxId: string): Stop | undefined => {
    const box = layout.boxes.get(boxId);
    return box && { id, rect: layout.rows.get(id) ?? box, box, boxId };
  };
  switch (place.kind) {
    case "subnet":
      return stop(`subnet:${place.vpc}/${place.id}`, `vpc:${place.vpc}`);
    case "hub":
      return stop(`hub:${place.id}`, `hub:${place.id}`);
    case "gateway": {
      const id = `gateway:${place.id}`;
      const all = boxes.flatMap((box) => [box, ...box.children]);
      const holder = all.find(({ rows }) => rows.some((row) => row.id === id));
      return holder && stop(id, holder.id);
    }
    // passed on the way in, and only what is inside it is a place of its own
    case "vpc":
    case "peering":
      return undefined;
    default:
      return place satisfies never;
  }
}

/** A hub's attachments are no hops, but they are edges. */
function lineBetween(scene: Scene, layout: Layout, a: string, b: string): readonly Point[] | undefined {
  if (a === b) return undefined;
  const edge = scene.edges.find(({ from, to }) => (from === a && to === b) || (from === b && to === a));
  return edge && layout.edges.get(edge.id);
}

/** From the border beside the row, along the border, to where the line begins. */
function leave({ rect, box }: Stop, start: Point): Point[] {
  const side = start.x > box.x + box.width / 2 ? box.x + box.width : box.x;
  return [
    { x: side, y: centreY(rect) },
    { x: side, y: start.y },
  ];
}

/** Between two rows of one box: out, along, and in again. */
function around(from: Stop, to: Stop): Point[] {
  const x = from.box.x + from.box.width;
  const [a, b] = [centreY(from.rect), centreY(to.rect)];
  return [
    { x, y: a },
    { x: x + BULGE, y: a },
    { x: x + BULGE, y: b },
    { x, y: b },
  ];
}

/** Returns the line so that it begins at the box. */
function turned(line: readonly Point[], box: Rect): readonly Point[] {
  const [first, last] = [line[0], line[line.length - 1]];
  return distance(first, box) <= distance(last, box) ? line : [...line].reverse();
}

function distance({ x, y }: Point, box: Rect): number {
  const dx = Math.max(box.x - x, 0, x - box.x - box.width);
  const dy = Math.max(box.y - y, 0, y - box.y - box.height);
  return Math.hypot(dx, dy);
}

function centreY({ y, height }: Rect): number {
  return y + height / 2;
}
