import {
  apply,
  diff,
  type Network,
  parseAction,
  reach,
  renderChange,
  sweep,
  type Vpc,
  WhatIf,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drawEdit } from "./draw-edit.ts";
import { networks, seeded, simOf, Tally } from "./generate.ts";
import { withFilters } from "./generate-filters.ts";
import { hubNetworks } from "./generate-hubs.ts";
import { read } from "./notation.ts";

const test = suite("edits and losses behind filters");

const seeds = fc.infiniteStream(fc.nat({ max: 1 << 30 }));
const drawFrom = (random: Iterator<number>) => (below: number) => random.next().value % Math.max(below, 1);

/** Everything that the network compiled anew says about its pairs. */
function saidAnew(network: Network): string[] {
  const found = reach(network);
  return [...found.pairs({ all: true })].map(
    ({ from, to, verdict, partial }) => `${from} ${to} ${verdict} ${partial}`,
  );
}

/** Networks on direct ways, and those on hubs, half of which have filters too. */
const bases: fc.Arbitrary<{ readonly network: Network; readonly text: string }> = fc.oneof(
  networks.map((generated) => ({ network: simOf(generated), text: generated.text })),
  hubNetworks.map((text) => ({ network: read(text), text })),
);
const withSome = (network: Network, draw: (below: number) => number): { network: Network; text: string } =>
  (network.hubs?.size ?? 0) > 0 && draw(2) === 0 ? { network, text: "" } : withFilters(network, draw);

test("after every edit and every undo a session says what the network says that is compiled anew", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(bases, seeds, (generated, random) => {
      const draw = drawFrom(random);
      const filtered = withSome(generated.network, draw);
      const session = new WhatIf(filtered.network);
      fc.pre(session.reach.count().twoWay > 0 || draw(4) === 0);
      const story: string[] = [];
      for (let n = 0; n < 6; n++) {
        const network = session.network;
        const compiled = session.reach;
        const line = drawEdit(draw, network);
        story.push(line);
        const where = `${story.join("\n")}\n${filtered.text}\n${generated.text}`;
        const tried = session.apply([parseAction(line)]);
        if (tried.kind === "refused") {
          story.pop();
          continue;
        }
        const said = (): string[] =>
          [...session.reach.pairs({ all: true })].map(
            ({ from, to, verdict, partial }) => `${from} ${to} ${verdict} ${partial}`,
          );
        assert.equal(said(), saidAnew(session.network), where);
        assert.equal(session.reach.count(), reach(session.network).count(), where);
        const told = (pairs: typeof tried.change.pairs): string[] =>
          pairs.map(
            ({ from, to, before, after }) =>
              `${from.vpc}/${from.subnet} ${to.vpc}/${to.subnet} ${before.verdict} ${before.partial} ${after.verdict} ${after.partial}`,
          );
        assert.equal(told(tried.change.pairs), told(diff(network, session.network).pairs), where);
        const isKept = session.reach === compiled && !compiled.plain;
        tally.add(isKept ? "edits of the arrays" : "edits that compile anew");
        for (const { before, after } of tried.change.pairs) {
          const isFlip = before.verdict !== after.verdict || before.partial !== after.partial;
          if (!isKept) continue;
          tally.add(isFlip ? "flips" : "pairs of which other packets get through");
          if (network.hubs !== undefined) tally.add(isFlip ? "flips on hubs" : "other packets on hubs");
        }
        if (draw(3) === 0) {
          session.undo();
          story.push("undo");
          assert.equal(said(), saidAnew(network), where);
          tally.add("undone");
        }
      }
    }),
    { ...seeded(250), endOnFailure: true },
  );
  tally.print("edits behind filters", [
    "edits of the arrays",
    "edits that compile anew",
    "flips",
    "flips on hubs",
    "undone",
  ]);
});

test("every loss behind filters is what the network says without the peering or the route", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(bases, seeds, (generated, random) => {
      const { network, text } = withSome(generated.network, drawFrom(random));
      const twoWay = (some: Network): Set<string> =>
        new Set(
          saidAnew(some).flatMap((line) => (line.includes("two-way") ? [line.split(" ", 2).join(" ")] : [])),
        );
      const old = twoWay(network);
      // where nothing gets through nothing is lost
      fc.pre(old.size > 0);
      const lossOf = (after: Network): string => {
        const now = twoWay(after);
        const broken = [...old].filter((pair) => !now.has(pair)).length;
        return broken === 0 ? "" : `${broken} ${[...now].filter((pair) => !old.has(pair)).length}`;
      };
      const found = sweep(network);
      const peerings = [...network.peerings.keys()].flatMap((id) => {
        const gone = apply(network, parseAction(`delete-peering ${id}`), "");
        const loss = gone.kind === "refused" ? "" : lossOf(gone.network);
        return loss === "" ? [] : [`${id} ${loss}`];
      });
      assert.equal(
        found.peerings.map(({ peering, broken, opened }) => `${peering} ${broken} ${opened}`).sort(),
        peerings.sort(),
        `${text}\n${generated.text}`,
      );
      const routes = [...network.vpcs.values()].flatMap((vpc) =>
        [...vpc.tables.values()].flatMap((table) =>
          [...(table.routes ?? [])].flatMap(({ row, enabled, destination, target }) => {
            if (!enabled) return [];
            const rest = table.routes!.without((route) => route.row === row);
            const tables = new Map(vpc.tables).set(table.id, { ...table, routes: rest });
            const vpcs = new Map(network.vpcs).set(vpc.id, { ...vpc, tables } as Vpc);
            const loss = lossOf({ ...network, vpcs });
            return loss === "" ? [] : [`${table.id} ${destination} ${target} ${loss}`];
          }),
        ),
      );
      assert.equal(
        found.routes
          .map(
            ({ table, destination, target, broken, opened }) =>
              `${table} ${destination} ${target} ${broken} ${opened}`,
          )
          .sort(),
        routes.sort(),
        `${text}\n${generated.text}`,
      );
      for (const _ of peerings) tally.add("peerings");
      for (const _ of routes) tally.add(network.hubs === undefined ? "routes" : "routes on hubs");
    }),
    { ...seeded(150), endOnFailure: true },
  );
  tally.print("losses behind filters", ["peerings", "routes", "routes on hubs"]);
});

const OFFICE = (publicRoutes: string): string => `
profile: aws
vpcs:
  app: { cidr: 10.1.0.0/16, subnets: { web: { cidr: 10.1.1.0/24 }, public: { cidr: 10.1.0.0/24 } } }
  data: { cidr: 10.2.0.0/16, subnets: { db: { cidr: 10.2.1.0/24 } } }
  far: { cidr: 10.3.0.0/16, subnets: { batch: { cidr: 10.3.1.0/24 } } }
peerings: { p: app - data }
gateways:
  igw: internet app
  nat: { kind: nat, vpc: app, subnet: public, address: 10.1.0.9, public: [ 198.51.100.9 ] }
routes:
  app: [ 0.0.0.0/0 -> nat, 10.2.0.0/17 -> p ]
  public-table: { subnets: [ app/public ], routes: [ ${publicRoutes} ] }
  data: [ 10.1.0.0/16 -> p ]`;

test("a default route to a NAT gateway leaves to the arrays what the gateway's own table does not deliver", () => {
  const [web, open, db, batch] = [0, 1, 2, 3];
  // nothing but the internet behind the gateway, then a peering behind it too
  const plain = reach(read(OFFICE("0.0.0.0/0 -> igw")));
  assert.is(plain.plain, true);
  const found = reach(read(OFFICE("0.0.0.0/0 -> igw, 10.2.0.0/16 -> p")));
  assert.is(found.plain, false);
  const decided = [
    [web, db],
    [open, db],
    [web, batch],
    [db, batch],
    [web, open],
  ].map(([a, b]) => found.decidedBy(a, b));
  assert.equal(decided, ["arrays", "arrays", "arrays", "arrays", "arrays"]);
  // without a route of their own the private subnets come to the peering by the gateway
  const lost = reach(
    read(OFFICE("0.0.0.0/0 -> igw, 10.2.0.0/16 -> p").replace("10.2.0.0/17", "10.2.128.0/17")),
  );
  assert.is(lost.decidedBy(web, db), "packets");
  assert.is(lost.decidedBy(web, batch), "arrays");
});

const SHOP = (rules: string, hubRoutes: string): string => `
profile: aws
vpcs:
  app: { cidr: 10.1.0.0/16, subnets: { web: { cidr: 10.1.1.0/24 } } }
  data: { cidr: 10.2.0.0/16, subnets: { db: { cidr: 10.2.1.0/24, acl: acl-1 } } }
  far: { cidr: 10.3.0.0/16, subnets: { batch: { cidr: 10.3.1.0/24 } } }
peerings: { p: app - data }
hubs:
  tgw:
    kind: transit-gateway
    attachments: { at-app: { vpc: app, table: t }, at-far: { vpc: far, table: t } }
    tables: { t: { routes: [ ${hubRoutes} ] } }
acls:
  acl-1: { vpc: data, ingress: [ ${rules} ], egress: [ allow all to 0.0.0.0/0 ] }
routes:
  app: [ 10.2.0.0/16 -> p, 10.3.0.0/16 -> tgw ]
  data: [ 10.1.0.0/16 -> p ]
  far: [ 10.1.0.0/16 -> tgw ]`;

test("a change names the rule of a filter and the route of a hub that decided", () => {
  const OPEN = ["allow all from 0.0.0.0/0", "10.1.0.0/16 -> at-app, 10.3.0.0/16 -> at-far"] as const;
  const before = read(SHOP(...OPEN));
  const spell = ({ pairs }: ReturnType<typeof diff>): string[] =>
    pairs.map((pair) => {
      const { before: was, after: is } = pair.owners();
      const names = [was, is].map((owners) =>
        owners
          .map((owner) =>
            "filter" in owner
              ? `${owner.path} ${owner.filter}`
              : `${owner.path} ${owner.table} ${owner.destination} -> ${owner.target}`,
          )
          .join(", "),
      );
      return `${pair.from.subnet} ${pair.to.subnet}: ${names.join(" | ")}`;
    });
  const denied = read(SHOP("deny all from 10.1.0.0/16, allow all from 0.0.0.0/0", OPEN[1]));
  const change = diff(before, denied);
  assert.equal(spell(change), ["web db:  | forward acl-1 rule 1", "db web:  | return acl-1 rule 1"]);
  assert.match(
    renderChange(change, () => []),
    /is {3}forward {2}acl-1 rule 1 refuses/,
  );
  const routed = read(SHOP(OPEN[0], "10.1.0.0/16 -> at-app, 10.3.0.0/16 -> blackhole"));
  assert.equal(spell(diff(before, routed)), [
    "web batch: forward t 10.3.0.0/16 -> at-far | forward t 10.3.0.0/16 -> blackhole",
    "batch web: return t 10.3.0.0/16 -> at-far | return t 10.3.0.0/16 -> blackhole",
  ]);
});

for (const [what, far, wrong] of [
  ["behind a filter", "10.2.1", "tgw"],
  ["over a hub", "10.3.1", "p"],
] as const) {
  test(`a pair ${what} that stays partial is told when other packets of it get through`, () => {
    const rules = "10.1.0.0/16 -> at-app, 10.3.0.0/16 -> at-far";
    const session = new WhatIf(read(SHOP("allow tcp/443 from 0.0.0.0/0", rules)));
    const tried = [`${far}.0/25`, `${far}.128/26`, "10.9.0.0/24"].map((lost) => {
      const { network } = session;
      const done = session.apply([parseAction(`add-route app/main ${lost} -> ${wrong}`)]);
      if (done.kind === "refused") throw new Error(done.refusal.message);
      const told = done.change.pairs
        .filter(({ from }) => from.subnet === "web")
        .map(({ before, after }) =>
          [before, after]
            .map(({ verdict, partial }) => `${verdict}${partial ? " in part" : ""}`)
            .join(" to "),
        );
      assert.equal(
        diff(network, session.network).pairs.map(({ from, to }) => [from, to]),
        done.change.pairs.map(({ from, to }) => [from, to]),
      );
      return told;
    });
    // the worst share of the packets names the verdict
    const part = "return-only in part";
    const whole = what === "over a hub" ? "two-way" : part;
    assert.equal(tried, [[`${whole} to ${part}`], [`${part} to ${part}`], []]);
  });
}

test.run();
