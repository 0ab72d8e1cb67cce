import { address4, Prefix } from "@twoway/core";
import { type FilterRule, type Network, type NetworkAcl, Services, type Subnet } from "@twoway/sim";
import { drawFrom } from "../seeded-table.ts";

/** How many rules each way. */
export const RULES = 20;

const SERVICES = [
  "tcp/443",
  "tcp/443",
  "tcp/22",
  "tcp/5432",
  "tcp/8080-8090",
  "tcp/1024-65535",
  "tcp/1024-65535",
  "udp/53",
  "udp/1024-65535",
  "icmp",
  "tcp",
  "all",
].map((text) => Services.parse(text));

/**
 * Returns the network with a network ACL of its own before every subnet: RULES random rules each way, about single subnets,
 * VPCs, halves of the private space or everything; one rule in four denies.
 */
export function withAcls(network: Network, seed: number): Network {
  const draw = drawFrom(seed);
  const one = <T>(items: readonly T[]): T => items[draw(items.length)];
  const vpcs = [...network.vpcs.values()];
  const wide = ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9"].map(Prefix.parse);
  /** Rules are about the neighbourhood, where packets come from. */
  const remote = (v: number): Prefix => {
    const kind = draw(10);
    if (kind < 4) return one(wide);
    const near = vpcs[Math.max(0, Math.min(vpcs.length - 1, v - 6 + draw(13)))];
    if (kind < 7) return near.cidrs[0];
    const block = one([...near.subnets.values()]).cidrs[0];
    return kind < 9 ? block : Prefix.from(address4(Number(block.address) + 128), 25);
  };
  const rules = (v: number): FilterRule[] =>
    Array.from({ length: RULES }, (_, i) => ({
      name: `rule ${100 + i}`,
      action: draw(4) === 0 ? "deny" : "allow",
      remote: { kind: "cidrs", cidrs: [remote(v)] },
      services: one(SERVICES),
      source: "",
    }));
  const acls = new Map<string, NetworkAcl>();
  const filtered = vpcs.map((vpc, v) => {
    const subnets = new Map<string, Subnet>();
    for (const subnet of vpc.subnets.values()) {
      const id = `acl-${subnet.id}`;
      acls.set(id, { id, name: id, vpc: vpc.id, ingress: rules(v), egress: rules(v), source: "" });
      subnets.set(subnet.id, { ...subnet, acl: id });
    }
    return { ...vpc, subnets };
  });
  return { ...network, vpcs: new Map(filtered.map((vpc) => [vpc.id, vpc])), acls };
}
