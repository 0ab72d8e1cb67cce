import { renderSweep, sweep, sweepJson } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetwork, type NetworkOptions } from "../input.ts";
import { print, progress, styleFor, warn } from "../terminal.ts";

interface SweepOptions extends NetworkOptions {
  readonly format: "text" | "json";
  /** How many of the worst; ten of them in text and all in JSON, unless given. */
  readonly top?: number;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Takes every peering and every route away once, and ranks what each of them breaks. */
export function sweepCommand(file: string, options: SweepOptions): number {
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  let losses = network.peerings.size;
  for (const { tables } of network.vpcs.values())
    for (const { routes } of tables.values()) losses += routes?.size ?? 0;
  const bar = progress("losses", losses);
  const found = sweep(network, { onTried: bar.update });
  bar.stop();
  if (options.format === "json")
    print(JSON.stringify(sweepJson(network, found, options.top ?? Number.POSITIVE_INFINITY), null, 2));
  else print(renderSweep(found, options.top ?? 10, styleFor(process.stdout, options)));
  return EXIT.yes;
}
