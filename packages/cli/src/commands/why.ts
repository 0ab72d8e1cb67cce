import { diagnose, diagnosisJson, renderDiagnosis, resolveEndpoint } from "@twoway/sim";
import { loadNetwork } from "../input.ts";
import { print, styleFor, warn } from "../terminal.ts";
import { STATUS, serviceOf, type TraceOptions } from "./trace.ts";

/** Says why the packet or its reply is lost, and the smallest set of actions that makes the pair two-way. */
export function why(file: string, src: string, dst: string, options: TraceOptions): number {
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  const from = resolveEndpoint(network, src, "<src>");
  const to = resolveEndpoint(network, dst, "<dst>");
  const found = diagnose(network, from, to, serviceOf(options));
  if (options.format === "json") print(JSON.stringify(diagnosisJson(network, found), null, 2));
  else print(renderDiagnosis(network, found, styleFor(process.stdout, options)));
  return STATUS[found.answer.verdict];
}
