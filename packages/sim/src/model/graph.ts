import { MultiUndirectedGraph } from "graphology";
import { bfsFromNode } from "graphology-traversal";
import type { Network } from "./network.ts";
import type { PeeringState } from "./peering.ts";

/**
 * The network as a multigraph: VPCs are nodes, peerings are edges. It answers graph questions; packets never walk it.
 */

export type NetworkGraph = MultiUndirectedGraph<VpcNode, PeeringEdge>;

interface VpcNode {
  readonly region: string;
  readonly account: string;
  /** False for the far end of a peering whose VPC is not part of the input. */
  readonly modelled: boolean;
}

interface PeeringEdge {
  readonly state: PeeringState;
}

const views = new WeakMap<Network, NetworkGraph>();

/** Returns the graph view of the network: made when first asked, O(VPCs + peerings), then shared. */
export function graphOf(network: Network): NetworkGraph {
  let graph = views.get(network);
  if (graph === undefined) {
    graph = new MultiUndirectedGraph<VpcNode, PeeringEdge>();
    for (const { id, region, account } of network.vpcs.values()) {
      graph.addNode(id, { region, account, modelled: true });
    }
    for (const { id, requester, accepter, state } of network.peerings.values()) {
      for (const { vpc, region, account } of [requester, accepter]) {
        if (!graph.hasNode(vpc)) graph.addNode(vpc, { region, account, modelled: false });
      }
      graph.addEdgeWithKey(id, requester.vpc, accepter.vpc, { state });
    }
    views.set(network, graph);
  }
  return graph;
}

/**
 * Returns the shortest chain of ACTIVE peerings between two VPCs, VPCs and peerings in turn: `[vpc1, pcx-12, vpc2]`;
 * undefined when no chain joins them. A chain is not a path: peering is not transitive (A4, B9). Among equally short
 * chains the one found first in the order of the peerings wins. O(VPCs + peerings).
 */
export function peeringChain(network: Network, from: string, to: string): readonly string[] | undefined {
  const graph = graphOf(network);
  if (!graph.hasNode(from) || !graph.hasNode(to)) return undefined;
  const active = activePart(graph);
  const reachedBy = new Map<string, { previous: string; peering: string }>();
  bfsFromNode(active, from, (node) => {
    if (node === to) return true;
    for (const { edge, source, target } of active.edgeEntries(node)) {
      const next = source === node ? target : source;
      if (next !== from && !reachedBy.has(next)) reachedBy.set(next, { previous: node, peering: edge });
    }
    return false;
  });
  const chain = [to];
  for (let at = to; at !== from; ) {
    const step = reachedBy.get(at);
    if (step === undefined) return undefined;
    chain.unshift(step.previous, step.peering);
    at = step.previous;
  }
  return chain;
}

const activeParts = new WeakMap<NetworkGraph, NetworkGraph>();

/** Returns the graph with its ACTIVE peerings only. */
function activePart(graph: NetworkGraph): NetworkGraph {
  let part = activeParts.get(graph);
  if (part === undefined) {
    part = graph.copy() as NetworkGraph;
    for (const edge of graph.filterEdges((_, { state }) => state !== "ACTIVE")) part.dropEdge(edge);
    activeParts.set(graph, part);
  }
  return part;
}

/**
 * Returns the peerings without which two VPCs that chains of peerings join would not be joined any more: the bridges of
 * the graph of ACTIVE peerings that `counts` picks. One search in depth, O(VPCs + peerings): an edge is a bridge when
 * nothing behind it leads back to a VPC before it.
 */
export function bridgesOf(network: Network, counts: (peering: string) => boolean): string[] {
  const graph = activePart(graphOf(network));
  const bridges: string[] = [];
  // when a VPC was met, and the earliest one that it or what is behind it leads back to
  const met = new Map<string, number>();
  const earliest = new Map<string, number>();
  for (const root of graph.nodes()) {
    if (met.has(root)) continue;
    const path: { node: string; via: string | undefined; edges: string[] }[] = [];
    const enter = (node: string, via: string | undefined): void => {
      earliest.set(node, met.size);
      met.set(node, met.size);
      path.push({ node, via, edges: graph.edges(node).filter((edge) => edge !== via && counts(edge)) });
    };
    enter(root, undefined);
    while (path.length > 0) {
      const { node, via, edges } = path[path.length - 1];
      const edge = edges.pop();
      if (edge !== undefined) {
        const next = graph.opposite(node, edge);
        if (!met.has(next)) enter(next, edge);
        else earliest.set(node, Math.min(earliest.get(node)!, met.get(next)!));
        continue;
      }
      path.pop();
      if (via === undefined) continue;
      const before = path[path.length - 1].node;
      if (earliest.get(node)! > met.get(before)!) bridges.push(via);
      earliest.set(before, Math.min(earliest.get(before)!, earliest.get(node)!));
    }
  }
  return bridges;
}
