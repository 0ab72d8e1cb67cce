import { loadavg } from "node:os";
import { meter, readScenario, runScenario, type Scenario, type Traffic } from "@twoway/sim";
import { contest, type Entrant, timed } from "../reach/contest.ts";
import { figure } from "../reach/figures.ts";
import { machine, record } from "../record.ts";
import { naiveMeter, type Packets } from "./naive-meter.ts";
import { storyOf } from "./story.ts";

// A day of traffic, metered: the engine beside a trace for every flow and period. Nobody has a time whose checksum, over
// the packets of every flow, is not the right one. `--smoke` runs a small story and writes nothing.

const SEED = 1;
const smoke = process.argv.includes("--smoke");
const unknown = process.argv.slice(3).filter((argument) => argument !== "--smoke");
if (unknown.length > 0) {
  console.error(`unknown argument ${unknown.join(" ")}; there is --smoke`);
  process.exit(2);
}
const [FLOWS, SECONDS, ROUNDS] = smoke ? [200, 600, 1] : [10_000, 86_400, 5];
/** Periods that the naive way gets; it takes the same time for each. */
const NAIVE_PERIODS = 2;

const load = loadavg()[0];
console.log(machine(SEED));
const text = storyOf(FLOWS, SECONDS, SEED);
const { scenario } = readScenario(text, "story.json");
const { network } = scenario;
const traffic = scenario.traffic!;
const moments = [{ time: network.now, network }];
const packetsIn = (part: Traffic): Packets => meter(moments, part).flows;
const periods = traffic.length / traffic.period;
const [whole, start] = [traffic, { ...traffic, length: NAIVE_PERIODS * traffic.period }].map(packetsIn);
const droppers = meter(moments, traffic).series.peerings.filter(({ outDropped, inDropped }) =>
  [outDropped, inDropped].some((column) => column.some((packets) => packets > 0)),
);
console.log(
  `\n${FLOWS} flows, ${SECONDS} s by ${traffic.period} s over ${network.peerings.size} peerings, of which ${droppers.length} drop packets`,
);
const entrants: Entrant[] = [
  { name: "engine", right: checksum(whole), share: 1, run: () => timed(() => checksum(packetsIn(traffic))) },
  {
    name: "from JSON",
    right: checksum(whole),
    share: 1,
    run: () => timed(() => checksum(run(readScenario(text, "story.json").scenario))),
  },
  {
    name: "naive trace",
    right: checksum(start),
    share: NAIVE_PERIODS / periods,
    run: () => timed(() => checksum(naiveMeter(network, traffic, NAIVE_PERIODS))),
  },
];
const { times, refused } = await contest(entrants, ROUNDS);
const engine = times.find(({ name }) => name === "engine");
for (const { name, ms, min, max, share } of times) {
  const ratio = engine === undefined ? "" : `this / engine ${figure(ms / engine.ms)}`;
  const note = share < 1 ? `extrapolated from ${figure(100 * share)} % of the periods` : "";
  console.log(
    `  ${name.padEnd(12)} ${figure(ms).padStart(10)} ms [${figure(min)} … ${figure(max)}]  ${ratio.padEnd(22)} ${note}`.trimEnd(),
  );
}
if (!smoke && refused.length === 0) {
  const facts = { flows: FLOWS, seconds: SECONDS, period: traffic.period, dropping: droppers.length };
  console.log(`\nwritten to ${record("meter-", SEED, load, { rounds: ROUNDS, ...facts, times })}`);
}
for (const name of refused) console.error(`REFUSED ${name}: its checksum differs, so it has no time`);
process.exitCode = refused.length > 0 ? 1 : 0;

function run(story: Scenario): Packets {
  return runScenario(story).metered!.metering.flows;
}

/** A number that depends on the packets of every lane. */
function checksum({ delivered, dropped }: Packets): number {
  let sum = 0;
  for (let lane = 0; lane < delivered.length; lane++)
    sum = (sum * 31 + delivered[lane] + 7 * dropped[lane]) % 4_294_967_291;
  return sum;
}
