import type { Place } from "../engine/place.ts";
import type { PathView } from "../engine/trace-view.ts";
import type { Layout, Point, Rect } from "./layout.ts";
import type { Scene } from "./scene.ts";

/** The way of a packet in the picture, as one line, and where on it each hop is. */
export interface Way {
  readonly points: readonly Point[];
  readonly outcome: PathView["outcome"];
}

/**
 * Returns the line that a path follows: from the middle of a subnet along the edges to the middle of another. Hops that
 * are not drawn, or lie in one folded group, add nothing; a packet that is lost where it starts is one point.
 */
export function wayOf(scene: Scene, layout: Layout, path: PathView): Way {
  const points: Point[] = [];
  const go = (next: readonly Point[]): void => {
    for (const point of next) {
      const last = points.at(-1);
      if (last === undefined || last.x !== point.x || last.y !== point.y) points.push(point);
    }
  };
  for (const { place } of path.hops) {
    if (place === undefined) continue;
    const edge =
      place.kind === "peering" ? scene.edges.find(({ peerings }) => peerings.includes(place.id)) : undefined;
    const line = edge && layout.edges.get(edge.id);
    if (line !== undefined) {
      const last = points.at(-1) ?? line[0];
      go(near(last, line[0]) <= near(last, line[line.length - 1]) ? line : [...line].reverse());
      continue;
    }
    const rect = rectOf(layout, place);
    if (rect !== undefined) go([{ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }]);
  }
  return { points, outcome: path.outcome };
}

function near(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** A VPC is passed on the way in and out, so its middle is no place of its own; only what is inside it is. */
function rectOf(layout: Layout, place: Place): Rect | undefined {
  switch (place.kind) {
    case "subnet":
      return layout.rows.get(`subnet:${place.vpc}/${place.id}`) ?? layout.boxes.get(`vpc:${place.vpc}`);
    case "gateway":
      return layout.rows.get(`gateway:${place.id}`);
    case "hub":
      return layout.boxes.get(`hub:${place.id}`);
    case "vpc":
    case "peering":
      return undefined;
    default:
      return place satisfies never;
  }
}
