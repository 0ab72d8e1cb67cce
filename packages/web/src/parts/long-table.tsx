import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { heightOf, type LongList, linesAt, scrollToLine } from "./long-list.ts";

const ROW = 30;

/** A table of any length: only the rows in sight are in the document. `rows` should change only when its content does. */
export function LongTable({
  label,
  columns,
  count,
  row,
  rows,
}: {
  readonly label: string;
  readonly columns: readonly string[];
  readonly count: number;
  readonly row: (i: number) => readonly ComponentChildren[];
  /** What the rows are made of: when it is another, the table begins at its top. */
  readonly rows: unknown;
}): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const scroll = useSignal(0);
  const extent = useSignal(400);
  const list: LongList = { count, size: ROW, extent: extent.value };
  const { first, end, above } = linesAt(list, scroll.value);
  useEffect(() => {
    const box = scroller.current!;
    const size = new ResizeObserver(() => {
      extent.value = box.clientHeight - ROW;
    });
    size.observe(box);
    return () => size.disconnect();
  }, []);
  useEffect(() => {
    scroller.current!.scrollTop = 0;
  }, [rows]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const line = { Home: 0, End: count - 1 }[event.key];
    if (line === undefined) return;
    event.preventDefault();
    scroller.current!.scrollTop = scrollToLine(list, line);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's body cannot scroll by itself
    <div
      ref={scroller}
      class="long"
      role="region"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        scroll.value = event.currentTarget.scrollTop;
      }}
    >
      <div class="long-room" style={{ height: `${heightOf(list) + ROW}px` }}>
        <div class="long-sight" style={{ height: `${extent.value + ROW}px` }}>
          <table aria-rowcount={count + 1}>
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody style={{ transform: `translateY(${-above}px)` }}>
              {Array.from({ length: end - first }, (_, i) => (
                <tr key={first + i} aria-rowindex={first + i + 2}>
                  {row(first + i).map((cell, column) => (
                    <td key={columns[column]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </div>
  );
}
