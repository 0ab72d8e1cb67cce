import {
  matrixJson,
  type Network,
  parseSelector,
  type Reach,
  reach,
  renderMatrix,
  select,
} from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetwork, type NetworkOptions, parseArgument, wrong } from "../input.ts";
import { print, printPieces, progress, styleFor, warn } from "../terminal.ts";

interface MatrixOptions extends NetworkOptions {
  readonly format: "text" | "json";
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly all?: boolean;
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Prints the reachability of all pairs of subnets, or of those that are asked for. */
export function matrix(file: string, options: MatrixOptions): number {
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  const all = reach(network);
  const view = {
    from: chosen(network, all, options.from, "--from"),
    to: chosen(network, all, options.to, "--to"),
  };
  if (options.format === "text") {
    print(renderMatrix(all, view, styleFor(process.stdout, options)));
    return EXIT.yes;
  }
  const bar = progress("subnets", all.subnets.length);
  printPieces(matrixJson(all, view, { all: options.all ?? false, onSubnet: bar.update }));
  bar.stop();
  return EXIT.yes;
}

/** Returns the indices of the subnets that any of the selectors means; all of them where there is none. */
function chosen(network: Network, { subnets }: Reach, texts: readonly string[], option: string): number[] {
  if (texts.length === 0) return [...subnets.keys()];
  const names = new Set<string>();
  for (const text of texts) {
    const spans = select(network, [parseArgument(parseSelector, text, option)]);
    if (spans.length === 0)
      throw wrong("missing-reference", option, `${JSON.stringify(text)} selects no subnet`);
    for (const { vpc, subnet } of spans) names.add(`${vpc}/${subnet}`);
  }
  return [...subnets.keys()].filter((i) => names.has(`${subnets[i].vpc}/${subnets[i].subnet}`));
}
