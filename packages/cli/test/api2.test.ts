import { suite } from "uvu";
import * as assert from "uvu/assert";
import { client, client2, killAll, type Served, serve } from "./server.ts";

const test = suite("api 2.0");

let server: Served;
test.before(async () => {
  server = await serve();
});
test.after(killAll);

test("the quick start across regions by API 2.0, its tasks and its errors (A38, A39)", async () => {
  const make = async (account: string, region: string, CidrBlock: string): Promise<string> =>
    (await client(server.url, account, region)("CreateVpc", { VpcName: "v", CidrBlock })).Vpc.VpcId;
  const vpcId = await make("1", "ap-guangzhou", "10.1.0.0/16");
  const peerVpcId = await make("2", "ap-shanghai", "10.2.0.0/16");
  const one = client2(server.url, "1", "gz");
  const two = client2(server.url, "2", "sh", "POST");
  const asked = {
    vpcId,
    peerVpcId,
    peerUin: "2",
    peeringConnectionName: "p",
    peerRegion: "sh",
    bandwidth: "100",
  };
  const { code, taskId } = await one("CreateVpcPeeringConnectionEx", asked);
  assert.is(code, 0);
  const { data } = await one("DescribeVpcTaskResult", { taskId: String(taskId) });
  assert.is(data.status, 0);
  const pcx = { peeringConnectionId: data.output.uniqVpcPeerId };
  const state = async (): Promise<number> => (await one("DescribeVpcPeeringConnections", pcx)).data[0].state;
  assert.is(await state(), 0);
  assert.is(
    (await one("AcceptVpcPeeringConnectionEx", pcx)).codeDesc,
    "UnsupportedOperation.VpcPeerPurviewError",
  );
  await client(server.url, "1", "x")("AdvanceClock", { Duration: "7d" });
  assert.is((await two("AcceptVpcPeeringConnectionEx", pcx)).code, 5100);
  assert.is((await one("EnableVpcPeeringConnectionEx", pcx)).code, 0);
  assert.is((await two("AcceptVpcPeeringConnectionEx", pcx)).code, 0);
  assert.is(await state(), 1);
  assert.is((await one("ModifyVpcPeeringConnectionEx", { ...pcx, bandwidth: "30" })).code, 4000);
  assert.is((await one("ModifyVpcPeeringConnectionEx", { ...pcx, bandwidth: "200" })).code, 0);
  assert.is(
    (await one("CreateVpcPeeringConnectionEx", { ...asked, peerVpcId: "vpc-x" })).codeDesc,
    "InvalidVpc.NotFound",
  );
  assert.is((await one("CreateVpcPeeringConnection", { vpcId })).code, 4000);
  assert.is(
    (await two("RejectVpcPeeringConnectionEx", { peeringConnectionId: "x" })).codeDesc,
    "InvalidPeeringConnection.NotFound",
  );
  assert.is((await two("DeleteVpcPeeringConnectionEx", pcx)).code, 0);
  assert.is(await state(), 4);
  assert.is((await one("NoSuchAction")).codeDesc, "InvalidAction");
});

test.run();
