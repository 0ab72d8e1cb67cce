import {
  type Change,
  diff,
  type Network,
  type Owner,
  PairChange,
  type PairVerdict,
  type SubnetName,
  type Verdict,
} from "@twoway/sim";

/** What a list of changes did to the pairs of subnets, as plain data: what `twoway diff` prints. */
export interface ChangeView {
  /** How many ordered pairs changed, by `two-way to unreachable`, in the order in which they come first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  /** The first of them; `total` counts all. */
  readonly pairs: readonly FlipView[];
  readonly total: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** VPCs of which a pair fares better now, and those of which one fares worse. */
  readonly better: readonly string[];
  readonly worse: readonly string[];
}

export interface FlipView {
  readonly from: SubnetName;
  readonly to: SubnetName;
  readonly before: PairVerdict;
  readonly after: PairVerdict;
}

/** What crosses to the page at once; people read a few, and ask for more when they want them. */
const MAX_PAIRS = 100;

/** O(pairs). */
export function changeView(change: Change): ChangeView {
  const { pairs, added, removed } = change;
  const kinds = new Map<string, number>();
  const [better, worse] = [new Set<string>(), new Set<string>()];
  for (const pair of pairs) {
    const kind = stepText(pair);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const side = rank(pair.after) > rank(pair.before) ? better : worse;
    side.add(pair.from.vpc).add(pair.to.vpc);
  }
  return {
    kinds: [...kinds].map(([kind, count]) => ({ kind, count })),
    pairs: flipsFrom(change, 0),
    total: pairs.length,
    added: added.map(nameText),
    removed: removed.map(nameText),
    better: [...better],
    worse: [...worse],
  };
}

/** Returns the pairs of a change from a place of its list on, as many as cross at once. */
export function flipsFrom({ pairs }: Change, start: number): FlipView[] {
  return pairs
    .slice(start, start + MAX_PAIRS)
    .map(({ from, to, before, after }) => ({ from, to, before, after }));
}

/** Nobody knows yet that what is unknown works: it counts like what does not. */
const RANK: Readonly<Record<Verdict, number>> = {
  unreachable: 0,
  unknown: 0,
  "return-only": 1,
  "forward-only": 1,
  "two-way": 2,
};

/** Addresses that fare better than the verdict of their pair lift it by a little. */
function rank({ verdict, partial }: PairVerdict): number {
  return RANK[verdict] + (partial ? 0.5 : 0);
}

/** Where the verdict stays, another part of the addresses gets through. */
export function stepText({ before, after }: Pick<FlipView, "before" | "after">): string {
  const [was, is] = [verdictText(before), verdictText(after)];
  return was === is ? `${was}, another part` : `${was} to ${is}`;
}

function verdictText({ verdict, partial }: PairVerdict): string {
  return partial ? `${verdict} in part` : verdict;
}

export function nameText({ vpc, subnet }: SubnetName): string {
  return `${vpc}/${subnet}`;
}

/**
 * Returns what several steps did together, from what each did: the verdict before the first and after the last of them.
 * A pair that came back to what it was is left out. Where a step made or took subnets, the two networks are compared as a
 * whole: a subnet that went and came again is in no step's list of pairs. O(pairs of all steps) otherwise.
 */
export function together(steps: readonly Change[], before: Network, after: Network): Change {
  if (steps.length === 1) return steps[0];
  if (steps.some(({ added, removed }) => added.length + removed.length > 0)) return diff(before, after);
  const ends = new Map<string, Ends>();
  for (const { from, to, before: was, after: is } of steps.flatMap(({ pairs }) => pairs)) {
    const key = `${nameText(from)} ${nameText(to)}`;
    const known = ends.get(key);
    if (known === undefined) ends.set(key, { from, to, was, is, isOnce: true });
    else [known.is, known.isOnce] = [is, false];
  }
  const pairs: PairChange[] = [];
  for (const { from, to, was, is, isOnce } of ends.values()) {
    const pair = new PairChange(from, to, was, is, [before, after]);
    // what one step alone changed did change
    if (isOnce || pair.isReal()) pairs.push(pair);
  }
  return { pairs: inOrder(pairs, before), added: [], removed: [] };
}

interface Ends {
  readonly from: SubnetName;
  readonly to: SubnetName;
  readonly was: PairVerdict;
  is: PairVerdict;
  isOnce: boolean;
}

/** Sorts pairs as one step lists them: in the order of the network, `from` first. */
function inOrder(pairs: readonly PairChange[], network: Network): PairChange[] {
  const places = new Map<string, number>();
  for (const vpc of network.vpcs.values()) {
    for (const subnet of vpc.subnets.keys()) places.set(nameText({ vpc: vpc.id, subnet }), places.size);
  }
  const place = (name: SubnetName): number => places.get(nameText(name)) ?? places.size;
  return [...pairs].sort((a, b) => place(a.from) - place(b.from) || place(a.to) - place(b.to));
}

/** What decided about a pair before and does no more, and what decides now. */
export interface OwnersView {
  readonly before: readonly Owner[];
  readonly after: readonly Owner[];
}

export function ownersView(flip: FlipView, before: Network, after: Network): OwnersView {
  return new PairChange(flip.from, flip.to, flip.before, flip.after, [before, after]).owners();
}
