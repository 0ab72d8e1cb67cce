import {
  answer,
  type PairChange,
  parseAction,
  Reach,
  readScenario,
  resolveEndpoint,
  WhatIf,
} from "@twoway/sim";
import { nameText } from "@twoway/web/engine/change-view";
import { cellOf, matrixView, SELF, verdictOf } from "@twoway/web/engine/matrix-view";
import { pairView } from "@twoway/web/engine/pair-view";
import { vpcMatrix } from "@twoway/web/engine/vpc-matrix";
import {
  countCells,
  countFlips,
  countOf,
  groupsIn,
  groupsOf,
  LEGEND,
  matching,
  pairsOf,
  scrollTo,
} from "@twoway/web/matrix/grid";
import { headersOf, LYING } from "@twoway/web/matrix/headers";
import { move } from "@twoway/web/matrix/moves";
import { fitted } from "@twoway/web/parts/fitted";
import { heightOf, linesAt, scrollToLine, windowOf } from "@twoway/web/parts/long-list";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STORIES } from "./networks.ts";

const test = suite("matrix");

const networkOf = ({ name, text }: { name: string; text: string }) =>
  readScenario(text, name).scenario.network;

test("every cell of every scenario is what `answer` says of the two subnets", () => {
  let pairs = 0;
  let partial = 0;
  for (const story of STORIES) {
    const network = networkOf(story);
    const { subnets, cells } = matrixView(new Reach(network), { pairs: [] });
    const ends = subnets.map((name) => resolveEndpoint(network, nameText(name), ""));
    for (const [i, from] of ends.entries()) {
      for (const [j, to] of ends.entries()) {
        const found = verdictOf(cells[i * subnets.length + j]);
        if (i === j) {
          assert.is(found, undefined);
          continue;
        }
        const { verdict, partial: isPartial } = answer(network, from, to, { protocol: "any" });
        assert.equal(found, { verdict, partial: isPartial }, `${story.name} ${nameText(subnets[i])} ${j}`);
        pairs++;
        if (isPartial) partial++;
      }
    }
  }
  console.log(`\npositive: ${pairs} pairs, ${partial} of them partial`);
  assert.ok(partial > 0);
});

test("a cell holds every verdict, whole and in part, and the diagonal is none of them", () => {
  const cells = LEGEND.flatMap((verdict) => [false, true].map((partial) => ({ verdict, partial })));
  for (const pair of cells) assert.equal(verdictOf(cellOf(pair)), pair);
  assert.is(new Set([...cells.map(cellOf), SELF]).size, 11);
});

test("a cell of VPCs is the worst of the pairs of their subnets, in part where another fares better", () => {
  const tally = new Map<string, number>();
  for (const story of [...STORIES, { name: "wide.yaml", text: WIDE }]) {
    const network = networkOf(story);
    const reach = new Reach(network);
    const { subnets, cells, level } = vpcMatrix(reach, network);
    assert.is(level, "vpcs");
    assert.equal(
      subnets,
      [...network.vpcs.values()].map(({ id, region }) => ({ vpc: region, subnet: id })),
    );
    const inside = (vpc: string): number[] =>
      [...reach.subnets.keys()].filter((i) => reach.subnets[i].vpc === vpc);
    for (const [a, { subnet: from }] of subnets.entries()) {
      for (const [b, { subnet: to }] of subnets.entries()) {
        const pairs = inside(from).flatMap((i) =>
          inside(to)
            .filter((j) => j !== i)
            .map((j) => reach.verdict(i, j)),
        );
        const found = verdictOf(cells[a * subnets.length + b]);
        if (pairs.length === 0) {
          assert.is(found, undefined);
          continue;
        }
        const verdict = WORST_FIRST.find((one) => pairs.some((pair) => pair.verdict === one))!;
        const partial = pairs.some((pair) => pair.verdict !== verdict || pair.partial);
        assert.equal(found, { verdict, partial }, `${story.name} ${from} ${to}`);
        const kind = `${verdict}${partial ? " in part" : ""}`;
        tally.set(kind, (tally.get(kind) ?? 0) + 1);
      }
    }
  }
  console.log(`\npositive: ${[...tally].map(([kind, count]) => `${count} ${kind}`).join(", ")}`);
  for (const kind of ["two-way", "unreachable", "unreachable in part", "return-only in part"])
    assert.ok((tally.get(kind) ?? 0) > 0, kind);
});

/** As SPEC S16 has them. */
const WORST_FIRST = ["unreachable", "return-only", "forward-only", "unknown", "two-way"] as const;

/** One of the subnets of b has a table without the way back. */
const WIDE = `
vpcs:
  a: { cidr: 10.0.0.0/16, subnets: { x: 10.0.1.0/24 } }
  b: { cidr: 10.1.0.0/16, subnets: { y: 10.1.1.0/24, z: 10.1.2.0/24 } }
peerings: { p: a - b }
routes: { a: [ 10.1.0.0/16 -> p ], b: [ 10.0.0.0/16 -> p ], lone: { subnets: [ b/z ], routes: [] } }
`;

test("the subnets of some VPCs are those rows and columns of the whole matrix", () => {
  for (const story of STORIES) {
    const network = networkOf(story);
    const reach = new Reach(network);
    const whole = matrixView(reach, { pairs: [] });
    const chosen = [...network.vpcs.keys()].slice(-2);
    const part = matrixView(reach, { pairs: [] }, chosen);
    assert.equal(
      [...new Set(part.subnets.map(({ vpc }) => vpc))].every((vpc) => chosen.includes(vpc)),
      true,
    );
    for (const [row, from] of part.places.entries()) {
      assert.is(part.subnets[row], whole.subnets[from]);
      for (const [column, to] of part.places.entries())
        assert.is(
          part.cells[row * part.places.length + column],
          whole.cells[from * whole.subnets.length + to],
        );
    }
  }
});

test("the counts of a legend are those of `Reach.count`", () => {
  for (const story of STORIES) {
    const reach = new Reach(networkOf(story));
    const data = matrixView(reach, { pairs: [] });
    const all = data.subnets.map((_, i) => i);
    const counts = countCells(data, all, all);
    const { twoWay, forwardOnly, returnOnly, unreachable, unknown, partial } = reach.count();
    assert.equal(
      LEGEND.map((verdict) => countOf(counts, verdict).all),
      [twoWay, forwardOnly, returnOnly, unreachable, unknown],
      story.name,
    );
    assert.is(
      LEGEND.reduce((sum, verdict) => sum + countOf(counts, verdict).partial, 0),
      partial,
    );
  }
});

test("a pair's sets are those of `Reach.pair`, as text, with its counterexample", () => {
  const story = STORIES.find(({ name }) => name === "partial-subnet.yaml")!;
  const reach = new Reach(networkOf(story));
  let examples = 0;
  for (const from of reach.subnets.keys()) {
    for (const to of reach.subnets.keys()) {
      if (from === to) continue;
      const wanted = reach.pair(from, to);
      const found = pairView(reach, from, to);
      assert.equal(
        found.twoWay.map(({ src, dst }) => [src, dst]),
        wanted.twoWay.map(({ src, dst }) => [src.map(String), dst.map(String)]),
      );
      assert.is(found.counterexample === undefined, wanted.counterexample === undefined);
      if (found.counterexample === undefined) continue;
      examples++;
      const ends = [found.counterexample.from, found.counterexample.to] as const;
      const network = networkOf(story);
      const [a, b] = ends.map((end) => resolveEndpoint(network, end, ""));
      assert.is(answer(network, a, b, { protocol: "any" }).verdict, wanted.verdict, ends.join());
    }
  }
  assert.ok(examples > 0);
  assert.throws(() => pairView(reach, 0, 0), /both ends/);
});

test("a search finds the subnets whose name has every word, in their order", () => {
  const subnets = ["a/web", "a/db", "b/web", "B/Db"].map((name) => {
    const [vpc, subnet] = name.split("/");
    return { vpc, subnet };
  });
  for (const [text, wanted] of [
    ["", [0, 1, 2, 3]],
    ["web", [0, 2]],
    ["B/", [2, 3]],
    ["db b/", [3]],
    ["  a   w ", [0]],
    ["nothing", []],
  ] as const)
    assert.equal(matching(subnets, text), wanted, JSON.stringify(text));
});

test("subnets of one VPC make one group, in the places where they are shown", () => {
  const subnets = ["a", "a", "b", "c", "c"].map((vpc, i) => ({ vpc, subnet: `${i}` }));
  assert.equal(groupsOf(subnets, [0, 1, 2, 3, 4]), [
    { vpc: "a", start: 0, end: 2 },
    { vpc: "b", start: 2, end: 3 },
    { vpc: "c", start: 3, end: 5 },
  ]);
  assert.equal(groupsOf(subnets, [1, 4]), [
    { vpc: "a", start: 0, end: 1 },
    { vpc: "c", start: 1, end: 2 },
  ]);
  assert.equal(groupsOf(subnets, []), []);
});

test("a window holds exactly the lines of which something is seen", () => {
  for (const size of [6, 10, 24]) {
    for (const extent of [0, 5, 60, 61, 1000]) {
      for (const scroll of [-3, 0, 1, 9, 10, 55, 400]) {
        const { first, end } = windowOf(scroll, extent, size, 20);
        const seen = Array.from({ length: 20 }, (_, i) => i).filter(
          (i) => (i + 1) * size > scroll && i * size < scroll + extent,
        );
        const found = Array.from({ length: end - first }, (_, i) => first + i);
        assert.equal(found, seen, `${size} ${extent} ${scroll}`);
      }
    }
  }
});

test("a group is in a window when something of it is seen", () => {
  const groups = [
    { vpc: "a", start: 0, end: 2 },
    { vpc: "b", start: 2, end: 3 },
    { vpc: "c", start: 3, end: 5 },
  ];
  assert.equal(
    groupsIn(groups, { first: 1, end: 3 }).map(({ vpc }) => vpc),
    ["a", "b"],
  );
  assert.equal(groupsIn(groups, { first: 2, end: 2 }), []);
});

test("the focus is scrolled to as little as it takes", () => {
  assert.is(scrollTo(5, 0, 100, 10), 0); // seen
  assert.is(scrollTo(10, 0, 100, 10), 10); // below
  assert.is(scrollTo(2, 50, 100, 10), 20); // above
  assert.is(scrollTo(9, 0, 100, 10), 0); // the last one seen whole
});

test("in a list longer than a browser scrolls every line can be brought to sight, and the last at the end", () => {
  for (const count of [3, 1000, 1_000_000, 25_000_000]) {
    const list = { count, size: 30, extent: 400 };
    assert.ok(heightOf(list) <= 8_000_000);
    for (const line of [0, 1, Math.floor(count / 3), count - 14, count - 1].filter(
      (n) => n >= 0 && n < count,
    )) {
      const room = Math.max(heightOf(list) - list.extent, 0);
      const { first, end } = linesAt(list, Math.min(scrollToLine(list, line), room));
      assert.ok(first <= line && line < end, `${line} of ${count}: ${first} to ${end}`);
      assert.ok(end - first <= 15);
    }
  }
});

test("the pairs of a table are those of the picture whose verdict is wanted", () => {
  const cells = Uint8Array.of(SELF, 4, 0, SELF);
  const data = {
    subnets: [
      { vpc: "a", subnet: "x" },
      { vpc: "a", subnet: "y" },
    ],
    level: "subnets" as const,
    places: [0, 1],
    cells,
    flips: new Map([[2, 0]]),
  };
  assert.equal([...pairsOf(data, [0, 1], [0, 1], () => true)], [1, 2]);
  assert.equal([...pairsOf(data, [0, 1], [0, 1], () => true, data.flips)], [2]);
  assert.equal([countFlips(data, [0, 1], [0]), countFlips(data, [0], [0, 1])], [1, 0]);
  assert.equal([...pairsOf(data, [0, 1], [0, 1], (cell) => cell === 4)], [1]);
  assert.equal([...pairsOf(data, [1], [0, 1], () => true)], [2]);
});

test("pairs that a change flips are marked with what they were, and a pair that is gone is not", () => {
  let marked = 0;
  for (const { name, text } of STORIES) {
    const { network } = readScenario(text, name).scenario;
    for (const id of network.peerings.keys()) {
      const session = new WhatIf(network);
      const old = session.reach.subnets.map(nameText);
      const before = matrixView(session.reach, { pairs: [] }).cells;
      const tried = session.apply([parseAction(`delete-peering ${id}`)]);
      if (tried.kind === "refused") continue;
      const { subnets, cells, flips } = matrixView(session.reach, tried.change);
      assert.equal(subnets.map(nameText), old);
      for (const [place, was] of flips) assert.is(was, before[place], `${name} ${place}`);
      // a verdict that is another one is marked; others may be, of which another part gets through
      for (const [place, cell] of cells.entries())
        if (cell !== before[place]) assert.ok(flips.has(place), `${name} ${place}`);
      marked += flips.size;
    }
  }
  console.log(`\npositive: ${marked} pairs marked`);
  assert.ok(marked > 20);
  const lone = new WhatIf(readScenario(STORIES[0].text, STORIES[0].name).scenario.network).reach;
  const [from] = lone.subnets;
  const pair = { from, to: { vpc: "gone", subnet: "gone" } } as unknown as PairChange;
  assert.is(matrixView(lone, { pairs: [pair] }).flips.size, 0);
});

test("arrows go from cell to cell, with Control from VPC to VPC, and stop at the edges", () => {
  const groups = [
    { vpc: "a", start: 0, end: 2 },
    { vpc: "b", start: 2, end: 3 },
    { vpc: "c", start: 3, end: 6 },
  ];
  const field = { rowGroups: groups, columnGroups: groups, page: 4 };
  for (const [key, from, to] of [
    ["ArrowDown", [0, 0], [1, 0]],
    ["ArrowDown", [5, 0], [5, 0]],
    ["ArrowUp", [0, 3], [0, 3]],
    ["ArrowRight", [2, 5], [2, 5]],
    ["ArrowLeft", [2, 5], [2, 4]],
    ["Control ArrowDown", [1, 1], [2, 1]],
    ["Control ArrowDown", [4, 1], [4, 1]],
    ["Control ArrowUp", [4, 1], [3, 1]],
    ["Control ArrowUp", [3, 1], [2, 1]],
    ["Control ArrowRight", [0, 0], [0, 2]],
    ["Control ArrowLeft", [0, 0], [0, 0]],
    ["PageDown", [1, 1], [5, 1]],
    ["PageUp", [1, 1], [0, 1]],
    ["Home", [3, 4], [3, 0]],
    ["End", [3, 1], [3, 5]],
    ["Control Home", [3, 4], [0, 0]],
    ["Control End", [3, 1], [5, 5]],
  ] as const) {
    const event = { key: key.replace("Control ", ""), ctrlKey: key.startsWith("Control") };
    const found = move({ row: from[0], column: from[1] }, event, field);
    assert.equal(found, { row: to[0], column: to[1] }, `${key} from ${from}`);
  }
  assert.is(move({ row: 0, column: 0 }, { key: "Tab", ctrlKey: false }, field), undefined);
});

test("names of VPCs lie above the columns while each has room, and stand upright otherwise", () => {
  const subnets = ["a-long-name", "a-long-name", "b"].map((vpc, i) => ({ vpc, subnet: `s${i}` }));
  const level = "subnets";
  const data = { level, subnets, places: [0, 1, 2], cells: new Uint8Array(9), flips: new Map() } as const;
  const all = [0, 1, 2];
  const groups = groupsOf(subnets, all);
  assert.is(headersOf(data, all, groups, all, 60).columnVpc, LYING);
  assert.ok(headersOf(data, all, groups, all, 20).columnVpc > LYING);
  assert.is(headersOf(data, all, groups, all, 8).rowSubnet, 0);
});

test("a name that has no room ends in an ellipsis, and the longest beginning that fits stands before it", () => {
  const width = (text: string): number => text.length;
  assert.is(fitted("subnet", 6, width), "subnet");
  assert.is(fitted("subnet", 5, width), "subn…");
  assert.is(fitted("subnet", 2, width), "s…");
  assert.is(fitted("subnet", 1, width), "");
});

test.run();
