import type { Network } from "../model/network.ts";
import type { Routes } from "../model/routes.ts";
import { isDirect, isPlain } from "../plane/detour.ts";

/**
 * Some of the losses of a network, by number: `from` is in, `to` is not. Peerings that are not deleted come first, in the
 * order of the network, then enabled routes by VPC, table and row.
 */
export interface LossRange {
  readonly from: number;
  readonly to: number;
}

/** Returns how many losses there are to try. O(routes). */
export function countLosses(network: Network): { readonly peerings: number; readonly routes: number } {
  let peerings = 0;
  for (const { state } of network.peerings.values()) if (state !== "DELETED") peerings++;
  let routes = 0;
  for (const { tables } of network.vpcs.values())
    for (const table of tables.values()) routes += countEnabled(table.routes);
  return { peerings, routes };
}

/**
 * Cuts the losses into ranges that are worth a worker's while, by the network alone, so that the cuts are the same however
 * many there are. At least one range.
 */
export function lossRanges(network: Network): readonly LossRange[] {
  const { peerings, routes } = countLosses(network);
  const step = isPlain(network)
    ? LOSSES_AT_ONCE
    : isDirect(network)
      ? network.hubs === undefined
        ? FILTERED_AT_ONCE
        : atOnce(TOUCHED_AT_ONCE, subnetsOf(network))
      : atOnce(PAIRS_AT_ONCE, subnetsOf(network) ** 2);
  const ranges: LossRange[] = [{ from: 0, to: Math.min(step, peerings + routes) }];
  for (let from = step; from < peerings + routes; from += step)
    ranges.push({ from, to: Math.min(from + step, peerings + routes) });
  return ranges;
}

/** On compiled arrays, a few microseconds each. */
const LOSSES_AT_ONCE = 1 << 16;
/** Beside filters each judges the pairs that it touches. */
const FILTERED_AT_ONCE = 1 << 12;

/** On hubs each judges pairs of some subnets with all others. */
const TOUCHED_AT_ONCE = 20_000;
/** Beside other detours each judges every pair of subnets anew. */
const PAIRS_AT_ONCE = 5_000;

function atOnce(pairs: number, each: number): number {
  return Math.max(1, Math.min(FILTERED_AT_ONCE, Math.floor(pairs / Math.max(1, each))));
}

function subnetsOf({ vpcs }: Network): number {
  let subnets = 0;
  for (const vpc of vpcs.values()) subnets += vpc.subnets.size;
  return subnets;
}

export function countEnabled(routes: Routes | undefined): number {
  let count = 0;
  for (let row = 0; row < (routes?.size ?? 0); row++) count += routes!.enabled[row];
  return count;
}

/** Returns the row of the enabled route of that number; the first of all below zero, `size` for a number above all. */
export function rowOf({ enabled, size }: Routes, number: number): number {
  let row = 0;
  for (let left = number; row < size; row++) if (enabled[row] === 1 && left-- <= 0) break;
  return row;
}
