import { playStep, readScenario, runScenario, type ScenarioReport } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ask, say } from "./notation.ts";

const test = suite("run");

/** Two accounts with a request between them, and the routes that both will want. Steps follow. */
const play = (steps: string): ScenarioReport =>
  runScenario(
    readScenario(
      `
load: lenient
vpcs:
  vpc1: { cidr: 10.1.0.0/16, account: me, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, account: you, subnets: { b: 10.2.1.0/24 } }
peerings: { p: vpc1 - vpc2 PENDING }
routes: { vpc1: [10.2.0.0/16 -> p], vpc2: [10.1.0.0/16 -> p] }
steps:
${steps}`,
      "run.yaml",
    ).scenario,
  );

const WRONG_STATE = "UnsupportedOperation.VpcPeerInvalidStateChange";
const WRONG_ACTOR = "UnsupportedOperation.VpcPeerPurviewError";

// what | the steps | passed | failed | the state of p afterwards
for (const [what, steps, passed, failed, state] of [
  ["no step passes and fails nothing", "  []", 0, 0, "PENDING"],
  ["an expectation that holds", "  - expect: vpc1/a -x- vpc2/b", 1, 0, "PENDING"],
  [
    "both causes that hold",
    "  - expect: 'vpc1/a -x- vpc2/b: peering-not-active / peering-not-active'",
    1,
    0,
    "PENDING",
  ],
  ["a verdict that does not hold", "  - expect: vpc1/a <-> vpc2/b", 0, 1, "PENDING"],
  ["a forward cause that does not hold", "  - expect: 'vpc1/a -x- vpc2/b: no-route'", 0, 1, "PENDING"],
  ["a return cause that does not hold", "  - expect: 'vpc1/a -x- vpc2/b: / no-route'", 0, 1, "PENDING"],
  [
    "every expectation counts, also behind one that fails",
    "  - expect: [vpc1/a <-> vpc2/b, vpc1/a -x- vpc2/b, vpc1/a ?? vpc2/b]",
    1,
    2,
    "PENDING",
  ],
  ["an action that goes well is no expectation", "  - do: accept-peering p", 0, 0, "ACTIVE"],
  [
    "actions run before expectations",
    "  - expect: vpc1/a <-> vpc2/b\n    do: accept-peering p",
    1,
    0,
    "ACTIVE",
  ],
  [
    "steps build on each other",
    "  - do: accept-peering p\n  - expect: vpc1/a <-> vpc2/b\n  - do: delete-peering p\n  - expect: 'vpc1/a -x- vpc2/b: no-route / no-route'",
    2,
    0,
    "DELETED",
  ],
  ["a refusal that was asked for", `  - { do: enable-peering p, refused: ${WRONG_STATE} }`, 1, 0, "PENDING"],
  ["a refusal with another code", `  - { do: enable-peering p, refused: ${WRONG_ACTOR} }`, 0, 1, "PENDING"],
  ["a refusal that nobody asked for", "  - { do: enable-peering p }", 0, 1, "PENDING"],
  [
    "an action that should be refused and is not",
    `  - { do: accept-peering p, refused: ${WRONG_STATE} }`,
    0,
    1,
    "ACTIVE",
  ],
  [
    "each action of a step must be refused",
    `  - { do: [enable-peering p, accept-peering p, accept-peering p], refused: ${WRONG_STATE} }`,
    2,
    1,
    "ACTIVE",
  ],
  ["what follows a refusal still runs", "  - { do: [enable-peering p, accept-peering p] }", 0, 1, "ACTIVE"],
  ["`as` is who acts", `  - { do: accept-peering p, as: me, refused: ${WRONG_ACTOR} }`, 1, 0, "PENDING"],
  [
    "`as` of the action goes before `as` of the step",
    "  - { do: accept-peering p as you, as: me }",
    0,
    0,
    "ACTIVE",
  ],
  [
    "without `as` the entitled party acts",
    "  - { do: [accept-peering p, delete-peering p] }",
    0,
    0,
    "DELETED",
  ],
  [
    "time passes before the actions of the step (A8)",
    `  - { after: 7d, do: accept-peering p, refused: ${WRONG_STATE} }`,
    1,
    0,
    "EXPIRED",
  ],
  [
    "time passes before the expectations of the step",
    "  - { after: 6d23h59m59s, do: accept-peering p, expect: [vpc1/a <-> vpc2/b] }",
    1,
    0,
    "ACTIVE",
  ],
  [
    "time adds up over steps",
    "  - after: 3d\n  - after: 4d\n  - do: enable-peering p\n  - after: 6d\n  - { after: 23h, do: accept-peering p }",
    0,
    0,
    "ACTIVE",
  ],
] as const) {
  test(`${what}: ${passed} passed, ${failed} failed, p is ${state}`, () => {
    const report = play(steps);
    assert.equal([report.passed, report.failed], [passed, failed]);
    assert.is(report.network.peerings.get("p")?.state, state);
  });
}

test("the report has each action with its end and each expectation with what was found", () => {
  const { steps } = play(
    "  - { note: why, do: [accept-peering p, accept-peering p], expect: [vpc1/a <-> vpc2/b, vpc2/b ?? vpc1/a] }",
  );
  assert.is(steps.length, 1);
  const [{ step, deeds, findings }] = steps;
  assert.is(step.note, "why");
  assert.is(step.source, "run.yaml:9:5");
  assert.equal(
    deeds.map(({ action, ok, events, refusal }) => [
      action.text,
      action.source,
      ok,
      events.map(({ kind }) => kind).join(),
      refusal?.rule,
    ]),
    [
      ["accept-peering p", "run.yaml:9:23", true, "peering-accepted,account-unknown", undefined],
      ["accept-peering p", "run.yaml:9:41", false, "", "wrong-state"],
    ],
  );
  assert.equal(
    findings.map(({ expectation, answer, ok }) => [expectation.text, answer.verdict, ok]),
    [
      ["vpc1/a <-> vpc2/b", "two-way", true],
      ["vpc2/b ?? vpc1/a", "two-way", false],
    ],
  );
});

test("each expectation asks the network of its own step, and keeps it", () => {
  const { steps } = play(
    "  - expect: vpc1/a -x- vpc2/b\n  - { do: accept-peering p, expect: vpc1/a <-> vpc2/b }",
  );
  const asked = steps.map(({ findings }) => findings[0].network);
  assert.equal(
    asked.map((network) => say(ask(network, "vpc1/a", "vpc2/b")).split(":")[0]),
    ["unreachable", "two-way"],
  );
});

test("a scenario that is played leaves its own network as it was, and plays the same again", () => {
  const { scenario } = readScenario(
    "vpcs: { a: { cidr: 10.1.0.0/16 }, b: { cidr: 10.2.0.0/16 } }\npeerings: { p: a - b }\nsteps:\n  - do: delete-peering p",
    "t",
  );
  const first = runScenario(scenario);
  assert.is(scenario.network.peerings.get("p")?.state, "ACTIVE");
  assert.is(first.network.peerings.get("p")?.state, "DELETED");
  assert.equal(runScenario(scenario).failed, 0);
  assert.is(playStep(first.network, scenario.steps[0]).deeds[0].ok, false);
});

test("without a name a scenario is called like its file, and `now` is 2026-01-01 unless it says", () => {
  const { scenario } = readScenario("vpcs: {}", "dir/x.yaml");
  assert.is(scenario.name, "dir/x.yaml");
  assert.is(scenario.network.now, Date.UTC(2026, 0, 1));
  assert.is(scenario.network.profile, "tencent");
  assert.is(
    readScenario("vpcs: {}\nnow: 2027-03-04T05:06:07Z", "x").scenario.network.now,
    Date.UTC(2027, 2, 4, 5, 6, 7),
  );
});

test.run();
