import { METRIC_NAMES, metric, readScenario, runScenario } from "@twoway/sim";
import { figuresOf, trafficView } from "@twoway/web/engine/traffic-view";
import {
  alarmsAt,
  COLUMNS,
  countText,
  csvOf,
  percentText,
  rateText,
  rowOf,
  timeOf,
  timeText,
  topOf,
} from "@twoway/web/traffic/figures";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STORIES } from "./networks.ts";

const test = suite("traffic");

const METERED = STORIES.flatMap(({ name, text }) => {
  const { metered } = runScenario(readScenario(text, name).scenario);
  return metered === undefined ? [] : [{ name, metered }];
});

test("the figures of every peering are those of sim, and the list has their peaks and sums", () => {
  assert.ok(METERED.length > 0);
  for (const { name, metered } of METERED) {
    const view = trafficView(metered);
    const { series } = metered.metering;
    assert.is(view.peerings.length, series.peerings.length);
    for (const [p, one] of series.peerings.entries()) {
      const found = figuresOf(metered, one.peering);
      for (const which of METRIC_NAMES)
        assert.is(found.figures[which].join(), metric(series, one, which).join(), `${name} ${which}`);
      const out = [...metric(series, one, "OutBandwidth")].filter((value) => !Number.isNaN(value));
      assert.ok(Object.is(view.peerings[p].peakOut, out.length === 0 ? Number.NaN : Math.max(...out)));
      const { dropped } = metered.metering.peerings;
      assert.is(view.peerings[p].dropped, dropped[2 * p] + dropped[2 * p + 1]);
      assert.is(
        found.dropped.reduce((a, b) => a + b, 0),
        view.peerings[p].dropped,
      );
    }
    assert.throws(() => figuresOf(metered, "nobody"), RangeError);
  }
});

test("replies that a cap drops count like packets that it drops", () => {
  const text = `
vpcs:
  a: { region: ap-guangzhou, cidr: 10.0.0.0/16, subnets: { x: 10.0.1.0/24 } }
  b: { region: ap-shanghai, cidr: 10.1.0.0/16, subnets: { y: 10.1.1.0/24 } }
peerings: { p: a - b bandwidth 50 }
routes: { a: [ 10.1.0.0/16 -> p ], b: [ 10.0.0.0/16 -> p ] }
traffic: { f: "x -> y at 1 Mbps, reply 80 Mbps" }
meter: { for: 10m }
`;
  const metered = runScenario(readScenario(text, "replies.yaml").scenario).metered!;
  const { dropped } = metered.metering.peerings;
  assert.is(dropped[0], 0);
  assert.ok(dropped[1] > 0);
  assert.is(trafficView(metered).peerings[0].dropped, dropped[1]);
  assert.is(
    figuresOf(metered, "p").dropped.reduce((a, b) => a + b, 0),
    dropped[1],
  );
});

test("a period is marked with the alarms that are on at its end", () => {
  let marked = 0;
  for (const { metered } of METERED) {
    const view = trafficView(metered);
    for (const { peering, alarms } of view.peerings) {
      const figures = figuresOf(metered, peering);
      const changes = metered.alarms.filter((history) => history.peering === peering);
      for (let i = 0; i < view.count; i++) {
        const end = view.start + (i + 1) * view.period * 1000;
        const on = changes
          .filter((history) => history.changes.filter(({ time }) => time <= end).at(-1)?.to === "ALARM")
          .map(({ alarm }) => alarm.name);
        assert.equal(alarmsAt(view, figures, i), on, `${peering} ${i}`);
        marked += on.length;
      }
      assert.is(figures.alarms.flatMap(({ spans }) => spans).length, alarms);
    }
  }
  console.log(`\npositive: ${marked} periods in alarm`);
  assert.ok(marked > 0);
});

test("the table and the CSV have a row for each period, with the same figures", () => {
  const [{ metered }] = METERED;
  const view = trafficView(metered);
  const figures = figuresOf(metered, view.peerings[0].peering);
  const lines = csvOf(view, figures).split("\r\n");
  assert.is(lines.pop(), "");
  assert.is(lines.length, view.count + 1);
  const columns = lines[0].split(",").length;
  assert.is(columns, COLUMNS.length);
  for (let i = 0; i < view.count; i++) {
    const cells = lines[i + 1].split(",");
    assert.is(cells.length, columns);
    assert.is(Date.parse(cells[0]), timeOf(view, i));
    assert.is(Number(cells[1]), figures.figures.OutBandwidth[i]);
    assert.is(rowOf(view, figures, i)[1], rateText(Number(cells[1])));
    assert.is(rowOf(view, figures, i).length, columns);
  }
});

test("figures are written alike wherever they are read", () => {
  for (const [rate, text] of [
    [0, "0 bps"],
    [999, "999 bps"],
    [999.9, "1 kbps"],
    [12_345, "12.3 kbps"],
    [999_999, "1 Mbps"],
    [50e6, "50 Mbps"],
    [1.5e9, "1.5 Gbps"],
    [100e9, "100 Gbps"],
    [Number.NaN, "–"],
  ] as const)
    assert.is(rateText(rate), text);
  assert.is(percentText(32.81), "32.8 %");
  assert.is(percentText(Number.NaN), "–");
  assert.equal([0, 999, 1000, 1_253_200].map(countText), ["0", "999", "1,000", "1,253,200"]);
  const noon = Date.UTC(2026, 0, 31, 12, 5, 10);
  assert.equal([timeText(noon, 60), timeText(noon, 10)], ["01-31 12:05", "01-31 12:05:10"]);
});

test("the top of a scale is a round number above everything that is drawn", () => {
  for (const [highest, top] of [
    [0, 1],
    [Number.NaN, 1],
    [50, 52],
    [100, 120],
    [75.1, 80],
    [99.9, 104],
    [400e6, 420e6],
  ] as const)
    assert.is(topOf(highest), top, `${highest}`);
});

test.run();
