import { type Network, usableSpans, type Vpc } from "../model/network.ts";
import { farEnd } from "../model/peering.ts";
import type { Verdict } from "../plane/round-trip.ts";
import { answer } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";

/** What else a change does: pairs of subnets that fare better or worse behind it. */

export interface SubnetName {
  readonly vpc: string;
  readonly subnet: string;
}

export interface PairChange {
  readonly from: SubnetName;
  readonly to: SubnetName;
  readonly before: { readonly verdict: Verdict; readonly partial: boolean };
  readonly after: { readonly verdict: Verdict; readonly partial: boolean };
}

export interface SideEffects {
  readonly opens: readonly PairChange[];
  readonly breaks: readonly PairChange[];
  /** How many pairs of subnets were looked at, each once. */
  readonly compared: number;
  /** False when there are more pairs than `MAX_PAIRS`, and the lists may lack some. */
  readonly complete: boolean;
}

/** Pairs compared for one change. */
const MAX_PAIRS = 2000;

/**
 * Compares the subnets of the VPCs that differ with those of their neighbours, before and after: nothing else can
 * change. Cost: two answers for each pair.
 */
export function sideEffects(before: Network, after: Network): SideEffects {
  const changed = changedVpcs(before, after);
  const opens: PairChange[] = [];
  const breaks: PairChange[] = [];
  let compared = 0;
  let complete = true;
  const done = new Set<string>();
  for (const id of changed) {
    const neighbours = [id, ...neighboursOf(before, id), ...neighboursOf(after, id)];
    for (const other of new Set(neighbours)) {
      for (const [from, to] of subnetPairs(after, id, other)) {
        const key = [`${from.vpc}/${from.subnet}`, `${to.vpc}/${to.subnet}`].sort().join(" ");
        if (done.has(key)) continue;
        if (compared === MAX_PAIRS) {
          complete = false;
          break;
        }
        done.add(key);
        compared++;
        const change = compare(before, after, from, to);
        if (change === undefined) continue;
        const gain = score(change.after) - score(change.before);
        if (gain > 0) opens.push(change);
        if (gain < 0) breaks.push(change);
      }
    }
  }
  return { opens, breaks, compared, complete };
}

/** VPCs whose tables or subnets are others, and the ends of peerings that are. */
function changedVpcs(before: Network, after: Network): string[] {
  const vpcs = [...after.vpcs.values()].filter((vpc) => before.vpcs.get(vpc.id) !== vpc).map(({ id }) => id);
  const ends = [...after.peerings.values()]
    .filter((peering) => before.peerings.get(peering.id) !== peering)
    .flatMap(({ requester, accepter }) => [requester.vpc, accepter.vpc]);
  return [...new Set([...vpcs, ...ends])].filter((id) => after.vpcs.has(id));
}

/** Peering is not transitive, so only what a peering joins with the VPC can hear it. */
function neighboursOf(network: Network, vpc: string): string[] {
  return [...network.peerings.values()].flatMap((peering) => {
    const far = farEnd(peering, vpc)?.vpc;
    return far !== undefined && network.vpcs.has(far) ? [far] : [];
  });
}

function* subnetPairs(network: Network, a: string, b: string): Generator<[SubnetName, SubnetName]> {
  const names = (vpc: Vpc | undefined): SubnetName[] =>
    [...(vpc?.subnets.keys() ?? [])].map((subnet) => ({ vpc: vpc!.id, subnet }));
  for (const from of names(network.vpcs.get(a))) {
    for (const to of names(network.vpcs.get(b))) {
      if (from.vpc !== to.vpc || from.subnet !== to.subnet) yield [from, to];
    }
  }
}

function compare(before: Network, after: Network, from: SubnetName, to: SubnetName): PairChange | undefined {
  const was = ask(before, from, to);
  const is = ask(after, from, to);
  if (was === undefined || is === undefined) return undefined;
  if (was.verdict === is.verdict && was.partial === is.partial) return undefined;
  return { from, to, before: was, after: is };
}

/** Returns the verdict of the two subnets; undefined when no packet can have an address of both. */
function ask(network: Network, from: SubnetName, to: SubnetName): PairChange["before"] | undefined {
  const [a, b] = [endpoint(network, from), endpoint(network, to)];
  const shared = a.spans.some(({ first }) => b.spans.some((span) => typeof span.first === typeof first));
  if (!shared) return undefined;
  const { verdict, partial } = answer(network, a, b, { protocol: "any" });
  return { verdict, partial };
}

function endpoint(network: Network, { vpc: id, subnet: name }: SubnetName): Endpoint {
  const vpc = network.vpcs.get(id);
  const subnet = vpc?.subnets.get(name);
  const spans =
    vpc === undefined || subnet === undefined
      ? []
      : [...usableSpans(vpc, subnet, 4), ...usableSpans(vpc, subnet, 6)];
  return { text: `${id}/${name}`, spans: spans.map((span) => ({ vpc: id, subnet: name, ...span })) };
}

/** How much gets through: one direction counts 2, both 4, a part of the addresses more than none. */
function score({ verdict, partial }: PairChange["before"]): number {
  const worst = { unreachable: 0, "return-only": 2, "forward-only": 2, unknown: 3, "two-way": 4 }[verdict];
  return partial ? worst + 1 : worst;
}
