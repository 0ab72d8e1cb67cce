import { address4 } from "@twoway/core";
import { type RoundTrip, reach } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { withFilters } from "./generate-filters.ts";
import { hubNetworks } from "./generate-hubs.ts";
import { hubPathNetworks, simOfPath } from "./generate-packets.ts";
import { ask, read } from "./notation.ts";
import { bothWays } from "./packet-oracle.ts";
import { answerOf, holding, usableEnds } from "./pair-questions.ts";

const test = suite("filters on ways through hubs, as sets");

const VERDICTS = ["two-way", "forward-only", "return-only", "unreachable", "unknown"];

/** What is worth counting of a packet and its reply that meet a hub. */
function situationsOf({ forward, return: back }: RoundTrip): string[] {
  const hubsOf = ({ hops }: RoundTrip["forward"]): string[] =>
    hops.flatMap(({ kind, node }) => (kind === "hub" ? [node] : []));
  const [there, home] = [hubsOf(forward), hubsOf(back)];
  if (there.length + home.length === 0) return [];
  const deniedBy = (kind: string, trace: RoundTrip["forward"]): boolean =>
    trace.cause === "filter-denied" && trace.component.kind === kind;
  const found: Record<string, boolean> = {
    "an ACL drops the reply only": forward.outcome === "delivered" && deniedBy("network-acl", back),
    "a security group drops the packet": deniedBy("security-group", forward),
    "the reply takes another hub": there.join() !== home.join() && there.length > 0 && home.length > 0,
    "hubs that peer": new Set(there).size > 1 || new Set(home).size > 1,
    "a black hole of a hub": [forward, back].some(
      (trace) => trace.cause === "route-blackhole" && trace.component.id.startsWith("t"),
    ),
  };
  return Object.keys(found).filter((name) => found[name]);
}

const SITUATIONS = [
  "an ACL drops the reply only",
  "a security group drops the packet",
  "the reply takes another hub",
  "hubs that peer",
  "a black hole of a hub",
];

const seeds = fc.infiniteStream(fc.nat({ max: 1 << 30 }));
const drawFrom = (random: Iterator<number>) => (below: number) => random.next().value % Math.max(below, 1);

test("pairs of filtered subnets on hubs have the verdict and the counterexample of the answer, in both families (S16)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(hubNetworks, seeds, (base, random) => {
      const { network, text } = withFilters(read(base), drawFrom(random));
      const found = reach(network);
      const where = `${text}\n${base}`;
      const counts = new Map<string, number>();
      for (const { from, to, verdict, partial } of found.pairs({ all: true })) {
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
        const by = found.decidedBy(from, to);
        tally.add(`by ${by}`);
        if (by !== "hubs") continue; // the others are tested where there are no hubs
        const expected = answerOf(network, found, { from, to, verdict, partial }, where);
        if (expected === undefined) continue;
        tally.add(partial ? `${verdict}, partial` : verdict);
        for (const situation of situationsOf(expected.shown)) tally.add(situation);
      }
      const { twoWay, forwardOnly, returnOnly, unreachable, unknown } = found.count();
      assert.equal(
        [twoWay, forwardOnly, returnOnly, unreachable, unknown],
        VERDICTS.map((verdict) => counts.get(verdict) ?? 0),
        where,
      );
    }),
    { ...seeded(200), endOnFailure: true },
  );
  tally.print("filtered hub pairs", [
    ...VERDICTS,
    ...["unreachable, partial", "forward-only, partial", "return-only, partial", "unknown, partial"],
    ...SITUATIONS,
    "by hubs",
  ]);
});

/** Points at which a generated rule begins or ends and the ones beside them, and a protocol that none names. */
const SAMPLES: readonly { readonly protocol: number; readonly port: number }[] = [
  ...[6, 17].flatMap((protocol) =>
    [0, 21, 22, 442, 443, 444, 1023, 1024, 32767, 32768, 60999, 61000, 65535].map((port) => ({
      protocol,
      port,
    })),
  ),
  ...[0, 3, 8, 9].map((port) => ({ protocol: 1, port })),
  { protocol: 47, port: 0 },
];
const CLIENT_PORTS = [1024, 32767, 32768, 60999, 61000, 65535];

test("a packet through hubs lies in a box exactly if the oracle delivers it and its replies from every port of a client", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(hubPathNetworks, seeds, (generated, random) => {
      const { net } = generated;
      const draw = drawFrom(random);
      const found = reach(simOfPath(generated));
      for (const [from, to] of found.subnets.flatMap((_, s) => found.subnets.map((__, d) => [s, d]))) {
        if (from === to || found.decidedBy(from, to) !== "hubs") continue;
        const sets = found.pair(from, to);
        const [sources, targets] = [from, to].map((s) => {
          const { vpc, subnet } = found.subnets[s];
          return usableEnds(net, vpc, subnet);
        });
        for (let n = 0; n < 12; n++) {
          const [source, target] = [sources[draw(sources.length)], targets[draw(targets.length)]];
          const sample = SAMPLES[draw(SAMPLES.length)];
          const ports = sample.protocol === 6 || sample.protocol === 17 ? CLIENT_PORTS : [0];
          const trips = ports.map((sourcePort) =>
            bothWays(net, source, target, { ...sample, sourcePort }).map(
              ({ outcome }) => outcome === "delivered",
            ),
          );
          const expected = {
            forward: trips.every(([there]) => there),
            return: trips.every(([, back]) => back),
            twoWay: trips.every(([there, back]) => there && back),
          };
          for (const set of ["forward", "return", "twoWay"] as const) {
            const times = holding(sets[set], address4(source.address), address4(target.address), sample);
            const packet = `${sample.protocol}/${sample.port}: ${source.vpc} ${source.address} to ${target.vpc} ${target.address}`;
            assert.is(times, expected[set] ? 1 : 0, `${set}, ${packet}\n${generated.text}`);
            tally.add(`${set}, ${times === 1 ? "inside" : "outside"}`);
          }
        }
        for (const { transit, services } of sets.twoWay) {
          if (transit !== undefined) tally.add("boxes through a hub");
          if (transit !== undefined && transit.length > 1) tally.add("boxes through several hubs");
          if (services !== "all") tally.add("boxes of some services");
        }
      }
    }),
    { ...seeded(400), endOnFailure: true },
  );
  tally.print("packets through hubs", [
    ...["forward", "return", "twoWay"].flatMap((set) => [`${set}, inside`, `${set}, outside`]),
    "boxes through a hub",
    "boxes through several hubs",
    "boxes of some services",
  ]);
});

/** Half of what is at 10.2.0.0/24 lies behind one hub, and half behind another. */
const TWO_HUBS = (profile: string, between: string): string => `
profile: ${profile}
load: lenient
vpcs:
  a: { cidr: 10.1.0.0/16, subnets: { s: { cidr: 10.1.0.0/24, groups: [g-s] }, d0: { cidr: 10.1.1.0/28, acl: x }, d1: { cidr: 10.1.1.16/28, acl: y } } }
  b: { cidr: 10.2.0.0/16, subnets: { t: { cidr: 10.2.0.0/24, groups: [g-t] } } }
${between}
groups:
  g-s: { vpc: a, ingress: [ allow all from any ], egress: [ allow all to any ] }
  g-t: { vpc: b, ingress: [ allow all from g-s ], egress: [ allow all to any ] }
acls:
  x: { vpc: a, ingress: [ allow tcp/443 from any ], egress: [ allow all to any ] }
  y: { vpc: a, ingress: [ allow udp/53 from any ], egress: [ allow all to any ] }
routes:
  a: [ 10.2.0.0/25 -> h0, 10.2.0.128/25 -> h1 ]
  b: [ 10.1.0.0/16 -> h0 ]`;

for (const [what, profile, between] of [
  [
    "takes different doors into hubs",
    "aws",
    `hubs:
  h0: { kind: transit-gateway, attachments: { a0: { vpc: a, table: t, subnets: [d0] }, b0: { vpc: b, table: t } }, tables: { t: { propagates: [a0, b0] } } }
  h1: { kind: transit-gateway, attachments: { a1: { vpc: a, table: t, subnets: [d1] }, b1: { vpc: b, table: t } }, tables: { t: { propagates: [a1, b1] } } }`,
  ],
  [
    "shows its groups on one way only",
    "tencent",
    `hubs:
  h0: { kind: ccn, groupReferences: true, attachments: { a0: { vpc: a, table: t }, b0: { vpc: b, table: t } }, tables: { t: { propagates: [a0, b0] } } }
  h1: { kind: ccn, attachments: { a1: { vpc: a, table: t }, b1: { vpc: b, table: t } }, tables: { t: { propagates: [a1, b1] } } }`,
  ],
]) {
  test(`what ${what} to halves of one subnet is followed packet by packet`, () => {
    const network = read(TWO_HUBS(profile, between));
    const found = reach(network);
    const [s, t] = ["s", "t"].map((name) => found.subnets.findIndex(({ subnet }) => subnet === name));
    for (const [from, to, a, b] of [
      [s, t, "a/s", "b/t"],
      [t, s, "b/t", "a/s"],
    ] as const) {
      assert.is(found.decidedBy(from, to), "packets");
      const { verdict, partial } = ask(network, a, b);
      assert.equal(found.verdict(from, to), { verdict, partial });
    }
    const forward = found.pair(s, t).forward.map(({ dst, services }) => `${dst} ${services}`);
    assert.equal(forward.length, profile === "aws" ? 0 : 1);
  });
}

test("a hub carries a secondary range that no peering would carry (S8)", () => {
  const network = read(`
profile: tencent
load: lenient
vpcs:
  a: { cidr: 10.1.0.0/16, secondary: 100.64.0.0/16, subnets: { w: 100.64.1.0/24 } }
  b: { cidr: 10.2.0.0/16, subnets: { t: { cidr: 10.2.0.0/24, groups: [g] } } }
hubs:
  h: { kind: ccn, attachments: { at-a: { vpc: a, table: t }, at-b: { vpc: b, table: t } }, tables: { t: { propagates: [at-a, at-b] } } }
groups: { g: { vpc: b, ingress: [ allow udp from 100.64.1.0/25 ], egress: [ allow all to any ] } }
routes: { a: [ 10.2.0.0/16 -> h ], b: [ 100.64.0.0/16 -> h ] }`);
  const found = reach(network);
  assert.is(found.decidedBy(0, 1), "hubs");
  for (const [from, to, a, b] of [
    [0, 1, "a/w", "b/t"],
    [1, 0, "b/t", "a/w"],
  ] as const) {
    const { verdict, partial } = ask(network, a, b);
    assert.equal(found.verdict(from, to), { verdict, partial });
  }
  assert.equal(
    found.pair(0, 1).twoWay.map(({ src, dst, services }) => `${src} ${dst} ${services}`),
    ["100.64.1.0/25 10.2.0.0/24 udp"],
  );
});

test.run();
