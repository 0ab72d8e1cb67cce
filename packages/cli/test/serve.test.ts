import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { twoway } from "./command.ts";
import { type Answer, type Client, client, headersOf, killAll, type Served, serve } from "./server.ts";

const test = suite("serve");

const GZ = "ap-guangzhou";
const SH = "ap-shanghai";
const FOLDER = mkdtempSync(join(tmpdir(), "twoway-serve-"));

let server: Served;
test.before(async () => {
  server = await serve();
});
test.after(async () => {
  const status = await server.stop();
  killAll();
  assert.is(status, 143);
});

/** Two accounts that nobody else uses, each in its own region. */
let accounts = 100000;
function pair(): { readonly uin: readonly [string, string]; readonly one: Client; readonly two: Client } {
  const uin = [String(++accounts), String(++accounts)] as const;
  return { uin, one: client(server.url, uin[0], GZ), two: client(server.url, uin[1], SH) };
}

/** The seeds' example: a VPC in Guangzhou with subnet A, one in Shanghai with subnet B, of two accounts. */
async function example({ one, two }: ReturnType<typeof pair>): Promise<Record<string, string>> {
  const { Vpc: vpc1 } = await one("CreateVpc", { VpcName: "VPC1", CidrBlock: "192.168.0.0/16" });
  const { Vpc: vpc2 } = await two("CreateVpc", { VpcName: "VPC2", CidrBlock: "10.0.0.0/16" });
  const { Subnet: a } = await one("CreateSubnet", {
    VpcId: vpc1.VpcId,
    SubnetName: "A",
    CidrBlock: "192.168.1.0/24",
    Zone: `${GZ}-1`,
  });
  const { Subnet: b } = await two("CreateSubnet", {
    VpcId: vpc2.VpcId,
    SubnetName: "B",
    CidrBlock: "10.0.1.0/24",
    Zone: `${SH}-1`,
  });
  return {
    vpc1: vpc1.VpcId,
    vpc2: vpc2.VpcId,
    a: a.SubnetId,
    b: b.SubnetId,
    rtb1: a.RouteTableId,
    rtb2: b.RouteTableId,
  };
}

function peeringOf(ids: Record<string, string>, uin: string, more: object = { Bandwidth: 100 }): object {
  return {
    SourceVpcId: ids.vpc1,
    PeeringConnectionName: "gz to sh",
    DestinationVpcId: ids.vpc2,
    DestinationUin: uin,
    DestinationRegion: SH,
    ...more,
  };
}

const routeTo = (table: string, cidr: string, peering: string): object => ({
  RouteTableId: table,
  Routes: [{ DestinationCidrBlock: cidr, GatewayType: "PEERCONNECTION", GatewayId: peering }],
});

test("the quick start of two accounts ends two-way (A16, A17, A20-A22, A27)", async () => {
  const both = pair();
  const { one, two, uin } = both;
  const ids = await example(both);
  const { PeeringConnectionId: pcx } = await one("CreateVpcPeeringConnection", peeringOf(ids, uin[1]));
  assert.match(pcx, /^pcx-[0-9a-z]{8}$/);
  for (const [name, form] of [
    ["vpc1", /^vpc-[0-9a-z]{8}$/],
    ["a", /^subnet-[0-9a-z]{8}$/],
    ["rtb1", /^rtb-[0-9a-z]{8}$/],
  ] as const)
    assert.match(ids[name], form);
  const verdict = async (): Promise<string> =>
    (await one("EvaluateReachability", { Source: ids.a, Destination: ids.b })).verdict;

  // each side lists it in its own region, waiting (A41, B5: the request is the requester's)
  for (const side of [one, two]) {
    const { PeerConnectionSet: set, TotalCount } = await side("DescribeVpcPeeringConnections");
    assert.is(TotalCount, 1);
    const { State, SourceUin, DestinationUin, Bandwidth, SourceRegion, DestinationRegion } = set[0];
    assert.equal(
      { State, SourceUin, DestinationUin, Bandwidth, SourceRegion, DestinationRegion },
      {
        State: "PENDING",
        SourceUin: Number(uin[0]),
        DestinationUin: Number(uin[1]),
        Bandwidth: 100,
        SourceRegion: GZ,
        DestinationRegion: SH,
      },
    );
  }
  assert.is(
    await one.code("CreateRoutes", routeTo(ids.rtb1, "10.0.1.0/24", pcx)),
    "InvalidParameterValue.RouteNextHopInvalid",
  );
  assert.is(await two.code("AcceptVpcPeeringConnection", { PeeringConnectionId: pcx }), "ok");
  assert.is(await verdict(), "unreachable"); // A22: nothing passes without routes
  assert.is(await one.code("CreateRoutes", routeTo(ids.rtb1, "10.0.1.0/24", pcx)), "ok");
  assert.is(await verdict(), "forward-only");
  assert.is(await two.code("CreateRoutes", routeTo(ids.rtb2, "192.168.1.0/24", pcx)), "ok");
  assert.is(await verdict(), "two-way");

  // A28: each side sees its own routes over the peering
  const { RouteSet } = await two("DescribeVpcPeeringConnectionRoutes", { PeeringConnectionId: pcx });
  assert.equal(
    RouteSet.map(({ DestinationCidrBlock, SubnetIds }: Answer) => [DestinationCidrBlock, SubnetIds]),
    [["192.168.1.0/24", [ids.b]]],
  );
  // a delete by the peer ends it at once and takes the routes along (A34, A35)
  assert.is(await two.code("DeleteVpcPeeringConnection", { PeeringConnectionId: pcx }), "ok");
  assert.is(await verdict(), "unreachable");
  const { RouteTableSet } = await one("DescribeRouteTables", { RouteTableIds: [ids.rtb1] });
  assert.equal(
    RouteTableSet[0].RouteSet.map((route: Answer) => route.GatewayType),
    ["LOCAL"],
  );
  // D5: who deleted it lists it no more; the other side sees DELETED until it dismisses it
  assert.is((await two("DescribeVpcPeeringConnections")).TotalCount, 0);
  assert.is((await one("DescribeVpcPeeringConnections")).PeerConnectionSet[0].State, "DELETED");
  assert.is(await one.code("DismissVpcPeeringConnection", { PeeringConnectionId: pcx }), "ok");
  assert.is((await one("DescribeVpcPeeringConnections")).TotalCount, 0);
});

test("inside one account a peering is active at once (A15, A20)", async () => {
  const { one, uin } = pair();
  const { Vpc: a } = await one("CreateVpc", { VpcName: "a", CidrBlock: "10.1.0.0/16" });
  const { Vpc: b } = await one("CreateVpc", { VpcName: "b", CidrBlock: "10.2.0.0/16" });
  const asked = {
    SourceVpcId: a.VpcId,
    PeeringConnectionName: "inside",
    DestinationVpcId: b.VpcId,
    DestinationUin: uin[0],
    DestinationRegion: GZ,
  };
  assert.is(
    await one.code("CreateVpcPeeringConnection", { ...asked, Bandwidth: 100 }),
    "InvalidParameterValue.Combination", // A19
  );
  const { PeeringConnectionId: pcx } = await one("CreateVpcPeeringConnection", asked);
  const { PeerConnectionSet } = await one("DescribeVpcPeeringConnections", { PeeringConnectionIds: [pcx] });
  assert.is(PeerConnectionSet[0].State, "ACTIVE");
  assert.is(await one.code("CreateVpcPeeringConnection", asked), "UnsupportedOperation.VpcPeerAlreadyExist");
  assert.is(await one.code("DeleteVpc", { VpcId: a.VpcId }), "ResourceInUse");
});

test("a request can be rejected, can expire, and its name and cap can be changed", async () => {
  const both = pair();
  const { one, two, uin } = both;
  const ids = await example(both);
  const create = async (): Promise<object> => ({
    PeeringConnectionId: (await one("CreateVpcPeeringConnection", peeringOf(ids, uin[1])))
      .PeeringConnectionId,
  });
  const first = await create();
  assert.is(await one.code("AcceptVpcPeeringConnection", first), "UnsupportedOperation.VpcPeerPurviewError");
  assert.is(await two.code("RejectVpcPeeringConnection", first), "ok");
  assert.is(await two.code("AcceptVpcPeeringConnection", first), "ResourceNotFound"); // A33
  const rejected = await one("DescribeVpcPeeringConnections", {
    Filters: [{ Name: "state", Values: ["REJECTED"] }],
  });
  assert.is(rejected.TotalCount, 1);
  const second = await create();
  assert.is(
    await one.code("ModifyVpcPeeringConnection", { ...second, Bandwidth: 30 }),
    "InvalidParameterValue",
  );
  assert.is(
    await one.code("ModifyVpcPeeringConnection", {
      ...second,
      Bandwidth: 200,
      PeeringConnectionName: "faster now",
    }),
    "ok",
  );
  const {
    PeerConnectionSet: [modified],
  } = await two("DescribeVpcPeeringConnections");
  assert.equal([modified.PeeringConnectionName, modified.Bandwidth], ["faster now", 200]);
  assert.is((await one("AdvanceClock", { Duration: "7d" })).Now, "2026-01-08T00:00:00Z"); // A8
  assert.is(
    await two.code("AcceptVpcPeeringConnection", second),
    "UnsupportedOperation.VpcPeerInvalidStateChange",
  );
  const {
    PeerConnectionSet: [expired],
  } = await two("DescribeVpcPeeringConnections");
  assert.is(expired.State, "EXPIRED");
});

test("subnets, secondary CIDRs, tables and routes come and go", async () => {
  const both = pair();
  const { one, two, uin } = both;
  const ids = await example(both);
  const { PeeringConnectionId: pcx } = await one("CreateVpcPeeringConnection", peeringOf(ids, uin[1]));
  await two("AcceptVpcPeeringConnection", { PeeringConnectionId: pcx });
  const vpc = { VpcId: ids.vpc1 };
  const { AssistantCidrSet } = await one("CreateAssistantCidr", { ...vpc, CidrBlocks: ["172.16.0.0/16"] });
  assert.is(AssistantCidrSet[0].CidrBlock, "172.16.0.0/16");
  assert.is(await one.code("DeleteAssistantCidr", { ...vpc, CidrBlocks: ["172.16.0.0/16"] }), "ok");
  assert.is(
    await one.code("DeleteAssistantCidr", { ...vpc, CidrBlocks: ["172.16.0.0/16"] }),
    "ResourceNotFound",
  );

  const { RouteTable } = await one("CreateRouteTable", { ...vpc, RouteTableName: "special" });
  const table = { RouteTableId: RouteTable.RouteTableId };
  assert.is(await one.code("ReplaceRouteTableAssociation", { SubnetId: ids.a, ...table }), "ok");
  assert.is(
    (await one("DescribeSubnets", { SubnetIds: [ids.a] })).SubnetSet[0].RouteTableId,
    table.RouteTableId,
  );
  assert.is(await one.code("DeleteRouteTable", table), "UnsupportedOperation.DelRouteWithSubnet");

  const made = await one("CreateRoutes", routeTo(table.RouteTableId, "10.0.1.0/24", pcx));
  const [, route] = made.RouteTableSet[0].RouteSet;
  assert.equal([route.DestinationCidrBlock, route.Enabled, route.RouteType], ["10.0.1.0/24", true, "USER"]);
  assert.is(await one.code("DisableRoutes", { ...table, RouteIds: [route.RouteId] }), "ok");
  assert.is(await one.code("EnableRoutes", { ...table, RouteItemIds: [route.RouteItemId] }), "ok");
  const replaced = await one("ReplaceRoutes", {
    ...table,
    Routes: [{ ...route, DestinationCidrBlock: "10.0.0.0/16" }],
  });
  assert.is(replaced.OldRouteSet[0].RouteId, route.RouteId);
  const [next] = replaced.NewRouteSet;
  assert.is(next.DestinationCidrBlock, "10.0.0.0/16");
  assert.is(await one.code("DeleteRoutes", { ...table, Routes: [{ RouteId: next.RouteId }] }), "ok");
  assert.is(
    await one.code("DeleteRoutes", { ...table, Routes: [{ RouteId: next.RouteId }] }),
    "ResourceNotFound",
  );
  assert.is(
    await one.code("ReplaceRouteTableAssociation", { SubnetId: ids.a, RouteTableId: ids.rtb1 }),
    "ok",
  );
  assert.is(await one.code("DeleteRouteTable", table), "ok");
  assert.is(await one.code("DeleteSubnet", { SubnetId: ids.a }), "ok");
  assert.is(await one.code("DeleteVpcPeeringConnection", { PeeringConnectionId: pcx }), "ok");
  assert.is(await one.code("DeleteVpc", vpc), "ok");
  assert.is((await one("DescribeVpcs")).TotalCount, 0);
});

test("of several routes in one request all are made or none is", async () => {
  const both = pair();
  const { one, two, uin } = both;
  const ids = await example(both);
  const { PeeringConnectionId: pcx } = await one("CreateVpcPeeringConnection", peeringOf(ids, uin[1]));
  await two("AcceptVpcPeeringConnection", { PeeringConnectionId: pcx });
  const to = (DestinationCidrBlock: string): object => ({
    DestinationCidrBlock,
    GatewayType: "PEERCONNECTION",
    GatewayId: pcx,
  });
  const Routes = [to("10.0.1.0/24"), to("10.9.0.0/24")];
  assert.is(
    await one.code("CreateRoutes", { RouteTableId: ids.rtb1, Routes }),
    "InvalidParameterValue.CidrNotInPeerVpc",
  );
  const { RouteTableSet } = await one("DescribeRouteTables");
  assert.is(RouteTableSet[0].RouteSet.length, 1); // the local one
});

// action | parameters | code
for (const [action, params, code] of [
  ["NoSuchAction", {}, "InvalidAction"],
  ["constructor", {}, "InvalidAction"],
  ["CreateVpc", { VpcName: "x" }, "MissingParameter"],
  ["CreateVpc", { VpcName: "x", CidrBlock: "10.0.0.1/16" }, "InvalidParameterValue.Malformed"], // S10
  ["CreateVpc", { VpcName: "x", CidrBlock: "8.0.0.0/16" }, "InvalidParameterValue.Malformed"],
  ["CreateVpc", { VpcName: "x".repeat(61), CidrBlock: "10.0.0.0/16" }, "InvalidParameterValue.Malformed"], // S9
  ["CreateVpc", { VpcName: "a\nb", CidrBlock: "10.0.0.0/16" }, "InvalidParameterValue"],
  ["CreateVpc", { VpcName: 1, CidrBlock: "10.0.0.0/16" }, "InvalidParameter"],
  ["CreateVpc", { VpcName: "x", CidrBlock: "10.0.0.0/16", Color: "red" }, "UnknownParameter"],
  ["DeleteVpc", { VpcId: "vpc-zzzzzzzz" }, "ResourceNotFound"],
  [
    "CreateSubnet",
    { VpcId: "V", SubnetName: "s", CidrBlock: "10.9.0.0/24", Zone: "z" },
    "InvalidParameterValue.SubnetRange",
  ],
  [
    "CreateSubnet",
    { VpcId: "V", SubnetName: "s", CidrBlock: "192.168.1.0/24", Zone: "z" },
    "InvalidParameterValue.SubnetOverlap",
  ],
  ["DeleteSubnet", { SubnetId: "subnet-x" }, "ResourceNotFound"],
  ["DeleteRouteTable", { RouteTableId: "R" }, "UnsupportedOperation.NotSupportDeleteDefaultRouteTable"],
  ["CreateRoutes", { RouteTableId: "R", Routes: [] }, "InvalidParameterValue"],
  [
    "CreateRoutes",
    { RouteTableId: "R", Routes: [{ GatewayType: "NAT", GatewayId: "x" }] },
    "MissingParameter",
  ],
  ["CreateRoutes", routeTo("R", "10.0.0.0/16", "pcx-none"), "InvalidParameterValue.RouteNextHopInvalid"],
  ["CreateRoutes", routeTo("R", "192.168.9.0/24", "pcx-none"), "InvalidParameterValue.VpcCidrConflict"],
  ["EnableRoutes", { RouteTableId: "R" }, "MissingParameter"],
  ["EnableRoutes", { RouteTableId: "R", RouteIds: [1], RouteItemIds: ["x"] }, "InvalidParameter.Coexist"],
  ["EnableRoutes", { RouteTableId: "R", RouteIds: [1] }, "ResourceNotFound"],
  [
    "EnableRoutes",
    { RouteTableId: "R", RouteIds: Array(101).fill(1) },
    "InvalidParameterValue.LimitExceeded",
  ],
  ["AcceptVpcPeeringConnection", { PeeringConnectionId: "pcx-none" }, "ResourceNotFound"],
  ["ModifyVpcPeeringConnection", { PeeringConnectionId: "pcx-none" }, "MissingParameter"],
  [
    "CreateVpcPeeringConnection",
    {
      SourceVpcId: "V",
      PeeringConnectionName: "p",
      DestinationVpcId: "V",
      DestinationUin: "1",
      DestinationRegion: GZ,
    },
    "ResourceNotFound",
  ],
  [
    "DescribeVpcPeeringConnections",
    { PeeringConnectionIds: ["pcx-1"], Filters: [{ Name: "state", Values: ["ACTIVE"] }] },
    "InvalidParameter.Coexist",
  ],
  ["DescribeVpcPeeringConnections", { Filters: [{ Name: "colour", Values: ["red"] }] }, "InvalidParameter"],
  [
    "DescribeVpcPeeringConnections",
    { Filters: [{ Name: "state", Values: ["GONE"] }] },
    "InvalidParameterValue",
  ],
  ["DescribeVpcPeeringConnections", { PeeringConnectionIds: ["pcx-none"] }, "ResourceNotFound"],
  ["DescribeVpcPeeringConnections", { Limit: 101 }, "InvalidParameterValue"],
  ["DescribeVpcPeeringConnections", { OrderDirection: "up" }, "InvalidParameterValue"],
  ["EvaluateReachability", { Source: "nobody", Destination: "nothing" }, "InvalidParameterValue"],
  ["AdvanceClock", { Duration: "7 weeks" }, "InvalidParameterValue"],
] as const) {
  test(`${action} ${JSON.stringify(params).slice(0, 70)} is refused with ${code}`, async () => {
    const both = pair();
    const ids = await example(both);
    const text = JSON.stringify(params).replaceAll('"V"', `"${ids.vpc1}"`).replaceAll('"R"', `"${ids.rtb1}"`);
    const { Error: error, RequestId } = await both.one(action, JSON.parse(text));
    assert.is(error?.Code, code, error?.Message);
    assert.ok(error.Message.length > 10);
    assert.match(RequestId, /^[0-9a-f-]{36}$/);
  });
}

test("nobody sees or changes what belongs to another account or another region (A41)", async () => {
  const both = pair();
  const { one, two, uin } = both;
  const ids = await example(both);
  const elsewhere = client(server.url, uin[0], SH);
  for (const stranger of [two, elsewhere]) {
    assert.is(await stranger.code("DeleteVpc", { VpcId: ids.vpc1 }), "ResourceNotFound");
    assert.is(await stranger.code("DeleteSubnet", { SubnetId: ids.a }), "ResourceNotFound");
    assert.is(await stranger.code("DeleteRouteTable", { RouteTableId: ids.rtb1 }), "ResourceNotFound");
    assert.is(await stranger.code("DescribeVpcs", { VpcIds: [ids.vpc1] }), "ResourceNotFound");
  }
  const { PeeringConnectionId } = await one("CreateVpcPeeringConnection", peeringOf(ids, uin[1]));
  const third = client(server.url, "999", GZ);
  assert.is(
    await third.code("DeleteVpcPeeringConnection", { PeeringConnectionId }),
    "UnsupportedOperation.VpcPeerPurviewError",
  );
  assert.is((await third("DescribeVpcPeeringConnections")).TotalCount, 0);
  assert.is((await elsewhere("DescribeVpcPeeringConnections")).TotalCount, 0);
});

test("lists are filtered, ordered and paged", async () => {
  const both = pair();
  const { one, uin } = both;
  const hub = (await one("CreateVpc", { VpcName: "hub", CidrBlock: "10.0.0.0/16" })).Vpc.VpcId;
  const spokes: string[] = [];
  for (const name of ["c", "a", "b"]) {
    const { Vpc } = await one("CreateVpc", { VpcName: name, CidrBlock: `10.${spokes.length + 1}.0.0/16` });
    spokes.push(Vpc.VpcId);
    await one("CreateVpcPeeringConnection", {
      SourceVpcId: hub,
      PeeringConnectionName: name,
      DestinationVpcId: Vpc.VpcId,
      DestinationUin: uin[0],
      DestinationRegion: GZ,
    });
    await one("AdvanceClock", { Duration: "1m" });
  }
  const names = async (params: object): Promise<string> => {
    const { PeerConnectionSet } = await one("DescribeVpcPeeringConnections", params);
    return PeerConnectionSet.map((record: Answer) => record.PeeringConnectionName).join("");
  };
  const named = (...Values: string[]): object => ({ Name: "peering-connection-name", Values });
  assert.is(await names({}), "cab");
  assert.is(await names({ OrderDirection: "DESC" }), "bac");
  assert.is(await names({ OrderField: "PeeringConnectionName" }), "abc");
  assert.is(await names({ OrderField: "PeeringConnectionName", Offset: 1, Limit: 1 }), "b");
  assert.is(await names({ Filters: [named("a", "b")] }), "ab"); // values are ORed
  assert.is(await names({ Filters: [named("a", "b"), { Name: "vpc-id", Values: [spokes[2]] }] }), "b"); // filters are ANDed
  assert.is(await names({ Filters: [{ Name: "state", Values: ["PENDING"] }] }), "");
  const { TotalCount, VpcSet } = await one("DescribeVpcs", { Limit: "2" });
  assert.equal([TotalCount, VpcSet.length], [4, 2]);
  const found = await one("DescribeVpcs", { Filters: [{ Name: "vpc-name", Values: ["hub"] }] });
  assert.is(found.VpcSet[0].VpcId, hub);
  const tables = await one("DescribeRouteTables", {
    Filters: [{ Name: "association.main", Values: ["true"] }],
  });
  assert.is(tables.TotalCount, 4);
});

test("each list has the documented filters, and subnets page by a token too", async () => {
  const { one } = pair();
  const make = async (VpcName: string, CidrBlock: string): Promise<string> =>
    (await one("CreateVpc", { VpcName, CidrBlock })).Vpc.VpcId;
  const web = await make("shop web", "10.1.0.0/16");
  await make("shop data", "10.2.0.0/16");
  for (const i of [1, 2, 3]) {
    const CidrBlock = `10.1.${i}.0/24`;
    await one("CreateSubnet", { VpcId: web, SubnetName: `s${i}`, CidrBlock, Zone: `${GZ}-1` });
  }
  const { RouteTable } = await one("CreateRouteTable", { VpcId: web, RouteTableName: "t" });
  const { SubnetSet } = await one("DescribeSubnets");
  const [s1] = SubnetSet;
  const other = { SubnetId: s1.SubnetId, RouteTableId: RouteTable.RouteTableId };
  assert.is(await one.code("ReplaceRouteTableAssociation", other), "ok");
  const table = RouteTable.RouteTableId;
  // list | filters | how many it finds
  for (const [list, filters, found] of [
    ["DescribeVpcs", { "vpc-name": ["shop"] }, 2], // a part of the name
    ["DescribeVpcs", { "vpc-name": ["web", "data"] }, 2],
    ["DescribeVpcs", { "vpc-name": ["bank"] }, 0],
    ["DescribeVpcs", { "vpc-id": [web] }, 1],
    ["DescribeVpcs", { "vpc-id": [web], "cidr-block": ["10.2.0.0/16"] }, 0],
    ["DescribeVpcs", { "cidr-block": ["10.2.0.0/16"] }, 1],
    ["DescribeVpcs", { "is-default": ["false"] }, 2],
    ["DescribeVpcs", { "is-default": ["true"] }, 0],
    ["DescribeSubnets", { "vpc-id": [web] }, 3],
    ["DescribeSubnets", { "subnet-id": [s1.SubnetId] }, 1],
    ["DescribeSubnets", { "subnet-name": ["s1", "s3", "s9"] }, 2],
    ["DescribeSubnets", { "cidr-block": ["10.1.2.0/24"] }, 1],
    ["DescribeSubnets", { "route-table-id": [table] }, 1],
    ["DescribeSubnets", { "route-table-id": [SubnetSet[1].RouteTableId] }, 2],
    ["DescribeSubnets", { zone: [`${GZ}-1`] }, 3],
    ["DescribeSubnets", { zone: [`${SH}-1`] }, 0],
    ["DescribeSubnets", { "is-default": ["true"] }, 0],
    ["DescribeRouteTables", { "vpc-id": [web] }, 2],
    ["DescribeRouteTables", { "route-table-id": [table] }, 1],
    ["DescribeRouteTables", { "route-table-name": ["default"] }, 2],
    ["DescribeRouteTables", { "association.main": ["false"] }, 1],
    ["DescribeRouteTables", { "next-hop-type": ["LOCAL"] }, 3],
    ["DescribeRouteTables", { "next-hop-type": ["PEERCONNECTION"] }, 0],
  ] as const) {
    const Filters = Object.entries(filters).map(([Name, Values]) => ({ Name, Values }));
    assert.is((await one(list, { Filters })).TotalCount, found, `${list} ${JSON.stringify(filters)}`);
  }
  const names: string[] = [];
  for (let NextToken = ""; ; ) {
    const paged = await one("DescribeSubnets", { MaxResults: 2, NextToken });
    assert.is(paged.TotalCount, 3);
    names.push(paged.SubnetSet.map(({ SubnetName }: Answer) => SubnetName).join(" "));
    NextToken = paged.NextToken;
    if (NextToken === "") break;
  }
  assert.equal(names, ["s1 s2", "s3"]);
  assert.equal((await one("DescribeSubnets", { Offset: "2", Limit: "1" })).SubnetSet[0].SubnetName, "s3");
});

test("who am I, and whose is this VPC (A40)", async () => {
  const { one, two, uin } = pair();
  const { Vpc } = await two("CreateVpc", { VpcName: "v", CidrBlock: "10.0.0.0/16" });
  const { RequestId: _, ...me } = await one("LookUpAccount");
  assert.equal(me, { Uin: uin[0], AppId: Number(uin[0]) });
  const { RequestId: __, ...owner } = await one("LookUpAccount", { VpcId: Vpc.VpcId });
  assert.equal(owner, { Uin: uin[1], AppId: Number(uin[1]), VpcId: Vpc.VpcId });
  assert.is(await one.code("LookUpAccount", { VpcId: "vpc-none" }), "ResourceNotFound");
});

test("a peering in arrears is kept and carries nothing, until it is restored (B2)", async () => {
  const both = pair();
  const { one, two, uin } = both;
  const ids = await example(both);
  const { PeeringConnectionId: pcx } = await one("CreateVpcPeeringConnection", peeringOf(ids, uin[1]));
  await two("AcceptVpcPeeringConnection", { PeeringConnectionId: pcx });
  await one("CreateRoutes", routeTo(ids.rtb1, "10.0.1.0/24", pcx));
  await two("CreateRoutes", routeTo(ids.rtb2, "192.168.1.0/24", pcx));
  const seen = async (): Promise<string> => {
    const { verdict, forward } = await one("EvaluateReachability", { Source: ids.a, Destination: ids.b });
    const { PeerConnectionSet } = await two("DescribeVpcPeeringConnections");
    return `${PeerConnectionSet[0].State} ${verdict} ${forward.cause}`;
  };
  assert.is(await seen(), "ACTIVE two-way null");
  assert.is(await one.code("IsolateVpcPeeringConnection", { PeeringConnectionId: pcx }), "ok");
  assert.is(await seen(), "ISOLATED unreachable peering-not-active");
  assert.is(await one.code("RestoreVpcPeeringConnection", { PeeringConnectionId: pcx }), "ok");
  assert.is(await seen(), "ACTIVE two-way null");
});

test("requests that come together are answered as if one after the other", async () => {
  const { one } = pair();
  const create = (i: number) => one.code("CreateVpc", { VpcName: `v${i}`, CidrBlock: `10.${i}.0.0/16` });
  const made = await Promise.all(Array.from({ length: 60 }, (_, i) => create(i)));
  const tally = (codes: readonly string[]) =>
    ["ok", "LimitExceeded"].map((code) => codes.filter((c) => c === code).length);
  assert.equal(tally(made), [5, 55]); // the quota of an account in a region
  const { TotalCount, VpcSet } = await one("DescribeVpcs", { Limit: 100 });
  assert.is(TotalCount, 5);
  const [{ VpcId, CidrBlock }] = VpcSet;
  const inside = { VpcId, SubnetName: "s", CidrBlock: CidrBlock.replace("/16", "/24"), Zone: "z" };
  const codes = await Promise.all(Array.from({ length: 20 }, () => one.code("CreateSubnet", inside)));
  assert.is(codes.filter((code) => code === "ok").length, 1);
});

test("a signature is verified for an account that has a secret, and for no other", async () => {
  const file = join(FOLDER, "accounts.json");
  const secret = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
  writeFileSync(
    file,
    JSON.stringify({ AKIDsecret: { account: "100001", secret }, AKIDopen: { account: 100002 } }),
  );
  const strict = await serve("--accounts", file);
  const codeOf = (id: string, key?: string): Promise<string> =>
    client(strict.url, id, GZ, key).code("DescribeVpcs");
  assert.is(await codeOf("AKIDsecret", secret), "ok");
  assert.is(await codeOf("AKIDsecret", `${secret}x`), "AuthFailure.SignatureFailure");
  assert.is(await codeOf("AKIDsecret"), "AuthFailure.SignatureFailure");
  assert.is(await codeOf("AKIDopen"), "ok");
  assert.is(await codeOf("AKIDnobody", secret), "AuthFailure.SecretIdNotFound");
  // what is signed is this body at this time
  const send = async (headers: Record<string, string>, body: string): Promise<string> => {
    const response = await fetch(strict.url, { method: "POST", headers, body });
    return ((await response.json()) as Answer).Response.Error?.Code ?? "ok";
  };
  const signed = headersOf(strict.url, "AKIDsecret", GZ, "DescribeVpcs", "{}", secret);
  assert.is(await send(signed, "{}"), "ok");
  assert.is(await send(signed, "{ }"), "AuthFailure.SignatureFailure");
  const old = headersOf(strict.url, "AKIDsecret", GZ, "DescribeVpcs", "{}", secret, Date.now() - 600_000);
  assert.is(await send(old, "{}"), "AuthFailure.SignatureExpire");
  assert.is(await strict.stop("SIGINT"), 130);
  assert.not.match(strict.err(), new RegExp(`${secret}|Signature=`));
  const lines = strict
    .err()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.is(lines.length, 8);
  assert.equal(
    [lines[0].action, lines[0].account, lines[0].region, lines[0].status, lines[0].code, lines[1].code],
    ["DescribeVpcs", "100001", GZ, 200, undefined, "AuthFailure.SignatureFailure"],
  );
});

test("the server begins with a network and its profile, and says what it cannot do", async () => {
  const file = join(FOLDER, "net.yaml");
  writeFileSync(
    file,
    "vpcs:\n  shop: { region: gz, account: me, cidr: 10.1.0.0/16, subnets: { web: 10.1.1.0/24 } }\n",
  );
  const loaded = await serve(file);
  const me = client(loaded.url, "me", "gz");
  assert.is((await me("DescribeVpcs")).VpcSet[0].VpcId, "shop");
  assert.is((await me("DescribeSubnets")).SubnetSet[0].RouteTableId, "shop/main");
  const taken = await twoway(["serve", "--api", "--port", new URL(loaded.url).port]);
  assert.is(taken.status, 2);
  assert.match(taken.err, /EADDRINUSE/);
  assert.is(await loaded.stop(), 143);
  assert.is((await twoway(["serve", "no-such-file.yaml"])).status, 2);
  assert.is((await twoway(["serve", "--api", "no-such-file.yaml"])).status, 2);
  const wrong = join(FOLDER, "wrong.json");
  writeFileSync(wrong, '{"AKID": {}}');
  assert.match((await twoway(["serve", "--api", "--accounts", wrong])).err, /account/);
});

test.run();
