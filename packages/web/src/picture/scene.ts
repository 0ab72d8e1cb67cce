import type { NetworkView, PeeringView, VpcView } from "../engine/network-view.ts";
import { type Grouping, MANY_VPCS } from "./groups.ts";

/** What is drawn of a network, before anybody knows where: boxes inside boxes, and edges between them. */
export interface Scene {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

export interface Box {
  /** That of a group, `vpc:…`, `hub:…` or `outside:…`. */
  readonly id: string;
  readonly kind: "group" | "vpc" | "hub" | "outside";
  readonly title: string;
  readonly detail: string;
  readonly children: readonly Box[];
  /** Subnets and gateways, one line each; none where the box is small. */
  readonly rows: readonly Row[];
  /** A group that is drawn as one box, whose VPCs are counted in `detail`. */
  readonly isFolded: boolean;
}

export interface Row {
  /** `subnet:VPC/ID` or `gateway:ID`. */
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly kind: "subnet" | "gateway";
}

export interface Edge {
  /** `peering:…`, `attachment:HUB/ID`, or `bundle:…` for several between the same two boxes. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** The worst of a bundle. */
  readonly state: EdgeState;
  /** Ids of the peerings that it stands for. */
  readonly peerings: readonly string[];
}

/** How an edge is drawn: carries packets, may do so later, or never again. */
export type EdgeState = "live" | "waiting" | "dead";

/** Above so many lines VPCs are drawn without their subnets. */
const MANY_ROWS = 600;

/** Returns what to draw with these groups folded. O(VPCs + subnets + peerings). */
export function sceneOf(
  view: NetworkView,
  { groups, groupOf }: Grouping,
  folded: ReadonlySet<string>,
): Scene {
  const members = new Map<string | undefined, VpcView[]>([[undefined, []]]);
  for (const { id } of groups) members.set(id, []);
  for (const vpc of view.vpcs) members.get(groupOf(vpc))!.push(vpc);
  const open = view.vpcs.filter((vpc) => !folded.has(groupOf(vpc) ?? ""));
  const lines = open.reduce((sum, { subnets, gateways }) => sum + subnets.length + gateways.length, 0);
  const withRows = lines <= MANY_ROWS && open.length <= MANY_VPCS;
  /** The box that stands for each VPC and hub. */
  const boxOf = new Map<string, string>();
  const vpcBoxes = (vpcs: readonly VpcView[]): Box[] =>
    vpcs.map((vpc) => {
      boxOf.set(vpc.id, `vpc:${vpc.id}`);
      return vpcBox(vpc, withRows);
    });
  const boxes = vpcBoxes(members.get(undefined)!);
  for (const { id, title } of groups) {
    const vpcs = members.get(id)!;
    if (vpcs.length === 0) continue;
    const isFolded = folded.has(id);
    const children = isFolded ? [] : vpcBoxes(vpcs);
    if (isFolded) for (const vpc of vpcs) boxOf.set(vpc.id, id);
    const detail = count(vpcs.length, "VPC");
    boxes.push({ id, kind: "group", title, detail, children, rows: [], isFolded });
  }
  for (const { id, kind, attachments } of view.hubs) {
    boxOf.set(id, `hub:${id}`);
    const detail = `${kind} · ${count(attachments.length, "attachment")}`;
    boxes.push({ id: `hub:${id}`, kind: "hub", title: id, detail, children: [], rows: [], isFolded: false });
  }
  /** A VPC that is not part of the network gets a box of its own, so that its peering is seen. */
  const boxFor = (id: string): string => {
    const known = boxOf.get(id);
    if (known !== undefined) return known;
    boxOf.set(id, `outside:${id}`);
    boxes.push({
      id: `outside:${id}`,
      kind: "outside",
      title: id,
      detail: "not in this input",
      children: [],
      rows: [],
      isFolded: false,
    });
    return `outside:${id}`;
  };
  const edges = [
    ...view.peerings.map((peering) => peeringEdge(peering, boxFor)),
    ...view.hubs.flatMap(({ id, attachments }) =>
      attachments
        .filter(({ to }) => to !== undefined)
        .map((attachment): Edge => {
          const state = attachment.state === "available" ? "live" : "dead";
          const label = state === "live" ? "" : attachment.state;
          return {
            id: `attachment:${id}/${attachment.id}`,
            from: boxFor(attachment.to ?? ""),
            to: `hub:${id}`,
            label,
            state,
            peerings: [],
          };
        }),
    ),
  ];
  return { boxes, edges: bundled(edges) };
}

/** Returns the peerings that there are, and those of before that the changes took: what went should be seen to be gone. */
export function withDeleted(before: NetworkView, now: NetworkView): PeeringView[] {
  const left = new Set(now.peerings.map(({ id }) => id));
  const gone = before.peerings.filter(({ id }) => !left.has(id));
  return [...now.peerings, ...gone.map((peering) => ({ ...peering, state: "DELETED" as const }))];
}

function vpcBox({ id, name, account, cidrs, subnets, gateways }: VpcView, withRows: boolean): Box {
  const rows: Row[] = withRows
    ? [
        ...subnets.map((subnet) => ({
          id: `subnet:${id}/${subnet.id}`,
          title: subnet.name,
          detail: subnet.cidr,
          kind: "subnet" as const,
        })),
        ...gateways.map((gateway) => ({
          id: `gateway:${gateway.id}`,
          title: gateway.id,
          detail: gateway.kind,
          kind: "gateway" as const,
        })),
      ]
    : [];
  const more = cidrs.length > 1 ? ` +${cidrs.length - 1}` : "";
  const owner = account === "self" ? "" : ` · ${account}`;
  const detail = `${cidrs[0] ?? ""}${more}${owner}`;
  return { id: `vpc:${id}`, kind: "vpc", title: name, detail, children: [], rows, isFolded: false };
}

function peeringEdge(peering: PeeringView, boxFor: (id: string) => string): Edge {
  const { id, requester, accepter, state } = peering;
  return {
    id: `peering:${id}`,
    from: boxFor(requester),
    to: boxFor(accepter),
    label: state === "ACTIVE" ? id : `${id} ${state}`,
    state: stateOf(state),
    peerings: [id],
  };
}

function stateOf(state: PeeringView["state"]): EdgeState {
  if (state === "ACTIVE") return "live";
  return state === "PENDING" || state === "ISOLATED" || state === "EXPIRED" ? "waiting" : "dead";
}

const RANK: Readonly<Record<EdgeState, number>> = { live: 0, waiting: 1, dead: 2 };

/** Puts edges between folded groups together, one for each two boxes; edges inside a folded group are left out. */
function bundled(edges: readonly Edge[]): Edge[] {
  const isGroup = (id: string): boolean => id.startsWith("region:") || id.startsWith("part:");
  const bundles = new Map<string, Edge[]>();
  const result: Edge[] = [];
  for (const edge of edges) {
    if (edge.from === edge.to) continue;
    if (!isGroup(edge.from) && !isGroup(edge.to)) {
      result.push(edge);
      continue;
    }
    const key = [edge.from, edge.to].sort().join(" ");
    const bundle = bundles.get(key);
    if (bundle === undefined) bundles.set(key, [edge]);
    else bundle.push(edge);
  }
  for (const [key, bundle] of bundles) {
    if (bundle.length === 1) {
      result.push(bundle[0]);
      continue;
    }
    const state = bundle.reduce<EdgeState>(
      (worst, edge) => (RANK[edge.state] > RANK[worst] ? edge.state : worst),
      "live",
    );
    const peerings = bundle.flatMap((edge) => edge.peerings);
    const down = bundle.filter((edge) => edge.state !== "live").length;
    const label = `${bundle.length} links${down === 0 ? "" : `, ${down} not active`}`;
    result.push({ id: `bundle:${key}`, from: bundle[0].from, to: bundle[0].to, label, state, peerings });
  }
  return result;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/**
 * Reports whether a layout of the one scene does for the other: the same boxes, and no edge that it has no line for. An edge
 * that went leaves its place empty, so that a click does not move the rest of the picture.
 */
export function fits(known: Scene, wanted: Scene): boolean {
  const lines = new Set(known.edges.map(({ id }) => id));
  return (
    wanted.edges.every(({ id }) => lines.has(id)) &&
    known.boxes.length === wanted.boxes.length &&
    known.boxes.every((box, i) => isSame(box, wanted.boxes[i]))
  );
}

function isSame(a: Box, b: Box): boolean {
  return (
    a.id === b.id &&
    a.title === b.title &&
    a.detail === b.detail &&
    a.isFolded === b.isFolded &&
    a.rows.length === b.rows.length &&
    a.rows.every((row, i) => row.id === b.rows[i].id && row.title === b.rows[i].title) &&
    a.children.length === b.children.length &&
    a.children.every((child, i) => isSame(child, b.children[i]))
  );
}
