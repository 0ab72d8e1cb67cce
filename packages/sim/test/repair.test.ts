import {
  type Diagnosis,
  diagnose,
  formatAction,
  InputError,
  type Network,
  type PairChange,
  resolveEndpoint,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { networks, seeded, simOf, Tally } from "./generate.ts";
import { after, ask, read } from "./notation.ts";
import { findSet, universe } from "./repair-search.ts";

const test = suite("repair");

function why(network: Network, from: string, to: string): Diagnosis {
  const [a, b] = [from, to].map((end) => resolveEndpoint(network, end, "test"));
  return diagnose(network, a, b, { protocol: "any" });
}

const BASE = `
vpcs:
  shop: { region: r1, account: "1", cidr: 10.1.0.0/16, subnets: { web: 10.1.1.0/24, batch: 10.1.2.0/24 } }
  data: { region: r1, account: "1", cidr: 10.2.0.0/16, subnets: { db: 10.2.1.0/24, log: 10.2.2.0/24 } }
  bank: { region: r1, account: "2", cidr: 10.3.0.0/16, subnets: { pay: 10.3.1.0/24 } }
  copy: { region: r1, account: "1", cidr: 10.1.0.0/16, subnets: { old: 10.1.9.0/24 } }
  far: { region: r2, account: "1", cidr: 10.5.0.0/16, subnets: { east: 10.5.1.0/24 } }
`;

/** A network: the VPCs above and what stands here. */
function net(rest: string): Network {
  return read(`load: lenient\n${BASE}${rest}`);
}

// what the row is for, the network, the ends, and each fix with the pairs it opens and breaks beside the one asked about
const FIXES: readonly {
  readonly about: string;
  readonly network: string;
  readonly ends: readonly [string, string];
  readonly fix: readonly string[];
  readonly opens?: readonly string[];
  readonly breaks?: readonly string[];
  readonly by?: readonly string[];
}[] = [
  {
    about: "the missing route back, as narrow as the subnet, for the table that the subnet uses",
    network: "peerings: { p: shop - data }\nroutes: { shop: [10.2.0.0/16 -> p], t: { subnets: [data/db] } }",
    ends: ["web", "db"],
    fix: ["add-route t 10.1.1.0/24 -> p"],
  },
  {
    about: "a route serves every subnet of its table, and the pairs it opens are told",
    network: "peerings: { p: shop - data }\nroutes: { shop: [10.2.0.0/16 -> p] }",
    ends: ["web", "db"],
    fix: ["add-route data 10.1.1.0/24 -> p"],
    opens: ["shop/web data/log"],
  },
  {
    about: "two whole VPCs need one wider route and not one for each subnet",
    network: "peerings: { p: shop - data }\nroutes: { shop: [10.2.0.0/16 -> p] }",
    ends: ["shop", "data"],
    fix: ["add-route data 10.1.0.0/22 -> p"],
  },
  {
    about: "a disabled route is switched on",
    network:
      "peerings: { p: shop - data }\nroutes: { shop: [10.2.0.0/16 -> p], data: [10.1.1.0/24 -> p disabled] }",
    ends: ["web", "db"],
    fix: ["enable-route data 10.1.1.0/24"],
    opens: ["shop/web data/log"],
  },
  {
    about: "a request of another account is accepted by that account, and its routes follow",
    network: "peerings: { p: shop - bank PENDING }",
    ends: ["web", "pay"],
    fix: ["accept-peering p", "add-route shop 10.3.1.0/24 -> p", "add-route bank 10.1.1.0/24 -> p"],
    by: ["2", "1", "2"],
    opens: ["shop/batch bank/pay"],
  },
  {
    about: "a suspended peering is restored by the provider, and its routes work again",
    network:
      "peerings: { p: shop - data ISOLATED }\nroutes: { shop: [10.2.0.0/16 -> p], data: [10.1.0.0/16 -> p] }",
    ends: ["web", "db"],
    fix: ["restore-peering p"],
    by: ["the provider"],
    opens: ["shop/web data/log", "shop/batch data/db", "shop/batch data/log"],
  },
  {
    about:
      "an expired request is renewed and accepted, and costs no more than a new one, whose routes would have to move",
    network:
      "peerings: { p: shop - bank EXPIRED }\nroutes: { shop: [10.3.0.0/16 -> p], bank: [10.1.0.0/16 -> p] }",
    ends: ["web", "pay"],
    fix: ["enable-peering p", "accept-peering p"],
    by: ["1", "2"],
    opens: ["shop/batch bank/pay"],
  },
  {
    about: "a new peering inside one account is active at once",
    network: "",
    ends: ["web", "db"],
    fix: [
      "create-peering pcx-shop-data shop - data",
      "add-route shop 10.2.1.0/24 -> pcx-shop-data",
      "add-route data 10.1.1.0/24 -> pcx-shop-data",
    ],
    opens: ["shop/web data/log", "shop/batch data/db"],
  },
  {
    about: "a new peering to another region has a cap, and one to another account is accepted",
    network: "",
    ends: ["pay", "east"],
    fix: [
      "create-peering pcx-bank-far bank - far bandwidth 10",
      "accept-peering pcx-bank-far",
      "add-route bank 10.5.1.0/24 -> pcx-bank-far",
      "add-route far 10.3.1.0/24 -> pcx-bank-far",
    ],
    by: ["2", "1", "2", "1"],
  },
  {
    about: "a longer route to nowhere is led elsewhere or deleted",
    network:
      "peerings: { p: shop - data }\nroutes: { shop: [10.2.0.0/16 -> p, 10.2.1.0/25 -> gone], data: [10.1.0.0/16 -> p] }",
    ends: ["web", "db"],
    fix: ["delete-route shop 10.2.1.0/25"],
    opens: ["shop/batch data/db"],
  },
  {
    about:
      "where a disabled route to nowhere holds the destination, the next wider one costs one action and not two",
    network:
      "peerings: { p: shop - data }\nroutes: { shop: [10.2.1.0/24 -> gone disabled], data: [10.1.0.0/16 -> p] }",
    ends: ["web", "db"],
    fix: ["add-route shop 10.2.0.0/23 -> p"],
    opens: ["shop/batch data/db"],
  },
  {
    about: "a default route that swallows the packet is left where it is",
    network:
      "gateways: { n: nat shop }\npeerings: { p: shop - data }\nroutes: { shop: [0.0.0.0/0 -> n], data: [10.1.0.0/16 -> p] }",
    ends: ["web", "db"],
    fix: ["add-route shop 10.2.1.0/24 -> p"],
    opens: ["shop/batch data/db"],
  },
  {
    about: "an unknown way behind a VPN is overruled by a longer route",
    network:
      "gateways: { n: vpn shop }\npeerings: { p: shop - data }\nroutes: { shop: [0.0.0.0/0 -> n], data: [10.1.0.0/16 -> p] }",
    ends: ["web", "db"],
    fix: ["add-route shop 10.2.1.0/24 -> p"],
    opens: ["shop/batch data/db"],
  },
  {
    about: "out of the network by the NAT gateway that is there",
    network: "gateways: { n: nat shop }",
    ends: ["web", "internet"],
    fix: ["add-route shop 0.0.0.0/0 -> n"],
  },
  {
    about: "half a subnet goes astray: the half is put right, and nothing else is opened",
    network: "peerings: { p: shop - data }\nroutes: { shop: [10.2.1.0/25 -> p], data: [10.1.0.0/16 -> p] }",
    ends: ["web", "db"],
    fix: ["add-route shop 10.2.1.0/24 -> p"],
    opens: ["shop/batch data/db"],
  },
  {
    about: "another table of the VPC has every route already",
    network:
      "peerings: { p: shop - data }\nroutes: { data: [10.1.0.0/16 -> p], t: { subnets: [shop/web] }, shop: [10.2.1.0/24 -> p, 10.2.2.0/24 -> p] }",
    ends: ["shop/web", "data"],
    fix: ["add-route t 10.2.0.0/22 -> p"],
  },
  {
    about: "IPv4 and IPv6 each have a route",
    network: "",
    ends: ["six/a", "seven/b"],
    fix: ["add-route six 10.7.1.0/24 -> p67", "add-route six fd07::/80 -> p67"],
  },
];
const DUAL = `
vpcs:
  six: { cidr: [10.6.0.0/16, "fd06::/64"], subnets: { a: { cidr: [10.6.1.0/24, "fd06::/80"] } } }
  seven: { cidr: [10.7.0.0/16, "fd07::/64"], subnets: { b: { cidr: [10.7.1.0/24, "fd07::/80"] } } }
peerings: { p67: six - seven }
routes: { seven: [10.6.0.0/16 -> p67, "fd06::/64 -> p67"] }
`;

const pairText = ({ from, to }: PairChange): string => `${from.vpc}/${from.subnet} ${to.vpc}/${to.subnet}`;

for (const { about, network: rest, ends, fix, opens = [], breaks = [], by } of FIXES) {
  test(about, () => {
    const network = ends[0] === "six/a" ? read(DUAL) : net(rest);
    const [best, ...others] = why(network, ...ends).fixes;
    assert.ok(best, "there is a fix");
    assert.equal(best.actions.map(formatAction), fix);
    assert.equal(best.opens.map(pairText), opens);
    assert.equal(best.breaks.map(pairText), breaks);
    if (by !== undefined) assert.equal(best.by, by);
    for (const { actions } of others) assert.is(actions.length, fix.length);
  });
}

// what stands in the way: the kind, the rule or a piece of the message
const OBSTACLES: readonly (readonly [
  about: string,
  network: string,
  from: string,
  to: string,
  kind: string,
  says: RegExp,
])[] = [
  ["ranges overlap", "", "web", "old", "refused", /endpoints-overlap/],
  ["the quota is full", full("shop", 10), "web", "db", "refused", /peering-quota/],
  [
    "the hub is full, and spokes cannot pass through it",
    full("shop", 10),
    "s0/a",
    "db",
    "fix",
    /create-peering pcx-s0-data/,
  ],
  ["a sender outside the network", "", "8.8.8.8", "web", "undecided", /outside the network/],
  [
    "the table is not known",
    "peerings: { p: shop - data }\nroutes: { shop: unknown }",
    "web",
    "db",
    "undecided",
    /not part of the input/,
  ],
  ["no way out", "", "web", "8.8.8.8", "cause", /no route to 8.8.8.8/],
  [
    "what a VPN leads to is not known",
    "gateways: { n: vpn shop }\nroutes: { shop: [0.0.0.0/0 -> n] }",
    "web",
    "8.8.8.8",
    "undecided",
    /not part of the input/,
  ],
  ["nobody lives there", "", "web", "10.2.77.1", "cause", /lies in no subnet/],
  ["an address that the cloud keeps", "", "web", "10.2.1.255", "cause", /reserved by the cloud/],
  [
    "a secondary CIDR is not carried",
    '  more: { region: r1, account: "1", cidr: 10.6.0.0/16, secondary: 10.66.0.0/16, subnets: { s: 10.66.1.0/24 } }',
    "web",
    "more/s",
    "cause",
    /secondary CIDR/,
  ],
];

function full(hub: string, spokes: number): string {
  const ids = Array.from({ length: spokes }, (_, i) => i);
  return [
    ...ids.map(
      (i) =>
        `  s${i}: { region: r1, account: "1", cidr: 10.${100 + i}.0.0/16, subnets: { a: 10.${100 + i}.1.0/24 } }`,
    ),
    "peerings:",
    ...ids.map((i) => `  h${i}: ${hub} - s${i}`),
  ].join("\n");
}

for (const [about, rest, from, to, kind, says] of OBSTACLES) {
  test(`${about}: it is said, and nothing is proposed that does not help`, () => {
    const { fixes, obstacles } = why(net(rest), from, to);
    if (kind === "fix") assert.match(fixes[0].actions.map(formatAction).join("; "), says);
    else {
      assert.equal(fixes, []);
      assert.equal([...new Set(obstacles.map((obstacle) => obstacle.kind))], [kind]);
      assert.match(
        obstacles.map(({ message, refused }) => `${refused?.refusal.rule ?? ""} ${message}`).join("; "),
        says,
      );
    }
  });
}

test("where ranges overlap, free ranges of the same size are named, which the cloud gives out and no VPC has", () => {
  const network = net("");
  const { advice } = why(network, "web", "old");
  assert.equal(advice, {
    vpc: "copy",
    range: "10.1.0.0/16",
    other: { vpc: "shop", range: "10.1.0.0/16" },
    free: ["10.0.0.0/16", "10.4.0.0/16", "10.6.0.0/16"],
  });
});

test("a range that is used in part is not free", () => {
  const used = ["10.0.16.0/20", "10.4.0.0/28", "10.6.255.0/24", "10.8.0.0/15", "10.10.0.0/16"];
  const more = used.map((cidr, i) => `  x${i}: { region: r1, account: "1", cidr: ${cidr} }`).join("\n");
  assert.equal(why(net(more), "web", "old").advice?.free, ["10.7.0.0/16", "10.11.0.0/16", "10.12.0.0/16"]);
});

test("both ends in one VPC and one table: the route that takes their packets away is deleted once", () => {
  const network = read(`profile: aws
load: lenient
vpcs: { v: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24, b: 10.1.2.0/24 } } }
routes: { v: [ 10.1.0.0/16 -> gone ] }
`);
  const fixes = why(network, "a", "b").fixes.map(({ actions }) => actions.map(formatAction));
  assert.equal(fixes, [["delete-route v 10.1.0.0/16"]]);
});

test("ends that span several VPCs are repaired pair by pair, and a set that does not help all of them is not shown", () => {
  // one table has to lead the same addresses to two VPCs: what helps one pair takes the other's packets away
  const network = net(`peerings: { p: shop - data, q: copy - data }
routes: { shop: [10.2.0.0/16 -> p], copy: [10.2.0.0/16 -> q], data: [10.1.9.0/24 -> p] }`);
  const both = resolveEndpoint(network, "shop/web", "");
  const old = resolveEndpoint(network, "copy/old", "");
  const db = resolveEndpoint(network, "db", "");
  const found = diagnose(network, { text: "both", spans: [...both.spans, ...old.spans] }, db, {
    protocol: "any",
  });
  for (const { actions } of found.fixes) {
    const lines = actions.map(formatAction);
    assert.is(ask(after(network, ...lines), "shop/web", "db").verdict, "two-way");
    assert.is(ask(after(network, ...lines), "copy/old", "db").verdict, "two-way");
  }
  assert.ok(found.fixes.length > 0);
});

test("every cause of both paths is named once, with an address pair that meets it", () => {
  const network = net(
    "peerings: { p: shop - data }\nroutes: { shop: [10.2.1.0/25 -> p, 10.2.1.128/26 -> gone] }",
  );
  const { faults, related } = why(network, "web", "db");
  assert.equal(
    faults.map(({ path, trace: { cause } }) => `${path} ${cause}`),
    ["forward route-blackhole", "forward no-route", "return no-route"],
  );
  assert.equal(
    related.map(({ peering, routes }) => [peering.id, routes.map(({ route }) => `${route.destination}`)]),
    [["p", ["10.2.1.0/25"]]],
  );
});

test("a pair that is two-way has no cause and needs no fix", () => {
  const network = net(
    "peerings: { p: shop - data }\nroutes: { shop: [10.2.0.0/16 -> p], data: [10.1.0.0/16 -> p] }",
  );
  const { faults, fixes, obstacles, answer } = why(network, "web", "db");
  assert.is(answer.verdict, "two-way");
  assert.equal([faults, fixes, obstacles], [[], [], []]);
});

test("a table with thousands of routes in the way is given up, and said so", () => {
  const lost = (count: number): string =>
    Array.from({ length: count }, (_, i) => `10.9.${i >> 8}.${i & 255}/32 -> gone`).join(", ");
  const wide = (count: number): Network =>
    net(`  big: { region: r1, account: "1", cidr: 10.9.0.0/16, subnets: { all: 10.9.0.0/17 } }
peerings: { p: shop - big }
routes: { shop: [10.9.0.0/16 -> p, ${lost(count)}], big: [10.1.0.0/16 -> p] }`);
  assert.is(why(wide(100), "web", "all").fixes[0].actions.length, 98); // two of them are the cloud's own
  assert.match(why(wide(4100), "web", "all").obstacles[0].message, /more than 4000/);
});

test("what is proposed on random networks is accepted, is two-way, and no smaller set of actions is", () => {
  const tally = new Tally();
  let asked = 0;
  fc.assert(
    fc.property(networks, fc.nat(), fc.nat(), fc.boolean(), (generated, i, j, whole) => {
      const network = simOf(generated);
      const names = [...network.vpcs.values()].flatMap(({ id, subnets }) =>
        whole ? [`${id}/*`] : [...subnets.keys()].map((subnet) => `${id}/${subnet}`),
      );
      const [from, to] = [names[i % names.length], names[j % names.length]];
      let found: Diagnosis;
      try {
        if (from === to || ask(network, from, to).verdict === "two-way") return;
        found = why(network, from, to);
      } catch (error) {
        if (error instanceof InputError) return; // no common family, or no address
        throw error;
      }
      asked++;
      assert.ok(found.faults.length > 0, "a pair that is not two-way has a cause");
      assert.ok(
        (found.fixes.length === 0) !== (found.obstacles.length === 0),
        "a fix, or what is in the way",
      );
      for (const { actions } of found.fixes) {
        const lines = actions.map(formatAction);
        assert.is(ask(after(network, ...lines), from, to).verdict, "two-way", lines.join("; "));
      }
      const smallest = found.fixes[0]?.actions.length;
      for (const { actions } of found.fixes) assert.is(actions.length, smallest);
      const actions = universe(network, from, to);
      const budget = { left: 1500 };
      // sets of the same size show that the twin finds what there is
      const upTo = smallest ?? 2;
      for (let size = 1; size <= upTo; size++) {
        const set = findSet(network, actions, from, to, size, budget);
        if (set === "gave up") {
          tally.add(`given up at ${size}`);
          return;
        }
        if (size < upTo || smallest === undefined)
          assert.is(
            set,
            undefined,
            `${from} to ${to} in\n${generated.text}\n${set} and not ${found.fixes.map((fix) => fix.actions.map(formatAction))}`,
          );
        else assert.ok(set, `${from} to ${to} in\n${generated.text}`);
      }
      tally.add(smallest === undefined ? "no fix" : `fix of ${smallest}`);
    }),
    { ...seeded(Number(process.env.RUNS ?? 60)), endOnFailure: true, includeErrorInReport: true },
  );
  tally.print(`repairs of ${asked}`, ["no fix", "fix of 1", "fix of 2"]);
});

test.run();
