import { answer, importNetworks, type Network, reach, resolveEndpoint } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awsTable, imported, PAIR, type ResourceValues, resource, verdict } from "./importing.ts";
import { CREATE, config, is, networks, type Plan, plan, ref } from "./planning.ts";

/**
 * Plans: `terraform show -json PLAN`. Shape: HashiCorp's "JSON Output Format" page (plan, planned values, resource changes with
 * `after_unknown`, configuration with `references`).
 */
const test = suite("import of Terraform plans");

/** Everything is new: no id is known, and all is joined by references. */
const NEW: Plan = {
  planned: [
    resource("aws_vpc.a", { cidr_block: "10.1.0.0/16" }),
    resource("aws_vpc.b", { cidr_block: "10.2.0.0/16" }),
    resource("aws_subnet.a1", { cidr_block: "10.1.1.0/24" }),
    resource("aws_subnet.b1", { cidr_block: "10.2.1.0/24" }),
    resource("aws_vpc_peering_connection.ab", { auto_accept: true }),
    resource("aws_route.ab", { destination_cidr_block: "10.2.0.0/16" }),
    resource("aws_route_table.b", {
      route: [{ cidr_block: "0.0.0.0/0" }, { cidr_block: "10.1.0.0/16" }], // a set: sorted, not as it was written
    }),
    resource("aws_route_table_association.b1", {}),
    resource("aws_internet_gateway.b", {}),
  ],
  changes: {
    "aws_vpc.a": CREATE({ id: true, main_route_table_id: true, default_route_table_id: true }),
    "aws_vpc.b": CREATE({ id: true, main_route_table_id: true, default_route_table_id: true }),
    "aws_subnet.a1": CREATE({ id: true, vpc_id: true }),
    "aws_subnet.b1": CREATE({ id: true, vpc_id: true }),
    "aws_vpc_peering_connection.ab": CREATE({
      id: true,
      vpc_id: true,
      peer_vpc_id: true,
      accept_status: true,
    }),
    "aws_route.ab": CREATE({ id: true, route_table_id: true, vpc_peering_connection_id: true }),
    "aws_route_table.b": CREATE({
      id: true,
      vpc_id: true,
      route: [{ gateway_id: true }, { vpc_peering_connection_id: true }],
    }),
    "aws_route_table_association.b1": CREATE({ id: true, subnet_id: true, route_table_id: true }),
    "aws_internet_gateway.b": CREATE({ id: true, vpc_id: true }),
  },
  configuration: {
    root_module: {
      resources: [
        config("aws_vpc.a", { cidr_block: is("10.1.0.0/16") }),
        config("aws_vpc.b", { cidr_block: is("10.2.0.0/16") }),
        config("aws_subnet.a1", { vpc_id: ref("aws_vpc.a.id", "aws_vpc.a"), cidr_block: is("10.1.1.0/24") }),
        config("aws_subnet.b1", { vpc_id: ref("aws_vpc.b.id", "aws_vpc.b"), cidr_block: is("10.2.1.0/24") }),
        config("aws_vpc_peering_connection.ab", {
          vpc_id: ref("aws_vpc.a.id", "aws_vpc.a"),
          peer_vpc_id: ref("aws_vpc.b.id", "aws_vpc.b"),
          auto_accept: is(true),
        }),
        config("aws_route.ab", {
          route_table_id: ref("aws_vpc.a.main_route_table_id", "aws_vpc.a"),
          destination_cidr_block: ref("aws_vpc.b.cidr_block", "aws_vpc.b"),
          vpc_peering_connection_id: ref("aws_vpc_peering_connection.ab.id", "aws_vpc_peering_connection.ab"),
        }),
        config("aws_route_table.b", {
          vpc_id: ref("aws_vpc.b.id", "aws_vpc.b"),
          route: [
            {
              cidr_block: ref("aws_vpc.a.cidr_block", "aws_vpc.a"),
              vpc_peering_connection_id: ref(
                "aws_vpc_peering_connection.ab.id",
                "aws_vpc_peering_connection.ab",
              ),
            },
            {
              cidr_block: is("0.0.0.0/0"),
              gateway_id: ref("aws_internet_gateway.b.id", "aws_internet_gateway.b"),
            },
          ],
        }),
        config("aws_route_table_association.b1", {
          subnet_id: ref("aws_subnet.b1.id", "aws_subnet.b1"),
          route_table_id: ref("aws_route_table.b.id", "aws_route_table.b"),
        }),
        config("aws_internet_gateway.b", { vpc_id: ref("aws_vpc.b.id", "aws_vpc.b") }),
      ],
    },
  },
  timestamp: "2026-03-04T05:06:07Z",
};

test("a plan that makes everything is two networks: nothing before, and everything joined by references after", () => {
  const { before, after } = networks(plan(NEW));
  assert.is(before.vpcs.size, 0);
  assert.is(verdict(after, "aws_subnet.a1", "aws_subnet.b1"), "two-way delivered/delivered");
  assert.is(after.now, Date.UTC(2026, 2, 4, 5, 6, 7));
  assert.equal(
    [...after.vpcs.get("aws_vpc.b")!.tables.get("aws_route_table.b")!.routes!].map(
      ({ destination, target }) => `${destination} ${target}`,
    ),
    ["0.0.0.0/0 aws_internet_gateway.b", "10.1.0.0/16 aws_vpc_peering_connection.ab"],
  );
});

test("a peering that nobody accepts in the plan stays pending", () => {
  const text = JSON.stringify(plan(NEW)).replace('"auto_accept":true', '"auto_accept":false');
  const { after } = networks(JSON.parse(text));
  assert.is(
    verdict(after, "aws_subnet.a1", "aws_subnet.b1"),
    "unreachable peering-not-active/peering-not-active",
  );
});

test("without its configuration the same plan is unknown, and nothing is guessed", () => {
  const { network } = importNetworks([
    { name: "plan.json", text: () => JSON.stringify(plan({ ...NEW, configuration: {} })) },
  ]);
  assert.ok((network.unmodelled ?? []).length > 0);
});

const CONNECTED = [
  ...PAIR,
  awsTable("a-main", "a", [{ cidr_block: "10.2.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
  awsTable("b-main", "b", [{ cidr_block: "10.1.0.0/16", vpc_peering_connection_id: "pcx-ab" }]),
];
const ROUTE = resource("aws_route.ba", {
  id: "r-1",
  route_table_id: "rtb-b-main",
  destination_cidr_block: "10.1.0.0/16",
  vpc_peering_connection_id: "pcx-ab",
  state: "active",
});

test("a separate route that the plan removes is gone, though the table's own list still shows it", () => {
  const { before, after } = networks(
    plan({
      prior: [...CONNECTED, ROUTE],
      planned: CONNECTED,
      changes: { "aws_route.ba": { actions: ["delete"] } },
    }),
  );
  assert.is(verdict(before, "subnet-a1", "subnet-b1"), "two-way delivered/delivered");
  assert.is(verdict(after, "subnet-a1", "subnet-b1"), "forward-only delivered/no-route");
});

test("a separate rule that the plan removes is gone from its group and its ACL, though their own lists still show it", () => {
  const host = (name: string, subnet: string, ip: string): object =>
    resource(`aws_instance.${name}`, {
      id: `i-${name}`,
      private_ip: ip,
      subnet_id: subnet,
      vpc_security_group_ids: ["sg-1"],
    });
  const rule = { from_port: 443, to_port: 443, protocol: "tcp" };
  const group = resource("aws_security_group.g", {
    id: "sg-1",
    vpc_id: "vpc-a",
    ingress: [{ ...rule, cidr_blocks: ["10.1.0.0/16", "192.168.0.0/16"] }],
    egress: [{ from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] }],
  });
  const number = (rule_no: number): object => ({
    rule_no,
    action: "allow",
    protocol: "-1",
    cidr_block: "0.0.0.0/0",
  });
  const acl = resource("aws_network_acl.n", {
    id: "acl-1",
    vpc_id: "vpc-b",
    subnet_ids: ["subnet-b1"],
    ingress: [number(100)],
    egress: [number(100)],
  });
  const ours = resource("aws_security_group_rule.r", {
    id: "sgrule-1",
    type: "ingress",
    security_group_id: "sg-1",
    ...rule,
    cidr_blocks: ["10.1.0.0/16"],
  });
  const theirs = resource("aws_network_acl_rule.r", {
    id: "nacl-1",
    network_acl_id: "acl-1",
    rule_number: 100,
    egress: true,
    rule_action: "allow",
    protocol: "-1",
    cidr_block: "0.0.0.0/0",
  });
  const kept = [
    ...CONNECTED,
    host("x", "subnet-a1", "10.1.1.10"),
    host("y", "subnet-a1", "10.1.1.11"),
    group,
    acl,
  ];
  const removed = { actions: ["delete"] };
  const { before, after } = networks(
    plan({
      prior: [...kept, ours, theirs],
      planned: kept,
      changes: { "aws_security_group_rule.r": removed, "aws_network_acl_rule.r": removed },
    }),
  );
  const https = { protocol: "tcp", port: 443 };
  assert.is(verdict(before, "i-x", "i-y", https), "two-way delivered/delivered");
  assert.is(verdict(after, "i-x", "i-y", https), "return-only filter-denied/delivered");
  assert.is(verdict(before, "10.1.1.20", "10.2.1.20", https), "two-way delivered/delivered");
  assert.is(verdict(after, "10.1.1.20", "10.2.1.20", https), "forward-only delivered/filter-denied");
});

test("a peering that the plan removes leaves its routes as blackholes", () => {
  const { after } = networks(
    plan({
      prior: CONNECTED,
      planned: CONNECTED.filter((r) => !/peering_connection\.ab/.test(JSON.stringify(r))),
    }),
  );
  assert.is(verdict(after, "subnet-a1", "subnet-b1"), "unreachable route-blackhole/route-blackhole");
});

test("references run through modules' variables and outputs, and to the instance of the same key", () => {
  const vpc = (key: string, cidr: string): object => ({
    address: `module.vpc["${key}"]`,
    resources: [
      resource(`module.vpc["${key}"].aws_vpc.this`, { cidr_block: cidr }),
      resource(`module.vpc["${key}"].aws_subnet.this[0]`, { cidr_block: cidr.replace("0.0/16", "1.0/24") }),
    ],
  });
  const unknown = { id: true, vpc_id: true, main_route_table_id: true, default_route_table_id: true };
  const after = networks(
    plan({
      planned: [
        resource("aws_vpc_peering_connection.ab", { auto_accept: true }),
        resource('aws_route.to["a"]', { destination_cidr_block: "10.2.0.0/16" }),
        resource('aws_route.to["b"]', { destination_cidr_block: "10.1.0.0/16" }),
      ],
      childModules: [vpc("a", "10.1.0.0/16"), vpc("b", "10.2.0.0/16")],
      changes: {
        'module.vpc["a"].aws_vpc.this': CREATE(unknown),
        'module.vpc["b"].aws_vpc.this': CREATE(unknown),
        'module.vpc["a"].aws_subnet.this[0]': CREATE(unknown),
        'module.vpc["b"].aws_subnet.this[0]': CREATE(unknown),
        "aws_vpc_peering_connection.ab": CREATE({ id: true, vpc_id: true, peer_vpc_id: true }),
        'aws_route.to["a"]': CREATE({ id: true, route_table_id: true, vpc_peering_connection_id: true }),
        'aws_route.to["b"]': CREATE({ id: true, route_table_id: true, vpc_peering_connection_id: true }),
      },
      configuration: {
        root_module: {
          resources: [
            config("aws_vpc_peering_connection.ab", {
              vpc_id: ref('module.vpc["a"].id', 'module.vpc["a"]', "module.vpc"),
              peer_vpc_id: ref('module.vpc["b"].id', 'module.vpc["b"]', "module.vpc"),
            }),
            config(
              "aws_route.to",
              {
                route_table_id: ref("module.vpc.main_table", "module.vpc", "each.key"),
                vpc_peering_connection_id: ref(
                  "aws_vpc_peering_connection.ab.id",
                  "aws_vpc_peering_connection.ab",
                ),
              },
              { for_each_expression: {} },
            ),
          ],
          module_calls: {
            vpc: {
              for_each_expression: {},
              expressions: { cidr: ref("each.value") },
              module: {
                outputs: {
                  id: { expression: ref("aws_vpc.this.id", "aws_vpc.this") },
                  main_table: { expression: ref("aws_vpc.this.default_route_table_id", "aws_vpc.this") },
                },
                resources: [
                  config("aws_vpc.this", { cidr_block: ref("var.cidr") }),
                  config(
                    "aws_subnet.this",
                    { vpc_id: ref("aws_vpc.this.id", "aws_vpc.this") },
                    { count_expression: {} },
                  ),
                ],
              },
            },
          },
        },
      },
    }),
  ).after;
  assert.is(
    verdict(after, 'module.vpc["a"].aws_subnet.this[0]', 'module.vpc["b"].aws_vpc.this'),
    "two-way delivered/delivered",
  );
});

test("a value that is made of a known and an unknown part is unknown", () => {
  const { network } = importNetworks([
    {
      name: "plan.json",
      text: () =>
        JSON.stringify(
          plan({
            planned: [
              resource("aws_vpc.a", { cidr_block: "10.1.0.0/16" }),
              resource("aws_vpc.b", { cidr_block: "10.2.0.0/16" }),
              resource("aws_subnet.s", { cidr_block: "10.1.1.0/24" }),
            ],
            changes: {
              "aws_vpc.a": CREATE({ id: true }),
              "aws_vpc.b": CREATE({ id: true }),
              "aws_subnet.s": CREATE({ vpc_id: true }),
            },
            configuration: {
              root_module: {
                resources: [
                  config("aws_vpc.a", {}),
                  config("aws_vpc.b", {}),
                  config("aws_subnet.s", { vpc_id: ref("aws_vpc.a.id", "aws_vpc.a", "local.other") }),
                ],
              },
            },
          }),
        ),
    },
  ]);
  assert.equal(network.unmodelled, ["aws_subnet.s"]);
});

test("modules that hand a value round in a circle end, and the value is unknown", () => {
  const { network } = importNetworks([
    {
      name: "plan.json",
      text: () =>
        JSON.stringify(
          plan({
            planned: [],
            childModules: [
              {
                address: "module.x",
                resources: [resource("module.x.aws_subnet.s", { cidr_block: "10.1.1.0/24" })],
              },
            ],
            changes: { "module.x.aws_subnet.s": CREATE({ vpc_id: true }) },
            configuration: {
              root_module: {
                module_calls: {
                  x: {
                    expressions: { vpc: ref("module.x.vpc", "module.x") },
                    module: {
                      outputs: { vpc: { expression: ref("var.vpc") } },
                      resources: [config("aws_subnet.s", { vpc_id: ref("var.vpc") })],
                    },
                  },
                },
              },
            },
          }),
        ),
    },
  ]);
  assert.equal(network.unmodelled, ["module.x.aws_subnet.s"]);
});

test("a destination that is known only after apply makes its table unknown, not empty", () => {
  const after = networks(
    plan({
      prior: CONNECTED,
      planned: [...CONNECTED, resource("aws_route.x", { route_table_id: "rtb-b-main", gateway_id: "igw-1" })],
      changes: { "aws_route.x": CREATE({ destination_cidr_block: true }) },
      configuration: {
        root_module: { resources: [config("aws_route.x", { destination_cidr_block: ref("local.cidr") })] },
      },
    }),
  ).after;
  assert.is(verdict(after, "subnet-a1", "subnet-b1"), "unknown delivered/no-route-table");
});

test("a VPC that the plan makes has a main table with nothing but the local route", () => {
  const fresh: Plan = {
    ...NEW,
    planned: NEW.planned.filter((r) => !/aws_route\.ab/.test(JSON.stringify(r))),
  };
  assert.is(
    verdict(networks(plan(fresh)).after, "aws_subnet.a1", "aws_subnet.b1"),
    "return-only no-route/delivered",
  );
});

const KNOWN_VPC = { main_route_table_id: true, default_route_table_id: true };
const HTTPS = { protocol: "tcp", port: 443 };

/** A VPC that the plan makes, with two hosts of known addresses that nobody gives groups, and what else the test adds. */
function newVpc({ planned, changes = {} }: Plan, expressions: Readonly<Record<string, object>>): Network {
  const host = (name: string, ip: string): object =>
    resource(`aws_instance.${name}`, { private_ip: ip, subnet_id: null });
  const open = CREATE({ id: true, subnet_id: true, vpc_security_group_ids: true });
  const inSubnet = { subnet_id: ref("aws_subnet.s.id", "aws_subnet.s") };
  const all: Readonly<Record<string, object>> = {
    "aws_vpc.v": {},
    "aws_subnet.s": { vpc_id: ref("aws_vpc.v.id", "aws_vpc.v") },
    "aws_subnet.t": { vpc_id: ref("aws_vpc.v.id", "aws_vpc.v") },
    "aws_instance.x": inSubnet,
    "aws_instance.y": inSubnet,
    ...expressions,
  };
  return networks(
    plan({
      planned: [
        resource("aws_vpc.v", { cidr_block: "10.9.0.0/16" }),
        resource("aws_subnet.s", { cidr_block: "10.9.1.0/24" }),
        resource("aws_subnet.t", { cidr_block: "10.9.2.0/24" }),
        host("x", "10.9.1.10"),
        host("y", "10.9.1.11"),
        ...planned,
      ],
      changes: {
        "aws_vpc.v": CREATE({
          id: true,
          default_security_group_id: true,
          default_network_acl_id: true,
          ...KNOWN_VPC,
        }),
        "aws_subnet.s": CREATE({ id: true, vpc_id: true }),
        "aws_subnet.t": CREATE({ id: true, vpc_id: true }),
        "aws_instance.x": open,
        "aws_instance.y": open,
        ...changes,
      },
      configuration: {
        root_module: {
          resources: Object.entries(all).map(([address, expression]) => config(address, expression)),
        },
      },
    }),
  ).after;
}

test("hosts that nobody gives a group have the default one of their new VPC: in from its members, out to all", () => {
  const all = { protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] };
  const after = newVpc(
    {
      planned: [
        resource("aws_security_group.g", { id: "sg-g", vpc_id: "aws_vpc.v", ingress: [all], egress: [all] }),
        resource("aws_instance.z", {
          id: "i-z",
          private_ip: "10.9.2.10",
          subnet_id: "aws_subnet.t",
          vpc_security_group_ids: ["sg-g"],
        }),
      ],
    },
    {},
  );
  assert.is(verdict(after, "aws_instance.x", "aws_instance.y", HTTPS), "two-way delivered/delivered");
  assert.is(verdict(after, "aws_instance.x", "i-z", HTTPS), "two-way delivered/delivered");
  assert.is(verdict(after, "i-z", "aws_instance.x", HTTPS), "return-only filter-denied/delivered");
});

test("aws_default_security_group replaces the rules that the default group of a new VPC came with", () => {
  const after = newVpc(
    {
      planned: [
        resource("aws_default_security_group.d", {
          egress: [{ protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] }],
        }),
      ],
      changes: { "aws_default_security_group.d": CREATE({ id: true, vpc_id: true, ingress: true }) },
    },
    { "aws_default_security_group.d": { vpc_id: ref("aws_vpc.v.id", "aws_vpc.v"), egress: is([]) } },
  );
  assert.is(verdict(after, "aws_instance.x", "aws_instance.y", HTTPS), "return-only filter-denied/delivered");
});

test("groups that are configured and not known before apply are unknown, not the default one", () => {
  const after = newVpc(
    { planned: [] },
    {
      "aws_instance.x": {
        subnet_id: ref("aws_subnet.s.id", "aws_subnet.s"),
        vpc_security_group_ids: ref("local.groups"),
      },
    },
  );
  assert.match(verdict(after, "aws_instance.x", "aws_instance.y", HTTPS), /^unknown/);
});

test("all pairs of subnets doubt groups that are not known before apply, as each answer does", () => {
  const all = { protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] };
  const after = newVpc(
    {
      planned: [
        resource("aws_security_group.web", { ingress: [all], egress: [all] }),
        resource("aws_instance.z", { private_ip: "10.9.2.10", subnet_id: null }),
      ],
      changes: {
        "aws_security_group.web": CREATE({ id: true, vpc_id: true }),
        "aws_instance.z": CREATE({ id: true, subnet_id: true, vpc_security_group_ids: true }),
      },
    },
    {
      "aws_security_group.web": { vpc_id: ref("aws_vpc.v.id", "aws_vpc.v") },
      "aws_instance.x": {
        subnet_id: ref("aws_subnet.s.id", "aws_subnet.s"),
        vpc_security_group_ids: ref("aws_security_group.web.id", "aws_security_group.web", "local.more"),
      },
      "aws_instance.y": {
        subnet_id: ref("aws_subnet.s.id", "aws_subnet.s"),
        vpc_security_group_ids: ref("aws_security_group.web.id", "aws_security_group.web", "local.more"),
      },
      "aws_instance.z": { subnet_id: ref("aws_subnet.t.id", "aws_subnet.t") },
    },
  );
  // x and y may be in the default group of z besides, which lets in who is
  const ends = ["aws_subnet.s", "aws_subnet.t"];
  const [from, to] = ends.map((name) => resolveEndpoint(after, name, "test"));
  const { verdict, partial } = answer(after, from, to, { protocol: "any" });
  assert.is(verdict, "unknown");
  const everything = reach(after);
  const [s, t] = ends.map((name) => everything.subnets.findIndex(({ subnet }) => subnet === name));
  assert.is(everything.decidedBy(s, t), "filters");
  assert.equal(everything.verdict(s, t), { verdict, partial });
});

test("aws_default_network_acl replaces the ACL that lets everything pass, for every subnet without another", () => {
  const rule = {
    rule_no: 100,
    action: "allow",
    protocol: "-1",
    from_port: 0,
    to_port: 0,
    cidr_block: "0.0.0.0/0",
  };
  const after = newVpc(
    {
      planned: [resource("aws_default_network_acl.d", { egress: [rule] })],
      changes: {
        "aws_default_network_acl.d": CREATE({
          id: true,
          default_network_acl_id: true,
          vpc_id: true,
          ingress: [],
        }),
      },
    },
    {
      "aws_default_network_acl.d": {
        default_network_acl_id: ref("aws_vpc.v.default_network_acl_id", "aws_vpc.v"),
        egress: is([]),
      },
    },
  );
  assert.is(verdict(after, "10.9.1.20", "10.9.2.20", HTTPS), "unreachable filter-denied/filter-denied");
});

test("an ACL whose subnets are not known before apply leaves those without another unknown", () => {
  const after = newVpc(
    {
      planned: [resource("aws_network_acl.n", { ingress: [], egress: [] })],
      changes: { "aws_network_acl.n": CREATE({ id: true, vpc_id: true, subnet_ids: true }) },
    },
    {
      "aws_network_acl.n": {
        vpc_id: ref("aws_vpc.v.id", "aws_vpc.v"),
        subnet_ids: ref("local.subnets"),
      },
    },
  );
  assert.match(verdict(after, "10.9.1.20", "10.9.2.20", HTTPS), /^unknown/);
});

test("aws_default_route_table says what is in the main table of a new VPC, and aws_main_route_table_association which it is", () => {
  const planned = [
    resource("aws_internet_gateway.g", {}),
    resource("aws_default_route_table.d", { route: [{ cidr_block: "0.0.0.0/0" }] }),
    resource("aws_route_table.other", { route: [] }),
  ];
  const changes = {
    "aws_internet_gateway.g": CREATE({ id: true, vpc_id: true }),
    "aws_default_route_table.d": CREATE({
      id: true,
      vpc_id: true,
      default_route_table_id: true,
      route: [{ gateway_id: true }],
    }),
    "aws_route_table.other": CREATE({ id: true, vpc_id: true }),
  };
  const ofVpc = { vpc_id: ref("aws_vpc.v.id", "aws_vpc.v") };
  const expressions = {
    "aws_internet_gateway.g": ofVpc,
    "aws_route_table.other": ofVpc,
    "aws_default_route_table.d": {
      default_route_table_id: ref("aws_vpc.v.default_route_table_id", "aws_vpc.v"),
      route: [
        {
          cidr_block: is("0.0.0.0/0"),
          gateway_id: ref("aws_internet_gateway.g.id", "aws_internet_gateway.g"),
        },
      ],
    },
  };
  const tableOf = (network: Network): string => {
    const vpc = network.vpcs.get("aws_vpc.v")!;
    return [...(vpc.tables.get(vpc.mainTable)?.routes ?? ["unknown"])].map(String).length.toString();
  };
  assert.is(tableOf(newVpc({ planned, changes }, expressions)), "1");
  const moved = newVpc(
    {
      planned: [...planned, resource("aws_main_route_table_association.m", {})],
      changes: {
        ...changes,
        "aws_main_route_table_association.m": CREATE({ id: true, vpc_id: true, route_table_id: true }),
      },
    },
    {
      ...expressions,
      "aws_main_route_table_association.m": {
        ...ofVpc,
        route_table_id: ref("aws_route_table.other.id", "aws_route_table.other"),
      },
    },
  );
  assert.is(moved.vpcs.get("aws_vpc.v")?.mainTable, "aws_route_table.other");
  assert.is(tableOf(moved), "0");
});

/** Three subnets and three tables of one VPC, and associations as `subnet` and `table` say; returns subnet 1's table. */
function tableOfSecond(subnet: object, table: object, { tables = 3, variables = {} } = {}): string {
  const numbered = (name: string, count: number, values: (i: number) => ResourceValues): object[] =>
    Array.from({ length: count }, (_, i) => resource(`module.vpc.${name}[${i}]`, values(i)));
  const planned = [
    resource("module.vpc.aws_vpc.this[0]", { cidr_block: "10.0.0.0/16" }),
    ...numbered("aws_subnet.private", 3, (i) => ({ cidr_block: `10.0.${i}.0/24` })),
    ...numbered("aws_route_table.private", tables, () => ({ route: [] })),
    ...numbered("aws_route_table_association.private", 3, () => ({})),
  ];
  const open = { id: true, vpc_id: true, subnet_id: true, route_table_id: true };
  const ofVpc = { vpc_id: ref("aws_vpc.this[0].id", "aws_vpc.this[0]", "aws_vpc.this") };
  const counted = { count_expression: {} };
  const { network } = imported({
    "plan.json": plan({
      planned: [],
      childModules: [{ address: "module.vpc", resources: planned }],
      changes: Object.fromEntries(planned.map((one) => [(one as { address: string }).address, CREATE(open)])),
      configuration: {
        root_module: {
          module_calls: {
            vpc: {
              expressions: {},
              module: {
                variables,
                resources: [
                  config("aws_vpc.this", {}, counted),
                  config("aws_subnet.private", ofVpc, counted),
                  config("aws_route_table.private", ofVpc, counted),
                  config(
                    "aws_route_table_association.private",
                    { subnet_id: subnet, route_table_id: table },
                    counted,
                  ),
                ],
              },
            },
          },
        },
      },
    }),
  });
  const vpc = network.vpcs.get("module.vpc.aws_vpc.this.0")!;
  const id = vpc.subnets.get("module.vpc.aws_subnet.private.1")?.table ?? vpc.mainTable;
  return id.endsWith(".route_table_id") ? `one of several: ${id}` : id;
}

// the shape of `element(aws_route_table.private[*].id, var.single_nat_gateway ? 0 : count.index)` in terraform-aws-modules/vpc
const SUBNETS = ref("aws_subnet.private", "count.index");
const TABLES = "aws_route_table.private";
const SINGLE = "var.single_nat_gateway";

test("count.index names the instance of the same place, and a boolean variable beside it is no id", () => {
  const variables = { single_nat_gateway: { default: false } };
  const second = "module.vpc.aws_route_table.private.1";
  assert.is(tableOfSecond(SUBNETS, ref(TABLES, "count.index")), second);
  assert.is(tableOfSecond(SUBNETS, ref(TABLES, SINGLE, "count.index"), { variables }), second);
  assert.is(
    tableOfSecond(SUBNETS, ref(TABLES, SINGLE, "count.index"), { variables, tables: 1 }),
    "module.vpc.aws_route_table.private.0",
  );
});

const UNKNOWN = "one of several: module.vpc.aws_route_table_association.private.1.route_table_id";

test("an index that the plan does not tell is unknown, though an instance of the same place is there", () => {
  assert.is(tableOfSecond(SUBNETS, ref(TABLES)), UNKNOWN, "element(…, 0)");
  assert.is(
    tableOfSecond(SUBNETS, ref(TABLES, "count.index"), { tables: 2 }),
    UNKNOWN,
    "floor(count.index / 2)",
  );
  assert.is(tableOfSecond(SUBNETS, ref(TABLES, "local.i", "count.index")), UNKNOWN);
  const variables = { single_nat_gateway: { default: "rtb-1" } };
  assert.is(tableOfSecond(SUBNETS, ref(TABLES, SINGLE, "count.index"), { variables }), UNKNOWN, "two ids");
});

test("a reference that lost its attribute gives no id of another kind", () => {
  assert.is(tableOfSecond(SUBNETS, ref("aws_subnet.private", "each.key")), UNKNOWN);
});

test.run();
