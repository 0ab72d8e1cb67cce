import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  awsSubnet,
  awsTable,
  awsVpc,
  imported,
  PAIR,
  type ResourceValues,
  resource,
  state,
  verdict,
} from "./importing.ts";
import { plan } from "./planning.ts";

/**
 * Data sources in states and in the prior state of plans: what they look up is somebody else's, and there. Arguments and
 * attributes: the pages "Data Source" of hashicorp/aws and tencentcloudstack/tencentcloud.
 */
const test = suite("import of Terraform's data sources");

function data(address: string, values: ResourceValues): object {
  return { ...resource(`data.${address}`, values), mode: "data", address: `data.${address}` };
}

const THEIRS = data("aws_vpc.theirs", {
  id: "vpc-t",
  cidr_block: "10.5.0.0/16",
  cidr_block_associations: [
    { association_id: "a-1", cidr_block: "10.5.0.0/16", state: "associated" },
    { association_id: "a-2", cidr_block: "10.6.0.0/16", state: "associated" },
  ],
  main_route_table_id: "rtb-t-main",
  owner_id: "999900001111",
});
const THEIR_SUBNET = data("aws_subnet.theirs", {
  id: "subnet-t",
  vpc_id: "vpc-t",
  cidr_block: "10.5.1.0/24",
});
const THEIR_TABLE = data("aws_route_table.theirs", {
  id: "rtb-t",
  route_table_id: "rtb-t",
  vpc_id: "vpc-t",
  routes: [{ cidr_block: "10.1.0.0/16", gateway_id: "", vpc_peering_connection_id: "pcx-t" }],
  associations: [{ subnet_id: "subnet-t", route_table_id: "rtb-t", main: false }],
});
const TO_THEM = resource("aws_vpc_peering_connection.t", {
  id: "pcx-t",
  vpc_id: "vpc-a",
  peer_vpc_id: "vpc-t",
  accept_status: "active",
});
const OURS = [
  awsVpc("a", "10.1.0.0/16"),
  awsSubnet("a1", "a", "10.1.1.0/24"),
  awsTable("a-main", "a", [
    { cidr_block: "10.5.0.0/16", vpc_peering_connection_id: "pcx-t" },
    { cidr_block: "10.6.0.0/16", vpc_peering_connection_id: "pcx-t" },
    { cidr_block: "10.7.0.0/16", vpc_peering_connection_id: "pcx-t" },
  ]),
];

test("paths into a VPC that is only looked up are unknown; what lies outside of its ranges is not in it", () => {
  const { network } = imported({ "state.json": state([...OURS, TO_THEM, THEIRS]) });
  const theirs = network.vpcs.get("vpc-t")!;
  assert.is(theirs.account, "999900001111");
  assert.is(`${theirs.cidrs} ${theirs.secondary}`, "10.5.0.0/16 10.6.0.0/16");
  assert.is(verdict(network, "subnet-a1", "10.5.1.5"), "unknown unsupported-target/no-route-table");
  assert.is(verdict(network, "subnet-a1", "10.6.1.5"), "unknown unsupported-target/no-route-table");
  assert.match(verdict(network, "subnet-a1", "10.7.1.5"), /^unreachable edge-to-edge/);
});

test("a subnet and its table that are looked up decide, and the rest of their VPC stays unknown", () => {
  const { network } = imported({
    "state.json": state([...OURS, TO_THEM, THEIRS, THEIR_SUBNET, THEIR_TABLE]),
  });
  assert.is(verdict(network, "subnet-a1", "10.5.1.5"), "two-way delivered/delivered");
  assert.match(verdict(network, "subnet-a1", "10.5.2.5"), /^unknown/);
  assert.match(verdict(network, "subnet-t", "10.5.2.5"), /^unknown/);
  const without = imported({ "state.json": state([...OURS, TO_THEM, THEIRS, THEIR_SUBNET]) }).network;
  assert.is(verdict(without, "subnet-a1", "10.5.1.5"), "unknown delivered/no-route-table");
});

test("a peering that is looked up is there, in the state that it says, and its routes lead to it", () => {
  const values = {
    id: "pcx-t",
    vpc_id: "vpc-a",
    peer_vpc_id: "vpc-t",
    owner_id: "111122223333",
    peer_owner_id: "9",
  };
  const all = (status: string): object =>
    state([...OURS, data("aws_vpc_peering_connection.t", { ...values, status })]);
  const active = imported({ "state.json": all("active") });
  assert.match(verdict(active.network, "subnet-a1", "10.5.1.5"), /^unknown unsupported-target/);
  assert.not.ok(active.warnings.some(({ message }) => message.includes("there is no peering")));
  const deleted = imported({ "state.json": all("deleted") });
  assert.match(verdict(deleted.network, "subnet-a1", "10.5.1.5"), /^unreachable route-blackhole/);
});

test("what a resource of any file says of a thing is nearer than what a data source says of it", () => {
  const wrong = [
    data("aws_vpc.b", {
      id: "vpc-b",
      cidr_block: "10.2.0.0/16",
      cidr_block_associations: [],
      main_route_table_id: "rtb-x",
    }),
    data("aws_subnet.b1", {
      id: "subnet-b1",
      vpc_id: "vpc-b",
      cidr_block: "10.2.1.0/24",
      availability_zone: "eu-west-1c",
    }),
    data("aws_route_table.b", {
      route_table_id: "rtb-b-main",
      vpc_id: "vpc-b",
      routes: [],
      associations: [],
    }),
    data("aws_vpc_peering_connection.p", {
      id: "pcx-ab",
      vpc_id: "vpc-a",
      peer_vpc_id: "vpc-b",
      status: "deleted",
    }),
  ];
  const all = [
    ...PAIR,
    awsTable("a-main", "a", [{ cidr_block: "10.2.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
    awsTable("b-main", "b", [{ cidr_block: "10.1.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
  ];
  for (const files of [
    { "1.json": state(wrong), "2.json": state(all) },
    { "1.json": state([...all, ...wrong]) },
  ])
    assert.is(verdict(imported(files).network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
});

test("data sources of a raw state and of a plan's prior state are read as those of a state", () => {
  const raw = {
    version: 4,
    lineage: "x",
    resources: [
      ...OURS.concat(TO_THEM).map((one) => {
        const { type, name, values } = one as { type: string; name: string; values: object };
        return { mode: "managed", type, name, instances: [{ attributes: values }] };
      }),
      {
        mode: "data",
        type: "aws_vpc",
        name: "theirs",
        instances: [{ attributes: (THEIRS as { values: object }).values }],
      },
    ],
  };
  const all = [...OURS, TO_THEM];
  for (const value of [raw, plan({ prior: [...all, THEIRS], planned: all })]) {
    const { network, before } = imported({ "x.json": value });
    for (const one of before === undefined ? [network] : [network, before])
      assert.is(verdict(one, "subnet-a1", "10.5.1.5"), "unknown unsupported-target/no-route-table");
  }
});

test("lists that Tencent Cloud's data sources look up tell VPCs, subnets and tables with their routes", () => {
  const ours = [
    resource("tencentcloud_vpc.a", {
      id: "vpc-a",
      cidr_block: "10.1.0.0/16",
      default_route_table_id: "rtb-a",
    }),
    resource("tencentcloud_subnet.a", {
      id: "subnet-a",
      vpc_id: "vpc-a",
      cidr_block: "10.1.1.0/24",
      route_table_id: "rtb-a",
    }),
    resource("tencentcloud_route_table_entry.a", {
      route_table_id: "rtb-a",
      destination_cidr_block: "10.5.0.0/16",
      next_type: "PEERCONNECTION",
      next_hub: "pcx-1",
    }),
    resource("tencentcloud_vpc_peer_connect_manager.p", {
      id: "pcx-1",
      source_vpc_id: "vpc-a",
      destination_vpc_id: "vpc-t",
      state: "ACTIVE",
    }),
    data("tencentcloud_vpc_instances.t", {
      instance_list: [{ vpc_id: "vpc-t", name: "theirs", cidr_block: "10.5.0.0/16" }],
    }),
  ];
  const parts = [
    data("tencentcloud_vpc_subnets.t", {
      instance_list: [
        { subnet_id: "subnet-t", vpc_id: "vpc-t", cidr_block: "10.5.1.0/24", route_table_id: "rtb-t" },
      ],
    }),
    data("tencentcloud_vpc_route_tables.t", {
      instance_list: [
        {
          route_table_id: "rtb-t",
          vpc_id: "vpc-t",
          route_entry_infos: [
            { destination_cidr_block: "10.1.0.0/16", next_type: "PEERCONNECTION", next_hub: "pcx-1" },
          ],
        },
      ],
    }),
  ];
  const alone = imported({ "state.json": state(ours) }).network;
  assert.is(verdict(alone, "subnet-a", "10.5.1.5"), "unknown unsupported-target/no-route-table");
  const all = imported({ "state.json": state([...ours, ...parts]) }).network;
  assert.is(verdict(all, "subnet-a", "10.5.1.5"), "two-way delivered/delivered");
});

test.run();
