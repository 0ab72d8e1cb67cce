import { importNetworks, type Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verdict } from "./importing.ts";
import { type Planned, planOf, ref } from "./planning.ts";

/**
 * Rules that a plan leaves open. Shapes: what Terraform 1.11 writes for `dynamic` blocks over something that is not known yet:
 * one entry with holes where the block is an attribute (`ingress` of a group, `route` of a table), `true` in the place of
 * all blocks where it is a block (`ingress` of a default ACL), and nothing in the configuration.
 */
const test = suite("import of open rules");

const HTTPS = { protocol: "tcp", port: 443 } as const;
const ALL = [{ protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] }];
const inVpc = { vpc_id: ref("aws_vpc.v.id", "aws_vpc.v") };
const host = (ip: string, group: string): Planned => ({
  is: { private_ip: ip, vpc_security_group_ids: [null] },
  of: {
    subnet_id: ref("aws_subnet.s.id", "aws_subnet.s"),
    vpc_security_group_ids: ref(`aws_security_group.${group}.id`),
  },
  holes: { vpc_security_group_ids: [true] },
});

/** x may send to y, whose group lets nothing in by itself; and what else there is. */
function made(more: Readonly<Record<string, Planned>>): Network {
  const plan = planOf({
    "aws_vpc.v": { is: { cidr_block: "10.1.0.0/16" }, holes: { default_network_acl_id: true } },
    "aws_subnet.s": { is: { cidr_block: "10.1.1.0/24" }, of: inVpc },
    "aws_subnet.t": { is: { cidr_block: "10.1.2.0/24" }, of: inVpc },
    "aws_security_group.x": { is: { ingress: [], egress: ALL }, of: inVpc },
    "aws_security_group.y": { is: { ingress: [], egress: ALL }, of: inVpc },
    "aws_instance.x": host("10.1.1.10", "x"),
    "aws_instance.y": host("10.1.1.11", "y"),
    ...more,
  });
  return importNetworks([{ name: "plan.json", text: () => JSON.stringify(plan) }]).network;
}

const asked = (more: Readonly<Record<string, Planned>>): string =>
  verdict(made(more), "aws_instance.x", "aws_instance.y", HTTPS);

test("a group without rules lets nothing in, and one whose blocks are not known yet may let in anything", () => {
  assert.is(asked({}), "return-only filter-denied/delivered");
  const open = { cidr_blocks: true, from_port: true, protocol: true, to_port: true };
  const group: Planned = {
    is: { ingress: [{ self: null, security_groups: null }], egress: ALL },
    of: inVpc,
    holes: { ingress: [open] },
  };
  assert.match(asked({ "aws_security_group.y": group }), /^unknown/);
});

const rule = (of: Readonly<Record<string, object>>, is: Readonly<Record<string, unknown>>): Planned => ({
  is: { type: "ingress", cidr_blocks: ["10.0.0.0/8"], ...is },
  of,
});
const OWN = { security_group_id: ref("aws_security_group.y.id", "aws_security_group.y") };
const PORTS = { from_port: 443, to_port: 443, protocol: "tcp" };

test("a rule whose ports are not known yet may let in anything", () => {
  assert.is(asked({ "aws_security_group_rule.r": rule(OWN, PORTS) }), "two-way delivered/delivered");
  const open = { ...OWN, from_port: ref("local.port"), to_port: ref("local.port") };
  assert.match(asked({ "aws_security_group_rule.r": rule(open, { protocol: "tcp" }) }), /^unknown/);
  const single = { ...OWN, ip_protocol: ref("local.protocol") };
  const one: Planned = { is: { cidr_ipv4: "10.0.0.0/8" }, of: single };
  assert.match(asked({ "aws_vpc_security_group_ingress_rule.r": one }), /^unknown/);
});

test("a rule of a group that is not known may be one of any group; of one of two, in neither for sure", () => {
  const local = { security_group_id: ref("local.group") };
  assert.match(asked({ "aws_security_group_rule.r": rule(local, PORTS) }), /^unknown/);
  assert.match(
    asked({
      "aws_vpc_security_group_ingress_rule.r": {
        is: { cidr_ipv4: "10.0.0.0/8", ip_protocol: "-1" },
        of: local,
      },
    }),
    /^unknown/,
  );
});

const acl = (holes: object, ingress: readonly object[]): Planned => ({
  is: {
    ingress,
    egress: [
      { rule_no: 100, action: "allow", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" },
    ],
  },
  of: { default_network_acl_id: ref("aws_vpc.v.default_network_acl_id", "aws_vpc.v") },
  holes: { vpc_id: true, ...holes },
});
const across = (more: Readonly<Record<string, Planned>>): string =>
  verdict(made(more), "10.1.1.20", "10.1.2.20", HTTPS);

test("a default ACL without rules denies all, and one whose blocks are not known yet may allow anything", () => {
  assert.is(across({}), "two-way delivered/delivered");
  assert.match(
    across({ "aws_default_network_acl.d": acl({ ingress: [] }, []) }),
    /^unreachable filter-denied/,
  );
  assert.match(across({ "aws_default_network_acl.d": acl({ ingress: true }, []) }), /^unknown/);
});

test("an ACL of blocks with holes, and a rule of an ACL that is not known, leave what they decide unknown", () => {
  const number = {
    rule_no: 100,
    action: "allow",
    protocol: "-1",
    from_port: 0,
    to_port: 0,
    cidr_block: "0.0.0.0/0",
  };
  const own = (ingress: object, holes: object): Planned => ({
    is: { ingress: [ingress], egress: [number], subnet_ids: [null] },
    of: { ...inVpc, subnet_ids: ref("aws_subnet.t.id", "aws_subnet.t") },
    holes: { subnet_ids: [true], ...holes },
  });
  const known = { "aws_network_acl.n": own({ ...number, action: "deny" }, {}) };
  assert.match(across(known), /filter-denied/);
  const open = {
    "aws_network_acl.n": own(
      { cidr_block: "0.0.0.0/0" },
      { ingress: [{ rule_no: true, action: true, protocol: true }] },
    ),
  };
  assert.match(across(open), /^unknown/);
  const earlier: Planned = {
    is: { rule_number: 50, egress: false, rule_action: "allow", protocol: "-1", cidr_block: "0.0.0.0/0" },
    of: { network_acl_id: ref("local.acl") },
  };
  const second = { "aws_network_acl.other": { is: { ingress: [], egress: [] }, of: inVpc } };
  assert.match(across({ ...known, ...second, "aws_network_acl_rule.r": earlier }), /^unknown/);
});

test.run();
