import { isClosed, type Network, type Span, type Subnet, usableSpans, type Vpc } from "../model/network.ts";
import type { Gate, Gates, Party } from "./gates.ts";
import { groupsAt, hostAt } from "./packet.ts";
import type { Part } from "./part.ts";
import { after, carriedCidrs, cutTo } from "./spans.ts";

/** Sets of places: first and last of each span, ascending. */
export interface Places {
  readonly lo: ArrayLike<number>;
  readonly hi: ArrayLike<number>;
}

/** The hosts of a subnet that filters and gateways treat alike, in one family of addresses. */
export interface HostKind extends Party, Places {
  readonly gate: Gate;
  /** How many places they have. */
  readonly size: number;
  /** Edges of the CIDRs that a peering carries, and whether it carries everything (S8). */
  readonly carried: Places | "all";
  /** The same places with what the cloud reserves at the ends of the subnet, as people write them. */
  readonly written: Places;
}

/** Returns the kinds of hosts in the order in which their addresses first occur. O(hosts), O(1) where none is declared. */
export function hostKinds(network: Network, part: Part, gates: Gates, vpc: Vpc, subnet: Subnet): HostKind[] {
  const { axis, family } = part;
  const usable = usableSpans(vpc, subnet, family);
  const blocks = subnet.cidrs
    .filter((cidr) => cidr.family === family)
    .map(({ address, last }) => ({ first: address, last }));
  const places = (spans: readonly Span[]): Places => ({
    lo: Uint32Array.from(spans, ({ first }) => axis.first(first)),
    hi: Uint32Array.from(spans, ({ last }) => axis.last(last)),
  });
  const carries = carriedCidrs(vpc).filter((cidr) => cidr.family === family);
  const isCarried = subnet.cidrs.every(
    (block) => block.family !== family || carries.some((cidr) => cidr.covers(block)),
  );
  const carried = isCarried
    ? "all"
    : places(
        blocks.flatMap((block) =>
          cutTo(
            block,
            carries.flatMap(({ address, last }) => [address, after(last)]),
            (at) => carries.some((cidr) => cidr.contains(at)),
          ),
        ),
      );
  const hosts = [...(subnet.hosts?.values() ?? [])].flatMap(({ addresses }) => addresses);
  const edges = hosts.flatMap((address) =>
    (typeof address === "number") === (family === 4) ? [address, after(address)] : [],
  );
  const kinds = new Map<string, { groups: readonly string[] | undefined; spans: Span[]; written: Span[] }>();
  const add = (list: "spans" | "written", whole: readonly Span[]): void => {
    for (const span of whole.flatMap((one) => cutTo(one, edges, () => true))) {
      const spot = { vpc: vpc.id, subnet: subnet.id, address: span.first };
      const host = hostAt(network, spot);
      const groups = groupsAt(network, spot);
      const key = `${host?.public?.has(span.first)} ${groups?.join(" ")}`;
      let kind = kinds.get(key);
      if (kind === undefined) {
        kind = { groups, spans: [], written: [] };
        kinds.set(key, kind);
      }
      kind[list].push(span);
    }
  };
  add("spans", usable);
  add("written", isClosed(subnet) ? usable : blocks);
  return [...kinds.values()]
    .filter(({ spans }) => spans.length > 0)
    .map(({ groups, spans, written }) => {
      const own = places(spans);
      let size = 0;
      for (let i = 0; i < own.lo.length; i++) size += own.hi[i] - own.lo[i] + 1;
      const gate = gates.of({ vpc, groups }, subnet.acl);
      return { vpc, groups, gate, ...own, size, carried, written: places(written) };
    });
}
