import { address4, address6, formatAddress, writeWords } from "@twoway/core";
import {
  apply,
  FlowRecords,
  FlowTally,
  HeavyAddresses,
  layoutOf,
  mergeTallies,
  NO_TALLY,
  parseAction,
  Replay,
  readFlowLog,
  readScenario,
  reportOf,
  type TallyJson,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";

const test = suite("tallies of flows");

const NETWORK = `
profile: aws
vpcs:
  a: { region: r, cidr: [10.1.0.0/16, "fd00:1::/56"], subnets: { a1: { cidr: [10.1.1.0/24, "fd00:1::/64"] }, a2: 10.1.2.0/24 } }
  b: { region: r, cidr: [10.2.0.0/16, "fd00:2::/56"], subnets: { b1: { cidr: [10.2.1.0/24, "fd00:2::/64"], groups: sg } } }
peerings: { ab: a - b }
routes:
  a: [10.2.0.0/16 -> ab, "fd00:2::/56 -> ab"]
  b: [10.1.1.0/24 -> ab, "fd00:1::/56 -> ab"]
groups:
  sg: { vpc: b, ingress: [allow tcp/443 from any], egress: [allow all to any] }
`;

function replayOf(): Replay {
  const { network } = readScenario(NETWORK, "net.yaml").scenario;
  const outcome = apply(network, parseAction("delete-peering ab"), "");
  if (outcome.kind === "refused") throw new Error(outcome.refusal.message);
  return new Replay(network, outcome.network);
}

const HEADER = "srcaddr dstaddr srcport dstport protocol packets bytes action log-status";

/** A log with records of many kinds, lines that are none, and another header in the middle. */
function drawLog(draw: (below: number) => number): string {
  const ends = ["10.1.1.7", "10.1.2.9", "10.2.1.8", "10.2.1.99", "8.8.8.8", "fd00:1::9", "fd00:2::9"];
  const one = <T>(items: readonly T[]): T => items[draw(items.length)];
  const lines = Array.from({ length: 40 + draw(100) }, () => {
    switch (draw(12)) {
      case 0:
        return one([
          "",
          "rubbish",
          "10.1.1.7 10.2.1.8 1 2 6",
          "- - - - - - - - NODATA",
          HEADER,
          "\u00fc\0\t",
        ]);
      default: {
        const isV6 = draw(3) === 0;
        const own = ends.filter((end) => end.includes(":") === isV6);
        const bytes = one(["0", "40", "4503599627370496", "4503599627370495"]);
        return `${one(own)} ${one(own)} ${one([50000, 443])} ${one([443, 22, 50001])} ${one([6, 17])} 3 ${bytes} ${one(["ACCEPT", "REJECT", "-"])} OK`;
      }
    }
  });
  return `${HEADER}\n${lines.join(one(["\n", "\r\n"]))}${one(["", "\n"])}`;
}

async function tallyOf(
  bytes: Uint8Array,
  replay: Replay,
  cuts: readonly number[],
  chunk: number,
): Promise<TallyJson> {
  let all = NO_TALLY;
  const layout = layoutOf(bytes, "log");
  const ends = [...new Set([0, ...cuts, bytes.length])].sort((a, b) => a - b);
  for (let i = 0; i + 1 < ends.length; i++) {
    const [from, to] = [ends[i], ends[i + 1]];
    const tally = new FlowTally(replay.outcomes, "log");
    const found = new Int32Array(4096);
    const start = Math.max(0, from - 1);
    const source = (async function* () {
      for (let at = start; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    })();
    const { lines, malformed } = await readFlowLog(source, {
      layout,
      places: replay.places,
      file: "log",
      range: { from, to },
      onRecords: (records) => {
        replay.classify(records, found);
        tally.add(records, found);
      },
    });
    // a job's result crosses to another thread as JSON
    all = mergeTallies(all, JSON.parse(JSON.stringify(tally.toJson(lines, malformed))));
  }
  return all;
}

test("any split of a log into ranges and chunks comes to the same tally, byte for byte", async () => {
  const counted = new Tally();
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 1 << 30 })), async (random) => {
      const draw = (below: number): number => random.next().value! % below;
      const bytes = new TextEncoder().encode(drawLog(draw));
      const whole = await tallyOf(bytes, replayOf(), [], bytes.length);
      const cuts = Array.from({ length: 1 + draw(6) }, () => draw(bytes.length));
      // each worker has met other records before
      const worn = replayOf();
      await tallyOf(new TextEncoder().encode(drawLog(draw)), worn, [], 100);
      const parts = await tallyOf(bytes, worn, cuts, 1 + draw(64));
      assert.is(JSON.stringify(parts), JSON.stringify(whole), cuts.join());
      const report = reportOf(whole);
      for (const [cls, { records }] of Object.entries(report.classes)) if (records > 0n) counted.add(cls);
      if (whole.malformed.count > 0) counted.add("malformed");
      if (report.total.bytes > BigInt(Number.MAX_SAFE_INTEGER)) counted.add("more bytes than a number holds");
    }),
    { ...seeded(200), endOnFailure: true, includeErrorInReport: true },
  );
  counted.print("logs", [
    "breaks",
    "passes",
    "never",
    "rejected",
    "outside",
    "skipped",
    "malformed",
    "more bytes than a number holds",
  ]);
});

test("sums are exact where a number is not: bytes above 2^53, by subnets, and in all", async () => {
  const line = "10.1.1.7 10.2.1.8 50000 443 6 1 4503599627370495 ACCEPT OK\n";
  const bytes = new TextEncoder().encode(`${HEADER}\n${line.repeat(9)}`);
  const tally = await tallyOf(bytes, replayOf(), [100, 200], 50);
  assert.is(tally.groups.length, 1);
  assert.equal(tally.groups[0].pairs, [["a/a1", "b/b1", "9", "9", "40532396646334455"]]);
  assert.is(reportOf(tally).classes.breaks.bytes, 9n * 4503599627370495n);
});

test("a sample is found again at its line, whatever range it was read in", async () => {
  const lines = Array.from({ length: 50 }, (_, i) => `10.1.1.${10 + i} 10.2.1.8 50000 443 6 1 1 ACCEPT OK`);
  const bytes = new TextEncoder().encode(`${HEADER}\n${lines.join("\n")}`);
  const tally = await tallyOf(bytes, replayOf(), [333, 700, 1400], 64);
  const { samples } = tally.groups[0];
  assert.is(samples.length, 3);
  for (const { line, source } of samples) assert.is(lines[line - 2].split(" ")[0], source);
});

test("the addresses of a sketch: bounds hold for each, nothing frequent is left out, parts are added", () => {
  const counted = new Tally();
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat({ max: 1 << 30 })), (random) => {
      const draw = (below: number): number => random.next().value! % below;
      const kinds = 1 + draw(3000);
      const truth = new Map<string, number>();
      const parts = Array.from({ length: 3 }, () => new HeavyAddresses());
      const whole = new HeavyAddresses();
      const words = new Uint32Array(5);
      for (let n = 0; n < 4000; n++) {
        const which = draw(2) === 0 ? draw(5) : draw(kinds);
        const isV6 = which % 4 === 0;
        const address = isV6
          ? address6(0xfd000000_00000000_00000000_00000000n + BigInt(which))
          : address4(0x0a000000 + which * 77);
        writeWords(address, words, 1);
        truth.set(formatAddress(address), (truth.get(formatAddress(address)) ?? 0) + 1);
        whole.add(isV6 ? 6 : 4, words, 1);
        parts[draw(3)].add(isV6 ? 6 : 4, words, 1);
      }
      const merged = new HeavyAddresses();
      for (const part of parts) merged.addAll(JSON.parse(JSON.stringify(part.toJson())));
      assert.is(JSON.stringify(merged.toJson()), JSON.stringify(whole.toJson()));
      const { addresses, others } = merged.top(10);
      for (const { address, least, most } of addresses) {
        const count = truth.get(address) ?? 0;
        assert.ok(least <= count && count <= most, `${address}: ${least} <= ${count} <= ${most}`);
        counted.add(least === most ? "exact" : "bounded");
      }
      const told = new Set(addresses.map(({ address }) => address));
      for (const [address, count] of truth)
        if (!told.has(address)) assert.ok(count <= others, `${address} ${count}, and others ${others}`);
    }),
    { ...seeded(60), endOnFailure: true, includeErrorInReport: true },
  );
  counted.print("addresses", ["exact", "bounded"]);
});

test("a full table is forgotten and what comes after is judged the same", () => {
  const replay = replayOf();
  const records = new FlowRecords(1000);
  const seen = new Map<number, string>();
  const found = new Int32Array(1000);
  // every place number is another key, far more than the table keeps
  for (let round = 0; round < 700; round++) {
    for (let row = 0; row < 1000; row++) {
      records.family[row] = 4;
      records.source[4 * row] = 0x0a010107;
      records.destination[4 * row] = row % 2 === 0 ? 0x0a020108 : 0x08080808;
      records.destinationPort[row] = 443;
      records.sourcePort[row] = 50000;
      records.protocol[row] = 6;
      records.action[row] = 1;
      records.place[row] = 1000 * round + row + 100;
    }
    records.length = 1000;
    replay.classify(records, found);
    for (let row = 0; row < 1000; row++) seen.set(row % 2, replay.outcomes[found[row]].class);
    assert.equal([...seen.values()], ["breaks", "never"]);
  }
});

test.run();
