import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { basename, join } from "node:path";
import { type Network, reach, readScenario } from "@twoway/sim";
import { machine, record } from "../record.ts";
import { type AclTimes, aclTimes } from "./acl-suite.ts";
import { BreadthFirst, componentSizes } from "./breadth-first.ts";
import { byTable, sum } from "./by-table.ts";
import { bySender, contest, type Entrant, type Time, timed } from "./contest.ts";
import { DeltaNetFabric } from "./delta-net-fabric.ts";
import { type Edits, type EditTimes, edits } from "./edits.ts";
import { type Fabric, fabricOf, fingerprint } from "./fabric.ts";
import { FAMILY_NAMES, type Family } from "./families.ts";
import { type Compared, figure, reachFigures, withFigures } from "./figures.ts";
import { estateTimes, type HubTimes, hubTimes } from "./hub-suite.ts";
import { Naive } from "./naive.ts";
import { NativePort } from "./native-port.ts";
import { scenarioStream } from "./scenario-stream.ts";
import { wholeProcess } from "./whole-process.ts";

// The reachability of whole networks: the engine beside everybody else, in one run, in turn. Nobody has a time whose
// checksum, the exact number of two-way packets, is not the right one, and no network is used whose arrays are not those
// of fabrics.sha256. `--smoke` runs small networks and writes nothing; `--huge` adds 20,000 VPCs.

const SEED = 1;
const smoke = process.argv.includes("--smoke");
const huge = process.argv.includes("--huge");
const unknown = process.argv.slice(3).filter((argument) => argument !== "--smoke" && argument !== "--huge");
if (unknown.length > 0) {
  console.error(`unknown argument ${unknown.join(" ")}; there are --smoke and --huge`);
  process.exit(2);
}
const SIZES = smoke ? [20] : [100, 1000, 5000, ...(huge ? [20_000] : [])];
const ROUNDS = smoke ? 1 : 5;
/** What a pass of somebody slow may take: with all rounds, two seconds. */
const BUDGET_MS = smoke ? 10 : 330;
/** Delta-net holds a number for every atom at every node: above this it takes gigabytes. */
const DELTA_NET_TO = 100;

const refused: string[] = [];
const load = loadavg()[0];
console.log(machine(SEED));
const native = NativePort.compile();
if (native === undefined) console.log("there is no C++ compiler (g++): the rows in C++ are skipped");
const compared: Compared[] = [];
for (const vpcs of SIZES) {
  for (const family of FAMILY_NAMES) {
    if (vpcs * (family === "aws125" ? 4 : 1) <= 20_000) compared.push(await compare(family, vpcs));
    else
      console.log(`\n${family}, ${vpcs} VPCs: skipped, as its 15 million routes are more text than is read`);
  }
}
native?.remove();
const hubs = (smoke ? [20] : [1000, 5000]).map((vpcs) => hubTimes(vpcs, ROUNDS, smoke ? 20 : 100, SEED));
for (const times of hubs) printHub("dense hub", times);
// the smallest one is compared pair by pair
const estates = (smoke ? [12] : [20, 100, 500]).map((vpcs) =>
  estateTimes(vpcs, smoke ? 1 : 3, smoke ? 1300 : 4000, SEED),
);
for (const times of estates) printHub("hub with ACLs and security groups", times);
console.log(`
Delta-net keeps its classes of packets for the whole network, as it must where packets may cross any number of nodes.
Peering is not transitive: a packet crosses one at most, so here the classes stay inside one route table. The difference
is one of the problem, not of the language. Everybody runs on one thread; ${DELTA_NET_TO} VPCs is where Delta-net ends here.
The search in a graph knows no routes and no way back: it answers less than the question.`);
const tables = reachFigures(compared);
console.log(`\nfor the README of sim:\n\n${tables}`);
if (!smoke && refused.length === 0) {
  const file = record("reach-", SEED, load, { rounds: ROUNDS, compared, hubs, estates });
  const readme = join(import.meta.dirname, "../../../sim/README.md");
  writeFileSync(readme, withFigures(readFileSync(readme, "utf8"), basename(file), tables));
  console.log(`\nwritten to ${file} and to ${readme}`);
}
for (const name of refused) console.error(`REFUSED ${name}: its checksum differs, so it has no time`);
process.exitCode = refused.length > 0 ? 1 : 0;

async function compare(family: Family, vpcs: number): Promise<Compared> {
  const fabric = checkedFabric(family, vpcs);
  const { packets, pairs } = byTable(fabric);
  const total = sum(packets);
  const facts = {
    family,
    vpcs,
    subnets: fabric.subVpc.length,
    tables: fabric.tabVpc.length,
    routes: fabric.routeLo.length,
    peerings: fabric.peerA.length,
    pairs,
    packets: total,
  };
  const show = (n: number): string => n.toLocaleString("en");
  console.log(
    `\n${family}, ${show(vpcs)} VPCs: ${show(facts.subnets)} subnets, ${show(facts.tables)} tables, ${show(facts.routes)} routes, ${show(facts.peerings)} peerings; ${show(pairs)} pairs, ${show(total)} packets both ways`,
  );
  const outcome = await contest(entrants(fabric, packets, total), ROUNDS);
  refused.push(...outcome.refused.map((name) => `${name}, ${family}, ${vpcs} VPCs`));
  printTimes(outcome.times);
  if (family !== "enterprise") return { ...facts, times: outcome.times };
  const edited = edits(fabric, reach(networkOf(fabric)), smoke ? 200 : 20_000, SEED);
  printEdits(edited);
  const acls = aclTimes(networkOf(fabric), smoke ? 1 : 3, smoke ? 40 : 400, SEED);
  printAcls(acls);
  const whole = await wholeProcess(fabric, total, smoke ? 1 : 3);
  console.log(
    `  JSON to answer   ${figure(whole.ms).padStart(10)} ms [${figure(whole.min)} … ${figure(whole.max)}]: a process of its own, ${megabytes(whole.bytes)} of text, ${megabytes(whole.rss)} resident, ${megabytes(whole.peak)} at most`,
  );
  return { ...facts, times: outcome.times, edits: edited, acls, wholeProcess: whole };
}

function entrants(fabric: Fabric, packets: Float64Array, total: number): Entrant[] {
  const network = networkOf(fabric);
  const naive = new Naive(fabric);
  const search = new BreadthFirst(fabric);
  const port = native?.load(fabric);
  const delta: Entrant = {
    name: "Delta-net",
    right: total,
    share: 1,
    run: () => timed(() => new DeltaNetFabric(fabric).packets()),
  };
  return [
    {
      name: "engine",
      right: total,
      share: 1,
      run: () => timed(() => Number(reach(network).count().packets)),
    },
    ...(port === undefined ? [] : [{ name: "C++ port", right: total, share: 1, run: port }]),
    ...(fabric.vpcLo.length <= DELTA_NET_TO ? [delta] : []),
    bySender("naive scan", packets, BUDGET_MS, (s) => naive.packetsFrom(s)),
    bySender(
      "graphology BFS",
      componentSizes(fabric),
      BUDGET_MS / 2,
      (s) => search.subnetsFrom(s),
      "topology only, transitive: subnets in reach of a search",
    ),
  ];
}

function networkOf(fabric: Fabric): Network {
  return readScenario([...scenarioStream(fabric)].join(""), fabric.name).scenario.network;
}

/** Returns the network, if it is the one that was committed. */
function checkedFabric(family: Family, vpcs: number): Fabric {
  const fabric = fabricOf(family, vpcs, SEED);
  const known = readFileSync(join(import.meta.dirname, "../../fabrics.sha256"), "utf8");
  const line = `${fingerprint(fabric)}  ${family} ${vpcs}`;
  if (!known.split("\n").includes(line)) throw new Error(`fabrics.sha256 does not have ${line}`);
  return fabric;
}

function printEdits({ routes, peerings, allRoutesMs, allPeeringsMs, sweepMs }: Edits): void {
  const show = (what: string, { mean, p50, p99, p999, samples, flips }: EditTimes): void =>
    console.log(
      `  ${what.padEnd(16)} ${figure(mean).padStart(10)} µs mean, p50 ${figure(p50)}, p99 ${figure(p99)}, p99.9 ${figure(p999)}: ${samples.toLocaleString("en")} of them, which flip ${flips.toLocaleString("en")} pairs`,
    );
  show("route edit", routes);
  show("peering edit", peerings);
  console.log(`  all peerings     ${figure(allPeeringsMs).padStart(10)} ms, each deleted and taken back`);
  console.log(`  all routes       ${figure(allRoutesMs).padStart(10)} ms, each removed and put back`);
  console.log(`  sweep            ${figure(sweepMs).padStart(10)} ms, all of both, ranked and named`);
}

function printAcls({ rules, judged, compileMs, setsMs, againMs }: AclTimes): void {
  const perPair = figure((setsMs * 1e3) / judged);
  console.log(
    `  with ACLs        ${figure(setsMs).padStart(10)} ms, ${rules} rules each way before every subnet: exact sets of ${judged.toLocaleString("en")} pairs, ${perPair} µs each; again ${figure(againMs)} ms, network compiled in ${figure(compileMs)} ms`,
  );
}

function printHub(what: string, { vpcs, pairs, twoWay, compileMs, countMs, answerMs }: HubTimes): void {
  const [all, some] = [pairs, twoWay].map((n) => n.toLocaleString("en"));
  const [perPair, slow] = [countMs / pairs, answerMs].map((ms) => figure(ms * 1e3));
  console.log(
    `  ${what}, ${vpcs} VPCs: ${all} pairs, ${some} two-way, counted in ${figure(countMs)} ms, ${perPair} µs each, an answer ${slow} µs; network compiled in ${figure(compileMs)} ms`,
  );
}

function megabytes(bytes: number): string {
  return `${figure(bytes / 1e6)} MB`;
}

function printTimes(times: readonly Time[]): void {
  const engine = times.find(({ name }) => name === "engine");
  for (const { name, ms, min, max, share, answers } of times) {
    const spread = `[${figure(min)} … ${figure(max)}]`;
    const ratio = engine === undefined ? "" : `this / engine ${figure(ms / engine.ms)}`;
    const notes = [
      ...(share < 1 ? [`extrapolated from ${figure(100 * share)} % of the senders`] : []),
      ...(answers === undefined ? [] : [answers]),
    ];
    console.log(
      `  ${name.padEnd(16)} ${figure(ms).padStart(10)} ms ${spread.padEnd(22)} ${ratio.padEnd(22)} ${notes.join("; ")}`,
    );
  }
}
