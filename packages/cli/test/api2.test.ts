import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as CallerModule from "../src/api/caller.ts";
import { type Answer, client, client2, killAll, type Served, serve } from "./server.ts";

const test = suite("api 2.0");

const { signature2 } = (await import(
  new URL("../api/caller.js", import.meta.url).href
)) as typeof CallerModule;

const FOLDER = mkdtempSync(join(tmpdir(), "twoway-api2-"));
const GZ = "ap-guangzhou";
const SH = "ap-shanghai";

let server: Served;
test.before(async () => {
  server = await serve();
});
test.after(killAll);

let accounts = 5000;
const account = (): string => String(++accounts);

async function vpcIn(url: string, uin: string, region: string, CidrBlock: string): Promise<string> {
  const { Vpc } = await client(url, uin, region)("CreateVpc", { VpcName: "v", CidrBlock });
  return Vpc.VpcId;
}

/** A subnet in the VPC, and its route table. */
async function subnetIn(uin: string, region: string, VpcId: string, CidrBlock: string): Promise<Answer> {
  const params = { VpcId, SubnetName: "s", CidrBlock, Zone: `${region}-1` };
  return (await client(server.url, uin, region)("CreateSubnet", params)).Subnet;
}

/** Two accounts with a VPC each, the second in the other region or in the same. */
async function pair(far: string): Promise<{ uin: string[]; vpc: string[]; asked: Record<string, string> }> {
  const uin = [account(), account()];
  const vpc = [
    await vpcIn(server.url, uin[0], GZ, "192.168.0.0/16"),
    await vpcIn(server.url, uin[1], far, "10.0.0.0/16"),
  ];
  const asked = { vpcId: vpc[0], peerVpcId: vpc[1], peerUin: uin[1], peeringConnectionName: "p" };
  return { uin, vpc, asked };
}

for (const [suffix, far, short] of [
  ["", GZ, "gz"],
  ["Ex", SH, "sh"],
] as const) {
  test(`the seeds' quick start of two accounts in ${far === GZ ? "one region" : "two regions"} (A16, A27, A38, A39)`, async () => {
    const { uin, vpc, asked } = await pair(far);
    const one = client2(server.url, uin[0], "gz");
    const two = client2(server.url, uin[1], short, "POST");
    const ex = far === GZ ? {} : { peerRegion: short, bandwidth: "100" };
    const made = await one(`CreateVpcPeeringConnection${suffix}`, { ...asked, ...ex });
    assert.equal([made.code, made.codeDesc, made.message], [0, "Success", ""]);
    const outputOf = async ({ taskId }: Answer): Promise<Answer> => {
      const { code, data } = await one("DescribeVpcTaskResult", { taskId: String(taskId) });
      assert.equal([code, data.status, data.output.errorCode, data.output.errorMsg], [0, 0, 0, ""]);
      return data.output;
    };
    const peeringConnectionId =
      suffix === "" ? made.peeringConnectionId : (await outputOf(made)).uniqVpcPeerId;
    const pcx = { peeringConnectionId };
    const state = async (): Promise<number> =>
      (await one("DescribeVpcPeeringConnections", pcx)).data[0].state;
    assert.is(await state(), 0);
    assert.is((await one(`AcceptVpcPeeringConnection${suffix}`, pcx)).code, 4300);
    await client(server.url, uin[0], GZ)("AdvanceClock", { Duration: "7d" });
    assert.is((await two(`AcceptVpcPeeringConnection${suffix}`, pcx)).code, 5100); // A8
    assert.is(await state(), 2);
    assert.is((await one(`EnableVpcPeeringConnection${suffix}`, pcx)).code, 0); // A39
    const accepted = await two(`AcceptVpcPeeringConnection${suffix}`, pcx);
    assert.is(accepted.code, 0);
    assert.is(accepted.taskId === undefined, suffix === "");
    assert.is(await state(), 1);
    // routes are made by API 3.0: API 2.0 has only the peerings here
    const a = await subnetIn(uin[0], GZ, vpc[0], "192.168.1.0/24");
    const b = await subnetIn(uin[1], far, vpc[1], "10.0.1.0/24");
    const verdict = async (): Promise<string> =>
      (
        await client(
          server.url,
          uin[0],
          GZ,
        )("EvaluateReachability", { Source: a.SubnetId, Destination: b.SubnetId })
      ).verdict;
    assert.is(await verdict(), "unreachable");
    for (const [who, region, RouteTableId, DestinationCidrBlock] of [
      [uin[0], GZ, a.RouteTableId, "10.0.1.0/24"],
      [uin[1], far, b.RouteTableId, "192.168.1.0/24"],
    ]) {
      const Routes = [
        { DestinationCidrBlock, GatewayType: "PEERCONNECTION", GatewayId: peeringConnectionId },
      ];
      assert.is(await client(server.url, who, region).code("CreateRoutes", { RouteTableId, Routes }), "ok");
    }
    assert.is(await verdict(), "two-way");
    assert.is((await two(`DeleteVpcPeeringConnection${suffix}`, pcx)).code, 0);
    assert.is(await state(), 4); // D5
    assert.is(await verdict(), "unreachable");
  });
}

// action | parameters | number | name. V and W are VPCs of two accounts in two regions, X one of W's account here.
for (const [action, params, code, codeDesc] of [
  ["NoSuchAction", {}, 4000, "InvalidAction"],
  ["constructor", {}, 4000, "InvalidAction"],
  ["DescribeVpcPeeringConnectionsEx", {}, 4000, "InvalidAction"],
  ["CreateVpcPeeringConnection", {}, 4000, "MissingParameter"],
  ["CreateVpcPeeringConnectionEx", { peerVpcId: "W" }, 4000, "MissingParameter"], // D2
  ["CreateVpcPeeringConnectionEx", { peerVpcId: "W", peerRegion: "sh" }, 4000, "MissingParameter"],
  ["CreateVpcPeeringConnectionEx", { peerVpcId: "W", bandwidth: "10" }, 4000, "MissingParameter"],
  [
    "CreateVpcPeeringConnectionEx",
    { peerVpcId: "W", peerRegion: "sh", bandwidth: "30" },
    4000,
    "InvalidParameterValue",
  ], // S11
  [
    "CreateVpcPeeringConnectionEx",
    { peerVpcId: "W", peerRegion: "sh", bandwidth: "fast" },
    4000,
    "InvalidParameterValue",
  ],
  [
    "CreateVpcPeeringConnectionEx",
    { peerVpcId: "W", peerRegion: "bj", bandwidth: "10" },
    5000,
    "InvalidVpc.NotFound",
  ],
  [
    "CreateVpcPeeringConnectionEx",
    { peerVpcId: "X", peerRegion: "gz", bandwidth: "10" },
    4000,
    "InvalidParameterValue.Combination",
  ], // A19
  ["CreateVpcPeeringConnection", { peerVpcId: "W" }, 5000, "InvalidVpc.NotFound"], // W is in another region
  ["CreateVpcPeeringConnection", { peerVpcId: "X", vpcId: "vpc-none" }, 5000, "InvalidVpc.NotFound"],
  ["CreateVpcPeeringConnection", { peerVpcId: "X", peerUin: "1" }, 5000, "InvalidVpc.NotFound"],
  [
    "CreateVpcPeeringConnection",
    { peerVpcId: "X", peeringConnectionName: "x".repeat(61) },
    4000,
    "InvalidPeeringConnectionName",
  ],
  [
    "CreateVpcPeeringConnection",
    { peerVpcId: "X", peeringConnectionName: "a\nb" },
    4000,
    "InvalidPeeringConnectionName",
  ],
  [
    "CreateVpcPeeringConnection",
    { peerVpcId: "X", peeringConnectionName: "" },
    4000,
    "InvalidPeeringConnectionName",
  ],
  ["CreateVpcPeeringConnection", { peerVpcId: "X" }, 5100, "PeeringConnectionVpcConflict"], // A10: X overlaps V
  ["ModifyVpcPeeringConnection", { peeringConnectionId: "pcx-none" }, 4000, "MissingParameter"],
  ["ModifyVpcPeeringConnectionEx", { peeringConnectionId: "pcx-none" }, 4000, "MissingParameter"],
  [
    "ModifyVpcPeeringConnectionEx",
    { peeringConnectionId: "pcx-none", bandwidth: "10" },
    5000,
    "InvalidPeeringConnection.NotFound",
  ],
  ["AcceptVpcPeeringConnection", {}, 4000, "MissingParameter"],
  ["EnableVpcPeeringConnectionEx", { peeringConnectionId: "x" }, 5000, "InvalidPeeringConnection.NotFound"],
  ["DescribeVpcPeeringConnections", { state: "5" }, 4000, "InvalidParameterValue"],
  ["DescribeVpcPeeringConnections", { limit: "many" }, 4000, "InvalidParameterValue"],
  ["DescribeVpcTaskResult", {}, 4000, "MissingParameter"],
  ["DescribeVpcTaskResult", { taskId: "999999" }, 5000, "ResourceNotFound"],
  ["DescribeVpcTaskResult", { taskId: "__proto__" }, 5000, "ResourceNotFound"],
] as const) {
  test(`${action} ${JSON.stringify(params).slice(0, 80)} is ${code} ${codeDesc}`, async () => {
    const { uin, vpc, asked } = await pair(SH);
    const x = await vpcIn(server.url, uin[1], GZ, "192.168.0.0/16");
    const text = JSON.stringify({
      ...(Object.keys(params).length > 0 && action.startsWith("Create") ? asked : {}),
      ...params,
    });
    const all = text
      .replaceAll('"V"', `"${vpc[0]}"`)
      .replaceAll('"W"', `"${vpc[1]}"`)
      .replaceAll('"X"', `"${x}"`);
    const answer = await client2(server.url, uin[0], "gz")(action, JSON.parse(all));
    assert.equal([answer.code, answer.codeDesc], [code, codeDesc], answer.message);
    assert.ok(answer.message.length > 10);
    assert.is(answer.taskId, undefined); // what is refused is no task
  });
}

test("the eleventh peering of a VPC is one too many (A14)", async () => {
  const uin = account();
  const hub = await vpcIn(server.url, uin, GZ, "10.0.0.0/16");
  const me = client2(server.url, uin, "gz");
  const codes: string[] = [];
  for (let i = 1; i <= 11; i++) {
    const peerUin = account();
    const peerVpcId = await vpcIn(server.url, peerUin, GZ, `10.${i}.0.0/16`);
    const asked = { vpcId: hub, peerVpcId, peerUin, peeringConnectionName: `p${i}` };
    codes.push((await me("CreateVpcPeeringConnection", asked)).codeDesc);
  }
  assert.equal(codes, [...Array(10).fill("Success"), "PeeringConnectionLimitExceeded"]);
});

test("peerings are filtered, ordered and paged, in the documented shape", async () => {
  const uin = account();
  const hub = await vpcIn(server.url, uin, GZ, "10.0.0.0/16");
  const me = client2(server.url, uin, "gz");
  for (const [i, name] of ["c", "a", "b"].entries()) {
    const peerVpcId = await vpcIn(server.url, uin, GZ, `10.${i + 1}.0.0/16`);
    const [vpcId, other] = name === "b" ? [peerVpcId, hub] : [hub, peerVpcId];
    await me("CreateVpcPeeringConnection", {
      vpcId,
      peerVpcId: other,
      peerUin: uin,
      peeringConnectionName: name,
    });
    await client(server.url, uin, GZ)("AdvanceClock", { Duration: "1m" });
  }
  const names = async (params: Record<string, string>): Promise<string> => {
    const { data, totalCount } = await me("DescribeVpcPeeringConnections", params);
    return `${totalCount} ${data.map(({ peeringConnectionName }: Answer) => peeringConnectionName).join("")}`;
  };
  for (const [params, found] of [
    [{}, "3 bac"], // the newest first
    [{ orderDirection: "asc" }, "3 cab"],
    [{ orderField: "peeringConnectionname", orderDirection: "asc" }, "3 abc"],
    [{ orderField: "createTime", orderDirection: "desc" }, "3 bac"],
    [{ offset: "1", limit: "1" }, "3 a"],
    [{ limit: "0" }, "3 "],
    [{ vpcId: hub }, "2 ac"], // the requester's
    [{ peeringConnectionName: "a" }, "1 a"],
    [{ state: "1" }, "3 bac"],
    [{ state: "0" }, "0 "],
  ] as const) {
    assert.is(await names(params), found, JSON.stringify(params));
  }
  const { data } = await me("DescribeVpcPeeringConnections", { peeringConnectionName: "c" });
  const { vpcId, peerVpcId, peeringConnectionId, createTime, ...rest } = data[0];
  assert.is(vpcId, hub);
  assert.match(peerVpcId, /^vpc-/);
  assert.match(peeringConnectionId, /^pcx-/);
  assert.match(createTime, /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
  const number = Number(uin);
  assert.equal(rest, {
    unVpcId: hub,
    uniqVpcId: hub,
    unPeerVpcId: peerVpcId,
    uniqPeerVpcId: peerVpcId,
    appId: number,
    peeringConnectionName: "c",
    state: 1,
    uin: number,
    peerUin: number,
    region: GZ,
    peerRegion: GZ,
  });
});

test("tasks are known after a restart, to the account that began them alone, and their numbers go on", async () => {
  const file = join(FOLDER, "journal.yaml");
  let journaled = await serve("--journal", file);
  const vpcId = await vpcIn(journaled.url, "1", GZ, "10.1.0.0/16");
  const peerVpcId = await vpcIn(journaled.url, "2", SH, "10.2.0.0/16");
  const asked = {
    vpcId,
    peerVpcId,
    peerUin: "2",
    peerRegion: "sh",
    bandwidth: "10",
    peeringConnectionName: "p",
  };
  const made = await client2(journaled.url, "1", "gz")("CreateVpcPeeringConnectionEx", asked);
  assert.is(made.taskId, 1);
  const told = await client2(journaled.url, "1", "gz")("DescribeVpcTaskResult", { taskId: "1" });
  assert.match(told.data.output.uniqVpcPeerId, /^pcx-/);
  assert.match(readFileSync(file, "utf8"), /^ {2}- \{ note: task 1, do: \["create-peering /m);
  await journaled.stop("SIGKILL");

  journaled = await serve("--journal", file);
  const one = client2(journaled.url, "1", "gz");
  const two = client2(journaled.url, "2", "sh");
  assert.equal(await one("DescribeVpcTaskResult", { taskId: "1" }), told);
  assert.is((await two("DescribeVpcTaskResult", { taskId: "1" })).code, 5000);
  const pcx = { peeringConnectionId: told.data.output.uniqVpcPeerId };
  assert.is((await one("AcceptVpcPeeringConnectionEx", pcx)).taskId, undefined);
  assert.is((await two("AcceptVpcPeeringConnectionEx", pcx)).taskId, 2);
  await journaled.stop();
});

// --- signatures

/** The example of the documents: https://cloud.tencent.com/document/api/213/6984. */
const DOCUMENTED = {
  secret: "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA",
  host: "cvm.api.qcloud.com",
  query:
    "Action=DescribeInstances&InstanceIds.0=ins-09dx96dg&Nonce=11886&Region=ap-guangzhou&SecretId=AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA&SignatureMethod=HmacSHA256&Timestamp=1465185768",
  signature: "0EEm/HtGRr/VJXTAD9tYMth1Bzm3lLHz5RCDv1GdM8s=",
};

test("the documents' example has the documents' signature, in whichever order its parameters come", () => {
  const { secret, host, query, signature } = DOCUMENTED;
  const params = query.split("&");
  for (const order of [params, params.toReversed()]) {
    const request = { method: "GET", host, params: new URLSearchParams(order.join("&")) };
    assert.is(signature2(secret, request), signature);
  }
});

const SECRET = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";

/** Signs on its own, without the code under test. */
function signed(
  host: string,
  method: string,
  params: Record<string, string>,
  secret: string,
): URLSearchParams {
  const sorted = Object.keys(params).sort();
  const text = `${method}${host}/v2/index.php?${sorted.map((key) => `${key}=${params[key]}`).join("&")}`;
  const hash = params.SignatureMethod === "HmacSHA256" ? "sha256" : "sha1";
  const Signature = createHmac(hash, secret).update(text).digest("base64");
  return new URLSearchParams({ ...params, Signature });
}

test("a signature is verified for an account that has a secret, and for no other", async () => {
  const file = join(FOLDER, "accounts.json");
  writeFileSync(
    file,
    JSON.stringify({ AKIDsecret: { account: "1", secret: SECRET }, AKIDopen: { account: "2" } }),
  );
  const strict = await serve("--accounts", file);
  const { host } = new URL(strict.url);
  const now = Math.floor(Date.now() / 1000);
  const base = { Action: "DescribeVpcPeeringConnections", Region: "gz", SecretId: "AKIDsecret", Nonce: "7" };
  const at = (seconds: number): Record<string, string> => ({ ...base, Timestamp: String(seconds) });
  const send = async (method: string, params: URLSearchParams): Promise<string> => {
    const url = `${strict.url}/v2/index.php`;
    const sent = method === "GET" ? fetch(`${url}?${params}`) : fetch(url, { method, body: params });
    const { code, codeDesc } = (await (await sent).json()) as Answer;
    return `${code} ${codeDesc}`;
  };
  const forged = signed(host, "GET", at(now), SECRET);
  forged.set("state", "1");
  const unsigned = new URLSearchParams(at(now));
  const sha256 = { ...at(now), SignatureMethod: "HmacSHA256" };
  const name = { ...at(now), peeringConnectionName: "a b+c&d=é", SignatureMethod: "HmacSHA1" };
  // method | request | answer
  for (const [method, params, answer] of [
    ["GET", signed(host, "GET", at(now), SECRET), "0 Success"],
    ["POST", signed(host, "POST", at(now), SECRET), "0 Success"],
    ["GET", signed(host, "GET", sha256, SECRET), "0 Success"],
    ["GET", signed(host, "GET", name, SECRET), "0 Success"],
    ["GET", signed("127.0.0.1", "GET", at(now), SECRET), "0 Success"], // without the port, as some clients sign
    ["GET", signed(host, "GET", at(now - 7000), SECRET), "0 Success"],
    ["GET", signed(host, "GET", at(now - 7400), SECRET), "4200 AuthFailure.SignatureExpire"],
    ["GET", signed(host, "GET", at(now + 7400), SECRET), "4200 AuthFailure.SignatureExpire"],
    ["GET", signed(host, "GET", base, SECRET), "4200 AuthFailure.SignatureExpire"],
    ["POST", signed(host, "GET", at(now), SECRET), "4100 AuthFailure.SignatureFailure"],
    ["GET", signed("example.com", "GET", at(now), SECRET), "4100 AuthFailure.SignatureFailure"],
    ["GET", signed(host, "GET", at(now), `${SECRET}x`), "4100 AuthFailure.SignatureFailure"],
    ["GET", forged, "4100 AuthFailure.SignatureFailure"],
    ["GET", unsigned, "4100 AuthFailure.SignatureFailure"],
    [
      "GET",
      signed(host, "GET", { ...at(now), SecretId: "AKIDnobody" }, SECRET),
      "4100 AuthFailure.SecretIdNotFound",
    ],
    ["GET", new URLSearchParams({ ...base, SecretId: "AKIDopen" }), "0 Success"],
    [
      "GET",
      new URLSearchParams({ Action: "DescribeVpcPeeringConnections", Region: "gz" }),
      "4000 MissingParameter",
    ],
  ] as const) {
    assert.is(await send(method, params), answer, params.toString());
  }
  await strict.stop();
  assert.not.match(strict.err(), new RegExp(`${SECRET}|Signature=|AKID`));
});

test.run();
