import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type MatrixView, verdictOf } from "../engine/matrix-view.ts";
import { VerdictBadge } from "../parts/verdict.tsx";
import { heightOf, type LongList, linesAt, scrollToLine } from "./grid.ts";

const ROW = 30;

/** The table twin of the picture: every pair that is shown there, a row each, only those in sight in the document. */
export function PairTable({
  data,
  pairs,
  onOpen,
}: {
  readonly data: MatrixView;
  /** `from * side + to`. */
  readonly pairs: Uint32Array;
  readonly onOpen: (from: number, to: number) => void;
}): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const scroll = useSignal(0);
  const extent = useSignal(400);
  const side = data.subnets.length;
  const list: LongList = { count: pairs.length, size: ROW, extent: extent.value };
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
  }, [pairs]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const line = { Home: 0, End: pairs.length - 1 }[event.key];
    if (line === undefined) return;
    event.preventDefault();
    scroller.current!.scrollTop = scrollToLine(list, line);
  };
  const name = (i: number): string => `${data.subnets[i].vpc}/${data.subnets[i].subnet}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's body cannot scroll by itself
    <div
      ref={scroller}
      class="pairs"
      role="region"
      aria-label="Pairs of subnets"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        scroll.value = event.currentTarget.scrollTop;
      }}
    >
      <div class="pairs-room" style={{ height: `${heightOf(list) + ROW}px` }}>
        <div class="pairs-sight" style={{ height: `${extent.value + ROW}px` }}>
          <table class="pairs-table" aria-rowcount={pairs.length + 1}>
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col">Verdict</th>
              </tr>
            </thead>
            <tbody style={{ transform: `translateY(${-above}px)` }}>
              {[...pairs.subarray(first, end)].map((pair, i) => {
                const [from, to] = [Math.floor(pair / side), pair % side];
                const found = verdictOf(data.cells[pair]);
                return (
                  <tr key={pair} aria-rowindex={first + i + 2}>
                    <td>
                      <button type="button" class="link" onClick={() => onOpen(from, to)}>
                        {name(from)}
                      </button>
                    </td>
                    <td>{name(to)}</td>
                    <td>{found !== undefined && <VerdictBadge {...found} />}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </div>
    </div>
  );
}
