import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, twoway } from "./command.ts";

// `why`, `matrix`, `diff` and `sweep` from the command line.
const test = suite("reach commands");
const folder = mkdtempSync(join(tmpdir(), "twoway-reach-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const SCENARIOS = readdirSync(join(ROOT, "scenarios"))
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => `scenarios/${name}`);

test("why prints the answer of trace, with all causes, the routes to look at, and fixes in the grammar of --do", async () => {
  const net = "scenarios/one-sided-route.yaml";
  const { status, out } = await twoway(["why", net, "web", "db", "--format", "json"]);
  assert.is(status, 1);
  const { causes, related, fixes, obstacles, advice, ...answer } = JSON.parse(out);
  assert.equal(answer, JSON.parse((await twoway(["trace", net, "web", "db", "--format", "json"])).out));
  assert.equal(
    causes.map(({ path, cause, component }: { path: string; cause: string; component: { id: string } }) => [
      path,
      cause,
      component.id,
    ]),
    [["return", "no-route", "customer-data/main"]],
  );
  assert.is(related[0].peering, "shop-to-data");
  assert.is(related[0].routes[0].destination, "10.2.1.0/24");
  assert.equal(fixes, [
    {
      actions: ["add-route customer-data 10.1.1.0/24 -> shop-to-data"],
      by: ["self"],
      verdict: "two-way",
      opens: [],
      breaks: [],
    },
  ]);
  assert.equal([obstacles, advice], [[], null]);
  const [action] = fixes[0].actions;
  assert.is((await twoway(["trace", net, "web", "db", "--do", action])).status, 0);
});

// the file, the ends, the exit status, and what is printed behind the answer
const ROWS: readonly (readonly [args: readonly string[], status: number, out: RegExp])[] = [
  [["scenarios/quickstart.yaml", "subnet-a", "subnet-b", "--step", "all"], 0, /two-way: the packet arrives/],
  [
    ["scenarios/non-transitive.yaml", "vpc2/b", "vpc3/c"],
    1,
    /create-peering pcx-vpc2-vpc3 vpc2 - vpc3\n {2}add-route vpc2 10\.3\.1\.0\/24/,
  ],
  [
    ["scenarios/pending-is-not-no-route.yaml", "web", "payments"],
    1,
    /accept-peering shop-bank {2}by 200002\n/,
  ],
  [
    ["scenarios/local-wins.yaml", "app", "crm"],
    1,
    /refused {2}create-peering[\s\S]*free: 10\.0\.0\.0\/16, 10\.2\.0\.0\/16/,
  ],
  [
    ["scenarios/wrong-vpc.yaml", "probes", "blue-web"],
    1,
    /breaks 1 pair:\n {4}monitoring\/probes - red\/red-web {2}two-way to return-only/,
  ],
  [["scenarios/not-in-the-picture.yaml", "web", "mainframe"], 3, /no fix/],
];

for (const [args, status, out] of ROWS) {
  test(`why ${args.join(" ")} ends with ${status}`, async () => {
    const ended = await twoway(["why", ...args]);
    assert.is(ended.status, status, ended.err + ended.out);
    assert.match(ended.out, out);
  });
}

test("matrix shows every scenario, and counts its pairs", async () => {
  for (const scenario of SCENARIOS) {
    const { status, out } = await twoway(["matrix", scenario, "-q"]);
    assert.is(status, 0, scenario);
    assert.match(out, /\d+ ordered pairs of subnets: /, scenario);
  }
});

test("matrix draws subnets by VPC, and opens a pair that is asked for alone", async () => {
  const net = "scenarios/partial-subnet.yaml";
  assert.is(
    (await twoway(["matrix", net])).out,
    `               1  2  3
office
  desks    1     .* >*
data
  db       2  .*     =
  archive  3  <*  =

= two-way   > packet only   < reply only   . unreachable   ? unknown   * other addresses fare better
6 ordered pairs of subnets: 2 two-way, 1 forward-only, 1 return-only, 2 unreachable; 4 of them partial
`,
  );
  const { out } = await twoway(["matrix", net, "--from", "desks", "--to", "data/d?"]);
  assert.match(out, "  two-way         10.1.1.0/26 to 10.2.1.0/25\n");
});

test("matrix in JSON has the sets of each pair, and leaves out what is unreachable unless asked", async () => {
  const net = "scenarios/blast-radius.yaml";
  const few = JSON.parse((await twoway(["matrix", net, "--format", "json"])).out);
  const all = JSON.parse((await twoway(["matrix", net, "--format", "json", "--all"])).out);
  assert.equal([few.version, few.subnets.length, few.pairs.length, all.pairs.length], [1, 6, 24, 30]);
  const isPair = (from: string, to: string) => (pair: { from: { subnet: string }; to: { subnet: string } }) =>
    pair.from.subnet === from && pair.to.subnet === to;
  const box = (src: string, dst: string): object => ({ src: [src], dst: [dst], services: "all" });
  const boxes = [box("10.0.1.0/24", "10.1.1.0/24")];
  assert.equal(few.pairs.find(isPair("login", "web")), {
    from: { vpc: "shared", subnet: "login" },
    to: { vpc: "shop", subnet: "web" },
    verdict: "two-way",
    partial: false,
    forward: boxes,
    return: boxes,
    twoWay: boxes,
  });
  assert.equal(few.pairs.find(isPair("web", "relay")), undefined);
  assert.equal(all.pairs.find(isPair("web", "relay")).twoWay, []);
  const broken = await twoway(["matrix", net, "--format", "json", "--do", "delete-peering shared-shop"]);
  assert.is(JSON.parse(broken.out).pairs.length, 16);
});

test("matrix of more than forty subnets is one of VPCs, and of more VPCs counts alone", async () => {
  const net = (vpcs: number): string => {
    const ids = Array.from({ length: vpcs }, (_, i) => i);
    return file(
      `net-${vpcs}.yaml`,
      [
        "load: lenient\nvpcs:",
        ...ids.map(
          (i) => `  v${i}: { cidr: 10.${i}.0.0/16, subnets: { a: 10.${i}.1.0/24, b: 10.${i}.2.0/24 } }`,
        ),
        "peerings: { p: v0 - v1 }",
        "routes: { v0: [ 10.1.1.0/24 -> p ], v1: [ 10.0.0.0/16 -> p ] }",
      ].join("\n"),
    );
  };
  const vpcs = (await twoway(["matrix", net(21)])).out;
  assert.match(vpcs, /^v0 +1 {3}= {2}\+ {2}\. /m);
  assert.match(vpcs, "1722 ordered pairs of subnets: 46 two-way, ");
  const counts = (await twoway(["matrix", net(41)])).out;
  assert.match(counts, /^too many for a matrix.*\n6642 ordered pairs/);
  const some = (await twoway(["matrix", net(41), "--from", "v[0-9]"])).err;
  assert.match(some, "made of letters");
  assert.match((await twoway(["matrix", net(41), "--from", "v?/a", "--to", "10.1.1.0/24"])).out, "1  v1/a");
});

test("diff of an action says which pairs change, from what to what, by which action and which route", async () => {
  const net = "scenarios/blast-radius.yaml";
  const actions = ["--do", "delete-peering shared-shop", "--do", "delete-route mail 10.0.0.0/16"];
  const { status, out } = await twoway(["diff", net, ...actions, "--format", "json"]);
  assert.is(status, 1);
  const { version, changed, pairs, added, removed } = JSON.parse(out);
  assert.equal([version, changed, pairs.length, added, removed], [1, 12, 12, [], []]);
  const [first] = pairs;
  assert.equal(
    [first.from, first.to],
    [
      { vpc: "shared", subnet: "login" },
      { vpc: "shop", subnet: "web" },
    ],
  );
  assert.equal([first.before.verdict, first.after.verdict], ["two-way", "unreachable"]);
  assert.equal(first.before.twoWay, [{ src: ["10.0.1.0/24"], dst: ["10.1.1.0/24"], services: "all" }]);
  assert.equal(first.after.twoWay, []);
  assert.equal(first.actions, ["delete-peering shared-shop"]);
  assert.is(first.owners.before[0].source, `${net}:21:13`);
  const text = (await twoway(["diff", net, ...actions])).out;
  assert.match(text, "12 ordered pairs of subnets change\n       8  two-way to unreachable\n");
  assert.match(
    text,
    "shared/login - mail/relay  two-way to forward-only\n    by delete-route mail 10.0.0.0/16\n",
  );
});

test("diff of two files compares them by id, and tells another part of a partial pair as well", async () => {
  const net = "scenarios/partial-subnet.yaml";
  const text = readFileSync(join(ROOT, net), "utf8");
  const other = file("other.yaml", text.replace("10.2.1.0/25 ->", "10.2.1.0/26 ->"));
  const more = file(
    "more.yaml",
    text.replace("archive: 10.2.2.0/24", "archive: 10.2.2.0/24, spare: 10.2.3.0/24"),
  );
  const none = await twoway(["diff", net, net]);
  assert.equal([none.status, none.out], [0, "no pair of subnets changes\n"]);
  const shifted = await twoway(["diff", net, other]);
  assert.is(shifted.status, 1);
  assert.match(shifted.out, "office/desks - data/db  unreachable in part, another part\n");
  const grown = await twoway(["diff", net, more]);
  assert.equal([grown.status, grown.out], [1, "new: data/spare\nno pair of subnets changes\n"]);
});

test("sweep ranks peerings and routes by what they would break, and says which peering splits the network", async () => {
  const net = "scenarios/blast-radius.yaml";
  const { status, out } = await twoway(["sweep", net, "--format", "json"]);
  assert.is(status, 0);
  const { tried, peerings, routes } = JSON.parse(out);
  assert.equal(tried, { peerings: 4, routes: 8 });
  assert.equal(
    peerings.map((one: { peering: string; broken: number; splits: boolean }) => [
      one.peering,
      one.broken,
      one.splits,
    ]),
    [
      ["shared-shop", 8, false],
      ["shared-bank", 4, false],
      ["shared-mail", 4, true],
      ["shop-bank", 4, false],
    ],
  );
  assert.is(routes.length, 8);
  // what the ranking says of the worst is what a diff says
  const { peering, broken } = peerings[0];
  const diff = await twoway(["diff", net, "--do", `delete-peering ${peering}`, "--format", "json"]);
  assert.is(JSON.parse(diff.out).changed, broken);
  const top = (await twoway(["sweep", net, "--top", "1"])).out;
  assert.match(top, "… and 3 more that break something");
});

// what is asked in a wrong way, and a piece of what is said about it
const WRONG: readonly (readonly [args: readonly string[], err: RegExp])[] = [
  [["diff", "scenarios/blast-radius.yaml"], /two networks are compared/],
  [
    ["diff", "scenarios/blast-radius.yaml", "scenarios/blast-radius.yaml", "--do", "delete-vpc mail"],
    /two networks are compared/,
  ],
  [["diff", "scenarios/blast-radius.yaml", "--do", "delete-vpc mail"], /shared-mail.*ResourceInUse/],
  [["diff", "scenarios/blast-radius.yaml", "--do", "delete-vcp mail"], /delete-vpc/],
  [["sweep", "scenarios/blast-radius.yaml", "--top", "0"], /above zero/],
  [["why", "scenarios/blast-radius.yaml", "login", "wbe"], /try {2}web/],
];

for (const [args, err] of WRONG) {
  test(`${args.join(" ")} is wrong usage`, async () => {
    const ended = await twoway(args);
    assert.is(ended.status, 2);
    assert.match(ended.err, err);
  });
}

test("a set that selects nothing is an error, not an empty matrix", async () => {
  const { status, err } = await twoway(["matrix", "scenarios/blast-radius.yaml", "--to", "tag:env=prod"]);
  assert.is(status, 2);
  assert.match(err, '"tag:env=prod" selects no subnet');
});

test.run();
