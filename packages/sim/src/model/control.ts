import type { Action } from "./action.ts";
import { formatDuration, formatTime, parseTime } from "./clock.ts";
import { createPeering, deadline, dismissPeering, modifyPeering, movePeering } from "./control-peering.ts";
import { editRoute } from "./control-route.ts";
import { editInside, editVpc } from "./control-vpc.ts";
import { type Network, withPeering } from "./network.ts";
import { type Applied, applied, type Event, type Outcome } from "./outcome.ts";
import { TRANSITIONS } from "./peering.ts";

/**
 * The control plane: an action on a network gives a new network and what happened, or a coded refusal. The old network
 * is untouched either way. Always strict: what the profile refuses is refused (S4).
 */

/**
 * Applies one action. `source` is where the action was written; what it creates remembers that place.
 * Cost: O(VPCs + peerings) for the copied index, O(routes of the table) for a route.
 */
export function apply(network: Network, action: Action, source: string): Outcome {
  // a request that is out of time has expired, whether or not anybody moved the clock to see it
  const due = expire(network);
  const outcome = act(due.network, action, source);
  return outcome.kind === "refused" ? outcome : applied(outcome.network, [...due.events, ...outcome.events]);
}

function act(network: Network, action: Action, source: string): Outcome {
  switch (action.kind) {
    case "create-peering":
      return createPeering(network, action, source);
    case "modify-peering":
      return modifyPeering(network, action);
    case "dismiss-peering":
      return dismissPeering(network, action);
    case "accept-peering":
    case "reject-peering":
    case "enable-peering":
    case "delete-peering":
    case "isolate-peering":
    case "restore-peering":
      return movePeering(network, action);
    case "create-vpc":
    case "delete-vpc":
    case "add-cidr":
    case "remove-cidr":
      return editVpc(network, action, source);
    case "create-subnet":
    case "delete-subnet":
    case "create-table":
    case "delete-table":
    case "associate":
      return editInside(network, action, source);
    case "add-route":
    case "replace-route":
    case "delete-route":
    case "enable-route":
    case "disable-route":
    case "reset-routes":
      return editRoute(network, action, source);
    case "advance-clock":
      return advance(network, network.now + action.ms);
    default:
      return action satisfies never;
  }
}

/**
 * Moves the clock to `time` and lets every request expire that nobody answered by then (A8). The clock never goes
 * backwards: states cannot be computed that way (S6). It ends with the year 9999, behind which a time has no spelling.
 */
export function advance(network: Network, time: number): Applied {
  const now = Math.min(Math.max(time, network.now), LAST);
  const message = `it is ${formatTime(now)} (${formatDuration(now - network.now)} later)`;
  const due = expire({ ...network, now });
  return applied(due.network, [{ kind: "clock-advanced", subject: "", message }, ...due.events]);
}

/** Lets requests expire whose time is up, in the order of their deadlines; the same network when there are none. */
function expire(network: Network): Applied {
  const due = [...network.peerings.values()]
    .filter((peering) => peering.state === "PENDING" && deadline(network, peering) <= network.now)
    .sort((a, b) => deadline(network, a) - deadline(network, b));
  let next = network;
  const events = due.map((peering): Event => {
    next = withPeering(next, { ...peering, state: TRANSITIONS.expire.to });
    const message = `${peering.id} expired at ${formatTime(deadline(network, peering))}: nobody accepted it`;
    return { kind: "peering-expired", subject: peering.id, message };
  });
  return applied(next, events);
}

const LAST = parseTime("9999-12-31T23:59:59Z");
