import { markdown } from "../markdown.ts";
import type { AclTimes } from "./acl-suite.ts";
import type { Time } from "./contest.ts";
import type { Edits } from "./edits.ts";
import type { Family } from "./families.ts";
import type { WholeProcess } from "./whole-process.ts";

/** What a run found about one network. */
export interface Compared {
  readonly family: Family;
  readonly vpcs: number;
  readonly subnets: number;
  readonly tables: number;
  readonly routes: number;
  readonly peerings: number;
  /** Ordered pairs of subnets with packets both ways, and these packets. */
  readonly pairs: number;
  readonly packets: number;
  readonly times: readonly Time[];
  readonly edits?: Edits;
  readonly acls?: AclTimes;
  readonly wholeProcess?: WholeProcess;
}

/** Returns the Markdown tables of sim's README: everybody, growth, edits, and ACLs. */
export function reachFigures(compared: readonly Compared[]): string {
  const grown = compared.filter(({ family }) => family === "enterprise");
  // the largest size at which everybody was asked
  const { vpcs } = grown[Math.min(2, grown.length - 1)];
  const large = compared.filter((each) => each.vpcs === vpcs);
  const names = ["engine", "C++ port", "naive scan", "graphology BFS"];
  const small = grown[0];
  const everybody = [
    ["family", "routes", "pairs", ...names.map((name) => `${name}, ms`)],
    ...large.map((each) => [
      each.family,
      count(each.routes),
      count(each.pairs),
      ...names.map((name) => cell(each.times.find((time) => time.name === name))),
    ]),
  ];
  const growth = [
    ["VPCs", "subnets", "routes", "engine, ms", "ns per route", "JSON to answer, ms", "text, MB", "RSS, MB"],
    ...grown.map(({ vpcs, subnets, routes, times, wholeProcess }) => {
      const ms = times.find(({ name }) => name === "engine")?.ms ?? Number.NaN;
      const whole =
        wholeProcess === undefined
          ? ["-", "-", "-"]
          : [figure(wholeProcess.ms), figure(wholeProcess.bytes / 1e6), figure(wholeProcess.rss / 1e6)];
      return [count(vpcs), count(subnets), count(routes), figure(ms), figure((ms * 1e6) / routes), ...whole];
    }),
  ];
  const edited = [
    [
      "VPCs",
      "route edit, µs: mean / p50 / p99",
      "peering edit, µs",
      "all peerings, ms",
      "all routes, ms",
      "sweep, ms",
    ],
    ...grown.flatMap(({ vpcs, edits }) => {
      if (edits === undefined) return [];
      const { routes, peerings, allPeeringsMs, allRoutesMs, sweepMs } = edits;
      const [one, other] = [routes, peerings].map(({ mean, p50, p99 }) =>
        [mean, p50, p99].map(figure).join(" / "),
      );
      return [[count(vpcs), one, other, figure(allPeeringsMs), figure(allRoutesMs), figure(sweepMs)]];
    }),
  ];
  const filtered = [
    ["VPCs", "pairs behind ACLs", "exact sets, ms", "µs per pair", "again, ms"],
    ...grown.flatMap(({ vpcs, acls }) => {
      if (acls === undefined) return [];
      const { judged, setsMs, againMs } = acls;
      return [[count(vpcs), count(judged), figure(setsMs), figure((setsMs * 1e3) / judged), figure(againMs)]];
    }),
  ];
  const delta = cell(small.times.find(({ name }) => name === "Delta-net"));
  const engine = cell(small.times.find(({ name }) => name === "engine"));
  return [
    `${count(vpcs)} VPCs, everybody in one run; a ~ is extrapolated from some of the senders:`,
    markdown(everybody),
    `Delta-net, at ${count(small.vpcs)} VPCs of the family enterprise: ${delta} ms, the engine ${engine} ms.`,
    "The family enterprise, as it grows:",
    markdown(growth),
    markdown(edited),
    ...(filtered.length === 1 ? [] : [ACLS, markdown(filtered)]),
  ].join("\n\n");
}

/**
 * Returns the README with the tables, and the name of the file that they come from, between its two marks. Throws when it
 * does not have them.
 */
export function withFigures(readme: string, file: string, tables: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new RangeError(`the README has no ${BEGIN} before ${END}`);
  const text = `\nFrom \`packages/bench/results/${file}\`:\n\n${tables}\n`;
  return readme.slice(0, from + BEGIN.length) + text + readme.slice(to);
}

const ACLS =
  "The same with a network ACL of its own before every subnet, 20 random rules each way; the ACLs are compiled on the way:";
const BEGIN = "<!-- begin reach figures -->";
const END = "<!-- end reach figures -->";

function cell(time: Time | undefined): string {
  if (time === undefined) return "-";
  return `${time.share < 1 ? "~" : ""}${figure(time.ms)}`;
}

function count(n: number): string {
  return n.toLocaleString("en");
}

/** Three figures that count; whole numbers with their thousands. */
export function figure(n: number): string {
  return n >= 1000 ? count(Math.round(n)) : String(Number(n.toPrecision(3)));
}
