import { type Address, formatAddress, Prefix, writeWords } from "@twoway/core";
import {
  ACTION,
  DIRECTION,
  ELSEWHERE,
  FlowRecords,
  type Network,
  Replay,
  Routes,
  readScenario,
  roundTrip,
  Services,
  type Spot,
  UNSAID,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judgePlainly, type PlainRecord } from "./flow-oracle.ts";
import { edgesOf, networks, seeded, simOf, Tally } from "./generate.ts";
import { type GeneratedPath, pathNetworks, simOfPath } from "./generate-packets.ts";
import type { Net } from "./packet-oracle.ts";

const test = suite("replay");

const PORTS = [0, 22, 80, 443, 444, 1023, 1024, 5432, 8080, 32767, 32768, 50000, 60999, 61000, 65535];
const encoder = new TextEncoder();

/** Hosts, ends of subnets and beside them, partners, the internet, public addresses. */
function addressesOf(net: Net): number[] {
  const inside = net.vpcs.flatMap(({ subnets }) =>
    subnets.flatMap(({ cidr, hosts }) => {
      const first = Number(cidr.address);
      const known = (hosts ?? []).map(({ address }) => address);
      return [...known, ...known, first, first + 4, first + 5, first + 9, first + 15];
    }),
  );
  const outer = net.vpcs.flatMap(({ subnets }) =>
    subnets.flatMap(({ hosts }) =>
      (hosts ?? []).flatMap((host) => (typeof host.outer === "number" ? [host.outer] : [])),
    ),
  );
  const nats = net.gateways.flatMap(({ address }) => address ?? []);
  return [...inside, 0x08080808, 0xac100005, 0xac110105, 0x0a0900ff, ...outer.slice(0, 3), ...nats];
}

function drawRecords(before: Net, after: Net, count: number, draw: () => number): PlainRecord[] {
  const one = <T>(items: readonly T[]): T => items[draw() % items.length];
  const addresses = [...addressesOf(before), ...addressesOf(after)];
  const places = [
    undefined,
    undefined,
    "elsewhere" as const,
    ...before.vpcs.flatMap(({ id, subnets }) => [
      { vpc: id },
      { vpc: id },
      ...subnets.map((subnet) => ({ vpc: id, subnet: subnet.id })),
    ]),
  ];
  return Array.from({ length: count }, () => {
    const place = one(places);
    return {
      source: one(addresses),
      destination: one(addresses),
      protocol: one([6, 6, 6, 17, 1, 47]),
      sourcePort: one(PORTS),
      port: one(PORTS),
      action: one(["accepted", "accepted", "rejected", "unsaid"] as const),
      flags: one([0, 0, 2, 3, 16, 18, 19, 7]),
      direction: one(["unsaid", "ingress", "egress", "between"] as const),
      place: place === "elsewhere" && draw() % 4 > 0 ? undefined : place,
    };
  });
}

function recordsOf(replay: Replay, plain: readonly PlainRecord[]): FlowRecords {
  const records = new FlowRecords(plain.length);
  const id = (text: string): [Uint8Array, number, number] => {
    const bytes = encoder.encode(text);
    return [bytes, 0, bytes.length];
  };
  for (const [row, { place, ...record }] of plain.entries()) {
    records.family[row] = 4;
    records.source[4 * row] = record.source;
    records.destination[4 * row] = record.destination;
    records.protocol[row] = record.protocol;
    records.sourcePort[row] = record.sourcePort;
    records.destinationPort[row] = record.port;
    records.action[row] = ACTION[record.action];
    records.tcpFlags[row] = record.flags;
    records.direction[row] = DIRECTION[record.direction];
    records.place[row] =
      place === undefined
        ? UNSAID
        : place === "elsewhere"
          ? ELSEWHERE
          : place.subnet === undefined
            ? replay.places.vpc(...id(place.vpc))
            : replay.places.subnet(...id(place.subnet));
    records.bytes[row] = 1;
  }
  records.length = plain.length;
  return records;
}

test("30,000 random records of random changes fare as the oracle says of each alone", () => {
  const tally = new Tally();
  let previous: GeneratedPath | undefined;
  fc.assert(
    fc.property(pathNetworks, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (before, random) => {
      const draw = (): number => random.next().value!;
      // two draws of `fc.gen` in one case are the same
      const after = draw() % 4 === 0 ? before : (previous ?? before);
      previous = before;
      tally.add(before === after ? "no change" : "change");
      const plain = drawRecords(before.net, after.net, 200, draw);
      const replay =
        before === after ? new Replay(simOfPath(before)) : new Replay(simOfPath(before), simOfPath(after));
      const found = new Int32Array(plain.length);
      replay.classify(recordsOf(replay, plain), found);
      for (const [row, record] of plain.entries()) {
        const said = replay.outcomes[found[row]];
        const verdicts = judgePlainly(before.net, after.net, record);
        const [expected] = verdicts;
        const where = `${JSON.stringify(record)}\n${JSON.stringify(said)}\n${JSON.stringify(verdicts)}`;
        if (verdicts.length > 1) {
          // which type it was may decide, and the log does not say: never wrong, at times undecided
          const isOne = verdicts.some((verdict) => verdict.class === said.class);
          assert.ok(isOne || said.class === "unknown", where);
          if (said.disagrees !== undefined)
            assert.ok(
              verdicts.every(({ disagrees }) => disagrees === said.disagrees),
              where,
            );
          tally.add(isOne ? "ICMP decided" : "ICMP undecided");
          continue;
        }
        assert.is(said.class, expected.class, where);
        assert.is(said.disagrees, expected.disagrees, where);
        assert.is(said.reason?.cause, expected.cause, where);
        tally.add(said.class);
        if (said.disagrees !== undefined) tally.add(`disagrees: ${said.disagrees}`);
        if (said.reason !== undefined) tally.add(said.reason.cause);
      }
    }),
    { ...seeded(150), endOnFailure: true, includeErrorInReport: true },
  );
  tally.print("records", [
    "change",
    "no change",
    "breaks",
    "heals",
    "passes",
    "one-way",
    "never",
    "rejected",
    "unknown",
    "outside",
    "disagrees: accepted",
    "disagrees: accepted-somewhere",
    "disagrees: rejected",
    "asker-unknown",
    "gateway-leg",
    "other-vpc",
    "ICMP decided",
    "ICMP undecided",
    "filter-denied",
    "no-such-host",
    "no-route",
  ]);
});

const LEVELS: Readonly<Record<string, number>> = { delivered: 2, unknown: 1, dropped: 0 };

/** What becomes of a request by itself, packet by packet, without any stretch or table. */
function classByItself(before: Network, after: Network, source: Address, target: Address): string {
  const place = (network: Network, address: Address): Spot | undefined => {
    const all = [...network.vpcs.values()].filter(({ cidrs, secondary }) =>
      [...cidrs, ...secondary].some((cidr) => cidr.contains(address)),
    );
    const settled = all.filter(({ subnets }) =>
      [...subnets.values()].some(({ cidrs }) => cidrs.some((cidr) => cidr.contains(address))),
    );
    const owners = settled.length === 1 ? settled : all;
    if (owners.length > 1) return undefined;
    const subnet = [...(owners[0]?.subnets.values() ?? [])].find(({ cidrs }) =>
      cidrs.some((cidr) => cidr.contains(address)),
    );
    return { address, vpc: owners[0]?.id, subnet: subnet?.id };
  };
  const [from, to] = [place(before, source), place(before, target)];
  if (from === undefined || to === undefined) return "unknown";
  if (from.vpc === undefined && to.vpc === undefined) return "outside";
  const asked = {
    services: Services.of(6, 443, 443),
    sourcePorts: { first: 50000, last: 50000 },
  };
  const [was, is] = [before, after].map((network) => {
    const { forward, return: back } = roundTrip(network, from, to, asked);
    const [there, home] = [LEVELS[forward.outcome], LEVELS[back.outcome]];
    const least = there < 2 ? 0 : home < 2 ? 1 : 2;
    return { least, most: there === 0 ? 0 : home === 0 ? 1 : 2 };
  });
  if (is.most < was.least) return "breaks";
  if (was.most < is.least) return "heals";
  if (was.least < was.most || is.least < is.most) return "unknown";
  return ["never", "one-way", "passes"][was.least];
}

test("records of both families, of overlapping VPCs and beside the ends of everything, fare as each does by itself", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (generated, random) => {
      const draw = (below: number): number => random.next().value! % below;
      const before = simOf(generated);
      const [vpc] = [...before.vpcs.values()].slice(draw(before.vpcs.size));
      const [table] = vpc.tables.values();
      // a change of the data plane, whatever the control plane would say: one table loses its routes
      const after = {
        ...before,
        vpcs: new Map(before.vpcs).set(vpc.id, {
          ...vpc,
          tables: new Map(vpc.tables).set(table.id, { ...table, routes: Routes.from([]) }),
        }),
      };
      const replay = new Replay(before, after);
      const edges = edgesOf(generated.plain);
      const records = new FlowRecords(120);
      const pairs: [Address, Address][] = [];
      while (pairs.length < records.capacity) {
        const [source, target] = [edges[draw(edges.length)], edges[draw(edges.length)]];
        if (typeof source !== typeof target) continue;
        const row = records.length++;
        pairs.push([source, target]);
        records.family[row] = typeof source === "number" ? 4 : 6;
        writeWords(source, records.source, 4 * row);
        writeWords(target, records.destination, 4 * row);
        records.protocol[row] = 6;
        records.tcpFlags[row] = 2;
        records.sourcePort[row] = 50000;
        records.destinationPort[row] = 443;
      }
      const found = new Int32Array(records.capacity);
      replay.classify(records, found);
      for (const [row, [source, target]] of pairs.entries()) {
        const said = replay.outcomes[found[row]];
        const expected = classByItself(before, after, source, target);
        const where = `${formatAddress(source)} to ${formatAddress(target)} ${JSON.stringify(said)}`;
        assert.is(said.class, expected, where);
        tally.add(`${said.class} IPv${records.family[row]}`);
        if (said.reason?.cause === "ambiguous-address") tally.add("ambiguous");
      }
    }),
    { ...seeded(250), endOnFailure: true, includeErrorInReport: true },
  );
  tally.print("records by themselves", [
    "breaks IPv4",
    "breaks IPv6",
    "passes IPv4",
    "passes IPv6",
    "one-way IPv4",
    "never IPv6",
    "unknown IPv4",
    "unknown IPv6",
    "outside IPv4",
    "ambiguous",
  ]);
});

test("the reply to a sender behind a private NAT gateway goes to the gateway, and not to the sender", () => {
  const text = `
profile: aws
vpcs:
  a: { cidr: 10.1.0.0/16, subnets: { hidden: 10.1.1.0/24, inner: 10.1.2.0/24 } }
  b: { cidr: 10.2.0.0/16, subnets: { db: 10.2.1.0/24 } }
peerings: { a-b: a - b }
gateways: { nat: { kind: nat, vpc: a, subnet: inner, address: 10.1.2.5, public: none } }
routes:
  a: [ 10.2.0.0/16 -> a-b ]
  apart: { subnets: [ a/hidden ], routes: [ 10.2.0.0/16 -> nat ] }
  b: [ 10.1.2.0/24 -> a-b ]
`;
  const { network } = readScenario(text, "nat.yaml").scenario;
  const replay = new Replay(network);
  const records = new FlowRecords(2);
  for (const [row, source] of ["10.1.1.9", "10.1.3.9"].entries()) {
    records.family[row] = 4;
    writeWords(Prefix.parse(`${source}/32`).address, records.source, 4 * row);
    writeWords(Prefix.parse("10.2.1.9/32").address, records.destination, 4 * row);
    records.protocol[row] = 6;
    records.tcpFlags[row] = 2;
    records.destinationPort[row] = 443;
    records.place[row] = UNSAID;
  }
  records.length = 2;
  const found = new Int32Array(2);
  replay.classify(records, found);
  assert.equal(
    [...found].map((index) => replay.outcomes[index].class),
    ["passes", "never"],
  );
});

test.run();
