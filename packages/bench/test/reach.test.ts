import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BreadthFirst, componentSizes } from "@twoway/bench/reach/breadth-first";
import { byTable, sum, usableOf } from "@twoway/bench/reach/by-table";
import { bySender, contest } from "@twoway/bench/reach/contest";
import { DeltaNet } from "@twoway/bench/reach/delta-net";
import { DeltaNetFabric } from "@twoway/bench/reach/delta-net-fabric";
import { edits, withoutPeerings, withoutRoutes } from "@twoway/bench/reach/edits";
import { type Fabric, fabricOf, fingerprint } from "@twoway/bench/reach/fabric";
import { FAMILY_NAMES } from "@twoway/bench/reach/families";
import { Naive } from "@twoway/bench/reach/naive";
import { NativePort } from "@twoway/bench/reach/native-port";
import { scenarioStream, subnetName, vpcName } from "@twoway/bench/reach/scenario-stream";
import { drawFrom } from "@twoway/bench/seeded-table";
import { answer, type Network, reach, readScenario, resolveEndpoint } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("networks for the bench");

// compiled, this file is packages/bench/dist/test/reach.test.js
const BENCH = join(import.meta.dirname, "../..");
const SEEDS = [1, 2, 3];

function networkOf(fabric: Fabric): Network {
  return readScenario([...scenarioStream(fabric)].join(""), fabric.name).scenario.network;
}

test("the same seed gives the same network, and its SHA-256 is the one that is committed", () => {
  const known = readFileSync(join(BENCH, "fabrics.sha256"), "utf8").trim().split("\n");
  assert.is(known.length, 5 * FAMILY_NAMES.length);
  for (const family of FAMILY_NAMES) {
    for (const vpcs of [20, 100]) {
      assert.ok(
        known.includes(`${fingerprint(fabricOf(family, vpcs, 1))}  ${family} ${vpcs}`),
        `${family} ${vpcs}`,
      );
    }
    assert.is.not(fingerprint(fabricOf(family, 20, 1)), fingerprint(fabricOf(family, 20, 2)));
  }
});

test("the engine, by table, naive scan, Delta-net and C++ count the same packets in every family", async () => {
  const native = NativePort.compile();
  if (native === undefined) console.log("\nskipped the C++ port: there is no g++");
  for (const family of FAMILY_NAMES) {
    for (const seed of SEEDS) {
      const fabric = fabricOf(family, 10, seed);
      const { packets } = byTable(fabric);
      const naive = new Naive(fabric);
      assert.equal(
        Array.from(packets, (_, s) => naive.packetsFrom(s)),
        [...packets],
        `${family}, seed ${seed}`,
      );
      assert.is(new DeltaNetFabric(fabric).packets(), sum(packets));
      assert.is(Number(reach(networkOf(fabric)).count().packets), sum(packets));
      if (native !== undefined) assert.is((await native.load(fabric)()).checksum, sum(packets));
      const search = new BreadthFirst(fabric);
      const sizes = componentSizes(fabric);
      assert.equal(
        Array.from(sizes, (_, s) => search.subnetsFrom(s)),
        [...sizes],
      );
    }
  }
  native?.remove();
});

test("the text of a network is a scenario without a warning, and `answer` says of its pairs what the naive scan says", () => {
  const counts = { "two-way": 0, partial: 0, other: 0 };
  for (const family of FAMILY_NAMES) {
    const fabric = fabricOf(family, 12, 1);
    const text = [...scenarioStream(fabric)].join("");
    const { scenario, warnings } = readScenario(text, "fabric.json");
    assert.equal(warnings, []);
    const { network } = scenario;
    const routes = [...network.vpcs.values()].flatMap(({ tables }) =>
      [...tables.values()].map((table) => table.routes!.size),
    );
    assert.is(sum(routes), fabric.routeLo.length);
    const naive = new Naive(fabric);
    const { first, last } = usableOf(fabric);
    const draw = drawFrom(7);
    const end = (s: number) =>
      resolveEndpoint(network, `${vpcName(fabric.subVpc[s])}/${subnetName(s)}`, "test");
    for (let n = 0; n < 30; n++) {
      const s = draw(first.length);
      // half of the pairs are those of neighbours in number, which are often neighbours in the network
      const d = n % 2 === 0 ? draw(first.length) : (s + 1 + draw(9)) % first.length;
      if (s === d) continue;
      const there = naive.delivered(fabric.subTable[s], d);
      const back = naive.delivered(fabric.subTable[d], s);
      const isTwoWay = there === last[d] - first[d] + 1 && back === last[s] - first[s] + 1;
      const given = answer(network, end(s), end(d), { protocol: "any" });
      assert.is(given.verdict === "two-way", isTwoWay, `${family}: ${s} to ${d}`);
      if (there === 0 && back === 0) assert.is(given.verdict, "unreachable");
      counts[isTwoWay ? "two-way" : given.partial ? "partial" : "other"]++;
    }
  }
  console.log(`\npositive pairs: ${JSON.stringify(counts)}`);
  for (const count of Object.values(counts)) assert.ok(count > 0);
});

test("Delta-net follows insertions and removals in any order: each address is carried by its longest rule", () => {
  const draw = drawFrom(3);
  const nodes = 3;
  const links = 6;
  const net = new DeltaNet(nodes, links + 64);
  // a link for each of 64 addresses, at a node of its own rules, tells which of them another link carries
  for (let a = 0; a < 64; a++) net.insert({ lo: a, hi: a + 1, priority: 0, node: 2, link: links + a });
  const live = new Map<number, { lo: number; hi: number; priority: number; node: number; link: number }>();
  const gone = new Map<number, { lo: number; hi: number; priority: number; node: number; link: number }>();
  for (let step = 0; step < 1500; step++) {
    const what = draw(3);
    if (what === 0 || live.size < 4) {
      const priority = draw(7);
      const lo = draw(2 ** priority) * 2 ** (6 - priority);
      const node = draw(2);
      // no two rules of one node with the same interval, as in a table
      if (
        [...live.values(), ...gone.values()].some(
          (r) => r.node === node && r.lo === lo && r.priority === priority,
        )
      )
        continue;
      const rule = { lo, hi: lo + 2 ** (6 - priority), priority, node, link: 3 * node + draw(3) };
      live.set(net.insert(rule), rule);
    } else {
      const [from, to] = what === 1 ? [live, gone] : [gone, live];
      const ids = [...from.keys()];
      if (ids.length === 0) continue;
      const id = ids[draw(ids.length)];
      to.set(id, from.get(id)!);
      from.delete(id);
      if (what === 1) net.remove(id);
      else net.restore(id);
    }
    for (let a = 0; a < 64; a++) {
      for (const node of [0, 1]) {
        const [best] = [...live.values()]
          .filter((rule) => rule.node === node && rule.lo <= a && a < rule.hi)
          .sort((x, y) => y.priority - x.priority);
        for (let link = 3 * node; link < 3 * node + 3; link++) {
          assert.is(net.carried(link, links + a), best?.link === link ? 1 : 0, `step ${step}, address ${a}`);
        }
      }
    }
  }
});

test("edits have times in every family, and none when the packets that they leave are not the right ones", () => {
  let flips = 0;
  for (const family of FAMILY_NAMES) {
    const fabric = fabricOf(family, 8, 2);
    const compiled = () => reach(networkOf(fabric));
    const { routes, peerings } = edits(fabric, compiled(), 1e9, 1);
    assert.is(routes.samples, fabric.routeLo.length);
    assert.is(peerings.samples, fabric.peerA.length);
    assert.ok(peerings.flips > 0, family);
    flips += routes.flips; // none where every route has another one around it
    const half = new Set([...fabric.routeLo.keys()].filter((row) => row % 2 === 0));
    assert.throws(() => edits(withoutRoutes(fabric, half), compiled(), 1e9, 1), /packets/);
    const dead = new Set(fabric.peerA.keys());
    assert.throws(() => edits(withoutPeerings(fabric, dead), compiled(), 1e9, 1), /taken back/);
  }
  assert.ok(flips > 0);
});

test("who is wrong has no time, and who is slow is asked for some of the senders", async () => {
  const right = Float64Array.from({ length: 1000 }, (_, s) => s * s);
  let asked = 0;
  const slow = bySender("slow", right, 0, (s) => {
    asked++;
    return s * s;
  });
  const wrong = bySender("wrong", right, 1e9, (s) => s * s + (s === 999 ? 1 : 0));
  const whole = bySender("whole", right, 1e9, (s) => s * s);
  assert.is(slow.share, 0.004);
  assert.is(whole.share, 1);
  assert.is(whole.right, sum(right));
  asked = 0;
  const { times, refused } = await contest([slow, wrong, whole], 2);
  assert.is(asked, 12);
  assert.equal(
    times.map(({ name }) => name),
    ["slow", "whole"],
  );
  assert.equal(refused, ["wrong"]);
});

test.run();
