import { UndirectedGraph } from "graphology";
import { bfsFromNode } from "graphology-traversal";
import type { Fabric } from "./fabric.ts";

/**
 * What a graph library answers: from each subnet a breadth-first search over VPCs and peerings. It knows no routes and no
 * way back, and takes peering for transitive, so it answers less than the question; its count is checked against the
 * connected components.
 */
export class BreadthFirst {
  readonly #fabric: Fabric;
  readonly #graph = new UndirectedGraph();

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
    for (let v = 0; v < fabric.vpcLo.length; v++) this.#graph.addNode(v);
    for (let p = 0; p < fabric.peerA.length; p++) this.#graph.addEdge(fabric.peerA[p], fabric.peerB[p]);
  }

  /** Returns how many other subnets a search from the subnet's VPC comes to. */
  subnetsFrom(s: number): number {
    const { subVpc, vpcSub } = this.#fabric;
    let found = -1; // not itself
    bfsFromNode(this.#graph, subVpc[s], (node) => {
      found += vpcSub[Number(node) + 1] - vpcSub[Number(node)];
    });
    return found;
  }
}

/** Returns, for each subnet, how many others are in its component, by union and find. */
export function componentSizes({ vpcLo, subVpc, vpcSub, peerA, peerB }: Fabric): Uint32Array {
  const parent = Uint32Array.from(vpcLo, (_, v) => v);
  const rootOf = (v: number): number => {
    let root = v;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  };
  for (let p = 0; p < peerA.length; p++) parent[rootOf(peerA[p])] = rootOf(peerB[p]);
  const size = new Uint32Array(vpcLo.length);
  for (let v = 0; v < vpcLo.length; v++) size[rootOf(v)] += vpcSub[v + 1] - vpcSub[v];
  return Uint32Array.from(subVpc, (v) => size[rootOf(v)] - 1);
}
