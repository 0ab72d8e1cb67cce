import { type Alarm, type AlarmExpectation, parseCondition } from "../ask/alarm.ts";
import { checkFamilies } from "../ask/answer.ts";
import { resolveEndpoint } from "../ask/endpoint.ts";
import { hasMetrics } from "../ask/meter.ts";
import { askedAbout } from "../ask/service.ts";
import {
  type Extent,
  excessOf,
  type Flow,
  type Period,
  parseFlow,
  parsePattern,
  parseRate,
  TRAFFIC_LIMITS,
  type Traffic,
} from "../ask/traffic.ts";
import { parseDuration, parseTime } from "../model/clock.ts";
import { profileAt } from "../model/control-peering.ts";
import { nearest } from "../model/issue.ts";
import { nameProblem } from "../model/name.ts";
import type { Network } from "../model/network.ts";
import type { Findings } from "./findings.ts";
import { list } from "./reading.ts";
import type { AlarmInput, FlowInput, MeterInput } from "./traffic-schema.ts";

/** Traffic and alarms, as they stand in a scenario. */

interface TrafficInput {
  readonly traffic?: Readonly<Record<string, FlowInput | undefined>> | undefined;
  readonly meter?: MeterInput | undefined;
  readonly alarms?: Readonly<Record<string, AlarmInput | undefined>> | undefined;
}

/** What the story says about time and networks: where its clock stands at first, and after each of its steps. */
interface Story {
  readonly networks: readonly Network[];
  /** Ends that may be missing only because something else in the file is wrong. */
  readonly doubtful: (end: string) => boolean;
}

const HOUR = 3600;

/** Reads the traffic; undefined where there is none. Every end has to be there at some time of the story. */
export function readTraffic(input: TrafficInput, findings: Findings, story: Story): Traffic | undefined {
  if (input.traffic === undefined) {
    for (const key of ["meter", "alarms"] as const) {
      if (input[key] !== undefined)
        findings.keyError("missing-key", `\`${key}\` is about \`traffic\`, and there is none`, [key]);
    }
    return undefined;
  }
  const begin = story.networks[0].now;
  const flows: Flow[] = [];
  for (const [id, one] of Object.entries(input.traffic)) {
    if (one === undefined) continue;
    const path = ["traffic", id];
    const rule = nameProblem(id);
    if (rule !== undefined)
      findings.keyError("bad-name", `${JSON.stringify(id.slice(0, 60))}: ${rule}`, path);
    const read = readFlow(id, one, findings, story);
    if (read === undefined) continue;
    const count = (typeof one === "string" ? undefined : one.count) ?? 1;
    if (flows.length + count > TRAFFIC_LIMITS.flows) {
      findings.error("too-large", `there are more than ${TRAFFIC_LIMITS.flows} flows`, path);
      return undefined;
    }
    for (let n = 1; n <= count; n++) flows.push(count === 1 ? read : { ...read, id: `${id}.${n}` });
  }
  const period = periodOf(input.meter?.period);
  const length = lengthOf(input, findings, flows, story, period);
  if (length === undefined) return undefined;
  const ends = flows.map(({ end }) => (end === undefined ? length : (end - begin) / 1000));
  const bits = flows.reduce(
    (sum, { rate, reply, start }, f) =>
      sum + (rate + reply) * Math.max(0, Math.min(ends[f], length) - (start - begin) / 1000),
    0,
  );
  if (bits > TRAFFIC_LIMITS.offered)
    findings.error("too-large", "the flows offer more than 9 PB in this run: shorten it, or split it", [
      "traffic",
    ]);
  const traffic = { flows, period, length, seed: input.meter?.seed ?? 1 };
  const excess = excessOf(traffic, extentOf(story.networks, Object.keys(input.alarms ?? {}).length));
  if (excess !== undefined) findings.error("too-large", excess, ["traffic"]);
  return traffic;
}

function extentOf(networks: readonly Network[], alarms: number): Extent {
  const peerings = new Set<string>();
  let before: Network["peerings"] | undefined;
  for (const network of networks) {
    if (network.peerings === before) continue;
    before = network.peerings;
    for (const id of before.keys()) peerings.add(id);
  }
  return { peerings: peerings.size, networks: networks.length, alarms };
}

function periodOf(text: `${Period}s` | undefined): Period {
  return text === undefined ? 60 : (Number.parseInt(text, 10) as Period);
}

/** Returns the seconds of the run, whole periods. */
function lengthOf(
  { meter }: TrafficInput,
  findings: Findings,
  flows: readonly Flow[],
  { networks }: Story,
  period: Period,
): number | undefined {
  const begin = networks[0].now;
  let seconds: number | undefined;
  let path: PropertyKey[] = ["traffic"];
  if (meter?.for !== undefined) {
    path = ["meter", "for"];
    const ms = findings.parse(parseDuration, meter.for, path);
    if (ms === undefined) return undefined;
    if (ms === 0) findings.error("bad-text", "a run lasts longer than no time", path, "1h");
    seconds = ms / 1000;
  } else {
    const ends = flows.flatMap(({ end }) => (end === undefined ? [] : [end]));
    const last = Math.max(
      networks.at(-1)!.now,
      ...ends.slice(0, 1),
      ends.reduce((a, b) => Math.max(a, b), 0),
    );
    seconds = last > begin ? (last - begin) / 1000 : HOUR;
  }
  if (seconds > TRAFFIC_LIMITS.length * 24 * HOUR) {
    findings.error("too-large", `a run lasts at most ${TRAFFIC_LIMITS.length} days`, path, "1d");
    return undefined;
  }
  return Math.ceil(seconds / period) * period;
}

function readFlow(id: string, input: FlowInput, findings: Findings, story: Story): Flow | undefined {
  const path = ["traffic", id];
  const isLine = typeof input === "string";
  const at = (key: string): PropertyKey[] => (isLine ? path : [...path, key]);
  const body = isLine ? { flow: input } : input;
  const line = findings.parse(parseFlow, body.flow, at("flow"));
  if (line === undefined) return undefined;
  const rateOf = (key: "rate" | "reply"): number | undefined => {
    const text = body[key];
    if (text === undefined) return line[key];
    if (line[key] !== undefined) {
      findings.error("duplicate", `the ${key} of ${id} is given twice`, at(key));
      return undefined;
    }
    return findings.parse(parseRate, text, at(key));
  };
  const rate = rateOf("rate");
  const reply = rateOf("reply") ?? 0;
  if (rate === undefined && body.rate === undefined)
    findings.error("missing-key", `${id} has no rate`, at("flow"), `${body.flow} at 40 Mbps`);
  const [before] = story.networks;
  const { now } = before;
  const start = timeOf(body.start, findings, now, at("start")) ?? now;
  const end = timeOf(body.end, findings, now, at("end"));
  if (start < now) findings.error("bad-text", `${id} starts before the scenario's clock`, at("start"));
  else if (end !== undefined && end <= start)
    findings.error(
      "bad-text",
      `${id} ends before it has started`,
      at(body.end === undefined ? "start" : "end"),
    );
  const pattern =
    body.pattern === undefined
      ? ({ kind: "constant" } as const)
      : findings.parse(parsePattern, body.pattern, at("pattern"));
  findEnds(line, findings, at("flow"), story);
  if (rate === undefined || pattern === undefined) return undefined;
  const { from, to, service } = line;
  const source = findings.place(path);
  const { packet = 1500 } = body;
  return { id, name: id, from, to, service, rate, reply, packet, start, end, pattern, source };
}

/** Each end has to be there at some time, and both have to be of one family then. */
function findEnds(
  { from, to, service }: Pick<Flow, "from" | "to" | "service">,
  findings: Findings,
  path: readonly PropertyKey[],
  { networks, doubtful }: Story,
): void {
  const [first] = networks;
  findings.attempt(() => askedAbout(first, service), path);
  const source = findings.place(path);
  const found = [...new Set([from, to])].map((end) => {
    for (const network of networks.slice(1)) {
      try {
        return resolveEndpoint(network, end, source);
      } catch {
        // the first network says what is wrong, if no other one has it
      }
    }
    return doubtful(end) ? undefined : findings.attempt(() => resolveEndpoint(first, end, source), path);
  });
  const [a, b = a] = found;
  if (a && b && !found.includes(undefined)) findings.attempt(() => checkFamilies(a, b, source), path);
}

/** Reads a time, or a duration after the clock. */
function timeOf(
  text: string | undefined,
  findings: Findings,
  now: number,
  path: readonly PropertyKey[],
): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{4}-/.test(text)) return findings.parse(parseTime, text, path);
  const after = findings.parse(parseDuration, text, path);
  return after === undefined ? undefined : now + after;
}

/** Reads the alarms; each peering has to be there at some time, and to have figures (A30). */
export function readAlarms(
  { alarms: inputs, meter }: TrafficInput,
  findings: Findings,
  { networks }: Story,
): Alarm[] {
  const step = periodOf(meter?.period);
  return Object.entries(inputs ?? {}).flatMap(([name, input]): Alarm[] => {
    if (input === undefined) return [];
    const path = ["alarms", name];
    const rule = nameProblem(name);
    if (rule !== undefined)
      findings.keyError("bad-name", `${JSON.stringify(name.slice(0, 60))}: ${rule}`, path);
    const condition = findings.parse(parseCondition, input.when, [...path, "when"]);
    const period = periodOf(input.period);
    if (period < step) {
      const message = `${name} looks at periods of ${period}s, and the run is metered by ${step}s`;
      findings.error(
        "bad-text",
        message,
        input.period === undefined ? path : [...path, "period"],
        `${step}s`,
      );
    }
    const peerings =
      input.peerings === undefined
        ? undefined
        : list<string | number>(input.peerings).map((id, i) => {
            const place = Array.isArray(input.peerings) ? [...path, "peerings", i] : [...path, "peerings"];
            checkPeering(String(id), findings, networks, place);
            return String(id);
          });
    if (condition === undefined) return [];
    const receivers = list<string>(input.receivers);
    const { periods = 1 } = input;
    return [{ name, ...condition, peerings, period, periods, receivers, source: findings.place(path) }];
  });
}

function checkPeering(
  id: string,
  findings: Findings,
  networks: readonly Network[],
  path: readonly PropertyKey[],
): void {
  const network = networks.findLast(({ peerings }) => peerings.has(id));
  const peering = network?.peerings.get(id);
  if (network === undefined || peering === undefined) {
    const known = networks.flatMap(({ peerings }) => [...peerings.keys()]);
    findings.error("missing-reference", `there is no peering ${id}`, path, nearest(id, known));
    return;
  }
  const profile = profileAt(network, peering.requester.vpc);
  if (hasMetrics(profile, peering)) return;
  const which =
    profile.metrics === "none" ? "no figures of peerings" : "figures of cross-region peerings only";
  findings.error("refused", `${profile.name} publishes ${which}, so nothing can watch ${id}`, path);
}

/** Says what is wrong with expectations: the alarm, or its peering, does not exist. */
export function checkAlarmExpectation(
  { alarm: name, peering }: AlarmExpectation,
  alarms: readonly Alarm[],
  findings: Findings,
  networks: readonly Network[],
  path: readonly PropertyKey[],
): void {
  const alarm = alarms.find((one) => one.name === name);
  if (alarm === undefined) {
    const near = nearest(
      name,
      alarms.map((one) => one.name),
    );
    findings.error("missing-reference", `there is no alarm ${name}`, path, near);
  } else if (alarm.peerings === undefined) checkPeering(peering, findings, networks, path);
  else if (!alarm.peerings.includes(peering)) {
    const near = nearest(peering, alarm.peerings);
    findings.error("missing-reference", `the alarm ${name} does not watch ${peering}`, path, near);
  }
}
