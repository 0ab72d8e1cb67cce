import type { Hint, Network, Trace } from "@twoway/sim";
import { peeringChain, roundTrip } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { networks, seeded, simOf, Tally } from "./generate.ts";
import { read, spot } from "./notation.ts";
import { type PlainNetwork, spotIn } from "./reference.ts";

const test = suite("hint");

/** The network of every row; `peerings` and `routes` vary. twin overlaps vpc1, and vpc4 is joined by nothing. */
const world = (peerings: string, routes: string): Network =>
  read(`
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, account: me, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, account: you, subnets: { b: 10.2.1.0/24 } }
  vpc3: { cidr: 10.3.0.0/16, subnets: { c: 10.3.1.0/24 } }
  vpc4: { cidr: 10.4.0.0/16, subnets: { d: 10.4.1.0/24 } }
  twin: { cidr: [10.1.128.0/17], secondary: 10.9.0.0/16, subnets: { t: 10.1.130.0/24, u: 10.9.1.0/24 } }
peerings: { ${peerings} }
gateways: { nat1: nat vpc1 }
routes: { ${routes} }`);

const forward = (network: Network, to: string): Trace =>
  roundTrip(network, spot(network, "vpc1 10.1.1.5"), spot(network, to)).forward;

const hintsOf = (trace: Trace): readonly Hint[] => (trace.cause === null ? [] : trace.hints);

/** The hint in a few words: what it names, without its sentence. */
function brief(hint: Hint): string {
  switch (hint.kind) {
    case "peering-state":
      return `peering-state ${hint.peering} ${hint.state}`;
    case "other-table":
      return `other-table ${hint.table} ${hint.route.destination} -> ${hint.route.target}`;
    case "peering-chain":
      return `peering-chain ${hint.path.join(" ")}`;
    case "route-shadowed":
      return `route-shadowed ${hint.winner.destination} over ${hint.loser.destination}`;
    case "overlap":
      return `overlap ${hint.ranges.join(" ")}`;
    default:
      return hint satisfies never;
  }
}

const B = "vpc2 10.2.1.5";
const C = "vpc3 10.3.1.5";
const OTHER = "rt: { vpc: vpc1, routes: [10.2.0.0/16 -> p12] }";
const CHAIN = "p13: vpc1 - vpc3, p23: vpc2 - vpc3";

// peerings | routes | to | cause | all hints, in order
for (const [peerings, routes, to, cause, ...hints] of [
  ["p12: vpc1 - vpc2 PENDING", "", B, "no-route", "peering-state p12 PENDING"],
  ["p12: vpc1 - vpc2 EXPIRED", "", B, "no-route", "peering-state p12 EXPIRED"],
  ["p12: vpc2 - vpc1 ISOLATED", "", B, "no-route", "peering-state p12 ISOLATED"], // whoever asked
  ["p0: vpc1 - vpc2 REJECTED, p12: vpc1 - vpc2 PENDING", "", B, "no-route", "peering-state p12 PENDING"], // the live one
  ["p12: vpc1 - vpc2 DELETED", "", B, "no-route"], // nothing is left to point at
  ["p0: vpc1 - vpc2 EXPIRED, p12: vpc1 - vpc2", "", B, "no-route", "peering-chain vpc1 p12 vpc2"], // a chain of one
  ["p12: vpc1 - vpc2", OTHER, B, "no-route", "other-table rt 10.2.0.0/16 -> p12"],
  [
    "p12: vpc1 - vpc2",
    "rt: { vpc: vpc1, routes: [10.2.0.0/16 -> p12 disabled] }",
    B,
    "no-route",
    "peering-chain vpc1 p12 vpc2",
  ],
  [
    "p12: vpc1 - vpc2",
    "rt: { vpc: vpc1, routes: [10.2.0.0/16 -> gone] }",
    B,
    "no-route",
    "peering-chain vpc1 p12 vpc2",
  ],
  [
    "p0: vpc1 - vpc2 EXPIRED, p12: vpc1 - vpc2",
    "rt: { vpc: vpc1, routes: [10.2.0.0/16 -> p0] }", // leads nowhere in its state
    B,
    "no-route",
    "peering-chain vpc1 p12 vpc2",
  ],
  [CHAIN, "", B, "no-route", "peering-chain vpc1 p13 vpc3 p23 vpc2"],
  // the first of peering-state, other-table and peering-chain, and no more than one of them
  [`p12: vpc1 - vpc2 PENDING, ${CHAIN}`, OTHER, B, "no-route", "peering-state p12 PENDING"],
  [`p12: vpc1 - vpc2, ${CHAIN}`, OTHER, B, "no-route", "other-table rt 10.2.0.0/16 -> p12"],
  ["p13: vpc1 - vpc3 ISOLATED, p23: vpc2 - vpc3", "", B, "no-route"], // only ACTIVE peerings make a chain
  ["", "", "vpc4 10.4.1.5", "no-route"],
  ["", "", "8.8.8.8", "no-route"],
  [
    "",
    "rt: { vpc: vpc1, routes: [0.0.0.0/0 -> nat1] }",
    "8.8.8.8",
    "no-route",
    "other-table rt 0.0.0.0/0 -> nat1",
  ],
  [CHAIN, "vpc1: [10.2.0.0/16 -> p13]", B, "non-transitive", "peering-chain vpc1 p13 vpc3 p23 vpc2"],
  ["p13: vpc1 - vpc3", "vpc1: [10.2.0.0/16 -> p13]", B, "non-transitive"],
  [
    `p12: vpc1 - vpc2, ${CHAIN}`,
    "vpc1: [10.2.1.0/24 -> p13, 10.2.0.0/16 -> p12]",
    B,
    "non-transitive",
    "route-shadowed 10.2.1.0/24 over 10.2.0.0/16",
    "peering-chain vpc1 p12 vpc2",
  ],
  [
    "p12: vpc1 - vpc2",
    "vpc1: [10.2.1.0/24 -> gone, 10.2.0.0/16 -> p12]",
    B,
    "route-blackhole",
    "route-shadowed 10.2.1.0/24 over 10.2.0.0/16",
  ],
  ["p12: vpc1 - vpc2", "vpc1: [10.2.1.0/24 -> gone, 10.2.0.0/16 -> p12 disabled]", B, "route-blackhole"],
  ["p12: vpc1 - vpc2", "vpc1: [10.2.1.0/24 -> gone, 10.2.1.0/24 -> p12]", B, "route-blackhole"], // equal is not longer
  [
    "p12: vpc1 - vpc2 PENDING",
    "vpc1: [10.2.0.0/16 -> gone]",
    B,
    "route-blackhole",
    "peering-state p12 PENDING",
  ],
  ["p12: vpc1 - vpc2 PENDING", "vpc1: [10.2.0.0/16 -> p12]", B, "peering-not-active"], // the cause says it already
  ["p12: vpc1 - vpc2", "vpc1: [0.0.0.0/0 -> nat1]", B, "left-network", "peering-chain vpc1 p12 vpc2"],
  [
    "p12: vpc1 - vpc2",
    "vpc1: [10.2.0.0/17 -> nat1, 10.2.0.0/16 -> p12]",
    B,
    "left-network",
    "route-shadowed 10.2.0.0/17 over 10.2.0.0/16",
    "peering-chain vpc1 p12 vpc2",
  ],
  ["", "", "twin 10.1.130.5", "local-wins", "overlap 10.1.0.0/16 10.1.128.0/17"],
  ["", "", "twin 10.9.1.5", "no-route", "overlap 10.1.0.0/16 10.1.128.0/17"], // though this subnet does not overlap
  ["p1t: vpc1 - twin", "", "twin 10.9.1.5", "no-route", "peering-chain vpc1 p1t twin"], // peered after all
  ["p12: vpc1 - vpc2", "vpc1: [10.2.0.0/16 -> p12 disabled]", B, "route-disabled"],
  ["p13: vpc1 - vpc3", "vpc1: [10.3.0.0/16 -> p13]", C, null],
] as const) {
  test(`with {${peerings}} and {${routes}} ${cause ?? "delivery"} hints ${hints.join(" and ") || "at nothing"}`, () => {
    const trace = forward(world(peerings, routes), to);
    assert.is(trace.cause, cause);
    assert.equal(hintsOf(trace).map(brief), hints);
  });
}

test("hints say in words what to do", () => {
  const sentence = (peerings: string, routes = ""): string =>
    hintsOf(forward(world(peerings, routes), B))
      .map(({ message }) => message)
      .join("; ");
  assert.is(
    sentence("p12: vpc1 - vpc2 PENDING"),
    "p12 joins vpc1 and vpc2, but it is PENDING; account you has to accept it",
  );
  assert.is(sentence("p12: vpc1 - vpc2"), "p12 joins vpc1 and vpc2; only the route to 10.2.1.5 is missing");
  assert.match(sentence(CHAIN), "peering is not transitive: vpc1 and vpc2 need a peering of their own");
  assert.match(
    sentence("p12: vpc1 - vpc2", OTHER),
    "rt has 10.2.0.0/16 -> p12, but this subnet uses vpc1/main",
  );
});

test("a direct peering is no remedy for a secondary CIDR that it does not carry (S8)", () => {
  const text = `load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, secondary: 10.9.0.0/16, subnets: { b: 10.2.1.0/24, s: 10.9.1.0/24 } }
peerings: { p12: vpc1 - vpc2 }
`;
  for (const [profile, rest] of [
    ["tencent", "it does not carry the secondary CIDR that 10.9.1.5 lies in"],
    ["aws", "only the route to 10.9.1.5 is missing"],
  ]) {
    const network = read(`profile: ${profile}\n${text}`);
    const { forward } = roundTrip(network, spot(network, "vpc1 10.1.1.5"), spot(network, "vpc2 10.9.1.5"));
    assert.ok(forward.cause === "no-route");
    assert.equal(
      forward.hints.map(({ message }) => message),
      [`p12 joins vpc1 and vpc2; ${rest}`],
    );
  }
});

/** Breadth first over plain objects: how many ACTIVE peerings the shortest chain has; undefined when there is none. */
function distance({ peerings }: PlainNetwork, from: string, to: string): number | undefined {
  let reached = new Set([from]);
  for (let steps = 0; ; steps++) {
    if (reached.has(to)) return steps;
    const next = new Set(reached);
    for (const { ends, state } of peerings)
      if (state === "ACTIVE" && ends.some((end) => reached.has(end))) for (const end of ends) next.add(end);
    if (next.size === reached.size) return undefined;
    reached = next;
  }
}

test("a chain is a shortest one of ACTIVE peerings, and there is one if and only if VPCs are joined (A4, B9)", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, (generated) => {
      const { plain } = generated;
      const network = simOf(generated);
      for (const { id: from } of plain.vpcs) {
        for (const { id: to } of plain.vpcs) {
          const steps = distance(plain, from, to);
          const chain = peeringChain(network, from, to);
          tally.add(steps === undefined ? "apart" : `chain of ${Math.min(steps, 3)}`);
          assert.is(chain === undefined ? undefined : (chain.length - 1) / 2, steps, generated.text);
          if (chain === undefined) continue;
          assert.is(chain[0], from);
          assert.is(chain[chain.length - 1], to);
          for (let i = 1; i < chain.length; i += 2) {
            const { ends, state } = plain.peerings.find(({ id }) => id === chain[i])!;
            assert.is(state, "ACTIVE");
            assert.equal([chain[i - 1], chain[i + 1]].sort(), [...ends].sort());
          }
        }
      }
    }),
    seeded(300),
  );
  tally.print("chains", ["apart", "chain of 0", "chain of 1", "chain of 2", "chain of 3"]);
});

test("a packet without a route carries the first hint that applies, and a non-transitive one its chain", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, (generated) => {
      const { plain } = generated;
      const network = simOf(generated);
      for (const near of plain.vpcs) {
        for (const far of plain.vpcs) {
          if (near === far) continue;
          const [from] = near.subnets.map(({ cidrs }) => spotIn(near, cidrs[0].address));
          const [to] = far.subnets.map(({ cidrs }) => spotIn(far, cidrs[0].address));
          const trace = roundTrip(network, from, to).forward;
          if (trace.cause !== "no-route" && trace.cause !== "non-transitive") continue;
          const kinds = trace.hints.map(({ kind }) => kind);
          const direct = plain.peerings.filter(({ ends }) => ends.includes(near.id) && ends.includes(far.id));
          const joined = distance(plain, near.id, far.id) !== undefined;
          const stuck =
            direct.some(({ state }) => state !== "DELETED") &&
            !direct.some(({ state }) => state === "ACTIVE");
          const exclusive = ["peering-state", "other-table", "peering-chain"].filter((kind) =>
            kinds.includes(kind as never),
          );
          if (trace.cause === "non-transitive")
            assert.is(kinds.includes("peering-chain"), joined, generated.text);
          else {
            assert.ok(exclusive.length <= 1, kinds.join(" "));
            if (stuck) assert.equal(exclusive, ["peering-state"], generated.text);
            else if (joined) assert.is(exclusive.length, 1, generated.text);
            else assert.not.ok(exclusive.includes("peering-chain"), generated.text);
          }
          tally.add(`${trace.cause} ${exclusive[0] ?? "without"}`);
        }
      }
    }),
    seeded(500),
  );
  tally.print("hints", [
    "no-route peering-state",
    "no-route peering-chain",
    "no-route without",
    "non-transitive peering-chain",
  ]);
});

test("a direct peering says that a route is missing only where none is there", () => {
  const says = (routes: string): string | undefined =>
    hintsOf(forward(world("p12: vpc1 - vpc2, p13: vpc1 - vpc3", routes), B)).find(
      ({ kind }) => kind === "peering-chain",
    )?.message;
  assert.is(says(""), "p12 joins vpc1 and vpc2; only the route to 10.2.1.5 is missing");
  const elsewhere = "p12 joins vpc1 and vpc2; the route to 10.2.1.5 should lead there";
  assert.is(says("vpc1: [10.2.0.0/16 -> p12, 10.2.1.0/24 -> nat1]"), elsewhere);
  assert.is(says("vpc1: [10.2.0.0/16 -> p12, 10.2.1.0/24 -> p13]"), elsewhere);
});

test.run();
