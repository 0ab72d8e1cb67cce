import { formatDuration, formatTime, type Network, playStep, type Scenario, type Verdict } from "@twoway/sim";

/** The steps of a scenario as they came out, as plain data: what `twoway run` prints. */
export interface StoryView {
  readonly steps: readonly StepView[];
  /** Expectations, policies and refusals that came out as the file says, and all of them. */
  readonly passed: number;
  readonly checked: number;
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

/** A story, and the network before its first step and after each. */
export interface Story {
  readonly view: StoryView;
  readonly networks: readonly Network[];
}

/** Plays every step. Costs what the answers to all expectations cost. */
export function storyOf({ network, steps, policies }: Scenario): Story {
  const networks: Network[] = [network];
  const views = steps.map((step): StepView => {
    const { network: after, report } = playStep(networks.at(-1)!, step, policies);
    networks.push(after);
    return {
      note: step.note,
      after: step.after > 0 ? formatDuration(step.after) : undefined,
      now: formatTime(after.now),
      deeds: report.deeds.map(({ action, ok, refusal, events }) => ({
        text: action.text,
        ok,
        wanted: step.refused,
        refusal: refusal && { code: refusal.code, message: refusal.message },
        events: events.map(({ message }) => message),
      })),
      findings: report.findings.map(({ expectation, answer: { verdict, shown }, ok }) => ({
        text: expectation.text,
        ok,
        from: expectation.from,
        to: expectation.to,
        service: expectation.service,
        verdict,
        found: foundText(verdict, shown.forward.cause, shown.return.cause),
      })),
      policies: report.policies.map(({ policy, ok, result }) => ({ name: policy.name, ok, result })),
    };
  });
  const checks = views.flatMap(({ deeds, findings, policies }) => [
    ...findings.map(({ ok }) => ok),
    ...policies.filter(({ result }) => result !== "undetermined").map(({ ok }) => ok),
    // an action that simply goes well is no expectation of its own
    ...deeds.filter(({ ok, wanted }) => !ok || wanted !== undefined).map(({ ok }) => ok),
  ]);
  const passed = checks.filter((ok) => ok).length;
  return { networks, view: { steps: views, passed, checked: checks.length } };
}

function foundText(verdict: Verdict, forward: string | null, back: string | null): string {
  const causes = [forward, back].filter((cause) => cause !== null);
  return causes.length === 0 ? verdict : `${verdict}: ${causes.join(" / ")}`;
}
