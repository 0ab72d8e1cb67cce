import { batch, computed, signal } from "@preact/signals";
import type { ImportOptions, InputFormat, ProfileName } from "@twoway/sim";
import { type Remote, wrap } from "comlink";
import type { Answered, Changed, Engine, Opened, PolicyView } from "../engine/engine.ts";
import type { FixesView } from "../engine/fixes-view.ts";
import type { InputText } from "../engine/input.ts";
import { changedView, type NetworkView } from "../engine/network-view.ts";
import type { Place } from "../engine/place.ts";
import type { StoryView } from "../engine/story-view.ts";
import type { Question, TraceView } from "../engine/trace-view.ts";
import type { Offer } from "./actions-for.ts";
import { after, type History, NO_CHANGES, redo, settled, undo, without } from "./history.ts";
import { decodeLink, encodeLink, type LinkSource, type LinkState } from "./link.ts";
import { startWorker } from "./start-worker.ts";

/**
 * What the page shows, as signals, and what may happen to it. Panels read the signals and call the functions; nothing
 * else talks to the engine, so that an answer that comes late is dropped in one place.
 */

export const engine: Remote<Engine> = wrap<Engine>(startWorker("engine"));

export interface Input {
  readonly files: readonly InputText[];
  readonly profile?: ProfileName;
  readonly as?: InputFormat;
}

/** What the page began with: the network of the command line; without files there was none. */
export const first = signal<Input | undefined>(undefined);
export const source = signal<LinkSource>({ kind: "first" });
export const opened = signal<Extract<Opened, { kind: "opened" }> | undefined>(undefined);
export const view = signal<NetworkView | undefined>(undefined);
/** There is a network to look at. */
export const isOpen = computed(() => view.value !== undefined);
/** The files that the network was read from. */
export const input = signal<Input>({ files: [] });
/** Files that could not be opened, until others are. */
export const rejected = signal<Input | undefined>(undefined);
/** What is wrong with the input that was opened last. */
export const faults = signal<Extract<Opened, { kind: "failed" }>["problems"]>([]);
/** Something that the reader should know once: a link that does not fit, a file that is missing. */
export const notice = signal("");
export const busy = signal(true);

/** How the steps of the scenario came out; undefined until somebody looks. */
export const story = signal<StoryView | undefined>(undefined);
/** How many of them were played before the changes. */
export const step = signal(0);

export const history = signal<History>(NO_CHANGES);
export const changed = signal<Changed | undefined>(undefined);
export const refused = signal<Changed["refused"]>(undefined);
/** What stands in the field for actions. */
export const draft = signal("");
export const policies = signal<readonly PolicyView[]>([]);

export const from = signal("");
export const to = signal("");
export const protocol = signal("any");
export const port = signal("");
export const traced = signal<Answered<TraceView> | undefined>(undefined);
export const fixes = signal<Answered<FixesView> | undefined>(undefined);

export const panel = signal("trace");
/** What stands in the large part of the page. */
export const stage = signal("topology");
export const selection = signal<Place | undefined>(undefined);

export const question = computed((): Question | undefined => {
  if (from.value.trim() === "" || to.value.trim() === "") return undefined;
  const number = Number.parseInt(port.value, 10);
  const service = { protocol: protocol.value, ...(Number.isNaN(number) ? {} : { port: number }) };
  return { from: from.value.trim(), to: to.value.trim(), service };
});

/** Starts with what the link says, or with the network that the page was made for. */
export async function begin(): Promise<void> {
  first.value = await firstInput();
  await followLink();
}

/** Opens what the address says: when the page begins, and when somebody puts another link into it. */
export async function followLink(): Promise<void> {
  const link = await decodeLink(location.hash);
  if (link === undefined) {
    if (location.hash.length > 1)
      notice.value = "This link is damaged or from another version; it was left out.";
    if ((first.value?.files.length ?? 0) > 0) await openSource({ kind: "first" });
    else busy.value = false;
    return;
  }
  if (!(await openSource(link.source))) return;
  batch(() => {
    from.value = link.from;
    to.value = link.to;
    protocol.value = link.protocol || "any";
    port.value = link.port;
    panel.value = link.panel || "trace";
    stage.value = link.stage ?? "topology";
  });
  const { step: wanted = 0 } = link;
  const last = opened.value?.steps ?? 0;
  if (wanted > last) notice.value = `The story of this link has ${last} steps, and no step ${wanted}.`;
  else if (wanted !== step.value) {
    step.value = wanted;
    await engine.goTo(wanted);
  }
  const changes = { done: link.changes, undone: [] };
  await setChanges(changes, changes);
}

/** Returns the input that the exported file carries, or that the server hands over. */
async function firstInput(): Promise<Input> {
  const inlined = document.getElementById("network")?.textContent;
  if (inlined) return JSON.parse(inlined) as Input;
  if (location.protocol === "file:") return { files: [] };
  const response = await fetch("network");
  return response.ok ? ((await response.json()) as Input) : { files: [] };
}

/** Opens what a link or a list names; reports whether it could. */
export async function openSource(wanted: LinkSource): Promise<boolean> {
  switch (wanted.kind) {
    case "first":
      return open(wanted, first.value ?? { files: [] });
    case "scenario": {
      const { BUNDLED } = await import("./scenarios.ts");
      const found = BUNDLED.find(({ file }) => file === wanted.name);
      if (found === undefined) {
        notice.value = `There is no scenario ${wanted.name}.`;
        busy.value = false;
        return false;
      }
      return open(wanted, { files: [{ name: found.file, text: found.text }] });
    }
    case "files":
      return open(wanted, { files: wanted.files });
    case "missing":
      notice.value = `The network is not in this link, because it is too large: open ${wanted.name} to see it.`;
      busy.value = false;
      return false;
    default:
      return wanted satisfies never;
  }
}

async function open(origin: LinkSource, wanted: Input): Promise<boolean> {
  busy.value = true;
  await engine.prepare(wanted.files, optionsOf(wanted));
  const result = await engine.open(wanted.files, optionsOf(wanted));
  if (result.kind === "failed") {
    batch(() => {
      faults.value = result.problems;
      rejected.value = wanted;
      busy.value = false;
    });
    return false;
  }
  batch(() => {
    source.value = origin;
    input.value = wanted;
    rejected.value = undefined;
    opened.value = result;
    view.value = result.view;
    faults.value = [];
    notice.value = "";
    busy.value = false;
    story.value = undefined;
    // a plan is opened as it will be, and its story tells what it changes
    step.value = result.before === undefined ? 0 : result.steps;
    if (result.before !== undefined) panel.value = "story";
    history.value = NO_CHANGES;
    changed.value = undefined;
    refused.value = undefined;
    policies.value = [];
    selection.value = undefined;
    traced.value = undefined;
    fixes.value = undefined;
    from.value = "";
    to.value = "";
  });
  if (result.policies > 0) void refreshPolicies();
  void writeLink();
  return true;
}

function optionsOf({ profile, as }: Input): ImportOptions {
  return { ...(profile === undefined ? {} : { profile }), ...(as === undefined ? {} : { as }) };
}

/** Asks again for both paths between the two ends, and then for what would help. */
export async function retrace(): Promise<void> {
  const wanted = question.value;
  asked = wanted;
  void writeLink();
  if (wanted === undefined || view.value === undefined) {
    traced.value = undefined;
    fixes.value = undefined;
    return;
  }
  const turn = ++traceTurn;
  fixes.value = undefined;
  const result = await engine.trace(wanted);
  if (turn !== traceTurn) return;
  traced.value = result;
  if (result.kind === "failed" || result.value.verdict === "two-way") return;
  const found = await engine.fixes(wanted);
  if (turn === traceTurn) fixes.value = found;
}

let traceTurn = 0;
/** The question of the last trace. */
let asked: Question | undefined;

/** Asks where the question is another one than the last: a field that is left as it was changes nothing. */
export function retraceIfNew(): void {
  if (question.value !== asked) void retrace();
}

/** Sets an end and follows the packet when both are there. */
export function ask(ends: { readonly from?: string; readonly to?: string }): Promise<void> {
  batch(() => {
    if (ends.from !== undefined) from.value = ends.from;
    if (ends.to !== undefined) to.value = ends.to;
    panel.value = "trace";
  });
  return retrace();
}

/** Tries changes behind those that are there. */
export function tryChanges(lines: readonly string[]): Promise<void> {
  return setChanges(after(history.value, lines));
}

/** Tries what was offered, or puts it into the field where it lacks something. */
export function offer({ line, isOpen }: Offer): void {
  panel.value = "what-if";
  if (isOpen) draft.value = line;
  else void tryChanges([line]);
}

export function undoChange(): Promise<void> {
  return setChanges(undo(history.value));
}

export function redoChange(): Promise<void> {
  return setChanges(redo(history.value));
}

export function dropChange(index: number): Promise<void> {
  return setChanges(without(history.value, index));
}

export function clearChanges(): Promise<void> {
  return setChanges(NO_CHANGES);
}

/** Plays the story, to say how it comes out. */
export async function tellStory(): Promise<void> {
  const asked = opened.value;
  const found = await engine.story();
  if (opened.value === asked) story.value = found;
}

/** Goes to the network after so many steps of the story; changes are made to that one then. */
export async function goTo(next: number): Promise<void> {
  step.value = next;
  await engine.goTo(next);
  await setChanges(history.value);
}

async function setChanges(next: History, before: History = history.value): Promise<void> {
  const turn = ++changeTurn;
  const result = await engine.change(next.done);
  batch(() => {
    // the picture follows every answer: each holds only what differs from the one before
    if (view.value !== undefined) view.value = changedView(view.value, result.view);
    if (turn !== changeTurn) return;
    history.value = settled(before, next, result.applied.length);
    changed.value = result;
    refused.value = result.refused;
  });
  if (turn !== changeTurn) return;
  void writeLink();
  await retrace();
  if ((opened.value?.policies ?? 0) > 0) await refreshPolicies();
}

let changeTurn = 0;

async function refreshPolicies(): Promise<void> {
  policies.value = await engine.policies();
}

/** Links wait so long, in milliseconds: what was clicked is drawn first, and of several only the last is written. */
const LINK_PAUSE = 60;

/** Puts what is shown into the address, so that the address is a link to it. */
async function writeLink(): Promise<void> {
  const turn = ++linkTurn;
  await new Promise((resolve) => setTimeout(resolve, LINK_PAUSE));
  if (turn !== linkTurn || opened.value === undefined) return;
  const hash = await encodeLink(linkState());
  if (turn === linkTurn) window.history.replaceState(null, "", `#${hash}`);
}

/** Returns the link to what is shown, also where the address does not say it yet. */
export async function linkNow(): Promise<string> {
  return `${location.href.split("#", 1)[0]}#${await encodeLink(linkState())}`;
}

function linkState(): LinkState {
  return {
    source: source.value,
    changes: history.value.done,
    from: from.value,
    to: to.value,
    protocol: protocol.value,
    port: port.value,
    panel: panel.value,
    ...(stage.value === "topology" ? {} : { stage: stage.value }),
    ...(step.value === 0 ? {} : { step: step.value }),
  };
}

let linkTurn = 0;

/** Shows a picture in the large part of the page. */
export function showStage(name: string): void {
  stage.value = name;
  void writeLink();
}

/** Shows a panel. */
export function show(name: string): void {
  panel.value = name;
  void writeLink();
}
