import { effect, signal, untracked } from "@preact/signals";
import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity } from "d3-zoom";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { changed, selection, traced } from "../state/store.ts";
import { type Camera, fitting, MAX_ZOOM, MIN_ZOOM, showing, toPicture } from "./camera.ts";
import { hitAt } from "./hit.ts";
import { plays } from "./marks.ts";
import { type Marks, paint } from "./paint.ts";
import { type Theme, themeOf } from "./theme.ts";
import { choose, drawn, idOf, reveal } from "./view-state.ts";
import { type Way, wayOf } from "./way.ts";

/**
 * The canvas: pans and zooms by mouse, touch and keyboard, and is painted when something changed, once a frame at most.
 * Everything that it shows stands in the table and the inspector too.
 */

const camera = signal<Camera>({ k: 1, x: 0, y: 0 });
const hovered = signal<string | undefined>(undefined);
/** How far the packet is: 0 at its start, 1 at its end, 2 at the end of its reply. */
const progress = signal(2);
let behavior: ZoomBehavior<HTMLCanvasElement, unknown> | undefined;
let canvas: HTMLCanvasElement | undefined;

function moveTo({ k, x, y }: Camera): void {
  if (canvas !== undefined && behavior !== undefined)
    behavior.transform(select(canvas), zoomIdentity.translate(x, y).scale(k));
}

export function zoomBy(factor: number): void {
  if (canvas !== undefined) behavior?.scaleBy(select(canvas), factor);
}

/** Shows everything. */
export function fit(): void {
  const layout = drawn.peek()?.layout;
  if (canvas !== undefined && layout !== undefined) moveTo(fitting(layout, sizeOf(canvas)));
}

function sizeOf(element: HTMLCanvasElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight };
}

export function Canvas(): JSX.Element {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => (ref.current === null ? undefined : start(ref.current)), []);
  return (
    <canvas
      ref={ref}
      tabIndex={0}
      role="img"
      aria-label="Picture of the network. Arrows move it, plus and minus zoom, N and P step through what is in it; the table has the same content."
      onKeyDown={onKey}
    />
  );
}

/** Wires the canvas to the signals; returns what takes it down. */
function start(element: HTMLCanvasElement): () => void {
  canvas = element;
  const context = element.getContext("2d")!;
  let theme: Theme = themeOf(element);
  let frame = 0;
  const draw = (): void => {
    frame = 0;
    const content = drawn.peek();
    const ratio = window.devicePixelRatio;
    const { width, height } = sizeOf(element);
    if (element.width !== Math.round(width * ratio)) element.width = Math.round(width * ratio);
    if (element.height !== Math.round(height * ratio)) element.height = Math.round(height * ratio);
    if (content === undefined) {
      context.clearRect(0, 0, element.width, element.height);
      return;
    }
    paint(context, { ...content, camera: camera.peek(), theme, marks: marksNow(), width, height, ratio });
    element.dataset.painted = String(Number(element.dataset.painted ?? 0) + 1);
  };
  const repaint = (): void => {
    frame ||= requestAnimationFrame(draw);
  };
  behavior = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([MIN_ZOOM, MAX_ZOOM])
    .clickDistance(4)
    .on("zoom", ({ transform: { k, x, y } }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
      camera.value = { k, x, y };
    });
  select(element)
    .call(behavior)
    .on("dblclick.zoom", null)
    .on("click", (event: MouseEvent) => choose(at(event)))
    .on("mousemove", (event: MouseEvent) => {
      hovered.value = at(event);
      element.style.cursor = hovered.value === undefined ? "grab" : "pointer";
    })
    .on("mouseleave", () => {
      hovered.value = undefined;
    });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const retheme = (): void => {
    theme = themeOf(element);
    repaint();
  };
  dark.addEventListener("change", retheme);
  const observer = new ResizeObserver(repaint);
  observer.observe(element);
  let fitted: unknown;
  const stops = [
    effect(() => {
      void [camera.value, hovered.value, progress.value, selection.value, changed.value, traced.value];
      const content = drawn.value;
      // another arrangement is shown whole; the same one stays where it is
      if (content !== undefined && content.layout !== fitted) {
        fitted = content.layout;
        fit();
      }
      repaint();
    }),
    effect(() => {
      void [plays.value, traced.value];
      untracked(animate);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    observer.disconnect();
    dark.removeEventListener("change", retheme);
    cancelAnimationFrame(frame);
    canvas = undefined;
  };
}

function at(event: MouseEvent): string | undefined {
  const content = drawn.peek();
  if (content === undefined) return undefined;
  const point = toPicture(camera.peek(), { x: event.offsetX, y: event.offsetY });
  return hitAt(content.layout, point, 7 / camera.peek().k);
}

function waysNow(): Way[] {
  const [content, result] = [drawn.peek(), traced.peek()];
  if (content === undefined || result?.kind !== "answered") return [];
  return [result.value.forward, result.value.back].map((path) => wayOf(content.scene, content.layout, path));
}

function marksNow(): Marks {
  const { better = [], worse = [] } = changed.peek()?.change ?? {};
  const place = selection.peek();
  return {
    selected: place && idOf(place),
    hovered: hovered.peek(),
    better: new Set(better),
    worse: new Set(worse),
    ways: waysNow(),
    progress: progress.peek(),
  };
}

/** Milliseconds that a packet takes for its way. */
const TRAVEL = 1100;
let animation = 0;

/** Sends the packet and then its reply along their ways; both are simply there for readers who want no motion. */
function animate(): void {
  cancelAnimationFrame(animation);
  if (traced.peek()?.kind !== "answered" || matchMedia("(prefers-reduced-motion: reduce)").matches) {
    progress.value = 2;
    return;
  }
  const begin = performance.now();
  const step = (): void => {
    progress.value = Math.min(2, (performance.now() - begin) / TRAVEL);
    canvas?.toggleAttribute("data-moving", progress.value < 2);
    if (progress.value < 2) animation = requestAnimationFrame(step);
  };
  step();
}

const PAN = 60;

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || canvas === undefined) return;
  const { k, x, y } = camera.peek();
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => moveTo({ k, x: x + PAN, y }),
    ArrowRight: () => moveTo({ k, x: x - PAN, y }),
    ArrowUp: () => moveTo({ k, x, y: y + PAN }),
    ArrowDown: () => moveTo({ k, x, y: y - PAN }),
    "+": () => zoomBy(1.3),
    "=": () => zoomBy(1.3),
    "-": () => zoomBy(1 / 1.3),
    "0": fit,
    n: () => stepTo(1),
    p: () => stepTo(-1),
    Escape: () => choose(undefined),
  };
  const move = moves[event.key];
  if (move === undefined) return;
  event.preventDefault();
  move();
}

/** Chooses the next thing of the picture, in the order of the table, and brings it into view. */
function stepTo(by: 1 | -1): void {
  const content = drawn.peek();
  if (content === undefined || canvas === undefined) return;
  const { layout } = content;
  const ids = [...layout.boxes.keys(), ...layout.rows.keys(), ...layout.edges.keys()].filter(
    (id) => !/^(region|part|outside|bundle|attachment):/.test(id),
  );
  if (ids.length === 0) return;
  const place = selection.peek();
  const now = place === undefined ? -1 : ids.indexOf(idOf(place));
  const id = ids[(now + by + ids.length) % ids.length];
  choose(id);
  if (id.startsWith("vpc:")) reveal(id.slice(4));
  const rect = layout.boxes.get(id) ?? layout.rows.get(id);
  const [point] = layout.edges.get(id) ?? [];
  const target = rect ?? (point === undefined ? undefined : { ...point, width: 0, height: 0 });
  if (target !== undefined) moveTo(showing(camera.peek(), target, sizeOf(canvas)));
}
