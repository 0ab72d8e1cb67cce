import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { dotText, type Topology, type TopologyNode } from "@twoway/sim";
import { wrong } from "../input.ts";

/** Pictures with places: Graphviz lays the network out, for SVG and for draw.io. */

/** More than that nobody can look at, and Graphviz takes minutes. */
const MAX_NODES = 400;

async function layOut(topology: Topology, format: "svg" | "json"): Promise<string> {
  const nodes = topology.regions.reduce((sum, region) => sum + region.nodes.length, 0);
  if (nodes > MAX_NODES) {
    const message = `${nodes} VPCs and hubs are too many to lay out; the limit is ${MAX_NODES}`;
    throw wrong("too-large", "--to", message, "--to gexf or --to dot, for a tool that lays out large graphs");
  }
  return (await Graphviz.load()).layout(dotText(topology), format, "dot");
}

/** Returns an SVG that says in words what it shows. */
export async function svgPicture(topology: Topology, title: string): Promise<string> {
  const svg = await layOut(topology, "svg");
  const words = `<title id="title">${escaped(title)}</title>\n<desc id="desc">${escaped(inWords(topology))}</desc>`;
  return (
    svg
      // what Graphviz says about itself
      .replace(/<!--[\s\S]*?-->\n?/g, "")
      .replace(/<!DOCTYPE[^>]*>\s*/, "")
      .replace(
        /<svg ([^>]*)>/,
        (_, rest) => `<svg role="img" aria-labelledby="title desc" ${rest}>\n${words}`,
      )
  );
}

/** Every line of the picture as a sentence. */
function inWords({ regions, links }: Topology): string {
  return [
    ...regions.map(({ name, nodes }) => `${name}: ${nodes.map(({ key }) => key).join(", ")}.`),
    ...links.map(({ from, to, lines }) => `${from} - ${to}: ${lines.join(", ")}.`),
  ].join("\n");
}

/** What is read of Graphviz's JSON; lengths are points, but for those of a node, which are inches. y grows upwards. */
interface Placed {
  readonly bb: string;
  readonly objects?: readonly {
    /** Counts nodes as they come in the text; clusters come before. */
    readonly _gvid: number;
    readonly name: string;
    readonly bb?: string;
    readonly pos?: string;
    readonly width?: string;
    readonly height?: string;
  }[];
}

const DRAWIO_STYLES: Readonly<Record<TopologyNode["kind"], string>> = {
  vpc: "rounded=0;whiteSpace=wrap;html=0;",
  hub: "shape=hexagon;whiteSpace=wrap;html=0;",
  beyond: "rounded=1;dashed=1;whiteSpace=wrap;html=0;",
};

/** Returns a file for draw.io: regions are containers, and everything can be moved. */
export async function drawioPicture(topology: Topology, title: string): Promise<string> {
  const { bb, objects = [] }: Placed = JSON.parse(await layOut(topology, "json"));
  const height = numbers(bb)[3];
  // by their order: Graphviz writes names in another way than it reads them
  const places = objects.filter(({ pos }) => pos !== undefined).sort((a, b) => a._gvid - b._gvid);
  const ids = new Map<string, string>();
  const cells: string[] = [];
  for (const [r, { name, nodes }] of topology.regions.entries()) {
    const [left, bottom, right, top] = numbers(objects.find((one) => one.name === `cluster_${r}`)!.bb!);
    cells.push(
      vertex(
        `r${r}`,
        "1",
        [name],
        "container=1;collapsible=0;verticalAlign=top;dashed=1;fillColor=none;html=0;",
        [left, height - top, right - left, top - bottom],
      ),
    );
    for (const { key, kind, lines } of nodes) {
      const placed = places[ids.size];
      const [x, y] = numbers(placed.pos!);
      const [w, h] = [Number(placed.width) * 72, Number(placed.height) * 72];
      const id = `n${ids.size}`;
      ids.set(key, id);
      // inside a container, places are counted from its corner
      cells.push(vertex(id, `r${r}`, lines, DRAWIO_STYLES[kind], [x - w / 2 - left, top - y - h / 2, w, h]));
    }
  }
  for (const [l, { from, to, lines, isUp }] of topology.links.entries()) {
    const style = `endArrow=none;html=0;${isUp ? "" : "dashed=1;"}`;
    cells.push(
      `<mxCell id="l${l}" value="${escaped(lines.join("\n"))}" style="${style}" edge="1" parent="1" source="${ids.get(from)}" target="${ids.get(to)}"><mxGeometry relative="1" as="geometry"/></mxCell>`,
    );
  }
  return `<mxfile host="twoway"><diagram id="network" name="${escaped(title)}"><mxGraphModel><root>
<mxCell id="0"/>
<mxCell id="1" parent="0"/>
${cells.join("\n")}
</root></mxGraphModel></diagram></mxfile>
`;
}

function vertex(
  id: string,
  parent: string,
  lines: readonly string[],
  style: string,
  place: readonly [x: number, y: number, width: number, height: number],
): string {
  const [x, y, width, height] = place.map((length) => Math.round(length));
  return `<mxCell id="${id}" value="${escaped(lines.join("\n"))}" style="${style}" vertex="1" parent="${parent}"><mxGeometry x="${x}" y="${y}" width="${width}" height="${height}" as="geometry"/></mxCell>`;
}

function numbers(text: string): number[] {
  return text.split(",").map(Number);
}

/** Text for XML, in an attribute as well; what XML cannot hold is gone before. */
function escaped(text: string): string {
  return text.replace(
    /[&<>"\n\uFFFE\uFFFF]/g,
    (mark) => `&#${mark > "\uFFFD" ? 0xfffd : mark.charCodeAt(0)};`,
  );
}
