import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PROFILE_NAMES } from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ROOT, twoway } from "./command.ts";

const test = suite("commands");
const folder = mkdtempSync(join(tmpdir(), "twoway-cli-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const NETWORK = file(
  "network.yaml",
  `vpcs:
  shop: { cidr: 10.1.0.0/16, subnets: { web: 10.1.1.0/24 } }
  data: { cidr: 10.2.0.0/16, subnets: { db: 10.2.1.0/24 } }
  lab: { cidr: 10.3.0.0/16, subnets: { bench: 10.3.1.0/24 } }
peerings: { pcx-1: shop - data }
gateways: { vpn-1: vpn lab }
routes:
  shop: [ 10.2.0.0/16 -> pcx-1, 10.2.0.0/24 -> pcx-1 disabled ]
  lab: [ 10.1.0.0/16 -> vpn-1 ]
steps:
  - do: add-route data 10.1.0.0/16 -> pcx-1
  - expect: web <-> db
`,
);

// arguments, exit status, and a piece of what is printed on standard output
const rows: readonly [label: string, args: readonly string[], status: number, out: RegExp][] = [
  ["a pair that works both ways is 0", ["trace", NETWORK, "web", "db", "--step", "all"], 0, /two-way/],
  ["a pair that works one way is 1", ["trace", NETWORK, "web", "db"], 1, /forward-only/],
  [
    "a pair that cannot be decided is 3",
    ["trace", NETWORK, "bench", "198.51.100.1", "--do", "add-route lab 0.0.0.0/0 -> vpn-1"],
    3,
    /unknown/,
  ],
  [
    "a what-if is applied first",
    ["trace", NETWORK, "web", "db", "--do", "add-route data 10.1.0.0/16 -> pcx-1"],
    0,
    /two-way/,
  ],
  [
    "several what-ifs are applied in order",
    [
      "trace",
      NETWORK,
      "web",
      "db",
      "--do",
      "delete-peering pcx-1",
      "--do",
      "create-peering pcx-2 shop - data",
    ],
    1,
    /no-route/,
  ],
  [
    "the clock can be moved",
    ["trace", NETWORK, "web", "db", "--at", "2026-01-08"],
    1,
    /2026-01-08T00:00:00Z/,
  ],
  ["other rules can be asked for", ["trace", NETWORK, "web", "db", "--profile", "aws"], 1, /profile aws/],
  [
    "a port is part of the question",
    ["trace", NETWORK, "web", "db", "--proto", "tcp", "--port", "443", "--format", "json"],
    1,
    /"port": 443/,
  ],
  ["a route that matches is 0", ["route", NETWORK, "web", "10.2.0.9"], 0, /wins\s+10.2.0.0\/16\s+pcx-1/],
  [
    "the losers of a route are named",
    ["route", NETWORK, "web", "10.2.0.9"],
    0,
    /loses\s+10.2.0.0\/24\s+pcx-1\s+disabled/,
  ],
  ["the own range is a route too", ["route", NETWORK, "web", "10.1.9.9"], 0, /wins\s+10.1.0.0\/16\s+local/],
  [
    "a route that does not match is 1",
    ["route", NETWORK, "web", "9.9.9.9"],
    1,
    /no route of shop\/main covers 9.9.9.9/,
  ],
  ["a scenario that holds is 0", ["check", NETWORK], 0, /1 scenario: 1 hold, 0 do not/],
  ["a network that reads is 0", ["validate", NETWORK], 0, /ok .*3 VPCs, 1 peering,/],
  ["causes are listed", ["explain"], 0, /^non-transitive +peering is not transitive$/m],
  ["a cause is explained with its names elsewhere", ["explain", "no-route"], 0, /NO_ROUTE_TO_DESTINATION/],
  [
    "the rules of the clouds stand side by side",
    ["profiles"],
    0,
    /deleting a peering\n +tencent, tencent-2024 +deletes its routes\n +aws +leaves blackholes/,
  ],
  ["help lists the commands and the exit statuses", ["--help"], 0, /lookup[\s\S]*Exit status: 0 yes/],
  ["help of one command names its options", ["trace", "--help"], 0, /--proto/],
  ["the version is printed", ["--version"], 0, /^\d+\.\d+\.\d+$/m],
];

for (const [label, args, status, out] of rows) {
  test(label, async () => {
    const ended = await twoway(args);
    assert.match(ended.out, out);
    assert.is(ended.status, status);
    assert.is(ended.err, "");
  });
}

// arguments, and a piece of what is said on standard error
const refusals: readonly [label: string, args: readonly string[], err: RegExp][] = [
  ["an unknown command", ["trase"], /unknown command 'trase'[\s\S]*trace/],
  ["an unknown option", ["trace", NETWORK, "web", "db", "--hops"], /unknown option '--hops'/],
  ["a missing argument", ["trace", NETWORK, "web"], /missing required argument 'dst'/],
  [
    "a format that does not exist",
    ["trace", NETWORK, "web", "db", "--format", "xml"],
    /Allowed choices are text, json/,
  ],
  ["a profile that does not exist", ["check", NETWORK, "--profile", "azure"], /Allowed choices are tencent/],
  ["a port out of range", ["trace", NETWORK, "web", "db", "--port", "70000"], /0 to 65535/],
  [
    "a name that nothing has, with the nearest",
    ["trace", NETWORK, "wev", "db"],
    /<src> {2}missing-reference[\s\S]*try {2}web/,
  ],
  ["an address with a bad octet", ["trace", NETWORK, "web", "10.2.0.256"], /octet is above 255/],
  [
    "an action that is spelled wrong",
    ["trace", NETWORK, "web", "db", "--do", "delete-pering pcx-1"],
    /--do {2}bad-text[\s\S]*delete-peering/,
  ],
  [
    "an action that the cloud refuses",
    ["trace", NETWORK, "web", "db", "--do", "add-route shop 10.9.0.0/16 -> pcx-1"],
    /InvalidParameterValue.CidrNotInPeerVpc/,
  ],
  ["a time before the network's own", ["trace", NETWORK, "web", "db", "--at", "2025-12-31"], /go backwards/],
  ["a time that is none", ["trace", NETWORK, "web", "db", "--at", "tomorrow"], /--at {2}bad-text/],
  [
    "a file that is not there",
    ["trace", "no.yaml", "web", "db"],
    /no.yaml {2}unreadable {2}there is no such file/,
  ],
  [
    "a folder in the place of a scenario",
    ["trace", folder, "web", "db", "--as", "scenario"],
    /this is a folder/,
  ],
  ["a folder without scenarios", ["check", join(ROOT, "packages/cli/src")], /no scenario/],
  ["a cause that does not exist, with the nearest", ["explain", "no-rute"], /try {2}no-route/],
  ["a table that is not there", ["lookup", "no.txt", "8.8.8.8"], /no.txt {2}unreadable/],
  ["an address to look up that is none", ["lookup", NETWORK, "8.8.8"], /four octets, not fewer/],
  [
    "Terraform's JSON of a version to come",
    ["trace", file("state.json", '{"format_version": "2.0"}'), "a", "b"],
    /format_version 2.0 is newer than version 1/,
  ],
];

for (const [label, args, err] of refusals) {
  test(`${label} is 2, and says so`, async () => {
    const ended = await twoway(args);
    assert.match(ended.err, err);
    assert.is(ended.status, 2);
    assert.is(ended.out, "");
    assert.not.match(ended.err, /^\s+at /m);
  });
}

test("a failing expectation is 1, with its place and both paths", async () => {
  const path = file(
    "failing.yaml",
    readFileSync(NETWORK, "utf8").replace("web <-> db", '"web -> db: no-route"'),
  );
  const ended = await twoway(["check", path]);
  assert.is(ended.status, 1);
  assert.match(
    ended.out,
    /FAIL {2}web -> db: no-route {2}found two-way \(delivered \/ delivered\) {2}.*failing.yaml:12:14/,
  );
  assert.match(ended.out, /forward {2}delivered/);
  assert.match(ended.out, /0 hold, 1 do not/);
});

test("check counts the warnings of a lenient file, and lists them in JSON", async () => {
  const text = await twoway(["check", "scenarios/non-transitive.yaml"]);
  assert.is(text.status, 0);
  assert.match(text.out, /2 warnings, see twoway validate/);
  const { scenarios } = JSON.parse(
    (await twoway(["check", "scenarios/non-transitive.yaml", "--format", "json"])).out,
  );
  assert.equal(
    scenarios[0].warnings.map(({ code }: { code: string }) => code),
    ["refused", "refused"],
  );
});

test("the version is that of the package, and the profiles are those of sim", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "packages/cli/package.json"), "utf8"));
  assert.is((await twoway(["--version"])).out, `${version}\n`);
  const help = (await twoway(["check", "--help"])).out.replace(/\s+/g, " ");
  assert.ok(help.includes(`choices: ${PROFILE_NAMES.map((name) => `"${name}"`).join(", ")}`), help);
});

test("check says what a change would break", async () => {
  const ended = await twoway(["check", NETWORK, "--do", "delete-peering pcx-1", "--format", "json"]);
  assert.is(ended.status, 1);
  const { steps } = JSON.parse(ended.out).scenarios[0];
  assert.is(steps[0].actions[0].refused.code, "InvalidParameterValue.RouteNextHopInvalid");
  assert.is(steps[1].expectations[0].verdict, "unreachable");
});

test("check goes on behind a file that cannot be read, and ends with 2", async () => {
  const ended = await twoway(["check", file("broken.yaml", "vpcs: ["), NETWORK]);
  assert.is(ended.status, 2);
  assert.match(ended.out, /1 scenario: 1 hold/);
  assert.match(ended.err, /broken.yaml:1:\d+ {2}syntax/);
});

test("peerings lists them with who pays; one of them with the routes of both sides (A28, A41, B5)", async () => {
  const STORY = ["peerings", "scenarios/cross-account-acceptance.yaml", "--step", "all"];
  const list = await twoway(STORY);
  assert.is(list.status, 0);
  assert.match(list.out, /^shop-bank {2}\w+ {2}shop - bank, cross-region, 100 Mbps, paid by 100001$/m);
  const one = await twoway(["peerings", "scenarios/same-network-two-clouds.yaml", "t-pcx", "--step", "3"]);
  assert.match(one.out, /routes of t-data\n {4}t-data\/main: 10\.1\.0\.0\/16, for t-db, t-new/);
  const { peerings } = JSON.parse((await twoway([...STORY, "--format", "json"])).out);
  assert.equal([peerings[0].kind, peerings[0].paidBy], ["cross-region", ["100001"]]);
  const waiting = await twoway(["peerings", "scenarios/expiry.yaml", "shop-bank"]);
  assert.match(waiting.out, /expires 2026-01-12T09:00:00Z\n {2}routes of shop: no route/);
  const rejected = ["peerings", "scenarios/rejected-disappears.yaml", "--step", "all", "--account"];
  assert.is((await twoway([...rejected, "nobody"])).out, "no peering\n");
  const missing = await twoway([...STORY, "shop-bnak"]);
  assert.is(missing.status, 2);
  assert.match(missing.err, /there is no peering shop-bnak[\s\S]*shop-bank/);
});

test("preflight lists what a peering needs and what it comes to; a refusal is 1, with the code", async () => {
  const good = await twoway(["preflight", NETWORK, "shop", "lab"]);
  assert.is(good.status, 0);
  assert.match(
    good.out,
    /create-peering pcx-shop-lab shop - lab\n[\s\S]*replace-route lab\/main 10.1.0.0\/16[\s\S]*with that: two-way/,
  );
  const twin = ["--do", "create-vpc twin 10.1.0.0/16 region default"];
  const bad = await twoway(["preflight", NETWORK, "shop", "twin", ...twin]);
  assert.is(bad.status, 1);
  assert.match(bad.out, /refused {2}create-peering[\s\S]*UnauthorizedOperation.VpcPeerCidrConflict/);
  const json = JSON.parse(
    (await twoway(["preflight", NETWORK, "shop", "twin", ...twin, "--format", "json"])).out,
  );
  assert.is(json.refused.code, "UnauthorizedOperation.VpcPeerCidrConflict");
});

test("a folder that is named like a scenario is looked into, not read", async () => {
  const path = join(folder, "stories");
  mkdirSync(join(path, "old.yaml"), { recursive: true });
  writeFileSync(join(path, "old.yaml", "shop.yaml"), readFileSync(NETWORK));
  const ended = await twoway(["check", path]);
  assert.match(ended.out, /1 scenario: 1 hold/);
  assert.is(ended.status, 0);
});

test("check goes on behind a path that is not there, and says so in JSON too", async () => {
  const ended = await twoway(["check", "nowhere.yaml", NETWORK, "--format", "json"]);
  assert.is(ended.status, 2);
  const { passed, issues } = JSON.parse(ended.out);
  assert.is(passed, 1);
  assert.is(issues[0].source, "nowhere.yaml");
});

for (const [args, status] of [
  [["trace", NETWORK, "web", "db"], 1],
  [["validate", "nowhere.yaml"], 2],
] as const) {
  test(`a reader that closes the pipe early does not change the answer of ${args[0]}`, async () => {
    const command = join(ROOT, "packages/cli/bundle/twoway.js");
    const child = spawn(process.execPath, [command, ...args], { cwd: ROOT });
    child.stdout.destroy();
    child.stderr.destroy();
    assert.is(await new Promise((resolve) => child.on("close", resolve)), status);
  });
}

test("trace as JSON is the object that CLI.md promises", async () => {
  const ended = await twoway(["trace", "scenarios/one-sided-route.yaml", "web", "db", "--format", "json"]);
  assert.is(ended.status, 1);
  const route = {
    destination: "10.2.1.0/24",
    target: "shop-to-data",
    source: "scenarios/one-sided-route.yaml:15:11",
  };
  const message = "shop-to-data joins customer-data and shop; only the route to 10.1.1.2 is missing";
  assert.equal(JSON.parse(ended.out), {
    flow: {
      from: { vpc: "shop", subnet: "web", address: "10.1.1.2" },
      to: { vpc: "customer-data", subnet: "db", address: "10.2.1.2" },
      protocol: "any",
    },
    version: 1,
    profile: "tencent",
    at: "2026-01-01T00:00:00Z",
    verdict: "forward-only",
    partial: false,
    forward: {
      outcome: "delivered",
      cause: null,
      hints: [],
      hops: [
        { node: "web", kind: "subnet", table: "shop/main", route },
        { node: "shop-to-data", kind: "peering" },
        { node: "customer-data", kind: "vpc" },
        { node: "db", kind: "subnet" },
      ],
    },
    return: {
      outcome: "dropped",
      cause: "no-route",
      component: {
        id: "customer-data/main",
        kind: "route-table",
        account: "self",
        region: "ap-guangzhou",
        source: "scenarios/one-sided-route.yaml:11:3",
      },
      message: "customer-data/main has no route to 10.1.1.2",
      hints: [{ kind: "peering-chain", path: ["customer-data", "shop-to-data", "shop"], message }],
      hops: [{ node: "db", kind: "subnet", table: "customer-data/main", route: null }],
    },
    coverage: { modelled: 7, of: 7, unknown: [] },
  });
});

test("non-transitive names the chain, as text and as JSON", async () => {
  const args = ["trace", "scenarios/non-transitive.yaml", "vpc2/b", "vpc3/c"];
  const text = await twoway([...args, "-q"]);
  assert.is(text.status, 1);
  assert.match(text.out, /vpc2 - pcx-12 - vpc1 - pcx-13 - vpc3 is a chain of peerings/);
  const json = JSON.parse((await twoway([...args, "-q", "--format", "json"])).out);
  assert.is(json.forward.cause, "non-transitive");
  assert.equal(json.forward.hints[0].path, ["vpc2", "pcx-12", "vpc1", "pcx-13", "vpc3"]);
});

test("check as JSON counts, and carries every answer", async () => {
  const ended = await twoway(["check", NETWORK, "--format", "json"]);
  const json = JSON.parse(ended.out);
  assert.is(json.version, 1);
  assert.is(json.passed, 1);
  assert.is(json.scenarios[0].steps[1].expectations[0].verdict, "two-way");
});

test("validate as JSON lists every issue in the one shape", async () => {
  const path = file("two.yaml", "vpcs:\n  a: { cidr: 10.0.0.1/16 }\nextra: 1\n");
  const ended = await twoway(["validate", path, "--format", "json"]);
  assert.is(ended.status, 2);
  const { errors } = JSON.parse(ended.out);
  assert.equal(
    errors.map(({ code, source }: { code: string; source: string }) => [code, source]),
    [
      ["unknown-key", `${path}:3:1`],
      ["bad-prefix", `${path}:2:14`],
    ],
  );
  assert.is(errors[1].suggestion, "10.0.0.0/16");
});

test("a network comes from standard input, and places are named -", async () => {
  const text = readFileSync(NETWORK, "utf8");
  const good = await twoway(["trace", "-", "web", "db", "--format", "json"], { input: text });
  assert.is(good.status, 1);
  assert.is(JSON.parse(good.out).forward.hops[0].route.source, "-:8:11");
  const bad = await twoway(["validate", "-"], { input: text.replace("10.3.1.0/24", "10.3.1.7/24") });
  assert.is(bad.status, 2);
  assert.match(bad.err, /^-:4:47 {2}bad-prefix[\s\S]*try {2}10.3.1.0\/24/);
});

test("the warnings of a lenient file go to standard error, and --quiet leaves them out", async () => {
  const path = file(
    "lenient.yaml",
    `load: lenient\n${readFileSync(NETWORK, "utf8").replace("10.2.0.0/16 -> pcx-1,", "10.2.0.0/8 -> pcx-1,").replace("10.2.0.0/8", "10.0.0.0/8")}`,
  );
  const loud = await twoway(["trace", path, "web", "db"]);
  assert.is(loud.status, 1);
  assert.match(loud.err, /warning .*CidrNotInPeerVpc/);
  assert.is((await twoway(["trace", path, "web", "db", "--quiet"])).err, "");
});

test("colours appear when forced, and never under NO_COLOR or --no-color", async () => {
  const esc = "\u001b[";
  const args = ["trace", NETWORK, "web", "db"];
  assert.ok((await twoway(args, { env: { FORCE_COLOR: "1", NO_COLOR: "" } })).out.includes(esc));
  assert.not((await twoway(args, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).out.includes(esc));
  assert.not(
    (await twoway([...args, "--no-color"], { env: { FORCE_COLOR: "1", NO_COLOR: "" } })).out.includes(esc),
  );
});

test("init writes a scenario that holds, and never over a file", async () => {
  const path = join(folder, "starter.yaml");
  assert.is((await twoway(["init", path])).status, 0);
  assert.ok(existsSync(path));
  assert.is((await twoway(["check", path])).status, 0);
  const again = await twoway(["init", path]);
  assert.is(again.status, 2);
  assert.match(again.err, /exists already/);
});

test("schema prints a JSON Schema that knows every section", async () => {
  const { status, out } = await twoway(["schema"]);
  assert.is(status, 0);
  const { properties, $schema } = JSON.parse(out);
  assert.match($schema, /2020-12/);
  for (const section of ["vpcs", "peerings", "gateways", "routes", "steps"])
    assert.ok(section in properties, section);
});

test("lookup answers longest match with its next hop, plain and gzip, text and JSON", async () => {
  const text = "0.0.0.0/0 isp\n10.0.0.0/8 core\n10.1.0.0/16\n2001:db8::/32 v6\n";
  for (const path of [file("table.txt", text), file("table.txt.gz", gzipSync(text))]) {
    const { status, out } = await twoway(["lookup", path, "10.1.2.3", "10.2.2.2", "9.9.9.9", "2001:db8::1"]);
    assert.is(status, 0);
    assert.equal(out.trim().split("\n").slice(0, 4), [
      "10.1.2.3     10.1.0.0/16",
      "10.2.2.2     10.0.0.0/8  core",
      "9.9.9.9      0.0.0.0/0  isp",
      "2001:db8::1  2001:db8::/32  v6",
    ]);
    const json = JSON.parse((await twoway(["lookup", path, "10.2.2.2", "::1", "--format", "json"])).out);
    assert.equal(json.results, [
      { address: "10.2.2.2", prefix: "10.0.0.0/8", nextHop: "core" },
      { address: "::1", prefix: null, nextHop: null },
    ]);
  }
});

test("lookup without a match is 1; a bad line is 2 and named", async () => {
  assert.is((await twoway(["lookup", file("one.txt", "10.0.0.0/8\n"), "11.0.0.1"])).status, 1);
  const bad = await twoway(["lookup", file("bad.txt", "10.0.0.0/8\n10.0.0.1/8\n"), "11.0.0.1"]);
  assert.is(bad.status, 2);
  assert.match(bad.err, /bad.txt:2:1 {2}syntax {2}host bits are set[\s\S]*try {2}10.0.0.0\/8/);
});

test("lookup tells an MRT dump by its bytes, and names the byte that is wrong", async () => {
  const u32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
  const record = (subtype: number, body: number[]): number[] => [
    ...[...u32(0), 0, 13, 0, subtype],
    ...[...u32(body.length), ...body],
  ];
  // one peer, and of it 10.0.0.0/8 by way of 192.0.2.1
  const peers = record(1, [...u32(1), 0, 0, 0, 1, 0, ...u32(1), ...u32(1), 0, 1]);
  const route = record(2, [...u32(0), 8, 10, 0, 1, 0, 0, ...u32(0), 0, 7, 0x40, 3, 4, 192, 0, 2, 1]);
  const dump = Buffer.from([...peers, ...route]);
  for (const path of [file("rib.mrt", dump), file("rib.gz", gzipSync(dump))]) {
    const { status, out } = await twoway(["lookup", path, "10.2.2.2"]);
    assert.is(status, 0);
    assert.match(out, /^10\.2\.2\.2 {2}10\.0\.0\.0\/8 {2}192\.0\.2\.1\n1 prefixes/);
  }
  const cut = await twoway(["lookup", file("cut.mrt", dump.subarray(0, -1)), "10.2.2.2"]);
  assert.is(cut.status, 2);
  assert.match(
    cut.err,
    new RegExp(`cut.mrt: byte ${dump.length - 1} {2}syntax {2}the dump ends inside a record`),
  );
});

test("a reader that closes the pipe early is no fault", async () => {
  const many = file(
    "many.yaml",
    `vpcs: { a: { cidr: 10.0.0.0/16, subnets: { x: 10.0.0.0/24 } } }\nsteps:\n${"  - expect: x <-> x\n".repeat(3000)}`,
  );
  const command = join(ROOT, "packages/cli/bundle/twoway.js");
  const child = spawn(process.execPath, [command, "check", many], { stdio: ["ignore", "pipe", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.on("close", resolve));
  assert.is(err, "");
  assert.is(status, 0);
});

test.run();
