import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Editor } from "../editor/editor.ts";
import type { Schema } from "../editor/schema.ts";
import { completeAction } from "../state/action-words.ts";
import {
  apply,
  check,
  cursor,
  discard,
  draft,
  editProblem,
  isChanged,
  remarks,
  shown,
  text,
  write,
} from "../state/draft.ts";
import { engine, rejected, view } from "../state/store.ts";

/** The files of the input in an editor: completed by the schema, checked as they are written, opened when they are good. */
export function SourcePanel(): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const written = useRef("");
  useEffect(() => {
    let isGone = false;
    // the editor is a chunk of its own, loaded when somebody looks
    void Promise.all([import("../editor/editor.ts"), engine.schema()]).then(([{ createEditor }, schema]) => {
      if (isGone || host.current === null) return;
      written.current = text.peek();
      editor.current = createEditor(host.current, written.current, {
        label: "Source of the network",
        schema: schema as Schema,
        check,
        actions: (typed) => completeAction(view.peek(), typed),
        onChange: (next) => {
          written.current = next;
          write(next);
        },
        onApply: () => void apply(),
      });
      if (cursor.value !== undefined) editor.current.goTo(cursor.value.line, cursor.value.column);
    });
    return () => {
      isGone = true;
      editor.current?.close();
      cursor.value = undefined;
    };
  }, []);
  useEffect(() => {
    if (text.value !== written.current) editor.current?.show(text.value);
    written.current = text.value;
  }, [text.value]);
  useEffect(() => {
    if (cursor.value !== undefined) editor.current?.goTo(cursor.value.line, cursor.value.column);
  }, [cursor.value]);
  const errors = remarks.value.filter(({ isWarning }) => !isWarning).length;
  return (
    <div class="source">
      <header class="row source-bar">
        <FileName />
        <span class="push" />
        {(isChanged.value || rejected.value !== undefined) && view.value !== undefined && (
          <button type="button" onClick={discard}>
            Discard
          </button>
        )}
        <button
          type="button"
          class="primary"
          disabled={!isChanged.value || errors > 0}
          onClick={() => void apply()}
          title="Open what is written (Ctrl+Enter)"
        >
          Apply
        </button>
      </header>
      <div class="editor" ref={host} />
      <Remarks errors={errors} />
    </div>
  );
}

function FileName(): JSX.Element {
  if (draft.value.length < 2) return <h2 class="mono">{shown.value || "No file"}</h2>;
  return (
    <label>
      <span class="sr">File</span>
      <select
        class="mono"
        value={shown.value}
        onChange={(event) => {
          shown.value = event.currentTarget.value;
        }}
      >
        {draft.value.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function Remarks({ errors }: { readonly errors: number }): JSX.Element {
  const all = remarks.value;
  const warnings = all.length - errors;
  return (
    <section class="remarks" aria-label="Problems">
      <p role="status" class="dim">
        {all.length === 0
          ? "No problems"
          : [count(errors, "error"), count(warnings, "warning")].filter(Boolean).join(", ")}
      </p>
      <ul>
        {all.map((remark) => (
          <li key={`${remark.source} ${remark.message}`} class={remark.isWarning ? "warning" : "error"}>
            <button type="button" onClick={() => editProblem(remark)}>
              <span class="mono">{remark.line === undefined ? "" : `${remark.line}:${remark.column}`}</span>
              <span>
                {remark.message}
                {remark.suggestion !== undefined && (
                  <>
                    ; try <code>{remark.suggestion}</code>
                  </>
                )}
              </span>
              <code class="dim">{remark.code}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function count(number: number, word: string): string {
  return number === 0 ? "" : `${number} ${word}${number === 1 ? "" : "s"}`;
}
