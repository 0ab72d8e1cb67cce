import { type Address, formatAddress } from "@twoway/core";
import type { Answer } from "../ask/answer.ts";
import type { RouteChoice } from "../ask/route.ts";
import type { Service } from "../ask/service.ts";
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

/** One file's part of `check --format json`. */
export function scenarioJson(file: string, report: ScenarioReport): object {
  return {
    file,
    name: report.name,
    passed: report.passed,
    failed: report.failed,
    steps: report.steps.map(({ step, meanwhile, deeds, findings }) => ({
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
    })),
  };
}
