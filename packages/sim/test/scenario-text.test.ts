import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type FilterRule,
  type Network,
  type Routes,
  readScenario,
  runScenario,
  scenarioText,
} from "@twoway/sim";
import { suite } from "uvu";
import * as assert from "uvu/assert";

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
    // VPCs that a step deleted are still ends of the peerings they had
    if (
      ![...last.peerings.values()].every(
        ({ requester, accepter }) => last.vpcs.has(requester.vpc) && last.vpcs.has(accepter.vpc),
      )
    )
      return;
    assert.is(facts(readScenario(scenarioText(last, name), "copy.yaml").scenario.network), facts(last));
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
