import { type Network, readScenario } from "@twoway/sim";
import { drawFrom } from "../seeded-table.ts";

/**
 * Returns an estate as companies have them: so many VPCs of three subnets on a transit gateway, which stands in a subnet of
 * its own in each VPC, production and development kept apart by the gateway's tables and a black hole, a shared network ACL
 * before the gateway, and before every other subnet a network ACL of its own and a security group.
 */
export function hubEstate(count: number, seed: number): Network {
  const draw = drawFrom(seed);
  const one = <T>(items: readonly T[]): T => items[draw(items.length)];
  const ids = Array.from({ length: count }, (_, v) => v);
  const kinds = ids.map(() => one(["prod", "prod", "dev", "dev", "dev", "shared"]));
  const block = (v: number): string => `10.${v >> 6}.${(v & 63) << 2}.0/22`;
  const subnet = (v: number, n: number, bits: number): string =>
    `10.${v >> 6}.${((v & 63) << 2) + n}.0/${bits}`;
  const vpcs: Record<string, object> = {};
  const acls: Record<string, object> = { "acl-open": { vpc: "vpc-0", ...OPEN_BOTH } };
  const groups: Record<string, object> = {};
  const attachments: Record<string, object> = {};
  const routes: Record<string, string[]> = {};
  const somebody = (): string => one([block(draw(count)), subnet(draw(count), draw(2), 24), "10.0.0.0/8"]);
  for (const v of ids) {
    for (const [name, port] of [
      ["app", 443],
      ["db", 5432],
    ] as const) {
      const denied = Array.from({ length: 4 }, () => `deny tcp/${one([22, 3389, port])} from ${somebody()}`);
      acls[`acl-${name}-${v}`] = {
        vpc: `vpc-${v}`,
        ingress: [...denied, `allow tcp/${port} from 10.0.0.0/8`, "allow tcp/1024-65535 from 10.0.0.0/8"],
        egress: [`deny all to ${somebody()}`, "allow all to 0.0.0.0/0"],
      };
      groups[`sg-${name}-${v}`] = {
        vpc: `vpc-${v}`,
        ingress: [`allow tcp/${port} from ${somebody()}`, `allow tcp/22 from ${somebody()}`],
        egress: ["allow all to 0.0.0.0/0"],
      };
    }
    const behind = (name: string): object => ({ acl: `acl-${name}-${v}`, groups: [`sg-${name}-${v}`] });
    vpcs[`vpc-${v}`] = {
      cidr: block(v),
      subnets: {
        [`app-${v}`]: { cidr: subnet(v, 0, 24), zone: "a", ...behind("app") },
        [`db-${v}`]: { cidr: subnet(v, 1, 24), zone: "a", ...behind("db") },
        [`door-${v}`]: { cidr: subnet(v, 2, 28), zone: "a", acl: "acl-open" },
      },
    };
    attachments[`at-${v}`] = { vpc: `vpc-${v}`, subnets: [`door-${v}`], table: kinds[v] };
    routes[`vpc-${v}`] = [draw(20) === 0 ? "10.0.0.0/9 -> tgw" : "10.0.0.0/8 -> tgw"];
  }
  const of = (...some: readonly string[]): string[] =>
    ids.filter((v) => some.includes(kinds[v])).map((v) => `at-${v}`);
  const hole = block(kinds.indexOf("shared"));
  const tables = {
    prod: { propagates: of("prod", "shared") },
    dev: { propagates: of("dev", "shared"), routes: [`${hole} -> blackhole`] },
    shared: { propagates: of("prod", "dev", "shared") },
  };
  const hubs = { tgw: { kind: "transit-gateway", attachments, tables } };
  const text = JSON.stringify({ profile: "aws", load: "lenient", vpcs, acls, groups, hubs, routes });
  return readScenario(text, "hub-estate").scenario.network;
}

const OPEN_BOTH = { ingress: ["allow all from 0.0.0.0/0"], egress: ["allow all to 0.0.0.0/0"] };
