import {
  type Cidr,
  cidrText,
  type Estate,
  type EstateAttachment,
  type EstateHost,
  type EstateHub,
  type EstateNat,
  type EstateRoute,
  type EstateRule,
  type EstateSubnet,
  type EstateTable,
  type EstateVpc,
  holds,
} from "./cloud-estate.ts";

/**
 * What becomes of one packet and its reply in an estate, hop by hop, as SPEC and AWS's documentation say. Slow and plain: every
 * question is answered by looking through lists. It starts from the estate and not from anything that was imported.
 */

export interface Place {
  /** Absent for an address outside every VPC. */
  readonly vpc: string | undefined;
  readonly address: number;
}

/** `port` is the type of an ICMP message. */
export interface Asked {
  readonly protocol: number;
  readonly port: number;
  readonly sourcePort: number;
}

export interface Fate {
  readonly outcome: "delivered" | "dropped" | "unknown";
  /** Of what is dropped: the name that SPEC gives the cause, and the id of what decided. */
  readonly cause?: string;
  readonly by?: string;
}

export interface Walked {
  readonly verdict: "two-way" | "forward-only" | "return-only" | "unreachable" | "unknown";
  readonly forward: Fate;
  readonly back: Fate;
}

interface Packet {
  readonly source: Place;
  readonly destination: Place;
  readonly isReply: boolean;
  readonly protocol: number;
  /** The port or type that filters look at. */
  readonly port: number;
  /** NAT gateways that wrote their address into the source, the last one last, and whose it was. */
  readonly translated: readonly {
    readonly vpc: EstateVpc;
    readonly nat: EstateNat;
    readonly original: Place;
  }[];
  /** Rules still see the sender's groups. */
  readonly showsGroups: boolean;
  readonly zone: string | undefined;
  /** The subnet that it left last, while nothing but the VPC's router has had it since. */
  readonly last: EstateSubnet | undefined;
  /** An instance passed it on, and may have written its own address into it. */
  readonly passedOn: boolean;
  /** The filters that refused it so far, and whether one of them may have. */
  readonly refusals: readonly string[];
  readonly isDoubted: boolean;
  readonly been: readonly string[];
}

/** Where a packet ended; `reenter` sends the reply back in by the way that the packet left. */
interface End extends Fate {
  readonly packet: Packet;
  readonly isLate?: boolean;
  readonly reenter?: (reply: Packet) => End[];
}

/** Types of ICMP messages that answer each other. */
const ANSWERS = new Map([
  [8, 0],
  [0, 8],
  [13, 14],
  [14, 13],
]);

/** What the descriptions tell beside what the estate has. */
export interface Telling {
  /** All interfaces of a subnet of which any is described. */
  readonly isComplete: boolean;
  /** Public addresses; they do unless the cloud has yet to give them. */
  readonly isPublicKnown?: boolean;
}

export class CloudWalk {
  readonly #estate: Estate;
  readonly #vpcs: readonly EstateVpc[];
  readonly #isComplete: boolean;
  readonly #isPublicKnown: boolean;

  constructor(estate: Estate, { isComplete, isPublicKnown = true }: Telling = { isComplete: true }) {
    this.#estate = estate;
    this.#isComplete = isComplete;
    this.#isPublicKnown = isPublicKnown;
    this.#vpcs = estate.vpcs.filter(({ account }) => !estate.hidden.includes(account));
  }

  walk(from: Place, to: Place, { protocol, port, sourcePort }: Asked): Walked {
    const packet: Packet = {
      source: from,
      destination: to,
      isReply: false,
      protocol,
      port,
      translated: [],
      showsGroups: true,
      zone: undefined,
      last: undefined,
      passedOn: false,
      refusals: [],
      isDoubted: false,
      been: [],
    };
    const forward = worst(this.#send(packet).map(settled));
    const answer =
      protocol === 1 ? (ANSWERS.get(port) ?? port) : protocol === 6 || protocol === 17 ? sourcePort : 0;
    const { packet: there } = forward;
    const arrived = forward.outcome === "delivered";
    const header = arrived ? there : packet;
    const reply: Packet = {
      ...packet,
      source: header.destination,
      destination: header.source,
      isReply: true,
      port: answer,
      translated: header.translated,
    };
    const back = worst(
      (arrived && forward.reenter !== undefined
        ? forward.reenter(reply)
        : forward.outcome === "unknown" && to.vpc === undefined
          ? [unknown(reply)]
          : this.#send(reply)
      ).map(settled),
    );
    return { verdict: verdictOf(forward.outcome, back.outcome), forward: fate(forward), back: fate(back) };
  }

  #send(packet: Packet): End[] {
    const { source } = packet;
    if (source.vpc === undefined) return this.#fromOutside(packet);
    const vpc = this.#vpcs.find(({ id }) => id === source.vpc)!;
    const subnet = vpc.subnets.find(({ cidr }) => holds(cidr, source.address));
    if (subnet === undefined) return [dropped(packet, "source-not-in-subnet", vpc.id)];
    const sent = this.#groups(vpc, hostAt(vpc, source.address), "egress", packet);
    return this.#leave(vpc, subnet, sent, false);
  }

  /** The subnet's table decides; `isDoor` for a packet that a hub has put into the subnet. */
  #leave(vpc: EstateVpc, subnet: EstateSubnet, before: Packet, isDoor: boolean): End[] {
    const { address } = before.destination;
    const here = `${subnet.id} ${before.source.address} ${before.destination.vpc} ${address} ${left(before)} ${before.passedOn}`;
    if (before.been.includes(here)) return [{ ...dropped(before, "loop"), isLate: true }];
    const at: Packet = { ...before, been: [...before.been, here], zone: subnet.zone };
    // two in one subnet do not need the router
    if (!isDoor && holds(subnet.cidr, address) && at.destination.vpc === vpc.id)
      return this.#arrive(vpc, { ...at, last: subnet });
    const table = vpc.tables.find(({ id }) => id === (subnet.table ?? vpc.main))!;
    const choice = this.#lookUp(vpc, table, address);
    if (choice === "none") return [dropped(at, "no-route", table.id)];
    const stays = isDoor && choice === "local" && holds(subnet.cidr, address);
    const packet = stays ? at : this.#acl(vpc, subnet, true, at);
    if (choice !== "local") return this.#take(vpc, subnet, table, choice, { ...packet, last: subnet });
    if (packet.destination.vpc === vpc.id) return this.#arrive(vpc, { ...packet, last: subnet });
    return [dropped(packet, isDoor ? "wrong-vpc" : "local-wins", vpc.id)];
  }

  /** The longest prefix wins; at the same length a route by CIDR wins over one by prefix list, and over the local one. */
  #lookUp(vpc: EstateVpc, table: EstateTable, address: number): EstateRoute | "local" | "none" {
    let best: { bits: number; rank: number; route: EstateRoute | "local" } | undefined;
    const consider = (block: Cidr, rank: number, route: EstateRoute | "local"): void => {
      if (!holds(block, address)) return;
      if (best === undefined || block.bits > best.bits || (block.bits === best.bits && rank > best.rank))
        best = { bits: block.bits, rank, route };
    };
    for (const block of vpc.cidrs) consider(block, 1, "local");
    for (const route of table.routes)
      for (const block of this.#blocksOf(route)) consider(block, typeof route.to === "string" ? 0 : 2, route);
    return best?.route ?? "none";
  }

  #blocksOf({ to }: EstateRoute): readonly Cidr[] {
    return typeof to === "string" ? this.#estate.lists.find(({ id }) => id === to)!.cidrs : [to];
  }

  #take(vpc: EstateVpc, subnet: EstateSubnet, table: EstateTable, route: EstateRoute, packet: Packet): End[] {
    const [block] = this.#blocksOf(route)
      .filter((one) => holds(one, packet.destination.address))
      .sort((a, b) => b.bits - a.bits);
    const gone = [dropped(packet, "route-blackhole", `${table.id} ${cidrText(block)}`)];
    if (route.kind === "peering") return this.#cross(vpc, route.target, packet, gone);
    if (route.dead) return gone;
    switch (route.kind) {
      case "internet":
        return this.#internet(vpc, route.target, packet);
      case "nat": {
        const nat = vpc.nats.find(({ id }) => id === route.target)!;
        return this.#translate(vpc, nat, packet);
      }
      case "vpn":
        return this.#partner(vpc, vpc.vpn!.id, vpc.vpn!.routes, packet);
      case "endpoint":
        return this.#partner(vpc, route.target, this.#estate.lists[1].cidrs, packet);
      case "hub":
        return this.#toHub(vpc, subnet, route.target, packet);
      default:
        return this.#passOn(vpc, route.target, packet);
    }
  }

  #cross(vpc: EstateVpc, id: string, packet: Packet, gone: End[]): End[] {
    const { requester, accepter, state } = this.#estate.peerings.find((peering) => peering.id === id)!;
    if (state === "deleted") return gone;
    if (state !== "active") return [dropped(packet, "peering-not-active", id)];
    if (packet.source.vpc !== vpc.id) return [dropped(packet, "edge-to-edge", id)];
    const far = this.#vpcs.find((one) => one.id === (requester === vpc.id ? accepter : requester));
    if (far === undefined) return [unknown(packet)];
    const { address } = packet.destination;
    if (owns(far, address)) {
      if (packet.destination.vpc !== far.id) return [dropped(packet, "wrong-vpc", far.id)];
      return this.#arrive(far, { ...packet, last: undefined });
    }
    const isOwned = this.#vpcs.some((one) => owns(one, address));
    return [dropped(packet, isOwned ? "non-transitive" : "edge-to-edge", id)];
  }

  /** An internet gateway swaps private and public addresses one by one. */
  #internet(vpc: EstateVpc, id: string, packet: Packet): End[] {
    const { source, destination } = packet;
    if (destination.vpc !== undefined) return [{ ...dropped(packet, "left-network", id), isLate: true }];
    if (packet.passedOn && packet.translated.length === 0) return [unknown(packet)];
    const nat = packet.isReply ? undefined : packet.translated.at(-1);
    const isTold = this.#tellsPublic(vpc, source);
    const outer = nat !== undefined ? nat.nat.public : isTold ? publicOf(vpc, source) : undefined;
    if (outer === undefined && (nat !== undefined || source.vpc !== vpc.id || isTold))
      return [dropped(packet, "no-public-address", id)];
    if (outer === undefined) return [unknown(packet)];
    if (isPrivate(destination.address)) return [unknown(packet)];
    const outside: Packet = { ...packet, last: undefined, zone: undefined, showsGroups: false };
    const reenter = (reply: Packet): End[] => this.#enter(vpc, reply);
    const met = this.#owner(destination.address);
    if (met === undefined) return [{ outcome: "delivered", packet: outside, reenter }];
    return this.#enterPublic(met, { ...outside, source: { vpc: undefined, address: outer } });
  }

  /** Instances tell their public address, and in Terraform an interface of its own does not. */
  #tellsPublic(vpc: EstateVpc, { address }: Place): boolean {
    const host = this.#estate.listsHosts ? hostAt(vpc, address) : undefined;
    return host !== undefined && this.#isPublicKnown && (this.#isComplete || host.device === 0);
  }

  /** Finds who has a public address: an interface or a NAT gateway. */
  #owner(address: number): { vpc: EstateVpc; host?: EstateHost; nat?: EstateNat } | undefined {
    for (const vpc of this.#vpcs) {
      const host = this.#estate.listsHosts ? vpc.hosts.find((one) => one.public === address) : undefined;
      const nat = vpc.nats.find((one) => one.public === address && !one.isDeleted);
      if (host !== undefined || nat !== undefined) return { vpc, ...(host && { host }), ...(nat && { nat }) };
    }
    return undefined;
  }

  #enterPublic(
    { vpc, host, nat }: { vpc: EstateVpc; host?: EstateHost; nat?: EstateNat },
    packet: Packet,
  ): End[] {
    if (host === undefined) {
      if (packet.isReply && packet.translated.at(-1)?.nat === nat) return this.#enter(vpc, packet);
      return [dropped(packet, "no-public-address", nat!.id)];
    }
    if (vpc.internet === undefined) return [dropped(packet, "no-public-address", vpc.id)];
    return this.#arrive(vpc, {
      ...packet,
      destination: { vpc: vpc.id, address: host.addresses[0] },
      last: undefined,
    });
  }

  /** In from outside by a gateway of the VPC. */
  #enter(vpc: EstateVpc, packet: Packet): End[] {
    const nat = packet.isReply ? packet.translated.at(-1) : undefined;
    return nat === undefined
      ? this.#arrive(vpc, { ...packet, last: undefined })
      : this.#untranslate({ ...packet, last: undefined });
  }

  #fromOutside(packet: Packet): End[] {
    const { source, destination } = packet;
    const met = destination.vpc === undefined ? this.#owner(destination.address) : undefined;
    const vpc = this.#vpcs.find(({ id }) => id === destination.vpc);
    const plain = { ...packet, showsGroups: false };
    const sender = this.#owner(source.address);
    if (sender?.host !== undefined)
      return this.#send({ ...packet, source: { vpc: sender.vpc.id, address: sender.host.addresses[0] } });
    if (isPrivate(source.address)) {
      const lines = this.#vpcs.filter(({ vpn }) => vpn?.routes?.some((one) => holds(one, source.address)));
      if (lines.length === 0) return [unknown(packet)];
      if (vpc !== undefined && lines.includes(vpc)) return this.#enter(vpc, plain);
      return [dropped(packet, "edge-to-edge")];
    }
    if (met !== undefined) return this.#enterPublic(met, plain);
    if (vpc === undefined) return [unknown(packet)];
    if (!this.#tellsPublic(vpc, destination)) return [unknown(packet)];
    const isReachable = publicOf(vpc, destination) !== undefined && vpc.internet !== undefined;
    return isReachable ? this.#enter(vpc, plain) : [dropped(packet, "no-public-address", vpc.id)];
  }

  #translate(vpc: EstateVpc, nat: EstateNat, packet: Packet): End[] {
    const subnet = vpc.subnets.find(({ id }) => id === nat.subnet)!;
    const taken = packet.last === subnet ? packet : this.#acl(vpc, subnet, false, packet);
    // what it sends on comes from another address than the one that was asked: nobody waits for that
    if (packet.isReply)
      return packet.destination.vpc === undefined
        ? [dropped(taken, "no-public-address", nat.id)]
        : [{ ...dropped(taken, "left-network", nat.id), isLate: true }];
    const written = { vpc: vpc.id, address: nat.address };
    return this.#leave(
      vpc,
      subnet,
      {
        ...taken,
        source: written,
        translated: [...taken.translated, { vpc, nat, original: packet.source }],
        showsGroups: false,
      },
      false,
    );
  }

  #untranslate(packet: Packet): End[] {
    const { vpc, nat, original } = packet.translated.at(-1)!;
    const subnet = vpc.subnets.find(({ id }) => id === nat.subnet)!;
    const taken = packet.last === subnet ? packet : this.#acl(vpc, subnet, false, packet);
    const restored = { ...taken, destination: original, translated: packet.translated.slice(0, -1) };
    return this.#leave(vpc, subnet, restored, false);
  }

  #partner(vpc: EstateVpc, id: string, routes: readonly Cidr[] | undefined, packet: Packet): End[] {
    if (routes === undefined) return [unknown(packet)];
    if (packet.source.vpc !== vpc.id) return [dropped(packet, "edge-to-edge", id)];
    const { vpc: meant, address } = packet.destination;
    if (meant !== undefined) return [{ ...dropped(packet, "left-network", id), isLate: true }];
    if (!routes.some((one) => holds(one, address))) return [dropped(packet, "no-route", id)];
    return [{ outcome: "delivered", packet, reenter: (reply) => this.#enter(vpc, reply) }];
  }

  /** An interface takes what is meant for itself, and the rest only without its source/destination check. */
  #passOn(vpc: EstateVpc, id: string, packet: Packet): End[] {
    if (!this.#estate.listsHosts) return [unknown(packet)];
    const host = vpc.hosts.find((one) => one.id === id)!;
    const { destination } = packet;
    if (destination.vpc === vpc.id && host.addresses.includes(destination.address))
      return this.#arrive(vpc, packet);
    const subnet = vpc.subnets.find((one) => one.id === host.subnet)!;
    const near = packet.last === subnet ? packet : this.#acl(vpc, subnet, false, packet);
    const taken = this.#groups(vpc, host, "ingress", near);
    if (host.checked) return [dropped(taken, "route-blackhole", id)];
    const sent = this.#groups(vpc, host, "egress", { ...taken, showsGroups: false, passedOn: true });
    return this.#leave(vpc, subnet, sent, false);
  }

  #toHub(vpc: EstateVpc, subnet: EstateSubnet, id: string, packet: Packet): End[] {
    const hub = this.#hub(id);
    if (hub === undefined) return [unknown(packet)];
    const mine = hub.attachments.filter((one) => one.vpc === vpc.id);
    const attachment = mine.find(({ state }) => state === "available");
    if (attachment === undefined) return [dropped(packet, "hub-attachment")];
    const doors = attachment.subnets.map((door) => vpc.subnets.find((one) => one.id === door)!);
    const door = doors.find(({ zone }) => zone === subnet.zone);
    if (door === undefined) return [dropped(packet, "hub-attachment", attachment.id)];
    return this.#switch(hub, attachment.id, attachment.table, this.#acl(vpc, door, false, packet));
  }

  #hub(id: string): EstateHub | undefined {
    return this.#estate.hubs.find((hub) => hub.id === id && !this.#estate.hidden.includes(hub.account));
  }

  #switch(hub: EstateHub, from: string, associated: string | undefined, packet: Packet): End[] {
    const { address } = packet.destination;
    const here = `${hub.id} ${from} ${packet.source.address} ${packet.destination.vpc} ${address} ${left(packet)}`;
    if (packet.been.includes(here)) return [{ ...dropped(packet, "loop"), isLate: true }];
    const at = {
      ...packet,
      been: [...packet.been, here],
      last: undefined,
      showsGroups: packet.showsGroups && hub.refers,
    };
    const table = hub.tables.find(({ id }) => id === associated);
    if (table === undefined) return [dropped(at, "hub-attachment", from)];
    const learnt = table.propagates.flatMap((via) => {
      const { vpc } = hub.attachments.find((one) => one.id === via)!;
      return this.#estate.vpcs.find((one) => one.id === vpc)!.cidrs.map((to) => ({ to, via }));
    });
    // the first of the same length is the static one
    const [route] = [...table.routes, ...learnt]
      .filter(({ to }) => holds(to, address))
      .sort((a, b) => b.to.bits - a.to.bits);
    // of a VPC that nobody described it learns ranges that nobody knows, though none of somebody else's
    const isHidden = (via: string): boolean =>
      hub.attachments.some(
        ({ id, vpc, state }) =>
          id === via && state === "available" && !this.#vpcs.some((known) => known.id === vpc),
      );
    if (packet.destination.vpc === undefined && table.propagates.some(isHidden)) return [unknown(at)];
    if (route === undefined) return [dropped(at, "no-route", table.id)];
    if (route.via === "blackhole")
      return [dropped(at, "route-blackhole", `${table.id} ${cidrText(route.to)}`)];
    const join = this.#estate.hubPeerings.find(({ id }) => id === route.via);
    if (join === undefined) return this.#fromHub(hub.attachments.find(({ id }) => id === route.via)!, at);
    if (join.state !== "available") return [dropped(at, "hub-attachment", join.id)];
    const end = join.ends.find((one) => one.hub !== hub.id)!;
    const far = this.#hub(end.hub);
    return far === undefined
      ? [unknown(at)]
      : this.#switch(far, join.id, end.table, { ...at, zone: undefined });
  }

  /** Into the VPC by the attachment's subnet in the packet's zone, or by any of them. */
  #fromHub(attachment: EstateAttachment, packet: Packet): End[] {
    const vpc = this.#vpcs.find(({ id }) => id === attachment.vpc);
    if (vpc === undefined) return [unknown(packet)];
    const doors = attachment.subnets.map((door) => vpc.subnets.find((one) => one.id === door)!);
    const near = doors.filter(({ zone }) => zone === packet.zone);
    const through = { ...packet, showsGroups: packet.showsGroups && attachment.refers };
    return (near.length > 0 ? near : doors).flatMap((door) => this.#leave(vpc, door, through, true));
  }

  #arrive(vpc: EstateVpc, packet: Packet): End[] {
    const { address } = packet.destination;
    const nat = packet.isReply ? packet.translated.at(-1) : undefined;
    if (nat !== undefined && nat.vpc === vpc && nat.nat.address === address) return this.#untranslate(packet);
    const subnet = vpc.subnets.find(({ cidr }) => holds(cidr, address));
    if (subnet === undefined) return [dropped(packet, "no-such-subnet", vpc.id)];
    const at = address - subnet.cidr.base;
    const host = hostAt(vpc, address);
    if (
      at < 4 ||
      at === 2 ** (32 - subnet.cidr.bits) - 1 ||
      (this.#closed(vpc, subnet) && host === undefined)
    )
      return [dropped(packet, "no-such-host", subnet.id)];
    const inside = packet.last === subnet ? packet : this.#acl(vpc, subnet, false, packet);
    return [{ outcome: "delivered", packet: this.#groups(vpc, host, "ingress", inside) }];
  }

  /** A subnet of which some interface is described has no others. */
  #closed(vpc: EstateVpc, { id }: EstateSubnet): boolean {
    return this.#isComplete && this.#estate.listsHosts && vpc.hosts.some(({ subnet }) => subnet === id);
  }

  /** Stateless, in the order of the numbers; nothing matched is refused. */
  #acl(vpc: EstateVpc, subnet: EstateSubnet, egress: boolean, packet: Packet): Packet {
    const { rules } = vpc.acls.find(({ id }) => id === subnet.acl)!;
    const remote = (egress ? packet.destination : packet.source).address;
    const [first] = rules
      .filter((rule) => rule.egress === egress && holds(rule.cidr, remote) && carries(rule, packet))
      .sort((a, b) => a.number - b.number);
    if (first?.allow === true) return packet;
    return {
      ...packet,
      refusals: [...packet.refusals, first === undefined ? subnet.acl : `${subnet.acl} rule ${first.number}`],
    };
  }

  /** Stateful: what answers is let through. */
  #groups(vpc: EstateVpc, host: EstateHost | undefined, way: "ingress" | "egress", packet: Packet): Packet {
    if (host === undefined || packet.isReply || !this.#estate.listsHosts) return packet;
    const remote = way === "egress" ? packet.destination : packet.source;
    const rules = host.groups.flatMap((id) => vpc.groups.find((group) => group.id === id)![way]);
    const matching = rules.filter((rule) => carries(rule, packet));
    const blocks = matching.flatMap(({ cidrs, lists }) => [
      ...cidrs,
      ...lists.flatMap((id) => this.#estate.lists.find((list) => list.id === id)!.cidrs),
    ]);
    if (blocks.some((one) => holds(one, remote.address))) return packet;
    // whoever passed it on hides its sender, and not whom it is meant for
    const isSeen = way === "egress" || packet.showsGroups;
    const groups = isSeen ? matching.flatMap(({ groups }) => groups) : [];
    const members = groups.map((id) => this.#hasGroup(vpc, remote, id, way));
    if (members.includes("yes")) return packet;
    if (members.includes("maybe")) return { ...packet, isDoubted: true };
    return { ...packet, refusals: [...packet.refusals, host.groups.join(", ")] };
  }

  /**
   * A rule sees the groups of its own VPC, and in its region those of VPCs that are peered with it; one for what comes in also
   * those of VPCs on a willing hub (AWS, "Introducing security group referencing for AWS Transit Gateway").
   */
  #hasGroup(vpc: EstateVpc, remote: Place, group: string, way: "ingress" | "egress"): "yes" | "no" | "maybe" {
    const far = this.#vpcs.find(({ id }) => id === remote.vpc);
    if (far === undefined || (far !== vpc && !this.#seesGroups(vpc, far, way))) return "no";
    const host = hostAt(far, remote.address);
    if (host !== undefined) return host.groups.includes(group) ? "yes" : "no";
    return "maybe"; // nobody describes who has the address
  }

  #seesGroups(vpc: EstateVpc, far: EstateVpc, way: "ingress" | "egress"): boolean {
    if (far.region !== vpc.region) return false;
    const isPeered = this.#estate.peerings.some(
      ({ requester, accepter, state }) =>
        state === "active" && [requester, accepter].sort().join() === [vpc.id, far.id].sort().join(),
    );
    const isOn = ({ attachments }: EstateHub, id: string): boolean =>
      attachments.some((one) => one.vpc === id && one.state === "available" && one.refers);
    if (isPeered || way === "egress") return isPeered;
    return this.#estate.hubs.some((hub) => hub.refers && isOn(hub, vpc.id) && isOn(hub, far.id));
  }
}

/** A reply uses up what NAT gateways remember; what a packet leaves with them stands in its source too. */
function left({ isReply, translated }: Packet): number {
  return isReply ? translated.length : 0;
}

function carries(
  { protocol, from, to }: Pick<EstateRule, "protocol" | "from" | "to">,
  packet: Packet,
): boolean {
  if (protocol === -1) return true;
  if (protocol !== packet.protocol) return false;
  return from === -1 || (protocol === 1 ? packet.port === from : packet.port >= from && packet.port <= to);
}

function owns({ cidrs }: EstateVpc, address: number): boolean {
  return cidrs.some((one) => holds(one, address));
}

function hostAt({ hosts }: EstateVpc, address: number): EstateHost | undefined {
  return hosts.find(({ addresses }) => addresses.includes(address));
}

function publicOf(vpc: EstateVpc, { vpc: owner, address }: Place): number | undefined {
  const host = owner === vpc.id ? hostAt(vpc, address) : undefined;
  return host?.addresses[0] === address ? host.public : undefined;
}

function isPrivate(address: number): boolean {
  return ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some((text) => {
    const [base, bits] = text.split("/");
    return holds(
      { base: base.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0), bits: Number(bits) },
      address,
    );
  });
}

function dropped(packet: Packet, cause: string, by?: string): End {
  return { outcome: "dropped", cause, ...(by === undefined ? {} : { by }), packet };
}

function unknown(packet: Packet): End {
  return { outcome: "unknown", packet };
}

/** Routing decides first, then the first filter on the way, then what happens behind the filters. */
function settled(end: End): End {
  const [refusal] = end.packet.refusals;
  const isEarly = end.outcome === "dropped" && end.isLate !== true;
  if (isEarly) return end;
  if (refusal !== undefined) return { ...end, outcome: "dropped", cause: "filter-denied", by: refusal };
  return end.outcome === "delivered" && end.packet.isDoubted ? unknown(end.packet) : end;
}

function fate({ outcome, cause, by }: End): Fate {
  return { outcome, ...(cause === undefined ? {} : { cause }), ...(by === undefined ? {} : { by }) };
}

function worst(ends: readonly End[]): End {
  return ["dropped", "unknown", "delivered"].flatMap((outcome) =>
    ends.filter((end) => end.outcome === outcome),
  )[0];
}

function verdictOf(forward: string, back: string): Walked["verdict"] {
  if (forward === "delivered" && back === "delivered") return "two-way";
  if (forward !== "dropped" && back !== "dropped") return "unknown";
  return forward === "delivered" ? "forward-only" : back === "delivered" ? "return-only" : "unreachable";
}
