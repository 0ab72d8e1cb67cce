import { type RoundTrip, roundTrip, type Trace, trace } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { after, read, spot } from "./notation.ts";

const test = suite("trace");

/** vpc1 is the sender; each row gives the routes of its main table. Nothing else varies. */
const world = (routes: string, profile = "tencent", more = ""): string => `
profile: ${profile}
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, secondary: 10.11.0.0/24, account: me, region: north,
          subnets: { a: 10.1.1.0/24, k: 10.11.0.0/28, z: 10.1.9.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, secondary: 192.168.0.0/24,
          subnets: { b: 10.2.1.0/24, s: 192.168.0.0/24, h: { cidr: 10.2.2.0/24, hosts: { web: 10.2.2.9 } } } }
  vpc3: { cidr: 10.3.0.0/16, subnets: { c: 10.3.1.0/24 } }
  twin: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
  near: { cidr: 10.1.0.0/16, subnets: { n: 10.1.4.0/24 } }
peerings:
  pcx-12: vpc1 - vpc2
  pcx-13: vpc1 - vpc3
  pcx-1t: vpc1 - twin
  pcx-23: vpc2 - vpc3
  pcx-1x: vpc1 - elsewhere
  pcx-pending: vpc1 - vpc3 PENDING
  pcx-expired: vpc1 - vpc3 EXPIRED
  pcx-rejected: vpc1 - vpc3 REJECTED
  pcx-deleted: vpc1 - vpc3 DELETED
  pcx-failed: vpc1 - vpc3 FAILED
  pcx-isolated: vpc1 - vpc3 ISOLATED
gateways: { nat1: nat vpc1, igw1: internet vpc1, vpn1: vpn vpc1, dc1: direct-connect vpc1, any1: other vpc1, nat2: nat vpc2 }
routes:
  vpc1: [${routes}]
  lost: { vpc: vpc1, subnets: [z], routes: unknown }
${more}`;

const one = (routes: string, from: string, to: string, profile?: string): Trace => {
  const network = read(world(routes, profile));
  return trace(network, spot(network, from), spot(network, to));
};

const A = "vpc1 10.1.1.5";
const B = "vpc2 10.2.1.5";
const C = "vpc3 10.3.1.5";

// routes of vpc1 | from | to | cause | the component that decided | a part of the message
for (const [routes, from, to, cause, component, message] of [
  ["", "vpc1 10.1.200.1", B, "source-not-in-subnet", "vpc vpc1", "10.1.200.1 lies in no subnet of vpc1"],
  ["", "vpc1 10.1.9.5", B, "no-route-table", "route-table lost", "the routes of lost are not part"],
  ["", A, "near 10.1.4.5", "local-wins", "vpc vpc1", "10.1.4.5 of near lies inside 10.1.0.0/16"],
  ["10.1.4.0/24 -> pcx-12", A, "near 10.1.4.5", "local-wins", "vpc vpc1", "never leaves vpc1"],
  [
    "10.2.0.0/16 -> pcx-12 disabled",
    A,
    B,
    "route-disabled",
    "route vpc1/main 10.2.0.0/16 -> pcx-12",
    "disabled",
  ],
  ["", A, B, "no-route", "route-table vpc1/main", "vpc1/main has no route to 10.2.1.5"],
  ["10.2.0.0/24 -> pcx-12", A, B, "no-route", "route-table vpc1/main", "no route to 10.2.1.5"], // beside it
  ["0.0.0.0/0 -> vpn1", A, B, "unsupported-target", "gateway vpn1", "what lies behind"],
  ["0.0.0.0/0 -> dc1", A, B, "unsupported-target", "gateway dc1", "what lies behind"],
  ["0.0.0.0/0 -> any1", A, B, "unsupported-target", "gateway any1", "what lies behind"],
  [
    "0.0.0.0/0 -> pcx-1x",
    A,
    B,
    "unsupported-target",
    "peering pcx-1x",
    "leads to elsewhere, which is not part",
  ],
  [
    "10.3.0.0/16 -> pcx-23",
    A,
    C,
    "peering-wrong-vpc",
    "route vpc1/main 10.3.0.0/16 -> pcx-23",
    "joins vpc2 and vpc3",
  ],
  ["10.3.0.0/16 -> pcx-pending", A, C, "peering-not-active", "peering pcx-pending", "is PENDING"],
  ["10.3.0.0/16 -> pcx-expired", A, C, "peering-not-active", "peering pcx-expired", "is EXPIRED"],
  ["10.3.0.0/16 -> pcx-rejected", A, C, "peering-not-active", "peering pcx-rejected", "is REJECTED"],
  ["10.3.0.0/16 -> pcx-failed", A, C, "peering-not-active", "peering pcx-failed", "is FAILED"],
  ["10.3.0.0/16 -> pcx-isolated", A, C, "peering-not-active", "peering pcx-isolated", "is ISOLATED"],
  // nothing is left of a deleted peering that a packet could cross
  [
    "10.3.0.0/16 -> pcx-deleted",
    A,
    C,
    "route-blackhole",
    "route vpc1/main 10.3.0.0/16 -> pcx-deleted",
    "not exist",
  ],
  ["10.3.0.0/16 -> gone", A, C, "route-blackhole", "route vpc1/main 10.3.0.0/16 -> gone", "does not exist"],
  [
    "10.3.0.0/16 -> blackhole",
    A,
    C,
    "route-blackhole",
    "route vpc1/main 10.3.0.0/16 -> blackhole",
    "blackhole",
  ],
  ["0.0.0.0/0 -> nat2", A, C, "route-blackhole", "route vpc1/main 0.0.0.0/0 -> nat2", "belongs to vpc2"],
  ["10.2.0.0/16 -> pcx-1t", A, B, "wrong-vpc", "vpc twin", "owns it too, and vpc2 was meant"], // S15
  ["10.3.0.0/16 -> pcx-12", A, C, "non-transitive", "peering pcx-12", "10.3.1.5 belongs to vpc3"], // A4, B9
  ["0.0.0.0/0 -> pcx-12", A, "8.8.8.8", "edge-to-edge", "peering pcx-12", "behind one of its gateways"],
  [
    "192.168.0.0/24 -> pcx-12",
    A,
    "vpc2 192.168.0.5",
    "secondary-cidr-not-carried",
    "peering pcx-12",
    "carries 10.2.0.0/16 only",
  ], // S8
  ["10.2.0.0/16 -> pcx-12", A, "vpc2 10.2.77.1", "no-such-subnet", "vpc vpc2", "no subnet of vpc2 holds"],
  ["", A, "vpc1 10.1.77.1", "no-such-subnet", "vpc vpc1", "no subnet of vpc1 holds"],
  ["10.2.0.0/16 -> pcx-12", A, "vpc2 10.2.1.1", "no-such-host", "subnet b", "reserved by the cloud"],
  ["10.2.0.0/16 -> pcx-12", A, "vpc2 10.2.1.255", "no-such-host", "subnet b", "reserved by the cloud"],
  ["10.2.0.0/16 -> pcx-12", A, "vpc2 10.2.2.8", "no-such-host", "subnet h", "no host of h has 10.2.2.8"], // S16
  ["0.0.0.0/0 -> nat1", A, C, "left-network", "gateway nat1", "sends it out by nat1, but 10.3.1.5 is inside"],
  ["0.0.0.0/0 -> igw1", A, C, "left-network", "gateway igw1", "0.0.0.0/0 -> igw1 of vpc1/main"],
] as const) {
  test(`${from} to ${to} with [${routes}] stops: ${cause}, decided by ${component}`, () => {
    const found = one(routes, from, to);
    assert.is(found.cause, cause);
    const unknown = cause === "unsupported-target" || cause === "no-route-table";
    assert.is(found.outcome, unknown ? "unknown" : "dropped");
    if (found.cause === null) return;
    assert.is(`${found.component.kind} ${found.component.id}`, component);
    assert.ok(found.message.includes(message), found.message);
    if (found.component.kind !== "peering" && found.component.kind !== "gateway")
      assert.match(found.component.source, /^t\.yaml:\d+:\d+$/);
  });
}

// what each profile does differently with the same routes: routes | to | tencent | aws
for (const [routes, to, tencent, aws] of [
  ["10.1.1.0/24 -> nat1", "vpc1 10.1.1.9", null, "left-network"], // a longer prefix beats local in aws alone
  ["10.1.4.0/24 -> pcx-12", "vpc1 10.1.4.9", "no-such-subnet", "non-transitive"],
  ["10.1.0.0/16 -> nat1", "vpc1 10.1.1.9", null, "left-network"], // exactly the own CIDR replaces local
  ["10.0.0.0/8 -> nat1", "vpc1 10.1.1.9", null, null], // a shorter one never does
  ["0.0.0.0/0 -> nat1", "vpc1 10.11.0.6", null, null], // secondary CIDRs are local too
  ["10.11.0.0/28 -> nat1", "vpc1 10.11.0.6", null, "left-network"],
  ["192.168.0.0/24 -> pcx-12", "vpc2 192.168.0.5", "secondary-cidr-not-carried", null], // S8
  ["10.2.0.0/16 -> pcx-12", "vpc2 10.2.1.2", null, "no-such-host"], // aws keeps four addresses
  ["10.2.0.0/16 -> pcx-12", "vpc2 10.2.1.4", null, null],
] as const) {
  test(`with [${routes}], ${to} is ${tencent ?? "reached"} in tencent and ${aws ?? "reached"} in aws`, () => {
    assert.is(one(routes, A, to, "tencent").cause, tencent);
    assert.is(one(routes, A, to, "aws").cause, aws);
  });
}

// the longest enabled match decides, alive or dead: routes | cause on the way to vpc2/b
for (const [routes, cause] of [
  ["10.2.0.0/16 -> pcx-12, 10.2.1.0/24 -> gone", "route-blackhole"], // a dead route still wins
  ["10.2.0.0/16 -> pcx-12, 10.2.1.0/24 -> pcx-23", "peering-wrong-vpc"],
  ["10.2.0.0/16 -> pcx-12, 10.2.1.0/24 -> pcx-isolated", "peering-not-active"],
  ["10.2.0.0/16 -> pcx-12, 10.2.1.0/24 -> vpn1", "unsupported-target"],
  ["10.2.0.0/16 -> pcx-12, 10.2.1.0/24 -> gone disabled", null], // a disabled one is skipped
  ["0.0.0.0/0 -> gone, 10.2.1.5/32 -> pcx-12", null],
  ["10.2.1.5/32 -> gone, 0.0.0.0/0 -> pcx-12", "route-blackhole"],
  ["10.2.1.4/31 -> pcx-12, 10.2.1.4/32 -> gone", null],
  ["10.0.0.0/8 -> nat1 disabled, 10.2.1.5/32 -> pcx-12 disabled", "route-disabled"],
] as const) {
  test(`of [${routes}] the longest enabled one decides: ${cause ?? "delivered"}`, () => {
    assert.is(one(routes, A, B).cause, cause);
  });
}

test("a packet inside its own VPC needs no route, also between a primary and a secondary CIDR (A1)", () => {
  assert.is(one("", A, "vpc1 10.1.1.9").outcome, "delivered");
  assert.is(one("", "vpc1 10.11.0.5", A).outcome, "delivered");
  // local decides before an unmanaged table matters: no verdict is unknown where the input decides
  assert.is(one("", "vpc1 10.1.9.5", A).outcome, "delivered");
});

test("of own CIDRs that overlap the longest one decides against a route", () => {
  const to = (routes: string): string | null => {
    const network = read(`
profile: aws
load: lenient
vpcs: { vpc1: { cidr: 10.1.0.0/16, secondary: 10.1.64.0/24, subnets: { a: 10.1.1.0/24, b: 10.1.64.0/24 } } }
gateways: { nat1: nat vpc1 }
routes: { vpc1: [${routes}] }`);
    return trace(network, spot(network, A), spot(network, "vpc1 10.1.64.9")).cause;
  };
  assert.is(to("10.1.64.0/20 -> nat1"), null);
  assert.is(to("10.1.64.0/24 -> nat1"), "left-network");
});

test("a path over a peering names no gateway and no device (A3, B13)", () => {
  const { hops } = one("10.2.0.0/16 -> pcx-12", A, B);
  assert.equal(
    hops.map(({ kind, node }) => `${kind} ${node}`),
    ["subnet a", "peering pcx-12", "vpc vpc2", "subnet b"],
  );
  assert.equal(hops[0].route, { destination: "10.2.0.0/16", target: "pcx-12", source: "t.yaml:26:10" });
});

const members = (trace: Trace): string[] =>
  (trace.alternatives ?? []).map(({ route, outcome, cause }) => `${route.target} ${cause ?? outcome}`);

test("of an ECMP group the worst member decides and the others are alternatives (S17)", () => {
  for (const [routes, cause, others] of [
    ["10.2.0.0/16 -> pcx-12, 10.2.0.0/16 -> gone", "route-blackhole", ["pcx-12 delivered"]],
    ["10.2.0.0/16 -> gone, 10.2.0.0/16 -> pcx-12", "route-blackhole", ["pcx-12 delivered"]],
    ["10.2.0.0/16 -> pcx-12, 10.2.0.0/16 -> vpn1", "unsupported-target", ["pcx-12 delivered"]],
    ["10.2.0.0/16 -> vpn1, 10.2.0.0/16 -> nat1", "left-network", ["vpn1 unsupported-target"]],
    ["10.2.0.0/16 -> gone disabled, 10.2.0.0/16 -> pcx-12", null, []], // a disabled one is no member
    ["10.2.0.0/16 -> pcx-12, 10.2.0.0/16 -> pcx-12", null, ["pcx-12 delivered"]],
  ] as const) {
    const found = one(routes, A, B);
    assert.is(found.cause, cause, routes);
    assert.equal(members(found), others, routes);
  }
});

const outside = (routes: string): RoundTrip => {
  const network = read(world(routes));
  return roundTrip(network, spot(network, A), spot(network, "8.8.8.8"));
};

test("a reply from outside comes back by NAT, and by any other gateway cannot be told", () => {
  assert.is(outside("0.0.0.0/0 -> nat1").verdict, "two-way");
  assert.is(outside("0.0.0.0/0 -> igw1").verdict, "unknown");
  assert.is(outside("").return.cause, "unsupported-target");
});

test("a reply from outside comes back by every member of the group, in whichever order they stand (S17)", () => {
  for (const routes of ["0.0.0.0/0 -> igw1, 0.0.0.0/0 -> nat1", "0.0.0.0/0 -> nat1, 0.0.0.0/0 -> igw1"]) {
    const { verdict, return: back } = outside(routes);
    assert.is(verdict, "unknown", routes);
    assert.ok(back.cause !== null && back.component.id === "igw1", routes);
  }
});

test("what an outside sender does is unknown, and so is what it gets", () => {
  const network = read(world("0.0.0.0/0 -> nat1"));
  const trip = roundTrip(network, spot(network, "8.8.8.8"), spot(network, A));
  assert.is(trip.forward.cause, "unsupported-target");
  assert.is(trip.verdict, "unknown");
});

test("an address of no VPC is named as such, not as undefined", () => {
  for (const [routes, to] of [
    ["", "10.1.4.5"],
    ["10.2.0.0/16 -> pcx-12", "10.2.1.5"],
  ]) {
    const found = one(routes, A, to);
    assert.ok(found.cause !== null);
    if (found.cause !== null) assert.not.match(found.message, "undefined");
  }
});

test("the return is computed when the forward fails, by its own lookup in its own table (S13)", () => {
  const network = read(
    world(
      "",
      "tencent",
      "  vpc2: [10.1.0.0/16 -> pcx-12, 10.1.1.0/24 -> gone]\n  vpc3: [10.1.0.0/16 -> pcx-13]",
    ),
  );
  const trip = (to: string): string => {
    const { verdict, forward, return: back } = roundTrip(network, spot(network, A), spot(network, to));
    return `${verdict}: ${forward.cause} / ${back.cause}`;
  };
  assert.is(trip(C), "return-only: no-route / null");
  assert.is(trip(B), "unreachable: no-route / route-blackhole");
});

// how the forward ends x how the return ends (S14), in one network: the table of the sender and that of the replier
const WAYS = { delivered: "pcx-12", dropped: "gone", unknown: "vpn" } as const;
const VERDICTS = {
  delivered: { delivered: "two-way", dropped: "forward-only", unknown: "unknown" },
  dropped: { delivered: "return-only", dropped: "unreachable", unknown: "unreachable" },
  unknown: { delivered: "unknown", dropped: "unreachable", unknown: "unknown" },
} as const;
for (const [forward, row] of Object.entries(VERDICTS)) {
  for (const [back, verdict] of Object.entries(row)) {
    test(`forward ${forward} and return ${back} make ${verdict} (S14)`, () => {
      const target = (way: string, vpc: number): string =>
        way === "unknown" ? `vpn${vpc}` : WAYS[way as keyof typeof WAYS];
      const network = read(`
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
peerings: { pcx-12: vpc1 - vpc2 }
gateways: { vpn1: vpn vpc1, vpn2: vpn vpc2 }
routes: { vpc1: [10.2.0.0/16 -> ${target(forward, 1)}], vpc2: [10.1.0.0/16 -> ${target(back, 2)}] }`);
      const trip = roundTrip(network, spot(network, A), spot(network, B));
      assert.is(trip.forward.outcome, forward);
      assert.is(trip.return.outcome, back);
      assert.is(trip.verdict, verdict);
    });
  }
}

test("traffic stops as soon as either side deletes the peering (A12, A34, B8)", () => {
  const network = read(world("10.2.0.0/16 -> pcx-12", "tencent", "  vpc2: [10.1.0.0/16 -> pcx-12]"));
  assert.is(roundTrip(network, spot(network, A), spot(network, B)).verdict, "two-way");
  const later = after(network, "delete-peering pcx-12 as self");
  assert.is(roundTrip(later, spot(later, A), spot(later, B)).verdict, "unreachable");
});

test.run();
