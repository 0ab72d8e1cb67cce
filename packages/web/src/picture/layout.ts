import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Box, Scene } from "./scene.ts";

/** Where everything is: absolute coordinates in the picture's own units, which are CSS pixels at zoom 1. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Rect>;
  readonly rows: ReadonlyMap<string, Rect>;
  readonly edges: ReadonlyMap<string, readonly Point[]>;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const HEAD = 40;
export const ROW = 22;
const PAD = 8;
const GROUP_HEAD = 36;
/** Estimated width of a letter at 12 px: layout knows no fonts, and the painter cuts what is longer. */
const LETTER = 6.7;

/** Returns the size of a box that holds no others. */
export function sizeOf({ title, detail, rows }: Pick<Box, "title" | "detail" | "rows">): {
  readonly width: number;
  readonly height: number;
} {
  const words = [
    title.length * 1.12,
    detail.length,
    ...rows.map((row) => row.title.length + row.detail.length + 4),
  ];
  const width = Math.min(300, Math.max(130, Math.ceil(Math.max(...words) * LETTER + 3 * PAD)));
  return { width, height: HEAD + (rows.length === 0 ? 4 : rows.length * ROW + PAD) };
}

/** Returns the scene as elk takes it: groups around their boxes, edges across them, room for each label. */
export function elkInput(scene: Scene): ElkNode {
  const node = (box: Box): ElkNode =>
    box.children.length === 0
      ? { id: box.id, ...sizeOf(box) }
      : {
          id: box.id,
          children: box.children.map(node),
          layoutOptions: { "elk.padding": `[top=${GROUP_HEAD},left=16,bottom=16,right=16]` },
        };
  return {
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      // parts that nothing joins are packed side by side, which elk does for plain graphs only
      ...(scene.boxes.some(({ children }) => children.length > 0)
        ? { "elk.hierarchyHandling": "INCLUDE_CHILDREN" }
        : {}),
      "elk.edgeRouting": "ORTHOGONAL",
      "elk.json.shapeCoords": "ROOT",
      "elk.json.edgeCoords": "ROOT",
      "elk.spacing.nodeNode": "28",
      "elk.layered.spacing.nodeNodeBetweenLayers": "36",
      "elk.layered.spacing.edgeNodeBetweenLayers": "18",
      "elk.spacing.edgeEdge": "14",
      "elk.spacing.componentComponent": "36",
      "elk.aspectRatio": "1.5",
      "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
      "elk.randomSeed": "1",
    },
    children: scene.boxes.map(node),
    edges: scene.edges.map((edge) => ({
      id: edge.id,
      sources: [edge.from],
      targets: [edge.to],
      labels:
        edge.label === ""
          ? []
          : [
              {
                text: edge.label,
                width: Math.min(200, edge.label.length * 6.2 + 16),
                height: 18,
                layoutOptions: { "elk.edgeLabels.inline": "true" },
              },
            ],
    })),
  };
}

/** Reads what elk answered. */
export function elkLayout(scene: Scene, root: ElkNode): Layout {
  const boxes = new Map<string, Rect>();
  const visit = ({ id, x = 0, y = 0, width = 0, height = 0, children }: ElkNode): void => {
    boxes.set(id, { x, y, width, height });
    for (const child of children ?? []) visit(child);
  };
  for (const child of root.children ?? []) visit(child);
  const edges = new Map<string, readonly Point[]>();
  for (const { id = "", sections } of (root.edges ?? []) as ElkExtendedEdge[]) {
    const points = (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
      startPoint,
      ...(bendPoints ?? []),
      endPoint,
    ]);
    if (points.length > 1) edges.set(id, points);
  }
  return finished(scene, boxes, edges, { width: root.width ?? 0, height: root.height ?? 0 });
}

/**
 * Places many boxes in rows, groups first, without asking elk: the VPC with most links comes first, and edges run
 * straight. O(boxes log boxes + edges).
 */
export function gridLayout(scene: Scene): Layout {
  const degree = new Map<string, number>();
  for (const { from, to } of scene.edges)
    for (const id of [from, to]) degree.set(id, (degree.get(id) ?? 0) + 1);
  const byDegree = (a: Box, b: Box): number => (degree.get(b.id) ?? 0) - (degree.get(a.id) ?? 0);
  const boxes = new Map<string, Rect>();
  const place = (list: readonly Box[], left: number, top: number): { width: number; height: number } => {
    const sorted = [...list].sort(byDegree);
    const sizes = new Map(
      sorted.map((box) => [box.id, box.children.length === 0 ? sizeOf(box) : groupSize(box)]),
    );
    const area = [...sizes.values()].reduce(
      (sum, { width, height }) => sum + (width + GAP) * (height + GAP),
      0,
    );
    const limit = Math.max(Math.sqrt(area * 1.6), ...[...sizes.values()].map(({ width }) => width));
    let [x, y, tallest, widest] = [left, top, 0, 0];
    for (const box of sorted) {
      const { width, height } = sizes.get(box.id)!;
      if (x > left && x + width > left + limit) {
        x = left;
        y += tallest + GAP;
        tallest = 0;
      }
      boxes.set(box.id, { x, y, width, height });
      if (box.children.length > 0) place(box.children, x + 16, y + GROUP_HEAD);
      x += width + GAP;
      widest = Math.max(widest, x - GAP - left);
      tallest = Math.max(tallest, height);
    }
    return { width: widest, height: y + tallest - top };
  };
  const groupSize = ({ children }: Box): { width: number; height: number } => {
    const inner = place(children, 0, 0); // placed anew where the group comes to lie
    return { width: inner.width + 32, height: inner.height + GROUP_HEAD + 16 };
  };
  const size = place(scene.boxes, 0, 0);
  const edges = new Map(
    scene.edges.map(({ id, from, to }) => [id, between(boxes.get(from)!, boxes.get(to)!)] as const),
  );
  return finished(scene, boxes, edges, size);
}

const GAP = 28;

/** A straight line from border to border. */
function between(a: Rect, b: Rect): Point[] {
  const [from, to] = [centre(a), centre(b)];
  return [onBorder(a, from, to), onBorder(b, to, from)];
}

function centre({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Returns where the line from the box's centre to the other point leaves the box. */
function onBorder({ width, height }: Rect, from: Point, to: Point): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  if (dx === 0 && dy === 0) return from;
  const scale = Math.min(width / 2 / Math.abs(dx || 1e-9), height / 2 / Math.abs(dy || 1e-9), 1);
  return { x: from.x + dx * scale, y: from.y + dy * scale };
}

function finished(
  scene: Scene,
  boxes: ReadonlyMap<string, Rect>,
  edges: Layout["edges"],
  { width, height }: { readonly width: number; readonly height: number },
): Layout {
  const rows = new Map<string, Rect>();
  const visit = (box: Box): void => {
    const rect = boxes.get(box.id);
    if (rect === undefined) return;
    box.rows.forEach((row, i) => {
      rows.set(row.id, {
        x: rect.x + 6,
        y: rect.y + HEAD + i * ROW,
        width: rect.width - 12,
        height: ROW - 3,
      });
    });
    box.children.forEach(visit);
  };
  scene.boxes.forEach(visit);
  return { width, height, boxes, rows, edges };
}

/** How many boxes elk lays out in well under a second. */
const MAX_ELK = 200;

export function isForElk(scene: Scene): boolean {
  const all = (boxes: readonly Box[]): number => boxes.reduce((sum, box) => sum + 1 + all(box.children), 0);
  return all(scene.boxes) <= MAX_ELK && scene.edges.length <= 2 * MAX_ELK;
}
