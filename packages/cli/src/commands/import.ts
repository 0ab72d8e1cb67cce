import { basename } from "node:path";
import { coverageOf, type InputFormat, type ProfileName, scenarioJsonText, scenarioText } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetworks, wrong } from "../input.ts";
import { print, renderWarning, styleFor, tell } from "../terminal.ts";

interface ImportCommandOptions {
  readonly to: "yaml" | "json";
  readonly as?: InputFormat;
  readonly profile?: ProfileName;
  /** Of a plan: what is there before it is applied. */
  readonly before?: boolean;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Writes any input as a scenario that reads as the same network, with the same traffic and alarms. */
export function importCommand(path: string, options: ImportCommandOptions): number {
  const loaded = loadNetworks(path, options);
  const style = styleFor(process.stderr, options);
  if (!options.quiet) for (const issue of loaded.warnings) tell(renderWarning(issue, style));
  if (options.before === true && loaded.before === undefined)
    throw wrong("bad-text", "--before", `${path} is no Terraform plan, so it tells of one network only`);
  const network = options.before === true ? loaded.before! : loaded.network;
  const name = path === "-" ? "standard input" : basename(path);
  print((options.to === "json" ? scenarioJsonText : scenarioText)(network, name, loaded).trimEnd());
  const { modelled, of, unknown } = coverageOf(network);
  if (!options.quiet && unknown.length > 0)
    tell(`modelled ${modelled} of ${of}; unknown: ${unknown.join(", ")}`);
  return EXIT.yes;
}
