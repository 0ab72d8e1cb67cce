import { reach } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ask, read, say } from "./notation.ts";

const test = suite("hubs and gateways");

/** Three VPCs on a hub that stands in a subnet of its own in b; what varies is the rest. */
const net = (routes: string, rest = "", tables = "all: { propagates: [ a-on, b-on, c-on ] }"): string => `
load: lenient
profile: aws
vpcs:
  a: { cidr: 10.1.0.0/16, subnets: { web: 10.1.1.0/24, inner: 10.1.2.0/24 } }
  b: { cidr: 10.2.0.0/16, subnets: { door: 10.2.0.0/24, out: 10.2.1.0/24 } }
  c: { cidr: 10.3.0.0/16, subnets: { db: 10.3.1.0/24 } }
  twin: { cidr: 10.3.0.0/16 }
peerings: { b-c: b - c }
gateways:
  igw: internet b
  line: { kind: vpn, vpc: b, advertises: 172.16.0.0/12 }
  nat: { kind: nat, vpc: b, subnet: out, address: 10.2.1.5, public: 203.0.113.5 }
  inner-nat: { kind: nat, vpc: a, subnet: inner, address: 10.1.2.5, public: none }
hubs:
  tgw:
    kind: transit-gateway
    attachments:
      a-on: { vpc: a, subnets: inner, table: all }
      b-on: { vpc: b, subnets: door, table: all }
      c-on: { vpc: c, table: all }
      twin-on: { vpc: twin, table: all }
    tables: { ${tables} }
routes: { ${routes} }
${rest}`;

for (const [what, text, from, to, expected] of [
  [
    "a hub leads into a VPC, and not on over its peering",
    net(
      "a: [ 10.3.0.0/16 -> tgw ], b: [ 10.3.0.0/16 -> b-c ], c: [ 10.1.0.0/16 -> tgw ]",
      "",
      "all: [ 10.3.0.0/16 -> b-on, 10.1.0.0/16 -> a-on ]",
    ),
    "web",
    "db",
    "return-only: edge-to-edge / -",
  ],
  [
    "nor out by its VPN",
    net("a: [ 172.16.0.0/12 -> tgw ], b: [ 172.16.0.0/12 -> line ]", "", "all: [ 172.16.0.0/12 -> b-on ]"),
    "web",
    "172.16.0.5",
    "unreachable: edge-to-edge / edge-to-edge",
  ],
  [
    "a written route of the hub wins over a propagated one to the same destination",
    net(
      "a: [ 10.3.0.0/16 -> tgw ], c: [ 10.1.0.0/16 -> tgw ]",
      "",
      "all: { routes: [ 10.3.0.0/16 -> c-on ], propagates: [ twin-on, a-on ] }",
    ),
    "web",
    "db",
    "two-way",
  ],
  [
    "what a hub delivers into a VPC that has the same range was meant for another",
    net(
      "a: [ 10.3.0.0/16 -> tgw ], c: [ 10.1.0.0/16 -> tgw ]",
      "",
      "all: { routes: [ 10.3.0.0/16 -> twin-on ], propagates: [ a-on ] }",
    )
      .replace("twin: { cidr: 10.3.0.0/16 }", "twin: { cidr: 10.3.0.0/16, subnets: { own: 10.3.2.0/24 } }")
      .replace("twin-on: { vpc: twin", "twin-on: { vpc: twin, subnets: own"),
    "web",
    "db",
    "return-only: wrong-vpc / -",
  ],
  [
    "a reply undoes two translations, the last one first",
    net(
      "a: [ 0.0.0.0/0 -> inner-nat ], inner-table: { subnets: [ a/inner ], routes: [ 0.0.0.0/0 -> tgw ] }, b: [ 0.0.0.0/0 -> nat ], out-table: { subnets: [ b/out ], routes: [ 0.0.0.0/0 -> igw, 10.1.0.0/16 -> tgw ] }",
      "",
      "all: { routes: [ 0.0.0.0/0 -> b-on ], propagates: [ a-on ] }",
    ),
    "web",
    "8.8.8.8",
    "two-way",
  ],
  [
    "a NAT gateway whose subnet sends everything to itself is a loop",
    net("b: [ 0.0.0.0/0 -> nat ]"),
    "b/door",
    "8.8.8.8",
    "unreachable: loop / unsupported-target",
  ],
] as const) {
  test(what, () => {
    assert.is(say(ask(read(text), from, to)), expected);
  });
}

test("the reply to a packet that two NAT gateways changed passes both on its way to the sender", () => {
  const network = read(
    net(
      "a: [ 0.0.0.0/0 -> inner-nat ], inner-table: { subnets: [ a/inner ], routes: [ 0.0.0.0/0 -> tgw ] }, b: [ 0.0.0.0/0 -> nat ], out-table: { subnets: [ b/out ], routes: [ 0.0.0.0/0 -> igw, 10.1.0.0/16 -> tgw ] }",
      "",
      "all: { routes: [ 0.0.0.0/0 -> b-on ], propagates: [ a-on ] }",
    ),
  );
  const { hops } = ask(network, "web", "8.8.8.8").shown.return;
  assert.is(hops.map(({ node }) => node).join(" "), "internet igw nat out tgw a inner inner-nat inner web");
});

/** Two VPCs on a transit gateway, and on a peering if there is one; each host has the group of its VPC. */
const groupsOver = (egress: string, ingress: string, rest = "", attachment = ""): string => `
profile: aws
vpcs:
  a: { cidr: 10.1.0.0/16, subnets: { web: { cidr: 10.1.1.0/24, groups: [ sg-web ] } } }
  b: { cidr: 10.2.0.0/16, subnets: { db: { cidr: 10.2.1.0/24, groups: [ sg-db ] } } }
hubs:
  tgw:
    kind: transit-gateway
    groupReferences: true
    attachments: { a-on: { vpc: a, table: t }, b-on: { vpc: b, table: t${attachment} } }
    tables: { t: { propagates: [ a-on, b-on ] } }
groups:
  sg-web: { vpc: a, ingress: [], egress: [ allow all to ${egress} ] }
  sg-db: { vpc: b, ingress: [ allow all from ${ingress} ], egress: [] }
routes: { a: [ 10.2.0.0/16 -> tgw ], b: [ 10.1.0.0/16 -> tgw ] }
${rest}`;

for (const [what, text, expected] of [
  ["what comes in names a group of a VPC on the same hub", groupsOver("any", "sg-web"), "two-way"],
  ["what goes out does not", groupsOver("sg-db", "any"), "return-only: filter-denied / -"],
  ["what goes out does, beside a peering", groupsOver("sg-db", "any", "peerings: { a-b: a - b }"), "two-way"],
  [
    "what comes in does not either where the attachment does not allow it",
    groupsOver("any", "sg-web", "", ", groupReferences: false"),
    "return-only: filter-denied / -",
  ],
] as const) {
  test(`of rules on a transit gateway, one for ${what}`, () => {
    const network = read(text);
    const answered = ask(network, "web", "db");
    assert.is(say(answered), expected);
    const { verdict, partial } = answered;
    assert.equal(reach(network).verdict(0, 1), { verdict, partial });
  });
}

test.run();
