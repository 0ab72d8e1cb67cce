import {
  type Causes,
  type Change,
  changeJson,
  diff,
  type Network,
  type PairChange,
  parseAction,
  renderChange,
  WhatIf,
} from "@twoway/sim";
import { EXIT } from "../exit.ts";
import {
  type Loaded,
  loadNetwork,
  type NetworkOptions,
  parseArgument,
  refusal,
  whatIf,
  wrong,
} from "../input.ts";
import { print, printPieces, styleFor, warn } from "../terminal.ts";

interface DiffOptions extends NetworkOptions {
  readonly format: "text" | "json";
  readonly color: boolean;
  readonly quiet: boolean;
}

/**
 * Says which pairs of subnets fare otherwise in the second network, after the actions, or once the plan is applied. 0 when
 * none does, 1 when some do, also when subnets came or went.
 */
export function diffCommand(before: string, after: string | undefined, options: DiffOptions): number {
  const { change, network, causes } = compare(before, after, options);
  if (options.format === "json") printPieces(changeJson(network, change, causes));
  else print(renderChange(change, causes, styleFor(process.stdout, options)));
  return change.pairs.length + change.added.length + change.removed.length > 0 ? EXIT.no : EXIT.yes;
}

interface Difference {
  readonly change: Change;
  readonly network: Network;
  readonly causes: Causes;
}

/** Two files, one and the actions, or a plan alone: what is there and what will be. */
function compare(first: string, second: string | undefined, options: DiffOptions): Difference {
  const actions = options.do ?? [];
  if (second !== undefined && actions.length > 0) {
    throw wrong("bad-text", "--do", "two networks are compared, or one with what --do makes of it");
  }
  const { network, before } = load(first, options);
  if (second !== undefined) return compareWith(network, load(second, options).network);
  if (actions.length > 0) return playActions(network, actions);
  if (before === undefined) {
    const message =
      "two networks are compared, one with what --do makes of it, or both sides of a Terraform plan";
    throw wrong("bad-text", "<after>", message);
  }
  return compareWith(whatIf(before, { ...options, do: [] }), network);
}

function load(file: string, options: DiffOptions): Pick<Loaded, "network" | "before"> {
  const loaded = loadNetwork(file, { ...options, do: [] });
  warn(loaded.warnings, options);
  return loaded;
}

function compareWith(before: Network, after: Network): Difference {
  return { change: diff(before, after), network: after, causes: () => [] };
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
  return { change: diff(before, session.network), network: session.network, causes };
}

function keyOf({ from, to }: PairChange): string {
  return `${from.vpc}/${from.subnet} ${to.vpc}/${to.subnet}`;
}
