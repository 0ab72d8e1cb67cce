import { appendFileSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Action, apply, parseAction, readScenario, scenarioText } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as JournalModule from "../src/api/journal.ts";
import { twoway } from "./command.ts";
import { client, killAll, serve } from "./server.ts";

const test = suite("journal");
test.after(killAll);

const { openJournal } = (await import(
  new URL("../api/journal.js", import.meta.url).href
)) as typeof JournalModule;
type Disk = JournalModule.Disk;

const FOLDER = mkdtempSync(join(tmpdir(), "twoway-journal-"));
let files = 0;
const newFile = (): string => join(FOLDER, `journal-${++files}.yaml`);
const initial = () => readScenario("vpcs: { old: { cidr: 10.200.0.0/16 } }", "net.yaml").scenario.network;
const actions = (...lines: readonly string[]): Action[] => lines.map(parseAction);

test("a restart keeps the network and gives out no id twice; the journal is a scenario (S4)", async () => {
  const file = newFile();
  let server = await serve("--journal", file);
  let me = client(server.url, "100001", "gz");
  const { Vpc: a } = await me("CreateVpc", { VpcName: 'a "quoted" näme: #1', CidrBlock: "10.1.0.0/16" });
  const { Vpc: b } = await me("CreateVpc", { VpcName: "b", CidrBlock: "10.2.0.0/16" });
  const { Subnet: s } = await me("CreateSubnet", {
    VpcId: a.VpcId,
    SubnetName: "s",
    CidrBlock: "10.1.1.0/24",
    Zone: "z",
  });
  const { Subnet: t } = await me("CreateSubnet", {
    VpcId: b.VpcId,
    SubnetName: "t",
    CidrBlock: "10.2.1.0/24",
    Zone: "z",
  });
  const asked = {
    SourceVpcId: a.VpcId,
    PeeringConnectionName: "two words",
    DestinationVpcId: b.VpcId,
    DestinationUin: "100001",
    DestinationRegion: "gz",
  };
  const { PeeringConnectionId: pcx } = await me("CreateVpcPeeringConnection", asked);
  for (const [table, cidr] of [
    [s.RouteTableId, "10.2.1.0/24"],
    [t.RouteTableId, "10.1.0.0/16"],
  ]) {
    const Routes = [{ DestinationCidrBlock: cidr, GatewayType: "PEERCONNECTION", GatewayId: pcx }];
    assert.is(await me.code("CreateRoutes", { RouteTableId: table, Routes }), "ok");
  }
  await me("AdvanceClock", { Duration: "1d" });
  const { Vpc: gone } = await me("CreateVpc", { VpcName: "gone", CidrBlock: "10.3.0.0/16" });
  assert.is(await me.code("DeleteVpc", { VpcId: gone.VpcId }), "ok");
  const size = statSync(file).size;
  assert.is(await me.code("CreateVpcPeeringConnection", asked), "UnsupportedOperation.VpcPeerAlreadyExist");
  await me("DescribeVpcs");
  assert.is(statSync(file).size, size); // neither a refusal nor a look writes anything
  const state = async (): Promise<string> => {
    const lists = ["DescribeVpcs", "DescribeSubnets", "DescribeRouteTables", "DescribeVpcPeeringConnections"];
    const found = await Promise.all(lists.map((list) => me(list)));
    return JSON.stringify(found.map(({ RequestId: _, ...rest }) => rest));
  };
  const before = await state();
  assert.is(await server.stop("SIGKILL"), null);

  assert.is((await twoway(["check", file])).status, 0);
  assert.is((await twoway(["trace", file, s.SubnetId, t.SubnetId, "--step", "all"])).status, 0);

  appendFileSync(file, '  - do: ["delete-vp'); // killed while it wrote
  server = await serve("--journal", file, "unused.yaml");
  me = client(server.url, "100001", "gz");
  assert.match(server.err(), /19 bytes of it are cut off/);
  assert.match(server.err(), /unused.yaml is not read/);
  assert.is(await state(), before);
  const { Vpc: next } = await me("CreateVpc", { VpcName: "next", CidrBlock: "10.4.0.0/16" });
  assert.not.equal(next.VpcId, gone.VpcId);
  assert.is(await server.stop(), 143);
});

test("cut at any byte of its last two records, the journal loses nothing that was acknowledged", () => {
  const file = newFile();
  const { journal } = openJournal(file, initial);
  const requests = [
    actions('create-vpc a 10.1.0.0/16 region gz account me name "naïve \\"name\\"" as me'),
    actions("create-vpc b 10.2.0.0/16 region gz account me as me", "create-subnet b/s 10.2.1.0/24 as me"),
    actions("create-peering p a - b name x as me", "add-route a 10.2.0.0/16 -> p as me"),
  ];
  const states: { readonly size: number; readonly text: string }[] = [];
  let network = initial();
  for (const request of requests) {
    journal.append({ actions: request });
    for (const action of request) {
      const outcome = apply(network, action, "test");
      assert.is(outcome.kind, "applied");
      if (outcome.kind === "applied") network = outcome.network;
    }
    states.push({ size: statSync(file).size, text: scenarioText(network, "state") });
  }
  journal.close();
  const bytes = readFileSync(file);
  let cuts = 0;
  for (let size = states[0].size; size <= bytes.length; size++) {
    const copy = join(FOLDER, "cut.yaml");
    writeFileSync(copy, bytes.subarray(0, size));
    const acknowledged = states.findLast((state) => state.size <= size)!;
    const opened = openJournal(copy, initial);
    opened.journal.close();
    assert.is(scenarioText(opened.network, "state"), acknowledged.text, `cut at ${size}`);
    assert.is(opened.warning === undefined, size === acknowledged.size);
    assert.is(statSync(copy).size, acknowledged.size);
    cuts++;
  }
  console.log(`positive cuts ${cuts}`);
});

/** A disk that writes down what it is asked, and fails where it is told to. */
function disk(calls: string[], fail: Partial<Disk> = {}): Disk {
  const real = journalDisk();
  const asked = (name: keyof Disk): Disk => {
    calls.push(name);
    return { ...real, ...fail };
  };
  return {
    write: (descriptor, bytes, at) => asked("write").write(descriptor, bytes, at),
    sync: (descriptor) => asked("sync").sync(descriptor),
    truncate: (descriptor, size) => asked("truncate").truncate(descriptor, size),
  };
}

const fs = await import("node:fs");
function journalDisk(): Disk {
  return {
    write: (descriptor, bytes, at) => fs.writeSync(descriptor, bytes, 0, Math.min(7, bytes.length), at), // short writes
    sync: fs.fsyncSync,
    truncate: fs.ftruncateSync,
  };
}

const failing = (code: string) => (): never => {
  throw Object.assign(new Error(code), { code });
};

test("a record is synced before it is acknowledged, and short writes are carried on", () => {
  const calls: string[] = [];
  const file = newFile();
  const { journal } = openJournal(file, initial, disk(calls));
  journal.append({ actions: actions("create-vpc a 10.1.0.0/16") });
  assert.is(calls.at(-1), "sync");
  assert.ok(calls.filter((call) => call === "write").length > 3);
  journal.close();
  assert.ok(openJournal(file, initial).network.vpcs.has("a"));
});

for (const [what, code] of [
  ["write", "ENOSPC"],
  ["write", "EIO"],
  ["sync", "EIO"],
] as const) {
  test(`after ${code} from ${what} nothing is acknowledged, and nothing of the record stays`, () => {
    const calls: string[] = [];
    const file = newFile();
    const fail: { -readonly [K in keyof Disk]?: Disk[K] } = {};
    const { journal } = openJournal(file, initial, disk(calls, fail));
    journal.append({ actions: actions("create-vpc a 10.1.0.0/16") });
    const size = statSync(file).size;
    let times = 0;
    // the first write goes half through, then the disk fails once
    const real = journalDisk();
    const once =
      <A extends unknown[], R>(work: (...args: A) => R, from: number) =>
      (...args: A): R =>
        times++ === from ? failing(code)() : work(...args);
    if (what === "write") fail.write = once(real.write, 1);
    else fail.sync = once(real.sync, 0);
    assert.throws(() => journal.append({ actions: actions("create-vpc b 10.2.0.0/16") }), new RegExp(code));
    assert.is(statSync(file).size, size);
    journal.append({ actions: actions("create-vpc c 10.3.0.0/16") });
    journal.close();
    assert.equal([...openJournal(file, initial).network.vpcs.keys()], ["old", "a", "c"]);
  });
}

test("where a record cannot be taken back, or somebody else writes, nothing is written any more", () => {
  for (const spoil of ["truncate", "foreign"] as const) {
    const file = newFile();
    const fail: { -readonly [K in keyof Disk]?: Disk[K] } = {};
    const { journal } = openJournal(file, initial, disk([], fail));
    if (spoil === "foreign") appendFileSync(file, "  - note: mine\n");
    else {
      fail.sync = failing("EIO");
      fail.truncate = failing("EIO");
    }
    const append = (): void => journal.append({ actions: actions("create-vpc a 10.1.0.0/16") });
    assert.throws(append);
    delete fail.sync;
    delete fail.truncate;
    assert.throws(append, /restart|nothing is written/);
    journal.close();
  }
});

test("a file that is no journal is left alone", async () => {
  const file = newFile();
  writeFileSync(file, "vpcs: {}");
  const { status, err } = await twoway(["serve", "--api", "--port", "0", "--journal", file]);
  assert.is(status, 2);
  assert.match(err, /no journal/);
  assert.is(readFileSync(file, "utf8"), "vpcs: {}");
});

test.run();
