import type { Network } from "../model/network.ts";
import { admit, type Check, type Fates } from "../plane/filter.ts";
import type { Spot } from "../plane/packet.ts";
import { type Path, pathsTo, replyPath } from "../plane/path.ts";
import { type Ways, waysBetween } from "../plane/round-trip.ts";
import type { Kind } from "./kinds.ts";

/**
 * Every stretch of addresses of one kind meets every stretch of another: one crossing stands for all packets between the
 * two, whatever their service.
 */
export interface Crossing {
  readonly from: Spot;
  readonly to: Spot;
  /** Indices of the two spots in their kinds. */
  readonly i: number;
  readonly j: number;
  readonly ways: Ways;
  readonly admit: Admit;
  /** What becomes of any service: how each path ends, and what each of its filters lets pass. */
  readonly key: string;
}

export type Admit = typeof admit;

/** Iterates the crossings of two kinds, receivers first. A trace for each spot, and O(checks) for each crossing. */
export function* crossings(
  network: Network,
  sender: Kind,
  receiver: Kind,
  admitted: Admit,
): Generator<Crossing, void, undefined> {
  const [anyFrom] = sender.spots;
  const [anyTo] = receiver.spots;
  const forwards = receiver.spots.map((to) => pathsTo(network, anyFrom, to));
  const isChanged = ({ packet }: Path): boolean => packet.translations.length > 0;
  const hasOutside = anyFrom.vpc === undefined || anyTo.vpc === undefined;
  if (hasOutside || forwards.some((paths) => paths.some(isChanged))) {
    // what comes back depends on how the packet left, and on who stands behind a public address that sent it
    for (const [j, to] of receiver.spots.entries()) {
      for (const [i, from] of sender.spots.entries()) {
        const ways = waysBetween(network, from, to);
        const key = [ways.forward, ways.backs(true), ways.backs(false)]
          .map((paths) => keyOf(network, paths, admitted))
          .join(" / ");
        yield { from, to, i, j, ways, admit: admitted, key };
      }
    }
    return;
  }
  const backs = sender.spots.map((from) => replyPath(network, from, anyTo));
  for (const [j, to] of receiver.spots.entries()) {
    for (const [i, from] of sender.spots.entries()) {
      // the paths were found with other addresses of the same kinds; the filters look at these
      const meant = (spot: Spot): Spot => (spot === anyFrom ? from : spot === anyTo ? to : spot);
      const fates: Admit = (_, check, remote) => admitted(network, check, meant(remote));
      const key = [forwards[j], backs[i]].map((paths) => keyOf(network, paths, fates)).join(" / ");
      yield { from, to, i, j, ways: { forward: forwards[j], backs: () => backs[i] }, admit: fates, key };
    }
  }
}

function keyOf(network: Network, paths: readonly Path[], fates: Admit): string {
  return paths
    .map(({ ending, checks }) =>
      [ending.outcome, ...checks.map(({ check }) => nameOf(fates(network, check, check.remote)))].join(" "),
    )
    .join("; ");
}

/** Returns `admit` with a memory, for each filter and each address that it has looked at. */
export function keptAdmit(network: Network): Admit {
  const known = new Map<string, Map<Spot, Fates>>();
  const places = new WeakMap<Check, Map<Spot, Fates>>();
  return (_, check, remote) => {
    let fates = places.get(check);
    if (fates === undefined) {
      const { kind, direction, filters, vpc, knowsGroups } = check;
      const name = `${kind} ${direction} ${vpc.id} ${knowsGroups} ${filters.join(" ")}`;
      fates = known.get(name) ?? new Map<Spot, Fates>();
      known.set(name, fates);
      places.set(check, fates);
    }
    let fate = fates.get(remote);
    if (fate === undefined) {
      fate = admit(network, check, remote);
      fates.set(remote, fate);
    }
    return fate;
  };
}

const names = new WeakMap<Fates, string>();

/** Returns the sets as text: the same for the same sets. */
function nameOf(fates: Fates): string {
  let name = names.get(fates);
  if (name === undefined) {
    name = `${fates.delivered.ranges.join()}|${fates.unknown.ranges.join()}`;
    names.set(fates, name);
  }
  return name;
}
