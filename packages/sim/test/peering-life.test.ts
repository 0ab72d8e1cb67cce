import { apply, isListedFor, type Network, type Peering, parseAction } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { act, after, ask, read, say, verdictOn } from "./notation.ts";

const test = suite("life of a peering");

const STATES = ["PENDING", "ACTIVE", "EXPIRED", "REJECTED", "DELETED", "FAILED", "ISOLATED"] as const;
const WRONG_STATE = "wrong-state UnsupportedOperation.VpcPeerInvalidStateChange";
const WRONG_ACTOR = "wrong-actor UnsupportedOperation.VpcPeerPurviewError";
const MALFORMED = "malformed InvalidParameterValue.Malformed";

/** A peering p of two accounts inside one region, one across regions, and a third account. */
const world = (state = "ACTIVE", profile = "tencent"): Network =>
  read(`
profile: ${profile}
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, account: asker, region: north, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, account: asked, region: north, subnets: { b: 10.2.1.0/24 } }
  vpc3: { cidr: 10.3.0.0/16, account: asked, region: south, subnets: { c: 10.3.1.0/24 } }
  vpc4: { cidr: 10.2.64.0/20, account: asker, region: south }
  vpc5: { cidr: 10.1.64.0/20, account: asked, region: north }
peerings:
  p: vpc1 - vpc2 ${state}
  far: vpc1 - vpc3${profile === "aws" ? "" : " bandwidth 100"} ${state}
routes:
  vpc1: [10.2.0.0/16 -> p, 10.3.0.0/16 -> far]
  vpc2: [10.1.0.0/16 -> p]
  vpc3: [10.1.0.0/16 -> far]`);

const peering = (network: Network, id = "p"): Peering => network.peerings.get(id)!;

// --- isolate and restore: the provider's, for arrears or a breach of its terms (B2, S7)

for (const [verb, moves] of [
  ["isolate", { ACTIVE: "ISOLATED" }],
  ["restore", { ISOLATED: "ACTIVE" }],
] as const) {
  for (const state of STATES) {
    const to = (moves as Readonly<Record<string, string>>)[state];
    test(`${verb} of ${state} makes ${to ?? "an error"}, and no account may do it (B2)`, () => {
      const outcome = act(world(state), `${verb}-peering p`);
      assert.is(verdictOn(outcome), to === undefined ? WRONG_STATE : "applied");
      if (outcome.kind === "applied") assert.is(peering(outcome.network).state, to);
      for (const actor of ["asker", "asked", "stranger"])
        assert.is(verdictOn(act(world(state), `${verb}-peering p as ${actor}`)), WRONG_ACTOR, actor);
    });
  }
}

test("a suspended peering carries nothing, keeps its routes, and works again when it is restored (B2)", () => {
  const before = world();
  assert.is(say(ask(before, "vpc1/a", "vpc2/b")), "two-way");
  const suspended = after(before, "isolate-peering p");
  assert.is(say(ask(suspended, "vpc1/a", "vpc2/b")), "unreachable: peering-not-active / peering-not-active");
  assert.is(say(ask(suspended, "vpc1/a", "vpc3/c")), "two-way");
  assert.is(suspended.vpcs, before.vpcs);
  assert.is(say(ask(after(suspended, "restore-peering p"), "vpc1/a", "vpc2/b")), "two-way");
  assert.equal(peering(after(suspended, "restore-peering p")), peering(before));
});

test("a suspended cross-region peering gets its cap back when it is restored (1.4)", () => {
  const network = after(world(), "isolate-peering far", "restore-peering far");
  assert.is(peering(network, "far").bandwidth, 100);
});

test("a suspended peering keeps its place: in the pair, among siblings, in overlaps (S2)", () => {
  const suspended = after(world(), "isolate-peering p", "isolate-peering far");
  for (const [line, ends] of [
    ["create-peering q vpc1 - vpc2", "pair-exists UnsupportedOperation.VpcPeerAlreadyExist"],
    [
      "create-peering q vpc4 - vpc1 bandwidth 10",
      "siblings-overlap UnauthorizedOperation.VpcPeerCidrConflict",
    ],
    ["add-cidr vpc1 10.2.0.0/20", "endpoints-overlap UnauthorizedOperation.VpcPeerCidrConflict"],
  ]) {
    assert.is(verdictOn(act(suspended, line)), ends, line);
    const gone = after(suspended, "delete-peering p");
    assert.is(verdictOn(act(gone, line)), "applied", line);
  }
});

test("a suspended peering keeps its place in the quota of both ends (A14, S2)", () => {
  const ids = Array.from({ length: 11 }, (_, i) => i);
  const vpcs = ids.map((i) => `  v${i}: { cidr: 10.${i + 1}.0.0/16 }`).join("\n");
  const some = ids.slice(0, 10).map((i) => `p${i}: ${i % 2 === 0 ? `hub - v${i}` : `v${i} - hub`}`);
  const network = read(`vpcs:\n  hub: { cidr: 10.0.0.0/16 }\n${vpcs}\npeerings: { ${some.join(", ")} }`);
  const suspended = after(network, "isolate-peering p0", "isolate-peering p1");
  const full = "peering-quota LimitExceeded.VpcPeerTotalLimitExceeded";
  for (const line of ["create-peering q hub - v10", "create-peering q v10 - hub"]) {
    assert.is(verdictOn(act(suspended, line)), full);
    assert.is(verdictOn(act(after(suspended, "delete-peering p1"), line)), "applied");
  }
});

test("no route can be led to a suspended peering in Tencent, and in aws it is a blackhole (S4)", () => {
  const lines = ["isolate-peering p", "delete-route vpc1 10.2.0.0/16"];
  const route = "add-route vpc1 10.2.0.0/16 -> p";
  assert.is(
    verdictOn(act(after(world(), ...lines), route)),
    "route-next-hop InvalidParameterValue.RouteNextHopInvalid",
  );
  assert.is(verdictOn(act(after(world("ACTIVE", "aws"), ...lines), route)), "applied");
});

// --- modify: the name, and the cap of a cross-region peering (A19, D11, S9, S11)

const LONGEST = "x".repeat(60);
// profile | modify-peering … | how it ends
for (const [profile, line, ends] of [
  ["tencent", "p name shop-bank", "applied"],
  ["tencent", "p name far", "applied"], // names need not be unique (S9)
  ["tencent", `p name ${LONGEST}`, "applied"],
  ["tencent", `p name ${LONGEST}x`, MALFORMED],
  ["tencent", "p", "applied"],
  ["tencent", "p bandwidth 100", "bandwidth-not-allowed InvalidParameterValue.Combination"], // A19
  ["tencent", "p bandwidth 100 name x", "bandwidth-not-allowed InvalidParameterValue.Combination"],
  ["tencent", "far bandwidth 10", "applied"],
  ["tencent", "far bandwidth 20", "applied"],
  ["tencent", "far bandwidth 50", "applied"],
  ["tencent", "far bandwidth 100", "applied"],
  ["tencent", "far bandwidth 200", "applied"],
  ["tencent", "far bandwidth 500", "applied"],
  ["tencent", "far bandwidth 1000", "applied"],
  ["tencent", "far bandwidth 9", "bandwidth-step InvalidParameterValue"],
  ["tencent", "far bandwidth 150", "bandwidth-step InvalidParameterValue"],
  ["tencent", "far bandwidth 2000", "bandwidth-step InvalidParameterValue"],
  ["tencent", "far bandwidth 200 name x", "applied"],
  ["tencent", "far bandwidth 200 as asker", "applied"],
  ["tencent", "far bandwidth 200 as asked", "applied"],
  ["tencent", "far bandwidth 200 as stranger", WRONG_ACTOR],
  ["tencent", "nobody name x", "not-found ResourceNotFound"],
  ["tencent-2024", "p name x", "applied"],
  ["tencent-2024", "p bandwidth 100", "bandwidth-not-allowed InvalidParameterValue.Combination"],
  ["tencent-2024", "far bandwidth 123", "cross-region-unavailable UnsupportedOperation"],
  ["aws", "far bandwidth 100", "bandwidth-not-allowed InvalidParameterCombination"],
  ["aws", "far name x", "applied"],
  ["aws", `far name ${LONGEST}x`, "malformed InvalidParameterValue"],
  ["aws", "far name x as stranger", "wrong-actor OperationNotPermitted"],
] as const) {
  test(`${profile}: modify-peering ${line.replace(LONGEST, "60*x")} is ${ends}`, () => {
    assert.is(verdictOn(act(world("ACTIVE", profile), `modify-peering ${line}`)), ends);
  });
}

test("modify changes what it names and leaves the rest", () => {
  const before = world();
  assert.equal(peering(after(before, "modify-peering far bandwidth 500"), "far"), {
    ...peering(before, "far"),
    bandwidth: 500,
  });
  assert.equal(peering(after(before, "modify-peering far name x"), "far"), {
    ...peering(before, "far"),
    name: "x",
  });
  assert.equal(peering(after(before, "modify-peering far"), "far"), peering(before, "far"));
  assert.is(say(ask(after(before, "modify-peering far bandwidth 10"), "vpc1/a", "vpc3/c")), "two-way");
});

test("an empty name is no name, however it was spelled (S9)", () => {
  const outcome = apply(world(), { ...parseAction("modify-peering p"), name: "" } as never, "");
  assert.is(verdictOn(outcome), MALFORMED);
});

for (const state of STATES) {
  const live = ["PENDING", "ACTIVE", "ISOLATED"].includes(state);
  test(`a peering that is ${state} can ${live ? "" : "not "}be modified`, () => {
    for (const line of ["modify-peering far bandwidth 500", "modify-peering far name x"])
      assert.is(verdictOn(act(world(state), line)), live ? "applied" : WRONG_STATE);
  });
}

// --- who lists it (A33, D5, S7)

/** Which of the requester, the accepter and a third account list the peering. */
const listed = (network: Network): string =>
  ["asker", "asked", "stranger"].filter((account) => isListedFor(peering(network), account)).join(" ");

// state at first | actions | the state after them, and who lists it then
for (const [state, actions, then, by] of [
  ["PENDING", [], "PENDING", "asker asked"],
  ["PENDING", ["accept-peering p"], "ACTIVE", "asker asked"],
  ["PENDING", ["advance-clock 7d"], "EXPIRED", "asker asked"],
  ["PENDING", ["reject-peering p"], "REJECTED", "asker"], // A33
  ["PENDING", ["reject-peering p", "dismiss-peering p"], "REJECTED", ""],
  ["PENDING", ["reject-peering p", "delete-peering p"], "DELETED", ""],
  ["ACTIVE", ["isolate-peering p"], "ISOLATED", "asker asked"],
  ["ACTIVE", ["delete-peering p"], "DELETED", "asked"], // D5: "deleted by the peer"
  ["ACTIVE", ["delete-peering p as asker"], "DELETED", "asked"],
  ["ACTIVE", ["delete-peering p as asked"], "DELETED", "asker"],
  ["ACTIVE", ["delete-peering p as asker", "dismiss-peering p as asked"], "DELETED", ""],
  ["ACTIVE", ["delete-peering p as asked", "dismiss-peering p"], "DELETED", ""],
  ["FAILED", ["dismiss-peering p as asker"], "FAILED", "asked"],
  ["EXPIRED", ["delete-peering p as asked"], "DELETED", "asker"],
] as const) {
  test(`${state}, then ${actions.join(", ") || "nothing"}: ${then}, listed by ${by || "nobody"} (D5, S7)`, () => {
    const network = after(world(state), ...actions);
    assert.is(peering(network).state, then);
    assert.is(listed(network), by);
  });
}

test("in aws the VPC's owner lists a peering no more that went with the VPC, and the other side does (S12, D5)", () => {
  assert.is(listed(after(world("ACTIVE", "aws"), "delete-vpc vpc2")), "asker");
  assert.is(listed(after(world("ACTIVE", "aws"), "delete-vpc vpc1")), "asked");
});

for (const state of STATES) {
  const over = ["DELETED", "REJECTED", "FAILED"].includes(state);
  test(`a peering that is ${state} can ${over ? "" : "not "}be dismissed, and stays in the model (S7)`, () => {
    for (const actor of ["", " as asker", " as asked"]) {
      const outcome = act(world(state), `dismiss-peering p${actor}`);
      assert.is(verdictOn(outcome), over ? "applied" : WRONG_STATE);
      if (outcome.kind === "applied") assert.is(peering(outcome.network).state, state);
    }
  });
}

test("what an account does not list it cannot dismiss (S7)", () => {
  const missing = "not-found ResourceNotFound";
  const deleted = world("DELETED");
  assert.is(verdictOn(act(deleted, "dismiss-peering p as stranger")), missing);
  assert.is(verdictOn(act(deleted, "dismiss-peering nobody")), missing);
  const once = after(deleted, "dismiss-peering p as asked");
  assert.is(verdictOn(act(once, "dismiss-peering p as asked")), missing);
  assert.is(verdictOn(act(once, "dismiss-peering p as asker")), "applied");
  const rejected = after(world("PENDING"), "reject-peering p");
  assert.is(verdictOn(act(rejected, "dismiss-peering p as asked")), missing);
});

test("who lists a peering does not change what its packets do (S7)", () => {
  const network = after(world(), "delete-peering p as asked");
  const dismissed = after(network, "dismiss-peering p as asker");
  assert.is(say(ask(network, "vpc1/a", "vpc2/b")), say(ask(dismissed, "vpc1/a", "vpc2/b")));
});

test.run();
