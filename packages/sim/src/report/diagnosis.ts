import type { PairChange } from "../ask/change.ts";
import type { Fault } from "../ask/fault.ts";
import type { Diagnosis, Fix } from "../ask/repair.ts";
import type { Obstacle } from "../ask/repair-plan.ts";
import { formatAction } from "../model/action.ts";
import { CAUSES } from "../model/cause.ts";
import type { Network } from "../model/network.ts";
import { PLAIN, renderAnswer, type Style, spotText, tone } from "./text.ts";

/** Why a pair is not two-way and what would change that, for people. */

/** How many routes of a peering and how many opened pairs are listed. */
const MAX_ROUTES = 12;
const MAX_PAIRS = 6;

/** The answer as `trace` gives it, all causes, the routes to look at first, and the fixes or what stands in their way. */
export function renderDiagnosis(network: Network, found: Diagnosis, style: Style = PLAIN): string {
  const { answer, faults, related, fixes, obstacles, advice } = found;
  const lines = [renderAnswer(network, answer, style)];
  if (answer.verdict === "two-way") return lines.join("\n");
  lines.push("", style.bold(faults.length === 1 ? "one cause" : `${faults.length} causes`));
  for (const fault of faults) lines.push(...renderFault(fault, style));
  for (const { peering, routes } of related) {
    const title = `routes over ${peering.id} (${peering.state}): ${routes.length === 0 ? "none" : routes.length}`;
    lines.push("", style.bold(title));
    for (const { table, subnets, route } of routes.slice(0, MAX_ROUTES)) {
      const users = subnets.length === 0 ? "no subnet" : subnets.map(({ id }) => id).join(", ");
      const off = route.enabled ? "" : " disabled";
      lines.push(`  ${table.id}  ${route.destination}${off}  for ${users}  ${style.dim(route.source)}`);
    }
    if (routes.length > MAX_ROUTES) lines.push(style.dim(`  … and ${routes.length - MAX_ROUTES} more`));
  }
  fixes.forEach((fix, i) => {
    const title = i === 0 ? `the smallest fix: ${count(fix.actions.length, "action")}` : "or, as small";
    lines.push("", `${style.bold(title)}, ${tone(fix.verdict, style)(fix.verdict)} when tried on a copy`);
    lines.push(...renderFix(fix, style));
  });
  if (fixes.length === 0) {
    lines.push("", style.bold("no fix"));
    for (const obstacle of obstacles) lines.push(...renderObstacle(obstacle, style));
  }
  if (advice !== undefined) {
    const { vpc, range, other, free } = advice;
    const where = free.length === 0 ? "no range of this size is free" : `free: ${free.join(", ")}`;
    lines.push(`  renumber ${vpc}, whose ${range} overlaps ${other.range} of ${other.vpc}; ${where}`);
  }
  return lines.join("\n");
}

function renderFault({ path, from, to, trace }: Fault, style: Style): string[] {
  const mark = trace.outcome === "unknown" ? style.doubt : style.bad;
  const [sender, target] = path === "forward" ? [from, to] : [to, from];
  const where = trace.component.source === "" ? "" : `  ${style.dim(trace.component.source)}`;
  return [
    `  ${path.padEnd(8)} ${mark(trace.cause)}: ${trace.message}${where}`,
    style.dim(`           ${spotText(sender)} to ${spotText(target)}`),
    ...trace.hints.map(({ message }) => `           > ${message}`),
    ...(trace.outcome === "unknown"
      ? [`           not known from this input: ${CAUSES[trace.cause].remedy}`]
      : []),
  ];
}

function renderFix({ actions, by, opens, breaks }: Fix, style: Style): string[] {
  const accounts = new Set(by);
  const lines = actions.map((action, i) => {
    const who = accounts.size > 1 ? style.dim(`  by ${by[i]}`) : "";
    return `  ${formatAction(action)}${who}`;
  });
  lines.push(...renderPairs("also opens", opens, style), ...renderPairs(style.bad("breaks"), breaks, style));
  if (opens.length + breaks.length === 0) lines.push(style.dim("  opens and breaks nothing else"));
  return lines;
}

function renderPairs(label: string, changes: readonly PairChange[], style: Style): string[] {
  if (changes.length === 0) return [];
  const names = changes.slice(0, MAX_PAIRS).map(({ from, to, before, after }) => {
    const verdicts = [before, after].map(({ verdict, partial }) => `${verdict}${partial ? " in part" : ""}`);
    return `    ${from.vpc}/${from.subnet} - ${to.vpc}/${to.subnet}  ${style.dim(verdicts.join(" to "))}`;
  });
  const rest = changes.length > MAX_PAIRS ? [style.dim(`    … and ${changes.length - MAX_PAIRS} more`)] : [];
  return [`  ${label} ${count(changes.length, "pair")}:`, ...names, ...rest];
}

function renderObstacle({ kind, message, refused }: Obstacle, style: Style): string[] {
  if (refused === undefined) {
    return [`  ${kind === "undecided" ? style.doubt("unknown") : style.bad("cannot")}  ${message}`];
  }
  const { code, advice } = refused.refusal;
  return [
    `  ${style.bad("refused")}  ${refused.action}`,
    `           ${message} ${style.dim(`(${code})`)}`,
    `           ${advice}`,
  ];
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
