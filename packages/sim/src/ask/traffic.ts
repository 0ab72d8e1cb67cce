import { ParseError } from "@twoway/core";
import { parseDuration } from "../model/clock.ts";
import { protocolNumber } from "../model/services.ts";
import type { Service } from "./service.ts";

/**
 * Traffic that hosts would like to send: flows with a rate, a size of packet, a beginning, an end, and a pattern in
 * time. Everything is a whole number (bits per second, bytes, seconds), so that what becomes of it can be counted.
 */

/** Who sends to whom, how much, and how much is answered. */
export interface Flow {
  /** Unique; where capacity is short, what cannot be divided goes to flows in the order in which they are listed. */
  readonly id: string;
  /** As it is listed; flows of one kind share it. */
  readonly name: string;
  /** Ends as people write them; all addresses of an end are meant, and the worst pair of them decides (S16). */
  readonly from: string;
  readonly to: string;
  readonly service: Service;
  /** Bits per second while the pattern is at its height. */
  readonly rate: number;
  /** The same for the replies; they are sent whether or not the packets arrive, so that each way is judged by itself. */
  readonly reply: number;
  /** Bytes of a packet, in either direction. */
  readonly packet: number;
  /** Milliseconds since 1970, whole seconds. */
  readonly start: number;
  /** Undefined: it goes on to the end of the run. */
  readonly end: number | undefined;
  readonly pattern: Pattern;
  readonly source: string;
}

/** How much of its rate a flow sends, and when. */
export type Pattern =
  | { readonly kind: "constant" }
  /** Once up and down a day: the whole rate at the peak, `low` percent twelve hours away from it, smooth in between. */
  | { readonly kind: "diurnal"; readonly peakMinute: number; readonly low: number }
  /** All or nothing. Bursts and pauses have these mean lengths in seconds; the seed draws each one. */
  | { readonly kind: "bursty"; readonly burst: number; readonly pause: number };

export interface Traffic {
  readonly flows: readonly Flow[];
  /** Seconds between two figures of a series. */
  readonly period: Period;
  /** Seconds, a multiple of the period. */
  readonly length: number;
  /** Draws the bursts: the same ones for the same seed, whatever else there is. */
  readonly seed: number;
}

/** The granularities of the cloud's monitoring, in seconds; each divides the next. */
export const PERIODS = [10, 60, 300] as const;
export type Period = (typeof PERIODS)[number];

/** What a run may hold. Inside these every count stays below 2^53, where JavaScript's numbers are exact. */
export const TRAFFIC_LIMITS = {
  flows: 100_000,
  /** Of a flow, in bits per second. */
  rate: 100e9,
  /** Bytes of a packet: what Ethernet carries at least, and what IPv4 does at most. */
  packet: { from: 64, to: 65_535 },
  /** Days. */
  length: 31,
  /** Bits that all flows offer in a run, both ways: 9 PB. */
  offered: 2 ** 56,
  /** Flows times periods, bursts and pauses, and figures that alarms look at: some tens of seconds of work. */
  work: 500e6,
  /** Peerings times periods: some hundred MB. */
  figures: 5e6,
  /** Different questions about ways, one for each pair of ends and network: some minutes of work at most. */
  questions: 1e6,
} as const;

/** What a run is about, besides its traffic. */
export interface Extent {
  readonly peerings: number;
  readonly networks: number;
  readonly alarms: number;
}

/** Returns why a run would take too much time or memory; undefined when it does not. */
export function excessOf(
  { flows, length, period }: Traffic,
  { peerings, networks, alarms }: Extent,
): string | undefined {
  const { work, figures, questions } = TRAFFIC_LIMITS;
  const periods = length / period;
  const shorter = "shorten the run, or choose a longer period";
  const bursts = flows.reduce(
    (sum, { pattern }) =>
      pattern.kind === "bursty" ? sum + (2 * length) / (pattern.burst + pattern.pause) : sum,
    0,
  );
  if (flows.length * periods + bursts > work)
    return `${flows.length} flows in ${periods} periods, with their bursts, are more than ${work} together: ${shorter}`;
  if (peerings * periods > figures)
    return `${peerings} peerings in ${periods} periods are more than ${figures} together: ${shorter}`;
  if (alarms * peerings * periods > work)
    return `${alarms} alarms on ${peerings} peerings in ${periods} periods are more than ${work} together: ${shorter}`;
  const asked = new Set(
    flows.map(({ from, to, service }) => `${from} ${to} ${service.protocol} ${service.port}`),
  );
  if (asked.size * networks > questions)
    return `${asked.size} pairs of ends in ${networks} networks are more than ${questions} together: let fewer steps change the network`;
  return undefined;
}

const FLOW_USAGE = "web -> db tcp/5432 at 40 Mbps, reply 2 Mbps";

/** What a flow's line says; the rate may stand elsewhere. */
export interface FlowLine extends Pick<Flow, "from" | "to" | "service"> {
  readonly rate: number | undefined;
  readonly reply: number | undefined;
}

/** Reads `FROM -> TO [SERVICE] [at RATE[, reply RATE]]`. Throws a ParseError. */
export function parseFlow(text: string): FlowLine {
  const match =
    /^\s*(\S+)\s+->\s+(\S+)(?:\s+(?!at\s)([a-z\d]+)(?:\/(\d{1,5}))?)?(\s+at\s+([^,]*?)(,\s*reply\s+(.*?))?)?\s*$/.exec(
      text,
    );
  if (match === null)
    throw new ParseError(text, "a flow is FROM -> TO, a service, and a rate", 0, FLOW_USAGE);
  const [, from, to, protocol = "any", port, tail, rate, , reply] = match;
  if (protocol !== "any" && protocolNumber(protocol) === undefined) {
    const at = text.indexOf(protocol, text.indexOf("->") + 2 + to.length);
    throw new ParseError(text, `${JSON.stringify(protocol)} is not a protocol`, at, "tcp/443");
  }
  const at = tail === undefined ? 0 : text.lastIndexOf(tail);
  return {
    from,
    to,
    service: port === undefined ? { protocol } : { protocol, port: Number(port) },
    rate: rate === undefined ? undefined : within(text, rate, at, parseRate),
    reply: reply === undefined ? undefined : within(text, reply, text.lastIndexOf(reply), parseRate),
  };
}

const RATE_UNITS: Readonly<Record<string, number>> = { bps: 1, kbps: 1e3, Mbps: 1e6, Gbps: 1e9 };

/** Reads `40 Mbps` as bits per second, at most `TRAFFIC_LIMITS.rate`. Throws a ParseError. */
export function parseRate(text: string): number {
  const [, whole = "", fraction = "", unit = ""] =
    /^\s*(\d{1,12})(?:\.(\d{1,3}))?\s*(bps|kbps|Mbps|Gbps)\s*$/.exec(text) ?? [];
  if (whole === "")
    throw new ParseError(text, "a rate is a number and bps, kbps, Mbps or Gbps", 0, "40 Mbps");
  const rate = (Number(whole + fraction) * RATE_UNITS[unit]) / 10 ** fraction.length;
  if (!Number.isInteger(rate)) throw new ParseError(text, "a rate is a whole number of bits per second", 0);
  if (rate > TRAFFIC_LIMITS.rate) throw new ParseError(text, "a flow has at most 100 Gbps", 0, "100 Gbps");
  return rate;
}

export function formatRate(rate: number): string {
  const unit = Object.keys(RATE_UNITS)
    .reverse()
    .find((name) => rate >= RATE_UNITS[name] && Number.isInteger((rate * 1000) / RATE_UNITS[name]));
  return unit === undefined ? `${rate} bps` : `${rate / RATE_UNITS[unit]} ${unit}`;
}

const PATTERN_USAGE =
  "constant, daily with a peak at 14:00 and a low of 10%, or bursts of 30s with pauses of 2m";

/** Reads the pattern of a flow. Throws a ParseError. */
export function parsePattern(text: string): Pattern {
  if (text.trim() === "constant") return { kind: "constant" };
  const daily = /^\s*daily with a peak at (\d{2}):(\d{2})(?: and a low of (\d{1,3})%)?\s*$/.exec(text);
  if (daily !== null) {
    const [, hours, minutes, low = "0"] = daily;
    if (Number(hours) > 23 || Number(minutes) > 59)
      throw new ParseError(text, `${hours}:${minutes} is no time of the day`, text.indexOf(hours), "14:00");
    if (Number(low) > 100)
      throw new ParseError(text, "the low is at most 100%", text.lastIndexOf(low), "100%");
    return { kind: "diurnal", peakMinute: 60 * Number(hours) + Number(minutes), low: Number(low) };
  }
  const bursts = /^\s*bursts of (\S+) with pauses of (\S+)\s*$/.exec(text);
  if (bursts === null) throw new ParseError(text, "this is no pattern of traffic", 0, PATTERN_USAGE);
  const [, burst, pause] = bursts;
  const length = (word: string): number => {
    const seconds = within(text, word, text.lastIndexOf(word), parseDuration) / 1000;
    if (seconds >= 1 && seconds <= LONGEST_BURST) return seconds;
    throw new ParseError(text, "bursts and pauses last from 1s to 1d", text.lastIndexOf(word), "30s");
  };
  return { kind: "bursty", burst: length(burst), pause: length(pause) };
}

const LONGEST_BURST = 86_400;

/** Returns the pattern as `parsePattern` reads it. */
export function formatPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case "constant":
      return "constant";
    case "diurnal": {
      const two = (n: number): string => String(n).padStart(2, "0");
      const { peakMinute, low } = pattern;
      const rest = low === 0 ? "" : ` and a low of ${low}%`;
      return `daily with a peak at ${two(Math.floor(peakMinute / 60))}:${two(peakMinute % 60)}${rest}`;
    }
    case "bursty":
      return `bursts of ${pattern.burst}s with pauses of ${pattern.pause}s`;
    default:
      return pattern satisfies never;
  }
}

/** Reads a part of a line by its own grammar; the error stands at its place in the line. */
function within<T>(text: string, part: string, from: number, parse: (part: string) => T): T {
  try {
    return parse(part);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const at = Math.max(text.indexOf(part, from), 0) + error.offset;
    throw new ParseError(text, error.rule, at, error.suggestion);
  }
}
