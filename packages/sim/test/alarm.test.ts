import {
  type AlarmHistory,
  coarsen,
  formatTime,
  metric,
  notifications,
  parseAlarmExpectation,
  parseCondition,
  readScenario,
  runScenario,
  stateAt,
  watch,
} from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("alarm");

/** A flow of 20 Mbps over a cap of 10 from minute 3 to minute 8, in a run of twelve minutes. */
function story(
  alarm: string,
  { steps = "", peering = "v1 - v2 bandwidth 10", regions = ["r1", "r2"] } = {},
): string {
  return `
now: 2026-01-01T10:00:00Z
vpcs:
  v1: { region: ${regions[0]}, cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  v2: { region: ${regions[1]}, cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
peerings: { pcx: ${peering} }
routes: { v1: [ 10.2.0.0/16 -> pcx ], v2: [ 10.1.0.0/16 -> pcx ] }
traffic:
  base: a -> b at 4 Mbps
  rush: { flow: a -> b, rate: 16 Mbps, start: 3m, end: 8m }
meter: { for: 12m }
alarms: { watch: ${alarm} }
${steps}`;
}

function historiesOf(text: string): readonly AlarmHistory[] {
  return runScenario(readScenario(text, "t.yaml").scenario).metered!.alarms;
}

function changes(text: string): string[] {
  return historiesOf(text).flatMap(({ peering, changes }) =>
    changes.map(({ time, to }) => `${peering} ${to} ${formatTime(time).slice(11, 16)}`),
  );
}

for (const [what, alarm, expected] of [
  [
    "the end of the first period beyond the threshold",
    "{ when: PkgDrop > 1% }",
    "pcx ALARM 10:04, pcx OK 10:09",
  ],
  ["so many periods in a row", "{ when: PkgDrop > 1%, periods: 3 }", "pcx ALARM 10:06, pcx OK 10:09"],
  ["a row that is too short", "{ when: PkgDrop > 1%, periods: 6 }", ""],
  ["half of the packets are dropped, and not more", "{ when: PkgDrop > 50% }", ""],
  [
    "half of the packets are dropped, and not fewer",
    "{ when: PkgDrop >= 50% }",
    "pcx ALARM 10:04, pcx OK 10:09",
  ],
  ["the cap itself is reached", "{ when: OutBandwidth >= 10 Mbps }", "pcx ALARM 10:04, pcx OK 10:09"],
  ["nothing is above the cap", "{ when: OutBandwidth > 10 Mbps }", ""],
  ["the whole cap is used", "{ when: OutbandRate >= 100% }", "pcx ALARM 10:04, pcx OK 10:09"],
  ["nothing comes in", "{ when: InPkg < 1 packets/s }", "pcx ALARM 10:01"],
  ["two fifths of the cap is not below them", "{ when: OutbandRate < 40% }", ""],
  ["packets of 1,500 bytes", "{ when: OutPkg > 333 packets/s, periods: 2 }", "pcx ALARM 10:02"],
  // the five minutes from 10:00 have three quiet ones and two with a loss of a half
  ["longer periods take a mean", "{ when: PkgDrop > 30%, period: 300s }", "pcx ALARM 10:05"],
  ["and of the next five three are worse", "{ when: PkgDrop > 40%, period: 300s }", "pcx ALARM 10:10"],
  ["and a mean may be too low", "{ when: PkgDrop > 45%, period: 300s }", ""],
  [
    "another peering is not watched",
    "{ when: PkgDrop > 1%, peerings: [ pcx ] }",
    "pcx ALARM 10:04, pcx OK 10:09",
  ],
] as const) {
  test(`${what}: ${alarm}`, () => {
    assert.is(changes(story(alarm)).join(", "), expected);
  });
}

test("a peering that is not ACTIVE has no figures, and an alarm on it is over", () => {
  const steps = "steps: [ { after: 6m, do: isolate-peering pcx }, { after: 1m, do: restore-peering pcx } ]";
  assert.is(
    changes(story("{ when: PkgDrop > 1% }", { steps })).join(", "),
    "pcx ALARM 10:04, pcx OK 10:07, pcx ALARM 10:08, pcx OK 10:09",
  );
  // nothing was carried in the seventh minute, and that is no figure below a threshold either
  assert.is(changes(story("{ when: OutBandwidth < 4 Mbps }", { steps })).join(", "), "");
});

test("the receivers are told at every change, with the figure and the policy", () => {
  const [first, second] = notifications(
    historiesOf(story("{ when: PkgDrop > 1%, receivers: [ ops@example.com, duty ] }")),
  );
  assert.equal(first.receivers, ["ops@example.com", "duty"]);
  assert.is(first.message, "2026-01-01T10:04:00Z watch on pcx: ALARM, PkgDrop is 50% (PkgDrop > 1%)");
  assert.is(second.message, "2026-01-01T10:09:00Z watch on pcx: OK, PkgDrop is 0% (PkgDrop > 1%)");
});

test("the state at a time is that of the last change by then", () => {
  const [history] = historiesOf(story("{ when: PkgDrop > 1% }"));
  const at = (clock: string): string => stateAt(history, Date.parse(`2026-01-01T${clock}Z`));
  assert.equal(["10:03:59", "10:04:00", "10:08:59", "10:09:00"].map(at), ["OK", "ALARM", "ALARM", "OK"]);
});

test("steps expect alarms, and say when they came", () => {
  const steps = (lines: string): string => `steps: [ { after: 6m, expect: [ ${lines} ] } ]`;
  const verdict = (line: string): string => {
    const report = runScenario(
      readScenario(story("{ when: PkgDrop > 1% }", { steps: steps(JSON.stringify(line)) }), "t.yaml")
        .scenario,
    );
    return `${report.passed} ${report.failed}`;
  };
  assert.is(verdict("alarm watch on pcx: ALARM"), "1 0");
  assert.is(verdict("alarm watch on pcx: ALARM at 10:04"), "1 0");
  assert.is(verdict("alarm watch on pcx: ALARM at 10:04:00"), "1 0");
  assert.is(verdict("alarm watch on pcx: ALARM at 10:05"), "0 1");
  assert.is(verdict("alarm watch on pcx: OK"), "0 1");
  // YAML takes a line without quotes for a map
  const bare = story("{ when: PkgDrop > 1% }", {
    steps: "steps:\n  - after: 6m\n    expect:\n      - alarm watch on pcx: ALARM at 10:04\n      - a <-> b",
  });
  assert.is(runScenario(readScenario(bare, "t.yaml").scenario).passed, 2);
});

test("an alarm is not known before the period that decides is over", () => {
  const report = runScenario(
    readScenario(
      story("{ when: PkgDrop > 1% }", {
        steps:
          'steps: [ { after: 239s, expect: "alarm watch on pcx: OK" }, { after: 1s, expect: "alarm watch on pcx: ALARM at 10:04" } ]',
      }),
      "t.yaml",
    ).scenario,
  );
  assert.is(report.failed, 0);
});

test("the metrics have the names of QCE/PCX, and are rates over the period", () => {
  const { series } = runScenario(readScenario(story("{ when: PkgDrop > 1% }"), "t.yaml").scenario).metered!
    .metering;
  const [one] = series.peerings;
  const at = (minute: number): string =>
    (["OutBandwidth", "InBandwidth", "OutPkg", "InPkg", "PkgDrop", "OutbandRate", "InbandRate"] as const)
      .map((name) => Math.round(metric(series, one, name)[minute] * 10) / 10)
      .join(" ");
  assert.is(at(0), "4000000 0 333.3 0 0 40 0");
  assert.is(at(4), "10000000 0 833.3 0 50 100 0");
  const coarse = coarsen(series, 300);
  assert.is(coarse.count, 2); // the last two of the twelve minutes make no whole period
  assert.is(metric(coarse, coarse.peerings[0], "OutBandwidth")[0], 6_400_000);
  assert.throws(() => coarsen(coarse, 60), RangeError);
  assert.throws(
    () => watch(coarse, [{ ...historiesOf(story("{ when: PkgDrop > 1% }"))[0].alarm }]),
    RangeError,
  );
});

test("a share of a cap that is none is no figure", () => {
  const text = `profile: tencent-2024\n${story("{ when: OutbandRate < 1% }", { peering: "v1 - v2", regions: ["r1", "r1"] })}`;
  assert.is(changes(text).join(", "), "");
  assert.is(changes(text.replace("OutbandRate < 1%", "OutBandwidth > 1 Mbps")).join(", "), "pcx ALARM 10:01");
});

for (const [text, rule, suggestion] of [
  ["PkgDrop", "a condition is a metric, a comparison (>, >=, <, <=) and a threshold", "PkgDrop > 1%"],
  ["PkgDrops > 1%", '"PkgDrops" is no metric of a peering', "PkgDrop"],
  ["PkgDrop > 1", "the threshold of PkgDrop is a number of %", "1%"],
  ["PkgDrop > -1%", "the threshold of PkgDrop is a number of %", "1%"],
  ["PkgDrop > 1e308%", "the threshold of PkgDrop is a number of %", "1%"],
  ["PkgDrop = 1%", "a condition is a metric, a comparison (>, >=, <, <=) and a threshold", "PkgDrop > 1%"],
  ["InBandwidth > 80", "the threshold of InBandwidth is a number of bps", "80 Mbps"],
  ["InPkg > 80%", "the threshold of InPkg is a number of packets/s", "1000 packets/s"],
] as const) {
  test(`a condition that is none: ${text}`, () => {
    assert.throws(
      () => parseCondition(text),
      (error: { rule: string; suggestion: string }) =>
        error.rule.startsWith(rule) && error.suggestion === suggestion,
    );
  });
}

for (const [text, rule] of [
  ["alarm drops on pcx", "what is expected of an alarm is a state"],
  ["alarm drops on pcx: MAYBE", "an alarm is OK or ALARM"],
  ["alarm drops on pcx: OK at noon", "a time of the day is 10:05 or 10:05:30"],
  ["alarm drops on pcx: OK at 24:00", "a time of the day is 10:05 or 10:05:30"],
] as const) {
  test(`an expectation that is none: ${text}`, () => {
    assert.throws(
      () => parseAlarmExpectation(text),
      (error: { rule: string }) => error.rule === rule,
    );
  });
}

test.run();
