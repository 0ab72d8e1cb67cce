import type { Hub } from "../model/hub.ts";
import type { Network, Vpc } from "../model/network.ts";

/** What becomes of packets from an entry on. The same ones are one number. */
export interface Passage {
  readonly way: "delivered" | "unknown" | "lost" | "follow";
  /** The hubs on the way, in its order. */
  readonly hubs: readonly string[];
  /** ACLs of subnets in which the last hub stands, which look at what leaves them. */
  readonly doors: readonly Door[];
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
  /** The passage of what is delivered with no ACL in its way; made when there is some. */
  open: number;
}

/** All passages of a network by number. */
export class PassageNumbers {
  /** Where packets have been before they come to a hub. */
  readonly start: Trail = { hubs: [], onward: new Map(), open: -1 };
  readonly #network: Network;
  readonly #passages: Passage[] = (["lost", "unknown", "follow"] as const).map((way) => ({
    way,
    hubs: [],
    doors: [],
    showsGroups: true,
  }));
  readonly #passageIndex = new Map<string, number>();

  constructor(network: Network) {
    this.#network = network;
  }

  at(n: number): Passage {
    return this.#passages[n];
  }

  /** Returns the trail of what comes to the hub next. */
  onward(trail: Trail, hub: Hub): Trail {
    let next = trail.onward.get(hub);
    if (next === undefined) {
      next = { hubs: [...trail.hubs, hub.id], onward: new Map(), open: -1 };
      trail.onward.set(hub, next);
    }
    return next;
  }

  /** Returns the passage of what is delivered from the end of the trail, with no ACL in its way. */
  open(trail: Trail): number {
    if (trail.open < 0) trail.open = this.number("delivered", trail, []);
    return trail.open;
  }

  /** Returns the number of a passage that ends where the trail does. */
  number(way: Passage["way"], { hubs }: Trail, doors: readonly Door[]): number {
    const key = `${way} ${hubs.join(" ")} / ${doors.map(({ vpc, acl }) => `${vpc.id} ${acl}`).join(" ")}`;
    let index = this.#passageIndex.get(key);
    if (index === undefined) {
      const last = this.#network.hubs!.get(hubs[hubs.length - 1])!;
      index = this.#passages.push({ way, hubs, doors, showsGroups: last.groupReferences === true }) - 1;
      this.#passageIndex.set(key, index);
    }
    return index;
  }
}
