import { Prefix } from "@twoway/core";
import fc from "fast-check";
import { type Generated, offset, yamlOf } from "./generate.ts";
import type {
  PlainGateway,
  PlainNetwork,
  PlainPeering,
  PlainRoute,
  PlainSubnet,
  PlainTable,
  PlainVpc,
} from "./reference.ts";

/**
 * Random networks in which subnets are large and routes cut them: VPCs of /16 (fd00:n::/48), blocks of every length,
 * halves of subnets, single addresses if asked for, ECMP, subnets that overlap or lie outside their VPC, and now and then
 * a VPC of forty subnets.
 */

const p = Prefix.parse;
const BLOCKS4 = ["10.0.0.0/16", "10.1.0.0/16", "10.0.0.0/15", "10.2.0.0/20", "172.16.0.0/12"].map(p);
const BLOCKS6 = ["fd00::/48", "fd00:1::/48", "fd00::/32"].map(p);
const SECOND4 = ["192.168.0.0/20", "192.168.16.0/20"].map(p);
const STATES = ["PENDING", "EXPIRED", "DELETED", "FAILED", "ISOLATED"] as const;
const KINDS = ["internet", "nat", "vpn", "direct-connect", "other"] as const;

/** Small numbers are no likelier than large ones, as they are by default. */
const uniform = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat({ max: max - 1 }));

export function wideNetworks({ single }: { readonly single: boolean }): fc.Arbitrary<Generated> {
  return fc.gen().map((g) => {
    const below = (max: number): number => g(uniform, max);
    const often = (percent: number): boolean => below(100) < percent;
    const one = <T>(items: readonly T[]): T => items[below(items.length)];
    const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

    /** A block somewhere inside another one. */
    const within = (block: Prefix, bits: number): Prefix => {
      if (bits <= block.bits) return block;
      const width = block.family === 4 ? 32 : 128;
      // the top bits of the rest are drawn, so that blocks meet now and then
      const by = below(1 << Math.min(bits - block.bits, 6)) * 2 ** Math.min(width - bits, 40);
      return Prefix.from(block.family === 4 ? offset(block.address, by) : offset(block.address, by), bits);
    };
    const main = often(60) ? "tencent" : "aws";
    const ids = times(2 + below(4), (i) => `vpc${i}`);
    // most VPCs have a range of their own, so that packets get there and back
    const ranges = ids.map((_, v) => {
      const v4 = often(90);
      const [own4, own6] = [p(`10.${8 + v}.0.0/16`), p(`fd00:${8 + v}::/48`)];
      const cidr4 = often(75) ? own4 : one(BLOCKS4);
      const cidr6 = often(75) ? own6 : one(BLOCKS6);
      return {
        cidrs: [...(v4 ? [cidr4] : []), ...(!v4 || often(40) ? [cidr6] : [])],
        secondary: v4 && often(30) ? [one(SECOND4)] : [],
      };
    });
    const subnets = ids.map((_, v) => {
      const { cidrs, secondary } = ranges[v];
      const many = often(4) ? 40 : 1 + below(4);
      return times(many, (i): PlainSubnet => {
        const strays = often(4) ? [one(BLOCKS4)] : [one([...cidrs, ...cidrs, ...secondary])];
        const blocks = often(40) ? cidrs : strays;
        const own = blocks.map((block) =>
          often(80) && block.family === 4
            ? Prefix.from(offset(block.address, 256 * i), 24 + below(4))
            : within(
                block,
                block.family === 4 ? Math.max(block.bits, 18) + below(8) : one([64, 64, 80, 127, 128]),
              ),
        );
        const hosts = often(10) ? own.map((cidr) => offset(cidr.last, -1 - below(4))) : undefined;
        const inside = hosts?.every((host) => own.some((cidr) => cidr.contains(host)));
        return { id: `s${v}x${i}`, cidrs: own, table: undefined, hosts: inside === true ? hosts : undefined };
      });
    });
    const peerings = times(1 + below(8), (i): PlainPeering => {
      const a = below(ids.length);
      const b = (a + 1 + below(ids.length - 1)) % ids.length;
      const far = often(5) ? "elsewhere" : ids[b];
      return { id: `pcx-${i}`, ends: [ids[a], far], state: often(85) ? "ACTIVE" : one(STATES) };
    });
    const gateways = times(
      below(4),
      (i): PlainGateway => ({ id: `gw-${i}`, kind: one(KINDS), vpc: one(ids) }),
    );

    const anywhere = [
      ...ranges.flatMap(({ cidrs, secondary }) => [...cidrs, ...secondary]),
      ...subnets.flat().flatMap(({ cidrs }) => cidrs),
    ];
    const tableOf = (id: string, v: number): PlainTable => {
      const mine = peerings.filter(({ ends }) => ends.includes(ids[v]));
      const near = gateways.filter(({ vpc }) => vpc === ids[v]);
      const routes: PlainRoute[] = [];
      const add = (prefix: Prefix, target: string): void => {
        if (!single && prefix.bits === (prefix.family === 4 ? 32 : 128)) return;
        routes.push({ prefix, target, enabled: often(95) });
      };
      for (const { id: target, ends } of mine) {
        const far = ids.indexOf(ends[0] === ids[v] ? ends[1] : ends[0]);
        if (far < 0 || often(15)) continue;
        for (const cidr of [...ranges[far].cidrs, ...ranges[far].secondary]) if (often(80)) add(cidr, target);
        for (const cidr of subnets[far].flatMap((subnet) => subnet.cidrs)) {
          const width = cidr.family === 4 ? 32 : 128;
          if (often(8)) add(within(cidr, Math.min(width, cidr.bits + below(4))), target);
          if (often(6)) add(Prefix.from(cidr.last, Math.min(width, cidr.bits + 1)), target);
          if (often(8)) add(Prefix.from(offset(cidr.address, cidr.bits < width - 3 ? 5 : 0), width), target);
        }
      }
      for (let n = below(4); n > 0; n--) {
        const block = one(anywhere);
        const width = block.family === 4 ? 32 : 128;
        const targets = [
          ...mine,
          ...mine,
          ...near,
          ...near,
          one([...peerings, ...gateways]),
          { id: "gone-1" },
        ];
        const shared = routes.length > 0 && often(20) ? one(routes).prefix : undefined;
        add(
          shared ??
            within(
              block,
              one([0, 8, block.bits, block.bits + 1, block.bits + below(10), width]) % (width + 1),
            ),
          one(targets).id,
        );
      }
      return { id, routes: often(5) ? "unknown" : routes };
    };
    const vpcs = ids.map((id, v): PlainVpc => {
      const extra = times(below(3), (i) => tableOf(`rt-${v}${i}`, v));
      const placed = subnets[v].map((subnet) =>
        extra.length > 0 && often(50) ? { ...subnet, table: one(extra).id } : subnet,
      );
      const profile = often(80) ? main : one(["tencent", "aws"] as const);
      return { id, profile, ...ranges[v], subnets: placed, main: tableOf(`${id}/main`, v), tables: extra };
    });
    const plain: PlainNetwork = { vpcs, peerings, gateways };
    return { plain, text: yamlOf(plain, main) };
  });
}
