import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { PANELS, SourcePanel } from "./panels/panels.ts";
import { DropZone } from "./parts/drop-zone.tsx";
import { Problems } from "./parts/problems.tsx";
import { TopBar } from "./parts/top-bar.tsx";
import { Welcome } from "./parts/welcome.tsx";
import { Stage } from "./stage/stage.tsx";
import { editProblem, isRepairing } from "./state/draft.ts";
import { begin, faults, followLink, isOpen, panel, redoChange, show, undoChange } from "./state/store.ts";

/** The whole page: the picture, and beside it one of the panels. */
export function App(): JSX.Element {
  useEffect(() => {
    void begin();
    document.addEventListener("keydown", onKey);
    window.addEventListener("hashchange", followLink);
    return () => {
      document.removeEventListener("keydown", onKey);
      window.removeEventListener("hashchange", followLink);
    };
  }, []);
  return (
    <DropZone>
      <TopBar />
      {!isOpen.value ? (
        isRepairing.value ? (
          <Repair />
        ) : (
          <Welcome />
        )
      ) : (
        <main class={panel.value === "source" ? "work wide" : "work"}>
          {faults.value.length > 0 && <FaultyInput />}
          <Stage />
          <SidePanel />
        </main>
      )}
    </DropZone>
  );
}

/** A file that could not be opened, in the editor, while no other network is open. */
function Repair(): JSX.Element {
  return (
    <main class="repair">
      <SourcePanel />
    </main>
  );
}

/** What is wrong with a file that was dropped while another network is open: that one stays. */
function FaultyInput(): JSX.Element {
  const dismiss = (): void => {
    faults.value = [];
  };
  return (
    <section class="faulty" aria-label="This file could not be opened">
      <header class="row">
        <h2>This file could not be opened</h2>
        <span class="push" />
        <button type="button" onClick={dismiss}>
          Close
        </button>
      </header>
      <Problems problems={faults.value} onPick={editProblem} />
    </section>
  );
}

function SidePanel(): JSX.Element {
  const chosen = PANELS.find(({ id }) => id === panel.value) ?? PANELS[0];
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = PANELS[(PANELS.indexOf(chosen) + step + PANELS.length) % PANELS.length];
    show(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <aside class="side" aria-label="Questions and answers">
      <div class="tabs" role="tablist" aria-label="Panels" tabIndex={-1} onKeyDown={move}>
        {PANELS.map(({ id, title }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === chosen.id}
            aria-controls="panel"
            tabIndex={id === chosen.id ? 0 : -1}
            onClick={() => show(id)}
          >
            {title}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls must be reachable by keyboard */}
      <div id="panel" class="panel" role="tabpanel" aria-labelledby={`tab-${chosen.id}`} tabIndex={0}>
        <chosen.Panel />
      </div>
    </aside>
  );
}

/** Ctrl+Z and Ctrl+Shift+Z undo and redo changes, except where text is typed. */
function onKey(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  if (event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]")) return;
  event.preventDefault();
  void (event.shiftKey ? redoChange() : undoChange());
}
