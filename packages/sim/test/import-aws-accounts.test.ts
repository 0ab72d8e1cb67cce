import type { Network } from "@twoway/sim";
import { InputError } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { imported, verdict } from "./importing.ts";

/**
 * Dumps of several accounts and regions, and answers that do not say what they were asked for. Shapes: the EC2 API
 * reference (shared subnets: "Share your VPC subnets with other accounts"; search-transit-gateway-routes and its
 * neighbours), and Batfish's dumps of hubs that two accounts share.
 */
const test = suite("several accounts in AWS answers");

const TWO_WAY = "two-way delivered/delivered";

function vpc(name: string, cidr: string, owner: string): object {
  return { VpcId: `vpc-${name}`, CidrBlock: cidr, OwnerId: owner };
}

function subnet(name: string, of: string, cidr: string, more: object = {}): object {
  const id = { SubnetId: `subnet-${name}`, VpcId: `vpc-${of}`, CidrBlock: cidr };
  return { ...id, AvailabilityZone: "eu-west-1a", ...more };
}

function table(name: string, routes: readonly object[]): object {
  return {
    RouteTableId: `rtb-${name}`,
    VpcId: `vpc-${name}`,
    Routes: routes,
    Associations: [{ Main: true }],
  };
}

test("a shared subnet that owner and participant list is one, though its zone has another name for each (zone ids are common)", () => {
  const owner = "111122223333/eu-west-1";
  const guest = "444455556666/eu-west-1";
  const shared = { OwnerId: "111122223333", AvailabilityZoneId: "euw1-az1" };
  const tagged = { Tags: [{ Key: "Name", Value: "shared" }] };
  const { network, warnings } = imported({
    [`${owner}/v.json`]: { Vpcs: [{ ...vpc("a", "10.1.0.0/16", "111122223333"), ...tagged }] },
    [`${owner}/s.json`]: { Subnets: [subnet("a", "a", "10.1.1.0/24", { ...shared, ...tagged })] },
    [`${owner}/t.json`]: { RouteTables: [table("a", [])] },
    [`${guest}/v.json`]: { Vpcs: [vpc("a", "10.1.0.0/16", "111122223333")] },
    [`${guest}/s.json`]: {
      Subnets: [subnet("a", "a", "10.1.1.0/24", { ...shared, AvailabilityZone: "eu-west-1c" })],
    },
    // groups of the participant, which the owner does not list
    [`${guest}/g.json`]: {
      SecurityGroups: [
        {
          GroupId: "sg-guest",
          VpcId: "vpc-a",
          OwnerId: "444455556666",
          IpPermissions: [
            { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-guest", UserId: "444455556666" }] },
          ],
          IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
        },
      ],
    },
    [`${guest}/e.json`]: {
      NetworkInterfaces: ["10.1.1.10", "10.1.1.11", "10.1.1.12"].map((address, i) => ({
        NetworkInterfaceId: `eni-${i}`,
        SubnetId: "subnet-a",
        PrivateIpAddress: address,
        Groups: i < 2 ? [{ GroupId: "sg-guest" }] : [],
      })),
    },
  });
  assert.equal(warnings, []);
  assert.is(network.vpcs.get("vpc-a")?.subnets.get("subnet-a")?.name, "shared");
  assert.is(network.vpcs.get("vpc-a")?.account, "111122223333");
  assert.is(verdict(network, "10.1.1.10", "10.1.1.11"), TWO_WAY);
  assert.match(verdict(network, "10.1.1.12", "10.1.1.11"), / filter-denied\//);
});

test("the interfaces of one account say nothing about those of another, whose instances alone are listed", () => {
  const instance = (id: string, address: string): object => ({
    InstanceId: id,
    State: { Name: "running" },
    NetworkInterfaces: [{ NetworkInterfaceId: `eni-${id}`, SubnetId: "subnet-b", PrivateIpAddress: address }],
  });
  const files = {
    v: { Vpcs: [vpc("b", "10.2.0.0/16", "1"), vpc("a", "10.1.0.0/16", "2")] },
    s: { Subnets: [subnet("b", "b", "10.2.1.0/24"), subnet("a", "a", "10.1.1.0/24")] },
    r: { Reservations: [{ Instances: [instance("i-1", "10.2.1.10")] }] },
    t: { RouteTables: [table("b", [])] },
    e: {
      NetworkInterfaces: [
        { NetworkInterfaceId: "eni-a", SubnetId: "subnet-a", PrivateIpAddress: "10.1.1.4" },
      ],
    },
  };
  assert.is(
    verdict(imported(files).network, "i-1", "10.2.1.11"),
    TWO_WAY,
    "somebody else may have the address",
  );
  const own = { NetworkInterfaceId: "eni-i-1", SubnetId: "subnet-b", PrivateIpAddress: "10.2.1.10" };
  const listed = imported({ ...files, more: { NetworkInterfaces: [own] } });
  assert.match(verdict(listed.network, "i-1", "10.2.1.11"), / no-such-host\//);
  const cut = imported({ ...files, e: { NetworkInterfaces: [own], NextToken: "abc" } });
  assert.is(verdict(cut.network, "i-1", "10.2.1.11"), TWO_WAY, "more of them may follow");
});

test("a peering that is over needs neither of its VPCs, and is no reason to warn", () => {
  const peering = (id: string, code: string): object => ({
    VpcPeeringConnectionId: id,
    RequesterVpcInfo: { VpcId: "vpc-a", OwnerId: "1", Region: "eu-west-1" },
    AccepterVpcInfo: { VpcId: "vpc-gone", OwnerId: "2", Region: "eu-west-1" },
    Status: { Code: code },
  });
  const read = (code: string): number =>
    imported({
      v: { Vpcs: [vpc("a", "10.1.0.0/16", "1")] },
      p: { VpcPeeringConnections: [peering("pcx-1", code)] },
    }).warnings.length;
  for (const code of ["deleted", "rejected", "failed", "expired"]) assert.is(read(code), 0, code);
  for (const code of ["active", "pending-acceptance"]) assert.is(read(code), 1, code);
});

/** Two VPCs on a hub, as the calls print it that do not name the table they were asked about. */
const HUB = {
  v: { Vpcs: [vpc("a", "10.1.0.0/16", "1"), vpc("b", "10.2.0.0/16", "1")] },
  s: { Subnets: [subnet("a", "a", "10.1.1.0/24"), subnet("b", "b", "10.2.1.0/24")] },
  t: {
    RouteTables: [
      table("a", [{ DestinationCidrBlock: "10.2.0.0/16", TransitGatewayId: "tgw-1" }]),
      table("b", [{ DestinationCidrBlock: "10.1.0.0/16", TransitGatewayId: "tgw-1" }]),
    ],
  },
  g: { TransitGateways: [{ TransitGatewayId: "tgw-1", OwnerId: "1", State: "available" }] },
  h: {
    TransitGatewayVpcAttachments: ["a", "b"].map((name) => ({
      TransitGatewayAttachmentId: `tgw-attach-${name}`,
      TransitGatewayId: "tgw-1",
      VpcId: `vpc-${name}`,
      SubnetIds: [`subnet-${name}`],
      State: "available",
    })),
    TransitGatewayRouteTables: [{ TransitGatewayRouteTableId: "tgw-rtb-1", TransitGatewayId: "tgw-1" }],
  },
};
const ASSOCIATIONS = {
  Associations: ["a", "b"].map((name) => ({
    TransitGatewayAttachmentId: `tgw-attach-${name}`,
    ResourceId: `vpc-${name}`,
    ResourceType: "vpc",
    State: "associated",
  })),
};
const toB = { TransitGatewayAttachments: [{ TransitGatewayAttachmentId: "tgw-attach-b" }] };
const toA = { TransitGatewayAttachments: [{ TransitGatewayAttachmentId: "tgw-attach-a" }] };
const FOUND = {
  Routes: [
    { DestinationCidrBlock: "10.1.0.0/16", ...toA, Type: "propagated", State: "active" },
    { DestinationCidrBlock: "10.2.0.0/16", ...toB, Type: "propagated", State: "active" },
  ],
  AdditionalRoutesAvailable: false,
};

test("an answer about a hub's table is that of the table in its file's name, where it does not say so itself", () => {
  const { network, warnings } = imported({
    ...HUB,
    "get-transit-gateway-route-table-associations-tgw-rtb-1.json": ASSOCIATIONS,
    "search-transit-gateway-routes-tgw-rtb-1.json": FOUND,
  });
  assert.equal(warnings, []);
  assert.is(verdict(network, "subnet-a", "subnet-b"), TWO_WAY);
  const nameless = imported({ ...HUB, "assoc.json": ASSOCIATIONS, "routes.json": FOUND });
  assert.match(nameless.warnings.map(({ message }) => message).join("\n"), /into the name of the file/);
  assert.match(verdict(nameless.network, "subnet-a", "subnet-b"), /^unknown /);
});

test("searches for some routes of a hub's table, and pages of one, say together what stands in it", () => {
  const [back, there] = FOUND.Routes;
  const asked = (...answers: object[]): string => {
    const files = answers.map((answer, n) => [`${n}-tgw-rtb-1.json`, answer]);
    return verdict(imported({ ...HUB, ...Object.fromEntries(files) }).network, "subnet-a", "subnet-b");
  };
  const search = (Routes: object[], rest: object = {}): object => ({ ...FOUND, Routes, ...rest });
  const page = { AdditionalRoutesAvailable: true, NextToken: "abc" };
  const doubt = "unknown no-route-table/no-route-table";
  assert.is(asked(ASSOCIATIONS, search([back])), "return-only no-route/delivered");
  assert.is(asked(ASSOCIATIONS, search([back]), search([there])), TWO_WAY, "static and propagated routes");
  assert.is(asked(ASSOCIATIONS, search([back]), search([back, there])), TWO_WAY, "one of them twice");
  assert.is(asked(ASSOCIATIONS, search([back], page), search([there])), TWO_WAY, "two pages");
  assert.is(asked(ASSOCIATIONS, search([back], page)), doubt, "the second page is missing");
  const cut = { AdditionalRoutesAvailable: true };
  assert.is(asked(ASSOCIATIONS, search([back], cut)), doubt, "more than 1,000 routes");
  assert.is(asked(ASSOCIATIONS, search([back], cut), search([there])), doubt, "the rest is still missing");
});

test("a search for routes that left out some says so", () => {
  const { warnings } = imported({
    ...HUB,
    "assoc-tgw-rtb-1.json": ASSOCIATIONS,
    "routes-tgw-rtb-1.json": { ...FOUND, AdditionalRoutesAvailable: true },
  });
  assert.equal(
    warnings.map(({ message }) => message),
    [
      "this search left out some routes of tgw-rtb-1, so nothing can be said of it; search for fewer at a time",
    ],
  );
});

test("a blackhole in a hub's table drops, and wins over a shorter route", () => {
  const dead = { DestinationCidrBlock: "10.2.1.0/24", Type: "static", State: "blackhole" };
  const { network } = imported({
    ...HUB,
    "assoc-tgw-rtb-1.json": ASSOCIATIONS,
    "routes-tgw-rtb-1.json": { ...FOUND, Routes: [...FOUND.Routes, dead] },
  });
  assert.is(verdict(network, "subnet-a", "subnet-b"), "return-only route-blackhole/delivered");
});

test("a route to an attachment that nothing lists leads where nobody knows", () => {
  const theirs = { TransitGatewayAttachments: [{ TransitGatewayAttachmentId: "tgw-attach-theirs" }] };
  const route = { DestinationCidrBlock: "10.2.1.0/24", ...theirs, Type: "static", State: "active" };
  const { network } = imported({
    ...HUB,
    "assoc-tgw-rtb-1.json": ASSOCIATIONS,
    "routes-tgw-rtb-1.json": { ...FOUND, Routes: [...FOUND.Routes, route] },
  });
  assert.is(verdict(network, "subnet-a", "subnet-b"), "unknown unsupported-target/delivered");
});

test("what a list of all routes of a hub's table does not have is not there, whoever propagates", () => {
  const line = {
    TransitGatewayAttachments: [
      {
        TransitGatewayAttachmentId: "tgw-attach-x",
        TransitGatewayId: "tgw-1",
        ResourceType: "vpn",
        ResourceId: "vpn-1",
        State: "available",
      },
      {
        TransitGatewayAttachmentId: "tgw-attach-y",
        TransitGatewayId: "tgw-1",
        ResourceType: "vpc",
        ResourceId: "vpc-theirs",
        State: "available",
      },
    ],
  };
  const propagations = ["a", "b", "x", "y"].map((name) => ({
    TransitGatewayAttachmentId: `tgw-attach-${name}`,
    State: "enabled",
  }));
  const byLine = {
    DestinationCidrBlock: "172.16.0.0/16",
    TransitGatewayAttachments: [
      { TransitGatewayAttachmentId: "tgw-attach-x", ResourceType: "vpn", ResourceId: "vpn-1" },
    ],
    Type: "propagated",
    State: "active",
  };
  const everywhere = [{ DestinationCidrBlock: "0.0.0.0/0", TransitGatewayId: "tgw-1" }];
  const read = (more: object): Network =>
    imported({
      ...HUB,
      t: { RouteTables: [table("a", everywhere), table("b", everywhere)] },
      line,
      "assoc-tgw-rtb-1.json": {
        Associations: [
          ...ASSOCIATIONS.Associations,
          { ...ASSOCIATIONS.Associations[0], TransitGatewayAttachmentId: "tgw-attach-x" },
        ],
      },
      "routes-tgw-rtb-1.json": { ...FOUND, Routes: [...FOUND.Routes, byLine], ...more },
      "propagations-tgw-rtb-1.json": { TransitGatewayRouteTablePropagations: propagations },
    }).network;
  const whole = read({});
  assert.is(verdict(whole, "subnet-a", "172.16.1.5"), TWO_WAY, "the line brought it along");
  assert.match(verdict(whole, "subnet-a", "172.17.1.5"), /^unreachable no-route\//);
  assert.is(verdict(whole, "subnet-a", "subnet-b"), TWO_WAY);
  const cut = read({ AdditionalRoutesAvailable: true });
  assert.match(verdict(cut, "subnet-a", "172.17.1.5"), /^unknown /, "there are more of them");
});

for (const [label, states, expected] of [
  ["that is deleted", ["deleted", "available"], TWO_WAY],
  ["that is rejected, and listed last", ["available", "rejected"], TWO_WAY],
  ["that is changed, and goes on carrying", ["modifying", "deleted"], TWO_WAY],
] as const) {
  test(`a VPC that was attached to a hub again has, beside an attachment ${label}, the one that is there`, () => {
    const again = {
      TransitGatewayVpcAttachments: states.map((state, i) => ({
        TransitGatewayAttachmentId: `tgw-attach-b${i === 0 ? "" : i}`,
        TransitGatewayId: "tgw-1",
        VpcId: "vpc-b",
        SubnetIds: ["subnet-b"],
        State: state,
      })),
    };
    const { TransitGatewayVpcAttachments: attached, ...rest } = HUB.h;
    const live = states[0] === "deleted" ? "tgw-attach-b1" : "tgw-attach-b";
    const here = (text: string): unknown => JSON.parse(text.replaceAll("tgw-attach-b", live));
    const { network } = imported({
      ...HUB,
      h: { ...rest, TransitGatewayVpcAttachments: [attached[0]] },
      again,
      "assoc-tgw-rtb-1.json": here(JSON.stringify(ASSOCIATIONS)),
      "routes-tgw-rtb-1.json": here(JSON.stringify(FOUND)),
    });
    assert.is(verdict(network, "subnet-a", "subnet-b"), expected);
  });
}

test("a VPC that is attached to one hub twice at once is an InputError, and so is one id for two things", () => {
  const refused = (files: Record<string, unknown>, message: RegExp): void =>
    assert.throws(
      () => imported(files),
      (error: unknown) => error instanceof InputError && message.test(error.message),
    );
  const twice = { TransitGatewayAttachmentId: "tgw-attach-c", TransitGatewayId: "tgw-1", VpcId: "vpc-b" };
  refused(
    { ...HUB, twice: { TransitGatewayVpcAttachments: [twice] } },
    /attached to tgw-1 by tgw-attach-b and/,
  );
  const odd = { RouteTableId: "vpc-a", VpcId: "vpc-a", Routes: [] };
  refused({ ...HUB, odd: { RouteTables: [odd] } }, /vpc-a is the id of a VPC and of a route table/);
});

const REFERENCE = {
  TransitGatewayRouteTableId: "tgw-rtb-1",
  PrefixListId: "pl-far",
  State: "available",
  Blackhole: false,
  TransitGatewayAttachment: { TransitGatewayAttachmentId: "tgw-attach-b", ResourceType: "vpc" },
};
for (const [label, reference, entries, expected] of [
  ["leads to its entries", REFERENCE, true, TWO_WAY],
  [
    "that is a blackhole drops them",
    { ...REFERENCE, Blackhole: true },
    true,
    "return-only route-blackhole/delivered",
  ],
  [
    "without entries leaves the table unknown",
    REFERENCE,
    false,
    "unknown unsupported-target/unsupported-target",
  ],
] as const) {
  test(`a hub's reference to a prefix list ${label}`, () => {
    const { network } = imported({
      ...HUB,
      "assoc-tgw-rtb-1.json": ASSOCIATIONS,
      "routes-tgw-rtb-1.json": { ...FOUND, Routes: FOUND.Routes.slice(0, 1) },
      "refs.json": { TransitGatewayPrefixListReferences: [reference] },
      ...(entries
        ? { "get-managed-prefix-list-entries-pl-far.json": { Entries: [{ Cidr: "10.2.0.0/16" }] } }
        : {}),
    });
    assert.is(
      verdict(network, "subnet-a", "subnet-b").replace(/no-route-table/g, "unsupported-target"),
      expected,
    );
  });
}

test("entries of a managed prefix list that nothing names are warned of", () => {
  const { warnings } = imported({ ...HUB, "entries.json": { Entries: [{ Cidr: "10.2.0.0/16" }] } });
  assert.match(warnings.map(({ message }) => message).join("\n"), /PrefixListId it was asked/);
});

test.run();
