import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, forceLinting, linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { EditorState, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
  tooltips,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Problem } from "../engine/input.ts";
import { aboutKey, optionsFor, type Schema } from "./schema.ts";
import { contextAt } from "./yaml-context.ts";

export interface EditorOptions {
  readonly label: string;
  readonly schema: Schema;
  /** Says what is wrong with the text; asked when nobody has typed for a moment. */
  readonly check: (text: string) => Promise<readonly (Problem & { readonly isWarning: boolean })[]>;
  /** Completes a line of the action grammar. */
  readonly actions: (typed: string) => readonly string[];
  readonly onChange: (text: string) => void;
  /** Ctrl+Enter. */
  readonly onApply: () => void;
}

/** What the page may do with an editor. */
export interface Editor {
  /** Replaces the text, as if it had just been opened. */
  readonly show: (text: string) => void;
  /** Moves the cursor, and looks at it. */
  readonly goTo: (line: number, column: number) => void;
  readonly close: () => void;
}

/** Milliseconds without a key before the text is checked. */
const PAUSE = 300;

/**
 * Makes an editor inside an element. It lives in a shadow root: there the library puts its style into a sheet of its own
 * (`adoptedStyleSheets`) and not into a `<style>` element, which the page's policy would refuse.
 */
export function createEditor(host: HTMLElement, text: string, options: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const extensions = [
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightActiveLine(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    bracketMatching(),
    yaml(),
    syntaxHighlighting(COLOURS),
    lintGutter(),
    linter(async ({ state }) => diagnosticsOf(state.doc, await options.check(state.doc.toString())), {
      delay: PAUSE,
    }),
    autocompletion({ override: [(context) => complete(context, options)], icons: false }),
    hoverTooltip(({ state }, at) => about(state.doc, at, options.schema)),
    tooltips({ position: "fixed" }),
    keymap.of([
      {
        key: "Mod-Enter",
        run: () => {
          options.onApply();
          return true;
        },
      },
      ...completionKeymap,
      ...historyKeymap,
      ...lintKeymap,
      ...defaultKeymap,
    ]),
    EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0" }),
    EditorView.domEventHandlers({ beforeinput: typeOver }),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) options.onChange(state.doc.toString());
    }),
    THEME,
  ];
  const stateOf = (doc: string): EditorState => EditorState.create({ doc, extensions });
  const view = new EditorView({ state: stateOf(text), parent: root, root });
  forceLinting(view);
  return {
    show: (next) => {
      view.setState(stateOf(next));
      forceLinting(view);
    },
    goTo: (line, column) => {
      const anchor = offsetOf(view.state.doc, line, column);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    close: () => view.destroy(),
  };
}

/**
 * Replaces what is selected by what is typed. Left to itself, the browser would merge the lines and keep their looks in
 * `style` attributes, which the page's policy refuses aloud.
 */
function typeOver({ inputType, data }: InputEvent, view: EditorView): boolean {
  const { state } = view;
  if (inputType !== "insertText" || data === null || state.selection.main.empty) return false;
  view.dispatch({ ...state.replaceSelection(data), userEvent: "input.type", scrollIntoView: true });
  return true;
}

function offsetOf(doc: Text, line: number, column: number): number {
  const { from, to } = doc.line(Math.max(1, Math.min(line, doc.lines)));
  return Math.min(from + Math.max(column - 1, 0), to);
}

function diagnosticsOf(
  doc: Text,
  problems: readonly (Problem & { readonly isWarning: boolean })[],
): Diagnostic[] {
  return problems.map(({ line = 1, column = 1, message, suggestion, code, isWarning }) => {
    const from = offsetOf(doc, line, column);
    const rest = doc.sliceString(from, doc.lineAt(from).to);
    const word = /^("[^"]*"|'[^']*'|[^\s,[\]{}]+)/.exec(rest)?.[0].length ?? 0;
    return {
      from,
      to: from + word,
      severity: isWarning ? "warning" : "error",
      source: code,
      message: suggestion === undefined ? message : `${message}\nTry ${suggestion}`,
    };
  });
}

function complete(
  { state, pos, explicit }: CompletionContext,
  { schema, actions }: EditorOptions,
): CompletionResult | null {
  const place = contextAt(state.doc.toString(), pos);
  if (place === undefined || (!explicit && place.word === "" && place.role !== "value")) return null;
  const isAction =
    place.role !== "key" && place.path.filter((key) => key !== undefined).join() === "steps,do";
  const lines = isAction ? actions(place.word) : [];
  const hasSpace = /\s/.test(state.sliceDoc(place.from - 1, place.from)) || place.role !== "value";
  const found = [
    ...lines.map((line) => ({ label: line, type: "action" })),
    ...optionsFor(schema, place).map(({ label, kind, detail, info }) => ({
      label,
      detail,
      type: kind,
      ...(info === "" ? {} : { info }),
      apply: kind === "key" ? `${label}: ` : hasSpace ? label : ` ${label}`,
    })),
  ];
  return found.length === 0 ? null : { from: place.from, options: found, filter: !isAction };
}

/** Says what the key under the pointer means. */
function about(
  doc: Text,
  at: number,
  schema: Schema,
): { pos: number; create: () => { dom: HTMLElement } } | null {
  const line = doc.lineAt(at);
  const end = at + doc.sliceString(at, line.to).search(/[^\w-]|$/);
  if (doc.sliceString(end, end + 1) !== ":") return null;
  const place = contextAt(doc.sliceString(0, end), end);
  if (place === undefined || place.role === "value") return null;
  const text = aboutKey(schema, [...place.path, place.word]);
  if (text === "") return null;
  const create = (): { dom: HTMLElement } => {
    const dom = document.createElement("div");
    dom.className = "about";
    dom.textContent = text;
    return { dom };
  };
  return { pos: place.from, create };
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: tags.comment, color: "var(--dim)", fontStyle: "italic" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.separator, tags.punctuation, tags.brace, tags.squareBracket], color: "var(--dim)" },
  { tag: [tags.keyword, tags.meta, tags.typeName, tags.labelName], color: "var(--bad)" },
]);

const FOCUS = "2px solid var(--accent)";

const THEME = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "12px" },
  "&.cm-focused": { outline: FOCUS, outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-gutters": {
    color: "var(--dim)",
    backgroundColor: "var(--surface)",
    border: "none",
    borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": {
    color: "var(--text)",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    boxShadow: "var(--shadow)",
  },
  ".cm-tooltip .about, .cm-completionInfo": {
    maxWidth: "340px",
    padding: "6px 10px",
    fontFamily: "var(--sans)",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "240px" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--text)",
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-completionDetail": { marginLeft: "12px", color: "var(--dim)", fontStyle: "normal" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--sans)", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--unreachable)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--forward-only)" },
  ".cm-diagnosticSource": { color: "var(--dim)", fontSize: "11px", opacity: "1" },
  ".cm-lintRange-error": { backgroundImage: "none", borderBottom: "2px dotted var(--unreachable)" },
  ".cm-lintRange-warning": { backgroundImage: "none", borderBottom: "2px dotted var(--forward-only)" },
  ".cm-lint-marker": { content: "normal", fontSize: "12px", lineHeight: "1.4" },
  ".cm-lint-marker-error::before": { content: '"✕"', color: "var(--unreachable)" },
  ".cm-lint-marker-warning::before": { content: '"!"', color: "var(--bad)" },
});
