import { InputError, readScenario, scenarioText } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { imported, verdict } from "./importing.ts";

/** Answers of the AWS CLI. Shapes: the EC2 API reference (DescribeVpcs and its neighbours), as `--output json` prints them. */
const test = suite("import of AWS answers");

const VPCS = {
  Vpcs: [vpc("vpc-a", "10.1.0.0/16", "111122223333"), vpc("vpc-b", "10.2.0.0/16", "444455556666")],
};
const SUBNETS = {
  Subnets: [subnet("subnet-a", "vpc-a", "10.1.1.0/24"), subnet("subnet-b", "vpc-b", "10.2.1.0/24")],
};
const PEERINGS = { VpcPeeringConnections: [peering("active")] };
const TABLES = {
  RouteTables: [
    table("rtb-a", "vpc-a", [via("10.2.0.0/16", "pcx-ab")]),
    table("rtb-b", "vpc-b", [via("10.1.0.0/16", "pcx-ab")]),
  ],
};

function vpc(id: string, cidr: string, owner: string): object {
  return {
    VpcId: id,
    CidrBlock: cidr,
    OwnerId: owner,
    CidrBlockAssociationSet: [{ CidrBlock: cidr, CidrBlockState: { State: "associated" } }],
    Tags: [{ Key: "Name", Value: `name of ${id}` }],
  };
}

function subnet(id: string, of: string, cidr: string): object {
  return { SubnetId: id, VpcId: of, CidrBlock: cidr, AvailabilityZone: "eu-west-1b" };
}

function table(
  id: string,
  of: string,
  routes: readonly object[],
  associations: object[] = [{ Main: true }],
): object {
  return { RouteTableId: id, VpcId: of, Routes: routes, Associations: associations };
}

function via(destination: string, pcx: string, state = "active"): object {
  return {
    DestinationCidrBlock: destination,
    VpcPeeringConnectionId: pcx,
    State: state,
    Origin: "CreateRoute",
  };
}

function peering(code: string, more: object = {}): object {
  const end = (id: string, owner: string): object => ({ VpcId: id, OwnerId: owner, Region: "eu-west-1" });
  return {
    VpcPeeringConnectionId: "pcx-ab",
    RequesterVpcInfo: end("vpc-a", "111122223333"),
    AccepterVpcInfo: end("vpc-b", "444455556666"),
    Status: { Code: code },
    ...more,
  };
}

const ALL = { v: VPCS, s: SUBNETS, p: PEERINGS, t: TABLES };
const TWO_WAY = "two-way delivered/delivered";

test("files are recognised by what they hold, whatever they are called", () => {
  const { network, warnings } = imported({
    "x.txt": TABLES,
    "7": VPCS,
    "Subnets.json": PEERINGS,
    "v.json": SUBNETS,
  });
  assert.is(verdict(network, "subnet-a", "subnet-b"), TWO_WAY);
  assert.equal(warnings, []);
  assert.equal(
    [...network.vpcs.values()].map(({ account, region }) => [account, region]),
    [
      ["111122223333", "eu-west-1"],
      ["444455556666", "eu-west-1"],
    ],
  );
});

test("everything in one file, in a list of pages, and in pages that overlap, is the same network", () => {
  const one = { ...VPCS, ...SUBNETS, ...PEERINGS, ...TABLES };
  const half = { RouteTables: TABLES.RouteTables.slice(0, 1) };
  for (const files of [{ one }, { pages: [VPCS, SUBNETS, PEERINGS, TABLES] }, { ...ALL, half, again: VPCS }])
    assert.is(verdict(imported(files).network, "subnet-a", "subnet-b"), TWO_WAY);
});

test("answers one behind the other in one file, in lines or spread over them, are read like pages", () => {
  const pages = [VPCS, SUBNETS, PEERINGS, TABLES];
  for (const text of [
    pages.map((page) => JSON.stringify(page)).join("\n"),
    pages.map((page) => JSON.stringify(page, undefined, 2)).join("\n\n"),
    `${pages.map((page) => JSON.stringify(page)).join("")}\n`,
  ])
    assert.is(verdict(imported({ all: text }).network, "subnet-a", "subnet-b"), TWO_WAY);
});

test("a page that says that another follows is warned of", () => {
  const { warnings } = imported({ ...ALL, v: { ...VPCS, NextToken: "abc" } });
  assert.match(warnings[0].message, /NextToken/);
});

test("accounts and regions in folders make one network; a folder named for a region says it", () => {
  const { network } = imported({
    "111122223333/eu-central-1/v.json": { Vpcs: [VPCS.Vpcs[0]] },
    "444455556666/us-east-1/v.json": { Vpcs: [VPCS.Vpcs[1]] },
  });
  assert.equal(
    [...network.vpcs.values()].map(({ region }) => region),
    ["eu-central-1", "us-east-1"],
  );
});

test("a subnet that a table lists uses it, and others use the main table", () => {
  const own = table("rtb-b2", "vpc-b", [], [{ Main: false, SubnetId: "subnet-b" }]);
  const { network } = imported({ ...ALL, more: { RouteTables: [own] } });
  assert.is(verdict(network, "subnet-a", "subnet-b"), "forward-only delivered/no-route");
});

test("a route that AWS calls a blackhole is one, and names what it led to", () => {
  const gone = table("rtb-b", "vpc-b", [via("10.1.0.0/16", "pcx-old", "blackhole")]);
  const { network } = imported({ ...ALL, t: { RouteTables: [TABLES.RouteTables[0], gone] } });
  assert.is(verdict(network, "subnet-a", "subnet-b"), "forward-only delivered/route-blackhole");
});

test("a peering that waits is told by its state, and not expired by the import (S6)", () => {
  const waiting = peering("pending-acceptance", { ExpirationTime: "2020-01-08T00:00:00+00:00" });
  const { network } = imported({ ...ALL, p: { VpcPeeringConnections: [waiting] } });
  assert.is(network.peerings.get("pcx-ab")?.state, "PENDING");
  assert.is(verdict(network, "subnet-a", "subnet-b"), "unreachable peering-not-active/peering-not-active");
});

test("a pending request stays pending when it is written and read again, however old its dates make it", () => {
  const old = peering("pending-acceptance", { ExpirationTime: "2020-01-08T00:00:00+00:00" });
  const nat = { NatGatewayId: "nat-1", VpcId: "vpc-a", CreateTime: "2024-05-06T07:08:09.000Z" };
  const { network } = imported({ ...ALL, p: { VpcPeeringConnections: [old] }, n: { NatGateways: [nat] } });
  const { scenario } = readScenario(scenarioText(network, "copy"), "copy.yaml");
  assert.is(scenario.network.peerings.get("pcx-ab")?.state, "PENDING");
});

test("a route that stands twice in one list is one route; a dead one is dead though its gateway stands", () => {
  const igw = {
    InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-a", State: "available" }] }],
  };
  const dead = { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1", State: "blackhole" };
  const twice = table("rtb-a", "vpc-a", [via("10.2.0.0/16", "pcx-ab"), via("10.2.0.0/16", "pcx-ab"), dead]);
  const { network } = imported({ ...ALL, t: { RouteTables: [twice, TABLES.RouteTables[1]] }, igw });
  assert.is(network.vpcs.get("vpc-a")!.tables.get("rtb-a")!.routes!.size, 2);
  assert.match(verdict(network, "subnet-a", "8.8.8.8"), /^\S+ route-blackhole/);
});

test("the clock of a dump is the latest time that it mentions (S6)", () => {
  const nat = {
    NatGatewayId: "nat-1",
    VpcId: "vpc-a",
    State: "available",
    CreateTime: "2024-05-06T07:08:09.000Z",
  };
  assert.is(imported({ ...ALL, n: { NatGateways: [nat] } }).network.now, Date.UTC(2024, 4, 6, 7, 8, 9));
});

test("a gateway that only a route tells of is known by its kind; a detached one takes nothing", () => {
  const out = { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1", State: "active" };
  const files = { ...ALL, t: { RouteTables: [table("rtb-a", "vpc-a", [out])] } };
  assert.is(imported(files).network.gateways.get("igw-1")?.kind, "internet");
  const { network } = imported({
    ...files,
    i: { InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [] }] },
  });
  assert.match(verdict(network, "subnet-a", "8.8.8.8"), /^\S+ route-blackhole/);
});

test("hosts are the interfaces: an address that nobody has is no host, and an instance goes by its id and name", () => {
  const eni = {
    NetworkInterfaceId: "eni-1",
    SubnetId: "subnet-b",
    VpcId: "vpc-b",
    PrivateIpAddress: "10.2.1.10",
    PrivateIpAddresses: [{ PrivateIpAddress: "10.2.1.10", Primary: true }],
    Attachment: { InstanceId: "i-1", DeviceIndex: 0, Status: "attached" },
    Groups: [],
  };
  const instance = {
    InstanceId: "i-1",
    Tags: [{ Key: "Name", Value: "db" }],
    State: { Name: "running" },
    NetworkInterfaces: [],
  };
  const { network } = imported({
    ...ALL,
    e: { NetworkInterfaces: [eni] },
    r: { Reservations: [{ ReservationId: "r-1", Instances: [instance] }] },
  });
  for (const name of ["i-1", "db", "eni-1", "10.2.1.10"])
    assert.is(verdict(network, "subnet-a", name), TWO_WAY);
  assert.is(
    verdict(network, "subnet-a", "10.2.1.11"),
    "forward-only no-such-host/delivered".replace("forward-only", "return-only"),
  );
});

test("prefix lists are written out; a customer's list without entries makes its table unknown", () => {
  const listed = { DestinationPrefixListId: "pl-1", VpcPeeringConnectionId: "pcx-ab", State: "active" };
  const files = { ...ALL, t: { RouteTables: [table("rtb-a", "vpc-a", [listed]), TABLES.RouteTables[1]] } };
  const known = imported({
    ...files,
    l: { PrefixLists: [{ PrefixListId: "pl-1", Cidrs: ["10.2.0.0/16"] }] },
  });
  assert.is(verdict(known.network, "subnet-a", "subnet-b"), TWO_WAY);
  assert.is(verdict(imported(files).network, "subnet-a", "subnet-b"), "unknown no-route-table/delivered");
});

test("an endpoint whose prefix list is not given leaves the rest of the internet decided", () => {
  const routes = [
    { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1", State: "active" },
    { DestinationPrefixListId: "pl-s3", GatewayId: "vpce-1", State: "active" },
  ];
  const { network } = imported({ ...ALL, t: { RouteTables: [table("rtb-a", "vpc-a", routes)] } });
  const targets = [...network.vpcs.get("vpc-a")!.tables.get("rtb-a")!.routes!];
  const to = (address: string): string | undefined =>
    targets
      .filter(({ destination }) => destination.toString().startsWith(address))
      .map(({ target }) => target)[0];
  assert.equal([to("0.0.0.0"), to("52."), to("8.")], ["igw-1", "vpce-1", undefined]);
});

test("what is not modelled is in the coverage, and a route there is unknown", () => {
  const routes = [{ DestinationCidrBlock: "10.0.0.0/8", CarrierGatewayId: "cagw-1", State: "active" }];
  const { network } = imported({
    ...ALL,
    t: { RouteTables: [table("rtb-a", "vpc-a", routes), TABLES.RouteTables[1]] },
    c: { CarrierGateways: [{ CarrierGatewayId: "cagw-1", VpcId: "vpc-a" }] },
  });
  assert.is(verdict(network, "subnet-a", "subnet-b"), "unknown unsupported-target/delivered");
  assert.equal(network.unmodelled, ["cagw-1"]);
});

test("a subnet whose VPC is not in the dump is warned of, and known as far as it says", () => {
  const { network, warnings } = imported({ s: SUBNETS, t: TABLES, p: PEERINGS });
  assert.match(warnings.map(({ message }) => message).join("\n"), /vpc-a is not part of the input/);
  assert.is(verdict(network, "subnet-a", "subnet-b"), TWO_WAY);
});

const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  [
    "one id with two CIDRs",
    { ...ALL, w: { Vpcs: [vpc("vpc-a", "10.9.0.0/16", "1")] } },
    /vpc-a is described twice/,
  ],
  [
    "a table with two opinions",
    { ...ALL, w: { RouteTables: [table("rtb-a", "vpc-a", [])] } },
    /rtb-a is described twice/,
  ],
  [
    "a second answer that is cut off",
    { ...ALL, w: '{"Vpcs": []}\n{"Subnets": [' },
    /w:2:\d+: .*ends in the middle/,
  ],
  ["something else behind an answer", { ...ALL, w: '{"Vpcs": []} }' }, /w:1:14: /],
  ["a file that is cut off", { ...ALL, w: '{"Vpcs": [{"VpcId": "vpc-c", ' }, /w:1:\d+: .*ends in the middle/],
  ["a VPC without an id", { v: { Vpcs: [{ CidrBlock: "10.0.0.0/16" }] } }, /v: .*"VpcId" is missing/],
  ["a number for a CIDR", { v: { Vpcs: [{ VpcId: "vpc-c", CidrBlock: {} }] } }, /should be text/],
  ["a record that is no object", { v: { Vpcs: ["vpc-c"] } }, /should be an object/],
  ["nothing that is a network", { v: { Buckets: [] } }, /nothing here that can be read as a network/],
  [
    "a state that does not exist",
    { ...ALL, p: { VpcPeeringConnections: [peering("happy")] } },
    /"happy" is no state/,
  ],
];
for (const [label, files, message] of refusals) {
  test(`${label} is an InputError`, () => {
    try {
      imported(files);
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, message);
    }
  });
}

test("a prefix list without entries is known to be empty, and a route to it takes nothing", () => {
  const listed = { DestinationPrefixListId: "pl-1", VpcPeeringConnectionId: "pcx-ab", State: "active" };
  const tables = {
    RouteTables: [
      table("rtb-a", "vpc-a", [via("10.2.0.0/16", "pcx-ab"), listed]),
      table("rtb-b", "vpc-b", [via("10.1.0.0/16", "pcx-ab")]),
    ],
  };
  const files = { ...ALL, t: tables, l: { PrefixLists: [{ PrefixListId: "pl-1", Entries: [] }] } };
  assert.is(verdict(imported(files).network, "subnet-a", "subnet-b"), TWO_WAY);
  // the call that lists prefix lists does not say what is in them
  const untold = { ...files, l: { PrefixLists: [{ PrefixListId: "pl-1" }] } };
  assert.is(verdict(imported(untold).network, "subnet-a", "subnet-b"), "unknown no-route-table/delivered");
});

test("of routes with one destination, the one of its own wins over a prefix list's and over what a gateway propagates", () => {
  const listed = { DestinationPrefixListId: "pl-1", GatewayId: "igw-1", State: "active" };
  const learnt = (to: string): object => ({
    DestinationCidrBlock: to,
    GatewayId: "vgw-1",
    Origin: "EnableVgwRoutePropagation",
    State: "active",
  });
  const lists = { PrefixLists: [{ PrefixListId: "pl-1", Cidrs: ["10.2.0.0/16"] }] };
  const edges = { InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-a" }] }] };
  const lines = { VpnGateways: [{ VpnGatewayId: "vgw-1", VpcAttachments: [{ VpcId: "vpc-a" }] }] };
  const back = table("rtb-b", "vpc-b", [via("10.1.0.0/16", "pcx-ab")]);
  const judge = (...routes: object[]): string[] => {
    const tables = { RouteTables: [table("rtb-a", "vpc-a", routes), back] };
    const { network, warnings } = imported({ ...ALL, t: tables, l: lists, e: edges, n: lines });
    assert.equal(
      warnings.filter(({ code }) => code !== "missing-reference"),
      [],
    );
    return [...network.vpcs.get("vpc-a")!.tables.get("rtb-a")!.routes!].map(({ target }) => target);
  };
  const direct = via("10.2.0.0/16", "pcx-ab");
  for (const order of [
    [direct, listed, learnt("10.2.0.0/16")],
    [learnt("10.2.0.0/16"), listed, direct],
  ])
    assert.equal(judge(...order), ["pcx-ab"]);
  assert.equal(judge(learnt("10.2.0.0/16"), listed), ["igw-1"]);
  assert.equal(judge(learnt("10.2.0.0/17"), direct), ["pcx-ab", "vgw-1"], "the longest prefix comes first");
});

test.run();
