import { importNetworks, type Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verdict } from "./importing.ts";
import { type Call, is, type Planned, planOf, ref } from "./planning.ts";

/**
 * Plans of public modules that make everything: of expressions the plan keeps what they refer to and nothing else, and locals
 * are not in it at all. The references are those that Terraform 1.11 writes for terraform-aws-modules/vpc, /transit-gateway and
 * /security-group.
 */
const test = suite("import of plans of public modules");

type Rows = Readonly<Record<string, Planned>>;

function read(value: object): { readonly network: Network; readonly warnings: readonly string[] } {
  const { network, warnings } = importNetworks([{ name: "plan.json", text: () => JSON.stringify(value) }]);
  return { network, warnings: warnings.map(({ source, message }) => `${source}: ${message}`) };
}

const LOCAL = { vpc_id: ref("local.vpc_id") };

/** What the VPC module makes: `subnets` private ones, and as many tables as `tables` says. */
function vpcModule(at: string, cidr: string, { subnets = 2, tables = 2 } = {}): Rows {
  const rows: Record<string, Planned> = {
    [`${at}.aws_vpc.this[0]`]: {
      is: { cidr_block: cidr },
      holes: { main_route_table_id: true, default_route_table_id: true },
    },
  };
  for (let i = 0; i < subnets; i++) {
    rows[`${at}.aws_subnet.private[${i}]`] = {
      is: { cidr_block: cidr.replace("0.0/16", `${i}.0/24`) },
      of: LOCAL,
    };
    rows[`${at}.aws_route_table_association.private[${i}]`] = {
      of: {
        subnet_id: ref("aws_subnet.private", "count.index"),
        route_table_id: ref("aws_route_table.private", "var.single_nat_gateway", "count.index"),
      },
    };
  }
  for (let i = 0; i < tables; i++)
    rows[`${at}.aws_route_table.private[${i}]`] = { of: LOCAL, holes: { route: true } };
  return rows;
}

const VPC: Call = {
  variables: { single_nat_gateway: { default: false } },
  outputs: {
    vpc_id: ref("aws_vpc.this[0].id", "aws_vpc.this[0]", "aws_vpc.this"),
    private_route_table_ids: ref("aws_route_table.private"),
    private_subnets: ref("aws_subnet.private"),
  },
  none: ["aws_vpc_ipv4_cidr_block_association.this"],
};

const PEERING: Planned = {
  is: { auto_accept: true },
  of: { vpc_id: ref("module.app.vpc_id", "module.app"), peer_vpc_id: ref("module.db.vpc_id", "module.db") },
  holes: { accept_status: true },
};

const route = (to: string, table: object): Planned => ({
  is: { destination_cidr_block: to },
  of: {
    route_table_id: table,
    vpc_peering_connection_id: ref("aws_vpc_peering_connection.this.id", "aws_vpc_peering_connection.this"),
  },
});
const tablesOf = (module: string, ...by: string[]): object =>
  ref(`module.${module}.private_route_table_ids`, `module.${module}`, ...by);

/** Two VPCs of the module and a peering, with a route in each table of both. */
const PEERED: Rows = {
  ...vpcModule("module.app", "10.1.0.0/16"),
  ...vpcModule("module.db", "10.2.0.0/16"),
  "aws_vpc_peering_connection.this": PEERING,
  "aws_route.to_db[0]": route("10.2.0.0/16", tablesOf("app", "count.index")),
  "aws_route.to_db[1]": route("10.2.0.0/16", tablesOf("app", "count.index")),
  "aws_route.to_app[0]": route("10.1.0.0/16", tablesOf("db", "count.index")),
  "aws_route.to_app[1]": route("10.1.0.0/16", tablesOf("db", "count.index")),
};
const BOTH = { app: VPC, db: VPC };
const APP = "module.app.aws_subnet.private";
const DB = "module.db.aws_subnet.private";

test("a local is what of its kind its module can see, where that is one thing, and a warning says so", () => {
  const { network, warnings } = read(planOf(PEERED, BOTH));
  for (const i of [0, 1])
    assert.is(verdict(network, `${APP}.${i}`, `${DB}.${i}`), "two-way delivered/delivered");
  assert.equal(warnings, [
    "module.app.local.vpc_id: it is taken for module.app.aws_vpc.this.0, the only VPC in sight: a plan does not say what locals are",
    "module.db.local.vpc_id: it is taken for module.db.aws_vpc.this.0, the only VPC in sight: a plan does not say what locals are",
  ]);
});

test("a local of a module that can see two VPCs is unknown: its own, one that it is given, one of a module of its own", () => {
  const own = { ...PEERED, "module.app.aws_vpc.other": { is: { cidr_block: "10.9.0.0/16" } } };
  const given = { ...BOTH, app: { ...VPC, gives: { hub_vpc_id: ref("module.db.vpc_id", "module.db") } } };
  const inner = {
    ...BOTH,
    "app.net": { outputs: { vpc_id: ref("aws_vpc.inner.id", "aws_vpc.inner") } },
  };
  const withInner = {
    ...PEERED,
    "module.app.module.net.aws_vpc.inner": { is: { cidr_block: "10.8.0.0/16" } },
  };
  for (const value of [planOf(own, BOTH), planOf(PEERED, given), planOf(withInner, inner)]) {
    const { network } = read(value);
    assert.ok(network.unmodelled?.includes(`${APP}.0`), "left out, and said to be");
    assert.ok(network.vpcs.get("module.db.aws_vpc.this.0")!.subnets.has(`${DB}.0`));
  }
});

test("what a module is given by a local counts only when its name says so", () => {
  const azs = read(planOf(PEERED, { ...BOTH, app: { ...VPC, gives: { azs: ref("local.azs") } } }));
  assert.is(verdict(azs.network, `${APP}.0`, `${DB}.0`), "two-way delivered/delivered");
  const vpc = read(planOf(PEERED, { ...BOTH, app: { ...VPC, gives: { hub_vpc_id: ref("local.hub") } } }));
  assert.ok(vpc.network.unmodelled?.includes(`${APP}.0`));
});

test("a resource of which the plan makes none adds nothing to what an expression refers to", () => {
  const rows: Rows = {
    ...PEERED,
    "module.app.aws_subnet.extra": {
      is: { cidr_block: "10.1.9.0/24" },
      of: {
        vpc_id: ref(
          "aws_vpc_ipv4_cidr_block_association.this[0].vpc_id",
          "aws_vpc_ipv4_cidr_block_association.this[0]",
          "aws_vpc_ipv4_cidr_block_association.this",
          "aws_vpc.this[0].id",
          "aws_vpc.this[0]",
          "aws_vpc.this",
        ),
      },
    },
  };
  const { network } = read(planOf(rows, BOTH));
  assert.ok(network.vpcs.get("module.app.aws_vpc.this.0")!.subnets.has("module.app.aws_subnet.extra"));
});

/** Returns the table of the third private subnet, and a warning that tells of it. */
function tableOfThird(subnets: number, tables: number): string {
  const { network, warnings } = read(
    planOf({ ...PEERED, ...vpcModule("module.app", "10.1.0.0/16", { subnets, tables }) }, BOTH),
  );
  const said = warnings.some((text) => text.startsWith("module.app.aws_route_table_association.private[2]"));
  const { table } = network.vpcs.get("module.app.aws_vpc.this.0")!.subnets.get(`${APP}.2`)!;
  return `${table}${said ? ", with a warning" : ""}`;
}

test("count.index among more things than there are counts is the place among them, with a warning; among fewer it is unknown", () => {
  assert.is(tableOfThird(3, 3), "module.app.aws_route_table.private.2");
  assert.is(tableOfThird(3, 4), "module.app.aws_route_table.private.2, with a warning");
  assert.is(
    tableOfThird(3, 2),
    "module.app.aws_route_table_association.private[2].route_table_id".replace("[2]", ".2"),
  );
});

test("a subnet whose table is one of several follows it where all of them say the same, and nowhere else", () => {
  const rows: Rows = {
    ...PEERED,
    ...vpcModule("module.app", "10.1.0.0/16", { subnets: 3 }),
    "module.app.aws_internet_gateway.this": { of: LOCAL },
    "module.app.aws_route.out": {
      is: { destination_cidr_block: "0.0.0.0/0" },
      of: {
        route_table_id: ref(
          "aws_route_table.private[0].id",
          "aws_route_table.private[0]",
          "aws_route_table.private",
        ),
        gateway_id: ref("aws_internet_gateway.this.id", "aws_internet_gateway.this"),
      },
    },
  };
  const { network } = read(planOf(rows, BOTH));
  assert.is(verdict(network, `${APP}.2`, `${DB}.0`), "two-way delivered/delivered");
  const table = network.vpcs.get("module.app.aws_vpc.this.0")!.subnets.get(`${APP}.2`)!.table!;
  const id = "module.app.aws_route_table_association.private.2.route_table_id";
  assert.is(table, id);
  const routes = [...network.vpcs.get("module.app.aws_vpc.this.0")!.tables.get(table)!.routes!];
  assert.equal(
    routes.map(({ destination, target }) => `${destination} ${target}`),
    [`0.0.0.0/0 ${id}`, "10.2.0.0/16 aws_vpc_peering_connection.this"],
  );
  assert.is(network.gateways.get(id)!.kind, "other");
});

const shared = (keys: readonly string[], by: string): Rows =>
  Object.fromEntries(
    keys.map((key) => [`aws_route.to_db["${key}"]`, route("10.2.0.0/16", tablesOf("app", by))]),
  );
const withoutCounted = Object.fromEntries(
  Object.entries(PEERED).filter(([key]) => !key.startsWith("aws_route.to_db")),
);

test("equal routes for as many tables are one in each, though nobody knows which is where; one alone is in doubt in all", () => {
  const all = read(planOf({ ...withoutCounted, ...shared(["a", "b"], "each.value") }, BOTH));
  for (const i of [0, 1])
    assert.is(verdict(all.network, `${APP}.${i}`, `${DB}.0`), "two-way delivered/delivered");
  const one = read(planOf({ ...withoutCounted, ...shared(["a"], "each.value") }, BOTH));
  for (const i of [0, 1])
    assert.is(verdict(one.network, `${APP}.${i}`, `${DB}.0`), "unknown unsupported-target/delivered");
  assert.is(verdict(one.network, `${APP}.0`, `${APP}.1`), "two-way delivered/delivered");
});

test("a route in doubt is in no table that has another for the same destination", () => {
  const rows = { ...withoutCounted, ...shared(["a"], "each.value") };
  const taken = {
    ...rows,
    "aws_route.first": route("10.2.0.0/16", ref("module.app.private_route_table_ids[0]", "module.app")),
  };
  const { network } = read(planOf(taken, BOTH));
  assert.is(verdict(network, `${APP}.0`, `${DB}.0`), "two-way delivered/delivered");
  assert.is(verdict(network, `${APP}.1`, `${DB}.0`), "unknown unsupported-target/delivered");
});

test("of two resources that an expression names the first that is there is taken, unless a variable stands before them", () => {
  const table = "module.app.aws_route_table_association.private[0]";
  const two = (...before: string[]): object =>
    ref(
      ...before,
      "aws_route_table.own[0].id",
      "aws_route_table.own[0]",
      "aws_route_table.private",
      "count.index",
    );
  const tableOf = (expression: object): string | undefined => {
    const of = { subnet_id: ref("aws_subnet.private", "count.index"), route_table_id: expression };
    const all = Object.entries(PEERED).map(([key, row]) =>
      key.startsWith("module.app.aws_route_table_association") ? [key, { of }] : [key, row],
    );
    const rows = { ...Object.fromEntries(all), "module.app.aws_route_table.own[0]": { of: LOCAL } };
    const app = { ...VPC, variables: { ...(VPC.variables as object), own: { default: true } } };
    const { network } = read(planOf(rows, { ...BOTH, app }));
    return network.vpcs.get("module.app.aws_vpc.this.0")!.subnets.get(`${APP}.0`)!.table;
  };
  assert.is(tableOf(two()), "module.app.aws_route_table.own.0");
  assert.is(tableOf(two("var.own")), `${table.replace("[0]", ".0")}.route_table_id`);
});

/** Hub and attachments as terraform-aws-modules/transit-gateway makes them of a map of VPCs. */
function hub(vpcs: readonly string[], names = vpcs): object {
  const members = vpcs.flatMap((vpc) => [
    `module.${vpc}.vpc_id`,
    `module.${vpc}`,
    `module.${vpc}.private_subnets`,
    `module.${vpc}`,
  ]);
  const rows: Record<string, Planned> = {
    "module.tgw.aws_ec2_transit_gateway.this[0]": { holes: HUB_HOLES },
  };
  for (const [i, vpc] of vpcs.entries()) {
    Object.assign(rows, vpcModule(`module.${vpc}`, `10.${i + 1}.0.0/16`));
    rows[`module.tgw.aws_ec2_transit_gateway_vpc_attachment.this["${names[i]}"]`] = {
      is: { subnet_ids: [null, null] },
      of: {
        transit_gateway_id: ref(
          "var.create_tgw",
          "aws_ec2_transit_gateway.this[0].id",
          "each.value.tgw_id",
          "each.value",
        ),
        vpc_id: ref("each.value.vpc_id", "each.value"),
        subnet_ids: ref("each.value.subnet_ids", "each.value"),
      },
      holes: { subnet_ids: [true, true] },
      each: ref("var.vpc_attachments"),
    };
    for (const n of [0, 1])
      rows[`aws_route.${vpc}[${n}]`] = {
        is: { destination_cidr_block: "10.0.0.0/8" },
        of: {
          route_table_id: tablesOf(vpc, "count.index"),
          transit_gateway_id: ref("module.tgw.ec2_transit_gateway_id", "module.tgw"),
        },
      };
  }
  const calls: Record<string, Call> = {
    tgw: {
      gives: { vpc_attachments: ref(...members) },
      variables: { create_tgw: { default: true } },
      outputs: {
        ec2_transit_gateway_id: ref("aws_ec2_transit_gateway.this[0].id", "aws_ec2_transit_gateway.this[0]"),
      },
    },
  };
  for (const vpc of vpcs) calls[vpc] = VPC;
  return planOf(rows, calls);
}
const HUB_HOLES = { association_default_route_table_id: true, propagation_default_route_table_id: true };

test("of a map of objects each key's member is the one that is named like the key; of subnets, those of its VPC", () => {
  const { network, warnings } = read(hub(["app", "db"]));
  assert.is(verdict(network, `${APP}.0`, `${DB}.1`), "two-way delivered/delivered");
  assert.ok(
    warnings.some((text) =>
      /each\.value\.vpc_id is taken for module\.db.*named like its key "db"/.test(text),
    ),
  );
  const { attachments } = [...network.hubs!.values()][0];
  assert.equal(
    [...attachments.values()].map(({ vpc, subnets }) => `${vpc} ${subnets?.length}`),
    ["module.app.aws_vpc.this.0 2", "module.db.aws_vpc.this.0 2"],
  );
});

test("keys that name nothing, or the same thing twice, leave the map's members unknown", () => {
  for (const names of [
    ["one", "two"],
    ["app", "this"],
  ]) {
    const { network } = read(hub(["app", "db"], names));
    assert.match(verdict(network, `${APP}.0`, `${DB}.1`), /^unknown/, names.join());
  }
});

test("rules of a group that a local names belong to the group that the module makes, not to one that it is given", () => {
  const host = (ip: string, group: string): Planned => ({
    is: { private_ip: ip, vpc_security_group_ids: [null] },
    of: {
      subnet_id: ref("module.app.private_subnets[0]", "module.app.private_subnets", "module.app"),
      vpc_security_group_ids: ref(`module.${group}.security_group_id`, `module.${group}`),
    },
    holes: { vpc_security_group_ids: [true] },
  });
  const rule = (of: object, known: object): Planned => ({
    is: { protocol: "tcp", from_port: 0, to_port: 65535, ...known },
    of: { security_group_id: ref("local.this_sg_id"), ...of },
  });
  const group = (name: string): Rows => ({
    [`module.${name}.aws_security_group.this_name_prefix[0]`]: {
      of: { vpc_id: ref("var.vpc_id") },
      holes: { ingress: true, egress: true },
    },
    [`module.${name}.aws_security_group_rule.egress[0]`]: rule(
      {},
      { type: "egress", cidr_blocks: ["0.0.0.0/0"] },
    ),
  });
  const call = (gives: Readonly<Record<string, object>>): Call => ({
    gives: { vpc_id: ref("module.app.vpc_id", "module.app"), ...gives },
    outputs: {
      security_group_id: ref(
        "aws_security_group.this[0].id",
        "aws_security_group.this[0]",
        "aws_security_group.this",
        "aws_security_group.this_name_prefix[0].id",
        "aws_security_group.this_name_prefix[0]",
        "aws_security_group.this_name_prefix",
      ),
    },
    none: ["aws_security_group.this"],
  });
  const list = "ingress_with_source_security_group_id";
  const rows: Rows = {
    ...PEERED,
    ...group("web"),
    ...group("sql"),
    [`module.sql.aws_security_group_rule.${list}[0]`]: rule(
      { source_security_group_id: ref(`var.${list}`, "count.index") },
      { type: "ingress" },
    ),
    "aws_instance.web": host("10.1.0.10", "web"),
    "aws_instance.sql": host("10.1.0.11", "sql"),
  };
  const calls = {
    ...BOTH,
    web: call({ name: is("web") }),
    sql: call({ [list]: ref("module.web.security_group_id", "module.web") }),
  };
  const { network } = read(planOf(rows, calls));
  const sql = { protocol: "tcp", port: 5432 } as const;
  assert.is(verdict(network, "aws_instance.web", "aws_instance.sql", sql), "two-way delivered/delivered");
  assert.match(verdict(network, "aws_instance.sql", "aws_instance.web", sql), /filter-denied/);
});

/** Two hosts that the plan makes, in a subnet of each VPC, and the group of the second with its rule. */
function newHosts(from: string): { readonly network: Network; readonly warnings: readonly string[] } {
  const host = (module: string, group: string): Planned => ({
    of: {
      subnet_id: ref(
        `module.${module}.private_subnets[0]`,
        `module.${module}.private_subnets`,
        `module.${module}`,
      ),
      vpc_security_group_ids: ref(`aws_security_group.${group}.id`, `aws_security_group.${group}`),
    },
    holes: { private_ip: true, public_ip: true },
  });
  const group = (module: string, ingress: readonly object[]): Planned => ({
    is: { ingress, egress: [{ protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] }] },
    of: { vpc_id: ref(`module.${module}.vpc_id`, `module.${module}`) },
  });
  const rows: Rows = {
    ...PEERED,
    "aws_security_group.web": group("app", []),
    "aws_security_group.sql": group("db", [
      { protocol: "tcp", from_port: 5432, to_port: 5432, cidr_blocks: [from] },
    ]),
    "aws_instance.web": host("app", "web"),
    "aws_instance.sql": host("db", "sql"),
  };
  return read(planOf(rows, BOTH));
}

test("a host that has no address yet is asked for as any address of its subnet, with its own groups", () => {
  const { network, warnings } = newHosts("10.1.0.0/16");
  const [sql, ssh] = [5432, 22].map((port) => ({ protocol: "tcp", port }));
  assert.is(verdict(network, "aws_instance.web", "aws_instance.sql", sql), "two-way delivered/delivered");
  assert.match(verdict(network, "aws_instance.web", "aws_instance.sql", ssh), /filter-denied/);
  assert.match(verdict(network, "aws_instance.sql", "aws_instance.web", sql), /filter-denied/);
  assert.ok(
    warnings.some((text) =>
      /^aws_instance.web: its address is not known: 10\.1\.0\.254 stands for it/.test(text),
    ),
  );
});

test("a host that has no address yet is no end to ask for where a rule tells its subnet's addresses apart", () => {
  const { network, warnings } = newHosts("10.1.0.64/26");
  assert.ok(network.unmodelled?.includes("aws_instance.web"));
  assert.ok(
    warnings.some((text) =>
      /^aws_instance.web: .*10\.1\.0\.64\/26 tells that subnet's addresses apart/.test(text),
    ),
  );
});

test.run();
