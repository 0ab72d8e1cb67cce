import {
  apply,
  METRIC_NAMES,
  meter,
  metric,
  type Network,
  parseAction,
  playStep,
  readScenario,
  runScenario,
  type Scenario,
  type Series,
} from "@twoway/sim";
import { Engine } from "@twoway/web/engine/engine";
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
import { openedBy, STORIES } from "./networks.ts";

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
      const found = figuresOf(metered, one.peering)!;
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
    assert.is(figuresOf(metered, "nobody"), undefined);
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
    figuresOf(metered, "p")!.dropped.reduce((a, b) => a + b, 0),
    dropped[1],
  );
});

/** Plays the story by hand, with the changes behind so many steps, and meters its networks. */
function meteredByHand(story: Scenario, played: number, lines: readonly string[]): Series {
  let { network } = story;
  const moments = [{ time: network.now, network }];
  const note = (next: Network): void => {
    network = next;
    moments.push({ time: network.now, network });
  };
  const change = (): void => {
    for (const line of lines) {
      const outcome = apply(network, parseAction(line), "by hand");
      assert.is(outcome.kind, "applied", line);
      if (outcome.kind === "applied") network = outcome.network;
    }
    note(network);
  };
  for (const [i, step] of story.steps.entries()) {
    if (i === played) change();
    note(playStep(network, step).network);
  }
  if (played === story.steps.length) change();
  return meter(moments, story.traffic!).series;
}

test("traffic is metered again with the changes, from the step on that they are made at, and with none as before", () => {
  const lines = ["modify-peering wide bandwidth 20", "delete-peering near"];
  const { name, text } = STORIES.find((one) => one.name === "cross-region-congestion.yaml")!;
  const { scenario } = readScenario(text, name);
  const engine = new Engine();
  openedBy(engine, { name, text });
  const plain = engine.traffic()!;
  assert.is(plain.before, undefined);
  let time = scenario.network.now;
  const marks = scenario.steps.map(({ after, note }, i) => {
    time += after;
    return { time, label: `${i + 1}`, note };
  });
  assert.equal(plain.now.marks, marks);
  let differ = 0;
  for (const [played] of [undefined, ...scenario.steps].entries()) {
    engine.goTo(played);
    assert.is(engine.change(lines).refused, undefined);
    const { now, before } = engine.traffic()!;
    assert.equal(before, plain.now);
    assert.is(now.marks[played].label, "what-if");
    assert.is(now.marks[played].note, lines.join("; "));
    const series = meteredByHand(scenario, played, lines);
    for (const one of series.peerings) {
      const found = engine.figures(one.peering);
      const out = metric(series, one, "OutBandwidth");
      assert.is(found.now!.figures.OutBandwidth.join(), out.join(), `${one.peering} from step ${played} on`);
      if (found.before!.figures.OutBandwidth.join() !== out.join()) differ++;
    }
    const { offered, delivered, dropped, unroutable, unknown } = now.totals;
    assert.is(offered, delivered + dropped + unroutable + unknown);
    if (played === 0) {
      const { peakOut } = now.peerings.find(({ peering }) => peering === "near")!;
      assert.ok(Number.isNaN(peakOut), "it is gone before anything is sent");
      assert.ok(unroutable > 0);
    }
  }
  console.log(`\npositive: ${differ} peerings carry something else`);
  assert.ok(differ > 3);
  // another list is another run
  engine.goTo(0);
  for (const list of [lines.slice(1), lines]) {
    engine.change(list);
    const series = meteredByHand(scenario, 0, list);
    const [wide] = series.peerings;
    const found = engine.figures(wide.peering).now!.figures.OutBandwidth;
    assert.is(found.join(), metric(series, wide, "OutBandwidth").join(), list.join());
  }
  engine.change([]);
  assert.equal(engine.traffic(), plain);
});

test("a peering that the changes keep a story from making has figures from before them only", () => {
  const text = `
vpcs:
  a: { cidr: 10.0.0.0/16, subnets: { x: 10.0.1.0/24 } }
  b: { cidr: 10.1.0.0/16, subnets: { y: 10.1.1.0/24 } }
traffic: { f: x -> y at 1 Mbps }
meter: { for: 10m }
steps: [ { after: 1m, do: create-peering p a - b } ]
`;
  const engine = new Engine();
  openedBy(engine, { name: "made.yaml", text });
  assert.equal(Object.keys(engine.figures("p")), ["now"]);
  engine.change(["delete-subnet b/y", "delete-vpc b"]);
  const { now, before } = engine.traffic()!;
  assert.equal([now.peerings.length, before?.peerings.length], [0, 1]);
  assert.equal(Object.keys(engine.figures("p")), ["before"]);
});

test("a period is marked with the alarms that are on at its end", () => {
  let marked = 0;
  for (const { metered } of METERED) {
    const view = trafficView(metered);
    for (const { peering, alarms } of view.peerings) {
      const figures = figuresOf(metered, peering)!;
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
  const figures = figuresOf(metered, view.peerings[0].peering)!;
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
