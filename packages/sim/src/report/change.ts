import type { Change, Owner, PairChange } from "../ask/change.ts";
import type { SubnetName } from "../ask/pair-sets.ts";
import type { PairSets, PairVerdict } from "../ask/reach.ts";
import { formatTime } from "../model/clock.ts";
import type { Network } from "../model/network.ts";
import { boxesJson } from "./matrix.ts";
import { PLAIN, type Style, tone } from "./text.ts";

/** What is different between two networks, for people and as JSON. */

/** Returns the actions that changed a pair, as lines; empty where two files were compared. */
export type Causes = (change: PairChange) => readonly string[];

/** Above this many pairs the rest is counted. */
const MAX_PAIRS = 40;
/** Of so many pairs the routes that decided are told. */
const MAX_EXPLAINED = 12;

export function renderChange(change: Change, causes: Causes, style: Style = PLAIN): string {
  const { pairs, added, removed } = change;
  const lines: string[] = [];
  for (const [label, names] of [
    ["new", added],
    ["gone", removed],
  ] as const) {
    if (names.length > 0) lines.push(`${label}: ${namesText(names)}`);
  }
  if (pairs.length === 0) {
    lines.push(style.good("no pair of subnets changes"));
    return lines.join("\n");
  }
  const kinds = new Map<string, number>();
  for (const { before, after } of pairs) {
    const kind = stepText(before, after);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const total =
    pairs.length === 1
      ? "1 ordered pair of subnets changes"
      : `${pairs.length} ordered pairs of subnets change`;
  lines.push(
    style.bold(total),
    ...[...kinds].map(([kind, count]) => `  ${String(count).padStart(6)}  ${kind}`),
    "",
  );
  const told = oneOfEachTwo(pairs);
  told.slice(0, MAX_PAIRS).forEach((pair, i) => {
    const step = tone(pair.after.verdict, style)(stepText(pair.before, pair.after));
    lines.push(`${nameText(pair.from)} - ${nameText(pair.to)}  ${step}`);
    for (const line of causes(pair)) lines.push(`    by ${line}`);
    if (i >= MAX_EXPLAINED) return;
    const owners = pair.owners();
    for (const owner of owners.before) lines.push(`    ${style.dim("was ")} ${ownerText(owner, style)}`);
    for (const owner of owners.after) lines.push(`    ${style.dim("is  ")} ${ownerText(owner, style)}`);
  });
  if (told.length > MAX_PAIRS)
    lines.push(style.dim(`… and ${told.length - MAX_PAIRS} more; --format json lists all`));
  return lines.join("\n");
}

/** The pair that comes first of each two subnets; the other direction changes with it. */
function oneOfEachTwo(pairs: readonly PairChange[]): PairChange[] {
  const seen = new Set<string>();
  return pairs.filter(({ from, to }) => {
    seen.add(`${nameText(from)} ${nameText(to)}`);
    return !seen.has(`${nameText(to)} ${nameText(from)}`);
  });
}

/** Where the verdict stays, another part of the addresses gets through. */
function stepText(before: PairVerdict, after: PairVerdict): string {
  const [was, is] = [verdictText(before), verdictText(after)];
  return was === is ? `${was}, another part` : `${was} to ${is}`;
}

function verdictText({ verdict, partial }: PairVerdict): string {
  return partial ? `${verdict} in part` : verdict;
}

function ownerText(owner: Owner, style: Style): string {
  const path = owner.path.padEnd(7);
  if ("filter" in owner) return `${path}  ${owner.filter} refuses  ${style.dim(owner.source)}`;
  const { table, destination, target, state, source } = owner;
  const condition = state === undefined || state === "ACTIVE" ? "" : ` (${state})`;
  return `${path}  ${destination} -> ${target}${condition}  ${style.dim(`${table}  ${source}`)}`;
}

function namesText(names: readonly SubnetName[]): string {
  const shown = names.slice(0, MAX_EXPLAINED).map(nameText).join(", ");
  return names.length > MAX_EXPLAINED ? `${shown} and ${names.length - MAX_EXPLAINED} more` : shown;
}

function nameText({ vpc, subnet }: SubnetName): string {
  return `${vpc}/${subnet}`;
}

/** What `diff --format json` prints, piece by piece: a line for each pair, with its sets and owners. */
export function* changeJson(
  after: Network,
  change: Change,
  causes: Causes,
): Generator<string, void, undefined> {
  const { pairs, added, removed } = change;
  const head = {
    version: 1,
    profile: after.profile,
    at: formatTime(after.now),
    changed: pairs.length,
    added,
    removed,
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"pairs": [\n`;
  for (const [i, pair] of pairs.entries()) {
    const sets = pair.sets();
    const value = {
      from: pair.from,
      to: pair.to,
      before: sideJson(pair.before, sets.before),
      after: sideJson(pair.after, sets.after),
      owners: pair.owners(),
      actions: causes(pair),
    };
    yield `${i === 0 ? "" : ",\n"}${JSON.stringify(value)}`;
  }
  yield "\n]}\n";
}

function sideJson({ verdict, partial }: PairVerdict, { forward, return: back, twoWay }: PairSets): object {
  const boxes = { forward: boxesJson(forward), return: boxesJson(back), twoWay: boxesJson(twoWay) };
  return { verdict, partial, ...boxes };
}
