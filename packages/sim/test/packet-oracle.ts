import type { Prefix } from "@twoway/core";

/**
 * The slow twin of what lies on the path of one packet: security groups, network ACLs, gateways, NAT and hubs. One packet
 * with one service walks plain objects, and each filter looks at its rules one by one. Written from SPEC (S13–S15, 3.1–3.5)
 * and from nothing else; it shares `Prefix` with the simulator and no other code. IPv4, and one route per destination.
 */

export interface Rule {
  readonly allow: boolean;
  /** CIDRs, the name of a group, or undefined when nobody knows. */
  readonly remote: readonly Prefix[] | string | undefined;
  /** Undefined means every protocol. */
  readonly protocol: number | undefined;
  readonly from: number;
  readonly to: number;
}

export interface Filter {
  readonly id: string;
  readonly vpc: string;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

export interface Host {
  readonly address: number;
  readonly groups: readonly string[] | undefined;
  /** Null: it has none; undefined: nobody knows. */
  readonly outer: number | null | undefined;
}

export interface Subnet {
  readonly id: string;
  readonly cidr: Prefix;
  readonly zone: string | undefined;
  readonly acl: string | undefined;
  readonly groups: readonly string[] | undefined;
  readonly hosts: readonly Host[] | undefined;
  readonly routes: readonly Route[];
}

export interface Route {
  readonly prefix: Prefix;
  readonly target: string;
}

export interface Vpc {
  readonly id: string;
  readonly region: string;
  readonly cidr: Prefix;
  readonly subnets: readonly Subnet[];
}

export interface Gateway {
  readonly id: string;
  readonly kind: string;
  readonly vpc: string;
  readonly subnet: string | undefined;
  readonly address: number | undefined;
  readonly outer: readonly number[] | undefined;
  readonly advertises: Prefix | undefined;
  readonly leadsOnly: boolean;
  readonly forwards: boolean | undefined;
  readonly groups: readonly string[] | undefined;
}

export interface Attachment {
  readonly id: string;
  readonly vpc: string | undefined;
  readonly subnets: readonly string[] | undefined;
  readonly peer: readonly [string, string] | undefined;
  readonly advertises: Prefix | undefined;
  readonly table: string | undefined;
  readonly state: string;
}

export interface Hub {
  readonly id: string;
  readonly isCcn: boolean;
  readonly groupReferences: boolean;
  readonly attachments: readonly Attachment[];
  readonly tables: readonly {
    readonly id: string;
    readonly routes: readonly Route[];
    readonly propagates: readonly string[];
  }[];
}

export interface Net {
  readonly aws: boolean;
  readonly vpcs: readonly Vpc[];
  readonly peerings: readonly {
    readonly id: string;
    readonly ends: readonly [string, string];
    readonly active: boolean;
  }[];
  readonly gateways: readonly Gateway[];
  readonly hubs: readonly Hub[];
  readonly groups: readonly Filter[];
  readonly acls: readonly Filter[];
}

export interface End {
  /** Undefined outside. */
  readonly vpc: string | undefined;
  readonly address: number;
}

/** What one packet carries. ICMP: `port` is its type, and codes do not matter here. */
export interface Service {
  readonly protocol: number;
  readonly port: number;
  readonly sourcePort: number;
}

export interface Result {
  readonly outcome: "delivered" | "dropped" | "unknown";
  readonly cause: string | null;
  /** The sender's own filters do not refuse it. */
  readonly leaves: boolean;
}

interface Memory {
  readonly gateway: Gateway;
  readonly original: End;
  readonly written: End;
}

/** Both ways of one packet, each with its cause. */
export function bothWays(net: Net, from: End, to: End, service: Service): readonly [Result, Result] {
  const walker = new Walker(net, from, to, service.protocol, service.port, []);
  walker.begin();
  const there = walker.result();
  const reply = service.protocol === 6 || service.protocol === 17 ? service.sourcePort : answer(service);
  const back = new Walker(net, to, from, service.protocol, reply, undefined);
  // a packet that nobody can follow may have left with another header, so nothing is known of an answer from outside
  if (there.outcome === "unknown" && walker.cause !== null && to.vpc === undefined)
    back.end("unsupported-target");
  else if (there.outcome === "dropped" || walker.cause !== null) back.begin();
  else if (walker.left === undefined) {
    back.target = walker.source;
    back.memory = walker.memory;
    if (walker.arrivedAt !== undefined) back.source = walker.arrivedAt;
    back.begin();
  } else if (walker.left === "doubt") back.end("unsupported-target");
  else {
    back.target = walker.source;
    back.memory = walker.memory;
    walker.left(back);
  }
  return [
    { ...there, leaves: walker.isLetOut },
    { ...back.result(), leaves: back.isLetOut },
  ];
}

function answer({ protocol, port }: Service): number {
  if (protocol !== 1) return port;
  const pairs = [8, 0, 13, 14, 15, 16, 17, 18];
  const at = pairs.indexOf(port);
  return at < 0 ? port : pairs[at % 2 === 0 ? at + 1 : at - 1];
}

const UNKNOWN = ["unsupported-target", "no-route-table"];

class Walker {
  readonly net: Net;
  source: End;
  target: End;
  memory: Memory[] = [];
  readonly isReply: boolean;
  readonly protocol: number;
  readonly port: number;
  cause: string | null = null;
  /** The first filter that refuses, and whether some filter may. */
  refused = false;
  doubted = false;
  hidden = false;
  routedBy: Gateway | undefined;
  last: Subnet | undefined;
  zone: string | undefined;
  left: ((reply: Walker) => undefined) | "doubt" | undefined;
  arrivedAt: End | undefined;
  steps = 0;
  isLetOut = true;
  isAtSender = false;

  constructor(
    net: Net,
    source: End,
    target: End,
    protocol: number,
    port: number,
    first: readonly Memory[] | undefined,
  ) {
    this.net = net;
    this.source = source;
    this.target = target;
    this.protocol = protocol;
    this.port = port;
    this.isReply = first === undefined;
  }

  end(cause: string | null): undefined {
    this.cause = cause;
  }

  /** Routing decides before filters, but for packets that left by a wrong gateway or go in circles. */
  result(): Omit<Result, "leaves"> {
    const { cause } = this;
    const isLate = cause === "left-network" || cause === "loop";
    if (cause !== null && !isLate && !UNKNOWN.includes(cause)) return { outcome: "dropped", cause };
    if (this.refused) return { outcome: "dropped", cause: "filter-denied" };
    if (isLate) return { outcome: "dropped", cause };
    if (cause !== null) return { outcome: "unknown", cause };
    if (this.doubted) return { outcome: "unknown", cause: "unsupported-target" };
    return { outcome: "delivered", cause: null };
  }

  begin(): undefined {
    const { net, source } = this;
    if (source.vpc === undefined) {
      const owner = hostByOuter(net, source.address);
      if (owner !== undefined) {
        this.source = owner;
        this.begin();
      } else this.comeIn();
      return;
    }
    const vpc = vpcOf(net, source.vpc)!;
    const subnet = subnetOf(vpc, source.address);
    if (subnet === undefined) this.end("source-not-in-subnet");
    else {
      this.isAtSender = true;
      this.leave(vpc, subnet, groupsOf(net, source), false);
    }
  }

  comeIn(): undefined {
    const { net, source, target } = this;
    const lines = net.gateways.filter(
      (one) => one.advertises?.contains(source.address as never) && one.kind !== "endpoint",
    );
    const mine = lines.find(({ vpc }) => vpc === target.vpc);
    if (mine !== undefined) return this.enter(mine);
    for (const hub of net.hubs) {
      const line = hub.attachments.find((one) => one.advertises?.contains(source.address as never));
      if (line !== undefined) return this.atHub(hub, line);
    }
    if (lines.length > 0) return this.end("edge-to-edge");
    if (target.vpc === undefined && isOwned(net, target.address) && !isPrivate(source.address)) {
      const owner = hostByOuter(net, target.address);
      const gate = net.gateways.find(({ kind, vpc }) => kind === "internet" && vpc === owner?.vpc);
      if (owner === undefined || gate === undefined) return this.end("no-public-address");
      this.target = owner;
      this.arrivedAt = owner;
      this.hidden = true;
      return this.enter(gate);
    }
    const host = target.vpc === undefined ? undefined : hostAt(net, target);
    if (isPrivate(source.address) || host?.outer === undefined) return this.end("unsupported-target");
    const gate = net.gateways.find(({ kind, vpc }) => kind === "internet" && vpc === target.vpc);
    if (host.outer === null || gate === undefined) return this.end("no-public-address");
    this.enter(gate);
  }

  enter(gateway: Gateway): undefined {
    if (this.isReply && this.memory.length > 0) return this.restore();
    if (this.target.vpc !== gateway.vpc) return this.end("edge-to-edge");
    this.arrive(vpcOf(this.net, gateway.vpc)!);
  }

  restore(): undefined {
    const { gateway, original } = this.memory[this.memory.length - 1];
    const vpc = vpcOf(this.net, gateway.vpc)!;
    const subnet = vpc.subnets.find(({ id }) => id === gateway.subnet);
    if (subnet !== undefined) this.acl(subnet, "ingress", this.source);
    this.memory = this.memory.slice(0, -1);
    this.target = original;
    this.last = undefined;
    if (subnet === undefined) this.arrive(vpc);
    else this.leave(vpc, subnet, undefined, false);
  }

  leave(vpc: Vpc, subnet: Subnet, groups: readonly string[] | undefined, isDoor: boolean): undefined {
    if (++this.steps > 100) return this.end("loop");
    const { net, target } = this;
    this.group(vpc, groups, "egress", target);
    const isInside = target.vpc === vpc.id && subnet.cidr.contains(target.address as never);
    if (!isInside) this.acl(subnet, "egress", target);
    if (this.isAtSender) this.isLetOut = !this.refused;
    this.isAtSender = false;
    this.zone = subnet.zone;
    this.last = subnet;
    const own = vpc.cidr.contains(target.address as never);
    const best = longest(subnet.routes, target.address);
    if (own && (!net.aws || best === undefined || best.prefix.bits < vpc.cidr.bits)) {
      if (target.vpc === vpc.id) this.arrive(vpc);
      else this.end(isDoor ? "wrong-vpc" : "local-wins");
      return;
    }
    if (best === undefined) return this.end("no-route");
    const peering = net.peerings.find(({ id }) => id === best.target);
    if (peering !== undefined) return this.cross(vpc, peering);
    const hub = net.hubs.find(({ id }) => id === best.target);
    if (hub !== undefined) return this.toHub(vpc, subnet, hub);
    const gateway = net.gateways.find(({ id }) => id === best.target);
    if (gateway === undefined || gateway.vpc !== vpc.id) return this.end("route-blackhole");
    this.throughGateway(vpc, subnet, gateway);
  }

  cross(vpc: Vpc, { ends, active }: Net["peerings"][number]): undefined {
    if (!ends.includes(vpc.id)) return this.end("peering-wrong-vpc");
    if (!active) return this.end("peering-not-active");
    if (this.source.vpc !== vpc.id) return this.end("edge-to-edge");
    const far = vpcOf(this.net, ends[0] === vpc.id ? ends[1] : ends[0])!;
    this.last = undefined;
    if (far.cidr.contains(this.target.address as never)) return this.arrive(far);
    this.end(
      this.net.vpcs.some(({ cidr }) => cidr.contains(this.target.address as never))
        ? "non-transitive"
        : "edge-to-edge",
    );
  }

  toHub(vpc: Vpc, subnet: Subnet, hub: Hub): undefined {
    const attachment = hub.attachments.find((one) => one.vpc === vpc.id);
    if (attachment === undefined) return this.end("hub-attachment");
    const near = attachment.subnets?.map((id) => vpc.subnets.find((one) => one.id === id)!);
    const zones = near?.map(({ zone }) => zone);
    if (
      subnet.zone !== undefined &&
      zones !== undefined &&
      !zones.includes(undefined) &&
      !zones.includes(subnet.zone)
    )
      return this.end("hub-attachment");
    if (near !== undefined) {
      const door = near.includes(subnet)
        ? subnet
        : (near.find(({ zone }) => zone === subnet.zone) ?? near[0]);
      this.acl(door, "ingress", this.source);
    }
    this.atHub(hub, attachment);
  }

  atHub(hub: Hub, from: Attachment): undefined {
    if (++this.steps > 100) return this.end("loop");
    if (from.state !== "available" || from.table === undefined) return this.end("hub-attachment");
    const table = hub.tables.find(({ id }) => id === from.table)!;
    // written routes first, then what is propagated, the first of several
    const learnt = table.propagates.flatMap((id) => {
      const one = hub.attachments.find((attachment) => attachment.id === id)!;
      if (one.state !== "available") return [];
      const vpc = one.vpc === undefined ? undefined : vpcOf(this.net, one.vpc)!;
      const ranges =
        vpc === undefined
          ? one.advertises === undefined
            ? []
            : [one.advertises]
          : hub.isCcn
            ? vpc.subnets.map(({ cidr }) => cidr)
            : [vpc.cidr];
      return ranges.map((prefix) => ({ prefix, target: id }));
    });
    const best = longest([...table.routes, ...learnt], this.target.address);
    // a line that does not tell what it propagates may have a longer route, but to no range of a VPC that hangs here
    const silent = table.propagates
      .map((id) => hub.attachments.find((attachment) => attachment.id === id)!)
      .some(
        ({ vpc, peer, advertises, state }) =>
          vpc === undefined && peer === undefined && advertises === undefined && state === "available",
      );
    const meant = hub.attachments.find(({ id }) => id === best?.target)?.vpc;
    if (silent && (meant === undefined || meant !== this.target.vpc)) return this.end("no-route-table");
    if (best === undefined) return this.end("no-route");
    const to = hub.attachments.find(({ id }) => id === best.target);
    if (to === undefined) return this.end("route-blackhole");
    if (to.state !== "available") return this.end("hub-attachment");
    if (to.peer !== undefined) {
      const far = this.net.hubs.find(({ id }) => id === to.peer![0])!;
      return this.atHub(far, far.attachments.find(({ id }) => id === to.peer![1])!);
    }
    if (to.vpc === undefined) {
      if (this.target.vpc !== undefined && to.advertises !== undefined) return this.end("left-network");
      if (!to.advertises?.contains(this.target.address as never)) return this.end("unsupported-target");
      this.left = (reply) => reply.atHub(hub, to);
      return;
    }
    const vpc = vpcOf(this.net, to.vpc)!;
    this.last = undefined;
    if (!hub.groupReferences) this.hidden = true;
    const near = to.subnets?.map((id) => vpc.subnets.find((one) => one.id === id)!);
    if (near === undefined) {
      if (vpc.cidr.contains(this.target.address as never)) this.arrive(vpc);
      else this.end("unsupported-target");
      return;
    }
    const door = near.find(({ zone }) => zone !== undefined && zone === this.zone) ?? near[0];
    this.leave(vpc, door, undefined, true);
  }

  throughGateway(vpc: Vpc, subnet: Subnet, gateway: Gateway): undefined {
    const stand = vpc.subnets.find(({ id }) => id === gateway.subnet);
    const { net, target, source } = this;
    switch (gateway.kind) {
      case "other":
        return this.end("unsupported-target");
      case "vpn":
        if (gateway.advertises === undefined) return this.end("unsupported-target");
        if (source.vpc !== vpc.id) return this.end("edge-to-edge");
        if (target.vpc !== undefined) return this.end("left-network");
        if (!gateway.advertises.contains(target.address as never))
          return this.end(gateway.leadsOnly ? "no-route" : "unsupported-target");
        this.left = (reply) => reply.enter(gateway);
        return;
      case "instance":
        if (gateway.forwards === undefined || stand === undefined) return this.end("unsupported-target");
        if (stand !== subnet) this.acl(stand, "ingress", source);
        this.group(vpc, gateway.groups, "ingress", source);
        if (!gateway.forwards) return this.end("route-blackhole");
        this.hidden = true;
        this.routedBy = gateway;
        return this.leave(vpc, stand, gateway.groups, false);
      case "nat": {
        const written = { vpc: vpc.id, address: gateway.address ?? source.address };
        if (!this.isReply && ![1, 6, 17].includes(this.protocol)) this.refused = true;
        if (stand !== undefined && stand !== subnet) this.acl(stand, "ingress", source);
        // nobody waits for an answer from an address that was not asked
        const outer = this.isReply ? hostAt(net, source)?.outer : undefined;
        if (this.isReply && (stand !== undefined || typeof outer === "number"))
          return this.end(target.vpc === undefined ? "no-public-address" : "left-network");
        if (stand === undefined) {
          if (target.vpc !== undefined) return this.end("left-network");
          if (isPrivate(target.address)) return this.end("unsupported-target");
        }
        if (!this.isReply) this.memory = [...this.memory, { gateway, original: source, written }];
        this.source = written;
        this.hidden = true;
        if (stand !== undefined) return this.leave(vpc, stand, undefined, false);
        if (isOwned(net, target.address)) return this.comeBack(gateway.outer?.[0]);
        this.left = (reply) => reply.enter(gateway);
        return;
      }
      default:
        return this.toInternet(gateway);
    }
  }

  toInternet(gateway: Gateway): undefined {
    const { net, target, source } = this;
    if (target.vpc !== undefined) return this.end("left-network");
    if (this.routedBy !== undefined && this.memory.length === 0) return this.end("unsupported-target");
    const translated = this.isReply ? undefined : this.memory.at(-1);
    const outer =
      translated?.written === source
        ? translated.gateway.outer === undefined
          ? undefined
          : (translated.gateway.outer[0] ?? null)
        : source.vpc !== gateway.vpc
          ? null
          : hostAt(net, source)?.outer;
    if (outer === null) return this.end("no-public-address");
    if (isPrivate(target.address)) return this.end("unsupported-target");
    if (isOwned(net, target.address)) return this.comeBack(outer);
    this.left = outer === undefined ? "doubt" : (reply) => reply.enter(gateway);
  }

  /** The public address belongs to somebody in the network. */
  comeBack(outer: number | undefined): undefined {
    const { net, target } = this;
    if (outer === undefined) return this.end("unsupported-target");
    this.source = { vpc: undefined, address: outer };
    const owner = hostByOuter(net, target.address);
    this.last = undefined;
    if (owner === undefined) {
      const nat = net.gateways.find((one) => one.outer?.includes(target.address))!;
      if (this.isReply && this.memory.at(-1)?.gateway === nat) return this.restore();
      return this.end("no-public-address");
    }
    if (!net.gateways.some(({ kind, vpc }) => kind === "internet" && vpc === owner.vpc))
      return this.end("no-public-address");
    this.target = owner;
    this.arrivedAt = owner;
    this.hidden = true;
    // a reply that the sender's own public address receives needs no memory
    if (this.isReply && this.memory.length > 0) return this.restore();
    this.arrive(vpcOf(net, owner.vpc!)!);
  }

  arrive(vpc: Vpc): undefined {
    const { target, memory } = this;
    if (target.vpc !== vpc.id) return this.end("wrong-vpc");
    if (this.isReply && memory.length > 0 && memory[memory.length - 1].written === target)
      return this.restore();
    const subnet = subnetOf(vpc, target.address);
    if (subnet === undefined) return this.end("no-such-subnet");
    const offset = target.address - Number(subnet.cidr.address);
    const fromEnd = Number(subnet.cidr.last) - target.address;
    const isReserved = fromEnd < 1 || offset < (this.net.aws ? 4 : 2);
    if (isReserved || (subnet.hosts !== undefined && hostAt(this.net, target) === undefined))
      return this.end("no-such-host");
    if (this.last !== subnet) this.acl(subnet, "ingress", this.source);
    this.group(vpc, groupsOf(this.net, target), "ingress", this.source);
  }

  group(
    vpc: Vpc,
    ids: readonly string[] | undefined,
    direction: "ingress" | "egress",
    remote: End,
  ): undefined {
    if (this.isReply || ids === undefined || ids.length === 0) return;
    this.judge(vpc, this.net.groups, ids, direction, remote, this.net.aws);
  }

  acl(subnet: Subnet, direction: "ingress" | "egress", remote: End): undefined {
    if (subnet.acl !== undefined)
      this.judge(undefined, this.net.acls, [subnet.acl], direction, remote, false);
  }

  /** Walks the rules one by one. A rule that may match leaves both possibilities open. */
  judge(
    vpc: Vpc | undefined,
    filters: readonly Filter[],
    ids: readonly string[],
    direction: "ingress" | "egress",
    remote: End,
    allowOnly: boolean,
  ): undefined {
    const possible = new Set<boolean>();
    let decided: boolean | undefined;
    for (const id of ids) {
      const filter = filters.find((one) => one.id === id);
      if (filter === undefined) {
        possible.add(true);
        if (!allowOnly) possible.add(false);
        continue;
      }
      for (const rule of filter[direction]) {
        if (rule.protocol !== undefined && rule.protocol !== this.protocol) continue;
        if (rule.protocol !== undefined && (this.port < rule.from || this.port > rule.to)) continue;
        const match = this.matches(vpc, rule, remote, direction);
        if (match === false) continue;
        if (match === undefined) {
          possible.add(rule.allow);
          continue;
        }
        decided = rule.allow;
        break;
      }
      if (decided !== undefined) break;
    }
    possible.add(decided ?? false);
    if (!possible.has(true)) this.refused = true;
    else if (possible.has(false)) this.doubted = true;
  }

  matches(vpc: Vpc | undefined, { remote: rule }: Rule, remote: End, direction: string): boolean | undefined {
    if (rule === undefined) return undefined;
    if (typeof rule !== "string") return rule.some((cidr) => cidr.contains(remote.address as never));
    if (vpc === undefined || remote.vpc === undefined || (direction === "ingress" && this.hidden))
      return false;
    if (remote.vpc !== vpc.id) {
      const far = vpcOf(this.net, remote.vpc)!;
      const joined =
        this.net.peerings.some(
          ({ ends, active }) => active && ends.includes(vpc.id) && ends.includes(far.id),
        ) ||
        this.net.hubs.some(
          (hub) =>
            direction === "ingress" &&
            hub.groupReferences &&
            [vpc, far].every((one) =>
              hub.attachments.some((at) => at.vpc === one.id && at.state === "available"),
            ),
        );
      if (far.region !== vpc.region || (this.net.aws && !joined)) return false;
    }
    return groupsOf(this.net, remote)?.includes(rule);
  }
}

function vpcOf(net: Net, id: string): Vpc | undefined {
  return net.vpcs.find((vpc) => vpc.id === id);
}

function subnetOf(vpc: Vpc, address: number): Subnet | undefined {
  return vpc.subnets.find(({ cidr }) => cidr.contains(address as never));
}

function hostAt(net: Net, { vpc, address }: End): Host | undefined {
  const subnet = vpc === undefined ? undefined : subnetOf(vpcOf(net, vpc)!, address);
  return subnet?.hosts?.find((host) => host.address === address);
}

function groupsOf(net: Net, end: End): readonly string[] | undefined {
  return (
    hostAt(net, end)?.groups ??
    (end.vpc === undefined ? undefined : subnetOf(vpcOf(net, end.vpc)!, end.address)?.groups)
  );
}

function hostByOuter(net: Net, outer: number): End | undefined {
  for (const vpc of net.vpcs)
    for (const { hosts } of vpc.subnets)
      for (const host of hosts ?? []) if (host.outer === outer) return { vpc: vpc.id, address: host.address };
  return undefined;
}

function isOwned(net: Net, outer: number): boolean {
  return hostByOuter(net, outer) !== undefined || net.gateways.some((one) => one.outer?.includes(outer));
}

function isPrivate(address: number): boolean {
  const [a, b] = [Math.floor(address / 2 ** 24), Math.floor(address / 2 ** 16) % 256];
  return a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
}

function longest(routes: readonly Route[], address: number): Route | undefined {
  let best: Route | undefined;
  for (const route of routes)
    if (
      route.prefix.contains(address as never) &&
      (best === undefined || route.prefix.bits > best.prefix.bits)
    )
      best = route;
  return best;
}
