import type { Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  awsSubnet,
  awsTable,
  awsVpc,
  imported,
  type ResourceValues,
  resource,
  state,
  verdict,
} from "./importing.ts";
import { networks, plan } from "./planning.ts";

/**
 * Transit gateways that a Terraform state has a part of: others' attachments, static routes, what a plan takes away. Arguments:
 * the pages aws_ec2_transit_gateway* of hashicorp/aws.
 */
const test = suite("import of hubs from Terraform");

const ON_DEFAULT = {
  transit_gateway_default_route_table_association: false,
  transit_gateway_default_route_table_propagation: false,
};
const attachment = (name: string, values: ResourceValues): object =>
  resource(`aws_ec2_transit_gateway_vpc_attachment.${name}`, {
    id: `tgw-attach-${name}`,
    transit_gateway_id: "tgw-1",
    ...ON_DEFAULT,
    ...values,
  });
const inTable = (kind: string, name: string): object =>
  resource(`aws_ec2_transit_gateway_route_table_${kind}.${name}`, {
    id: `tgw-rtb-1_tgw-attach-${name}`,
    transit_gateway_attachment_id: `tgw-attach-${name}`,
    transit_gateway_route_table_id: "tgw-rtb-1",
  });
const route = (name: string, to: string): object =>
  resource(`aws_ec2_transit_gateway_route.${name}`, {
    id: `tgw-rtb-1_${to}`,
    destination_cidr_block: to,
    transit_gateway_attachment_id: `tgw-attach-${name}`,
    transit_gateway_route_table_id: "tgw-rtb-1",
    blackhole: false,
  });
const ENDS = [
  ...["a", "b"].flatMap((name, i) => [
    awsVpc(name, `10.${i + 1}.0.0/16`),
    awsSubnet(`${name}1`, name, `10.${i + 1}.1.0/24`),
    awsTable(`${name}-main`, name, [{ cidr_block: "10.0.0.0/8", transit_gateway_id: "tgw-1" }]),
  ]),
  resource("aws_ec2_transit_gateway.t", {
    id: "tgw-1",
    owner_id: "111122223333",
    default_route_table_association: "disable",
    default_route_table_propagation: "disable",
  }),
  resource("aws_ec2_transit_gateway_route_table.t", { id: "tgw-rtb-1", transit_gateway_id: "tgw-1" }),
];
const A = [
  attachment("a", { vpc_id: "vpc-a", subnet_ids: ["subnet-a1"] }),
  inTable("association", "a"),
  inTable("propagation", "a"),
];
const B = [
  attachment("b", { vpc_id: "vpc-b", subnet_ids: ["subnet-b1"] }),
  inTable("association", "b"),
  inTable("propagation", "b"),
];

const asked = (network: Network): string => verdict(network, "subnet-a1", "subnet-b1");
const read = (...resources: object[]): Network =>
  imported({ "state.json": state([...ENDS, ...resources]) }).network;

test("attachments that are in the state carry packets by what they propagate", () => {
  assert.is(asked(read(...A, ...B)), "two-way delivered/delivered");
});

test("a route to an attachment that is another state's leads where nobody knows, and is no blackhole", () => {
  const theirs = read(...A, ...B, route("theirs", "10.2.1.0/24"));
  assert.is(asked(theirs), "unknown unsupported-target/delivered");
});

test("a route to an attachment that the plan takes away is a blackhole", () => {
  const old = attachment("old", { vpc_id: "vpc-x", subnet_ids: ["subnet-x"] });
  const kept = [...ENDS, ...A, ...B, route("old", "10.2.1.0/24")];
  const { before, after } = networks(plan({ prior: [...kept, old], planned: kept }));
  assert.match(asked(before), /^unknown/);
  assert.is(asked(after), "return-only route-blackhole/delivered");
});

test("what an attachment of a VPC propagates is not known when the VPC is not", () => {
  const foreign = attachment("f", { vpc_id: "vpc-f", subnet_ids: ["subnet-f"] });
  const to = (...more: object[]): string => verdict(read(...A, ...B, ...more), "subnet-a1", "10.9.1.5");
  assert.match(to(), /^unreachable no-route/);
  assert.match(to(foreign, inTable("propagation", "f")), /^unknown/);
});

test("a VPC whose attachment is not known to be one of the hub's is not said to have none", () => {
  assert.is(asked(read(...A)), "unreachable no-route/hub-attachment");
  const open = attachment("b", { vpc_id: null, subnet_ids: ["subnet-b1"] });
  assert.match(asked(read(...A, open)), /^unreachable no-route\/unsupported-target/);
});

test("a table into which another state's attachment propagates may have any route", () => {
  const parts = [...A, ...B.slice(0, 2)];
  assert.is(asked(read(...parts, inTable("propagation", "theirs"))), "unknown no-route-table/delivered");
});

const direct = (values: ResourceValues): object =>
  resource("aws_dx_gateway_association.d", { id: "ga-1", dx_gateway_id: "dx-1", ...values });
const onDefault = (name: string): object =>
  attachment(name, {
    vpc_id: `vpc-${name}`,
    subnet_ids: [`subnet-${name}1`],
    transit_gateway_default_route_table_association: true,
    transit_gateway_default_route_table_propagation: name === "a",
  });

test("a direct connect gateway on a transit gateway propagates into its default table what nobody knows", () => {
  const hub = resource("aws_ec2_transit_gateway.t", {
    id: "tgw-1",
    association_default_route_table_id: "tgw-rtb-d",
    propagation_default_route_table_id: "tgw-rtb-d",
  });
  const ends = ENDS.filter((one) => !/"aws_ec2_transit_gateway"/.test(JSON.stringify(one)));
  const all = (...more: object[]): Network =>
    imported({ "state.json": state([...ends, hub, onDefault("a"), onDefault("b"), ...more]) }).network;
  assert.is(asked(all()), "return-only no-route/delivered");
  assert.is(asked(all(direct({ associated_gateway_id: "tgw-1" }))), "unknown no-route-table/delivered");
});

test("a VPN gateway with a direct connect gateway learns routes that nobody lists", () => {
  const gateway = [
    resource("aws_vpn_gateway.g", { id: "vgw-1", vpc_id: "vpc-a" }),
    resource("aws_vpn_connection.c", { id: "vpn-1", vpn_gateway_id: "vgw-1", static_routes_only: true }),
    resource("aws_vpn_connection_route.c", {
      vpn_connection_id: "vpn-1",
      destination_cidr_block: "192.168.0.0/24",
    }),
    awsTable("a-vpn", "a", [{ cidr_block: "192.168.0.0/16", gateway_id: "vgw-1" }]),
    resource("aws_route_table_association.a1", {
      id: "x",
      subnet_id: "subnet-a1",
      route_table_id: "rtb-a-vpn",
    }),
  ];
  const to = (network: Network): string => verdict(network, "subnet-a1", "192.168.5.5");
  assert.match(to(read(...gateway)), /^unreachable no-route/);
  assert.match(to(read(...gateway, direct({ associated_gateway_id: "vgw-1" }))), /^unknown/);
});

test("an IPv6 range that a VPC was given later is its own", () => {
  const six = resource("aws_vpc_ipv6_cidr_block_association.a", {
    vpc_id: "vpc-a",
    ipv6_cidr_block: "2001:db8::/56",
  });
  const { secondary } = read(six).vpcs.get("vpc-a")!;
  assert.equal(secondary.map(String), ["2001:db8::/56"]);
});

test.run();
