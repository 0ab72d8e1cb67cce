import { familyOf } from "@twoway/core";
import type { RouteName } from "../model/cause.ts";
import type { Network } from "../model/network.ts";
import { Services } from "../model/services.ts";
import { isFiltered } from "../plane/detour.ts";
import { type RoundTrip, roundTrip } from "../plane/round-trip.ts";
import { after, before } from "../plane/spans.ts";
import type { Spot, Trace } from "../plane/trace.ts";
import { answer } from "./answer.ts";
import { cut, type EndpointSpan, spotAt } from "./endpoint.ts";
import { passages } from "./pair-sets.ts";
import { paths } from "./paths.ts";
import { type Pair, type Reach, reach } from "./reach.ts";
import { type Selector, select } from "./selection.ts";
import { askedAbout } from "./service.ts";

/** Statements over sets of addresses that must hold, whatever routes and peerings there are. */

/** Selectors whose addresses together are one set. */
type AddressSet = readonly Selector[];

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
  /** One for each two VPCs at most. */
  readonly violations: readonly Violation[];
  readonly undecided: readonly Violation[];
}

/** How many violations are kept; one is enough for the verdict. */
const MAX_VIOLATIONS = 20;

/**
 * Looks at every address of the sets: which subnets hear each other is read from the compiled network, and only where
 * they do is a packet followed. O(network + pairs of subnets in question).
 */
export function evaluatePolicies(network: Network, policies: readonly Policy[]): PolicyFinding[] {
  if (policies.length === 0) return [];
  const all = reach(network);
  return policies.map((policy) => {
    const evaluation = new Evaluation(all);
    evaluation.look(policy);
    const { violations, undecided } = evaluation;
    const result = violations.length > 0 ? "violated" : undecided.length > 0 ? "undetermined" : "holds";
    return { policy, result, violations, undecided };
  });
}

class Evaluation {
  readonly violations: Violation[] = [];
  readonly undecided: Violation[] = [];
  readonly #reach: Reach;
  readonly #network: Network;
  readonly #places: ReadonlyMap<string, number>;
  /** VPCs of which a violation, or a doubt, is known already; one is enough. */
  readonly #told = new Set<string>();

  constructor(reach: Reach) {
    this.#reach = reach;
    this.#network = reach.network;
    this.#places = new Map(reach.subnets.map(({ vpc, subnet }, i) => [`${vpc} ${subnet}`, i]));
  }

  look(policy: Policy): void {
    const network = this.#network;
    switch (policy.kind) {
      case "isolated": {
        const sets = policy.sets.map((set) => select(network, set));
        sets.forEach((a, i) => {
          sets.forEach((b, j) => {
            if (i !== j) this.#forbid(a, b);
          });
        });
        return;
      }
      case "only": {
        const targets = select(network, policy.to);
        const allowed = [...select(network, policy.from), ...targets];
        this.#forbid(without(select(network, EVERYTHING), allowed), targets);
        return;
      }
      case "reachable":
        this.#demand(select(network, policy.from), select(network, policy.to));
        return;
      default:
        policy satisfies never;
    }
  }

  #forbid(senders: readonly EndpointSpan[], targets: readonly EndpointSpan[]): void {
    const [from, to] = [this.#bySubnet(senders), this.#bySubnet(targets)];
    if (!this.#reach.plain) {
      this.#forbidServices(from, to);
      return;
    }
    for (const pair of this.#reach.pairs({ from: from.keys(), to: to.keys() })) {
      if (this.#isTold("delivered", pair.from, pair.to)) continue;
      const found = this.#delivered(pair, from.get(pair.from)!, to.get(pair.to)!);
      if (found !== undefined) this.#tell(found.from, found.to);
    }
    // hosts of one subnet hear each other, and a table with a doubt may lead anywhere
    for (const [s, mine] of from) {
      const table = this.#reach.compiled.layout.subnetTable[s];
      const doubtful = this.#reach.compiled.doubts[table] === 1;
      const others = doubtful ? targets : (to.get(s) ?? []);
      for (const { from, to, trace } of paths(this.#network, mine, others))
        if (trace.outcome !== "dropped") this.#tell(from, to);
    }
  }

  /** The same where filters, hubs or other detours have a say: one service that arrives is enough. */
  #forbidServices(from: Map<number, EndpointSpan[]>, to: Map<number, EndpointSpan[]>): void {
    for (const [s, mine] of from) {
      for (const [d, theirs] of to) {
        if (s !== d && (this.#isTold("delivered", s, d) || !this.#reach.mayPass(s, d))) continue;
        for (const { from, to, services } of passages(this.#network, mine, theirs))
          this.#tell(from, to, services);
      }
    }
  }

  /** Returns two addresses of the pair between which a packet arrives. */
  #delivered(
    { from, to, verdict, partial }: Pair,
    senders: readonly EndpointSpan[],
    targets: readonly EndpointSpan[],
  ): { readonly from: Spot; readonly to: Spot } | undefined {
    if (!partial && (verdict === "unreachable" || verdict === "return-only")) return undefined;
    for (const { dst } of this.#reach.pair(from, to).forward) {
      for (const { family, address, last } of dst) {
        const sender = senders.find(({ first }) => familyOf(first) === family);
        const target = targets
          .filter(({ first }) => familyOf(first) === family)
          .flatMap((span) => cut(span, { first: address, last }))[0];
        if (sender !== undefined && target !== undefined)
          return { from: spotAt(sender, sender.first), to: spotAt(target, target.first) };
      }
    }
    return undefined;
  }

  #tell(from: Spot, to: Spot, services: Services = Services.all): void {
    const { sourcePorts } = askedAbout(this.#network, ANY);
    const flow = roundTrip(this.#network, from, to, { services, sourcePorts });
    const { outcome } = flow.forward;
    const key = `${outcome} ${from.vpc} ${to.vpc}`;
    if (outcome === "dropped" || this.#told.has(key)) return;
    this.#told.add(key);
    const [list, verb] = outcome === "delivered" ? [this.violations, "gets"] : [this.undecided, "may get"];
    const message = `a packet ${verb} from ${from.vpc}/${from.subnet} to ${to.vpc}/${to.subnet}`;
    if (list.length < MAX_VIOLATIONS) list.push({ flow, route: routeOf(flow.forward), message });
  }

  #demand(sources: readonly EndpointSpan[], destinations: readonly EndpointSpan[]): void {
    const [from, to] = [this.#bySubnet(sources), this.#bySubnet(destinations)];
    for (const [s, mine] of from) {
      for (const [d, theirs] of to) {
        if (this.#isTold("failing", s, d) || this.#isTwoWay(s, d) || !shareFamily(mine, theirs)) continue;
        if (s === d && isOneAddress([...mine, ...theirs])) continue;
        const found = answer(this.#network, { text: "", spans: mine }, { text: "", spans: theirs }, ANY);
        if (found.verdict === "two-way") continue;
        const [a, b] = [this.#reach.subnets[s], this.#reach.subnets[d]];
        // a doubt between two VPCs does not hide a failure between them
        const [what, list] =
          found.verdict === "unknown"
            ? (["doubt", this.undecided] as const)
            : (["failing", this.violations] as const);
        if (this.#isTold(what, s, d)) continue;
        this.#told.add(`${what} ${a.vpc} ${b.vpc}`);
        const message = `${a.vpc}/${a.subnet} and ${b.vpc}/${b.subnet} are ${found.verdict}`;
        if (list.length < MAX_VIOLATIONS) list.push({ flow: found.shown, route: undefined, message });
      }
    }
  }

  /** Reports whether every address of the one subnet and of the other is two-way; so is any part of them then. */
  #isTwoWay(s: number, d: number): boolean {
    if (s === d) return !isFiltered(this.#reach.compiled.layout.subnets[s]);
    const { verdict, partial } = this.#reach.verdict(s, d);
    return verdict === "two-way" && !partial;
  }

  #isTold(what: string, from: number, to: number): boolean {
    const [a, b] = [this.#reach.subnets[from], this.#reach.subnets[to]];
    return this.#told.has(`${what} ${a.vpc} ${b.vpc}`);
  }

  /** Returns the spans of each subnet, by its place among the subnets of the network. */
  #bySubnet(spans: readonly EndpointSpan[]): Map<number, EndpointSpan[]> {
    const groups = new Map<number, EndpointSpan[]>();
    for (const span of spans) {
      const place = this.#places.get(`${span.vpc} ${span.subnet}`)!;
      const group = groups.get(place);
      if (group === undefined) groups.set(place, [span]);
      else group.push(span);
    }
    return groups;
  }
}

const ANY = { protocol: "any" };

const EVERYTHING: AddressSet = [{ text: "*", within: undefined, matches: () => true }];

function isOneAddress(spans: readonly EndpointSpan[]): boolean {
  return spans.every(({ first, last }) => first === last && first === spans[0].first);
}

function shareFamily(some: readonly EndpointSpan[], others: readonly EndpointSpan[]): boolean {
  return some.some(({ first }) => others.some((other) => familyOf(other.first) === familyOf(first)));
}

/** Returns the senders that are in none of the others; a sender whose subnet is allowed in part is cut. */
function without(spans: readonly EndpointSpan[], others: readonly EndpointSpan[]): EndpointSpan[] {
  const bySubnet = new Map<string, EndpointSpan[]>();
  for (const span of others) {
    const key = `${span.vpc} ${span.subnet}`;
    const known = bySubnet.get(key);
    if (known === undefined) bySubnet.set(key, [span]);
    else known.push(span);
  }
  return spans.flatMap((span) => {
    let left = [span];
    for (const { first, last } of bySubnet.get(`${span.vpc} ${span.subnet}`) ?? []) {
      if (familyOf(first) !== familyOf(span.first)) continue;
      left = left.flatMap((part): EndpointSpan[] => {
        if (last < part.first || first > part.last) return [part];
        const ahead = first > part.first ? [{ ...part, last: before(first) }] : [];
        const behind = last < part.last ? [{ ...part, first: after(last)! }] : [];
        return [...ahead, ...behind];
      });
    }
    return left;
  });
}

/** The route that took the packet out of its subnet. */
function routeOf({ hops }: Trace): RouteName | undefined {
  return hops.find(({ route }) => route !== undefined && route !== null)?.route ?? undefined;
}
