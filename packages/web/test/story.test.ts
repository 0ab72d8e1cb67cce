import { readScenario, runScenario } from "@twoway/sim";
import { Engine } from "@twoway/web/engine/engine";
import { storyOf } from "@twoway/web/engine/story-view";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openedBy, STORIES } from "./networks.ts";

const test = suite("story");

test("every bundled scenario comes out as `twoway run` says, step by step", () => {
  let checks = 0;
  for (const { name, text } of STORIES) {
    const { scenario } = readScenario(text, name);
    if (scenario.steps.length === 0) continue;
    const { view, networks } = storyOf(scenario);
    const report = runScenario(scenario);
    assert.is(view.passed, report.passed, name);
    assert.is(view.checked, report.passed + report.failed, name);
    assert.is(networks.length, scenario.steps.length + 1);
    assert.is(networks.at(-1)!.now, report.network.now);
    assert.equal(
      view.steps.map(({ findings }) => findings.map(({ ok }) => ok)),
      report.steps.map(({ findings }) => findings.map(({ ok }) => ok)),
    );
    checks += view.checked;
  }
  console.log(`\npositive: ${checks} checks`);
  assert.ok(checks > 100);
});

const BROKEN = `
vpcs:
  a: { cidr: 10.0.0.0/16, subnets: { x: 10.0.1.0/24 } }
  b: { cidr: 10.1.0.0/16, subnets: { y: 10.1.1.0/24 } }
peerings: { p: a - b }
routes: { a: [ 10.1.0.0/16 -> p ] }
steps:
  - expect: [ "x <-> y" ]
  - do: delete-peering p
    refused: InvalidState
  - after: 8d
    do: delete-peering q
`;

test("what was expected and is not the case is said in the words of an expectation", () => {
  const { view } = storyOf(readScenario(BROKEN, "broken.yaml").scenario);
  const [looked, deleted, later] = view.steps;
  assert.is(looked.findings[0].ok, false);
  assert.is(looked.findings[0].found, "forward-only: no-route");
  assert.equal(deleted.deeds[0].refusal, undefined);
  assert.is(deleted.deeds[0].ok, false);
  assert.is(deleted.deeds[0].wanted, "InvalidState");
  assert.is(later.after, "8d");
  assert.is(later.deeds[0].ok, false);
  assert.ok((later.deeds[0].refusal?.code.length ?? 0) > 0);
  assert.equal([view.passed, view.checked], [0, 3]);
});

test("changes are made to the network after the chosen step", () => {
  const engine = new Engine();
  openedBy(engine, { name: "broken.yaml", text: BROKEN });
  const question = { from: "x", to: "y", service: { protocol: "any" } };
  const verdict = (): string => {
    const found = engine.trace(question);
    return found.kind === "answered" ? found.value.verdict : "failed";
  };
  const line = "add-route b 10.0.0.0/16 -> p";
  engine.change([line]);
  assert.is(verdict(), "two-way");
  engine.goTo(2);
  assert.is(engine.change([line]).refused?.line, line); // the peering is gone by then
  assert.is(verdict(), "unreachable");
  engine.goTo(0);
  const back = engine.change([line]);
  assert.is(back.refused, undefined);
  assert.is(back.view.peerings?.length, 1, "the picture shows the peering again");
  assert.is(verdict(), "two-way");
  assert.throws(() => engine.goTo(9), RangeError);
});

test("what held before the changes is said of the network after the chosen step", () => {
  const engine = new Engine();
  openedBy(engine, {
    name: "broken.yaml",
    text: `${BROKEN}policies: [ { name: apart, isolated: [ a, b ] } ]\n`,
  });
  assert.is(engine.policies()[0].before, "violated");
  engine.goTo(2); // the peering is gone by then
  assert.is(engine.policies()[0].before, "holds");
});

test.run();
