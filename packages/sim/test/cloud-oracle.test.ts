import { type Imported, importNetworks } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awsFolder } from "./cloud-aws.ts";
import { estates } from "./cloud-generate.ts";
import { compare, questionsOf, questionText } from "./cloud-question.ts";
import { CloudWalk } from "./cloud-walk.ts";
import { seeded, Tally } from "./generate.ts";

const test = suite("clouds as they are described, and a walk through them");

function read(files: Record<string, unknown>): Imported {
  return importNetworks(
    Object.entries(files).map(([name, value]) => ({ name, text: () => JSON.stringify(value) })),
  );
}

test("an estate that AWS describes is judged packet by packet as the walk through it goes", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(
      estates({ edges: true, hubs: true }),
      fc.infiniteStream(fc.nat({ max: 1 << 30 })),
      (estate, random) => {
        const { network } = read(awsFolder(estate));
        const walk = new CloudWalk(estate);
        for (const question of questionsOf(estate, 25, () => random.next().value!)) {
          const { walked, expected, found } = compare(network, walk, question);
          assert.is(
            found,
            expected,
            `${questionText(question)}: ${found} instead of ${expected}\n${JSON.stringify(estate)}`,
          );
          tally.add(walked.verdict);
          for (const { cause, outcome } of [walked.forward, walked.back]) tally.add(cause || outcome);
        }
      },
    ),
    { ...seeded(300), endOnFailure: true, includeErrorInReport: true },
  );
  tally.print("packets of AWS", ["two-way", "forward-only", "return-only", "unreachable", "unknown"]);
});

test.run();
