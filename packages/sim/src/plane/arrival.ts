import { formatAddress } from "@twoway/core";
import { isReserved, isUsable, type Network, type Subnet, subnetAt, type Vpc } from "../model/network.ts";
import { aclCheck, type Check, groupCheck } from "./filter.ts";
import { untranslate } from "./nat.ts";
import {
  DELIVERED,
  gatewayComponent,
  gatewayHop,
  type HandOff,
  type Hop,
  stop,
  subnetComponent,
  vpcComponent,
} from "./node.ts";
import { groupsAt, type Packet } from "./packet.ts";

/** The end of the way inside a VPC: from its router to the host that has the address. */

/** The packet is in a VPC that has the address; somebody there must have it. */
export function arrive(network: Network, vpc: Vpc, packet: Packet): HandOff {
  const { destination } = packet;
  const text = formatAddress(destination.address);
  if (destination.vpc !== vpc.id) {
    const message = `${text} arrives in ${vpc.id}, and that of ${destination.vpc ?? "a place outside"} was meant`;
    return { hops: [], end: stop("wrong-vpc", vpcComponent(vpc), message) };
  }
  const translation = packet.isReply ? packet.translations.at(-1) : undefined;
  if (translation?.written === destination)
    return untranslate(network, packet, [{ node: translation.gateway.id, kind: "gateway" }]);
  const subnet = subnetAt(vpc, destination.address);
  if (subnet === undefined) {
    const message = `no subnet of ${vpc.id} holds ${text}`;
    return { hops: [], end: stop("no-such-subnet", vpcComponent(vpc), message) };
  }
  const hops: Hop[] = [{ node: subnet.id, kind: "subnet" }];
  if (isUsable(vpc, subnet, destination.address))
    return { hops, checks: receive(network, vpc, subnet, packet), end: DELIVERED };
  const nat = [...network.gateways.values()].find(
    ({ kind, vpc: owner, address }) => kind === "nat" && owner === vpc.id && address === destination.address,
  );
  if (nat !== undefined) {
    const message = `${nat.id} has ${text}, and takes what routes send to it, not what is meant for itself`;
    return {
      hops: [...hops, gatewayHop(nat)],
      end: stop("no-such-host", gatewayComponent(nat, vpc), message),
    };
  }
  const message = isReserved(vpc, subnet, destination.address)
    ? `${text} is reserved by the cloud: no host of ${subnet.id} can have it`
    : `no host of ${subnet.id} has ${text}`;
  return { hops, end: stop("no-such-host", subnetComponent(vpc, subnet), message) };
}

/** What filters the packet on its way from the VPC's router to the host. */
function receive(network: Network, vpc: Vpc, subnet: Subnet, packet: Packet): Check[] {
  return [
    ...(packet.last === subnet ? [] : aclCheck("ingress", vpc, subnet, packet)),
    ...groupCheck("ingress", vpc, groupsAt(network, packet.destination), packet),
  ];
}
