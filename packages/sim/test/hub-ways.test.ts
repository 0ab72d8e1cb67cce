import type { Prefix } from "@twoway/core";
import { InputError, type Network, type Reach, reach } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { hubNetworks } from "./generate-hubs.ts";
import { ask, read } from "./notation.ts";

const test = suite("pairs that go by hubs");

const VERDICTS = ["two-way", "forward-only", "return-only", "unreachable", "unknown"];

const nameOf = ({ subnets }: Reach, s: number): string => `${subnets[s].vpc}/${subnets[s].subnet}`;

/** The verdict of the answer, which follows every packet. */
function followed(network: Network, from: string, to: string): string {
  try {
    const { verdict, partial } = ask(network, from, to);
    return `${verdict} ${partial}`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return "unreachable false"; // no packet can have both addresses
  }
}

/** How many addresses of the subnet that a host can have lie in the blocks. */
function hostsIn(network: Network, { subnets }: Reach, s: number, blocks: readonly Prefix[]): bigint {
  const vpc = network.vpcs.get(subnets[s].vpc)!;
  const { cidrs, hosts } = vpc.subnets.get(subnets[s].subnet)!;
  let count = 0n;
  for (const block of blocks) {
    if (hosts !== undefined) {
      const there = [...hosts.values()].flatMap(({ addresses }) => addresses);
      count += BigInt(there.filter((address) => block.contains(address)).length);
      continue;
    }
    for (const cidr of cidrs.filter((one) => one.overlaps(block))) {
      const kept = cidr.family === 4 ? vpc.profile.reserved4 : vpc.profile.reserved6;
      const [low, high] = [BigInt(cidr.address) + BigInt(kept.first), BigInt(cidr.last) - BigInt(kept.last)];
      const first = low > BigInt(block.address) ? low : BigInt(block.address);
      const last = high < BigInt(block.last) ? high : BigInt(block.last);
      if (first <= last) count += last - first + 1n;
    }
  }
  return count;
}

test("every pair in a network of hubs has the verdict of the answer, and counting by classes counts these (S16)", () => {
  const tally = new Tally();
  let runs = 0;
  fc.assert(
    fc.property(hubNetworks, (text) => {
      const network = read(text);
      const found = reach(network);
      const counted = new Map<string, number>();
      let partials = 0;
      let packets = 0n;
      const isCounted = runs++ % 4 === 0;
      for (const { from, to, verdict, partial } of found.pairs({ all: true })) {
        const expected = followed(network, nameOf(found, from), nameOf(found, to));
        const question = `${nameOf(found, from)} to ${nameOf(found, to)}\n${text}`;
        assert.is(`${verdict} ${partial}`, expected, question);
        counted.set(verdict, (counted.get(verdict) ?? 0) + 1);
        if (partial) partials++;
        const by = found.decidedBy(from, to);
        tally.add(`by ${by}`);
        if (by === "hubs") tally.add(partial ? `${verdict}, partial` : verdict);
        // the sets of a pair are made of packets that were followed one by one
        if (!isCounted) continue;
        for (const { src, dst } of found.pair(from, to).twoWay)
          packets += hostsIn(network, found, from, src) * hostsIn(network, found, to, dst);
      }
      const { packets: all, pairs: _, partial, ...counts } = found.count();
      assert.equal(
        Object.values(counts),
        VERDICTS.map((verdict) => counted.get(verdict) ?? 0),
        text,
      );
      assert.is(partial, partials, text);
      if (isCounted) assert.is(all, packets, text);
      if (isCounted && packets > 0n) tally.add("networks with two-way packets");
    }),
    { ...seeded(1000), endOnFailure: true },
  );
  tally.print("hub pairs", [
    ...VERDICTS,
    ...["unreachable, partial", "forward-only, partial", "unknown, partial"],
    "networks with two-way packets",
    ...["by hubs", "by packets", "by filters", "by arrays"],
  ]);
});

test.run();
