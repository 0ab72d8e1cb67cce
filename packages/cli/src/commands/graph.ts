import { basename } from "node:path";
import { dotText, mermaidText, type Topology, topologyOf } from "@twoway/sim";
import { EXIT } from "../exit.ts";
import { loadNetwork, type NetworkOptions } from "../input.ts";
import { print, warn } from "../terminal.ts";

interface GraphOptions extends NetworkOptions {
  readonly to: "mermaid" | "dot" | "drawio" | "svg" | "gexf";
  readonly color: boolean;
  readonly quiet: boolean;
}

/** Prints the VPCs, hubs, peerings and attachments as a picture or a graph. */
export async function graph(file: string, options: GraphOptions): Promise<number> {
  const { network, warnings } = loadNetwork(file, options);
  warn(warnings, options);
  const title = file === "-" ? "network" : basename(file);
  print((await drawn(topologyOf(network), options.to, title)).trimEnd());
  return EXIT.yes;
}

/** Writers with libraries of their own are loaded when they are asked for. */
async function drawn(topology: Topology, to: GraphOptions["to"], title: string): Promise<string> {
  switch (to) {
    case "mermaid":
      return mermaidText(topology);
    case "dot":
      return dotText(topology);
    case "svg":
      return (await import("../report/picture.ts")).svgPicture(topology, title);
    case "drawio":
      return (await import("../report/picture.ts")).drawioPicture(topology, title);
    case "gexf":
      return (await import("../report/gexf.ts")).gexfGraph(topology);
    default:
      return to satisfies never;
  }
}
