import {
  type Change,
  diff,
  formatDuration,
  formatTime,
  type Network,
  runScenario,
  type Scenario,
  type ScenarioReport,
  type StepReport,
  type Verdict,
} from "@twoway/sim";
import { type ChangeView, changeView } from "./change-view.ts";

/** The steps of a scenario as they came out, as plain data: what `twoway check` prints. A plan is a story of one step. */
export interface StoryView {
  readonly steps: readonly StepView[];
  /** Expectations, policies and refusals that came out as the file says, and all of them. */
  readonly passed: number;
  readonly checked: number;
  /** What a plan does to the pairs of subnets: what `twoway diff` prints of it. */
  readonly plan?: ChangeView;
}

export interface StepView {
  readonly note: string;
  /** The time that passes before anything else: `8d`. */
  readonly after: string | undefined;
  /** The clock by then. */
  readonly now: string;
  readonly deeds: readonly DeedView[];
  readonly findings: readonly FindingView[];
  readonly policies: readonly PolicyResult[];
  readonly alarms: readonly AlarmResult[];
}

export interface AlarmResult {
  readonly text: string;
  readonly ok: boolean;
  /** `ALARM since 2026-01-01T02:03:00Z`. */
  readonly found: string;
}

export interface DeedView {
  readonly text: string;
  readonly ok: boolean;
  /** The code with which it was to be refused. */
  readonly wanted: string | undefined;
  readonly refusal: { readonly code: string; readonly message: string } | undefined;
  readonly events: readonly string[];
}

export interface FindingView {
  readonly text: string;
  readonly ok: boolean;
  readonly from: string;
  readonly to: string;
  readonly service: { readonly protocol: string; readonly port?: number };
  readonly verdict: Verdict;
  /** What is the case, in the words of an expectation: `unreachable: no-route / non-transitive`. */
  readonly found: string;
}

export interface PolicyResult {
  readonly name: string;
  readonly ok: boolean;
  readonly result: string;
}

/** A story, the network before its first step and after each, and what became of its traffic. */
export interface Story {
  readonly view: StoryView;
  readonly networks: readonly Network[];
  readonly metered: ScenarioReport["metered"];
  /** Of a plan: what `view` has the beginning of. */
  readonly change?: Change;
}

/** Plays every step. Costs what the answers to all expectations cost, and the traffic of all periods. */
export function storyOf(scenario: Scenario): Story {
  const { steps, passed, failed, metered } = runScenario(scenario);
  const networks = [scenario.network, ...steps.map(({ network }) => network)];
  return { networks, metered, view: { steps: steps.map(stepView), passed, checked: passed + failed } };
}

/** The story of a plan: it is applied. Costs a comparison of all pairs. */
export function planStory(before: Network, planned: Network): Story {
  const change = diff(before, planned);
  const step: StepView = {
    note: "Once the plan is applied",
    after: undefined,
    now: formatTime(planned.now),
    deeds: [],
    findings: [],
    policies: [],
    alarms: [],
  };
  return {
    networks: [before, planned],
    metered: undefined,
    change,
    view: { steps: [step], passed: 0, checked: 0, plan: changeView(change) },
  };
}

function stepView({ step, network, deeds, findings, policies, alarms }: StepReport): StepView {
  return {
    note: step.note,
    after: step.after > 0 ? formatDuration(step.after) : undefined,
    now: formatTime(network.now),
    deeds: deeds.map(({ action, ok, refusal, events }) => ({
      text: action.text,
      ok,
      wanted: step.refused,
      refusal: refusal && { code: refusal.code, message: refusal.message },
      events: events.map(({ message }) => message),
    })),
    findings: findings.map(({ expectation, answer: { verdict, shown }, ok }) => ({
      text: expectation.text,
      ok,
      from: expectation.from,
      to: expectation.to,
      service: expectation.service,
      verdict,
      found: foundText(verdict, shown.forward.cause, shown.return.cause),
    })),
    policies: policies.map(({ policy, ok, result }) => ({ name: policy.name, ok, result })),
    alarms: alarms.map(({ expectation, state, changes, ok }) => {
      const last = changes.at(-1);
      return {
        text: expectation.text,
        ok,
        found: last === undefined ? state : `${state} since ${formatTime(last.time)}`,
      };
    }),
  };
}

function foundText(verdict: Verdict, forward: string | null, back: string | null): string {
  const causes = [forward, back].filter((cause) => cause !== null);
  return causes.length === 0 ? verdict : `${verdict}: ${causes.join(" / ")}`;
}
