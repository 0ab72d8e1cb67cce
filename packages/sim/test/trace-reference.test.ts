import type { Address } from "@twoway/core";
import { formatAddress } from "@twoway/core";
import { roundTrip, trace } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { edgesOf, networks, seeded, simOf, Tally } from "./generate.ts";
import { bothWays, ownersOf, type PlainNetwork, type PlainSpot, spotIn, walk } from "./reference.ts";

const test = suite("trace and the reference");

/** Every way in which the address can be meant: by each VPC that owns it, or outside. */
function spotsAt(net: PlainNetwork, address: Address): PlainSpot[] {
  const owners = ownersOf(net, address);
  return owners.length === 0
    ? [{ vpc: undefined, subnet: undefined, address }]
    : owners.map((vpc) => spotIn(vpc, address));
}

const CAUSES = [
  "source-not-in-subnet",
  "no-route-table",
  "local-wins",
  "route-disabled",
  "no-route",
  "unsupported-target",
  "peering-wrong-vpc",
  "peering-not-active",
  "route-blackhole",
  "wrong-vpc",
  "non-transitive",
  "edge-to-edge",
  "secondary-cidr-not-carried",
  "no-such-subnet",
  "no-such-host",
  "left-network",
];

test("trace and the reference agree on outcome and cause, at every prefix boundary and beside it", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (generated, random) => {
      const { plain } = generated;
      const network = simOf(generated);
      const spots = edgesOf(plain).flatMap((address) => spotsAt(plain, address));
      const senders = plain.vpcs.flatMap((vpc) => [
        ...vpc.subnets.map((subnet) => ({
          vpc: vpc.id,
          subnet: subnet.id,
          address: subnet.cidrs[0].address,
        })),
      ]);
      const [any] = spots.filter(({ vpc, subnet }) => vpc !== undefined && subnet === undefined);
      for (const from of any === undefined ? senders : [...senders, any]) {
        for (const to of spots) {
          // a third of the pairs, chosen anew for each network
          if (random.next().value % 3 !== 0) continue;
          const found = trace(network, from, to);
          const { outcome, cause } = walk(plain, from, to);
          tally.add(cause ?? outcome);
          if (found.outcome !== outcome || found.cause !== cause) {
            const pair = [from, to]
              .map(({ vpc, address }) => `${vpc} ${formatAddress(address)}`)
              .join(" to ");
            assert.unreachable(`${pair}: ${found.cause}, and the reference says ${cause}\n${generated.text}`);
          }
        }
      }
    }),
    seeded(400),
  );
  tally.print("traces", [...CAUSES, "delivered"]);
});

test("roundTrip and the reference agree on both ways and the verdict (S13, S14)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (generated, random) => {
      const { plain } = generated;
      const network = simOf(generated);
      const spots = edgesOf(plain).flatMap((address) => spotsAt(plain, address));
      for (let n = 0; n < 300; n++) {
        const from = spots[random.next().value % spots.length];
        const to = spots[random.next().value % spots.length];
        if (typeof from.address !== typeof to.address) continue;
        const trip = roundTrip(network, from, to);
        const { verdict, forward, back } = bothWays(plain, from, to);
        const mine = [trip.verdict, trip.forward.cause, trip.return.cause].join(" ");
        assert.is(mine, [verdict, forward.cause, back.cause].join(" "), generated.text);
        tally.add(verdict);
      }
    }),
    seeded(300),
  );
  tally.print("round trips", ["two-way", "forward-only", "return-only", "unreachable", "unknown"]);
});

test.run();
