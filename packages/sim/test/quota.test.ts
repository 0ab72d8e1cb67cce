import {
  apply,
  formatAction,
  type Network,
  PROFILES,
  parseAction,
  readScenario,
  type Vpc,
} from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { act, after, read, verdictOn } from "./notation.ts";

const test = suite("quotas");

const lines = (n: number, line: (i: number) => string): string[] =>
  Array.from({ length: n }, (_, i) => line(i));
const bare = (profile: string, more = ""): Network =>
  read(`
profile: ${profile}
${more}
vpcs: { v: { cidr: 10.0.0.0/16, account: me, region: north } }
gateways: { nat: nat v }`);

// what fills the quota | one more | its code in tencent and in aws; SPEC section 5
for (const [name, fill, codes] of [
  [
    "vpcs",
    (i: number) => `create-vpc n${i} 10.${i + 1}.0.0/16 region north account me`,
    ["vpc-quota LimitExceeded", "vpc-quota VpcLimitExceeded"],
  ],
  [
    "cidrs",
    (i: number) => `add-cidr v 172.${i + 16}.0.0/16`,
    ["cidr-quota LimitExceeded", "cidr-quota CidrLimitExceeded"],
  ],
  [
    "subnets",
    (i: number) => `create-subnet v/s${i} 10.0.${i}.0/24`,
    ["subnet-quota LimitExceeded", "subnet-quota SubnetLimitExceeded"],
  ],
  [
    "tables",
    (i: number) => `create-table t${i} v`,
    ["table-quota LimitExceeded", "table-quota RouteTableLimitExceeded"],
  ],
  [
    "routes",
    (i: number) => `add-route v 172.16.${i}.0/24 -> nat`,
    ["route-quota LimitExceeded", "route-quota RouteLimitExceeded"],
  ],
] as const) {
  for (const [profile, code] of [
    ["tencent", codes[0]],
    ["tencent-2024", codes[0]],
    ["aws", codes[1]],
  ] as const) {
    const quota = PROFILES[profile].quotas[name];
    // the VPC itself and its main table are there already
    const free = name === "vpcs" || name === "tables" ? quota - 1 : quota;
    test(`${profile} has room for ${quota} ${name}, and refuses one more`, () => {
      const full = after(bare(profile), ...lines(free, fill));
      assert.is(verdictOn(act(full, fill(free))), code);
    });
    test(`${profile}: a raised quota of ${name} holds instead`, () => {
      const more = after(bare(profile, `quotas: { ${name}: ${quota + 1} }`), ...lines(free + 1, fill));
      assert.is(verdictOn(act(more, fill(free + 1))), code);
    });
  }
}

test("VPCs of other accounts and regions have a quota of their own", () => {
  const full = after(
    bare("tencent"),
    ...lines(4, (i) => `create-vpc n${i} 10.${i + 1}.0.0/16 region north account me`),
  );
  assert.is(verdictOn(act(full, "create-vpc x 10.99.0.0/16 region south account me")), "applied");
  assert.is(verdictOn(act(full, "create-vpc x 10.99.0.0/16 region north account you")), "applied");
});

test("a raised quota of peerings holds at both ends (A14)", () => {
  const network = read(`
quotas: { peerings: 1 }
vpcs: { a: { cidr: 10.1.0.0/16 }, b: { cidr: 10.2.0.0/16 }, c: { cidr: 10.3.0.0/16 } }
peerings: { p: a - b }`);
  const full = "peering-quota LimitExceeded.VpcPeerTotalLimitExceeded";
  assert.is(verdictOn(act(network, "create-peering q c - b")), full);
  assert.is(verdictOn(act(network, "create-peering q b - c")), full);
});

test("a file above a quota is read with one warning for each, and its actions are not refused on that account", () => {
  const routes = lines(51, (i) => `172.16.${i}.0/24 -> nat`).join(", ");
  const more = lines(12, (i) => `v${i}: { cidr: 10.${i}.0.0/16 }`).join(", ");
  const subnets = lines(11, (i) => `s${i}: 10.200.${i}.0/24`).join(", ");
  const text = `vpcs: { ${more}, big: { cidr: 10.200.0.0/16, subnets: { ${subnets} } } }
gateways: { nat: nat v0 }
routes: { v0: [${routes}] }`;
  const { scenario, warnings } = readScenario(text, "big.yaml");
  assert.equal(
    warnings.map(({ path, message }) => `${path}: ${message}`),
    [
      "vpcs.v0: v0/main has 51 routes, above the quota of 50 (LimitExceeded)",
      "vpcs.v5: account self has 6 VPCs in this region, above the quota of 5 (LimitExceeded)",
      "vpcs.big: big has 11 subnets, above the quota of 10 (LimitExceeded)",
    ],
  );
  for (const line of ["add-route v0 172.17.0.0/24 -> nat", "create-subnet big/more 10.200.99.0/24"])
    assert.is(verdictOn(act(scenario.network, line)), "applied", line);
});

test("a table may be reset to as many routes as the quota has, and to no more", () => {
  const network = after(bare("tencent"), "add-route v 172.31.0.0/16 -> nat");
  const reset = (n: number) =>
    act(network, `reset-routes v ${lines(n, (i) => `172.16.${i}.0/24 -> nat`).join(" and ")}`);
  assert.is(verdictOn(reset(50)), "applied");
  assert.is(verdictOn(reset(51)), "route-quota LimitExceeded");
});

// --- S1: a peering between VPCs of two profiles

/** Two VPCs with one rule changed, as no file can spell it: the far end's own rule must count. */
function mixed(change: Partial<Vpc["profile"]>): Network {
  const network = read(`
vpcs:
  near: { cidr: 10.1.0.0/16, account: a }
  far: { cidr: 10.2.0.0/16, account: b }
  third: { cidr: 10.3.0.0/16, account: b }`);
  const far = network.vpcs.get("far")!;
  return {
    ...network,
    vpcs: new Map(network.vpcs).set("far", { ...far, profile: { ...far.profile, ...change } }),
  };
}

test("each end of a peering has its own cloud's quota (S1, S2)", () => {
  const quotas = { ...PROFILES.tencent.quotas, peerings: 1 };
  const network = after(mixed({ quotas }), "create-peering q third - far");
  for (const line of ["create-peering p near - far", "create-peering p far - near"])
    assert.is(verdictOn(act(network, line)), "peering-quota LimitExceeded.VpcPeerTotalLimitExceeded");
  assert.is(verdictOn(act(network, "create-peering p near - third")), "applied");
});

test("a request expires by the shorter of its two ends' rules (S1, A8)", () => {
  for (const ask of ["near - far", "far - near"]) {
    const network = after(mixed({ expiryDays: 3 }), `create-peering p ${ask}`);
    assert.is(after(network, "advance-clock 2d23h59m59s").peerings.get("p")?.state, "PENDING", ask);
    assert.is(after(network, "advance-clock 3d").peerings.get("p")?.state, "EXPIRED", ask);
  }
});

test("each end of a peering has its own cloud's rule about overlapping peers (S1, S3)", () => {
  const network = read(`
vpcs:
  hub: { cidr: 10.0.0.0/16, profile: tencent-2024 }
  a: { cidr: 10.1.0.0/16 }
  b: { cidr: 10.1.0.0/16 }
peerings: { p: hub - a }`);
  const refused = "siblings-overlap UnauthorizedOperation.VpcPeerCidrConflict";
  assert.is(verdictOn(act(network, "create-peering q b - hub")), refused);
  const lenient = { ...network.vpcs.get("hub")!, profile: PROFILES.tencent };
  const same = { ...network, vpcs: new Map(network.vpcs).set("hub", lenient) };
  assert.is(verdictOn(act(same, "create-peering q b - hub")), "applied");
});

// --- names (S9)

for (const [line, id] of [
  ["create-peering ID near - far", "p"],
  ["create-vpc ID 10.9.0.0/16", "v"],
  ["create-subnet near/ID 10.1.1.0/24", "s"],
] as const) {
  test(`${line}: the id is the name where none is given, and no name has more than 60 characters (S9)`, () => {
    const spell = (n: number, name = ""): string => `${line.replace("ID", id.repeat(n))}${name}`;
    const malformed = "malformed InvalidParameterValue.Malformed";
    assert.is(verdictOn(act(mixed({}), spell(60))), "applied");
    assert.is(verdictOn(act(mixed({}), spell(61))), malformed);
    assert.is(verdictOn(act(mixed({}), spell(61, " name short"))), "applied");
  });
}

test("a file with a long id and no name is refused at that id (S9)", () => {
  const long = "x".repeat(61);
  const text = `vpcs: { a: { cidr: 10.1.0.0/16 }, b: { cidr: 10.2.0.0/16 } }\npeerings: { ${long}: a - b }`;
  assert.throws(() => readScenario(text, "net.yaml"), /1 to 60 characters/);
  assert.is(read(text.replace("a - b", "{ requester: a, accepter: b, name: x }")).peerings.size, 1);
});

// --- add-cidr and the routes that are there (SPEC 3.1)

// profile | the route's destination | add-cidr v 172.16.0.0/16
for (const [profile, destination, ends] of [
  ["tencent", "172.16.0.0/16", "cidr-is-route InvalidParameterValue.VpcCidrOverlapRoute"],
  ["tencent", "172.16.0.0/12", "applied"],
  ["tencent", "172.16.7.0/24", "applied"],
  ["aws", "172.16.0.0/16", "cidr-is-route InvalidVpc.Range"],
  ["aws", "172.16.0.0/12", "applied"],
  ["aws", "172.16.7.0/24", "cidr-is-route InvalidVpc.Range"],
] as const) {
  test(`${profile}: add-cidr 172.16.0.0/16 beside a route to ${destination} is ${ends}`, () => {
    const network = after(bare(profile), `add-route v ${destination} -> nat`);
    const outcome = act(network, "add-cidr v 172.16.0.0/16");
    assert.is(verdictOn(outcome), ends);
    if (outcome.kind === "refused") return;
    const shadowed = outcome.events.filter(({ kind }) => kind === "route-shadowed");
    assert.is(shadowed.length, destination === "172.16.7.0/24" ? 1 : 0, "a route inside is warned about");
  });
}

// --- reset-routes

test("reset-routes puts its routes in the place of all others, in their order, or changes nothing", () => {
  const network = after(bare("tencent"), "add-route v 172.31.0.0/16 -> nat", "create-table t v");
  const spelled = "reset-routes v 172.17.0.0/16 -> nat disabled and 172.16.0.0/16 -> nat as me";
  assert.is(formatAction(parseAction(spelled)), spelled);
  const routes = (after: Network): string[] =>
    [...after.vpcs.get("v")!.tables.get("v/main")!.routes!].map(
      ({ destination, target, enabled }) => `${destination} -> ${target} ${enabled}`,
    );
  assert.equal(routes(after(network, spelled)), ["172.16.0.0/16 -> nat true", "172.17.0.0/16 -> nat false"]);
  assert.equal(routes(after(network, "reset-routes v")), []);
  for (const [line, ends] of [
    [
      "reset-routes v 172.17.0.0/16 -> nat and 172.17.0.0/16 -> nat",
      "route-duplicate InvalidParameterValue.Duplicate",
    ],
    [
      "reset-routes v 172.17.0.0/16 -> nat and 10.0.1.0/24 -> nat",
      "route-inside-own-cidr InvalidParameterValue.VpcCidrConflict",
    ],
    ["reset-routes v 172.17.0.0/16 -> nobody", "route-next-hop InvalidParameterValue.RouteNextHopInvalid"],
    ["reset-routes v as stranger", "wrong-owner ResourceNotFound"],
    ["reset-routes nosuch", "not-found ResourceNotFound"],
  ] as const)
    assert.is(verdictOn(act(network, line)), ends, line);
  assert.equal(routes(network), ["172.31.0.0/16 -> nat true"]);
});

// --- the provider acts by itself (B2)

test("isolate and restore are the provider's, with or without its name, and no account bears that name (B2)", () => {
  const network = read(
    "vpcs: { a: { cidr: 10.1.0.0/16 }, b: { cidr: 10.2.0.0/16 } }\npeerings: { p: a - b }",
  );
  for (const as of ["", " as provider"]) {
    const suspended = after(network, `isolate-peering p${as}`);
    assert.is(suspended.peerings.get("p")?.state, "ISOLATED");
    assert.is(after(suspended, `restore-peering p${as}`).peerings.get("p")?.state, "ACTIVE");
  }
  const wrong = "wrong-actor UnsupportedOperation.VpcPeerPurviewError";
  assert.is(verdictOn(act(network, "isolate-peering p as self")), wrong);
  for (const line of ["accept-peering p as provider", "delete-peering p as provider"])
    assert.is(verdictOn(act(network, line)), wrong, line);
  assert.is(
    verdictOn(act(network, "create-vpc v 10.9.0.0/16 account provider")),
    "malformed InvalidParameterValue.Malformed",
  );
  assert.throws(() => read("vpcs: { a: { cidr: 10.1.0.0/16, account: provider } }"), /nobody's account/);
});

// --- A9: requests from accounts that nobody knows

test("accepting the first request of an account warns, and the next ones do not (A9)", () => {
  const network = read(`
vpcs:
  mine: { cidr: 10.1.0.0/16, account: me }
  other: { cidr: 10.2.0.0/16, account: me }
  theirs: { cidr: 10.3.0.0/16, account: them }
  elsewhere: { cidr: 10.4.0.0/16, account: third }
peerings: { old: mine - other, no: elsewhere - theirs }`);
  const kinds = (before: Network, line: string): string => {
    const outcome = apply(before, parseAction(line), "");
    return outcome.kind === "refused"
      ? outcome.refusal.rule
      : outcome.events.map(({ kind }) => kind).join(" ");
  };
  const asked = after(network, "create-peering p theirs - mine", "create-peering q theirs - other");
  assert.is(kinds(asked, "accept-peering p"), "peering-accepted account-unknown");
  assert.is(kinds(after(asked, "accept-peering p"), "accept-peering q"), "peering-accepted");
  const gone = after(asked, "accept-peering p", "delete-peering p");
  assert.is(kinds(gone, "accept-peering q"), "peering-accepted account-unknown");
});

test.run();
