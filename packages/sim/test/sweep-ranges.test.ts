import {
  countLosses,
  isPlain,
  lossRanges,
  mergeSweeps,
  type Network,
  Reach,
  sweep,
  sweepRange,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { networks, seeded, simOf, Tally } from "./generate.ts";
import { pathNetworks, simOfPath } from "./generate-packets.ts";
import { wideNetworks } from "./generate-wide.ts";
import { read } from "./notation.ts";

// A sweep in pieces: what ranges find, put together, is what one sweep finds, wherever it is cut.
const test = suite("sweep in ranges");

/** Cuts in hundredths of all losses; the same place twice makes an empty range. */
const cuts = fc.array(fc.nat({ max: 100 }), { maxLength: 5 });

function tryCuts(network: Network, places: readonly number[], tally: Tally): void {
  const { peerings, routes } = countLosses(network);
  const all = peerings + routes;
  const ends = [...places.map((part) => Math.round((part * all) / 100)).sort((a, b) => a - b), all];
  const reach = new Reach(network);
  const told: number[] = [];
  const parts = ends.map((to, i) => {
    const from = ends[i - 1] ?? 0;
    let last = 0;
    const part = sweepRange(reach, { from, to }, (losses) => {
      assert.ok(losses >= last && losses <= to - from);
      last = losses;
    });
    told.push(last);
    assert.is(part.tried.peerings + part.tried.routes, to - from);
    return part;
  });
  const whole = sweep(network);
  assert.equal(mergeSweeps(parts), whole);
  assert.equal(whole.tried, { peerings, routes });
  assert.is(
    told.reduce((sum, count) => sum + count, 0),
    all,
  );
  const isTied = (losses: readonly { broken: number }[]): boolean =>
    losses.some(({ broken }, i) => i > 0 && broken === losses[i - 1].broken);
  const busy = parts.filter((part) => part.routes.length > 0).length;
  if (busy > 1 && isTied(whole.routes)) tally.add("routes of the same loss in several ranges");
  if (parts.filter((part) => part.peerings.length > 0).length > 1) tally.add("peerings in several ranges");
  if (parts.some(({ tried }) => tried.peerings > 0 && tried.routes > 0)) tally.add("both in one range");
  if (whole.peerings.some(({ splits }) => splits)) tally.add("splits");
}

const SEEN = ["routes of the same loss in several ranges", "both in one range", "splits"];

for (const [name, arbitrary, runs, seen] of [
  [
    "plain",
    fc.oneof(networks.map(simOf), wideNetworks({ single: true }).map(simOf)),
    200,
    ["peerings in several ranges", ...SEEN],
  ],
  ["judged", pathNetworks.map(simOfPath), 40, SEEN],
] as const) {
  test(`a sweep of a ${name} network may be cut anywhere`, () => {
    const tally = new Tally();
    fc.assert(
      fc.property(arbitrary, cuts, (network, places) => {
        tally.add(isPlain(network) ? "plain" : "judged");
        tryCuts(network, places, tally);
      }),
      { ...seeded(runs), endOnFailure: true },
    );
    tally.print(`${name} cuts`, [name, ...seen]);
  });
}

test("peerings that are judged may be cut anywhere", () => {
  const network = read(`
profile: aws
vpcs:
  hub: { cidr: 10.0.0.0/16, subnets: { h: { cidr: 10.0.1.0/24, hosts: { h: { address: 10.0.1.9, groups: g } } } } }
  left: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24, b: 10.1.2.0/24 } }
  right: { cidr: 10.2.0.0/16, subnets: { c: 10.2.1.0/24 } }
groups: { g: { vpc: hub, ingress: [ allow all from any ], egress: [ allow all to any ] } }
peerings: { hl: hub - left, hr: hub - right }
routes:
  hub: [ 10.1.0.0/16 -> hl, 10.2.0.0/16 -> hr ]
  left: [ 10.0.0.0/16 -> hl ]
  right: [ 10.0.0.0/16 -> hr ]`);
  assert.not(isPlain(network));
  const tally = new Tally();
  for (let cut = 0; cut <= 100; cut++) tryCuts(network, [cut], tally);
  tally.print("cuts between judged peerings", ["peerings in several ranges"]);
});

/** A network of one VPC with so many subnets and routes; a detour makes it one of which every pair is judged. */
function wide(subnets: number, routes: number, more: string): Network {
  const nets = Array.from({ length: subnets }, (_, i) => `s${i}: 10.0.${i}.0/24`).join(", ");
  const list = Array.from({ length: routes }, (_, i) => `10.1.${i}.0/24 -> nat-1`).join(", ");
  const host = "hosts: { h: { address: 10.0.200.5, groups: g } }";
  return read(`
load: lenient
vpcs: { a: { cidr: 10.0.0.0/16, subnets: { ${nets}, t: { cidr: 10.0.200.0/24, ${more === GROUPS ? host : ""} } } } }
${more}
routes: { a: [ ${list} ] }`);
}

const GROUPS = "groups: { g: { vpc: a, egress: [ allow all to any ] } }";
const DETOUR = "gateways: { nat-1: { kind: nat, vpc: a, subnet: t, address: 10.0.200.9, public: none } }";
const HUB = "hubs: { tgw: { kind: transit-gateway, attachments: { at: { vpc: a } } } }";

test("the ranges join without gap or overlap, and a network of many pairs to judge has more of them", () => {
  for (const [network, ranges] of [
    [read("vpcs: {}"), 1],
    [wide(3, 250, ""), 1],
    [wide(39, 50, ""), 1],
    [wide(39, 50, GROUPS), 1],
    [wide(3, 50, DETOUR), 1],
    [wide(39, 50, DETOUR), 17], // 3 losses each, of 1,600 pairs
    [wide(150, 7, DETOUR), 7],
    [wide(39, 50, HUB), 1],
    [wide(150, 250, HUB), 2], // each touches pairs with 151 subnets
  ] as const) {
    const found = lossRanges(network);
    const { peerings, routes } = countLosses(network);
    assert.is(found.length, ranges);
    assert.equal([found[0].from, found.at(-1)!.to], [0, peerings + routes]);
    for (let i = 1; i < found.length; i++) assert.is(found[i].from, found[i - 1].to);
  }
});

test.run();
