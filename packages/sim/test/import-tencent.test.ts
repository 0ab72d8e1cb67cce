import { InputError, type Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { imported, resource, state, verdict } from "./importing.ts";

/**
 * Tencent Cloud. Shapes: the data types of API 2017-03-12 (SPEC 2.2, 2.3), and the provider's documentation of each resource
 * (SPEC 4.1).
 */
const test = suite("import of Tencent Cloud's answers and resources");

const TWO_WAY = "two-way delivered/delivered";

function answers(peering: object = {}, routes: readonly object[] = []): Record<string, object> {
  return {
    vpcs: {
      Response: {
        TotalCount: 2,
        VpcSet: [
          { VpcId: "vpc-a", VpcName: "shop", CidrBlock: "10.1.0.0/16", CreatedTime: "2024-01-02 03:04:05" },
          {
            VpcId: "vpc-b",
            VpcName: "data",
            CidrBlock: "10.2.0.0/16",
            AssistantCidrSet: [{ CidrBlock: "10.9.0.0/16" }],
          },
        ],
        RequestId: "1",
      },
    },
    // tccli prints what is inside Response
    subnets: {
      SubnetSet: [
        {
          VpcId: "vpc-a",
          SubnetId: "subnet-a",
          CidrBlock: "10.1.1.0/24",
          Zone: "ap-guangzhou-3",
          RouteTableId: "rtb-a",
        },
        {
          VpcId: "vpc-b",
          SubnetId: "subnet-b",
          CidrBlock: "10.2.1.0/24",
          Zone: "ap-guangzhou-4",
          RouteTableId: "rtb-b",
        },
      ],
      TotalCount: 2,
    },
    tables: {
      Response: {
        RouteTableSet: [
          table("rtb-a", "vpc-a", [route("10.2.0.0/16"), ...routes]),
          table("rtb-b", "vpc-b", [route("10.1.0.0/16")]),
        ],
      },
    },
    peerings: {
      Response: {
        PeerConnectionSet: [
          {
            PeeringConnectionId: "pcx-ab",
            PeeringConnectionName: "ab",
            SourceVpcId: "vpc-a",
            DestinationVpcId: "vpc-b",
            SourceUin: 100001,
            DestinationUin: 100002,
            SourceRegion: "ap-guangzhou",
            DestinationRegion: "ap-guangzhou",
            State: "ACTIVE",
            Bandwidth: -1,
            ...peering,
          },
        ],
      },
    },
  };
}

function table(id: string, vpc: string, routes: readonly object[]): object {
  return { RouteTableId: id, VpcId: vpc, Main: true, AssociationSet: [], RouteSet: routes };
}

function route(destination: string, more: object = {}): object {
  return {
    DestinationCidrBlock: destination,
    GatewayType: "PEERCONNECTION",
    GatewayId: "pcx-ab",
    Enabled: true,
    RouteType: "USER",
    ...more,
  };
}

test("answers make a network, with accounts and regions from the peerings and zones", () => {
  const { network, warnings } = imported(answers());
  assert.is(verdict(network, "subnet-a", "subnet-b"), TWO_WAY);
  assert.is(network.profile, "tencent");
  assert.equal(
    [...network.vpcs.values()].map(({ account, region, name }) => [account, region, name]),
    [
      ["100001", "ap-guangzhou", "shop"],
      ["100002", "ap-guangzhou", "data"],
    ],
  );
  assert.is(network.now, Date.UTC(2024, 0, 2, 3, 4, 5));
  assert.equal(warnings, []);
});

test("secondary CIDRs are the VPC's, and no peering carries them (S8)", () => {
  const files = answers({}, [route("10.9.0.0/16")]);
  const more = {
    SubnetSet: [
      {
        VpcId: "vpc-b",
        SubnetId: "subnet-9",
        CidrBlock: "10.9.1.0/24",
        Zone: "ap-guangzhou-4",
        RouteTableId: "rtb-b",
      },
    ],
  };
  const { network } = imported({ ...files, more });
  assert.is(verdict(network, "subnet-a", "subnet-9"), "return-only secondary-cidr-not-carried/delivered");
});

for (const state of ["PENDING", "EXPIRED", "REJECTED", "ISOLATED", "FAILED"]) {
  test(`a peering that is ${state} carries nothing, and says so`, () => {
    const { network } = imported(answers({ State: state }));
    assert.is(network.peerings.get("pcx-ab")?.state, state);
    assert.is(verdict(network, "subnet-a", "subnet-b"), "unreachable peering-not-active/peering-not-active");
  });
}

test("a disabled route is skipped, and named", () => {
  const files = answers();
  const off = {
    Response: {
      RouteTableSet: [
        table("rtb-a", "vpc-a", [route("10.2.0.0/16", { Enabled: false })]),
        table("rtb-b", "vpc-b", [route("10.1.0.0/16")]),
      ],
    },
  };
  assert.is(
    verdict(imported({ ...files, tables: off }).network, "subnet-a", "subnet-b"),
    "return-only route-disabled/delivered",
  );
});

const GATEWAYS: readonly (readonly [type: string, id: string, gateway: string, kind: string])[] = [
  ["NAT", "nat-1", "nat-1", "nat"],
  ["VPN", "vpngw-1", "vpngw-1", "vpn"],
  ["DIRECTCONNECT", "dcg-1", "dcg-1", "direct-connect"],
  ["EIP", "0", "vpc-a.eip", "internet"],
  ["NORMAL_CVM", "10.1.1.9", "vpc-a.10.1.1.9", "instance"],
  ["HAVIP", "10.1.1.8", "vpc-a.10.1.1.8", "instance"],
  ["GWLB_ENDPOINT", "vpce-1", "vpce-1", "other"],
  ["LOCAL_GATEWAY", "lgw-1", "lgw-1", "other"],
];
for (const [type, id, gateway, kind] of GATEWAYS) {
  test(`a route of type ${type} leads to ${kind === "other" ? "something that is not modelled" : `a gateway of kind ${kind}`}`, () => {
    const { network } = imported(answers({}, [route("172.16.0.0/12", { GatewayType: type, GatewayId: id })]));
    assert.is(network.gateways.get(gateway)?.kind, kind);
    assert.is(network.gateways.get(gateway)?.vpc, "vpc-a");
  });
}

test("missing pages are told by the count", () => {
  const files = answers();
  const cut = { ...files, subnets: { ...files.subnets, TotalCount: 7 } };
  assert.match(
    imported(cut)
      .warnings.map(({ message }) => message)
      .join(),
    /2 of 7: pages are missing/,
  );
});

test("a call that failed is an InputError with the cloud's words", () => {
  const failed = { Response: { Error: { Code: "AuthFailure", Message: "no such key" }, RequestId: "1" } };
  assert.throws(
    () => imported({ failed }),
    (error: unknown) => error instanceof InputError && /no such key \(AuthFailure\)/.test(error.message),
  );
});

const TERRAFORM = [
  resource("tencentcloud_vpc.a", {
    id: "vpc-a",
    name: "shop",
    cidr_block: "10.1.0.0/16",
    default_route_table_id: "rtb-a",
  }),
  resource("tencentcloud_vpc.b", {
    id: "vpc-b",
    name: "data",
    cidr_block: "10.2.0.0/16",
    default_route_table_id: "rtb-b",
  }),
  resource("tencentcloud_subnet.a", {
    id: "subnet-a",
    vpc_id: "vpc-a",
    cidr_block: "10.1.1.0/24",
    availability_zone: "ap-guangzhou-3",
    route_table_id: "rtb-a",
  }),
  resource("tencentcloud_subnet.b", {
    id: "subnet-b",
    vpc_id: "vpc-b",
    cidr_block: "10.2.1.0/24",
    availability_zone: "ap-beijing-1",
    route_table_id: "rtb-b",
  }),
  resource("tencentcloud_route_table_entry.a", {
    id: "1.rtb-a",
    route_table_id: "rtb-a",
    destination_cidr_block: "10.2.0.0/16",
    next_type: "PEERCONNECTION",
    next_hub: "pcx-ab",
    route_item_id: "rti-1",
  }),
  resource("tencentcloud_route_entry.b", {
    id: "2",
    vpc_id: "vpc-b",
    route_table_id: "rtb-b",
    cidr_block: "10.1.0.0/16",
    next_type: "peering_connection",
    next_hub: "pcx-ab",
  }),
];
const PEER = {
  id: "pcx-ab",
  source_vpc_id: "vpc-a",
  peering_connection_name: "ab",
  destination_vpc_id: "vpc-b",
  destination_uin: "100002",
  destination_region: "ap-beijing",
  bandwidth: 100,
};
const manager = (more: object): object =>
  resource("tencentcloud_vpc_peer_connect_manager.ab", { ...PEER, ...more });
const read = (...more: object[]): Network => imported({ "s.json": state([...TERRAFORM, ...more]) }).network;

test("Terraform: both VPCs in one state are one owner's, so the peering is ACTIVE; regions come from the zones", () => {
  const network = read(manager({}));
  assert.is(verdict(network, "subnet-a", "subnet-b"), TWO_WAY);
  assert.equal(
    [...network.vpcs.values()].map(({ region }) => region),
    ["ap-guangzhou", "ap-beijing"],
  );
});

test("Terraform: a reject decides, and so does a state where the provider exports it", () => {
  const rejected = resource("tencentcloud_vpc_peer_connect_reject_operation.x", {
    id: "x",
    peering_connection_id: "pcx-ab",
  });
  assert.is(read(manager({}), rejected).peerings.get("pcx-ab")?.state, "REJECTED");
  assert.is(read(manager({ state: "ISOLATED" })).peerings.get("pcx-ab")?.state, "ISOLATED");
});

test("Terraform: a peering without its destination is an unresolved peer, and nothing is guessed", () => {
  const { network, warnings } = imported({
    "s.json": state([...TERRAFORM, manager({ destination_vpc_id: null })]),
  });
  assert.match(warnings.map(({ message }) => message).join("\n"), /unresolved peer/);
  assert.is(network.peerings.get("pcx-ab")?.state, "PENDING");
  const accepted = resource("tencentcloud_vpc_peer_connect_accept_operation.x", {
    id: "x",
    peering_connection_id: "pcx-ab",
  });
  const active = imported({
    "s.json": state([...TERRAFORM, manager({ destination_vpc_id: null }), accepted]),
  }).network;
  assert.is(verdict(active, "subnet-a", "subnet-b"), "unreachable unsupported-target/peering-wrong-vpc");
});

test("Terraform: an entry may be switched off by a resource of its own", () => {
  const off = resource("tencentcloud_route_table_entry_config.x", {
    id: "x",
    route_table_id: "rtb-a",
    route_item_id: "rti-1",
    disabled: true,
  });
  assert.is(verdict(read(manager({}), off), "subnet-a", "subnet-b"), "return-only route-disabled/delivered");
});

test("Terraform: an association wins over the subnet's own table", () => {
  const more = [
    resource("tencentcloud_route_table.c", { id: "rtb-c", vpc_id: "vpc-b", is_default: false }),
    resource("tencentcloud_route_table_association.c", {
      id: "subnet-b",
      subnet_id: "subnet-b",
      route_table_id: "rtb-c",
    }),
  ];
  assert.is(verdict(read(manager({}), ...more), "subnet-a", "subnet-b"), "forward-only delivered/no-route");
});

test("Terraform: a type that may carry traffic and is not modelled is in the coverage", () => {
  const network = read(
    manager({}),
    resource("tencentcloud_cfw_vpc_instance.fw", { id: "cfw-1" }),
    resource("tencentcloud_cos_bucket.b", { id: "b" }),
  );
  assert.equal(network.unmodelled, ["tencentcloud_cfw_vpc_instance.fw"]);
});

test.run();
