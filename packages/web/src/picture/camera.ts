import type { Layout, Point, Rect } from "./layout.ts";

/** What part of the picture is seen: screen = picture × k + (x, y). */
export interface Camera {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export const MIN_ZOOM = 0.01;
export const MAX_ZOOM = 4;

/** Returns the camera that shows everything, never much larger than life. */
export function fitting(
  { width, height }: Pick<Layout, "width" | "height">,
  screen: { width: number; height: number },
): Camera {
  const margin = 32;
  const k = Math.min(
    1.25,
    Math.max(
      MIN_ZOOM,
      Math.min((screen.width - 2 * margin) / (width || 1), (screen.height - 2 * margin) / (height || 1)),
    ),
  );
  return { k, x: (screen.width - width * k) / 2, y: (screen.height - height * k) / 2 };
}

/** Returns the camera that shows the rectangle in the middle, at the zoom it has, or large enough to read. */
export function showing(camera: Camera, rect: Rect, screen: { width: number; height: number }): Camera {
  const k = Math.max(camera.k, 0.8);
  const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
  return { k, x: screen.width / 2 - x * k, y: screen.height / 2 - y * k };
}

export function toPicture({ k, x, y }: Camera, point: Point): Point {
  return { x: (point.x - x) / k, y: (point.y - y) / k };
}

/** Returns the part of the picture that is on the screen. */
export function windowOf(camera: Camera, screen: { width: number; height: number }): Rect {
  const { x, y } = toPicture(camera, { x: 0, y: 0 });
  return { x, y, width: screen.width / camera.k, height: screen.height / camera.k };
}
