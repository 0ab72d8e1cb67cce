import type { Hub } from "../model/hub.ts";
import type { Vpc } from "../model/network.ts";

/** What becomes of packets from an entry on. The same ones are one number. */
export interface Passage {
  readonly way: "delivered" | "unknown" | "lost" | "follow";
  /** The hubs on the way, in its order. */
  readonly hubs: readonly string[];
  /** ACLs of subnets in which the last hub stands, which look at what leaves them. */
  readonly doors: readonly Door[];
  /** The last hub stands in the subnet itself, whose ACL has no say in what comes out there. */
  readonly isInside: boolean;
  /** Filters behind the last hub see the groups of the sender. */
  readonly showsGroups: boolean;
}

/** The ACL of a subnet in which a hub stands. */
export interface Door {
  readonly vpc: Vpc;
  readonly acl: string;
}

/** Passages by number; those of what is delivered come behind. */
export const LOST = 0;
export const UNKNOWN_BEHIND = 1;
export const FOLLOW = 2;

/** The hubs that a packet has been in. */
export interface Trail {
  readonly hubs: readonly string[];
  readonly onward: Map<Hub, Trail>;
  /** The passages of what is delivered with no ACL in its way, groups hidden or shown; made when there is some. */
  readonly open: [hidden: number, shown: number];
}

/** All passages of a network by number. */
export class PassageNumbers {
  /** Where packets have been before they come to a hub. */
  readonly start: Trail = { hubs: [], onward: new Map(), open: [-1, -1] };
  readonly #passages: Passage[] = (["lost", "unknown", "follow"] as const).map((way) => ({
    way,
    hubs: [],
    doors: [],
    isInside: false,
    showsGroups: true,
  }));
  readonly #passageIndex = new Map<string, number>();

  at(n: number): Passage {
    return this.#passages[n];
  }

  /** Returns the trail of what comes to the hub next. */
  onward(trail: Trail, hub: Hub): Trail {
    let next = trail.onward.get(hub);
    if (next === undefined) {
      next = { hubs: [...trail.hubs, hub.id], onward: new Map(), open: [-1, -1] };
      trail.onward.set(hub, next);
    }
    return next;
  }

  /** Returns the passage of what is delivered from the end of the trail, with no ACL in its way. */
  open(trail: Trail, showsGroups: boolean): number {
    const { open } = trail;
    const at = showsGroups ? 1 : 0;
    if (open[at] < 0)
      open[at] = this.number({ way: "delivered", hubs: trail.hubs, doors: [], isInside: false, showsGroups });
    return open[at];
  }

  number(passage: Passage): number {
    const { way, hubs, doors, isInside, showsGroups } = passage;
    const acls = doors.map(({ vpc, acl }) => `${vpc.id} ${acl}`).join(" ");
    const key = `${way} ${isInside} ${showsGroups} ${hubs.join(" ")} / ${acls}`;
    let index = this.#passageIndex.get(key);
    if (index === undefined) {
      index = this.#passages.push(passage) - 1;
      this.#passageIndex.set(key, index);
    }
    return index;
  }
}
