import type { Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awsSubnet, awsTable, awsVpc, imported, PAIR, resource, state, verdict } from "./importing.ts";

/**
 * Filters, gateways and hubs of imports. Shapes: the EC2 API reference for answers, hashicorp/aws and
 * tencentcloudstack/tencentcloud for resources (SPEC 4).
 */
const test = suite("import of what stands on the path");

const CONNECTED = [
  ...PAIR,
  awsTable("a-main", "a", [{ cidr_block: "10.2.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
  awsTable("b-main", "b", [{ cidr_block: "10.1.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
];

const ANY = { from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] };

function instance(name: string, subnet: string, ip: string, groups: readonly string[]): object {
  return resource(`aws_instance.${name}`, {
    id: `i-${name}`,
    private_ip: ip,
    subnet_id: `subnet-${subnet}`,
    vpc_security_group_ids: groups,
    public_ip: "",
    source_dest_check: true,
    instance_state: "running",
  });
}

function group(name: string, ingress: readonly object[], egress: readonly object[] = [ANY]): object {
  return resource(`aws_security_group.${name}`, { id: `sg-${name}`, name, vpc_id: "vpc-b", ingress, egress });
}

const tcp = (port: number): { protocol: string; port: number } => ({ protocol: "tcp", port });
const HOSTS = [instance("web", "a1", "10.1.1.10", ["sg-web"]), instance("db", "b1", "10.2.1.10", ["sg-db"])];
const read = (...more: object[]): Network => imported({ "s.json": state([...CONNECTED, ...more]) }).network;
const DB = { from_port: 5432, to_port: 5432, protocol: "tcp" };

test("Terraform: rules inside a security group and of their own kinds allow what they say, and nothing else", () => {
  const inside = read(...HOSTS, group("web", []), group("db", [{ ...DB, cidr_blocks: ["10.1.1.0/24"] }]));
  const older = resource("aws_security_group_rule.db", {
    id: "sgrule-1",
    type: "ingress",
    security_group_id: "sg-db",
    ...DB,
    cidr_blocks: ["10.1.1.0/24"],
  });
  const newer = resource("aws_vpc_security_group_ingress_rule.db", {
    id: "sgr-1",
    security_group_id: "sg-db",
    ip_protocol: "tcp",
    from_port: 5432,
    to_port: 5432,
    cidr_ipv4: "10.1.1.0/24",
  });
  for (const network of [
    inside,
    read(...HOSTS, group("web", []), group("db", []), older),
    read(...HOSTS, group("web", []), group("db", []), newer),
  ]) {
    assert.is(verdict(network, "i-web", "i-db", tcp(5432)), "two-way delivered/delivered");
    assert.match(verdict(network, "i-web", "i-db", tcp(22)), /^\S+ filter-denied\//);
    assert.match(verdict(network, "i-db", "i-web", tcp(22)), /^\S+ filter-denied\//);
  }
});

test("Terraform: a state names some hosts of a subnet, and its other addresses may have one too", () => {
  const network = read(...HOSTS, group("web", []), group("db", []));
  assert.is(verdict(network, "10.1.1.77", "10.2.1.77"), "two-way delivered/delivered");
  // of all addresses of the two subnets the worst pair decides, and the hosts are among them
  assert.match(verdict(network, "subnet-a1", "subnet-b1"), /filter-denied/);
});

test("Terraform: a rule that names a group matches its members, of a prefix list its CIDRs, of itself its own", () => {
  const byGroup = { ...DB, security_groups: ["111122223333/sg-web"] };
  const byList = { ...DB, prefix_list_ids: ["pl-1"] };
  const list = resource("aws_ec2_managed_prefix_list.l", { id: "pl-1", entry: [{ cidr: "10.1.1.0/24" }] });
  for (const rule of [byGroup, byList]) {
    const network = read(...HOSTS, list, group("web", []), group("db", [rule]));
    assert.is(verdict(network, "i-web", "i-db", tcp(5432)), "two-way delivered/delivered");
  }
  const unlisted = read(...HOSTS, group("web", []), group("db", [byList]));
  assert.match(verdict(unlisted, "i-web", "i-db", tcp(5432)), /^unknown/);
  const itself = read(...HOSTS, group("web", []), group("db", [{ ...DB, self: true }]));
  assert.match(verdict(itself, "i-web", "i-db", tcp(5432)), /^\S+ filter-denied\//);
});

test("Terraform: a group that is not in the state makes its host unknown, not open", () => {
  assert.match(verdict(read(...HOSTS, group("web", [])), "i-web", "i-db", tcp(5432)), /^unknown/);
});

const aclRule = (rule_no: number, more: object): object => ({
  rule_no,
  action: "allow",
  protocol: "-1",
  from_port: 0,
  to_port: 0,
  cidr_block: "0.0.0.0/0",
  ...more,
});

test("Terraform: an ACL that forgets the ephemeral ports loses the reply; rules inside it and of their own agree", () => {
  const acl = (egress: object[]): object =>
    resource("aws_network_acl.b", {
      id: "acl-b",
      vpc_id: "vpc-b",
      subnet_ids: ["subnet-b1"],
      ingress: [aclRule(100, {})],
      egress,
    });
  const https = { protocol: "6", from_port: 443, to_port: 443 };
  assert.is(
    verdict(read(acl([aclRule(100, {})])), "subnet-a1", "subnet-b1", tcp(443)),
    "two-way delivered/delivered",
  );
  assert.is(
    verdict(read(acl([aclRule(100, https)])), "subnet-a1", "subnet-b1", tcp(443)),
    "forward-only delivered/filter-denied",
  );
  const own = resource("aws_network_acl_rule.b", {
    id: "nacl-1",
    network_acl_id: "acl-b",
    rule_number: 50,
    egress: true,
    rule_action: "deny",
    protocol: "-1",
    cidr_block: "10.1.0.0/16",
  });
  assert.is(
    verdict(read(acl([aclRule(100, {})]), own), "subnet-a1", "subnet-b1", tcp(443)),
    "forward-only delivered/filter-denied",
  );
});

test("Terraform: the default ACL filters every subnet that no other one has", () => {
  const denied = resource("aws_default_network_acl.b", {
    id: "acl-d",
    default_network_acl_id: "acl-d",
    vpc_id: "vpc-b",
    ingress: [],
    egress: [],
  });
  assert.match(verdict(read(denied), "subnet-a1", "subnet-b1"), /^\S+ filter-denied\//);
});

test("Terraform: a NAT gateway in a public subnet takes a session out and back; a private one does not reach the internet", () => {
  const nat = (more: object): object[] => [
    awsVpc("c", "10.3.0.0/16"),
    awsSubnet("c1", "c", "10.3.1.0/24"),
    awsSubnet("c2", "c", "10.3.2.0/24"),
    resource("aws_internet_gateway.c", { id: "igw-c", vpc_id: "vpc-c" }),
    resource("aws_nat_gateway.c", { id: "nat-c", subnet_id: "subnet-c2", private_ip: "10.3.2.9", ...more }),
    awsTable("c-main", "c", [{ cidr_block: "0.0.0.0/0", nat_gateway_id: "nat-c" }]),
    awsTable("c-public", "c", [{ cidr_block: "0.0.0.0/0", gateway_id: "igw-c" }]),
    resource("aws_route_table_association.c2", {
      id: "x",
      subnet_id: "subnet-c2",
      route_table_id: "rtb-c-public",
    }),
  ];
  const open = imported({
    s: state(nat({ public_ip: "198.51.100.7", connectivity_type: "public" })),
  }).network;
  assert.is(verdict(open, "subnet-c1", "8.8.8.8"), "two-way delivered/delivered");
  const closed = imported({ s: state(nat({ connectivity_type: "private" })) }).network;
  assert.not.match(verdict(closed, "subnet-c1", "8.8.8.8"), /^two-way/);
});

test("Terraform: a gateway endpoint brings its route along, and what it learns from a VPN is unknown", () => {
  const network = read(
    resource("aws_vpc_endpoint.s3", {
      id: "vpce-1",
      vpc_id: "vpc-a",
      vpc_endpoint_type: "Gateway",
      prefix_list_id: "pl-s3",
      cidr_blocks: ["52.95.0.0/16"],
      route_table_ids: ["rtb-a-main"],
    }),
    resource("aws_vpn_gateway.b", { id: "vgw-b", vpc_id: "vpc-b" }),
    resource("aws_vpn_gateway_route_propagation.b", {
      id: "x",
      vpn_gateway_id: "vgw-b",
      route_table_id: "rtb-b-main",
    }),
  );
  const routes = [...network.vpcs.get("vpc-a")!.tables.get("rtb-a-main")!.routes!].map(
    ({ destination, target }) => `${destination} ${target}`,
  );
  assert.equal(routes, ["10.2.0.0/16 pcx-ab", "52.95.0.0/16 vpce-1"]);
  assert.match(verdict(network, "subnet-b1", "172.20.0.1"), /^unknown/);
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
});

const SPOKES = [
  awsVpc("a", "10.1.0.0/16"),
  awsVpc("b", "10.2.0.0/16"),
  awsSubnet("a1", "a", "10.1.1.0/24"),
  awsSubnet("b1", "b", "10.2.1.0/24"),
  awsTable("a-main", "a", [{ cidr_block: "10.0.0.0/8", transit_gateway_id: "tgw-1" }]),
  awsTable("b-main", "b", [{ cidr_block: "10.0.0.0/8", transit_gateway_id: "tgw-1" }]),
];

function attachment(name: string, more: object = {}): object {
  return resource(`aws_ec2_transit_gateway_vpc_attachment.${name}`, {
    id: `tgw-attach-${name}`,
    transit_gateway_id: "tgw-1",
    vpc_id: `vpc-${name}`,
    subnet_ids: [`subnet-${name}1`],
    ...more,
  });
}

const hub = (more: object = {}): object =>
  resource("aws_ec2_transit_gateway.t", {
    id: "tgw-1",
    owner_id: "111122223333",
    default_route_table_association: "enable",
    default_route_table_propagation: "enable",
    association_default_route_table_id: "tgw-rtb-1",
    propagation_default_route_table_id: "tgw-rtb-1",
    ...more,
  });

test("Terraform: attachments come to the default table of their hub by themselves, unless they are told not to", () => {
  const all = imported({ s: state([...SPOKES, hub(), attachment("a"), attachment("b")]) }).network;
  assert.is(verdict(all, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
  const shy = { transit_gateway_default_route_table_propagation: false };
  const oneWay = imported({ s: state([...SPOKES, hub(), attachment("a"), attachment("b", shy)]) }).network;
  assert.match(verdict(oneWay, "subnet-a1", "subnet-b1"), /^return-only/);
});

test("Terraform: tables, associations, propagations and routes of a hub are joined, and isolated spokes stay isolated", () => {
  const own = (isolated: boolean): object[] => [
    hub({ default_route_table_association: "disable", default_route_table_propagation: "disable" }),
    attachment("a"),
    attachment("b"),
    ...["a", "b"].flatMap((name) => [
      resource(`aws_ec2_transit_gateway_route_table.${name}`, {
        id: `tgw-rtb-${name}`,
        transit_gateway_id: "tgw-1",
      }),
      resource(`aws_ec2_transit_gateway_route_table_association.${name}`, {
        id: `as-${name}`,
        transit_gateway_attachment_id: `tgw-attach-${name}`,
        transit_gateway_route_table_id: `tgw-rtb-${name}`,
      }),
    ]),
    resource("aws_ec2_transit_gateway_route_table_propagation.b", {
      id: "p-b",
      transit_gateway_attachment_id: "tgw-attach-b",
      transit_gateway_route_table_id: "tgw-rtb-a",
    }),
    ...(isolated
      ? []
      : [
          resource("aws_ec2_transit_gateway_route.a", {
            id: "r-a",
            destination_cidr_block: "10.1.0.0/16",
            transit_gateway_attachment_id: "tgw-attach-a",
            transit_gateway_route_table_id: "tgw-rtb-b",
          }),
        ]),
  ];
  assert.is(
    verdict(imported({ s: state([...SPOKES, ...own(false)]) }).network, "subnet-a1", "subnet-b1"),
    "two-way delivered/delivered",
  );
  assert.match(
    verdict(imported({ s: state([...SPOKES, ...own(true)]) }).network, "subnet-a1", "subnet-b1"),
    /^forward-only delivered/,
  );
});

test("a hub of which only the attachments are known does not say how it routes", () => {
  const { network } = imported({ s: state([...SPOKES, attachment("a"), attachment("b")]) });
  assert.match(verdict(network, "subnet-a1", "subnet-b1"), /^unknown/);
});

test("a hub that nothing describes is unknown in both clouds' words, for every VPC whose routes lead there", () => {
  const { network } = imported({ s: state(SPOKES) });
  assert.match(verdict(network, "subnet-a1", "subnet-b1"), /^unknown/);
});

const ANSWERS = {
  Vpcs: ["a", "b"].map((name, i) => ({
    VpcId: `vpc-${name}`,
    CidrBlock: `10.${i + 1}.0.0/16`,
    OwnerId: "1",
  })),
  Subnets: ["a", "b"].map((name, i) => ({
    SubnetId: `subnet-${name}`,
    VpcId: `vpc-${name}`,
    CidrBlock: `10.${i + 1}.1.0/24`,
    AvailabilityZone: "eu-west-1a",
  })),
  RouteTables: ["a", "b"].map((name) => ({
    RouteTableId: `rtb-${name}`,
    VpcId: `vpc-${name}`,
    Associations: [{ Main: true }],
    Routes: [{ DestinationCidrBlock: "10.0.0.0/8", TransitGatewayId: "tgw-1", State: "active" }],
  })),
  TransitGateways: [
    {
      TransitGatewayId: "tgw-1",
      OwnerId: "1",
      State: "available",
      TransitGatewayArn: "arn:aws:ec2:eu-west-1:1:transit-gateway/tgw-1",
    },
  ],
  TransitGatewayAttachments: ["a", "b"].map((name) => ({
    TransitGatewayAttachmentId: `tgw-attach-${name}`,
    TransitGatewayId: "tgw-1",
    ResourceType: "vpc",
    ResourceId: `vpc-${name}`,
    State: "available",
    Association: { TransitGatewayRouteTableId: `tgw-rtb-${name}`, State: "associated" },
  })),
  TransitGatewayVpcAttachments: ["a", "b"].map((name) => ({
    TransitGatewayAttachmentId: `tgw-attach-${name}`,
    TransitGatewayId: "tgw-1",
    VpcId: `vpc-${name}`,
    SubnetIds: [`subnet-${name}`],
    State: "available",
  })),
  TransitGatewayRouteTables: ["a", "b"].map((name) => ({
    TransitGatewayRouteTableId: `tgw-rtb-${name}`,
    TransitGatewayId: "tgw-1",
    State: "available",
  })),
};
const toB = {
  DestinationCidrBlock: "10.2.0.0/16",
  Type: "static",
  State: "active",
  TransitGatewayAttachments: [
    { TransitGatewayAttachmentId: "tgw-attach-b", ResourceType: "vpc", ResourceId: "vpc-b" },
  ],
};
const propagation = {
  TransitGatewayAttachmentId: "tgw-attach-a",
  ResourceType: "vpc",
  ResourceId: "vpc-a",
  State: "enabled",
};

test("AWS: a hub's routes and propagations, with the table's id beside them or around them, are asymmetric as they are", () => {
  const routesA = { TransitGatewayRouteTableId: "tgw-rtb-a", Routes: [toB] };
  const nothingB = { TransitGatewayRouteTableId: "tgw-rtb-b", Routes: [] };
  const propagated = {
    TransitGatewayRouteTableId: "tgw-rtb-b",
    TransitGatewayRouteTablePropagations: [propagation],
  };
  const both = imported({ all: ANSWERS, routesA, nothingB, propagated }).network;
  assert.is(verdict(both, "subnet-a", "subnet-b"), "two-way delivered/delivered");
  const collected = {
    TransitGatewayStaticRoutes: [routesA, nothingB],
    TransitGatewayPropagations: [propagated],
  };
  assert.is(
    verdict(imported({ all: ANSWERS, collected }).network, "subnet-a", "subnet-b"),
    "two-way delivered/delivered",
  );
  assert.match(
    verdict(imported({ all: ANSWERS, routesA, nothingB }).network, "subnet-a", "subnet-b"),
    /^forward-only delivered/,
  );
  const blackhole = {
    TransitGatewayRouteTableId: "tgw-rtb-b",
    Routes: [{ DestinationCidrBlock: "10.1.0.0/16", State: "blackhole", Type: "static" }],
  };
  assert.match(
    verdict(imported({ all: ANSWERS, routesA, blackhole }).network, "subnet-a", "subnet-b"),
    /^forward-only delivered\/route-blackhole/,
  );
});

test("AWS: routes of a hub's table that are not in the dump are unknown, and an answer without its table's id is said", () => {
  assert.match(verdict(imported({ all: ANSWERS }).network, "subnet-a", "subnet-b"), /^unknown/);
  const { warnings } = imported({ all: ANSWERS, nameless: { Routes: [toB] } });
  assert.match(warnings.map(({ message }) => message).join(), /TransitGatewayRouteTableId/);
});

test("AWS: groups, ACL entries and references of answers filter as they say", () => {
  const eni = (id: string, subnet: string, ip: string, sg: string): object => ({
    NetworkInterfaceId: id,
    SubnetId: subnet,
    PrivateIpAddress: ip,
    PrivateIpAddresses: [{ PrivateIpAddress: ip, Primary: true }],
    Groups: [{ GroupId: sg }],
    SourceDestCheck: true,
  });
  const sg = (id: string, permissions: readonly object[]): object => ({
    GroupId: id,
    GroupName: id,
    VpcId: "vpc-a",
    OwnerId: "1",
    IpPermissions: permissions,
    IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
  });
  const files = {
    net: { ...ANSWERS, Subnets: [{ SubnetId: "subnet-a", VpcId: "vpc-a", CidrBlock: "10.1.1.0/24" }] },
    hosts: {
      NetworkInterfaces: [
        eni("eni-1", "subnet-a", "10.1.1.10", "sg-1"),
        eni("eni-2", "subnet-a", "10.1.1.11", "sg-2"),
      ],
    },
    groups: {
      SecurityGroups: [
        sg("sg-1", []),
        sg("sg-2", [
          {
            IpProtocol: "tcp",
            FromPort: 443,
            ToPort: 443,
            UserIdGroupPairs: [{ GroupId: "sg-1", UserId: "1" }],
          },
        ]),
      ],
    },
  };
  const { network } = imported(files);
  assert.is(verdict(network, "eni-1", "eni-2", tcp(443)), "two-way delivered/delivered");
  assert.match(verdict(network, "eni-1", "eni-2", tcp(80)), /^\S+ filter-denied/);
  assert.match(verdict(network, "eni-2", "eni-1", tcp(443)), /^\S+ filter-denied/);
});

const TENCENT = [
  resource("tencentcloud_vpc.a", { id: "vpc-a", cidr_block: "10.1.0.0/16", default_route_table_id: "rtb-a" }),
  resource("tencentcloud_subnet.a", {
    id: "subnet-a",
    vpc_id: "vpc-a",
    cidr_block: "10.1.1.0/24",
    availability_zone: "ap-guangzhou-3",
    route_table_id: "rtb-a",
  }),
  resource("tencentcloud_subnet.b", {
    id: "subnet-b",
    vpc_id: "vpc-a",
    cidr_block: "10.1.2.0/24",
    availability_zone: "ap-guangzhou-3",
    route_table_id: "rtb-a",
  }),
  resource("tencentcloud_instance.web", {
    id: "ins-web",
    subnet_id: "subnet-a",
    vpc_id: "vpc-a",
    private_ip: "10.1.1.10",
    orderly_security_groups: ["sg-1"],
  }),
  resource("tencentcloud_instance.db", {
    id: "ins-db",
    subnet_id: "subnet-b",
    vpc_id: "vpc-a",
    private_ip: "10.1.2.10",
    orderly_security_groups: ["sg-1"],
  }),
  resource("tencentcloud_security_group.one", { id: "sg-1", name: "one" }),
];
const tencent = (...more: object[]): Network => imported({ s: state([...TENCENT, ...more]) }).network;
const SET_RULES = (ingress: readonly object[]): object =>
  resource("tencentcloud_security_group_rule_set.one", {
    id: "sg-1",
    security_group_id: "sg-1",
    ingress,
    egress: [{ action: "ACCEPT", cidr_block: "0.0.0.0/0", protocol: "ALL", port: "ALL" }],
  });

test("Tencent: rules are tried in their order, and lines say the same as blocks", () => {
  const drop = { action: "DROP", cidr_block: "10.1.1.0/24", protocol: "TCP", port: "22" };
  const accept = { action: "ACCEPT", cidr_block: "10.1.0.0/16", protocol: "TCP", port: "22,443" };
  assert.match(
    verdict(tencent(SET_RULES([drop, accept])), "ins-web", "ins-db", tcp(22)),
    /^\S+ filter-denied/,
  );
  assert.is(
    verdict(tencent(SET_RULES([drop, accept])), "ins-web", "ins-db", tcp(443)),
    "two-way delivered/delivered",
  );
  assert.is(
    verdict(tencent(SET_RULES([accept, drop])), "ins-web", "ins-db", tcp(22)),
    "two-way delivered/delivered",
  );
  const lines = resource("tencentcloud_security_group_lite_rule.one", {
    id: "sg-1",
    security_group_id: "sg-1",
    ingress: ["DROP#10.1.1.0/24#22#TCP", "ACCEPT#10.1.0.0/16#22,443#TCP"],
    egress: ["ACCEPT#0.0.0.0/0#ALL#ALL"],
  });
  assert.match(verdict(tencent(lines), "ins-web", "ins-db", tcp(22)), /^\S+ filter-denied/);
  assert.is(verdict(tencent(lines), "ins-web", "ins-db", tcp(443)), "two-way delivered/delivered");
});

test("Tencent: a CCN writes its members' subnets into their tables, which Terraform does not show", () => {
  const second = [
    resource("tencentcloud_vpc.b", {
      id: "vpc-b",
      cidr_block: "10.2.0.0/16",
      default_route_table_id: "rtb-b",
    }),
    resource("tencentcloud_subnet.c", {
      id: "subnet-c",
      vpc_id: "vpc-b",
      cidr_block: "10.2.1.0/24",
      availability_zone: "ap-guangzhou-3",
      route_table_id: "rtb-b",
    }),
    ...["a", "b"].map((name) =>
      resource(`tencentcloud_route_table.${name}`, {
        id: `rtb-${name}`,
        vpc_id: `vpc-${name}`,
        is_default: true,
      }),
    ),
    resource("tencentcloud_ccn.c", { id: "ccn-1" }),
  ];
  const member = (name: string): object =>
    resource(`tencentcloud_ccn_attachment.${name}`, {
      id: name,
      ccn_id: "ccn-1",
      instance_type: "VPC",
      instance_id: `vpc-${name}`,
      state: "ACTIVE",
    });
  assert.is(
    verdict(tencent(...second, member("a"), member("b")), "10.1.1.20", "subnet-c"),
    "two-way delivered/delivered",
  );
  assert.is(
    verdict(tencent(...second, member("a")), "10.1.1.20", "subnet-c"),
    "unreachable no-route/no-route",
  );
});

test("Tencent: a group whose rules are not in the state is unknown, and an ACL is stateless", () => {
  assert.match(verdict(tencent(), "ins-web", "ins-db", tcp(22)), /^unknown/);
  const acl = resource("tencentcloud_vpc_acl.b", {
    id: "acl-b",
    vpc_id: "vpc-a",
    ingress: ["ACCEPT#0.0.0.0/0#ALL#ALL"],
    egress: ["ACCEPT#0.0.0.0/0#443#TCP"],
  });
  const attached = resource("tencentcloud_vpc_acl_attachment.b", {
    id: "x",
    acl_id: "acl-b",
    subnet_id: "subnet-b",
  });
  assert.is(
    verdict(tencent(acl, attached), "10.1.1.20", "10.1.2.20", tcp(443)),
    "forward-only delivered/filter-denied",
  );
});

test.run();
