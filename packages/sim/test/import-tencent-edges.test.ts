import { InputError } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { imported, verdict } from "./importing.ts";

/**
 * Edges, CCNs and ACLs in Tencent Cloud's answers. Shapes: the API reference of 2017-03-12 (DescribeCcnRoutes,
 * DescribeNetworkAclQuintupleEntries, DescribeNatGatewayDestinationIpPortTranslationNatRules, DescribeAddresses, …).
 */
const test = suite("edges in Tencent Cloud's answers");

const TWO_WAY = "two-way delivered/delivered";

function vpc(name: string, cidr: string): object {
  return { VpcId: `vpc-${name}`, VpcName: name, CidrBlock: cidr };
}

function subnet(name: string, cidr: string): object {
  const id = { SubnetId: `subnet-${name}`, VpcId: `vpc-${name}`, CidrBlock: cidr };
  return { ...id, Zone: "ap-guangzhou-3", RouteTableId: `rtb-${name}` };
}

function table(name: string, routes: readonly (readonly [string, string, string])[]): object {
  return {
    RouteTableId: `rtb-${name}`,
    VpcId: `vpc-${name}`,
    Main: true,
    RouteSet: routes.map(([destination, type, id]) => ({
      DestinationCidrBlock: destination,
      GatewayType: type,
      GatewayId: id,
      Enabled: true,
    })),
  };
}

function eni(id: string, name: string, address: string, more: object = {}): object {
  return {
    NetworkInterfaceId: id,
    SubnetId: `subnet-${name}`,
    PrivateIpAddressSet: [{ PrivateIpAddress: address, Primary: true }],
    ...more,
  };
}

/** Two VPCs in a CCN, whose routes their tables show. */
const CCN = {
  "v.json": { Response: { VpcSet: [vpc("a", "10.1.0.0/16"), vpc("b", "10.2.0.0/16")] } },
  "s.json": { Response: { SubnetSet: [subnet("a", "10.1.1.0/24"), subnet("b", "10.2.1.0/24")] } },
  "t.json": {
    Response: {
      RouteTableSet: [
        table("a", [["10.2.1.0/24", "CCN", "ccn-1"]]),
        table("b", [["10.1.1.0/24", "CCN", "ccn-1"]]),
      ],
    },
  },
  "m.json": { Response: { InstanceSet: [member("a"), member("b")] } },
};

function member(name: string, more: object = {}): object {
  return { CcnId: "ccn-1", InstanceId: `vpc-${name}`, InstanceType: "VPC", State: "ACTIVE", ...more };
}

function ccnRoute(name: string, destination: string, enabled = true): object {
  return {
    RouteId: `ccnr-${name}`,
    DestinationCidrBlock: destination,
    InstanceId: `vpc-${name}`,
    InstanceType: "VPC",
    Enabled: enabled,
  };
}

const BOTH = [ccnRoute("a", "10.1.1.0/24"), ccnRoute("b", "10.2.1.0/24")];
for (const [label, routes, expected] of [
  ["that are all there carry packets", BOTH, TWO_WAY],
  [
    "that are switched off do not",
    [ccnRoute("a", "10.1.1.0/24"), ccnRoute("b", "10.2.1.0/24", false)],
    "return-only no-route/delivered",
  ],
  [
    "that are fewer than the members' subnets are all that there are",
    BOTH.slice(1),
    "forward-only delivered/no-route",
  ],
] as const) {
  test(`routes of a CCN ${label}`, () => {
    for (const name of ["routes.json", "ccn-1.json"]) {
      const { network, warnings } = imported({ ...CCN, [name]: { Response: { RouteSet: routes } } });
      assert.equal(warnings, []);
      assert.is(verdict(network, "subnet-a", "subnet-b"), expected);
    }
  });
}

test("routes of a CCN of which nobody says whose they are, are warned of", () => {
  const second = { Response: { InstanceSet: [member("b", { CcnId: "ccn-2" })] } };
  const { warnings } = imported({
    ...CCN,
    "m2.json": second,
    "r.json": { Response: { RouteSet: BOTH.slice(1) } },
  });
  assert.match(warnings.map(({ message }) => message).join("\n"), /nothing says which CCN the route/);
});

test("members of a CCN that use route tables of their own leave its routes unknown; one table for all is the default one", () => {
  const members = (b: string): object => ({
    Response: {
      InstanceSet: [member("a", { RouteTableId: "ccnrtb-1" }), member("b", { RouteTableId: b })],
    },
  });
  assert.is(
    verdict(imported({ ...CCN, "m.json": members("ccnrtb-1") }).network, "subnet-a", "subnet-b"),
    TWO_WAY,
  );
  const { network, warnings } = imported({ ...CCN, "m.json": members("ccnrtb-2") });
  assert.match(verdict(network, "subnet-a", "subnet-b"), /^unknown /);
  assert.match(warnings.map(({ message }) => message).join("\n"), /use 2 route tables of it/);
});

/** One VPC with a NAT gateway and two subnets, whose ACLs are given. */
const ONE = {
  v: { Response: { VpcSet: [vpc("a", "10.1.0.0/16")] } },
  s: {
    Response: {
      SubnetSet: [
        subnet("a", "10.1.1.0/24"),
        {
          SubnetId: "subnet-far",
          VpcId: "vpc-a",
          CidrBlock: "10.1.2.0/24",
          Zone: "ap-guangzhou-3",
          RouteTableId: "rtb-a",
        },
      ],
    },
  },
  t: { Response: { RouteTableSet: [table("a", [["0.0.0.0/0", "NAT", "nat-1"]])] } },
};

function entry(priority: number, direction: string, action: string, more: object): object {
  return { Priority: priority, NetworkAclDirection: direction, Action: action, Protocol: "ALL", ...more };
}

/** An ACL of subnet-far that lets everything out and, by these rules, in. */
function quintuple(rules: readonly object[], file = "acl-1.json"): Record<string, object> {
  const acl = { NetworkAclId: "acl-1", VpcId: "vpc-a", SubnetSet: [{ SubnetId: "subnet-far" }] };
  const out = entry(9, "EGRESS", "ACCEPT", { SourceCidr: "0.0.0.0/0", DestinationCidr: "0.0.0.0/0" });
  return {
    ...ONE,
    acl: {
      Response: {
        NetworkAclSet: [{ ...acl, NetworkAclType: "QUINTUPLE", IngressEntries: null, EgressEntries: null }],
      },
    },
    [file]: { Response: { NetworkAclQuintupleSet: [out, ...rules], TotalCount: rules.length + 1 } },
  };
}

const web = { Protocol: "TCP", DestinationPort: "443", SourceCidr: "10.1.1.0/24" };
const QUINTUPLES: readonly (readonly [label: string, rules: readonly object[], expected: string])[] = [
  ["lets in what it accepts", [entry(2, "INGRESS", "ACCEPT", web)], TWO_WAY],
  [
    "tries the lowest priority number first",
    [entry(2, "INGRESS", "ACCEPT", web), entry(1, "INGRESS", "DROP", web)],
    "return-only filter-denied/delivered",
  ],
  ["refuses what no rule accepts", [], "return-only filter-denied/delivered"],
  [
    "that looks at a source port may let in",
    [entry(1, "INGRESS", "ACCEPT", { ...web, SourcePort: "1024" })],
    "unknown unsupported-target/delivered",
  ],
  [
    "that looks at its own addresses may let in",
    [entry(1, "INGRESS", "ACCEPT", { ...web, DestinationCidr: "10.1.2.7" })],
    "unknown unsupported-target/delivered",
  ],
];
for (const [label, rules, expected] of QUINTUPLES) {
  test(`a QUINTUPLE ACL ${label}`, () => {
    const { network } = imported(quintuple(rules));
    assert.is(verdict(network, "subnet-a", "subnet-far", { protocol: "tcp", port: 443 }), expected);
  });
}

test("a QUINTUPLE ACL whose rules are not listed, or belong to nobody, may do anything", () => {
  const { acl } = quintuple([]);
  assert.match(verdict(imported({ ...ONE, acl }).network, "subnet-a", "subnet-far"), /^unknown /);
  const { network, warnings } = imported(quintuple([entry(1, "INGRESS", "DROP", web)], "rules.json"));
  assert.match(verdict(network, "subnet-a", "subnet-far"), /^unknown /);
  assert.match(warnings.map(({ message }) => message).join("\n"), /NetworkAclId it was asked/);
});

test("a rule of a QUINTUPLE ACL that says no direction is an InputError", () => {
  assert.throws(
    () => imported(quintuple([{ ...entry(1, "", "ACCEPT", web) }])),
    (error: unknown) => error instanceof InputError && /NetworkAclDirection/.test(error.message),
  );
});

const NAT = {
  ...ONE,
  n: {
    Response: {
      NatGatewaySet: [
        {
          NatGatewayId: "nat-1",
          VpcId: "vpc-a",
          PublicIpAddressSet: [{ PublicIpAddress: "139.199.232.238" }],
        },
      ],
    },
  },
};

test("a NAT gateway lets in replies only; one that forwards ports may let in more", () => {
  const rule = {
    IpProtocol: "TCP",
    PublicIpAddress: "139.199.232.238",
    PublicPort: 8989,
    PrivateIpAddress: "10.1.1.41",
    PrivatePort: 8989,
    NatGatewayId: "nat-1",
    VpcId: "vpc-a",
  };
  const ask = (files: Record<string, object>): string =>
    verdict(imported(files).network, "8.8.8.8", "139.199.232.238", { protocol: "tcp", port: 8989 });
  assert.match(ask(NAT), /^\S+ no-public-address\//);
  const rules = { NatGatewayDestinationIpPortTranslationNatRuleSet: [rule] };
  assert.match(ask({ ...NAT, r: { Response: rules } }), /^unknown unsupported-target\//);
});

test("an elastic address is that of the interface it is bound to", () => {
  const files = { ...ONE, e: { Response: { NetworkInterfaceSet: [eni("eni-1", "a", "10.1.1.10")] } } };
  const out = { t: { Response: { RouteTableSet: [table("a", [["0.0.0.0/0", "EIP", "0"]])] } } };
  assert.match(
    verdict(imported({ ...files, ...out }).network, "10.1.1.10", "8.8.8.8"),
    / no-public-address\//,
  );
  const eip = {
    AddressId: "eip-1",
    AddressIp: "203.0.113.7",
    NetworkInterfaceId: "eni-1",
    PrivateAddressIp: "10.1.1.10",
  };
  const { network } = imported({ ...files, ...out, a: { Response: { AddressSet: [eip] } } });
  assert.is(verdict(network, "10.1.1.10", "8.8.8.8"), TWO_WAY);
});

test("CIDRs of DescribeAssistantCidr are the VPC's own", () => {
  const { network } = imported({
    ...ONE,
    a: { Response: { AssistantCidrSet: [{ VpcId: "vpc-a", CidrBlock: "10.8.0.0/16", AssistantType: 0 }] } },
  });
  assert.equal(network.vpcs.get("vpc-a")?.secondary.map(String), ["10.8.0.0/16"]);
});

for (const [type, id, expected] of [
  ["NONEXTHOP", "0", / route-blackhole\//],
  ["CVM", "ins-none", /^unknown /],
  ["INTRANAT", "intranat-1", /^unknown /],
  ["USER_CCN", "10.1.1.9", /^unknown /],
  ["GWLB_ENDPOINT", "vpce-1", /^unknown /],
] as const) {
  test(`a next hop of type ${type} is never taken for another`, () => {
    const t = { Response: { RouteTableSet: [table("a", [["0.0.0.0/0", type, id]])] } };
    assert.match(verdict(imported({ ...ONE, t }).network, "subnet-a", "8.8.8.8"), expected);
  });
}

test("policies of a group are those of the group in their file's name, in the order of their indices", () => {
  const policy = (index: number, action: string, port: string): object => ({
    PolicyIndex: index,
    Protocol: "tcp",
    Port: port,
    CidrBlock: "0.0.0.0/0",
    Action: action,
  });
  const out = { PolicyIndex: 0, Protocol: "ALL", Port: "ALL", CidrBlock: "0.0.0.0/0", Action: "ACCEPT" };
  const { network } = imported({
    ...ONE,
    e: {
      Response: {
        NetworkInterfaceSet: [
          eni("eni-1", "a", "10.1.1.10"),
          eni("eni-2", "a", "10.1.1.11", { GroupSet: ["sg-1"] }),
        ],
      },
    },
    "sg-1.json": {
      Response: {
        SecurityGroupPolicySet: {
          Version: "3",
          Ingress: [policy(1, "ACCEPT", "1-65535"), policy(0, "DROP", "22")],
          Egress: [out],
        },
      },
    },
  });
  const ask = (port: number): string => verdict(network, "10.1.1.10", "10.1.1.11", { protocol: "tcp", port });
  assert.is(ask(443), TWO_WAY);
  assert.match(ask(22), /^\S+ filter-denied\//);
});

test.run();
