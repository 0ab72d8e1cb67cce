import { familyOf } from "@twoway/core";
import { type Box, InputError, type Pair, type Reach, reach } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Generated, networks, seeded, simOf, Tally } from "./generate.ts";
import { wideNetworks } from "./generate-wide.ts";
import { ask, read } from "./notation.ts";
import { type OraclePair, oracle, subnetsOf } from "./reach-oracle.ts";
import { isUsable } from "./reference.ts";

const test = suite("reach");

const either = fc.oneof(networks, wideNetworks({ single: true }));
const VERDICTS = ["two-way", "forward-only", "return-only", "unreachable", "unknown"];

/** Compares the whole of a compiled network with the oracle. */
function checkAll(generated: Generated, found: Reach, tally: Tally): void {
  const expected = oracle(generated.plain);
  const all = [...found.pairs({ all: true })];
  const flat: [number, number, OraclePair][] = expected.flatMap((row, from) =>
    row.flatMap((pair, to): [number, number, OraclePair][] => (pair === undefined ? [] : [[from, to, pair]])),
  );
  assert.is(all.length, flat.length);
  for (const [i, [from, to, pair]] of flat.entries()) {
    const name = `${from} to ${to}\n${generated.text}`;
    assert.equal(all[i], { from, to, verdict: pair.verdict, partial: pair.partial }, name);
    tally.add(pair.partial ? `${pair.verdict}, partial` : pair.verdict);
    if (pair.packets > 0n && found.subnets[from].vpc !== found.subnets[to].vpc) tally.add("over a peering");
  }
  const sparse = flat.filter(([, , { verdict, partial }]) => verdict !== "unreachable" || partial);
  assert.equal(
    [...found.pairs()].map(({ from, to }: Pair) => [from, to]),
    sparse.map(([from, to]) => [from, to]),
    generated.text,
  );
  const counted = (verdict: string): number => flat.filter(([, , pair]) => pair.verdict === verdict).length;
  assert.equal(
    found.count(),
    {
      pairs: flat.length,
      twoWay: counted("two-way"),
      forwardOnly: counted("forward-only"),
      returnOnly: counted("return-only"),
      unreachable: counted("unreachable"),
      unknown: counted("unknown"),
      partial: flat.filter(([, , { partial }]) => partial).length,
      packets: flat.reduce((sum, [, , { packets }]) => sum + packets, 0n),
    },
    generated.text,
  );
}

for (const [what, family, runs] of [
  ["small networks", networks, 400],
  ["wide networks with routes to single addresses", wideNetworks({ single: true }), 150],
  ["wide networks without them", wideNetworks({ single: false }), 60],
] as const) {
  test(`all pairs and all counts equal the oracle: ${what}`, () => {
    const tally = new Tally();
    fc.assert(
      fc.property(family, (generated) => checkAll(generated, reach(simOf(generated)), tally)),
      // a smaller network would take minutes to find
      { ...seeded(runs), endOnFailure: true },
    );
    const partial = ["unreachable", "return-only", "forward-only"].map((verdict) => `${verdict}, partial`);
    tally.print(`pairs, ${what}`, [...VERDICTS, ...partial, "over a peering"]);
  });
}

test("the verdict and the counterexample of a pair are those of the answer for its two subnets (S16)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(either, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (generated, random) => {
      const network = simOf(generated);
      const found = reach(network);
      for (let n = 0; n < 20; n++) {
        const [from, to] = [0, 0].map(() => random.next().value % found.subnets.length);
        if (from === to) continue;
        const [a, b] = [from, to].map((s) => `${found.subnets[s].vpc}/${found.subnets[s].subnet}`);
        const pair = found.pair(from, to);
        try {
          const { verdict, partial, shown } = ask(network, a, b);
          assert.equal([pair.verdict, pair.partial], [verdict, partial], `${a} to ${b}\n${generated.text}`);
          const shows = verdict === "two-way" ? undefined : { from: shown.from, to: shown.to };
          assert.equal(pair.counterexample, shows, `${a} to ${b}\n${generated.text}`);
          tally.add(partial ? `${verdict}, partial` : verdict);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          assert.equal([pair.verdict, pair.partial], ["unreachable", false]);
          assert.is(pair.counterexample, undefined);
          tally.add("no packet possible");
        }
      }
    }),
    { ...seeded(200), endOnFailure: true },
  );
  tally.print("answers", [...VERDICTS, "unreachable, partial", "no packet possible"]);
});

test("the boxes of a pair hold exactly the packets that the oracle counts", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, (generated) => {
      const { plain } = generated;
      const found = reach(simOf(generated));
      const ends = subnetsOf(plain);
      const expected = oracle(plain);
      for (const [from, row] of expected.entries()) {
        for (const [to, pair] of row.entries()) {
          if (pair === undefined) continue;
          const count = (boxes: readonly Box[]): bigint =>
            boxes.reduce((sum, box) => sum + usableIn(box.src, from) * usableIn(box.dst, to), 0n);
          const usableIn = (blocks: Box["src"], s: number): bigint => {
            const { vpc, subnet } = ends[s];
            let usable = 0n;
            for (const block of blocks) {
              for (let at = BigInt(block.address); at <= BigInt(block.last); at++) {
                const address = familyOf(block.address) === 4 ? Number(at) : at;
                if (isUsable(vpc, subnet, address as never)) usable++;
              }
            }
            return usable;
          };
          const sets = found.pair(from, to);
          const sizes = [sets.forward, sets.return, sets.twoWay].map(count);
          assert.equal(sizes, [pair.forward, pair.back, pair.packets], `${from} to ${to}\n${generated.text}`);
          for (const { services, src, dst } of sets.twoWay) {
            assert.is(services, "all");
            tally.add(familyOf(src[0].address) === 4 ? "IPv4" : "IPv6");
            if (src.length > 1 || dst.length > 1) tally.add("several blocks");
          }
        }
      }
    }),
    seeded(150),
  );
  tally.print("boxes", ["IPv4", "IPv6", "several blocks"]);
});

test("a group of a peering and a gateway that nobody knows is in doubt for the peer alone (S17)", () => {
  const network = read(`
profile: aws
load: lenient
vpcs:
  v1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  v2: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
  v3: { cidr: 10.3.0.0/16, subnets: { c: 10.3.1.0/24 } }
peerings: { p12: v1 - v2, p13: v1 - v3 }
gateways: { vpn: vpn v1 }
routes:
  v1: [ 10.0.0.0/8 -> p12, 10.0.0.0/8 -> vpn ]
  v2: [ 10.1.0.0/16 -> p12 ]
  v3: [ 10.1.0.0/16 -> p13 ]`);
  const found = [...reach(network).pairs({ from: [0] })];
  assert.equal(
    found.map(({ to, verdict }) => [to, verdict]),
    [
      [1, "unknown"],
      [2, "return-only"],
    ],
  );
  assert.is(ask(network, "v1/a", "v3/c").verdict, "return-only");
});

test.run();
