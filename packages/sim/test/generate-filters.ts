import { type Address, Prefix } from "@twoway/core";
import { type FilterRule, type Network, type NetworkAcl, type SecurityGroup, Services } from "@twoway/sim";
import type { PlainFilter, PlainRule } from "./filter-oracle.ts";
import { offset } from "./generate.ts";

/**
 * Puts random security groups and network ACLs of both families before the hosts of a random network, in two forms: rules as
 * plain objects for the oracle, and the network that the simulator asks. Rules that nobody can read, filters that are not
 * part of the input, and groups that name groups are among them.
 */
export interface Filtered {
  readonly network: Network;
  readonly acls: ReadonlyMap<string, PlainFilter>;
  readonly groups: ReadonlyMap<string, PlainFilter>;
  /** The rules, for a failing case. */
  readonly text: string;
}

const PORTS = [
  [0, 65535],
  [443, 443],
  [22, 443],
  [1024, 65535],
  [1024, 65535],
  [32768, 60999],
] as const;
const ALL = ["0.0.0.0/0", "::/0"].map(Prefix.parse);

export function withFilters(network: Network, draw: (below: number) => number): Filtered {
  const often = (percent: number): boolean => draw(100) < percent;
  const one = <T>(items: readonly T[]): T => items[draw(items.length)];
  const times = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make);

  const vpcs = [...network.vpcs.values()];
  const blocks = vpcs.flatMap(({ cidrs, secondary, subnets }) => [
    ...cidrs,
    ...secondary,
    ...[...subnets.values()].flatMap((subnet) => subnet.cidrs),
  ]);
  const cidr = (): Prefix => {
    if (often(35)) return one(ALL);
    const block = one(blocks);
    const width = block.family === 4 ? 32 : 128;
    const bits = one([
      block.bits,
      block.bits,
      Math.min(block.bits + 1, width),
      Math.min(block.bits + 3, width),
      width,
    ]);
    const by = draw(16);
    return Prefix.from(
      block.contains(offset(block.address, by)) ? offset(block.address, by) : block.address,
      bits,
    );
  };
  const groupIds = ["sg-0", "sg-1", "sg-2"];
  const aclIds = ["acl-0", "acl-1", "acl-2"];
  const rule = (isGroup: boolean): PlainRule => {
    const protocol = one([undefined, undefined, 6, 6, 17, 1, 58]);
    const isTyped = protocol === 1 || protocol === 58;
    const [from, to] = isTyped
      ? one([
          [0, 255],
          [8, 8],
          [0, 0],
          [128, 129],
        ] as const)
      : one(PORTS);
    const remote = isGroup && often(30) ? one(groupIds) : often(4) ? undefined : times(1 + draw(2), cidr);
    const whole = protocol === undefined;
    return { allow: often(75), remote, protocol, from: whole ? 0 : from, to: whole ? 65535 : to };
  };
  const filter = (isGroup: boolean): PlainFilter => {
    const rules = (): PlainRule[] => times(1 + draw(5), () => rule(isGroup));
    const open: PlainRule = { allow: true, remote: ALL, protocol: undefined, from: 0, to: 65535 };
    return {
      ingress: often(30) ? [...rules(), open] : rules(),
      egress: often(50) ? [open] : rules(),
    };
  };
  // the last one of each may be missing
  const groups = new Map(groupIds.slice(0, often(65) ? 3 : 2).map((id) => [id, filter(true)]));
  const acls = new Map(aclIds.slice(0, often(85) ? 3 : 2).map((id) => [id, filter(false)]));
  const some = (): readonly string[] =>
    often(80) ? [one(groupIds)] : often(70) ? [one(groupIds), one(groupIds)] : [];
  const filtered = vpcs.map((vpc) => {
    const subnets = [...vpc.subnets.values()].map((subnet) => {
      const addresses = [...(subnet.hosts?.values() ?? [])].flatMap((host) => host.addresses);
      const declares = subnet.hosts !== undefined || often(15);
      const own: Address[] =
        subnet.hosts !== undefined
          ? addresses
          : subnet.cidrs.map(({ address }) => offset(address, 3 + draw(6)));
      const hosts = new Map(
        own.map((address, i) => [
          `h${i}`,
          { name: `h${i}`, addresses: [address], source: "", ...(often(60) ? { groups: some() } : {}) },
        ]),
      );
      return {
        ...subnet,
        hosts: declares ? hosts : undefined,
        ...(subnet.hosts === undefined && declares ? { open: true } : {}),
        ...(often(55) ? { acl: one(aclIds) } : {}),
        ...(often(40) ? { groups: some() } : {}),
      };
    });
    return { ...vpc, subnets: new Map(subnets.map((subnet) => [subnet.id, subnet])) };
  });
  const bodyOf = (id: string, { ingress, egress }: PlainFilter): SecurityGroup & NetworkAcl => ({
    id,
    name: id,
    vpc: vpcs[0].id,
    ingress: ingress.map(ruleOf),
    egress: egress.map(ruleOf),
    source: "",
  });
  const bodies = (filters: ReadonlyMap<string, PlainFilter>): Map<string, SecurityGroup & NetworkAcl> =>
    new Map([...filters].map(([id, body]) => [id, bodyOf(id, body)]));
  const lines = filtered.flatMap(({ id, subnets }) =>
    [...subnets.values()].map(
      ({ id: name, acl, groups, hosts }) =>
        `${id}/${name}: ${acl} [${groups}] ${[...(hosts?.values() ?? [])].map((host) => `${host.addresses} [${host.groups}]`)}`,
    ),
  );
  const said = [...groups, ...acls].flatMap(([id, { ingress, egress }]) => [
    `${id} in ${ingress.map(textOf).join("; ")}`,
    `${id} out ${egress.map(textOf).join("; ")}`,
  ]);
  return {
    network: {
      ...network,
      vpcs: new Map(filtered.map((vpc) => [vpc.id, vpc])),
      groups: bodies(groups),
      acls: bodies(acls),
    },
    acls,
    groups,
    text: [...lines, ...said].join("\n"),
  };
}

function ruleOf({ allow, remote, protocol, from, to }: PlainRule): FilterRule {
  const isTyped = protocol === 1 || protocol === 58;
  return {
    name: "rule",
    action: allow ? "allow" : "deny",
    remote:
      remote === undefined
        ? { kind: "unknown", reason: "nobody says" }
        : typeof remote === "string"
          ? { kind: "group", group: remote }
          : { kind: "cidrs", cidrs: remote },
    services:
      protocol === undefined
        ? Services.all
        : isTyped
          ? Services.of(protocol, 256 * from, 256 * to + 255)
          : Services.of(protocol, from, to),
    source: "",
  };
}

function textOf({ allow, remote, protocol, from, to }: PlainRule): string {
  return `${allow ? "allow" : "deny"} ${protocol ?? "all"}/${from}-${to} ${remote ?? "unknown"}`;
}
