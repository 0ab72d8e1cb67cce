import fc from "fast-check";

/**
 * Small random networks of VPCs on hubs, as scenario text: both families, tables that several VPCs share the shape of,
 * written, propagated and dead routes, several next hops, doors, zones, silent lines, peerings of hubs that may lead in
 * circles, and beside them what hubs do not decide alone: peerings, NAT, filters, ranges that two VPCs have.
 */
export const hubNetworks: fc.Arbitrary<string> = fc.gen().map((g) => {
  const below = (max: number): number => g(fc.nat, { max: max - 1 });
  const often = (percent: number): boolean => below(100) < percent;
  const one = <T>(items: readonly T[]): T => items[below(items.length)];
  const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
  const some = <T>(percent: number, value: T): T | undefined => (often(percent) ? value : undefined);

  const aws = often(50);
  const isDual = often(50);
  const isZoned = often(30);
  const isOdd = often(40);
  const count = 2 + below(4);
  /** The last VPC may have the range of the first. */
  const isTwin = isOdd && often(30);
  const rangeOf = (v: number): number => (isTwin && v === count - 1 ? 0 : v);
  const v4 = (v: number, i?: number): string => `10.${v}.0.${16 * (i ?? 0)}/${i === undefined ? 24 : 28}`;
  const v6 = (v: number, i?: number): string =>
    i === undefined ? `fd00:${v}::/48` : `fd00:${v}:0:${i}::/64`;
  const sizes = times(count, () => 1 + below(3));
  /** The last subnet of some VPCs lies in a secondary range, which peerings of Tencent Cloud do not carry. */
  const secondary = times(count, (v) => some(v > 0 && sizes[v] > 1 ? 20 : 0, `100.64.${v}.0/24`));
  const names = sizes.map((size, v) => times(size, (i) => `s${v}${i}`));
  const anyBlock = (): string => {
    const v = below(count);
    const i = below(sizes[v]);
    const [lo, n] = one([
      [0, 28],
      [0, 29],
      [8, 29],
      [4, 30],
      [6, 32],
    ]);
    if (isDual && often(40))
      return one([v6(v), v6(v, i), `fd00:${v}:0:${i}::/68`, `fd00:${v}:0:${i}:1::/80`]);
    return often(40) ? v4(v) : `10.${v}.0.${16 * i + lo}/${n}`;
  };
  const wide = (): string =>
    one(isDual ? ["0.0.0.0/0", "10.0.0.0/8", "::/0", "fd00::/16"] : ["0.0.0.0/0", "10.0.0.0/8"]);
  const unique = (routes: readonly (readonly [string, string])[], ecmp: number): string[] => {
    const seen = new Set<string>();
    return routes
      .filter(([prefix]) => {
        if (seen.has(prefix) && !often(ecmp)) return false;
        seen.add(prefix);
        return true;
      })
      .map(([prefix, target]) => `${prefix} -> ${target}${often(4) ? " disabled" : ""}`);
  };

  const hubIds = times(1 + below(2) + (often(10) ? 1 : 0), (h) => `hub-${h}`);
  const hubs = Object.fromEntries(
    hubIds.map((id, h) => {
      const tables = ["t0", "t1"].slice(0, 1 + below(2));
      const attachments: Record<string, object> = {};
      const bare = (): object => ({
        table: often(96) ? one(tables) : undefined,
        state: often(96) ? "available" : "pending",
      });
      for (let v = 0; v < count; v++)
        if (often(88))
          attachments[`at-${h}${v}`] = {
            vpc: `vpc${v}`,
            subnets: often(35) ? [one(names[v]), one(names[v])].slice(0, 1 + below(2)) : undefined,
            ...bare(),
          };
      if (often(15)) attachments[`at-${h}x`] = { vpc: "elsewhere", ...bare() };
      if (often(30))
        attachments[`line-${h}`] = {
          kind: one(["vpn", "direct-connect", "other"]),
          advertises: some(70, ["172.16.0.0/12"]),
          ...bare(),
        };
      for (let far = 0; far < hubIds.length; far++)
        if (far !== h) attachments[`peer-${h}${far}`] = { peer: `hub-${far}/peer-${far}${h}`, ...bare() };
      const ids = Object.keys(attachments);
      const anyTarget = (): string => (ids.length > 0 && often(92) ? one(ids) : "blackhole");
      const bodies = tables.map((table) => [
        table,
        {
          routes: unique(
            times(below(4), () => [often(40) ? wide() : anyBlock(), anyTarget()] as const),
            15,
          ),
          propagates: ids.filter((id) => !id.startsWith("peer") && often(85)),
        },
      ]);
      const kind = aws ? "transit-gateway" : "ccn";
      const groupReferences = some(30, true);
      return [id, { kind, groupReferences, attachments, tables: Object.fromEntries(bodies) }];
    }),
  );

  const peerings = isOdd
    ? times(below(3), (i) => {
        const a = below(count);
        return [
          `pcx-${i}`,
          {
            requester: `vpc${a}`,
            accepter: `vpc${(a + 1 + below(count - 1)) % count}`,
            state: one(["ACTIVE", "ACTIVE", "PENDING"]),
          },
        ] as const;
      })
    : [];
  const gateways = isOdd
    ? times(below(3), (i) => {
        const v = below(count);
        const kind = one(["internet", "vpn", "nat", "instance", "other"]);
        const stands = kind === "nat" || kind === "instance";
        return [
          `gw-${i}`,
          {
            kind,
            vpc: `vpc${v}`,
            subnet: stands ? names[v][0] : undefined,
            address: stands ? `10.${rangeOf(v)}.0.14` : undefined,
            public: kind === "nat" ? "none" : undefined,
            forwards: kind === "instance" ? true : undefined,
          },
        ] as const;
      })
    : [];
  const others = [...peerings, ...gateways].map(([id]) => id);
  const anyTarget = (): string =>
    others.length > 0 && often(30) ? one(others) : often(95) ? one(hubIds) : "gone";
  const shared = unique(
    [[wide(), one(hubIds)], ...(often(40) ? [[anyBlock(), anyTarget()] as const] : [])],
    0,
  );
  const table = (): string[] | string =>
    often(4)
      ? "unknown"
      : often(50)
        ? shared
        : unique(
            times(1 + below(4), () => [often(50) ? wide() : anyBlock(), anyTarget()] as const),
            20,
          );
  const scenario = {
    profile: aws ? "aws" : "tencent",
    load: "lenient",
    vpcs: Object.fromEntries(
      names.map((subnets, v) => {
        const w = rangeOf(v);
        const both = isDual && often(85);
        return [
          `vpc${v}`,
          {
            cidr: both ? [v4(w), v6(w)] : v4(w),
            secondary: secondary[v],
            subnets: Object.fromEntries(
              subnets.map((id, i) => [
                id,
                {
                  cidr:
                    secondary[v] !== undefined && i === subnets.length - 1
                      ? `100.64.${v}.16/28`
                      : both && often(85)
                        ? [v4(w, i), v6(w, i)]
                        : v4(w, i),
                  zone: isZoned && often(85) ? one(["a", "b"]) : undefined,
                  acl: isOdd ? some(12, "acl-0") : undefined,
                  hosts:
                    secondary[v] !== undefined && i === subnets.length - 1
                      ? undefined
                      : some(20, {
                          h: { address: `10.${w}.0.${16 * i + 6}` },
                          k: { address: `10.${w}.0.${16 * i + 9}` },
                        }),
                },
              ]),
            ),
          },
        ];
      }),
    ),
    hubs,
    peerings: Object.fromEntries(peerings),
    gateways: Object.fromEntries(gateways),
    acls: isOdd
      ? {
          "acl-0": {
            vpc: "vpc0",
            ingress: ["allow tcp/0-65535 from 10.0.0.0/8"],
            egress: ["allow all to 10.0.0.0/9"],
          },
        }
      : {},
    routes: Object.fromEntries(
      names.flatMap((subnets, v) =>
        subnets.map((id) => [`rt-${id}`, { subnets: [`vpc${v}/${id}`], routes: table() }]),
      ),
    ),
  };
  return JSON.stringify(scenario);
});
