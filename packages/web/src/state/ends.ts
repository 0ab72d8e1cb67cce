import type { NetworkView } from "../engine/network-view.ts";

/** Names of ends that can be typed as they are: VPCs and subnets, these behind their VPC where the id is not unique. */
export function endNames({ vpcs }: NetworkView): string[] {
  const users = new Map<string, number>();
  for (const { id, subnets } of vpcs) {
    users.set(id, (users.get(id) ?? 0) + 1);
    for (const subnet of subnets) users.set(subnet.id, (users.get(subnet.id) ?? 0) + 1);
  }
  const names = vpcs.flatMap(({ id, subnets }) => [
    ...subnets.map((subnet) => (users.get(subnet.id) === 1 ? subnet.id : `${id}/${subnet.id}`)),
    ...(users.get(id) === 1 ? [id] : []),
  ]);
  return [...names, "internet"];
}

/** Returns how to type a subnet so that nothing else is meant. */
export function subnetName(vpc: string, subnet: string): string {
  return `${vpc}/${subnet}`;
}

/** Returns the names that hold what was typed, those that begin with it first; at most `limit`. */
export function completions(names: readonly string[], typed: string, limit: number): string[] {
  const word = typed.trim().toLowerCase();
  const begins: string[] = [];
  const holds: string[] = [];
  for (const name of names) {
    const at = name.toLowerCase().indexOf(word);
    if (at < 0) continue;
    if (at === 0 || name[at - 1] === "/") begins.push(name);
    else holds.push(name);
    if (begins.length === limit) break;
  }
  return [...begins, ...holds].slice(0, limit);
}
