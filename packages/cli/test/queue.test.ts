import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@twoway/sim";
import { Queue } from "bullmq";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as CrewModule from "../src/jobs/crew.ts";
import type * as QueueModule from "../src/jobs/queue.ts";
import type * as QueueWorkerModule from "../src/jobs/queue-worker.ts";
import type * as SweepJobModule from "../src/jobs/sweep-job.ts";
import { type Ended, ROOT, twoway } from "./command.ts";
import { judgedNetwork } from "./judged-network.ts";
import { random } from "./random.ts";
import { freePort, hasRedis, type OwnRedis, startRedis } from "./redis.ts";

/**
 * A sweep by workers over Redis. Whatever happens to workers and to Redis on the way, the answer is that of one process, byte
 * for byte, or there is an error that says why not; and what a run wrote into Redis is gone after it.
 *
 * Workers are killed at random moments. TWOWAY_KILLS=30 makes it that many; TWOWAY_SEED sets the seed.
 */

const test = suite("queue");

const SEED = Number(process.env.TWOWAY_SEED ?? 20260101);
const KILLS = Number(process.env.TWOWAY_KILLS ?? 4);
const COMMAND = join(ROOT, "packages/cli/bundle/twoway.js");
const folder = mkdtempSync(join(tmpdir(), "twoway-queue-"));

console.log(`\nseed ${SEED}`);

const load = <T>(name: string): Promise<T> => import(new URL(`../jobs/${name}.js`, import.meta.url).href);
const { openQueue } = await load<typeof QueueModule>("queue");
const { workOn } = await load<typeof QueueWorkerModule>("queue-worker");

const there = hasRedis();
/** Registers a test that needs Redis, or says aloud that it is skipped. */
function withRedis(name: string, run: (redis: OwnRedis) => Promise<void>, password?: string): void {
  if (!there) {
    console.log(`\nskipped ${name}: there is no redis-server`);
    test.skip(name);
    return;
  }
  test(name, async () => {
    const redis = await startRedis(password);
    try {
      await run(redis);
    } finally {
      await endAll();
      await redis.stop();
    }
  });
}

interface Running {
  readonly child: ChildProcess;
  readonly err: () => string;
  readonly ended: Promise<Ended>;
}

const children = new Set<ChildProcess>();

/** Starts the command and does not wait for it. One that never ends is killed, so that its test fails. */
function start(
  args: readonly string[],
  { cwd = folder, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Running {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd, env: { ...process.env, ...env } });
  children.add(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
  const ended = once(child, "close").then(([status]) => {
    clearTimeout(timer);
    children.delete(child);
    return { status, out, err };
  });
  return { child, err: () => err, ended };
}

/** Kills what a test left running. */
async function endAll(): Promise<void> {
  const all = [...children].map((child) => {
    const gone = once(child, "close");
    child.kill("SIGKILL");
    return gone;
  });
  await Promise.all(all);
}

/** Starts a worker, and waits until it works. */
async function worker(redis: OwnRedis, cwd?: string): Promise<Running> {
  const args = ["worker", "--queue", redis.url, "--jobs", "1", "--lock", "1"];
  const running = start(args, cwd === undefined ? {} : { cwd });
  await until(() => running.err().includes("working on"), "the worker starts");
  return running;
}

/** Waits for something that others do. Throws after half a minute. */
async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited for nothing: ${what}`);
}

/** What BullMQ keeps of a queue, and no run. */
const BOOKS = /^twoway:jobs:(id|meta|events|stalled-check|marker|stalled)$/;

async function leftovers(redis: OwnRedis): Promise<string[]> {
  return (await redis.client.keys("*")).filter((key) => !BOOKS.test(key));
}

/** Waits until nothing is left of any run: a worker may still be at a job that nobody wants. */
async function isClean(redis: OwnRedis): Promise<void> {
  await until(async () => (await leftovers(redis)).length === 0, "the keys are removed").catch(async () => {
    assert.equal(await leftovers(redis), []);
  });
}

writeFileSync(join(folder, "small.yaml"), judgedNetwork());
writeFileSync(join(folder, "large.yaml"), judgedNetwork(20));
writeFileSync(join(folder, "other.yaml"), judgedNetwork(13));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const sweep = (net: string, ...more: readonly string[]): readonly string[] => [
  "sweep",
  net,
  "-q",
  "--format",
  "json",
  ...more,
];
const answers = new Map<string, string>();
/** The answer of one process. */
async function alone(net: string): Promise<string> {
  const known = answers.get(net);
  if (known !== undefined) return known;
  const { status, out, err } = await start(sweep(net, "--jobs", "1")).ended;
  assert.is(status, 0, err);
  answers.set(net, out);
  return out;
}

withRedis("workers give the answer of one process, and leave nothing behind", async (redis) => {
  await Promise.all([worker(redis), worker(redis)]);
  const { status, out, err } = await start(sweep("small.yaml", "--queue", redis.url)).ended;
  assert.is(status, 0, err);
  assert.is(out, await alone("small.yaml"));
  await isClean(redis);
});

withRedis("several runs share one Redis, and a run waits for the first worker", async (redis) => {
  const nets = ["small.yaml", "other.yaml", "small.yaml"];
  const runs = nets.map((net) =>
    start(["sweep", net, "--format", "json"], { env: { TWOWAY_QUEUE: redis.url } }),
  );
  await until(
    () => runs.every(({ err }) => err().includes("no worker is there yet")),
    "the runs miss a worker",
  );
  await worker(redis);
  for (const [i, run] of runs.entries()) {
    const { status, out, err } = await run.ended;
    assert.is(status, 0, err);
    assert.is(out, await alone(nets[i]));
  }
  await isClean(redis);
});

withRedis(`${KILLS} workers are killed at random, and the answer is that of one process`, async (redis) => {
  const pick = random(SEED);
  let silent = 0;
  let kills = 0;
  while (kills < KILLS) {
    const workers = await Promise.all([worker(redis), worker(redis)]);
    const run = start(sweep("large.yaml", "--queue", redis.url));
    let isOver = false;
    void run.ended.then(() => {
      isOver = true;
    });
    for (let n = 0; n < 3 && !isOver && kills < KILLS; n++) {
      await new Promise((resolve) => setTimeout(resolve, 100 + pick(900)));
      if (isOver) break;
      const [victim] = workers.splice(pick(workers.length), 1);
      victim.child.kill("SIGKILL");
      await victim.ended;
      kills++;
      workers.push(await worker(redis));
    }
    const { status, out, err } = await run.ended;
    assert.is(status, 0, err);
    assert.is(out, await alone("large.yaml"));
    for (const { err } of workers) silent += err().split("has fallen silent").length - 1;
    await isClean(redis);
    await endAll();
  }
  console.log(`\npositive kills ${kills}: ${silent} jobs were begun again`);
  assert.ok(silent > 0);
});

withRedis(
  "a worker that is stopped and goes on does its job a second time, which changes nothing",
  async (redis) => {
    const [sleeper] = await Promise.all([worker(redis), worker(redis)]);
    const run = start(sweep("large.yaml", "--queue", redis.url));
    await until(
      async () => (await redis.client.llen("twoway:jobs:active")) === 2,
      "both workers are at work",
    );
    sleeper.child.kill("SIGSTOP");
    // its job is taken over and merged before it wakes up
    await until(
      async () => (await redis.client.llen("twoway:jobs:active")) === 1,
      "its job is taken from it",
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    sleeper.child.kill("SIGCONT");
    const { status, out, err } = await run.ended;
    assert.is(status, 0, err);
    assert.is(out, await alone("large.yaml"));
    await isClean(redis);
  },
);

withRedis("a Redis that forgets everything on the way is given the jobs again", async (redis) => {
  await Promise.all([worker(redis), worker(redis)]);
  const run = start(["sweep", "large.yaml", "--format", "json", "--queue", redis.url]);
  await until(async () => (await redis.client.llen("twoway:jobs:active")) === 2, "both workers are at work");
  await redis.restart();
  const { status, out, err } = await run.ended;
  assert.is(status, 0, err);
  assert.match(err, "does not answer");
  assert.match(err, "is back");
  assert.is(out, await alone("large.yaml"));
  await isClean(redis);
});

withRedis("a Redis that goes away ends the run with status 2, and not its workers", async (redis) => {
  const one = await worker(redis);
  const run = start(sweep("large.yaml", "--queue", redis.url));
  await until(async () => (await redis.client.llen("twoway:jobs:active")) === 1, "the worker is at work");
  await redis.kill();
  const { status, out, err } = await run.ended;
  assert.equal([status, out], [2, ""], err);
  assert.match(err, `redis://127.0.0.1:${redis.port}  unreadable  Redis went away, and did not come back`);
  assert.is(one.child.exitCode, null);
  assert.match(one.err(), "does not answer; waiting for it");
});

withRedis("a run that is interrupted leaves nothing behind", async (redis) => {
  const one = await worker(redis);
  const run = start(sweep("large.yaml", "--queue", redis.url));
  await until(async () => (await redis.client.llen("twoway:jobs:active")) === 1, "the worker is at work");
  run.child.kill("SIGINT");
  const { status, out } = await run.ended;
  assert.equal([status, out], [130, ""]);
  await isClean(redis);
  one.child.kill("SIGTERM");
  assert.is((await one.ended).status, 143);
});

withRedis("a worker leaves the jobs of a run that was killed", async (redis) => {
  const run = start(sweep("large.yaml", "--queue", redis.url));
  await until(async () => (await redis.client.llen("twoway:jobs:wait")) > 30, "the jobs are in the queue");
  run.child.kill("SIGKILL");
  await run.ended;
  // after a minute Redis has forgotten the run
  for (const key of await redis.client.keys("twoway:run:*")) await redis.client.del(key);
  await worker(redis);
  await isClean(redis);
});

withRedis("a worker with another content refuses the job, and the run says who has it", async (redis) => {
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere, { recursive: true });
  writeFileSync(join(elsewhere, "small.yaml"), `${judgedNetwork()}# one line more\n`);
  const one = await worker(redis, elsewhere);
  for (const [net, what] of [
    [
      "small.yaml",
      /small\.yaml {2}unreadable {2}this is not the file that the run was started on: its SHA-256 is [0-9a-f]{12}…/,
    ],
    ["other.yaml", /other\.yaml {2}unreadable {2}there is no such file/],
  ] as const) {
    const { status, out, err } = await start(sweep(net, "--queue", redis.url)).ended;
    assert.equal([status, out], [2, ""], err);
    assert.match(err, what);
    assert.match(err, `(worker`);
    assert.match(err, ` in ${elsewhere})`);
    assert.match(one.err(), what);
  }
  await isClean(redis);
});

withRedis(
  "credentials are used, and never shown",
  async (redis) => {
    const [good, wrong, none] = [
      redis.url.replace("redis://", "redis://default"),
      redis.url.replace("s3cret", "gu3ss"),
      redis.url.replace(":s3cret@", ""),
    ];
    const one = await worker({ ...redis, url: good });
    const swept = await start(["sweep", "small.yaml", "--format", "json", "--queue", good]).ended;
    assert.is(swept.status, 0, swept.err);
    assert.is(swept.out, await alone("small.yaml"));
    for (const url of [wrong, none]) {
      for (const args of [sweep("small.yaml", "--queue", url), ["worker", "--queue", url]]) {
        const { status, out, err } = await start(args).ended;
        assert.is(status, 2, err);
        assert.match(err, `redis://127.0.0.1:${redis.port}  unreadable  Redis does not accept`);
        assert.not.match(err + out, /gu3ss|s3cret/);
      }
    }
    await redis.kill();
    await until(() => one.err().includes("does not answer"), "the worker notices");
    assert.not.match(one.err() + swept.err, "s3cret");
  },
  "s3cret",
);

/** A job of nothing, for crews that do not look at it. */
const job = (index: number, path = ""): SweepJobModule.SweepJob => ({
  kind: "sweep",
  index,
  size: 1,
  network: { path, content: "", options: {} },
  range: { from: index, to: index + 1 },
});

/** A crew in this process that does what the test says. */
function crewOf(run: (index: number) => Promise<object>): CrewModule.Crew {
  return { parallel: 2, run: ({ index }) => run(index) as never, close: async () => {} };
}

const SETTINGS: QueueWorkerModule.QueueWorkerOptions = { lock: 1000, onRefused: () => {}, tell: () => {} };

withRedis(
  "a fault is tried three times, then it is the run's; what is refused is refused at once",
  async (redis) => {
    const tries = new Map<number, number>();
    const refused: string[] = [];
    const crew = crewOf(async (index) => {
      const count = (tries.get(index) ?? 0) + 1;
      tries.set(index, count);
      if (index === 2)
        throw new InputError([{ code: "syntax", message: "no", source: "x.yaml:1:1", path: "" }]);
      if (index === 3 || (index === 1 && count < 3)) throw new Error("out of memory");
      return { index };
    });
    const working = await workOn(redis.url, crew, {
      ...SETTINGS,
      onRefused: ({ message }) => refused.push(message),
    });
    const queue = await openQueue(redis.url, () => {});
    const ended = await Promise.allSettled([0, 1, 2, 3].map((index) => queue.run(job(index), () => {})));
    await queue.close();
    await working.close();
    assert.equal([...tries].sort(), [
      [0, 1],
      [1, 3],
      [2, 1],
      [3, 3],
    ]);
    const shown = ended.map((one) => (one.status === "fulfilled" ? one.value : one.reason.message));
    assert.equal(shown.slice(0, 2), [{ index: 0 }, { index: 1 }]);
    assert.match(shown[2] as unknown as string, /^x\.yaml:1:1: no \(worker .* in .*\)$/);
    assert.match(shown[3] as unknown as string, /: job 3 of run [0-9a-f]{16}: out of memory$/);
    assert.is(refused.length, 1);
    await isClean(redis);
  },
);

withRedis("what is not ours in the queue, or of another version, is no job", async (redis) => {
  const done: number[] = [];
  const crew = crewOf(async (index) => {
    done.push(index);
    return {};
  });
  const working = await workOn(redis.url, crew, SETTINGS);
  const queue = new Queue("jobs", { connection: { host: "127.0.0.1", port: redis.port }, prefix: "twoway" });
  const options = { removeOnComplete: true, removeOnFail: true };
  await redis.client.set("twoway:run:ab", "x");
  for (const data of [
    null,
    [],
    { run: "ab", version: "0.0.0" },
    { run: "../../x", version: "0.0.0", job: job(1) },
    { run: "ab", version: "0.0.0", job: { ...job(2), kind: "rm" } },
    { run: "ab", version: "0.0.0", job: { ...job(3), network: { path: 7 } } },
    { run: "ab", version: "0.0.0", job: job(4) },
  ]) {
    await queue.add("x", data, options);
  }
  await until(
    async () => (await redis.client.hkeys("twoway:replies:ab")).length > 0,
    "the last one is refused",
  );
  assert.equal(await redis.client.hkeys("twoway:replies:ab"), ["4"]);
  assert.ok((await redis.client.ttl("twoway:replies:ab")) > 0);
  assert.equal(done, []);
  const mine = await openQueue(redis.url, () => {});
  await mine.run(job(5), () => {});
  assert.equal(done, [5]);
  await isTooLarge(mine);
  await mine.close();
  await queue.close();
  await working.close();
});

async function isTooLarge(queue: CrewModule.Crew): Promise<void> {
  const error = await queue
    .run(job(6, "x".repeat(2 ** 20)), () => {})
    .then(
      () => undefined,
      (thrown) => thrown,
    );
  assert.instance(error, InputError);
  assert.match(error.message, "1048576 fit through the queue");
}

// the URL, and what is said about it
const URLS: readonly (readonly [url: string, err: RegExp])[] = [
  ["localhost:6379", /no protocol of a queue/],
  ["6379", /not a URL/],
  ["http://hunter2@127.0.0.1", /http:\/\/ is no protocol/],
  ["redis://", /names no host|not a URL/],
  ["redis://:hunter2@127.0.0.1:99999", /not a URL/],
  ["redis://:hunter2%@127.0.0.1", /two hexadecimal digits/],
  ["redis://:hunter2@127.0.0.1/prod", /number of a database/],
];

for (const [url, message] of URLS) {
  test(`${url} is no queue`, async () => {
    for (const args of [
      ["sweep", "scenarios/quickstart.yaml", "--queue", url],
      ["worker", "--queue", url],
    ]) {
      const { status, out, err } = await twoway(args);
      assert.equal([status, out], [2, ""], err);
      assert.match(err, message);
      assert.not.match(err, "hunter2");
    }
  });
}

test("a Redis that is not there is an error, and standard input is nothing for a queue", async () => {
  const url = `redis://:hunter2@127.0.0.1:${await freePort()}/3`;
  const shown = url.replace(":hunter2@", "");
  for (const args of [
    ["sweep", "scenarios/quickstart.yaml", "--queue", url],
    ["worker", "--queue", url],
  ]) {
    const { status, out, err } = await twoway(args);
    assert.equal([status, out], [2, ""], err);
    assert.match(err, `${shown}  unreadable  nobody listens there`);
    assert.not.match(err, "hunter2");
  }
  const { status, err } = await twoway(["sweep", "-", "--queue", url], { input: "vpcs: {}" });
  assert.is(status, 2);
  assert.match(err, "cannot read standard input");
});

test.run();
