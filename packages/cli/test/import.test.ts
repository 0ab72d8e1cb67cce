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

test("a plan alone is compared with what is there: what does this apply break?", async () => {
  const changed = await twoway(["diff", plan]);
  assert.is(changed.status, 1, changed.err);
  assert.match(changed.out, /2 ordered pairs of subnets change\n +2 {2}two-way to unreachable/);
  const same = write("same.json", { ...PLAN, planned_values: values(ALL), resource_changes: [] });
  assert.is((await twoway(["diff", same])).status, 0);
  const created = await twoway(["diff", write("first.json", { ...PLAN, prior_state: undefined })]);
  assert.is(created.status, 1, created.err);
  assert.match(created.out, /subnet-a/);
  // an action is tried on what will be, where the peering is gone already
  const tried = await twoway(["diff", plan, "--do", "delete-route rtb-a 10.2.0.0/16"]);
  assert.is(tried.status, 0, tried.err);
  const one = await twoway(["diff", state]);
  assert.is(one.status, 2);
  assert.match(one.err, /both sides of a Terraform plan/);
});

test("check judges the network that a plan leads to, in every format, by the policies it is given", async () => {
  const open = write("open.yaml", 'policies: [ { reachable: { from: "vpc-a", to: "vpc-b" } } ]');
  const apart = write("apart.yaml", "policies: [ { isolated: [ vpc-a, vpc-b ] } ]");
  assert.is((await twoway(["check", plan, "--policy", open])).status, 1);
  assert.is((await twoway(["check", plan, "--policy", apart])).status, 0);
  assert.is((await twoway(["check", state, "--policy", open])).status, 0);
  assert.is((await twoway(["check", state, "--policy", apart])).status, 1);
  const sarif = await twoway(["check", plan, "--policy", open, "--format", "sarif"]);
  assert.is(sarif.status, 1);
  assert.is(JSON.parse(sarif.out).runs[0].results.length, 1);
  const missing = write("missing.yaml", "policies: [ { isolated: [ vpc-a, vpc-gone ] } ]");
  const wrong = await twoway(["check", plan, "--policy", missing]);
  assert.is(wrong.status, 2);
  assert.match(wrong.err, /missing\.yaml:1:.*"vpc-gone" selects no subnet/);
});

test("SARIF names the Terraform address of the group rule that a policy fails by", async () => {
  const all = { protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] };
  const group = (name: string): object =>
    resource("aws_security_group", name, {
      id: `sg-${name}`,
      vpc_id: `vpc-${name}`,
      ingress: [],
      egress: [all],
    });
  const host = (name: string, ip: string): object =>
    resource("aws_instance", name, {
      id: `i-${name}`,
      private_ip: ip,
      subnet_id: `subnet-${name}`,
      vpc_security_group_ids: [`sg-${name}`],
    });
  const filtered = write("filtered.json", {
    format_version: "1.0",
    values: values([...ALL, group("a"), group("b"), host("a", "10.1.1.10"), host("b", "10.2.1.10")]),
  });
  const open = write("hosts.yaml", "policies: [ { reachable: { from: 10.1.1.10/32, to: 10.2.1.10/32 } } ]");
  const { status, out, err } = await twoway(["check", filtered, "--policy", open, "--format", "sarif"]);
  assert.is(status, 1, err);
  const [{ relatedLocations }] = JSON.parse(out).runs[0].results;
  assert.equal(
    relatedLocations.map((one: { logicalLocations: unknown }) => one.logicalLocations),
    [[{ fullyQualifiedName: "aws_security_group.b", kind: "resource" }]],
  );
});

test("what the plan does not tell leaves a policy undetermined, with status 3", async () => {
  const unread = { id: "odd-1", vpc_id: "vpc-b" };
  const odd = ALL.map((entry) =>
    entry === ALL[5]
      ? resource("aws_default_route_table", "a", {
          id: "rtb-a",
          default_route_table_id: "rtb-a",
          vpc_id: "vpc-a",
          route: [
            { cidr_block: "10.2.0.0/16", core_network_arn: "arn:aws:networkmanager::1:core-network/c" },
          ],
        })
      : entry,
  );
  const doubtful = write("doubtful.json", {
    ...PLAN,
    planned_values: values([...odd, resource("aws_networkmanager_core_network", "c", unread)]),
  });
  const open = write("open.yaml", "policies: [ { reachable: { from: vpc-a, to: vpc-b } } ]");
  const { status, out } = await twoway(["check", doubtful, "--policy", open]);
  assert.is(status, 3, out);
});

test("an import without policies is no error, and is said to be checked for nothing", async () => {
  const { status, out, err } = await twoway(["check", plan]);
  assert.is(status, 0);
  assert.match(out, /1 scenario: 0 hold, 0 do not/);
  assert.match(err, /plan\.json says nothing that must hold of it; --policy/);
});

const answers = (id: string, cidr: string, far: string): Record<string, object> => ({
  [`vpc-${id}.json`]: { Vpcs: [{ VpcId: `vpc-${id}`, CidrBlock: cidr, OwnerId: "1" }] },
  [`subnet-${id}`]: {
    Subnets: [{ SubnetId: `subnet-${id}`, VpcId: `vpc-${id}`, CidrBlock: cidr.replace("0.0/16", "1.0/24") }],
  },
  [`tables-${id}.json`]: {
    RouteTables: [
      {
        RouteTableId: `rtb-${id}`,
        VpcId: `vpc-${id}`,
        Associations: [{ Main: true, RouteTableId: `rtb-${id}` }],
        Routes: [
          { DestinationCidrBlock: cidr, GatewayId: "local", State: "active" },
          { DestinationCidrBlock: far, VpcPeeringConnectionId: "pcx-1", State: "active" },
        ],
      },
    ],
  },
});
const AWS: Record<string, object> = {
  ...answers("a", "10.1.0.0/16", "10.2.0.0/16"),
  ...answers("b", "10.2.0.0/16", "10.1.0.0/16"),
  "peerings.json": {
    VpcPeeringConnections: [
      {
        VpcPeeringConnectionId: "pcx-1",
        Status: { Code: "active" },
        RequesterVpcInfo: { VpcId: "vpc-a", CidrBlock: "10.1.0.0/16", OwnerId: "1" },
        AccepterVpcInfo: { VpcId: "vpc-b", CidrBlock: "10.2.0.0/16", OwnerId: "1" },
      },
    ],
  },
};
// Tencent Cloud's API 3.0: the fields of Vpc, Subnet, RouteTable, Route and PeerConnection in its reference
const cloud = (response: object): object => ({ Response: { RequestId: "1", ...response } });
const side = (id: string, cidr: string, far: string): Record<string, object> => ({
  [`vpc-${id}.json`]: cloud({ TotalCount: 1, VpcSet: [{ VpcId: `vpc-${id}`, CidrBlock: cidr }] }),
  [`subnet-${id}.json`]: cloud({
    TotalCount: 1,
    SubnetSet: [
      {
        SubnetId: `subnet-${id}`,
        VpcId: `vpc-${id}`,
        CidrBlock: cidr.replace("0.0/16", "1.0/24"),
        RouteTableId: `rtb-${id}`,
      },
    ],
  }),
  [`tables-${id}.json`]: cloud({
    TotalCount: 1,
    RouteTableSet: [
      {
        RouteTableId: `rtb-${id}`,
        VpcId: `vpc-${id}`,
        Main: true,
        AssociationSet: [{ SubnetId: `subnet-${id}`, RouteTableId: `rtb-${id}` }],
        RouteSet: [
          {
            RouteId: 1,
            DestinationCidrBlock: far,
            GatewayType: "PEERCONNECTION",
            GatewayId: "pcx-1",
            Enabled: true,
            RouteType: "USER",
          },
        ],
      },
    ],
  }),
});
const TENCENT: Record<string, object> = {
  ...side("a", "10.1.0.0/16", "10.2.0.0/16"),
  ...side("b", "10.2.0.0/16", "10.1.0.0/16"),
  "peerings.json": cloud({
    TotalCount: 1,
    PeerConnectionSet: [
      {
        PeeringConnectionId: "pcx-1",
        SourceVpcId: "vpc-a",
        PeerVpcId: "vpc-b",
        State: "ACTIVE",
      },
    ],
  }),
};

test("trace, why, matrix, sweep, diff and check read all four inputs alike", async () => {
  for (const [name, content] of Object.entries(AWS)) write(`aws/${name}`, content);
  for (const [name, content] of Object.entries(TENCENT)) write(`tencent/${name}`, content);
  const scenario = write("all.yaml", (await twoway(["import", state])).out);
  const open = write("open.yaml", "policies: [ { reachable: { from: vpc-a, to: vpc-b } } ]");
  const apart = write("apart.yaml", "policies: [ { isolated: [ vpc-a, vpc-b ] } ]");
  for (const input of [scenario, state, join(folder, "aws"), join(folder, "tencent")]) {
    const run = async (...args: string[]): Promise<string> => {
      const { status, out, err } = await twoway(args);
      return `${status} ${out}${status === 2 ? err : ""}`;
    };
    assert.match(await run("trace", input, "vpc-a", "vpc-b"), /^0 .*two-way/s);
    assert.match(await run("why", input, "vpc-a", "vpc-b"), /^0 .*two-way/s);
    assert.match(await run("matrix", input), /^0 .*2 ordered pairs of subnets: 2 two-way/s);
    assert.match(await run("sweep", input, "--format", "json"), /^0 .*pcx-1/s);
    assert.match(await run("diff", input, input), /^0 /);
    assert.match(await run("diff", input, "--do", "delete-peering pcx-1"), /^1 .*2 ordered pairs/s);
    assert.match(await run("check", input, "--policy", open), /^0 .*1 scenario: 1 hold/s);
    assert.match(await run("check", input, "--policy", apart), /^1 .*0 hold, 1 do not/s);
  }
});

test("a folder of scenarios stays one, also with a plan beside them; a dump is one network", async () => {
  const scenario = { name: "s", vpcs: { a: { cidr: "10.0.0.0/16", subnets: { x: "10.0.1.0/24" } } } };
  write("stories/one.json", { ...scenario, steps: [{ expect: ["x -x- 10.0.2.9: no-route / no-route"] }] });
  write("stories/plan.json", PLAN);
  const both = await twoway(["check", join(folder, "stories"), "--format", "json"]);
  assert.is(JSON.parse(both.out).scenarios.length, 2, both.err);
  const dump = await twoway(["check", join(folder, "aws"), "--format", "json"]);
  assert.is(JSON.parse(dump.out).scenarios.length, 1, dump.err);
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

test("a file may have a byte order mark, and be in UTF-16, as PowerShell writes it", async () => {
  const text = JSON.stringify({ ...STATE, note: "Überweg" });
  const wide = Buffer.from(`\ufeff${text}`, "utf16le");
  const files: readonly (readonly [string, Buffer])[] = [
    ["marked.json", Buffer.from(`\ufeff${text}`)],
    ["wide.json", wide],
    ["turned.json", Buffer.from(wide).swap16()],
  ];
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const { status, out } = await twoway(["trace", path, "subnet-a", "subnet-b"]);
    assert.is(status, 0, name);
    assert.match(out, /two-way/);
  }
  const broken = join(folder, "latin.json");
  writeFileSync(broken, Buffer.from([0x7b, 0xe9, 0x7d]));
  const { status, err } = await twoway(["trace", broken, "a", "b"]);
  assert.is(status, 2);
  assert.match(err, /not text in UTF-8/);
});

test.run();
