import { InputError, importNetworks, type Network, reach, readScenario, scenarioText } from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";

/**
 * Dumps from anybody: a right one with fields that are gone, of another type, or taken from elsewhere in it. Shapes as in
 * `import-aws.test.ts` and `import-tencent.test.ts`, one record of each kind.
 */
const test = suite("dumps with faults");

const vpcs = ["a", "b"] as const;
const CIDR = { a: "10.1", b: "10.2" } as const;

const AWS: Readonly<Record<string, object>> = {
  "1/eu-west-1/a.json": {
    Vpcs: vpcs.map((name) => ({
      VpcId: `vpc-${name}`,
      CidrBlock: `${CIDR[name]}.0.0/16`,
      OwnerId: "1",
      CidrBlockAssociationSet: [
        { CidrBlock: `${CIDR[name]}.0.0/16`, CidrBlockState: { State: "associated" } },
      ],
      Ipv6CidrBlockAssociationSet: [],
      Tags: [{ Key: "Name", Value: name }],
    })),
    Subnets: vpcs.map((name) => ({
      SubnetId: `subnet-${name}`,
      VpcId: `vpc-${name}`,
      CidrBlock: `${CIDR[name]}.1.0/24`,
      AvailabilityZone: "eu-west-1a",
      AvailabilityZoneId: "euw1-az1",
    })),
    RouteTables: vpcs.map((name) => ({
      RouteTableId: `rtb-${name}`,
      VpcId: `vpc-${name}`,
      Associations: [
        { Main: true, AssociationState: { State: "associated" } },
        { SubnetId: `subnet-${name}` },
      ],
      Routes: [
        { DestinationCidrBlock: `${CIDR[name]}.0.0/16`, GatewayId: "local", State: "active" },
        { DestinationCidrBlock: "10.0.0.0/8", VpcPeeringConnectionId: "pcx-1", State: "active" },
        { DestinationCidrBlock: "172.16.0.0/12", TransitGatewayId: "tgw-1", State: "active" },
        { DestinationPrefixListId: "pl-1", GatewayId: "vpce-1", State: "active" },
        { DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: `nat-${name}`, State: "active" },
      ],
    })),
    VpcPeeringConnections: [
      {
        VpcPeeringConnectionId: "pcx-1",
        RequesterVpcInfo: { VpcId: "vpc-a", OwnerId: "1", Region: "eu-west-1" },
        AccepterVpcInfo: { VpcId: "vpc-b", OwnerId: "1", Region: "eu-west-1" },
        Status: { Code: "active" },
        ExpirationTime: "2024-01-08T00:00:00.000Z",
      },
    ],
  },
  "1/eu-west-1/b.json": {
    InternetGateways: [{ InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-a", State: "available" }] }],
    NatGateways: vpcs.map((name) => ({
      NatGatewayId: `nat-${name}`,
      VpcId: `vpc-${name}`,
      SubnetId: `subnet-${name}`,
      State: "available",
      CreateTime: "2024-01-02T03:04:05+00:00",
      NatGatewayAddresses: [{ PrivateIp: `${CIDR[name]}.1.9`, PublicIp: "198.51.100.1", IsPrimary: true }],
    })),
    VpcEndpoints: [
      { VpcEndpointId: "vpce-1", VpcEndpointType: "Gateway", VpcId: "vpc-a", State: "available" },
    ],
    PrefixLists: [{ PrefixListId: "pl-1", Cidrs: ["52.216.0.0/15"] }],
    NetworkInterfaces: vpcs.map((name) => ({
      NetworkInterfaceId: `eni-${name}`,
      SubnetId: `subnet-${name}`,
      PrivateIpAddress: `${CIDR[name]}.1.10`,
      PrivateIpAddresses: [
        { PrivateIpAddress: `${CIDR[name]}.1.10`, Association: { PublicIp: "198.51.100.7" } },
      ],
      Ipv6Addresses: [],
      Attachment: { InstanceId: `i-${name}`, DeviceIndex: 0, Status: "attached" },
      Groups: [{ GroupId: "sg-1" }],
      SourceDestCheck: true,
    })),
    SecurityGroups: [
      {
        GroupId: "sg-1",
        VpcId: "vpc-a",
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 22, ToPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
          {
            IpProtocol: "-1",
            UserIdGroupPairs: [{ GroupId: "sg-1" }],
            PrefixListIds: [{ PrefixListId: "pl-1" }],
          },
        ],
        IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      },
    ],
    NetworkAcls: [
      {
        NetworkAclId: "acl-1",
        VpcId: "vpc-b",
        IsDefault: true,
        Associations: [{ SubnetId: "subnet-b" }],
        Entries: [false, true].map((egress) => ({
          RuleNumber: 100,
          Egress: egress,
          Protocol: "6",
          PortRange: { From: 1, To: 65535 },
          RuleAction: "allow",
          CidrBlock: "0.0.0.0/0",
        })),
      },
    ],
    TransitGateways: [{ TransitGatewayId: "tgw-1", OwnerId: "1", State: "available" }],
    TransitGatewayAttachments: vpcs.map((name) => ({
      TransitGatewayAttachmentId: `tgw-attach-${name}`,
      TransitGatewayId: "tgw-1",
      ResourceType: "vpc",
      ResourceId: `vpc-${name}`,
      State: "available",
      Association: { TransitGatewayRouteTableId: "tgw-rtb-1", State: "associated" },
    })),
    TransitGatewayRouteTables: [{ TransitGatewayRouteTableId: "tgw-rtb-1", TransitGatewayId: "tgw-1" }],
    TransitGatewayStaticRoutes: [
      {
        TransitGatewayRouteTableId: "tgw-rtb-1",
        Routes: [
          {
            DestinationCidrBlock: "10.2.0.0/16",
            State: "active",
            TransitGatewayAttachments: [{ TransitGatewayAttachmentId: "tgw-attach-b" }],
          },
        ],
      },
    ],
    VpcBlockPublicAccessOptions: {
      AwsAccountId: "2",
      AwsRegion: "eu-west-1",
      InternetGatewayBlockMode: "off",
    },
  },
};

const TENCENT: Readonly<Record<string, object>> = {
  "ap-guangzhou/a.json": {
    Response: {
      VpcSet: vpcs.map((name) => ({
        VpcId: `vpc-${name}`,
        VpcName: name,
        CidrBlock: `${CIDR[name]}.0.0/16`,
      })),
      SubnetSet: vpcs.map((name) => ({
        SubnetId: `subnet-${name}`,
        VpcId: `vpc-${name}`,
        CidrBlock: `${CIDR[name]}.1.0/24`,
        Zone: "ap-guangzhou-3",
        RouteTableId: `rtb-${name}`,
        NetworkAclId: "acl-1",
      })),
      RouteTableSet: vpcs.map((name) => ({
        RouteTableId: `rtb-${name}`,
        VpcId: `vpc-${name}`,
        Main: true,
        AssociationSet: [{ SubnetId: `subnet-${name}` }],
        RouteSet: [
          { DestinationCidrBlock: "10.0.0.0/8", GatewayType: "CCN", GatewayId: "ccn-1", Enabled: true },
          {
            DestinationCidrBlock: "172.16.0.0/12",
            GatewayType: "NORMAL_CVM",
            GatewayId: "10.1.1.9",
            Enabled: true,
          },
          { DestinationCidrBlock: "0.0.0.0/0", GatewayType: "NAT", GatewayId: "nat-1", Enabled: false },
        ],
      })),
    },
  },
  "ap-guangzhou/acl-1.json": {
    Response: {
      CcnSet: [{ CcnId: "ccn-1" }],
      InstanceSet: vpcs.map((name) => ({ CcnId: "ccn-1", InstanceId: `vpc-${name}`, InstanceType: "VPC" })),
      RouteSet: vpcs.map((name) => ({
        InstanceId: `vpc-${name}`,
        DestinationCidrBlock: `${CIDR[name]}.1.0/24`,
      })),
      NatGatewaySet: [
        { NatGatewayId: "nat-1", VpcId: "vpc-a", PublicIpAddressSet: [{ PublicIpAddress: "198.51.100.1" }] },
      ],
      NatGatewayDestinationIpPortTranslationNatRuleSet: [{ NatGatewayId: "nat-1" }],
      AddressSet: [{ AddressIp: "198.51.100.9", InstanceId: "ins-1", PrivateAddressIp: "10.1.1.10" }],
      NetworkInterfaceSet: [
        {
          NetworkInterfaceId: "eni-1",
          SubnetId: "subnet-a",
          PrivateIpAddressSet: [{ PrivateIpAddress: "10.1.1.10" }],
          Attachment: { InstanceId: "ins-1" },
          GroupSet: ["sg-1"],
        },
      ],
      SecurityGroupId: "sg-1",
      SecurityGroupPolicySet: {
        Ingress: [
          { PolicyIndex: 0, Protocol: "tcp", Port: "80,443", CidrBlock: "10.0.0.0/8", Action: "ACCEPT" },
        ],
        Egress: [{ PolicyIndex: 0, Protocol: "ALL", Port: "ALL", CidrBlock: "0.0.0.0/0", Action: "ACCEPT" }],
      },
      NetworkAclSet: [{ NetworkAclId: "acl-1", VpcId: "vpc-b", NetworkAclType: "QUINTUPLE", SubnetSet: [] }],
      NetworkAclQuintupleSet: ["INGRESS", "EGRESS"].map((direction, i) => ({
        Priority: i + 1,
        NetworkAclDirection: direction,
        Protocol: "TCP",
        SourceCidr: "0.0.0.0/0",
        DestinationCidr: "0.0.0.0/0",
        SourcePort: "ALL",
        DestinationPort: "1-65535",
        Action: "ACCEPT",
      })),
    },
  },
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Slot {
  readonly parent: Json[] | { [key: string]: Json };
  readonly key: string;
}

/** Every place of the value below its top. */
function slotsOf(value: Json): Slot[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const parent = value as { [key: string]: Json };
    return [{ parent, key }, ...slotsOf(parent[key])];
  });
}

const STRANGE: readonly Json[] = [
  null,
  "",
  0,
  -1,
  1e300,
  true,
  [],
  {},
  [[]],
  "x",
  "0.0.0.0/0",
  "10.1.1.0/33",
  "::/0",
  "__proto__",
  "a\nb: c",
  "vpc-a.x y",
];

const fault = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom("remove", "strange", "elsewhere", "twice"),
  other: fc.nat(),
});

function spoil(
  files: Record<string, Json>,
  { at, kind, other }: { at: number; kind: string; other: number },
): void {
  const slots = slotsOf(files).filter(({ parent }) => parent !== files);
  if (slots.length === 0) return;
  const { parent, key } = slots[at % slots.length];
  const host = parent as { [key: string]: Json };
  const from = slots[other % slots.length];
  const taken = structuredClone((from.parent as { [key: string]: Json })[from.key]);
  if (kind === "remove") {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete host[key];
  } else if (kind === "twice" && Array.isArray(parent)) parent.push(structuredClone(host[key]), taken);
  else host[key] = kind === "strange" ? STRANGE[other % STRANGE.length] : taken;
}

/** Reads the files and asks the network everything. Only an InputError may come out, with sentences. */
function claim(files: Readonly<Record<string, string>>): "read" | "refused" {
  let network: Network;
  try {
    const read = Object.entries(files).map(([name, text]) => ({ name, text: () => text }));
    const imported = importNetworks(read);
    for (const { message } of imported.warnings) assert.ok(message !== "");
    network = imported.network;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    assert.ok(error.issues.length > 0);
    for (const { message } of error.issues)
      assert.ok(message !== "" && !/undefined|\[object|call stack/.test(message), message);
    return "refused";
  }
  const copy = readScenario(scenarioText(network, "copy"), "copy").scenario.network;
  assert.equal(reach(copy).count(), reach(network).count(), "written and read again");
  return "read";
}

for (const [provider, files] of [
  ["AWS", AWS],
  ["Tencent Cloud", TENCENT],
] as const) {
  test(`${provider}: fields that are gone, strange or taken from elsewhere end in a network or in errors`, () => {
    const whole = Object.fromEntries(
      Object.entries(files).map(([name, value]) => [name, JSON.stringify(value)]),
    );
    assert.is(claim(whole), "read");
    const tally = new Tally();
    fc.assert(
      fc.property(fc.array(fault, { minLength: 1, maxLength: 2 }), (faults) => {
        const spoilt = JSON.parse(JSON.stringify(files)) as Record<string, Json>;
        for (const one of faults) spoil(spoilt, one);
        tally.add(
          claim(
            Object.fromEntries(Object.entries(spoilt).map(([name, value]) => [name, JSON.stringify(value)])),
          ),
        );
      }),
      seeded(500),
    );
    tally.print(`dumps of ${provider} with faults`, ["read", "refused"]);
  });

  test(`${provider}: a file that is cut off anywhere is refused, and says where`, () => {
    const [[name, value], ...rest] = Object.entries(files);
    const text = JSON.stringify(value);
    const others = Object.fromEntries(rest.map(([other, body]) => [other, JSON.stringify(body)]));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length - 1 }), (end) => {
        assert.is(claim({ ...others, [name]: text.slice(0, end) }), "refused");
      }),
      seeded(200),
    );
  });
}

test("a folder of both providers is one network, and faults of both are listed at once", () => {
  const both = Object.fromEntries(
    Object.entries({ ...AWS, ...TENCENT }).map(([name, value]) => [name, JSON.stringify(value)]),
  );
  assert.is(claim(both), "refused"); // the two describe vpc-a, each in its way
  const broken = { a: '{"Vpcs": [{}]}', t: '{"Response": {"VpcSet": [{}]}}' };
  try {
    importNetworks(Object.entries(broken).map(([name, text]) => ({ name, text: () => text })));
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof InputError);
    assert.equal([...new Set(error.issues.map(({ source }) => source[0]))], ["a", "t"]);
  }
});

test.run();
