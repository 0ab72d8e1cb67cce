import { listPeerings, ownerOf, payersOf, readScenario, relatedRoutes } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { after, read } from "./notation.ts";

const test = suite("peering detail");

const network = read(`
vpcs:
  vpc1: { region: gz, cidr: 10.1.0.0/16, account: asker, subnets: { a: 10.1.1.0/24, b: 10.1.2.0/24 } }
  vpc2: { region: sh, cidr: 10.2.0.0/16, account: asked, subnets: { c: 10.2.1.0/24 } }
peerings: { p: vpc1 - vpc2 bandwidth 100 }
gateways: { nat: nat vpc1 }
routes:
  vpc1: [0.0.0.0/0 -> nat, 10.2.1.0/24 -> p]
  special: { subnets: [vpc1/b], routes: [10.2.0.0/16 -> p disabled] }
  vpc2: [10.1.0.0/16 -> p]`);

test("the detail of a peering lists its routes in both VPCs with their tables and subnets (A28)", () => {
  const found = relatedRoutes(network, network.peerings.get("p")!);
  assert.equal(
    found.map(({ vpc, table, subnets, route }) =>
      [vpc.id, table.id, subnets.map(({ id }) => id).join(), `${route.destination}`, route.enabled].join(" "),
    ),
    [
      "vpc1 vpc1/main a 10.2.1.0/24 true",
      "vpc1 special b 10.2.0.0/16 false",
      "vpc2 vpc2/main c 10.1.0.0/16 true",
    ],
  );
});

test("each account lists a peering in the region of its own end (A41)", () => {
  const seen = (account: string, region: string) => listPeerings(network, account, region).length;
  assert.equal(
    [seen("asker", "gz"), seen("asker", "sh"), seen("asked", "sh"), seen("asked", "gz"), seen("other", "gz")],
    [1, 0, 1, 0, 0],
  );
});

test("who deletes a peering lists it no more, and the other side does (D5)", () => {
  const gone = after(network, "delete-peering p as asker");
  assert.equal(listPeerings(gone, "asker", "gz"), []);
  assert.is(listPeerings(gone, "asked", "sh")[0].state, "DELETED");
});

test("the requester pays for both directions across regions, and inside a region nobody pays (B5, D8)", () => {
  const paid = (network: ReturnType<typeof read>): string =>
    payersOf(network, network.peerings.get("p")!).join(" ");
  const text = (profile: string, region: string, cap = ""): string => `
profile: ${profile}
vpcs:
  vpc1: { region: gz, cidr: 10.1.0.0/16, account: asked }
  vpc2: { region: ${region}, cidr: 10.2.0.0/16, account: asker }
peerings: { p: vpc2 - vpc1${cap} }`;
  assert.is(paid(read(text("tencent", "sh", " bandwidth 100"))), "asker");
  assert.is(paid(read(text("tencent", "gz"))), "");
  assert.is(paid(read(text("aws", "sh"))), "asker asked");
  assert.is(paid(read(text("aws", "gz"))), "");
});

test("the account of a VPC can be looked up, also of one that is known as a peer only (A40)", () => {
  const text = `
load: lenient
vpcs: { v: { cidr: 10.1.0.0/16, account: me } }
peerings:
  p: { requester: v, accepter: { vpc: far, account: them, region: r }, state: PENDING }`;
  const found = ["v", "far", "nobody"].map((vpc) => ownerOf(read(text), vpc));
  assert.equal(found, ["me", "them", undefined]);
});

test("a file that readScenario takes has the peerings in the order they were written", () => {
  const { scenario } = readScenario(
    "load: lenient\nvpcs: { v: { cidr: 10.1.0.0/16 } }\npeerings: { z: v - x, a: v - y }",
    "net.yaml",
  );
  assert.equal(
    listPeerings(scenario.network, "self", "default").map(({ id }) => id),
    ["z", "a"],
  );
});

test.run();
