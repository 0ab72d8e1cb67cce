import type { Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { imported, resource, state, verdict } from "./importing.ts";

/**
 * Templates of addresses and services to which rules of Tencent Cloud refer. Shapes: AddressTemplate, ServiceTemplate and their
 * groups of API 2017-03-12, and the provider's documentation of `tencentcloud_address_template` and its neighbours.
 */
const test = suite("import of Tencent Cloud's templates");

const NET = {
  VpcSet: [{ VpcId: "vpc-a", CidrBlock: "10.1.0.0/16" }],
  SubnetSet: [
    {
      VpcId: "vpc-a",
      SubnetId: "subnet-a",
      CidrBlock: "10.1.1.0/24",
      Zone: "ap-guangzhou-3",
      RouteTableId: "rtb-a",
    },
    {
      VpcId: "vpc-a",
      SubnetId: "subnet-b",
      CidrBlock: "10.1.2.0/24",
      Zone: "ap-guangzhou-3",
      RouteTableId: "rtb-a",
    },
  ],
  RouteTableSet: [{ RouteTableId: "rtb-a", VpcId: "vpc-a", Main: true, RouteSet: [] }],
  NetworkInterfaceSet: [face("a", "10.1.1.10"), face("b", "10.1.2.10")],
  SecurityGroupSet: [{ SecurityGroupId: "sg-b", SecurityGroupName: "b" }],
};

function face(name: string, address: string): object {
  return {
    NetworkInterfaceId: `eni-${name}`,
    SubnetId: `subnet-${name}`,
    VpcId: "vpc-a",
    PrivateIpAddressSet: [{ PrivateIpAddress: address, Primary: true }],
    GroupSet: name === "b" ? ["sg-b"] : [],
  };
}

const TEMPLATES = {
  AddressTemplateSet: [
    { AddressTemplateId: "ipm-a", AddressSet: ["10.1.1.10"] },
    { AddressTemplateId: "ipm-other", AddressSet: ["10.9.0.0/16"] },
  ],
  AddressTemplateGroupSet: [
    { AddressTemplateGroupId: "ipmg-1", AddressTemplateIdSet: ["ipm-other", "ipm-a"] },
  ],
  ServiceTemplateSet: [
    { ServiceTemplateId: "ppm-web", ServiceSet: ["tcp:80,443", "udp:all"] },
    { ServiceTemplateId: "ppm-db", ServiceSet: ["tcp:5432-5433", "icmp"] },
  ],
  ServiceTemplateGroupSet: [
    { ServiceTemplateGroupId: "ppmg-1", ServiceTemplateIdSet: ["ppm-web", "ppm-db"] },
  ],
};

function answers(rule: object, templates: object = TEMPLATES): Network {
  const policies = {
    SecurityGroupId: "sg-b",
    SecurityGroupPolicySet: { Ingress: [{ PolicyIndex: 0, Action: "ACCEPT", ...rule }], Egress: [] },
  };
  return imported({ net: NET, policies, templates }).network;
}

const asks = (network: Network, protocol: string, port?: number): string =>
  verdict(network, "eni-a", "eni-b", port === undefined ? { protocol } : { protocol, port });

test("a rule by a template of services lets through exactly those, and a group those of all its members", () => {
  const one = answers({ CidrBlock: "0.0.0.0/0", ServiceTemplate: { ServiceId: "ppm-web" } });
  assert.is(asks(one, "tcp", 443), "two-way delivered/delivered");
  assert.is(asks(one, "udp", 53), "two-way delivered/delivered");
  assert.match(asks(one, "tcp", 5432), / filter-denied\//);
  const both = answers({ CidrBlock: "0.0.0.0/0", ServiceTemplate: { ServiceGroupId: "ppmg-1" } });
  assert.is(asks(both, "tcp", 443), "two-way delivered/delivered");
  assert.is(asks(both, "tcp", 5433), "two-way delivered/delivered");
  assert.match(asks(both, "tcp", 22), / filter-denied\//);
});

test("a rule by a group of address templates matches what its members hold", () => {
  const rule = { Protocol: "TCP", Port: "443" };
  assert.is(
    asks(answers({ ...rule, AddressTemplate: { AddressGroupId: "ipmg-1" } }), "tcp", 443),
    "two-way delivered/delivered",
  );
  assert.match(
    asks(answers({ ...rule, AddressTemplate: { AddressId: "ipm-other" } }), "tcp", 443),
    / filter-denied\//,
  );
});

test("a template that is not in the input, or a group of which a member is not, leaves the rule unknown", () => {
  const rule = { CidrBlock: "0.0.0.0/0", ServiceTemplate: { ServiceGroupId: "ppmg-1" } };
  assert.match(asks(answers(rule, {}), "tcp", 443), /^unknown unsupported-target\//);
  const half = { ...TEMPLATES, ServiceTemplateSet: TEMPLATES.ServiceTemplateSet.slice(0, 1) };
  assert.match(asks(answers(rule, half), "tcp", 443), /^unknown unsupported-target\//);
});

test("Terraform's templates and groups of them say the same", () => {
  const rules = (rule: object): object =>
    resource("tencentcloud_security_group_rule_set.b", {
      id: "sg-b",
      security_group_id: "sg-b",
      ingress: [{ action: "ACCEPT", ...rule }],
      egress: [],
    });
  const network = (rule: object): Network =>
    imported({
      net: NET,
      "s.json": state([
        rules(rule),
        resource("tencentcloud_address_template.a", { id: "ipm-a", addresses: ["10.1.1.10"] }),
        resource("tencentcloud_address_template_group.a", { id: "ipmg-1", template_ids: ["ipm-a"] }),
        resource("tencentcloud_protocol_template.web", { id: "ppm-web", protocols: ["tcp:80,443"] }),
        resource("tencentcloud_protocol_template_group.web", { id: "ppmg-1", template_ids: ["ppm-web"] }),
      ]),
    }).network;
  const both = network({ address_template_group: "ipmg-1", service_template_group: "ppmg-1" });
  assert.is(asks(both, "tcp", 443), "two-way delivered/delivered");
  assert.match(asks(both, "tcp", 22), / filter-denied\//);
  assert.equal(both.unmodelled, undefined);
});

test.run();
