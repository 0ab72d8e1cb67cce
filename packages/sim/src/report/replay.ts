import { parseAddress } from "@twoway/core";
import { ACTION } from "../ask/flow-records.ts";
import { type Disagreement, FLOW_CLASSES, type FlowClass, type Reason } from "../ask/flow-verdict.ts";
import { HeavyAddresses, type HeavyJson, type HeavyList } from "../ask/heavy-addresses.ts";
import type { ReplayCause } from "../ask/leg.ts";
import type { FlowSample, TallyJson } from "../ask/merge-tallies.ts";
import { CAUSES } from "../model/cause.ts";
import { formatTime } from "../model/clock.ts";
import type { Network } from "../model/network.ts";
import { hasPorts, protocolName } from "../model/services.ts";
import { PLAIN, type Style } from "./text.ts";

/** What a replay found, for people and as JSON. */
export interface ReplayReport {
  readonly total: Count;
  readonly classes: Readonly<Record<FlowClass, Count>>;
  /** Records of one class with one cause and one owner, the most records first. */
  readonly groups: readonly FlowGroup[];
  /** The addresses of what breaks, and of what contradicts the network. */
  readonly heavy: Readonly<Record<"breaks" | "disagrees", HeavyList>>;
}

interface Count {
  readonly records: bigint;
  readonly packets: bigint;
  readonly bytes: bigint;
}

export interface FlowGroup extends Count {
  readonly class: FlowClass;
  readonly disagrees?: Disagreement;
  readonly reason?: Reason;
  /** Of each two subnets, the most records first. */
  readonly pairs: readonly (Count & { readonly from: string; readonly to: string })[];
  readonly samples: readonly FlowSample[];
}

const NOTHING: Count = { records: 0n, packets: 0n, bytes: 0n };

/** Sums a tally up. `limit` is how many addresses are told. O(pairs of subnets). */
export function reportOf(tally: TallyJson, limit = 10): ReplayReport {
  const classes = Object.fromEntries(FLOW_CLASSES.map((cls) => [cls, NOTHING])) as Record<FlowClass, Count>;
  let total = NOTHING;
  const rows = tally.groups.map(({ verdict, pairs, samples }): FlowGroup => {
    const told = pairs.map(([from, to, records, packets, bytes]) => ({
      from,
      to,
      records: BigInt(records),
      packets: BigInt(packets),
      bytes: BigInt(bytes),
    }));
    const count = told.reduce<Count>(plus, NOTHING);
    total = plus(total, count);
    classes[verdict.class] = plus(classes[verdict.class], count);
    return { ...verdict, ...count, pairs: told.sort(mostFirst), samples };
  });
  rows.sort((a, b) => FLOW_CLASSES.indexOf(a.class) - FLOW_CLASSES.indexOf(b.class) || mostFirst(a, b));
  const list = (json: HeavyJson): HeavyList => {
    const heavy = new HeavyAddresses();
    heavy.addAll(json);
    return heavy.top(limit);
  };
  const heavy = { breaks: list(tally.heavy.breaks), disagrees: list(tally.heavy.disagrees) };
  return { total, classes, groups: rows, heavy };
}

function plus(a: Count, b: Count): Count {
  return { records: a.records + b.records, packets: a.packets + b.packets, bytes: a.bytes + b.bytes };
}

/** Where there are as many records, the order stays that of the keys, in which a tally has them. */
function mostFirst(a: Count, b: Count): number {
  return a.records > b.records ? -1 : a.records < b.records ? 1 : 0;
}

const CLASS_TEXT: Readonly<Record<FlowClass, string>> = {
  breaks: "got farther before the change",
  heals: "get farther after the change",
  passes: "pass, and are answered",
  "one-way": "arrive and are not answered, before and after",
  never: "do not arrive, before and after",
  rejected: "were rejected, and are not let pass",
  unknown: "cannot be decided",
  outside: "are outside the network",
  skipped: "say that nothing was recorded",
};

const CAUSE_TEXT: Readonly<Record<Exclude<ReplayCause, keyof typeof CAUSES>, string>> = {
  "no-such-vpc": "the VPC is not in this network",
  "icmp-type": "some types of ICMP pass and some do not, and the log does not say which it was",
  "asker-unknown": "which end asked is not recorded, and it makes a difference",
  "ambiguous-address": "several VPCs have the address, and the log names none",
  outside: "neither end is in the network",
  "other-vpc": "recorded in a VPC that is not in the network",
  "gateway-leg": "the leg of a NAT gateway; another record tells the whole conversation",
};

const DISAGREEMENT_TEXT: Readonly<Record<Disagreement, string>> = {
  accepted: "ACCEPT, and the network as it is modelled does not let it get there",
  "accepted-somewhere":
    "ACCEPT, and the network does not let it arrive (the log does not say where it was taken)",
  rejected: "REJECT, and nothing in the network stops it",
};

/** Groups that are told in text; the rest is counted. */
const MAX_GROUPS = 12;
const MAX_PAIRS = 4;

export function renderReplay(report: ReplayReport, style: Style = PLAIN): string {
  const { total, classes, groups, heavy } = report;
  const width = Math.max(...FLOW_CLASSES.map((cls) => `${classes[cls].records}`.length));
  const lines = [
    style.bold(
      `${plural(total.records, "record")}, ${plural(total.packets, "packet")}, ${plural(total.bytes, "byte")}`,
    ),
  ];
  for (const cls of FLOW_CLASSES) {
    const { records } = classes[cls];
    if (records === 0n) continue;
    const tone = cls === "breaks" ? style.bad : cls === "unknown" ? style.doubt : (text: string) => text;
    lines.push(`  ${`${records}`.padStart(width)}  ${tone(cls.padEnd(8))}  ${style.dim(CLASS_TEXT[cls])}`);
  }
  const section = (title: string, rows: readonly FlowGroup[]): void => {
    if (rows.length === 0) return;
    lines.push("", title);
    for (const group of rows.slice(0, MAX_GROUPS)) lines.push(...groupLines(group, style));
    if (rows.length > MAX_GROUPS) lines.push(style.dim(`  … and ${rows.length - MAX_GROUPS} more groups`));
  };
  const addresses = (list: HeavyList): void => {
    if (list.addresses.length === 0) return;
    lines.push(`  ${style.dim("addresses, by records they are in:")}`);
    for (const { address, least, most } of list.addresses)
      lines.push(`    ${address}  ${least === most ? least : `${least} to ${most}`}`);
    lines.push(style.dim(`    no other in more than ${list.others}`));
  };
  const of = (cls: FlowClass): FlowGroup[] => groups.filter((group) => group.class === cls);
  section(style.bad("breaks"), of("breaks"));
  if (of("breaks").length > 0) addresses(heavy.breaks);
  section(
    style.bad("the log contradicts the network"),
    groups.filter(({ disagrees }) => disagrees !== undefined),
  );
  if (groups.some(({ disagrees }) => disagrees !== undefined)) addresses(heavy.disagrees);
  section(style.good("heals"), of("heals"));
  section(style.doubt("unknown"), of("unknown"));
  return lines.join("\n");
}

function groupLines(group: FlowGroup, style: Style): string[] {
  const { disagrees, reason, records, packets, bytes, pairs, samples } = group;
  const lines: string[] = [];
  const title = disagrees === undefined ? reasonText(reason) : DISAGREEMENT_TEXT[disagrees];
  lines.push(
    `  ${style.bold(`${records}`)}  ${title}  ${style.dim(`${plural(packets, "packet")}, ${plural(bytes, "byte")}`)}`,
  );
  if (disagrees !== undefined && reason !== undefined) lines.push(`    ${reasonText(reason)}`);
  if (reason?.component !== undefined) lines.push(`    ${ownerText(reason.component, style)}`);
  for (const { from, to, records: some } of pairs.slice(0, MAX_PAIRS))
    if (from !== "" || to !== "") lines.push(`    ${from} to ${to}  ${some}`);
  if (pairs.length > MAX_PAIRS) lines.push(style.dim(`    … and ${pairs.length - MAX_PAIRS} more pairs`));
  for (const sample of samples.slice(0, 1)) lines.push(`    ${style.dim(sampleText(sample))}`);
  return lines;
}

function reasonText(reason: Reason | undefined): string {
  if (reason === undefined) return "";
  const { cause, path } = reason;
  const title = Object.hasOwn(CAUSES, cause)
    ? CAUSES[cause as keyof typeof CAUSES].title
    : CAUSE_TEXT[cause as keyof typeof CAUSE_TEXT];
  return `${cause}: ${title}${path === "return" ? ", on the way back" : ""}`;
}

function ownerText(
  { kind, id, account, region, source }: NonNullable<Reason["component"]>,
  style: Style,
): string {
  const whose = [account, region].filter((word) => word !== undefined && word !== "").join(", ");
  return `${kind} ${id}${whose === "" ? "" : ` (${whose})`}${source === "" ? "" : `  ${style.dim(source)}`}`;
}

function sampleText(sample: FlowSample): string {
  const { file, line, protocol, sourcePort, port, action, start } = sample;
  const end = (address: string, at: number): string => {
    if (!hasPorts(protocol)) return address;
    return `${typeof parseAddress(address) === "bigint" ? `[${address}]` : address}:${at}`;
  };
  const did = Object.entries(ACTION).find(([, value]) => value === action)![0];
  const when = start === 0 ? "" : `  ${formatTime(1000 * start)}`;
  return `${file}:${line}  ${protocolName(protocol)} ${end(sample.source, sourcePort)} to ${end(sample.destination, port)}${did === "unsaid" ? "" : `, ${did}`}${when}`;
}

function plural(count: bigint, thing: string): string {
  return `${count} ${thing}${count === 1n ? "" : "s"}`;
}

/** What `replay --format json` prints. Counts above 2^53 - 1 are text, so that no digit is lost. */
export function replayJson(network: Network, report: ReplayReport, tally: TallyJson): object {
  const { total, classes, groups, heavy } = report;
  return {
    version: 1,
    profile: network.profile,
    at: formatTime(network.now),
    ...countJson(total),
    classes: Object.fromEntries(FLOW_CLASSES.map((cls) => [cls, countJson(classes[cls])])),
    groups: groups.map(({ pairs, samples, records, packets, bytes, ...group }) => ({
      ...group,
      ...countJson({ records, packets, bytes }),
      pairs: pairs.map(({ from, to, ...count }) => ({ from, to, ...countJson(count) })),
      samples: samples.map(({ rank: _, action, start, ...sample }) => ({
        ...sample,
        action: Object.entries(ACTION).find(([, value]) => value === action)![0],
        ...(start === 0 ? {} : { start: formatTime(1000 * start) }),
      })),
    })),
    addresses: heavy,
    malformed: tally.malformed,
  };
}

function countJson({ records, packets, bytes }: Count): object {
  return { records: exact(records), packets: exact(packets), bytes: exact(bytes) };
}

function exact(count: bigint): number | string {
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : `${count}`;
}
