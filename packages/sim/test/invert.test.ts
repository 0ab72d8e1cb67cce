import { type Action, type ActionKind, apply, invert, type Network, parseAction } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { after, read } from "./notation.ts";
import { contents, drawLine, KINDS, snapshot, start } from "./script.ts";

const test = suite("invert");

/** What nothing takes back: time, and what becomes of a peering. */
const FINAL: readonly ActionKind[] = [
  "create-peering",
  "accept-peering",
  "reject-peering",
  "enable-peering",
  "delete-peering",
  "dismiss-peering",
  "delete-vpc",
  "advance-clock",
];
const INVERTIBLE = KINDS.filter((kind) => !FINAL.includes(kind));

/** Why an action of an invertible kind has no way back here; undefined where it must have one. */
function excuse(network: Network, action: Action): string | undefined {
  const tables = [...network.vpcs.values()].flatMap((vpc) =>
    [...vpc.tables.values()].map((table) => ({ vpc, table })),
  );
  switch (action.kind) {
    case "delete-subnet": {
      const subnet = network.vpcs.get(action.vpc)?.subnets.get(action.subnet);
      return subnet?.hosts === undefined ? undefined : "declared hosts";
    }
    case "remove-cidr": {
      // a route may stand there by now, or be led there by an appliance (aws)
      const inside = tables
        .filter(({ vpc }) => vpc.id === action.vpc)
        .flatMap(({ table }) => [...(table.routes ?? [])])
        .some(({ destination }) => action.cidr.covers(destination));
      return inside ? "routes inside" : undefined;
    }
    case "delete-table":
    case "replace-route":
    case "reset-routes":
    case "delete-route":
    case "disable-route": {
      const { vpc, table } = tables.find(
        ({ vpc, table }) =>
          table.id === action.table || (vpc.id === action.table && table.id === vpc.mainTable),
      )!;
      if (table.routes === undefined) return "not part of the input";
      const old = [...table.routes].filter(
        ({ destination }) => !("destination" in action) || action.destination.equals(destination),
      );
      const peering = (target: string) => network.peerings.get(target);
      const accepts =
        network.profile === "aws" ? ["PENDING", "EXPIRED", "REJECTED", "FAILED", "ISOLATED"] : [];
      if (old.some(({ target }) => !["ACTIVE", ...accepts].includes(peering(target)?.state ?? "ACTIVE")))
        return "dead next hop";
      if (old.some(({ destination }) => vpc.secondary.some((cidr) => cidr.covers(destination))))
        return "own range by now";
      return undefined;
    }
    default:
      return undefined;
  }
}

for (const profile of ["tencent", "tencent-2024", "aws"]) {
  test(`${profile}: an action and its way back leave the network as it was`, () => {
    const tally = new Tally();
    fc.assert(
      fc.property(fc.gen(), fc.nat({ max: 60 }), (g, length) => {
        let network = start(profile);
        for (let i = 0; i < 20 + length; i++) {
          const line = drawLine(g, network);
          const action = parseAction(line);
          const before = snapshot(network);
          const back = invert(network, action);
          assert.is(snapshot(network), before, "asking changes nothing");
          const outcome = apply(network, action, line);
          if (outcome.kind === "refused") {
            assert.is(back, undefined, `${line} is refused, and has a way back`);
            continue;
          }
          if (back === undefined) {
            const why = FINAL.includes(action.kind) ? "final" : excuse(network, action);
            assert.ok(why, `${line} has no way back`);
            tally.add(`no way back: ${why === "final" ? action.kind : why}`);
          } else {
            assert.not.ok(FINAL.includes(action.kind), line);
            let again = outcome.network;
            for (const step of back) {
              const undone = apply(again, step, "undone");
              assert.ok(undone.kind === "applied", line);
              if (undone.kind === "applied") again = undone.network;
            }
            assert.is(contents(again), contents(network), line);
            tally.add(action.kind);
          }
          network = outcome.network;
        }
      }),
      seeded(150),
    );
    const impossible = profile === "aws" ? ["enable-peering"] : [];
    const final = FINAL.filter((kind) => !impossible.includes(kind)).map((kind) => `no way back: ${kind}`);
    tally.print(`${profile} inverses`, [...INVERTIBLE, ...final, "no way back: declared hosts"]);
  });
}

const world = (): Network =>
  read(`
load: lenient
vpcs:
  v1: { cidr: 10.1.0.0/16, secondary: [10.11.0.0/16, 10.12.0.0/16], account: me, region: north, subnets: { a: 10.1.1.0/24, b: { name: Databases, cidr: 10.1.2.0/24 }, two: { cidr: [10.1.3.0/24, "fd01::/80"] } } }
  v2: { cidr: 10.2.0.0/16, account: me, region: south }
peerings: { p: { requester: v1, accepter: v2, bandwidth: 100, name: old }, x: v1 - elsewhere, q: v1 - v2 PENDING }
gateways: { n1: nat v1, n2: nat v1 }
routes:
  v1: [10.2.0.0/16 -> p, 10.9.0.0/16 -> n1 disabled, 10.9.0.0/16 -> n2, 10.8.0.0/16 -> gone]
  t: { vpc: v1, subnets: [a], routes: [] }
  full: { vpc: v1, routes: [10.2.0.0/16 -> p, 10.9.0.0/16 -> n1 disabled] }
  dark: { vpc: v1, routes: unknown }`);

// action | the way back, or none
for (const [line, ...back] of [
  ["create-vpc new 10.20.0.0/16 account me as me", "delete-vpc new as me"],
  ["add-cidr v1 10.20.0.0/16", "remove-cidr v1 10.20.0.0/16"],
  ["remove-cidr v1 10.11.0.0/16", "add-cidr v1 10.11.0.0/16"],
  ["create-subnet v1/c 10.1.9.0/24", "delete-subnet v1/c"],
  ["delete-subnet v1/a", "create-subnet v1/a 10.1.1.0/24", "associate v1/a t"],
  ["delete-subnet v1/b", "create-subnet v1/b 10.1.2.0/24 name Databases"], // with its name
  ["delete-subnet v1/two"], // no action makes two blocks
  ["create-table new v1", "delete-table new"],
  [
    "delete-table full",
    "create-table full v1",
    "add-route full 10.2.0.0/16 -> p",
    "add-route full 10.9.0.0/16 -> n1",
    "disable-route full 10.9.0.0/16 -> n1",
  ],
  ["delete-table dark"],
  ["associate v1/a v1", "associate v1/a t"],
  ["associate v1/b t", "associate v1/b v1"], // back to the main table
  ["isolate-peering p", "restore-peering p"],
  ["modify-peering p bandwidth 200", "modify-peering p bandwidth 100"],
  ["modify-peering p name new", "modify-peering p name old"],
  ["modify-peering p bandwidth 200 name new", "modify-peering p bandwidth 100 name old"],
  ["modify-peering x bandwidth 200"], // no action takes a cap away
  ["add-route v1 10.2.1.0/24 -> p", "delete-route v1 10.2.1.0/24 -> p"],
  ["replace-route v1 10.2.0.0/16 -> n1", "replace-route v1 10.2.0.0/16 -> p"],
  ["replace-route v1 10.8.0.0/16 -> n1"], // it led nowhere
  ["delete-route v1 10.2.0.0/16 as me", "add-route v1 10.2.0.0/16 -> p as me"],
  ["delete-route v1 10.8.0.0/16"],
  [
    "delete-route v1 10.9.0.0/16 -> n1", // the first of two: the other one goes behind it again
    "delete-route v1 10.9.0.0/16 -> n2",
    "add-route v1 10.9.0.0/16 -> n1",
    "disable-route v1 10.9.0.0/16 -> n1",
    "add-route v1 10.9.0.0/16 -> n2",
  ],
  ["delete-route v1 10.9.0.0/16 -> n2", "add-route v1 10.9.0.0/16 -> n2"],
  [
    "reset-routes full 10.9.0.0/16 -> n2 and 10.2.0.0/16 -> p disabled",
    "reset-routes full 10.2.0.0/16 -> p and 10.9.0.0/16 -> n1 disabled",
  ],
  ["reset-routes t", "reset-routes t"],
  ["reset-routes v1"], // one of its routes leads nowhere
  ["enable-route v1 10.9.0.0/16 -> n1", "disable-route v1 10.9.0.0/16 -> n1"],
  ["disable-route v1 10.2.0.0/16", "enable-route v1 10.2.0.0/16"],
  ["disable-route v1 10.8.0.0/16"],
  // what is refused has nothing to take back, whatever stands there
  ["create-vpc v2 10.20.0.0/16"],
  ["create-table t v1"],
  ["create-subnet v1/a 10.1.9.0/24"],
  ["add-cidr v1 10.11.0.0/16"],
  ["add-route v1 10.2.0.0/16 -> p"],
  ["isolate-peering q"],
  ["modify-peering nobody name x"],
  ["associate v1/a nosuch"],
  ["delete-subnet v1/a as other"],
] as const) {
  test(`${line} is taken back by ${back.join(", ") || "nothing"}`, () => {
    const network = world();
    const actual = invert(network, parseAction(line));
    assert.equal(actual, back.length === 0 ? undefined : back.map(parseAction));
    if (back.length > 0) assert.is(contents(after(network, line, ...back)), contents(network));
  });
}

test("what changes nothing is taken back by no action at all", () => {
  assert.equal(invert(world(), parseAction("enable-route v1 10.2.0.0/16")), []);
  assert.equal(invert(world(), parseAction("disable-route v1 10.9.0.0/16 -> n1")), []);
});

test("over a suspended peering no route comes back", () => {
  const network = after(world(), "isolate-peering p");
  for (const line of [
    "delete-route v1 10.2.0.0/16",
    "disable-route v1 10.2.0.0/16",
    "replace-route v1 10.2.0.0/16 -> n1",
    "delete-table full",
  ])
    assert.is(invert(network, parseAction(line)), undefined, line);
});

test("the serialiser tells apart what differs, and nothing else", () => {
  const network = world();
  const text = contents(network);
  assert.is(contents(world()), text);
  for (const line of [
    "create-vpc new 10.20.0.0/16",
    "remove-cidr v1 10.11.0.0/16",
    "create-subnet v1/c 10.1.9.0/24",
    "create-table new v1",
    "associate v1/b t",
    "isolate-peering p",
    "modify-peering p bandwidth 200",
    "modify-peering p name new",
    "disable-route v1 10.2.0.0/16",
    "replace-route v1 10.2.0.0/16 -> n1",
    "delete-peering q",
    "advance-clock 1s",
  ])
    assert.is.not(contents(after(network, line)), text, line);
});

test.run();
