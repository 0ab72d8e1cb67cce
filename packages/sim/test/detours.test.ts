import {
  answer,
  apply,
  diff,
  evaluatePolicies,
  InputError,
  type Network,
  parseAction,
  reach,
  readPolicyFile,
  resolveEndpoint,
  sweep,
  type Vpc,
  WhatIf,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drawEdit } from "./draw-edit.ts";
import { seeded, Tally } from "./generate.ts";
import { pathNetworks, simOfPath } from "./generate-packets.ts";
import { bothWays, type End, type Net } from "./packet-oracle.ts";
import { usableEnds } from "./pair-questions.ts";

const test = suite("edits, losses and policies beside filters and hubs");

/** The answer for every two subnets, by their names. */
function answers(network: Network): Map<string, string> {
  const names = [...network.vpcs.values()].flatMap(({ id, subnets }) =>
    [...subnets.keys()].map((subnet) => `${id}/${subnet}`),
  );
  const found = new Map<string, string>();
  for (const from of names) {
    for (const to of names) {
      if (from === to) continue;
      try {
        const [a, b] = [from, to].map((name) => resolveEndpoint(network, name, ""));
        const { verdict, partial } = answer(network, a, b, { protocol: "any" });
        found.set(`${from} ${to}`, `${verdict} ${partial}`);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        found.set(`${from} ${to}`, "unreachable false");
      }
    }
  }
  return found;
}

test("after every edit and every undo a session tells what the answers before and after are, and which pairs differ", () => {
  const tally = new Tally();
  const seeds = fc.infiniteStream(fc.nat({ max: 1 << 30 }));
  fc.assert(
    fc.property(pathNetworks, seeds, (generated, random) => {
      const draw = (below: number): number => random.next().value % Math.max(below, 1);
      const session = new WhatIf(simOfPath(generated));
      fc.pre(session.reach.count().twoWay > 0 || draw(4) === 0);
      const said = (): Map<string, string> => {
        const { subnets } = session.reach;
        const name = (s: number): string => `${subnets[s].vpc}/${subnets[s].subnet}`;
        return new Map(
          [...session.reach.pairs({ all: true })].map(({ from, to, verdict, partial }) => [
            `${name(from)} ${name(to)}`,
            `${verdict} ${partial}`,
          ]),
        );
      };
      const story: string[] = [];
      for (let n = 0; n < 5; n++) {
        const network = session.network;
        const line = drawEdit(draw, network);
        story.push(line);
        const where = `${story.join("\n")}\n${generated.text}`;
        const old = answers(network);
        const tried = session.apply([parseAction(line)]);
        if (tried.kind === "refused") {
          assert.is(session.network, network);
          story.pop();
          continue;
        }
        tally.add("edits");
        const now = answers(session.network);
        assert.equal(said(), now, where);
        assert.equal(session.reach.count(), reach(session.network).count(), where);
        const flips = new Set<string>();
        for (const [pair, verdict] of old)
          if (now.has(pair) && now.get(pair) !== verdict)
            flips.add(`${pair}: ${verdict} -> ${now.get(pair)}`);
        const told = tried.change.pairs.map(({ from, to, before, after }) => {
          const pair = `${from.vpc}/${from.subnet} ${to.vpc}/${to.subnet}`;
          return `${pair}: ${before.verdict} ${before.partial} -> ${after.verdict} ${after.partial}`;
        });
        for (const flip of flips) assert.ok(told.includes(flip), `${flip}\n${where}`);
        for (const [i, text] of told.entries()) {
          if (flips.has(text)) {
            tally.add(session.reach.plain ? "flips in a plain network" : "flips");
            continue;
          }
          const { before, after } = tried.change.pairs[i].sets();
          const sets = [before, after].map(({ forward, return: back, twoWay }) =>
            [forward, back, twoWay]
              .map((boxes) => boxes.map(({ src, dst, services }) => `${src} ${dst} ${services}`).join())
              .join("; "),
          );
          assert.is.not(sets[0], sets[1], `${text}\n${where}`);
          tally.add("pairs of which other packets get through");
        }
        const compared = diff(network, session.network);
        assert.equal(
          compared.pairs.map(({ from, to }) => [from, to]),
          tried.change.pairs.map(({ from, to }) => [from, to]),
          where,
        );
        if (draw(3) === 0) {
          session.undo();
          story.push("undo");
          assert.is(session.network, network);
          assert.equal(said(), old, where);
          tally.add("undone");
        }
      }
    }),
    { ...seeded(50), endOnFailure: true, includeErrorInReport: true },
  );
  tally.print("edits", ["edits", "flips", "undone"]);
});

test("every loss is what the answers say without the peering or the route", () => {
  const tally = new Tally();
  const twoWay = (network: Network): Set<string> =>
    new Set(
      [...answers(network)].flatMap(([pair, verdict]) => (verdict.startsWith("two-way") ? [pair] : [])),
    );
  fc.assert(
    fc.property(pathNetworks, (generated) => {
      const network = simOfPath(generated);
      const old = twoWay(network);
      // where nothing gets through nothing is lost
      fc.pre(old.size > 0);
      const lossOf = (after: Network): { broken: number; opened: number } => {
        const now = twoWay(after);
        return {
          broken: [...old].filter((pair) => !now.has(pair)).length,
          opened: [...now].filter((pair) => !old.has(pair)).length,
        };
      };
      const found = sweep(network);
      const peerings = [...network.peerings.keys()].flatMap((id) => {
        const gone = apply(network, parseAction(`delete-peering ${id}`), "");
        const loss = gone.kind === "refused" ? undefined : lossOf(gone.network);
        return loss === undefined || loss.broken === 0 ? [] : [`${id} ${loss.broken} ${loss.opened}`];
      });
      assert.equal(
        found.peerings.map(({ peering, broken, opened }) => `${peering} ${broken} ${opened}`).sort(),
        peerings.sort(),
        generated.text,
      );
      const routes = [...network.vpcs.values()].flatMap((vpc) =>
        [...vpc.tables.values()].flatMap((table) =>
          [...(table.routes ?? [])].flatMap(({ row, destination, target }) => {
            const rest = table.routes!.without((route) => route.row === row);
            const tables = new Map(vpc.tables).set(table.id, { ...table, routes: rest });
            const vpcs = new Map(network.vpcs).set(vpc.id, { ...vpc, tables } as Vpc);
            const { broken, opened } = lossOf({ ...network, vpcs });
            return broken === 0 ? [] : [`${table.id} ${destination} ${target} ${broken} ${opened}`];
          }),
        ),
      );
      assert.equal(
        found.routes
          .map(({ table, destination, target, broken, opened }) =>
            [table, destination, target, broken, opened].join(" "),
          )
          .sort(),
        routes.sort(),
        generated.text,
      );
      for (const _ of peerings) tally.add("peerings");
      for (const _ of routes) tally.add("routes");
      if (network.hubs !== undefined && routes.some((text) => text.includes("hub-")))
        tally.add("routes to a hub");
    }),
    { ...seeded(40), endOnFailure: true },
  );
  tally.print("losses that break pairs", ["peerings", "routes", "routes to a hub"]);
});

/** Services at which generated rules begin or end, from ports of clients. */
const SERVICES = [
  ...[6, 17].flatMap((protocol) =>
    [0, 22, 23, 443, 444, 1024, 32768, 61000].map((port) => ({ protocol, port, sourcePort: 1024 })),
  ),
  ...[0, 8, 9].map((port) => ({ protocol: 1, port, sourcePort: 0 })),
  { protocol: 47, port: 0, sourcePort: 0 },
];

/** `violated` if a packet of any service arrives, `undetermined` if one may, else `holds`. */
function isolation(net: Net, from: string, to: string): string {
  const endsOf = (text: string): End[] => {
    const [vpc, subnet] = text.split("/");
    return usableEnds(net, vpc, subnet);
  };
  let found = "holds";
  for (const a of endsOf(from)) {
    for (const b of endsOf(to)) {
      for (const service of SERVICES) {
        const [{ outcome }] = bothWays(net, a, b, service);
        if (outcome === "delivered") return "violated";
        if (outcome === "unknown") found = "undetermined";
      }
    }
  }
  return found;
}

function worst(results: readonly string[]): string {
  return ["violated", "undetermined"].find((result) => results.includes(result)) ?? "holds";
}

test("a policy is judged as the oracle judges every address and every service", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(pathNetworks, fc.nat(), fc.nat(), (generated, i, j) => {
      const { net } = generated;
      const network = simOfPath(generated);
      const names = net.vpcs.flatMap(({ id, subnets }) => subnets.map((subnet) => `${id}/${subnet.id}`));
      const [a, b] = [names[i % names.length], names[j % names.length]];
      if (a === b) return;
      const text = JSON.stringify({
        policies: [
          { isolated: [[a], [b]] },
          { reachable: { from: [a], to: [b] } },
          { only: { from: [a], to: [b] } },
        ],
      });
      const [apart, joined, alone] = evaluatePolicies(network, readPolicyFile(text, "p.json", [network]));
      const both = [isolation(net, a, b), isolation(net, b, a)];
      assert.is(apart.result, worst(both), `${a} ${b}\n${generated.text}`);
      const rest = names.filter((name) => name !== a && name !== b);
      const others = worst(rest.map((name) => isolation(net, name, b)));
      assert.is(alone.result, others, `only ${a} to ${b}\n${generated.text}`);
      tally.add(`only ${alone.result}`);
      for (const { flow } of [...apart.violations, ...alone.violations])
        assert.is(flow.forward.outcome, "delivered", generated.text);
      tally.add(`isolated ${apart.result}`);
      const verdict = answers(network).get(`${a} ${b}`);
      const result =
        verdict === "two-way false" ? "holds" : verdict?.startsWith("unknown") ? "undetermined" : "violated";
      assert.is(joined.result, result, `${a} ${b}\n${generated.text}`);
      tally.add(`reachable ${joined.result}`);
    }),
    { ...seeded(300), endOnFailure: true },
  );
  tally.print("policies", [
    ...["holds", "violated", "undetermined"].flatMap((result) => [
      `isolated ${result}`,
      `reachable ${result}`,
      `only ${result}`,
    ]),
  ]);
});

test.run();
