import { importNetworks, type Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verdict } from "./importing.ts";
import { type Planned, planOf, ref } from "./planning.ts";

/**
 * Plans whose `for_each` runs over maps that locals flatten: `aws_vpc.this[each.value.vpc].id`. The references are those that
 * Terraform 1.11 writes; which key it is by, the plan does not say.
 */
const test = suite("import of plans over flattened maps");

type Rows = Readonly<Record<string, Planned>>;

const VPCS = ["app", "data", "ops"];
const by = (type: string, member: string): object =>
  ref(`${type}.this`, `each.value.${member}`, "each.value");

const subnet = (cidr: string): Planned => ({
  is: { cidr_block: cidr },
  of: { vpc_id: by("aws_vpc", "vpc") },
  each: ref("local.subnets"),
});
const association: Planned = {
  of: { subnet_id: ref("aws_subnet.this", "each.key"), route_table_id: by("aws_route_table", "vpc") },
  each: ref("local.subnets"),
};
const peering: Planned = {
  is: { auto_accept: true },
  of: { vpc_id: by("aws_vpc", "from"), peer_vpc_id: by("aws_vpc", "to") },
  holes: { accept_status: true },
  each: ref("local.peerings"),
};
const route = (to: string): Planned => ({
  is: { destination_cidr_block: to },
  of: {
    route_table_id: by("aws_route_table", "table"),
    vpc_peering_connection_id: by("aws_vpc_peering_connection", "pcx"),
  },
  each: ref("local.routes"),
});

const BASE: Rows = {
  ...Object.fromEntries(
    VPCS.flatMap((name, i) => [
      [
        `aws_vpc.this["${name}"]`,
        {
          is: { cidr_block: `10.${i + 1}.0.0/16` },
          holes: { default_route_table_id: true },
          each: ref("var.vpcs"),
        },
      ],
      [
        `aws_route_table.this["${name}"]`,
        { of: { vpc_id: ref("each.value.id", "each.value") }, each: ref("aws_vpc.this") },
      ],
    ]),
  ),
  'aws_subnet.this["one"]': subnet("10.1.1.0/24"),
  'aws_subnet.this["two"]': subnet("10.2.1.0/24"),
  'aws_subnet.this["three"]': subnet("10.3.1.0/24"),
  'aws_route_table_association.this["one"]': association,
  'aws_route_table_association.this["two"]': association,
  'aws_route_table_association.this["three"]': association,
};
const PEERED: Rows = {
  ...BASE,
  'aws_vpc_peering_connection.this["app-data"]': peering,
  'aws_vpc_peering_connection.this["app-ops"]': peering,
  'aws_route.this["app-data-a"]': route("10.2.0.0/16"),
  'aws_route.this["app-data-b"]': route("10.1.0.0/16"),
  'aws_route.this["app-ops-a"]': route("10.3.0.0/16"),
};

function read(rows: Rows): { readonly network: Network; readonly warnings: readonly string[] } {
  const text = (): string => JSON.stringify(planOf(rows));
  const { network, warnings } = importNetworks([{ name: "plan.json", text }]);
  return { network, warnings: warnings.map(({ source, message }) => `${source}: ${message}`) };
}

const ONE = "aws_subnet.this.one";
const TWO = "aws_subnet.this.two";
const THREE = "aws_subnet.this.three";

test("a subnet is in the only VPC that holds its range, and uses the table of its own VPC", () => {
  const { network, warnings } = read(BASE);
  for (const [i, id] of [ONE, TWO, THREE].entries()) {
    const vpc = network.vpcs.get(`aws_vpc.this.${VPCS[i]}`)!;
    assert.is(vpc.subnets.get(id)?.table, `aws_route_table.this.${VPCS[i]}`);
  }
  assert.equal(warnings, []);
});

test("a subnet that two VPCs could hold is left out, and said to be", () => {
  const { network } = read({
    ...BASE,
    'aws_vpc.this["copy"]': { is: { cidr_block: "10.1.0.0/16" }, each: ref("var.vpcs") },
  });
  assert.equal(network.unmodelled, [ONE]);
});

test("a peering joins what its key names, and its routes are in the tables that can have them; warnings say so", () => {
  const { network, warnings } = read(PEERED);
  assert.is(verdict(network, ONE, TWO), "two-way delivered/delivered");
  assert.is(verdict(network, ONE, THREE), "forward-only delivered/no-route");
  assert.is(verdict(network, TWO, THREE), "unreachable no-route/no-route");
  assert.is(warnings.filter((text) => text.includes("for which its key is named")).length, 2 * 2 + 3);
});

test("a peering whose key names one VPC, or three, joins nobody knows what", () => {
  for (const key of ["app", "app-data-ops", "x-y"]) {
    const rows = { ...BASE, [`aws_vpc_peering_connection.this["${key}"]`]: peering };
    const { network } = read(rows);
    const { requester, accepter } = [...network.peerings.values()][0];
    assert.not(network.vpcs.has(requester.vpc) && network.vpcs.has(accepter.vpc), key);
  }
});

test("a route that more than one table could have is in doubt in each of them, and in no other", () => {
  const open: Planned = {
    is: { destination_cidr_block: "10.2.0.0/16" },
    of: {
      route_table_id: by("aws_route_table", "table"),
      vpc_peering_connection_id: ref('aws_vpc_peering_connection.this["app-data"].id'),
    },
    each: ref("local.routes"),
  };
  const { network } = read({ ...PEERED, 'aws_route.this["app-data-a"]': open });
  // the table of `data` has no route to its own VPC, that of `ops` none over a peering of others
  assert.is(verdict(network, ONE, TWO), "two-way delivered/delivered");
  const other = read({
    ...PEERED,
    'aws_route.this["app-data-a"]': { ...open, is: { destination_cidr_block: "192.168.0.0/16" } },
  });
  assert.match(verdict(other.network, ONE, "192.168.0.5"), /^unknown unsupported-target/);
  assert.match(verdict(other.network, THREE, "192.168.0.5"), /^unreachable no-route/);
});

test("two keys that name the same thing name nothing", () => {
  const attachment: Planned = {
    is: { transit_gateway_id: "tgw-1" },
    of: { vpc_id: ref("each.value") },
    each: ref('aws_vpc.app["x"].id', 'aws_vpc.app["x"]', "aws_vpc.db.id", "aws_vpc.db"),
  };
  const vpcsOf = (...keys: string[]): (string | undefined)[] => {
    const { network } = read({
      'aws_vpc.app["x"]': { is: { cidr_block: "10.1.0.0/16" } },
      "aws_vpc.db": { is: { cidr_block: "10.2.0.0/16" } },
      ...Object.fromEntries(
        keys.map((key) => [`aws_ec2_transit_gateway_vpc_attachment.this["${key}"]`, attachment]),
      ),
    });
    return [...network.hubs!.get("tgw-1")!.attachments.values()].map(({ vpc }) => vpc);
  };
  assert.equal(vpcsOf("app", "db"), ["aws_vpc.app.x", "aws_vpc.db"]);
  assert.equal(vpcsOf("app", "x"), [undefined, undefined]);
});

test.run();
