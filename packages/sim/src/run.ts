import { type AlarmFinding, type AlarmHistory, findAlarm, watch } from "./ask/alarm.ts";
import { type Answer, answer } from "./ask/answer.ts";
import { resolveEndpoint } from "./ask/endpoint.ts";
import { type Metering, type MeterOptions, type Moment, meter } from "./ask/meter.ts";
import { evaluatePolicies, type Policy, type PolicyFinding } from "./ask/policy.ts";
import type { Expectation, Scenario, Step, StepAction } from "./ask/scenario.ts";
import { advance, apply } from "./model/control.ts";
import type { Network } from "./model/network.ts";
import type { Event } from "./model/outcome.ts";
import type { Refusal } from "./model/refusal.ts";

/** Plays a scenario: every step in order, every expectation looked at, whatever failed before. */

export interface ScenarioReport {
  readonly name: string;
  readonly steps: readonly StepReport[];
  /** Expectations that hold, and actions that were to be refused and were. */
  readonly passed: number;
  /** Expectations that do not hold, and actions that did not end as the step says. */
  readonly failed: number;
  /** Policies that the input does not say enough about. */
  readonly undetermined: number;
  /** The network after the last step. */
  readonly network: Network;
  /** What became of the traffic, where there is any. */
  readonly metered: Metered | undefined;
}

/** Traffic over the networks of a story, and what alarms made of it. */
export interface Metered {
  readonly metering: Metering;
  readonly alarms: readonly AlarmHistory[];
}

export interface StepReport {
  readonly step: Step;
  /** The network after it. */
  readonly network: Network;
  /** What happened while the step's time passed. */
  readonly meanwhile: readonly Event[];
  readonly deeds: readonly Deed[];
  readonly findings: readonly Finding[];
  readonly policies: readonly PolicyCheck[];
  readonly alarms: readonly AlarmFinding[];
}

/** A policy after a step. */
export interface PolicyCheck extends PolicyFinding {
  /** It is violated where the step says so, and holds elsewhere. */
  readonly ok: boolean;
}

/** An action and how it ended. */
export interface Deed {
  readonly action: StepAction;
  readonly events: readonly Event[];
  readonly refusal: Refusal | undefined;
  /** It ended as the step says: applied, or refused with the code that is asked for. */
  readonly ok: boolean;
}

/** An expectation and what is the case. */
export interface Finding {
  readonly expectation: Expectation;
  /** The network that was asked. */
  readonly network: Network;
  readonly answer: Answer;
  readonly ok: boolean;
}

export function runScenario(scenario: Scenario, options: MeterOptions = {}): ScenarioReport {
  let { network } = scenario;
  const played: StepReport[] = [];
  const moments: Moment[] = [{ time: network.now, network }];
  // policies without a story are looked at once
  const still: readonly Step[] = scenario.policies.length > 0 ? [restingStep(scenario)] : [];
  for (const step of scenario.steps.length > 0 ? scenario.steps : still) {
    const report = playStep(network, step, scenario.policies);
    network = report.network;
    moments.push({ time: network.now, network });
    played.push(report);
  }
  // what a cap drops depends on everything that went on before, so the whole story is metered at once
  const metered = meterMoments(scenario, moments, options);
  const steps = played.map((report, i): StepReport => {
    const { time } = moments[i + 1];
    const alarms = report.step.alarms.map((expected) => findAlarm(metered?.alarms ?? [], expected, time));
    return { ...report, alarms };
  });
  const ends = steps.flatMap(({ step, deeds, findings, policies, alarms }) => [
    ...findings.map(({ ok }) => ok),
    ...alarms.map(({ ok }) => ok),
    ...policies.filter(({ result }) => result !== "undetermined").map(({ ok }) => ok),
    // an action that simply goes well is no expectation of its own
    ...deeds.filter(({ ok }) => !ok || step.refused !== undefined).map(({ ok }) => ok),
  ]);
  const passed = ends.filter((ok) => ok).length;
  const undetermined = steps.flatMap(({ policies }) =>
    policies.filter(({ result }) => result === "undetermined"),
  ).length;
  return { name: scenario.name, steps, passed, failed: ends.length - passed, undetermined, network, metered };
}

function meterMoments(
  { traffic, alarms }: Scenario,
  moments: readonly Moment[],
  options: MeterOptions,
): Metered | undefined {
  if (traffic === undefined) return undefined;
  const metering = meter(moments, traffic, options);
  return { metering, alarms: watch(metering.series, alarms) };
}

/** Plays one step on the network as it stands before it. */
export function playStep(before: Network, step: Step, policies: readonly Policy[] = []): StepReport {
  const later = step.after > 0 ? advance(before, before.now + step.after) : { network: before, events: [] };
  let { network } = later;
  const deeds = step.actions.map((action): Deed => {
    const outcome = apply(network, action.action, action.source);
    if (outcome.kind === "refused") {
      const { refusal } = outcome;
      return { action, events: [], refusal, ok: step.refused === refusal.code };
    }
    network = outcome.network;
    return { action, events: outcome.events, refusal: undefined, ok: step.refused === undefined };
  });
  const findings = step.expectations.map((expectation) => find(network, expectation));
  const checks = evaluatePolicies(network, policies).map((found): PolicyCheck => {
    const wanted = step.violates.includes(found.policy.name) ? "violated" : "holds";
    return { ...found, ok: found.result === wanted };
  });
  return { step, network, meanwhile: later.events, deeds, findings, policies: checks, alarms: [] };
}

function restingStep({ policies: [{ source }] }: Scenario): Step {
  return {
    source,
    note: "",
    after: 0,
    actions: [],
    refused: undefined,
    violates: [],
    expectations: [],
    alarms: [],
  };
}

/** Compares what is expected with what is the case. */
function find(network: Network, expectation: Expectation): Finding {
  const { source } = expectation;
  const from = resolveEndpoint(network, expectation.from, source);
  const to = resolveEndpoint(network, expectation.to, source);
  const found = answer(network, from, to, expectation.service);
  const { forward, return: back } = found.shown;
  const ok =
    found.verdict === expectation.verdict &&
    (expectation.forward === undefined || expectation.forward === forward.cause) &&
    (expectation.return === undefined || expectation.return === back.cause);
  return { expectation, network, answer: found, ok };
}
