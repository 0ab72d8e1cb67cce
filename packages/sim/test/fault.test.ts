import { readFileSync } from "node:fs";
import { type Address, formatAddress } from "@twoway/core";
import {
  type Diagnosis,
  diagnose,
  formatAction,
  type Network,
  readScenario,
  resolveEndpoint,
  roundTrip,
  type Service,
  Services,
  type Spot,
} from "@twoway/sim";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { seeded, Tally } from "./generate.ts";
import { pathNetworks, simOfPath } from "./generate-packets.ts";
import { after, read } from "./notation.ts";
import { bothWays } from "./packet-oracle.ts";

const test = suite("causes behind filters and hubs");

const ANY: Service = { protocol: "any" };

function why(network: Network, from: string, to: string, service: Service = ANY): Diagnosis {
  const [a, b] = [from, to].map((end) => resolveEndpoint(network, end, "test"));
  return diagnose(network, a, b, service);
}

function scenario(name: string): Network {
  const file = `${import.meta.dirname}/../../../../scenarios/${name}.yaml`;
  return readScenario(readFileSync(file, "utf8"), name).scenario.network;
}

function causes({ faults }: Diagnosis): string[] {
  return faults.map(({ path, from, to, trace: { cause, component } }) => {
    const [a, b] = [from, to].map(({ address }) => formatAddress(address));
    return `${path} ${cause} ${component.id} ${a} ${b}`;
  });
}

const TCP = (port: number): Service => ({ protocol: "tcp", port });

// the scenario, the ends, the service, and every cause with the addresses that meet it (S13, 3.3, 3.5)
const CAUSES: readonly [string, string, string, Service, readonly string[]][] = [
  ["security-group-asymmetry", "app", "db", TCP(5432), []],
  ["security-group-asymmetry", "app", "db", ANY, ["forward filter-denied sg-db 10.1.1.10 10.2.1.10"]],
  // of two hosts one is refused, and is the one that is named
  ["security-group-asymmetry", "web", "db", TCP(5432), ["forward filter-denied sg-db 10.1.1.20 10.2.1.10"]],
  // one host is asked for tcp/443 and has it, the other has not
  ["security-group-asymmetry", "db", "web", TCP(443), ["forward filter-denied sg-batch 10.2.1.10 10.1.1.20"]],
  [
    "security-group-asymmetry",
    "db",
    "web",
    ANY,
    [
      "forward filter-denied sg-app 10.2.1.10 10.1.1.10",
      "forward filter-denied sg-batch 10.2.1.10 10.1.1.20",
    ],
  ],
  [
    "stateless-acl-forgets-ephemeral",
    "office",
    "shop",
    TCP(443),
    [
      "return filter-denied acl-web 10.8.1.4 10.1.1.4",
      "return filter-denied acl-web-2 rule 90 10.8.1.4 10.1.2.4",
      "return filter-denied acl-narrow 10.8.1.4 10.1.3.4",
    ],
  ],
  [
    "hub-isolated-spokes",
    "red",
    "blue",
    ANY,
    [
      "forward no-route spokes 10.1.1.4 10.2.1.4",
      "forward hub-attachment red-on 10.1.2.4 10.2.1.4",
      "return no-route spokes 10.1.1.4 10.2.1.4",
    ],
  ],
];

for (const [name, from, to, service, expected] of CAUSES) {
  test(`${name}, ${from} to ${to} ${service.protocol}/${service.port ?? "any"}: every cause, each once`, () => {
    assert.equal(causes(why(scenario(name), from, to, service)), expected);
  });
}

test("a rule that refuses is named, and nothing is proposed against it", () => {
  const { fixes, obstacles } = why(scenario("stateless-acl-forgets-ephemeral"), "office", "web-2", TCP(443));
  assert.equal(fixes, []);
  assert.is(obstacles.length, 1);
  assert.match(obstacles[0].message, /acl-web-2 rule 90 \(deny\).*rules are left to you/);
});

const HALF = `profile: aws
vpcs:
  shop: { region: r1, cidr: 10.1.0.0/16, subnets: { web: { cidr: 10.1.1.0/24, hosts: { app: { address: 10.1.1.10, groups: sg } } } } }
  data: { region: r1, cidr: 10.2.0.0/16, subnets: { db: { cidr: 10.2.1.0/24, acl: acl } } }
peerings: { p: shop - data }
routes: { shop: [ 10.2.0.0/16 -> p ] }
groups: { sg: { vpc: shop, ingress: [], egress: [ allow tcp/443 to any, allow tcp/5432 to any ] } }
acls: { acl: { vpc: data, ingress: [ 100 allow tcp/5432 from any ], egress: [ 100 allow tcp/1024-65535 to any ] } }
`;

test("a fix is tried with the service that is asked about, and is none where a filter refuses behind it", () => {
  const network = read(HALF);
  const asked = why(network, "web", "db", TCP(5432));
  assert.equal(
    asked.fixes.map(({ actions }) => actions.map(formatAction)),
    [["add-route data 10.1.1.0/24 -> p"], ["add-route data 10.1.1.10/32 -> p"]],
  );
  assert.equal(causes(asked), ["return no-route data/main 10.1.1.10 10.2.1.4"]);
  const other = why(network, "web", "db", TCP(443));
  assert.equal(other.fixes, []);
  assert.match(other.obstacles[0].message, /acl allows tcp\/443 from 10\.1\.1\.10; .*rules are left to you/);
});

test("what refuses only behind the repair is named too", () => {
  // without the route nothing gets to the ACL of the other side
  const network = read(
    HALF.replace("routes: { shop: [ 10.2.0.0/16 -> p ] }", "routes: { data: [ 10.1.0.0/16 -> p ] }"),
  );
  const { fixes, obstacles } = why(network, "web", "db", TCP(443));
  assert.equal(fixes, []);
  assert.match(obstacles.map(({ message }) => message).join(), /acl allows tcp\/443/);
});

/** One rule of a filter is named, although others of it may refuse other services. */
const filterOf = (component: string): string => component.split(" ")[0];

test("on random networks every packet that the oracle stops has its cause listed, and every fix is confirmed", () => {
  const tally = new Tally();
  fc.assert(
    fc.property(pathNetworks, fc.infiniteStream(fc.nat({ max: 1 << 30 })), (generated, random) => {
      const { net } = generated;
      const network = simOfPath(generated);
      const one = <T>(items: readonly T[]): T => items[random.next().value! % items.length];
      const subnets = net.vpcs.flatMap(({ id, subnets }) => subnets.map((subnet) => `${id}/${subnet.id}`));
      const [from, to] = [one(subnets), one(subnets)].map((name) => resolveEndpoint(network, name, "test"));
      if (from.spans.length === 0 || to.spans.length === 0) return;
      const found = diagnose(network, from, to, ANY);
      assert.is(found.faults.length === 0, found.answer.verdict === "two-way", generated.text);
      const any = ({ spans }: typeof from): Spot => {
        const { vpc, subnet, first, last } = one(spans);
        const address = (Number(first) +
          (random.next().value! % (Number(last) - Number(first) + 1))) as Address;
        return { vpc, subnet, address };
      };
      for (let n = 0; n < 40; n++) {
        const [a, b] = [any(from), any(to)];
        const service = {
          protocol: one([6, 17]),
          port: one([22, 80, 443, 5432]),
          sourcePort: one([1024, 32768, 61000]),
        };
        const end = ({ vpc, address }: Spot) => ({ vpc, address: Number(address) });
        const ends = bothWays(net, end(a), end(b), service);
        const services = Services.of(service.protocol, service.port, service.port);
        const trip = roundTrip(network, a, b, {
          services,
          sourcePorts: { first: service.sourcePort, last: service.sourcePort },
        });
        for (const [i, path] of (["forward", "return"] as const).entries()) {
          const { cause } = ends[i];
          if (cause === null) continue;
          tally.add(cause);
          const here = found.faults.filter((fault) => fault.path === path);
          const question = `${path} ${JSON.stringify(service)} ${formatAddress(a.address)} ${formatAddress(b.address)}\n${generated.text}`;
          assert.ok(
            here.some(({ trace }) => trace.cause === cause),
            `${cause} ${question}`,
          );
          const { component } = trip[path] as { component: { kind: string; id: string } };
          assert.ok(
            here.some(({ trace }) => filterOf(trace.component.id) === filterOf(component.id)),
            `${component.id} ${question}`,
          );
        }
      }
      for (const { actions } of found.fixes) {
        tally.add("fix");
        const repaired = after(network, ...actions.map(formatAction));
        const trip = roundTrip(repaired, any(from), any(to));
        assert.is(trip.verdict, "two-way", generated.text);
      }
    }),
    { ...seeded(150), endOnFailure: true },
  );
  tally.print("causes and fixes", ["filter-denied", "no-route", "hub-attachment", "non-transitive", "fix"]);
});

test.run();
