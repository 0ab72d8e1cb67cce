import { address4, formatAddress } from "@twoway/core";
import { answer, resolveEndpoint, roundTrip, Services, type Spot } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { pathNetworks, simOfPath } from "./generate-packets.ts";
import { bothWays, type End, type Net, type Service } from "./packet-oracle.ts";
import { usableEnds } from "./pair-questions.ts";

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
  "no-route-table",
  "no-such-host",
  "non-transitive",
  "peering-not-active",
  "peering-wrong-vpc",
  "route-blackhole",
  "unsupported-target",
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

/** Every service at which some generated rule begins or ends, and its neighbours; one protocol that no rule names. */
const SERVICES: readonly Service[] = [
  ...[6, 17].flatMap((protocol) =>
    [0, 21, 22, 23, 442, 443, 444, 1023, 1024, 32767, 32768, 60999, 61000, 65535].flatMap((port) =>
      [1024, 32767, 32768, 60999, 61000, 65535].map((sourcePort) => ({ protocol, port, sourcePort })),
    ),
  ),
  ...[0, 3, 8, 9].map((port) => ({ protocol: 1, port, sourcePort: 0 })),
  { protocol: 47, port: 0, sourcePort: 0 },
];

const RANK = ["unreachable", "return-only", "forward-only", "unknown", "two-way"];

function verdictOf(net: Net, from: End, to: End, service: Service): string {
  const [there, back] = bothWays(net, from, to, service).map(({ outcome }) => outcome);
  if (there === "delivered" && back === "delivered") return "two-way";
  if (there !== "dropped" && back !== "dropped") return "unknown";
  return there === "delivered" ? "forward-only" : back === "delivered" ? "return-only" : "unreachable";
}

test("an answer over subnets and services equals brute force over every pair of addresses and every service (S16)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(pathNetworks, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (generated, random) => {
      const { net } = generated;
      const network = simOfPath(generated);
      const one = <T>(items: readonly T[]): T => items[random.next().value! % items.length];
      const end = (): { readonly text: string; readonly spots: readonly End[] } => {
        const { id, subnets } = one(net.vpcs);
        const subnet = one(subnets).id;
        return { text: `${id}/${subnet}`, spots: usableEnds(net, id, subnet) };
      };
      const outside = { text: "172.16.0.5", spots: [{ vpc: undefined, address: 0xac100005 }] };
      const internet = { text: "8.8.8.8", spots: [{ vpc: undefined, address: 0x08080808 }] };
      const [from, to] = one([
        [end(), end()],
        [end(), end()],
        [end(), one([outside, internet])],
        [one([outside, internet]), end()],
      ]);
      const asked = one(["any", "any", "tcp/443", "udp", "icmp"]);
      const [protocol, port] = asked.split("/");
      const number = { tcp: 6, udp: 17, icmp: 1 }[protocol];
      const services = SERVICES.filter(
        (service) =>
          (number === undefined || service.protocol === number) &&
          (port === undefined || service.port === Number(port)),
      );
      const seen = new Set<string>();
      for (const source of from.spots)
        for (const target of to.spots)
          for (const service of services) seen.add(verdictOf(net, source, target, service));
      const question = `${from.text} to ${to.text} ${asked}\n${generated.text}`;
      const found = answer(
        network,
        resolveEndpoint(network, from.text, ""),
        resolveEndpoint(network, to.text, ""),
        {
          protocol,
          ...(port === undefined ? {} : { port: Number(port) }),
        },
      );
      assert.is(
        found.verdict,
        RANK.find((verdict) => seen.has(verdict)),
        question,
      );
      assert.is(found.partial, seen.size > 1, question);
      const { from: source, to: target, packet, verdict } = found.shown;
      assert.is(verdict, found.verdict, question);
      if (packet !== undefined) {
        // the counterexample is one by the oracle too
        const shown: Service = {
          protocol: { tcp: 6, udp: 17, icmp: 1 }[packet.protocol] ?? Number(packet.protocol),
          port: packet.port ?? 0,
          sourcePort: packet.sourcePort ?? 0,
        };
        const ends = [source, target].map(({ vpc, address }) => ({ vpc, address: Number(address) }));
        assert.is(verdictOf(net, ends[0], ends[1], shown), found.verdict, question);
        tally.add("with a counterexample's service");
      }
      tally.add(found.partial ? `${found.verdict}, partial` : found.verdict);
    }),
    seeded(250),
  );
  const partial = ["unreachable", "return-only", "forward-only", "unknown"].map(
    (verdict) => `${verdict}, partial`,
  );
  tally.print("answers", [...RANK, ...partial, "with a counterexample's service"]);
});

test("a sender that is named by its public address is the host that has it", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(pathNetworks, (generated) => {
      const { net } = generated;
      const network = simOfPath(generated);
      const hosts = net.vpcs.flatMap(({ id, subnets }) =>
        subnets.flatMap((subnet) => (subnet.hosts ?? []).map((host) => ({ vpc: id, ...host }))),
      );
      const service = { protocol: 6, port: 443, sourcePort: 50000 };
      for (const { outer } of hosts) {
        if (typeof outer !== "number") continue;
        const from = formatAddress(address4(outer));
        for (const { vpc, address } of hosts) {
          const to = formatAddress(address4(address));
          const found = answer(
            network,
            resolveEndpoint(network, from, ""),
            resolveEndpoint(network, to, ""),
            {
              protocol: "tcp",
              port: 443,
              sourcePort: 50000,
            },
          );
          const expected = verdictOf(net, { vpc: undefined, address: outer }, { vpc, address }, service);
          assert.is(found.verdict, expected, `${from} to ${to}\n${generated.text}`);
          tally.add(expected);
        }
      }
    }),
    seeded(60),
  );
  tally.print("answers to public addresses", ["two-way", "unreachable", "return-only"]);
});

test.run();
