import {
  excessOf,
  formatPattern,
  formatRate,
  InputError,
  parseFlow,
  parsePattern,
  parseRate,
  readScenario,
  scenarioJsonText,
  scenarioText,
} from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("traffic");

for (const [text, expected] of [
  ["web -> db at 40 Mbps", "web db any - 40000000 -"],
  ["web -> db tcp/5432 at 1.5 Gbps, reply 333 bps", "web db tcp 5432 1500000000 333"],
  ["  v1:10.0.0.1   ->   2001:db8::1   udp   at 0.5 kbps ", "v1:10.0.0.1 2001:db8::1 udp - 500 -"],
  ["web -> db", "web db any - - -"],
  ["at -> at at 1 bps", "at at any - 1 -"], // names may be anything
] as const) {
  test(`reads ${text}`, () => {
    const { from, to, service, rate, reply } = parseFlow(text);
    assert.is(
      `${from} ${to} ${service.protocol} ${service.port ?? "-"} ${rate ?? "-"} ${reply ?? "-"}`,
      expected,
    );
  });
}

for (const [rate, text] of [
  [0, "0 bps"],
  [999, "999 bps"],
  [40_000_000, "40 Mbps"],
  [1_500_000_000, "1.5 Gbps"],
  [1_234_567, "1234.567 kbps"],
] as const) {
  test(`${rate} bits per second are ${text}, and the other way round`, () => {
    assert.is(formatRate(rate), text);
    assert.is(parseRate(text), rate);
  });
}

for (const text of [
  "constant",
  "daily with a peak at 14:00",
  "daily with a peak at 00:05 and a low of 10%",
  "bursts of 30s with pauses of 120s",
]) {
  test(`the pattern ${text} is written as it is read`, () => {
    assert.is(formatPattern(parsePattern(text)), text);
  });
}

const VPCS = `
now: 2026-01-01
vpcs:
  v1: { region: r1, cidr: 10.1.0.0/16, subnets: { web: 10.1.1.0/24 } }
  v2: { region: r2, cidr: 10.2.0.0/16, subnets: { db: 10.2.1.0/24 } }
  v3: { region: r1, cidr: 10.3.0.0/16, subnets: { log: 10.3.1.0/24 } }
peerings: { pcx: v1 - v2 bandwidth 10, near: v1 - v3 }
`;

/** The issues of a scenario whose lines stand behind the seven lines above. */
function issues(lines: string): string[] {
  try {
    readScenario(`${VPCS}${lines}`, "t.yaml");
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.issues.map(({ source, message }) => `${source.slice("t.yaml:".length)} ${message}`);
  }
  return [];
}

const many = `{ flow: web -> db, rate: 1 Mbps, count: 100000 }`;

// lines | the first issue
for (const [lines, expected] of [
  [
    'traffic: { f: "web -> db at -5 Mbps" }',
    '8:29 "web -> db at -5 Mbps": a rate is a number and bps, kbps, Mbps or Gbps',
  ],
  [
    'traffic: { f: "web -> db at 1e308 Mbps" }',
    '8:29 "web -> db at 1e308 Mbps": a rate is a number and bps, kbps, Mbps or Gbps',
  ],
  ['traffic: { f: "web -> db at 101 Gbps" }', '8:29 "web -> db at 101 Gbps": a flow has at most 100 Gbps'],
  [
    'traffic: { f: "web -> db at 0.5 bps" }',
    '8:29 "web -> db at 0.5 bps": a rate is a whole number of bits per second',
  ],
  ['traffic: { f: "web -> db" }', "8:16 f has no rate"],
  ['traffic: { f: "web to db" }', '8:16 "web to db": a flow is FROM -> TO, a service, and a rate'],
  ['traffic: { f: "web -> db http at 1 bps" }', '8:26 "web -> db http at 1 bps": "http" is not a protocol'],
  ['traffic: { f: "web -> nobody at 1 bps" }', '8:16 there is no VPC, subnet, host or address "nobody"'],
  ['traffic: { f: { flow: "web -> db at 1 bps", rate: 2 bps } }', "8:51 the rate of f is given twice"],
  ["traffic: { f: { flow: web -> db, rate: 5 } }", "8:40 this should be text"],
  ["traffic: { f: { flow: web -> db, rate: 5 bps, packet: 63 } }", "8:55 this should be at least 64"],
  ["traffic: { f: { flow: web -> db, rate: 5 bps, packet: 1e9 } }", "8:55 this should be at most 65535"],
  [
    "traffic: { f: { flow: web -> db, rate: 5 bps, start: 2m, end: 1m } }",
    "8:63 f ends before it has started",
  ],
  [
    "traffic: { f: { flow: web -> db, rate: 5 bps, start: 2025-12-31 } }",
    "8:54 f starts before the scenario's clock",
  ],
  [
    "traffic: { f: { flow: web -> db, rate: 5 bps, end: soon } }",
    '8:52 "soon": a duration is a number and d, h, m or s',
  ],
  [
    "traffic: { f: { flow: web -> db, rate: 5 bps, pattern: wild } }",
    '8:56 "wild": this is no pattern of traffic',
  ],
  [
    "traffic: { f: { flow: web -> db, rate: 5 bps, pattern: daily with a peak at 25:00 } }",
    '8:77 "daily with a peak at 25:00": 25:00 is no time of the day',
  ],
  [
    "traffic: { f: { flow: web -> db, rate: 5 bps, pattern: bursts of 30s with pauses of 0s } }",
    '8:85 "bursts of 30s with pauses of 0s": bursts and pauses last from 1s to 1d',
  ],
  ["traffic: { f: { flow: web -> db, rate: 5 bps, count: 1000000 } }", "8:54 this should be at most 100000"],
  [`traffic: { f: ${many}, g: ${many} }`, "8:68 there are more than 100000 flows"],
  [
    `traffic: { f: ${many} }\nmeter: { for: 6d }`,
    "8:10 100000 flows in 8640 periods, with their bursts, are more than 500000000 together: shorten the run, or choose a longer period",
  ],
  [
    'traffic: { f: "web -> db at 100 Gbps", g: "web -> db at 100 Gbps" }\nmeter: { for: 31d }',
    "8:10 the flows offer more than 9 PB in this run: shorten it, or split it",
  ],
  ['traffic: { f: "web -> db at 1 bps" }\nmeter: { for: 32d }', "9:15 a run lasts at most 31 days"],
  ['traffic: { f: "web -> db at 1 bps" }\nmeter: { for: 0s }', "9:15 a run lasts longer than no time"],
  [
    'traffic: { f: "web -> db at 1 bps" }\nmeter: { period: 7s }',
    '9:18 this should be "10s" or "60s" or "300s"',
  ],
  ['traffic: { f: "web -> db at 1 bps" }\nmeter: { perod: 10s }', '9:10 the key "perod" is not known here'],
  ["meter: { for: 1h }", "8:1 `meter` is about `traffic`, and there is none"],
  [
    'traffic: { f: "web -> db at 1 bps" }\nalarms: { a: { when: PkgDrop > 1%, peerings: pcy } }',
    "9:46 there is no peering pcy",
  ],
  [
    'traffic: { f: "web -> db at 1 bps" }\nalarms: { a: { when: PkgDrop > 1%, peerings: near } }',
    "9:46 tencent publishes figures of cross-region peerings only, so nothing can watch near",
  ],
  [
    'traffic: { f: "web -> db at 1 bps" }\nalarms: { a: { when: PkgDrop > 1%, period: 10s } }',
    "9:44 a looks at periods of 10s, and the run is metered by 60s",
  ],
  [
    'traffic: { f: "web -> db at 1 bps" }\nsteps: [ { expect: "alarm a on pcx: OK" } ]',
    "9:21 there is no alarm a",
  ],
  [
    'traffic: { f: "web -> db at 1 bps" }\nalarms: { a: { when: PkgDrop > 1%, peerings: pcx } }\nsteps: [ { expect: "alarm a on near: OK" } ]',
    "10:21 the alarm a does not watch near",
  ],
  [
    `traffic: { f: { flow: web -> db, rate: 1 bps, pattern: bursts of 1s with pauses of 1s, count: 10000 } }\nmeter: { for: 1d }`,
    "8:10 10000 flows in 1440 periods, with their bursts, are more than 500000000 together: shorten the run, or choose a longer period",
  ],
  [
    'traffic: { f: "web -> db at 1 bps" }\nmeter: { for: 5m }\nalarms: { a: { when: PkgDrop > 1% } }\nsteps: [ { after: 6m, expect: "alarm a on pcx: OK" } ]',
    "11:32 the run is over before this step, so no alarm changes by then",
  ],
  // YAML makes a number of what is written like one
  ["traffic: { f: 1e308 }", "8:15 this should be text or a map"],
  ["traffic: [ 1 ]", "8:10 this should be a map"],
] as const) {
  test(`says what is wrong with ${lines.replaceAll("\n", " ")}`, () => {
    assert.is(issues(lines)[0], expected);
  });
}

test("what is right has no issue, also when an end is there only later, and a name is used in the past", () => {
  assert.equal(
    issues(`traffic: { f: { flow: web -> v2/new, rate: 1 bps, count: 3 } }
steps: [ { after: 5m, do: create-subnet v2/new 10.2.9.0/24 }, { do: delete-subnet v2/new } ]`),
    [],
  );
});

test("a run goes on to the last step or the last end of a flow, an hour if there is neither, in whole periods", () => {
  const length = (lines: string): number =>
    readScenario(`${VPCS}${lines}`, "t.yaml").scenario.traffic!.length;
  const flow = 'traffic: { f: "web -> db at 1 bps" }';
  assert.is(length(flow), 3600);
  assert.is(length(`${flow}\nsteps: [ { after: 5m }, { after: 61s } ]`), 420);
  assert.is(length("traffic: { f: { flow: web -> db, rate: 1 bps, end: 90s } }"), 120);
  assert.is(length(`${flow}\nmeter: { for: 90s, period: 10s }`), 90);
});

test("what a run takes is bounded: figures, what alarms look at, and questions about ways", () => {
  const { traffic } = readScenario(
    `${VPCS}traffic: { f: { flow: web -> db, rate: 1 bps } }`,
    "t.yaml",
  ).scenario;
  const extent = { peerings: 2, networks: 1, alarms: 1 };
  assert.is(excessOf(traffic!, extent), undefined);
  for (const [more, expected] of [
    [{ peerings: 100_000 }, /^100000 peerings in 60 periods are more than 5000000 together/],
    [
      { peerings: 80_000, alarms: 1000 },
      /^1000 alarms on 80000 peerings in 60 periods are more than 500000000 together/,
    ],
    [{ networks: 1_000_001 }, /^1 pairs of ends in 1000001 networks are more than 1000000 together/],
  ] as const)
    assert.match(excessOf(traffic!, { ...extent, ...more }) ?? "", expected);
});

test("flows of a kind are numbered", () => {
  const { flows } = readScenario(
    `${VPCS}traffic: { f: { flow: web -> db, rate: 1 bps, count: 3 } }`,
    "t.yaml",
  ).scenario.traffic!;
  assert.equal(
    flows.map(({ id }) => id),
    ["f.1", "f.2", "f.3"],
  );
});

test("YAML and JSON say the same", () => {
  const yaml = readScenario(
    `${VPCS}traffic: { f: { flow: web -> db tcp/443, rate: 5 Mbps, start: 1m } }\nalarms: { a: { when: PkgDrop > 1%, periods: 2 } }`,
    "t",
  ).scenario;
  const json = readScenario(
    JSON.stringify({
      now: "2026-01-01",
      vpcs: {
        v1: { region: "r1", cidr: "10.1.0.0/16", subnets: { web: "10.1.1.0/24" } },
        v2: { region: "r2", cidr: "10.2.0.0/16", subnets: { db: "10.2.1.0/24" } },
      },
      traffic: { f: { flow: "web -> db tcp/443", rate: "5 Mbps", start: "1m" } },
      alarms: { a: { when: "PkgDrop > 1%", periods: 2 } },
    }),
    "t",
  ).scenario;
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, inner) => (key === "source" ? undefined : inner)));
  assert.equal(plain(yaml.traffic), plain(json.traffic));
  assert.equal(plain(yaml.alarms), plain(json.alarms));
});

test("traffic and alarms are written as they are read, in YAML and in JSON", () => {
  const text = `${VPCS}traffic:
  a: web -> db tcp/443 at 1.5 Mbps, reply 333 bps
  b: { flow: web -> db udp, rate: 5 kbps, packet: 64, start: 2m, end: 5m, count: 3 }
  c: { flow: db -> 10.1.1.7, rate: 1 Gbps, pattern: daily with a peak at 06:30 and a low of 25% }
  d: { flow: 10.1.1.9 -> db, rate: 1 bps, pattern: bursts of 90s with pauses of 1h }
meter: { for: 7m, period: 10s, seed: 9 }
alarms:
  x: { when: PkgDrop > 0.5%, peerings: [ pcx ], period: 300s, periods: 4, receivers: [ a, b ] }
  y: { when: InBandwidth <= 1.5 Mbps }
  z: { when: OutPkg >= 1000.25 packets/s }
`;
  const { scenario } = readScenario(text, "t.yaml");
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, inner) => (key === "source" ? undefined : inner)));
  for (const write of [scenarioText, scenarioJsonText]) {
    const copy = readScenario(write(scenario.network, "copy", scenario), "copy").scenario;
    assert.equal(plain(copy.traffic), plain(scenario.traffic));
    assert.equal(plain(copy.alarms), plain(scenario.alarms));
  }
});

test.run();
