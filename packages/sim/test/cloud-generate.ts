import fc from "fast-check";

/**
 * Random cloud estates as plain data: what somebody built in AWS, before any tool has described it. Nothing here knows the
 * simulator; addresses are plain numbers, and their arithmetic is the three functions below.
 */

export interface Cidr {
  readonly base: number;
  readonly bits: number;
}

export function holds({ base, bits }: Cidr, address: number): boolean {
  const size = 2 ** (32 - bits);
  return address >= base && address < base + size;
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

export function cidrText({ base, bits }: Cidr): string {
  return `${addressText(base)}/${bits}`;
}

/** Makes a CIDR of `a.b.c.d/n`. */
export function cidr(text: string): Cidr {
  const [address, bits] = text.split("/");
  return {
    base: address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0),
    bits: Number(bits),
  };
}

export interface EstateRule {
  /** -1 for every protocol. */
  readonly protocol: number;
  /** Ports, or type and code of ICMP; -1 for all of them. */
  readonly from: number;
  readonly to: number;
  readonly cidrs: readonly Cidr[];
  readonly groups: readonly string[];
  readonly lists: readonly string[];
}

export interface EstateGroup {
  readonly id: string;
  readonly vpc: string;
  readonly ingress: readonly EstateRule[];
  readonly egress: readonly EstateRule[];
}

export interface EstateAclRule {
  readonly number: number;
  readonly allow: boolean;
  readonly egress: boolean;
  readonly protocol: number;
  readonly from: number;
  readonly to: number;
  readonly cidr: Cidr;
}

export interface EstateAcl {
  readonly id: string;
  readonly isDefault: boolean;
  readonly rules: readonly EstateAclRule[];
}

export type RouteKind =
  | "peering"
  | "internet"
  | "nat"
  | "hub"
  | "vpn"
  | "interface"
  | "instance"
  | "endpoint";

export interface EstateRoute {
  /** A CIDR, or the id of a prefix list. */
  readonly to: Cidr | string;
  readonly kind: RouteKind;
  readonly target: string;
  /** The target is gone, and the cloud says so. */
  readonly dead: boolean;
}

export interface EstateTable {
  readonly id: string;
  readonly routes: readonly EstateRoute[];
}

export interface EstateSubnet {
  readonly id: string;
  readonly cidr: Cidr;
  readonly zone: string;
  /** Absent: the main table. */
  readonly table: string | undefined;
  readonly acl: string;
}

export interface EstateNat {
  readonly id: string;
  readonly subnet: string;
  readonly address: number;
  /** None for a private NAT gateway. */
  readonly public: number | undefined;
  readonly isDeleted: boolean;
}

export interface EstateVpc {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** The primary one first. */
  readonly cidrs: readonly Cidr[];
  /** One that it had once, and that the cloud still lists. */
  readonly former: Cidr | undefined;
  readonly subnets: readonly EstateSubnet[];
  readonly main: string;
  readonly tables: readonly EstateTable[];
  readonly acls: readonly EstateAcl[];
  readonly groups: readonly EstateGroup[];
  readonly internet: string | undefined;
  /** A VPN gateway, with the static routes of its connection; nothing is known of what one without them learns. */
  readonly vpn: { readonly id: string; readonly routes: readonly Cidr[] | undefined } | undefined;
  readonly nats: readonly EstateNat[];
  /** A gateway endpoint, which takes the addresses of a prefix list. */
  readonly endpoint: string | undefined;
  readonly hosts: readonly EstateHost[];
}

/** An interface of an instance. */
export interface EstateHost {
  readonly id: string;
  readonly instance: string;
  readonly device: number;
  readonly subnet: string;
  /** The primary address first. */
  readonly addresses: readonly number[];
  /** The public address of the primary one. */
  readonly public: number | undefined;
  readonly groups: readonly string[];
  readonly checked: boolean;
}

export interface EstatePeering {
  readonly id: string;
  readonly requester: string;
  readonly accepter: string;
  /** In AWS's words. */
  readonly state: string;
}

export interface EstateAttachment {
  readonly id: string;
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly state: string;
  readonly table: string | undefined;
  readonly refers: boolean;
}

export interface EstateHub {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** Rules of groups see the groups of other VPCs through it. */
  readonly refers: boolean;
  readonly attachments: readonly EstateAttachment[];
  readonly tables: readonly {
    readonly id: string;
    readonly routes: { readonly to: Cidr; readonly via: string }[];
    readonly propagates: readonly string[];
  }[];
}

/** Two hubs joined; each has a table for what comes in by the other. */
export interface HubPeering {
  readonly id: string;
  readonly ends: readonly { readonly hub: string; readonly table: string | undefined }[];
  readonly state: string;
}

export interface Estate {
  readonly vpcs: readonly EstateVpc[];
  readonly peerings: readonly EstatePeering[];
  readonly hubs: readonly EstateHub[];
  readonly hubPeerings: readonly HubPeering[];
  readonly lists: readonly { readonly id: string; readonly cidrs: readonly Cidr[] }[];
  /** Accounts whose own descriptions are missing. */
  readonly hidden: readonly string[];
  /** Nobody described instances and interfaces: anybody may have any address. */
  readonly listsHosts: boolean;
}

const ACCOUNTS = ["111111111111", "222222222222", "333333333333"];
const REGIONS = ["eu-west-1", "us-east-1"];
const STATES = [
  "active",
  "active",
  "active",
  "active",
  "pending-acceptance",
  "expired",
  "rejected",
  "failed",
  "deleted",
];
const ANYWHERE = cidr("0.0.0.0/0");
export const SERVICE_LIST: string = "pl-service";
const SERVICE = [cidr("52.216.0.0/15"), cidr("3.5.0.0/19")];
const PARTNER = cidr("172.20.0.0/16");
const WIDE = [ANYWHERE, cidr("10.0.0.0/8"), cidr("10.0.0.0/15"), cidr("10.0.0.0/16"), cidr("10.1.0.0/16")];

const TYPES = [
  [-1, -1],
  [8, -1],
  [0, -1],
];
const PORTS = [
  [0, 65535],
  [443, 443],
  [22, 443],
  [1024, 65535],
  [32768, 61000],
];

/** Which kinds of things an estate may have, beside VPCs, tables, peerings, groups and ACLs. */
export interface EstateKinds {
  readonly edges: boolean;
  readonly hubs: boolean;
}

export function estates(kinds: EstateKinds): fc.Arbitrary<Estate> {
  return fc.gen().map((g) => {
    const below = (max: number): number => g(fc.nat, { max: max - 1 });
    const often = (percent: number): boolean => below(100) < percent;
    const one = <T>(items: readonly T[]): T => items[below(items.length)];
    const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
    const some = <T>(items: readonly T[], percent: number): T[] => items.filter(() => often(percent));
    let publics = 0;
    const nextPublic = (): number => cidr("54.10.0.0/24").base + ++publics;

    const regions = often(70) ? REGIONS.slice(0, 1) : REGIONS;
    const accounts = ACCOUNTS.slice(0, 1 + below(3));
    const frames = times(2 + below(4), (i) => {
      const primary = cidr(often(15) ? one(["10.0.0.0/16", "10.0.0.0/20", "10.1.0.0/16"]) : `10.${i}.0.0/16`);
      const second = cidr(often(20) ? "10.100.0.0/20" : `10.${100 + i}.0.0/20`);
      const region = one(regions);
      const cidrs = often(25) ? [primary, second] : [primary];
      return { id: `vpc-${i}`, i, account: one(accounts), region, cidrs, second };
    });
    const lists = [
      { id: "pl-mine", cidrs: some([...frames.map(({ cidrs }) => cidrs[0]), PARTNER], 40) },
      { id: SERVICE_LIST, cidrs: SERVICE },
    ];
    const pairs = frames.flatMap((a, i) => frames.slice(i + 1).map((b) => [a, b] as const));
    const peerings = some(pairs, 60).flatMap(([a, b], i): EstatePeering[] => {
      const [requester, accepter] = often(50) ? [a.id, b.id] : [b.id, a.id];
      const state = one(STATES);
      const peering = { id: `pcx-${i}`, requester, accepter, state };
      // what was refused or deleted may have been asked for again, and both are listed
      return state !== "active" && often(30)
        ? [peering, { ...peering, id: `pcx-${i}b`, state: "active" }]
        : [peering];
    });
    const hubFrames = kinds.hubs
      ? regions.flatMap((region, i) =>
          often(75) ? [{ id: `tgw-${i}`, region, account: one(accounts) }] : [],
        )
      : [];

    const protocolRule = (): Pick<EstateRule, "protocol" | "from" | "to"> => {
      const protocol = one([-1, -1, 6, 6, 17, 1]);
      const [from, to] = protocol === -1 ? [-1, -1] : protocol === 1 ? one(TYPES) : one(PORTS);
      return { protocol, from, to };
    };
    const parts = frames.map(({ id, i, region, cidrs, second }) => {
      const zones = ["a", "b"].map((letter) => `${region}${letter}`);
      const aclIds = times(1 + below(3), (k) => `acl-${i}-${k}`);
      const tableIds = times(1 + below(3), (k) => `rtb-${i}-${k}`);
      const subnets = times(1 + below(3), (k): EstateSubnet => {
        const block = cidrs.length > 1 && k === 2 ? second : cidrs[0];
        return {
          id: `subnet-${i}-${k}`,
          cidr: { base: block.base + 256 * k, bits: 24 },
          zone: one(zones),
          table: often(50) ? undefined : one(tableIds),
          acl: one(aclIds),
        };
      });
      const groupIds = times(1 + below(3), (k) => `sg-${i}-${k}`);
      const hosts = subnets.flatMap((subnet, k) =>
        times(below(3), (n): EstateHost => {
          const address = subnet.cidr.base + 20 + 10 * n;
          return {
            id: `eni-${i}-${k}-${n}`,
            instance: `i-${i}-${k}-${n}`,
            device: 0,
            subnet: subnet.id,
            addresses: often(15) ? [address, address + 1] : [address],
            public: kinds.edges && often(30) ? nextPublic() : undefined,
            groups: [one(groupIds), ...(often(20) ? [one(groupIds)] : [])].filter(
              (g, n, all) => all.indexOf(g) === n,
            ),
            checked: !often(kinds.edges ? 30 : 0),
          };
        }),
      );
      // some instances have a second interface, somewhere else in the VPC
      const second0 = hosts[0];
      if (second0 !== undefined && often(25)) {
        const subnet = one(subnets);
        hosts.push({
          ...second0,
          id: `eni-${i}-x`,
          device: 1,
          subnet: subnet.id,
          addresses: [subnet.cidr.base + 60],
          public: undefined,
          groups: [one(groupIds)],
        });
      }
      const edges = kinds.edges;
      const nats = edges
        ? some(subnets, 40).map(
            (subnet, k): EstateNat => ({
              id: `nat-${i}-${k}`,
              subnet: subnet.id,
              address: subnet.cidr.base + 8,
              public: often(75) ? nextPublic() : undefined,
              isDeleted: often(10),
            }),
          )
        : [];
      return {
        id,
        subnets,
        tableIds,
        aclIds,
        groupIds,
        hosts,
        nats,
        internet: edges && often(60) ? `igw-${i}` : undefined,
        vpn: edges && often(30) ? { id: `vgw-${i}`, routes: often(70) ? [PARTNER] : undefined } : undefined,
        endpoint: edges && often(30) ? `vpce-${i}` : undefined,
      };
    });
    const blocks = [
      ...frames.flatMap(({ cidrs }) => cidrs),
      ...parts.flatMap(({ subnets }) => subnets.map(({ cidr }) => cidr)),
    ];
    const allGroups = parts.flatMap(({ groupIds }) => groupIds);

    const vpcs = frames.map(({ second: _, i, ...frame }, at): EstateVpc => {
      const { tableIds, aclIds, groupIds, ...part } = parts[at];
      const ends = peerings.filter(({ requester, accepter }) => [requester, accepter].includes(frame.id));
      const farOf = ({ requester, accepter }: EstatePeering): string =>
        requester === frame.id ? accepter : requester;
      const rule = (): EstateRule => {
        const kind = below(10);
        const none = { ...protocolRule(), cidrs: [], groups: [], lists: [] };
        if (kind < 3) return { ...none, groups: [one(often(50) ? groupIds : allGroups)] };
        if (kind === 3) return { ...none, lists: ["pl-mine"] };
        return { ...none, cidrs: [often(60) ? one(WIDE) : one(blocks)] };
      };
      const openGroup = often(40);
      const groups = groupIds.map((id): EstateGroup => {
        const everything = { protocol: -1, from: -1, to: -1, cidrs: [ANYWHERE], groups: [], lists: [] };
        return {
          id,
          vpc: frame.id,
          ingress: openGroup || often(20) ? [everything] : times(below(4), rule),
          egress: often(80) ? [everything] : times(below(3), rule),
        };
      });
      const aclRule = (egress: boolean, n: number): EstateAclRule => ({
        number: 100 + 10 * n,
        allow: often(70),
        egress,
        ...protocolRule(),
        cidr: often(60) ? one(WIDE) : one(blocks),
      });
      const openAcl = often(60);
      const acls = aclIds.map((id, k): EstateAcl => {
        const all = (egress: boolean): EstateAclRule => ({
          number: 200,
          allow: true,
          egress,
          protocol: -1,
          from: -1,
          to: -1,
          cidr: ANYWHERE,
        });
        const side = (egress: boolean): EstateAclRule[] => [
          ...(openAcl ? [] : times(below(3), (n) => aclRule(egress, n))),
          ...(openAcl || often(70) ? [all(egress)] : []),
        ];
        const rules = [...side(false), ...side(true)];
        return { id, isDefault: k === 0, rules: often(50) ? rules : rules.reverse() };
      });
      const tables = tableIds.map((id): EstateTable => {
        const routes: EstateRoute[] = [];
        const add = (to: Cidr | string, kind: RouteKind, target: string, dead = false): void => {
          const isThere = routes.some((route) => JSON.stringify(route.to) === JSON.stringify(to));
          // AWS takes a route inside the VPC's own range to an appliance or a NAT gateway only
          const blocks = typeof to === "string" ? lists.find(({ id: list }) => list === to)!.cidrs : [to];
          const isInside = blocks.some((block) =>
            frame.cidrs.some((own) => own.bits <= block.bits && holds(own, block.base)),
          );
          const mayBeInside = typeof to !== "string" && (kind === "interface" || kind === "nat");
          if (!isThere && (!isInside || mayBeInside)) routes.push({ to, kind, target, dead });
        };
        const somewhere = (): Cidr => (often(60) ? one(blocks) : one(WIDE));
        for (const peering of ends) {
          if (!often(75)) continue;
          const { cidrs } = frames.find((other) => other.id === farOf(peering))!;
          const dead = peering.state !== "active" && often(60);
          for (const block of cidrs)
            if (often(85)) add(often(85) ? block : somewhere(), "peering", peering.id, dead);
          if (often(5)) add("pl-mine", "peering", peering.id, dead);
        }
        for (const { id: hub, region } of hubFrames)
          if (region === frame.region && often(60))
            add(often(50) ? somewhere() : cidr("10.0.0.0/8"), "hub", hub);
        const { internet, vpn, nats, endpoint, hosts } = part;
        if (internet !== undefined && often(50)) add(ANYWHERE, "internet", internet);
        if (kinds.edges && internet === undefined && often(8))
          add(ANYWHERE, "internet", `igw-gone-${i}`, true);
        for (const { id: nat, isDeleted } of nats)
          if (often(50)) add(often(70) ? ANYWHERE : somewhere(), "nat", nat, isDeleted);
        if (vpn !== undefined && often(60)) add(often(80) ? PARTNER : somewhere(), "vpn", vpn.id);
        if (endpoint !== undefined && often(60)) add(SERVICE_LIST, "endpoint", endpoint);
        if (kinds.edges && hosts.length > 0 && often(25)) {
          const { id: eni, addresses } = one(hosts);
          const to = often(30) ? ANYWHERE : somewhere();
          // what it does with packets for the interface itself is another question
          if (!holds(to, addresses[0]) || to.bits < 16) add(to, "interface", eni);
        }
        // a route that takes a subnet's own range from it is left out: what AWS does with it inside the subnet is not documented
        const users = part.subnets.filter((subnet) => (subnet.table ?? tableIds[0]) === id);
        const takesOwn = ({ to }: EstateRoute): boolean =>
          typeof to !== "string" &&
          frame.cidrs.some((own) => own.bits <= to.bits && holds(own, to.base)) &&
          users.some((subnet) => holds(to, subnet.cidr.base) || holds(subnet.cidr, to.base));
        return { id, routes: routes.filter((route) => !takesOwn(route)) };
      });
      return {
        ...frame,
        ...part,
        former: often(10) ? cidr(`10.${200 + i}.0.0/20`) : undefined,
        main: tableIds[0],
        tables,
        acls,
        groups,
      };
    });

    const hubs = hubFrames.map((hub): EstateHub => {
      const near = vpcs.filter(({ region, subnets }) => region === hub.region && subnets.length > 0);
      const tables = times(1 + below(2), (k) => `${hub.id.replace("tgw", "tgw-rtb")}-${k}`);
      const attachments = some(near, 80).flatMap((vpc): EstateAttachment[] => {
        const zones = [...new Set(vpc.subnets.map(({ zone }) => zone))];
        const subnets = zones
          .filter((_, k) => k === 0 || often(60))
          .map((zone) => one(vpc.subnets.filter((subnet) => subnet.zone === zone)).id);
        const id = `tgw-attach-${hub.id.slice(4)}-${vpc.id.slice(4)}`;
        const table = often(90) ? one(tables) : undefined;
        const attachment = {
          id,
          vpc: vpc.id,
          subnets,
          state: often(90) ? "available" : "pendingAcceptance",
          table,
          refers: often(80),
        };
        // one that was deleted is still listed for a while
        return often(15)
          ? [
              { ...attachment, id: `tgw-attach-0${id.slice(11)}`, state: "deleted", table: undefined },
              attachment,
            ]
          : [attachment];
      });
      const live = attachments.filter(({ state }) => state === "available");
      return {
        ...hub,
        refers: often(40),
        attachments,
        tables: tables.map((id) => {
          const routes: { to: Cidr; via: string }[] = [];
          for (const { id: via } of live)
            if (often(30)) routes.push({ to: often(70) ? one(blocks) : ANYWHERE, via });
          if (often(20)) routes.push({ to: one(blocks), via: "blackhole" });
          // of VPCs with the same range one propagates: which of two the cloud prefers is not in any description
          const ranges = new Set<string>();
          const propagates = some(live, 75).filter(({ vpc }) => {
            const own = vpcs.find((other) => other.id === vpc)!.cidrs.map(cidrText);
            if (own.some((text) => ranges.has(text))) return false;
            for (const text of own) ranges.add(text);
            return true;
          });
          return {
            id,
            routes: routes.filter(
              ({ to }, k) => routes.findIndex((other) => cidrText(other.to) === cidrText(to)) === k,
            ),
            propagates: propagates.map((attachment) => attachment.id),
          };
        }),
      };
    });
    const hubPeerings: HubPeering[] = [];
    if (hubs.length === 2 && often(80)) {
      const id = "tgw-attach-peer";
      const ends = hubs.map(({ id: hub, tables }) => ({
        hub,
        table: often(90) ? one(tables).id : undefined,
      }));
      hubPeerings.push({ id, ends, state: often(85) ? "available" : "pendingAcceptance" });
      for (const [k, hub] of hubs.entries()) {
        const far = hubs[1 - k].attachments.flatMap(
          ({ vpc }) => vpcs.find((other) => other.id === vpc)!.cidrs,
        );
        for (const table of hub.tables)
          for (const to of some(far, 60))
            if (!table.routes.some((route) => cidrText(route.to) === cidrText(to)))
              table.routes.push({ to, via: id });
      }
    }
    return {
      vpcs,
      peerings,
      hubs,
      hubPeerings,
      lists,
      hidden: vpcs.some(({ account }) => account !== ACCOUNTS[1]) && often(20) ? [ACCOUNTS[1]] : [],
      listsHosts: often(80),
    };
  });
}
