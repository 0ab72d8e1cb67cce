import type { Topology } from "@twoway/sim";
import { MultiUndirectedGraph } from "graphology";
import { write } from "graphology-gexf";

/** Returns the network for Gephi and its like: regions, kinds and states are attributes to group and colour by. */
export function gexfGraph({ regions, links }: Topology): string {
  const graph = new MultiUndirectedGraph();
  for (const { name, nodes } of regions)
    for (const { key, kind, lines } of nodes)
      graph.addNode(key, { label: lines[0], region: name, role: kind, about: lines.slice(1).join("; ") });
  for (const [index, { from, to, kind, lines, isUp }] of links.entries())
    graph.addEdgeWithKey(String(index), from, to, {
      label: lines[0],
      role: kind,
      about: lines.slice(1).join("; "),
      up: isUp,
    });
  return `${write(graph)}\n`;
}
