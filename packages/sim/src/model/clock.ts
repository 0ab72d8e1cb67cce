import { ParseError } from "@twoway/core";

/** Time as the rest of the code keeps it: milliseconds since 1970, UTC. There is no hidden clock; a network carries its own. */

/** What "now" is for an input that does not say: 2026-01-01. */
export const DEFAULT_NOW: number = Date.UTC(2026, 0, 1);

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

export const DAY: number = UNITS.d;

/** Reads `7d`, `12h`, `1d12h30m`. Throws a ParseError. */
export function parseDuration(text: string): number {
  if (text === "") throw new ParseError(text, "a duration is missing", 0, "7d");
  let total = 0;
  let at = 0;
  for (const [part, digits, unit] of text.matchAll(/(\d+)([a-z]?)/gy)) {
    const scale = UNITS[unit];
    if (scale === undefined) {
      throw new ParseError(text, "a duration is a number and d, h, m or s", at + digits.length, "7d");
    }
    total += Number(digits) * scale;
    at += part.length;
  }
  if (at < text.length) throw new ParseError(text, "a duration is a number and d, h, m or s", at, "7d");
  if (total > 100_000 * DAY) throw new ParseError(text, "a duration is at most 100000 days", 0);
  return total;
}

export function formatDuration(ms: number): string {
  let rest = ms;
  let text = "";
  for (const [unit, scale] of Object.entries(UNITS)) {
    if (rest >= scale) text += `${Math.floor(rest / scale)}${unit}`;
    rest %= scale;
  }
  return text || "0s";
}

/** Reads `2026-01-01` or `2026-01-01T08:00:00Z`; a time without a zone is UTC. Throws a ParseError. */
export function parseTime(text: string): number {
  const match =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,3})?(Z|[+-]\d{2}:\d{2})?)?$/.exec(
      text,
    );
  const iso =
    match &&
    `${text.slice(0, 10)}T${match[4] ?? "00"}:${match[5] ?? "00"}:${match[6] ?? "00"}${match[7] ?? "Z"}`;
  const time = iso ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(time))
    throw new ParseError(text, "a time is a date, or a date and a time", 0, "2026-01-01T00:00:00Z");
  // Date.parse takes 31 February for 3 March
  if (new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10) !== text.slice(0, 10)) {
    throw new ParseError(text, "the calendar has no such day", 0);
  }
  return time;
}

/** Returns `2026-01-01T00:00:00Z`: whole seconds, UTC. */
export function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
