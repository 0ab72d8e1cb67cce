import { evaluatePolicies, readPolicyFile } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { edgesOf, networks, seeded, simOf, Tally } from "./generate.ts";
import { bothWays, isUsable, type PlainNetwork, type PlainSpot, spotIn, walk } from "./reference.ts";

// Policies against the reference: every usable address at the edge of anything, walked one by one.
const test = suite("policy reference");

interface Chosen {
  readonly names: readonly string[];
  readonly matches: (vpc: string, subnet: string) => boolean;
}

/** Every usable address at which something may change, in the subnets of the set. */
function spotsOf(plain: PlainNetwork, { matches }: Chosen): PlainSpot[] {
  return plain.vpcs.flatMap((vpc) =>
    edgesOf(plain).flatMap((address) => {
      const spot = spotIn(vpc, address);
      const subnet = vpc.subnets.find(({ id }) => id === spot.subnet);
      return subnet !== undefined && matches(vpc.id, subnet.id) && isUsable(vpc, subnet, address)
        ? [spot]
        : [];
    }),
  );
}

function sameFamily(a: PlainSpot, b: PlainSpot): boolean {
  return typeof a.address === typeof b.address;
}

/** What packets from one set to the other come to: `delivered` if any is, else `unknown` if any is, else `dropped`. */
function best(plain: PlainNetwork, from: readonly PlainSpot[], to: readonly PlainSpot[]): string {
  let found = "dropped";
  for (const a of from) {
    for (const b of to) {
      if (!sameFamily(a, b)) continue;
      const { outcome } = walk(plain, a, b);
      if (outcome === "delivered") return outcome;
      if (outcome === "unknown") found = outcome;
    }
  }
  return found;
}

const RESULT: Readonly<Record<string, string>> = {
  delivered: "violated",
  unknown: "undetermined",
  dropped: "holds",
};

test("isolated, only and reachable say what walking every edge address says", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(networks, fc.nat(), fc.nat(), (generated, i, j) => {
      const { plain } = generated;
      const network = simOf(generated);
      const all = plain.vpcs.flatMap(({ id, subnets }) =>
        subnets.map((subnet) => ({ vpc: id, subnet: subnet.id })),
      );
      const set = (n: number): Chosen => {
        const { vpc, subnet } = all[n % all.length];
        return n % 3 === 0
          ? { names: [`${vpc}/*`], matches: (id) => id === vpc }
          : { names: [`${vpc}/${subnet}`], matches: (id, name) => id === vpc && name === subnet };
      };
      const [a, b] = [set(i), set(j)];
      const disjoint = !all.some(({ vpc, subnet }) => a.matches(vpc, subnet) && b.matches(vpc, subnet));
      if (!disjoint) return;
      const text = JSON.stringify({
        policies: [
          { isolated: [a.names, b.names] },
          { only: { from: a.names, to: b.names } },
          { reachable: { from: a.names, to: b.names } },
        ],
      });
      const [from, to] = [spotsOf(plain, a), spotsOf(plain, b)];
      if (from.length === 0 || to.length === 0) return;
      const rest = spotsOf(plain, { names: [], matches: (v, s) => !a.matches(v, s) && !b.matches(v, s) });
      const both = [best(plain, from, to), best(plain, to, from)];
      const isolated = both.includes("delivered")
        ? "delivered"
        : both.includes("unknown")
          ? "unknown"
          : "dropped";
      const verdicts = from.flatMap((x) =>
        to.filter((y) => sameFamily(x, y)).map((y) => bothWays(plain, x, y).verdict),
      );
      const worst = verdicts.every((verdict) => verdict === "two-way")
        ? "holds"
        : verdicts.every((verdict) => verdict === "two-way" || verdict === "unknown")
          ? "undetermined"
          : "violated";
      const wanted = [RESULT[isolated], RESULT[best(plain, rest, to)], worst];
      const policies = readPolicyFile(text, "p.json", [network]);
      const found = evaluatePolicies(network, policies);
      assert.equal(
        found.map(({ result }) => result),
        wanted,
        `${text} in\n${generated.text}`,
      );
      found.forEach(({ policy, result, violations }) => {
        tally.add(`${policy.kind} ${result}`);
        if (policy.kind === "reachable") return;
        for (const { flow } of violations) assert.is(flow.forward.outcome, "delivered");
      });
    }),
    { ...seeded(200), endOnFailure: true, includeErrorInReport: true },
  );
  tally.print("policies", [
    "isolated holds",
    "isolated violated",
    "isolated undetermined",
    "only holds",
    "only violated",
    "only undetermined",
    "reachable holds",
    "reachable violated",
    "reachable undetermined",
  ]);
});

test.run();
