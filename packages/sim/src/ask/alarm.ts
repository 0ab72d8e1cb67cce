import { ParseError } from "@twoway/core";
import { formatTime } from "../model/clock.ts";
import { nearest } from "../model/issue.ts";
import { coarsen, METRIC_NAMES, METRICS, type Metric, metric, type Series } from "./series.ts";
import { type Period, parseRate } from "./traffic.ts";

/**
 * Alarms on the figures of peerings (A37): a policy watches one metric of some peerings, and somebody is told when it has
 * been beyond its threshold for so many periods in a row, and when it is not any more.
 */

/** An alarm policy. */
export interface Alarm extends Condition {
  readonly name: string;
  /** Ids of the peerings that it watches; every peering that has figures unless given. */
  readonly peerings: readonly string[] | undefined;
  /** Seconds over which a figure is taken. */
  readonly period: Period;
  /** How many periods in a row. */
  readonly periods: number;
  /** Whom to tell. */
  readonly receivers: readonly string[];
  readonly source: string;
}

export interface Condition {
  readonly metric: Metric;
  readonly comparison: Comparison;
  /** In the unit of the metric. */
  readonly threshold: number;
}

const COMPARISONS = {
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
} as const;

type Comparison = keyof typeof COMPARISONS;

export type AlarmState = "OK" | "ALARM";

/** A policy on one of its peerings, after a run. It begins as OK. */
export interface AlarmHistory {
  readonly alarm: Alarm;
  readonly peering: string;
  readonly changes: readonly AlarmChange[];
}

export interface AlarmChange {
  /** The end of the period that decided, in milliseconds since 1970: nobody can know earlier. */
  readonly time: number;
  readonly to: AlarmState;
  /** The figure of that period; undefined when there was none. */
  readonly value: number | undefined;
}

/** One message to the receivers of a policy. */
export interface Notification extends AlarmChange {
  readonly alarm: string;
  readonly peering: string;
  readonly receivers: readonly string[];
  readonly message: string;
}

/**
 * Returns the history of every policy on every peering that it watches. A period without a figure (the peering was not
 * ACTIVE in it) breaks the row. O(periods) for each. Throws a RangeError for a policy whose periods are shorter than
 * those of the series.
 */
export function watch(series: Series, alarms: readonly Alarm[]): AlarmHistory[] {
  const byPeriod = new Map<number, Series>();
  return alarms.flatMap((alarm) => {
    const coarse = byPeriod.get(alarm.period) ?? coarsen(series, alarm.period);
    byPeriod.set(alarm.period, coarse);
    return coarse.peerings
      .filter(({ peering, hasMetrics }) => hasMetrics && (alarm.peerings?.includes(peering) ?? true))
      .map((one): AlarmHistory => {
        const values = metric(coarse, one, alarm.metric);
        return { alarm, peering: one.peering, changes: changesOf(coarse, values, alarm) };
      });
  });
}

function changesOf(series: Series, values: Float64Array, alarm: Alarm): AlarmChange[] {
  const isBeyond = COMPARISONS[alarm.comparison];
  const changes: AlarmChange[] = [];
  let row = 0;
  let state: AlarmState = "OK";
  for (const [i, value] of values.entries()) {
    // a figure that is none compares with nothing
    row = isBeyond(value, alarm.threshold) ? row + 1 : 0;
    const to: AlarmState = row >= alarm.periods ? "ALARM" : row === 0 ? "OK" : state;
    if (to === state) continue;
    state = to;
    const time = series.start + (i + 1) * series.period * 1000;
    changes.push({ time, to, value: Number.isNaN(value) ? undefined : value });
  }
  return changes;
}

/** Returns the state at a time: what has changed by then, that very moment included. */
export function stateAt({ changes }: AlarmHistory, time: number): AlarmState {
  return changes.findLast((change) => change.time <= time)?.to ?? "OK";
}

/** Returns what the receivers are told, in the order of time; at one time in the order of the policies. */
export function notifications(histories: readonly AlarmHistory[]): Notification[] {
  return histories
    .flatMap(({ alarm, peering, changes }) =>
      changes.map((change): Notification => {
        const { name, receivers } = alarm;
        const figure = change.value === undefined ? "has no figure" : `is ${figureText(alarm, change.value)}`;
        const what = `${alarm.metric} ${figure} (${formatCondition(alarm)})`;
        const message = `${formatTime(change.time)} ${name} on ${peering}: ${change.to}, ${what}`;
        return { ...change, alarm: name, peering, receivers, message };
      }),
    )
    .sort((a, b) => a.time - b.time);
}

/** A figure to three digits behind the point, with its unit. */
export function figureText({ metric: name }: Pick<Condition, "metric">, value: number): string {
  const unit = METRICS[name];
  return `${Math.round(value * 1000) / 1000}${unit === "%" ? "%" : ` ${unit}`}`;
}

/** Returns the condition as `parseCondition` reads it. */
export function formatCondition({ metric: name, comparison, threshold }: Condition): string {
  return `${name} ${comparison} ${figureText({ metric: name }, threshold)}`;
}

const CONDITION_USAGE = "PkgDrop > 1%";

/** Reads `PkgDrop > 1%`, `OutBandwidth >= 80 Mbps`, `InPkg < 100 packets/s`. Throws a ParseError. */
export function parseCondition(text: string): Condition {
  const match = /^\s*([A-Za-z]+)\s*(>=|<=|>|<)\s*(.*?)\s*$/.exec(text);
  if (match === null)
    throw new ParseError(
      text,
      "a condition is a metric, a comparison (>, >=, <, <=) and a threshold",
      0,
      CONDITION_USAGE,
    );
  const [, word, comparison, value] = match;
  const name = METRIC_NAMES.find((known) => known === word);
  if (name === undefined) {
    const rule = `${JSON.stringify(word)} is no metric of a peering (${METRIC_NAMES.join(", ")})`;
    throw new ParseError(text, rule, text.indexOf(word), nearest(word, METRIC_NAMES));
  }
  const threshold = parseThreshold(name, value);
  if (threshold !== undefined) return { metric: name, comparison: comparison as Comparison, threshold };
  const at = text.lastIndexOf(value);
  const example = METRICS[name] === "bps" ? "80 Mbps" : METRICS[name] === "%" ? "1%" : "1000 packets/s";
  throw new ParseError(text, `the threshold of ${name} is a number of ${METRICS[name]}`, at, example);
}

function parseThreshold(name: Metric, text: string): number | undefined {
  if (METRICS[name] === "bps") {
    try {
      return parseRate(text);
    } catch {
      return undefined;
    }
  }
  const unit = METRICS[name] === "%" ? "%" : "packets/s";
  const [, digits] = /^(\d{1,12}(?:\.\d{1,3})?) ?(\D+)$/.exec(text) ?? [];
  return digits !== undefined && text.endsWith(unit) && text.slice(digits.length).trim() === unit
    ? Number(digits)
    : undefined;
}

/** What a step expects of an alarm. */
export interface AlarmExpectation {
  /** As it was written. */
  readonly text: string;
  readonly source: string;
  readonly alarm: string;
  readonly peering: string;
  readonly state: AlarmState;
  /** It changed to the state at this time of the day, `10:05` or `10:05:30` UTC; at any time unless given. */
  readonly at: string | undefined;
}

const EXPECTATION_USAGE = "alarm drops on pcx-12: ALARM at 10:05";

/** Reports whether an expectation is meant for an alarm. */
export function isAboutAlarm(text: string): boolean {
  return /^\s*alarm\s+\S+\s+on\s/.test(text);
}

/** Reads `alarm NAME on PEERING: OK|ALARM [at HH:MM[:SS]]`; `source` is not part of the text. Throws a ParseError. */
export function parseAlarmExpectation(text: string): Omit<AlarmExpectation, "source"> {
  const match = /^\s*alarm\s+(\S+)\s+on\s+(\S+?):\s+(\S+)(?:\s+at\s+(\S+))?\s*$/.exec(text);
  if (match === null)
    throw new ParseError(text, "what is expected of an alarm is a state", 0, EXPECTATION_USAGE);
  const [, alarm, peering, state, at] = match;
  if (state !== "OK" && state !== "ALARM")
    throw new ParseError(text, "an alarm is OK or ALARM", text.lastIndexOf(state, text.length), "ALARM");
  if (at !== undefined && !/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(at))
    throw new ParseError(text, "a time of the day is 10:05 or 10:05:30", text.lastIndexOf(at), "10:05");
  return { text: text.trim(), alarm, peering, state, at };
}

/** What is the case of an alarm. */
export interface AlarmFinding {
  readonly expectation: AlarmExpectation;
  readonly state: AlarmState;
  /** Its changes up to the time of the step. */
  readonly changes: readonly AlarmChange[];
  readonly ok: boolean;
}

/** Compares what is expected at a time with what is the case: the state, and the last change to it where a time is given. */
export function findAlarm(
  histories: readonly AlarmHistory[],
  expectation: AlarmExpectation,
  time: number,
): AlarmFinding {
  const { alarm, peering, state: wanted, at } = expectation;
  const history = histories.find((one) => one.alarm.name === alarm && one.peering === peering);
  const changes = (history?.changes ?? []).filter((change) => change.time <= time);
  const state = history === undefined ? "OK" : stateAt(history, time);
  const since = changes.at(-1)?.time;
  const isThen = at === undefined || (since !== undefined && isTimeOfDay(since, at));
  return { expectation, state, changes, ok: state === wanted && isThen };
}

function isTimeOfDay(time: number, at: string): boolean {
  const clock = formatTime(time).slice(11, 19);
  return clock === (at.length === 5 ? `${at}:00` : at);
}
