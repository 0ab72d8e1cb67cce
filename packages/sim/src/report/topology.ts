import type { Attachment, Hub } from "../model/hub.ts";
import type { Network } from "../model/network.ts";
import { isCrossRegion } from "../model/peering.ts";

/** The network as a picture: VPCs and hubs in their regions, what joins them, and the words to write beside each. */
export interface Topology {
  /** In the order of the network. */
  readonly regions: readonly { readonly name: string; readonly nodes: readonly TopologyNode[] }[];
  readonly links: readonly TopologyLink[];
}

export interface TopologyNode {
  /** Unique in the picture: the id, with a number behind it where it is taken. */
  readonly key: string;
  /** `beyond`: the far end of a peering or an attachment that is not part of the input. */
  readonly kind: "vpc" | "hub" | "beyond";
  /** The id, then what there is to say about it. */
  readonly lines: readonly string[];
}

export interface TopologyLink {
  readonly from: string;
  readonly to: string;
  readonly kind: "peering" | "attachment";
  readonly lines: readonly string[];
  /** Carries packets as far as its own state is concerned. */
  readonly isUp: boolean;
}

/** Draws the network up. Peerings that are deleted are left out. O(VPCs + peerings + attachments). */
export function topologyOf(network: Network): Topology {
  const regions = new Map<string, TopologyNode[]>();
  const keys = new Set<string>();
  const vpcs = new Map<string, string>();
  const hubs = new Map<string, string>();
  const links: TopologyLink[] = [];
  const draw = (region: string, kind: TopologyNode["kind"], id: string, about: readonly string[]): string => {
    const lines = [id, ...about].map(clean);
    let key = lines[0];
    for (let n = 2; keys.has(key); n++) key = `${lines[0]} (${n})`;
    keys.add(key);
    const nodes = regions.get(region) ?? [];
    regions.set(region, nodes);
    nodes.push({ key, kind, lines });
    return key;
  };
  const link = (
    kind: TopologyLink["kind"],
    from: string,
    to: string,
    words: readonly string[],
    isUp: boolean,
  ) => links.push({ kind, from, to, lines: words.map(clean), isUp });

  for (const { id, region, account, cidrs, secondary } of network.vpcs.values()) {
    const ranges = [...cidrs, ...secondary].map(String);
    vpcs.set(id, draw(region, "vpc", id, [...ranges, `account ${account}`]));
  }
  for (const { id, kind, region, account } of network.hubs?.values() ?? [])
    hubs.set(id, draw(region, "hub", id, [kind, `account ${account}`]));
  const vpcOf = (id: string, region: string, account: string): string => {
    const known = vpcs.get(id) ?? draw(region, "beyond", id, ["not part of the input", `account ${account}`]);
    vpcs.set(id, known);
    return known;
  };
  for (const peering of network.peerings.values()) {
    const { id, requester, accepter, state, bandwidth } = peering;
    if (state === "DELETED") continue;
    const [from, to] = [requester, accepter].map(({ vpc, region, account }) => vpcOf(vpc, region, account));
    const cap = bandwidth !== undefined && isCrossRegion(peering) ? [`${bandwidth} Mbps`] : [];
    link("peering", from, to, [id, ...(state === "ACTIVE" ? [] : [state]), ...cap], state === "ACTIVE");
  }
  const joined = new Set<string>();
  for (const hub of network.hubs?.values() ?? []) {
    for (const attachment of hub.attachments.values()) {
      const { id, kind, state, peer } = attachment;
      const here = `${hub.id} ${id}`;
      // a peering between hubs is one line, whichever of its ends comes first
      if (peer !== undefined && joined.has(`${peer.hub} ${peer.attachment}`)) continue;
      joined.add(here);
      const to = farEnd(hub, attachment);
      const isUp = state === "available";
      link("attachment", hubs.get(hub.id)!, to, [id, kind, ...(isUp ? [] : [state])], isUp);
    }
  }
  return { regions: [...regions].map(([name, nodes]) => ({ name: clean(name), nodes })), links };

  function farEnd(hub: Hub, { id, kind, vpc, peer, advertises }: Attachment): string {
    if (vpc !== undefined) return vpcOf(vpc, hub.region, hub.account);
    if (peer !== undefined) {
      const known = hubs.get(peer.hub) ?? draw(hub.region, "beyond", peer.hub, ["not part of the input"]);
      hubs.set(peer.hub, known);
      return known;
    }
    return draw(hub.region, "beyond", `${kind} ${id}`, advertises?.map(String) ?? []);
  }
}

/** Keeps what a file holds from being more than text: no control characters, no half of a surrogate pair. */
function clean(text: string): string {
  return text.replace(/\p{Cc}|\p{Cs}/gu, "?");
}
