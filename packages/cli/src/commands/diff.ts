import {
  type Causes,
  type Change,
  changeJson,
  diffOfParts,
  type Network,
  type PairChange,
  parseAction,
  renderChange,
  WhatIf,
} from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetwork, type NetworkOptions, parseArgument, refusal, wrong } from "../input.ts";
import { print, printPieces, styleFor, warn } from "../terminal.ts";

interface DiffOptions extends NetworkOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
  readonly quiet: boolean;
}

/**
 * Says which pairs of subnets fare otherwise in the second network, or after the actions. 0 when none does, 1 when some
 * do, also when subnets came or went.
 */
export function diffCommand(before: string, after: string | undefined, options: DiffOptions): number {
  const actions = options.do ?? [];
  if ((after === undefined) === (actions.length === 0)) {
    const message = "two networks are compared, or one with what --do makes of it";
    throw wrong("bad-text", after === undefined ? "<after>" : "--do", message);
  }
  const was = load(before, options);
  const { change, network, causes } =
    after === undefined ? playActions(was, actions) : compareWith(was, load(after, options));
  if (options.format === "json") printPieces(changeJson(network, change, causes));
  else print(renderChange(change, causes, styleFor(process.stdout, options)));
  return change.pairs.length + change.added.length + change.removed.length > 0 ? EXIT.no : EXIT.yes;
}

interface Difference {
  readonly change: Change;
  readonly network: Network;
  readonly causes: Causes;
}

function load(file: string, options: DiffOptions): Network {
  const { network, warnings } = loadNetwork(file, { ...options, do: [] });
  warn(warnings, options);
  return network;
}

function compareWith(before: Network, after: Network): Difference {
  return { change: diffOfParts(before, after), network: after, causes: () => [] };
}

/** Applies the actions one after the other, and remembers which pairs each of them changed. */
function playActions(before: Network, lines: readonly string[]): Difference {
  const session = new WhatIf(before);
  const changed = new Map<string, string[]>();
  for (const line of lines) {
    const tried = session.apply([parseArgument(parseAction, line, "--do")], "--do");
    if (tried.kind === "refused") throw refusal(line, tried.refusal);
    for (const pair of tried.change.pairs) {
      const key = keyOf(pair);
      const by = changed.get(key);
      if (by === undefined) changed.set(key, [line]);
      else by.push(line);
    }
  }
  const causes = (pair: PairChange): readonly string[] => changed.get(keyOf(pair)) ?? [];
  return { change: diffOfParts(before, session.network), network: session.network, causes };
}

function keyOf({ from, to }: PairChange): string {
  return `${from.vpc}/${from.subnet} ${to.vpc}/${to.subnet}`;
}
