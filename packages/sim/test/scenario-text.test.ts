import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  apply,
  type FilterRule,
  type Network,
  parseAction,
  type Routes,
  readScenario,
  runScenario,
  scenarioText,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { after, issuesOf } from "./notation.ts";
import { contents, drawLine, start } from "./script.ts";

const test = suite("scenario text");

const SCENARIOS = join(import.meta.dirname, "../../../../scenarios");

/** Everything that packets and rules look at, without places. */
function facts({ vpcs, peerings, gateways, hubs, groups, acls, ...rest }: Network): unknown {
  return JSON.stringify(
    {
      ...rest,
      vpcs: [...vpcs.values()].map(({ source: _, subnets, tables, profile, ...vpc }) => ({
        ...vpc,
        cidrs: vpc.cidrs.map(String),
        secondary: vpc.secondary.map(String),
        profile: profile.name,
        subnets: [...subnets.values()].map(({ source: _, hosts, ...subnet }) => ({
          ...subnet,
          cidrs: subnet.cidrs.map(String),
          hosts:
            hosts &&
            [...hosts.values()].map((host) => [
              host.name,
              host.addresses.map(String),
              host.groups,
              host.public && [...host.public].map(String),
            ]),
        })),
        tables: [...tables.values()]
          .map(({ id, routes }) => ({
            id,
            routes: routesText(routes),
          }))
          .sort((a, b) => (a.id < b.id ? -1 : 1)),
      })),
      peerings: [...peerings.values()].map((peering) => [
        peering.id,
        peering.name,
        peering.requester,
        peering.accepter,
        peering.state,
        peering.requested,
        peering.bandwidth,
        peering.hidden,
      ]),
      gateways: [...gateways.values()].map(({ source: _, advertises, ...gateway }) => [
        gateway,
        advertises?.map(String),
      ]),
      hubs: [...(hubs?.values() ?? [])].map(({ source: _, tables, attachments, ...hub }) => ({
        ...hub,
        attachments: [...attachments.values()].map(({ source: _, advertises, ...attachment }) => [
          attachment,
          advertises?.map(String),
        ]),
        tables: [...tables.values()].map(({ id, propagates, routes }) => [
          id,
          propagates,
          routesText(routes),
        ]),
      })),
      filters: [...(groups?.values() ?? []), ...(acls?.values() ?? [])].map(
        ({ source: _, ingress, egress, ...filter }) => [filter, rulesText(ingress), rulesText(egress)],
      ),
    },
    null,
    1,
  );
}

function routesText(routes: Routes | undefined): unknown {
  return routes && [...routes].map((r) => [`${r.destination}`, r.target, r.enabled]);
}

function rulesText(rules: readonly FilterRule[]): unknown {
  return rules.map(({ name, action, services, remote }) => [
    name,
    action,
    `${services}`,
    remote.kind === "cidrs" ? remote.cidrs.map(String) : remote,
  ]);
}

for (const name of readdirSync(SCENARIOS).filter((file) => file.endsWith(".yaml"))) {
  test(`${name}, written and read again, is the same network`, () => {
    const { scenario } = readScenario(readFileSync(join(SCENARIOS, name), "utf8"), name);
    const { network } = scenario;
    assert.is(facts(readScenario(scenarioText(network, name), "copy.yaml").scenario.network), facts(network));
    const last = runScenario(scenario).network;
    assert.is(facts(readScenario(scenarioText(last, name), "copy.yaml").scenario.network), facts(last));
  });
}

test("any network that actions come to is written and read again as the same one", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(fc.constantFrom("tencent", "aws"), fc.gen(), fc.nat({ max: 80 }), (profile, g, length) => {
      let network = after(start(profile), "create-vpc named 10.99.0.0/16 table rtb-named");
      for (let i = 0; i < 20 + length; i++) {
        const outcome = apply(network, parseAction(drawLine(g, network)), "");
        if (outcome.kind === "applied") network = outcome.network;
      }
      const copy = readScenario(scenarioText(network, "copy"), "copy.yaml").scenario.network;
      assert.is(contents(copy), contents(network));
      for (const { hidden, requester, accepter } of network.peerings.values()) {
        if (hidden !== undefined) tally.add("hidden");
        if (!network.vpcs.has(requester.vpc) || !network.vpcs.has(accepter.vpc)) tally.add("VPC gone");
      }
      if (network.vpcs.has("named")) tally.add("main table with an id of its own");
    }),
    seeded(60),
  );
  tally.print("networks written", ["hidden", "VPC gone", "main table with an id of its own"]);
});

// what `hidden`, an end that is not there, and a main table's id must not say
for (const [text, message] of [
  ["peerings: { p: { requester: a, accepter: b, hidden: [self] } }", "only a peering that is DELETED"],
  ["peerings: { p: { requester: a, accepter: b, state: DELETED, hidden: [x] } }", "account of neither end"],
  [
    "peerings: { p: { requester: a, accepter: { vpc: b, account: x, region: y } } }",
    "which says its account and region",
  ],
  [
    "peerings: { p: { requester: a, accepter: { vpc: c, account: x, region: y }, state: DELETED } }",
    "there is no VPC c", // only where the file is read leniently
  ],
  ["routes: { t: { vpc: a, routes: [] } }", "t is the name of something else too"],
] as const) {
  test(`a file that says ${text} is refused: ${message}`, () => {
    const vpcs = "vpcs: { a: { cidr: 10.1.0.0/16, table: t }, b: { cidr: 10.2.0.0/16 } }";
    const issues = issuesOf(() => readScenario(`${vpcs}\n${text}`, "net.yaml"));
    assert.equal(issues.length, 1);
    assert.match(issues[0].message, message);
  });
}

test("names with quotes, blanks and signs of YAML survive", () => {
  const text = 'vpcs: { v: { cidr: 10.1.0.0/16, name: "a: {\\"b\\"} # ü\\u2028" } }';
  const { network } = readScenario(text, "net.yaml").scenario;
  const again = readScenario(scenarioText(network, "x: 'y'"), "copy.yaml").scenario;
  assert.is(again.network.vpcs.get("v")!.name, 'a: {"b"} # ü\u2028');
  assert.is(again.name, "x: 'y'");
});

test.run();
