import type { JSX } from "preact";
import { showStage, stage } from "../state/store.ts";
import { STAGES } from "./stages.ts";

/** The large part of the page: one of several pictures of the same network. */
export function Stage(): JSX.Element {
  const chosen = STAGES.find(({ id }) => id === stage.value) ?? STAGES[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = STAGES[(STAGES.indexOf(chosen) + step + STAGES.length) % STAGES.length];
    showStage(next.id);
    document.getElementById(`stage-${next.id}`)?.focus();
  };
  return (
    <div class="stage">
      <div class="tabs stages" role="tablist" aria-label="Pictures" tabIndex={-1} onKeyDown={onKeyDown}>
        {STAGES.map(({ id, title }) => (
          <button
            key={id}
            id={`stage-${id}`}
            type="button"
            role="tab"
            aria-selected={id === chosen.id}
            aria-controls="stage"
            tabIndex={id === chosen.id ? 0 : -1}
            onClick={() => showStage(id)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id="stage" class="stage-body" role="tabpanel" aria-labelledby={`stage-${chosen.id}`}>
        <chosen.Stage />
      </div>
    </div>
  );
}
