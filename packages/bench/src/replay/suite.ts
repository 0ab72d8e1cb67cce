import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import {
  apply,
  FlowRecords,
  FlowTally,
  layoutOf,
  type Network,
  parseAction,
  Replay,
  readFlowLog,
  readScenario,
  reportOf,
  roundTrip,
  Services,
  type Spot,
  type TallyJson,
  WHOLE_LOG,
} from "@twoway/sim";
import { type Fabric, fabricOf } from "../reach/fabric.ts";
import { figure } from "../reach/figures.ts";
import { scenarioStream } from "../reach/scenario-stream.ts";
import { machine, record } from "../record.ts";
import { median } from "../rounds.ts";
import { FlowSource, FlowText } from "./flows.ts";

// Records per second of `replay`: from arrays, from text, with one worker and with two, beside a program that follows the
// packets of each record. Nobody has a time whose counts are not those of the others. `--smoke` runs a small network for
// seconds and writes nothing.

const SEED = 1;
const smoke = process.argv.includes("--smoke");
const unknown = process.argv.slice(3).filter((argument) => argument !== "--smoke");
if (unknown.length > 0) {
  console.error(`unknown argument ${unknown.join(" ")}; there is --smoke`);
  process.exit(2);
}
const VPCS = smoke ? 20 : 100;
const ROUNDS = smoke ? 1 : 7;
const BATCHES = smoke ? 10 : 128;
/** A file of so many records for whole processes: long enough that their start does not count. */
const FILE_RECORDS = smoke ? 100_000 : 20_000_000;
const NAIVE_MS = smoke ? 50 : 3000;

const load = loadavg()[0];
console.log(machine(SEED));
const fabric = fabricOf("enterprise", VPCS, SEED);
const text = [...scenarioStream(fabric)].join("");
const before = readScenario(text, "fabric.json").scenario.network;
const action = `delete-peering ${before.peerings.keys().next().value}`;
const applied = apply(before, parseAction(action), "bench");
if (applied.kind === "refused") throw new Error(applied.refusal.message);
const after = applied.network;
const batches = draw(fabric);
const count = batches.reduce((sum, { length }) => sum + length, 0);
const replay = new Replay(before, after);
const found = new Int32Array(batches[0].capacity);

const arrays = times(() => {
  const tally = new FlowTally(replay.outcomes, "log");
  for (const batch of batches) {
    replay.classify(batch, found);
    tally.add(batch, found);
  }
  return tally.toJson(0, { count: 0, first: [] });
});
const bytes = textOf(batches);
const layout = layoutOf(bytes, "log");
const texts: { ms: number; tally: TallyJson }[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const start = performance.now();
  const tally = new FlowTally(replay.outcomes, "log");
  const { lines, malformed } = await readFlowLog(chunksOf(bytes), {
    layout,
    places: replay.places,
    file: "log",
    range: WHOLE_LOG,
    onRecords: (records) => {
      replay.classify(records, found);
      tally.add(records, found);
    },
  });
  texts.push({ ms: performance.now() - start, tally: tally.toJson(lines, malformed) });
}
const refused: string[] = [];
if (countsOf(texts[0].tally) !== countsOf(arrays.tally)) refused.push("from text");
const naive = naively(batches);
if (!naive.right) refused.push("a record at a time");

const rate = (records: number, ms: number): number => records / ms / 1000;
const rows = {
  arrays: rate(count, arrays.ms),
  text: rate(count, median(texts.slice(1).map(({ ms }) => ms))),
  naive: rate(naive.records, naive.ms),
};
console.log(
  `enterprise, ${VPCS} VPCs, ${action}; ${count.toLocaleString("en")} records, median of ${ROUNDS}`,
);
for (const [name, each] of Object.entries(rows))
  console.log(
    `  ${name.padEnd(8)} ${figure(each).padStart(10)} M records/s, ${figure(each / rows.naive)} times naive`,
  );
const whole = workers();
if (whole !== undefined) {
  if (whole.one.out !== whole.two.out) refused.push("two workers");
  const [one, two] = [whole.one.ms, whole.two.ms];
  console.log(
    `  ${FILE_RECORDS.toLocaleString("en")} records in a file, whole process: ${figure(one / 1000)} s with one worker, ${figure(two / 1000)} s with two, ${figure(one / two)} times as fast`,
  );
}
if (!smoke && refused.length === 0)
  console.log(
    `\nwritten to ${record("replay-", SEED, load, { vpcs: VPCS, records: count, millionPerSecond: rows, wholeProcessMs: whole && { one: whole.one.ms, two: whole.two.ms, records: FILE_RECORDS } })}`,
  );
for (const name of refused) console.error(`REFUSED ${name}: its counts differ, so it has no time`);
process.exitCode = refused.length > 0 ? 1 : 0;

function draw(network: Fabric): FlowRecords[] {
  const source = new FlowSource(network, SEED);
  return Array.from({ length: BATCHES }, () => {
    const batch = new FlowRecords(8192);
    source.fill(batch);
    return batch;
  });
}

function textOf(all: readonly FlowRecords[]): Uint8Array {
  const written = new FlowText(count * 160);
  for (const batch of all) written.add(batch);
  return written.bytes.subarray(0, written.length);
}

async function* chunksOf(all: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < all.length; at += 1 << 20) yield all.subarray(at, at + (1 << 20));
}

/** The first round fills tables and is not counted. */
function times(work: () => TallyJson): { readonly ms: number; readonly tally: TallyJson } {
  const tally = work();
  const ms = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return { ms: median(ms), tally };
}

function countsOf(tally: TallyJson): string {
  return JSON.stringify(
    Object.entries(reportOf(tally).classes).map(
      ([cls, { records, bytes: all }]) => `${cls} ${records} ${all}`,
    ),
  );
}

/** Follows the packets of each record in both networks, as long as there is time. */
function naively(all: readonly FlowRecords[]): {
  readonly records: number;
  readonly ms: number;
  readonly right: boolean;
} {
  let records = 0;
  let right = true;
  let ms = 0;
  for (const batch of all) {
    replay.classify(batch, found);
    for (let row = 0; row < batch.length && ms < NAIVE_MS; row++) {
      const start = performance.now();
      const cls = classOf(batch, row);
      ms += performance.now() - start;
      records++;
      if (cls !== replay.outcomes[found[row]].class) right = false;
    }
  }
  return { records, ms, right };
}

function classOf(batch: FlowRecords, row: number): string {
  const port = batch.destinationPort[row];
  const sourcePort = batch.sourcePort[row];
  const isReply = sourcePort < port;
  const source = spotAt(batch.source[4 * row]);
  const target = spotAt(batch.destination[4 * row]);
  const [from, to] = isReply ? [target, source] : [source, target];
  const [asking, asked] = isReply ? [port, sourcePort] : [sourcePort, port];
  const [was, is] = [before, after].map((network: Network) => {
    const { forward, return: back } = roundTrip(network, from, to, {
      services: Services.of(batch.protocol[row], asked, asked),
      sourcePorts: { first: asking, last: asking },
    });
    const [own, other] = isReply ? [back, forward] : [forward, back];
    if (own.outcome !== "delivered") return 0;
    return other.outcome === "delivered" ? 2 : 1;
  });
  // the log was drawn, so the network may contradict it: then the record is a request where it was a reply
  if (is < was) return "breaks";
  if (is > was) return "heals";
  return ["never", "one-way", "passes"][was];
}

function spotAt(address: number): Spot {
  for (const vpc of before.vpcs.values()) {
    if (!vpc.cidrs.some((cidr) => cidr.contains(address as Spot["address"]))) continue;
    for (const subnet of vpc.subnets.values())
      if (subnet.cidrs.some((cidr) => cidr.contains(address as Spot["address"])))
        return { vpc: vpc.id, subnet: subnet.id, address: address as Spot["address"] };
  }
  throw new RangeError("records are drawn from subnets");
}

interface Whole {
  readonly ms: number;
  readonly out: string;
}

/** Runs the command on a file with one worker and with two; undefined when it is not built. */
function workers(): { readonly one: Whole; readonly two: Whole } | undefined {
  const command = join(import.meta.dirname, "../../../cli/bundle/twoway.js");
  if (!existsSync(command)) {
    console.log("the command is not built: whole processes are skipped");
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "twoway-bench-"));
  try {
    const [network, log] = [join(folder, "net.json"), join(folder, "flows.log")];
    writeFileSync(network, text);
    const bench = join(import.meta.dirname, "../main.js");
    spawnSync(process.execPath, [bench, "flows", "enterprise", `${VPCS}`, `${FILE_RECORDS}`, log]);
    const run = (jobs: number): Whole => {
      const start = performance.now();
      const { stdout } = spawnSync(
        process.execPath,
        [command, "replay", network, log, "--do", action, "--jobs", `${jobs}`, "--format", "json", "-q"],
        { maxBuffer: 1 << 28 },
      );
      return { ms: performance.now() - start, out: `${stdout}` };
    };
    return { one: run(1), two: run(2) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
