import { InputError } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awsSubnet, awsTable, awsVpc, imported, PAIR, resource, state, verdict } from "./importing.ts";

/**
 * States of Terraform. Shapes: HashiCorp's "JSON Output Format" page for `terraform show -json`, the providers' documentation of
 * each resource for its arguments (SPEC 4), and `terraform.tfstate` of version 4 as Terraform 1.x writes it.
 */
const test = suite("import of Terraform states");

const PEERED = [
  ...PAIR,
  awsTable("a-main", "a", [{ cidr_block: "10.2.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
  awsTable("b-main", "b", [{ cidr_block: "10.1.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
];

test("subnets without an association use the main table, and inline routes count", () => {
  const { network, warnings } = imported({ "state.json": state(PEERED) });
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
  assert.equal(warnings, []);
  assert.is(network.profile, "aws");
  const vpc = network.vpcs.get("vpc-a");
  assert.equal(
    [vpc?.name, vpc?.account, vpc?.region, vpc?.source],
    ["The a", "111122223333", "eu-west-1", "aws_vpc.a"],
  );
});

test("what is asked for may be named by its Terraform address", () => {
  const { network } = imported({ "state.json": state(PEERED) });
  assert.is(verdict(network, "aws_subnet.a1", "aws_vpc.b"), "two-way delivered/delivered");
});

test("an unmanaged main table is unknown, not empty", () => {
  const { network } = imported({
    "state.json": state(PEERED.filter((r) => !JSON.stringify(r).includes("aws_route_table.b"))),
  });
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "unknown delivered/no-route-table");
});

test("a private subnet with a table of its own that lacks the way back is one-sided", () => {
  const { network } = imported({
    "state.json": state([
      ...PEERED,
      awsSubnet("b2", "b", "10.2.2.0/24"),
      awsTable("private", "b", []),
      resource("aws_route_table_association.b2", {
        id: "rtbassoc-1",
        subnet_id: "subnet-b2",
        route_table_id: "rtb-private",
      }),
    ]),
  });
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
  assert.is(verdict(network, "subnet-a1", "subnet-b2"), "forward-only delivered/no-route");
});

test("a route that is listed inline and by a resource of its own is one route", () => {
  const route = resource("aws_route.a", {
    route_table_id: "rtb-a-main",
    destination_cidr_block: "10.2.0.0/16",
    vpc_peering_connection_id: "pcx-ab",
    state: "active",
  });
  const { network, warnings } = imported({ "state.json": state([...PEERED, route]) });
  const routes = [...network.vpcs.get("vpc-a")!.tables.get("rtb-a-main")!.routes!];
  assert.equal(
    routes.map(({ target, source }) => [target, source]),
    [["pcx-ab", "aws_route.a"]],
  );
  assert.equal(warnings, []);
});

test("where a table's own list and a separate route differ, the separate route is meant, and it is said", () => {
  const route = resource("aws_route.a", {
    route_table_id: "rtb-a-main",
    destination_cidr_block: "10.2.0.0/16",
    gateway_id: "igw-1",
  });
  const { network, warnings } = imported({ "state.json": state([...PEERED, route]) });
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "return-only left-network/delivered");
  assert.match(warnings.map(({ message }) => message).join("\n"), /lists 10\.2\.0\.0\/16 -> pcx-ab.*igw-1/);
});

test("aws_default_route_table and aws_main_route_table_association decide which table is the main one", () => {
  const base = PAIR.concat([
    resource("aws_default_route_table.a", {
      id: "rtb-a-main",
      default_route_table_id: "rtb-a-main",
      vpc_id: "vpc-a",
      route: [{ cidr_block: "10.2.0.0/16", vpc_peering_connection_id: "pcx-ab" }],
    }),
    awsTable("b-new", "b", [{ cidr_block: "10.1.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
  ]);
  const before = imported({ "state.json": state(base) }).network;
  assert.is(verdict(before, "subnet-a1", "subnet-b1"), "unknown delivered/no-route-table");
  const main = resource("aws_main_route_table_association.b", {
    id: "rtbassoc-2",
    vpc_id: "vpc-b",
    route_table_id: "rtb-b-new",
  });
  const after = imported({ "state.json": state([...base, main]) }).network;
  assert.is(verdict(after, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
});

test("modules inside modules are walked, with count and for_each in the addresses", () => {
  const inner = {
    address: 'module.net["eu"].module.vpc[0]',
    resources: PEERED.slice(0, 3).map((r) => ({
      ...r,
      address: `module.net["eu"].module.vpc[0].${(r as { address: string }).address}`,
    })),
  };
  const outer = { address: 'module.net["eu"]', resources: PEERED.slice(3), child_modules: [inner] };
  const { network } = imported({ "state.json": state([], [outer]) });
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
  assert.is(network.vpcs.get("vpc-a")!.source, 'module.net["eu"].module.vpc[0].aws_vpc.a');
  assert.is(
    verdict(network, 'module.net["eu"].module.vpc[0].aws_subnet.a1', "subnet-b1"),
    "two-way delivered/delivered",
  );
});

test("the requester's and the accepter's resource are one peering, and the later state holds", () => {
  const waiting = PEERED.map((r) =>
    JSON.parse(JSON.stringify(r).replace('"active"', '"pending-acceptance"')),
  );
  assert.is(
    verdict(imported({ "state.json": state(waiting) }).network, "subnet-a1", "subnet-b1"),
    "unreachable peering-not-active/peering-not-active",
  );
  const accepter = resource("aws_vpc_peering_connection_accepter.ab", {
    id: "pcx-ab",
    vpc_peering_connection_id: "pcx-ab",
    vpc_id: "vpc-b",
    peer_vpc_id: "vpc-a",
    accept_status: "active",
  });
  for (const order of [
    [...waiting, accepter],
    [accepter, ...waiting],
  ]) {
    const { network } = imported({ "state.json": state(order) });
    assert.is(network.peerings.size, 1);
    assert.is(network.peerings.get("pcx-ab")?.requester.vpc, "vpc-a");
    assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
  }
});

const STATES: readonly [word: string, state: string][] = [
  ["initiating-request", "PENDING"],
  ["pending-acceptance", "PENDING"],
  ["provisioning", "PENDING"],
  ["active", "ACTIVE"],
  ["rejected", "REJECTED"],
  ["expired", "EXPIRED"],
  ["failed", "FAILED"],
  ["deleting", "DELETED"],
  ["deleted", "DELETED"],
];
for (const [word, expected] of STATES) {
  test(`the state ${word} of AWS is ${expected}`, () => {
    const named = PAIR.map((r) => JSON.parse(JSON.stringify(r).replace('"active"', `"${word}"`)));
    assert.is(imported({ "s.json": state(named) }).network.peerings.get("pcx-ab")?.state, expected);
  });
}

test("a peering into a VPC that is not in the state is unknown there, not dropped (S7)", () => {
  const near = PEERED.filter((r) => !/aws_(vpc|subnet|route_table)\.b/.test(JSON.stringify(r)));
  const { network, warnings } = imported({ "state.json": state(near) });
  assert.is(verdict(network, "subnet-a1", "10.2.1.4"), "unknown unsupported-target/unsupported-target");
  assert.match(warnings.map(({ message }) => message).join("\n"), /vpc-b.* is not part of the input/);
});

test("parts of a VPC that is managed elsewhere are known as far as they say", () => {
  const parts = PEERED.filter((r) => !/aws_vpc\.b/.test(JSON.stringify(r)));
  const { network, warnings } = imported({ "state.json": state(parts) });
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "unknown delivered/no-route-table");
  assert.equal(network.unmodelled, ["vpc-b"]);
  assert.match(
    warnings.map(({ message }) => message).join("\n"),
    /vpc-b is not part of the input, only parts of it are/,
  );
});

test("secondary CIDRs are local, and AWS carries them", () => {
  const { network } = imported({
    "state.json": state([
      ...PEERED,
      resource("aws_vpc_ipv4_cidr_block_association.b", {
        id: "x",
        vpc_id: "vpc-b",
        cidr_block: "10.9.0.0/16",
      }),
      awsSubnet("b9", "b", "10.9.1.0/24"),
      resource("aws_route.b9", {
        route_table_id: "rtb-a-main",
        destination_cidr_block: "10.9.0.0/16",
        vpc_peering_connection_id: "pcx-ab",
      }),
    ]),
  });
  assert.equal(network.vpcs.get("vpc-b")!.secondary.map(String), ["10.9.0.0/16"]);
  assert.is(verdict(network, "subnet-a1", "subnet-b9"), "two-way delivered/delivered");
});

test("a type that is not modelled is in the coverage, and what leads there is unknown", () => {
  const { network } = imported({
    "state.json": state([
      awsVpc("a", "10.1.0.0/16"),
      awsSubnet("a1", "a", "10.1.1.0/24"),
      awsTable("a-main", "a", [{ cidr_block: "0.0.0.0/0", vpc_endpoint_id: "vpce-fw" }]),
      resource("aws_networkfirewall_firewall.fw", { id: "arn:aws:network-firewall:eu-west-1:1:firewall/fw" }),
      resource("aws_s3_bucket.logs", { id: "logs" }),
      resource("aws_iam_role.r", { id: "r" }),
    ]),
  });
  assert.equal(network.unmodelled, ["aws_networkfirewall_firewall.fw"]);
  assert.match(verdict(network, "subnet-a1", "8.8.8.8"), /^unknown unsupported-target/);
});

test("host bits are masked with a warning (S10)", () => {
  const { network, warnings } = imported({ "s.json": state([awsVpc("a", "10.1.2.3/16")]) });
  assert.equal(network.vpcs.get("vpc-a")!.cidrs.map(String), ["10.1.0.0/16"]);
  assert.match(warnings[0].message, /10\.1\.2\.3\/16 has host bits set, and is read as 10\.1\.0\.0\/16/);
});

test("what the cloud would refuse is a warning with its rule, and judged as it stands (S4)", () => {
  const overlapping = [awsVpc("a", "10.1.0.0/16"), awsVpc("b", "10.1.0.0/16"), PAIR[4]];
  const { network, warnings } = imported({ "s.json": state(overlapping) });
  assert.is(network.peerings.size, 1);
  assert.match(
    warnings.map(({ code, message }) => `${code} ${message}`).join("\n"),
    /refused .*overlap.*\(InvalidParameterValue\)/,
  );
});

test("a raw state of version 4 reads as the same network", () => {
  const entries = PEERED.map((r) => {
    const { type, name, values } = r as { type: string; name: string; values: object };
    return {
      mode: "managed",
      type,
      name,
      provider: "x",
      instances: [{ schema_version: 0, attributes: values }],
    };
  });
  const raw = {
    version: 4,
    terraform_version: "1.9.8",
    serial: 1,
    lineage: "x",
    outputs: {},
    resources: entries,
  };
  const { network } = imported({ "terraform.tfstate": raw });
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
  assert.is(network.vpcs.get("vpc-a")!.source, "aws_vpc.a");
});

const refusals: readonly (readonly [string, unknown, RegExp])[] = [
  [
    "a state of version 3",
    { version: 3, terraform_version: "0.11.14", lineage: "x", modules: [] },
    /version 3 is not read/,
  ],
  ["a format_version to come", { format_version: "2.0" }, /format_version 2\.0 is newer/],
  ["a CIDR that is none", state([awsVpc("a", "10.1.0.0/33")]), /10\.1\.0\.0\/33/],
  [
    "text in the place of a list",
    state([resource("aws_route_table.a", { id: "rtb-a", vpc_id: "vpc-a", route: 5 })]),
    /should be a list/,
  ],
  [
    "a VPC without a CIDR",
    state([resource("aws_vpc.a", { id: "vpc-a" })]),
    /aws_vpc\.a: the key "cidr_block" is missing/,
  ],
  [
    "values that are no object",
    { format_version: "1.0", values: 5 },
    /state\.json: values: this should be an object/,
  ],
  [
    "one id for two different VPCs",
    state([awsVpc("a", "10.1.0.0/16"), { ...awsVpc("a", "10.3.0.0/16"), address: "aws_vpc.again" }]),
    /vpc-a is described twice, with a different cidrs/,
  ],
];
for (const [label, value, message] of refusals) {
  test(`${label} is an InputError`, () => {
    assert.throws(
      () => imported({ "state.json": value }),
      (error: unknown) => error instanceof InputError && message.test(error.message),
    );
  });
}

test("every problem is told at once", () => {
  const bad = state([awsVpc("a", "10.1.0.0/33"), awsVpc("b", "x"), awsSubnet("s", "a", "10.1.1.0/99")]);
  try {
    imported({ "state.json": bad });
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof InputError);
    assert.equal(error.issues.map(({ source }) => source).sort(), ["aws_subnet.s", "aws_vpc.a", "aws_vpc.b"]);
  }
});

test("a key __proto__ is a key like any other", () => {
  const text = JSON.stringify(state(PEERED)).replace('"values":', '"__proto__":{"resources":[]},"values":');
  const { network } = imported({ "state.json": text });
  assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
});

test("what data sources looked up counts in a raw state too", () => {
  const list = { prefix_list_id: "pl-1", id: "pl-1", cidr_blocks: ["10.2.0.0/16"] };
  const raw = (resources: readonly object[]): object => ({
    version: 4,
    terraform_version: "1.9.8",
    serial: 1,
    lineage: "x",
    outputs: {},
    resources,
  });
  const plain = PAIR.concat([
    awsTable("a-main", "a", [{ destination_prefix_list_id: "pl-1", vpc_peering_connection_id: "pcx-ab" }]),
    awsTable("b-main", "b", [{ cidr_block: "10.1.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
  ]).map((one) => {
    const { type, name, values } = one as { type: string; name: string; values: object };
    return { mode: "managed", type, name, provider: "x", instances: [{ attributes: values }] };
  });
  const source = { mode: "data", type: "aws_prefix_list", name: "l", instances: [{ attributes: list }] };
  const judge = (...more: object[]): string =>
    verdict(imported({ "terraform.tfstate": raw([...plain, ...more]) }).network, "subnet-a1", "subnet-b1");
  assert.is(judge(source), "two-way delivered/delivered");
  assert.is(judge(), "unknown no-route-table/delivered");
});

test("a peering of hubs is associated with a table at each of its ends", () => {
  const hub = (name: string): readonly object[] => [
    resource(`aws_ec2_transit_gateway.${name}`, {
      id: `tgw-${name}`,
      default_route_table_association: "disable",
      default_route_table_propagation: "disable",
    }),
    resource(`aws_ec2_transit_gateway_route_table.${name}`, {
      id: `tgw-rtb-${name}`,
      transit_gateway_id: `tgw-${name}`,
    }),
    resource(`aws_ec2_transit_gateway_vpc_attachment.${name}`, {
      id: `tgw-attach-${name}`,
      transit_gateway_id: `tgw-${name}`,
      vpc_id: `vpc-${name}`,
      subnet_ids: [`subnet-${name}1`],
    }),
    ...[`tgw-attach-${name}`, "tgw-attach-peer"].map((attachment) =>
      resource(`aws_ec2_transit_gateway_route_table_association.${name}-${attachment}`, {
        id: `tgw-rtb-${name}_${attachment}`,
        transit_gateway_attachment_id: attachment,
        transit_gateway_route_table_id: `tgw-rtb-${name}`,
      }),
    ),
    ...["10.1.0.0/16", "10.2.0.0/16"].map((to, n) =>
      resource(`aws_ec2_transit_gateway_route.${name}${n}`, {
        id: `${name}${n}`,
        destination_cidr_block: to,
        transit_gateway_route_table_id: `tgw-rtb-${name}`,
        transit_gateway_attachment_id: name === "ab"[n] ? `tgw-attach-${name}` : "tgw-attach-peer",
      }),
    ),
  ];
  const net = PAIR.slice(0, 4).concat([
    awsTable("a-main", "a", [{ cidr_block: "10.2.0.0/16", transit_gateway_id: "tgw-a" }]),
    awsTable("b-main", "b", [{ cidr_block: "10.1.0.0/16", transit_gateway_id: "tgw-b" }]),
    resource("aws_ec2_transit_gateway_peering_attachment.p", {
      id: "tgw-attach-peer",
      transit_gateway_id: "tgw-a",
      peer_transit_gateway_id: "tgw-b",
    }),
  ]);
  for (const order of ["ab", "ba"]) {
    const { network } = imported({ "s.json": state([...net, ...[...order].flatMap(hub)]) });
    assert.is(verdict(network, "subnet-a1", "subnet-b1"), "two-way delivered/delivered", order);
  }
});

test.run();
