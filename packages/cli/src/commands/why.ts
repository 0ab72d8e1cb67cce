import { diagnose, diagnosisJson, renderDiagnosis, resolveEndpoint } from "@twoway/sim";
import { loadNetwork } from "../input.ts";
import { print, renderWarning, styleFor, tell } from "../terminal.ts";
import { STATUS, serviceOf, type TraceOptions } from "./trace.ts";

/** Says why the packet or its reply is lost, and the smallest set of actions that makes the pair two-way. */
export function why(file: string, src: string, dst: string, options: TraceOptions): number {
  const { network, warnings } = loadNetwork(file, options);
  if (!options.quiet)
    for (const issue of warnings) tell(renderWarning(issue, styleFor(process.stderr, options)));
  const from = resolveEndpoint(network, src, "<src>");
  const to = resolveEndpoint(network, dst, "<dst>");
  const found = diagnose(network, from, to, serviceOf(options));
  if (options.format === "json") print(JSON.stringify(diagnosisJson(network, found), null, 2));
  else print(renderDiagnosis(network, found, styleFor(process.stdout, options)));
  return STATUS[found.answer.verdict];
}
