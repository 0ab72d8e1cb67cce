import { apply, type Network, parseAction, sweep, type Vpc } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { networks, seeded, simOf, Tally } from "./generate.ts";
import { wideNetworks } from "./generate-wide.ts";
import { read } from "./notation.ts";
import { plainOf } from "./plain.ts";
import { oracle } from "./reach-oracle.ts";

const test = suite("sweep");

/** Two-way pairs by name, from the oracle. */
function twoWay(network: Network): Set<string> {
  const names = [...network.vpcs.values()].flatMap((vpc) =>
    [...vpc.subnets.keys()].map((id) => `${vpc.id}/${id}`),
  );
  return new Set(
    oracle(plainOf(network)).flatMap((row, from) =>
      row.flatMap((pair, to) => (pair?.verdict === "two-way" ? [`${names[from]} ${names[to]}`] : [])),
    ),
  );
}

function lost(before: Set<string>, after: Set<string>): { broken: number; opened: number } {
  const missing = (a: Set<string>, b: Set<string>): number => [...a].filter((pair) => !b.has(pair)).length;
  return { broken: missing(before, after), opened: missing(after, before) };
}

test("every loss equals the loss applied to a copy and judged by the oracle", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(fc.oneof(networks, wideNetworks({ single: true })), (generated) => {
      const network = simOf(generated);
      if ([...network.vpcs.values()].some(({ subnets }) => subnets.size > 20)) return;
      const before = twoWay(network);
      const found = sweep(network);
      const peerings = [...network.peerings.keys()].flatMap((id) => {
        const gone = apply(network, parseAction(`delete-peering ${id}`), "");
        if (gone.kind === "refused") return [];
        const loss = lost(before, twoWay(gone.network));
        if (loss.opened > 0) tally.add("deletions that open pairs");
        return loss.broken > 0 ? [{ peering: id, ...loss }] : [];
      });
      assert.equal(
        found.peerings.map(({ peering, broken, opened }) => ({ peering, broken, opened })),
        peerings.sort((a, b) => b.broken - a.broken),
        generated.text,
      );
      for (const _ of peerings) tally.add("deletions that break pairs");
      const routes = [...network.vpcs.values()].flatMap((vpc) =>
        [...vpc.tables.values()].flatMap((table) =>
          [...(table.routes ?? [])].flatMap((route) => {
            if (!route.enabled) return [];
            const rest = table.routes!.without(({ row }) => row === route.row);
            const tables = new Map(vpc.tables).set(table.id, { ...table, routes: rest });
            const gone = { ...network, vpcs: new Map(network.vpcs).set(vpc.id, { ...vpc, tables } as Vpc) };
            const loss = lost(before, twoWay(gone));
            if (loss.opened > 0) tally.add("removals that open pairs");
            if (loss.broken === 0) return [];
            tally.add("removals that break pairs");
            return [[table.id, `${route.destination}`, route.target, loss.broken, loss.opened].join(" ")];
          }),
        ),
      );
      assert.equal(
        found.routes
          .map((loss) => [loss.table, loss.destination, loss.target, loss.broken, loss.opened].join(" "))
          .sort(),
        routes.sort(),
        generated.text,
      );
      assert.ok(found.routes.every(({ broken }, i) => i === 0 || broken <= found.routes[i - 1].broken));
    }),
    { ...seeded(120), endOnFailure: true },
  );
  tally.print("losses", [
    "deletions that break pairs",
    "deletions that open pairs",
    "removals that break pairs",
    "removals that open pairs",
  ]);
});

/** How many groups of VPCs the edges leave that no chain joins. */
function groupsOf(vpcs: readonly string[], edges: readonly (readonly [string, string])[]): number {
  const group = new Map(vpcs.map((id) => [id, id]));
  for (const [a, b] of edges) {
    const [from, to] = [group.get(a)!, group.get(b)!];
    for (const [id, of] of group) if (of === from) group.set(id, to);
  }
  return new Set(group.values()).size;
}

test("the peerings that split a network are those whose loss leaves more groups of VPCs that two-way peerings chain", () => {
  const tally = new Tally();
  const edges = fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }), fc.nat({ max: 9 })), {
    maxLength: 10,
  });
  fc.assert(
    fc.property(edges, (drawn) => {
      const ends = drawn.filter(([a, b]) => a !== b);
      // now and then only one side has its route: such a peering joins nothing
      const routes = Array.from({ length: 7 }, (_, v) =>
        ends.flatMap(([a, b, luck], p) => {
          const far = a === v ? b : b === v && luck > 0 ? a : undefined;
          return far === undefined ? [] : [`10.${far}.0.0/16 -> p${p}`];
        }),
      );
      const network = read(`
profile: aws
load: lenient
vpcs:
${routes.map((_, v) => `  v${v}: { cidr: 10.${v}.0.0/16, subnets: { s: 10.${v}.1.0/24 } }`).join("\n")}
peerings: { ${ends.map(([a, b], p) => `p${p}: v${a} - v${b}`).join(", ")} }
routes: { ${routes.map((list, v) => `v${v}: [${list.join(", ")}]`).join(", ")} }`);
      const pairs = twoWay(network);
      const chained = [...network.peerings.values()].filter(({ requester, accepter }) =>
        pairs.has(`${requester.vpc}/s ${accepter.vpc}/s`),
      );
      const groups = (without?: string): number =>
        groupsOf(
          [...network.vpcs.keys()],
          chained
            .filter(({ id }) => id !== without)
            .map(({ requester, accepter }) => [requester.vpc, accepter.vpc]),
        );
      const { peerings } = sweep(network);
      assert.equal(
        peerings
          .filter(({ splits }) => splits)
          .map(({ peering }) => peering)
          .sort(),
        chained
          .map(({ id }) => id)
          .filter((id) => groups(id) > groups() && peerings.some(({ peering }) => peering === id))
          .sort(),
      );
      for (const { splits } of peerings) tally.add(splits ? "splits" : "does not split");
      for (const { id } of chained) if (groups(id) > groups()) tally.add("bridge");
    }),
    seeded(300),
  );
  tally.print("bridges", ["splits", "does not split", "bridge"]);
  assert.is(tally.count("splits"), tally.count("bridge"));
});

test("a peering that is the only way is named with what hangs on it, and a route with its place", () => {
  const network = read(`
profile: aws
vpcs:
  hub: { cidr: 10.0.0.0/16, subnets: { h: 10.0.1.0/24 } }
  left: { cidr: 10.1.0.0/16, subnets: { a: 10.1.1.0/24, b: 10.1.2.0/24 } }
  right: { cidr: 10.2.0.0/16, subnets: { c: 10.2.1.0/24 } }
peerings: { hl: hub - left, hr: hub - right }
routes:
  hub: [ 10.1.0.0/16 -> hl, 10.2.0.0/16 -> hr ]
  left: [ 10.0.0.0/16 -> hl ]
  right: [ 10.0.0.0/16 -> hr ]`);
  const { peerings, routes, tried } = sweep(network, { routes: 1 });
  assert.equal(peerings, [
    { peering: "hl", broken: 4, opened: 0, splits: true },
    { peering: "hr", broken: 2, opened: 0, splits: true },
  ]);
  const [{ source, ...route }] = routes;
  assert.equal(route, { table: "hub/main", destination: "10.1.0.0/16", target: "hl", broken: 4, opened: 0 });
  assert.match(source, /^t\.yaml:\d+:\d+$/);
  assert.equal(tried, { peerings: 2, routes: 4 });
});

test.run();
