import { execFileSync } from "node:child_process";
import { readScenario } from "@twoway/sim";
import {
  after,
  asArguments,
  asSteps,
  type History,
  NO_CHANGES,
  redo,
  settled,
  undo,
  without,
} from "@twoway/web/state/history";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("history");

const three = after(NO_CHANGES, ["delete-peering a", "delete-peering b", "delete-peering c"]);

test("undo and redo walk over the same list, and stop at its ends", () => {
  let history: History = three;
  for (const left of [2, 1, 0]) {
    history = undo(history);
    assert.is(history.done.length, left);
  }
  assert.is(undo(history), history);
  for (const there of [1, 2, 3]) {
    history = redo(history);
    assert.is(history.done.length, there);
  }
  assert.equal(history, three);
  assert.is(redo(history), history);
});

test("a new change forgets what was taken back", () => {
  const history = after(undo(three), ["delete-peering d"]);
  assert.equal(history, { done: ["delete-peering a", "delete-peering b", "delete-peering d"], undone: [] });
});

test("one change can be left out, and those that nobody refuses stay", () => {
  assert.equal(without(three, 1).done, ["delete-peering a", "delete-peering c"]);
  assert.is(settled(NO_CHANGES, three, 3), three);
});

test("a change that is refused leaves the history as it was, with what was taken back", () => {
  const history = undo(three);
  assert.is(settled(history, after(history, ["delete-peering x"]), 2), history);
  assert.is(settled(history, redo(history), 2), history);
  // of a fix of two actions the first is kept
  assert.equal(settled(NO_CHANGES, after(NO_CHANGES, ["add-route a", "add-route b"]), 1), {
    done: ["add-route a"],
    undone: [],
  });
});

test("changes that were done and are refused at another step may be done again, behind them what was taken back", () => {
  const history = undo(three);
  assert.equal(settled(history, history, 1), {
    done: ["delete-peering a"],
    undone: ["delete-peering b", "delete-peering c"],
  });
  const rest = without(three, 0);
  assert.equal(settled(three, rest, 0), { done: [], undone: ["delete-peering b", "delete-peering c"] });
});

test("copied steps are steps of a scenario, names with blanks and quotes included", () => {
  const lines = ["add-route a 10.2.0.0/16 -> p", 'modify-peering p name "it\'s: #1"', "advance-clock 8d"];
  const network = "vpcs: { a: { cidr: 10.1.0.0/16 }, b: { cidr: 10.2.0.0/16 } }\npeerings: { p: a - b }\n";
  const { scenario } = readScenario(network + asSteps(after(NO_CHANGES, lines)), "copied.yaml");
  assert.equal(
    scenario.steps.flatMap(({ actions }) => actions.map(({ text }) => text)),
    lines,
  );
  assert.is(asSteps(NO_CHANGES), "");
});

test("copied arguments reach a command as they are, through a shell", () => {
  const lines = ["delete-peering p", 'modify-peering p name "it\'s $HOME `x` \\"y\\""'];
  const text = asArguments(after(NO_CHANGES, lines));
  const said = execFileSync("sh", ["-c", `printf '%s\\n' ${text}`], { encoding: "utf8" });
  assert.equal(said.split("\n").slice(0, -1), ["--do", lines[0], "--do", lines[1]]);
});

test.run();
