import {
  type Action,
  apply,
  diff,
  formatAction,
  type Network,
  type PairVerdict,
  parseAction,
  readScenario,
  resolveEndpoint,
  WhatIf,
} from "@twoway/sim";
import { changeView, type FlipView, nameText } from "@twoway/web/engine/change-view";
import { Engine } from "@twoway/web/engine/engine";
import { changedView, viewOf } from "@twoway/web/engine/network-view";
import { completeAction } from "@twoway/web/state/action-words";
import { completions, endNames } from "@twoway/web/state/ends";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expectedFlips, openedBy, STORIES } from "./networks.ts";

/** The engine against sim itself: every answer of a session is compared with networks that are compiled anew. */

const test = suite("engine");

/** Actions that touch what a picture shows: each peering deleted, each route deleted, the clock, a VPC made and taken. */
function actionsOf(network: Network): string[] {
  const actions: Action[] = [...network.peerings.keys()].map((peering) => ({
    kind: "delete-peering",
    peering,
    as: undefined,
  }));
  for (const vpc of network.vpcs.values()) {
    for (const { id: table, routes } of vpc.tables.values()) {
      for (const { destination, target } of routes ?? [])
        actions.push({ kind: "delete-route", table, destination, target, as: undefined });
    }
  }
  return [
    ...actions.map(formatAction),
    "advance-clock 8d",
    ...[...network.vpcs.keys()].slice(0, 1).map((vpc) => `create-table extra-table ${vpc}`),
    "create-vpc extra 10.200.0.0/16",
    "delete-vpc extra",
  ];
}

function key({ from, to, before, after }: FlipView): string {
  const verdicts = [before, after].map(({ verdict, partial }) => `${verdict}${partial}`);
  return [from.vpc, from.subnet, to.vpc, to.subnet, ...verdicts].join(" ");
}

test("a list of changes flips the pairs that two compiled networks differ in, and taking it back brings everything back", () => {
  let flipped = 0;
  let refused = 0;
  for (const story of STORIES) {
    const engine = new Engine();
    const { view: first } = openedBy(engine, story);
    const { network: before } = readScenario(story.text, story.name).scenario;
    let network = before;
    let view = first;
    const done: string[] = [];
    for (const line of actionsOf(before)) {
      const outcome = apply(network, parsed(line), "what-if");
      const answer = engine.change([...done, line]);
      view = changedView(view, answer.view);
      if (outcome.kind === "refused") {
        assert.is(answer.refused?.code, outcome.refusal.code, `${story.name}: ${line}`);
        refused++;
      } else {
        done.push(line);
        network = outcome.network;
        assert.is(answer.refused, undefined, `${story.name}: ${line}`);
      }
      const expected = changeView(diff(before, network));
      assert.equal(
        answer.change.pairs.map(key),
        expected.pairs.map(key),
        `${story.name}: ${done.join("; ")}`,
      );
      assert.equal(answer.change.kinds, expected.kinds);
      assert.equal([answer.change.added, answer.change.removed], [expected.added, expected.removed]);
      assert.equal(view, viewOf(network), `${story.name}: the picture after ${line}`);
      flipped += expected.total;
    }
    const back = engine.change([]);
    view = changedView(view, back.view);
    assert.equal(view, first, `${story.name}: the picture at the end`);
    assert.is(back.change.total, 0);
  }
  console.log(`positive: ${flipped} flipped pairs, ${refused} refusals`);
  assert.ok(flipped > 1000 && refused > 10);
});

function parsed(line: string): Action {
  const found = PARSED.get(line);
  if (found !== undefined) return found;
  const { scenario } = readScenario(`vpcs: {}\nsteps: [ { do: ${JSON.stringify(line)} } ]\n`, "line");
  const [{ action }] = scenario.steps[0].actions;
  PARSED.set(line, action);
  return action;
}

const PARSED = new Map<string, Action>();

test("a list may be exchanged for another one: only what both begin with is kept", () => {
  const story = STORIES.find(({ name }) => name === "blast-radius.yaml")!;
  const engine = new Engine();
  openedBy(engine, story);
  engine.change(["delete-peering shared-mail", "delete-peering shared-bank"]);
  const swapped = engine.change(["delete-peering shared-bank", "delete-peering shared-mail"]);
  const alone = new Engine();
  openedBy(alone, story);
  const fresh = alone.change(["delete-peering shared-bank", "delete-peering shared-mail"]);
  assert.equal(swapped.change, fresh.change);
  const wanted = ["delete-peering shared-bank", "delete-peering shared-mail"];
  assert.equal(
    swapped.applied.map(({ line }) => line),
    wanted,
  );
});

test("what one change takes and the next one brings back is no change", () => {
  const engine = new Engine();
  openedBy(engine, STORIES.find(({ name }) => name === "blast-radius.yaml")!);
  assert.ok(engine.change(["isolate-peering shared-mail"]).change.total > 0);
  const both = engine.change(["isolate-peering shared-mail", "restore-peering shared-mail"]);
  assert.is(both.refused, undefined);
  assert.equal(both.change.pairs, []);
});

test("a line that is no action ends the list with what the grammar says", () => {
  const engine = new Engine();
  openedBy(engine, STORIES[0]);
  const { refused, applied } = engine.change(["delete-peerin x"]);
  assert.is(refused?.code, "syntax");
  assert.match(refused?.advice ?? "", /delete-peering/);
  assert.equal(applied, []);
});

test("an input with a fault is told with line, column and the line itself, and what was open stays", () => {
  const engine = new Engine();
  openedBy(engine, STORIES[0]);
  const failed = engine.open([{ name: "bad.yaml", text: "vpcs:\n  a: { cidr: 10.0.0.1/16 }\n" }]);
  assert.is(failed.kind, "failed");
  if (failed.kind === "failed") {
    const [{ line, column, excerpt, suggestion }] = failed.problems;
    assert.equal([line, column, excerpt], [2, 14, "  a: { cidr: 10.0.0.1/16 }"]);
    assert.match(suggestion ?? "", /10\.0\.0\.0\/16/);
  }
  assert.is(engine.change([]).refused, undefined);
});

test("every name that is offered as an end is one, and a packet between any two has both paths", () => {
  let traced = 0;
  for (const story of STORIES) {
    const engine = new Engine();
    const { view } = openedBy(engine, story);
    const { network } = readScenario(story.text, story.name).scenario;
    const names = endNames(view);
    for (const name of names.filter((name) => name !== "internet")) resolveOrEmpty(network, name);
    for (const to of names.slice(1, 4)) {
      const answer = engine.trace({ from: names[0], to, service: { protocol: "any" } });
      if (answer.kind === "failed") continue; // ends of different families
      const { forward, back, verdict } = answer.value;
      assert.is(verdict === "two-way", forward.outcome === "delivered" && back.outcome === "delivered");
      for (const path of [forward, back]) assert.is(path.stop === undefined, path.outcome === "delivered");
      traced++;
    }
  }
  assert.ok(traced > 80, `${traced}`);
});

/** A VPC without subnets has a name and no address. */
function resolveOrEmpty(network: Network, name: string): void {
  try {
    resolveEndpoint(network, name, "");
  } catch (error) {
    assert.match((error as Error).message, /has no address/, name);
  }
}

test("policies say whether they held before the changes, and whether they hold now", () => {
  const engine = new Engine();
  const story = STORIES.find(({ name }) => name === "isolation-policy.yaml")!;
  const { policies } = openedBy(engine, story);
  assert.ok(policies > 0);
  const { steps } = readScenario(story.text, story.name).scenario;
  const line = steps.flatMap(({ violates, actions }) =>
    violates.length > 0 ? actions.map(({ text }) => text) : [],
  );
  const lines = steps.flatMap(({ actions }) => actions.map(({ text }) => text));
  engine.change(lines.slice(0, lines.indexOf(line[line.length - 1]) + 1));
  const found = engine.policies();
  assert.ok(
    found.some(
      ({ before, after, messages }) => before === "holds" && after === "violated" && messages.length > 0,
    ),
    JSON.stringify(found),
  );
});

test("completion follows the usage line, word by word", () => {
  const engine = new Engine();
  const { view } = openedBy(engine, STORIES.find(({ name }) => name === "blast-radius.yaml")!);
  const rows: readonly (readonly [string, string])[] = [
    ["delete-pe", "delete-peering"],
    ["delete-peering sha", "delete-peering shared-mail"],
    ["add-route mail", "add-route mail/main"],
    ["add-route mail/main 10.0", "add-route mail/main 10.0.0.0/16"],
    ["add-route mail/main 10.0.0.0/16 ", "add-route mail/main 10.0.0.0/16 ->"],
    ["add-route mail/main 10.0.0.0/16 -> shared-m", "add-route mail/main 10.0.0.0/16 -> shared-mail"],
    ["associate mail", "associate mail/relay"],
    ["create-peering p ma", "create-peering p mail"],
    ["advance-clock ", "advance-clock 8d"],
  ];
  for (const [typed, wanted] of rows)
    assert.ok(completeAction(view, typed).includes(wanted), `${typed}: ${wanted}`);
  assert.equal(completeAction(view, "no-such-action x"), []);
  assert.equal(completions(["vpc1/web", "db", "web2", "cobweb"], "web", 3), ["vpc1/web", "web2", "cobweb"]);
});

test("the picture marks the VPCs of every pair that fares better or worse, whatever is listed", () => {
  const WORTH = { unreachable: 0, unknown: 0, "return-only": 2, "forward-only": 2, "two-way": 4 };
  const worth = ({ verdict, partial }: PairVerdict): number => WORTH[verdict] + (partial ? 1 : 0);
  const tally = { better: 0, worse: 0 };
  for (const story of STORIES) {
    const { network } = readScenario(story.text, story.name).scenario;
    const engine = new Engine();
    openedBy(engine, story);
    for (const id of network.peerings.keys()) {
      const line = `delete-peering ${id}`;
      if (engine.change([line]).refused !== undefined) continue;
      const session = new WhatIf(network);
      session.apply([parseAction(line)]);
      const { pairs } = diff(network, session.network);
      const vpcs = (isWanted: (gain: number) => boolean): string[] => [
        ...new Set(
          pairs
            .filter(({ before, after }) => isWanted(worth(after) - worth(before)))
            .flatMap((pair) => [pair.from.vpc, pair.to.vpc]),
        ),
      ];
      const { better, worse } = engine.change([line]).change;
      assert.equal([...better].sort(), vpcs((gain) => gain > 0).sort(), `${story.name} ${line}`);
      assert.equal([...worse].sort(), vpcs((gain) => gain <= 0).sort(), `${story.name} ${line}`);
      tally.better += better.length;
      tally.worse += worse.length;
    }
  }
  const fixed = new Engine();
  openedBy(fixed, STORIES.find(({ name }) => name === "one-sided-route.yaml")!);
  const { better, worse } = fixed.change(["add-route customer-data 10.1.0.0/16 -> shop-to-data"]).change;
  tally.better += better.length;
  assert.equal(better, ["shop", "customer-data"]);
  assert.equal(worse, []);
  console.log(`\npositive: ${tally.better} better, ${tally.worse} worse`);
  assert.ok(tally.better > 0 && tally.worse > 20);
});

test("more pairs than cross at once are fetched part by part, each once, in their order", () => {
  const subnets = (v: number): string =>
    Array.from({ length: 12 }, (_, i) => `s${i}: 10.${v}.${i}.0/24`).join(", ");
  const text = `
vpcs: { a: { cidr: 10.1.0.0/16, subnets: { ${subnets(1)} } }, b: { cidr: 10.2.0.0/16, subnets: { ${subnets(2)} } } }
peerings: { p: a - b }
routes: { a: [ 10.2.0.0/16 -> p ], b: [ 10.1.0.0/16 -> p ] }
`;
  const engine = new Engine();
  openedBy(engine, { name: "wide.yaml", text });
  const { pairs, total } = engine.change(["delete-peering p"]).change;
  assert.is(total, 2 * 12 * 12);
  const found = [...pairs];
  for (let more = engine.flips("changes", found.length); more.length > 0; ) {
    found.push(...more);
    more = engine.flips("changes", found.length);
  }
  const { network } = readScenario(text, "wide.yaml").scenario;
  const lines = found.map(({ from, to, before, after }) =>
    [nameText(from), nameText(to), before.verdict, after.verdict].join(" "),
  );
  assert.equal(lines, expectedFlips(network, ["delete-peering p"]));
});

test.run();
