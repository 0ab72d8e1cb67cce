import { apply, type Network, parseAction, TRANSITIONS } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { read } from "./notation.ts";

const test = suite("any sequence of actions");

/** Fourteen VPCs of three accounts and two regions; some ranges meet. v0 gets most of the peerings. */
const COUNT = 14;
const start = (profile: string): Network => {
  const vpcs = Array.from({ length: COUNT }, (_, i) => {
    const cidr = i === 12 ? "10.3.64.0/18" : i === 13 ? "10.0.0.0/20" : `10.${i}.0.0/16`;
    const secondary = i === 5 ? ", secondary: 10.6.192.0/24" : "";
    return `  v${i}: { cidr: ${cidr}${secondary}, region: ${i % 4 === 3 ? "south" : "north"}, account: c${i % 3} }`;
  });
  return read(`profile: ${profile}\nvpcs:\n${vpcs.join("\n")}\ngateways: { nat0: nat v0, nat1: nat v1 }`);
};

const lines: fc.Arbitrary<string[]> = fc.gen().map((g) => {
  const below = (max: number): number => g(fc.nat, { max: max - 1 });
  const often = (percent: number): boolean => below(100) < percent;
  const as = (): string => (often(15) ? ` as c${below(4)}` : "");
  let created = 0;
  const peering = (): string => `p${below(created + 1)}`;
  return Array.from({ length: 20 + below(100) }, (): string => {
    const roll = below(100);
    const [near, far] = [often(80) ? 0 : below(COUNT), often(60) ? (1 + created) % COUNT : below(COUNT)];
    if (roll < 45) {
      const cap = near % 4 === 3 || far % 4 === 3 ? often(90) : often(3);
      const ends = often(70) ? `v${near} - v${far}` : `v${far} - v${near}`;
      return `create-peering p${created++} ${ends}${cap ? ` bandwidth ${often(90) ? 100 : 30}` : ""}${as()}`;
    }
    if (roll < 60) return `accept-peering ${peering()}${as()}`;
    if (roll < 63) return `reject-peering ${peering()}${as()}`;
    if (roll < 69) return `enable-peering ${peering()}${as()}`;
    if (roll < 73) return `delete-peering ${peering()}${as()}`;
    if (roll < 75) return `advance-clock ${often(20) ? 7 : 1}d`;
    if (roll < 90)
      return `add-route v${near} 10.${below(COUNT)}.0.0/16 -> ${often(90) ? peering() : `nat${below(2)}`}${as()}`;
    return `${["delete", "enable", "disable"][below(3)]}-route v${near} 10.${below(COUNT)}.0.0/16${as()}`;
  });
});

/** Everything that the network says, as text; two networks that say the same have the same. */
function snapshot({ profile, now, vpcs, peerings, gateways }: Network): string {
  const tables = [...vpcs.values()].flatMap((vpc) =>
    [...vpc.tables.values()].map(({ id, routes }) => [
      vpc.id,
      vpc.mainTable,
      id,
      [...(routes ?? [])].map((route) => ({ ...route, destination: `${route.destination}` })),
    ]),
  );
  return JSON.stringify([profile, now, tables, [...peerings], [...gateways], [...vpcs.keys()]]);
}

const live = ({ peerings }: Network) =>
  [...peerings.values()].filter(({ state }) => ["PENDING", "ACTIVE", "ISOLATED"].includes(state));

/** The rules once more, as sentences about the whole network; returns the first that is broken. */
function broken(network: Network): string | undefined {
  const { siblingOverlap, peeringsPerVpc, deleteRoutes } = [...network.vpcs.values()][0].profile;
  const cidrs = (id: string) => [...network.vpcs.get(id)!.cidrs, ...network.vpcs.get(id)!.secondary];
  const overlap = (a: string, b: string): boolean =>
    cidrs(a).some((x) => cidrs(b).some((y) => x.contains(y.address) || y.contains(x.address)));
  const all = live(network).map(({ id, requester, accepter }) => ({
    id,
    ends: [requester, accepter],
    cross: requester.region !== accepter.region,
  }));
  for (const {
    id,
    ends: [a, b],
  } of all) {
    if (overlap(a.vpc, b.vpc)) return `${id} joins overlapping VPCs`;
    if (a.vpc === b.vpc) return `${id} joins a VPC with itself`;
  }
  for (const vpc of network.vpcs.keys()) {
    const mine = all
      .filter(({ ends }) => ends.some((end) => end.vpc === vpc))
      .map(({ id, ends, cross }) => ({ id, cross, far: ends.find((end) => end.vpc !== vpc)!.vpc }));
    if (mine.length > peeringsPerVpc) return `${vpc} has ${mine.length} live peerings`;
    if (new Set(mine.map(({ far }) => far)).size < mine.length) return `${vpc} is joined with one VPC twice`;
    for (const x of mine) {
      for (const y of mine) {
        if (
          x === y ||
          siblingOverlap === "none" ||
          (siblingOverlap === "cross-region" && !x.cross && !y.cross)
        )
          continue;
        if (overlap(x.far, y.far)) return `${x.id} and ${y.id} of ${vpc} lead to overlapping VPCs`;
      }
    }
  }
  for (const { tables } of network.vpcs.values()) {
    for (const { routes } of tables.values()) {
      for (const { target } of routes ?? []) {
        if (deleteRoutes === "cascade" && network.peerings.get(target)?.state === "DELETED")
          return `a route still leads to ${target}`;
        if (!network.peerings.has(target) && !network.gateways.has(target))
          return `a route leads to ${target}, which never was`;
      }
    }
  }
  return undefined;
}

const OCCUR = [
  "pair-exists",
  "wrong-actor",
  "wrong-state",
  "PENDING -> ACTIVE",
  "PENDING -> EXPIRED",
  "ACTIVE -> DELETED",
];
const CAPS = ["missing-bandwidth", "bandwidth-step", "bandwidth-not-allowed"];

for (const [profile, rules] of [
  [
    "tencent",
    [
      "endpoints-overlap",
      "siblings-overlap",
      "peering-quota",
      "route-outside-peer",
      "EXPIRED -> PENDING",
      ...CAPS,
    ],
  ],
  ["tencent-2024", ["endpoints-overlap", "siblings-overlap", "cross-region-unavailable"]],
  ["aws", ["- -> FAILED", "bandwidth-not-allowed"]],
] as const) {
  test(`${profile}: old networks never change, live peerings keep every rule, and states move by the table alone`, () => {
    const tally = new Tally();
    fc.assert(
      fc.property(lines, (script) => {
        let network = start(profile);
        const history: [Network, string][] = [];
        for (const line of script) {
          history.push([network, snapshot(network)]);
          const outcome = apply(network, parseAction(line), line);
          if (outcome.kind === "refused") {
            assert.equal(Object.keys(outcome).sort(), ["kind", "refusal"]);
            const { rule, code, message, advice } = outcome.refusal;
            assert.is(code, network.vpcs.get("v0")?.profile.codes[rule]);
            assert.ok(message !== "" && advice !== "");
            tally.add(rule);
            continue;
          }
          tally.add(line.split(" ")[0]);
          for (const [id, { state }] of outcome.network.peerings) {
            const before = network.peerings.get(id)?.state;
            if (before === state) continue;
            const allowed =
              before === undefined
                ? ["PENDING", "ACTIVE", "FAILED"].includes(state)
                : Object.values(TRANSITIONS).some(({ from, to }) => from.includes(before) && to === state);
            assert.ok(allowed, `${line}: ${before} -> ${state}`);
            tally.add(`${before ?? "-"} -> ${state}`);
          }
          assert.is(broken(outcome.network), undefined, line);
          assert.ok(outcome.events.length > 0, line);
          network = outcome.network;
        }
        for (const [old, text] of history) assert.is(snapshot(old), text);
      }),
      seeded(250),
    );
    tally.print(`${profile} actions`, [...OCCUR, ...rules]);
  });
}

test.run();
