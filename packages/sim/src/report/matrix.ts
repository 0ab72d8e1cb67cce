import type { Box } from "../ask/boxes.ts";
import type { PairVerdict, Reach } from "../ask/reach.ts";
import { formatTime } from "../model/clock.ts";
import type { Verdict } from "../plane/round-trip.ts";
import { PLAIN, type Style, tone } from "./text.ts";

/** All pairs at a glance, and as JSON. Subnets are indices of `Reach.subnets`. */

export interface MatrixView {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Above this many rows or columns there is no matrix of subnets, and above as many VPCs none at all. */
const MAX_SIDE = 40;
/** Up to so many pairs the sets of packets are written out. */
const MAX_OPENED = 4;

const SYMBOL: Readonly<Record<Verdict, string>> = {
  "two-way": "=",
  "forward-only": ">",
  "return-only": "<",
  unreachable: ".",
  unknown: "?",
};
const LEGEND =
  "= two-way   > packet only   < reply only   . unreachable   ? unknown   * other addresses fare better";

/** A matrix of subnets, of VPCs where there are too many, or the counts alone; and the sets of a few pairs. */
export function renderMatrix(reach: Reach, { from, to }: MatrixView, style: Style = PLAIN): string {
  if (from.length === 0 || to.length === 0) return "there is no subnet to compare";
  const lines: string[] = [];
  const counts = countPairs(reach, from, to);
  if (from.length <= MAX_SIDE && to.length <= MAX_SIDE) {
    lines.push(...subnetMatrix(reach, from, to, style), "", style.dim(LEGEND));
  } else {
    const rows = vpcsOf(reach, from);
    const columns = vpcsOf(reach, to);
    if (rows.length <= MAX_SIDE && columns.length <= MAX_SIDE) {
      lines.push(...vpcMatrix(reach, rows, columns, style), "");
      lines.push(style.dim("= all pairs of subnets two-way   + some   . none, by VPC"));
    } else lines.push(style.dim(`too many for a matrix: narrow it by --from and --to`));
  }
  lines.push(countsText(counts));
  if (counts.pairs <= MAX_OPENED) {
    for (const a of from) for (const b of to) if (a !== b) lines.push("", ...renderSets(reach, a, b, style));
  }
  return lines.join("\n");
}

function subnetMatrix(reach: Reach, from: readonly number[], to: readonly number[], style: Style): string[] {
  const label = (i: number): string => `  ${reach.subnets[i].subnet}`;
  const width = Math.max(
    ...from.map((i) => label(i).length),
    ...from.map((i) => reach.subnets[i].vpc.length),
  );
  const number = (n: number): string => String(n).padStart(3);
  const listed = from.length === to.length && from.every((i, n) => to[n] === i);
  const head = to.map((_, n) => number(n + 1)).join("");
  const lines = listed ? [] : to.map((i, n) => `${number(n + 1)}  ${nameOf(reach, i)}`);
  lines.push(style.dim(`${" ".repeat(width + 4)}${head}`));
  let vpc: string | undefined;
  from.forEach((i, n) => {
    if (reach.subnets[i].vpc !== vpc) {
      vpc = reach.subnets[i].vpc;
      lines.push(style.bold(vpc));
    }
    const cells = to.map((j) => (i === j ? "   " : cell(reach.verdict(i, j), style)));
    lines.push(
      `${label(i).padEnd(width)}${style.dim(listed ? number(n + 1) : "   ")} ${cells.join("")}`.trimEnd(),
    );
  });
  return lines;
}

function cell({ verdict, partial }: PairVerdict, style: Style): string {
  const mark = verdict === "unreachable" && !partial ? style.dim : tone(verdict, style);
  return partial ? ` ${mark(SYMBOL[verdict])}*` : `  ${mark(SYMBOL[verdict])}`;
}

function vpcMatrix(
  reach: Reach,
  rows: readonly (readonly number[])[],
  columns: readonly (readonly number[])[],
  style: Style,
): string[] {
  const name = (group: readonly number[]): string => reach.subnets[group[0]].vpc;
  const width = Math.max(...rows.map((group) => name(group).length));
  const listed = rows.length === columns.length && rows.every((group, n) => name(columns[n]) === name(group));
  const number = (n: number): string => String(n + 1).padStart(3);
  const lines = listed ? [] : columns.map((group, n) => `${number(n)}  ${name(group)}`);
  lines.push(style.dim(`${" ".repeat(width + 5)}${columns.map((_, n) => number(n)).join("")}`));
  rows.forEach((group, n) => {
    const cells = columns.map((column) => {
      const { pairs, twoWay } = countPairs(reach, group, column);
      if (pairs === 0) return "   ";
      return `  ${twoWay === pairs ? style.good("=") : twoWay > 0 ? style.doubt("+") : style.dim(".")}`;
    });
    const head = style.bold(name(group).padEnd(width));
    lines.push(`${head} ${style.dim(listed ? number(n) : "   ")} ${cells.join("")}`.trimEnd());
  });
  return lines;
}

/** Returns the subnets of each VPC, in order. */
function vpcsOf(reach: Reach, subnets: readonly number[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const i of subnets) {
    const { vpc } = reach.subnets[i];
    const group = groups.get(vpc);
    if (group === undefined) groups.set(vpc, [i]);
    else group.push(i);
  }
  return [...groups.values()];
}

interface Counts {
  readonly pairs: number;
  readonly twoWay: number;
  readonly partial: number;
  readonly by: ReadonlyMap<Verdict, number>;
}

/** Counts pairs of different subnets. Cost: the pairs that are not unreachable throughout. */
function countPairs(reach: Reach, from: readonly number[], to: readonly number[]): Counts {
  const everything = from.length === reach.subnets.length && to.length === reach.subnets.length;
  if (everything) {
    const { pairs, twoWay, forwardOnly, returnOnly, unreachable, unknown, partial } = reach.count();
    const by = new Map<Verdict, number>([
      ["two-way", twoWay],
      ["forward-only", forwardOnly],
      ["return-only", returnOnly],
      ["unreachable", unreachable],
      ["unknown", unknown],
    ]);
    return { pairs, twoWay, partial, by };
  }
  const both = new Set(to);
  const pairs = from.length * to.length - from.filter((i) => both.has(i)).length;
  const by = new Map<Verdict, number>();
  let partial = 0;
  let listed = 0;
  for (const pair of reach.pairs({ from, to })) {
    by.set(pair.verdict, (by.get(pair.verdict) ?? 0) + 1);
    if (pair.partial) partial++;
    listed++;
  }
  by.set("unreachable", (by.get("unreachable") ?? 0) + pairs - listed);
  return { pairs, twoWay: by.get("two-way") ?? 0, partial, by };
}

function countsText({ pairs, partial, by }: Counts): string {
  const parts = Object.keys(SYMBOL).flatMap((verdict) => {
    const count = by.get(verdict as Verdict) ?? 0;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  const part = partial === 0 ? "" : `; ${partial} of them partial`;
  return `${pairs} ordered pairs of subnets: ${parts.join(", ") || "none"}${part}`;
}

function renderSets(reach: Reach, a: number, b: number, style: Style): string[] {
  const { verdict, partial, forward, return: back, twoWay } = reach.pair(a, b);
  const mark = tone(verdict, style);
  const lines = [
    `${style.bold(`${nameOf(reach, a)} to ${nameOf(reach, b)}`)}  ${mark(verdict)}${partial ? " in part" : ""}`,
  ];
  for (const [label, boxes] of [
    ["packet arrives", forward],
    ["reply arrives", back],
    ["two-way", twoWay],
  ] as const) {
    if (boxes.length === 0) lines.push(`  ${label.padEnd(14)}  never`);
    for (const { src, dst, services, transit = [] } of boxes) {
      const what = services === "all" ? "" : `, ${services.join(", ")}`;
      const via = transit.length === 0 ? "" : ` by ${transit.join(", ")}`;
      lines.push(`  ${label.padEnd(14)}  ${src.join(", ")} to ${dst.join(", ")}${via}${what}`);
    }
  }
  return lines;
}

function nameOf({ subnets }: Reach, i: number): string {
  return `${subnets[i].vpc}/${subnets[i].subnet}`;
}

/**
 * Returns `matrix --format json` piece by piece, a line for each subnet and each pair, so that the answer for millions of
 * pairs need not fit into memory. Pairs that are unreachable are left out unless `all`. `onSubnet` is told each sender.
 */
export function* matrixJson(
  reach: Reach,
  { from, to }: MatrixView,
  options: { readonly all: boolean; readonly onSubnet?: (from: number) => void },
): Generator<string, void, undefined> {
  const { network, subnets } = reach;
  const head = { version: 1, profile: network.profile, at: formatTime(network.now) };
  yield `${JSON.stringify(head).slice(0, -1)},\n"subnets": [\n`;
  let first = true;
  const item = (value: object): string => {
    const line = `${first ? "" : ",\n"}${JSON.stringify(value)}`;
    first = false;
    return line;
  };
  for (const i of new Set([...from, ...to])) yield item(subnets[i]);
  yield `\n],\n"pairs": [\n`;
  first = true;
  let row = -1;
  for (const { from: a, to: b, verdict, partial } of reach.pairs({ from, to, all: options.all })) {
    if (a !== row) options.onSubnet?.(a);
    row = a;
    const { forward, return: back, twoWay } = reach.pair(a, b);
    const sets = { forward: boxesJson(forward), return: boxesJson(back), twoWay: boxesJson(twoWay) };
    yield item({ from: subnets[a], to: subnets[b], verdict, partial, ...sets });
  }
  yield "\n]}\n";
}

/** Returns sets of packets as JSON writes them. */
export function boxesJson(boxes: readonly Box[]): object[] {
  return boxes.map(({ src, dst, ...rest }) => ({ src: src.map(String), dst: dst.map(String), ...rest }));
}
