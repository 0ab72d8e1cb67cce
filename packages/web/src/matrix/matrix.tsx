import { useSignal } from "@preact/signals";
import type { Verdict } from "@twoway/sim";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { MAX_SIDE, type MatrixView, verdictOf } from "../engine/matrix-view.ts";
import type { PairView } from "../engine/pair-view.ts";
import { Icon } from "../parts/icons.tsx";
import { TableToggle } from "../parts/table-toggle.tsx";
import { SIGNS } from "../parts/verdict.tsx";
import { countCells, countFlips, countOf, LEGEND, matching, pairsOf } from "./grid.ts";
import { HeatMap } from "./heat-map.tsx";
import { PairCard } from "./pair-card.tsx";
import { PairTable } from "./pair-table.tsx";

export interface MatrixProps {
  readonly data: MatrixView;
  /** Opens the subnets of two VPCs, by indices, where the matrix is one of VPCs. */
  readonly onVpcs?: (from: number, to: number) => void;
  /** Goes back to the matrix of VPCs. */
  readonly onBack?: () => void;
  /** Asks for the exact sets of a pair, by indices of `data.subnets`. */
  readonly pairOf: (from: number, to: number) => Promise<PairView>;
  readonly onTrace: (from: string, to: string) => void;
}

const SIZES = [6, 8, 10, 14, 18, 24, 32, 44] as const;
/** A matrix opens as large as this many pixels let it be. */
const FIRST_EXTENT = 420;

/** All pairs of subnets: who reaches whom and gets the reply. */
export function Matrix({ data, pairOf, onTrace, onVpcs, onBack }: MatrixProps): JSX.Element {
  const fromText = useSignal("");
  const toText = useSignal("");
  const faint = useSignal<ReadonlySet<Verdict>>(new Set());
  const isTable = useSignal(false);
  const onlyFlips = useSignal(false);
  const size = useSignal(firstSize(data.subnets.length));
  const chosen = useSignal<{ from: number; to: number } | undefined>(undefined);
  const pair = useSignal<PairView | undefined>(undefined);
  const body = useRef<HTMLDivElement>(null);

  const rows = useMemo(() => matching(data.subnets, fromText.value), [data.subnets, fromText.value]);
  const columns = useMemo(() => matching(data.subnets, toText.value), [data.subnets, toText.value]);
  const counts = useMemo(() => countCells(data, rows, columns), [data, rows, columns]);
  const flipped = useMemo(() => countFlips(data, rows, columns), [data, rows, columns]);
  // where nothing flips any more, everything is looked for again
  const isNarrow = onlyFlips.value && data.flips.size > 0;
  const pairs = useMemo(
    () =>
      isTable.value
        ? pairsOf(
            data,
            rows,
            columns,
            (cell) => !faint.value.has(verdictOf(cell)!.verdict),
            isNarrow ? data.flips : undefined,
          )
        : new Uint32Array(0),
    [data, rows, columns, faint.value, isTable.value, isNarrow],
  );
  useEffect(() => {
    const asked = chosen.value;
    if (asked === undefined) {
      pair.value = undefined;
      return;
    }
    void pairOf(asked.from, asked.to).then((found) => {
      if (chosen.peek() === asked) pair.value = found;
    });
  }, [chosen.value, data]);

  const open = (from: number, to: number): void => {
    if (onVpcs === undefined) chosen.value = { from, to };
    else onVpcs(from, to);
  };
  const close = (): void => {
    chosen.value = undefined;
    body.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  };
  const zoom = (step: 1 | -1): void => {
    const place = SIZES.indexOf(size.value) + step;
    size.value = SIZES[Math.max(0, Math.min(place, SIZES.length - 1))];
  };
  const toggle = (verdict: Verdict): void => {
    const next = new Set(faint.value);
    if (!next.delete(verdict)) next.add(verdict);
    faint.value = next;
  };
  if (data.cells.length < data.subnets.length) return <TooLarge count={data.subnets.length} />;
  const hasPairs = rows.length > 0 && columns.length > 0;
  return (
    <section class="matrix" aria-label="Matrix">
      <header class="matrix-bar">
        {onBack !== undefined && (
          <button type="button" onClick={onBack}>
            All VPCs
          </button>
        )}
        <SearchField label="From" text={fromText} />
        <SearchField label="To" text={toText} />
        <span class="push" />
        <div class="matrix-tools">
          <button
            type="button"
            class="quiet"
            onClick={() => zoom(-1)}
            disabled={isTable.value || size.value === SIZES[0]}
            aria-label="Smaller cells"
          >
            <Icon name="minus" />
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => zoom(1)}
            disabled={isTable.value || size.value === SIZES.at(-1)}
            aria-label="Larger cells"
          >
            <Icon name="plus" />
          </button>
          <TableToggle isTable={isTable} />
        </div>
        {data.level === "vpcs" && (
          <p class="dim matrix-note">
            By VPC, because there are more than {MAX_SIDE.toLocaleString("en")} subnets: a cell is the worst
            of the pairs of their subnets, in part where others fare better. Open one to see them.
          </p>
        )}
        <ul class="verdict-chips" aria-label="Verdicts that are shown">
          {LEGEND.map((verdict) => {
            const { all, partial } = countOf(counts, verdict);
            return (
              <li key={verdict}>
                <button
                  type="button"
                  class={all === 0 ? "chip none" : "chip"}
                  aria-pressed={!faint.value.has(verdict)}
                  onClick={() => toggle(verdict)}
                  title={partial > 0 ? `${partial} of them in part` : ""}
                >
                  <span class={`verdict ${verdict}`} aria-hidden="true">
                    <span class="sign">{SIGNS[verdict]}</span>
                  </span>
                  {verdict} <strong>{all.toLocaleString("en")}</strong>
                  {partial > 0 && <span class="dim">{partial.toLocaleString("en")} in part</span>}
                </button>
              </li>
            );
          })}
          {data.flips.size > 0 && (
            <li>
              <button
                type="button"
                class="chip flipped"
                aria-pressed={isNarrow}
                onClick={() => {
                  onlyFlips.value = !onlyFlips.value;
                }}
                title="Show only what the changes flipped"
              >
                changed <strong>{flipped.toLocaleString("en")}</strong>
              </button>
            </li>
          )}
        </ul>
      </header>
      <div class="matrix-body" ref={body}>
        {!hasPairs && <p class="empty matrix-none">No subnet has that in its name.</p>}
        {hasPairs && isTable.value && <PairTable data={data} pairs={pairs} onOpen={open} />}
        {hasPairs && !isTable.value && (
          <HeatMap
            data={data}
            rows={rows}
            columns={columns}
            cell={size.value}
            faint={faint.value}
            onlyFlips={isNarrow}
            onOpen={open}
            onZoom={zoom}
          />
        )}
      </div>
      {pair.value !== undefined && (
        <PairCard
          pair={pair.value}
          onTrace={onTrace}
          onSwap={() => {
            if (chosen.value !== undefined) open(chosen.value.to, chosen.value.from);
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

function firstSize(count: number): (typeof SIZES)[number] {
  return SIZES.findLast((size) => size * count <= FIRST_EXTENT) ?? 10;
}

function SearchField({
  label,
  text,
}: {
  readonly label: string;
  readonly text: { value: string };
}): JSX.Element {
  return (
    <label class="search">
      {label}
      <input
        type="search"
        placeholder="all"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

function TooLarge({ count }: { readonly count: number }): JSX.Element {
  return (
    <p class="empty matrix-none">
      The pairs of {count.toLocaleString("en")} VPCs are more than this picture looks at. The command line
      counts them all, and narrows them: <code>twoway matrix --from … --to …</code>
    </p>
  );
}
