import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readScenario, runScenario } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, client, client2, killAll, type Served, serve } from "./server.ts";

/**
 * Every action of both generations on a peering in every state, by its requester, its accepter and a stranger: over
 * HTTP, against what SPEC 1.4, D5 and 2.x say, written out below. Every cell has a peering of its own. A cell is the
 * state that the peering has afterwards, or a refusal:
 */

const REFUSALS: Readonly<Record<string, readonly [code3: string, number2: number, name2: string]>> = {
  actor: ["UnsupportedOperation.VpcPeerPurviewError", 4300, "UnsupportedOperation.VpcPeerPurviewError"],
  state: [
    "UnsupportedOperation.VpcPeerInvalidStateChange",
    5100,
    "UnsupportedOperation.VpcPeerInvalidStateChange",
  ],
  none: ["ResourceNotFound", 5000, "InvalidPeeringConnection.NotFound"],
  novpc: ["ResourceNotFound", 5000, "InvalidVpc.NotFound"],
  exists: ["UnsupportedOperation.VpcPeerAlreadyExist", 5100, "UnsupportedOperation.VpcPeerAlreadyExist"],
  hop: ["InvalidParameterValue.RouteNextHopInvalid", 0, ""],
  combo: ["InvalidParameterValue.Combination", 4000, "InvalidParameterValue.Combination"],
  action: ["InvalidAction", 4000, "InvalidAction"],
  // this one is no refusal of its own: API 2.0 has one action for each kind
  wrong: ["", 5000, "InvalidPeeringConnection.NotFound"],
};

/**
 * `Again`: the actor asks for a peering of its own VPC with the other one. `Route`: it adds a route over the peering to its own
 * table. `List`: what it sees of the peering. GONE-1 is DELETED by the requester, GONE-2 by the accepter, NEVER has never been.
 */
const TABLE3 = `
from      actor      Accept  Reject    Rename    Cap       Delete   Dismiss   Isolate   Restore  Enable  Again    Route   List
PENDING   requester  actor   actor     PENDING   PENDING   DELETED  state     state     state    action  exists   hop     PENDING
PENDING   accepter   ACTIVE  REJECTED  PENDING   PENDING   DELETED  state     state     state    action  exists   hop     PENDING
PENDING   stranger   actor   actor     actor     actor     actor    none      state     state    action  novpc    none    none
ACTIVE    requester  actor   actor     ACTIVE    ACTIVE    DELETED  state     ISOLATED  state    action  exists   ACTIVE  ACTIVE
ACTIVE    accepter   state   state     ACTIVE    ACTIVE    DELETED  state     ISOLATED  state    action  exists   ACTIVE  ACTIVE
ACTIVE    stranger   actor   actor     actor     actor     actor    none      ISOLATED  state    action  novpc    none    none
EXPIRED   requester  actor   actor     state     state     DELETED  state     state     state    action  EXPIRED  hop     EXPIRED
EXPIRED   accepter   state   state     state     state     DELETED  state     state     state    action  EXPIRED  hop     EXPIRED
EXPIRED   stranger   actor   actor     actor     actor     actor    none      state     state    action  novpc    none    none
REJECTED  requester  actor   actor     state     state     DELETED  REJECTED  state     state    action  REJECTED hop     REJECTED
REJECTED  accepter   none    none      none      none      none     none      state     state    action  REJECTED hop     none
REJECTED  stranger   actor   actor     actor     actor     actor    none      state     state    action  novpc    none    none
GONE-1    requester  none    none      none      none      none     none      state     state    action  DELETED  hop     none
GONE-1    accepter   state   state     state     state     state    DELETED   state     state    action  DELETED  hop     DELETED
GONE-1    stranger   actor   actor     actor     actor     actor    none      state     state    action  novpc    none    none
GONE-2    requester  actor   actor     state     state     state    DELETED   state     state    action  DELETED  hop     DELETED
GONE-2    accepter   none    none      none      none      none     none      state     state    action  DELETED  hop     none
GONE-2    stranger   actor   actor     actor     actor     actor    none      state     state    action  novpc    none    none
ISOLATED  requester  actor   actor     ISOLATED  ISOLATED  DELETED  state     state     ACTIVE   action  exists   hop     ISOLATED
ISOLATED  accepter   state   state     ISOLATED  ISOLATED  DELETED  state     state     ACTIVE   action  exists   hop     ISOLATED
ISOLATED  stranger   actor   actor     actor     actor     actor    none      state     ACTIVE   action  novpc    none    none
NEVER     requester  none    none      none      none      none     none      none      none     action  ACTIVE   hop     none
`;

/** The plain action and its `Ex` are for one region and for two; `Other` is Delete by the action for the other kind. */
const TABLE2 = `
from      actor      Accept  Reject    Rename    Enable   Delete   Other  Again    List
PENDING   requester  actor   actor     PENDING   state    DELETED  wrong  exists   PENDING
PENDING   accepter   ACTIVE  REJECTED  PENDING   actor    DELETED  wrong  exists   PENDING
PENDING   stranger   actor   actor     actor     actor    actor    wrong  novpc    none
ACTIVE    requester  actor   actor     ACTIVE    state    DELETED  wrong  exists   ACTIVE
ACTIVE    accepter   state   state     ACTIVE    actor    DELETED  wrong  exists   ACTIVE
ACTIVE    stranger   actor   actor     actor     actor    actor    wrong  novpc    none
EXPIRED   requester  actor   actor     state     PENDING  DELETED  wrong  EXPIRED  EXPIRED
EXPIRED   accepter   state   state     state     actor    DELETED  wrong  EXPIRED  EXPIRED
EXPIRED   stranger   actor   actor     actor     actor    actor    wrong  novpc    none
REJECTED  requester  actor   actor     state     state    DELETED  wrong  REJECTED REJECTED
REJECTED  accepter   none    none      none      none     none     none   REJECTED none
REJECTED  stranger   actor   actor     actor     actor    actor    wrong  novpc    none
GONE-1    requester  none    none      none      none     none     none   DELETED  none
GONE-1    accepter   state   state     state     actor    state    wrong  DELETED  DELETED
GONE-1    stranger   actor   actor     actor     actor    actor    wrong  novpc    none
GONE-2    requester  actor   actor     state     state    state    wrong  DELETED  DELETED
GONE-2    accepter   none    none      none      none     none     none   DELETED  none
GONE-2    stranger   actor   actor     actor     actor    actor    wrong  novpc    none
ISOLATED  requester  actor   actor     ISOLATED  state    DELETED  wrong  exists   ISOLATED
ISOLATED  accepter   state   state     ISOLATED  actor    DELETED  wrong  exists   ISOLATED
ISOLATED  stranger   actor   actor     actor     actor    actor    wrong  novpc    none
NEVER     requester  none    none      none      none     none     none   ACTIVE   none
`;

/** The state numbers of API 2.0. */
const NUMBERS: Readonly<Record<string, number>> = {
  PENDING: 0,
  ACTIVE: 1,
  EXPIRED: 2,
  REJECTED: 3,
  DELETED: 4,
  ISOLATED: -1,
};

interface Cell {
  readonly generation: 2 | 3;
  readonly from: string;
  readonly actor: "requester" | "accepter" | "stranger";
  readonly action: string;
  readonly ends: string;
  readonly isCross: boolean;
}

const CELLS: readonly Cell[] = [TABLE3, TABLE2].flatMap((table, i) => {
  const [head, ...rows] = table
    .trim()
    .split("\n")
    .map((line) => line.split(/ +/));
  return rows.flatMap(([from, actor, ...ends]) =>
    ends.flatMap((end, column) =>
      [true, false].map(
        (isCross): Cell => ({
          generation: i === 0 ? 3 : 2,
          from,
          actor: actor as Cell["actor"],
          action: head[column + 2],
          ends: end,
          isCross,
        }),
      ),
    ),
  );
});

const test = suite("peering table");
const JOURNAL = join(mkdtempSync(join(tmpdir(), "twoway-table-")), "journal.yaml");
const GZ = "ap-guangzhou";
const SH = "ap-shanghai";

let server: Served;
test.before(async () => {
  server = await serve("--journal", JOURNAL);
});
test.after(killAll);

/** Two VPCs of two accounts, a stranger, and a peering in the state that the cell begins with. */
interface World {
  readonly uin: Readonly<Record<Cell["actor"], string>>;
  readonly region: Readonly<Record<Cell["actor"], string>>;
  readonly vpc: Readonly<Record<string, string>>;
  readonly table: Readonly<Record<string, string>>;
  readonly pcx: string;
}

let worlds = 0;
async function worldOf({ from, isCross }: Cell): Promise<World> {
  const n = 100_000 + 10 * ++worlds;
  // what was never asked for is looked for inside one account, where it would be active at once (A20)
  const uin = { requester: `${n}`, accepter: from === "NEVER" ? `${n}` : `${n + 1}`, stranger: `${n + 2}` };
  const region = { requester: GZ, accepter: isCross ? SH : GZ, stranger: GZ };
  const vpc: Record<string, string> = {};
  const table: Record<string, string> = {};
  for (const [side, CidrBlock] of [
    ["requester", "10.1.0.0/16"],
    ["accepter", "10.2.0.0/16"],
  ] as const) {
    const me = client(server.url, uin[side], region[side]);
    const { Vpc } = await me("CreateVpc", { VpcName: side, CidrBlock });
    vpc[side] = Vpc.VpcId;
    const { RouteTableSet } = await me("DescribeRouteTables", {
      Filters: [{ Name: "vpc-id", Values: [Vpc.VpcId] }],
    });
    table[side] = RouteTableSet[0].RouteTableId;
  }
  if (from === "NEVER") return { uin, region, vpc, table, pcx: "pcx-never" };
  const made = await client(
    server.url,
    uin.requester,
    GZ,
  )("CreateVpcPeeringConnection", {
    SourceVpcId: vpc.requester,
    PeeringConnectionName: "p",
    DestinationVpcId: vpc.accepter,
    DestinationUin: uin.accepter,
    DestinationRegion: region.accepter,
    ...(isCross ? { Bandwidth: 100 } : {}),
  });
  return { uin, region, vpc, table, pcx: made.PeeringConnectionId };
}

/** Brings a new peering into the state; EXPIRED is for the clock. */
async function bring({ from }: Cell, { uin, region, pcx }: World): Promise<void> {
  const by = async (actor: Cell["actor"], verb: string): Promise<void> => {
    const code = await client(server.url, uin[actor], region[actor]).code(`${verb}VpcPeeringConnection`, {
      PeeringConnectionId: pcx,
    });
    assert.is(code, "ok");
  };
  if (from === "ACTIVE" || from === "ISOLATED") await by("accepter", "Accept");
  if (from === "ISOLATED") await by("requester", "Isolate");
  if (from === "REJECTED") await by("accepter", "Reject");
  if (from === "GONE-1") await by("requester", "Delete");
  if (from === "GONE-2") await by("accepter", "Delete");
}

/** Does what the cell says and returns how the API puts its end: `ok`, or what stands for the refusal. */
async function play({ generation, action, actor, isCross }: Cell, world: World): Promise<Answer> {
  const { uin, region, vpc, table, pcx } = world;
  const other = actor === "requester" ? "accepter" : "requester";
  const own = vpc[actor] ?? vpc.requester; // a stranger has none
  if (generation === 2) {
    const me = client2(server.url, uin[actor], region[actor]);
    const suffix = isCross ? "Ex" : "";
    if (action === "List") return me("DescribeVpcPeeringConnections", { peeringConnectionId: pcx });
    if (action === "Again") {
      const ends = { vpcId: own, peerVpcId: vpc[other], peerUin: uin[other], peeringConnectionName: "again" };
      const ex = { peerRegion: region[other], bandwidth: "10" };
      return me(`CreateVpcPeeringConnection${suffix}`, isCross ? { ...ends, ...ex } : ends);
    }
    if (action === "Other") {
      return me(`DeleteVpcPeeringConnection${isCross ? "" : "Ex"}`, { peeringConnectionId: pcx });
    }
    const verb = action === "Rename" ? "Modify" : action;
    const name: Record<string, string> = action === "Rename" ? { peeringConnectionName: "new name" } : {};
    return me(`${verb}VpcPeeringConnection${suffix}`, { peeringConnectionId: pcx, ...name });
  }
  const me = client(server.url, uin[actor], region[actor]);
  const PeeringConnectionId = pcx;
  switch (action) {
    case "List":
      return me("DescribeVpcPeeringConnections", { PeeringConnectionIds: [pcx] });
    case "Again":
      return me("CreateVpcPeeringConnection", {
        SourceVpcId: own,
        PeeringConnectionName: "again",
        DestinationVpcId: vpc[other],
        DestinationUin: uin[other],
        DestinationRegion: region[other],
        ...(isCross ? { Bandwidth: 10 } : {}),
      });
    case "Route": {
      const [DestinationCidrBlock] = actor === "requester" ? ["10.2.1.0/24"] : ["10.1.1.0/24"];
      const Routes = [{ DestinationCidrBlock, GatewayType: "PEERCONNECTION", GatewayId: pcx }];
      return me("CreateRoutes", { RouteTableId: table[actor] ?? table.requester, Routes });
    }
    case "Rename":
      return me("ModifyVpcPeeringConnection", { PeeringConnectionId, PeeringConnectionName: "new name" });
    case "Cap":
      return me("ModifyVpcPeeringConnection", { PeeringConnectionId, Bandwidth: 200 });
    default:
      return me(`${action}VpcPeeringConnection`, { PeeringConnectionId });
  }
}

/** What has happened to the journal: the number of records, and the state of every peering. */
function journal(): { readonly records: number; readonly stateOf: (peering: string) => string | undefined } {
  const text = readFileSync(JOURNAL, "utf8");
  const { network } = runScenario(readScenario(text, JOURNAL).scenario);
  return {
    records: text.match(/^ {2}- .*do: /gm)?.length ?? 0,
    stateOf: (peering) => network.peerings.get(peering)?.state,
  };
}

/** How the cell ends, with A19: inside one region there is no cap to set, and everything else is asked first. */
function expected({ action, isCross, ends }: Cell): string {
  return action === "Cap" && !isCross && !(ends in REFUSALS) ? "combo" : ends;
}

test("every cell of state, action and actor ends as the documents say (1.4, A8, A19-A21, A32-A35, A39, D5, S5-S7)", async () => {
  // requests that are to expire come first: the clock is everybody's
  const late = CELLS.filter(({ from }) => from === "EXPIRED");
  const lateWorlds = new Map<Cell, World>();
  for (const cell of late) lateWorlds.set(cell, await worldOf(cell));
  assert.is(await client(server.url, "1", GZ).code("AdvanceClock", { Duration: "7d" }), "ok");

  const afterwards: { cell: Cell; pcx: string; state: string | undefined }[] = [];
  const wrong: string[] = [];
  let accepted = 0;
  let records = 0;
  for (const cell of CELLS) {
    const world = lateWorlds.get(cell) ?? (await worldOf(cell));
    if (!lateWorlds.has(cell)) await bring(cell, world);
    const before = linesOf();
    const answer = await play(cell, world);
    const written = linesOf() - before;
    const ends = expected(cell);
    const refusal = REFUSALS[ends];
    const end = cell.generation === 3 ? (answer.Error?.Code ?? "ok") : `${answer.code} ${answer.codeDesc}`;
    const good =
      refusal === undefined
        ? cell.generation === 3
          ? "ok"
          : "0 Success"
        : cell.generation === 3
          ? refusal[0]
          : `${refusal[1]} ${refusal[2]}`;
    const where = JSON.stringify(cell);
    if (end !== good) wrong.push(`${where}: ${end}, not ${good}`);
    const isLook = cell.action === "List";
    if (written !== (refusal === undefined && !isLook ? 1 : 0))
      wrong.push(`${where}: wrote ${written} records`);
    if (isLook && refusal === undefined) {
      const [seen] = cell.generation === 3 ? answer.PeerConnectionSet : answer.data;
      if ((seen.State ?? seen.state) !== (cell.generation === 3 ? ends : NUMBERS[ends])) {
        wrong.push(`${where}: shows ${seen.State ?? seen.state}`);
      }
    }
    if (refusal === undefined) accepted++;
    records += written;
    // a peering that was never there is made by Again
    const pcx = cell.from === "NEVER" && refusal === undefined ? idIn(answer) : world.pcx;
    const state = refusal === undefined ? ends : cell.from.startsWith("GONE") ? "DELETED" : cell.from;
    if (pcx !== undefined) afterwards.push({ cell, pcx, state: state === "NEVER" ? undefined : state });
  }
  assert.equal(wrong, []);

  const { stateOf } = journal();
  for (const { cell, pcx, state } of afterwards) assert.is(stateOf(pcx), state, JSON.stringify(cell));
  console.log(`\npositive cells ${CELLS.length}: ${accepted} accepted, ${records} of them written`);
  assert.is(await server.stop(), 143);
});

function linesOf(): number {
  return readFileSync(JOURNAL).filter((byte) => byte === 0x0a).length;
}

/** The new peering, as API 3.0 and the plain actions of API 2.0 tell it; the Ex one tells a task. */
function idIn(answer: Answer): string | undefined {
  return answer.PeeringConnectionId ?? answer.peeringConnectionId;
}

test.run();
