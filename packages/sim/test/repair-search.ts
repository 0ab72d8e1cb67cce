import { type Address, Prefix } from "@twoway/core";
import {
  type Action,
  apply,
  type Endpoint,
  formatAction,
  type Network,
  parseAction,
  resolveEndpoint,
} from "@twoway/sim";
import { ask } from "./notation.ts";

/**
 * The slow twin of the repair: every set of actions that could matter, one after the other. It shares nothing with the
 * search it checks; whether a set helps is asked of the control plane and of `answer`.
 */

/** Returns the actions on the two VPCs that a set may consist of, in an order in which sets can be applied. */
export function universe(network: Network, from: string, to: string): Action[] {
  const [near, far] = [from, to].map((end) => vpcsOf(resolveEndpoint(network, end, "")));
  const lines: string[] = [];
  const between = [...network.peerings.values()].filter(({ requester, accepter }) => {
    const [a, b] = [requester.vpc, accepter.vpc];
    return (near.has(a) && far.has(b)) || (near.has(b) && far.has(a));
  });
  const [a] = near;
  const [b] = far;
  if (a !== b) {
    const cap = network.vpcs.get(a)!.region === network.vpcs.get(b)!.region ? "" : " bandwidth 100";
    lines.push(`create-peering fresh ${a} - ${b}${cap}`);
    for (const { id } of between) lines.push(`enable-peering ${id}`, `restore-peering ${id}`);
    for (const id of [...between.map(({ id }) => id), "fresh"]) lines.push(`accept-peering ${id}`);
  }
  const targets = a === b ? [] : [...between.map(({ id }) => id), "fresh"];
  const adds: string[] = [];
  const edits: Record<"delete" | "replace" | "enable", string[]> = { delete: [], replace: [], enable: [] };
  for (const id of new Set([a, b])) {
    const vpc = network.vpcs.get(id)!;
    const other = network.vpcs.get(id === a ? b : a)!;
    for (const [table, { routes }] of vpc.tables) {
      for (const subnet of vpc.subnets.keys()) lines.push(`associate ${id}/${subnet} ${table}`);
      const destinations = new Set<string>();
      const around = [
        ...other.cidrs,
        ...other.secondary,
        ...[...other.subnets.values()].flatMap(({ cidrs }) => cidrs),
      ];
      for (const prefix of [...around, ...[...(routes ?? [])].map(({ destination }) => destination)]) {
        const width = prefix.family === 4 ? 32 : 128;
        for (const bits of [prefix.bits - 1, prefix.bits, prefix.bits + 1]) {
          if (bits < 0 || bits > width) continue;
          for (const address of [prefix.address, prefix.last])
            destinations.add(`${Prefix.from(address as Address, bits)}`);
        }
      }
      for (const target of targets)
        for (const destination of destinations) adds.push(`add-route ${table} ${destination} -> ${target}`);
      const seen = new Set<string>();
      for (const { destination, target, enabled } of routes ?? []) {
        edits.delete.push(`delete-route ${table} ${destination} -> ${target}`);
        if (!enabled) edits.enable.push(`enable-route ${table} ${destination} -> ${target}`);
        if (seen.has(`${destination}`)) continue;
        seen.add(`${destination}`);
        for (const next of targets) edits.replace.push(`replace-route ${table} ${destination} -> ${next}`);
        if (!enabled)
          for (const next of targets) edits.enable.push(`enable-route ${table} ${destination} -> ${next}`);
      }
    }
  }
  return [...new Set([...lines, ...edits.delete, ...edits.replace, ...edits.enable, ...adds])].map(
    parseAction,
  );
}

/**
 * Returns the first set of exactly `size` actions that makes the pair two-way, as lines; undefined when none does, and
 * "gave up" when there are more than `budget` sets to ask about.
 */
export function findSet(
  network: Network,
  actions: readonly Action[],
  from: string,
  to: string,
  size: number,
  budget: { left: number },
): readonly string[] | undefined | "gave up" {
  const extend = (
    at: number,
    before: Network,
    done: readonly Action[],
  ): readonly string[] | undefined | "gave up" => {
    if (done.length === size) {
      if (budget.left-- <= 0) return "gave up";
      return ask(before, from, to).verdict === "two-way" ? done.map(formatAction) : undefined;
    }
    for (let i = at; i < actions.length; i++) {
      const outcome = apply(before, actions[i], "twin");
      if (outcome.kind === "refused") continue;
      const found = extend(i + 1, outcome.network, [...done, actions[i]]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return extend(0, network, []);
}

function vpcsOf({ spans }: Endpoint): Set<string> {
  return new Set(spans.map(({ vpc }) => vpc ?? ""));
}
