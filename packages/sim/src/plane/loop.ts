import type { Network } from "../model/network.ts";
import { type Ending, type Node, stop, vpcComponent } from "./node.ts";
import type { Packet } from "./packet.ts";

/** When a packet's way has no end: it comes to a place with nothing changed, or there are too many ways to follow. */

/** Ways that one packet may take before they are too many to follow: ECMP behind ECMP multiplies. */
export const MAX_STEPS = 2000;

/** What a node's decision depends on, beside the network. */
export function placeOf(node: Node, packet: Packet): string {
  const { source, destination, isReply, translations, showsGroups, routedBy } = packet;
  // a reply uses up what it remembers; what a packet writes there stands in its source too
  const left = isReply ? translations.length : 0;
  const header = `${source.vpc} ${source.address} ${destination.vpc} ${destination.address} ${left} ${showsGroups} ${routedBy?.id}`;
  switch (node.kind) {
    case "subnet":
      return `subnet ${node.vpc.id}/${node.subnet.id} ${header}`;
    case "route":
      return `route ${node.at.table.id} ${node.at.route.row} ${node.at.subnet.id} ${header}`;
    case "peering":
      return `peering ${node.peering.id} ${node.into.id} ${header}`;
    case "gateway":
    case "entry":
      return `${node.kind} ${node.gateway.id} ${header}`;
    case "hub":
      return `hub ${node.hub.id} ${node.from.id} ${header}`;
    case "attachment":
      return `attachment ${node.hub.id} ${node.to.id} ${header}`;
    case "arrival":
      return `arrival ${node.vpc.id} ${header}`;
    default:
      return node satisfies never;
  }
}

/** Returns how a way ends that is not followed on from this node. */
export function circle(network: Network, node: Node, isLoop: boolean): Ending {
  const vpc = "vpc" in node ? node.vpc : "at" in node ? node.at.vpc : [...network.vpcs.values()][0];
  const component =
    node.kind === "hub" || node.kind === "attachment"
      ? {
          id: node.hub.id,
          kind: "hub" as const,
          account: node.hub.account,
          region: node.hub.region,
          source: node.hub.source,
        }
      : vpcComponent(vpc);
  if (isLoop)
    return stop("loop", component, `the packet comes to ${component.id} a second time, with nothing changed`);
  return stop(
    "unsupported-target",
    component,
    `the packet may take more than ${MAX_STEPS} turns, and they are not followed`,
  );
}
