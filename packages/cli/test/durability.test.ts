import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { twoway } from "./command.ts";
import { type Client, client, killAll, ready, type Served, start } from "./server.ts";

/** In which order a server writes, syncs and replies, and what it says and keeps when its disk fails: over HTTP. */

const test = suite("durability");
test.after(killAll);

const FOLDER = mkdtempSync(join(tmpdir(), "twoway-durability-"));
const TRACED = new URL("./traced-disk.js", import.meta.url).href;
let servers = 0;

interface Traced extends Served {
  readonly me: Client;
  readonly journal: string;
  /** What happened since it listens: `write`, `sync`, `reply`. */
  readonly events: () => string[];
}

async function traced(fail = ""): Promise<Traced> {
  const journal = join(FOLDER, `journal-${++servers}.yaml`);
  const trace = join(FOLDER, `trace-${servers}`);
  const child = start(["--journal", journal], {
    node: ["--import", TRACED],
    env: { TRACE: trace, FAIL: fail },
  });
  const served = await ready(child);
  const all = (): string[] => readFileSync(trace, "utf8").trim().split("\n");
  const before = all();
  assert.equal(before, ["write", "sync", "rename", "sync"]); // the head: aside, then in its place, and its folder
  return { ...served, me: client(served.url, "1", "gz"), journal, events: () => all().slice(before.length) };
}

const vpc = (i: number): object => ({ VpcName: `v${i}`, CidrBlock: `10.${i}.0.0/16` });

test("what is accepted is written and synced before its reply, and nothing else is written at all", async () => {
  const { me, events, stop } = await traced();
  const heard: string[] = [];
  for (const [action, params, code] of [
    ["CreateVpc", vpc(1), "ok"],
    ["DescribeVpcs", {}, "ok"],
    ["CreateVpc", { VpcName: "v", CidrBlock: "8.0.0.0/8" }, "InvalidParameterValue.Malformed"],
    ["DeleteVpc", { VpcId: "vpc-none" }, "ResourceNotFound"],
    ["NoSuchAction", {}, "InvalidAction"],
    ["EvaluateReachability", { Source: "v1", Destination: "v2" }, "InvalidParameterValue"],
    ["AdvanceClock", { Duration: "1h" }, "ok"],
  ] as const) {
    const before = events().length;
    assert.is(await me.code(action, params), code);
    heard.push(events().slice(before).join(" "));
  }
  assert.equal(heard, ["write sync reply", "reply", "reply", "reply", "reply", "reply", "write sync reply"]);
  await stop();
});

test("requests that come together are written one after the other, each synced before its reply", async () => {
  const { url, events, journal, stop } = await traced();
  const codes = await Promise.all(
    Array.from({ length: 40 }, (_, i) => client(url, `a${i}`, "gz").code("CreateVpc", vpc(i))),
  );
  assert.equal(new Set(codes), new Set(["ok"]));
  let [written, synced, replied] = [0, 0, 0];
  for (const event of events()) {
    if (event === "write") written++;
    else if (event === "sync")
      assert.is(++synced, written); // one record at a time
    else assert.ok(++replied <= synced, `reply ${replied} after ${synced} syncs`);
  }
  assert.equal([written, synced, replied], [40, 40, 40]);
  assert.is(readFileSync(journal, "utf8").match(/^ {2}- do: /gm)?.length, 40);
  await stop();
});

// call that fails | error | which one
for (const fail of ["write:ENOSPC:2", "write:EIO:2", "sync:EIO:2", "sync:ENOSPC:2"]) {
  test(`a disk that fails (${fail}) is answered with an error, and nothing is changed`, async () => {
    const { me, events, journal, stop } = await traced(fail);
    assert.is(await me.code("CreateVpc", vpc(1)), "ok");
    const size = statSync(journal).size;
    const { Error: error } = await me("CreateVpc", vpc(2));
    assert.is(error.Code, "InternalError");
    assert.match(error.Message, new RegExp(fail.split(":")[1]));
    assert.is(statSync(journal).size, size);
    assert.is((await me("DescribeVpcs")).TotalCount, 1);
    assert.is(await me.code("CreateVpc", vpc(3)), "ok");
    const names = async (who: Client): Promise<string[]> =>
      (await who("DescribeVpcs")).VpcSet.map(({ VpcName }: { VpcName: string }) => VpcName);
    assert.equal(await names(me), ["v1", "v3"]);
    assert.is(events().at(-1), "reply");
    await stop("SIGKILL");

    assert.is((await twoway(["check", journal])).status, 0);
    const again = await ready(start(["--journal", journal]));
    assert.equal(await names(client(again.url, "1", "gz")), ["v1", "v3"]);
    assert.is(again.err().includes("cut off"), false);
    await again.stop();
  });
}

test.run();
