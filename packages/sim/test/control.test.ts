import { type Network, TRANSITIONS } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { act, after, ask, read, say, verdictOn } from "./notation.ts";

const test = suite("control");

const STATES = ["PENDING", "ACTIVE", "EXPIRED", "REJECTED", "DELETED", "FAILED", "ISOLATED"] as const;

/** A peering p of two accounts in the given state. */
const peered = (state: string, profile = "tencent"): Network =>
  read(`
profile: ${profile}
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, account: asker }
  vpc2: { cidr: 10.2.0.0/16, account: asked }
peerings: { p: vpc1 - vpc2 ${state} }`);

const WRONG_STATE = "wrong-state UnsupportedOperation.VpcPeerInvalidStateChange";
const WRONG_ACTOR = "wrong-actor UnsupportedOperation.VpcPeerPurviewError";

// event | who may | state before -> state after; every other state refuses
for (const [verb, entitled, moves] of [
  ["accept", ["asked"], { PENDING: "ACTIVE" }], // A21, B10
  ["reject", ["asked"], { PENDING: "REJECTED" }], // A32
  ["enable", ["asker"], { EXPIRED: "PENDING" }], // A39, S6
  [
    "delete", // A12, A34, S5
    ["asker", "asked"],
    {
      PENDING: "DELETED",
      ACTIVE: "DELETED",
      EXPIRED: "DELETED",
      REJECTED: "DELETED",
      FAILED: "DELETED",
      ISOLATED: "DELETED",
    },
  ],
] as const) {
  for (const state of STATES) {
    const to = (moves as Readonly<Record<string, string>>)[state];
    test(`${verb} of ${state} by the entitled makes ${to ?? "an error"}; by anybody else it is refused`, () => {
      for (const actor of ["asker", "asked", "stranger"]) {
        const before = peered(state);
        const outcome = act(before, `${verb}-peering p as ${actor}`);
        if (!(entitled as readonly string[]).includes(actor))
          assert.is(verdictOn(outcome), WRONG_ACTOR, actor);
        else if (to === undefined) assert.is(verdictOn(outcome), WRONG_STATE, actor);
        else {
          assert.ok(outcome.kind === "applied", verdictOn(outcome));
          if (outcome.kind === "applied") assert.is(outcome.network.peerings.get("p")?.state, to);
        }
        assert.is(before.peerings.get("p")?.state, state, "the old network stays as it was");
      }
      // without an actor it is the entitled party
      assert.is(
        verdictOn(act(peered(state), `${verb}-peering p`)),
        to === undefined ? WRONG_STATE : "applied",
      );
    });
  }
}

test("the table of transitions is the life-cycle model and nothing else (SPEC 1.4)", () => {
  const rows = Object.entries(TRANSITIONS).map(
    ([event, { from, to, by }]) => `${event} ${from.join("|")} ${to} ${by}`,
  );
  assert.equal(rows, [
    "accept PENDING ACTIVE accepter",
    "reject PENDING REJECTED accepter",
    "expire PENDING EXPIRED clock",
    "enable EXPIRED PENDING requester",
    "isolate ACTIVE ISOLATED provider",
    "restore ISOLATED ACTIVE provider",
    "delete PENDING|ACTIVE|EXPIRED|REJECTED|FAILED|ISOLATED DELETED either",
  ]);
});

test("an action on a peering or table that is not there is refused by name", () => {
  const network = peered("ACTIVE");
  for (const line of [
    "accept-peering q",
    "create-peering q vpc1 - vpc9",
    "create-peering q vpc9 - vpc1",
    "add-route vpc9 10.2.0.0/16 -> p",
    "delete-route vpc1 10.2.0.0/16",
    "enable-route vpc1 10.2.0.0/16 -> p",
  ])
    assert.is(verdictOn(act(network, line)), "not-found ResourceNotFound", line);
});

const DAY = 86_400_000;
const pending = (network: Network): string | undefined => network.peerings.get("p")?.state;

test("a request expires exactly seven days after it was made, and not a second before (A8)", () => {
  const network = peered("PENDING");
  const early = act(network, "advance-clock 6d23h59m59s");
  assert.ok(early.kind === "applied");
  if (early.kind !== "applied") return;
  assert.is(pending(early.network), "PENDING");
  assert.is(early.network.now - network.now, 7 * DAY - 1000);
  assert.is(pending(after(early.network, "advance-clock 1s")), "EXPIRED");
  assert.is(pending(after(network, "advance-clock 7d")), "EXPIRED");
  assert.equal(
    early.events.map(({ kind }) => kind),
    ["clock-advanced"],
  );
});

test("only a pending request expires (A8)", () => {
  for (const state of STATES)
    assert.is(pending(after(peered(state), "advance-clock 30d")), state === "PENDING" ? "EXPIRED" : state);
});

test("enable starts a new timer of seven days (A39, S6)", () => {
  const network = after(peered("PENDING"), "advance-clock 8d", "enable-peering p");
  assert.is(pending(network), "PENDING");
  assert.is(network.peerings.get("p")?.requested, network.now);
  assert.is(pending(after(network, "advance-clock 6d23h59m59s")), "PENDING");
  assert.is(pending(after(network, "advance-clock 7d")), "EXPIRED");
  assert.is(pending(after(network, "accept-peering p")), "ACTIVE");
});

test("enable exists in both Tencent profiles and not in aws (S1, S6)", () => {
  assert.is(verdictOn(act(peered("EXPIRED", "tencent-2024"), "enable-peering p")), "applied");
  assert.is(
    verdictOn(act(peered("EXPIRED", "aws"), "enable-peering p")),
    "wrong-state InvalidStateTransition",
  );
});

test("enable asks the create rules again: the place may be taken by now (S2)", () => {
  const expired = after(peered("PENDING"), "advance-clock 7d", "create-peering q vpc1 - vpc2");
  assert.is(
    verdictOn(act(expired, "enable-peering p")),
    "pair-exists UnsupportedOperation.VpcPeerAlreadyExist",
  );
  assert.is(verdictOn(act(after(expired, "delete-peering q"), "enable-peering p")), "applied");
});

test("requests expire in the order of their deadlines, each with its own event", () => {
  const network = read(`
now: 2026-01-10
vpcs:
  vpc1: { cidr: 10.1.0.0/16, account: a }
  vpc2: { cidr: 10.2.0.0/16, account: b }
  vpc3: { cidr: 10.3.0.0/16, account: c }
peerings:
  late: { requester: vpc1, accepter: vpc2, state: PENDING, requested: 2026-01-09 }
  early: { requester: vpc1, accepter: vpc3, state: PENDING, requested: "2026-01-05T12:00:00Z" }`);
  const outcome = act(network, "advance-clock 30d");
  assert.ok(outcome.kind === "applied");
  if (outcome.kind !== "applied") return;
  assert.equal(
    outcome.events.slice(1).map(({ kind, message }) => `${kind} ${message}`),
    [
      "peering-expired early expired at 2026-01-12T12:00:00Z: nobody accepted it",
      "peering-expired late expired at 2026-01-16T00:00:00Z: nobody accepted it",
    ],
  );
});

test("the clock ends with the year 9999, however often it is moved", () => {
  let network = peered("PENDING");
  for (let i = 0; i < 50; i++) network = after(network, "advance-clock 100000d");
  assert.is(new Date(network.now).toISOString(), "9999-12-31T23:59:59.000Z");
});

/** Routes to p in several tables of both VPCs, one of them disabled, among others. */
const routed = (profile: string): Network =>
  read(`
profile: ${profile}
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
  vpc3: { cidr: 10.3.0.0/16 }
peerings: { p: vpc1 - vpc2, q: vpc1 - vpc3 }
routes:
  vpc1: [10.2.0.0/16 -> p, 10.2.1.0/24 -> p disabled, 10.3.0.0/16 -> q]
  extra: { subnets: [vpc1/a], routes: [10.2.1.0/24 -> p] }
  vpc2: [10.1.0.0/16 -> p, 0.0.0.0/0 -> q]
  vpc3: [10.1.0.0/16 -> q]`);

const tableLines = (network: Network): string[] =>
  [...network.vpcs.values()].flatMap(({ tables }) =>
    [...tables.values()].flatMap(({ id, routes }) =>
      [...(routes ?? [])].map((route) => `${id} ${route.destination} ${route.target}`),
    ),
  );

const TOUCHED = [
  "vpc1/main 10.2.0.0/16",
  "vpc1/main 10.2.1.0/24",
  "extra 10.2.1.0/24",
  "vpc2/main 10.1.0.0/16",
];

test(`delete takes the routes of both VPCs with it and lists each (A35, S5)`, () => {
  const before = routed("tencent");
  const outcome = act(before, "delete-peering p");
  assert.ok(outcome.kind === "applied");
  if (outcome.kind !== "applied") return;
  assert.equal(
    tableLines(outcome.network),
    tableLines(before).filter((line) => !line.endsWith(" p")),
  );
  const [first, ...rest] = outcome.events;
  assert.is(first.kind, "peering-deleted");
  assert.equal(
    rest.map(({ kind, subject, message }) => `${kind} ${subject} ${message}`),
    TOUCHED.map((line) => {
      const [table, destination] = line.split(" ");
      return `route-deleted ${table} ${table}: ${destination} -> p went with it`;
    }),
  );
});

test("where two clouds meet, a delete does to each side's routes what its own cloud does (S1, S5)", () => {
  const network = after(
    read(`
vpcs:
  near: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  far: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 }, profile: aws }
peerings: { p: near - far }
routes: { near: [10.2.0.0/16 -> p], far: [10.1.0.0/16 -> p] }`),
    "delete-peering p",
  );
  assert.is(say(ask(network, "a", "b")), "unreachable: no-route / route-blackhole");
});

test("in aws a delete leaves the routes as blackholes, and lists each (S5)", () => {
  const before = routed("aws");
  const outcome = act(before, "delete-peering p");
  assert.ok(outcome.kind === "applied");
  if (outcome.kind !== "applied") return;
  assert.equal(tableLines(outcome.network), tableLines(before));
  assert.equal(
    outcome.events.slice(1).map(({ kind, subject }) => `${kind} ${subject}`),
    TOUCHED.map((line) => `route-blackholed ${line.split(" ")[0]}`),
  );
});

test("what an action does not touch is shared with the network before it", () => {
  const before = routed("tencent");
  const later = after(before, "delete-peering p");
  assert.is(later.vpcs.get("vpc3"), before.vpcs.get("vpc3"));
  assert.is(later.peerings.get("q"), before.peerings.get("q"));
  assert.is(later.gateways, before.gateways);
});

test.run();
