import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lossRanges, readScenario, sweep } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as CrewModule from "../src/jobs/crew.ts";
import type * as SweepJobModule from "../src/jobs/sweep-job.ts";
import { twoway } from "./command.ts";
import { judgedNetwork } from "./judged-network.ts";

// Jobs and the threads that do them: results in the order of the jobs, whoever did them and whichever ended first.
const test = suite("jobs");
const folder = mkdtempSync(join(tmpdir(), "twoway-jobs-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const { inOrder } = (await import(new URL("../jobs/crew.js", import.meta.url).href)) as typeof CrewModule;

const jobs = (count: number): SweepJobModule.SweepJob[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: "sweep",
    index,
    size: 10,
    network: { path: "", content: "", options: {} },
    range: { from: 10 * index, to: 10 * index + 10 },
  }));

interface Desk {
  readonly crew: CrewModule.Crew;
  /** Begun and not ended, in the order of their begin. */
  readonly open: readonly number[];
  readonly begun: () => number;
  end(index: number): Promise<void>;
  fail(index: number): Promise<void>;
}

/** A crew whose jobs end when the test says so; the result of a job is its index as a count of peerings. */
function desk(parallel: number): Desk {
  const open: number[] = [];
  const ends = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let begun = 0;
  const settle = async (
    index: number,
    how: (end: NonNullable<ReturnType<typeof ends.get>>) => void,
  ): Promise<void> => {
    open.splice(open.indexOf(index), 1);
    how(ends.get(index)!);
    await new Promise(setImmediate); // lets everybody hear of it
  };
  return {
    open,
    begun: () => begun,
    crew: {
      parallel,
      run: ({ index }) => {
        begun++;
        open.push(index);
        return new Promise((resolve, reject) => ends.set(index, { resolve, reject }));
      },
      close: async () => {},
    },
    end: (index) =>
      settle(index, ({ resolve }) =>
        resolve({ peerings: [], routes: [], tried: { peerings: index, routes: 0 } } as never),
      ),
    fail: (index) => settle(index, ({ reject }) => reject(new Error(`job ${index} failed`))),
  };
}

test("results come in the order of the jobs, whichever ends first, and no more than `parallel` run at once", async () => {
  const { crew, open, end } = desk(3);
  const got: number[] = [];
  const progress: number[] = [];
  const taking = (async () => {
    for await (const { tried } of inOrder(crew, jobs(7), (done) => progress.push(done)))
      got.push(tried.peerings);
  })();
  assert.equal(open, [0, 1, 2]);
  await end(2);
  assert.equal([open, got], [[0, 1, 3], []]);
  await end(0);
  assert.equal([open, got], [[1, 3, 4], [0]]);
  await end(1);
  assert.equal(got, [0, 1, 2]);
  for (const index of [5, 3, 6, 4]) await end(index);
  await taking;
  assert.equal(got, [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(progress, [10, 20, 30, 40, 50, 60, 70]);
});

test("a slow first job holds back what would wait behind it", async () => {
  const { crew, begun, end } = desk(2);
  const got: number[] = [];
  const taking = (async () => {
    for await (const { tried } of inOrder(crew, jobs(20), () => {})) got.push(tried.peerings);
  })();
  for (let index = 1; index < begun(); index++) await end(index);
  assert.equal([begun(), got], [5, []]); // the first, and 2 × 2 behind it
  await end(0);
  assert.equal(got, [0, 1, 2, 3, 4]);
  for (let index = 5; index < 20; index++) await end(index);
  await taking;
  assert.is(got.length, 20);
});

test("a job that fails fails the whole, once what stands before it was taken", async () => {
  const { crew, end, fail } = desk(3);
  const got: number[] = [];
  let error: unknown;
  const taking = (async () => {
    for await (const { tried } of inOrder(crew, jobs(5), () => {})) got.push(tried.peerings);
  })().catch((thrown) => {
    error = thrown;
  });
  await fail(1);
  assert.is(error, undefined);
  await end(0);
  await taking;
  assert.equal([got, (error as Error).message], [[0], "job 1 failed"]);
});

const net = join(folder, "net.yaml");
writeFileSync(net, judgedNetwork());

test("sweep prints the same with one thread as with two and with five", async () => {
  const [alone, ...others] = await Promise.all(
    ["1", "2", "5"].map((n) => twoway(["sweep", net, "--format", "json", "--jobs", n])),
  );
  assert.is(alone.status, 0, alone.err);
  const { network } = readScenario(judgedNetwork(), net).scenario;
  assert.ok(lossRanges(network).length > 2);
  const { tried, peerings, routes } = JSON.parse(alone.out);
  assert.equal({ tried, peerings, routes }, sweep(network)); // in one piece
  for (const other of others) assert.equal(other, alone);
});

test("threads try the network that the options make of it, and standard input has one", async () => {
  const scenario = "scenarios/security-group-asymmetry.yaml";
  const steps = ["--step", "all", "--do", "delete-peering shop-data", "--profile", "aws"];
  for (const args of [
    [scenario],
    [scenario, ...steps],
    [net, "--do", "delete-peering p1", "--at", "2026-03-01"],
  ]) {
    const [one, two] = await Promise.all(
      ["1", "2"].map((n) => twoway(["sweep", ...args, "--format", "json", "--jobs", n])),
    );
    assert.is(one.status, 0, one.err);
    assert.equal(two, one);
  }
  const input = judgedNetwork();
  const [file, piped] = [
    await twoway(["sweep", net, "--top", "3"]),
    await twoway(["sweep", "-", "--top", "3", "--jobs", "2"], { input }),
  ];
  assert.is(piped.status, 0, piped.err);
  assert.is(piped.out.replaceAll(/ {2}-:/g, `  ${net}:`), file.out);
});

for (const wrong of ["0", "-1", "100", "two", "1.5"]) {
  test(`--jobs ${wrong} is wrong usage`, async () => {
    const { status, err } = await twoway(["sweep", net, "--jobs", wrong]);
    assert.is(status, 2);
    assert.match(err, "A number from 1 to 99");
  });
}

test.run();
