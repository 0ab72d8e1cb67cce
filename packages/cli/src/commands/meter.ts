import { writeFileSync } from "node:fs";
import {
  excessOf,
  InputError,
  type Metered,
  meterJson,
  type Period,
  type PriceList,
  readPriceList,
  renderMeter,
  runScenario,
  seriesCsv,
  stepsOf,
  type Traffic,
} from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetworks, type NetworkOptions, readText, unreadable, whatIf, wrong } from "../input.ts";
import { print, progress, styleFor, warn } from "../terminal.ts";

interface MeterCommandOptions extends Pick<NetworkOptions, "profile" | "do"> {
  readonly format: "text" | "json";
  readonly period?: Period;
  readonly seed?: number;
  /** Write the series there. */
  readonly csv?: string;
  /** The user's price list. */
  readonly prices?: string;
  readonly ascii?: boolean;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Runs a scenario's traffic over its network and its steps. 0 when every packet is delivered, 1 when some are lost, 3 when some are unknown. */
export function meterCommand(file: string, options: MeterCommandOptions): number {
  const loaded = loadNetworks(file, options);
  warn(loaded.warnings, options);
  if (loaded.traffic === undefined) {
    const example = "traffic: { replication: web -> db at 40 Mbps }";
    throw wrong("missing-key", file, "this network has no `traffic` to meter", example);
  }
  const prices =
    options.prices === undefined ? undefined : readPriceList(readText(options.prices), options.prices);
  const traffic = retimed(loaded.traffic, options);
  for (const { name, period, source } of loaded.alarms) {
    if (period >= traffic.period) continue;
    const message = `the alarm ${name} looks at periods of ${period}s, and the run is metered by ${traffic.period}s`;
    throw new InputError([
      { code: "bad-text", message, source, path: "", suggestion: `--period ${period}s` },
    ]);
  }
  const network = whatIf(loaded.network, options);
  if (network.now !== loaded.network.now)
    throw wrong("bad-text", "--do", "the clock of a run is the scenario's, and no action before it moves it");
  const excess = excessOf(traffic, {
    peerings: network.peerings.size,
    networks: loaded.steps.length + 1,
    alarms: loaded.alarms.length,
  });
  if (excess !== undefined) throw wrong("too-large", "--period", excess);
  const bar = progress("steps", stepsOf(traffic, loaded.steps.length + 1));
  const { metered } = runScenario({ ...loaded, network, traffic }, { onStep: bar.update });
  bar.stop();
  if (metered === undefined) return EXIT.fault;
  report(loaded.name, metered, prices, options);
  return statusOf(metered);
}

/** Returns the traffic with another period or seed; the run is as long, rounded up to whole periods. */
function retimed(
  traffic: Traffic,
  { period = traffic.period, seed = traffic.seed }: MeterCommandOptions,
): Traffic {
  return { ...traffic, period, seed, length: Math.ceil(traffic.length / period) * period };
}

function report(
  name: string,
  metered: Metered,
  prices: PriceList | undefined,
  options: MeterCommandOptions,
): void {
  if (options.csv !== undefined) {
    try {
      writeFileSync(options.csv, [...seriesCsv(metered.metering.series)].join(""));
    } catch (error) {
      throw unreadable(options.csv, error);
    }
  }
  if (options.format === "json") print(JSON.stringify(meterJson(name, metered, prices), null, 2));
  else {
    const style = styleFor(process.stdout, options);
    const bars = options.ascii === true ? "ascii" : "unicode";
    print(renderMeter(name, metered, { style, bars, ...(prices === undefined ? {} : { prices }) }));
  }
}

function statusOf({ metering: { flows } }: Metered): number {
  const some = (column: Float64Array): boolean => column.some((packets) => packets > 0);
  if (some(flows.dropped) || some(flows.unroutable)) return EXIT.no;
  return some(flows.unknown) ? EXIT.undetermined : EXIT.yes;
}
