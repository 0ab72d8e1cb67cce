import { formatAddress } from "@twoway/core";
import { type Change, diff, type Network, parseAction, reach, WhatIf } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drawEdit } from "./draw-edit.ts";
import { networks, seeded, simOf, Tally } from "./generate.ts";
import { wideNetworks } from "./generate-wide.ts";
import { after, read } from "./notation.ts";
import { plainOf } from "./plain.ts";
import { oracle } from "./reach-oracle.ts";

const test = suite("what-if");

/** Everything that a compiled network answers, to be compared. */
function all(session: Pick<WhatIf, "reach">): unknown {
  return { pairs: [...session.reach.pairs({ all: true })], count: session.reach.count() };
}

function told({ pairs, added, removed }: Change): unknown {
  return { pairs: pairs.map(({ from, to, before, after }) => ({ from, to, before, after })), added, removed };
}

/** What the oracle says of all pairs and of all packets. */
function truth(network: Network): unknown {
  const rows = oracle(plainOf(network));
  const pairs = rows.flatMap((row, from) =>
    row.flatMap((pair, to) =>
      pair === undefined ? [] : [{ from, to, verdict: pair.verdict, partial: pair.partial }],
    ),
  );
  return { pairs, packets: rows.flat().reduce((sum, pair) => sum + (pair?.packets ?? 0n), 0n) };
}

const kindOf = (line: string): string =>
  line.split(" ")[0].replace(/^(add|delete|replace|enable|disable)-route$/, "route");

test("after every edit and every undo a session equals a network compiled anew, and the oracle; a change equals the diff", () => {
  const tally = new Tally();
  const seeds = fc.infiniteStream(fc.nat({ max: 1 << 30 }));
  const either = fc.oneof(networks, wideNetworks({ single: true }), wideNetworks({ single: false }));
  fc.assert(
    fc.property(either, seeds, (generated, random) => {
      const draw = (below: number): number => random.next().value % Math.max(below, 1);
      const session = new WhatIf(simOf(generated));
      const story: string[] = [];
      for (let n = 0; n < 16; n++) {
        const before = session.network;
        const lines = Array.from({ length: draw(5) === 0 ? 3 : 1 }, () => drawEdit(draw, before));
        story.push(...lines);
        const where = `${story.join("\n")}\n${generated.text}`;
        const tried = session.apply(lines.map(parseAction));
        if (tried.kind === "refused") {
          assert.is(session.network, before);
          tally.add("refused");
          story.length -= lines.length;
          continue;
        }
        for (const line of lines) tally.add(kindOf(line));
        tally.add("edits");
        const { change } = tried;
        assert.equal(all(session), all({ reach: reach(session.network) }), where);
        assert.equal(told(change), told(diff(before, session.network)), where);
        if (change.pairs.length > 0) tally.add("edits that change pairs");
        if (change.pairs.some((pair) => pair.before.verdict === pair.after.verdict))
          tally.add("edits that let other packets through");
        if (n % 3 === 0) {
          const found = session.reach.count().packets;
          const pairs = [...session.reach.pairs({ all: true })];
          assert.equal({ pairs, packets: found }, truth(session.network), where);
          tally.add("compared with the oracle");
        }
        if (draw(4) === 0) {
          session.undo();
          assert.is(session.network, before);
          assert.equal(all(session), all({ reach: reach(before) }), `undone: ${where}`);
          tally.add("undone");
        }
      }
    }),
    { ...seeded(160), endOnFailure: true },
  );
  tally.print("what-if", [
    "edits that change pairs",
    "edits that let other packets through",
    "compared with the oracle",
    "undone",
    "refused",
    "route",
    "isolate-peering",
    "restore-peering",
    "delete-peering",
    "create-peering",
    "associate",
    "create-subnet",
    "delete-subnet",
    "add-cidr",
  ]);
  assert.ok(tally.count("edits") >= 1000, `${tally.count("edits")} edits`);
});

const TWO = `
profile: aws
vpcs:
  vpc1: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24 } }
  vpc2: { cidr: 10.2.0.0/16, subnets: { b: 10.2.1.0/24 } }
peerings: { p: vpc1 - vpc2 }
routes: { vpc1: [ 10.2.0.0/16 -> p ], vpc2: [ 10.1.0.0/16 -> p ] }`;

const lines = (...texts: readonly string[]) => texts.map(parseAction);
const say = ({ pairs }: Change): string[] =>
  pairs.map(
    ({ from, to, before, after }) =>
      `${from.subnet} to ${to.subnet}: ${before.verdict} -> ${after.verdict}${after.partial ? ", partial" : ""}`,
  );

test("a change names the pairs, the sets before and after, and what decided", () => {
  const session = new WhatIf(read(TWO));
  const tried = session.apply(lines("add-route vpc1 10.2.1.128/25 -> p", "delete-route vpc1 10.2.0.0/16"));
  assert.ok(tried.kind === "applied");
  assert.equal(say(tried.change), [
    "a to b: two-way -> return-only, partial",
    "b to a: two-way -> forward-only, partial",
  ]);
  const [first] = tried.change.pairs;
  const { before, after: now } = first.sets();
  assert.equal(
    before.forward.map(({ dst }) => dst.join()),
    ["10.2.1.0/24"],
  );
  assert.equal(
    now.forward.map(({ dst }) => dst.join()),
    ["10.2.1.128/25"],
  );
  assert.is(formatAddress(now.counterexample!.to.address), "10.2.1.4");
  const owners = first.owners();
  const spell = (owner: (typeof owners.before)[number]): string =>
    "filter" in owner ? owner.filter : `${owner.path} ${owner.table} ${owner.destination} -> ${owner.target}`;
  assert.equal(owners.before.map(spell), ["forward vpc1/main 10.2.0.0/16 -> p"]);
  assert.equal(owners.after.map(spell), ["forward vpc1/main 10.2.1.128/25 -> p"]);
});

test("a pair that keeps its verdict is named when other packets get through", () => {
  const half = TWO.replace("10.2.0.0/16 -> p", "10.2.1.0/25 -> p");
  const session = new WhatIf(read(half));
  const tried = session.apply(lines("add-route vpc1 10.2.1.128/26 -> p"));
  assert.ok(tried.kind === "applied");
  assert.equal(say(tried.change), [
    "a to b: return-only -> return-only, partial",
    "b to a: forward-only -> forward-only, partial",
  ]);
  const { before, after: now } = tried.change.pairs[0].sets();
  assert.equal(before.forward[0].dst.join(), "10.2.1.0/25");
  assert.equal(now.forward[0].dst.join(), "10.2.1.0/25,10.2.1.128/26");
  // there and back again is no change
  const back = lines("delete-route vpc1 10.2.1.128/26", "add-route vpc1 10.2.1.128/26 -> p");
  const again = session.apply(back);
  assert.ok(again.kind === "applied" && again.change.pairs.length === 0);
});

test("a route around others decides only what they leave", () => {
  const session = new WhatIf(
    read(
      TWO.replace("10.2.0.0/16 -> p ]", "10.2.1.0/25 -> gone, 10.2.1.0/26 -> p ]").replace(
        "profile: aws",
        "profile: aws\nload: lenient",
      ),
    ),
  );
  const tried = session.apply(lines("add-route vpc1 10.2.0.0/16 -> p"));
  assert.ok(tried.kind === "applied");
  const { forward } = session.reach.pair(0, 1);
  assert.equal(forward[0].dst.join(), "10.2.1.0/26,10.2.1.128/25");
  assert.equal(session.reach.count(), reach(session.network).count());
  session.undo();
  assert.equal(session.reach.count(), reach(session.network).count());
});

test("a peering that is suspended is what decided before and after, by its state", () => {
  const session = new WhatIf(read(TWO));
  const tried = session.apply(lines("isolate-peering p"));
  assert.ok(tried.kind === "applied");
  assert.equal(say(tried.change), ["a to b: two-way -> unreachable", "b to a: two-way -> unreachable"]);
  const { before, after: now } = tried.change.pairs[0].owners();
  const states = [...before.slice(0, 1), ...now.slice(0, 1)].map((owner) => "state" in owner && owner.state);
  assert.equal(states, ["ACTIVE", "ISOLATED"]);
  session.undo();
  assert.is(session.reach.count().twoWay, 2);
  assert.throws(() => session.undo(), /nothing to undo/);
});

test("actions are strict, and one that is refused leaves the session as it was (S4)", () => {
  const session = new WhatIf(read(TWO));
  const before = session.network;
  const tried = session.apply(lines("isolate-peering p", "isolate-peering p"));
  assert.ok(tried.kind === "refused");
  assert.is(tried.refusal.rule, "wrong-state");
  assert.is(session.network, before);
  assert.is(session.reach.count().twoWay, 2);
});

test("the diff of unrelated networks matches subnets by their ids and names those that only one has", () => {
  const before = read(TWO);
  const later = after(before, "create-subnet vpc2/c 10.2.2.0/24", "delete-route vpc2 10.1.0.0/16");
  const { added, removed, pairs } = diff(before, later);
  assert.equal(added, [{ vpc: "vpc2", subnet: "c" }]);
  assert.equal(removed, []);
  assert.equal(
    pairs.map(({ after }) => after.verdict),
    ["forward-only", "return-only"],
  );
  assert.equal(diff(later, before).removed, [{ vpc: "vpc2", subnet: "c" }]);
});

test.run();
