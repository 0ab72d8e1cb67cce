import { address4 } from "@twoway/core";
import { matrixJson, reach, renderMatrix } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { pathNetworks, simOfPath } from "./generate-packets.ts";
import { ask, read } from "./notation.ts";
import { bothWays } from "./packet-oracle.ts";
import { holding, usableEnds } from "./pair-questions.ts";

const test = suite("pairs that filters and hubs have a say in");

const VERDICTS = ["two-way", "forward-only", "return-only", "unreachable", "unknown"];

const nameOf = ({ vpc, subnet }: { readonly vpc: string; readonly subnet: string }): string =>
  `${vpc}/${subnet}`;

test("every pair of subnets has the verdict and the counterexample of the answer (S16)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(pathNetworks, (generated) => {
      const network = simOfPath(generated);
      const found = reach(network);
      const all = [...found.pairs({ all: true })];
      assert.is(all.length, found.subnets.length * (found.subnets.length - 1));
      for (const { from, to, verdict, partial } of all) {
        const [a, b] = [nameOf(found.subnets[from]), nameOf(found.subnets[to])];
        const expected = ask(network, a, b);
        const question = `${a} to ${b}\n${generated.text}`;
        assert.equal([verdict, partial], [expected.verdict, expected.partial], question);
        const shows =
          verdict === "two-way" ? undefined : { from: expected.shown.from, to: expected.shown.to };
        assert.equal(found.pair(from, to).counterexample, shows, question);
        tally.add(partial ? `${verdict}, partial` : verdict);
        tally.add(found.plain ? "in a plain network" : "in another network");
      }
      assert.equal(
        [...found.pairs()],
        all.filter(({ verdict, partial }) => verdict !== "unreachable" || partial),
        generated.text,
      );
      const { packets, pairs, partial, ...counts } = found.count();
      const counted = (verdict: string): number => all.filter((pair) => pair.verdict === verdict).length;
      assert.equal(Object.values(counts), VERDICTS.map(counted), generated.text);
      assert.equal([pairs, partial], [all.length, all.filter(({ partial }) => partial).length]);
    }),
    { ...seeded(250), endOnFailure: true },
  );
  tally.print("pairs", [...VERDICTS, "unreachable, partial", "forward-only, partial", "in another network"]);
});

/** Ports at which some generated rule begins or ends, and their neighbours. */
const PORTS = [0, 21, 22, 23, 442, 443, 444, 1023, 1024, 32767, 32768, 60999, 61000, 65535];
/** Of the ports from which clients of both profiles ask, those at which a rule begins or ends. */
const CLIENT_PORTS = [1024, 32767, 32768, 60999, 61000, 65535];

const SERVICES: readonly { readonly protocol: number; readonly port: number }[] = [
  ...[6, 17].flatMap((protocol) => PORTS.map((port) => ({ protocol, port }))),
  ...[0, 3, 8, 9].map((port) => ({ protocol: 1, port })),
  { protocol: 47, port: 0 },
];

test("a packet lies in a box exactly if the oracle says so from every port of a client, and the count of packets is that of the oracle", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(pathNetworks, (generated) => {
      const { net } = generated;
      const found = reach(simOfPath(generated));
      const ends = net.vpcs.flatMap(({ id, subnets }) =>
        subnets.map((subnet) => usableEnds(net, id, subnet.id)),
      );
      let packets = 0n;
      for (const [s, sources] of ends.entries()) {
        for (const [d, targets] of ends.entries()) {
          if (s === d) continue;
          const sets = found.pair(s, d);
          for (const from of sources) {
            for (const to of targets) {
              let open = false;
              for (const { protocol, port } of SERVICES) {
                const ports = protocol === 6 || protocol === 17 ? CLIENT_PORTS : [0];
                const trips = ports.map((sourcePort) =>
                  bothWays(net, from, to, { protocol, port, sourcePort }).map(
                    ({ outcome }) => outcome === "delivered",
                  ),
                );
                const expected = {
                  forward: trips.every(([there]) => there),
                  return: trips.every(([, back]) => back),
                  twoWay: trips.every(([there, back]) => there && back),
                };
                open ||= expected.twoWay;
                for (const set of ["forward", "return", "twoWay"] as const) {
                  const times = holding(sets[set], address4(from.address), address4(to.address), {
                    protocol,
                    port,
                  });
                  assert.is(
                    times,
                    expected[set] ? 1 : 0,
                    `${set}, ${protocol}/${port}: ${from.vpc} ${from.address} to ${to.vpc} ${to.address}\n${generated.text}`,
                  );
                  tally.add(`${set}, ${times === 1 ? "inside" : "outside"}`);
                }
              }
              if (open) packets++;
            }
          }
          for (const { services, transit } of sets.twoWay) {
            if (services !== "all") tally.add("boxes of some services");
            if (transit !== undefined) tally.add("boxes through a hub");
          }
        }
      }
      assert.is(found.count().packets, packets, generated.text);
    }),
    { ...seeded(25), endOnFailure: true },
  );
  tally.print("packets", [
    ...["forward", "return", "twoWay"].flatMap((set) => [`${set}, inside`, `${set}, outside`]),
    "boxes of some services",
    "boxes through a hub",
  ]);
});

const FILTERED = `
profile: aws
vpcs:
  app: { cidr: 10.1.0.0/16, subnets: { web: { cidr: 10.1.1.0/24 } } }
  data: { cidr: 10.2.0.0/16, subnets: { db: { cidr: 10.2.1.0/24, groups: [sg-db] } } }
  far: { cidr: 10.3.0.0/16, subnets: { batch: { cidr: 10.3.1.0/24 } } }
peerings: { p: app - data }
hubs:
  tgw:
    kind: transit-gateway
    attachments: { at-data: { vpc: data, table: t }, at-far: { vpc: far, table: t } }
    tables: { t: { propagates: [at-data, at-far] } }
groups:
  sg-db: { vpc: data, ingress: [ allow tcp/5432 from 10.1.1.0/25 ], egress: [ allow all to 0.0.0.0/0 ] }
routes:
  app: [ 10.2.0.0/16 -> p ]
  data: [ 10.1.0.0/16 -> p, 10.3.0.0/16 -> tgw ]
  far: [ 10.2.0.0/16 -> tgw ]`;

test("boxes name the services that get through and the hubs that carry them, in JSON and in text", () => {
  const network = read(FILTERED);
  const found = reach(network);
  const [web, db, batch] = [0, 1, 2];
  const json = (from: number, to: number): Record<string, unknown> => {
    const text = [...matrixJson(found, { from: [from], to: [to] }, { all: true })].join("");
    return JSON.parse(text).pairs[0];
  };
  const { verdict, partial, twoWay } = json(web, db);
  assert.equal(
    { verdict, partial, twoWay },
    {
      verdict: "return-only",
      partial: true,
      twoWay: [{ src: ["10.1.1.0/25"], dst: ["10.2.1.0/24"], services: ["tcp/5432"] }],
    },
  );
  // the database may ask anything, and its group lets the replies in
  assert.equal(json(db, batch).twoWay, [
    { src: ["10.2.1.0/24"], dst: ["10.3.1.0/24"], services: "all", transit: ["tgw"] },
  ]);
  assert.is(json(web, batch).verdict, "unreachable");
  assert.match(
    renderMatrix(found, { from: [web], to: [db] }),
    "  two-way         10.1.1.0/25 to 10.2.1.0/24, tcp/5432",
  );
  // 124 of the addresses below 10.1.1.128, and 251 on the other side of every pair
  const [a, b] = [124n, 251n];
  assert.is(found.count().packets, a * b + b * b + b * b);
});

test("a network without subnets has a matrix that says so", () => {
  const nothing = read("vpcs: { a: { region: x, cidr: 10.1.0.0/16 } }");
  assert.is(renderMatrix(reach(nothing), { from: [], to: [] }), "there is no subnet to compare");
});

test.run();
