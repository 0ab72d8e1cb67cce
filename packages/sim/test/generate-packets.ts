import { address4, formatAddress, Prefix } from "@twoway/core";
import { type Network, readScenario } from "@twoway/sim";
import fc from "fast-check";
import type {
  Attachment,
  Filter,
  Gateway,
  Host,
  Hub,
  Net,
  Route,
  Rule,
  Subnet,
  Vpc,
} from "./packet-oracle.ts";

/**
 * Small random networks with filters, gateways and hubs, in two forms: plain objects for the oracle, and the scenario text
 * that the simulator reads. Ranges do not overlap, and every table has one route per destination: `generate.ts` has those.
 */
export interface GeneratedPath {
  readonly net: Net;
  readonly text: string;
}

export function simOfPath({ text }: GeneratedPath): Network {
  return readScenario(text, "generated.yaml").scenario.network;
}

const p = Prefix.parse;
const PARTNERS = [p("172.16.0.0/16"), p("172.17.0.0/24")];
const PUBLIC = 0xcb007100; // 203.0.113.0
const ZONES = ["a", "b"];

export const pathNetworks: fc.Arbitrary<GeneratedPath> = pathNetworksOn([0, 1, 1, 2], false);

/** The same with a hub, or two that peer, where most routes lead. */
export const hubPathNetworks: fc.Arbitrary<GeneratedPath> = pathNetworksOn([1, 2, 2], true);

function pathNetworksOn(hubCounts: readonly number[], leansOnHubs: boolean): fc.Arbitrary<GeneratedPath> {
  return fc.gen().map((g) => pathNetwork(g, hubCounts, leansOnHubs));
}

function pathNetwork(
  g: fc.GeneratorValue,
  hubCounts: readonly number[],
  leansOnHubs: boolean,
): GeneratedPath {
  const below = (max: number): number => g(fc.nat, { max: max - 1 });
  const often = (percent: number): boolean => below(100) < percent;
  const one = <T>(items: readonly T[]): T => items[below(items.length)];
  const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
  const maybe = <T>(percent: number, make: () => T): T | undefined => (often(percent) ? make() : undefined);

  const aws = often(60);
  const ids = times(2 + below(2), (i) => `vpc${i}`);
  const cidrs = ids.map((_, v) => p(`10.${v}.0.0/24`));
  const names = ids.map((_, v) => times(1 + below(3), (i) => `s${v}${i}`));
  const zoned = often(50);
  const groupIds = ["sg-0", "sg-1", "sg-2"];
  const aclIds = ["acl-0", "acl-1"];
  const blockOf = (v: number, i: number): Prefix =>
    Prefix.from(address4(Number(cidrs[v].address) + 16 * i), 28);
  const anyBlock = (): Prefix => {
    const v = below(ids.length);
    const block = often(50) ? cidrs[v] : blockOf(v, below(names[v].length));
    return often(25) ? Prefix.from(address4(Number(block.address) + below(16)), 29 + below(4)) : block;
  };

  const rule = (isGroup: boolean): Rule => {
    const protocol = one([undefined, undefined, 6, 6, 17, 1]);
    const [from, to] =
      protocol === 1
        ? one([
            [0, 255],
            [8, 8],
            [0, 0],
          ])
        : one([
            [0, 65535],
            [443, 443],
            [22, 443],
            [1024, 65535],
            [32768, 60999],
            [1024, 65535],
          ]);
    const cidr = (): readonly Prefix[] => [
      one([p("0.0.0.0/0"), p("0.0.0.0/0"), p("10.0.0.0/8"), anyBlock(), ...PARTNERS]),
    ];
    const remote = isGroup && often(30) ? one(groupIds) : often(4) ? undefined : cidr();
    const allow = (isGroup && aws) || often(75);
    return {
      allow,
      remote,
      protocol,
      from: protocol === undefined ? 0 : from,
      to: protocol === undefined ? 65535 : to,
    };
  };
  const filter = (id: string, isGroup: boolean): Filter => ({
    id,
    vpc: ids[0],
    ingress: times(1 + below(3), () => rule(isGroup)),
    egress: often(50)
      ? [{ allow: true, remote: [p("0.0.0.0/0")], protocol: undefined, from: 0, to: 65535 }]
      : times(1 + below(3), () => rule(isGroup)),
  });
  const groups = groupIds.slice(0, often(90) ? 3 : 2).map((id) => filter(id, true));
  const acls = aclIds.slice(0, often(92) ? 2 : 1).map((id) => filter(id, false));
  const someGroups = (): string[] => (often(80) ? [one(groupIds)] : [groupIds[below(3)], groupIds[below(3)]]);

  const peerings = times(below(3), (i) => {
    const a = below(ids.length);
    const b = (a + 1 + below(ids.length - 1)) % ids.length;
    return { id: `pcx-${i}`, ends: [ids[a], ids[b]] as const, active: often(90) };
  });
  let outer = PUBLIC;
  const gateways = ids.flatMap((vpc, v): Gateway[] => {
    const bare = {
      vpc,
      subnet: undefined,
      address: undefined,
      outer: undefined,
      advertises: undefined,
      leadsOnly: false,
      forwards: undefined,
      groups: undefined,
    };
    const found: Gateway[] = [];
    if (often(60)) found.push({ ...bare, id: `igw-${v}`, kind: "internet" });
    if (often(50)) {
      const i = below(names[v].length);
      const stands = often(75);
      const address = stands ? Number(blockOf(v, i).address) + 14 : undefined;
      const addresses = one([[outer++], [outer++], [], undefined]);
      found.push({
        ...bare,
        id: `nat-${v}`,
        kind: "nat",
        outer: addresses,
        subnet: stands ? names[v][i] : undefined,
        address,
      });
    }
    if (often(30))
      found.push({
        ...bare,
        id: `vpn-${v}`,
        kind: "vpn",
        advertises: maybe(85, () => one(PARTNERS)),
        leadsOnly: v % 2 === 0,
      });
    if (often(30)) {
      const i = below(names[v].length);
      const address = Number(blockOf(v, i).address) + 13;
      found.push({
        ...bare,
        id: `eni-${v}`,
        kind: "instance",
        subnet: names[v][i],
        address,
        forwards: one([true, true, false, undefined]),
        groups: maybe(40, someGroups),
      });
    }
    return found;
  });
  const hubCount = one(hubCounts);
  const hubs = times(hubCount, (h): Hub => {
    const tables = ["t0", "t1"];
    const attachments: Attachment[] = [];
    const bare = { vpc: undefined, subnets: undefined, peer: undefined, advertises: undefined };
    const state = (): string => (often(96) ? "available" : "pending");
    const table = (): string | undefined => (often(95) ? one(tables) : undefined);
    for (const [v, vpc] of ids.entries()) {
      if (!often(80)) continue;
      const subnets = maybe(75, () => [one(names[v])]);
      attachments.push({ ...bare, id: `at-${h}${v}`, vpc, subnets, table: table(), state: state() });
    }
    // one line per partner: which of several an outsider takes is not the network's to say
    if (h === 0 && often(35))
      attachments.push({
        ...bare,
        id: `line-${h}`,
        advertises: maybe(85, () => one(PARTNERS)),
        table: table(),
        state: state(),
      });
    if (hubCount === 2)
      attachments.push({
        ...bare,
        id: `peer-${h}`,
        peer: [`hub-${1 - h}`, `peer-${1 - h}`],
        table: table(),
        state: state(),
      });
    const anyTarget = (): string => (attachments.length > 0 && often(90) ? one(attachments).id : "blackhole");
    return {
      id: `hub-${h}`,
      isCcn: !aws,
      groupReferences: often(30),
      attachments,
      tables: tables.map((id) => ({
        id,
        routes: unique(
          times(below(3), () => ({
            prefix: one([p("0.0.0.0/0"), p("10.0.0.0/8"), anyBlock(), ...PARTNERS]),
            target: anyTarget(),
          })),
        ),
        propagates: attachments.filter((one) => one.peer === undefined && often(75)).map(({ id }) => id),
      })),
    };
  });

  const vpcs = ids.map((id, v): Vpc => {
    const near = [
      ...peerings.filter(({ ends }) => ends.includes(id)),
      ...gateways.filter(({ vpc }) => vpc === id),
      ...hubs,
      ...(leansOnHubs ? [...hubs, ...hubs, ...hubs, ...hubs] : []),
      ...hubs.filter(({ attachments }) => attachments.some(({ vpc }) => vpc === id)),
    ].map((thing) => thing.id);
    const anyTarget = (): string =>
      near.length > 0 && often(95) ? one(near) : one([...peerings, ...gateways, { id: "gone" }]).id;
    const subnets = names[v].map((name, i): Subnet => {
      const routes: Route[] = [];
      for (const [far, cidr] of cidrs.entries())
        if (far !== v && often(80)) routes.push({ prefix: cidr, target: anyTarget() });
      if (often(75)) routes.push({ prefix: p("0.0.0.0/0"), target: anyTarget() });
      if (often(25))
        routes.push({ prefix: one([...PARTNERS, anyBlock(), p("8.8.8.8/32")]), target: anyTarget() });
      const block = blockOf(v, i);
      const hosts = maybe(60, () =>
        times(
          1 + below(3),
          (h): Host => ({
            address: Number(block.address) + 5 + h,
            groups: maybe(60, someGroups),
            outer: one([outer++, outer++, null, undefined]),
          }),
        ),
      );
      return {
        id: name,
        cidr: block,
        zone: zoned && often(90) ? one(ZONES) : undefined,
        acl: maybe(35, () => one(aclIds)),
        groups: maybe(40, someGroups),
        hosts,
        routes: unique(routes),
      };
    });
    return { id, region: often(85) ? "r" : "r2", cidr: cidrs[v], subnets };
  });
  const net: Net = { aws, vpcs, peerings, gateways, hubs, groups, acls };
  return { net, text: textOf(net) };
}

function unique(routes: readonly Route[]): Route[] {
  return routes.filter(({ prefix }, i) => routes.findIndex((other) => other.prefix.equals(prefix)) === i);
}

function textOf({ aws, vpcs, peerings, gateways, hubs, groups, acls }: Net): string {
  const byId = <T extends { readonly id: string }>(
    things: readonly T[],
    body: (thing: T) => unknown,
  ): object => Object.fromEntries(things.map((thing) => [thing.id, body(thing)]));
  const address = (at: number): string => formatAddress(address4(at));
  const outerText = (outer: number | null | undefined): string | undefined =>
    outer === undefined ? undefined : outer === null ? "none" : address(outer);
  const routesText = (routes: readonly Route[]): string[] =>
    routes.map(({ prefix, target }) => `${prefix} -> ${target}`);
  const ruleText = (rule: Rule, word: string): string => {
    const protocol = { 1: "icmp", 6: "tcp", 17: "udp" }[rule.protocol ?? 0] ?? "all";
    const ports = protocol === "all" ? "" : `/${rule.from}-${rule.to}`;
    const remote =
      rule.remote === undefined
        ? "unknown"
        : typeof rule.remote === "string"
          ? rule.remote
          : rule.remote.join(", ");
    return `${rule.allow ? "allow" : "deny"} ${protocol}${ports} ${word} ${remote}`;
  };
  const filterBody = ({ vpc, ingress, egress }: Filter): object => ({
    vpc,
    ingress: ingress.map((rule) => ruleText(rule, "from")),
    egress: egress.map((rule) => ruleText(rule, "to")),
  });
  const hostBody = (host: Host): object => ({
    address: address(host.address),
    groups: host.groups,
    public: outerText(host.outer),
  });
  const subnetBody = ({ cidr, zone, acl, groups, hosts }: Subnet): object => ({
    cidr: `${cidr}`,
    zone,
    acl,
    groups,
    hosts: hosts && Object.fromEntries(hosts.map((host, i) => [`h${i}`, hostBody(host)])),
  });
  const scenario = {
    profile: aws ? "aws" : "tencent",
    load: "lenient",
    vpcs: byId(vpcs, ({ region, cidr, subnets }) => ({
      region,
      cidr: `${cidr}`,
      subnets: byId(subnets, subnetBody),
    })),
    peerings: byId(peerings, ({ ends, active }) => ({
      requester: ends[0],
      accepter: ends[1],
      state: active ? "ACTIVE" : "PENDING",
    })),
    gateways: byId(gateways, (one) => ({
      kind: one.kind,
      vpc: one.vpc,
      subnet: one.subnet,
      address: one.address === undefined ? undefined : address(one.address),
      public: one.outer === undefined ? undefined : one.outer.length === 0 ? "none" : one.outer.map(address),
      advertises: one.advertises && `${one.advertises}`,
      leadsOnly: one.leadsOnly,
      forwards: one.forwards,
      groups: one.groups,
    })),
    hubs: byId(hubs, (hub) => ({
      kind: hub.isCcn ? "ccn" : "transit-gateway",
      groupReferences: hub.groupReferences,
      attachments: byId(hub.attachments, ({ vpc, subnets, peer, advertises, table, state }) => ({
        kind: vpc === undefined && peer === undefined ? "vpn" : undefined,
        vpc,
        subnets,
        peer: peer?.join("/"),
        advertises: advertises && `${advertises}`,
        table,
        state,
      })),
      tables: byId(hub.tables, ({ routes, propagates }) => ({ routes: routesText(routes), propagates })),
    })),
    groups: byId(groups, filterBody),
    acls: byId(acls, filterBody),
    routes: Object.fromEntries(
      vpcs.flatMap((vpc) =>
        vpc.subnets.map(({ id, routes }) => [
          `rt-${id}`,
          { subnets: [`${vpc.id}/${id}`], routes: routesText(routes) },
        ]),
      ),
    ),
  };
  return JSON.stringify(scenario);
}
