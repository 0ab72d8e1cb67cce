import { batch, computed, effect, signal } from "@preact/signals";
import type { InputText, Problem } from "../engine/input.ts";
import { engine, faults, input, openSource, panel, rejected } from "./store.ts";

/** The files of the input as they are being edited: those that could not be opened, or those that are open. */
export const draft = signal<readonly InputText[]>([]);
/** Which of them is in the editor. */
export const shown = signal("");
/** Where the editor's cursor is wanted; a new value moves it. */
export const cursor = signal<{ readonly line: number; readonly column: number } | undefined>(undefined);
/** What the last check said, errors first. */
export const remarks = signal<readonly Remark[]>([]);
/** A file that could not be opened is in the editor while no network is open. */
export const isRepairing = signal(false);

/** A problem, and whether the input can be opened all the same. */
export interface Remark extends Problem {
  readonly isWarning: boolean;
}

/** What the draft began with. */
const original = computed(() => (rejected.value ?? input.value).files);

effect(() => {
  const files = original.value;
  batch(() => {
    draft.value = files;
    remarks.value = [];
    if (!files.some(({ name }) => name === shown.peek())) shown.value = files[0]?.name ?? "";
    if (rejected.value === undefined) isRepairing.value = false;
  });
});

export const text = computed(() => draft.value.find(({ name }) => name === shown.value)?.text ?? "");

/** The draft is not what is open. */
export const isChanged = computed(
  () => rejected.value !== undefined || draft.value.some((file, i) => file.text !== original.value[i]?.text),
);

export function write(next: string): void {
  draft.value = draft.value.map((file) => (file.name === shown.value ? { ...file, text: next } : file));
}

/** Longer inputs are checked only when they are opened: a check costs about a second for 4 MB. */
const MAX_LIVE = 1_000_000;

/** Returns what is to be said of the file in the editor, and notes what is to be said of all. */
export async function check(): Promise<readonly Remark[]> {
  const files = draft.value;
  if (files.reduce((sum, file) => sum + file.text.length, 0) > MAX_LIVE) return [];
  const { profile, as } = rejected.value ?? input.value;
  const options = { ...(profile === undefined ? {} : { profile }), ...(as === undefined ? {} : { as }) };
  await engine.prepare(files, options);
  const { errors, warnings } = await engine.check(files, options);
  if (draft.value !== files) return [];
  remarks.value = [
    ...errors.map((problem) => ({ ...problem, isWarning: false })),
    ...warnings.map((problem) => ({ ...problem, isWarning: true })),
  ];
  return remarks.value.filter(({ source }) => source.startsWith(`${shown.value}:`));
}

/** Opens what was written. */
export async function apply(): Promise<void> {
  await openSource({ kind: "files", files: draft.value });
}

/** Goes back to what is open. */
export function discard(): void {
  batch(() => {
    faults.value = [];
    rejected.value = undefined;
    draft.value = input.value.files;
  });
}

/** Shows a problem of a file in the editor, where it can be mended. */
export function editProblem({ source, line = 1, column = 1 }: Problem): void {
  batch(() => {
    const file = draft.value.find(({ name }) => source.startsWith(`${name}:`));
    if (file !== undefined) shown.value = file.name;
    faults.value = [];
    isRepairing.value = rejected.value !== undefined;
    panel.value = "source";
    cursor.value = { line, column };
  });
}
