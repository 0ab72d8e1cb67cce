import { formatAddress } from "@twoway/core";
import { answer, resolveEndpoint } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awsTable, imported, PAIR, resource, state, verdict } from "./importing.ts";

/**
 * What leaves a VPC, in answers of AWS: sessions of NAT gateways, prefix lists of endpoints, static and learning lines, public
 * addresses. Shapes: the EC2 and Direct Connect API references, as `--output json` prints them. The outcomes are those that
 * Batfish's end-to-end tests of NAT gateways, gateway endpoints, VPN gateways and direct connect state.
 */
const test = suite("import of the edges of AWS networks");

const VPC = "vpc-1";
const ALL = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
const NET = {
  Vpcs: [{ VpcId: VPC, CidrBlock: "10.1.0.0/16", OwnerId: "111122223333" }],
  Subnets: [
    subnet("public", "10.1.250.0/24"),
    subnet("private", "10.1.1.0/24"),
    subnet("inner", "10.1.2.0/24"),
  ],
  InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ State: "available", VpcId: VPC }] }],
  NatGateways: [
    {
      NatGatewayId: "nat-1",
      VpcId: VPC,
      SubnetId: "subnet-public",
      State: "available",
      NatGatewayAddresses: [
        { NetworkInterfaceId: "eni-nat", PrivateIp: "10.1.250.210", PublicIp: "3.135.127.225" },
      ],
    },
  ],
  SecurityGroups: [{ GroupId: "sg-1", VpcId: VPC, IpPermissions: [ALL], IpPermissionsEgress: [ALL] }],
  NetworkInterfaces: [
    face("i-public", "public", "10.1.250.116", { PublicIp: "18.216.129.140" }),
    face("i-private", "private", "10.1.1.98"),
    face("i-inner", "inner", "10.1.2.20"),
    {
      ...face("nat", "public", "10.1.250.210", { PublicIp: "3.135.127.225" }),
      InterfaceType: "nat_gateway",
      Attachment: { Status: "attached", DeviceIndex: 1 },
      Groups: [],
    },
  ],
};

function subnet(name: string, cidr: string): object {
  return { SubnetId: `subnet-${name}`, VpcId: VPC, CidrBlock: cidr, AvailabilityZone: "us-east-2b" };
}

function face(instance: string, where: string, address: string, outside?: { PublicIp: string }): object {
  const association = outside === undefined ? {} : { Association: outside };
  return {
    NetworkInterfaceId: `eni-${instance}`,
    SubnetId: `subnet-${where}`,
    VpcId: VPC,
    PrivateIpAddress: address,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: address, ...association }],
    Attachment: { InstanceId: instance, DeviceIndex: 0, Status: "attached" },
    Groups: [{ GroupId: "sg-1" }],
  };
}

function tables(ways: Readonly<Record<string, readonly object[]>>): object {
  const list = Object.entries(ways).map(([name, routes]) => ({
    RouteTableId: `rtb-${name}`,
    VpcId: VPC,
    Associations: [name === "main" ? { Main: true } : { Main: false, SubnetId: `subnet-${name}` }],
    Routes: [{ DestinationCidrBlock: "10.1.0.0/16", GatewayId: "local", State: "active" }, ...routes],
  }));
  return { RouteTables: list };
}

const out = (target: object): object => ({ DestinationCidrBlock: "0.0.0.0/0", State: "active", ...target });
const IGW = out({ GatewayId: "igw-1" });
const VGW = out({ GatewayId: "vgw-1" });
const WEB = { protocol: "tcp", port: 443 };

test("a session of a NAT gateway comes back to its sender, and nothing else comes in by the gateway's addresses", () => {
  const { network } = imported({
    net: NET,
    t: tables({ main: [], public: [IGW], private: [out({ NatGatewayId: "nat-1" })] }),
  });
  assert.is(verdict(network, "i-private", "8.8.8.8", WEB), "two-way delivered/delivered");
  assert.match(verdict(network, "8.8.8.8", "3.135.127.225", WEB), /^unreachable no-public-address\//);
  assert.match(verdict(network, "i-public", "10.1.250.210", WEB), /^return-only no-such-host\//);
  assert.is(verdict(network, "i-inner", "8.8.8.8", WEB), "unreachable no-route/no-public-address");
});

test("from the internet a public address leads to its host, as far as its filters let it", () => {
  const closed = [{ ...NET.SecurityGroups[0], IpPermissions: [] }];
  const t = tables({ main: [], public: [IGW] });
  const to = "18.216.129.140";
  assert.is(verdict(imported({ net: NET, t }).network, "8.8.8.8", to, WEB), "two-way delivered/delivered");
  const shut = imported({ net: { ...NET, SecurityGroups: closed }, t }).network;
  assert.is(verdict(shut, "8.8.8.8", to, WEB), "return-only filter-denied/delivered");
  const detached = imported({
    net: { ...NET, InternetGateways: [{ InternetGatewayId: "igw-1" }] },
    t,
  }).network;
  assert.match(verdict(detached, "8.8.8.8", to, WEB), /^unreachable no-public-address\//);
});

const ENDPOINT = {
  VpcEndpoints: [{ VpcEndpointId: "vpce-1", VpcEndpointType: "Gateway", VpcId: VPC, State: "available" }],
};
const TO_S3 = { DestinationPrefixListId: "pl-s3", GatewayId: "vpce-1", State: "active" };
const S3 = { PrefixLists: [{ PrefixListId: "pl-s3", Cidrs: ["52.216.0.0/15", "3.5.0.0/20"] }] };

test("a gateway endpoint takes exactly what its prefix list holds, there and back", () => {
  const { network } = imported({
    net: NET,
    e: ENDPOINT,
    s3: S3,
    t: tables({ main: [], public: [IGW, TO_S3], private: [TO_S3] }),
  });
  assert.equal(network.gateways.get("vpce-1")?.advertises?.map(String), ["3.5.0.0/20", "52.216.0.0/15"]);
  for (const sender of ["i-private", "i-public"])
    assert.is(verdict(network, sender, "52.216.237.77", WEB), "two-way delivered/delivered");
  assert.is(verdict(network, "i-private", "54.222.57.1", WEB), "unreachable no-route/no-public-address");
  assert.is(verdict(network, "i-public", "54.222.57.1", WEB), "two-way delivered/delivered");
});

test("an endpoint without its list may take a packet and bring the answer back: nothing is proven", () => {
  const { network } = imported({ net: NET, e: ENDPOINT, t: tables({ main: [], private: [TO_S3] }) });
  assert.is(
    verdict(network, "i-private", "52.216.237.77", WEB),
    "unknown unsupported-target/unsupported-target",
  );
  assert.is(verdict(network, "i-private", "8.8.8.8", WEB), "unreachable no-route/no-public-address");
});

const VPN = {
  VpnGateways: [{ VpnGatewayId: "vgw-1", VpcAttachments: [{ State: "attached", VpcId: VPC }] }],
  VpnConnections: [
    {
      VpnConnectionId: "vpn-1",
      VpnGatewayId: "vgw-1",
      State: "available",
      Options: { StaticRoutesOnly: true },
      Routes: [{ DestinationCidrBlock: "19.168.0.0/16", State: "available" }],
    },
  ],
};
const BGP = { VpnConnections: [{ VpnConnectionId: "vpn-2", VpnGatewayId: "vgw-1", State: "available" }] };

test("a VPN gateway of static connections leads to their routes and nowhere else", () => {
  const { network } = imported({ net: NET, v: VPN, t: tables({ main: [VGW], public: [IGW] }) });
  assert.is(verdict(network, "i-private", "19.168.0.1"), "two-way delivered/delivered");
  assert.match(verdict(network, "i-private", "8.8.8.8"), /^unreachable no-route\//);
  assert.match(verdict(network, "i-private", "18.216.129.140"), /^return-only no-route\//);
});

const LINES: readonly (readonly [string, object])[] = [
  ["a connection with BGP", BGP],
  [
    "a private line of Direct Connect",
    { virtualInterfaces: [{ virtualInterfaceId: "dxvif-1", virtualGatewayId: "vgw-1" }] },
  ],
];
for (const [label, line] of LINES) {
  test(`${label} may lead anywhere, so what its gateway leads to is not known`, () => {
    const { network } = imported({ net: NET, v: VPN, line, t: tables({ main: [VGW] }) });
    assert.is(verdict(network, "i-private", "19.168.0.1"), "two-way delivered/delivered");
    assert.is(verdict(network, "i-private", "8.8.8.8"), "unknown unsupported-target/unsupported-target");
  });
}

function hub(...kinds: readonly string[]): object {
  const attachments = ["vpc", ...kinds].map((kind) => ({
    TransitGatewayAttachmentId: `tgw-attach-${kind}`,
    TransitGatewayId: "tgw-1",
    ResourceType: kind,
    ResourceId: kind === "vpc" ? VPC : `dxgw-${kind}`,
    State: "available",
    Association: { State: "associated", TransitGatewayRouteTableId: "tgw-rtb-1" },
  }));
  const propagations = attachments.map(({ TransitGatewayAttachmentId }) => ({
    State: "enabled",
    TransitGatewayAttachmentId,
  }));
  return {
    TransitGateways: [{ TransitGatewayId: "tgw-1", State: "available" }],
    TransitGatewayAttachments: attachments,
    TransitGatewayRouteTables: [{ TransitGatewayRouteTableId: "tgw-rtb-1", TransitGatewayId: "tgw-1" }],
    TransitGatewayStaticRoutes: [{ TransitGatewayRouteTableId: "tgw-rtb-1", Routes: [] }],
    TransitGatewayPropagations: [
      { TransitGatewayRouteTableId: "tgw-rtb-1", TransitGatewayRouteTablePropagations: propagations },
    ],
  };
}

test("what a line propagates into a hub's table without telling is unknown, and the ranges of VPCs there are not", () => {
  const t = tables({ main: [out({ TransitGatewayId: "tgw-1" })] });
  const { network } = imported({ net: NET, h: hub("direct-connect-gateway"), t });
  assert.is(verdict(network, "i-private", "10.10.0.1"), "unknown no-route-table/unsupported-target");
  const without = imported({ net: NET, h: hub(), t }).network;
  assert.match(verdict(without, "i-private", "10.10.0.1"), /^unreachable no-route\//);
});

test("a static route of a hub that holds the whole internet does not decide what a line may have learned", () => {
  const far = { VpcId: "vpc-2", CidrBlock: "10.2.0.0/16", OwnerId: "111122223333" };
  const inside = { SubnetId: "subnet-far", VpcId: "vpc-2", CidrBlock: "10.2.1.0/24" };
  const h = hub("direct-connect-gateway") as { readonly TransitGatewayAttachments: readonly object[] };
  const route = (cidr: string): object => ({
    DestinationCidrBlock: cidr,
    Type: "static",
    State: "active",
    TransitGatewayAttachments: [{ TransitGatewayAttachmentId: "tgw-attach-far" }],
  });
  const attachment = {
    ...h.TransitGatewayAttachments[0],
    TransitGatewayAttachmentId: "tgw-attach-far",
    ResourceId: "vpc-2",
  };
  const { network } = imported({
    net: { ...NET, Vpcs: [...NET.Vpcs, far], Subnets: [...NET.Subnets, inside], NetworkInterfaces: [] },
    h: {
      ...h,
      TransitGatewayAttachments: [...h.TransitGatewayAttachments, attachment],
      TransitGatewayStaticRoutes: [{ TransitGatewayRouteTableId: "tgw-rtb-1", Routes: [route("0.0.0.0/0")] }],
    },
    t: tables({ main: [out({ TransitGatewayId: "tgw-1" })] }),
  });
  assert.match(verdict(network, "10.1.1.98", "10.2.1.9"), /delivered\/no-route-table$/);
  assert.is(verdict(network, "10.1.1.98", "10.99.0.1"), "unknown no-route-table/unsupported-target");
});

const EDGE = {
  RouteTableId: "rtb-edge",
  VpcId: VPC,
  Associations: [{ Main: false, GatewayId: "igw-1" }],
  Routes: [
    { DestinationCidrBlock: "10.1.0.0/16", GatewayId: "local", State: "active" },
    { DestinationCidrBlock: "10.1.250.0/24", NetworkInterfaceId: "eni-i-inner", State: "active" },
  ],
};

test("a table of the internet gateway takes what comes in: what it leads elsewhere is unknown, the rest arrives", () => {
  const t = tables({ main: [IGW], public: [IGW] });
  const net = {
    ...NET,
    NetworkInterfaces: [
      ...NET.NetworkInterfaces,
      face("i-open", "private", "10.1.1.7", { PublicIp: "18.0.0.7" }),
    ],
  };
  const { network } = imported({ net, t, edge: { RouteTables: [EDGE] } });
  assert.is(verdict(network, "8.8.8.8", "i-public", WEB), "unknown unsupported-target/delivered");
  assert.is(verdict(network, "i-public", "8.8.8.8", WEB), "unknown delivered/unsupported-target");
  assert.is(verdict(network, "8.8.8.8", "i-open", WEB), "two-way delivered/delivered");
});

test("a route of such a table for a part of a subnet makes that part of it unknown", () => {
  const part = {
    ...EDGE,
    Routes: [EDGE.Routes[0], { ...EDGE.Routes[1], DestinationCidrBlock: "10.1.250.112/28" }],
  };
  const other = face("i-other", "public", "10.1.250.9", { PublicIp: "18.0.0.9" });
  const net = { ...NET, NetworkInterfaces: [NET.NetworkInterfaces[0], other] };
  const { network } = imported({
    net,
    t: tables({ main: [IGW], public: [IGW] }),
    edge: { RouteTables: [part] },
  });
  const [from, to] = ["8.8.8.8", "subnet-public"].map((text) => resolveEndpoint(network, text, "test"));
  const { verdict: found, partial } = answer(network, from, to, WEB);
  assert.equal([found, partial], ["unknown", true]);
});

test("Terraform: an association of a gateway makes its table the one that takes what comes in", () => {
  const { network } = imported({
    "s.json": state([
      ...PAIR,
      awsTable("edge", "a", [{ cidr_block: "10.1.1.0/24", network_interface_id: "eni-fw" }]),
      resource("aws_internet_gateway.a", { id: "igw-a", vpc_id: "vpc-a" }),
      resource("aws_route_table_association.edge", {
        id: "rtbassoc-e",
        gateway_id: "igw-a",
        route_table_id: "rtb-edge",
      }),
    ]),
  });
  assert.is(network.gateways.get("igw-a")?.ingress, "rtb-edge");
});

test("an instance whose address the input does not have stands at a free one, and a warning says so", () => {
  const instance = (name: string, values: object): object =>
    resource(`aws_instance.${name}`, { id: `i-${name}`, subnet_id: "subnet-a1", ...values });
  const { network, warnings } = imported({
    "s.json": state([...PAIR, instance("web", {}), instance("other", { private_ip: "10.1.1.254" })]),
  });
  assert.equal(network.unmodelled, undefined);
  const { hosts } = network.vpcs.get("vpc-a")!.subnets.get("subnet-a1")!;
  assert.equal(hosts!.get("i-web")!.addresses.map(formatAddress), ["10.1.1.253"]);
  assert.match(
    warnings.map(({ source, message }) => `${source}: ${message}`).join("\n"),
    "aws_instance.web: its address is not known: 10.1.1.253 stands for it, as any other of subnet-a1 would",
  );
});

const LOOKED_UP: readonly (readonly [type: string, values: object])[] = [
  ["aws_prefix_list", { id: "pl-1", cidr_blocks: ["10.2.0.0/16"] }],
  ["aws_ec2_managed_prefix_list", { id: "pl-1", entries: [{ cidr: "10.2.0.0/16", description: "" }] }],
];
for (const [type, values] of LOOKED_UP) {
  test(`Terraform: a data source ${type} says what its prefix list holds`, () => {
    const source = { address: `data.${type}.b`, mode: "data", type, name: "b", values };
    const listed = [{ destination_prefix_list_id: "pl-1", vpc_peering_connection_id: "pcx-ab" }];
    const routes = [
      awsTable("a-main", "a", listed),
      awsTable("b-main", "b", [{ cidr_block: "10.1.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
    ];
    const { network } = imported({ "s.json": state([...PAIR, ...routes, source]) });
    assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
    const without = imported({ "s.json": state([...PAIR, ...routes]) }).network;
    assert.is(verdict(without, "subnet-a1", "subnet-b1"), "unknown no-route-table/delivered");
  });
}

test("a deleted NAT gateway is listed for an hour, and its address may be somebody else's by then", () => {
  const deleted = { ...NET.NatGateways[0], NatGatewayId: "nat-0", State: "deleted" };
  const moved = {
    ...deleted,
    NatGatewayAddresses: [{ PrivateIp: "10.1.250.9", PublicIp: "18.216.129.140" }],
  };
  const { network } = imported({
    net: { ...NET, NatGateways: [moved] },
    t: tables({ main: [], public: [IGW], private: [out({ NatGatewayId: "nat-0" })] }),
  });
  assert.is(verdict(network, "8.8.8.8", "18.216.129.140", WEB), "two-way delivered/delivered");
  assert.match(verdict(network, "i-private", "8.8.8.8", WEB), /^unreachable route-blackhole\//);
});

test("a reply that a NAT gateway takes comes from an address that nobody asked", () => {
  const { network } = imported({
    net: NET,
    t: tables({
      main: [],
      public: [IGW],
      private: [{ DestinationCidrBlock: "10.1.2.0/24", NatGatewayId: "nat-1", State: "active" }],
    }),
  });
  assert.is(verdict(network, "i-inner", "i-private", WEB), "forward-only delivered/left-network");
  assert.is(verdict(network, "i-private", "i-inner", WEB), "two-way delivered/delivered");
});

test("without a public address nothing leaves by an internet gateway, whatever it is meant for", () => {
  const { network } = imported({ net: NET, t: tables({ main: [IGW] }) });
  assert.match(verdict(network, "i-private", "192.168.9.9", WEB), /^unreachable no-public-address\//);
  assert.match(verdict(network, "i-public", "192.168.9.9", WEB), /^unknown unsupported-target\//);
});

const PAIRED = {
  Vpcs: [...NET.Vpcs, { VpcId: "vpc-2", CidrBlock: "10.2.0.0/16", OwnerId: "111122223333" }],
  Subnets: [
    ...NET.Subnets,
    { SubnetId: "subnet-far", VpcId: "vpc-2", CidrBlock: "10.2.1.0/24", AvailabilityZone: "us-east-2b" },
  ],
  RouteTables: [
    {
      RouteTableId: "rtb-1",
      VpcId: VPC,
      Associations: [{ Main: true }],
      Routes: [{ DestinationCidrBlock: "10.2.0.0/16", TransitGatewayId: "tgw-1", State: "active" }],
    },
    {
      RouteTableId: "rtb-2",
      VpcId: "vpc-2",
      Associations: [{ Main: true }],
      Routes: [{ DestinationCidrBlock: "10.1.0.0/16", TransitGatewayId: "tgw-1", State: "active" }],
    },
  ],
};

function joined(id: string, vpc: string, subnet: string, State = "available"): object {
  return {
    TransitGatewayAttachmentId: id,
    TransitGatewayId: "tgw-1",
    ResourceType: "vpc",
    VpcId: vpc,
    SubnetIds: [subnet],
    State,
    ...(State === "available"
      ? { Association: { State: "associated", TransitGatewayRouteTableId: "tgw-rtb-1" } }
      : {}),
  };
}

const JOINS = [joined("tgw-attach-1", VPC, "subnet-inner"), joined("tgw-attach-2", "vpc-2", "subnet-far")];
const HUB = {
  TransitGateways: [{ TransitGatewayId: "tgw-1", State: "available" }],
  TransitGatewayRouteTables: [{ TransitGatewayRouteTableId: "tgw-rtb-1", TransitGatewayId: "tgw-1" }],
};
const HUB_ROUTES = {
  TransitGatewayRouteTableId: "tgw-rtb-1",
  Routes: [
    ["10.1.0.0/16", "tgw-attach-1"],
    ["10.2.0.0/16", "tgw-attach-2"],
  ].map(([to, TransitGatewayAttachmentId]) => ({
    DestinationCidrBlock: to,
    State: "active",
    TransitGatewayAttachments: [{ TransitGatewayAttachmentId }],
  })),
};

test("a VPC that is attached anew takes its new attachment, although the deleted one is still listed", () => {
  for (const old of [joined("tgw-attach-0", VPC, "subnet-inner", "deleted"), undefined]) {
    const hub = { ...HUB, TransitGatewayAttachments: [...(old === undefined ? [] : [old]), ...JOINS] };
    const { network } = imported({ net: PAIRED, hub, routes: HUB_ROUTES });
    assert.is(verdict(network, "subnet-inner", "subnet-far", WEB), "two-way delivered/delivered");
  }
});

test("a hub that only its peering names may have attachments that nobody lists", () => {
  const peering = {
    TransitGatewayAttachmentId: "tgw-attach-peer",
    RequesterTgwInfo: { TransitGatewayId: "tgw-1" },
    AccepterTgwInfo: { TransitGatewayId: "tgw-9" },
    State: "available",
  };
  const named = imported({ net: PAIRED, p: { TransitGatewayPeeringAttachments: [peering] } }).network;
  assert.match(verdict(named, "subnet-inner", "subnet-far", WEB), /^unknown unsupported-target\//);
  const described = imported({ net: PAIRED, hub: HUB, p: { TransitGatewayPeeringAttachments: [peering] } });
  assert.match(
    verdict(described.network, "subnet-inner", "subnet-far", WEB),
    /^unreachable hub-attachment\//,
  );
});

test("the ACL of a hub's subnet looks at what its own hosts send to the hub, and at nothing that comes for them", () => {
  // "How network ACLs work with transit gateways": the same subnet for instances and the association
  const acl = (cidr: string): object => ({
    NetworkAcls: [
      {
        NetworkAclId: "acl-1",
        VpcId: VPC,
        Associations: [{ SubnetId: "subnet-inner" }],
        Entries: [
          { RuleNumber: 100, RuleAction: "allow", Egress: false, Protocol: "-1", CidrBlock: cidr },
          { RuleNumber: 100, RuleAction: "allow", Egress: true, Protocol: "-1", CidrBlock: "10.2.0.0/16" },
        ],
      },
    ],
  });
  const judge = (cidr: string, from: string): string =>
    verdict(
      imported({
        net: PAIRED,
        hub: { ...HUB, TransitGatewayAttachments: JOINS },
        routes: HUB_ROUTES,
        acl: acl(cidr),
      }).network,
      from,
      "subnet-far",
      WEB,
    );
  assert.is(judge("10.1.2.0/24", "subnet-inner"), "two-way delivered/delivered");
  assert.is(judge("10.2.0.0/16", "subnet-inner"), "return-only filter-denied/delivered");
  // of another subnet the door's ACL lets neither the packet in nor, without a rule for it, the reply out
  assert.is(judge("10.1.0.0/16", "subnet-private"), "forward-only delivered/filter-denied");
});

test.run();
