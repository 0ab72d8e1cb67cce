import { ParseError } from "@twoway/core";
import {
  type Change,
  evaluatePolicies,
  type ImportOptions,
  type Metered,
  type Network,
  type Policy,
  parseAction,
  type Refusal,
  scenarioJsonSchema,
  WhatIf,
} from "@twoway/sim";
import { transfer } from "comlink";
import {
  type ChangeView,
  changeView,
  type FlipView,
  flipsFrom,
  type OwnersView,
  ownersView,
  together,
} from "./change-view.ts";
import type { FixesView } from "./fixes-view.ts";
import {
  type InputText,
  type Loaded,
  loadInput,
  located,
  type Problem,
  prepareInput,
  problemsOf,
} from "./input.ts";
import { MAX_SIDE, type MatrixView, matrixView } from "./matrix-view.ts";
import { type NetworkView, type ViewChange, viewChange, viewOf } from "./network-view.ts";
import { type PairView, pairView } from "./pair-view.ts";
import { planStory, type Story, type StoryView, storyOf } from "./story-view.ts";
import { type Question, type TraceView, traceView } from "./trace-view.ts";
import {
  type Compared,
  figuresOf,
  type PeeringFigures,
  stepMarks,
  type TrafficView,
  trafficView,
} from "./traffic-view.ts";
import { triedTraffic } from "./tried-traffic.ts";
import { type RouteTo, routesTo, type VpcDetail, vpcDetail } from "./vpc-detail.ts";
import { vpcMatrix } from "./vpc-matrix.ts";

/** What an input is, or everything that is wrong with it. */
export type Opened =
  | {
      readonly kind: "opened";
      readonly name: string;
      readonly description: string;
      readonly view: NetworkView;
      readonly warnings: readonly Problem[];
      readonly policies: number;
      readonly steps: number;
      /** A plan, which is opened as it will be once it is applied; `before` is the picture of what is there. */
      readonly before?: NetworkView;
    }
  | { readonly kind: "failed"; readonly problems: readonly Problem[] };

/** What may be said of an input before it is opened. */
export interface Checked {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** An answer, or what is wrong with the question. */
export type Answered<T> =
  | { readonly kind: "answered"; readonly value: T }
  | { readonly kind: "failed"; readonly problems: readonly Problem[] };

/** What became of a list of changes. */
export interface Changed {
  /** Each change that was applied, and what happened. */
  readonly applied: readonly { readonly line: string; readonly events: readonly string[] }[];
  /** The change at which the list ends, because the cloud refuses it or nobody can read it. */
  readonly refused?: {
    readonly line: string;
    readonly code: string;
    readonly message: string;
    readonly advice: string;
  };
  /** What all of them did together. */
  readonly change: ChangeView;
  /** What is drawn differently since the last answer. */
  readonly view: ViewChange;
  /** Milliseconds that it took here. */
  readonly ms: number;
}

export interface PolicyView {
  readonly name: string;
  readonly before: "holds" | "violated" | "undetermined";
  readonly after: "holds" | "violated" | "undetermined";
  /** Two addresses and a sentence for each violation that is there now. */
  readonly messages: readonly string[];
}

interface Step {
  readonly line: string;
  readonly events: readonly string[];
  readonly change: Change;
}

const NOTHING: Change = { pairs: [], added: [], removed: [] };

/**
 * Everything that the page asks, answered from one network and the changes that were made to it. It runs in a worker and
 * holds the only copy of the network; what it returns is plain data. A question belongs in a file of its own beside this.
 */
export class Engine {
  #files: readonly InputText[] = [];
  #loaded: Loaded | undefined;
  #whatIf: WhatIf | undefined;
  #story: Story | undefined;
  /** How many steps of the story were played before the changes. */
  #step = 0;
  #steps: Step[] = [];
  /** What they did together. */
  #change: Change = NOTHING;
  /** What becomes of the traffic with them, once somebody asked. */
  #tried: Metered | undefined;
  /** The network of the last picture that was sent. */
  #shown: Network | undefined;
  /** Policies of the network as it was read. */
  #policiesBefore: ReadonlyMap<string, PolicyView["before"]> | undefined;

  /** Must be called before `open` and `check` of the same input: loads what it is read by. */
  prepare(files: readonly InputText[], options: ImportOptions = {}): Promise<void> {
    return prepareInput(files, options);
  }

  /** Reads an input and forgets the one before; an input with faults leaves that in place. */
  open(files: readonly InputText[], options: ImportOptions = {}): Opened {
    let loaded: Loaded;
    try {
      loaded = loadInput(files, options);
    } catch (error) {
      return { kind: "failed", problems: problemsOf(error, files) };
    }
    const { scenario, planned, warnings } = loaded;
    const network = planned ?? scenario.network;
    this.#files = files;
    this.#loaded = loaded;
    this.#story = undefined;
    this.#step = planned === undefined ? 0 : 1;
    this.#whatIf = new WhatIf(network);
    this.#steps = [];
    this.#change = NOTHING;
    this.#tried = undefined;
    this.#shown = network;
    this.#policiesBefore = undefined;
    return {
      kind: "opened",
      name: scenario.name,
      description: scenario.description,
      view: viewOf(network),
      warnings: warnings.map((issue) => located(issue, files)),
      policies: scenario.policies.length,
      ...(planned === undefined
        ? { steps: scenario.steps.length }
        : { steps: 1, before: viewOf(scenario.network) }),
    };
  }

  /** Says what is wrong with an input, and leaves the one that is open in place. */
  check(files: readonly InputText[], options: ImportOptions = {}): Checked {
    try {
      const { warnings } = loadInput(files, options);
      return { errors: [], warnings: warnings.map((issue) => located(issue, files)) };
    } catch (error) {
      return { errors: problemsOf(error, files), warnings: [] };
    }
  }

  /** The JSON Schema of a scenario. */
  schema(): object {
    return scenarioJsonSchema();
  }

  /**
   * Makes the changes those of the list, in this order: what it shares with the list before is kept, the rest is taken
   * back and applied anew. Ends at the first one that is refused. Costs what the edits cost.
   */
  change(lines: readonly string[]): Changed {
    const begin = performance.now();
    const session = this.#session();
    let kept = 0;
    while (kept < this.#steps.length && this.#steps[kept].line === lines[kept]) kept++;
    while (this.#steps.length > kept) {
      session.undo();
      this.#steps.pop();
    }
    let refused: Changed["refused"];
    for (const line of lines.slice(kept)) {
      refused = this.#apply(session, line);
      if (refused !== undefined) break;
    }
    const view = viewChange(this.#shown ?? session.network, session.network);
    this.#shown = session.network;
    const all = this.#steps.map(({ change }) => change);
    this.#tried = undefined;
    this.#change = all.length === 0 ? NOTHING : together(all, this.#before, session.network);
    return {
      applied: this.#steps.map(({ line, events }) => ({ line, events })),
      ...(refused === undefined ? {} : { refused }),
      change: changeView(this.#change),
      view,
      ms: performance.now() - begin,
    };
  }

  /** More of the pairs that the changes flipped, or the plan, from this place of their list on. */
  flips(of: "changes" | "plan", start: number): readonly FlipView[] {
    return flipsFrom(of === "plan" ? (this.#played().change ?? NOTHING) : this.#change, start);
  }

  #apply(session: WhatIf, line: string): Changed["refused"] {
    try {
      const tried = session.apply([parseAction(line)], "what-if");
      if (tried.kind === "refused") return refusalOf(line, tried.refusal);
      const { change, events } = tried;
      this.#steps.push({ line, events: events.map(({ message }) => message), change });
      return undefined;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return { line, code: "syntax", message: error.message, advice: error.suggestion ?? "" };
    }
  }

  /** Follows a packet and its reply through the network as it is now. */
  trace(question: Question): Answered<TraceView> {
    return this.#answer(() => traceView(this.#session().network, question));
  }

  /** Searches the smallest sets of actions that make the pair two-way. Takes longer than the trace, and is loaded behind it. */
  async fixes(question: Question): Promise<Answered<FixesView>> {
    const { fixesView } = await import("./fixes-view.ts");
    return this.#answer(() => fixesView(this.#session().network, question));
  }

  /** Says of every policy whether it held in the network as it was read, and whether it holds now. */
  policies(): PolicyView[] {
    const session = this.#session();
    const { policies } = this.#scenario;
    this.#policiesBefore ??= resultsOf(this.#before, policies);
    return evaluatePolicies(session.network, policies).map(({ policy, result, violations, undecided }) => ({
      name: policy.name,
      before: this.#policiesBefore?.get(policy.name) ?? "undetermined",
      after: result,
      messages: [...violations, ...undecided].map(({ message }) => message),
    }));
  }

  /** What decided about a pair before the changes, and what decides now. */
  owners(flip: FlipView): OwnersView {
    return ownersView(flip, this.#before, this.#session().network);
  }

  /** Plays the steps of the scenario and says how each came out. */
  story(): StoryView {
    return this.#played().view;
  }

  /**
   * What became of the traffic of the story, and with the changes, if there are any: the rest of the story is played on what
   * they leave. Undefined where there is no traffic.
   */
  traffic(): Compared<TrafficView> | undefined {
    const { metered, networks } = this.#played();
    if (metered === undefined) return undefined;
    const { steps } = this.#scenario;
    const plain = trafficView(metered, stepMarks(steps, networks));
    const tried = this.#triedTraffic();
    if (tried === undefined) return { now: plain };
    const time = this.#before.now;
    const note = this.#steps.map(({ line }) => line).join("; ");
    const marks = [...plain.marks.slice(0, this.#step), { time, label: "what-if", note }];
    return {
      now: trafficView(tried, [...marks, ...plain.marks.slice(this.#step)]),
      before: plain,
    };
  }

  /** All figures of one peering of that traffic; what it has none of is left out. */
  figures(peering: string): Partial<Compared<PeeringFigures>> {
    const { metered } = this.#played();
    const plain = metered && figuresOf(metered, peering);
    const tried = this.#triedTraffic();
    if (tried === undefined) return plain === undefined ? {} : { now: plain };
    const now = figuresOf(tried, peering);
    return { ...(now && { now }), ...(plain && { before: plain }) };
  }

  #triedTraffic(): Metered | undefined {
    if (this.#steps.length === 0) return undefined;
    this.#tried ??= triedTraffic(
      this.#scenario,
      this.#step,
      this.#steps.map(({ line }) => line),
    );
    return this.#tried;
  }

  /**
   * Makes the network after so many steps the one that changes are made to, 0 for the network as it was read. The list of
   * changes is empty then; `change` says what is drawn differently.
   */
  goTo(step: number): void {
    const network = step === 0 ? this.#scenario.network : this.#played().networks[step];
    if (network === undefined) throw new RangeError(`there is no step ${step}`);
    this.#step = step;
    this.#whatIf = new WhatIf(network);
    this.#steps = [];
    this.#change = NOTHING;
    this.#tried = undefined;
    this.#policiesBefore = undefined;
  }

  /**
   * The verdicts of all pairs of subnets, or of those of some VPCs; of VPCs where there are too many subnets. The array moves to
   * the page and is not copied.
   */
  matrix(vpcs?: readonly string[]): MatrixView {
    const { reach, network } = this.#session();
    const isLarge = vpcs === undefined && reach.subnets.length > MAX_SIDE;
    const found = isLarge ? vpcMatrix(reach, network) : matrixView(reach, this.#flipped, vpcs);
    return transfer(found, [found.cells.buffer]);
  }

  /** The exact sets of a pair, by the places of its subnets. */
  pair(from: number, to: number): PairView {
    return pairView(this.#session().reach, from, to);
  }

  /** The routes of a VPC's tables, as they are now. */
  vpc(id: string): VpcDetail | undefined {
    return vpcDetail(this.#session().network, id);
  }

  /** The routes that lead to a hub or a gateway, as they are now. */
  routesTo(target: string): RouteTo[] {
    return routesTo(this.#session().network, target);
  }

  #session(): WhatIf {
    if (this.#whatIf === undefined) throw new TypeError("no network is open");
    return this.#whatIf;
  }

  /** What the changes did; of a plan that is looked at as it will be, without any, what it does. */
  get #flipped(): Change {
    const isPlanned = this.#loaded?.planned !== undefined && this.#step === 1 && this.#steps.length === 0;
    return isPlanned ? (this.#played().change ?? NOTHING) : this.#change;
  }

  get #scenario(): Loaded["scenario"] {
    if (this.#loaded === undefined) throw new TypeError("no network is open");
    return this.#loaded.scenario;
  }

  /** The network to which the changes are made: as it was read, or after some steps of its story. */
  get #before(): Network {
    return this.#step === 0 ? this.#scenario.network : this.#played().networks[this.#step];
  }

  #played(): Story {
    const planned = this.#loaded?.planned;
    this.#story ??=
      planned === undefined ? storyOf(this.#scenario) : planStory(this.#scenario.network, planned);
    return this.#story;
  }

  #answer<T>(ask: () => T): Answered<T> {
    try {
      return { kind: "answered", value: ask() };
    } catch (error) {
      return { kind: "failed", problems: problemsOf(error, this.#files) };
    }
  }
}

function refusalOf(line: string, { code, message, advice }: Refusal): Changed["refused"] {
  return { line, code, message, advice };
}

function resultsOf(network: Network, policies: readonly Policy[]): ReadonlyMap<string, PolicyView["before"]> {
  return new Map(evaluatePolicies(network, policies).map(({ policy, result }) => [policy.name, result]));
}
