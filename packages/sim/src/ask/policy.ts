import { familyOf } from "@twoway/core";
import type { RouteName } from "../model/cause.ts";
import type { Network } from "../model/network.ts";
import { type RoundTrip, roundTrip } from "../plane/round-trip.ts";
import type { Trace } from "../plane/trace.ts";
import { answer } from "./answer.ts";
import type { EndpointSpan } from "./endpoint.ts";
import { paths } from "./paths.ts";
import { type Selector, select } from "./selection.ts";

/** Statements over sets of addresses that must hold, whatever routes and peerings there are. */

/** Selectors whose addresses together are one set. */
export type AddressSet = readonly Selector[];

export type Policy = Statement & {
  readonly name: string;
  readonly source: string;
};

type Statement =
  /** No packet gets from any of the sets to another, in either direction. */
  | { readonly kind: "isolated"; readonly sets: readonly AddressSet[] }
  /** Every address of `from` and every address of `to` reach each other both ways. */
  | { readonly kind: "reachable"; readonly from: AddressSet; readonly to: AddressSet }
  /** No packet gets to `to`, except from `from` and from `to` itself. */
  | { readonly kind: "only"; readonly from: AddressSet; readonly to: AddressSet };

/** A flow that breaks the policy, or one that cannot be decided. */
export interface Violation {
  /** Both paths of one pair of addresses. */
  readonly flow: RoundTrip;
  /** The route that the packet takes, where it is one that must not get through. */
  readonly route: RouteName | undefined;
  readonly message: string;
}

export interface PolicyFinding {
  readonly policy: Policy;
  /** Violated as soon as one flow is; undetermined when none is, and one cannot be decided. */
  readonly result: "holds" | "violated" | "undetermined";
  /** One for each two VPCs. */
  readonly violations: readonly Violation[];
  readonly undecided: readonly Violation[];
}

/** How many violations are kept; one is enough for the verdict. */
const MAX_VIOLATIONS = 20;

/** Looks at every address of the sets. O(tables × stretches) traces for each two sets. */
export function evaluatePolicy(network: Network, policy: Policy): PolicyFinding {
  const violations: Violation[] = [];
  const undecided: Violation[] = [];
  const keep = (list: Violation[], violation: Violation): boolean =>
    list.length < MAX_VIOLATIONS && list.push(violation) > 0;
  const forbid = (senders: readonly EndpointSpan[], targets: readonly EndpointSpan[]): void => {
    const seen = new Set<string>();
    for (const { from, to, trace } of paths(network, senders, targets)) {
      if (trace.outcome === "dropped") continue;
      const key = `${trace.outcome} ${from.vpc} ${to.vpc}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const flow = roundTrip(network, from, to);
      const route = routeOf(trace);
      const [list, verb] = trace.outcome === "delivered" ? [violations, "gets"] : [undecided, "may get"];
      keep(list, {
        flow,
        route,
        message: `a packet ${verb} from ${from.vpc}/${from.subnet} to ${to.vpc}/${to.subnet}`,
      });
    }
  };
  switch (policy.kind) {
    case "isolated": {
      const sets = policy.sets.map((set) => select(network, set));
      sets.forEach((a, i) => {
        sets.forEach((b, j) => {
          if (i !== j) forbid(a, b);
        });
      });
      break;
    }
    case "only": {
      const targets = select(network, policy.to);
      const allowed = [...select(network, policy.from), ...targets];
      forbid(without(select(network, EVERYTHING), allowed), targets);
      break;
    }
    case "reachable": {
      const [sources, destinations] = [select(network, policy.from), select(network, policy.to)];
      for (const from of byVpc(sources)) {
        for (const to of byVpc(destinations)) {
          const found = worstOf(network, from, to);
          if (found === undefined || found.verdict === "two-way") continue;
          const { shown, verdict } = found;
          const message = `${from[0].vpc} and ${to[0].vpc} are ${verdict}`;
          keep(verdict === "unknown" ? undecided : violations, { flow: shown, route: undefined, message });
        }
      }
      break;
    }
    default:
      return policy satisfies never;
  }
  const result = violations.length > 0 ? "violated" : undecided.length > 0 ? "undetermined" : "holds";
  return { policy, result, violations, undecided };
}

const EVERYTHING: AddressSet = [{ text: "*", within: undefined, matches: () => true }];

/** Returns the worst answer; undefined when no packet can have an address of both. */
function worstOf(
  network: Network,
  from: readonly EndpointSpan[],
  to: readonly EndpointSpan[],
): ReturnType<typeof answer> | undefined {
  const families = new Set(from.map(({ first }) => familyOf(first)));
  if (!to.some(({ first }) => families.has(familyOf(first)))) return undefined;
  return answer(network, { text: "", spans: from }, { text: "", spans: to }, { protocol: "any" });
}

function byVpc(spans: readonly EndpointSpan[]): EndpointSpan[][] {
  const groups = new Map<string | undefined, EndpointSpan[]>();
  for (const span of spans) {
    const group = groups.get(span.vpc);
    if (group === undefined) groups.set(span.vpc, [span]);
    else group.push(span);
  }
  return [...groups.values()];
}

/** Returns the senders that are in none of the others; a sender whose subnet is allowed in part is cut. */
function without(spans: readonly EndpointSpan[], others: readonly EndpointSpan[]): EndpointSpan[] {
  const bySubnet = new Map<string, EndpointSpan[]>();
  for (const span of others) {
    const key = `${span.vpc} ${span.subnet}`;
    bySubnet.set(key, [...(bySubnet.get(key) ?? []), span]);
  }
  return spans.flatMap((span) => {
    let left = [span];
    for (const { first, last } of bySubnet.get(`${span.vpc} ${span.subnet}`) ?? []) {
      if (familyOf(first) !== familyOf(span.first)) continue;
      left = left.flatMap((part): EndpointSpan[] => {
        if (last < part.first || first > part.last) return [part];
        const before = first > part.first ? [{ ...part, last: neighbour(first, -1) }] : [];
        const behind = last < part.last ? [{ ...part, first: neighbour(last, 1) }] : [];
        return [...before, ...behind];
      });
    }
    return left;
  });
}

function neighbour(address: EndpointSpan["first"], by: 1 | -1): EndpointSpan["first"] {
  return (typeof address === "number" ? address + by : address + BigInt(by)) as EndpointSpan["first"];
}

/** The route that took the packet out of its subnet. */
function routeOf({ hops }: Trace): RouteName | undefined {
  return hops.find(({ route }) => route !== undefined && route !== null)?.route ?? undefined;
}
