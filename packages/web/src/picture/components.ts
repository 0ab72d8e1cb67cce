import type { NetworkView, VpcView } from "../engine/network-view.ts";

/** Returns the VPCs in parts that no peering and no hub joins, the largest first; the order of the network inside. */
export function componentsOf({ vpcs, peerings, hubs }: NetworkView): VpcView[][] {
  const parent = new Map<string, string>();
  const root = (id: string): string => {
    let at = id;
    for (let up = parent.get(at) ?? at; up !== at; up = parent.get(at) ?? at) {
      parent.set(at, parent.get(up) ?? up); // halves the way for the next one
      at = up;
    }
    return at;
  };
  const join = (a: string, b: string): void => {
    parent.set(root(a), root(b));
  };
  for (const { requester, accepter } of peerings) join(requester, accepter);
  for (const { id, attachments } of hubs)
    for (const { to } of attachments) if (to !== undefined) join(id, to);
  const parts = new Map<string, VpcView[]>();
  for (const vpc of vpcs) {
    const key = root(vpc.id);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [vpc]);
    else part.push(vpc);
  }
  return [...parts.values()].sort((a, b) => b.length - a.length);
}
