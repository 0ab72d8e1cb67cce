import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { twoway } from "./command.ts";

/** Every command takes Terraform's JSON and folders of answers in the place of a scenario. */
const test = suite("import");

const folder = mkdtempSync(join(tmpdir(), "twoway-import-"));
test.after(() => rmSync(folder, { recursive: true }));

function write(name: string, value: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value, null, 2));
  return path;
}

const resource = (type: string, name: string, values: object): object => ({
  address: `${type}.${name}`,
  mode: "managed",
  type,
  name,
  values,
});
const vpc = (name: string, cidr: string): object =>
  resource("aws_vpc", name, { id: `vpc-${name}`, cidr_block: cidr, main_route_table_id: `rtb-${name}` });
const subnet = (name: string, cidr: string): object =>
  resource("aws_subnet", name, { id: `subnet-${name}`, vpc_id: `vpc-${name}`, cidr_block: cidr });
const table = (name: string, to: string): object =>
  resource("aws_default_route_table", name, {
    id: `rtb-${name}`,
    default_route_table_id: `rtb-${name}`,
    vpc_id: `vpc-${name}`,
    route: [{ cidr_block: to, vpc_peering_connection_id: "pcx-1" }],
  });
const peering = resource("aws_vpc_peering_connection", "p", {
  id: "pcx-1",
  vpc_id: "vpc-a",
  peer_vpc_id: "vpc-b",
  accept_status: "active",
});
const ALL = [
  vpc("a", "10.1.0.0/16"),
  vpc("b", "10.2.0.0/16"),
  subnet("a", "10.1.1.0/24"),
  subnet("b", "10.2.1.0/24"),
  peering,
  table("a", "10.2.0.0/16"),
  table("b", "10.1.0.0/16"),
];
const values = (resources: readonly object[]): object => ({ root_module: { resources } });
const STATE = { format_version: "1.0", terraform_version: "1.9.8", values: values(ALL) };
const PLAN = {
  format_version: "1.2",
  prior_state: STATE,
  planned_values: values(ALL.filter((entry) => entry !== peering)),
  resource_changes: [{ address: "aws_vpc_peering_connection.p", change: { actions: ["delete"] } }],
  configuration: {},
};
const state = write("state.json", STATE);
const plan = write("plan.json", PLAN);

test("trace, route, preflight and validate read a state, by whatever name", async () => {
  const traced = await twoway(["trace", state, "aws_subnet.a", "subnet-b"]);
  assert.is(traced.status, 0);
  assert.match(traced.out, /10\.2\.0\.0\/16 -> pcx-1 {2}rtb-a {2}aws_default_route_table\.a: route\[0\]/);
  assert.match(traced.out, /profile aws/);
  assert.is((await twoway(["route", state, "subnet-a", "10.2.1.9"])).status, 0);
  assert.is((await twoway(["preflight", state, "vpc-a", "vpc-b"])).status, 0);
  const odd = await twoway(["validate", write("odd.txt", STATE)]);
  assert.match(odd.out, /2 VPCs, 1 peering, 7 parts, terraform/);
});

test("standard input is recognised too, and --as overrides what it looks like", async () => {
  const input = JSON.stringify(STATE);
  assert.is((await twoway(["trace", "-", "subnet-a", "subnet-b"], { input })).status, 0);
  const forced = await twoway(["trace", "-", "subnet-a", "subnet-b", "--as", "scenario"], { input });
  assert.is(forced.status, 2);
  assert.match(forced.err, /missing-key/);
});

test("a plan is what will be, and import --before writes what is", async () => {
  assert.is((await twoway(["trace", plan, "subnet-a", "subnet-b"])).status, 1);
  const before = await twoway(["import", plan, "--before"]);
  const scenario = write("before.yaml", before.out);
  assert.is((await twoway(["trace", scenario, "subnet-a", "subnet-b"])).status, 0);
  const none = await twoway(["import", state, "--before"]);
  assert.is(none.status, 2);
  assert.match(none.err, /no Terraform plan/);
});

test("import writes YAML and JSON that evaluate the same", async () => {
  for (const to of ["yaml", "json"]) {
    const written = await twoway(["import", state, "--to", to]);
    assert.is(written.status, 0);
    const copy = write(`copy.${to}`, written.out);
    assert.is((await twoway(["trace", copy, "subnet-a", "subnet-b"])).status, 0);
  }
});

test("a folder is read with the folders inside it; what is no part of a dump is left out", async () => {
  write("dump/eu-west-1/a.json", { Vpcs: [{ VpcId: "vpc-a", CidrBlock: "10.1.0.0/16", OwnerId: "1" }] });
  write("dump/eu-west-1/b", {
    Subnets: [{ SubnetId: "subnet-a", VpcId: "vpc-a", CidrBlock: "10.1.1.0/24" }],
  });
  write("dump/README.md", "# how this was made");
  write("dump/notes.json", { hello: "world" });
  write("dump/.git/config.json", "no JSON at all");
  const { status, out } = await twoway(["validate", join(folder, "dump")]);
  assert.is(status, 0);
  assert.match(out, /notes\.json .*left out/);
  assert.match(out, /1 VPC, 0 peerings/);
  assert.not.match(out, /README|\.git/);
});

test("every problem of a dump is told at once, with its place, and the status is 2", async () => {
  write("bad/a.json", { Vpcs: [{ VpcId: "vpc-a", CidrBlock: "10.1.0.0/33" }, { CidrBlock: "10.2.0.0/16" }] });
  write("bad/b.json", '{"Subnets": [{"SubnetId": ');
  const { status, err } = await twoway(["validate", join(folder, "bad")]);
  assert.is(status, 2);
  assert.match(err, /10\.1\.0\.0\/33/);
  assert.match(err, /a\.json.*"VpcId" is missing/);
  assert.match(err, /b\.json:1:\d+.*ends in the middle/);
});

test("import --help says how each input is made", async () => {
  const { out, status } = await twoway(["import", "--help"]);
  assert.is(status, 0);
  for (const command of [
    "terraform show -json",
    "aws ec2 describe-",
    "search-transit-gateway-routes",
    "tccli vpc Describe",
  ])
    assert.ok(out.includes(command), command);
});

test.run();
