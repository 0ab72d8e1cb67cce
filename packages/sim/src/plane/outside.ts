import { type Address, formatAddress, type Prefix } from "@twoway/core";
import type { Attachment } from "../model/hub.ts";
import type { Gateway, Network } from "../model/network.ts";
import { isPrivate } from "../model/private-space.ts";
import {
  type Choice,
  type Ending,
  gatewayComponent,
  type HandOff,
  type Hop,
  type Node,
  spell,
  stop,
} from "./node.ts";
import { hostAt, type Packet, type PublicOwner, publicOwner, type Spot } from "./packet.ts";

/** The outside, as a packet sees it: what may be sent there, and where what is sent from there comes in. */

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

/** The destination is a public address of somebody in the network, so the packet comes in again there. */
export function comeBack(
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

function* attachmentsOf({ hubs }: Network): Generator<Attachment> {
  for (const hub of hubs?.values() ?? []) yield* hub.attachments.values();
}

/** Reports whether the address lies behind; nothing does when the input does not say. */
export function advertises(
  { advertises = [] }: { readonly advertises?: readonly Prefix[] },
  address: Address,
): boolean {
  return advertises.some((prefix) => prefix.contains(address));
}

/** A packet for somebody inside, or for an address that is on nobody's internet, does not get there by a gateway. */
export function notOutside(gateway: Gateway, at: Choice, packet: Packet): Ending | undefined {
  return meantInside(gateway, at, packet) ?? notOnInternet(gateway, at, packet);
}

export function meantInside(
  gateway: Gateway,
  { vpc, table, route }: Choice,
  packet: Packet,
): Ending | undefined {
  if (packet.destination.vpc === undefined) return undefined;
  const text = formatAddress(packet.destination.address);
  const message = `${spell(route)} of ${table.id} sends it out by ${gateway.id}, but ${text} is inside, in ${packet.destination.vpc}`;
  return stop("left-network", gatewayComponent(gateway, vpc), message);
}

/** Somebody's network has a private address, and the internet does not lead there. */
export function notOnInternet(gateway: Gateway, { vpc, table }: Choice, packet: Packet): Ending | undefined {
  if (!isPrivate(packet.destination.address)) return undefined;
  const text = formatAddress(packet.destination.address);
  const message = `${table.id} sends it to ${gateway.id}, but ${text} is not on the internet, and what has it is not part of the input`;
  return stop("unsupported-target", gatewayComponent(gateway, vpc), message);
}
