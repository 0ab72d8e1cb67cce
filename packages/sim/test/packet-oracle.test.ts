import { address4, formatAddress } from "@twoway/core";
import { roundTrip, Services, type Spot } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { pathNetworks, simOfPath } from "./generate-packets.ts";
import { bothWays, type End, type Net, type Service } from "./packet-oracle.ts";

const test = suite("packets and the oracle");

/** Addresses worth asking about: hosts, ends of subnets and beside them, partners, the internet, public addresses. */
function endsOf(net: Net): End[] {
  const inside = net.vpcs.flatMap(({ id, subnets }) =>
    subnets.flatMap(({ cidr, hosts }) => {
      const first = Number(cidr.address);
      const known = (hosts ?? []).map(({ address }) => address);
      return [...known, ...known, first + 4, first + 5, first + 9, first + 12].map((address) => ({
        vpc: id,
        address,
      }));
    }),
  );
  const outer = net.vpcs.flatMap(({ subnets }) =>
    subnets.flatMap(({ hosts }) =>
      (hosts ?? []).flatMap(({ outer }) => (typeof outer === "number" ? [outer] : [])),
    ),
  );
  const outside = [0x08080808, 0x08080808, 0xac100005, 0xac110005, 0xac110105, ...outer.slice(0, 2)];
  return [...inside, ...outside.map((address) => ({ vpc: undefined, address }))];
}

const PORTS = [22, 80, 443, 444, 1023, 1024, 5432, 32767, 32768, 60999, 61000, 65535];

function spotOf(net: Net, { vpc, address }: End): Spot {
  const subnet = net.vpcs
    .find(({ id }) => id === vpc)
    ?.subnets.find(({ cidr }) => cidr.contains(address4(address)));
  return { vpc, subnet: subnet?.id, address: address4(address) };
}

const CAUSES = [
  "edge-to-edge",
  "filter-denied",
  "hub-attachment",
  "left-network",
  "loop",
  "no-public-address",
  "no-route",
  "no-such-host",
  "non-transitive",
  "peering-not-active",
  "peering-wrong-vpc",
  "route-blackhole",
  "unsupported-target",
  "wrong-vpc",
];

test("100,000 random packets fare in both directions as the oracle says, rule by rule", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(pathNetworks, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (generated, random) => {
      const { net } = generated;
      const network = simOfPath(generated);
      const ends = endsOf(net);
      const one = <T>(items: readonly T[]): T => items[random.next().value! % items.length];
      for (let n = 0; n < 200; n++) {
        const [from, to] = [one(ends), one(ends)];
        const protocol = one([6, 6, 6, 17, 1, 47]);
        const port = protocol === 1 ? one([0, 3, 8, 13]) : protocol === 47 ? 0 : one(PORTS);
        const service: Service = { protocol, port, sourcePort: one(PORTS) };
        const [there, back] = bothWays(net, from, to, service);
        const points =
          protocol === 1
            ? Services.of(1, 256 * port, 256 * port)
            : protocol === 47
              ? Services.of(47)
              : Services.of(protocol, port, port);
        const asked = {
          services: points,
          sourcePorts: { first: service.sourcePort, last: service.sourcePort },
        };
        const trip = roundTrip(network, spotOf(net, from), spotOf(net, to), asked);
        const question = `${JSON.stringify(service)} ${from.vpc} ${formatAddress(address4(from.address))} to ${to.vpc} ${formatAddress(address4(to.address))}\n${generated.text}`;
        const found = [trip.forward, trip.return].map(({ outcome, cause }) => `${outcome} ${cause}`);
        assert.equal(
          found,
          [there, back].map(({ outcome, cause }) => `${outcome} ${cause}`),
          question,
        );
        for (const { cause, outcome } of [there, back]) tally.add(cause ?? outcome);
        tally.add(trip.verdict);
      }
    }),
    seeded(500),
  );
  tally.print("packets", [
    ...CAUSES,
    "delivered",
    "two-way",
    "forward-only",
    "return-only",
    "unreachable",
    "unknown",
  ]);
});

test.run();
