/**
 * Small inputs as machines write them. Shapes: the EC2 API reference, Tencent Cloud's data types of API 2017-03-12, and
 * HashiCorp's "JSON Output Format".
 */

/** A file of a folder: its path inside, and its JSON. */
export type Dump = Readonly<Record<string, object>>;

/** Two VPCs in folders named for their regions, with files of the same names in both; one table lacks its route. */
export const AWS: Dump = {
  "eu-west-1/vpcs.json": { Vpcs: [{ VpcId: "vpc-a", CidrBlock: "10.1.0.0/16", OwnerId: "111122223333" }] },
  "eu-west-1/subnets.json": {
    Subnets: [
      { SubnetId: "subnet-a", VpcId: "vpc-a", CidrBlock: "10.1.1.0/24", AvailabilityZone: "eu-west-1a" },
    ],
  },
  "eu-west-1/tables.json": { RouteTables: [awsTable("rtb-a", "vpc-a", ["10.2.0.0/16"])] },
  "eu-west-1/peerings.json": {
    VpcPeeringConnections: [
      {
        VpcPeeringConnectionId: "pcx-ab",
        RequesterVpcInfo: { VpcId: "vpc-a", OwnerId: "111122223333", Region: "eu-west-1" },
        AccepterVpcInfo: { VpcId: "vpc-b", OwnerId: "111122223333", Region: "eu-central-1" },
        Status: { Code: "active" },
      },
    ],
  },
  // the end of the pages is missing, which is a warning
  "eu-central-1/vpcs.json": {
    Vpcs: [{ VpcId: "vpc-b", CidrBlock: "10.2.0.0/16", OwnerId: "111122223333" }],
    NextToken: "more",
  },
  "eu-central-1/subnets.json": {
    Subnets: [
      { SubnetId: "subnet-b", VpcId: "vpc-b", CidrBlock: "10.2.1.0/24", AvailabilityZone: "eu-central-1b" },
    ],
  },
  "eu-central-1/tables.json": { RouteTables: [awsTable("rtb-b", "vpc-b", [])] },
};

function awsTable(id: string, vpc: string, destinations: readonly string[]): object {
  const routes = destinations.map((DestinationCidrBlock) => ({
    DestinationCidrBlock,
    VpcPeeringConnectionId: "pcx-ab",
    State: "active",
    Origin: "CreateRoute",
  }));
  return { RouteTableId: id, VpcId: vpc, Routes: routes, Associations: [{ Main: true }] };
}

/** Two VPCs that reach each other, as tccli prints them. */
export const TENCENT: Dump = {
  "vpcs.json": {
    TotalCount: 3, // one more than there are
    VpcSet: [
      { VpcId: "vpc-a", VpcName: "shop", CidrBlock: "10.1.0.0/16" },
      { VpcId: "vpc-b", VpcName: "data", CidrBlock: "10.2.0.0/16" },
    ],
  },
  "subnets.json": {
    TotalCount: 2,
    SubnetSet: [
      tencentSubnet("subnet-a", "vpc-a", "10.1.1.0/24", "rtb-a"),
      tencentSubnet("subnet-b", "vpc-b", "10.2.1.0/24", "rtb-b"),
    ],
  },
  "tables.json": {
    TotalCount: 2,
    RouteTableSet: [
      tencentTable("rtb-a", "vpc-a", "10.2.0.0/16"),
      tencentTable("rtb-b", "vpc-b", "10.1.0.0/16"),
    ],
  },
  "peerings.json": {
    TotalCount: 1,
    PeerConnectionSet: [
      {
        PeeringConnectionId: "pcx-ab",
        PeeringConnectionName: "ab",
        SourceVpcId: "vpc-a",
        DestinationVpcId: "vpc-b",
        SourceUin: 100001,
        DestinationUin: 100001,
        SourceRegion: "ap-guangzhou",
        DestinationRegion: "ap-guangzhou",
        State: "ACTIVE",
        Bandwidth: -1,
      },
    ],
  },
};

function tencentSubnet(id: string, vpc: string, cidr: string, table: string): object {
  return { VpcId: vpc, SubnetId: id, CidrBlock: cidr, Zone: "ap-guangzhou-3", RouteTableId: table };
}

function tencentTable(id: string, vpc: string, destination: string): object {
  const route = {
    DestinationCidrBlock: destination,
    GatewayType: "PEERCONNECTION",
    GatewayId: "pcx-ab",
    Enabled: true,
    RouteType: "USER",
  };
  return { RouteTableId: id, VpcId: vpc, Main: true, AssociationSet: [], RouteSet: [route] };
}

/** A plan that gives the second of two peered VPCs its way back, and adds a subnet to the first. */
export const PLAN: object = {
  format_version: "1.2",
  terraform_version: "1.9.8",
  planned_values: {
    root_module: {
      resources: [...terraform(["10.1.0.0/16"]), terraformSubnet("new", "a", "10.1.2.0/24")],
    },
  },
  resource_changes: [
    { address: "aws_route_table.b", change: { actions: ["update"] } },
    { address: "aws_subnet.new", change: { actions: ["create"] } },
  ],
  prior_state: { format_version: "1.0", values: { root_module: { resources: terraform([]) } } },
  configuration: {},
};

function terraform(back: readonly string[]): object[] {
  return [
    terraformVpc("a", "10.1.0.0/16"),
    terraformVpc("b", "10.2.0.0/16"),
    terraformSubnet("a1", "a", "10.1.1.0/24"),
    terraformSubnet("b1", "b", "10.2.1.0/24"),
    resource("aws_vpc_peering_connection", "ab", {
      id: "pcx-ab",
      vpc_id: "vpc-a",
      peer_vpc_id: "vpc-b",
      peer_owner_id: "111122223333",
      accept_status: "active",
    }),
    terraformTable("a", ["10.2.0.0/16"]),
    terraformTable("b", back),
  ];
}

function terraformVpc(name: string, cidr: string): object {
  return resource("aws_vpc", name, {
    id: `vpc-${name}`,
    arn: `arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-${name}`,
    cidr_block: cidr,
    owner_id: "111122223333",
    main_route_table_id: `rtb-${name}`,
    default_route_table_id: `rtb-${name}`,
  });
}

function terraformSubnet(name: string, vpc: string, cidr: string): object {
  const zone = { availability_zone: "eu-west-1a" };
  return resource("aws_subnet", name, {
    id: `subnet-${name}`,
    vpc_id: `vpc-${vpc}`,
    cidr_block: cidr,
    ...zone,
  });
}

function terraformTable(vpc: string, destinations: readonly string[]): object {
  const route = destinations.map((cidr) => ({ cidr_block: cidr, vpc_peering_connection_id: "pcx-ab" }));
  return resource("aws_route_table", vpc, { id: `rtb-${vpc}`, vpc_id: `vpc-${vpc}`, route });
}

function resource(type: string, name: string, values: object): object {
  return { address: `${type}.${name}`, mode: "managed", type, name, values };
}
