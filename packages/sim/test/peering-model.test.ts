import { apply, type Network, parseAction } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { read } from "./notation.ts";
import { type Deed, type ModelVpc, PeeringModel } from "./peering-model.ts";
import { snapshot } from "./script.ts";

const test = suite("peerings and their model");

/** Seven VPCs of three accounts in two regions; `10.SECOND.0.0/16` or a part of it, and some of them meet. */
const VPCS: readonly (readonly [
  account: string,
  region: string,
  second: number,
  bits: number,
  third: number,
])[] = [
  ["a", "north", 1, 16, 0],
  ["a", "north", 2, 16, 0],
  ["b", "north", 3, 16, 0],
  ["b", "south", 2, 17, 128],
  ["b", "south", 4, 16, 0],
  ["c", "north", 2, 20, 16],
  ["c", "south", 1, 24, 7],
];
const QUOTA = 2;

function start(): { readonly network: Network; readonly model: PeeringModel } {
  const lines = VPCS.map(
    ([account, region, second, bits, third], i) =>
      `  v${i}: { cidr: 10.${second}.${third}.0/${bits}, account: ${account}, region: ${region} }`,
  );
  const network = read(`quotas: { peerings: ${QUOTA} }\nvpcs:\n${lines.join("\n")}`);
  const vpcs = VPCS.map(([account, region, second, bits, third], i): ModelVpc => {
    const first = 65_536 * second + 256 * third;
    return { id: `v${i}`, account, region, first, last: first + 2 ** (32 - bits) - 1 };
  });
  return { network, model: new PeeringModel(vpcs, QUOTA, network.now) };
}

const vpc = fc.nat({ max: VPCS.length - 1 }).map((i) => `v${i}`);
const id = fc.nat({ max: 11 }).map((i) => `p${i}`);
const bandwidth = fc.option(fc.constantFrom(10, 100, 1000, 30), { nil: undefined });
const deeds: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("create" as const), id, ends: fc.tuple(vpc, vpc), bandwidth }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("accept", "reject", "enable", "delete", "isolate", "restore", "dismiss"),
      id,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("modify" as const),
      id,
      bandwidth,
      name: fc.constantFrom("x", "y".repeat(60), "z".repeat(61), undefined),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), days: fc.constantFrom(1, 3, 7) }) },
);

function lineOf(deed: Deed): string {
  switch (deed.kind) {
    case "create": {
      const cap = deed.bandwidth === undefined ? "" : ` bandwidth ${deed.bandwidth}`;
      return `create-peering ${deed.id} ${deed.ends[0]} - ${deed.ends[1]}${cap}`;
    }
    case "modify": {
      const cap = deed.bandwidth === undefined ? "" : ` bandwidth ${deed.bandwidth}`;
      return `modify-peering ${deed.id}${cap}${deed.name === undefined ? "" : ` name ${deed.name}`}`;
    }
    case "wait":
      return `advance-clock ${deed.days}d`;
    default:
      return `${deed.kind}-peering ${deed.id}`;
  }
}

/** Makes the deed one that has something to do with what is there, most of the time. */
function aim(model: PeeringModel, deed: Deed, luck: number): Deed {
  if (deed.kind === "wait" || luck % 10 === 0) return deed;
  const known = [...model.peerings.keys()];
  if (deed.kind !== "create") return known.length === 0 ? deed : { ...deed, id: known[luck % known.length] };
  const [a, b] = deed.ends.map((end) => model.vpcs.get(end)!);
  const fit = luck % 7 === 0 ? deed.bandwidth : a.region === b.region ? undefined : 100;
  return { ...deed, id: `p${known.length}`, bandwidth: fit };
}

/** Who acts: mostly who may, so that something happens. */
function actorOf(model: PeeringModel, deed: Deed, luck: number): string {
  const any = ["a", "b", "c", "provider"][luck % 4];
  if (luck % 5 === 0 || deed.kind === "wait") return any;
  if (deed.kind === "create") return model.vpcs.get(deed.ends[0])!.account;
  if (deed.kind === "isolate" || deed.kind === "restore") return "provider";
  const ends = model.peerings.get(deed.id)?.ends;
  if (ends === undefined) return any;
  const accepts = deed.kind === "accept" || deed.kind === "reject";
  return ends[accepts || (deed.kind !== "enable" && luck % 2 === 0) ? 1 : 0].account;
}

const RULES = [
  "already-exists",
  "bandwidth-not-allowed",
  "bandwidth-step",
  "endpoints-overlap",
  "malformed",
  "missing-bandwidth",
  "not-found",
  "pair-exists",
  "peering-quota",
  "same-vpc",
  "siblings-overlap",
  "wrong-actor",
  "wrong-owner",
  "wrong-state",
];
const KINDS = [
  "accept",
  "create",
  "delete",
  "dismiss",
  "enable",
  "isolate",
  "modify",
  "reject",
  "restore",
  "wait",
];

test("any actions of any actors end as the model says, and lead to the same peerings", () => {
  const tally = new Tally();
  const moves = fc.array(fc.tuple(deeds, fc.nat({ max: 999 })), { minLength: 20, maxLength: 120 });
  fc.assert(
    fc.property(moves, (drawn) => {
      let { network, model } = start();
      for (const [any, luck] of drawn) {
        const deed = aim(model, any, luck);
        const actor = actorOf(model, deed, luck);
        const line = `${lineOf(deed)} as ${actor}`;
        const before = snapshot(network);
        const outcome = apply(network, parseAction(line), "");
        const expected = model.do(deed, actor);
        assert.is(outcome.kind === "refused" ? outcome.refusal.rule : "applied", expected, line);
        tally.add(expected === "applied" ? deed.kind : expected);
        assert.is(snapshot(network), before, line);
        if (outcome.kind === "applied") network = outcome.network;
        const facts = [...network.peerings.values()].map(
          ({ id, state, requested, bandwidth, name, hidden }) =>
            [id, state, requested, bandwidth, name, [...(hidden ?? [])].sort()].join(" "),
        );
        const modelled = [...model.peerings.values()].map(
          ({ id, state, requested, bandwidth, name, hidden }) =>
            [id, state, requested, bandwidth, name, [...hidden].sort()].join(" "),
        );
        assert.equal(facts, modelled, line);
      }
    }),
    seeded(400),
  );
  tally.print("deeds", [...RULES, ...KINDS]);
});

test.run();
