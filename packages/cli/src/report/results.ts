import {
  alarmHistory,
  type Issue,
  PLAIN,
  type RoundTrip,
  renderAnswer,
  type ScenarioReport,
} from "@twoway/sim";

/** What `check` found, one line each, as the formats of other tools want it. */

export interface Result {
  readonly kind: ResultKind;
  readonly outcome: "passed" | "failed" | "undetermined" | "error";
  /** The file that was checked. */
  readonly file: string;
  /** What was checked, as it is written there. */
  readonly name: string;
  /** `file:line:column` of what was checked. */
  readonly source: string;
  /** One sentence for what did not pass. */
  readonly message: string;
  /** Everything there is to say about it, over several lines; may be empty. */
  readonly detail: string;
  /** Places that decided it, each with what it is. */
  readonly related: readonly { readonly source: string; readonly message: string }[];
}

/** Kinds of results, with what each means. */
export const RESULT_KINDS = {
  expectation: "A pair of ends does not fare as the scenario expects",
  action: "An action is refused or applied against what the scenario says",
  alarm: "An alarm is not in the state that the scenario expects",
  policy: "A policy over sets of addresses is violated",
  input: "A file cannot be read as a network or as policies",
} as const;

type ResultKind = keyof typeof RESULT_KINDS;

export interface CheckedScenario {
  readonly file: string;
  readonly report: ScenarioReport;
}

/** Returns the results of every file in order, and behind them what could not be read. */
export function resultsOf(checked: readonly CheckedScenario[], issues: readonly Issue[]): Result[] {
  const results = checked.flatMap(({ file, report }) =>
    report.steps.flatMap((step) => stepResults(file, step)),
  );
  const unread = issues.map(({ message, source, suggestion }): Result => {
    const [, file] = /^(.*?)(?::\d+:\d+)?$/s.exec(source) ?? [];
    const hint = suggestion === undefined ? "" : `suggestion: ${suggestion}`;
    return {
      kind: "input",
      outcome: "error",
      file: file ?? source,
      name: message,
      source,
      message,
      detail: hint,
      related: [],
    };
  });
  return [...results, ...unread];
}

function stepResults(file: string, step: ScenarioReport["steps"][number]): Result[] {
  const findings = step.findings.map(({ expectation, network, answer, ok }): Result => {
    const { forward, return: back } = answer.shown;
    const causes = [forward, back].map(({ cause }) => cause ?? "delivered").join(" / ");
    const related = decidersOf(answer.shown);
    return {
      kind: "expectation",
      outcome: ok ? "passed" : "failed",
      file,
      name: expectation.text,
      source: expectation.source,
      message: ok ? "" : `${expectation.text}: found ${answer.verdict} (${causes})`,
      detail: ok ? "" : renderAnswer(network, answer, PLAIN),
      related: ok ? [] : related,
    };
  });
  const deeds = step.deeds
    .filter(({ ok }) => !ok || step.step.refused !== undefined)
    .map(({ action, refusal, ok }): Result => {
      const end = refusal === undefined ? "was applied" : `was refused with ${refusal.code}`;
      const wanted =
        step.step.refused === undefined ? "" : `, and should be refused with ${step.step.refused}`;
      return {
        kind: "action",
        outcome: ok ? "passed" : "failed",
        file,
        name: action.text,
        source: action.source,
        message: ok ? "" : `${action.text} ${end}${wanted}`,
        detail: ok || refusal === undefined ? "" : `${refusal.message}. ${refusal.advice}`,
        related: [],
      };
    });
  const policies = step.policies.map(({ policy, result, ok, violations, undecided }): Result => {
    const shown = [...violations, ...undecided];
    const outcome = result === "undetermined" ? "undetermined" : ok ? "passed" : "failed";
    const first = shown[0] === undefined ? "although the step says that it is violated" : shown[0].message;
    return {
      kind: "policy",
      outcome,
      file,
      name: policy.name,
      source: policy.source,
      message: outcome === "passed" ? "" : `${policy.name}: ${result}, ${first}`,
      detail: ok ? "" : shown.map(({ message }) => message).join("\n"),
      related: ok
        ? []
        : shown.flatMap(({ route, flow, message }) =>
            route === undefined
              ? decidersOf(flow)
              : [{ source: route.source, message: `${message} by ${route.destination} -> ${route.target}` }],
          ),
    };
  });
  const alarms = step.alarms.map(
    ({ expectation: { text, source }, state, changes, ok }): Result => ({
      kind: "alarm",
      outcome: ok ? "passed" : "failed",
      file,
      name: text,
      source,
      message: ok ? "" : `${text}: found ${state}`,
      detail: ok ? "" : alarmHistory(changes).join("\n"),
      related: [],
    }),
  );
  return [...deeds, ...findings, ...policies, ...alarms];
}

/** Returns what ended either path: a table, a peering, the rule of a filter. */
function decidersOf({ forward, return: back }: RoundTrip): Result["related"] {
  return [forward, back].flatMap((trace) =>
    trace.cause === null || trace.component.source === ""
      ? []
      : [{ source: trace.component.source, message: `${trace.cause}: ${trace.message}` }],
  );
}

/** Splits `file:line:column`; the place alone where it is no such thing. */
export function placeOf(source: string): {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
} {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/s.exec(source) ?? [];
  return file === undefined ? { file: source } : { file, line: Number(line), column: Number(column) };
}
