import { Prefix, parseAddress } from "@twoway/core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  bothWays,
  isUsable,
  type PlainNetwork,
  type PlainRoute,
  type PlainVpc,
  spotIn,
  walk,
} from "./reference.ts";

const test = suite("reference");
const p = Prefix.parse;

function vpc(id: string, cidr: string, subnet: string, ...routes: string[]): PlainVpc {
  return {
    id,
    profile: "tencent",
    cidrs: [p(cidr)],
    secondary: [],
    subnets: [{ id: `${id}-s`, cidrs: [p(subnet)], table: undefined, hosts: undefined }],
    main: {
      id: `${id}/main`,
      routes: routes.map((text) => {
        const [prefix, target, off] = text.split(" ");
        return { prefix: p(prefix), target, enabled: off === undefined };
      }),
    },
    tables: [],
  };
}

const net: PlainNetwork = {
  vpcs: [
    vpc("v1", "10.1.0.0/16", "10.1.1.0/24", "10.2.0.0/16 p12", "0.0.0.0/0 nat1", "10.9.0.0/16 p12 off"),
    vpc("v2", "10.2.0.0/16", "10.2.1.0/24", "10.1.0.0/16 p12", "10.3.0.0/16 p12"),
    vpc("v3", "10.3.0.0/16", "10.3.1.0/24", "10.9.0.0/16 p12 off"),
  ],
  peerings: [{ id: "p12", ends: ["v1", "v2"], state: "ACTIVE" }],
  gateways: [{ id: "nat1", kind: "nat", vpc: "v1" }],
};

const at = (id: string | undefined, text: string) => {
  const owner = net.vpcs.find((vpc) => vpc.id === id);
  const address = parseAddress(text);
  return owner === undefined ? { vpc: undefined, subnet: undefined, address } : spotIn(owner, address);
};

for (const [from, fromIp, to, toIp, expected] of [
  ["v1", "10.1.1.5", "v2", "10.2.1.5", "two-way - / -"],
  ["v1", "10.1.1.5", "v2", "10.2.1.0", "return-only no-such-host / -"], // reserved
  ["v1", "10.1.1.5", "v2", "10.2.9.9", "unreachable no-such-subnet / source-not-in-subnet"],
  ["v1", "10.1.1.5", "v3", "10.3.1.5", "unreachable left-network / no-route"], // the default route swallows it
  ["v2", "10.2.1.5", "v3", "10.3.1.5", "unreachable non-transitive / no-route"],
  ["v3", "10.3.1.5", undefined, "10.9.0.1", "unreachable route-disabled / unsupported-target"],
  ["v1", "10.1.1.5", undefined, "8.8.8.8", "two-way - / -"], // NAT brings the reply back
  ["v1", "10.1.1.5", "v1", "10.1.1.9", "two-way - / -"],
] as const) {
  test(`the reference finds ${fromIp} to ${toIp} ${expected}`, () => {
    const { verdict, forward, back } = bothWays(net, at(from, fromIp), at(to, toIp));
    assert.is(`${verdict} ${forward.cause ?? "-"} / ${back.cause ?? "-"}`, expected);
  });
}

test("the reference lets the longest prefix win, whatever the order of the routes", () => {
  const vpcs = net.vpcs.map((v) => ({
    ...v,
    main: { ...v.main, routes: [...(v.main.routes as PlainRoute[])].reverse() },
  }));
  const flipped: PlainNetwork = { ...net, vpcs };
  assert.is(walk(flipped, at("v1", "10.1.1.5"), at("v2", "10.2.1.5")).outcome, "delivered");
});

test("the reference knows what each cloud keeps for itself", () => {
  const usable = (profile: "tencent" | "aws"): string =>
    Array.from({ length: 16 }, (_, i) => {
      const [v1] = net.vpcs;
      const subnet = { ...v1.subnets[0], cidrs: [p("10.1.1.0/28")] };
      return isUsable({ ...v1, profile }, subnet, parseAddress(`10.1.1.${i}`)) ? "x" : ".";
    }).join("");
  assert.is(usable("tencent"), "..xxxxxxxxxxxxx.");
  assert.is(usable("aws"), "....xxxxxxxxxxx.");
});

test.run();
