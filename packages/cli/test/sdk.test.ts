import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, twoway } from "./command.ts";
import { type Answer, client, killAll, type Served, serve } from "./server.ts";

/**
 * The official SDK (the part of it that all of its clients are made of) with the endpoint overridden and plain HTTP, its
 * signatures verified; and what the server takes and gives, compared with what the SDK declares: vpc-models.json, which
 * scripts/vpc-models.js takes from it.
 */

const test = suite("sdk");
test.after(killAll);

const { actions, models } = JSON.parse(
  readFileSync(join(ROOT, "packages/cli/test/vpc-models.json"), "utf8"),
) as { actions: string[]; models: Record<string, Record<string, string>> };

const FOLDER = mkdtempSync(join(tmpdir(), "twoway-sdk-"));
const GZ = "ap-guangzhou";
const SH = "ap-shanghai";
const SECRETS: readonly (readonly [secretId: string, account: string, secretKey: string])[] = [
  ["AKIDone", "100001", "secret of one"],
  ["AKIDtwo", "100002", "secret of two"],
];

type Call = (action: string, params?: object) => Promise<Answer>;

async function strictServer(journal: string): Promise<Served> {
  const file = join(FOLDER, "accounts.json");
  const accounts = SECRETS.map(([secretId, account, secret]) => [secretId, { account, secret }]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(accounts)));
  return serve("--accounts", file, "--journal", journal);
}

function sdk(url: string, secretId: string, secretKey: string, region: string): Call {
  const endpoint = new URL(url).host;
  const calls = new CommonClient(endpoint, "2017-03-12", {
    credential: { secretId, secretKey },
    region,
    profile: { httpProfile: { protocol: "http://", endpoint, reqTimeout: 30 } },
  });
  return (action, params = {}) => calls.request(action, params);
}

test("the official SDK runs the seeds' quick start, and the journal's trace is two-way (A16, A27)", async () => {
  const journal = join(FOLDER, "quick-start.yaml");
  const server = await strictServer(journal);
  const [one, two] = SECRETS.map(([id, , key], i) => sdk(server.url, id, key, i === 0 ? GZ : SH));
  const vpcs: string[] = [];
  const subnets: Answer[] = [];
  for (const [call, zone, vpc, cidr, subnet, block] of [
    [one, GZ, "VPC1", "192.168.0.0/16", "A", "192.168.1.0/24"],
    [two, SH, "VPC2", "10.0.0.0/16", "B", "10.0.1.0/24"],
  ] as const) {
    const { Vpc } = await call("CreateVpc", { VpcName: vpc, CidrBlock: cidr });
    vpcs.push(Vpc.VpcId);
    const { Subnet } = await call("CreateSubnet", {
      VpcId: Vpc.VpcId,
      SubnetName: subnet,
      CidrBlock: block,
      Zone: `${zone}-1`,
    });
    const { RouteTable } = await call("CreateRouteTable", {
      VpcId: Vpc.VpcId,
      RouteTableName: `table ${subnet}`,
    });
    const { RouteTableId } = RouteTable;
    await call("ReplaceRouteTableAssociation", { SubnetId: Subnet.SubnetId, RouteTableId });
    subnets.push({ ...Subnet, RouteTableId });
  }
  const { PeeringConnectionId } = await one("CreateVpcPeeringConnection", {
    SourceVpcId: vpcs[0],
    PeeringConnectionName: "PeerConn",
    DestinationVpcId: vpcs[1],
    DestinationUin: "100002",
    DestinationRegion: SH,
    Bandwidth: 100,
  });
  const refused = await one("AcceptVpcPeeringConnection", { PeeringConnectionId }).catch((error) => error);
  assert.is(refused.code, "UnsupportedOperation.VpcPeerPurviewError");
  await two("AcceptVpcPeeringConnection", { PeeringConnectionId });
  for (const [call, near, far] of [
    [one, 0, 1],
    [two, 1, 0],
  ] as const) {
    const Routes = [
      {
        DestinationCidrBlock: subnets[far].CidrBlock,
        GatewayType: "PEERCONNECTION",
        GatewayId: PeeringConnectionId,
      },
    ];
    await call("CreateRoutes", { RouteTableId: subnets[near].RouteTableId, Routes });
  }
  const { verdict } = await one("EvaluateReachability", {
    Source: subnets[0].SubnetId,
    Destination: subnets[1].SubnetId,
  });
  assert.is(verdict, "two-way");
  const wrong = sdk(server.url, "AKIDone", "another secret", GZ);
  const unsigned = await wrong("DescribeVpcs").catch((error) => error);
  assert.is(unsigned.code, "AuthFailure.SignatureFailure");
  await server.stop();

  const traced = await twoway(["trace", journal, subnets[0].SubnetId, subnets[1].SubnetId, "--step", "all"]);
  assert.is(traced.status, 0, traced.err);
  assert.match(traced.out, /^two-way: /m);
});

/** Returns where a value is not what the SDK declares: a field too many, a field missing, another type. */
function misfits(value: Answer, type: string, path: string): string[] {
  const array = /^Array<(.+)>$/.exec(type);
  if (array !== null) {
    if (!Array.isArray(value)) return [`${path} is no array`];
    return value.flatMap((item, i) => misfits(item, array[1], `${path}[${i}]`));
  }
  const model = models[type];
  if (model === undefined) return typeof value === type ? [] : [`${path} is no ${type}`];
  return [
    ...Object.keys(value)
      .filter((field) => !Object.hasOwn(model, field))
      .map((field) => `${path}.${field} is not declared`),
    ...Object.entries(model).flatMap(([field, declared]) =>
      value[field] === undefined
        ? [`${path}.${field} is missing`]
        : misfits(value[field], declared.replace(/\?$/, ""), `${path}.${field}`),
    ),
  ];
}

test("every response has the fields that the SDK declares, all of them and no others", async () => {
  const server = await strictServer(join(FOLDER, "shapes.yaml"));
  const seen = new Set<string>();
  const wrong = new Set<string>();
  let fields = 0;
  const [one, two] = SECRETS.map(([id, , key], i) => {
    const call = sdk(server.url, id, key, i === 0 ? GZ : SH);
    return async (action: string, params: object = {}): Promise<Answer> => {
      const answer = await call(action, params);
      seen.add(action);
      fields += JSON.stringify(answer).split('":').length - 1;
      for (const misfit of misfits(answer, `${action}Response`, action)) wrong.add(misfit);
      return answer;
    };
  });
  const { Vpc: a } = await one("CreateVpc", { VpcName: "a", CidrBlock: "192.168.0.0/16" });
  const { Vpc: b } = await two("CreateVpc", { VpcName: "b", CidrBlock: "10.0.0.0/16" });
  const VpcId = a.VpcId;
  await one("CreateAssistantCidr", { VpcId, CidrBlocks: ["172.16.0.0/16"] });
  const { AssistantCidrSet } = await one("ModifyAssistantCidr", {
    VpcId,
    OldCidrBlocks: ["172.16.0.0/16"],
    NewCidrBlocks: ["172.17.0.0/16"],
  });
  assert.equal(
    AssistantCidrSet.map(({ CidrBlock }: Answer) => CidrBlock),
    ["172.17.0.0/16"],
  );
  const zone = { Zone: `${GZ}-1` };
  const { Subnet } = await one("CreateSubnet", {
    VpcId,
    SubnetName: "s",
    CidrBlock: "172.17.1.0/24",
    ...zone,
  });
  assert.is((await one("DescribeVpcs")).VpcSet[0].AssistantCidrSet[0].SubnetSet[0].SubnetId, Subnet.SubnetId);
  const { RouteTable } = await one("CreateRouteTable", { VpcId, RouteTableName: "t" });
  const { RouteTableId } = RouteTable;
  await one("ReplaceRouteTableAssociation", { SubnetId: Subnet.SubnetId, RouteTableId });
  const { PeeringConnectionId } = await one("CreateVpcPeeringConnection", {
    SourceVpcId: VpcId,
    PeeringConnectionName: "p",
    DestinationVpcId: b.VpcId,
    DestinationUin: "100002",
    DestinationRegion: SH,
    Bandwidth: 100,
    ChargeType: "POSTPAID_BY_DAY_MAX",
    QosLevel: "AU",
    Type: "VPC_PEER",
  });
  const pcx = { PeeringConnectionId };
  await one("ModifyVpcPeeringConnection", { ...pcx, Bandwidth: 200 });
  await two("AcceptVpcPeeringConnection", pcx);
  const to = (DestinationCidrBlock: string): object => ({
    DestinationCidrBlock,
    GatewayType: "PEERCONNECTION",
    GatewayId: PeeringConnectionId,
  });
  const tableNow = async (): Promise<Answer> =>
    (await one("DescribeRouteTables", { RouteTableIds: [RouteTableId] })).RouteTableSet[0];
  const made = await one("CreateRoutes", { RouteTableId, Routes: [to("10.0.1.0/24"), to("10.0.2.0/24")] });
  const [route] = made.RouteTableSet[0].RouteSet.filter(({ RouteType }: Answer) => RouteType === "USER");
  await one("DisableRoutes", { RouteTableId, RouteIds: [route.RouteId] });
  await one("EnableRoutes", { RouteTableId, RouteItemIds: [route.RouteItemId] });
  // a record comes back as it was given, with every field of it
  await one("ReplaceRoutes", { RouteTableId, Routes: [{ ...route, DestinationCidrBlock: "10.0.3.0/24" }] });
  await one("ResetRoutes", {
    RouteTableId,
    RouteTableName: "t",
    Routes: [to("10.0.4.0/24"), { ...to("10.0.5.0/24"), Enabled: false }],
  });
  const users = (table: Answer): Answer[] =>
    table.RouteSet.filter(({ RouteType }: Answer) => RouteType === "USER");
  assert.equal(
    users(await tableNow()).map(({ DestinationCidrBlock, Enabled }) => [DestinationCidrBlock, Enabled]),
    [
      ["10.0.4.0/24", true],
      ["10.0.5.0/24", false],
    ],
  );
  // of a reset that is refused nothing happens
  const refused = await one("ResetRoutes", {
    RouteTableId,
    RouteTableName: "t",
    Routes: [to("10.0.6.0/24"), to("10.9.0.0/24")],
  }).catch((error) => error);
  assert.is(refused.code, "InvalidParameterValue.CidrNotInPeerVpc");
  assert.is(users(await tableNow()).length, 2);
  const bare = await one("DescribeRouteTables", { RouteTableIds: [RouteTableId], NeedRouterInfo: false });
  assert.equal(bare.RouteTableSet[0].RouteSet, []);
  await one("DescribeVpcs");
  await one("DescribeSubnets");
  await one("DescribeVpcPeeringConnections");
  await one("DeleteRoutes", { RouteTableId, Routes: users(await tableNow()) });
  assert.is(users(await tableNow()).length, 0);
  await one("DeleteVpcPeeringConnection", pcx);
  const { PeeringConnectionId: again } = await one("CreateVpcPeeringConnection", {
    SourceVpcId: VpcId,
    PeeringConnectionName: "p",
    DestinationVpcId: b.VpcId,
    DestinationUin: "100002",
    DestinationRegion: SH,
    Bandwidth: 100,
  });
  await two("RejectVpcPeeringConnection", { PeeringConnectionId: again });
  await one("DeleteSubnet", { SubnetId: Subnet.SubnetId });
  await one("DeleteRouteTable", { RouteTableId });
  await one("DeleteAssistantCidr", { VpcId, CidrBlocks: ["172.17.0.0/16"] });
  await one("DeleteVpc", { VpcId });
  assert.equal([...wrong], []);
  assert.equal([...seen].sort(), [...actions].sort());
  console.log(`\npositive fields compared ${fields} of ${seen.size} actions`);
  await server.stop();
});

test("every parameter that the SDK declares is known, and what is required is asked for", async () => {
  const server = await serve();
  const me = client(server.url, "1", GZ);
  let asked = 0;
  for (const action of actions) {
    const declared = Object.entries(models[`${action}Request`]);
    for (const [parameter] of declared) {
      const { Error: error } = await me(action, { [parameter]: null });
      assert.is.not(error?.Code, "UnknownParameter", `${action} ${parameter}`);
      asked++;
    }
    if (declared.some(([, type]) => !type.endsWith("?"))) {
      assert.is(await me.code(action, {}), "MissingParameter", action);
    }
    assert.is(await me.code(action, { Colour: "red" }), "UnknownParameter", action);
  }
  console.log(`\npositive parameters ${asked}`);
  await server.stop();
});

test.run();
