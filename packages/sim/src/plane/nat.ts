import { formatAddress } from "@twoway/core";
import type { Gateway, Network, Subnet } from "../model/network.ts";
import { aclCheck, natCheck } from "./filter.ts";
import {
  type Choice,
  gatewayComponent,
  gatewayHop,
  type HandOff,
  type Hop,
  type Node,
  OUTSIDE,
  spell,
  stop,
} from "./node.ts";
import { comeBack, notOutside } from "./outside.ts";
import { hostAt, type Packet, publicOwner, type Spot } from "./packet.ts";

/** What a NAT gateway writes into a packet, and how it puts a reply right again. */

/**
 * A NAT gateway puts its own address in the place of the sender's and remembers it for the reply. One that stands in a
 * subnet goes on by that subnet's table; one that does not has a way to the internet of its own.
 */
export function translate(network: Network, gateway: Gateway, at: Choice, packet: Packet): HandOff {
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
