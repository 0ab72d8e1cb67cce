import { ACTION_USAGE } from "@twoway/sim";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ComboBox } from "../parts/combo-box.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Icon } from "../parts/icons.tsx";
import { completeAction } from "../state/action-words.ts";
import { asArguments, asSteps } from "../state/history.ts";
import {
  changed,
  clearChanges,
  draft,
  dropChange,
  engine,
  history,
  policies,
  redoChange,
  refused,
  tryChanges,
  undoChange,
  view,
} from "../state/store.ts";
import { PairsChanged } from "./pairs-changed.tsx";

/** Every action of the control plane, the list of those that were tried, and what they did to the pairs of subnets. */
export function WhatIfPanel(): JSX.Element {
  const { done, undone } = history.value;
  return (
    <div class="panel-body">
      <ActionField />
      {refused.value !== undefined && (
        <div class="stop" role="alert">
          <p>
            <strong>{refused.value.message}</strong>
          </p>
          <p class="dim">
            <code>{refused.value.line}</code> <code>{refused.value.code}</code>
          </p>
          {refused.value.advice !== "" && <p class="hint">{refused.value.advice}</p>}
        </div>
      )}
      <section aria-label="Changes">
        <header class="row">
          <h3>
            {done.length === 0 ? "No changes yet" : `${done.length} change${done.length === 1 ? "" : "s"}`}
          </h3>
          <span class="push" />
          <button
            type="button"
            class="quiet"
            disabled={done.length === 0}
            onClick={() => void undoChange()}
            aria-label="Undo"
            title="Undo (Ctrl+Z)"
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            class="quiet"
            disabled={undone.length === 0}
            onClick={() => void redoChange()}
            aria-label="Redo"
            title="Redo (Ctrl+Shift+Z)"
          >
            <Icon name="redo" />
          </button>
        </header>
        {done.length === 0 && (
          <p class="empty">
            Type an action above, or click a peering or a VPC in the picture. Nothing is changed anywhere: it
            is tried on a copy, by the rules of the cloud.
          </p>
        )}
        <ol class="changes">
          {done.map((line, i) => (
            <li key={`${i} ${line}`}>
              <code>{line}</code>
              <Events lines={changed.value?.applied[i]?.events ?? []} />
              <button
                type="button"
                class="quiet"
                onClick={() => void dropChange(i)}
                aria-label={`Leave out ${line}`}
                title="Leave out"
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ol>
        {done.length > 0 && (
          <div class="row">
            <CopyButton label="Copy as steps" text={() => asSteps(history.value)} />
            <CopyButton label="Copy as --do" text={() => asArguments(history.value)} />
            <span class="push" />
            <button type="button" onClick={() => void clearChanges()}>
              Clear
            </button>
          </div>
        )}
      </section>
      <PolicyList />
      {changed.value !== undefined && done.length > 0 && (
        <PairsChanged change={changed.value.change} more={(start) => engine.flips("changes", start)} />
      )}
    </div>
  );
}

function ActionField(): JSX.Element {
  const line = draft;
  const field = useRef<HTMLFormElement>(null);
  // what was offered in the picture is finished here
  useEffect(() => {
    if (line.value === "") return;
    const input = field.current?.querySelector("input");
    input?.focus();
    input?.setSelectionRange(line.value.length, line.value.length);
  }, []);
  const apply = (): void => {
    if (line.value.trim() === "") return;
    const text = line.value.trim();
    line.value = "";
    void tryChanges([text]);
  };
  const [verb] = line.value.trim().split(/\s+/, 1);
  const usage = Object.entries(ACTION_USAGE).find(([kind]) => kind === verb)?.[1];
  return (
    <form
      ref={field}
      class="action"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <ComboBox
        label="Action"
        value={line}
        mono
        options={(typed) => completeAction(view.value, typed)}
        onEnter={apply}
        onTake={() => {
          line.value += " ";
          return true;
        }}
        placeholder="delete-peering …"
      />
      <button type="submit" class="primary">
        Try it
      </button>
      <p class="dim mono usage">{usage ?? "any action of the control plane; `as ACCOUNT` may follow"}</p>
    </form>
  );
}

/** The first event says what the line says; what else happened is worth a line. */
function Events({ lines }: { lines: readonly string[] }): JSX.Element | null {
  if (lines.length < 2) return null;
  return (
    <ul class="events dim">
      {lines.slice(1).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function PolicyList(): JSX.Element | null {
  if (policies.value.length === 0) return null;
  return (
    <section aria-label="Policies">
      <h3>Policies</h3>
      <ul class="policies">
        {policies.value.map(({ name, before, after, messages }) => (
          <li key={name} class={after}>
            <span class="sign" aria-hidden="true">
              {{ holds: "✓", violated: "✕", undetermined: "?" }[after]}
            </span>
            <span>{name}</span>
            <span class="dim">{before === after ? after : `${before} before, now ${after}`}</span>
            {messages.slice(0, 3).map((message) => (
              <p key={message} class="dim">
                {message}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
