import { type Metering, readScenario, runScenario, type Scenario, type ScenarioReport } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { type Twin, twin } from "./meter-twin.ts";

const test = suite("meter");

/** Four VPCs in two regions and one in a third that the file does not have; peerings of all kinds; routes left out, or wrong. */
const stories: fc.Arbitrary<Scenario> = fc.gen().map((g) => {
  const draw = (below: number): number => g(fc.nat, { max: below - 1 });
  const pick = <T>(items: readonly T[]): T => items[draw(items.length)];
  const regions = ["ap-guangzhou", "ap-guangzhou", "ap-shanghai", "ap-shanghai"];
  const vpcs = Object.fromEntries(
    regions.map((region, v) => [
      `v${v}`,
      { region, cidr: `10.${v}.0.0/16`, subnets: { [`s${v}`]: `10.${v}.1.0/24` } },
    ]),
  );
  const peerings: Record<string, unknown> = {};
  const routes: Record<string, string[]> = { v0: [], v1: [], v2: [], v3: [] };
  for (let a = 0; a < 4; a++) {
    for (let b = a + 1; b < 4; b++) {
      if (draw(6) === 0) continue;
      const id = `p${a}${b}`;
      const [from, to] = draw(2) === 0 ? [a, b] : [b, a];
      const cap = regions[a] === regions[b] ? "" : ` bandwidth ${pick([10, 20, 50])}`;
      peerings[id] = `v${from} - v${to}${cap}${draw(12) === 0 ? " ISOLATED" : ""}`;
      if (draw(8) > 0) routes[`v${a}`].push(`10.${b}.0.0/16 -> ${id}`);
      // what the far VPC does not have, the peering refuses
      if (draw(4) === 0) routes[`v${a}`].push(`10.${6 - a - b}.${pick(["0.0/16", "1.0/24"])} -> ${id}`);
      if (draw(8) > 0) routes[`v${b}`].push(`10.${a}.0.0/16 -> ${id}`);
    }
  }
  peerings.away = {
    requester: "v0",
    accepter: { vpc: "v9", account: "x", region: "ap-beijing" },
    bandwidth: 10,
    name: "away",
  };
  routes.v0.push("10.9.0.0/16 -> away");
  const end = (): string => {
    const v = draw(4);
    return draw(10) === 0 ? pick(["10.9.1.1", `v${v}:10.${v}.7.7`]) : `v${v}:10.${v}.1.${5 + draw(3)}`;
  };
  const traffic: Record<string, object> = {};
  for (let f = 0; f < 1 + draw(9); f++) {
    const start = draw(200);
    traffic[`f${f}`] = {
      flow: draw(2) === 0 ? "v0:10.0.1.5 -> v2:10.2.1.5" : `${end()} -> ${end()}`,
      rate: `${pick([1, 7, 30, 60])}.${pick(["0", "337", "5"])} Mbps`,
      reply: pick(["1 Mbps", "25 Mbps", "333 bps"]),
      packet: pick([64, 100, 576, 1500, 9001, 65_535]),
      pattern: pick([
        "constant",
        `daily with a peak at 0${draw(3)}:${10 + draw(50)} and a low of ${draw(101)}%`,
        `bursts of ${1 + draw(20)}s with pauses of ${1 + draw(40)}s`,
      ]),
      start: `${start}s`,
      ...(draw(2) === 0 ? {} : { end: `${start + 1 + draw(400)}s` }),
    };
  }
  const steps = Array.from({ length: draw(4) }, () => ({
    after: `${draw(150)}s`,
    do: pick([
      `delete-peering ${pick(Object.keys(peerings))}`,
      `modify-peering ${pick(Object.keys(peerings))} bandwidth ${pick([10, 20, 50])}`,
      `isolate-peering ${pick(Object.keys(peerings))}`,
    ]),
  }));
  const meter = { period: pick(["10s", "60s", "300s"]), for: "10m", seed: draw(1000) };
  const now = pick(["2026-01-01T00:00:07Z", "2026-01-01T23:57:00Z", "2026-02-28T00:00:00Z"]);
  const text = JSON.stringify({ load: "lenient", now, vpcs, peerings, routes, traffic, meter, steps });
  return readScenario(text, "story.json").scenario;
});

function metered(report: ScenarioReport): Metering {
  return report.metered!.metering;
}

/** What the meter found, in the shape of its twin. */
function found({ series, flows }: Metering): Twin {
  const lanes = Array.from(flows.offered, (_, lane) => ({
    offered: BigInt(flows.offered[lane]),
    delivered: BigInt(flows.delivered[lane]),
    dropped: BigInt(flows.dropped[lane]),
    unroutable: BigInt(flows.unroutable[lane]),
    unknown: BigInt(flows.unknown[lane]),
  }));
  const links = new Map<string, { bytes: bigint; packets: bigint; dropped: bigint }>();
  for (const one of series.peerings) {
    const sums = (bytes: Float64Array, packets: Float64Array, dropped: Float64Array) =>
      Array.from(bytes, (all, i) => ({
        bytes: BigInt(all),
        packets: BigInt(packets[i]),
        dropped: BigInt(dropped[i]),
      }));
    for (const [i, sum] of sums(one.outBytes, one.outPackets, one.outDropped).entries())
      links.set(`${one.peering} out ${i}`, sum);
    for (const [i, sum] of sums(one.inBytes, one.inPackets, one.inDropped).entries())
      links.set(`${one.peering} in ${i}`, sum);
  }
  return { lanes, links };
}

const isSome = ({ bytes, packets, dropped }: { bytes: bigint; packets: bigint; dropped: bigint }): boolean =>
  bytes + packets + dropped > 0n;

function linesOf({ links }: Twin): string[] {
  return [...links]
    .filter(([, sum]) => isSome(sum))
    .map(([key, { bytes, packets, dropped }]) => `${key}: ${bytes} ${packets} ${dropped}`)
    .sort();
}

test("every packet fares as in a simulation second by second, in integers without limit", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(stories, (scenario) => {
      const report = runScenario(scenario);
      const metering = metered(report);
      // the steps of a story may be refused, so its networks are taken from the run
      const slow = twin(metering.ways, scenario.traffic!);
      const fast = found(metering);
      assert.equal(fast.lanes, slow.lanes);
      assert.equal(linesOf(fast), linesOf(slow));
      for (const lane of slow.lanes)
        for (const fate of ["delivered", "dropped", "unroutable", "unknown"] as const)
          if (lane[fate] > 0n) tally.add(fate);
      if (metering.ways.length > 1) tally.add("networks that change");
      const capped = metering.series.peerings.flatMap(({ cap, outDropped, inDropped }) =>
        cap !== null && [...outDropped, ...inDropped].some((n) => n > 0) ? [cap] : [],
      );
      for (const _ of capped) tally.add("peerings that drop");
    }),
    { ...seeded(150), endOnFailure: true },
  );
  tally.print("packets", [
    "delivered",
    "dropped",
    "unroutable",
    "unknown",
    "networks that change",
    "peerings that drop",
  ]);
});

test("what is offered is delivered, dropped, unroutable or unknown: for every flow, direction and peering, exactly", () => {
  let sums = 0;
  fc.assert(
    fc.property(stories, (scenario) => {
      const { flows, peerings, series, ways } = metered(runScenario(scenario));
      for (const { offered, delivered, dropped, unroutable, unknown } of [flows, peerings]) {
        for (const [row, all] of offered.entries()) {
          assert.is(all, delivered[row] + dropped[row] + unroutable[row] + unknown[row]);
          if (all > 0) sums++;
        }
      }
      // what peerings drop is what flows lose there, and their columns add up to what they were offered
      const total = (numbers: Float64Array): number => numbers.reduce((a, b) => a + b, 0);
      assert.is(total(flows.dropped), total(peerings.dropped));
      for (const [p, one] of series.peerings.entries()) {
        assert.is(total(one.outPackets) + total(one.outDropped), peerings.offered[2 * p]);
        assert.is(total(one.inPackets) + total(one.inDropped), peerings.offered[2 * p + 1]);
        for (let i = 0; i < series.count; i++)
          assert.ok(one.outBytes[i] <= one.capacity[i] && one.inBytes[i] <= one.capacity[i]);
      }
      for (const { paths } of ways) assert.is(paths.length, 2 * scenario.traffic!.flows.length);
    }),
    { ...seeded(150), endOnFailure: true },
  );
  console.log(`\npositive conservation: ${sums} sums`);
});

test("a run of ten-second periods offers the same packets as one of five-minute periods", () => {
  fc.assert(
    fc.property(stories, (scenario) => {
      const offeredBy = (period: 10 | 300): Float64Array =>
        metered(runScenario({ ...scenario, traffic: { ...scenario.traffic!, period } })).flows.offered;
      assert.equal([...offeredBy(10)], [...offeredBy(300)]);
    }),
    { ...seeded(60), endOnFailure: true },
  );
});

test("bursts belong to the seed and the flow's name, whatever other flows there are", () => {
  const run = (flows: string, seed = 1): number => {
    const text = `
vpcs: { v: { cidr: 10.0.0.0/16, subnets: { s: 10.0.1.0/24 } } }
meter: { for: 10m, seed: ${seed} }
traffic: ${flows}`;
    return metered(runScenario(readScenario(text, "t.yaml").scenario)).flows.offered.at(-2)!;
  };
  const one = `{ flow: "10.0.1.5 -> 10.0.1.6", rate: 1 Mbps, pattern: bursts of 37s with pauses of 41s }`;
  assert.is(run(`{ b: ${one} }`), run(`{ a: ${one}, b: ${one} }`));
  assert.is.not(run(`{ b: ${one} }`), run(`{ a: ${one} }`));
  assert.is.not(run(`{ b: ${one} }`), run(`{ b: ${one} }`, 2));
});

/** Two VPCs of two regions, or of one; a flow, and what becomes of it in a minute. */
function between({
  regions = ["ap-guangzhou", "ap-shanghai"] as readonly string[],
  peering = "v1 - v2 bandwidth 10",
  profile = "tencent",
  traffic = "",
  more = "",
}): Metering {
  const text = `
profile: ${profile}
load: lenient
vpcs:
  v1: { region: ${regions[0]}, cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  v2: { region: ${regions[1]}, cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
peerings: { pcx: ${peering} }
routes: { v1: [ 10.2.0.0/16 -> pcx ], v2: [ 10.1.0.0/16 -> pcx ] }
traffic: { f: "${traffic}" }
meter: { for: 1m }
${more}`;
  return metered(runScenario(readScenario(text, "t.yaml").scenario));
}

const sum = (numbers: Float64Array): number => numbers.reduce((a, b) => a + b, 0);

test("a cap holds across regions, and each direction has all of it", () => {
  const { flows, series } = between({ traffic: "a -> b at 12 Mbps, reply 12 Mbps" });
  // 10 Mbps for a minute are 50,000 packets of 1,500 bytes
  assert.equal([...flows.offered], [60_000, 60_000]);
  assert.equal([...flows.delivered], [50_000, 50_000]);
  assert.equal([...flows.dropped], [10_000, 10_000]);
  assert.is(sum(series.peerings[0].outBytes), 75_000_000);
  assert.is(sum(series.peerings[0].inBytes), 75_000_000);
});

for (const [what, input] of [
  ["inside a region", { regions: ["ap-guangzhou", "ap-guangzhou"], peering: "v1 - v2" }],
  // what was written there by mistake is no cap
  ["inside a region, whatever was written", { regions: ["ap-guangzhou", "ap-guangzhou"] }],
  ["on AWS, which has no caps", { profile: "aws", peering: "v1 - v2" }],
] as const) {
  test(`no cap holds ${what}`, () => {
    const { flows, series } = between({ ...input, traffic: "a -> b at 10 Gbps" });
    assert.is(sum(flows.dropped), 0);
    assert.is(sum(flows.delivered), 50_000_000);
    assert.is(series.peerings[0].cap, null);
  });
}

test("the cloud has figures of cross-region peerings, later of all, and AWS of none", () => {
  const traffic = "a -> b at 1 Mbps";
  const same = { regions: ["ap-guangzhou", "ap-guangzhou"], peering: "v1 - v2", traffic };
  const has = (input: Parameters<typeof between>[0]): boolean => between(input).series.peerings[0].hasMetrics;
  assert.equal(
    [
      has({ traffic }),
      has(same),
      has({ ...same, profile: "tencent-2024" }),
      has({ traffic, profile: "aws" }),
    ],
    [true, false, true, false],
  );
});

test("what a filter refuses behind the peering has used the peering; what the peering refuses has not", () => {
  const acl = (id: string): string => `
acls: { shut: { vpc: ${id}, ingress: [], egress: [] } }
`;
  const shut = (id: string, subnet: string): Metering => {
    const text = `
vpcs:
  v1: { region: r1, cidr: 10.1.0.0/16, subnets: { a: { cidr: 10.1.1.0/24${subnet === "a" ? ", acl: shut" : ""} } } }
  v2: { region: r2, cidr: 10.2.0.0/16, subnets: { b: { cidr: 10.2.1.0/24${subnet === "b" ? ", acl: shut" : ""} } } }
peerings: { pcx: v1 - v2 bandwidth 10 }
routes: { v1: [ 10.2.0.0/16 -> pcx ], v2: [ 10.1.0.0/16 -> pcx ] }
traffic: { f: a -> b at 20 Mbps }
meter: { for: 1m }
${acl(id)}`;
    return metered(runScenario(readScenario(text, "t.yaml").scenario));
  };
  // half of it is too much for the cap, and the rest comes to a closed door
  const behind = shut("v2", "b");
  assert.equal([behind.flows.dropped[0], behind.flows.unroutable[0]], [50_000, 50_000]);
  assert.is(sum(behind.series.peerings[0].outPackets), 50_000);
  const before = shut("v1", "a");
  assert.equal([before.flows.dropped[0], before.flows.unroutable[0]], [0, 100_000]);
  assert.is(sum(before.series.peerings[0].outPackets), 0);
});

test("a peering that is deleted in the middle of a period carries nothing from that second on", () => {
  const { flows, series } = between({
    traffic: "a -> b at 10 Mbps",
    more: "steps: [ { after: 45s, do: delete-peering pcx } ]",
  });
  assert.equal([flows.delivered[0], flows.unroutable[0]], [37_500, 12_500]);
  assert.equal([...series.peerings[0].active], [45]);
  assert.equal([...series.peerings[0].capacity], [45 * 1_250_000]);
});

test("of several networks at one time the last one counts, and an end that is not there yet is no way", () => {
  const { flows, ways } = between({
    traffic: "a -> v2/c at 1 Mbps",
    more: "steps: [ { after: 30s, do: create-subnet v2/c 10.2.3.0/24 }, { do: delete-peering pcx } ]",
  });
  assert.equal(
    ways.map(({ paths }) => paths[0].cause),
    ["no-such-end", "no-route"],
  );
  assert.is(flows.unroutable[0], flows.offered[0]);
});

test.run();
