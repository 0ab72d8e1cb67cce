import { type AlarmExpectation, isAboutAlarm, parseAlarmExpectation } from "../ask/alarm.ts";
import { checkFamilies } from "../ask/answer.ts";
import { resolveEndpoint } from "../ask/endpoint.ts";
import { parseExpectation, type Scenario, type Step } from "../ask/scenario.ts";
import { askedAbout } from "../ask/service.ts";
import { type Action, parseAction } from "../model/action.ts";
import { parseDuration } from "../model/clock.ts";
import { advance, apply } from "../model/control.ts";
import { InputError, type Issue, nearest } from "../model/issue.ts";
import type { Network } from "../model/network.ts";
import type { ProfileName } from "../model/profile.ts";
import { readDocument } from "./document.ts";
import { Findings } from "./findings.ts";
import { readPolicies } from "./policies.ts";
import { list } from "./reading.ts";
import { readNetwork } from "./scenario-network.ts";
import { checkShape, type ScenarioInput, type StepInput } from "./scenario-schema.ts";
import { checkAlarmExpectation, readAlarms, readTraffic } from "./traffic.ts";

/** What a scenario file says, and what a lenient reading let pass. */
export interface ScenarioFile {
  readonly scenario: Scenario;
  readonly warnings: readonly Issue[];
}

export interface ReadOptions {
  /** Rules instead of those that the file names. */
  readonly profile?: ProfileName;
}

/**
 * Reads a scenario in YAML or JSON. Throws one InputError with everything that is wrong: what cannot be read at all
 * ends the reading, and whatever else is found is found together. O(text), about 4 MB/s.
 */
export function readScenario(text: string, file: string, options: ReadOptions = {}): ScenarioFile {
  const document = readDocument(text, file);
  const findings = new Findings(document);
  findings.shape(checkShape(document.value));
  // entries with a wrong shape are known by name and otherwise left out, so that one fault is not reported many times
  const input = findings.sound<ScenarioInput>(document.value);
  const { steps: inputs } = input;
  const written = readNetwork(input, findings, options.profile);
  const { network } = advance(written, written.now); // a request that is older than seven days has expired (S6)
  const doubtful = doubtfulEnds(input, findings.errors);
  const steps: Step[] = [];
  // ends are looked up in the network as it is by then: a step may make what a later one asks about
  let current = network;
  const networks = [network];
  const watched: {
    readonly expectation: AlarmExpectation;
    readonly path: PropertyKey[];
    readonly time: number;
  }[] = [];
  for (const [i, input] of (inputs ?? []).entries()) {
    if (input === undefined) continue;
    const { step, network, alarms } = readStep(input, i, current, findings, doubtful);
    steps.push(step);
    watched.push(...alarms.map((alarm) => ({ ...alarm, time: network.now })));
    current = network;
    networks.push(network);
  }
  const story = { networks, doubtful };
  const traffic = readTraffic(input, findings, story);
  const alarms = readAlarms(input, findings, story);
  for (const { expectation, path, time } of watched) {
    checkAlarmExpectation(expectation, alarms, findings, networks, path);
    if (traffic !== undefined && time > network.now + traffic.length * 1000)
      findings.error("bad-text", "the run is over before this step, so no alarm changes by then", path);
  }
  const policies = readPolicies(input.policies, findings, [network, current]);
  const names = new Set(policies.map(({ name }) => name));
  for (const [i, step] of steps.entries()) {
    for (const name of step.violates) {
      if (names.has(name)) continue;
      const message = `there is no policy ${JSON.stringify(name)}`;
      findings.error("missing-reference", message, ["steps", i, "violates"], nearest(name, names));
    }
  }
  if (findings.errors.length > 0) throw new InputError(findings.errors);
  const scenario: Scenario = {
    name: input.name ?? file,
    description: input.description ?? "",
    network,
    policies,
    ...(traffic === undefined ? {} : { traffic }),
    alarms,
    steps,
  };
  return { scenario, warnings: findings.warnings };
}

/** Returns the network after the step's time and actions; what is refused changes nothing. */
function networkAfter(network: Network, { after, actions }: Pick<Step, "after" | "actions">): Network {
  let next = after > 0 ? advance(network, network.now + after).network : network;
  for (const { action, source } of actions) {
    const outcome = apply(next, action, source);
    if (outcome.kind === "applied") next = outcome.network;
  }
  return next;
}

/** Returns a function that reports whether an end may be missing only because its VPC has a fault of its own. */
function doubtfulEnds(input: ScenarioInput, errors: readonly Issue[]): (end: string) => boolean {
  const faulty = new Set(errors.map(({ path }) => path.split(".").slice(0, 2).join(".")));
  const any = [...faulty].some((path) => path === "vpcs" || path.startsWith("vpcs."));
  return (end) => {
    const [vpc] = end.split(/[/:]/);
    return any && (!Object.hasOwn(input.vpcs ?? {}, vpc) || faulty.has(`vpcs.${vpc}`));
  };
}

function readStep(
  step: StepInput,
  index: number,
  network: Network,
  findings: Findings,
  doubtful: (end: string) => boolean,
): {
  readonly step: Step;
  readonly network: Network;
  readonly alarms: { readonly expectation: AlarmExpectation; readonly path: PropertyKey[] }[];
} {
  const path = ["steps", index];
  const as = step.as === undefined ? undefined : String(step.as);
  const lines = <T>(key: "do" | "expect", value: T | T[] | undefined): { line: T; path: PropertyKey[] }[] => {
    if (Array.isArray(value)) return value.map((line, i) => ({ line, path: [...path, key, i] }));
    return value === undefined ? [] : [{ line: value, path: [...path, key] }];
  };
  const actions = lines("do", step.do).flatMap(({ line, path }) => {
    const action = findings.parse(parseAction, line, path);
    if (action === undefined) return [];
    const acting: Action = action.as === undefined ? { ...action, as } : action;
    return [{ action: acting, text: line.trim(), source: findings.place(path) }];
  });
  const after =
    (step.after === undefined ? undefined : findings.parse(parseDuration, step.after, [...path, "after"])) ??
    0;
  const asked = networkAfter(network, { after, actions });
  const expected = lines("expect", step.expect).flatMap(({ line, path }) => {
    if (typeof line === "string" || Object.keys(line).length === 1)
      return [{ text: typeof line === "string" ? line : unquoted(line), path }];
    findings.error("bad-text", "each expectation is a line of its own, with `-` before it", path);
    return [];
  });
  const alarms = expected
    .filter(({ text }) => isAboutAlarm(text))
    .flatMap(({ text, path }) => {
      const parsed = findings.parse(parseAlarmExpectation, text, path);
      return parsed === undefined ? [] : [{ expectation: { ...parsed, source: findings.place(path) }, path }];
    });
  const expectations = expected.flatMap(({ text, path }) => {
    if (isAboutAlarm(text)) return [];
    const parsed = findings.parse(parseExpectation, text, path);
    if (parsed === undefined) return [];
    const source = findings.place(path);
    findings.attempt(() => askedAbout(asked, parsed.service), path);
    const ends = [...new Set([parsed.from, parsed.to])].filter((end) => !doubtful(end));
    const found = ends.map((end) => findings.attempt(() => resolveEndpoint(asked, end, source), path));
    const [from, to = from] = found;
    if (from && to && !found.includes(undefined))
      findings.attempt(() => checkFamilies(from, to, source), path);
    return [{ ...parsed, source }];
  });
  if (step.refused !== undefined && actions.length === 0) {
    findings.error("missing-key", "`refused` says how an action ends, and this step has no `do`", [
      ...path,
      "refused",
    ]);
  }
  const read: Step = {
    source: findings.place(path),
    note: step.note ?? "",
    after,
    actions,
    refused: step.refused,
    violates: list(step.violates),
    expectations,
    alarms: alarms.map(({ expectation }) => expectation),
  };
  return { step: read, network: asked, alarms };
}

/** Returns the text that YAML took for a map: `A -x- B: cause` without quotes. */
function unquoted(map: Readonly<Record<string, string | null>>): string {
  const [[key, value]] = Object.entries(map);
  return `${key}: ${value ?? ""}`;
}
