import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { nameText } from "../engine/change-view.ts";
import type { BoxView, PairView } from "../engine/pair-view.ts";
import { Icon } from "../parts/icons.tsx";
import { VerdictBadge } from "../parts/verdict.tsx";

/** The exact sets of one pair, a counterexample, and the way to its trace. */
export function PairCard({
  pair,
  onTrace,
  onSwap,
  onClose,
}: {
  readonly pair: PairView;
  readonly onTrace: (from: string, to: string) => void;
  readonly onSwap: () => void;
  readonly onClose: () => void;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const [from, to] = [nameText(pair.from), nameText(pair.to)];
  useEffect(() => heading.current?.focus(), [from, to]);
  const { counterexample } = pair;
  return (
    <section
      class="pair-card"
      aria-label="Pair"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header class="row">
        <h3 ref={heading} tabIndex={-1}>
          {from} <span aria-hidden="true">→</span>
          <span class="sr">to</span> {to}
        </h3>
        <VerdictBadge verdict={pair.verdict} partial={pair.partial} />
        <span class="push" />
        <button type="button" class="primary" onClick={() => onTrace(from, to)}>
          Trace
        </button>
        <button
          type="button"
          class="quiet"
          onClick={onSwap}
          aria-label="The pair the other way round"
          title="The other way round"
        >
          <Icon name="swap" />
        </button>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close the pair" title="Close (Esc)">
          <Icon name="close" />
        </button>
      </header>
      {counterexample !== undefined && (
        <p class="example">
          <span class="dim">{pair.partial ? "Counterexample" : "For example"}</span>{" "}
          <button
            type="button"
            class="link mono"
            onClick={() => onTrace(counterexample.from, counterexample.to)}
          >
            {counterexample.from} → {counterexample.to}
          </button>
        </p>
      )}
      <div class="boxes">
        <Boxes title="Packet arrives" boxes={pair.forward} />
        <Boxes title="Reply arrives" boxes={pair.back} />
        <Boxes title="Two-way" boxes={pair.twoWay} />
      </div>
    </section>
  );
}

const SHOWN = 12;

function Boxes({ title, boxes }: { title: string; boxes: readonly BoxView[] }): JSX.Element {
  const isOpen = useSignal(false);
  const shown = isOpen.value ? boxes : boxes.slice(0, SHOWN);
  return (
    <section>
      <h4>{title}</h4>
      {boxes.length === 0 && <p class="dim">never</p>}
      <ul>
        {shown.map(({ src, dst, services, transit }) => (
          <li key={`${src} ${dst} ${services} ${transit}`}>
            <span class="mono">
              {src.join(", ")} → {dst.join(", ")}
            </span>
            <span class="dim">
              {services[0] === "all" ? "all services" : services.join(", ")}
              {transit.length > 0 && <> by {transit.join(", ")}</>}
            </span>
          </li>
        ))}
      </ul>
      {boxes.length > shown.length && (
        <button
          type="button"
          class="link"
          onClick={() => {
            isOpen.value = true;
          }}
        >
          {boxes.length - shown.length} more
        </button>
      )}
    </section>
  );
}
