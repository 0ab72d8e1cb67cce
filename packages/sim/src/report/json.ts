import { type Address, formatAddress } from "@twoway/core";
import type { Answer } from "../ask/answer.ts";
import type { Violation } from "../ask/policy.ts";
import type { Diagnosis } from "../ask/repair.ts";
import type { RouteChoice } from "../ask/route.ts";
import type { Service } from "../ask/service.ts";
import { formatAction } from "../model/action.ts";
import { formatTime } from "../model/clock.ts";
import type { Network, Subnet } from "../model/network.ts";
import { nameOf, type Spot, type Trace } from "../plane/trace.ts";
import type { ScenarioReport } from "../run.ts";
import { coverageOf } from "./coverage.ts";

/** The JSON that other programs read. Its shape is stable: keys may be added, never renamed or removed. */

export function answerJson(network: Network, { service, verdict, partial, shown }: Answer): object {
  return {
    flow: { from: spotJson(shown.from), to: spotJson(shown.to), ...serviceJson(service) },
    ...(shown.packet === undefined ? {} : { packet: shown.packet }),
    version: 1,
    profile: network.profile,
    at: formatTime(network.now),
    verdict,
    partial,
    forward: traceJson(shown.forward),
    return: traceJson(shown.return),
    coverage: coverageOf(network),
  };
}

function serviceJson({ protocol, port, sourcePort }: Service): object {
  return {
    protocol,
    ...(port === undefined ? {} : { port }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
  };
}

function spotJson({ vpc, subnet, address }: Spot): object {
  return { vpc: vpc ?? null, subnet: subnet ?? null, address: formatAddress(address) };
}

function traceJson(trace: Trace): object {
  const { outcome, cause, hops, alternatives } = trace;
  const reason = trace.cause === null ? {} : { component: trace.component, message: trace.message };
  return {
    outcome,
    cause,
    ...reason,
    hints: trace.cause === null ? [] : trace.hints,
    hops,
    ...(alternatives === undefined ? {} : { alternatives }),
  };
}

/** What `why --format json` prints: the answer as `trace` gives it, and what is behind it. */
export function diagnosisJson(network: Network, found: Diagnosis): object {
  const { answer, faults, related, fixes, obstacles, advice } = found;
  return {
    ...answerJson(network, answer),
    causes: faults.map(({ path, from, to, trace }) => {
      const { outcome, cause, component, message, hints } = trace;
      return { path, from: spotJson(from), to: spotJson(to), outcome, cause, component, message, hints };
    }),
    related: related.map(({ peering, routes }) => ({
      peering: peering.id,
      state: peering.state,
      routes: routes.map(({ table, subnets, route }) => ({
        table: table.id,
        subnets: subnets.map(({ id }) => id),
        ...nameOf(route),
        enabled: route.enabled,
      })),
    })),
    fixes: fixes.map(({ actions, by, verdict, opens, breaks }) => ({
      actions: actions.map(formatAction),
      by,
      verdict,
      opens,
      breaks,
    })),
    obstacles: obstacles.map(({ kind, message, refused }) => {
      if (refused === undefined) return { kind, message };
      const { rule, code, advice } = refused.refusal;
      return { kind, message, action: refused.action, rule, code, advice };
    }),
    advice: advice ?? null,
  };
}

/** What `route --format json` prints. */
export function choiceJson(network: Network, subnet: Subnet, address: Address, choice: RouteChoice): object {
  const { table, kind, winners, losers } = choice;
  return {
    version: 1,
    profile: network.profile,
    at: formatTime(network.now),
    subnet: { vpc: subnet.vpc, subnet: subnet.id },
    address: formatAddress(address),
    table: table.id,
    kind,
    winners,
    losers: losers.map(({ route, reason }) => ({ ...nameOf(route), reason })),
  };
}

function violationJson({ flow, route, message }: Violation): object {
  const { from, to, verdict } = flow;
  return {
    message,
    flow: { from: spotJson(from), to: spotJson(to), protocol: "any" },
    verdict,
    forward: traceJson(flow.forward),
    return: traceJson(flow.return),
    route: route ?? null,
  };
}

/** One file's part of `check --format json`. */
export function scenarioJson(file: string, report: ScenarioReport): object {
  return {
    file,
    name: report.name,
    passed: report.passed,
    failed: report.failed,
    undetermined: report.undetermined,
    steps: report.steps.map(({ step, meanwhile, deeds, findings, policies, alarms }) => ({
      source: step.source,
      meanwhile: meanwhile.map(({ kind, subject, message }) => ({ kind, subject, message })),
      actions: deeds.map(({ action, events, refusal, ok }) => ({
        action: action.text,
        source: action.source,
        ok,
        events: events.map(({ kind, subject, message }) => ({ kind, subject, message })),
        refused:
          refusal === undefined ? null : { code: refusal.code, rule: refusal.rule, message: refusal.message },
      })),
      expectations: findings.map(({ expectation, network, answer, ok }) => ({
        expect: expectation.text,
        source: expectation.source,
        ok,
        ...(answerJson(network, answer) as Record<string, unknown>),
      })),
      policies: policies.map(({ policy, result, ok, violations, undecided }) => ({
        policy: policy.name,
        source: policy.source,
        ok,
        result,
        violations: violations.map(violationJson),
        undecided: undecided.map(violationJson),
      })),
      alarms: alarms.map(({ expectation, state, changes, ok }) => ({
        expect: expectation.text,
        source: expectation.source,
        ok,
        state,
        changes: changes.map(({ time, to }) => ({ at: formatTime(time), to })),
      })),
    })),
  };
}
