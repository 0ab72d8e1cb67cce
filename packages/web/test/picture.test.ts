import { fabricOf } from "@twoway/bench/reach/fabric";
import { scenarioStream } from "@twoway/bench/reach/scenario-stream";
import { readScenario } from "@twoway/sim";
import { Engine } from "@twoway/web/engine/engine";
import { changedView, type NetworkView, viewOf } from "@twoway/web/engine/network-view";
import { fitting, showing, toPicture, windowOf } from "@twoway/web/picture/camera";
import { componentsOf } from "@twoway/web/picture/components";
import { foldedAtFirst, groupingOf } from "@twoway/web/picture/groups";
import { hitAt, isVisible, pointAt } from "@twoway/web/picture/hit";
import { gridLayout, isForElk, type Rect } from "@twoway/web/picture/layout";
import { type Box, fits, type Scene, sceneOf, withDeleted } from "@twoway/web/picture/scene";
import { wayOf } from "@twoway/web/picture/way";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openedBy, STORIES } from "./networks.ts";

const test = suite("picture");

function generated(vpcs: number): NetworkView {
  const text = [...scenarioStream(fabricOf("enterprise", vpcs, 1))].map((piece) => String(piece)).join("");
  return viewOf(readScenario(text, "generated").scenario.network);
}

function story(name: string): NetworkView {
  return openedBy(new Engine(), STORIES.find((one) => one.name === `${name}.yaml`)!).view;
}

/** The scene with every group unfolded. */
const whole = (view: NetworkView): Scene => sceneOf(view, groupingOf(view), new Set());

const all = (boxes: readonly Box[]): Box[] => boxes.flatMap((box) => [box, ...all(box.children)]);

function overlap(a: Rect, b: Rect): boolean {
  return isVisible(a, b);
}

test("everything of a small network is in its scene: each VPC, subnet, gateway, hub and peering once", () => {
  for (const { name } of STORIES) {
    const view = story(name.replace(".yaml", ""));
    const { boxes, edges } = whole(view);
    const shown = all(boxes);
    const ids = (prefix: string): string[] => shown.map(({ id }) => id).filter((id) => id.startsWith(prefix));
    assert.equal(ids("vpc:").sort(), view.vpcs.map(({ id }) => `vpc:${id}`).sort(), name);
    assert.equal(ids("hub:").sort(), view.hubs.map(({ id }) => `hub:${id}`).sort(), name);
    const rows = shown.flatMap(({ rows }) => rows.map(({ id }) => id));
    assert.is(new Set(rows).size, rows.length);
    assert.is(
      rows.length,
      view.vpcs.reduce((sum, vpc) => sum + vpc.subnets.length + vpc.gateways.length, 0),
      name,
    );
    const peerings = edges.flatMap((edge) => edge.peerings);
    assert.equal(peerings.sort(), view.peerings.map(({ id }) => id).sort(), name);
    const known = new Set(shown.map(({ id }) => id));
    for (const { from, to } of edges) assert.ok(known.has(from) && known.has(to), `${name}: ${from} ${to}`);
  }
});

test("a peering's state is in its label and its line, not in its colour alone", () => {
  const { edges } = whole(story("pending-is-not-no-route"));
  const waiting = edges.filter(({ state }) => state === "waiting");
  assert.ok(waiting.length > 0);
  for (const { label } of waiting) assert.match(label, /PENDING|EXPIRED|ISOLATED/);
  for (const { label, state } of edges) if (state === "live") assert.not.match(label, /[A-Z]{5}/);
});

test("a folded region is one box, and its links to another box are one line that counts them", () => {
  const view = story("two-places-three-centres");
  const grouping = groupingOf(view);
  const { groups } = grouping;
  assert.is(groups.length, 2);
  const open = whole(view);
  const folded = sceneOf(view, grouping, new Set(groups.map(({ id }) => id)));
  assert.is(folded.boxes.length, 2);
  assert.ok(folded.boxes.every(({ isFolded, children }) => isFolded && children.length === 0));
  assert.is(folded.edges.length, 1);
  const across = view.peerings.filter(({ requester, accepter }) => {
    const region = (id: string): string | undefined => view.vpcs.find((vpc) => vpc.id === id)?.region;
    return region(requester) !== region(accepter);
  });
  assert.equal([...folded.edges[0].peerings].sort(), across.map(({ id }) => id).sort());
  assert.ok(!fits(open, folded) && fits(open, open));
});

test("a click that takes an edge away leaves the rest where it is; one that adds a box arranges anew", () => {
  const engine = new Engine();
  const { view } = openedBy(engine, STORIES.find(({ name }) => name === "blast-radius.yaml")!);
  const before = whole(view);
  const gone = whole({ ...view, peerings: view.peerings.slice(1) });
  assert.ok(fits(before, gone));
  assert.not.ok(fits(gone, before));
  const [vpc] = view.vpcs;
  assert.not.ok(fits(before, whole({ ...view, vpcs: [...view.vpcs, { ...vpc, id: "extra" }] })));
});

test("a change that cuts a part in two moves no VPC to another group, and a new VPC stands beside them", () => {
  const engine = new Engine();
  const text = [...scenarioStream(fabricOf("hub", 200, 1))].map(String).join("");
  const { view } = openedBy(engine, { name: "hub.json", text });
  const grouping = groupingOf(view);
  assert.ok(grouping.groups.length > 1);
  const lines = view.peerings.slice(0, 20).map(({ id }) => `delete-peering ${id}`);
  const now = changedView(
    view,
    engine.change([...lines, "create-vpc extra 172.16.0.0/16 account other"]).view,
  );
  assert.ok(componentsOf(now).length > componentsOf(view).length + 1);
  const scene = sceneOf(now, grouping, foldedAtFirst(view, grouping));
  assert.equal(
    scene.boxes.map(({ id }) => id),
    ["vpc:extra", ...grouping.groups.map(({ id }) => id)],
  );
});

test("a peering that a change deleted is still drawn, as deleted, where it was", () => {
  const engine = new Engine();
  const { view } = openedBy(engine, STORIES.find(({ name }) => name === "blast-radius.yaml")!);
  const now = changedView(view, engine.change(["delete-peering shared-mail"]).view);
  assert.not.ok(now.peerings.some(({ id }) => id === "shared-mail"));
  const before = whole(view);
  const scene = whole({ ...now, peerings: withDeleted(view, now) });
  assert.ok(fits(before, scene));
  const gone = scene.edges.filter(({ state }) => state === "dead");
  assert.equal(
    gone.map(({ label }) => label),
    ["shared-mail DELETED"],
  );
});

test("2,000 VPCs begin folded, and unfolded they are placed in rows without overlap, each edge between its boxes", () => {
  const view = generated(2000);
  const parts = componentsOf(view);
  assert.is(
    parts.reduce((sum, part) => sum + part.length, 0),
    2000,
  );
  const grouping = groupingOf(view);
  const { groups } = grouping;
  const folded = foldedAtFirst(view, grouping);
  assert.is(folded.size, groups.length);
  const first = sceneOf(view, grouping, folded);
  console.log(`positive: ${groups.length} groups, ${first.boxes.length} boxes at first`);
  const scene = whole(view);
  assert.not.ok(isForElk(scene));
  const layout = gridLayout(scene);
  const vpcs = [...layout.boxes].filter(([id]) => id.startsWith("vpc:")).map(([, rect]) => rect);
  assert.is(vpcs.length, 2000);
  // by rows: what does not overlap in y cannot overlap at all
  const byY = [...vpcs].sort((a, b) => a.y - b.y);
  for (const [i, a] of byY.entries()) {
    for (let j = i + 1; j < byY.length && byY[j].y < a.y + a.height; j++) assert.not.ok(overlap(a, byY[j]));
    assert.ok(
      a.x >= 0 && a.y >= 0 && a.x + a.width <= layout.width + 1 && a.y + a.height <= layout.height + 1,
    );
  }
  for (const { id, from, to } of scene.edges.slice(0, 500)) {
    const line = layout.edges.get(id)!;
    for (const [point, box] of [
      [line[0], layout.boxes.get(from)!],
      [line[line.length - 1], layout.boxes.get(to)!],
    ] as const) {
      const grown = { x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 };
      assert.ok(isVisible({ ...point, width: 0, height: 0 }, grown), id);
    }
  }
});

test("what is clicked is what is drawn there: a subnet before its VPC, an edge before the region behind it", () => {
  const scene = whole(story("two-places-three-centres"));
  const layout = gridLayout(scene);
  let edges = 0;
  for (const [id, { x, y, width, height }] of layout.rows)
    assert.is(hitAt(layout, { x: x + width / 2, y: y + height / 2 }, 5), id);
  for (const [id, { x, y, width }] of layout.boxes)
    assert.is(hitAt(layout, { x: x + width / 2, y: y + 3 }, 1), id);
  for (const [id, points] of layout.edges) {
    for (let part = 0.05; part < 1; part += 0.1) {
      const hit = hitAt(layout, pointAt(points, part), 5);
      if (hit !== undefined && !/^(vpc|subnet):/.test(hit)) {
        assert.match(hit, /^peering:/);
        edges += Number(hit === id);
      }
    }
  }
  assert.ok(edges > 0);
  assert.is(hitAt(layout, { x: -500, y: -500 }, 5), undefined);
});

test("the way of a packet begins and ends at the boxes of its subnets, and follows the edge of its peering", () => {
  const engine = new Engine();
  const { view } = openedBy(engine, STORIES.find(({ name }) => name === "one-sided-route.yaml")!);
  const scene = whole(view);
  const layout = gridLayout(scene);
  const answer = engine.trace({ from: "web", to: "db", service: { protocol: "any" } });
  assert.is(answer.kind, "answered");
  if (answer.kind !== "answered") return;
  const forward = wayOf(scene, layout, answer.value.forward);
  assert.equal(forward.ends, ["subnet:shop/web", "subnet:customer-data/db"]);
  for (const point of layout.edges.get("peering:shop-to-data")!)
    assert.ok(forward.points.some(({ x, y }) => x === point.x && y === point.y));
  const back = wayOf(scene, layout, answer.value.back);
  assert.is(back.points.length, 1, "the reply is lost where it starts");
  assert.is(back.outcome, "dropped");
});

test("a packet that crossed a peering and is lost behind it is lost at the far box, one before it half way", () => {
  const engine = new Engine();
  const { view } = openedBy(engine, STORIES.find(({ name }) => name === "non-transitive.yaml")!);
  const scene = whole(view);
  const layout = gridLayout(scene);
  const answer = engine.trace({ from: "b", to: "c", service: { protocol: "any" } });
  if (answer.kind !== "answered") throw new Error("the ends are known");
  const { forward } = answer.value;
  const line = layout.edges.get("peering:pcx-12")!;
  const near = ({ x, y }: { x: number; y: number }, to: { x: number; y: number }): boolean =>
    Math.hypot(x - to.x, y - to.y) < 1e-6;
  const end = wayOf(scene, layout, forward).points.at(-1)!;
  assert.ok([line[0], line[line.length - 1]].some((point) => near(point, end)));
  const short = wayOf(scene, layout, { ...forward, hops: forward.hops.slice(0, 2) }).points.at(-1)!;
  assert.ok(near(short, pointAt(line, 0.5)));
});

test("the camera shows everything in the middle, and knows where a point of the screen is", () => {
  const screen = { width: 800, height: 600 };
  for (const size of [
    { width: 100, height: 50 },
    { width: 50_000, height: 20_000 },
    { width: 0, height: 0 },
  ]) {
    const camera = fitting(size, screen);
    const seen = windowOf(camera, screen);
    assert.ok(seen.x <= 0 && seen.x + seen.width >= size.width, "all of its width");
    assert.ok(seen.y <= 0 && seen.y + seen.height >= size.height, "all of its height");
    const middle = toPicture(camera, { x: 400, y: 300 });
    assert.ok(Math.abs(middle.x - size.width / 2) < 1e-6 && Math.abs(middle.y - size.height / 2) < 1e-6);
  }
  const there = showing({ k: 0.1, x: 0, y: 0 }, { x: 1000, y: 500, width: 20, height: 10 }, screen);
  assert.equal(toPicture(there, { x: 400, y: 300 }), { x: 1010, y: 505 });
});

test.run();
