import { type Address, formatAddress } from "@twoway/core";
import type { Gateway, Network, Vpc } from "../model/network.ts";
import { isPrivate } from "../model/private-space.ts";
import { aclCheck, groupCheck } from "./filter.ts";
import { decide } from "./forwarding.ts";
import { translate, untranslate } from "./nat.ts";
import {
  type Choice,
  type Ending,
  gatewayComponent,
  gatewayHop,
  type HandOff,
  type Hop,
  OUTSIDE,
  spell,
  stop,
} from "./node.ts";
import { advertises, comeBack, meantInside, notOnInternet, notOutside } from "./outside.ts";
import { hostAt, type Packet, publicOwner } from "./packet.ts";

/** The edges of a VPC: what a gateway does with a packet that a route sends to it, and with one that comes in by it. */

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
