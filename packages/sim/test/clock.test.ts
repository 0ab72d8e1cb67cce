import { ParseError } from "@twoway/core";
import { formatDuration, formatTime, parseDuration, parseTime } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded } from "./generate.ts";

const test = suite("clock");
const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

for (const [text, ms] of [
  ["7d", 7 * DAY],
  ["12h", 12 * HOUR],
  ["30m", 30 * MINUTE],
  ["45s", 45 * SECOND],
  ["0s", 0],
  ["1d12h30m15s", DAY + 12 * HOUR + 30 * MINUTE + 15 * SECOND],
  ["36h", 36 * HOUR],
  ["100000d", 100_000 * DAY],
] as const) {
  test(`${text} is ${ms} milliseconds`, () => assert.is(parseDuration(text), ms));
}

for (const [ms, text] of [
  [0, "0s"],
  [7 * DAY, "7d"],
  [36 * HOUR, "1d12h"],
  [DAY + SECOND, "1d1s"],
  [90 * MINUTE, "1h30m"],
] as const) {
  test(`${ms} milliseconds are written ${text}`, () => assert.is(formatDuration(ms), text));
}

// nonsense | index of the character that is wrong
for (const [text, offset] of [
  ["", 0],
  ["d", 0],
  ["7", 1],
  ["7x", 1],
  ["7dd", 2],
  ["7d ", 2],
  [" 7d", 0],
  ["-7d", 0],
  ["1.5d", 1],
  ["7D", 1],
  ["1d2", 3],
  ["100001d", 0],
  ["99999999999999999999999999d", 0],
] as const) {
  test(`${JSON.stringify(text)} is no duration`, () => {
    assert.throws(
      () => parseDuration(text),
      (error: ParseError) => error instanceof ParseError && error.offset === offset,
    );
  });
}

for (const [text, iso] of [
  ["2026-01-01", "2026-01-01T00:00:00Z"],
  ["2026-01-01T08:00", "2026-01-01T08:00:00Z"],
  ["2026-01-01 08:00:30", "2026-01-01T08:00:30Z"],
  ["2026-01-01T08:00:30.123Z", "2026-01-01T08:00:30Z"], // whole seconds
  ["2026-01-01T08:00:00+08:00", "2026-01-01T00:00:00Z"],
  ["2026-01-01T00:00:00+08:00", "2025-12-31T16:00:00Z"],
  ["2024-02-29", "2024-02-29T00:00:00Z"],
] as const) {
  test(`${text} is ${iso}`, () => assert.is(formatTime(parseTime(text)), iso));
}

for (const text of [
  "",
  "now",
  "2026",
  "2026-1-1",
  "2026-13-01",
  "2026-00-10",
  "2026-02-30",
  "2025-02-29",
  "2026-04-31",
  "2026-01-32",
  "2026-01-01T25:00",
  "2026-01-01T08:60",
  "2026-01-01T08",
  "2026-01-01Z",
  "2026-01-01T08:00+25:00",
  "01.02.2026",
  "2026-01-01T08:00:00 UTC",
]) {
  test(`${JSON.stringify(text)} is no time`, () => {
    assert.throws(
      () => parseTime(text),
      (error: unknown) => error instanceof ParseError,
    );
  });
}

test("durations and times of whole seconds are read back as they were written", () => {
  let positive = 0;
  fc.assert(
    fc.property(fc.nat({ max: 100_000 * 86_400 }), fc.nat({ max: 253_402_300_799 }), (duration, time) => {
      assert.is(parseDuration(formatDuration(duration * SECOND)), duration * SECOND);
      assert.is(parseTime(formatTime(time * SECOND)), time * SECOND);
      positive++;
    }),
    seeded(1000),
  );
  console.log(`\npositive durations and times: ${positive}`);
});

test("the time zone of the machine does not matter", () => {
  const zone = process.env.TZ;
  process.env.TZ = "Asia/Shanghai";
  assert.is(formatTime(parseTime("2026-01-01")), "2026-01-01T00:00:00Z");
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test.run();
