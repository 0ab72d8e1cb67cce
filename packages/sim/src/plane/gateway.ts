import { type Address, formatAddress, type Prefix } from "@twoway/core";
import type { Attachment } from "../model/hub.ts";
import type { Gateway, Network, Subnet, Vpc } from "../model/network.ts";
import { isPrivate } from "../model/private-space.ts";
import { aclCheck, groupCheck, natCheck } from "./filter.ts";
import { decide } from "./forwarding.ts";
import {
  type Choice,
  type Ending,
  gatewayComponent,
  gatewayHop,
  type HandOff,
  type Hop,
  type Node,
  OUTSIDE,
  spell,
  stop,
} from "./node.ts";
import { hostAt, type Packet, type PublicOwner, publicOwner, type Spot } from "./packet.ts";

/** The edges of a VPC: what a gateway does with a packet that a route sends to it, and what comes in by one. */

export function takeGateway(network: Network, gateway: Gateway, at: Choice, packet: Packet): HandOff {
  switch (gateway.kind) {
    case "internet":
    case "egress-only":
      return leaveToInternet(network, gateway, at, packet);
    case "nat":
      return translate(network, gateway, at, packet);
    case "vpn":
    case "direct-connect":
    case "endpoint":
      return leaveToPartner(gateway, at, packet);
    case "instance":
      return passOn(gateway, at, packet);
    case "other":
      return unmodelled(gateway, at);
    default:
      return gateway.kind satisfies never;
  }
}

/** Out to the internet, with a public address in the header; or to another VPC that has the public address. */
function leaveToInternet(network: Network, gateway: Gateway, at: Choice, packet: Packet): HandOff {
  const hops = [gatewayHop(gateway)];
  const here = gatewayComponent(gateway, at.vpc);
  const inside = meantInside(gateway, at, packet);
  if (inside !== undefined) return { hops, end: inside };
  const text = formatAddress(packet.source.address);
  if (packet.routedBy !== undefined && packet.translations.length === 0) {
    const message = `${packet.routedBy.id} passed it on to ${gateway.id}, and whether it put an address of its own into it is not part of the input`;
    return { hops, end: stop("unsupported-target", here, message) };
  }
  if (gateway.kind === "egress-only" && typeof packet.source.address === "number") {
    const message = `${gateway.id} carries IPv6 only`;
    return { hops, end: stop("route-blackhole", here, message) };
  }
  const outer = outerAddress(network, gateway, packet);
  if (outer === "none") {
    const message = `${text} has no public address in ${gateway.vpc}, and ${gateway.id} carries no private one`;
    return { hops, end: stop("no-public-address", here, message) };
  }
  const nowhere = notOnInternet(gateway, at, packet);
  if (nowhere !== undefined) return { hops, end: nowhere };
  const owner = publicOwner(network, packet.destination.address);
  if (owner === undefined) {
    const back: Ending =
      outer === "unknown"
        ? { outcome: "delivered", cause: null, doubtful: gateway }
        : { outcome: "delivered", cause: null, back: { kind: "entry", gateway } };
    return { hops: [...hops, OUTSIDE], end: back };
  }
  return comeBack(network, gateway, outer, packet, [...hops, OUTSIDE]);
}

/** The destination is a public address of somebody in the network, so the packet comes in again there. */
function comeBack(
  network: Network,
  gateway: Gateway,
  outer: Address | "unknown",
  packet: Packet,
  hops: readonly Hop[],
): HandOff {
  const here = gatewayComponent(gateway, network.vpcs.get(gateway.vpc));
  const owner = publicOwner(network, packet.destination.address)!;
  if (outer === "unknown") {
    const text = formatAddress(packet.destination.address);
    const message = `${gateway.id} sends it to ${text}, from a public address that is not part of the input`;
    return { hops, end: stop("unsupported-target", here, message) };
  }
  const source: Spot = { vpc: undefined, subnet: undefined, address: outer };
  const entering = comeIn(network, owner, { ...packet, source, last: undefined });
  if ("end" in entering) return { hops, end: entering.end };
  return { hops, packet: entering.packet, next: [entering.node] };
}

/** From the internet to the owner of a public address: by the gateway of its VPC, to a NAT gateway replies only. */
function comeIn(
  network: Network,
  owner: PublicOwner,
  packet: Packet,
): { readonly packet: Packet; readonly node: Node } | { readonly end: Ending } {
  const text = formatAddress(packet.destination.address);
  if (owner.kind === "nat") {
    const { gateway } = owner;
    if (packet.isReply && packet.translations.at(-1)?.gateway === gateway)
      return { packet, node: { kind: "entry", gateway: internetGateway(network, gateway.vpc) ?? gateway } };
    const here = gatewayComponent(gateway, network.vpcs.get(gateway.vpc));
    if (gateway.letsIn) {
      const message = `${gateway.id} passes on what comes to some ports of ${text}, and these rules are not followed`;
      return { end: stop("unsupported-target", here, message) };
    }
    return { end: stop("no-public-address", here, `${gateway.id} has ${text}, and lets in replies only`) };
  }
  const { spot } = owner;
  const entrance = internetGateway(network, spot.vpc!);
  if (entrance === undefined) {
    const doubtful = doubtfulEntrance(network, spot.vpc!, text);
    if (doubtful !== undefined) return { end: doubtful };
    const message = `${text} belongs to ${formatAddress(spot.address)}, and ${spot.vpc} has no internet gateway`;
    const { id, account, region, source } = network.vpcs.get(spot.vpc!)!;
    return { end: stop("no-public-address", { id, kind: "vpc", account, region, source }, message) };
  }
  const inside = { ...packet, destination: spot, last: undefined, showsGroups: false };
  return { packet: inside, node: { kind: "entry", gateway: entrance } };
}

/**
 * Says what becomes of a packet from the internet to a public address of somebody in the network: it comes in by the
 * internet gateway, or is stopped. Nothing of both for any other packet, and for one of which a line may be the way.
 */
export function meetPublic(
  network: Network,
  packet: Packet,
): { readonly packet: Packet; readonly node: Node } | { readonly ending: Ending } | { readonly other: true } {
  const { source, destination } = packet;
  const owner = destination.vpc === undefined ? publicOwner(network, destination.address) : undefined;
  const isOnLine = [...network.gateways.values(), ...attachmentsOf(network)].some((line) =>
    advertises(line, source.address),
  );
  if (owner === undefined || isPrivate(source.address) || isOnLine) return { other: true };
  const handOff = comeIn(network, owner, { ...packet, showsGroups: false });
  return "end" in handOff ? { ending: handOff.end } : { packet: handOff.packet, node: handOff.node };
}

function* attachmentsOf({ hubs }: Network): Generator<Attachment> {
  for (const hub of hubs?.values() ?? []) yield* hub.attachments.values();
}

/** What stands in the header outside: an address, none at all, or one that the input does not tell. */
function outerAddress(network: Network, gateway: Gateway, packet: Packet): Address | "none" | "unknown" {
  const { source } = packet;
  const translation = packet.translations.at(-1);
  if (!packet.isReply && translation?.written === source) {
    const outer = translation.gateway.public;
    return outer === undefined ? "unknown" : (outer[0] ?? "none");
  }
  if (source.vpc !== gateway.vpc) return "none";
  if (typeof source.address === "bigint") return isPrivate(source.address) ? "unknown" : source.address;
  const host = hostAt(network, source);
  if (host?.public === undefined) return "unknown";
  return host.public.get(source.address) ?? "none";
}

function internetGateway(network: Network, vpc: string): Gateway | undefined {
  return [...network.gateways.values()].find((gateway) => gateway.kind === "internet" && gateway.vpc === vpc);
}

/** What comes in from the internet by a gateway that lets in some packets, and not others, cannot be followed. */
function doubtfulEntrance({ gateways, vpcs }: Network, vpc: string, text: string): Ending | undefined {
  const gateway = [...gateways.values()].find(
    (other) => other.kind === "other" && other.letsIn === true && other.vpc === vpc,
  );
  if (gateway === undefined) return undefined;
  const message = `${gateway.id} lets in some packets from the internet only, and whether those to ${text} is not followed`;
  return stop("unsupported-target", gatewayComponent(gateway, vpcs.get(vpc)), message);
}

/** A packet for somebody inside, or for an address that is on nobody's internet, does not get there by a gateway. */
function notOutside(gateway: Gateway, at: Choice, packet: Packet): Ending | undefined {
  return meantInside(gateway, at, packet) ?? notOnInternet(gateway, at, packet);
}

function meantInside(gateway: Gateway, { vpc, table, route }: Choice, packet: Packet): Ending | undefined {
  if (packet.destination.vpc === undefined) return undefined;
  const text = formatAddress(packet.destination.address);
  const message = `${spell(route)} of ${table.id} sends it out by ${gateway.id}, but ${text} is inside, in ${packet.destination.vpc}`;
  return stop("left-network", gatewayComponent(gateway, vpc), message);
}

/** Somebody's network has a private address, and the internet does not lead there. */
function notOnInternet(gateway: Gateway, { vpc, table }: Choice, packet: Packet): Ending | undefined {
  if (!isPrivate(packet.destination.address)) return undefined;
  const text = formatAddress(packet.destination.address);
  const message = `${table.id} sends it to ${gateway.id}, but ${text} is not on the internet, and what has it is not part of the input`;
  return stop("unsupported-target", gatewayComponent(gateway, vpc), message);
}

/**
 * A NAT gateway puts its own address in the place of the sender's and remembers it for the reply. One that stands in a
 * subnet goes on by that subnet's table; one that does not has a way to the internet of its own.
 */
function translate(network: Network, gateway: Gateway, at: Choice, packet: Packet): HandOff {
  const hops = [gatewayHop(gateway)];
  const subnet = at.vpc.subnets.get(gateway.subnet ?? "");
  const entered =
    subnet === undefined || at.subnet === subnet ? [] : aclCheck("ingress", at.vpc, subnet, packet);
  const isKnownPublic = hostAt(network, packet.source)?.public?.has(packet.source.address) === true;
  if (packet.isReply && (subnet !== undefined || isKnownPublic)) {
    // whoever asked waits for an answer from the address that was asked; a gateway without a subnet may have let him in
    const isInside = packet.destination.vpc !== undefined;
    const message = `${spell(at.route)} of ${at.table.id} takes the reply to ${gateway.id}, so it would not come from ${formatAddress(packet.source.address)}, which was asked`;
    const cause = isInside ? "left-network" : "no-public-address";
    return { hops, checks: entered, end: stop(cause, gatewayComponent(gateway, at.vpc), message) };
  }
  const address = gateway.address ?? subnet?.cidrs[0].address ?? packet.source.address;
  const written: Spot = { vpc: gateway.vpc, subnet: subnet?.id, address };
  const translated: Packet = {
    ...packet,
    source: written,
    // what a reply remembers is how to find the sender, and this does not help it
    translations: packet.isReply
      ? packet.translations
      : [...packet.translations, { gateway, original: packet.source, written }],
    last: undefined,
    showsGroups: false,
  };
  const checks = [...entered, ...natCheck(at.vpc, gateway, packet)];
  if (subnet !== undefined) {
    const next: Node[] = [{ kind: "subnet", vpc: at.vpc, subnet, groups: undefined }];
    return { hops, checks, packet: translated, next };
  }
  const end = notOutside(gateway, at, packet);
  if (end !== undefined) return { hops, checks, end };
  const outside = [...hops, OUTSIDE];
  if (publicOwner(network, packet.destination.address) !== undefined)
    return {
      ...comeBack(network, gateway, gateway.public?.[0] ?? "unknown", translated, outside),
      checks,
    };
  const back: Node = { kind: "entry", gateway };
  return { hops: outside, checks, packet: translated, end: { outcome: "delivered", cause: null, back } };
}

/** What lies behind a VPN, a direct connect or an endpoint is outside, and is what it advertises. */
function leaveToPartner(gateway: Gateway, at: Choice, packet: Packet): HandOff {
  const hops = [gatewayHop(gateway)];
  const here = gatewayComponent(gateway, at.vpc);
  if (gateway.advertises === undefined) return unmodelled(gateway, at);
  if (packet.source.vpc !== gateway.vpc) {
    const message = `${gateway.id} serves ${gateway.vpc} only, and ${formatAddress(packet.source.address)} is not there`;
    return { hops, end: stop("edge-to-edge", here, message) };
  }
  if (packet.destination.vpc !== undefined) return { hops, end: notOutside(gateway, at, packet)! };
  if (advertises(gateway, packet.destination.address))
    return {
      hops: [...hops, OUTSIDE],
      end: { outcome: "delivered", cause: null, back: { kind: "entry", gateway } },
    };
  const message = `${at.table.id} sends it to ${gateway.id}, and ${formatAddress(packet.destination.address)} is not among what ${gateway.id} leads to`;
  return { hops, end: stop(gateway.leadsOnly ? "no-route" : "unsupported-target", here, message) };
}

/** Reports whether the address lies behind; nothing does when the input does not say. */
export function advertises(
  { advertises = [] }: { readonly advertises?: readonly Prefix[] },
  address: Address,
): boolean {
  return advertises.some((prefix) => prefix.contains(address));
}

function unmodelled(gateway: Gateway, { vpc, table }: Choice): HandOff {
  const message = `${table.id} sends it to ${gateway.id}, and what lies behind is not part of the input`;
  return {
    hops: [gatewayHop(gateway)],
    end: stop("unsupported-target", gatewayComponent(gateway, vpc), message),
  };
}

/** A host that routes takes the packet in and sends it on by the table of its own subnet. */
function passOn(gateway: Gateway, at: Choice, packet: Packet): HandOff {
  const hops = [gatewayHop(gateway)];
  const here = gatewayComponent(gateway, at.vpc);
  const subnet = at.vpc.subnets.get(gateway.subnet ?? "");
  if (gateway.forwards === undefined || subnet === undefined) return unmodelled(gateway, at);
  const checks = [
    ...(at.subnet === subnet ? [] : aclCheck("ingress", at.vpc, subnet, packet)),
    ...groupCheck("ingress", at.vpc, gateway.groups, packet),
  ];
  if (!gateway.forwards) {
    const message = `${gateway.id} drops what is not meant for itself: its source/destination check is on`;
    return { hops, checks, end: stop("route-blackhole", here, message) };
  }
  return {
    hops,
    checks,
    packet: { ...packet, last: undefined, showsGroups: false, routedBy: gateway },
    next: [{ kind: "subnet", vpc: at.vpc, subnet, groups: gateway.groups }],
  };
}

/** Takes a packet in. A reply that a NAT gateway waits for goes to the sender that it remembers. */
export function enter(network: Network, gateway: Gateway, packet: Packet): HandOff {
  const vpc = network.vpcs.get(gateway.vpc)!;
  const hops: Hop[] = [gatewayHop(gateway)];
  const translation = packet.isReply ? packet.translations.at(-1) : undefined;
  if (translation !== undefined) {
    const nat = translation.gateway;
    return untranslate(network, packet, nat === gateway ? hops : [...hops, gatewayHop(nat)]);
  }
  if (packet.destination.vpc === vpc.id) {
    const diverted = divert(gateway, vpc, packet);
    return diverted === undefined ? { hops, next: [{ kind: "arrival", vpc }] } : { hops, end: diverted };
  }
  const message = `${gateway.id} leads into ${vpc.id} only, and ${formatAddress(packet.destination.address)} is in ${packet.destination.vpc ?? "no VPC"}`;
  return { hops, end: stop("edge-to-edge", gatewayComponent(gateway, vpc), message) };
}

/** What a gateway's own table sends elsewhere than to the VPC's router is an appliance's, and not followed. */
function divert(gateway: Gateway, vpc: Vpc, { destination }: Packet): Ending | undefined {
  if (gateway.ingress === undefined) return undefined;
  const table = vpc.tables.get(gateway.ingress);
  const decision = table === undefined ? undefined : decide(vpc, table, destination.address);
  if (decision?.kind === "local") return undefined;
  const text = formatAddress(destination.address);
  const way = decision?.kind === "routes" ? ` by ${spell(decision.routes[0])}` : "";
  const message = `${gateway.ingress} takes what comes in by ${gateway.id}, and where it sends ${text}${way} is not followed`;
  return stop("unsupported-target", gatewayComponent(gateway, vpc), message);
}

/** The NAT gateway puts the address of the sender back and sends the reply on from where it stands. */
export function untranslate(network: Network, packet: Packet, hops: readonly Hop[]): HandOff {
  const { gateway, original } = packet.translations.at(-1)!;
  const vpc = network.vpcs.get(gateway.vpc)!;
  const subnet: Subnet | undefined = vpc.subnets.get(gateway.subnet ?? "");
  const restored = {
    ...packet,
    destination: original,
    translations: packet.translations.slice(0, -1),
    last: undefined,
  };
  if (subnet === undefined) return { hops, packet: restored, next: [{ kind: "arrival", vpc }] };
  return {
    hops,
    packet: restored,
    checks: aclCheck("ingress", vpc, subnet, packet),
    next: [{ kind: "subnet", vpc, subnet, groups: undefined }],
  };
}

/**
 * Where a packet from outside comes in: by a line of the VPC itself that advertises its source, else by a hub's, else from
 * the internet to a public address. Of several lines of one rank all are looked at.
 */
export function entrances(network: Network, packet: Packet): readonly Node[] | Ending {
  const { source, destination } = packet;
  const nodes: Node[] = [];
  let elsewhere: Gateway | undefined;
  for (const gateway of network.gateways.values()) {
    if (gateway.kind === "endpoint" || !advertises(gateway, source.address)) continue;
    if (gateway.vpc === destination.vpc) nodes.push({ kind: "entry", gateway });
    else elsewhere ??= gateway;
  }
  if (nodes.length > 0) return nodes;
  for (const hub of network.hubs?.values() ?? []) {
    for (const from of hub.attachments.values())
      if (advertises(from, source.address)) nodes.push({ kind: "hub", hub, from });
  }
  if (nodes.length > 0) return nodes;
  const outside = { id: "internet", kind: "internet", source: "" } as const;
  if (elsewhere !== undefined) {
    const message = `${formatAddress(source.address)} lies behind ${elsewhere.id}, which leads into ${elsewhere.vpc} only`;
    return stop("edge-to-edge", gatewayComponent(elsewhere, network.vpcs.get(elsewhere.vpc)), message);
  }
  const vpc = network.vpcs.get(destination.vpc ?? "");
  if (vpc !== undefined && !isPrivate(source.address)) {
    const isPublic =
      typeof destination.address === "bigint"
        ? isPrivate(destination.address)
          ? undefined
          : true
        : hostAt(network, destination)?.public?.has(destination.address);
    const gateway = internetGateway(network, vpc.id);
    if (isPublic === true && gateway !== undefined) return [{ kind: "entry", gateway }];
    const doubtful =
      isPublic === true ? doubtfulEntrance(network, vpc.id, formatAddress(destination.address)) : undefined;
    if (doubtful !== undefined) return doubtful;
    if (isPublic !== undefined) {
      const why = isPublic ? `${vpc.id} has no internet gateway` : "it has no public address";
      const message = `nothing on the internet reaches ${formatAddress(destination.address)}: ${why}`;
      return stop(
        "no-public-address",
        { id: vpc.id, kind: "vpc", account: vpc.account, region: vpc.region, source: vpc.source },
        message,
      );
    }
  }
  const message = `what ${formatAddress(source.address)} sends from outside the network is not part of the input`;
  return stop("unsupported-target", outside, message);
}
