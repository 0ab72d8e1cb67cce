import { type Action, formatAction } from "../model/action.ts";
import { apply } from "../model/control.ts";
import type { Network, Vpc } from "../model/network.ts";
import { joins, type Peering } from "../model/peering.ts";
import type { Refusal } from "../model/refusal.ts";
import { newPeering } from "./preflight.ts";

/** The ways to have an ACTIVE peering between two VPCs, with the control plane's consent. */

export interface Joining {
  /** In order; empty where nothing has to be done. */
  readonly actions: readonly Action[];
  /** The network behind them. */
  readonly network: Network;
  /** The peerings that carry packets between the two then. */
  readonly via: readonly string[];
}

/** An action that the control plane refuses, and why. */
export interface RefusedAction {
  readonly action: string;
  readonly refusal: Refusal;
}

/** How many peerings of one pair are looked at; a cloud allows one that is live. */
const MAX_PEERINGS = 3;

/**
 * Returns every way worth trying: the peerings as they are, any of those that wait, expired or are suspended brought to
 * life, and a new one; and what was refused on the way. The first VPC's account asks for a new one.
 */
export function waysToJoin(
  network: Network,
  a: Vpc,
  b: Vpc,
): { readonly ways: readonly Joining[]; readonly refused: readonly RefusedAction[] } {
  const refused: RefusedAction[] = [];
  const between = [...network.peerings.values()].filter((peering) => joins(peering, a.id, b.id));
  const dormant = between.filter(({ state }) => REVIVAL[state] !== undefined).slice(0, MAX_PEERINGS);
  const plans: Action[][] = subsets(dormant).map((some) => some.flatMap(revive));
  const request = newPeering(network, a, b);
  const accept: Action = { kind: "accept-peering", peering: request.peering, as: undefined };
  plans.push([request, accept]);
  const ways = plans.flatMap((plan): Joining[] => {
    const actions: Action[] = [];
    let next = network;
    for (const action of plan) {
      // a peering inside one account may be active at once
      if (action.kind === "accept-peering" && next.peerings.get(action.peering)?.state === "ACTIVE") continue;
      const outcome = apply(next, action, "repair");
      if (outcome.kind === "refused") {
        refused.push({ action: formatAction(action), refusal: outcome.refusal });
        return [];
      }
      next = outcome.network;
      actions.push(action);
    }
    const via = [...next.peerings.values()].filter(
      (peering) => peering.state === "ACTIVE" && joins(peering, a.id, b.id),
    );
    return [{ actions, network: next, via: via.map(({ id }) => id) }];
  });
  return { ways, refused };
}

/** What brings a peering of this state to life. */
const REVIVAL: Readonly<
  Partial<Record<Peering["state"], readonly ("accept-peering" | "enable-peering" | "restore-peering")[]>>
> = {
  PENDING: ["accept-peering"],
  EXPIRED: ["enable-peering", "accept-peering"],
  ISOLATED: ["restore-peering"],
};

function revive({ id, state }: Peering): Action[] {
  return (REVIVAL[state] ?? []).map((kind) => ({ kind, peering: id, as: undefined }));
}

/** Returns all subsets, the empty one first. */
function subsets<T>(items: readonly T[]): T[][] {
  let all: T[][] = [[]];
  for (const item of items) all = all.concat(all.map((some) => [...some, item]));
  return all;
}
