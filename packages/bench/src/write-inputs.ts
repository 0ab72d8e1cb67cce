import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

// Writes generated inputs of real shape: `npm run bench -- inputs terraform RESOURCES FILE` is what `terraform show -json`
// prints of a state, `npm run bench -- inputs aws VPCS FOLDER` a dump of the EC2 API. VPC n is peered with VPC n + 1, and both
// have routes, so that neighbours reach each other. The same numbers give the same bytes.

const [kind, count, target] = process.argv.slice(3);
if ((kind !== "terraform" && kind !== "aws") || !/^[1-9]\d{0,6}$/.test(count ?? "") || target === undefined) {
  console.error("usage: inputs terraform RESOURCES FILE | inputs aws VPCS FOLDER");
  process.exit(2);
}
type Json = Readonly<Record<string, unknown>>;

/** Writes `{"KEY":[…]}` piece by piece: no record is kept. Returns its size in bytes. */
function writeList(file: string, head: string, records: Iterable<Json>, tail: string): number {
  const descriptor = openSync(file, "w");
  let size = 0;
  let text = head;
  let first = true;
  const flush = (): void => {
    size += writeSync(descriptor, text);
    text = "";
  };
  for (const record of records) {
    text += `${first ? "" : ","}\n${JSON.stringify(record, undefined, 1)}`;
    first = false;
    if (text.length > 1 << 20) flush();
  }
  text += tail;
  flush();
  closeSync(descriptor);
  return size;
}

/** Every VPC has a /20 of 10.0.0.0/8, 100.64.0.0/10 and 172.16.0.0/12: 5,376 of them, then they begin again. */
function block(vpc: number): readonly [number, number, number] {
  const at = vpc % 5376;
  if (at < 4096) return [10, at >> 4, (at & 15) << 4];
  if (at < 5120) return [100, 64 + ((at - 4096) >> 4), ((at - 4096) & 15) << 4];
  return [172, 16 + ((at - 5120) >> 4), ((at - 5120) & 15) << 4];
}

function cidr(vpc: number, third = 0, bits = 20, host = 0): string {
  const [a, b, c] = block(vpc);
  return `${a}.${b}.${c + third}.${host}${bits === 32 ? "" : `/${bits}`}`;
}

function hex(kind: string, n: number): string {
  return `${kind}-${(n + 0x10000000).toString(16).padStart(17, "0")}`;
}

function tags(name: string): readonly Json[] {
  return [
    { Key: "Name", Value: name },
    { Key: "environment", Value: "production" },
    { Key: "owner", Value: "platform-networking@example.com" },
  ];
}

const SUBNETS = 4;
const HOSTS = 4;
const ACCOUNT = "111122223333";

function writeAws(vpcs: number, folder: string): number {
  mkdirSync(folder, { recursive: true });
  const write = (key: string, each: (vpc: number) => Iterable<Json>): number => {
    const records = function* (): Generator<Json> {
      for (let vpc = 0; vpc < vpcs; vpc++) yield* each(vpc);
    };
    return writeList(join(folder, `${key}.json`), `{"${key}": [`, records(), "\n]}\n");
  };
  const beside = (vpc: number): readonly number[] => [vpc - 1, vpc + 1].filter((at) => at >= 0 && at < vpcs);
  const pcx = (a: number, b: number): string => hex("pcx", Math.min(a, b));
  return [
    write("Vpcs", (v) => [
      {
        CidrBlock: cidr(v),
        DhcpOptionsId: "dopt-0123456789abcdef0",
        State: "available",
        VpcId: hex("vpc", v),
        OwnerId: ACCOUNT,
        InstanceTenancy: "default",
        CidrBlockAssociationSet: [{ CidrBlock: cidr(v), CidrBlockState: { State: "associated" } }],
        IsDefault: false,
        Tags: tags(`vpc ${v}`),
      },
    ]),
    write("Subnets", (v) =>
      range(SUBNETS).map((s) => ({
        AvailabilityZone: "eu-west-1a",
        AvailabilityZoneId: "euw1-az1",
        AvailableIpAddressCount: 251 - HOSTS,
        CidrBlock: cidr(v, s, 24),
        DefaultForAz: false,
        MapPublicIpOnLaunch: false,
        State: "available",
        SubnetId: hex("subnet", v * SUBNETS + s),
        VpcId: hex("vpc", v),
        OwnerId: ACCOUNT,
        SubnetArn: `arn:aws:ec2:eu-west-1:${ACCOUNT}:subnet/${hex("subnet", v * SUBNETS + s)}`,
        Tags: tags(`subnet ${s} of vpc ${v}`),
      })),
    ),
    write("RouteTables", (v) => [
      {
        Associations: [
          { Main: true, RouteTableAssociationId: hex("rtbassoc", v), RouteTableId: hex("rtb", v) },
        ],
        PropagatingVgws: [],
        RouteTableId: hex("rtb", v),
        VpcId: hex("vpc", v),
        OwnerId: ACCOUNT,
        Routes: [
          { DestinationCidrBlock: cidr(v), GatewayId: "local", Origin: "CreateRouteTable", State: "active" },
          ...beside(v).map((far) => ({
            DestinationCidrBlock: cidr(far),
            VpcPeeringConnectionId: pcx(v, far),
            Origin: "CreateRoute",
            State: "active",
          })),
        ],
        Tags: tags(`table of vpc ${v}`),
      },
    ]),
    write("VpcPeeringConnections", (v) =>
      v + 1 === vpcs
        ? []
        : [
            {
              VpcPeeringConnectionId: pcx(v, v + 1),
              RequesterVpcInfo: { VpcId: hex("vpc", v), OwnerId: ACCOUNT, Region: "eu-west-1" },
              AccepterVpcInfo: { VpcId: hex("vpc", v + 1), OwnerId: ACCOUNT, Region: "eu-west-1" },
              Status: { Code: "active", Message: "Active" },
              Tags: [],
            },
          ],
    ),
    write("SecurityGroups", (v) => [
      {
        GroupId: hex("sg", v),
        GroupName: "default",
        Description: "default VPC security group",
        OwnerId: ACCOUNT,
        VpcId: hex("vpc", v),
        IpPermissions: range(10).map((port) => ({
          IpProtocol: "tcp",
          FromPort: 8000 + port,
          ToPort: 8000 + port,
          IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "everybody inside" }],
          Ipv6Ranges: [],
          PrefixListIds: [],
          UserIdGroupPairs: [],
        })),
        IpPermissionsEgress: [
          { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }], UserIdGroupPairs: [] },
        ],
      },
    ]),
    write("NetworkInterfaces", (v) => faces(v)),
    write("Reservations", (v) =>
      faces(v).map((face, i) => ({ ReservationId: hex("r", v * 16 + i), Instances: [machine(face)] })),
    ),
  ].reduce((a, b) => a + b, 0);
}

function faces(v: number): Json[] {
  return range(SUBNETS * HOSTS).map((at) => {
    const id = v * SUBNETS * HOSTS + at;
    const address = cidr(v, Math.floor(at / HOSTS), 32, 10 + (at % HOSTS));
    return {
      Attachment: {
        AttachTime: "2024-05-06T07:08:09+00:00",
        AttachmentId: hex("eni-attach", id),
        DeleteOnTermination: true,
        DeviceIndex: 0,
        InstanceId: hex("i", id),
        InstanceOwnerId: ACCOUNT,
        Status: "attached",
      },
      AvailabilityZone: "eu-west-1a",
      Description: "",
      Groups: [{ GroupId: hex("sg", v), GroupName: "default" }],
      InterfaceType: "interface",
      Ipv6Addresses: [],
      MacAddress: "06:18:ef:b9:a5:74",
      NetworkInterfaceId: hex("eni", id),
      OwnerId: ACCOUNT,
      PrivateDnsName: `ip-${address.replaceAll(".", "-")}.eu-west-1.compute.internal`,
      PrivateIpAddress: address,
      PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: address }],
      SourceDestCheck: true,
      Status: "in-use",
      SubnetId: hex("subnet", v * SUBNETS + Math.floor(at / HOSTS)),
      TagSet: [],
      VpcId: hex("vpc", v),
    };
  });
}

function machine(face: Json): Json {
  const { InstanceId } = face.Attachment as Json;
  return {
    AmiLaunchIndex: 0,
    ImageId: "ami-0123456789abcdef0",
    InstanceId,
    InstanceType: "m6i.large",
    LaunchTime: "2024-05-06T07:08:09+00:00",
    Monitoring: { State: "disabled" },
    Placement: { AvailabilityZone: "eu-west-1a", GroupName: "", Tenancy: "default" },
    PrivateDnsName: face.PrivateDnsName,
    PrivateIpAddress: face.PrivateIpAddress,
    State: { Code: 16, Name: "running" },
    SubnetId: face.SubnetId,
    VpcId: face.VpcId,
    Architecture: "x86_64",
    BlockDeviceMappings: range(2).map((n) => ({
      DeviceName: `/dev/sd${n}`,
      Ebs: {
        AttachTime: "2024-05-06T07:08:09+00:00",
        DeleteOnTermination: true,
        Status: "attached",
        VolumeId: hex("vol", n),
      },
    })),
    NetworkInterfaces: [face],
    SecurityGroups: face.Groups,
    Tags: tags(String(InstanceId)),
    MetadataOptions: {
      State: "applied",
      HttpTokens: "required",
      HttpPutResponseHopLimit: 2,
      HttpEndpoint: "enabled",
    },
  };
}

/** Resources of one VPC in a state: itself, subnets, associations, two tables, routes, a group with rules, instances, a peering. */
function resourcesPerVpc(): number {
  return 1 + 2 * SUBNETS + 2 + 4 + 1 + 3 + SUBNETS * HOSTS + 1;
}

function writeTerraform(vpcs: number, file: string): number {
  const head = '{"format_version":"1.0","terraform_version":"1.9.8","values":{"root_module":{"resources":[';
  const records = function* (): Generator<Json> {
    for (let v = 0; v < vpcs; v++) yield* resourcesOf(v, vpcs);
  };
  return writeList(file, head, records(), "\n]}}}\n");
}

function* resourcesOf(v: number, vpcs: number): Generator<Json> {
  const made = (type: string, name: string, values: Json): Json => ({
    address: `${type}.${name}`,
    mode: "managed",
    type,
    name,
    provider_name: "registry.terraform.io/hashicorp/aws",
    schema_version: 1,
    values: { ...values, tags: { Name: name, environment: "production" }, timeouts: null },
    sensitive_values: {},
    depends_on: ["aws_vpc.main"],
  });
  const vpc = hex("vpc", v);
  yield made("aws_vpc", `v${v}`, {
    id: vpc,
    arn: `arn:aws:ec2:eu-west-1:${ACCOUNT}:vpc/${vpc}`,
    cidr_block: cidr(v),
    default_route_table_id: hex("rtb", 2 * v),
    main_route_table_id: hex("rtb", 2 * v),
    owner_id: ACCOUNT,
    ipv6_cidr_block: "",
  });
  for (const s of range(SUBNETS)) {
    const id = hex("subnet", v * SUBNETS + s);
    yield made("aws_subnet", `v${v}s${s}`, {
      id,
      arn: `arn:aws:ec2:eu-west-1:${ACCOUNT}:subnet/${id}`,
      vpc_id: vpc,
      cidr_block: cidr(v, s, 24),
      availability_zone: "eu-west-1a",
      owner_id: ACCOUNT,
    });
    yield made("aws_route_table_association", `v${v}s${s}`, {
      id: hex("rtbassoc", v * SUBNETS + s),
      subnet_id: id,
      gateway_id: "",
      route_table_id: hex("rtb", 2 * v + (s % 2)),
    });
  }
  for (const t of range(2)) {
    const id = hex("rtb", 2 * v + t);
    yield made("aws_route_table", `v${v}t${t}`, {
      id,
      vpc_id: vpc,
      owner_id: ACCOUNT,
      propagating_vgws: [],
      route: [],
    });
    for (const far of [v - 1, v + 1])
      yield made("aws_route", `v${v}t${t}to${far < 0 ? "none" : far}`, {
        id: hex("r", 4 * v + 2 * t + (far > v ? 1 : 0)),
        route_table_id: id,
        destination_cidr_block: far < 0 || far >= vpcs ? "192.168.0.0/16" : cidr(far),
        vpc_peering_connection_id: far < 0 || far >= vpcs ? "" : hex("pcx", Math.min(v, far)),
        origin: "CreateRoute",
        state: far < 0 || far >= vpcs ? "blackhole" : "active",
      });
  }
  const group = hex("sg", v);
  yield made("aws_security_group", `v${v}`, {
    id: group,
    name: `v${v}`,
    vpc_id: vpc,
    owner_id: ACCOUNT,
    ingress: [],
    egress: [],
  });
  for (const r of range(3))
    yield made("aws_security_group_rule", `v${v}r${r}`, {
      id: hex("sgrule", 3 * v + r),
      security_group_id: group,
      type: r === 0 ? "egress" : "ingress",
      protocol: r === 0 ? "-1" : "tcp",
      from_port: r === 0 ? 0 : 440 + r,
      to_port: r === 0 ? 0 : 450 + r,
      cidr_blocks: [r === 0 ? "0.0.0.0/0" : "10.0.0.0/8"],
      self: false,
    });
  for (const face of faces(v)) {
    const { InstanceId } = face.Attachment as Json;
    yield made("aws_instance", String(InstanceId), {
      id: InstanceId,
      instance_state: "running",
      primary_network_interface_id: face.NetworkInterfaceId,
      private_ip: face.PrivateIpAddress,
      public_ip: "",
      source_dest_check: true,
      subnet_id: face.SubnetId,
      vpc_security_group_ids: [group],
      root_block_device: [{ device_name: "/dev/xvda", volume_size: 20, volume_type: "gp3", encrypted: true }],
    });
  }
  if (v + 1 < vpcs)
    yield made("aws_vpc_peering_connection", `v${v}`, {
      id: hex("pcx", v),
      vpc_id: vpc,
      peer_vpc_id: hex("vpc", v + 1),
      peer_owner_id: ACCOUNT,
      accept_status: "active",
    });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

const size =
  kind === "aws"
    ? writeAws(Number(count), target)
    : writeTerraform(Math.ceil(Number(count) / resourcesPerVpc()), target);
console.log(`${target}: ${(size / 2 ** 20).toFixed(1)} MiB`);
