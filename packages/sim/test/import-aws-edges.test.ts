import { answer, resolveEndpoint } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { imported, verdict } from "./importing.ts";

/**
 * What stands at the edges of VPCs in answers of the AWS CLI. Shapes: the EC2 API reference (describe-nat-gateways, describe-addresses,
 * describe-vpc-block-public-access-options, …), the Direct Connect API reference, and Batfish's dumps of real accounts.
 */
const test = suite("edges in AWS answers");

const OWNER = "111122223333";

/** A VPC with a public subnet, in which a NAT gateway stands, and a private one; a host in each. */
const NET = {
  Vpcs: [{ VpcId: "vpc-1", CidrBlock: "10.1.0.0/16", OwnerId: OWNER }],
  Subnets: [
    { SubnetId: "subnet-public", VpcId: "vpc-1", CidrBlock: "10.1.1.0/24", AvailabilityZone: "eu-west-1a" },
    { SubnetId: "subnet-private", VpcId: "vpc-1", CidrBlock: "10.1.2.0/24", AvailabilityZone: "eu-west-1a" },
  ],
  RouteTables: [
    table("rtb-public", "subnet-public", [
      { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1" },
      { DestinationIpv6CidrBlock: "::/0", EgressOnlyInternetGatewayId: "eigw-1" },
    ]),
    table("rtb-private", "subnet-private", [{ DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" }]),
  ],
  InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-1", State: "available" }] }],
  NatGateways: [
    {
      NatGatewayId: "nat-1",
      VpcId: "vpc-1",
      SubnetId: "subnet-public",
      State: "available",
      NatGatewayAddresses: [{ PublicIp: "3.135.127.225", PrivateIp: "10.1.1.210" }],
    },
  ],
  NetworkInterfaces: [
    eni("eni-web", "subnet-public", "10.1.1.10", "i-web", { Association: { PublicIp: "18.216.129.140" } }),
    eni("eni-job", "subnet-private", "10.1.2.10", "i-job"),
  ],
};

function table(id: string, subnet: string, routes: readonly object[]): object {
  return { RouteTableId: id, VpcId: "vpc-1", Routes: routes, Associations: [{ SubnetId: subnet }] };
}

function eni(id: string, subnet: string, address: string, instance: string, more: object = {}): object {
  return {
    NetworkInterfaceId: id,
    SubnetId: subnet,
    VpcId: "vpc-1",
    PrivateIpAddress: address,
    Attachment: { InstanceId: instance, DeviceIndex: 0, Status: "attached" },
    ...more,
  };
}

test("a NAT gateway translates TCP, UDP and ICMP; another protocol is refused when it is asked for by name", () => {
  const { network } = imported({ net: NET });
  const ask = (protocol: string): string => verdict(network, "i-job", "8.8.8.8", { protocol });
  for (const protocol of ["any", "tcp", "udp", "icmp"])
    assert.is(ask(protocol), "two-way delivered/delivered", protocol);
  assert.is(ask("47"), "unreachable filter-denied/no-public-address");
  assert.match(
    verdict(network, "i-web", "8.8.8.8", { protocol: "47" }),
    /^two-way /,
    "an internet gateway carries all",
  );
});

test("nobody answers at a NAT gateway's own address, and the gateway is named", () => {
  const { network } = imported({ net: NET });
  const ends = ["i-web", "10.1.1.210"].map((text) => resolveEndpoint(network, text, "test"));
  const { shown } = answer(network, ends[0], ends[1], { protocol: "tcp", port: 80 });
  assert.is(shown.forward.cause, "no-such-host");
  assert.is(shown.forward.cause === null ? "" : shown.forward.component.id, "nat-1");
});

test("a NAT gateway in a subnet that is not part of the dump sends packets on nobody knows how", () => {
  const [nat] = NET.NatGateways;
  const lost = { ...nat, SubnetId: "subnet-elsewhere" };
  const { network, warnings } = imported({ net: { ...NET, NatGateways: [lost] } });
  assert.match(verdict(network, "i-job", "8.8.8.8"), /^unknown unsupported-target\//);
  assert.match(warnings.map(({ message }) => message).join("\n"), /nat-1 stands in subnet-elsewhere/);
});

test("a group of a VPC that is not part of the dump is kept, and what is written can be read again", () => {
  const group = { GroupId: "sg-far", VpcId: "vpc-far", IpPermissions: [], IpPermissionsEgress: [] };
  const { network } = imported({ net: NET, g: { SecurityGroups: [group] } });
  assert.is(verdict(network, "i-web", "8.8.8.8"), "two-way delivered/delivered");
  assert.ok(network.groups?.has("sg-far"));
});

const BLOCKS: readonly (readonly [
  label: string,
  mode: string,
  exclusions: readonly object[],
  web: RegExp,
  job: RegExp,
])[] = [
  ["off", "off", [], /^two-way /, /^two-way /],
  [
    "both directions",
    "block-bidirectional",
    [],
    /^unreachable route-blackhole\/no-public-address/,
    / route-blackhole\//,
  ],
  ["what comes in only, which is not followed", "block-ingress", [], /^unreachable|^unknown/, /^unknown /],
  ["both, but not of this VPC", "block-bidirectional", [exclusion("vpc/vpc-1")], /^two-way /, /^two-way /],
  [
    "both, but what comes in only of this VPC",
    "block-bidirectional",
    [exclusion("vpc/vpc-1", "allow-egress")],
    /^unreachable|^unknown/,
    /^unknown /,
  ],
  [
    "both, with an exclusion that is deleted",
    "block-bidirectional",
    [{ ...exclusion("vpc/vpc-1"), State: "delete-complete" }],
    / route-blackhole\//,
    / route-blackhole\//,
  ],
];

function exclusion(resource: string, mode = "allow-bidirectional"): object {
  return {
    ExclusionId: "vpcbpa-exclude-1",
    InternetGatewayExclusionMode: mode,
    ResourceArn: `arn:aws:ec2:eu-west-1:${OWNER}:${resource}`,
    State: "create-complete",
  };
}

for (const [label, mode, exclusions, web, job] of BLOCKS) {
  test(`block public access: ${label}`, () => {
    const options = { AwsAccountId: OWNER, AwsRegion: "eu-west-1", InternetGatewayBlockMode: mode };
    const { network, warnings } = imported({
      net: NET,
      "bpa.json": { VpcBlockPublicAccessOptions: { ...options, State: "update-complete" } },
      "exclusions.json": { VpcBlockPublicAccessExclusions: exclusions },
    });
    assert.match(verdict(network, "i-web", "8.8.8.8"), web);
    assert.match(verdict(network, "i-job", "8.8.8.8"), job);
    const isOpen = mode === "off" || web.test("two-way ");
    assert.is(
      warnings.some(({ message }) => /block public access of vpc-1/.test(message)),
      !isOpen,
    );
  });
}

const COMING_IN: readonly (readonly [
  label: string,
  mode: string,
  exclusions: readonly object[],
  expected: RegExp,
])[] = [
  ["all is blocked", "block-bidirectional", [], / no-public-address$/],
  ["what comes in is blocked", "block-ingress", [], / no-public-address$/],
  ["the VPC is excluded", "block-ingress", [exclusion("vpc/vpc-1")], /^two-way /],
  [
    "the VPC is excluded for what leaves",
    "block-ingress",
    [exclusion("vpc/vpc-1", "allow-egress")],
    / no-public-address$/,
  ],
  [
    "the subnet is excluded",
    "block-bidirectional",
    [exclusion("subnet/subnet-public")],
    /^unknown .*unsupported-target$/,
  ],
  [
    "the subnet is excluded, of what comes in",
    "block-ingress",
    [exclusion("subnet/subnet-public")],
    /^unknown .*unsupported-target$/,
  ],
  [
    "the subnet is excluded, and its VPC for what leaves",
    "block-bidirectional",
    [exclusion("vpc/vpc-1", "allow-egress"), exclusion("subnet/subnet-public")],
    /^unknown .*unsupported-target$/,
  ],
  [
    "the subnet is excluded for what leaves",
    "block-ingress",
    [exclusion("subnet/subnet-public", "allow-egress")],
    / no-public-address$/,
  ],
  [
    "a subnet of another VPC is excluded",
    "block-ingress",
    [exclusion("subnet/subnet-far")],
    / no-public-address$/,
  ],
];

for (const [label, mode, exclusions, expected] of COMING_IN) {
  test(`block public access, from the internet to a public address: ${label}`, () => {
    const { network } = imported({
      net: NET,
      "bpa.json": { VpcBlockPublicAccessOptions: { AwsAccountId: OWNER, InternetGatewayBlockMode: mode } },
      "exclusions.json": { VpcBlockPublicAccessExclusions: exclusions },
    });
    // by its name, and by its public address
    for (const to of ["i-web", "18.216.129.140"]) {
      const [source, destination] = ["8.8.8.8", to].map((text) => resolveEndpoint(network, text, "test"));
      const { verdict: found, shown } = answer(network, source, destination, { protocol: "tcp", port: 443 });
      assert.match(`${found} ${shown.forward.cause}`, expected, to);
    }
    const back = verdict(network, "8.8.8.8", "i-web").split("/");
    assert.match(`${back[0]}`, expected, "written and read again");
  });
}

test("block public access of another account or region leaves a VPC alone, also when no record but a route tells of its gateway", () => {
  const { InternetGateways: _, ...net } = NET;
  const read = (options: object): string =>
    verdict(
      imported({
        net,
        bpa: { VpcBlockPublicAccessOptions: { InternetGatewayBlockMode: "block-bidirectional", ...options } },
      }).network,
      "i-web",
      "8.8.8.8",
    );
  assert.match(read({ AwsAccountId: "444455556666", AwsRegion: "eu-west-1" }), /^two-way /);
  assert.match(read({ AwsAccountId: OWNER, AwsRegion: "us-east-1" }), /^two-way /);
  assert.match(read({ AwsAccountId: OWNER, AwsRegion: "eu-west-1" }), / route-blackhole\//);
});

test("an elastic address that names only its instance is the instance's", () => {
  const plain = eni("eni-web", "subnet-public", "10.1.1.10", "i-web");
  const files = { net: { ...NET, NetworkInterfaces: [plain] } };
  assert.match(verdict(imported(files).network, "i-web", "8.8.8.8"), / no-public-address\//);
  const elastic = { PublicIp: "18.216.129.140", InstanceId: "i-web", PrivateIpAddress: "10.1.1.10" };
  const { network } = imported({ ...files, "a.json": { Addresses: [elastic] } });
  assert.match(verdict(network, "i-web", "8.8.8.8"), /^two-way /);
});

test("endpoints of the types Interface, Resource and ServiceNetwork are their interfaces, and no gateway", () => {
  const endpoints = ["Interface", "Resource", "ServiceNetwork", "GatewayLoadBalancer"].map((type) => ({
    VpcEndpointId: `vpce-${type}`,
    VpcEndpointType: type,
    VpcId: "vpc-1",
    State: "available",
  }));
  const { network } = imported({ net: NET, e: { VpcEndpoints: endpoints } });
  assert.equal(
    [...network.gateways.keys()].filter((id) => id.startsWith("vpce-")),
    ["vpce-GatewayLoadBalancer"],
  );
});

for (const [label, more, expected] of [
  ["alone, leads to its static routes only", {}, / no-route\//],
  [
    "with a Direct Connect gateway may lead anywhere",
    {
      d: {
        directConnectGatewayAssociations: [
          {
            directConnectGatewayId: "5f294f92-bafb-4011-916d-9b0bexample",
            associationState: "associated",
            associatedGateway: { id: "vgw-1", type: "virtualPrivateGateway", ownerAccount: OWNER },
          },
        ],
      },
    },
    /^unknown /,
  ],
] as const) {
  test(`a VPN gateway with a static connection, ${label}`, () => {
    const routes = [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: "vgw-1" }];
    const { network } = imported({
      net: { ...NET, RouteTables: [table("rtb-private", "subnet-private", routes)] },
      g: {
        VpnGateways: [{ VpnGatewayId: "vgw-1", VpcAttachments: [{ VpcId: "vpc-1", State: "attached" }] }],
        VpnConnections: [
          {
            VpnConnectionId: "vpn-1",
            VpnGatewayId: "vgw-1",
            State: "available",
            Options: { StaticRoutesOnly: true },
            Routes: [{ DestinationCidrBlock: "19.168.0.0/16", State: "available" }],
          },
        ],
      },
      ...more,
    });
    assert.match(verdict(network, "i-job", "19.168.0.1"), /^two-way /);
    assert.match(verdict(network, "i-job", "8.8.8.8"), expected);
  });
}

test.run();
