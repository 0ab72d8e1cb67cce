import { formatAddress } from "@twoway/core";
import type { Cause, Hint } from "../model/cause.ts";
import { peeringChain } from "../model/graph.ts";
import { type Network, overlapOf, type RouteTable, tableOf, type Vpc } from "../model/network.ts";
import { isLive, joins } from "../model/peering.ts";
import { covering, nextHop } from "./forwarding.ts";
import { nameOf, type Spot, type Trace } from "./trace.ts";

/** Where to look next when a packet stops. Hints explain; none of them decides. */

/** Returns the hints for a trace that stopped, the most useful first. O(routes of the VPC + VPCs + peerings). */
export function hintsFor(network: Network, from: Spot, to: Spot, trace: Trace): Hint[] {
  const vpc = network.vpcs.get(from.vpc ?? "");
  const meant = network.vpcs.get(to.vpc ?? "");
  if (vpc === undefined || trace.cause === null) return [];
  const subnet = from.subnet === undefined ? undefined : vpc.subnets.get(from.subnet);
  const table = subnet && tableOf(vpc, subnet);
  const shadowed = table && meant && routeShadowed(network, vpc, table, meant, to);
  switch (trace.cause) {
    case "no-route":
    case "left-network":
      return some(
        trace.cause === "left-network" ? shadowed : undefined,
        (meant && peeringState(network, vpc, meant)) ??
          (table && otherTable(network, vpc, table, to)) ??
          (meant && chain(network, vpc, meant, to, trace.cause)),
        meant && overlap(network, vpc, meant),
      );
    case "non-transitive":
      return some(
        shadowed,
        meant && chain(network, vpc, meant, to, trace.cause),
        meant && overlap(network, vpc, meant),
      );
    case "local-wins":
      return some(meant && overlap(network, vpc, meant));
    case "wrong-vpc":
      return some(
        shadowed ?? (meant && (peeringState(network, vpc, meant) ?? directPeering(network, vpc, meant, to))),
      );
    case "peering-not-active": // the state of this very peering is the cause
      return some(shadowed);
    case "edge-to-edge":
    case "route-blackhole":
    case "peering-wrong-vpc":
      return some(shadowed, meant && peeringState(network, vpc, meant));
    default:
      return [];
  }
}

function some(...hints: readonly (Hint | undefined)[]): Hint[] {
  return hints.filter((hint) => hint !== undefined);
}

/** A direct peering that is not ACTIVE, unless an ACTIVE one stands beside it. */
function peeringState(network: Network, vpc: Vpc, meant: Vpc): Hint | undefined {
  const direct = [...network.peerings.values()].filter((peering) => joins(peering, vpc.id, meant.id));
  if (direct.some(({ state }) => state === "ACTIVE")) return undefined;
  const peering = direct.find(isLive) ?? direct.find(({ state }) => state !== "DELETED");
  if (peering === undefined) return undefined;
  const { id, state, accepter } = peering;
  const wait = state === "PENDING" ? `; account ${accepter.account} has to accept it` : "";
  const message = `${id} joins ${vpc.id} and ${meant.id}, but it is ${state}${wait}`;
  return { kind: "peering-state", peering: id, state, message };
}

/** A table of the same VPC, not this subnet's, whose own route would take the packet to where it was meant. */
function otherTable(network: Network, vpc: Vpc, table: RouteTable, to: Spot): Hint | undefined {
  for (const other of vpc.tables.values()) {
    if (other.id === table.id || other.routes === undefined) continue;
    const route = covering(other.routes, to.address).find(
      ({ enabled, target }) => enabled && leadsTo(network, vpc, target, to),
    );
    if (route === undefined) continue;
    const name = nameOf(route);
    const message = `${other.id} has ${name.destination} -> ${name.target}, but this subnet uses ${table.id}`;
    return { kind: "other-table", table: other.id, route: name, message };
  }
  return undefined;
}

/** The shortest chain of ACTIVE peerings, which is no path unless it is a single one. */
function chain(network: Network, vpc: Vpc, meant: Vpc, to: Spot, cause: Cause): Hint | undefined {
  if (vpc.id === meant.id) return undefined;
  const text = formatAddress(to.address);
  const path = peeringChain(network, vpc.id, meant.id);
  if (path === undefined) return undefined;
  const ends = `${vpc.id} and ${meant.id}`;
  if (path.length > 3) {
    const message = `${path.join(" - ")} is a chain of peerings, and peering is not transitive: ${ends} need a peering of their own`;
    return { kind: "peering-chain", path, message };
  }
  const carried = meant.profile.carriesSecondary || meant.cidrs.some((cidr) => cidr.contains(to.address));
  const todo =
    cause === "no-route" ? `only the route to ${text} is missing` : `the route to ${text} should lead there`;
  const rest = carried ? todo : `it does not carry the secondary CIDR that ${text} lies in`;
  return { kind: "peering-chain", path, message: `${path[1]} joins ${ends}; ${rest}` };
}

/** A chain of one: the peering that joins the two VPCs, which the route should lead to. */
function directPeering(network: Network, vpc: Vpc, meant: Vpc, to: Spot): Hint | undefined {
  const hint = chain(network, vpc, meant, to, "wrong-vpc");
  return hint?.kind === "peering-chain" && hint.path.length === 3 ? hint : undefined;
}

/** A shorter prefix of the same table that leads to the VPC that was meant, and lost. */
function routeShadowed(
  network: Network,
  vpc: Vpc,
  table: RouteTable,
  meant: Vpc,
  to: Spot,
): Hint | undefined {
  if (table.routes === undefined) return undefined;
  const [winner, ...losers] = covering(table.routes, to.address).filter(({ enabled }) => enabled);
  const loser = losers.find(
    ({ target, destination }) =>
      destination.bits < winner.destination.bits && leadsTo(network, vpc, target, { ...to, vpc: meant.id }),
  );
  if (loser === undefined) return undefined;
  const [won, lost] = [nameOf(winner), nameOf(loser)];
  const message = `${won.destination} -> ${won.target} is longer and wins over ${lost.destination} -> ${lost.target}`;
  return { kind: "route-shadowed", winner: won, loser: lost, message };
}

function overlap(network: Network, vpc: Vpc, meant: Vpc): Hint | undefined {
  if (vpc.id === meant.id) return undefined;
  if ([...network.peerings.values()].some((peering) => isLive(peering) && joins(peering, vpc.id, meant.id)))
    return undefined;
  const ranges = overlapOf(vpc, meant);
  if (ranges === undefined) return undefined;
  const message = `${vpc.id} (${ranges[0]}) and ${meant.id} (${ranges[1]}) overlap, so they can never be peered`;
  return { kind: "overlap", ranges: [`${ranges[0]}`, `${ranges[1]}`], message };
}

/** Reports whether the target takes a packet of this VPC to the one that was meant, or out of the network if that was meant. */
function leadsTo(network: Network, vpc: Vpc, target: string, to: Spot): boolean {
  const hop = nextHop(network, vpc, target);
  if (hop.kind === "gateway") return to.vpc === undefined && hop.gateway.vpc === vpc.id;
  return hop.kind === "peering" && hop.far.vpc === to.vpc && hop.peering.state === "ACTIVE";
}
