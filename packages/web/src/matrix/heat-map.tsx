import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { PairVerdict, Verdict } from "@twoway/sim";
import type { JSX } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { type MatrixView, SELF, verdictOf } from "../engine/matrix-view.ts";
import { groupsOf, scrollTo } from "./grid.ts";
import { headersOf } from "./headers.ts";
import { move } from "./moves.ts";
import { painter } from "./paint.ts";
import { type Palette, paletteOf } from "./palette.ts";
import type { Place, Scene } from "./scene.ts";

export interface HeatMapProps {
  readonly data: MatrixView;
  /** Indices of subnets, in order. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Pixels of a cell. */
  readonly cell: number;
  readonly faint: ReadonlySet<Verdict>;
  /** Everything is faint that did not flip. */
  readonly onlyFlips: boolean;
  readonly onOpen: (from: number, to: number) => void;
  readonly onZoom: (step: 1 | -1) => void;
}

/**
 * A matrix as a picture: only what is seen is drawn. To the keyboard and to screen readers it is a grid of which the one
 * cell with the focus exists.
 */
export function HeatMap(props: HeatMapProps): JSX.Element {
  const { data, rows, columns, cell, faint, onlyFlips } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const focus = useSignal<Place>({ row: 0, column: Math.min(1, columns.length - 1) });
  const hover = useSignal<Place | undefined>(undefined);
  const rowGroups = useMemo(() => groupsOf(data.subnets, rows), [data, rows]);
  const columnGroups = useMemo(() => groupsOf(data.subnets, columns), [data, columns]);
  const headers = useMemo(
    () => headersOf(data, rows, columnGroups, columns, cell),
    [data, rows, columns, columnGroups, cell],
  );
  const [x, y] = [headers.rowVpc + headers.rowSubnet, headers.columnVpc + headers.columnSubnet];
  const at: Place = {
    row: Math.min(focus.value.row, rows.length - 1),
    column: Math.min(focus.value.column, columns.length - 1),
  };

  const paint = useRef<() => void>(() => {});
  useEffect(() => {
    const [box, picture] = [scroller.current!, canvas.current!];
    const draw = painter(picture);
    let palette: Palette = paletteOf(box);
    let asked = 0;
    const scene = (): Scene => ({
      data,
      rows,
      columns,
      rowGroups,
      columnGroups,
      cell,
      headers,
      faint,
      onlyFlips,
      left: box.scrollLeft,
      top: box.scrollTop,
      width: box.clientWidth,
      height: box.clientHeight,
      focus: at,
      hover: hover.peek(),
    });
    paint.current = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => {
        picture.style.width = `${box.clientWidth}px`;
        picture.style.height = `${box.clientHeight}px`;
        draw(scene(), palette);
      });
    };
    const recolour = (): void => {
      palette = paletteOf(box);
      paint.current();
    };
    const ask = (): void => paint.current();
    const size = new ResizeObserver(ask);
    size.observe(box);
    box.addEventListener("scroll", ask, { passive: true });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", recolour);
    paint.current();
    return () => {
      cancelAnimationFrame(asked);
      size.disconnect();
      box.removeEventListener("scroll", ask);
      scheme.removeEventListener("change", recolour);
    };
  }, [data, rows, columns, cell, faint, onlyFlips, headers, at.row, at.column]);

  const placeAt = (event: MouseEvent): Place | undefined => {
    const box = scroller.current!;
    const bounds = box.getBoundingClientRect();
    const column = Math.floor((event.clientX - bounds.left - x + box.scrollLeft) / cell);
    const row = Math.floor((event.clientY - bounds.top - y + box.scrollTop) / cell);
    const isInside =
      event.clientX - bounds.left >= x &&
      event.clientY - bounds.top >= y &&
      column < columns.length &&
      row < rows.length;
    return isInside ? { row, column } : undefined;
  };
  const open = ({ row, column }: Place): void => {
    const cell = data.cells[rows[row] * data.subnets.length + columns[column]];
    if (verdictOf(cell) !== undefined) props.onOpen(rows[row], columns[column]);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(at);
      return;
    }
    if (event.key === "+" || event.key === "-") {
      props.onZoom(event.key === "+" ? 1 : -1);
      return;
    }
    const box = scroller.current!;
    const page = Math.max(1, Math.floor((box.clientHeight - y) / cell) - 1);
    const next = move(at, event, { rowGroups, columnGroups, page });
    if (next === undefined) return;
    event.preventDefault();
    focus.value = next;
    hover.value = undefined;
    box.scrollTo({
      left: scrollTo(next.column, box.scrollLeft, box.clientWidth - x, cell),
      top: scrollTo(next.row, box.scrollTop, box.clientHeight - y, cell),
    });
  };
  const point = (next: Place | undefined): void => {
    const before = hover.peek();
    if (before?.row === next?.row && before?.column === next?.column) return;
    hover.value = next;
    paint.current();
  };
  return (
    <div class="heat">
      {/* biome-ignore lint/a11y/useSemanticElements: a table of a million cells cannot be in the document */}
      <div
        ref={scroller}
        class="heat-scroll"
        role="grid"
        tabIndex={0}
        aria-label={`All pairs of ${data.level === "vpcs" ? "VPCs" : "subnets"}, senders down, receivers across`}
        aria-rowcount={rows.length}
        aria-colcount={columns.length}
        aria-activedescendant={`${id}-cell`}
        aria-describedby={`${id}-keys`}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => point(placeAt(event))}
        onPointerLeave={() => point(undefined)}
        onClick={(event) => {
          const place = placeAt(event);
          if (place === undefined) return;
          focus.value = place;
          open(place);
        }}
      >
        <canvas ref={canvas} class="heat-canvas" />
        <div
          class="heat-room"
          aria-hidden="true"
          style={{ width: `${x + columns.length * cell}px`, height: `${y + rows.length * cell}px` }}
        />
        {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: the grid keeps the focus */}
        <div role="row" class="sr" aria-rowindex={at.row + 1}>
          {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: the grid keeps the focus and names its active cell */}
          <div role="gridcell" id={`${id}-cell`} aria-colindex={at.column + 1}>
            {sentence(props, at)}
          </div>
        </div>
      </div>
      <HoverText {...props} at={at} hover={hover} />
      <p id={`${id}-keys`} class="sr">
        Arrow keys move, with Control from VPC to VPC. Enter opens the exact sets. Plus and minus change the
        size.
      </p>
    </div>
  );
}

function sentence({ data, rows, columns }: HeatMapProps, { row, column }: Place): string {
  const [from, to] = [data.subnets[rows[row]], data.subnets[columns[column]]];
  if (from === undefined || to === undefined) return "";
  const place = rows[row] * data.subnets.length + columns[column];
  const found = verdictOf(data.cells[place]);
  const before = verdictOf(data.flips.get(place) ?? SELF);
  const names = `${from.vpc}/${from.subnet} to ${to.vpc}/${to.subnet}`;
  return found === undefined
    ? `${from.vpc}/${from.subnet}, itself`
    : `${names}: ${wordsOf(found)}${before === undefined ? "" : `, before the change ${wordsOf(before)}`}`;
}

function wordsOf({ verdict, partial }: PairVerdict): string {
  return partial ? `${verdict} in part` : verdict;
}

/** Says what the cell under the pointer is, or the one with the focus. */
function HoverText(
  props: HeatMapProps & { readonly at: Place; readonly hover: ReadonlySignal<Place | undefined> },
): JSX.Element {
  return (
    <p class="heat-text" aria-live="polite">
      {sentence(props, props.hover.value ?? props.at)}
    </p>
  );
}
