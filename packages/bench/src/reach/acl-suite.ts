import { answer, InputError, type Network, type Reach, reach, resolveEndpoint } from "@twoway/sim";
import { median } from "../rounds.ts";
import { drawFrom } from "../seeded-table.ts";
import { RULES, withAcls } from "./acl-fabric.ts";

/** What the exact sets of a network cost in which every subnet has a network ACL of its own. Milliseconds, median of rounds. */
export interface AclTimes {
  readonly rules: number;
  /** Ordered pairs between which routes deliver something, so that filters have a say. */
  readonly judged: number;
  /** The network without its filters. */
  readonly compileMs: number;
  /** All pairs, the ACLs compiled on the way. */
  readonly setsMs: number;
  /** All pairs again, when the ACLs are compiled. */
  readonly againMs: number;
}

/**
 * Measures the network with ACLs. Throws when a sample of its pairs, most of them judged by filters, has not the verdicts
 * that `answer` gives, which shares neither the gates nor the numbered sets with it.
 */
export function aclTimes(bare: Network, rounds: number, samples: number, seed: number): AclTimes {
  const network = withAcls(bare, seed);
  const times = { compile: [] as number[], sets: [] as number[], again: [] as number[] };
  let found: Reach | undefined;
  for (let round = -1; round < rounds; round++) {
    const marks = [performance.now()];
    found = reach(network);
    marks.push(performance.now());
    const first = found.count();
    marks.push(performance.now());
    const second = found.count();
    marks.push(performance.now());
    if (first.packets !== second.packets) throw new Error("the same pairs are counted in two ways");
    if (round < 0) continue; // the first round warms up
    times.compile.push(marks[1] - marks[0]);
    times.sets.push(marks[2] - marks[1]);
    times.again.push(marks[3] - marks[2]);
  }
  const judged = judgedPairs(found!);
  check(network, found!, judged, samples, seed);
  return {
    rules: RULES,
    judged: judged.length,
    compileMs: median(times.compile),
    setsMs: median(times.sets),
    againMs: median(times.again),
  };
}

/** Returns the pairs that filters decide about, each as one number. */
function judgedPairs(found: Reach): number[] {
  const pairs: number[] = [];
  for (let from = 0; from < found.subnets.length; from++)
    for (const to of found.neighbours(from))
      if (from !== to && found.decidedBy(from, to) === "filters")
        pairs.push(from * found.subnets.length + to);
  return pairs;
}

function check(
  network: Network,
  found: Reach,
  judged: readonly number[],
  samples: number,
  seed: number,
): void {
  const draw = drawFrom(seed);
  const count = found.subnets.length;
  for (let n = 0; n < samples; n++) {
    const pair = n % 4 === 0 || judged.length === 0 ? draw(count * count) : judged[draw(judged.length)];
    const [from, to] = [Math.floor(pair / count), pair % count];
    if (from === to) continue;
    const { verdict, partial } = found.verdict(from, to);
    const said = slowly(network, found, from, to);
    if (said !== `${verdict} ${partial}`)
      throw new Error(`pair ${from} ${to} is ${verdict} ${partial}, and the answer is ${said}`);
  }
}

function slowly(network: Network, { subnets }: Reach, from: number, to: number): string {
  const [a, b] = [from, to].map((s) =>
    resolveEndpoint(network, `${subnets[s].vpc}/${subnets[s].subnet}`, ""),
  );
  try {
    const { verdict, partial } = answer(network, a, b, { protocol: "any" });
    return `${verdict} ${partial}`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return "unreachable false"; // no packet can have both addresses
  }
}
