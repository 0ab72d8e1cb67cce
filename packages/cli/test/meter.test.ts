import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { twoway } from "./command.ts";

// `twoway meter` from the command line.
const test = suite("meter command");
const folder = mkdtempSync(join(tmpdir(), "twoway-meter-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const CONGESTION = "scenarios/cross-region-congestion.yaml";
const FAILOVER = "scenarios/disaster-failover.yaml";

/** Two VPCs in two regions, and traffic that fits or does not. */
function story(rate: string, more = ""): string {
  return `
now: 2026-01-01
vpcs:
  v1: { region: r1, account: 100001, cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  v2: { region: r2, account: 100001, cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
peerings: { pcx: v1 - v2 bandwidth 10 }
routes: { v1: [ 10.2.0.0/16 -> pcx ], v2: [ 10.1.0.0/16 -> pcx ] }
traffic: { f: a -> b at ${rate} }
meter: { for: 10m }
${more}`;
}

test("the status says whether every packet is delivered, some are lost, or some are unknown", async () => {
  assert.is((await twoway(["meter", file("fits.yaml", story("10 Mbps"))])).status, 0);
  assert.is((await twoway(["meter", file("drops.yaml", story("11 Mbps"))])).status, 1);
  const lost = story("1 Mbps", "steps: [ { after: 5m, do: delete-peering pcx } ]");
  assert.is((await twoway(["meter", file("lost.yaml", lost)])).status, 1);
  const unknown = story("1 Mbps").replace("v1: [ 10.2.0.0/16 -> pcx ]", "v1: unknown");
  const found = await twoway(["meter", file("unknown.yaml", unknown)]);
  assert.is(found.status, 3);
  assert.match(found.out, /100% of the packets are unknown: the input does not say where they go/);
});

test("a network without traffic, and options that do not fit, are errors of the input", async () => {
  const none = await twoway(["meter", "scenarios/quickstart.yaml"]);
  assert.is(none.status, 2);
  assert.match(none.err, /has no `traffic` to meter/);
  assert.is((await twoway(["meter", CONGESTION, "--period", "7s"])).status, 2);
  assert.is((await twoway(["meter", CONGESTION, "--seed", "-1"])).status, 2);
  const long = await twoway(["meter", CONGESTION, "--period", "300s"]);
  assert.is(long.status, 2);
  assert.match(long.err, /the alarm drops looks at periods of 60s, and the run is metered by 300s/);
  const later = await twoway(["meter", CONGESTION, "--do", "advance-clock 1h"]);
  assert.is(later.status, 2);
  assert.match(later.err, /the clock of a run is the scenario's/);
});

test("text tells peerings, flows, alarms and the bill, and every line of bars has its figures", async () => {
  const { status, out } = await twoway(["meter", FAILOVER]);
  assert.is(status, 1);
  assert.match(out, /^backup {2}shop - spare, cross-region, cap 50, then 100 Mbps each way$/m);
  assert.match(
    out,
    /^ {2}OutBandwidth {2}▂{12}▄{5}█{13} {2}peak 100 Mbps at 2026-01-01T10:17:00Z, mean 59\.667 Mbps$/m,
  );
  assert.match(
    out,
    /^ {2}PkgDrop {7}▁{12}▇{5}▁{13} {2}peak 41\.667% at 2026-01-01T10:12:00Z, mean 6\.944%$/m,
  );
  assert.match(out, /^orders, 20 flows +4800000 +4000000 +0 +800000 +0 {2}no-route$/m);
  assert.match(
    out,
    /2026-01-01T10:15:00Z drops on backup: ALARM, PkgDrop is 41\.667% \(PkgDrop > 5%\) {2}to network-duty, shop-owner/,
  );
  assert.match(out, /backup is paid by self/);
  assert.not.ok(out.includes("\u001b"));
});

test("the picture in plain characters has nothing beyond ASCII, and the same figures", async () => {
  const unicode = (await twoway(["meter", CONGESTION])).out;
  const { out } = await twoway(["meter", CONGESTION, "--ascii"]);
  assert.match(out, /^[\n -~]*$/);
  const bare = (text: string): string => text.replace(/^( {2}\w+ +)\S+/gm, "$1");
  assert.is(bare(out), bare(unicode));
});

test("what-ifs come before the run", async () => {
  const wide = await twoway(["meter", CONGESTION, "--do", "modify-peering wide bandwidth 100"]);
  assert.is(wide.status, 0);
  assert.match(wide.out, /every packet is delivered/);
  assert.match(wide.out, /no change: all OK/);
});

test("JSON adds up, and has the series by name", async () => {
  const { out } = await twoway(["meter", FAILOVER, "--format", "json"]);
  const found = JSON.parse(out);
  assert.is(found.version, 1);
  assert.is(found.seconds, 1800);
  for (const counts of [
    ...found.flows.flatMap(({ forward, return: back }: { forward: object; return: object }) => [
      forward,
      back,
    ]),
    ...found.peerings.flatMap(({ out, in: back }: { out: object; in: object }) => [out, back]),
  ]) {
    const { offered, delivered, dropped, unroutable, unknown } = counts;
    assert.is(offered, delivered + dropped + unroutable + unknown);
  }
  const [primary, backup] = found.peerings;
  assert.equal(Object.keys(primary.series), [
    "InBandwidth",
    "OutBandwidth",
    "InPkg",
    "OutPkg",
    "PkgDrop",
    "InbandRate",
    "OutbandRate",
  ]);
  assert.is(primary.series.OutBandwidth.length, 30);
  assert.equal([primary.series.OutBandwidth[9], primary.series.OutBandwidth[10]], [80_000_000, null]);
  assert.equal([backup.series.PkgDrop[11], backup.series.PkgDrop[12]], [0, 41.667]);
  assert.equal(found.alarms[1].changes, [
    { at: "2026-01-01T10:15:00Z", to: "ALARM", value: 41.667 },
    { at: "2026-01-01T10:18:00Z", to: "OK", value: 0 },
  ]);
  assert.equal(found.bills[0], {
    peering: "primary",
    payers: ["self"],
    days: [{ day: "2026-01-01", peak: 80_000_000 }],
    months: [{ month: "2026-01", bps: 80_000_000, samples: 6, of: 8928 }],
  });
});

test("CSV has a line for each period and peering, and nothing where there is no figure", async () => {
  const path = join(folder, "series.csv");
  await twoway(["meter", FAILOVER, "--csv", path]);
  const lines = readFileSync(path, "utf8").split("\n");
  assert.is(lines[0], "time,peering,InBandwidth,OutBandwidth,InPkg,OutPkg,PkgDrop,InbandRate,OutbandRate");
  assert.is(lines[1], "2026-01-01T10:00:00Z,primary,20000000,80000000,1666.667,6666.667,0,10,40");
  assert.is(lines[1 + 3 * 10], "2026-01-01T10:10:00Z,primary,,,,,,,");
  assert.is(lines.length, 1 + 3 * 30 + 1);
  const bad = await twoway(["meter", FAILOVER, "--csv", join(folder, "nowhere", "x.csv")]);
  assert.is(bad.status, 2);
  assert.match(bad.err, /there is no such file/);
});

test("the seed draws the bursts, and the same seed the same ones", async () => {
  const burst = story("1 Mbps").replace(
    "f: a -> b at 1 Mbps",
    "f: { flow: a -> b, rate: 1 Mbps, pattern: bursts of 30s with pauses of 1m }",
  );
  const path = file("burst.yaml", burst);
  const run = async (...args: string[]): Promise<string> =>
    JSON.stringify(JSON.parse((await twoway(["meter", path, "--format", "json", ...args])).out).peerings);
  assert.is(await run(), await run("--seed", "1"));
  assert.is.not(await run(), await run("--seed", "2"));
});

test("prices are the user's own, and every problem of the list is told", async () => {
  const path = file(
    "prices.yaml",
    `
currency: CNY
dailyPeak: [ { upTo: 20, perMbps: "3.19" }, { upTo: 100, perMbps: "1.98" }, { perMbps: "1" } ]
monthly95: [ { perMbps: "100" } ]
`,
  );
  const { out } = await twoway(["meter", file("p.yaml", story("10 Mbps")), "--prices", path]);
  assert.match(out, /daily peak, at most 10 Mbps on 2026-01-01: 31\.90 CNY; 1 day: 31\.90 CNY/);
  assert.match(out, /95th percentile of 2026-01 10 Mbps: 1000\.00 CNY, from 2 of 8928 samples/);
  const without = await twoway(["meter", file("p.yaml", story("10 Mbps"))]);
  assert.match(without.out, /no prices: `--prices FILE` adds yours/);
  const wrong = file(
    "wrong.yaml",
    `
currency: CNY
dailyPeak: [ { perMbps: "1" }, { upTo: 5, perMbps: "1" }, { upTo: 4, perMbps: "1" } ]
`,
  );
  const { status, err } = await twoway(["meter", file("p.yaml", story("10 Mbps")), "--prices", wrong]);
  assert.is(status, 2);
  assert.match(err, /wrong\.yaml:3:14 .*only the last bracket has no `upTo`/);
  assert.match(
    err,
    /wrong\.yaml:3:44 .*the brackets ascend, and 4 stands behind 5|the brackets ascend, and 4 stands behind 5/,
  );
  assert.match(err, /the last bracket has no end/);
  const number = file("number.yaml", "currency: CNY\ndailyPeak: [ { perMbps: 1.5 } ]\n");
  assert.match(
    (await twoway(["meter", file("p.yaml", story("1 Mbps")), "--prices", number])).err,
    /this should be text/,
  );
});

test("check plays alarms too, and tells the history of one that is not as expected", async () => {
  const steps =
    'steps: [ { after: 5m, expect: "alarm drops on pcx: ALARM at 00:02" } ]\nalarms: { drops: { when: PkgDrop > 1% } }';
  const { status, out } = await twoway(["check", file("c.yaml", story("20 Mbps", steps))]);
  assert.is(status, 1);
  assert.match(out, /FAIL {2}alarm drops on pcx: ALARM at 00:02 {2}found ALARM/);
  assert.match(out, /2026-01-01T00:01:00Z ALARM/);
  const junit = await twoway(["check", join(folder, "c.yaml"), "--format", "junit"]);
  assert.match(junit.out, /alarm drops on pcx: ALARM at 00:02: found ALARM/);
});

test.run();
