import { answer, type Network, type Reach, reach, readScenario, resolveEndpoint } from "@twoway/sim";
import { median } from "../rounds.ts";
import { drawFrom } from "../seeded-table.ts";
import { hubEstate } from "./estate.ts";

/** What counting all pairs on a hub costs. Milliseconds, median of rounds. */
export interface HubTimes {
  readonly vpcs: number;
  readonly pairs: number;
  readonly twoWay: number;
  readonly compileMs: number;
  readonly countMs: number;
  /** What one pair takes `answer`, in milliseconds. */
  readonly answerMs: number;
}

/**
 * Measures a transit gateway of so many VPCs of two subnets each, one VPC in ten in a table that learns less. Throws when a
 * sample of pairs has not the verdicts that `answer` gives, which follows packets.
 */
export function hubTimes(vpcs: number, rounds: number, samples: number, seed: number): HubTimes {
  return timesOf(denseHub(vpcs, seed), vpcs, rounds, samples, seed);
}

/** Measures an estate whose VPCs on a transit gateway have network ACLs and security groups. Throws as `hubTimes` does. */
export function estateTimes(vpcs: number, rounds: number, samples: number, seed: number): HubTimes {
  return timesOf(hubEstate(vpcs, seed), vpcs, rounds, samples, seed);
}

function timesOf(network: Network, vpcs: number, rounds: number, samples: number, seed: number): HubTimes {
  const times = { compile: [] as number[], count: [] as number[] };
  let found: Reach | undefined;
  let [pairs, twoWay] = [0, 0];
  for (let round = -1; round < rounds; round++) {
    const start = performance.now();
    found = reach(network);
    const compiled = performance.now();
    const counts = found.count();
    [pairs, twoWay] = [counts.pairs, counts.twoWay];
    if (round < 0) continue; // the first round warms up
    times.compile.push(compiled - start);
    times.count.push(performance.now() - compiled);
  }
  const answerMs = check(network, found!, samples, seed);
  return { vpcs, pairs, twoWay, compileMs: median(times.compile), countMs: median(times.count), answerMs };
}

function denseHub(count: number, seed: number): Network {
  const draw = drawFrom(seed);
  const vpcs: Record<string, object> = {};
  const attachments: Record<string, object> = {};
  const routes: Record<string, string[]> = {};
  for (let v = 0; v < count; v++) {
    const block = `10.${v >> 6}.${(v & 63) << 2}`;
    const second = `10.${v >> 6}.${((v & 63) << 2) + 1}`;
    const subnets = { [`a-${v}`]: `${block}.0/24`, [`b-${v}`]: `${second}.0/24` };
    vpcs[`vpc-${v}`] = { cidr: `${block}.0/22`, subnets };
    attachments[`at-${v}`] = { vpc: `vpc-${v}`, table: draw(10) === 0 ? "few" : "all" };
    routes[`vpc-${v}`] = [draw(20) === 0 ? "10.0.0.0/9 -> tgw" : "10.0.0.0/8 -> tgw"];
  }
  const all = Object.keys(attachments);
  const few = all.filter(() => draw(4) > 0);
  const tables = { all: { propagates: all }, few: { propagates: few } };
  const hubs = { tgw: { kind: "transit-gateway", attachments, tables } };
  const text = JSON.stringify({ profile: "aws", load: "lenient", vpcs, hubs, routes });
  return readScenario(text, "dense-hub").scenario.network;
}

/** Asks about so many pairs, or about all where there are no more; returns the mean time of an answer. */
function check(network: Network, found: Reach, samples: number, seed: number): number {
  const draw = drawFrom(seed + 1);
  const { subnets } = found;
  const all = subnets.length ** 2;
  const count = Math.min(samples, all);
  const start = performance.now();
  for (let n = 0; n < count; n++) {
    const pair = count === all ? n : draw(all);
    const [from, to] = [Math.floor(pair / subnets.length), pair % subnets.length];
    if (from === to) continue;
    const [a, b] = [from, to].map((s) =>
      resolveEndpoint(network, `${subnets[s].vpc}/${subnets[s].subnet}`, ""),
    );
    const { verdict, partial } = found.verdict(from, to);
    const said = answer(network, a, b, { protocol: "any" });
    if (verdict !== said.verdict || partial !== said.partial)
      throw new Error(`pair ${from} ${to} is ${verdict} ${partial}, and the answer is ${said.verdict}`);
  }
  return (performance.now() - start) / count;
}
