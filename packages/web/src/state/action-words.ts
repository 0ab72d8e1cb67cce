import { ACTION_USAGE } from "@twoway/sim";
import type { NetworkView } from "../engine/network-view.ts";

/**
 * Completes a line of the action grammar word by word, from its usage line: `delete-peering ID` offers peerings,
 * `associate VPC/SUBNET TABLE` offers subnets and then tables. Returns whole lines; at most `LIMIT`.
 */
export function completeAction(view: NetworkView | undefined, typed: string): string[] {
  const words = typed.trimStart().split(/\s+/);
  const word = words.at(-1) ?? "";
  if (words.length === 1) return fitting(Object.keys(ACTION_USAGE), word);
  const usage = Object.entries(ACTION_USAGE).find(([kind]) => kind === words[0])?.[1];
  if (usage === undefined || view === undefined) return [];
  const place = usage.split(" ")[words.length - 1]?.replace(/[[\]]/g, "");
  const head = words.slice(0, -1).join(" ");
  return fitting(candidates(view, words[0], place), word).map((found) => `${head} ${found}`);
}

const LIMIT = 12;

function fitting(names: readonly string[], word: string): string[] {
  const begins = names.filter((name) => name.startsWith(word));
  const holds = names.filter((name) => !name.startsWith(word) && name.includes(word));
  // what stands there already needs no completion
  return [...begins, ...holds].filter((name) => name !== word).slice(0, LIMIT);
}

function candidates(view: NetworkView, verb: string, place: string | undefined): string[] {
  const { vpcs, peerings } = view;
  switch (place) {
    case "ID":
      if (verb.endsWith("-peering") && verb !== "create-peering") return peerings.map(({ id }) => id);
      return verb === "delete-vpc" ? vpcs.map(({ id }) => id) : [];
    case "VPC":
      return vpcs.map(({ id }) => id);
    case "VPC/SUBNET":
      return vpcs.flatMap(({ id, subnets }) => subnets.map((subnet) => `${id}/${subnet.id}`));
    case "TABLE":
      return vpcs.flatMap(({ tables }) => tables);
    case "TARGET":
      return [
        ...peerings.map(({ id }) => id),
        ...vpcs.flatMap(({ gateways }) => gateways.map(({ id }) => id)),
        ...view.hubs.map(({ id }) => id),
      ];
    case "DESTINATION":
      return vpcs.flatMap(({ cidrs }) => cidrs);
    case "DURATION":
      return ["8d", "1h", "7d"];
    case "->":
    case "-":
      return [place];
    default:
      return [];
  }
}
