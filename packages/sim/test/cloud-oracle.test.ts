import { type Imported, importNetworks } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awsFolder } from "./cloud-aws.ts";
import type { Estate } from "./cloud-estate.ts";
import { estates } from "./cloud-generate.ts";
import { compare, questionsOf, questionText } from "./cloud-question.ts";
import { newPlan, plan, rawState, shownState } from "./cloud-states.ts";
import { asManaged, asPlanned, resourcesOf, type Spelling, type TfResource } from "./cloud-terraform.ts";
import { CloudWalk } from "./cloud-walk.ts";
import { seeded, Tally } from "./generate.ts";

/**
 * Random estates are described in every form that is read, and random packets fare in what was read as the walk through the
 * estate says: the verdict, the cause of both ways, and what decided.
 */
const test = suite("clouds as they are described, and a walk through them");

function read(files: Record<string, unknown>): Imported {
  return importNetworks(
    Object.entries(files).map(([name, value]) => ({ name, text: () => JSON.stringify(value) })),
  );
}

type Files = Record<string, unknown>;
type Form = (resources: readonly TfResource[]) => object;

const states =
  (form: Form) =>
  (estate: Estate, spelling: Spelling): Files =>
    Object.fromEntries(
      [...resourcesOf(estate, spelling)].map(([account, list]) => [`${account}.json`, form(list)]),
    );

/** By name: the files of an estate, and whether they tell all interfaces of a subnet. */
const FORMS: ReadonlyMap<string, (estate: Estate, spelling: Spelling) => Files> = new Map([
  ["a shown state of Terraform", states(shownState)],
  ["a raw state of Terraform", states(rawState)],
  ["a plan that changes nothing", states((list) => plan(list, "no-op"))],
  ["a plan that makes everything", states((list) => plan(list, "create"))],
]);

const spellings: fc.Arbitrary<Spelling> = fc.record({
  inlineRoutes: fc.boolean(),
  rules: fc.constantFrom("inline", "rules", "each"),
  inlineAcls: fc.boolean(),
  adoptsMain: fc.boolean(),
});

const VERDICTS = ["two-way", "forward-only", "return-only", "unreachable", "unknown"];
const CAUSES = [
  "edge-to-edge",
  "filter-denied",
  "hub-attachment",
  "left-network",
  "local-wins",
  "loop",
  "no-public-address",
  "no-route",
  "no-such-host",
  "no-such-subnet",
  "non-transitive",
  "peering-not-active",
  "route-blackhole",
  "wrong-vpc",
];

/** Compares random questions, and counts what the walk says. */
function agree(files: Files, estate: Estate, isComplete: boolean, random: () => number, tally: Tally): void {
  const { network } = read(files);
  const walk = new CloudWalk(estate, { isComplete });
  for (const question of questionsOf(estate, 25, random)) {
    const { walked, expected, found } = compare(network, walk, question);
    const told = `${questionText(question)}: ${found} instead of ${expected}`;
    assert.is(found, expected, `${told}\n${JSON.stringify(estate)}`);
    tally.add(walked.verdict);
    for (const { cause, outcome } of [walked.forward, walked.back]) tally.add(cause ?? outcome);
  }
}

const numbers: fc.Arbitrary<fc.Stream<number>> = fc.infiniteStream(fc.nat({ max: 1 << 30 }));
/** Estates shrink badly, and slowly: the question that fails is told with the first one. */
const run = (count: number): object => ({ ...seeded(count), endOnFailure: true, includeErrorInReport: true });

test("an estate that the AWS CLI describes is judged packet by packet as the walk through it goes", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(estates({ edges: true, hubs: true }), numbers, (estate, random) => {
      agree(awsFolder(estate), estate, true, () => random.next().value!, tally);
    }),
    run(150),
  );
  tally.print("packets in answers of the AWS CLI", [...VERDICTS, ...CAUSES]);
});

for (const [name, write] of FORMS) {
  test(`an estate in ${name} is judged packet by packet as the walk through it goes`, () => {
    const tally = new Tally();
    fc.assert(
      fc.property(estates({ edges: true, hubs: true }), spellings, numbers, (built, spelling, random) => {
        const estate = asManaged(built);
        const files = write(estate, spelling);
        if (Object.keys(files).length > 0) agree(files, estate, false, () => random.next().value!, tally);
      }),
      run(40),
    );
    tally.print(`packets in ${name}`, [...VERDICTS, "filter-denied", "no-route", "peering-not-active"]);
  });
}

test("an estate in a plan that knows no id yet is judged as the walk goes, by what its configuration refers to", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(estates({ edges: false, hubs: true }), spellings, numbers, (built, spelling, random) => {
      const estate = asPlanned(built);
      const { network } = read(states(newPlan)(estate, spelling));
      const walk = new CloudWalk(estate, { isComplete: false, isPublicKnown: false });
      for (const question of questionsOf(estate, 25, () => random.next().value!)) {
        const { walked, expected, found } = compare(network, walk, question, (id) => `aws_vpc.${id}`);
        const told = `${questionText(question)}: ${found} instead of ${expected}`;
        assert.is(found, expected, `${told}\n${JSON.stringify(spelling)}\n${JSON.stringify(estate)}`);
        tally.add(walked.verdict);
        for (const { cause, outcome } of [walked.forward, walked.back]) tally.add(cause ?? outcome);
      }
    }),
    run(40),
  );
  tally.print("packets in a plan without ids", [...VERDICTS, "filter-denied", "no-route", "hub-attachment"]);
});

test.run();
