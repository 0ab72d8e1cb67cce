import { bills, priceOf, type Series } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { read } from "./notation.ts";

const test = suite("billing");

const network = read(`
vpcs:
  v1: { account: 100001, region: r1, cidr: 10.1.0.0/16 }
  v2: { account: 200002, region: r2, cidr: 10.2.0.0/16 }
  v3: { account: 300003, region: r1, cidr: 10.3.0.0/16 }
peerings: { far: v2 - v1 bandwidth 1000, near: v1 - v3 }
`);

/** A series of five-minute samples; each is a rate outwards in Mbps, and one thousandth of it comes in. */
function series(start: string, rates: readonly number[], period = 300): Series {
  const column = (of: (rate: number) => number): Float64Array => Float64Array.from(rates, of);
  const peering = (id: string, crossRegion: boolean, out: number): Series["peerings"][number] => ({
    peering: id,
    requester: "",
    accepter: "",
    crossRegion,
    hasMetrics: crossRegion,
    cap: crossRegion ? 1000 : null,
    softCap: null,
    active: column(() => period),
    capacity: column(() => 1),
    outBytes: column((rate) => (rate * out * period * 1e6) / 8),
    inBytes: column((rate) => (rate * (1001 - out) * period * 1e6) / 8),
    outPackets: column(() => 0),
    inPackets: column(() => 0),
    outDropped: column(() => 0),
    inDropped: column(() => 0),
  });
  return {
    start: Date.parse(start),
    period,
    count: rates.length,
    peerings: [peering("far", true, 1000), peering("near", false, 1000)],
  };
}

test("the requester pays for a cross-region peering, and nobody for one inside a region (B5, D8)", () => {
  const found = bills([network], series("2026-01-01T00:00:00Z", [1]));
  assert.equal(
    found.map(({ peering, payers }) => `${peering} ${payers.join(" ")}`),
    ["far 200002"],
  );
});

test("the day's peak is the largest sample of five minutes in the busier direction", () => {
  const rates = [3, 5, 4, 2, 9, 1];
  const [{ days }] = bills([network], series("2026-01-01T23:45:00Z", rates));
  assert.equal(days, [
    { day: "2026-01-01", peak: 5e9 },
    { day: "2026-01-02", peak: 9e9 },
  ]);
});

test("a short rush is thinned out by its five minutes, and an unfinished sample does not count", () => {
  const [{ days }] = bills([network], series("2026-01-01T00:00:00Z", [0, 10, 0, 0, 0, 99], 60));
  assert.equal(days, [{ day: "2026-01-01", peak: 2e9 }]);
});

for (const [samples, expected, what] of [
  [19, 19, "of fewer than twenty samples none is left out"],
  [20, 19, "of twenty the highest is left out"],
  [39, 38, "of thirty-nine one"],
  [40, 38, "of forty two"],
  [100, 95, "of a hundred five"],
] as const) {
  test(`the month's 95th percentile: ${what}`, () => {
    // in an order of their own: 7 and 100, as 7 and any other of these, have no common divisor but 1
    const rates = Array.from({ length: samples }, (_, i) => 1 + ((i * 7) % samples));
    const [{ months }] = bills([network], series("2026-02-03T00:00:00Z", rates));
    assert.equal(months, [{ month: "2026-02", bps: expected * 1e9, samples, of: 28 * 288 }]);
  });
}

const BRACKETS = [{ upTo: 20, perMbps: "3.19" }, { upTo: 100, perMbps: "1.98" }, { perMbps: "0.000001" }];

// SPEC 2.4: the price of the bracket in which the peak lies counts for all of it
for (const [bps, hundredths, what] of [
  [30_000_000, 5940n, "30 Mbps at 1.98"],
  [20_000_000, 6380n, "the end of a bracket belongs to it"],
  [20_000_001, 3960n, "one bit more does not: 39.60000198"],
  [0, 0n, "nothing"],
  [5_000_000_000, 1n, "half of a hundredth is rounded up: 0.005"],
  [4_999_999_999, 0n, "and less than that is not"],
] as const) {
  test(`${bps} bits per second cost ${hundredths} hundredths: ${what}`, () => {
    assert.is(priceOf(bps, BRACKETS), hundredths);
  });
}

test.run();
