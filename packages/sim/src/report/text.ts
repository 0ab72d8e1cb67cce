import { type Address, formatAddress } from "@twoway/core";
import type { AlarmFinding } from "../ask/alarm.ts";
import type { Answer } from "../ask/answer.ts";
import type { RouteChoice } from "../ask/route.ts";
import { CAUSES } from "../model/cause.ts";
import { formatTime } from "../model/clock.ts";
import type { Network, Subnet } from "../model/network.ts";
import type { RoundTrip, Verdict } from "../plane/round-trip.ts";
import type { Sample } from "../plane/service.ts";
import type { Hop, Spot, Trace } from "../plane/trace.ts";
import type { Deed, Finding, PolicyCheck, ScenarioReport } from "../run.ts";
import { coverageOf } from "./coverage.ts";

/** What people read in a terminal. Every function returns lines without a final line break. */

/** How to set words off; a terminal without colours gets every word as it is. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubt: (text: string) => string;
}

const same = (text: string): string => text;
export const PLAIN: Style = { bold: same, dim: same, good: same, bad: same, doubt: same };

/** What each verdict means to somebody who waits for an answer. */
const MEANING: Readonly<Record<Verdict, string>> = {
  "two-way": "the packet arrives and the reply comes back",
  "forward-only": "the packet arrives, but the reply is lost on its way back",
  "return-only": "a reply would come back, but the packet never arrives",
  unreachable: "neither the packet nor a reply arrives",
  unknown: "the input does not say enough to decide",
};

/** Both paths, hop by hop, with what decided at each, and the verdict. */
export function renderAnswer(network: Network, answer: Answer, style: Style = PLAIN): string {
  const { shown, verdict, partial } = answer;
  const what = shown.packet === undefined ? "" : `  ${packetText(shown.packet)}`;
  const head = `${spotText(shown.from)}  ${ARROW[verdict]}  ${spotText(shown.to)}${what}`;
  const others = shown.packet === undefined ? "addresses of these ends" : "addresses or services";
  const rest = partial ? `; other ${others} fare better, and this pair is the counterexample` : "";
  return [
    style.bold(head),
    "",
    ...renderTrace("forward", shown.forward, style),
    "",
    ...renderTrace("return", shown.return, style),
    "",
    `${tone(verdict, style)(verdict)}: ${meaningOf(shown)}${rest}`,
    style.dim(footer(network)),
  ].join("\n");
}

function meaningOf({ verdict, forward, return: back }: RoundTrip): string {
  if (verdict !== "unreachable" || (forward.outcome !== "unknown" && back.outcome !== "unknown"))
    return MEANING[verdict];
  return back.outcome === "unknown"
    ? "the packet is lost, so whatever the reply would do, this is not two-way"
    : "the reply is lost, so whatever the packet does, this is not two-way";
}

const ARROW: Readonly<Record<Verdict, string>> = {
  "two-way": "<->",
  "forward-only": "->",
  "return-only": "<-",
  unreachable: "-x-",
  unknown: "??",
};

export function tone(verdict: Verdict, style: Style): (text: string) => string {
  if (verdict === "two-way") return style.good;
  return verdict === "unknown" ? style.doubt : style.bad;
}

export function spotText({ vpc, subnet, address }: Spot): string {
  const where = [vpc, subnet].filter((part) => part !== undefined).join("/");
  return where === "" ? formatAddress(address) : `${where} ${formatAddress(address)}`;
}

function packetText({ protocol, port, sourcePort }: Sample): string {
  const name = /^\d/.test(protocol) ? `protocol ${protocol}` : protocol;
  const service = port === undefined ? name : `${name}/${port}`;
  return sourcePort === undefined ? service : `${service} from port ${sourcePort}`;
}

function renderTrace(label: string, trace: Trace, style: Style): string[] {
  const mark = { delivered: style.good, dropped: style.bad, unknown: style.doubt }[trace.outcome];
  const cause = trace.cause === null ? "" : `: ${trace.cause}`;
  const width = Math.max(...trace.hops.map(({ node }) => node.length));
  const lines = [`  ${style.bold(label.padEnd(8))} ${mark(`${trace.outcome}${cause}`)}`];
  trace.hops.forEach((hop, i) => {
    const last = trace.cause === null && i === trace.hops.length - 1 ? "delivered" : "";
    const text = `    ${String(i + 1).padStart(2)}  ${hop.node.padEnd(width)}  ${hopText(hop, style) || last}`;
    lines.push(text.trimEnd());
  });
  if (trace.cause !== null) {
    const where = trace.component.source === "" ? "" : style.dim(`  ${trace.component.source}`);
    lines.push(`      ${mark("x")} ${trace.message}${where}`);
    lines.push(style.dim(`        ${CAUSES[trace.cause].title}`));
    for (const hint of trace.hints) lines.push(`      > ${hint.message}`);
  }
  for (const { route, outcome, cause: why } of trace.alternatives ?? []) {
    lines.push(
      `      or ${route.destination} -> ${route.target}: ${outcome}${why === null ? "" : ` (${why})`}`,
    );
  }
  return lines;
}

function hopText(hop: Hop, style: Style): string {
  if (hop.table === undefined) return hop.kind === "subnet" ? "" : hop.kind;
  if (hop.route === null || hop.route === undefined) return `no match in ${hop.table}`;
  const { destination, target, source } = hop.route;
  return `${destination} -> ${target}${style.dim(`  ${hop.table}  ${source}`)}`;
}

function footer(network: Network): string {
  const { modelled, of, unknown } = coverageOf(network);
  const missing =
    unknown.length === 0
      ? ""
      : `; unknown: ${unknown.slice(0, 8).join(", ")}${unknown.length > 8 ? ", …" : ""}`;
  return `modelled ${modelled} of ${of}${missing} · profile ${network.profile} · ${formatTime(network.now)}`;
}

/** One line for each expectation and each refusal that was asked for; the whole answer for those that fail. */
export function renderScenario(file: string, report: ScenarioReport, style: Style = PLAIN): string {
  const lines = [`${style.bold(report.name)}  ${style.dim(file)}`];
  for (const { step, meanwhile, deeds, findings, policies, alarms } of report.steps) {
    if (step.note !== "") lines.push(style.dim(`  # ${step.note}`));
    for (const { message } of meanwhile) lines.push(style.dim(`  time  ${message}`));
    for (const deed of deeds) lines.push(...renderDeed(deed, step.refused, style));
    for (const finding of findings) lines.push(...renderFinding(finding, style));
    for (const finding of alarms) lines.push(...renderAlarm(finding, style));
    for (const check of policies) lines.push(...renderPolicy(check, style));
  }
  return lines.join("\n");
}

function renderDeed(
  { action, events, refusal, ok }: Deed,
  wanted: string | undefined,
  style: Style,
): string[] {
  if (ok && wanted !== undefined)
    return [`  ${style.good("ok")}    ${action.text}  ${style.dim(`refused: ${wanted}`)}`];
  if (ok)
    return [
      style.dim(`  do    ${action.text}`),
      ...events.slice(1).map(({ message }) => style.dim(`          ${message}`)),
    ];
  const what =
    refusal === undefined ? `was applied, and should be refused with ${wanted}` : `refused: ${refusal.code}`;
  const lines = [`  ${style.bad("FAIL")}  ${action.text}  ${what}  ${style.dim(action.source)}`];
  if (refusal !== undefined) lines.push(`          ${refusal.message}. ${refusal.advice}`);
  return lines;
}

function renderFinding({ expectation, network, answer, ok }: Finding, style: Style): string[] {
  if (ok) return [`  ${style.good("ok")}    ${expectation.text}`];
  const found = `found ${answer.verdict}${causesText(answer)}`;
  return [
    `  ${style.bad("FAIL")}  ${expectation.text}  ${found}  ${style.dim(expectation.source)}`,
    ...renderAnswer(network, answer, style)
      .split("\n")
      .map((line) => `        ${line}`.trimEnd()),
  ];
}

function renderAlarm({ expectation, state, changes, ok }: AlarmFinding, style: Style): string[] {
  if (ok) return [`  ${style.good("ok")}    ${expectation.text}`];
  const found = `found ${state}`;
  return [
    `  ${style.bad("FAIL")}  ${expectation.text}  ${found}  ${style.dim(expectation.source)}`,
    ...alarmHistory(changes).map((line) => `          ${line}`),
  ];
}

/** The changes of an alarm up to a step, a line for each. */
export function alarmHistory(changes: AlarmFinding["changes"]): string[] {
  if (changes.length === 0) return ["it has not changed: OK"];
  return changes.map(({ time, to }) => `${formatTime(time)} ${to}`);
}

function renderPolicy({ policy, result, ok, violations, undecided }: PolicyCheck, style: Style): string[] {
  const verdict =
    result === "undetermined" ? style.doubt("?   ") : ok ? style.good("ok  ") : style.bad("FAIL");
  const lines = [`  ${verdict}  ${policy.name}  ${style.dim(result === "holds" ? "" : result)}`.trimEnd()];
  if (ok) return lines;
  lines[0] += `  ${style.dim(policy.source)}`;
  for (const { flow, route, message } of [...violations, ...undecided]) {
    const by =
      route === undefined ? "" : `, by ${route.destination} -> ${route.target}  ${style.dim(route.source)}`;
    lines.push(`          ${message}: ${spotText(flow.from)} to ${spotText(flow.to)}${by}`);
  }
  return lines;
}

function causesText({ shown }: Answer): string {
  const causes = [shown.forward.cause, shown.return.cause].map((cause) => cause ?? "delivered");
  return ` (${causes.join(" / ")})`;
}

/** The route that wins for an address, and those that lose, each with the reason. */
export function renderChoice(subnet: Subnet, address: Address, choice: RouteChoice): string {
  const { table, kind, winners, losers } = choice;
  const text = formatAddress(address);
  const none = {
    none: `no route of ${table.id} covers ${text}`,
    unknown: `the routes of ${table.id} are not part of the input`,
  };
  const lines = [`${text} from ${subnet.vpc}/${subnet.id} by ${table.id}`];
  if (kind === "none" || kind === "unknown") lines.push(`  ${none[kind]}`);
  const rows = [
    ...winners.map(({ destination, target, source, note }) => ["wins ", destination, target, note, source]),
    ...losers.map(({ route, reason }) => [
      "loses",
      `${route.destination}`,
      route.target,
      reason,
      route.source,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column].length), 0));
  for (const row of rows)
    lines.push(`  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
  return lines.join("\n");
}
