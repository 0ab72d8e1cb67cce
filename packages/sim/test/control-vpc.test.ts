import type { Network } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { act, after, ask, read, say, verdictOn } from "./notation.ts";

const test = suite("control of VPCs");

/** Two joined VPCs with tables and gateways, their neighbours in two regions, and one of another account. */
const world = (profile: string, more = ""): Network =>
  read(`
profile: ${profile}
load: lenient
vpcs:
  v1: { cidr: 10.1.0.0/16, secondary: [10.11.0.0/16, 10.12.0.0/16], account: me, region: north, subnets: { a: 10.1.1.0/24, b: 10.1.2.0/24, s: 10.11.1.0/24 } }
  v2: { cidr: 10.2.0.0/16, account: me, region: north, subnets: { c: 10.2.1.0/24 } }
  v3: { cidr: 10.3.0.0/16, account: other, region: north }
  s4: { cidr: 10.4.0.0/16, account: me, region: south }
  free: { cidr: 10.8.0.0/16, account: me, region: north, subnets: { f: 10.8.1.0/24 } }
peerings: { p: v1 - v2${more} }
gateways: { nat1: nat v1, nat2: nat v2, natf: nat free }
routes:
  v1: [10.2.0.0/16 -> p]
  v2: [10.1.0.0/16 -> p]
  used: { subnets: [v1/b], routes: [10.2.1.0/24 -> p] }
  spare: { vpc: v1, routes: [10.9.0.0/16 -> nat1] }
  v2-table: { vpc: v2, routes: [] }`);

const AWS_NOT_FOUND = "InvalidVpcPeeringConnectionID.NotFound";
const OVERLAP = [
  "endpoints-overlap UnauthorizedOperation.VpcPeerCidrConflict",
  "endpoints-overlap InvalidParameterValue",
] as const;
const SIBLINGS = "siblings-overlap UnauthorizedOperation.VpcPeerCidrConflict";
const VPC_RANGE = ["vpc-range InvalidParameterValue.Malformed", "vpc-range InvalidVpc.Range"] as const;
const SUBNET_RANGE = [
  "subnet-range InvalidParameterValue.SubnetRange",
  "subnet-range InvalidSubnet.Range",
] as const;
const CLASH = [
  "subnet-overlap InvalidParameterValue.SubnetOverlap",
  "subnet-overlap InvalidSubnet.Conflict",
] as const;
const EXISTS = [
  "already-exists InvalidParameterValue.Duplicate",
  "already-exists InvalidParameterValue",
] as const;
const MALFORMED = ["malformed InvalidParameterValue.Malformed", "malformed InvalidParameterValue"] as const;
const MISSING = ["not-found ResourceNotFound", `not-found ${AWS_NOT_FOUND}`] as const;
const ACTOR = ["wrong-owner ResourceNotFound", "wrong-owner InvalidVpcID.NotFound"] as const;
const TABLE_USED = [
  "table-in-use UnsupportedOperation.DelRouteWithSubnet",
  "table-in-use DependencyViolation",
] as const;
const SUBNET_USED = ["subnet-in-use ResourceInUse", "subnet-in-use DependencyViolation"] as const;
const MISMATCH = [
  "vpc-mismatch UnsupportedOperation.VpcMismatch",
  "vpc-mismatch InvalidParameterValue",
] as const;
const MAIN_TABLE = [
  "main-table UnsupportedOperation.NotSupportDeleteDefaultRouteTable",
  "main-table DependencyViolation",
] as const;
const FINE = ["applied", "applied"] as const;

// further peerings | action | how it ends in tencent and in aws
for (const [more, line, [tencent, aws]] of [
  // create-vpc
  ["", "create-vpc new 10.20.0.0/16", FINE],
  ["", "create-vpc new 10.1.0.0/16", FINE], // the range of another VPC, as long as nobody joins them
  ["", "create-vpc new 10.20.0.0/16 account me as me", FINE],
  ["", "create-vpc new 10.20.0.0/16 account me as other", ACTOR],
  ["", "create-vpc new 11.0.0.0/16", [VPC_RANGE[0], "applied"]],
  ["", "create-vpc new 10.0.0.0/15", VPC_RANGE],
  ["", "create-vpc new 10.0.0.0/29", VPC_RANGE],
  ["", "create-vpc v1 10.20.0.0/16", EXISTS],
  ["", "create-vpc used 10.20.0.0/16", EXISTS], // a table's name would mean two tables
  ["", "create-vpc internet 10.20.0.0/16", MALFORMED],
  ["", "create-vpc a/b 10.20.0.0/16", MALFORMED],
  // delete-vpc
  ["", "delete-vpc free", FINE],
  ["", "delete-vpc v3 as other", FINE],
  ["", "delete-vpc v3 as me", ACTOR],
  ["", "delete-vpc v9", MISSING],
  ["", "delete-vpc v1", ["vpc-in-use ResourceInUse", "applied"]], // S12
  [", q: free - v3 PENDING", "delete-vpc free", ["vpc-in-use ResourceInUse", "applied"]],
  [", q: free - v3 ISOLATED", "delete-vpc v3", ["vpc-in-use ResourceInUse", "applied"]],
  [", q: free - v3 EXPIRED", "delete-vpc free", FINE],
  [", q: free - v3 DELETED", "delete-vpc free", FINE],
  [", q: free - v3 REJECTED", "delete-vpc v3", FINE],
  // add-cidr (S2, S8)
  ["", "add-cidr v1 10.20.0.0/16", FINE],
  ["", "add-cidr v1 10.20.0.0/16 as other", ACTOR],
  ["", "add-cidr v9 10.20.0.0/16", MISSING],
  ["", "add-cidr v1 10.1.128.0/20", VPC_RANGE], // the own primary range
  ["", "add-cidr v1 10.11.0.0/16", VPC_RANGE], // the own secondary range
  ["", "add-cidr v1 11.0.0.0/16", [VPC_RANGE[0], "applied"]],
  ["", "add-cidr v1 10.20.0.0/29", VPC_RANGE],
  ["", "add-cidr v1 10.2.64.0/20", OVERLAP], // the peer's range
  ["", "add-cidr v2 10.12.7.0/24", OVERLAP], // the peer's secondary range
  ["", "add-cidr v1 10.3.0.0/16", FINE], // of no peer
  [", q: v1 - v3 PENDING", "add-cidr v1 10.3.0.0/16", OVERLAP],
  [", q: v1 - v3 PENDING", "add-cidr v3 10.1.0.0/20", OVERLAP],
  [", q: v1 - v3 ISOLATED", "add-cidr v1 10.3.0.0/16", OVERLAP],
  [", q: v1 - v3 EXPIRED", "add-cidr v1 10.3.0.0/16", FINE],
  [", q: v1 - v3 REJECTED", "add-cidr v1 10.3.0.0/16", FINE],
  [", q: v1 - v3 FAILED", "add-cidr v1 10.3.0.0/16", FINE],
  [", q: v1 - v3 DELETED", "add-cidr v1 10.3.0.0/16", FINE],
  // siblings (S3, D10): the peer of a peer, where one of the two peerings crosses regions
  [", q: v1 - v3", "add-cidr v2 10.3.64.0/20", FINE], // both inside one region
  [", q: v1 - s4 bandwidth 100", "add-cidr v2 10.4.64.0/20", [SIBLINGS, "applied"]],
  [", q: v1 - s4 bandwidth 100", "add-cidr s4 10.2.64.0/20", [SIBLINGS, "applied"]],
  [", q: s4 - v1 bandwidth 100 PENDING", "add-cidr v2 10.4.64.0/20", [SIBLINGS, "applied"]],
  [", q: s4 - v1 bandwidth 100 ISOLATED", "add-cidr v2 10.4.64.0/20", [SIBLINGS, "applied"]],
  [", q: v1 - s4 bandwidth 100 DELETED", "add-cidr v2 10.4.64.0/20", FINE],
  // remove-cidr
  ["", "remove-cidr v1 10.12.0.0/16", FINE],
  ["", "remove-cidr v1 10.12.0.0/16 as other", ACTOR],
  ["", "remove-cidr v9 10.12.0.0/16", MISSING],
  ["", "remove-cidr v1 10.1.0.0/16", MISSING], // the primary range stays
  ["", "remove-cidr v1 10.12.0.0/17", MISSING], // a part of one
  ["", "remove-cidr v1 10.11.0.0/16", SUBNET_USED],
  // create-subnet
  ["", "create-subnet v1/new 10.1.3.0/24", FINE],
  ["", "create-subnet v1/new 10.11.3.0/24", FINE], // in the secondary range
  ["", "create-subnet v2/a 10.2.3.0/24", FINE], // the name of a subnet of another VPC
  ["", "create-subnet free/new 10.8.2.0/28", FINE],
  ["", "create-subnet v1/new 10.1.3.0/24 as other", ACTOR],
  ["", "create-subnet v9/new 10.1.3.0/24", MISSING],
  ["", "create-subnet v1/a 10.1.3.0/24", EXISTS],
  ["", "create-subnet v1/local 10.1.3.0/24", MALFORMED],
  ["", "create-subnet v1/10.1.3.0 10.1.3.0/24", MALFORMED],
  ["", "create-subnet v1/new 10.2.3.0/24", SUBNET_RANGE],
  ["", "create-subnet v1/new 10.0.0.0/15", SUBNET_RANGE],
  ["", "create-subnet v1/new 10.1.3.0/29", SUBNET_RANGE],
  ["", "create-subnet v1/new 10.1.1.128/25", CLASH],
  ["", "create-subnet v1/new 10.1.0.0/16", CLASH],
  // delete-subnet
  ["", "delete-subnet v1/a", FINE],
  ["", "delete-subnet v1/a as other", ACTOR],
  ["", "delete-subnet v1/c", MISSING], // of another VPC
  ["", "delete-subnet v9/a", MISSING],
  // create-table
  ["", "create-table new v1", FINE],
  ["", "create-table new v1 as other", ACTOR],
  ["", "create-table new v9", MISSING],
  ["", "create-table used v2", EXISTS], // ids of tables are unique in the network
  ["", "create-table v2 v1", EXISTS], // a VPC's id means its main table
  ["", "create-table a/b v1", MALFORMED],
  ["", "create-table blackhole v1", MALFORMED],
  // delete-table
  ["", "delete-table spare", FINE],
  ["", "delete-table spare as other", ACTOR],
  ["", "delete-table nosuch", MISSING],
  ["", "delete-table used", TABLE_USED],
  ["", "delete-table v1", MAIN_TABLE], // by the VPC's name
  ["", "delete-table v1/main", MAIN_TABLE],
  // associate
  ["", "associate v1/a spare", FINE],
  ["", "associate v1/b v1", FINE],
  ["", "associate v1/a spare as other", ACTOR],
  ["", "associate v9/a spare", MISSING],
  ["", "associate v1/nosuch spare", MISSING],
  ["", "associate v1/a nosuch", MISSING],
  ["", "associate v1/a v2-table", MISMATCH],
  ["", "associate v1/a v2", MISMATCH],
] as const) {
  test(`with {p${more}}, ${line} is ${tencent} in tencent and ${aws} in aws`, () => {
    for (const [profile, expected] of [
      ["tencent", tencent],
      ["aws", aws],
    ]) {
      const plain = profile === "aws" ? more.replaceAll(" bandwidth 100", "") : more;
      const outcome = act(world(profile, plain), line);
      assert.is(verdictOn(outcome), expected, profile);
      if (outcome.kind === "applied") continue;
      assert.ok(!("network" in outcome));
      assert.ok(outcome.refusal.message !== "" && outcome.refusal.advice !== "");
    }
  });
}

test("a new VPC has what the action says, a main table without routes, and the place of the action", () => {
  const line = "create-vpc new 10.20.0.0/16 region south account them";
  const vpc = after(world("aws"), line).vpcs.get("new");
  const { id, account, region, profile, cidrs, secondary, mainTable, tables, source } = vpc!;
  assert.equal(
    [id, account, region, profile.name, cidrs.join(), secondary, mainTable, source],
    ["new", "them", "south", "aws", "10.20.0.0/16", [], "new/main", `(${line})`],
  );
  assert.equal([...tables.keys()], ["new/main"]);
  assert.is(tables.get("new/main")?.routes?.size, 0);
  const network = world("tencent");
  assert.is(after(network, "create-vpc new 10.20.0.0/16").vpcs.get("new")?.account, "self");
  assert.is(after(network, "create-vpc new 10.20.0.0/16 as me").vpcs.get("new")?.account, "me");
});

test("a refused delete names the live peerings, and no other (S12)", () => {
  const network = world(
    "tencent",
    ", q: v3 - v1 PENDING, x: v1 - free DELETED, y: v1 - s4 bandwidth 10 ISOLATED",
  );
  const outcome = act(network, "delete-vpc v1");
  assert.ok(outcome.kind === "refused");
  if (outcome.kind === "refused") assert.is(outcome.refusal.message, "v1 is joined by p, q, y");
  const free = after(network, "delete-peering p", "delete-peering q", "delete-peering y", "delete-vpc v1");
  assert.not.ok(free.vpcs.has("v1"));
});

test("in aws the peerings go with their VPC, and the routes over them become blackholes (S12, S5)", () => {
  const network = world("aws", ", q: v3 - v1 PENDING, z: v2 - v3");
  const outcome = act(network, "delete-vpc v1");
  assert.ok(outcome.kind === "applied");
  if (outcome.kind !== "applied") return;
  const { peerings, vpcs } = outcome.network;
  assert.equal(
    ["p", "q", "z"].map((id) => peerings.get(id)?.state),
    ["DELETED", "DELETED", "ACTIVE"],
  );
  assert.equal(
    outcome.events.map(({ kind, subject }) => `${kind} ${subject}`),
    ["vpc-deleted v1", "peering-deleted p", "route-blackholed v2/main", "peering-deleted q"],
  );
  assert.is(vpcs.get("v2"), network.vpcs.get("v2"));
  assert.is(network.peerings.get("p")?.state, "ACTIVE");
});

test("the gateways of a VPC go with it, and those of others stay", () => {
  for (const profile of ["tencent", "aws"])
    assert.equal([...after(world(profile), "delete-vpc free").gateways.keys()], ["nat1", "nat2"]);
});

test("an expired request cannot be renewed once one of its VPCs is gone", () => {
  for (const gone of ["free", "v3"]) {
    const network = after(world("tencent", ", q: free - v3 EXPIRED"), `delete-vpc ${gone}`);
    assert.is(network.peerings.get("q")?.state, "DELETED");
    assert.is(
      verdictOn(act(network, "enable-peering q")),
      "wrong-state UnsupportedOperation.VpcPeerInvalidStateChange",
    );
  }
});

test("a new VPC does not slip behind a peering that was there before it (S2)", () => {
  const network = world("tencent", ", x: v1 - elsewhere, y: v1 - past DELETED");
  assert.is(verdictOn(act(network, "create-vpc elsewhere 10.1.0.0/16")), EXISTS[0]);
  assert.is(verdictOn(act(network, "create-vpc past 10.1.0.0/16")), "applied");
});

test("a secondary CIDR comes and goes, in the order in which it was added", () => {
  const blocks = (network: Network): string => network.vpcs.get("v1")?.secondary.join(" ") ?? "";
  const network = after(world("tencent"), "add-cidr v1 10.20.0.0/16");
  assert.is(blocks(network), "10.11.0.0/16 10.12.0.0/16 10.20.0.0/16");
  assert.is(blocks(after(network, "remove-cidr v1 10.12.0.0/16")), "10.11.0.0/16 10.20.0.0/16");
  assert.is(
    blocks(after(network, "delete-subnet v1/s", "remove-cidr v1 10.11.0.0/16")),
    "10.12.0.0/16 10.20.0.0/16",
  );
});

test("a removed CIDR is free for others at once", () => {
  const before = world("tencent");
  assert.is(verdictOn(act(before, "add-cidr v2 10.12.0.0/16")), OVERLAP[0]);
  assert.is(
    verdictOn(act(after(before, "remove-cidr v1 10.12.0.0/16"), "add-cidr v2 10.12.0.0/16")),
    "applied",
  );
});

test("a new subnet uses the main table, and a new table no subnet", () => {
  const network = after(world("tencent"), "create-subnet v1/new 10.1.3.0/24", "create-table t v1");
  const vpc = network.vpcs.get("v1");
  assert.is(vpc?.subnets.get("new")?.table, undefined);
  assert.is(vpc?.subnets.get("new")?.hosts, undefined);
  assert.is(vpc?.tables.get("t")?.routes?.size, 0);
  assert.is(say(ask(network, "v1/new", "v2/c")), "two-way");
});

test("what uses a table is named, and once nobody does the table can go", () => {
  const network = world("tencent");
  const outcome = act(network, "delete-table used");
  assert.ok(outcome.kind === "refused" && outcome.refusal.message === "used is used by b");
  for (const line of ["associate v1/b v1", "delete-subnet v1/b"])
    assert.not.ok(after(network, line, "delete-table used").vpcs.get("v1")?.tables.has("used"), line);
});

test("the verdict changes with the table of the subnet, and back by the VPC's name (A23)", () => {
  const verdict = (network: Network): string => say(ask(network, "v1/a", "v2/c"));
  let network = world("tencent");
  assert.is(verdict(network), "two-way");
  network = after(network, "associate v1/a spare");
  assert.is(verdict(network), "return-only: no-route / -");
  assert.is(say(ask(network, "v1/b", "v2/c")), "two-way");
  network = after(network, "add-route spare 10.2.0.0/16 -> p");
  assert.is(verdict(network), "two-way");
  network = after(network, "delete-route spare 10.2.0.0/16", "associate v1/a v1");
  assert.is(verdict(network), "two-way");
  assert.is(network.vpcs.get("v1")?.subnets.get("a")?.table, undefined);
});

test("the far side's table decides about the reply alone (A23, A5)", () => {
  const network = after(world("tencent"), "associate v2/c v2-table");
  assert.is(say(ask(network, "v1/a", "v2/c")), "forward-only: - / no-route");
});

test("each edit says what it did, in one event that names its subject", () => {
  for (const [line, event] of [
    ["create-vpc new 10.20.0.0/16", "vpc-created new"],
    ["delete-vpc free", "vpc-deleted free"],
    ["add-cidr v1 10.20.0.0/16", "cidr-added v1"],
    ["remove-cidr v1 10.12.0.0/16", "cidr-removed v1"],
    ["create-subnet v1/new 10.1.3.0/24", "subnet-created v1/new"],
    ["delete-subnet v1/a", "subnet-deleted v1/a"],
    ["associate v1/a spare", "subnet-associated v1/a"],
    ["create-table t v1", "table-created t"],
    ["delete-table spare", "table-deleted spare"],
  ]) {
    const before = world("tencent");
    const outcome = act(before, line);
    assert.ok(outcome.kind === "applied", line);
    if (outcome.kind !== "applied") continue;
    assert.equal(
      outcome.events.map(({ kind, subject }) => `${kind} ${subject}`),
      [event],
    );
    assert.is.not(outcome.network, before);
    assert.is(outcome.network.vpcs.get("v2"), before.vpcs.get("v2"), "what is not touched is shared");
  }
});

test.run();
