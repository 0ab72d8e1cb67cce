import type { Address } from "@twoway/core";
import type { Span, Subnet, Vpc } from "../model/network.ts";
import type { Spot } from "../plane/packet.ts";
import type { Part } from "../plane/part.ts";
import { type Reachability, slotFor } from "../plane/reachability.ts";
import { verdictOf } from "../plane/round-trip.ts";
import { firstOf, firstOutside, outcomesIn, spanOf, stretchesOf } from "../plane/stretches.ts";
import type { Trace } from "../plane/trace.ts";
import { TWO_WAY, VERDICTS } from "../plane/verdict-table.ts";
import { arrivable, type Box, blockSpans, blocksOf, intersect } from "./boxes.ts";
import type { PairBoxes } from "./pair-sets.ts";

/**
 * Returns the sets of a pair that the arrays decide alone, and the first two addresses with the worst verdict, unless that is
 * two-way or no packet can have both addresses. O(routes of both tables + subnets of both VPCs).
 */
export function setsByArrays(
  compiled: Reachability,
  from: number,
  to: number,
): PairBoxes & { readonly counterexample?: { readonly from: Spot; readonly to: Spot } } {
  const forward: Box[] = [];
  const back: Box[] = [];
  const twoWay: Box[] = [];
  let worst: { rank: number; from: Spot; to: Spot } | undefined;
  for (const part of compiled.parts) {
    const [src, dst] = [from, to].map((s) => blocksOf(blocks(compiled, part, s)));
    if (src.length === 0 || dst.length === 0) continue;
    const there = blocksOf(delivered(compiled, part, from, to));
    const home = blocksOf(delivered(compiled, part, to, from));
    if (there.length > 0) forward.push({ src, dst: there, services: "all" });
    if (home.length > 0) back.push({ src: home, dst, services: "all" });
    if (there.length > 0 && home.length > 0) twoWay.push({ src: home, dst: there, services: "all" });
    for (const [out, destination] of firsts(compiled, part, from, to)) {
      for (const [reply, source] of firsts(compiled, part, to, from)) {
        const rank = VERDICTS.indexOf(verdictOf(out, reply));
        if (worst !== undefined && worst.rank <= rank) continue;
        worst = { rank, from: spot(compiled, from, source), to: spot(compiled, to, destination) };
      }
    }
  }
  return {
    forward,
    return: back,
    twoWay,
    ...(worst === undefined || worst.rank === TWO_WAY
      ? {}
      : { counterexample: { from: worst.from, to: worst.to } }),
  };
}

function spot(compiled: Reachability, s: number, address: Address): Spot {
  const { vpc, subnet } = vpcOf(compiled, s);
  return { vpc: vpc.id, subnet: subnet.id, address };
}

function vpcOf(compiled: Reachability, s: number): { vpc: Vpc; subnet: Subnet; v: number } {
  const { vpcs, subnets, subnetVpc } = compiled.layout;
  return { vpc: vpcs[subnetVpc[s]], subnet: subnets[s], v: subnetVpc[s] };
}

function blocks(compiled: Reachability, part: Part, s: number): readonly Span[] {
  const { vpc, subnet } = vpcOf(compiled, s);
  return blockSpans(vpc, subnet, part.family);
}

/** Returns the addresses of `to`, those kept by the cloud among them, that packets of `from` come to. */
function delivered(compiled: Reachability, part: Part, from: number, to: number): readonly Span[] {
  const { layout } = compiled;
  const sender = layout.subnetVpc[from];
  const { vpc, subnet, v } = vpcOf(compiled, to);
  const slot = slotFor(layout, sender, v);
  if (slot < 0) return [];
  const spans = arrivable(vpc, subnet, blocks(compiled, part, to), v === sender ? "inside" : "peering");
  const stretches = stretchesOf(compiled, part, layout.subnetTable[from], (fate) => fate === slot);
  return intersect(
    spans,
    stretches.map((stretch) => spanOf(part, stretch)),
  );
}

/** Returns the first usable address of `to` for each way in which packets of `from` end, in address order. */
function firsts(compiled: Reachability, part: Part, from: number, to: number): [Trace["outcome"], Address][] {
  const table = compiled.layout.subnetTable[from];
  const { usable, delivered, doubtful } = outcomesIn(compiled, part, table, to);
  const found: [Trace["outcome"], number | undefined][] = [
    ["delivered", firstOf(delivered)],
    ["unknown", firstOf(doubtful)],
    ["dropped", firstOutside(usable, [...delivered, ...doubtful])],
  ];
  return found
    .filter((entry): entry is [Trace["outcome"], number] => entry[1] !== undefined)
    .sort(([, a], [, b]) => a - b)
    .map(([outcome, place]) => [outcome, part.axis.firstAt(place)]);
}
