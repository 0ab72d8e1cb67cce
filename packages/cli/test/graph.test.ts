import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { dotText, mermaidText, type Network, readScenario, topologyOf } from "@twoway/sim";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as GexfModule from "../src/report/gexf.ts";
import type * as PictureModule from "../src/report/picture.ts";
import { ROOT, twoway } from "./command.ts";

// `graph`: the network as pictures that other programs read, whatever its names are.
const test = suite("graph");

const load = <T>(name: string): Promise<T> => import(new URL(`../report/${name}.js`, import.meta.url).href);
const { svgPicture, drawioPicture } = await load<typeof PictureModule>("picture");
const { gexfGraph } = await load<typeof GexfModule>("gexf");
const graphviz = await Graphviz.load();

const networkOf = (text: string, name = "net.yaml"): Network => readScenario(text, name).scenario.network;

/** What a picture says: nodes with their words, and lines between them with theirs; sorted. */
interface Shown {
  readonly nodes: readonly string[];
  readonly links: readonly string[];
}

const shown = (nodes: Iterable<string>, links: Iterable<string>): Shown => ({
  nodes: [...nodes].sort(),
  links: [...links].sort(),
});

/** From the network, without the code that draws it. */
function expected(network: Network): Shown {
  const nodes = new Map<string, string>();
  const links: string[] = [];
  for (const vpc of network.vpcs.values())
    nodes.set(
      vpc.id,
      [vpc.id, ...[...vpc.cidrs, ...vpc.secondary].map(String), `account ${vpc.account}`].join("|"),
    );
  for (const hub of network.hubs?.values() ?? [])
    nodes.set(`hub ${hub.id}`, [hub.id, hub.kind, `account ${hub.account}`].join("|"));
  for (const { id, state, requester, accepter, bandwidth } of network.peerings.values()) {
    if (state === "DELETED") continue;
    for (const { vpc, account } of [requester, accepter])
      if (!nodes.has(vpc)) nodes.set(vpc, `${vpc}|not part of the input|account ${account}`);
    const words = [id, ...(state === "ACTIVE" ? [] : [state])];
    if (bandwidth !== undefined && requester.region !== accepter.region) words.push(`${bandwidth} Mbps`);
    links.push(`${requester.vpc} - ${accepter.vpc}: ${words.join("|")}`);
  }
  for (const hub of network.hubs?.values() ?? [])
    for (const { id, kind, state, vpc } of hub.attachments.values())
      if (vpc !== undefined)
        links.push(`${hub.id} - ${vpc}: ${[id, kind, ...(state === "available" ? [] : [state])].join("|")}`);
  return shown(nodes.values(), links);
}

const first = (words: string): string => words.split("|")[0];

/** Reads our Mermaid back; a line of any other shape is an error. */
function readMermaid(text: string): Shown {
  const decoded = (label: string): string =>
    label.replaceAll("<br/>", "|").replace(/#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  const nodes = new Map<string, string>();
  const links: string[] = [];
  const [head, ...lines] = text.trimEnd().split("\n");
  assert.is(head, "flowchart LR");
  for (const line of lines) {
    if (/^ {2}(subgraph r\d+\["[^"<>&`\\]*"\]|end)$/.test(line)) continue;
    const node = /^ {4}(n\d+)(?:\[|\{\{|\(\[)"((?:[^"<>&`\\]|<br\/>)*)"(?:\]|\}\}|\]\))$/.exec(line);
    const link = /^ {2}(n\d+) (?:---|-\.-)\|"((?:[^"<>&`\\]|<br\/>)*)"\| (n\d+)$/.exec(line);
    if (node !== null) nodes.set(node[1], decoded(node[2]));
    else if (link !== null)
      links.push(`${first(nodes.get(link[1])!)} - ${first(nodes.get(link[3])!)}: ${decoded(link[2])}`);
    else throw new Error(`not our Mermaid: ${line}`);
  }
  return shown(nodes.values(), links);
}

/** Reads DOT back with Graphviz. */
function readDot(text: string): Shown {
  const { objects = [], edges = [] } = JSON.parse(graphviz.layout(text, "dot_json", "dot")) as {
    objects?: { _gvid: number; label?: string }[];
    edges?: { tail: number; head: number; label: string }[];
  };
  const plain = (text: string): string =>
    text.replaceAll("\\n", "|").replace(/\\(.)/g, "$1").replaceAll("&amp;", "&");
  const nodes = objects.filter((one) => !("nodes" in one));
  const label = (id: number): string => first(plain(objects.find(({ _gvid }) => _gvid === id)!.label!));
  return shown(
    nodes.map((node) => plain(node.label!)),
    edges.map(({ tail, head, label: words }) => `${label(tail)} - ${label(head)}: ${plain(words)}`),
  );
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  htmlEntities: true,
  isArray: (name, _path, _leaf, isAttribute) =>
    !isAttribute && ["mxCell", "node", "edge", "attvalue", "g"].includes(name),
});

function readXml(text: string): ReturnType<XMLParser["parse"]> {
  assert.is(XMLValidator.validate(text), true);
  return parser.parse(text);
}

type Cell = Readonly<Record<"id" | "value" | "source" | "target" | "parent" | "vertex" | "edge", string>>;

function readDrawio(text: string): Shown {
  const cells: Cell[] = readXml(text).mxfile.diagram.mxGraphModel.root.mxCell;
  const words = (cell: Cell): string => cell.value.replaceAll("\n", "|");
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  assert.is(byId.size, cells.length);
  return shown(
    cells.filter(({ vertex, parent }) => vertex === "1" && parent.startsWith("r")).map(words),
    cells
      .filter(({ edge }) => edge === "1")
      .map(
        (cell) =>
          `${first(words(byId.get(cell.source)!))} - ${first(words(byId.get(cell.target)!))}: ${words(cell)}`,
      ),
  );
}

type Valued = Readonly<{ label: string; attvalues?: { attvalue: { for: string; value: string }[] } }>;

function readGexf(text: string): Shown {
  const { nodes, edges } = readXml(text).gexf.graph;
  const words = ({ label, attvalues }: Valued): string =>
    [label, ...(attvalues?.attvalue.find((one) => one.for === "about")?.value.split("; ") ?? [])]
      .filter((word) => word !== "")
      .join("|");
  const labels = new Map<string, string>(
    nodes.node.map((one: Valued & { id: string }) => [one.id, one.label]),
  );
  const list: (Valued & { source: string; target: string })[] = edges?.edge ?? [];
  return shown(
    nodes.node.map(words),
    list.map((one) => `${labels.get(one.source)} - ${labels.get(one.target)}: ${words(one)}`),
  );
}

async function agree(network: Network, label: string): Promise<Shown> {
  const topology = topologyOf(network);
  const all = expected(network);
  assert.equal(readMermaid(mermaidText(topology)), all, `${label}, mermaid`);
  assert.equal(readDot(dotText(topology)), all, `${label}, dot`);
  assert.equal(readDrawio(await drawioPicture(topology, label)), all, `${label}, drawio`);
  assert.equal(readGexf(gexfGraph(topology)), all, `${label}, gexf`);
  const svg = await svgPicture(topology, label);
  const { title, desc } = readXml(svg).svg;
  assert.is(title["#text"], label);
  for (const node of all.nodes) assert.ok(desc["#text"].includes(first(node)), `${label}, svg, ${node}`);
  assert.is(svg, await svgPicture(topologyOf(network), label));
  return all;
}

test("every picture of every scenario shows the VPCs, hubs, peerings and attachments that there are", async () => {
  let drawn = 0;
  let hubs = 0;
  for (const name of readdirSync(join(ROOT, "scenarios")).filter((file) => file.endsWith(".yaml"))) {
    const network = networkOf(readFileSync(join(ROOT, "scenarios", name), "utf8"), name);
    const { links } = await agree(network, name);
    drawn += links.length;
    hubs += network.hubs?.size ?? 0;
  }
  console.log(`\npositive pictures: ${drawn} lines, ${hubs} hubs`);
  assert.ok(drawn > 20 && hubs > 0);
});

// what means something to one of the formats, or to a terminal
const NAMES = [
  'a"b',
  "</desc><script>alert(1)</script>",
  "x\\",
  "\\N\\G",
  "&amp;&quot;",
  "#35;",
  "`code`",
  "]]>",
  "|a|b|".replaceAll("|", "\u00a6"),
  "end",
  "cluster_0",
  "名前 🌐",
  "{{x}}",
];

test("names are text, whatever they are made of, and no name ends up as another", async () => {
  const plain = networkOf(`
load: lenient
profile: aws
vpcs: { one: { cidr: 10.1.0.0/16 }, two: { cidr: 10.2.0.0/16 } }
peerings: { pcx: one - two }`);
  for (const name of NAMES) {
    const [one, two] = plain.vpcs.values();
    const [pcx] = plain.peerings.values();
    const network: Network = {
      ...plain,
      vpcs: new Map([
        [name, { ...one, id: name, region: name }],
        ["two", two],
      ]),
      peerings: new Map([[name, { ...pcx, id: name, requester: { ...pcx.requester, vpc: name } }]]),
    };
    const { nodes, links } = await agree(network, "net");
    assert.ok(nodes.some((node) => node.startsWith(`${name}|`)));
    assert.is(links.length, 1);
  }
  const [one] = plain.vpcs.values();
  const odd: Network = {
    ...plain,
    vpcs: new Map([["a\nb\u0007\ud800", { ...one, id: "a\nb\u0007\ud800" }]]),
  };
  const text = mermaidText(topologyOf({ ...odd, peerings: new Map() }));
  assert.match(text, '"a?b??<br/>10.1.0.0/16');
});

test("states and caps stand on the lines, what is not up is dashed, and what was deleted is gone", async () => {
  const net = "scenarios/pending-is-not-no-route.yaml";
  const before = await twoway(["graph", net, "-q"]);
  assert.is(before.status, 0, before.err);
  assert.match(before.out, /-\.-\|"shop-bank<br\/>PENDING/);
  const after = await twoway(["graph", net, "-q", "--do", "accept-peering shop-bank"]);
  assert.match(after.out, /---\|"shop-bank/);
  const gone = await twoway([
    "graph",
    "scenarios/one-sided-route.yaml",
    "-q",
    "--do",
    "delete-peering shop-to-data",
  ]);
  assert.not.match(gone.out, "shop-to-data");
});

for (const [to, begin] of [
  ["mermaid", /^flowchart LR\n/],
  ["dot", /^graph network \{\n/],
  ["drawio", /^<mxfile /],
  ["svg", /^<\?xml [^>]*>\s*<svg role="img" aria-labelledby="title desc"/],
  ["gexf", /^<\?xml [^>]*>\n<gexf /],
] as const) {
  test(`graph --to ${to} prints the same every time, in any time zone`, async () => {
    const args = ["graph", "scenarios/blast-radius.yaml", "--to", to];
    const [one, two] = [
      await twoway(args),
      await twoway(args, { env: { TZ: "Asia/Tokyo", LC_ALL: "de_DE" } }),
    ];
    assert.is(one.status, 0, one.err);
    assert.match(one.out, begin);
    assert.equal(two, one);
  });
}

test("a network that is too large to lay out is an error that says what does", async () => {
  const vpcs = Array.from({ length: 401 }, (_, i) => `v${i}: { cidr: 10.0.0.0/16 }`).join(", ");
  const input = `load: lenient\nvpcs: { ${vpcs} }`;
  for (const to of ["svg", "drawio"]) {
    const { status, out, err } = await twoway(["graph", "-", "--to", to, "-q"], { input });
    assert.equal([status, out], [2, ""]);
    assert.match(err, "401 VPCs and hubs are too many to lay out");
    assert.match(err, "--to gexf");
  }
  assert.is((await twoway(["graph", "-", "--to", "gexf", "-q"], { input })).status, 0);
  assert.is((await twoway(["graph", "-", "--to", "png"], { input })).status, 2);
});

test.run();
