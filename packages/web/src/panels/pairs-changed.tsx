import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { type ChangeView, type FlipView, nameText } from "../engine/change-view.ts";
import { VerdictBadge } from "../parts/verdict.tsx";
import { ask } from "../state/store.ts";

/** The longest list of rows that a browser lays out within the frame of the click. */
const AT_FIRST = 12;

/** The pairs of subnets that fare otherwise: how many in what way, and the first of them; the others when they are asked for. */
export function PairsChanged({
  change,
  more,
}: {
  readonly change: ChangeView;
  /** Returns the pairs from this place of the list on, as many as are sent at once. */
  readonly more: (start: number) => Promise<readonly FlipView[]>;
}): JSX.Element {
  const { kinds, total, added, removed } = change;
  return (
    <section aria-label="Pairs that changed">
      <h3>
        <span role="status">
          {total === 0
            ? "No pair of subnets changes"
            : `${total} ordered pair${total === 1 ? "" : "s"} of subnets changed`}
        </span>
      </h3>
      {added.length > 0 && <p>New: {added.join(", ")}</p>}
      {removed.length > 0 && <p>Gone: {removed.join(", ")}</p>}
      <ul class="kinds">
        {kinds.map(({ kind, count }) => (
          <li key={kind}>
            <strong>{count}</strong> {kind}
          </li>
        ))}
      </ul>
      {total > 0 && <Flips change={change} more={more} />}
    </section>
  );
}

function Flips({ change, more }: Parameters<typeof PairsChanged>[0]): JSX.Element {
  const longer = useSignal<{ readonly of: ChangeView; readonly pairs: readonly FlipView[] } | undefined>(
    undefined,
  );
  // another change begins with a short list again
  const pairs = longer.value?.of === change ? longer.value.pairs : change.pairs.slice(0, AT_FIRST);
  const showMore = async (): Promise<void> => {
    const known = pairs.length < change.pairs.length ? [] : pairs;
    const next = known.length === 0 ? change.pairs : await more(known.length);
    longer.value = { of: change, pairs: [...known, ...next] };
  };
  const left = change.total - pairs.length;
  return (
    <>
      <table class="flips">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((flip) => (
            <Flip key={`${nameText(flip.from)} ${nameText(flip.to)}`} flip={flip} />
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <p>
          <button type="button" onClick={() => void showMore()}>
            Show more
          </button>{" "}
          <span class="dim">{left} are not shown</span>
        </p>
      )}
    </>
  );
}

function Flip({ flip }: { flip: FlipView }): JSX.Element {
  const [from, to] = [nameText(flip.from), nameText(flip.to)];
  return (
    <tr>
      <td>
        <button type="button" class="link" onClick={() => void ask({ from, to })} title="Follow the packet">
          {from}
        </button>
      </td>
      <td>{to}</td>
      <td>
        <VerdictBadge {...flip.before} />
      </td>
      <td>
        <VerdictBadge {...flip.after} />
      </td>
    </tr>
  );
}
