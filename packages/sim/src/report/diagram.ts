import type { Topology, TopologyNode } from "./topology.ts";

/** Pictures as text that other programs draw: regions are clusters, what is not up is dashed. */

/** A Mermaid flowchart, as GitHub and GitLab draw it in Markdown. */
export function mermaidText({ regions, links }: Topology): string {
  const ids = new Map<string, string>();
  const lines = ["flowchart LR"];
  for (const [r, { name, nodes }] of regions.entries()) {
    lines.push(`  subgraph r${r}[${mermaidLabel([name === "" ? "no region" : name])}]`);
    for (const { key, kind, lines: words } of nodes) {
      const id = `n${ids.size}`;
      ids.set(key, id);
      const [open, close] = MERMAID_SHAPES[kind];
      lines.push(`    ${id}${open}${mermaidLabel(words)}${close}`);
    }
    lines.push("  end");
  }
  for (const { from, to, lines: words, isUp } of links)
    lines.push(`  ${ids.get(from)} ${isUp ? "---" : "-.-"}|${mermaidLabel(words)}| ${ids.get(to)}`);
  return `${lines.join("\n")}\n`;
}

const MERMAID_SHAPES: Readonly<Record<TopologyNode["kind"], readonly [open: string, close: string]>> = {
  vpc: ["[", "]"],
  hub: ["{{", "}}"],
  beyond: ["([", "])"],
};

/** Everything that means something inside quotes, to Mermaid or to the HTML that it makes, as a number. */
function mermaidLabel(lines: readonly string[]): string {
  const plain = lines.map((line) => line.replace(/[#&<>"'`\\]/g, (mark) => `#${mark.charCodeAt(0)};`));
  return `"${plain.join("<br/>")}"`;
}

/** A graph for Graphviz. */
export function dotText({ regions, links }: Topology): string {
  const lines = [
    "graph network {",
    '  graph [rankdir=LR, fontname="Helvetica", compound=true]',
    '  node [fontname="Helvetica", fontsize=11, shape=box]',
    '  edge [fontname="Helvetica", fontsize=9]',
  ];
  for (const [r, { name, nodes }] of regions.entries()) {
    lines.push(`  subgraph cluster_${r} {`, `    label=${dotQuote([name])}`, "    color=gray60");
    for (const { key, kind, lines: words } of nodes)
      lines.push(`    ${dotQuote([key])} [label=${dotQuote(words)}${DOT_STYLES[kind]}]`);
    lines.push("  }");
  }
  for (const { from, to, lines: words, isUp } of links) {
    const style = isUp ? "" : ", style=dashed";
    lines.push(`  ${dotQuote([from])} -- ${dotQuote([to])} [label=${dotQuote(words)}${style}]`);
  }
  return `${lines.join("\n")}\n}\n`;
}

const DOT_STYLES: Readonly<Record<TopologyNode["kind"], string>> = {
  vpc: "",
  hub: ", shape=hexagon",
  beyond: ", style=dashed",
};

/** Graphviz knows escapes with a backslash and the entities of HTML in any string. */
function dotQuote(lines: readonly string[]): string {
  const plain = lines.map((line) =>
    line.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("&", "&amp;"),
  );
  return `"${plain.join("\\n")}"`;
}
